"""Counts out of real-world xlsx, xls and csv files: finds the header, the shape and the encoding, and says
exactly which cell is wrong.

Two shapes are known. Long: a day, a community, an indicator and a quantity on each line. Wide: a day and a
community on each line and one column per indicator. A blank cell is "not reported" and is left alone.
"""

import csv
import hashlib
import io
import re
import struct
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import IO

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from db import ledger
from db.engine import reading
from db.language import Problem, Refusal, Rejected, encoding
from db.ledger import Draft
from db.units import Finder, units
from metrics.catalogue import Catalogue, catalogue, label

HEADINGS = {
    "day": "日期 填报日期 日 day date",
    "code": "社区编码 社区代码 单位编码 统计用区划代码 code community_code village_code",
    "name": "社区 社区名称 单位名称 所属社区 村/社区 community community_name village",
    "unit": "单位 unit",
    "indicator": "指标 指标编码 指标代码 指标名称 项目 indicator indicator_code indicator_name",
    "quantity": "数量 数值 数 件数 值 quantity value count number",
    "title": "名称 标题 活动 活动名称 活动主题 主题 title",
}
IGNORED = "序号 编号 备注 说明 填报人 经办人 街道 街道编码 计量单位 no note notes remark street town town_code".split()
TOTALS = {"合计", "总计", "小计", "共计", "total"}
HEADER_WITHIN = 20  # lines; above the header stand titles and notes
MOST_BYTES, MOST_CELLS = 1 << 30, 20_000_000  # of a workbook once unpacked
MOST_TIMES = 50  # what a workbook may be larger once unpacked, beyond a tenth of all it may be
PIECE = 1 << 17  # bytes of a workbook looked at in one go
LONGEST_LINE = 1 << 24  # letters of a line of text
TOO_LARGE = "Excel 表格过大（到第 {row} 行、第 {column} 列），请删去远处的空白行列后重试"
TOO_WIDE = "表格有 {n} 列，最多 {most} 列，请删去多余的列后重试"
UNSEEN = "\ufeff\u200b\u200e\u200f\u202a\u202c\u2060\u3000\xa0 \t\r\n"
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:\d{2}.*)?", re.ASCII)
_NUMBER = re.compile(r"(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.0+)?", re.ASCII)
_WEB_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|meta|table|style|\?xml)", re.I)
_QUOTED = re.compile(r'"[^"]*"?')
_HALF_WIDTH = {ord(wide): narrow for wide, narrow in zip("０１２３４５６７８９，．－", "0123456789,.-", strict=True)}


@dataclass
class Counts:
    """What a file says, before it is held against the store.

    `where` finds the line of a number: (line of its entry, indicator) → (line, column heading).
    """

    file: str
    sheet: str | None
    drafts: list[Draft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    read: int = 0
    repeated: int = 0
    conflicts: int = 0
    where: dict[tuple[int, str], tuple[int, str]] = field(default_factory=dict)


def import_counts(
    store,
    data: bytes,
    file: str,
    *,
    by: str,
    token: str,
    dry_run: bool = False,
    progress: Callable[[str], None] = lambda message: None,
) -> dict:
    """Store the counts of a file, all or none, or say with `dry_run` what would happen.

    Counted are numbers, not lines: `read` = `new` + `unchanged` + `changed` + those in `errors`. A number
    that is in the store already and equal is `unchanged`, a different one `changed`; the same number twice in
    the file is `unchanged`, two different ones for the same thing are `conflicts` and refused. With errors
    nothing is stored. Raises Refusal where the file is no table of counts at all.
    """
    progress("读取文件")
    counts = read_counts(store, data, file)
    made = {"file": file, "sheet": counts.sheet, "read": counts.read, "new": 0, "unchanged": 0, "changed": 0}
    made |= {"conflicts": counts.conflicts, "rejected": 0, "batch": None, "errors": []}
    problems = counts.problems
    receipt = None
    try:
        if dry_run or problems:
            progress("核对")
            receipt = ledger.preview(store, counts.drafts)
        else:
            progress("核对并写入")
            receipt = ledger.record(
                store,
                counts.drafts,
                by=by,
                token=token,
                source="import",
                reason=f"导入 {file}",
                file=(file, hashlib.sha256(data).hexdigest()),
            )
    except Rejected as rejected:
        problems = problems + [_located(problem, counts) for problem in rejected.problems]
    if problems:
        problems = sorted(problems, key=lambda problem: problem.row or 0)
        return made | {"rejected": len({(p.row, p.heading()) for p in problems}), "errors": problems}
    return made | {
        "new": receipt.new,
        "unchanged": receipt.unchanged + counts.repeated,
        "changed": receipt.changed,
        "batch": receipt.batch,
    }


def read_counts(store, data: bytes, file: str) -> Counts:
    """The counts of a file as drafts, with every cell that cannot be understood."""
    known = catalogue(store)
    with reading(store) as conn:
        finder = Finder(units(conn))
    tables = [(sheet, lines, found) for sheet, lines in _sheets(data) if (found := _header(lines, known))]
    if not tables:
        raise Refusal(
            "{file} 前 {n} 行没有找到表头：需要“日期”“社区”，以及“指标”和“数量”两列，或以指标名称为列名",
            file=file,
            n=HEADER_WITHIN,
        )
    if len(tables) > 1:
        raise Refusal("{file} 有多张工作表都像台账：{sheets}，请每次只留一张", file=file, sheets=[t[0] for t in tables])
    sheet, lines, found = tables[0]
    counts = Counts(file, sheet)
    _read(counts, lines, *found, finder, known)
    if not counts.read and not counts.problems:
        raise Refusal("{file} 的表头下面没有数；公式请先在 Excel 中保存出结果", file=file)
    return counts


# -------------------------------------------------------------------------------------------- the table


def sheets(
    data: bytes, most_rows: int = MOST_CELLS, most_columns: int = MOST_CELLS
) -> Iterator[tuple[str | None, Iterator[Sequence]]]:
    """Each sheet people see, as its name and its lines one by one. What the file is, its first bytes say, not its name.

    Raises Refusal for a file that cannot be read or is larger than can be held.
    """
    if _WEB_PAGE.match(data):
        raise Refusal("文件其实是网页（HTML 或 XML），请用 Excel 打开后另存为 xlsx 再导入")
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        with _openable():
            if data.startswith(b"PK"):
                _inspect(data, most_rows, most_columns)
            else:
                _inspect_old(data)
            workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
            for sheet in workbook.sheets_metadata:
                if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet:
                    yield sheet.name, _rows_of(workbook.get_sheet_by_name(sheet.name))
        return
    text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding(data), newline="")
    top = list(islice(_short(text), HEADER_WITHIN))
    text.seek(0)
    yield None, _lines(text, _delimiter(top), most_columns)


@contextmanager
def _openable() -> Iterator[None]:
    """Broken workbooks make zipfile and calamine raise whatever it may be; calamine's panic is no Exception even."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, Refusal) or not (isinstance(error, Exception) or "Panic" in type(error).__name__):
            raise
        raise Refusal("Excel 文件无法打开（{error}），请另存一份后重试", error=error) from None


def _rows_of(sheet: CalamineSheet) -> Iterator[Sequence]:
    """The lines of a sheet, the blank ones above and the blank cells left of its first one included."""
    _above, left = sheet.start or (0, 0)
    rows = sheet.iter_rows()  # these begin with the blank ones above
    with _openable():
        yield from ([""] * left + row for row in rows) if left else rows


def _delimiter(top: list[str]) -> str:
    """What parts the cells: not what stands most often, which may be a comma of the text, but as often in each line."""
    plain = [_QUOTED.sub("", line) for line in _QUOTED.sub("", "".join(top)).splitlines()]

    def evenly(delimiter: str) -> int:
        often = Counter(filter(None, (line.count(delimiter) for line in plain)))
        return max((n * lines for n, lines in often.items()), default=0)

    return max(",\t;", key=evenly)


def _short(text: io.TextIOBase) -> Iterator[str]:
    """The lines of a text; refuses one that would fill the memory."""
    for line in iter(lambda: text.readline(LONGEST_LINE), ""):
        if len(line) == LONGEST_LINE:
            raise Refusal("CSV 文件有一行太长，请另存一份后重试")
        yield line


def _lines(text: io.TextIOBase, delimiter: str, most_columns: int) -> Iterator[Sequence]:
    try:
        for line in csv.reader(_short(text), delimiter=delimiter, strict=True):
            if len(line) > most_columns:
                raise Refusal(TOO_WIDE, n=len(line), most=most_columns)
            yield line
    except (csv.Error, UnicodeDecodeError) as error:
        raise Refusal("CSV 文件无法读取（{error}），请另存一份后重试", error=error) from None


def _sheets(data: bytes) -> Iterable[tuple[str | None, list[list]]]:
    """Each sheet people see as a list of lines."""
    for name, lines in sheets(data):
        yield name, list(lines)


def _inspect(data: bytes, most_rows: int, most_columns: int) -> None:
    """Refuse a workbook that would fill the memory, or whose error cells would pass for blank ones.

    Reads it as it unpacks, a piece at a time: what a packed file says of its size is not believed.
    """
    unpacked, most = 0, min(MOST_BYTES, MOST_BYTES // 10 + MOST_TIMES * len(data))
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        names = book.namelist()
        if any(name.endswith(("workbook.bin", "content.xml")) for name in names):
            raise Refusal("只能读取 xlsx、xls 和 csv 文件，请在 Excel 中另存为 xlsx 后重试")
        for name in names:
            columns, row, across = 0, 0, 0
            cells = name.endswith(".xml") and not name.endswith("sharedStrings.xml")
            with book.open(name) as part:
                for piece in _pieces(part):
                    if unpacked + part.tell() > most:
                        raise Refusal("Excel 文件解开后超过 {n} MB，请拆成几份导入", n=most >> 20)
                    if not cells:
                        continue
                    if error := b't="e"' in piece and _ERROR.search(piece):
                        raise Refusal("单元格 {cell} 是 Excel 错误值，请先改正", cell=error[1].decode())
                    far, rows = _FAR_COLUMN, _ROW
                    odd = _PREFIXED.search(piece) or _NOT_UP_TO_Z.search(piece)
                    if odd and (piece.count(b'<c r="') != piece.count(b"<c") or b":c" in piece):
                        far, rows = _ANY_FAR_COLUMN, _ANY_ROW  # not as Excel writes it
                        if error := _ANY_ERROR.search(piece):
                            at = _ANY_PLACE.search(error[0])
                            raise Refusal("单元格 {cell} 是 Excel 错误值，请先改正", cell=at[1].decode() if at else "?")
                        for n, line in enumerate(_ROW_BEGINS.split(piece)):
                            across = len(_CELL.findall(line)) + (across if n == 0 else 0)
                            columns = max(columns, across)
                    if odd:
                        columns = max([columns, *map(_column_number, set(far.findall(piece)))])
                    row = max([row, *map(int, rows.findall(piece))])
                    far = max(columns, 26)  # columns up to Z are not looked for
                    if columns > most_columns or row > most_rows + HEADER_WITHIN or row * far > MOST_CELLS * 2:
                        raise Refusal(TOO_LARGE, row=row, column=far)
                unpacked += part.tell()


def _pieces(part: IO[bytes]) -> Iterator[bytes]:
    """A part of a workbook as it unpacks, piece by piece; no tag is cut in two, unless it is longer than a piece."""
    rest = b""
    while piece := part.read(PIECE):
        piece = rest + piece
        end = piece.rfind(b"<")
        yield piece[:end] if end > 0 else piece
        rest = piece[end if end > 0 else -200 :]
    yield rest


def _inspect_old(data: bytes) -> None:
    """Refuse an xls file whose cells stand so far apart, or that tells sizes so wrong, that it would fill the memory;
    or whose error cells would pass for blank ones."""
    stream, at, cells, rows, columns = memoryview(_old_stream(data)), 0, 0, 0, 0
    while at + 4 <= len(stream):
        sort, size = _OLD_RECORD.unpack_from(stream, at)
        at += 4
        if rows * columns > 1_000_000 + 100 * cells and sort in (0x000A, 0x0809):  # EOF, BOF
            raise Refusal(TOO_LARGE, row=rows + 1, column=columns + 1)
        if sort == 0x0809:
            cells, rows, columns = 0, 0, 0
        elif sort in _OLD_CELLS and size >= 6:
            row, column, _ = _OLD_PLACE.unpack_from(stream, at)
            cells, rows, columns = cells + 1, max(rows, row), max(columns, column)
            wrong = sort == 0x0205 and stream[at + 7 : at + 8] == b"\1"  # BOOLERR, and the error of the two
            if wrong or (sort == 0x0006 and stream[at + 6] == 2 and stream[at + 12 : at + 14] == b"\xff\xff"):
                cell = f"{_letters(column)}{row + 1}"
                raise Refusal("单元格 {cell} 是 Excel 错误值，请先改正", cell=cell)
        elif sort == 0x0200 and size == 14:  # DIMENSIONS
            top, told_rows, left, told_columns = _OLD_SIZE.unpack_from(stream, at)
            if top > told_rows or left > told_columns:
                raise ValueError("dimensions")
            if told_rows > 1 << 16 or told_columns > 1 << 8:
                raise Refusal(TOO_LARGE, row=told_rows, column=told_columns)
        elif sort == 0x00FC and size >= 8 and int.from_bytes(stream[at + 4 : at + 8], "little") > len(data):  # SST
            raise ValueError("shared strings")
        at += size


def _old_stream(data: bytes) -> bytes:
    """The workbook inside an xls file, which is a small file system of its own."""
    size, small = 1 << data[30], 1 << data[32]
    numbers = struct.Struct("<I")

    def table(part: bytes) -> list[int]:
        return [number for (number,) in numbers.iter_unpack(part[: len(part) // 4 * 4])]

    def chain(first: int, links: list[int], container: bytes, width: int, skip: int) -> bytes:
        parts = []
        while first < len(links):
            parts.append(container[(first + skip) * width : (first + skip + 1) * width])
            first = links[first]
            if len(parts) > len(links):
                raise ValueError("a chain without an end")  # calamine would follow it until the memory is full
        return b"".join(parts)

    (directory,), (cutoff, small_table), (more,) = (
        struct.unpack_from(form, data, at) for form, at in (("<I", 48), ("<II", 56), ("<I", 68))
    )
    sectors = table(data[76:512])
    while more < len(data) // size and len(sectors) <= len(data) // size:
        part = table(data[(more + 1) * size : (more + 2) * size])
        sectors, more = sectors + part[:-1], part[-1]
    links = [link for one in sectors if one < 0xFFFFFFFA for link in table(data[(one + 1) * size : (one + 2) * size])]
    small_links = table(chain(small_table, links, data, size, 1))
    entries = chain(directory, links, data, size, 1)
    found, root = None, b""
    for at in range(0, len(entries) - 127, 128):
        name = entries[at : at + 64].decode("utf-16-le", "replace").partition("\0")[0].lower()
        sort = entries[at + 66]
        first, length = struct.unpack_from("<II", entries, at + 116)
        if sort == 5:
            root = chain(first, links, data, size, 1)
        elif sort == 2:
            whole = length >= cutoff
            stream = chain(first, links, data, size, 1) if whole else chain(first, small_links, root, small, 0)
            if name in ("workbook", "book"):
                found = stream[:length]
    if found is None:
        raise ValueError("no workbook")
    return found


_OLD_RECORD, _OLD_PLACE, _OLD_SIZE = struct.Struct("<HH"), struct.Struct("<HHH"), struct.Struct("<IIHH")
_OLD_CELLS = {0x0006, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E}
_ERROR = re.compile(rb'<c r="([A-Z]+[0-9]+)"[^>]*t="e"')
_NOT_UP_TO_Z = re.compile(rb'<c(?! r="[A-Z][0-9])')  # one search for whatever is not `<c r="A1`
_PREFIXED = re.compile(rb":(?=c)")  # leaps from colon to colon, which is far faster than to look for the two letters
_FAR_COLUMN = re.compile(rb'r="([A-Z]{2,8})[0-9]')
_ROW = re.compile(rb'<row r="(\d{1,9})')
_CELL = re.compile(rb"[<:]c[\s/>]")
_ROW_BEGINS = re.compile(rb"[<:]row[\s/>]")
_ANY_FAR_COLUMN = re.compile(rb'r=["\']([A-Za-z]{2,})[0-9]')
_ANY_ROW = re.compile(rb'[<:]row\s[^>]*?r=["\'](\d{1,9})')
_ANY_ERROR = re.compile(rb'[<:]c\s[^>]*t=["\']e["\'][^>]*')
_ANY_PLACE = re.compile(rb'\br=["\'](\w+)')


def _column_number(letters: bytes) -> int:
    """A → 1, Z → 26, AA → 27"""
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + letter - 64
    return number


def _letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA"""
    return (_letters(column // 26 - 1) if column >= 26 else "") + chr(65 + column % 26)


def clean(cell: object) -> str:
    """A cell's text without what spreadsheets wrap around it: spaces of every width, a protecting apostrophe."""
    if isinstance(cell, str) and cell.isalnum():
        return cell  # nothing to take off: most cells
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip().strip(UNSEEN)
    return text[1:] if text.startswith("'") else text


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """A heading as it is compared: one width of letters, no spaces, lower case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).lower())


def bare(text: str) -> str:
    """A folded heading without the unit in brackets at its end."""
    return re.sub(r"\([^()]*\)$", "", folded(text))


def _names(known: Catalogue) -> dict[str, str]:
    """Everything an indicator may be called in a file → its code; without brackets too, where that is clear."""
    exact, loose = {}, {}
    for code, versions in known.versions.items():
        for meaning in versions:
            for name in (code, *meaning.name.values(), *(label(meaning, language) for language in meaning.name)):
                exact[folded(name)] = code
                loose.setdefault(bare(name), set()).add(code)
    return {name: next(iter(codes)) for name, codes in loose.items() if len(codes) == 1} | exact


def _meant(heading: str, indicators: dict[str, str]) -> str | None:
    return indicators.get(folded(heading)) or indicators.get(bare(heading))


def _header(lines: list[list], known: Catalogue) -> tuple[int, dict[str, list[int]], dict[int, str]] | None:
    """Where the header is, which columns hold what, and for the wide shape which indicator each column is."""
    roles = {folded(heading): role for role, headings in HEADINGS.items() for heading in headings.split()}
    indicators = _names(known)
    for n, line in enumerate(lines[:HEADER_WITHIN]):
        columns: dict[str, list[int]] = {}
        wide: dict[int, str] = {}
        for at, cell in enumerate(line):
            heading = clean(cell)
            role = roles.get(folded(heading)) or roles.get(bare(heading))
            if role:
                columns.setdefault(role, []).append(at)
            elif code := _meant(heading, indicators):
                wide[at] = code
        if "name" not in columns and "code" not in columns and "unit" in columns:
            columns.setdefault("name", columns["unit"])  # 单位 is a place only where nothing else is one
        placed = "day" in columns and {"code", "name"} & set(columns)
        if placed and "indicator" in columns and "quantity" in columns:
            return n, columns, {}
        if placed and wide:
            return n, columns, wide
    return None


def _read(
    counts: Counts,
    lines: list[list],
    start: int,
    columns: dict[str, list[int]],
    wide: dict[int, str],
    finder: Finder,
    known: Catalogue,
) -> None:
    """Turn the lines below the header into drafts, one per entry, and problems, one per bad cell."""
    header = [clean(cell) for cell in lines[start]]
    indicators = _names(known)
    days, places, wanted = _Memo(parse_day), _Memo(finder.find), _Memo(lambda text: _entered(text, indicators, known))
    kinds = {code: meaning.kind for code, meaning in known.indicators.items() if meaning.entered}
    default_title = {code: kind.name["zh"] if kind.titled else "" for code, kind in known.kinds.items()}
    drafts: dict[tuple, Draft] = {}
    if wide:
        counts.problems += _unknown_columns(lines, start, header, columns, wide)
        for at, code in wide.items():
            if not known.indicators[code].entered:
                counts.problems.append(Problem("该指标由系统计算，请删去此列", {}, start + 1, header[at], code))
    place_columns = [at for role in ("code", "name") for at in columns.get(role, ())]
    for role in ("day", "code", "indicator", "quantity", "title"):
        for other in columns.get(role, ())[1:]:
            twice = "“{first}”和“{other}”是同一种列，只能留一列"
            names = {"first": header[columns[role][0]], "other": header[other]}
            counts.problems.append(Problem(twice, names, start + 1, header[other], header[other]))
    day_column, title_column = columns["day"][0], columns.get("title", [None])[0]
    asked = list(wide.items()) or [(columns["quantity"][0], None)]

    for number, line in enumerate(lines[start + 1 :], start + 2):
        if len(line) < len(header):
            line = [*line, *[""] * (len(header) - len(line))]

        def wrong(message: str, at: int, number: int = number, line: list = line, **params) -> None:
            column = (header[at] if at < len(header) else "") or str(at + 1)
            counts.problems.append(Problem(message, params, number, column, clean(line[at])))

        def take(at: int, meaning: Callable, line: list = line, wrong: Callable = wrong):
            """One cell understood, or None and a problem that names it."""
            try:
                return meaning(line[at])
            except Refusal as refusal:
                wrong(refusal.message, at, **refusal.params)

        for at in range(len(header), len(line)):
            if line[at] is not None and clean(line[at]):
                wrong("本行比表头多出一格，可能是数里的逗号把它断开了", at)
        cells = [(at, code) for at, code in asked if line[at] is not None and clean(line[at])]
        if not cells:
            continue
        counts.read += len(cells)
        day = take(day_column, days)
        named = [at for at in place_columns if clean(line[at])] or place_columns[:1]
        place = take(named[0], places)
        for at in named[1:]:
            other = take(at, places)
            if place and other and other.code != place.code:
                wrong("与编码 {code} 对应的社区“{name}”不一致", at, code=place.code, name=place.name)
        title = clean(line[title_column]) if title_column is not None else ""
        for at, code in cells:
            if code is None:
                code = take(columns["indicator"][0], wanted)
            quantity = take(at, parse_quantity)
            if None in (day, place, code, quantity) or code not in kinds:
                continue
            kind = kinds[code]
            key = (place.code, kind, day, (title or default_title[kind]) if default_title[kind] else "")
            draft = drafts.get(key)
            if draft is None:
                draft = drafts[key] = Draft(kind, place.code, day, {}, key[3], row=number)
            before, first = draft.values.get(code), counts.where.get((draft.row, code), (number, ""))[0]
            if before is None:
                draft.values[code] = quantity
            elif default_title[kind] and not title:
                wrong("与第 {first} 行同日同社区，请加“名称”列把两场活动分开", at, first=first)
            elif before == quantity:
                counts.repeated += 1
            else:
                counts.conflicts += 1
                wrong("与第 {first} 行是同一天同一社区同一指标，数却是 {before}", at, first=first, before=before)
            counts.where.setdefault((draft.row, code), (number, header[at]))
    counts.drafts = list(drafts.values())


class _Memo(dict):
    """A parser that remembers: days, communities and indicators repeat by the thousand."""

    def __init__(self, parse: Callable):
        self.parse = parse

    def __call__(self, cell: object):
        if cell not in self:
            self[cell] = self.parse(cell if isinstance(cell, (date, datetime)) else clean(cell))
        return self[cell]


def _entered(text: str, indicators: dict[str, str], known: Catalogue) -> str:
    code = _meant(text, indicators)
    if code is None:
        raise Refusal("没有这个指标，可在“设置”中查看指标的编码和名称")
    if not known.indicators[code].entered:
        raise Refusal("该指标由系统计算，不能直接填数")
    return code


def _unknown_columns(
    lines: list[list], start: int, header: list[str], columns: dict[str, list[int]], wide: dict[int, str]
) -> list[Problem]:
    """Columns of numbers under a heading nobody knows: a misspelt indicator must not vanish in silence."""
    problems = []
    known = {folded(word) for word in IGNORED} | TOTALS
    placed = {at for some in columns.values() for at in some} | set(wide)
    for at, heading in enumerate(header):
        if at in placed or folded(heading) in known:
            continue
        if any(re.search(r"\d", clean(line[at])) for line in lines[start + 1 :] if at < len(line)):
            unknown = "没有名为“{name}”的指标，请改正列名或删去此列"
            problems.append(Problem(unknown, {"name": heading}, start + 1, heading or str(at + 1), heading))
    return problems


def _located(problem: Problem, counts: Counts) -> Problem:
    """A problem of the ledger, at the line and column of the file it came from."""
    code = problem.params.get("indicator")
    row, column = counts.where.get((problem.row, code), (problem.row, problem.column))
    return replace(problem, row=row, column=column or problem.column)


def read_grid(
    grid: Mapping[str, Mapping[str, object]], lines: Mapping[str, str], headings: Mapping[str, str]
) -> dict[str, dict[str, int | None]]:
    """Texts typed or pasted into a grid (unit → indicator → cell) as numbers; a blank cell is None.

    `lines` and `headings` are what the person sees for units and indicators. Raises Rejected with every cell
    that is no count.
    """
    numbers: dict[str, dict[str, int | None]] = {}
    problems = []
    for unit, cells in grid.items():
        numbers[unit] = {}
        for code, cell in cells.items():
            text = "" if cell is None or cell != cell else clean(cell)
            try:
                numbers[unit][code] = parse_quantity(text) if text else None
            except Refusal as refusal:
                problems.append(Problem(refusal.message, refusal.params, None, f"{lines[unit]} {headings[code]}", text))
    if problems:
        raise Rejected(problems)
    return numbers


# -------------------------------------------------------------------------------------------- the cells


def parse_day(cell: object) -> date:
    """A day as people and Excel write it: 2024-03-05, 2024/3/5, 2024.3.5, 20240305, 2024年3月5日, a real date, a
    serial number. Raises Refusal for anything else."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = unicodedata.normalize("NFKC", str(cell))
    if text in TOTALS:
        raise Refusal("这是合计行，请删去后重试（合计由系统计算）")
    try:
        if found := _DAY.fullmatch(text):
            return date(*map(int, found.groups()))
        if re.fullmatch(r"(19|20)\d{6}", text):
            return datetime.strptime(text, "%Y%m%d").date()
        if re.fullmatch(r"[3-7]\d{4}", text):
            return date(1899, 12, 30) + timedelta(int(text))
    except ValueError:
        pass
    raise Refusal("日期无法识别，应形如 2024-03-05")


def parse_quantity(cell: object) -> int:
    """A count: 12, 12.0, 1,234, １２. Raises Refusal for a negative, a fraction or a text."""
    if isinstance(cell, (date, bool)):
        raise Refusal("应为非负整数")
    if isinstance(cell, str) and len(cell) <= 15 and cell.isascii() and cell.isdigit():
        return int(cell)  # most cells are, and the rest of this takes five times as long
    text = clean(cell).translate(_HALF_WIDTH)
    if found := _NUMBER.fullmatch(text):
        return int(found[1].replace(",", ""))
    if re.fullmatch(r"\d*\.\d+", text):
        raise Refusal("应为整数，不能有小数")
    if re.fullmatch(r"\d(\.\d+)?e\+?\d+", text.lower()):
        raise Refusal("被 Excel 写成了科学计数，请把单元格设为“文本”或“数值”后重试")
    raise Refusal("应为非负整数")
