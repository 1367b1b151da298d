"""Frozen years: what a named person fixed of a year at a cut-off, byte for byte; and what the ledger did since.

A snapshot is added once and never changed or taken out: there is no function for it. Its batch is its moment: when it
was numbered every act before it was done, so what came later has a greater number, whatever a clock says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection, Engine, Integer, bindparam, case, insert, select, type_coerce

from db import batches
from db.batches import Receipt
from db.engine import china_day, now, reading
from db.language import Refusal
from db.measures import TICKETS, on_day, since
from db.schema import batch, definition, snapshot, snapshot_part, ticket

FIGURES = "figures.json"  # the part that every snapshot has


class Part(NamedTuple):
    """A file of a snapshot, and the digest written down when it was frozen."""

    name: str
    sha256: str
    content: bytes

    @property
    def sound(self) -> bool:
        """Whether the bytes are those that were frozen."""
        return sha256(self.content).hexdigest() == self.sha256


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A year frozen at a cut-off. `parts`: the SHA-256 of each file by its name; `batch`: the act it was."""

    id: int
    year: int
    cut_off: date
    note: str
    batch: int
    recorded_at: datetime
    recorded_by: str
    parts: Mapping[str, str]


# -------------------------------------------------------------------------------------------- writing


def write(
    store: Engine, year: int, cut_off: date, make: Callable[[], Mapping[str, bytes]], *, by: str, token: str, note: str
) -> Snapshot:
    """Freeze a year: store the parts that `make()` gives, by name, in one act. The same token again freezes nothing
    and gives what it froze.

    `make` is called when nobody else writes, nor can until the act is done: whatever it reads of the ledger is of one
    moment, that of the batch. Raises Refusal without a name and for a cut-off that is yet to come.
    """
    if cut_off > china_day(now()):
        # Until it has passed, figures of it change though nobody writes: tickets become late by waiting.
        raise Refusal("截至日 {day} 还没有到，不能定稿", day=cut_off)

    def work(conn: Connection, act: int, stamp: tuple) -> Receipt:
        row = {"year": year, "cut_off": cut_off, "note": note.strip(), "batch": act}
        (number,) = conn.execute(insert(snapshot).values(row)).inserted_primary_key
        parts = [
            {"snapshot": number, "name": name, "sha256": sha256(content).hexdigest(), "content": content}
            for name, content in make().items()
        ]
        conn.execute(insert(snapshot_part), parts)
        return Receipt(act, new=len(parts))

    def repeated(conn: Connection, first: int) -> Receipt:
        return Receipt(first, True)

    receipt = batches.write(store, work, repeated, by=by, token=token, source="freeze", at=None, alone=True)
    with reading(store) as conn:
        (made,) = _read(conn, snapshot.c.batch == receipt.batch)
    return made


# -------------------------------------------------------------------------------------------- reading


def snapshots(store: Engine) -> list[Snapshot]:
    """All frozen years, the last one first."""
    with reading(store) as conn:
        return _read(conn, True)


def get(store: Engine, number: int) -> Snapshot:
    """One snapshot. Raises Refusal where there is none."""
    with reading(store) as conn:
        found = _read(conn, snapshot.c.id == number)
    if not found:
        raise Refusal("没有编号为 {id} 的定稿", id=number)
    return found[0]


def parts(store: Engine, number: int) -> list[Part]:
    """The files of a snapshot as they were frozen, by name; whoever uses one looks whether it is `sound`."""
    get(store, number)
    wanted = select(snapshot_part.c.name, snapshot_part.c.sha256, snapshot_part.c.content)
    with reading(store) as conn:
        rows = conn.execute(wanted.where(snapshot_part.c.snapshot == number).order_by(snapshot_part.c.name))
        return [Part(*row) for row in rows]


def _read(conn: Connection, where) -> list[Snapshot]:
    digests: dict[int, dict[str, str]] = {}
    named = select(snapshot_part.c.snapshot, snapshot_part.c.name, snapshot_part.c.sha256)
    for number, name, digest in conn.execute(named.order_by(snapshot_part.c.name)):
        digests.setdefault(number, {})[name] = digest
    wanted = (
        select(snapshot, batch.c.recorded_at, batch.c.recorded_by)
        .join_from(snapshot, batch, snapshot.c.batch == batch.c.id)
        .where(where)
        .order_by(snapshot.c.id.desc())
    )
    return [Snapshot(**row, parts=digests.get(row["id"], {})) for row in conn.execute(wanted).mappings()]


def damage(conn: Connection) -> list[str]:
    """One line for each part whose bytes are no longer those that were frozen, or that is gone; none when sound."""
    found, whole = [], set()
    wanted = select(snapshot_part).order_by(snapshot_part.c.snapshot, snapshot_part.c.name)
    for row in conn.execute(wanted):
        part = Part(row.name, row.sha256, row.content)
        whole |= {row.snapshot} if part.name == FIGURES else set()
        if not part.sound:
            digest = sha256(part.content).hexdigest()
            found.append(f"snapshot {row.snapshot} {part.name}: SHA-256 {part.sha256} frozen, {digest} found")
    gone = set(conn.scalars(select(snapshot.c.id))) - whole
    return found + [f"snapshot {number} {FIGURES}: gone" for number in sorted(gone)]


# ------------------------------------------------------------------------------------ what happened since


class TicketVersion(NamedTuple):
    """A version of a ticket that began or ended after a batch. `counts`: the day (20240305) on which it counts
    toward each measure (db.measures.TICKETS), where it does."""

    number: str
    version: int
    unit: str
    title: str
    batch: int
    recorded_at: datetime
    recorded_by: str
    retired_at: datetime | None
    retired_by: str | None
    retired_reason: str | None
    counts: Mapping[str, int]


def tickets_since(store: Engine, act: int, last: date) -> list[TicketVersion]:
    """The versions of tickets that began or ended after a batch, by number and version; what they count up to day
    `last`, from the beginning on."""
    facts = [ticket.c[name] for name in TicketVersion._fields[:-1]]
    begin, measures = date(2000, 1, 1), list(TICKETS)
    counted = [
        case((on_day(TICKETS[code], begin, last), type_coerce(TICKETS[code].day, Integer)), else_=None)
        for code in measures
    ]
    wanted = select(*facts, *counted).where(since(act, ticket))
    found = []
    with reading(store) as conn:
        for row in conn.execute(wanted):
            days = zip(measures, row[len(facts) :], strict=True)
            found.append(TicketVersion(*row[: len(facts)], {code: day for code, day in days if day is not None}))
    return sorted(found, key=lambda one: (one.number, one.version))  # ordered there, it would read the whole table


_defined = select(definition.c.recorded_at, definition.c.recorded_by).where(
    definition.c.indicator == bindparam("code"), definition.c.effective_from == bindparam("day")
)


def defined(store: Engine, indicator: str, effective_from: date) -> tuple[datetime, str]:
    """When and by whom a definition was recorded."""
    with reading(store) as conn:
        return tuple(conn.execute(_defined, {"code": indicator, "day": effective_from}).one())
