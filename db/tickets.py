"""The citizens' 12345 tickets: the only writers of them, and the readers of what was written.

The ledger's rules hold: a correction adds a version and stamps the old one, nothing is overwritten, every write is a
batch with a token. A ticket's number is its name wherever it comes from. What a ticket means (its limit, its due
day, its working days) is told by the `clock` that a writer brings along; this floor holds it to what can be true.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import chain, islice, repeat
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple

import pyarrow as pa
from sqlalchemy import Connection, Engine, Select, String, Text, bindparam, func, or_, select, union, update
from sqlalchemy.exc import IntegrityError

from db import batches, totals
from db.batches import Receipt, need_reason
from db.engine import china_day, in_parts, insert_rows, now, raw_rows, reading, stored_form
from db.language import Problem, Refusal, Rejected
from db.measures import TICKETS, believed, cells_of, late, on_day, open_still
from db.schema import batch, day_of, number_of, ticket, unit
from db.units import Unit

INQUIRY, REQUEST = "inquiry", "request"
KINDS = {INQUIRY: "咨询", REQUEST: "办理"}
SATISFACTION = {"satisfied": "满意", "basically": "基本满意", "dissatisfied": "不满意"}
EAST = 28800  # seconds by which China is ahead of UTC
BY_FILE = "file"  # the rule of a due day that the file itself gave


class Ticket(NamedTuple):
    """A ticket as it stands, in stored form: days as 20240305, instants as seconds since 1970 UTC.

    number, unit         the community, or the street where it is not yet known which (待归属)
    kind                 inquiry (answered at once, never on the clock) or request
    limit_days, rule     working days, and what set them: "2025-01-01 水电气热", or "file"
    due_on               the last day in time; extended_to replaces it. None: not on the clock
    contact_due          until when the citizen must have been contacted first
    suspended_on         the clock stands from that day on, until `resumed_on`
    returned_on          sent back: not ours
    contacted, resolved  what the citizen answered when called back; None: no answer
    days_used, days_left working days from receipt to closing (less those the clock stood), and from closing to the
                         last day in time
    assumed              of extended_on, returned_on, suspended_on those that no file told and nobody has said since
    """

    number: str
    unit: str
    kind: str
    channel: str
    subject: str
    body: str
    title: str
    reply: str
    place: str
    received_at: int
    received_on: int
    limit_days: int | None = None
    rule: str = ""
    due_on: int | None = None
    contact_due: int | None = None
    extended_on: int | None = None
    extended_to: int | None = None
    extended_by: str = ""
    extended_why: str = ""
    suspended_on: int | None = None
    resumed_on: int | None = None
    returned_on: int | None = None
    contacted_at: int | None = None
    contacted_on: int | None = None
    replied_at: int | None = None
    closed_at: int | None = None
    closed_on: int | None = None
    called_back_on: int | None = None
    contacted: bool | None = None
    resolved: bool | None = None
    satisfaction: str = ""
    days_used: int | None = None
    days_left: int | None = None
    assumed: str = ""

    @property
    def deadline(self) -> int | None:
        """The last day in time, extension included."""
        return self.extended_to or self.due_on

    @property
    def stopped_on(self) -> int | None:
        """The day the clock stopped: closed, sent back, or suspended and not resumed."""
        suspended = self.suspended_on if self.resumed_on is None else None
        return min((day for day in (self.closed_on, self.returned_on, suspended) if day), default=None)


FACTS = Ticket._fields
CLOCK = ("limit_days", "due_on", "rule", "contact_due", "days_used", "days_left")  # what a clock tells
HEADINGS = {
    "number": "工单编号",
    "unit": "社区",
    "kind": "类型",
    "channel": "来源渠道",
    "subject": "问题分类",
    "body": "承办单位",
    "title": "诉求内容",
    "reply": "回复内容",
    "place": "原填社区",
    "received_at": "受理时间",
    "limit_days": "时限（工作日）",
    "rule": "时限依据",
    "due_on": "办结时限",
    "contact_due": "首次联系时限",
    "extended_on": "延期批准日",
    "extended_to": "延期至",
    "extended_by": "延期批准人",
    "extended_why": "延期原因",
    "suspended_on": "挂账日",
    "resumed_on": "恢复日",
    "returned_on": "退回日",
    "contacted_at": "首次联系时间",
    "replied_at": "回复时间",
    "closed_at": "办结时间",
    "called_back_on": "回访日",
    "contacted": "是否联系",
    "resolved": "是否解决",
    "satisfaction": "满意度",
    "days_used": "用时（工作日）",
    "days_left": "剩余（工作日）",
}
Clock = Callable[[Ticket], Ticket]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a ticket as stored. Live while `retired_at` is None."""

    ticket: Ticket
    version: int
    batch: int
    recorded_at: datetime
    recorded_by: str
    retired_at: datetime | None
    retired_by: str | None
    retired_reason: str | None


class Conflict(Refusal):
    """Tickets that a colleague, or a person since the last import, has set to something else.

    `clashes`: (line, number, field, what is stored, what came in).
    """

    def __init__(self, clashes: Sequence[tuple[int | None, str, str, Any, Any]], message: str):
        super().__init__(message, n=len({clash[1] for clash in clashes}), number=clashes[0][1])
        self.clashes = clashes


# -------------------------------------------------------------------------------------------- what can be true

_ISO = r"[- ](?:19|20)\d\d-\d\d-\d\d(?!\d)"  # an amount before a date is no phone
_MOBILE = rf"(?<!\d)(?:(?:\+|00)?86[- ]?)?1[3-9]\d(?!{_ISO})(?:[- ]?\d){{8}}(?!\d)"
_AREA = r"(?:\(0\d{2,3}\) ?|(?<!\d)0\d{2,3}[- ]?)"
_LANDLINE = rf"{_AREA}[2-8]\d{{6,7}}(?!\d)|(?:(?<=电话)|(?<=电话[: ])|(?<=电话: ))\d{{7,8}}(?!\d)"
_PROVINCE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)"  # no year and no day begins like that
_MONTH_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_BORN = rf"[- ]?(?:18|19|20)\d{{2}}{_MONTH_DAY}[- ]?\d{{3}}[\dXx]|\d{{2}}{_MONTH_DAY}\d{{3}}"
_IDENTITY = rf"(?<!\d){_PROVINCE}\d{{4}}(?:{_BORN})(?!\d)"
_PERSONAL = re.compile(f"({_IDENTITY})|({_MOBILE})|({_LANDLINE})")
_LONG = re.compile(r"\d" + r"[-－—– 　]?\d" * 6)  # seven digits, which any number to be hidden has
_NARROW = str.maketrans("０１２３４５６７８９＋－—–　Ｘｘ（）：", "0123456789+--- Xx():")


def mask(text: str) -> str:
    """The text with phone and identity numbers hidden: 138****5678, 120114************.

    Of a phone the last four digits stay, so that a person who knows it can tell it again.
    """
    if not _LONG.search(text):
        return text
    parts, end = [], 0
    for found in _PERSONAL.finditer(text.translate(_NARROW)):
        parts += text[end : found.start()], _hidden(found)
        end = found.end()
    # Once more: what was two numbers may look like one of its own now.
    return mask("".join(parts) + text[end:]) if parts else text


def _hidden(found: re.Match) -> str:
    digits = re.sub(r"[^\dXx]", "", found[0])
    if found[1]:
        return digits[:6] + "*" * (len(digits) - 6)
    return digits[-11:-8] + "****" + digits[-4:] if found[2] else "****" + digits[-4:]


MASKED = ("title", "reply", "place", "extended_why", "subject", "body", "channel")
_AFTER = (  # days that cannot come before another
    ("closed_on", "received_on", "办结早于受理"),
    ("returned_on", "received_on", "退回早于受理"),
    ("contacted_on", "received_on", "首次联系早于受理"),
    ("suspended_on", "received_on", "挂账早于受理"),
    ("resumed_on", "suspended_on", "恢复早于挂账"),
    ("extended_on", "received_on", "延期早于受理"),
    ("due_on", "received_on", "办结时限早于受理"),
    ("called_back_on", "received_on", "回访早于受理"),
    ("extended_to", "due_on", "延期后的时限早于原时限"),
    ("closed_on", "extended_on", "工单办结后不能再延期"),
)
_PAST = (
    *("received_on", "closed_on", "returned_on", "contacted_on", "suspended_on", "resumed_on", "extended_on"),
    "called_back_on",
)
_LENGTHS = {name: ticket.c[name].type.length for name in ("channel", "subject", "body", "place", "extended_by", "rule")}
_after_at = [(FACTS.index(a), FACTS.index(b), a, message) for a, b, message in _AFTER]
_past_at = [(FACTS.index(name), name) for name in _PAST]


def problems(one: Ticket, units: Mapping[str, Unit], today: int, row: int | None = None) -> Iterable[Problem]:
    """Everything that keeps a ticket from being true. `today` as 20240305."""

    def wrong(message: str, name: str, **params) -> Problem:
        return Problem(message, params, row, HEADINGS.get(name, ""), shown(name, getattr(one, name)))

    if not one.number or len(one.number) > 64:
        yield wrong("工单编号不能为空，最多 64 个字符", "number")
    if one.kind not in KINDS:
        yield wrong("类型应为“咨询”或“办理”", "kind")
    place = units.get(one.unit)
    if place is None:
        yield wrong("没有编码为“{code}”的社区，请核对，或在“设置”中先登记", "unit", code=one.unit)
    elif not place.alive(received := day_of(one.received_on), received):
        yield wrong("受理时该社区不在册", "unit")
    if one.received_on < 20000101:
        yield wrong("日期早于 2000 年，请核对", "received_at")
    for at, name in _past_at:
        if one[at] is not None and one[at] > today:
            yield wrong("日期晚于今天，请核对", _timed(name))
    for at, before, name, message in _after_at:
        if one[at] is not None and one[before] is not None and one[at] < one[before]:
            yield wrong(message, _timed(name))
    if one.replied_at and number_of(china_day(datetime.fromtimestamp(one.replied_at, UTC))) > today:
        yield wrong("日期晚于今天，请核对", "replied_at")
    for name, most in _LENGTHS.items():
        if len(getattr(one, name)) > most:
            yield wrong("最多 {n} 个字符", name, n=most)
    for name in ("closed_at", "contacted_at", "replied_at"):
        later = getattr(one, name)
        if later is not None and later < one.received_at and timely(later) and timely(one.received_at):
            yield wrong("早于受理时间", name)
    if one.closed_on and one.returned_on:
        yield wrong("工单不能既办结又退回", "returned_on")
    if one.extended_to and not one.extended_on:
        yield wrong("延期要写明批准日", "extended_on")
    if one.extended_to and not one.due_on:
        yield wrong("咨询类工单没有时限，不能延期", "extended_to")
    if one.kind == REQUEST and not one.due_on:
        yield wrong("办理类工单要有时限", "due_on")
    if one.resumed_on and not one.suspended_on:
        yield wrong("没有挂账，不能恢复", "resumed_on")
    if one.satisfaction and one.satisfaction not in SATISFACTION:
        yield wrong("满意度应为“满意”“基本满意”或“不满意”", "satisfaction")
    early = one.due_on and one.due_on < one.received_on  # said above, and the days follow from it
    if one.limit_days is not None and not early and not 0 < one.limit_days <= 1000:
        yield wrong("时限应为 1 至 1000 个工作日", "limit_days")


def _belated(old: Ticket | None, new: Ticket, row: int | None = None) -> Iterable[Problem]:
    """An extension granted after the last day in time, that of an earlier extension where there is one."""
    deadline = old.deadline if old else new.due_on
    same = old and (old.extended_on, old.extended_to) == (new.extended_on, new.extended_to)
    if new.extended_on and deadline and not same and new.extended_on > deadline:
        yield Problem("已超过时限，不能再延期", {}, row, HEADINGS["due_on"], shown("due_on", deadline))


_TEXTS = {name for name in FACTS if isinstance(ticket.c[name].type, String | Text) and not ticket.c[name].nullable}
_RUNNING = {
    "extended_to": "工单办结后不能再延期",
    "suspended_on": "工单办结或退回后不能再挂账",
    "resumed_on": "工单办结或退回后不能再恢复",
    "returned_on": "工单办结后不能再退回",
    "closed_on": "工单退回后不能再办结",
}


def _missteps(old: Ticket, new: Ticket) -> Iterable[Problem]:
    """Steps by hand that come too late or too early in a ticket's life."""
    for name, message in _RUNNING.items():
        value = getattr(new, name)
        ended = old.returned_on if name == "closed_on" else old.closed_on or old.returned_on
        belated = name == "resumed_on" and value is not None and old.closed_on and value <= old.closed_on
        if value is not None and value != getattr(old, name) and ended and not belated:
            yield Problem(message, {}, None, HEADINGS[_timed(name)], shown(name, value))
    called_back = new.called_back_on if new.called_back_on != old.called_back_on else None
    if called_back and not (new.closed_on and new.closed_on <= called_back):
        yield Problem("工单还没有办结，不能回访", {}, None, HEADINGS["called_back_on"], "")


def _timed(name: str) -> str:
    """The field in which people see a day: a closing day is part of the closing time."""
    at = name.removesuffix("_on") + "_at"
    return at if at in HEADINGS else name


def timely(instant: int) -> bool:
    """Whether a time of day is known: midnight in China stands for a day alone."""
    return (instant + EAST) % 86400 != 0


def shown(name: str, value: Any) -> str:
    """A field's value as a person reads it: 2024-03-05, 2024-03-05 09:32, 是."""
    if value is None or value == "":
        return ""
    if name.endswith("_at") or name == "contact_due":
        local = datetime.fromtimestamp(value + EAST, UTC)
        return f"{local:%Y-%m-%d %H:%M}" if timely(value) else f"{local:%Y-%m-%d}"
    if name.endswith(("_on", "_to")):
        return day_of(value).isoformat()
    if isinstance(value, bool):
        return "是" if value else "否"
    return {"kind": KINDS, "satisfaction": SATISFACTION}.get(name, {}).get(value, str(value))


def seconds(at: datetime) -> int:
    """An aware instant in stored form."""
    return int(at.timestamp())


@lru_cache(maxsize=8192)
def _next_day(day: int) -> int:
    return number_of(day_of(day) + timedelta(1))


# -------------------------------------------------------------------------------------------- writing

_FACT_COLUMNS = [ticket.c[name] for name in FACTS]
_STORED = set(ticket.columns.keys())


def record(
    store: Engine,
    tickets: Sequence[Ticket],
    *,
    by: str,
    token: str,
    clock: Clock,
    given: Sequence[str] = FACTS,
    silent: Mapping[str, Collection[str]] = MappingProxyType({}),
    rows: Sequence[int | None] | None = None,
    source: str = "import",
    reason: str = "",
    file: tuple[str, str] | None = None,
    prefer: str = "",
    at: datetime | None = None,
    progress: Callable[[str], None] = lambda stage: None,
) -> Receipt:
    """Store tickets, all or none; of each number once.

    A number not known yet is a new ticket; it comes with its clock set. Of a known one the `given` fields are taken
    that are not blank, and `clock` is asked again: equal means unchanged. What a person changed by hand since the
    last import is kept where the file still says what that import said; where both changed, a Conflict is raised,
    unless `prefer` says "file" or "ledger". `silent`: number → fields the file left unsaid and its reader filled in; of
    a known ticket they are taken only where nothing is stored. `rows`: the lines of the file, for problems.

    Raises Rejected with everything that cannot be true, Conflict, or Refusal.
    """
    at = at or now()

    def work(conn: Connection, act: int, stamp: tuple) -> Receipt:
        progress("核对")
        plan = _plan(conn, tickets, clock, given, silent, rows, prefer, at, lock=True)
        progress("写入")
        begun = _apply(conn, plan.changed, act, by.strip(), reason, at, plan.new)
        progress("汇总")
        totals.refresh_tickets(conn, act, begun)
        return Receipt(act if plan.new or plan.changed else None, *_counts(plan))

    return _write(store, work, by=by, token=token, source=source, at=at, file=file)


def preview(
    store: Engine,
    tickets: Sequence[Ticket],
    *,
    clock: Clock,
    given: Sequence[str] = FACTS,
    silent: Mapping[str, Collection[str]] = MappingProxyType({}),
    rows: Sequence[int | None] | None = None,
    prefer: str = "",
    at: datetime | None = None,
) -> tuple[Receipt, list[tuple[Ticket, Ticket]]]:
    """What `record` would do, without doing it, and the changes as (stored, new). Raises what `record` would."""
    with reading(store) as conn:
        plan = _plan(conn, tickets, clock, given, silent, rows, prefer, at or now(), lock=False)
        return Receipt(None, *_counts(plan)), [(before.ticket, after) for after, before in plan.changed]


def amend(
    store: Engine,
    changes: Mapping[str, Mapping[str, Any]],
    *,
    by: str,
    reason: str,
    token: str,
    clock: Clock,
    seen: Mapping[str, int] | None = None,
    source: str = "form",
    at: datetime | None = None,
) -> Receipt:
    """Set fields of tickets by hand: number → field → value (None or "" blanks it). All or none.

    `seen`: the version each writer looked at. Raises Refusal without a reason or for an unknown ticket, Conflict
    where a colleague was faster, Rejected for a step that makes no sense.
    """
    need_reason(reason)
    at = at or now()

    def work(conn: Connection, act: int, stamp: tuple) -> Receipt:
        stored = _live(conn, list(changes), lock=True)
        for number in changes:
            if number not in stored:
                _last_versions(conn, [number])
                raise Refusal("没有编号为 {id} 的工单，或它已作废", id=number)
            if seen and stored[number].version != seen[number]:
                raise _faster(number)
        steps = []
        for number, fields in sorted(changes.items()):
            old = stored[number]
            fields = {name: "" if value is None and name in _TEXTS else value for name, value in fields.items()}
            fields["assumed"] = " ".join(name for name in old.ticket.assumed.split() if name not in fields)
            changed = _unset(old.ticket, list(old.ticket._replace(**fields)))
            (new,) = map(clock, _masked([changed._replace(**fields)]))
            if new != old.ticket:
                steps.append((new, old))
        units, today = _units(conn), number_of(china_day(at))
        wrong = []
        for new, old in steps:
            wrong += list(_missteps(old.ticket, new)) or [*problems(new, units, today), *_belated(old.ticket, new)]
        if wrong:
            raise Rejected(wrong)
        begun = _apply(conn, steps, act, by.strip(), reason, at)
        totals.refresh_tickets(conn, act, begun)
        return Receipt(act if steps else None, False, (), 0, len(steps), len(changes) - len(steps))

    return _write(store, work, by=by, token=token, source=source, at=at)


def void(
    store: Engine, number: str, *, seen: int, by: str, reason: str, token: str, at: datetime | None = None
) -> Receipt:
    """Take a ticket out of every figure; its versions stay. Raises Conflict, or Refusal without a reason."""
    need_reason(reason)
    at = at or now()

    def work(conn: Connection, act: int, stamp: tuple) -> Receipt:
        old = _live(conn, [number], lock=True).get(number)
        if old is None or old.version != seen:
            raise _faster(number)
        begun = _apply(conn, [(None, old)], act, by.strip(), reason, at)
        totals.refresh_tickets(conn, act, begun)
        return Receipt(act, False, (), 0, 1)

    return _write(store, work, by=by, token=token, source="form", at=at)


def undo(store: Engine, act: int, *, by: str, reason: str, token: str, at: datetime | None = None) -> Receipt:
    """Take a batch of tickets back by a new act: what it added is voided, what it changed stands as before.

    Raises Refusal when a ticket of the batch was changed since, because that later act would be lost.
    """
    at = at or now()

    def work(conn: Connection, undoing: int, stamp: tuple) -> Receipt:
        mine = _versions(conn, ticket.c.batch == act, lock=True)
        later = [one for one in mine if one.retired_at]
        if later:
            raise Refusal("批次 {batch} 中有 {n} 件工单此后已被更改，不能整批撤销", batch=act, n=len(later))
        before = {one.ticket.number: one.ticket for one in _versions(conn, ticket.c.retired_batch == act)}
        if not mine and not before:
            raise Refusal("没有批次 {batch}，或该批次没有写入数据", batch=act)
        if set(before) - {one.ticket.number for one in mine}:
            raise Refusal("批次 {batch} 中有作废，不能整批撤销；请逐条重新登记", batch=act)
        steps = sorted(((before.get(one.ticket.number), one) for one in mine), key=lambda step: step[1].ticket.number)
        begun = _apply(conn, steps, undoing, by.strip(), reason, at)
        totals.refresh_tickets(conn, undoing, begun)
        return Receipt(undoing, False, (), 0, len(steps))

    need_reason(reason)
    return _write(store, work, by=by, token=token, source="undo", at=at)


def holds(store: Engine, act: int) -> bool:
    """Whether a batch wrote tickets."""
    with reading(store) as conn:
        return conn.scalar(select(ticket.c.number).where(ticket.c.batch == act).limit(1)) is not None


def _write(store: Engine, work: Callable, **how) -> Receipt:
    def repeated(conn: Connection, first: int) -> Receipt:
        return Receipt(first, True)

    for _ in range(TRIES):
        # Where another writer brought or changed the same number meanwhile (PostgreSQL): look again at what is there.
        with suppress(_Again, IntegrityError, store.dialect.loaded_dbapi.IntegrityError):
            return batches.write(store, work, repeated, **how)
    return batches.write(store, work, repeated, **how)


TRIES = 20  # of several writers of one number, one is done at each


class _Again(Exception):
    """The version that was live ended while we waited for it; the one that followed has not been looked at."""


def _faster(number: str) -> Conflict:
    return Conflict([(None, number, "", "", "")], "您填写期间，工单 {number} 已被他人更新，请核对后再保存")


@dataclass(slots=True)
class _Plan:
    new: list[Ticket]
    changed: list[tuple[Ticket, "Version"]]
    unchanged: int


def _counts(plan: _Plan) -> tuple[bool, tuple, int, int, int]:
    return False, (), len(plan.new), len(plan.changed), plan.unchanged


def _plan(conn, tickets, clock, given, silent, rows, prefer, at, *, lock) -> _Plan:
    """What each ticket would do to the live version of its number. Raises Rejected or Conflict."""
    lines = dict(zip((one.number for one in tickets), rows or [None] * len(tickets), strict=True))
    if len(lines) < len(tickets):
        raise ValueError("a number stands twice")
    stored = _live(conn, sorted(lines), lock=lock) if conn.scalar(select(ticket.c.version).limit(1)) else {}
    fields = [FACTS.index(name) for name in given]
    plan, clashes = _Plan([], [], 0), []
    imported = None
    for one in _masked(tickets):
        old = stored.get(one.number)
        if old is None:
            plan.new.append(one)
            continue
        unsaid = silent.get(one.number, ())
        told = [at for at in fields if FACTS[at] not in unsaid or old.ticket[at] in (None, "")]
        merged = _merged(old.ticket, one, told)
        if merged is not old.ticket:
            if imported is None:
                imported = _imported(conn, list(stored))
            base = imported.get(one.number)
            if base is not None and base != old.ticket:
                merged, clash = _three_way(base, old.ticket, one, told, prefer)
                clashes += [(lines[one.number], one.number, *rest) for rest in clash]
            said = {FACTS[at] for at in told if one[at] not in (None, "")} - set(unsaid)
            merged = clock(merged._replace(assumed=_assumed(old.ticket, merged, one, said)))
        if merged == old.ticket:
            plan.unchanged += 1
        else:
            plan.changed.append((merged, old))
    _check(plan, lines, _units(conn), at)
    if clashes:
        raise Conflict(clashes, "{n} 件工单在上次导入后被人工改过，文件的说法又不同，请选择以哪一方为准")
    return plan


def _assumed(stored: Ticket, merged: Ticket, one: Ticket, said: Collection[str]) -> str:
    """Which days of a merged ticket are assumed: those that were and nobody has said since, and those taken now."""
    still = [n for n in stored.assumed.split() if n not in said and getattr(merged, n) == getattr(stored, n)]
    taken = [n for n in one.assumed.split() if getattr(merged, n) != getattr(stored, n)]
    return " ".join(sorted({*still, *taken}))


def _merged(stored: Ticket, one: Ticket, fields: Sequence[int]) -> Ticket:
    """The stored ticket with what the file gives; what says less takes nothing away."""
    if stored == one:
        return stored
    cells = list(stored)
    for at in fields:
        if one[at] != stored[at] and not _says_less(at, one[at], stored[at]):
            cells[at] = one[at]
    return stored if cells == list(stored) else _unset(stored, cells)


_CLOSING = ("closed_at", "closed_on", "replied_at")


def _unset(stored: Ticket, cells: list) -> Ticket:
    """The ticket of `cells`: received on another day, its clock is to be set anew unless a file gave the due day; an
    inquiry that turns out to be a request was not closed by being received."""
    at_once = stored.closed_at in (stored.received_at, stored.replied_at)
    if (stored.kind, cells[_KIND]) == (INQUIRY, REQUEST) and at_once:
        for at in map(FACTS.index, _CLOSING):
            cells[at] = None if cells[at] == stored[at] else cells[at]
    if (cells[FACTS.index("received_at")], cells[_SUBJECT]) != (stored.received_at, stored.subject):
        cells[FACTS.index("contact_due")] = None
    moved = (cells[_RECEIVED], cells[_KIND]) != (stored.received_on, stored.kind)
    if moved and cells[_RULE] != BY_FILE and not stored.resumed_on:  # a clock that stood keeps what it was moved by
        for name in CLOCK:
            cells[FACTS.index(name)] = "" if name == "rule" else None
    return Ticket(*cells)


_UNIT, _RECEIVED, _KIND, _RULE = (FACTS.index(name) for name in ("unit", "received_on", "kind", "rule"))
_TITLE, _SUBJECT = FACTS.index("title"), FACTS.index("subject")
_TIMES = {FACTS.index(name) for name in FACTS if name.endswith("_at")}


def _says_less(at: int, new: Any, stored: Any) -> bool:
    """Whether a file knows less of a field than is stored: a blank, a place not recognised, a day whose hour is
    known, a title without the text below it, the upper levels of a subject alone."""
    if new in (None, ""):
        return True
    if at == _UNIT:
        return new.endswith("000")
    if at in _TIMES:
        return stored is not None and not timely(new) and 0 <= stored - new < 86400
    return (at == _TITLE and stored.startswith(new)) or (at == _SUBJECT and stored.startswith(f"{new}->"))


_DAY_OF = {f"{name}_at": f"{name}_on" for name in ("received", "contacted", "closed")}


def _three_way(base: Ticket, mine: Ticket, file: Ticket, fields: Sequence[int], prefer: str) -> tuple[Ticket, list]:
    """Merge what a person changed since the last import with what the file changed; and where they clash."""
    cells, clashes = list(mine), []
    for at in fields:
        name, new = FACTS[at], file[at]
        if name in _DAY_OF.values():
            continue  # goes with its instant
        if new in (base[at], mine[at]) or name in CLOCK[3:] or _says_less(at, new, mine[at]):
            continue
        if mine[at] == base[at] or prefer == "file":
            cells[at] = new
            if name in _DAY_OF:
                cells[FACTS.index(_DAY_OF[name])] = getattr(file, _DAY_OF[name])
        elif prefer != "ledger":
            clashes.append((name, mine[at], new))
    return _unset(mine, cells), clashes


def _masked(tickets: Sequence[Ticket]) -> Iterator[Ticket]:
    """The tickets with what is personal hidden in each of their texts, most of which repeat."""
    for some in in_parts(tickets):
        for name in MASKED:
            of = attrgetter(name)
            hidden = {text: masked for text in set(map(of, some)) if (masked := mask(text)) != text}
            if hidden:
                some = [one._replace(**{name: hidden[of(one)]}) if of(one) in hidden else one for one in some]
        yield from some


def _check(plan: _Plan, lines: Mapping[str, int | None], units: Mapping[str, Unit], at: datetime) -> None:
    today, found = number_of(china_day(at)), []
    always = {code for code, one in units.items() if not one.opened_on and not one.closed_on}
    for one, before in chain(zip(plan.new, repeat(None)), plan.changed):
        if not (one.unit in always and _plain(one, today)):
            row = lines.get(one.number)
            found += [*problems(one, units, today, row), *_belated(before.ticket if before else None, one, row)]
    if found:
        raise Rejected(found)


_judged = attrgetter(  # taken at once, which costs less than one by one
    *("number", "kind", "satisfaction", "limit_days", "due_on", "subject", "channel", "body", "place"),
    *("received_at", "received_on", "contacted_at", "contacted_on", "replied_at", "closed_at", "closed_on"),
    *("called_back_on", "extended_on", "extended_to", "suspended_on", "resumed_on", "returned_on"),
)


def _plain(one: Ticket, today: int) -> bool:
    """Whether a ticket is of the ordinary sort: received, contacted, replied, closed in that order, nothing else."""
    number, kind, satisfaction, limit, due_on, subject, channel, body, place, *days = _judged(one)
    received, received_on, contacted, contacted_on, replied, closed, closed_on, called_back_on, *rest = days
    return bool(
        number
        and len(number) <= 64
        and kind in KINDS
        and (not satisfaction or satisfaction in SATISFACTION)
        and (limit is None or 0 < limit <= 1000)
        and 20000101 <= received_on <= (closed_on or today) <= today
        and received_on <= (contacted_on or today) <= today
        and received_on <= (called_back_on or today) <= today
        and (kind == INQUIRY or due_on is not None and due_on >= received_on)
        and received <= (closed or received)
        and received <= (contacted or received)
        and received <= (replied or received) <= (closed or received)
        and len(subject) <= 200
        and len(channel) <= 40
        and len(body) <= 100
        and len(place) <= 100
        and rest == [None] * 5
    )


def _units(conn: Connection) -> dict[str, Unit]:
    return {row.code: Unit(*row) for row in conn.execute(select(unit))}


_hold_units = select(unit.c.code).order_by(unit.c.code).with_for_update(read=True, key_share=True)


def _apply(
    conn: Connection,
    steps: Sequence[tuple[Ticket | None, Version]],
    act: int,
    by: str,
    reason: str,
    at: datetime,
    new: Sequence[Ticket] = (),
) -> list[pa.Table]:
    """Stamp the versions that end and add those that follow them, and `new` tickets. Returns the cells of the roll-up
    that what is added makes."""
    begun = [(one, old) for one, old in steps if one]
    places = {one.unit for one in new} | {one.unit for one, _ in begun} | {old.ticket.unit for _, old in steps}
    for part in in_parts(sorted(places)):  # held in code order, as the writers of entries do, and so are the rows
        conn.execute(_hold_units.where(unit.c.code.in_(part)))
    if steps:
        stamp = (
            update(ticket)
            .where(ticket.c.number == bindparam("n"), ticket.c.version == bindparam("v"))
            .values(retired_at=at, retired_by=by, retired_reason=mask(reason), retired_batch=act)
        )
        conn.execute(stamp, [{"n": old.ticket.number, "v": old.version} for _, old in steps])
    voided = _last_versions(conn, [one.number for one in new])
    tail = (stored_form(conn, ticket.c.recorded_at, at), by, act, None, None, None, None)
    rows = chain(
        (_row(one, voided.get(one.number, 0) + 1, tail) for one in sorted(new, key=attrgetter("number"))),
        (_row(one, old.version + 1, tail) for one, old in sorted(begun, key=lambda step: step[0].number)),
    )
    cells = []
    while part := list(islice(rows, 20_000)):  # the rows of a million tickets at once would be half a gigabyte
        insert_rows(conn, ticket, part, _STORED)
        cells.append(cells_of(part))
    return cells


def _row(one: Ticket, version: int, tail: tuple) -> tuple:
    """A version as a row of the table; `tail` is who wrote it and when."""
    deadline, stopped = one.extended_to or one.due_on, one.closed_on
    if one.returned_on or one.suspended_on:
        stopped = one.stopped_on
    return (one.number, version, *one[1:], deadline and _next_day(deadline), stopped, *tail)


def add(conn: Connection, dated: Iterable[tuple[Ticket, datetime]], act: int, by: str) -> None:
    """Store first versions, each recorded at an instant of its own: the sample's, of numbers that are not there.

    Checks nothing and refreshes no roll-up.
    """
    rows = [_row(one, 1, (at, by, act, None, None, None, None)) for one, at in dated]
    insert_rows(conn, ticket, rows, _STORED)


def _last_versions(conn: Connection, numbers: list[str]) -> dict[str, int]:
    """The last version of numbers that were voided once; empty while the store holds no ticket.

    Raises _Again where one is live after all.
    """
    if not numbers or not conn.scalar(select(ticket.c.version).limit(1)):
        return {}
    ended = func.count(ticket.c.retired_at) == func.count()
    wanted = select(ticket.c.number, func.max(ticket.c.version), ended).group_by(ticket.c.number)
    found = {}
    for part in in_parts(numbers):
        for number, last, over in conn.execute(wanted.where(ticket.c.number.in_(part))):
            if not over:
                raise _Again
            found[number] = last
    return found


# -------------------------------------------------------------------------------------------- reading


class _Stored(NamedTuple):
    """A live version as a writer needs it."""

    ticket: Ticket
    version: int


def _live(conn: Connection, numbers: list[str], lock: bool = False) -> dict[str, _Stored]:
    """The live versions of some numbers, held until the transaction ends with `lock`."""
    wanted = select(ticket.c.version, *_FACT_COLUMNS).where(believed(None, ticket))
    if lock:
        wanted = wanted.with_for_update()
    found = {}
    for part in in_parts(sorted(numbers)):
        for version, *facts in raw_rows(conn, wanted.where(ticket.c.number.in_(part)).order_by(ticket.c.number)):
            one = _ticket(facts)
            found[one.number] = _Stored(one, version)
    return found


_FLAGS = [FACTS.index(name) for name in ("contacted", "resolved")]


def _ticket(facts: Sequence) -> Ticket:
    """A ticket of raw columns; SQLite has its flags as numbers."""
    if any(type(facts[at]) is int for at in _FLAGS):
        facts = list(facts)
        for at in _FLAGS:
            facts[at] = None if facts[at] is None else bool(facts[at])
    return Ticket(*facts)


def _imported(conn: Connection, numbers: list[str]) -> dict[str, Ticket]:
    """What imports said last, field by field, of tickets that somebody changed by hand.

    A later import that repeats the old value of a field leaves what the person set, so the version it made says
    nothing of that field: only what an import changed, it said.
    """
    taken_back = batch.alias("taken_back")
    imports = batch.c.source.in_(["import", "sample"])
    said = imports & func.coalesce(taken_back.c.source != "undo", True)
    touched = select(ticket.c.number).join_from(ticket, batch, ticket.c.batch == batch.c.id).where(~imports).distinct()
    wanted = (
        select(said, ticket.c.batch, ticket.c.retired_batch, *_FACT_COLUMNS)
        .join_from(ticket, batch, ticket.c.batch == batch.c.id)
        .join(taken_back, ticket.c.retired_batch == taken_back.c.id, isouter=True)
        .order_by(ticket.c.number, ticket.c.version)
    )
    found: dict[str, Ticket] = {}
    for part in in_parts(numbers):
        by_hand = [number for (number,) in raw_rows(conn, touched.where(ticket.c.number.in_(part)))]
        last, ended = None, None
        for is_said, begun, retired, *facts in raw_rows(conn, wanted.where(ticket.c.number.in_(by_hand))):
            one = _ticket(facts)
            if last is None or last.number != one.number or ended != begun:
                found.pop(one.number, None)  # the first version, or the first after it was voided
                last = None
            if is_said and (base := found.get(one.number)) is not None:
                found[one.number] = Ticket(*(b if a == m else a for a, m, b in zip(one, last, base, strict=True)))
            elif is_said:
                found[one.number] = one
            last, ended = one, retired
    return found


_VERSION = [ticket.c[name] for name in Version.__dataclass_fields__ if name in ticket.c]


def _select_versions(where) -> Select:
    return select(*_FACT_COLUMNS, *_VERSION).where(where)


def _versions(conn: Connection, where, lock: bool = False, order=(ticket.c.number, ticket.c.version)) -> list[Version]:
    wanted = _select_versions(where).order_by(*order)
    return [_version(row) for row in conn.execute(wanted.with_for_update() if lock else wanted)]


def _version(row: Sequence) -> Version:
    facts = [_stored(value) for value in row[: len(FACTS)]]
    return Version(Ticket(*facts), *row[len(FACTS) :])


def _stored(value: Any) -> Any:
    """A value of a row in stored form."""
    if isinstance(value, datetime):
        return seconds(value)
    return number_of(value) if isinstance(value, date) else value


def history(store: Engine, number: str) -> list[Version]:
    """Every version of a ticket, first to last; the last is live unless it was voided. Raises Refusal for none."""
    with reading(store) as conn:
        found = _versions(conn, ticket.c.number == number.strip())
    if not found:
        raise Refusal("没有编号为 {id} 的工单", id=number)
    return found


def counted(
    store: Engine,
    measure: str,
    units: Sequence[str],
    first: date,
    last: date,
    *,
    as_of: datetime | None = None,
    most: int | None = None,
) -> list[Version]:
    """The tickets behind a measure (db.measures.TICKETS) on the days first..last, by that day."""
    one = TICKETS[measure]
    return _listed(store, units, on_day(one, first, last), as_of, (one.day, ticket.c.number), most)


def rows(
    store: Engine, measure: str, units: Sequence[str], first: date, last: date, *, as_of: datetime | None = None
) -> list[tuple]:
    """(number, unit, day, title, recorded_at, recorded_by) of the tickets behind a measure."""
    one, t = TICKETS[measure], ticket.c
    wanted = select(t.number, t.unit, one.day, t.title, t.recorded_at, t.recorded_by)
    wanted = wanted.where(on_day(one, first, last), believed(as_of, ticket))
    found = []
    with reading(store) as conn:
        for part in in_parts(list(units)):
            found += [tuple(row) for row in conn.execute(wanted.where(t.unit.in_(part)))]
    return found


def still_open(
    store: Engine, units: Sequence[str], day: date, *, as_of: datetime | None = None, most: int | None = None
) -> list[Version]:
    """The tickets open at the end of a day: received, neither closed nor sent back; those due first stand first."""
    t = ticket.c
    # Not a range in itself, or SQLite would look for the few that end later among all that were received before.
    here = ((t.received_on <= day).is_(True), believed(as_of, ticket))
    found = []
    with reading(store) as conn:
        for part in in_parts(list(units)):
            mine = (*here, t.unit.in_(part))
            # Each of the three is found by an index of its own: there are few that end later or never.
            numbers = union(
                select(t.number, t.version).where(*mine, open_still),
                select(t.number, t.version).where(*mine, t.closed_on > day),
                select(t.number, t.version).where(*mine, t.returned_on > day),
            ).subquery()
            same = (t.number == numbers.c.number) & (t.version == numbers.c.version)
            ended = or_(t.closed_on <= day, t.returned_on <= day).is_(True)
            wanted = select(*_FACT_COLUMNS, *_VERSION).join_from(numbers, ticket, same).where(~ended)
            found += [_version(row) for row in conn.execute(wanted)]
    found.sort(key=lambda one: (one.ticket.deadline or 99991231, one.ticket.number))
    return found[:most]


def overdue_at(store: Engine, units: Sequence[str], first: date, last: date) -> list[Version]:
    """The tickets that became late on the days first..last, the earliest first. Asks the index of the late alone."""
    return counted(store, "hotline.overdue", units, first, last)


def carried_late(store: Engine, units: Sequence[str], day: date) -> list[Version]:
    """The tickets that were late already before a day and still open when it began."""
    t = ticket.c
    running = (t.closed_on.is_(None) | (t.closed_on >= day)) & (t.returned_on.is_(None) | (t.returned_on >= day))
    return _listed(store, units, late & (t.overdue_from < day) & running, None, (t.overdue_from, t.number), None)


def closest(store: Engine, units: Sequence[str], first: date, last: date, most: int) -> list[Version]:
    """The tickets closed in time with the least to spare: fewest working days left, then latest in the day."""
    t = ticket.c
    where = on_day(TICKETS["hotline.closed_in_time"], first, last) & (t.days_left >= 0)
    hour = (t.closed_at + EAST) % 86400
    return _listed(store, units, where, None, (t.days_left, hour.desc(), t.number), most)


def unplaced(store: Engine, streets: Sequence[str], most: int | None = None) -> list[Version]:
    """The tickets of no community yet, the latest first."""
    day = ticket.c.received_on.desc()
    return _listed(store, streets, ticket.c.received_on > 0, None, (day, ticket.c.number), most)


def _listed(store: Engine, units: Sequence[str], where, as_of, order, most) -> list[Version]:
    found: list[Version] = []
    with reading(store) as conn:
        for part in in_parts(list(units), 20_000):  # all of a city at once, or the order would be that of each part
            wanted = _select_versions(where & ticket.c.unit.in_(part) & believed(as_of, ticket)).order_by(*order)
            found += [_version(row) for row in conn.execute(wanted.limit(most))]
    return found
