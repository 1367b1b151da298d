"""A file of 100 000 counts imported, against the same entries and values inserted by bare sqlite3."""

import csv
import io
from contextlib import closing
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from statistics import median

from sqlalchemy import Engine

from bench.rounds import Result, at_least, clocked
from bench.stores import bare, communities, sample_year, write, written
from db.engine import copy_to, open_store
from metrics.catalogue import catalogue
from metrics.spreadsheets import import_counts

FIRST_DAY = date(2023, 1, 1)  # the sample year is 2024: the imported days are new
TARGET = 0.3


def run(folder: Path, days: int = 240, rounds: int = 5) -> list[Result]:
    """Import one file into a fresh copy of the sample year each round, and its rows into another, in turns."""
    store = sample_year(folder / "importing.db")
    data, count = _file(store, days)
    times = []
    for n in range(rounds):
        paths = [folder / f"importing-{n}-{side}.db" for side in ("ours", "bare")]
        for path in paths:
            copy_to(store, path)
        times.append(_import_twice(*paths, data))
    store.dispose()
    by_import, by_sqlite = (median(column) for column in zip(*times, strict=True))
    return [at_least(f"import a file of {count} counts", by_import, by_sqlite, TARGET)]


def _import_twice(ours: Path, other: Path, data: bytes) -> tuple[float, float]:
    """Seconds of the import, reading the file included, and of writing the rows it wrote into the other store."""
    store = open_store(f"sqlite:///{ours}")
    by_import, report = clocked(import_counts, store, data, "counts.csv", by="基准", token="import")
    store.dispose()
    with closing(bare(ours)) as reader:
        rows = written(reader, report["batch"])
    with closing(bare(other)) as writer:
        by_sqlite, _ = clocked(write, writer, rows)
    return by_import, by_sqlite


def _file(store: Engine, days: int) -> tuple[bytes, int]:
    """A CSV of one count a line: every daily indicator of every community on each day; and how many."""
    known = catalogue(store)
    daily = [i.code for kind in known.kinds.values() if kind.grain == "daily" for i in known.entered(kind.code)]
    keys = list(product((FIRST_DAY + timedelta(n) for n in range(days)), communities(store), daily))
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(["day", "community_code", "indicator", "quantity"])
    lines.writerows((*key, n % 7) for n, key in enumerate(keys))
    return text.getvalue().encode(), len(keys)
