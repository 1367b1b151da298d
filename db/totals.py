"""The monthly roll-up: refreshed with every write, rebuilt whole by the same expression, read by every page."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Connection, Engine, bindparam, delete, except_, insert, select, union_all

from db.engine import in_parts, raw_rows, reading
from db.measures import believed, cells, live, months_between
from db.schema import monthly_total

COLUMNS = [c.name for c in monthly_total.columns]

_unit, _month = bindparam("u"), bindparam("m")
_forget = delete(monthly_total).where(monthly_total.c.unit == _unit, monthly_total.c.month == _month)
_make = insert(monthly_total).from_select(COLUMNS, cells(live, units=[_unit], months=[_month]))


def refresh(conn: Connection, touched: Iterable[tuple[str, int]]) -> None:
    """Recompute the cells of some (unit, month), inside the transaction of the write that touched them."""
    places = [{"u": unit, "m": month} for unit, month in sorted(touched)]
    if places:
        conn.execute(_forget, places)
        conn.execute(_make, places)


def rebuild(conn: Connection) -> None:
    """Throw the roll-up away and make it again from the entries."""
    conn.execute(delete(monthly_total))
    conn.execute(insert(monthly_total).from_select(COLUMNS, cells(live)))


def differences(conn: Connection) -> list[dict]:
    """The cells where the roll-up and the entries disagree; empty when the store is sound."""
    stored = select(*monthly_total.columns)
    made = select(*cells(live).subquery("made").columns)
    wrong = union_all(
        select(except_(stored, made).subquery("stored_only")),
        select(except_(made, stored).subquery("made_only")),
    )
    return [dict(row) for row in conn.execute(wrong).mappings()]


def read(store: Engine, units: Iterable[str], first: date, last: date, as_of: datetime | None = None) -> list[tuple]:
    """The cells of `units` from day `first` (a month's first day) to day `last`, as rows of COLUMNS.

    Whole months come from the roll-up. Where `last` falls inside a month, that part of the month is made
    from its entries; with `as_of`, everything is, because only the ledger knows the past.
    """
    rows: list[tuple] = []
    months = months_between(first, last)
    with reading(store) as conn:
        for part in in_parts(list(units)):
            if as_of is not None:
                rows += raw_rows(conn, cells(believed(as_of), units=part, months=months, last=last))
                continue
            whole = months if _ends_month(last) else months[:-1]
            stored = select(monthly_total).where(monthly_total.c.unit.in_(part), monthly_total.c.month.in_(whole))
            rows += raw_rows(conn, stored)
            if not _ends_month(last):
                rows += raw_rows(conn, cells(live, units=part, months=months[-1:], last=last))
    return rows


def _ends_month(day: date) -> bool:
    return date.fromordinal(day.toordinal() + 1).month != day.month


def years(store: Engine) -> list[int]:
    """The years with numbers, latest first. Reads the roll-up's months, not the entries."""
    with reading(store) as conn:
        months = conn.scalars(select(monthly_total.c.month).distinct())
        return sorted({month // 100 for month in months}, reverse=True)
