"""What a stored row counts toward, each said once as a SQL expression.

The roll-up, a cut-off inside a month, an as-of question and the drill-down are all made of these, so two of
them cannot disagree.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    Select,
    Table,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)

from db.columns import columns, columns_of, evaluate
from db.schema import batch, coverage, entry, ticket, value

live: ColumnElement[bool] = entry.c.retired_at.is_(None)


def believed(as_of: datetime | None, table: Table = entry) -> ColumnElement[bool]:
    """Versions the store believed in at an instant; those it believes in now for None."""
    present = table.c.retired_at.is_(None)
    if as_of is None:
        return present
    return (table.c.recorded_at <= as_of) & or_(present, table.c.retired_at > as_of)


def since(act: int, table: Table = entry) -> ColumnElement[bool]:
    """Versions that began or ended after a batch.

    Batch by batch: SQLite takes a range of them for a quarter of the table and would read it whole.
    """
    later = select(batch.c.id).where(batch.c.id > act)
    return or_(table.c.batch.in_(later), table.c.retired_batch.in_(later))


STATE = 0  # the month of a standing entry: it belongs to none


def month_of(day: date) -> int:
    """2024-03-05 → 202403, the stored form of a month."""
    return day.year * 100 + day.month


def months_between(first: date, last: date) -> list[int]:
    """The stored months of the days first..last."""
    return [
        year * 100 + month
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
        if month_of(first) <= year * 100 + month <= month_of(last)
    ]


def between(first: date | None, last: date) -> ColumnElement[bool]:
    """Entries of the days first..last, states included; with no `first`, the states up to `last`.

    Months are named one by one, because the index of live entries begins with unit and month.
    """
    if first is None:
        return (entry.c.month == STATE) & (entry.c.day <= last)
    return entry.c.month.in_([STATE, *months_between(first, last)]) & entry.c.day.between(first, last)


of_entry = (value.c.unit == entry.c.unit) & (value.c.no == entry.c.no)
covered_by = (coverage.c.unit == entry.c.unit) & (coverage.c.no == entry.c.no)

_zero = literal(0, BigInteger)
_one = literal(1, BigInteger)


def _whole() -> Select:
    """Each value at the unit that recorded it; seen there too unless the entry names the units it covers."""
    alone = entry.c.covers == 0
    return select(
        entry.c.unit.label("unit"),
        entry.c.month.label("month"),
        value.c.indicator,
        value.c.quantity.label("total"),
        _one.label("entries"),
        entry.c.day_bit.label("days"),
        case((alone, value.c.quantity), else_=_zero).label("seen"),
        case((alone, _one), else_=_zero).label("seen_entries"),
    ).join_from(entry, value, of_entry)


def _covered() -> Select:
    """Each value at every unit its entry covers."""
    return (
        select(
            coverage.c.covered.label("unit"),
            entry.c.month.label("month"),
            value.c.indicator,
            _zero.label("total"),
            _zero.label("entries"),
            _zero.label("days"),
            value.c.quantity.label("seen"),
            _one.label("seen_entries"),
        )
        .join_from(coverage, entry, covered_by)
        .join(value, of_entry)
    )


def cells(
    belief: ColumnElement[bool],
    units: list[str] | None = None,
    months: list[int] | None = None,
    last: date | None = None,
) -> Select:
    """One row per unit, month and indicator with the columns of `monthly_total`, from the entries.

    Each restriction narrows the cells wanted, never what one cell is made of, but for `last`, which leaves
    out the days after a cut-off. A daily form has one live entry a day, so the sum of its day bits is their
    union. States are no part of any month.
    """
    whole, covered = _whole().where(belief), _covered().where(belief)
    if units is not None:
        whole, covered = whole.where(entry.c.unit.in_(units)), covered.where(coverage.c.covered.in_(units))
    if months is not None:
        whole, covered = whole.where(entry.c.month.in_(months)), covered.where(coverage.c.month.in_(months))
    both = [entry.c.month != STATE]
    if last is not None:
        both.append(entry.c.day <= last)
    parts = union_all(whole.where(*both), covered.where(*both)).subquery("part")
    measures = ("total", "entries", "days", "seen", "seen_entries")
    return select(
        parts.c.unit,
        parts.c.month,
        parts.c.indicator,
        *(cast(func.sum(parts.c[m]), BigInteger).label(m) for m in measures),
    ).group_by(parts.c.unit, parts.c.month, parts.c.indicator)


# -------------------------------------------------------------------------------------------- tickets


class Measure(NamedTuple):
    """What a ticket counts toward: on which of its days, and whether. A ticket without that day does not count."""

    day: Column
    when: ColumnElement[bool] | None = None


t = ticket.c
# The clock ran past the due day (or its extension) before the ticket was closed, sent back or suspended. Of a ticket
# still running this is true before its due day, too: what makes it late is the day, `overdue_from`.
late = or_(t.stopped_on.is_(None), t.stopped_on >= t.overdue_from)
in_time = or_(t.overdue_from.is_(None), t.stopped_on < t.overdue_from)
open_still = t.closed_on.is_(None) & t.returned_on.is_(None)
answered = or_(t.contacted.is_not(None), t.resolved.is_not(None), t.satisfaction != "")
_share = 10 * t.days_used  # of the limit, in tenths, times its length
_length = t.days_used + t.days_left
USED = (2, 4, 6, 8, 10)  # tenths of the limit used at closing: up to a fifth, up to two fifths, … up to the whole

TICKETS: dict[str, Measure] = {
    "hotline.received": Measure(t.received_on),
    "hotline.inquiries": Measure(t.received_on, t.kind == "inquiry"),
    "hotline.requests": Measure(t.received_on, t.kind == "request"),
    "hotline.closed": Measure(t.closed_on),
    "hotline.closed_in_time": Measure(t.closed_on, in_time),
    "hotline.closed_late": Measure(t.closed_on, late),
    "hotline.overdue": Measure(t.overdue_from, late),
    "hotline.extended": Measure(t.extended_on),
    "hotline.suspended": Measure(t.suspended_on),
    "hotline.returned": Measure(t.returned_on),
    "hotline.first_contacts": Measure(t.contacted_on),
    "hotline.contacted_in_time": Measure(t.contacted_on, t.contacted_at <= t.contact_due),
    **{
        f"hotline.used_{top}": Measure(t.closed_on, in_time & (_share <= top * _length) & over)
        for top in USED
        for over in [_share > (top - 2) * _length if top > 2 else t.days_left >= 0]
    },
}
# A call-back counts in a month by one of three days; which one, the definition of a rate says.
CALL_BACKS = {
    "hotline.callbacks": answered,
    "hotline.contacted": t.contacted.is_(True),
    "hotline.resolved": t.resolved.is_(True),
    "hotline.satisfied": t.satisfaction == "satisfied",
    "hotline.basically_satisfied": t.satisfaction == "basically",
}
# What was never asked has no number: a zero stands only where somebody answered the question.
ASKED = {
    "hotline.contacted": "hotline.asked_contacted",
    "hotline.resolved": "hotline.asked_resolved",
    "hotline.satisfied": "hotline.asked_satisfied",
    "hotline.basically_satisfied": "hotline.asked_satisfied",
}
CALL_BACKS |= {
    "hotline.asked_contacted": t.contacted.is_not(None),
    "hotline.asked_resolved": t.resolved.is_not(None),
    "hotline.asked_satisfied": t.satisfaction != "",
}
WINDOWS = {"": t.called_back_on, "closed": t.closed_on, "received": t.received_on}


def windowed(measure: str, window: str) -> str:
    """The name under which a measure is rolled up when counted on another of its days."""
    return f"{measure}@{window}" if window and measure in CALL_BACKS else measure


TICKETS |= {
    windowed(code, window): Measure(day, when if window == "" else when & t.called_back_on.is_not(None))
    for code, when in CALL_BACKS.items()
    for window, day in WINDOWS.items()
}


# What is rolled up by the day as well: what pages ask for up to a cut-off inside a month.
BY_DAY = frozenset(code for code in TICKETS if "@" not in code and not code.startswith("hotline.used_"))
MONTHLY = "@month"  # ends the name of a tally that is kept by the month alone


def _tallies() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, measure in TICKETS.items():
        found.setdefault(measure.day.name + ("" if code in BY_DAY else MONTHLY), []).append(code)
    return found


# The measures counted on one day of a ticket. A ticket counts toward some of them, and which is a number: of the bits,
# from the lowest, the n-th says whether it counts toward the n-th. The numbers are stored, so the order stands for
# good: a measure is only ever added, at the end of its tally, and `rebuild` counts it.
TALLIES = _tallies()
_BIT = {code: 1 << n for codes in TALLIES.values() for n, code in enumerate(codes)}


def on_day(measure: Measure, first: date, last: date) -> ColumnElement[bool]:
    """Tickets that count toward a measure on the days first..last."""
    counted = measure.day.between(first, last)
    return counted if measure.when is None else counted & measure.when


def tallies_of(measures: Collection[str]) -> list[str]:
    """The tallies that hold some measures."""
    return [tally for tally, codes in TALLIES.items() if not set(measures).isdisjoint(codes)]


def by_measure(rows: Iterable[tuple], measures: Iterable[str]) -> list[tuple[str, str, int, int]]:
    """Rows (unit, tally, span, counts, total) as (unit, measure, span, total), those of `measures`."""
    wanted, found = set(measures), {}
    bits = {tally: [(_BIT[code], code) for code in codes if code in wanted] for tally, codes in TALLIES.items()}
    for unit, tally, span, counts, total in rows:
        for bit, code in bits[tally]:
            if counts & bit:
                cell = unit, code, span
                found[cell] = found.get(cell, 0) + total
    return [(*cell, int(total)) for cell, total in found.items()]


def ticket_cells(
    where: ColumnElement[bool],
    first: date | None = None,
    last: date | None = None,
    measures: Collection[str] = TICKETS,
    *,
    days: bool = False,
) -> Select:
    """One row (unit, tally, span, counts, total) per cell of the roll-up, from the versions that satisfy `where`.

    `total` tickets count toward the very measures that the bits of `counts` name, which costs one row for a ticket and
    a day of its own however many measures there are. A span is a month (202403), with `days` each of its days
    (20240305) as well, for the measures BY_DAY. Nothing but the days first..last counts, where they are given, and
    nothing but the tallies of `measures`.
    """
    parts = []
    for tally in tallies_of(measures):
        some = [(TICKETS[code], _BIT[code]) for code in TALLIES[tally]]
        day, by_day = some[0][0].day, days and not tally.endswith(MONTHLY)
        bits = [literal(bit) if one.when is None else case((one.when, bit), else_=0) for one, bit in some]
        span = type_coerce(day, Integer) // (1 if by_day else 100)
        each = select(t.unit, span.label("span"), sum(bits[1:], bits[0]).label("counts"))
        each = each.where(where, day.is_not(None))
        if first is not None:
            each = each.where(day.between(first, last))
        if all(one.when is not None for one, _ in some):
            each = each.where(or_(*(one.when for one, _ in some)))  # the late have an index of their own
        each = each.subquery().c
        total = func.count().label("total")
        cells = select(each.unit, each.span, each.counts, total).group_by(each.unit, each.span, each.counts).cte().c
        name = literal(tally).label("tally")
        parts.append(select(cells.unit, name, cells.span, cells.counts, cells.total))
        if by_day:
            month, total = (cells.span // 100).label("span"), cast(func.sum(cells.total), BigInteger).label("total")
            whole = select(cells.unit, name, month, cells.counts, total)
            parts.append(whole.group_by(cells.unit, month, cells.counts))
    return union_all(*parts)


CELLS = pa.schema(  # the cells of the roll-up: a key of four, and how many tickets
    {"unit": pa.string(), "tally": pa.string(), "span": pa.int32(), "counts": pa.int32(), "total": pa.int64()}
)
CELL = CELLS.names[:4]
_READ = columns_of([t.unit, *(part for one in TICKETS.values() for part in one if part is not None)])


def cells_of(rows: Sequence[tuple]) -> pa.Table:
    """The cells, by month and by day, that rows of the table `ticket` make: `ticket_cells` without the database."""
    known, parts = columns(ticket, rows, _READ), []
    for tally, codes in TALLIES.items():
        day, counts = known[TICKETS[codes[0]].day.name], 0
        for code in codes:
            when = TICKETS[code].when
            holds = True if when is None else pc.fill_null(evaluate(when, known), False)
            counts = pc.add(counts, pc.if_else(holds, _BIT[code], 0))
        counts = pc.if_else(pc.is_valid(day), counts, 0)
        span = pc.divide(day, 100) if tally.endswith(MONTHLY) else day
        each = [known["unit"], pa.repeat(tally, len(rows)), span, counts, pa.repeat(1, len(rows))]
        parts.append(added_up([pa.table(each, CELLS.names).filter(pc.greater(counts, 0)).cast(CELLS)]))
        if not tally.endswith(MONTHLY):
            months = pc.divide(parts[-1]["span"], 100)
            parts.append(parts[-1].set_column(CELL.index("span"), "span", months).cast(CELLS))
    return pa.concat_tables(parts)


def added_up(parts: Iterable[pa.Table]) -> pa.Table:
    """Tables of cells as one that holds each cell once."""
    both = pa.concat_tables([CELLS.empty_table(), *parts]).group_by(CELL, use_threads=False)
    return both.aggregate([("total", "sum")]).rename_columns(CELLS.names)
