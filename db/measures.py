"""What a stored row counts toward, each said once as a SQL expression.

The roll-up, a cut-off inside a month, an as-of question and the drill-down are all made of these, so two of
them cannot disagree.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, ColumnElement, Select, case, cast, func, literal, or_, select, union_all

from db.schema import coverage, entry, value

live: ColumnElement[bool] = entry.c.retired_at.is_(None)


def believed(as_of: datetime | None) -> ColumnElement[bool]:
    """Entries the store believed in at an instant; those it believes in now for None."""
    if as_of is None:
        return live
    return (entry.c.recorded_at <= as_of) & or_(live, entry.c.retired_at > as_of)


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
