"""Stores to measure on, and a bare sqlite3 connection that writes into the same schema."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import Engine

from db import sample, store, units
from db.engine import open_store, reading, writing


def office(path: Path) -> Engine:
    """An empty store of the 30 sample communities and their street."""
    made = open_store(f"sqlite:///{path}")
    store.init(made)
    with writing(made) as conn:
        units.load(conn, sample.COMMUNITIES.read_bytes())
    return made


def sample_year(path: Path) -> Engine:
    """A store that holds the sample year: some 45 000 entries."""
    made = open_store(f"sqlite:///{path}")
    store.init(made)
    sample.load(made)
    return made


def communities(made: Engine) -> list[str]:
    """The codes of the 30 communities."""
    with reading(made) as conn:
        return [one.code for one in units.units(conn) if one.level == "community"]


def bare(path: Path) -> sqlite3.Connection:
    """A connection with nothing around it that promises what ours does: WAL, durable commits, references checked."""
    conn = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        conn.execute(f"PRAGMA {pragma}")
    return conn


def written(conn: sqlite3.Connection, batch: int) -> dict[str, list[tuple]]:
    """The rows a batch of daily forms added, by table, in the order in which `ledger.record` was given them."""
    statements = {
        "batch": "SELECT * FROM batch WHERE id = ?",
        "entry": "SELECT * FROM entry WHERE batch = ? ORDER BY day, unit, no",
        "value": "SELECT value.* FROM entry JOIN value USING (unit, no) WHERE batch = ? ORDER BY day, unit, no",
    }
    return {table: conn.execute(statement, (batch,)).fetchall() for table, statement in statements.items()}


def write(conn: sqlite3.Connection, rows: Mapping[str, Sequence[tuple]]) -> None:
    """Put finished rows into their tables in one durable transaction: the least that storing them can cost."""
    conn.execute("BEGIN IMMEDIATE")
    for table, some in rows.items():
        verb = "REPLACE" if table == "monthly_total" else "INSERT"  # a month's cell is there from its first day on
        conn.executemany(f"{verb} INTO {table} VALUES ({', '.join('?' * len(some[0]))})", some)
    conn.execute("COMMIT")
