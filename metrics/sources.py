"""Where the 12345 figures of a month come from: the office's tickets, or daily counts where it has only those.

Never both. Without a choice of the office, the tickets speak from the month of a street's first one on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from db import settings, totals
from db import units as places
from db.engine import china_day, now, reading
from db.measures import month_of
from db.settings import NEVER

BOTH = "日报合计 {counts}，工单合计 {tickets}，相差 {difference}；以工单为准"


@dataclass(frozen=True)
class Tickets:
    """From and up to which month (202403) the tickets of each street speak, by the first 9 digits of its code.

    `last`: the last day of which anything can be known, the day itself or today.
    """

    spans: dict[str, tuple[int, int]]
    last: date

    def speak(self, unit: str, month: int) -> bool:
        """Whether daily counts of a unit are left aside in a month."""
        return unit[:9] in self.spans and month >= self.spans[unit[:9]][0]

    def months(self, unit: str) -> tuple[int, int] | None:
        """The first and last month for which a unit's tickets give a number, zero included."""
        return self.spans.get(unit[:9])


def tickets(store, units: Iterable[str], last: date, as_of: datetime | None = None) -> Tickets:
    """What the office chose (the setting `tickets_since`), held against the tickets it has, up to day `last`."""
    streets = {unit[:9] for unit in units}
    with reading(store) as conn:
        since = settings.get(conn, "tickets_since")
        whole = [one.code for one in places.units(conn) if one.code[:9] in streets]
    last = min(last, china_day(as_of or now()))
    if since == NEVER:
        return Tickets({}, last)
    # Of a street the first ticket speaks for all its communities, whichever of them is asked about.
    spans = totals.ticket_months(store, whole, last, as_of)
    if since:
        begin = month_of(date.fromisoformat(since))
        spans = {street: (begin, spans.get(street, (0, 0))[1]) for street in streets}
    return Tickets(spans, last)
