"""Which column of an export holds what, as a person said for a layout: remembered for the next file of it."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from db.engine import now
from db.schema import layout


def fingerprint(headings: Sequence[str]) -> str:
    """What makes two files one layout: the same headings in the same order."""
    return hashlib.sha256("\x1f".join(headings).encode()).hexdigest()


def read(conn: Connection, headings: Sequence[str]) -> dict[str, str] | None:
    """Field → heading as a person set it for this layout; None where nobody has."""
    return conn.scalar(select(layout.c.columns).where(layout.c.fingerprint == fingerprint(headings)))


def save(conn: Connection, headings: Sequence[str], columns: dict[str, str], by: str) -> None:
    """Remember the columns of a layout; the last word holds."""
    key = fingerprint(headings)
    conn.execute(delete(layout).where(layout.c.fingerprint == key))
    conn.execute(insert(layout).values(fingerprint=key, columns=columns, recorded_at=now(), recorded_by=by))
