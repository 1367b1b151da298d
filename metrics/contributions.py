"""What each stored row that came, went or was revised since a batch adds to the figures of a period, then and now."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from db import ledger, snapshots
from db.ledger import Version
from db.measures import ASKED, TICKETS, month_of, windowed
from db.schema import day_of, number_of
from db.snapshots import TicketVersion
from db.units import Unit
from metrics.catalogue import Indicator, plain
from metrics.figures import Period
from metrics.sources import Tickets

Side = tuple[Mapping[str, Unit], Tickets]  # the units, and from when tickets speak: then, or now
# (leaf, community, month) → how much a row adds to that figure, and the day by which it counts. Community and month
# None: the whole.
Adds = dict[tuple[str, str | None, str | None], tuple[int, date]]


class Row(NamedTuple):
    """A stored row and what happened to it since a batch: recorded, revised or voided, by whom, when and why."""

    what: str
    by: str
    at: datetime
    reason: str | None
    place: str
    title: str | None
    id: str | None
    ticket: str | None


def contributions(
    store, act: int, period: Period, meanings: Mapping[str, Indicator], then: Side, now: Side
) -> Iterator[tuple[Row, Adds, Adds]]:
    """The rows written since batch `act`, each with what it added then and what it adds now.

    A row that came and went since has added nothing to what was believed then nor to what is now, and is left out. A
    state is what holds at the end of a period: its row adds what it took the place of, and what stands in its place.
    """
    found = ledger.since(store, act)
    states = {code.partition(".")[0] for code, meaning in meanings.items() if meaning.adds == "standing"}
    chains: dict[tuple, list] = {}
    for one in found:
        chains.setdefault((one.unit, one.origin), []).append(one)
    rows = {key: row for key, chain in chains.items() if (row := _row(chain, act))}
    for row, was, live in rows.values():
        if (was or live).kind not in states:
            yield row, *(_of_entry(one, period, source) for one, (_, source) in ((was, then), (live, now)))
    if any((was or live).kind in states for _, was, live in rows.values()):
        yield from _of_states(store, act, period, states, found, rows, then[0], now[0])
    numbered: dict[str, list] = {}
    for one in snapshots.tickets_since(store, act, period.last):
        numbered.setdefault(one.number, []).append(one)
    balances = {code: one.parts for code, one in meanings.items() if one.adds == "balance"}
    for chain in numbered.values():
        if row := _row(chain, act):
            sides = zip(row[1:], (then, now), strict=True)
            yield row[0], *(_of_ticket(one, period, source, balances) for one, (_, source) in sides)


def _row(chain: Sequence, act: int) -> tuple | None:
    """The versions of one entry or ticket that began or ended since: what happened, the version then, the one now."""
    was = next((one for one in chain if one.batch < act), None)
    live = next((one for one in chain if one.retired_at is None), None)
    last = live or chain[-1]
    if was is None and live is None:
        return None
    if live:
        before = next((one for one in chain if one.version < live.version and one.retired_at == live.recorded_at), None)
        done = (
            "revised" if was else "recorded",
            live.recorded_by,
            live.recorded_at,
            before.retired_reason if before else None,
        )
    else:
        done = "voided", last.retired_by, last.retired_at, last.retired_reason
    ticket = getattr(last, "number", None)
    return Row(*done, last.unit, last.title or None, None if ticket else str(last.ref), ticket), was, live


def _of_entry(one: Version | None, period: Period, source: Tickets) -> Adds:
    """A daily report or a record: once for the whole, and for each community that sees it."""
    if one is None or not period.first <= one.day <= period.last:
        return {}
    month, found = _month(one.day), {}
    for code, quantity in one.values.items():
        if code in TICKETS and source.speak(one.unit, month_of(one.day)):
            continue
        places = [(None, None), (None, month), *((unit, None) for unit in one.covers or (one.unit,))]
        found |= {(code, *place): (quantity, one.day) for place in places}
    return found


def _of_states(
    store,
    act: int,
    period: Period,
    kinds: set[str],
    since: list[Version],
    rows: Mapping,
    then: Mapping[str, Unit],
    now: Mapping[str, Unit],
) -> Iterator[tuple[Row, Adds, Adds]]:
    """States: of each community and number, the row that holds at the cut-off and at the end of each month."""
    live = ledger.filed(store, list(now), sorted(kinds), None, period.last)
    before = [one for one in live if one.batch < act]
    before += [one for one in since if one.batch < act and one.kind in kinds]
    ends = [(None, period.last), *((_month(end), end) for end in map(period.end_of, period.months))]
    for month, end in ends:
        was, holds = _holding(before, end), _holding(live, end)
        for key in {*was, *holds}:
            old, new = was.get(key), holds.get(key)
            if old and new and old.ref == new.ref:
                continue
            cause = new if new and new.batch > act else old
            unit, code = key
            places = [(None, month)] if month else [(None, None), (unit, None)]
            sides = [
                {(code, *place): (one.values[code], one.day) for place in places}
                if one and unit in units and units[unit].alive(end, end)
                else {}
                for one, units in ((old, then), (new, now))
            ]
            yield rows[cause.unit, cause.origin][0], *sides


def _holding(states: list[Version], day: date) -> dict[tuple[str, str], Version]:
    """Of each unit and number, the state that holds on a day."""
    until = sorted((one for one in states if one.day <= day), key=lambda one: one.day)
    return {(one.unit, code): one for one in until for code in one.values}


def _of_ticket(
    one: TicketVersion | None, period: Period, source: Tickets, balances: Mapping[str, tuple[str, ...]]
) -> Adds:
    """A ticket: one in each measure, on its day; open while it was received and neither closed nor sent back."""
    span = source.months(one.unit) if one else None
    if not span:
        return {}
    low, first, last = max(span[0], month_of(period.first)), number_of(period.first), number_of(period.last)
    found: Adds = {}
    days = {code: day for code, day in one.counts.items() if first <= day <= last and day // 100 >= low}
    for code in TICKETS:
        asked = ASKED.get(plain(code))
        day = days.get(code) or (asked and days.get(windowed(asked, code.partition("@")[2])))
        if day:  # who was asked and said no is a zero, not a blank
            places = [(None, None), (None, _month(day_of(day))), (one.unit, None)]
            found |= {(code, *place): (int(code in days), day_of(day)) for place in places}
    for code, (plus, *minus) in balances.items():
        received = one.counts.get(plus)
        gone = min((one.counts[part] for part in minus if part in one.counts), default=99991231)
        for month in range(low, month_of(period.last) + 1):
            end = number_of(period.end_of(month % 100))
            if received and received <= end < gone:
                places = [(None, f"{month // 100}-{month % 100:02d}")]
                places += [(None, None), (one.unit, None)] if month == month_of(period.last) else []
                found |= {(code, *place): (1, day_of(received)) for place in places}
    return found


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
