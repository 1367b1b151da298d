"""Due days set anew by today's rules and calendar: an act of the ledger, never a side effect."""

from datetime import date

import pandas as pd

from db import tickets
from db.batches import Receipt
from db.engine import china_day, now, reading
from db.language import translate
from db.schema import day_of
from db.tickets import BY_FILE, REQUEST, Ticket
from db.units import units
from metrics.hotline import Clock, clock


def moved(store, since: date) -> dict[str, tuple[Ticket, Ticket, int]]:
    """The tickets received from a day on whose clock today's rules and calendar set otherwise.

    Number → (as it stands, as it would be, version). A due day that came with a file stays, and so does what is
    extended: a person decided it. Raises Refusal for a year without a notice.
    """
    told, found = clock(store), {}
    with reading(store) as conn:
        places = [one.code for one in units(conn)]
    for one in tickets.counted(store, "hotline.requests", places, since, china_day(now())):
        old = one.ticket
        if old.kind == REQUEST and old.rule != BY_FILE and old.extended_to is None and old.resumed_on is None:
            new = _anew(told, old)
            if new != old:
                found[old.number] = (old, new, one.version)
    return found


def _anew(told: Clock, old: Ticket) -> Ticket:
    return told(old._replace(limit_days=None, due_on=None, rule="", contact_due=None))


def listed(changes: dict[str, tuple[Ticket, Ticket, int]], language: str = "zh") -> pd.DataFrame:
    """What would move: number, received, rule and due day before and after."""
    names = ("工单编号", "受理日", "原依据", "原时限", "新依据", "新时限")
    rows = [
        (number, day_of(old.received_on), old.rule, day_of(old.due_on), new.rule, day_of(new.due_on))
        for number, (old, new, _version) in changes.items()
    ]
    return pd.DataFrame(rows, columns=[translate(name, language) for name in names])


def recompute(store, since: date, *, by: str, reason: str, token: str) -> Receipt:
    """Set the due days of `moved` anew, as one batch with a reason. Raises what `db.tickets.amend` raises."""
    changes = moved(store, since)
    blank = {"limit_days": None, "due_on": None, "rule": "", "contact_due": None}
    seen = {number: version for number, (_old, _new, version) in changes.items()}
    how = {"by": by, "reason": reason, "token": token, "clock": clock(store), "source": "recompute"}
    return tickets.amend(store, dict.fromkeys(changes, blank), seen=seen, **how)
