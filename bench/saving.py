"""A day's form saved through the ledger, against the same rows inserted by bare sqlite3."""

import sqlite3
from contextlib import closing
from datetime import date
from itertools import product
from pathlib import Path
from statistics import median

from bench.rounds import Result, at_most, clocked
from bench.stores import bare, communities, sample_year, write, written
from db import ledger
from db.engine import copy_to
from db.ledger import Draft
from db.measures import month_of
from metrics.catalogue import Catalogue, catalogue
from metrics.workdays import calendar

MONTH = date(2025, 1, 1), date(2025, 1, 31)  # the one after the sample year
TARGET = 3


def run(folder: Path) -> list[Result]:
    """Save a month of forms into one copy of the sample year, and the rows of each save into another, in turns.

    The month fills up day by day, so the median save finds half of it there.
    """
    store = sample_year(folder / "saving-ours.db")
    copy_to(store, folder / "saving-bare.db")
    known = catalogue(store)
    with closing(bare(folder / "saving-ours.db")) as ours, closing(bare(folder / "saving-bare.db")) as other:
        times = [
            _save_twice(store, ours, other, _forms(known, community, day, n), f"save-{n}")
            for n, (day, community) in enumerate(product(calendar(store).workdays(*MONTH), communities(store)))
        ]
    store.dispose()
    by_ledger, by_sqlite = (median(column) for column in zip(*times, strict=True))
    return [at_most("save a day's form (6 entries, 14 numbers)", by_ledger, by_sqlite, TARGET)]


def _save_twice(
    store, ours: sqlite3.Connection, other: sqlite3.Connection, forms: list[Draft], token: str
) -> tuple[float, float]:
    """Seconds of the ledger's save, and of writing the rows it wrote into the other store."""
    by_ledger, receipt = clocked(ledger.record, store, forms, by="基准", token=token)
    cells = "SELECT * FROM monthly_total WHERE unit = ? AND month = ?"
    cells = ours.execute(cells, (forms[0].unit, month_of(forms[0].day))).fetchall()
    by_sqlite, _ = clocked(write, other, written(ours, receipt.batch) | {"monthly_total": cells})
    return by_ledger, by_sqlite


def _forms(known: Catalogue, community: str, day: date, n: int) -> list[Draft]:
    """Every daily form of one community-day, filled in full, as the entry page sends it."""
    return [
        Draft(kind.code, community, day, {i.code: (n + i.position) % 7 for i in known.entered(kind.code)}, seen=0)
        for kind in known.kinds.values()
        if kind.grain == "daily"
    ]
