"""The roll-ups of entries (by month) and of tickets (by month and day): refreshed with every write, rebuilt whole by
the same expressions, read by every figure."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    bindparam,
    cast,
    delete,
    except_,
    func,
    insert,
    literal,
    select,
    true,
    tuple_,
    union_all,
)

from db.engine import in_parts, insert_rows, raw_rows, reading
from db.measures import (
    BY_DAY,
    CELL,
    CELLS,
    TALLIES,
    added_up,
    believed,
    by_measure,
    cells,
    live,
    month_of,
    months_between,
    tallies_of,
    ticket_cells,
)
from db.schema import monthly_total, number_of, ticket, ticket_total

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


_ended = ticket_cells(ticket.c.retired_batch == bindparam("batch"), days=True).subquery("ended")
_less = select(*(_ended.c[name] for name in CELL), -_ended.c.total)
_emptied = delete(ticket_total).where(
    tuple_(*(ticket_total.c[name] for name in CELL)).in_(select(*(_ended.c[name] for name in CELL))),
    ticket_total.c.total == 0,
)


def refresh_tickets(conn: Connection, act: int, begun: Sequence[pa.Table]) -> None:
    """Bring the tickets' roll-up up to date with one batch: the cells of its versions, less those of what it ended.

    A ticket counts in up to ten months; making those again would read each of them whole. Cells are written in the
    order of their key, so that no two writers wait for each other.
    """
    ended = raw_rows(conn, _less, {"batch": act})
    less = [pa.table(list(zip(*ended, strict=True)), schema=CELLS)] if ended else []
    cells = added_up([*begun, *less]).filter(pc.field("total") != 0).sort_by([(name, "ascending") for name in CELL])
    for part in cells.to_batches(max_chunksize=50_000):
        rows = list(zip(*(column.to_pylist() for column in part.columns), strict=True))
        insert_rows(conn, ticket_total, rows, add="total")
    if ended:
        conn.execute(_emptied, {"batch": act})


def rebuild(conn: Connection) -> None:
    """Throw the roll-ups away and make them again from the entries and the tickets."""
    for table, made in _made():
        conn.execute(delete(table))
        conn.execute(insert(table).from_select(table.columns.keys(), made))


def remake_tickets(conn: Connection) -> None:
    """Make the tickets' roll-up where there are tickets and none of it: a migration that changed it left it empty."""
    if conn.scalar(select(ticket_total.c.unit).limit(1)) is None and conn.scalar(select(ticket.c.unit).limit(1)):
        rebuild(conn)


def _made() -> list[tuple]:
    """Each roll-up and the expression that makes it whole."""
    return [(monthly_total, cells(live)), (ticket_total, ticket_cells(believed(None, ticket), days=True))]


def differences(conn: Connection) -> list[dict]:
    """The cells where a roll-up and what it is made of disagree; empty when the store is sound."""
    found = []
    for table, made in _made():
        stored, made = select(table), select(*made.subquery("made").columns)
        wrong = union_all(
            select(except_(stored, made).subquery("stored_only")),
            select(except_(made, stored).subquery("made_only")),
        )
        found += [_named(dict(row)) for row in conn.execute(wrong).mappings()]
    return found


def _named(cell: dict) -> dict:
    """A cell of the tickets with the measures that its tally and counts stand for, as those of entries bear theirs."""
    if "tally" not in cell:
        return cell
    codes = TALLIES.get(cell["tally"], [])
    names = [code for n, code in enumerate(codes) if cell["counts"] >> n & 1]
    return {"unit": cell["unit"], "indicator": " ".join(names) or "?"} | cell


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


def read_tickets(
    store: Engine,
    units: Iterable[str],
    measures: Sequence[str],
    first: date,
    last: date,
    as_of: datetime | None = None,
) -> list[tuple]:
    """The tickets' cells from day `first` (a month's first day) to day `last`, as (unit, measure, month, total).

    From the roll-up, by the day where `last` cuts a month off (of measures not kept BY_DAY from the tickets of that
    month); with `as_of` from the ledger. A cell without a ticket has no row.
    """
    total, rows = ticket_total.c, []
    months = months_between(first, last)
    whole = months if _ends_month(last) else months[:-1]
    tallies = tallies_of(measures)
    with reading(store) as conn:
        for part in in_parts(list(units)):
            mine = ticket.c.unit.in_(part)
            if as_of is not None:
                rows += raw_rows(conn, ticket_cells(believed(as_of, ticket) & mine, first, last, measures))
                continue
            here = total.unit.in_(part), total.tally.in_(tallies)
            rows += raw_rows(conn, select(ticket_total).where(*here, total.span.in_(whole)))
            if whole != months:
                days = total.span.between(months[-1] * 100 + 1, number_of(last))
                month, added = literal(months[-1]), cast(func.sum(total.total), BigInteger)
                summed = select(total.unit, total.tally, month, total.counts, added).where(*here, days)
                rows += raw_rows(conn, summed.group_by(total.unit, total.tally, total.counts))
                begin, rest = date(last.year, last.month, 1), [code for code in measures if code not in BY_DAY]
                if rest:
                    rows += raw_rows(conn, ticket_cells(believed(None, ticket) & mine, begin, last, rest))
    return by_measure(rows, measures)


def tickets_before(
    store: Engine, units: Iterable[str], measures: Sequence[str], day: date, as_of: datetime | None = None
) -> dict[tuple[str, str], int]:
    """(unit, measure) → how many tickets counted before the first day of a month."""
    begin, eve = date(2000, 1, 1), date.fromordinal(day.toordinal() - 1)
    rows: list[tuple] = []
    with reading(store) as conn:
        for part in in_parts(list(units)):
            if as_of is None:
                cells, where = ticket_total.c, ticket_total.c.unit.in_(part) & (ticket_total.c.span < month_of(day))
                where &= ticket_total.c.tally.in_(tallies_of(measures))
            else:
                mine = believed(as_of, ticket) & ticket.c.unit.in_(part)
                cells, where = ticket_cells(mine, begin, eve, measures).subquery().c, true()
            key, total = (cells.unit, cells.tally, cells.counts), cast(func.sum(cells.total), BigInteger)
            summed = select(*key[:2], literal(0), key[2], total).where(where).group_by(*key)
            rows += raw_rows(conn, summed)
    return {(unit, code): n for unit, code, _, n in by_measure(rows, measures)}


_DAYS = 10_000_000  # spans from here on are days, below it months
# What happens to a ticket that says of which months something is known; every ticket has the first.
_TOLD = "hotline.received", "hotline.closed", "hotline.returned", "hotline.overdue"
_TELLING = tallies_of(_TOLD)


def ticket_months(
    store: Engine, units: Iterable[str], last: date, as_of: datetime | None = None
) -> dict[str, tuple[int, int]]:
    """Street prefix → the first and the last month, up to that of `last`, in which something happened to a ticket."""
    total, found = ticket_total.c, {}
    with reading(store) as conn:
        for part in in_parts(list(units)):
            if as_of is None:
                months = select(total.unit, func.min(total.span), func.max(total.span)).where(
                    total.unit.in_(part), total.tally.in_(_TELLING), total.span <= month_of(last)
                )
                months = months.group_by(total.unit)
            else:
                mine = believed(as_of, ticket) & ticket.c.unit.in_(part)
                end = date(last.year, last.month, monthrange(last.year, last.month)[1])
                some = ticket_cells(mine, date(2000, 1, 1), end, _TOLD).subquery().c
                months = select(some.unit, func.min(some.span), func.max(some.span)).group_by(some.unit)
            for unit, low, high in conn.execute(months):
                before = found.get(unit[:9], (low, high))
                found[unit[:9]] = min(low, before[0]), max(high, before[1])
    return found


def years(store: Engine) -> list[int]:
    """The years with numbers, latest first. Reads the roll-ups' months, not the entries."""
    with reading(store) as conn:
        months = set(conn.scalars(select(monthly_total.c.month).distinct()))
        received = ticket_total.c.tally.in_(tallies_of(["hotline.received"])) & (ticket_total.c.span < _DAYS)
        months |= set(conn.scalars(select(ticket_total.c.span).where(received).distinct()))
        return sorted({month // 100 for month in months}, reverse=True)
