"""12345 exports in: finds the sheet, the header and the columns, reads what they hold, says what would change.

A cell that cannot be understood is named by line and column and keeps the whole file out. What a file does not know (a
community nobody bears) is left open and said; a day that has to be assumed is marked, so that nothing is proved by it.
"""

import gc
import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice

from db import aliases, layouts, ledger, settings, tickets
from db.batches import Receipt
from db.engine import CHINA, reading, writing
from db.language import Problem, Refusal, Rejected
from db.schema import day_of, number_of
from db.tickets import BY_FILE, FACTS, INQUIRY, REQUEST, Conflict, Ticket
from db.units import Finder, units
from metrics.clocks import Clock, clock
from metrics.spreadsheets import HEADER_WITHIN, TOO_WIDE, TOTALS, bare, clean, folded, sheets

# What a column may be called in an export, the likeliest first: of two columns for one field the earlier name wins.
HEADINGS = {
    "number": "工单编号 工单号 受理编号 诉求编号 受理单号 工单流水号 业务编号 流水号 number ticket_number ticket",
    "received_at": "受理时间 受理日期 来电时间 来电日期 诉求时间 创建时间 登记时间 接收时间 派单时间 received_at",
    "kind": "工单类型 诉求类型 工单类别 业务类型 类型 kind type",
    "channel": "来源渠道 诉求来源 工单来源 受理渠道 来电渠道 来源 渠道 channel",
    "subject": "问题分类 诉求分类 事项分类 问题类别 归口分类 工单分类 分类 subject category",
    "subject_1": "一级分类 一级标签 一级类别 一级问题分类 问题大类",
    "subject_2": "二级分类 二级标签 二级类别 二级问题分类 问题小类",
    "subject_3": "三级分类 三级标签 三级类别 三级问题分类",
    "body": "承办单位 主办单位 责任单位 办理单位 处理单位 承办部门 处理部门 body department",
    "street": "所属街道 街道 镇街 所属镇街 街道名称 乡镇 street town",
    "code": "社区编码 社区代码 统计用区划代码 community_code village_code",
    "name": "社区 村/社区 所属社区 社区名称 所属村居 村居 社区(村) community village",
    "title": "标题 诉求标题 工单标题 title",
    "text": "诉求内容 工单内容 主要内容 问题描述 诉求描述 来电内容 内容 text content",
    "reply": "回复内容 办理结果 答复内容 处理结果 办理情况 办结意见 reply",
    "due_on": "办结时限 截止时间 办理时限 要求办结时间 应办结时间 到期时间 截止日期 时限 due_on due",
    "extended_to": "延期至 延期后时限 延期截止时间 延期后截止时间 extended_to",
    "extended_on": "延期批准时间 延期时间 延期申请时间 extended_on",
    "extended_by": "延期批准人 延期审批人 extended_by",
    "extended_why": "延期原因 延期理由",
    "suspended_on": "挂账时间 挂账日期 suspended_on",
    "returned_on": "退回时间 退单时间 退回日期 returned_on",
    "contacted_at": "首次联系时间 首次响应时间 联系时间 contacted_at",
    "replied_at": "回复时间 答复时间 replied_at",
    "closed_at": "办结时间 实际办结时间 办结日期 结案时间 完成时间 closed_at closed",
    "status": "工单状态 办理状态 当前状态 处理状态 状态 status",
    "called_back_on": "回访时间 回访日期 called_back_on",
    "contacted": "是否联系 是否响应 联系情况 contacted",
    "resolved": "是否解决 解决情况 是否已解决 resolved",
    "satisfaction": "是否满意 满意度 满意情况 满意评价 satisfaction",
}
NEEDED = ("number", "received_at")
MOST_BYTES, MOST_ROWS, MOST_COLUMNS = 200 << 20, 1_000_000, 500
CHUNK = 500  # lines read at once: few enough to stay in the processor's cache from step to step
FOOTERS = ("注", "说明", "备注", "制表", "填表", "统计时间", "导出时间", "审核")

_CLOSED = re.compile("办结|完成|结案|归档|办理完毕|已办理|已回访|待回访|已评价|待评价|closed|done", re.I)
_OPEN = re.compile("未办结|未完成|处理中|办理中|待办|待处理|待派|待签收|已派单|在办|超期未|open", re.I)
_RETURNED, _SUSPENDED, _EXTENDED = (re.compile(words) for words in "退回|退单 挂账|挂起 延期".split())
_INQUIRY, _HANDLED = re.compile("咨询|inquiry|question"), re.compile("投诉|举报|求助|建议|办理|报修")
_YES = set("是 有 已 对 已联系 联系 已响应 响应 已解决 解决 y yes true 1".split())
_NO = set("否 无 未 未联系 未响应 未解决 不解决 部分解决 没有解决 没解决 n no false 0".split())
_SATISFIED = {
    "satisfied": set("满意 非常满意 很满意 是 y yes satisfied".split()),
    "basically": set("基本满意 比较满意 较满意 一般 basically".split()),
    "dissatisfied": set("不满意 非常不满意 很不满意 不太满意 否 n no dissatisfied".split()),
}
_UNANSWERED = re.compile(
    "^(|-+|—+|/|未评价|未回访|未接通|未接|无人接听|无法联系|联系不上|空号|停机|拒访|弃权|无法评价|无)$"
)
_LIMIT = re.compile(r"(\d{1,3})\s*(?:个)?(?:工作日|日|天)?")
_AMPM = re.compile(r"\s*(上午|下午|am|pm|a\.m\.|p\.m\.)\s*", re.I)
_PM = re.compile("下午|p", re.I)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_YMD = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_MDY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_ENGLISH = re.compile(r"(?:(\d{1,2})[- ])?([A-Za-z]{3})[a-z]*\.?[- ](?:(\d{1,2}),?[ ])?(\d{4})")
_TIME = re.compile(r"(\d{1,2})[:：时](\d{1,2})(?:[:：分](\d{1,2})(?:\.\d+)?秒?|分)?")
_ABROAD = re.compile(r"(.*:\d\d(?:\.\d+)?) *(Z|[+-]\d\d:?\d\d)")


@dataclass
class Layout:
    """How a file was understood. `columns`: field → heading. `remembered`: as a person said for this layout."""

    sheet: str | None
    header: int
    headings: list[str]
    columns: dict[str, str]
    remembered: bool = False
    preview: list[list] = field(default_factory=list)

    @property
    def unused(self) -> list[str]:
        """The headings of columns that are not read."""
        return [heading for heading in self.headings if heading and heading not in self.columns.values()]


@dataclass
class Read:
    """What a file says, before it is held against the store. `lines`: of each ticket. `silent`: number →
    what the file left unsaid and was filled in here. `notes`: what was assumed."""

    layout: Layout
    tickets: list[Ticket] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    conflicts: int = 0
    read: int = 0
    repeated: int = 0
    unplaced: int = 0
    silent: dict[str, frozenset[str]] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)


def import_tickets(
    store,
    data: bytes,
    file: str,
    *,
    by: str,
    token: str,
    dry_run: bool = False,
    columns: Mapping[str, str] | None = None,
    sheet: str | None = None,
    within: str = "",
    prefer: str = "",
    progress: Callable[[str], None] = lambda stage: None,
) -> dict:
    """Store the tickets of an export, all or none, or say with `dry_run` what would happen.

    Counted are lines: `read` = `new` + `unchanged` + `changed` + `conflicts` + `rejected`, also where errors keep the
    file out: then that is what it would have done. A ticket that stands twice in the file is `unchanged` if both say
    the same, else a conflict; so is one that a person has changed since the last import where the file says yet
    something else (`prefer` "file" or "ledger" decides). With errors nothing is stored. `columns` (field → heading)
    corrects how the layout was understood and is remembered for it; `within` is the code prefix of the street.
    `unplaced` tickets name no community of the store; `notes` say what was assumed.

    Raises Refusal where the file is no table of tickets.
    """
    with _uncollected():
        return _import(store, data, file, by, token, dry_run, columns, sheet, within, prefer, progress)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without Python's search for cycles, which would walk through all tickets again and again and find none."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _import(store, data, file, by, token, dry_run, columns, sheet, within, prefer, progress) -> dict:
    told = clock(store)
    progress("读取文件")
    found = read_tickets(store, data, file, told, columns=columns, sheet=sheet, within=within)
    made = {"file": file, "sheet": found.layout.sheet, "read": found.read, "new": 0, "unchanged": 0, "changed": 0}
    made |= {"conflicts": found.conflicts, "rejected": 0, "batch": None, "errors": []}
    made |= {"unplaced": found.unplaced, "notes": found.notes, "changes": [], "clashes": []}
    made["unused"] = found.layout.unused
    how = {"clock": told, "given": _given(found.layout), "silent": found.silent, "prefer": prefer}
    if not dry_run and not found.problems:
        digest = hashlib.sha256(data).hexdigest()
        act = {"by": by, "token": token, "reason": f"导入 {file}", "file": (file, digest), "progress": progress}
        try:
            receipt = tickets.record(store, found.tickets, rows=found.lines, **how, **act)
        except (Rejected, Conflict):
            pass  # told below, with what the rest of the file would do
        else:
            if columns is not None:
                with writing(store) as conn:
                    layouts.save(conn, found.layout.headings, found.layout.columns, by)
            return made | _counts(receipt, found) | {"batch": receipt.batch}
    progress("核对")
    problems, left = list(found.problems), dict(zip(found.lines, found.tickets, strict=True))
    while True:
        try:
            receipt, made["changes"] = tickets.preview(store, list(left.values()), rows=list(left), **how)
            break
        except Rejected as rejected:
            problems += [_located(problem, found.layout) for problem in rejected.problems]
            wrong = {problem.row for problem in rejected.problems}
        except Conflict as conflict:
            problems += [_clash(clash, found.layout) for clash in conflict.clashes]
            wrong = {clash[0] for clash in conflict.clashes}
            made["clashes"] = conflict.clashes
            made["conflicts"] += len(wrong)
        left = {line: one for line, one in left.items() if line not in wrong}
    if not dry_run and not problems:  # what kept the file out is gone meanwhile
        return _import(store, data, file, by, token, dry_run, columns, sheet, within, prefer, progress)
    rejected = len({problem.row for problem in problems}) - made["conflicts"]
    return made | _counts(receipt, found) | {"rejected": rejected, "errors": sorted(problems, key=lambda p: p.row or 0)}


def _counts(receipt: Receipt, found: Read) -> dict:
    unchanged = len(found.tickets) if receipt.repeated else receipt.unchanged
    return {"new": receipt.new, "unchanged": unchanged + found.repeated, "changed": receipt.changed}


FIELDS = {  # what people call the fields a column may hold, in the order in which they are offered
    **{name: tickets.HEADINGS[name] for name in HEADINGS if name in tickets.HEADINGS},
    "subject_1": "一级分类",
    "subject_2": "二级分类",
    "subject_3": "三级分类",
    "street": "所属街道",
    "code": "社区编码",
    "name": "社区",
    "title": "标题",
    "text": "诉求内容",
    "status": "工单状态",
}


def glance(data: bytes) -> list[tuple[str | None, list[list[str]]]]:
    """The first lines of each sheet as texts, for a person to say what they are."""
    found = sheets(data, MOST_ROWS, MOST_COLUMNS)
    return [(name, [_texts(line) for line in islice(lines, HEADER_WITHIN)]) for name, lines in found]


def undo(store, act: int, *, by: str, reason: str, token: str) -> Receipt:
    """Take an import back, of counts or of tickets, by a new act of the ledger."""
    holder = tickets if tickets.holds(store, act) else ledger
    return holder.undo(store, act, by=by, reason=reason, token=token)


# -------------------------------------------------------------------------------------------- the layout


def look(
    store, data: bytes, file: str, *, sheet: str | None = None, columns: Mapping[str, str] | None = None
) -> Layout:
    """How a file is understood, with its first lines, before anything is read. Raises Refusal for no such table."""
    layout, lines = _open(store, data, file, sheet, columns)
    layout.preview = [[clean(cell) for cell in line] for line in islice(lines, 5)]
    return layout


def small_enough(size: int, file: str) -> None:
    """Refuse a file of more bytes than can be held, before it is read."""
    if size > MOST_BYTES:
        raise Refusal("{file} 超过 {n} MB，请按月拆开导入", file=file, n=MOST_BYTES >> 20)


def _open(
    store, data: bytes, file: str, sheet: str | None, columns: Mapping[str, str] | None
) -> tuple[Layout, Iterator[Sequence]]:
    """The layout of the one sheet that holds tickets, and its lines below the header."""
    small_enough(len(data), file)
    found = []
    for name, lines in sheets(data, MOST_ROWS, MOST_COLUMNS):
        if sheet is not None and name != sheet:
            continue
        top = list(islice(lines, HEADER_WITHIN))
        widest = max(map(len, top), default=0)
        if widest > MOST_COLUMNS:
            raise Refusal(TOO_WIDE, n=widest, most=MOST_COLUMNS)
        at, known = _header(store, top, columns)
        if known:
            found.append((Layout(name, at + 1, _texts(top[at]), known), top[at + 1 :], lines))
    if not found:
        raise Refusal(
            "{file} 前 {n} 行没有找到工单表的表头：至少要有“工单编号”和“受理时间”两列，可在“导入”页指定列名",
            file=file,
            n=HEADER_WITHIN,
        )
    if len(found) > 1:
        names = [layout.sheet for layout, *_ in found]
        raise Refusal("{file} 有多张工作表都像工单表：{sheets}，请指定其中一张", file=file, sheets=names)
    layout, rest, lines = found[0]
    if twice := [one for one in layout.columns.values() if layout.headings.count(one) > 1]:
        raise Refusal("表头里有两列都叫“{heading}”，请改名或删去一列", heading=twice[0])
    if columns is None:
        with reading(store) as conn:
            remembered = layouts.read(conn, layout.headings)
        if remembered:
            layout.columns, layout.remembered = remembered, True

    def below() -> Iterator[Sequence]:
        yield from rest
        yield from lines

    return layout, below()


def _texts(line: Sequence) -> list[str]:
    return [clean(cell) if cell is not None else "" for cell in line]


def _header(store, top: list[Sequence], columns: Mapping[str, str] | None) -> tuple[int, dict[str, str]]:
    """Where the header stands and which column holds what; ({}) where there is none."""
    for at, line in enumerate(top):
        headings = _texts(line)
        if columns is not None:
            known = {name: heading for name, heading in columns.items() if heading in headings}
            fits = len(known) == len(columns)
        else:
            known = recognised(headings)
            fits = len(known) >= 3
            if not fits or not set(NEEDED) <= set(known):
                with reading(store) as conn:
                    remembered = layouts.read(conn, headings)
                known, fits = remembered or known, fits or bool(remembered)
        if fits and set(NEEDED) <= set(known):
            return at, known
    return 0, {}


def recognised(headings: Sequence[str]) -> dict[str, str]:
    """Field → heading for the headings whose meaning is known."""
    by_name: dict[str, str] = {}
    for heading in headings:
        for name in (bare(heading), folded(heading)):
            by_name.setdefault(name, heading)
    found = {}
    for name, names in HEADINGS.items():
        for one in names.split():
            if folded(one) in by_name and by_name[folded(one)] not in found.values():
                found[name] = by_name[folded(one)]
                break
    return found


def _given(layout: Layout) -> list[str]:
    """The facts a file can tell something of; a limit it does not give is ours to set."""
    has = layout.columns
    given = {"number", "kind", "received_at", "received_on", "unit", "place"}
    given |= {name for name in FACTS if name in has}
    given |= {"subject"} if {"subject_1", "subject_2", "subject_3"} & set(has) else set()
    given |= {"title"} if "text" in has else set()
    given |= {"closed_on", "replied_at"} if "closed_at" in has else set()
    given |= {"contacted_on"} if "contacted_at" in has else set()
    given |= {"limit_days", "rule"} if "due_on" in has else set()
    given |= {"extended_on"} if "extended_to" in has else set()
    given |= {"called_back_on"} if {"contacted", "resolved", "satisfaction"} & set(has) else set()
    if "status" in has:
        given |= {"closed_at", "closed_on", "replied_at", "returned_on", "suspended_on", "extended_on"}
    return [name for name in FACTS if name in given and (name != "kind" or "kind" in has)]


# -------------------------------------------------------------------------------------------- the cells


class _Memo(dict):
    """A parser that remembers; what it refused is remembered as the Refusal."""

    def __init__(self, parse: Callable, most: int = 200_000):
        super().__init__()
        self.parse, self.most, self.refused = parse, most, False

    def __missing__(self, cell: object):
        value = _tried(self.parse, cell)
        self.refused |= type(value) is Refusal
        if len(self) < self.most:
            self[cell] = value
        return value

    def all(self, cells: Sequence) -> list:
        return list(map(self.__getitem__, cells))


class _Each:
    """A parser of cells that hardly ever repeat."""

    def __init__(self, parse: Callable):
        self.parse, self.refused = parse, False

    def all(self, cells: Sequence) -> list:
        try:
            return list(map(self.parse, cells))
        except Refusal:
            self.refused = True
            return [_tried(self.parse, cell) for cell in cells]


def _tried(parse: Callable, cell: object):
    try:
        return parse(cell)
    except Refusal as refusal:
        return refusal


def parse_number(cell: object) -> str:
    """A ticket's number as text. Refuses one that Excel kept as a number and cut off after 15 digits."""
    if type(cell) is str and cell.isascii() and cell.isdigit():
        return cell
    if isinstance(cell, date):
        raise Refusal("编号被 Excel 存成了日期；请在导出时把该列设为“文本”")
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        if not abs(cell) < 10**15 or cell != int(cell):
            raise Refusal("编号被 Excel 存成了数值，末尾几位已丢失；请在导出时把该列设为“文本”")
        return str(int(cell))
    text = "".join(unicodedata.normalize("NFKC", clean(cell)).split())
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", text):
        raise Refusal("编号被 Excel 写成了科学计数，末尾几位已丢失；请在导出时把该列设为“文本”")
    return text


class _When:
    """Instants as people, Excel and exports write them, in China's time: (seconds since 1970 UTC, day as 20240305).

    A day alone is its midnight. None for a blank cell.
    """

    def __init__(self):
        self.days, self.times = _Memo(_midnight), _Memo(_second_of_day)
        self.starts = _Memo(lambda ordinal: _start(date.fromordinal(ordinal)))

    def __call__(self, cell: object) -> tuple[int | None, int | None]:
        at = cell
        if type(cell) is str and cell[4:17:3] in ("-- ::", "--T::") and len(cell) == 19:
            at = _iso(cell) or cell
        if type(at) is datetime and not at.microsecond:
            start, number = self.starts[at.toordinal()]
            if type(start) is int:
                return start + at.hour * 3600 + at.minute * 60 + at.second, number  # nearly every cell
        if type(cell) is str:
            if cell[10:11] == "T":
                cell = cell.replace("T", " ", 1)
            day, _, clock_time = cell.partition(" ")
            (start, number), second = self.days[day], self.times[clock_time]
            if type(start) is int and type(second) is int and day:
                return start + second, number
            return self._text(unicodedata.normalize("NFKC", clean(cell)))
        if cell is None:
            return None, None
        if isinstance(cell, date):
            timed = isinstance(cell, datetime)
            start, number = _sound(_start(cell.date() if timed else cell))  # what is remembered are days
            if not timed:
                return start, number
            second = cell.hour * 3600 + cell.minute * 60 + cell.second + (cell.microsecond >= 500_000)
            return start + min(second, 86399), number
        if isinstance(cell, float | int) and not isinstance(cell, bool):
            return self._text(f"{cell:.0f}") if cell >= 10**7 else _serial(float(cell))
        raise Refusal("时间无法识别，应形如 2024-03-05 09:30")

    def _text(self, text: str) -> tuple[int | None, int | None]:
        if not text or set(text) <= set("-—/"):
            return None, None
        if re.fullmatch(r"[3-7]\d{4}(\.\d+)?", text):
            return _serial(float(text))
        if found := re.fullmatch(r"((?:19|20)\d{6})(\d{4}(?:\d{2})?)?", text):
            rest = (found[2] or "0000").ljust(6, "0")
            text = f"{found[1][:4]}-{found[1][4:6]}-{found[1][6:]} {rest[:2]}:{rest[2:4]}:{rest[4:]}"
        if found := _ABROAD.fullmatch(text):
            return self(_in_china(found[1] + found[2]))
        half = ""
        if found := _AMPM.search(text):
            half = "pm" if _PM.match(found[1]) else "am"
            text = _AMPM.sub(" ", text, count=1).strip()
        times = list(_TIME.finditer(text))
        clock_time = text[times[-1].start() :] if times else ""
        day = text.removesuffix(clock_time).strip()
        if half and (american := _MDY.fullmatch(day)):  # with am or pm, the month comes first
            day = "{2}-{0}-{1}".format(*american.groups())
        start, number = _sound(self.days[day])
        return start + _sound((self.times[f"{clock_time} {half}".strip()],))[0], number


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _sound(parts: tuple) -> tuple:
    """What was parsed, or the refusal that stands in its place raised."""
    if isinstance(parts[0], Refusal):
        raise parts[0]
    return parts


def _midnight(text: str) -> tuple[int, int]:
    found = _YMD.fullmatch("".join(text.split()))
    try:
        if found:
            return _start(date(*map(int, found.groups())))
        if found := _MDY.fullmatch(text):
            month, day, year = map(int, found.groups())
            if day <= 12 and day != month:
                return Refusal("分不清哪个是月、哪个是日，应形如 2024-03-05"), 0
            return _start(date(year, month, day))
        if (found := _ENGLISH.fullmatch(text)) and not (found[1] and found[3]):
            month = _MONTHS.index(found[2].lower()) + 1
            return _start(date(int(found[4]), month, int(found[1] or found[3])))
    except (ValueError, TypeError):
        pass
    wrong = Refusal("时间无法识别，应形如 2024-03-05 09:30")
    return wrong, 0


@lru_cache(maxsize=8192)
def _start(day: date) -> tuple[int, int]:
    if not 2000 <= day.year <= 2100:
        return Refusal("年份应在 2000 至 2100 之间"), 0
    return int(datetime.combine(day, time(), CHINA).timestamp()), number_of(day)


def _second_of_day(text: str) -> int:
    if len(text) == 8 and text[2] == text[5] == ":" and text < "24" and (text[:2] + text[3:5] + text[6:]).isdecimal():
        hour, minute, second = int(text[:2]), int(text[3:5]), int(text[6:])
        if minute < 60 and second < 60:
            return hour * 3600 + minute * 60 + second
    text, _, half = text.strip().lower().partition(" ")
    if not text and not half:
        return 0
    found = _TIME.fullmatch(text)
    hour, minute, second = (int(part or 0) for part in found.groups()) if found else (99, 0, 0)
    if half not in ("", "am", "pm") or (half == "am" and hour > 12):
        hour = 99
    elif half and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise Refusal("时间无法识别，应形如 2024-03-05 09:30")
    return hour * 3600 + minute * 60 + second


def _serial(number: float) -> tuple[int, int]:
    if not 36526 <= number < 73415:  # 2000-01-01 … 2100-12-31
        raise Refusal("时间无法识别，应形如 2024-03-05 09:30")
    start, on = _sound(_start(date(1899, 12, 30) + timedelta(int(number))))
    return start + min(round((number - int(number)) * 86400), 86399), on


def _in_china(text: str) -> datetime:
    """The local time in China of an instant with an offset."""
    with suppress(ValueError, OverflowError):
        return datetime.fromisoformat(text).astimezone(CHINA).replace(tzinfo=None)
    raise Refusal("时间无法识别，应形如 2024-03-05 09:30")


def _day_of_cell(when: _When) -> Callable:
    return lambda cell: when(cell)[1]


def parse_kind(cell: object) -> str:
    """咨询 is answered at once, all else (办理, 投诉, 求助, 建议, 举报) has to be handled; "" for a blank cell."""
    text = folded(clean(cell)) if cell is not None else ""
    if not text:
        return ""
    return INQUIRY if _INQUIRY.search(text) and not _HANDLED.search(text) else REQUEST


def parse_due(when: _When) -> Callable[[object], tuple[int | None, int | None]]:
    """A due day, or a limit in working days ("5个工作日", 5): (limit, day as 20240305), one of them None."""

    def parse(cell: object) -> tuple[int | None, int | None]:
        if cell is None or cell == "":
            return None, None
        text = unicodedata.normalize("NFKC", clean(cell))
        if found := _LIMIT.fullmatch(text):
            if not 0 < int(found[1]) <= 365:
                raise Refusal("时限应为 1 至 365 个工作日")
            return int(found[1]), None
        return None, when(cell)[1]

    return parse


def parse_flag(cell: object) -> bool | None:
    """是/否 in many spellings; None where there is no answer."""
    text = folded(clean(cell)) if cell is not None else ""
    if text in _YES or cell is True:
        return True
    if text in _NO or cell is False:
        return False
    if _UNANSWERED.match(text):
        return None
    raise Refusal("应为“是”或“否”")


def parse_satisfaction(cell: object) -> str:
    """满意, 基本满意, 不满意 in many spellings; "" where there is no answer."""
    text = folded(clean(cell)) if cell is not None else ""
    for value, words in _SATISFIED.items():
        if text in words:
            return value
    if _UNANSWERED.match(text):
        return ""
    raise Refusal("满意度应为“满意”“基本满意”或“不满意”")


def parse_status(cell: object) -> str:
    """returned, suspended, extended (open), closed or open; unknown for a word that says none of it, "" for none."""
    text = folded(clean(cell)) if cell is not None else ""
    if not text:
        return ""
    if _RETURNED.search(text):
        return "returned"
    if _SUSPENDED.search(text):
        return "suspended"
    if _OPEN.search(text) and not _EXTENDED.search(text):
        return "open"
    if _CLOSED.search(text):
        return "closed"
    if _EXTENDED.search(text):
        return "extended open" if _OPEN.search(text) else "extended"
    return "unknown"


def parse_text(cell: object) -> str:
    """A text without what exports wrap around it."""
    if cell is None:
        return ""
    return clean(cell).replace("\r\n", "\n").replace("\xa0", " ").replace("\u3000", " ").strip()


def parse_subject(cell: object) -> str:
    """城市管理->占道经营: one way to write the levels."""
    return re.sub(r"\s*(?:->|=>|→|＞|>|—>|/|／|\\)\s*", "->", parse_text(cell))


# -------------------------------------------------------------------------------------------- reading


class _Places:
    """Which unit a line means, by code, then by a remembered or a real name within the street."""

    def __init__(self, store, within: str):
        with reading(store) as conn:
            self.units = [one for one in units(conn, within) if one.level in ("community", "street")]
            self.known, office = aliases.read(conn), settings.get(conn, "office")
        streets = [one for one in self.units if one.level == "street"]
        if not self.units:
            raise Refusal("还没有社区，请先到“设置”登记")
        named = [one for one in streets if office and office in (one.name, one.short)]
        self.office = next(iter([*named, *streets]), None)
        self.streets = {name: one for one in streets for name in (one.name, one.code, one.code[:9])}
        communities = [one for one in self.units if one.level == "community"]
        self.all = Finder(communities)
        self.by_street = {one.code: Finder([u for u in communities if u.code[:9] == one.code[:9]]) for one in streets}
        self.by_code = {one.code: one for one in self.units}
        self.dated = {one.code for one in self.units if one.opened_on or one.closed_on}  # whose life is limited

    def find(self, key: tuple[str, str, str]) -> tuple[str, str]:
        """(street, code, name) as written → (unit's code, the name where it stays open)."""
        street_text, code, name = key
        street = self.streets.get(street_text)
        for finder, text in ((self.all, code), (self.by_street[street.code] if street else self.all, name)):
            if not text:
                continue
            if text is name and text in self.known and self.known[text] in self.by_code:
                return self.known[text], ""
            try:
                return finder.find(text).code, ""
            except Refusal:
                continue
        home = street or self.office
        if home is None:
            raise Refusal("有工单找不到所属社区，而库中没有街道可以挂靠；请先到“设置”登记街道")
        return home.code, name or code

    def left_open(self, code: str) -> tuple[str, str]:
        """(the street, the name) of a unit that was not there at the time."""
        street = code[:9] + "000"
        home = street if street in self.by_code else self.office and self.office.code
        return (home, self.by_code[code].name) if home else (code, "")

    def alive(self, code: str, day: date) -> bool:
        return self.by_code[code].alive(day, day)


def read_tickets(
    store,
    data: bytes,
    file: str,
    told: Clock,
    *,
    columns: Mapping[str, str] | None = None,
    sheet: str | None = None,
    within: str = "",
) -> Read:
    """The tickets of an export with their clocks set, and every cell that cannot be understood."""
    layout, lines = _open(store, data, file, sheet, columns)
    reader = _Reader(layout, _Places(store, within), told)
    number = layout.header + 1
    while chunk := list(islice(lines, CHUNK)):
        if number + len(chunk) > MOST_ROWS + HEADER_WITHIN + 1 and reader.found.read >= MOST_ROWS:
            raise Refusal("{file} 超过 {n} 行，请按月拆开导入", file=file, n=MOST_ROWS)
        reader.take(chunk, number)
        number += len(chunk)
    if not reader.found.read and not reader.found.problems:
        raise Refusal("{file} 的表头下面没有工单", file=file)
    return reader.found


class _Reader:
    """Turns lines into tickets, column by column: most cells repeat, and a column is read by one parser."""

    def __init__(self, layout: Layout, places: _Places, told: Clock):
        self.found, self.places, self.clock = Read(layout), places, told
        self.headings = layout.headings
        self.at = {name: layout.headings.index(heading) for name, heading in layout.columns.items()}
        self.when = _When()
        self.silences: dict[frozenset, frozenset] = {}
        self.first: dict[str, int] = {}  # number → its place among the tickets found
        day = _day_of_cell(self.when)
        self.parse: dict[str, _Memo | _Each] = {
            "number": _Each(parse_number),
            "kind": _Memo(parse_kind),
            "due_on": _Memo(parse_due(self.when), 50_000),
            "status": _Memo(parse_status),
            "contacted": _Memo(parse_flag),
            "resolved": _Memo(parse_flag),
            "satisfaction": _Memo(parse_satisfaction),
            **{name: _Memo(parse_subject) for name in ("subject", "subject_1", "subject_2", "subject_3")},
            **{name: _Memo(parse_text, 5_000) for name in ("channel", "body", "reply", "street", "name", "code")},
            **{name: _Each(parse_text) for name in ("title", "text", "extended_by", "extended_why")},
            **{name: _Each(self.when) for name in ("received_at", "contacted_at", "replied_at", "closed_at")},
            **{
                name: _Memo(day, 50_000)
                for name in ("extended_to", "extended_on", "suspended_on", "returned_on", "called_back_on")
            },
        }
        self.subjects = _Memo(lambda parts: "->".join(dict.fromkeys(part for part in parts if part))[:200])
        self.finds = _Memo(places.find)

    def take(self, lines: list[Sequence], number: int) -> None:
        """Read lines of which the first is line `number` of the file."""
        lines, numbers = self._whole(lines, number)
        if not lines:
            return
        cells = list(zip(*lines, strict=True))
        column = {name: self._column(name, cells[at], numbers) for name, at in self.at.items()}
        self._tickets(column, numbers)

    def _whole(self, lines: list[Sequence], number: int) -> tuple[list[Sequence], list[int]]:
        """The lines that hold a ticket, all of one length, and their numbers."""
        width, key = len(self.headings), self.at["number"]
        received = self.at["received_at"]
        needed = max(at for at, heading in enumerate(self.headings, 1) if heading)
        kept, numbers = [], []
        for n, line in enumerate(lines, number):
            if (
                len(line) == width
                and (cell := line[key])
                and cell != self.headings[key]
                and line[received]
                and (type(cell) is not str or cell[0] > " " and not cell.isspace())
            ):
                kept.append(line)
                numbers.append(n)
                continue
            if not any(cell is not None and cell != "" and clean(cell) for cell in line):
                continue  # the phantom rows of a sheet
            if _texts(line)[:width] == self.headings:
                continue  # the header again, where exports were put together
            if len(line) > width and any(cell is not None and clean(cell) for cell in line[width:]):
                self.found.read += 1
                self._wrong(n, "本行比表头多出一格，可能是数里的逗号把它断开了", width, line)
                continue
            if needed <= len(line) < width:
                line = [*line, *[""] * (width - len(line))]
            if len(line) < width:
                if self._footer(clean(line[0]) if line[0] is not None else ""):
                    continue
                self.found.read += 1
                self._wrong(n, "本行只有 {n} 格，表头有 {width} 格，文件可能被截断", 0, line, n=len(line), width=width)
                continue
            line = line[:width]
            texts = _texts(line)
            first = next(filter(None, texts))
            if not texts[received] and texts[key] in ("", first) and self._footer(first):
                continue
            if not texts[key]:
                if texts.count("") == width - 1 and first != texts[received]:
                    continue
                self.found.read += 1
                self._wrong(n, "工单编号为空", key, line)
                continue
            kept.append(line)
            numbers.append(n)
        self.found.read += len(kept)
        return kept, numbers

    @staticmethod
    def _footer(text: str) -> bool:
        return text in TOTALS or text.startswith((*FOOTERS, *TOTALS))

    def _wrong(self, row: int, message: str, at: int, line: Sequence, **params) -> None:
        heading = (self.headings[at] if at < len(self.headings) else "") or str(at + 1)
        value = clean(line[at]) if at < len(line) and line[at] is not None else ""
        self.found.problems.append(Problem(message, params, row, heading, value[:60]))

    def _column(self, name: str, cells: Sequence, numbers: list[int]) -> list:
        """A column understood; what was refused is a Refusal in it, and a problem."""
        parser = self.parse[name]
        values = parser.all(cells)
        if parser.refused:
            at = self.at[name]
            for n, value in enumerate(values):
                if type(value) is Refusal:
                    problem = Problem(value.message, value.params, numbers[n], self.headings[at], clean(cells[n])[:60])
                    self.found.problems.append(problem)
        return values

    def _note(self, message: str, n: int = 1) -> None:
        self.found.notes[message] = self.found.notes.get(message, 0) + n

    def _tickets(self, column: dict[str, list], numbers: list[int]) -> None:
        size = len(numbers)
        none, blank = [None] * size, [""] * size

        def texts(name: str) -> list:
            return column.get(name, blank)

        def values(name: str) -> list:
            return column.get(name, none)

        def pairs(name: str) -> list:
            return column.get(name, [(None, None)] * size)

        subjects = texts("subject")
        if any(name in column for name in ("subject_1", "subject_2", "subject_3")):
            levels = zip(subjects, texts("subject_1"), texts("subject_2"), texts("subject_3"), strict=True)
            subjects = [self.subjects[parts] for parts in levels]
        places = [self.finds[key] for key in zip(texts("street"), texts("code"), texts("name"), strict=True)]
        titles = texts("title")
        if "text" in column:
            both = zip(titles, column["text"], strict=True)
            titles = [
                text if not title or text.startswith(title) else f"{title}\n{text}".strip() for title, text in both
            ]
        rows = zip(
            numbers,
            column["number"],
            column["received_at"],
            values("kind"),
            texts("channel"),
            subjects,
            texts("body"),
            titles,
            texts("reply"),
            places,
            pairs("due_on"),
            pairs("contacted_at"),
            pairs("replied_at"),
            pairs("closed_at"),
            texts("status"),
            zip(values("extended_on"), values("extended_to"), texts("extended_by"), texts("extended_why"), strict=True),
            values("suspended_on"),
            values("returned_on"),
            values("called_back_on"),
            values("contacted"),
            values("resolved"),
            texts("satisfaction"),
            strict=True,
        )
        bad = {problem.row for problem in self.found.problems}
        for row in rows:
            if row[0] not in bad:
                self._ticket(row)

    def _ticket(self, row: tuple) -> None:
        """One line as a ticket, or the problem that keeps it from being one."""
        (
            line,
            number,
            received,
            kind,
            channel,
            subject,
            body,
            title,
            reply,
            place,
            due,
            contact,
            replied,
            closed,
            status,
            extension,
            suspended_on,
            returned_on,
            called_back_on,
            contacted,
            resolved,
            satisfaction,
        ) = row
        received_at, received_on = received
        if received_on is None:
            return self._wrong(line, "受理时间为空", self.at["received_at"], ())
        if type(place) is Refusal:
            raise place
        (unit, open_name), (limit_days, due_on) = place, due
        if unit in self.places.dated and not self.places.alive(unit, day_of(received_on)):
            unit, open_name = self.places.left_open(unit)
        self.found.unplaced += unit.endswith("000")
        closed_at, closed_on = closed
        replied_at, extended_on, extended_to = replied[0], extension[0], extension[1]
        unsaid = assumed = frozenset()
        if not kind:
            kind = REQUEST
            unsaid |= {"kind"} if "kind" in self.at else set()
        if due_on is None and limit_days is None and "due_on" in self.at:
            unsaid |= {"limit_days", "due_on", "rule"}
        if returned_on is not None and closed_on is not None and status == "closed":
            returned_on = None  # sent back once, dispatched again and closed
            self._note("既有退回时间又已办结：按办结计")
        if status:
            if status in ("open", "extended open") and closed_on is not None:
                at = self.at["status"]
                return self._wrong(line, "状态为未办结，却有办结时间", at, [""] * at)
            if status == "returned":
                if returned_on is None:
                    returned_on = closed_on or received_on
                    assumed |= {"returned_on"} if closed_on is None else set()
                    self._note("状态为退回而没有退回时间：按办结时间，没有的按受理日计")
                closed_at = closed_on = None
            elif status == "closed" and closed_on is None and kind != INQUIRY:
                closed_at, closed_on = replied
                if closed_on is None:
                    at = self.at["status"]
                    return self._wrong(line, "状态为已办结，但没有办结时间", at, [""] * at)
            elif status == "suspended" and suspended_on is None:
                suspended_on = received_on
                assumed |= {"suspended_on"}
                self._note("状态为挂账而没有挂账时间：按受理日计")
            elif status.startswith("extended") and extended_on is None:
                extended_on = received_on
                assumed |= {"extended_on"}
                self._note("状态为延期而没有批准时间：按受理日计")
            elif status == "unknown":
                self._note("没有认出工单状态：按有没有办结时间计")
        if extended_to is not None and extended_on is None:
            extended_on = received_on
            assumed |= {"extended_on"}
            self._note("有延期后的时限而没有批准时间：按受理日计")
        if called_back_on is None and (contacted is not None or resolved is not None or satisfaction):
            called_back_on = closed_on or received_on
            self._note("有回访结果而没有回访时间：按办结日计")
        rule = BY_FILE if due_on or limit_days else ""
        try:
            if kind == INQUIRY:
                clock_says = (None, None, "", None, None, None)
                extended_on = extended_to = None
                if closed_on is None and returned_on is None:
                    closed_at, closed_on = replied if replied_at else received
                    unsaid |= {"closed_at", "closed_on", "replied_at"}
                replied_at = replied_at or closed_at
            else:
                clock_says = self.clock.told(
                    subject, received_at, received_on, limit_days, due_on, rule, None, extended_to, closed_on
                )
        except Refusal as refusal:
            return self._wrong(line, refusal.message, self.at["received_at"], (), **refusal.params)
        limit_days, due_on, rule, contact_due, used, left = clock_says
        facts = (
            number,
            unit,
            kind,
            channel[:40],
            subject,
            body[:100],
            title,
            reply,
            open_name[:100],
            received_at,
            received_on,
            limit_days,
            rule,
            due_on,
            contact_due,
            extended_on,
            extended_to,
            extension[2][:60],
            extension[3],
            suspended_on,
            None,
            returned_on,
            *contact,
            replied_at,
            closed_at,
            closed_on,
            called_back_on,
            contacted,
            resolved,
            satisfaction,
            used,
            left,
            " ".join(sorted(assumed)) if assumed else "",
        )
        one = Ticket._make(facts)  # in half the time of a call with as many arguments
        if unsaid or assumed:
            same = unsaid | assumed  # one set for all tickets that leave the same unsaid
            self.found.silent[number] = self.silences.setdefault(same, same)
        before = self.first.get(number)
        if before is None:
            self.first[number] = len(self.found.tickets)
            self.found.tickets.append(one)
            self.found.lines.append(line)
        elif self.found.tickets[before] == one:
            self.found.repeated += 1
        else:
            self.found.conflicts += 1
            at = self.at["number"]
            cell = [""] * at + [number]
            self._wrong(line, "与第 {first} 行是同一工单，内容却不同", at, cell, first=self.found.lines[before])
        return None


def _located(problem: Problem, layout: Layout) -> Problem:
    """A problem of the ledger under the heading the file has for it."""
    fields = {heading: name for name, heading in tickets.HEADINGS.items()}
    return Problem(
        problem.message,
        problem.params,
        problem.row,
        layout.columns.get(fields.get(problem.column, ""), problem.column),
        problem.value,
    )


def _clash(clash: tuple, layout: Layout) -> Problem:
    row, number, name, stored, came = clash
    message = "工单 {number} 在上次导入后被人工改为“{stored}”，文件却是另一个值"
    heading = layout.columns.get(name, tickets.HEADINGS.get(name, name))
    params = {"number": number, "stored": tickets.shown(name, stored)}
    return Problem(message, params, row, heading, tickets.shown(name, came))
