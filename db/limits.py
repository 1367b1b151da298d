"""What a ticket's clock is set to, as a table by day of effect: only ever added to."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection, insert, select

from db.engine import now
from db.language import Refusal
from db.schema import limit_rule


@dataclass(frozen=True)
class Limit:
    """What holds for tickets received from `effective_from` on whose subject has one of `words`; without words,
    for the rest. `handling_days`: working days to close. First contact within `contact_minutes`, or by the end of
    the `contact_days`-th working day. `document`: where that is written."""

    effective_from: date
    name: str
    words: tuple[str, ...]
    handling_days: int
    contact_minutes: int | None
    contact_days: int | None
    document: str

    @cached_property
    def code(self) -> str:
        """What a ticket says its limit came from: "2025-01-01 水电气热"."""
        return f"{self.effective_from} {self.name}"


def read(conn: Connection) -> list[Limit]:
    """All rules, latest first; of one day those with words first."""
    names = list(Limit.__dataclass_fields__)
    found = [Limit(**{n: row[n] for n in names if n != "words"}, words=tuple(row["words"])) for row in _rows(conn)]
    return sorted(found, key=lambda one: (one.effective_from, bool(one.words), one.name), reverse=True)


def _rows(conn: Connection):
    return conn.execute(select(limit_rule)).mappings()


def add(conn: Connection, new: Limit, by: str) -> None:
    """Add a rule. Tickets already there keep their due day until it is recomputed.

    Raises Refusal for a limit that is none, or a day and name that are taken.
    """
    new = replace(new, name=new.name.strip(), document=new.document.strip())
    if not new.name or not new.document:
        raise Refusal("时限规则要有名称和依据文件")
    if new.handling_days < 1 or not (new.contact_minutes or new.contact_days):
        raise Refusal("办理时限应至少 1 个工作日，并写明首次联系时限（分钟或工作日）")
    same = select(limit_rule.c.name).where(
        limit_rule.c.effective_from == new.effective_from, limit_rule.c.name == new.name
    )
    if conn.scalar(same):
        raise Refusal("自 {day} 起名为“{name}”的时限规则已存在", day=new.effective_from, name=new.name)
    conn.execute(
        insert(limit_rule).values(
            **{n: getattr(new, n) for n in Limit.__dataclass_fields__} | {"words": list(new.words)},
            recorded_at=now(),
            recorded_by=by,
        )
    )


def load(conn: Connection, path: Path, by: str) -> None:
    """Add the rules of a TOML file to a store that has none."""
    if not read(conn):
        for row in tomllib.loads(path.read_text("utf-8"))["limit"]:
            words: Sequence[str] = row.get("words", ())
            optional = {name: row.get(name) for name in ("contact_minutes", "contact_days")}
            add(conn, Limit(**{**row, **optional, "words": tuple(words)}), by)
