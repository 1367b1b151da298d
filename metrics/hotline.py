"""A 12345 ticket's life: its limit, its due day, whether it is late, and the proof that none is.

The day of receipt is day 0 whatever the hour; a ticket is due at the end of the N-th working day, in China. The rule in
force on the day of receipt holds for good: a later rule moves a due day only by `recompute`, which the ledger keeps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from db import limits, tickets
from db.engine import CHINA, reading
from db.language import Refusal
from db.limits import Limit
from db.schema import day_of, number_of
from db.tickets import INQUIRY, Ticket, seconds
from metrics.workdays import Calendar, calendar

CLOSING = 86399  # seconds of a day's last second
EAST = 28800  # seconds by which China is ahead of UTC


@dataclass
class Clock:
    """Sets a ticket's limit and due day, and counts its working days. Raises Refusal for a year without a notice."""

    calendar: Calendar
    rules: Sequence[Limit]
    _rule: dict[tuple[int, str], Limit] = field(default_factory=dict, repr=False)
    _due: dict[tuple[int, int], int] = field(default_factory=dict, repr=False)
    _days: dict[tuple[int, int], int | None] = field(default_factory=dict, repr=False)

    def rule(self, received_on: int, subject: str) -> Limit:
        """The rule in force on the day of receipt: one whose words the subject has, or the one for the rest."""
        key = received_on, subject
        if key not in self._rule:
            day, newest = day_of(received_on), {}
            for one in self.rules:  # latest first
                if one.effective_from <= day:
                    newest.setdefault(one.name, one)
            meant = [one for one in newest.values() if any(word in subject for word in one.words)]
            rest = [one for one in newest.values() if not one.words]
            if not meant and not rest:
                raise Refusal("没有适用于 {day} 的时限规则，请在“设置”中登记", day=day)
            # Of several that match, the strictest first contact.
            self._rule[key] = min(meant, key=lambda one: one.contact_minutes or 1440) if meant else rest[0]
        return self._rule[key]

    def due(self, received_on: int, days: int) -> int:
        """The last day in time, as 20240920."""
        key = received_on, days
        if key not in self._due:
            self._due[key] = number_of(self.calendar.due(day_of(received_on), days))
        return self._due[key]

    def days(self, first: int, last: int) -> int | None:
        """Working days after `first` up to `last`, negative backwards; None where a year's notice is not known."""
        key = first, last
        if key not in self._days:
            try:
                self._days[key] = self.calendar.between(day_of(first), day_of(last))
            except Refusal:
                self._days[key] = None
        return self._days[key]

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
                if found.contact_minutes:
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
        values = self.told(*(getattr(one, name) for name in _ASKED))
        return one._replace(**dict(zip(tickets.CLOCK, values, strict=True)))


_ASKED = (
    *("subject", "received_at", "received_on", "limit_days", "due_on", "rule", "contact_due"),
    *("extended_to", "closed_on"),
)


def _end_of(day: int) -> int:
    """The last second of a day in China, in stored form."""
    return seconds(datetime.combine(day_of(day), datetime.min.time(), CHINA)) + CLOSING


def clock(store) -> Clock:
    """The clock with the office's calendar and rules."""
    with reading(store) as conn:
        rules = limits.read(conn)
    return Clock(calendar(store), rules)
