"""A hotline desk for the tests: somebody who writes tickets to a store, and tickets in few words."""

from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Engine, func, select

from db import schema, tickets
from db.engine import CHINA, reading
from db.schema import number_of
from db.tickets import REQUEST, Ticket
from metrics import clocks

STREET, A, B = "120114001000", "120114001007", "120114001008"


def instant(text: str) -> int:
    """ "2024-09-12 09:30" in China, in stored form; a day alone is its midnight."""
    return tickets.seconds(datetime.fromisoformat(text).replace(tzinfo=CHINA))


def day(text: str) -> int:
    """ "2024-09-12 09:30" → 20240912"""
    return number_of(datetime.fromisoformat(text).date())


def bare(number: str, received: str, unit: str = A, kind: str = REQUEST, **fields) -> Ticket:
    """A ticket without a clock. `closed`, `contacted_first` and `replied` are times, other days texts or numbers."""
    facts: dict[str, Any] = {"received_at": instant(received), "received_on": day(received)}
    for name, field in (("closed", "closed"), ("contacted_first", "contacted")):
        if at := fields.pop(name, None):
            facts |= {f"{field}_at": instant(at), f"{field}_on": day(at)}
    if replied := fields.pop("replied", None):
        facts["replied_at"] = instant(replied)
    facts |= {
        name: day(value) if isinstance(value, str) and name.endswith(("_on", "_to")) else value
        for name, value in fields.items()
    }
    texts = {"channel": "12345", "subject": "城市管理->占道经营", "body": "综合执法队", "title": "占道经营"}
    return Ticket(**({"number": number, "unit": unit, "kind": kind, "reply": "", "place": ""} | texts | facts))


class Desk:
    """Writes tickets to a store under one name, with a new token for each act unless told otherwise."""

    def __init__(self, store: Engine, name: str = "张三"):
        self.store, self.name, self.tokens = store, name, count(1)
        self.clock = clocks.clock(store)

    def _act(self, token: str | None, at: datetime | None) -> dict:
        return {"by": self.name, "token": token or f"工单-{self.name}-{next(self.tokens)}", "at": at}

    def ticket(self, number: str, received: str = "2024-09-12 09:30", unit: str = A, **fields) -> Ticket:
        """A ticket with its clock set, as an import brings it."""
        return self.clock(bare(number, received, unit, **fields))

    def imports(self, *some: Ticket, token=None, at=None, **how):
        return tickets.record(self.store, some, clock=self.clock, **self._act(token, at), **how)

    def brings(self, number: str, received: str = "2024-09-12 09:30", unit: str = A, **fields):
        """Import one ticket."""
        return self.imports(self.ticket(number, received, unit, **fields))

    def amends(self, number: str, *, seen=None, reason="核对原工单", token=None, at=None, source="form", **fields):
        """Set fields of one ticket by hand."""
        looked = None if seen is None else {number: seen}
        return self.sets({number: fields}, seen=looked, reason=reason, token=token, at=at, source=source)

    def sets(self, changes: Mapping[str, Mapping], *, seen=None, reason="核对原工单", token=None, at=None, **how):
        act = {"reason": reason, "seen": seen, "clock": self.clock, **self._act(token, at), **how}
        return tickets.amend(self.store, changes, **act)

    def voids(self, number: str, seen: int, *, reason="重复登记", token=None, at=None):
        return tickets.void(self.store, number, seen=seen, reason=reason, **self._act(token, at))

    def undoes(self, batch: int, *, reason="误导入", token=None, at=None):
        return tickets.undo(self.store, batch, reason=reason, **self._act(token, at))

    def versions(self, number: str) -> list[tickets.Version]:
        return tickets.history(self.store, number)

    def reads(self, number: str) -> Ticket:
        """The live version of a ticket."""
        (live,) = [one for one in self.versions(number) if one.retired_at is None]
        return live.ticket

    def stored(self, table=schema.ticket) -> int:
        with reading(self.store) as conn:
            return conn.scalar(select(func.count()).select_from(table))
