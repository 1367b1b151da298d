"""One act of writing: a transaction with a token of its own, so that a repeat of it is harmless."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from db.definitions import STAMP
from db.engine import now, reading, undisturbed, writing
from db.language import Refusal
from db.schema import batch, entry, ticket


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a write did: the versions that began, and of what was sent how much was new, changed, unchanged.

    `repeated` is true when the token had been used before: then nothing was written and `batch` is the
    first submission's.
    """

    batch: int | None
    repeated: bool = False
    entries: tuple = ()
    new: int = 0
    changed: int = 0
    unchanged: int = 0


def need_reason(reason: str) -> None:
    """Raises Refusal without a reason: whoever changes what was recorded says why."""
    if not reason.strip():
        raise Refusal("更正和作废都要写明原因")


def need_name(by: str) -> str:
    """The name of whoever writes, without the spaces around it. Raises Refusal without one, or where it is too long."""
    by, most = by.strip(), batch.c.recorded_by.type.length
    if not by:
        raise Refusal("请先填写经办人姓名")
    if len(by) > most:
        raise Refusal("“{text}”过长，最多 {n} 字", text=by, n=most)
    return by


_batch_of = select(batch.c.id).where(batch.c.token == bindparam("token"))
_add_batch = insert(batch).returning(batch.c.id, *STAMP)


def write(
    store: Engine,
    work: Callable[[Connection, int, tuple], Receipt],
    repeated: Callable[[Connection, int], Receipt],
    *,
    by: str,
    token: str,
    source: str,
    at: datetime | None,
    file: tuple[str, str] | None = None,
    alone: bool = False,
) -> Receipt:
    """Do `work(connection, batch, the catalogue's stamp)` in one transaction, all or nothing.

    A receipt without a batch says that nothing changed: then no batch stays. A token used before writes nothing
    and gives `repeated(connection, the first batch)`. `file` is (name, sha256) of an import. `alone`: nobody else
    writes meanwhile. `at` None is the instant at which the transaction began. Raises Refusal without a name, and what
    `work` raises.
    """
    by = need_name(by)
    name, digest = file or (None, None)
    new = {"token": token, "source": source, "recorded_by": by, "file_name": name, "file_sha256": digest}
    try:
        with undisturbed(store) if alone else writing(store) as conn:
            # The token goes in first: a second sender of it waits here until the first is done.
            act, *stamp = conn.execute(_add_batch, new | {"recorded_at": at or now()}).one()
            receipt = work(conn, act, tuple(stamp))
            if receipt.batch is None:
                conn.execute(delete(batch).where(batch.c.id == act))
            return receipt
    except IntegrityError:
        # The same token, sent twice at the same instant to a store with several writers.
        with reading(store) as conn:
            first = conn.scalar(_batch_of, {"token": token})
            if first is not None:
                return repeated(conn, first)
        raise


class Imported(NamedTuple):
    """An import as a list shows it. `written`: how many entries or tickets it began; `standing`: of these, how many
    stand as it left them."""

    batch: int
    recorded_at: datetime
    recorded_by: str
    file_name: str
    written: int
    standing: int


def imports(store: Engine, most: int = 20) -> list[Imported]:
    """The last imports, the latest first."""
    wanted = select(batch.c.id, batch.c.recorded_at, batch.c.recorded_by, batch.c.file_name)
    wanted = wanted.where(batch.c.source == "import").order_by(batch.c.id.desc()).limit(most)
    found = []
    with reading(store) as conn:
        for row in conn.execute(wanted).all():
            counts = [
                conn.execute(
                    select(func.count(), func.count().filter(table.c.retired_at.is_(None))).where(
                        table.c.batch == row.id
                    )
                ).one()
                for table in (entry, ticket)
            ]
            found.append(Imported(*row, *(sum(column) for column in zip(*counts, strict=True))))
    return found
