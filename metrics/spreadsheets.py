"""Counts out of real-world xlsx, xls and csv files: finds the header, the shape and the encoding, and says
exactly which cell is wrong.

Two shapes are known. Long: a day, a community, an indicator and a quantity on each line. Wide: a day and a
community on each line and one column per indicator. A blank cell is "not reported" and is left alone.
"""

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from python_calamine import CalamineError, CalamineWorkbook

from db import ledger
from db.engine import reading
from db.language import Problem, Refusal, Rejected, decode
from db.ledger import Draft
from db.units import Finder, units
from metrics.catalogue import Catalogue, catalogue, label

HEADINGS = {
    "day": "日期 填报日期 日 day date",
    "code": "社区编码 社区代码 单位编码 统计用区划代码 code community_code village_code",
    "name": "社区名称 单位 单位名称 所属社区 村/社区 community_name village",
    "community": "社区 community unit",
    "indicator": "指标 指标编码 指标代码 指标名称 项目 indicator indicator_code indicator_name",
    "quantity": "数量 数值 数 件数 值 quantity value count number",
    "title": "名称 标题 活动名称 title",
}
IGNORED = "序号 编号 备注 说明 填报人 经办人 街道 街道编码 计量单位 no note notes remark street town town_code".split()
TOTALS = {"合计", "总计", "小计", "共计", "total"}
HEADER_WITHIN = 20  # lines; above the header stand titles and notes
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T].*)?")
_NUMBER = re.compile(r"(\d+|\d{1,3}(?:,\d{3})+)(?:\.0+)?")


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
        return made | {"rejected": len({(p.row, p.column) for p in problems}), "errors": problems}
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
    for sheet, lines in _sheets(data):
        found = _header(lines, known)
        if found:
            start, columns, wide = found
            counts = Counts(file, sheet)
            _read(counts, lines, start, columns, wide, finder, known)
            return counts
    raise Refusal(
        "{file} 前 {n} 行没有找到表头：需要“日期”“社区”，以及“指标”和“数量”两列，或以指标名称为列名",
        file=file,
        n=HEADER_WITHIN,
    )


# -------------------------------------------------------------------------------------------- the table


def _sheets(data: bytes) -> Iterable[tuple[str | None, list[list]]]:
    """Each sheet as lines of cells. What the file is, its first bytes say, not its name."""
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        try:
            workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
            for name in workbook.sheet_names:
                yield name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except CalamineError as error:
            raise Refusal("Excel 文件无法打开（{error}），请另存一份后重试", error=error) from None
        return
    text = decode(data)
    top = "\n".join(text.splitlines()[:HEADER_WITHIN])
    delimiter = max(",\t;", key=top.count)
    try:
        yield None, list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise Refusal("CSV 文件无法读取（{error}），请另存一份后重试", error=error) from None


def clean(cell: object) -> str:
    """A cell's text without what spreadsheets wrap around it: spaces of every width, a protecting apostrophe."""
    if isinstance(cell, str) and cell.isalnum():
        return cell  # nothing to take off: most cells
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip().strip("\ufeff\u3000\xa0 \t\r\n")
    return text[1:] if text.startswith("'") else text


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    """A heading as it is compared: one width of letters, no spaces, no unit in brackets, lower case."""
    text = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"\s+", "", re.sub(r"\([^()]*\)\s*$", "", text))


def _names(known: Catalogue) -> dict[str, str]:
    """Everything an indicator may be called in a file → its code."""
    return {
        _folded(name): code
        for code, meaning in known.indicators.items()
        for name in (code, *meaning.name.values(), *(label(meaning, language) for language in meaning.name))
    }


def _header(lines: list[list], known: Catalogue) -> tuple[int, dict[str, int], dict[int, str]] | None:
    """Where the header is, which column holds what, and for the wide shape which indicator each column is."""
    roles = {_folded(heading): role for role, headings in HEADINGS.items() for heading in headings.split()}
    indicators = _names(known)
    for n, line in enumerate(lines[:HEADER_WITHIN]):
        headings = [_folded(clean(cell)) for cell in line]
        columns: dict[str, int] = {}
        wide: dict[int, str] = {}
        for at, heading in enumerate(headings):
            if heading in indicators:
                wide[at] = indicators[heading]
            elif heading in roles:
                columns.setdefault(roles[heading], at)
        placed = "day" in columns and {"code", "name", "community"} & set(columns)
        if placed and "indicator" in columns and "quantity" in columns:
            return n, columns, {}
        if placed and wide:
            return n, columns, wide
    return None


def _read(
    counts: Counts,
    lines: list[list],
    start: int,
    columns: dict[str, int],
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
    place_columns = [columns[role] for role in ("code", "community", "name") if role in columns]
    asked = list(wide.items()) or [(columns["quantity"], None)]

    for number, line in enumerate(lines[start + 1 :], start + 2):
        if len(line) < len(header):
            line = [*line, *[""] * (len(header) - len(line))]

        def wrong(message: str, at: int, number: int = number, line: list = line, **params) -> None:
            counts.problems.append(Problem(message, params, number, header[at] or str(at + 1), clean(line[at])))

        def take(at: int, meaning: Callable, line: list = line, wrong: Callable = wrong):
            """One cell understood, or None and a problem that names it."""
            try:
                return meaning(line[at])
            except Refusal as refusal:
                wrong(refusal.message, at, **refusal.params)

        cells = [(at, code) for at, code in asked if line[at] is not None and clean(line[at])]
        if not cells:
            continue
        counts.read += len(cells)
        day = take(columns["day"], days)
        named = [at for at in place_columns if clean(line[at])] or place_columns[:1]
        place = take(named[0], places)
        for at in named[1:]:
            other = take(at, places)
            if place and other and other.code != place.code:
                wrong("与编码 {code} 对应的社区“{name}”不一致", at, code=place.code, name=place.name)
        title = clean(line[columns["title"]]) if "title" in columns else ""
        for at, code in cells:
            if code is None:
                code = take(columns["indicator"], wanted)
            quantity = take(at, parse_quantity)
            if None in (day, place, code, quantity) or code not in kinds:
                continue
            kind = kinds[code]
            key = (place.code, kind, day, (title or default_title[kind]) if default_title[kind] else "")
            draft = drafts.get(key)
            if draft is None:
                draft = drafts[key] = Draft(kind, place.code, day, {}, key[3], row=number)
            before = draft.values.get(code)
            if before is None:
                draft.values[code] = quantity
            elif before == quantity:
                counts.repeated += 1
            else:
                counts.conflicts += 1
                first = counts.where.get((draft.row, code), (draft.row, ""))[0]
                problem = Problem(
                    "与第 {first} 行是同一天同一社区同一指标，数却是 {before}", {"first": first, "before": before}
                )
                counts.problems.append(replace(problem, row=number, column=header[at], value=clean(line[at])))
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
    code = indicators.get(_folded(text))
    if code is None:
        raise Refusal("没有这个指标，可在“设置”中查看指标的编码和名称")
    if not known.indicators[code].entered:
        raise Refusal("该指标由系统计算，不能直接填数")
    return code


def _unknown_columns(
    lines: list[list], start: int, header: list[str], columns: dict[str, int], wide: dict[int, str]
) -> list[Problem]:
    """Columns of numbers under a heading nobody knows: a misspelt indicator must not vanish in silence."""
    problems = []
    known = {_folded(word) for word in IGNORED} | TOTALS
    for at, heading in enumerate(header):
        if at in wide or at in columns.values() or _folded(heading) in known:
            continue
        cells = [clean(line[at]) for line in lines[start + 1 :] if at < len(line) and line[at] not in (None, "")]
        if any(_NUMBER.fullmatch(cell) for cell in cells):
            unknown = "没有名为“{name}”的指标，请改正列名或删去此列"
            problems.append(Problem(unknown, {"name": heading}, start + 1, heading or str(at + 1), heading))
    return problems


def _located(problem: Problem, counts: Counts) -> Problem:
    """A problem of the ledger, at the line and column of the file it came from."""
    code = problem.params.get("indicator")
    row, column = counts.where.get((problem.row, code), (problem.row, problem.column))
    return replace(problem, row=row, column=column or problem.column)


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
    if isinstance(cell, str) and cell.isascii() and cell.isdigit():
        return int(cell)  # most cells are, and the rest of this takes five times as long
    text = unicodedata.normalize("NFKC", clean(cell))
    if found := _NUMBER.fullmatch(text):
        return int(found[1].replace(",", ""))
    if re.fullmatch(r"\d*\.\d+", text):
        raise Refusal("应为整数，不能有小数")
    if re.fullmatch(r"\d(\.\d+)?e\+?\d+", text.lower()):
        raise Refusal("被 Excel 写成了科学计数，请把单元格设为“文本”或“数值”后重试")
    raise Refusal("应为非负整数")
