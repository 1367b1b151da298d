"""The only writers of facts: record, revise, void, undo; and the readers of what was written.

A correction adds a new version and stamps the old one with who, when and why. Nothing is overwritten, so the
store answers both "what do we believe now" and "what did we believe on that day".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import Connection, Engine, Select, bindparam, func, or_, select, update

from db import batches, measures, totals
from db.batches import Receipt, need_reason
from db.definitions import Catalogue, catalogue
from db.engine import china_day, in_parts, insert_rows, now, reading
from db.language import Problem, Refusal, Rejected
from db.measures import STATE, believed, between, covered_by, live, month_of, months_between, of_entry
from db.schema import coverage, entry, unit, value
from db.units import Unit

MOST = 10**15  # of one number where an indicator sets no limit; sums stay exact in every store and browser
SET_AGAIN = "重新填报"  # the reason kept when a day's number is set again without one


class Ref(NamedTuple):
    """Which version of which entry: a unit's code and a serial number within it."""

    unit: str
    no: int

    def __str__(self) -> str:
        return f"{self.unit}-{self.no}"

    @classmethod
    def parse(cls, text: str) -> "Ref":
        code, _, no = text.strip().partition("-")
        if not no.isdigit():
            raise Refusal("记录编号“{id}”应形如 120114001007-15", id=text)
        return cls(code, int(no))


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as filled in. `values`: a code left out stays as it was, None makes the field blank again.

    `covers` None leaves the coverage as it was. `seen` is the serial number of the version the writer was
    looking at (0: there was none); None means "whatever is there", as an import does. `row` is the line of
    the file it came from.
    """

    kind: str
    unit: str
    day: date
    values: Mapping[str, int | None]
    title: str = ""
    covers: tuple[str, ...] | None = None
    seen: int | None = None
    row: int | None = None

    @property
    def key(self) -> tuple[str, str, date, str]:
        """What makes two submissions the same thing."""
        return self.unit, self.kind, self.day, self.title


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an entry as stored. Live while `retired_at` is None."""

    unit: str
    no: int
    kind: str
    day: date
    title: str
    version: int
    origin: int
    recorded_at: datetime
    recorded_by: str
    batch: int
    sample: bool
    retired_at: datetime | None
    retired_by: str | None
    retired_reason: str | None
    values: dict[str, int] = field(default_factory=dict)
    covers: tuple[str, ...] = ()

    @property
    def ref(self) -> Ref:
        return Ref(self.unit, self.no)

    @property
    def key(self) -> tuple[str, str, date, str]:
        """What a draft would have to bear to set this entry."""
        return self.unit, self.kind, self.day, self.title


class Conflict(Refusal):
    """A colleague was faster. `pairs` holds, for each entry, the draft and the version now live (None: voided)."""

    def __init__(self, pairs: Sequence[tuple[Draft, Version | None]]):
        super().__init__("您填写期间，这些数据已被他人更新，请核对双方的数后再保存")
        self.pairs = pairs


@dataclass(slots=True)
class Step:
    """One entry's way from the live version to the next. `values` None voids it."""

    draft: Draft
    before: Version | None
    values: dict[str, int] | None
    covers: tuple[str, ...] = ()

    @property
    def idle(self) -> bool:
        return (
            self.before is not None
            and self.values == self.before.values
            and self.covers == self.before.covers
            and self.draft.key == self.before.key
        )


# The statements of a day's save, built once: building one costs SQLAlchemy several times what running it costs.
_codes = bindparam("codes", expanding=True)
_units = select(unit).where(unit.c.code.in_(_codes)).order_by(unit.c.code)
_units_held = _units.with_for_update()
_last_number = select(func.max(entry.c.no)).where(entry.c.unit == bindparam("u"))

# ---------------------------------------------------------------------------------------------- writing


def record(
    store: Engine,
    drafts: Sequence[Draft],
    *,
    by: str,
    token: str,
    source: str = "form",
    reason: str = SET_AGAIN,
    file: tuple[str, str] | None = None,
    at: datetime | None = None,
) -> Receipt:
    """Store filled-in forms, all or none.

    A draft whose key (unit, kind, day, title) is live already *sets* it: the numbers it names replace the
    old ones in a new version, the others stay, and equal numbers change nothing. `token` names this one
    submission: a second call with it writes nothing. `file` is (name, sha256) of an import.

    Raises Rejected (bad numbers, days or units; every one listed), Conflict (`seen` is no longer the live
    version) or Refusal.
    """
    at = at or now()

    def steps(conn: Connection, known: Catalogue) -> list[Step]:
        return _plan(conn, known, drafts, china_day(at), lock=True)

    return _write(store, steps, by, token, source, reason, at, file)


def preview(store: Engine, drafts: Sequence[Draft], at: datetime | None = None) -> Receipt:
    """What `record` would do, without doing it. Raises what `record` would raise."""
    with reading(store) as conn:
        steps = _plan(conn, catalogue(store, conn), drafts, china_day(at or now()), lock=False)
        return _receipt(None, steps, ())


def revise(
    store: Engine,
    ref: Ref,
    *,
    values: Mapping[str, int],
    by: str,
    reason: str,
    token: str,
    day: date | None = None,
    title: str | None = None,
    covers: tuple[str, ...] | None = None,
    at: datetime | None = None,
) -> Receipt:
    """Replace the version `ref` by one with exactly these `values` (and day, title, coverage where given).

    Raises Conflict when `ref` is no longer the live version, Refusal without a reason.
    """
    at = at or now()
    need_reason(reason)

    filled = {code: quantity for code, quantity in values.items() if quantity is not None}

    def steps(conn: Connection, known: Catalogue) -> list[Step]:
        old, units = _lock_version(conn, ref, covers or ())
        draft = Draft(old.kind, ref.unit, day or old.day, filled, old.title if title is None else title.strip(), covers)
        if old.retired_at:
            raise Conflict([(draft, _successor(conn, old))])
        problems = [*_problems(draft, known, units, china_day(at)), *_misfits(draft, filled, known)]
        if draft.key != old.key and draft.key in _live(conn, [draft]):
            problems.append(Problem("这一天已有同名记录", column=known.kinds[old.kind].name, value=draft.title))
        if problems:
            raise Rejected(problems)
        return [Step(draft, old, filled, old.covers if covers is None else tuple(sorted(set(covers))))]

    return _write(store, steps, by, token, "form", reason, at)


def void(store: Engine, ref: Ref, *, by: str, reason: str, token: str, at: datetime | None = None) -> Receipt:
    """Take the entry out of every figure; its versions stay. Raises Conflict, or Refusal without a reason."""
    need_reason(reason)

    def steps(conn: Connection, known: Catalogue) -> list[Step]:
        old, _ = _lock_version(conn, ref)
        step = _voiding(old)
        if old.retired_at:
            raise Conflict([(step.draft, _successor(conn, old))])
        return [step]

    return _write(store, steps, by, token, "form", reason, at or now())


def undo(store: Engine, batch_id: int, *, by: str, reason: str, token: str, at: datetime | None = None) -> Receipt:
    """Take a batch back by a new act: what it added is voided, what it changed is set to what stood before.

    Raises Refusal when an entry of the batch was revised or voided since, because that later act would be lost.
    """
    need_reason(reason)

    def steps(conn: Connection, known: Catalogue) -> list[Step]:
        mine = _versions(conn, entry.c.batch == batch_id)
        if not mine:
            raise Refusal("没有批次 {batch}，或该批次没有写入数据", batch=batch_id)
        _lock(conn, {u for one in mine for u in (one.unit, *one.covers)})
        mine = _versions(conn, entry.c.batch == batch_id)
        later = [one for one in mine if one.retired_at]
        if later:
            raise Refusal("批次 {batch} 中有 {n} 条此后已被更正或作废，不能整批撤销", batch=batch_id, n=len(later))
        replaced = _versions(conn, entry.c.retired_batch == batch_id)
        old = {(one.unit, one.origin): one for one in replaced}
        if set(old) - {(one.unit, one.origin) for one in mine}:
            raise Refusal("批次 {batch} 中有作废，不能整批撤销；请逐条重新登记", batch=batch_id)
        made = []
        for one in mine:
            was = old.get((one.unit, one.origin))
            draft = Draft(one.kind, one.unit, was.day, was.values, was.title) if was else None
            made.append(Step(draft, one, dict(was.values), was.covers) if was else _voiding(one))
        back = [step.draft for step in made if step.values is not None]
        taken = {v.ref for key, v in _live(conn, back).items() if key in {draft.key for draft in back}}
        if taken - {one.ref for one in mine}:
            raise Refusal("批次 {batch} 改动前的日期和名称已被别的记录占用，不能整批撤销", batch=batch_id)
        return made

    return _write(store, steps, by, token, "undo", reason, at or now())


def _write(store, make_steps, by, token, source, reason, at, file=None) -> Receipt:
    """The one writing transaction: token, plan, rows, roll-up."""

    def work(conn: Connection, act: int, stamp: tuple) -> Receipt:
        known = catalogue(store, conn, stamp)
        steps = make_steps(conn, known)
        changed = [step for step in steps if not step.idle]
        if not changed:
            return _receipt(None, steps, ())
        refs = apply(conn, known, changed, act, by.strip(), reason, at)
        totals.refresh(conn, _touched(known, changed))
        return _receipt(act, steps, refs)

    return batches.write(store, work, _repeated, by=by, token=token, source=source, at=at, file=file)


def apply(
    conn: Connection,
    known: Catalogue,
    steps: Iterable[Step],
    act: int,
    by: str,
    reason: str,
    at: datetime,
    sample: bool = False,
) -> list[Ref]:
    """Stamp the versions that end and add the ones that begin; say which began."""
    steps = list(steps)
    ended = [s.before for s in steps if s.before]
    if ended:
        stamp = (
            update(entry)
            .where(entry.c.unit == bindparam("u"), entry.c.no == bindparam("n"))
            .values(retired_at=at, retired_by=by, retired_reason=reason, retired_batch=act)
        )
        conn.execute(stamp, [{"u": v.unit, "n": v.no} for v in ended])
    begun = [s for s in steps if s.values is not None]
    last = _last_numbers(conn, {s.draft.unit for s in begun})
    entries, values, covered, refs = [], [], [], []
    for step in begun:
        draft, old = step.draft, step.before
        no = last[draft.unit] = last[draft.unit] + 1
        refs.append(Ref(draft.unit, no))
        entries.append(
            (
                *(draft.unit, no, draft.kind, draft.day, _month(known, draft), 1 << draft.day.day - 1, draft.title),
                *(len(step.covers), old.version + 1 if old else 1, old.origin if old else no),
                *(at, by, act, sample or bool(old and old.sample), None, None, None, None),
            )
        )
        values += [(draft.unit, no, code, quantity) for code, quantity in step.values.items()]
        covered += [(code, _month(known, draft), draft.unit, no) for code in step.covers]
    insert_rows(conn, entry, entries)
    insert_rows(conn, value, values)
    insert_rows(conn, coverage, covered)
    return refs


def _month(known: Catalogue, one: Draft | Version) -> int:
    return STATE if known.kinds[one.kind].grain == "standing" else month_of(one.day)


def _touched(known: Catalogue, steps: Iterable[Step]) -> set[tuple[str, int]]:
    """The (unit, month) whose cells the steps change, on both sides of each change."""
    return {
        (unit, _month(known, one))
        for step in steps
        for one, covers in ((step.draft, step.covers), (step.before, step.before.covers if step.before else ()))
        if one
        for unit in (one.unit, *covers)
    }


def _receipt(act: int | None, steps: Iterable[Step], refs: Iterable[Ref]) -> Receipt:
    new = changed = unchanged = 0
    for step in steps:
        before = step.before.values if step.before else {}
        for code, quantity in step.draft.values.items():
            if code not in before:
                new += quantity is not None
            elif before[code] == quantity:
                unchanged += 1
            else:
                changed += 1
    return Receipt(act, False, tuple(refs), new, changed, unchanged)


def _repeated(conn: Connection, first: int) -> Receipt:
    refs = conn.execute(
        select(entry.c.unit, entry.c.no).where(entry.c.batch == first).order_by(entry.c.unit, entry.c.no)
    )
    return Receipt(first, True, tuple(Ref(*row) for row in refs))


# ---------------------------------------------------------------------------------------------- checking


def _plan(conn: Connection, known: Catalogue, drafts: Sequence[Draft], today: date, *, lock: bool) -> list[Step]:
    """What each draft would do to the live version of its key. Raises Rejected or Conflict."""
    drafts = [d if d.title == d.title.strip() else replace(d, title=d.title.strip()) for d in drafts]
    touched = {u for d in drafts for u in (d.unit, *(d.covers or ()))}
    if lock and any(d.kind in known.kinds and known.kinds[d.kind].covers for d in drafts):
        # All locks at once and in order, or two writers would wait for each other.
        touched |= {u for one in _live(conn, drafts).values() for u in one.covers}
    units = _lock(conn, touched, lock)
    problems = [p for draft in drafts for p in _problems(draft, known, units, today)]
    if problems:
        raise Rejected(problems)
    standing = _live(conn, drafts)
    steps, conflicts, seen = [], [], set()
    for draft in drafts:
        if draft.key in seen:
            problems.append(Problem("同一社区同一天的同一张表出现了两次", row=draft.row, value=draft.title))
            continue
        seen.add(draft.key)
        before = standing.get(draft.key)
        values = dict(before.values) if before else {}
        for code, quantity in draft.values.items():
            if quantity is None:
                values.pop(code, None)
            else:
                values[code] = quantity
        covers = (before.covers if before else ()) if draft.covers is None else tuple(sorted(set(draft.covers)))
        problems += _misfits(draft, values, known)
        step = Step(draft, before, values, covers)
        if before and draft.seen == 0 and draft.title:  # a new happening, not a faster colleague
            problems.append(Problem("这一天已有同名记录", {}, draft.row, "名称", draft.title))
        elif draft.seen is not None and draft.seen != (before.no if before else 0) and not step.idle:
            conflicts.append((draft, before))
        steps.append(step)
    if problems:
        raise Rejected(problems)
    if conflicts:
        raise Conflict(conflicts)
    return steps


def _problems(draft: Draft, known: Catalogue, units: Mapping[str, Unit], today: date) -> Iterable[Problem]:
    """Everything that keeps a draft from being an entry, whatever is stored already."""
    kind = known.kinds.get(draft.kind)
    if kind is None:
        yield Problem("没有编码为“{kind}”的表单", {"kind": draft.kind}, draft.row)
        return
    if draft.day > today:
        yield Problem("日期晚于今天（{today}），不能提前填报", {"today": today}, draft.row, "日期", str(draft.day))
    if draft.day.year < 2000:
        yield Problem("日期早于 2000 年，请核对", {}, draft.row, "日期", str(draft.day))
    if kind.titled and not draft.title:
        yield Problem("“{kind}”要填写名称", {"kind": kind.name}, draft.row, "名称", "")
    if not kind.titled and draft.title:
        yield Problem("“{kind}”是按日填报的表，没有名称", {"kind": kind.name}, draft.row, "名称", draft.title)
    if len(draft.title) > 200:
        yield Problem("名称最多 200 字", {}, draft.row, "名称", draft.title)
    if draft.covers and not kind.covers:
        yield Problem("“{kind}”不登记覆盖社区", {"kind": kind.name}, draft.row)
    for code in (draft.unit, *(draft.covers or ())):
        one = units.get(code)
        if one is None:
            yield Problem(
                "没有编码为“{code}”的社区，请核对，或在“设置”中先登记",
                {"code": code},
                draft.row,
                "社区",
                code,
            )
        elif one.opened_on and draft.day < one.opened_on:
            yield Problem("该社区 {day} 才设立", {"day": one.opened_on}, draft.row, "社区", one.name)
        elif one.closed_on and draft.day >= one.closed_on:
            yield Problem("该社区已于 {day} 撤销", {"day": one.closed_on}, draft.row, "社区", one.name)
    meanings = known.on(draft.day)
    for code, quantity in draft.values.items():
        meant = meanings.get(code)
        if meant is None or meant.kind != draft.kind:
            yield Problem("表单“{kind}”没有指标“{code}”", {"kind": kind.name, "code": code}, draft.row)
        elif not meant.entered:
            yield Problem("该指标由系统计算，不能直接填数", {}, draft.row, meant.name, str(quantity))
        elif quantity is not None and (isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 0):
            yield Problem("应为非负整数", {"indicator": code}, draft.row, meant.name, str(quantity))
        elif quantity is not None and quantity > (most := MOST if meant.upper is None else meant.upper):
            yield Problem(
                "超过上限 {upper}，请核对是否多输了位数",
                {"upper": most, "indicator": code},
                draft.row,
                meant.name,
                str(quantity),
            )


def _misfits(draft: Draft, values: Mapping[str, int], known: Catalogue) -> Iterable[Problem]:
    """What is wrong with the numbers of an entry as a whole: none at all, or more passes than takers."""
    if not values:
        blank = "“{kind}”至少要填一个数；要撤回整张表，请在“明细”中作废"
        yield Problem(blank, {"kind": known.kinds[draft.kind].name}, row=draft.row)
    meanings = known.on(draft.day)
    for code, quantity in values.items():
        if code not in meanings:
            continue
        meant = meanings[code]
        if meant.at_most in values and quantity > values[meant.at_most]:
            yield Problem(
                "不能大于“{whole}”（{most}）",
                {
                    "whole": meanings[meant.at_most].name,
                    "most": values[meant.at_most],
                    "indicator": code,
                },
                draft.row,
                meant.name,
                str(quantity),
            )


def _lock_version(conn: Connection, ref: Ref, covers: Iterable[str] = ()) -> tuple[Version, dict[str, Unit]]:
    """A version as it is once all the units it touches are held, and those units.

    What a version covers never changes, so it can be read before; whether it is live cannot.
    """
    units = _lock(conn, {ref.unit, *covers, *_version(conn, ref).covers})
    return _version(conn, ref), units


def _voiding(old: Version) -> Step:
    return Step(Draft(old.kind, old.unit, old.day, {}, old.title), old, None)


# ---------------------------------------------------------------------------------------------- reading


def _lock(conn: Connection, codes: Iterable[str], lock: bool = True) -> dict[str, Unit]:
    """The units, held until the transaction ends: two writers of one community take turns.

    (SQLite has one writer at a time anyway and ignores the clause.)
    """
    found = {}
    for part in in_parts(sorted(codes)):
        for row in conn.execute(_units_held if lock else _units, {"codes": part}):
            found[row.code] = Unit(*row)
    return found


def _last_numbers(conn: Connection, codes: Iterable[str]) -> dict[str, int]:
    """The last serial number of each unit, 0 where it has none; a seek in the key for each."""
    return {code: conn.scalar(_last_number, {"u": code}) or 0 for code in codes}


def _live(conn: Connection, drafts: Sequence[Draft]) -> dict[tuple, Version]:
    """The live versions in the span of the drafts, by key."""
    if not drafts:
        return {}
    days = [d.day for d in drafts]
    span = {
        "first": min(days),
        "last": max(days),
        "months": [STATE, *months_between(min(days), max(days))],
        "kinds": sorted({d.kind for d in drafts}),
    }
    found = {}
    for part in in_parts(sorted({d.unit for d in drafts})):
        for one in _versions(conn, _live_span, {**span, "codes": part}):
            found[one.key] = one
    return found


_VERSION = [entry.c[name] for name in Version.__dataclass_fields__ if name in entry.c and name != "covers"]
_live_span = (
    live
    & entry.c.unit.in_(_codes)
    & entry.c.kind.in_(bindparam("kinds", expanding=True))
    & entry.c.month.in_(bindparam("months", expanding=True))
    & entry.c.day.between(bindparam("first"), bindparam("last"))
)


def _select_versions(where) -> Select:
    return (
        select(*_VERSION, entry.c.covers, value.c.indicator, value.c.quantity)
        .join_from(entry, value, of_entry, isouter=True)
        .where(where)
        .order_by(entry.c.unit, entry.c.no)
    )


_select_live = _select_versions(_live_span)


def _versions(conn: Connection, where, params: Mapping = MappingProxyType({})) -> list[Version]:
    """The versions that satisfy a condition on `entry`, with their values and coverage, in key order."""
    found: dict[tuple[str, int], Version] = {}
    rows = conn.execute(_select_live if where is _live_span else _select_versions(where), params).all()
    covering = False
    for *fields, covers, code, quantity in rows:
        key = (fields[0], fields[1])
        if key not in found:
            found[key] = Version(*fields, values={})
            covering = covering or covers > 0
        if code is not None:
            found[key].values[code] = quantity
    if covering:
        pairs = (
            select(entry.c.unit, entry.c.no, coverage.c.covered)
            .join_from(entry, coverage, covered_by)
            .where(where)
            .order_by(coverage.c.covered)
        )
        covered: dict[tuple[str, int], list[str]] = {}
        for code, no, other in conn.execute(pairs, params):
            covered.setdefault((code, no), []).append(other)
        for key, codes in covered.items():
            found[key] = replace(found[key], covers=tuple(codes))
    return list(found.values())


def _version(conn: Connection, ref: Ref) -> Version:
    found = _versions(conn, (entry.c.unit == ref.unit) & (entry.c.no == ref.no))
    if not found:
        raise Refusal("没有编号为 {id} 的记录", id=str(ref))
    return found[0]


def _of_origin(one: Version):
    later = (entry.c.origin == one.origin) & (entry.c.version > 1)
    return (entry.c.unit == one.unit) & or_(entry.c.no == one.origin, later)


def _successor(conn: Connection, one: Version) -> Version | None:
    return next(iter(_versions(conn, _of_origin(one) & live)), None)


def history(store: Engine, ref: Ref) -> list[Version]:
    """Every version of an entry, first to last; the last is live unless it was voided."""
    with reading(store) as conn:
        return _versions(conn, _of_origin(_version(conn, ref)))


def since(store: Engine, act: int) -> list[Version]:
    """The versions that began or ended after a batch, in key order."""
    with reading(store) as conn:
        return _versions(conn, measures.since(act))


def _filed(units: list[str], kinds: Sequence[str], first: date, last: date):
    return live & entry.c.unit.in_(units) & entry.c.kind.in_(list(kinds)) & between(first, last)


def filed(store: Engine, units: Sequence[str], kinds: Sequence[str], first: date, last: date) -> list[Version]:
    """The live entries of some kinds that `units` recorded on the days first..last, in key order."""
    found = []
    with reading(store) as conn:
        for part in in_parts(list(units)):
            found += _versions(conn, _filed(part, kinds, first, last))
    return found


def filings(
    store: Engine, units: Sequence[str], kinds: Sequence[str], first: date, last: date
) -> list[tuple[str, str, date, datetime]]:
    """(unit, kind, day, when it was first recorded) of each day's form that is live."""
    begun = entry.alias("begun")
    same = (begun.c.unit == entry.c.unit) & (begun.c.no == entry.c.origin)
    wanted = select(entry.c.unit, entry.c.kind, entry.c.day, begun.c.recorded_at).join_from(entry, begun, same)
    found = []
    with reading(store) as conn:
        for part in in_parts(list(units)):
            found += [tuple(row) for row in conn.execute(wanted.where(_filed(part, kinds, first, last)))]
    return found


ROW = (
    "unit",
    "no",
    "kind",
    "day",
    "title",
    "covers",
    "version",
    "recorded_at",
    "recorded_by",
    "indicator",
    "quantity",
)


def rows(
    store: Engine,
    indicators: Sequence[str],
    units: Sequence[str],
    first: date | None,
    last: date,
    *,
    as_of: datetime | None = None,
    covered: bool = False,
) -> list[tuple]:
    """The values behind a figure, one tuple of ROW each, by day.

    With `covered`, what the units saw: entries that cover them, and their own where these cover nobody else.
    """
    if not indicators:
        return []
    wanted = (
        select(*(entry.c[name] for name in ROW[:-2]), value.c.indicator, value.c.quantity)
        .join_from(entry, value, of_entry)
        .where(
            believed(as_of),
            entry.c.kind.in_({code.partition(".")[0] for code in indicators}),
            value.c.indicator.in_(list(indicators)),
            between(first, last),
        )
    )
    found = set()  # an entry may cover units of two parts
    with reading(store) as conn:
        for part in in_parts(list(units)):
            mine = entry.c.unit.in_(part)
            if covered:
                seen = select(coverage.c.no).where(covered_by, coverage.c.covered.in_(part)).correlate(entry).exists()
                mine = (mine & (entry.c.covers == 0)) | seen
            found |= {tuple(row) for row in conn.execute(wanted.where(mine))}
    return sorted(found, key=lambda r: (r[3], r[0], r[1], r[9]))
