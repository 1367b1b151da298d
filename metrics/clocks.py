"""What a ticket's clock says: its limit, its due day, its working days, whether it is late.

The day of receipt is day 0 whatever the hour; a ticket is due at the end of the N-th working day, in China. The rule in
force on the day of receipt holds for good: a later rule or notice moves a due day only by `recompute`, which the
ledger keeps.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache

import pandas as pd

from db import limits, tickets
from db.batches import Receipt
from db.engine import CHINA, china_day, now, reading
from db.language import Refusal, translate
from db.limits import Limit
from db.schema import day_of, number_of
from db.tickets import BY_FILE, INQUIRY, Ticket, seconds, timely
from db.units import units
from metrics.workdays import Calendar, calendar

CLOSING = 86399  # seconds of a day's last second


@dataclass
class Clock:
    """Sets a ticket's limit and due day, and counts its working days. Raises Refusal for a year without a notice."""

    calendar: Calendar
    rules: Sequence[Limit]

    def __post_init__(self):  # days and subjects repeat by the thousand
        self.rule, self.due, self.days = map(cache, (self.rule, self.due, self.days))

    def rule(self, received_on: int, subject: str) -> Limit:
        """The rule in force on the day of receipt: one whose words the subject has, or the one for the rest."""
        day, newest = day_of(received_on), {}
        for one in self.rules:  # latest first
            if one.effective_from <= day:
                newest.setdefault(one.name, one)
        meant = [one for one in newest.values() if any(word in subject for word in one.words)]
        rest = [one for one in newest.values() if not one.words]
        if not meant and not rest:
            raise Refusal("没有适用于 {day} 的时限规则，请在“设置”中登记", day=day)
        # Of several that match, the strictest.
        strictness = min(meant, key=lambda one: (one.handling_days, one.contact_minutes or 1440), default=None)
        return strictness or rest[0]

    def due(self, received_on: int, days: int) -> int:
        """The last day in time, as 20240920."""
        return number_of(self.calendar.due(day_of(received_on), days))

    def days(self, first: int, last: int) -> int | None:
        """Working days after `first` up to `last`, negative backwards; None where a year's notice is not known."""
        with suppress(Refusal):
            return self.calendar.between(day_of(first), day_of(last))
        return None

    def told(
        self,
        subject: str,
        received_at: int,
        received_on: int,
        limit_days: int | None,
        due_on: int | None,
        rule: str,
        contact_due: int | None,
        extended_to: int | None,
        closed_on: int | None,
    ) -> tuple[int | None, int, str, int, int | None, int | None]:
        """limit_days, due_on, rule, contact_due, days_used, days_left of a request. What is set already stays."""
        if due_on is None or contact_due is None:
            found = self.rule(received_on, subject)
            if contact_due is None:
                if found.contact_minutes and not timely(received_at):
                    contact_due = _end_of(received_on)
                elif found.contact_minutes:
                    contact_due = received_at + 60 * found.contact_minutes
                else:
                    contact_due = _end_of(self.due(received_on, found.contact_days))
            if due_on is None:
                if limit_days is None:
                    limit_days, rule = found.handling_days, found.code
                due_on = self.due(received_on, limit_days)
        if limit_days is None:
            limit_days = self.days(received_on, due_on) or None
        if closed_on is None:
            return limit_days, due_on, rule, contact_due, None, None
        used, left = self.days(received_on, closed_on), self.days(closed_on, extended_to or due_on)
        return limit_days, due_on, rule, contact_due, used, left

    def __call__(self, one: Ticket) -> Ticket:
        """The ticket with its clock set. An inquiry is answered and closed when it is received."""
        if one.kind == INQUIRY:
            at, on = one.closed_at, one.closed_on
            if on is None and one.returned_on is None:
                at, on = one.replied_at or one.received_at, one.received_on
            blank = dict.fromkeys(tickets.CLOCK) | {"rule": "", "extended_to": one.extended_to}
            return one._replace(**blank, closed_at=at, closed_on=on, replied_at=one.replied_at or at)
        told = dict(zip(tickets.CLOCK, self.told(*(getattr(one, name) for name in _ASKED)), strict=True))
        if one.suspended_on and told["days_used"] is not None:
            stood = self.days(one.suspended_on, min(one.resumed_on or one.closed_on, one.closed_on))
            told["days_used"] = max(0, told["days_used"] - (stood or 0))
        return one._replace(**told)


_ASKED = (
    *("subject", "received_at", "received_on", "limit_days", "due_on", "rule", "contact_due"),
    *("extended_to", "closed_on"),
)


@lru_cache(maxsize=8192)
def _end_of(day: int) -> int:
    """The last second of a day in China, in stored form."""
    return seconds(datetime.combine(day_of(day), datetime.min.time(), CHINA)) + CLOSING


def clock(store) -> Clock:
    """The clock with the office's calendar and rules."""
    with reading(store) as conn:
        rules = limits.read(conn)
    return Clock(calendar(store), rules)


def as_it_stood(one: Ticket, day: int, known: Clock) -> Ticket:
    """The ticket without what happened after a day (20240305). A due day moved by a later resumption stands where
    it stood."""
    later = {name: None for name in _STEPS if (on := getattr(one, name)) and on > day}
    if "extended_on" in later:
        later["extended_to"] = None
    if "resumed_on" in later:
        later |= {name: due for name, due in as_suspended(one, known).items() if name not in later}
    return one._replace(**later) if later else one


_STEPS = ("extended_on", "suspended_on", "resumed_on", "returned_on", "contacted_on", "closed_on", "called_back_on")


def as_suspended(one: Ticket, known: Clock) -> dict[str, int]:
    """The due day of a resumed ticket as it was while the clock stood: `_moved` undone."""
    name = "extended_to" if one.extended_to and one.extended_on <= one.suspended_on else "due_on"
    deadline = getattr(one, name)
    if not deadline or deadline < one.resumed_on:  # late when it was suspended: the due day never moved
        return {}
    left = known.days(one.resumed_on, deadline)
    return {} if left is None else {name: known.due(one.suspended_on, left) if left else one.suspended_on}


def is_late(one: Ticket, day: int) -> bool:
    """Whether a ticket, as it stood, had passed its due day by the end of a day: db.measures.late in Python."""
    return bool(one.deadline) and one.deadline < min(day, one.stopped_on or day)


def days_left(one: Ticket, day: int, known: Clock) -> int | None:
    """Working days from where the clock stands (the day itself while it runs) to the due day; negative when late.

    None without a due day, and for a year without a notice.
    """
    return known.days(min(day, one.stopped_on or day), one.deadline) if one.deadline else None


def lateness(left: int | None, language: str = "zh") -> str:
    """超期 3 个工作日. Who closes on the Saturday after a due Friday is late by less than one."""
    if left is None:
        return translate("超期", language)
    return translate("超期 {n} 个工作日", language, n=-left) if left else translate("超期不足 1 个工作日", language)


def date_of(day: int | None) -> date | None:
    return _dates(day) if day else None


_dates = lru_cache(maxsize=8192)(day_of)


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
        if old.rule != BY_FILE and old.extended_to is None and old.resumed_on is None:
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
