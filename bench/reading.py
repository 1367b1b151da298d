"""A year by community and month, read from stores of very different size, and against pandas on every row."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine, select

from bench.rounds import Result, at_least, at_most, in_turns
from bench.stores import communities, office
from db import totals
from db.engine import insert_rows, reading, writing
from db.measures import STATE, live, of_entry
from db.schema import batch, entry, value
from metrics.catalogue import Catalogue, catalogue
from metrics.figures import figures

YEAR = 2024
MID_MONTH = date(YEAR, 8, 15)
DAYS_FILED = 20  # of each month, by every community, with every daily form
SIZES = (100_000, 1_000_000, 10_000_000)  # entries
BY_PANDAS = 1_000_000  # the store that pandas reads
LARGER, FASTER = 1.3, 50


def run(folder: Path, sizes: Sequence[int] = SIZES, rounds: int = 15) -> list[Result]:
    """The year from stores of `sizes` entries in turns, each against the smallest; then against pandas."""
    stores = {size: build(folder / f"reading-{size}.db", size) for size in sorted(sizes)}
    found = _by_size(stores, "a year by community and month", None, LARGER, rounds)
    found += _by_size(stores, "… cut off in mid-month", MID_MONTH, None, rounds)
    if BY_PANDAS in stores:
        ways = partial(ask, stores[BY_PANDAS]), partial(sum_every_row, stores[BY_PANDAS])
        found.append(at_least(f"… {BY_PANDAS:,} entries against pandas", *in_turns(*ways, rounds=5), FASTER))
    for store in stores.values():
        store.dispose()
    return found


def _by_size(
    stores: dict[int, Engine], what: str, cut_off: date | None, limit: float | None, rounds: int
) -> list[Result]:
    times = in_turns(*(partial(ask, store, cut_off) for store in stores.values()), rounds=rounds)
    (small, least), *larger = zip(stores, times, strict=True)
    return [at_most(f"{what}, {size:,} entries against {small:,}", taken, least, limit) for size, taken in larger]


def ask(store: Engine, cut_off: date | None = None) -> pd.DataFrame:
    """What the yearly table asks for: every indicator of every community and month."""
    return figures(store, YEAR, by=("community", "month"), cut_off=cut_off)


def sum_every_row(store: Engine) -> pd.Series:
    """The sums of every community, month and indicator by reading every live number into pandas."""
    rows = select(entry.c.unit, entry.c.month, value.c.indicator, value.c.quantity).join_from(entry, value, of_entry)
    with reading(store) as conn:
        frame = pd.read_sql(rows.where(live), conn)
    return frame.groupby(["unit", "month", "indicator"])["quantity"].sum()


# ------------------------------------------------------------------------------------------ the stores


def build(path: Path, entries: int) -> Engine:
    """A store of exactly that many entries of one number each, at least 100 000; YEAR is its last year.

    In every year each community files its daily forms and its profile; all other entries are records
    (activities, trainings, exams), spread evenly over communities and months. A larger store has both more
    years, up to 25, and more records in each: the asked year grows, and has a number in every cell in each.
    """
    store = office(path)
    known, places = catalogue(store), communities(store)
    years = range(YEAR + 1 - min(25, max(2, entries // 100_000)), YEAR + 1)
    fixed = len(places) * len(years) * (1 + 12 * len(_month(known, 0)))
    records, rest = divmod(entries - fixed, len(places) * len(years) * 12)
    conn = store.raw_connection()
    conn.execute("PRAGMA synchronous=OFF")  # of the pooled connection that builds; a crash only costs the scratch file
    conn.close()
    for n, place in enumerate(places):
        with writing(store) as conn:
            at = datetime(YEAR, 12, 31, tzinfo=UTC)
            insert_rows(conn, batch, [(n + 1, f"bench-{n}", "import", at, "基准", None, None, False)])
        last = 0
        for year in years:
            forms = [(date(year, 1, 2), _codes(known, "standing")[year % 2], "", STATE)]
            for month in range(1, 13):
                extra, rest = (1, rest - 1) if rest else (0, 0)
                forms += [
                    (date(year, month, day), *form, year * 100 + month) for day, *form in _month(known, records + extra)
                ]
            _store(store, place, last, n + 1, forms)
            last += len(forms)
    with writing(store) as conn:
        totals.rebuild(conn)
    store.dispose()
    return store


def _codes(known: Catalogue, grain: str) -> list[str]:
    """The number fields of the forms of a grain."""
    return [i.code for kind in known.kinds.values() if kind.grain == grain for i in known.entered(kind.code)]


def _month(known: Catalogue, records: int) -> list[tuple[int, str, str]]:
    """One community's month by day, as (day, indicator, title): the daily forms and that many records.

    A daily form carries one of its numbers, each in its turn.
    """
    daily = [[i.code for i in known.entered(kind.code)] for kind in known.kinds.values() if kind.grain == "daily"]
    counted = _codes(known, "record")
    forms = [(day, codes[day % len(codes)], "") for day in range(1, DAYS_FILED + 1) for codes in daily]
    forms += [(1 + n * 28 // records, counted[n % len(counted)], f"第{n + 1}场活动") for n in range(records)]
    return sorted(forms)


def _store(store: Engine, place: str, last: int, act: int, forms: list[tuple[date, str, str, int]]) -> None:
    """Add live first versions with the serial numbers after `last`, one number each."""
    entries, values = [], []
    for no, (day, code, title, month) in enumerate(forms, last + 1):
        at = datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)
        kind = code.partition(".")[0]
        version = (place, no, kind, day, month, 1 << day.day - 1, title, 0, 1, no, at, "基准", act, False)
        entries.append((*version, None, None, None, None))
        values.append((place, no, code, 1 + no % 9))
    with writing(store) as conn:
        insert_rows(conn, entry, entries)
        insert_rows(conn, value, values)
