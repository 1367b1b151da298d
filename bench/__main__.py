"""python -m bench …: run the benchmarks and print one table of ratios."""

import argparse
import gc
import os
import platform
import sqlite3
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import checking, importing, pages, reading, saving, tickets
from bench.rounds import table

SCRATCH = Path(__file__).parent / "data"  # a disk, where /tmp may be memory: durable writes are what is measured


def main(argv: list[str] | None = None) -> int:
    names = ("reading", "saving", "importing", "tickets", "checking", "pages")
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="|".join(names), help="all where none is named")
    parser.add_argument("--entries", nargs="+", type=int, default=reading.SIZES, help="sizes of the stores to read")
    parser.add_argument("--tickets", type=int, default=tickets.TICKETS, help="tickets of the file and the larger store")
    args = parser.parse_args(argv)
    if unknown := set(args.names) - set(names):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}")
    if min(args.entries) < reading.SIZES[0]:
        parser.error(f"a store to read has at least {reading.SIZES[0]} entries")
    if not 10 * tickets.SMALL <= args.tickets <= tickets.TICKETS:
        parser.error(f"a file has {10 * tickets.SMALL} to {tickets.TICKETS} tickets")
    runs = {
        "reading": lambda folder: reading.run(folder, args.entries),
        "saving": saving.run,
        "importing": importing.run,
        "tickets": lambda folder: tickets.run(folder, args.tickets),
        "checking": checking.run,
        "pages": pages.run,
    }
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{platform.system()} {platform.machine()}"
    )
    gc.collect()
    gc.freeze()  # as app.py does: what is measured is not the walk through pandas' own objects
    SCRATCH.mkdir(exist_ok=True)
    results = []
    for name in args.names or names:
        with TemporaryDirectory(dir=SCRATCH) as folder:
            results += runs[name](Path(folder))
    print(table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
