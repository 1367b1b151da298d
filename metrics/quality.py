"""Who has reported and who has not."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pandas as pd

from db import ledger, settings, totals
from db.engine import CHINA, reading
from db.language import Refusal
from db.measures import TICKETS, month_of
from db.units import Unit, units
from metrics import sources
from metrics.catalogue import Catalogue, catalogue
from metrics.figures import Period, expected_days
from metrics.workdays import Calendar, calendar

COLUMNS = ["kind", "community", "community_name", "month", "expected", "filed", "on_time"]


def completeness(
    store, year: int, *, month: int | None = None, cut_off: date | None = None, within: str = ""
) -> pd.DataFrame:
    """Daily forms expected, filed and filed on time, one row per kind, community and month ("2024-03").

    Expected is each workday since the office reports, of each community in being, once the day is over; of a form
    whose numbers are counted from tickets, none. On time means first recorded by the end of the next workday.
    Raises Refusal for a year whose calendar of working days is not known.
    """
    period = Period.of(year, cut_off)
    scope, days = _due(store, period, within)
    expected = [day for day in days if month in (None, day.month)]
    kinds, source = _daily(catalogue(store)), sources.tickets(store, [one.code for one in scope], period.last)
    filings = ledger.filings(store, [one.code for one in scope], list(kinds), date(year, 1, 1), date(year, 12, 31))
    known = calendar(store)
    due = {day: _next_workday_ends(known, day) for day in expected}
    filed = Counter((kind, unit, day.month) for unit, kind, day, _ in filings if day in due)
    on_time = Counter((kind, unit, day.month) for unit, kind, day, at in filings if day in due and at <= due[day])
    rows = []
    for kind in kinds:
        for one in scope:
            wanted = Counter(day.month for day in expected if one.alive(day, day))
            rows += [
                (
                    *(kind, one.code, one.short, f"{year}-{m:02d}"),
                    *(wanted[m], filed[kind, one.code, m], on_time[kind, one.code, m]),
                )
                for m in sorted(wanted)
                if not (kinds[kind] and source.speak(one.code, year * 100 + m))
            ]
    return pd.DataFrame(rows, columns=COLUMNS)


def unfiled(store, year: int, *, cut_off: date | None = None, within: str = "") -> pd.DataFrame:
    """Daily forms of which nothing at all is reported: kind, community, community_name, missing; most first.

    A form with one number filled in is filed, so a form's count is at most the `missing` of its indicators.
    Asks the roll-ups alone. Empty where no reports are due or the calendar is not known.
    """
    period = Period.of(year, cut_off)
    try:
        scope, days = _due(store, period, within)
    except Refusal:
        scope, days = [], []
    kinds, source = _daily(catalogue(store)), sources.tickets(store, [one.code for one in scope], period.last)
    filed: dict[tuple, int] = {}
    for unit, month, code, _total, _entries, bits, *_seen in totals.read(
        store, [one.code for one in scope], period.first, period.last
    ):
        key = unit, code.partition(".")[0], month % 100
        filed[key] = filed.get(key, 0) | bits
    rows = []
    for kind in kinds:
        for one in scope:
            blank = [
                d
                for d in days
                if one.alive(d, d)
                and not filed.get((one.code, kind, d.month), 0) >> d.day - 1 & 1
                and not (kinds[kind] and source.speak(one.code, month_of(d)))
            ]
            rows.append((kind, one.code, one.short, len(blank)))
    frame = pd.DataFrame(rows, columns=["kind", "community", "community_name", "missing"])
    return frame[frame["missing"] > 0].sort_values("missing", ascending=False, kind="stable", ignore_index=True)


def _daily(known: Catalogue) -> dict[str, bool]:
    """The daily kinds, and whether nothing is entered on the form but what tickets tell as well."""
    daily = [code for code, kind in known.kinds.items() if kind.grain == "daily"]
    return {code: all(one.code in TICKETS for one in known.entered(code)) for code in daily}


def _due(store, period: Period, within: str) -> tuple[list[Unit], list[date]]:
    """The communities that report and the days their reports are due."""
    with reading(store) as conn:
        since = settings.get(conn, "reporting_since")
        scope = [one for one in units(conn, within) if one.level == "community"]
    return scope, expected_days(calendar(store), period, since and date.fromisoformat(since))


def _next_workday_ends(known: Calendar, day: date) -> datetime:
    """The end of the workday after `day`; the end of time while that year's calendar is not known."""
    following = day + timedelta(1)
    try:
        while not known.is_workday(following):
            following += timedelta(1)
    except Refusal:
        return datetime.max.replace(tzinfo=UTC)
    return datetime.combine(following + timedelta(1), time(), CHINA)
