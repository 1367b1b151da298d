"""Who has reported and who has not."""

from collections import Counter
from datetime import date, datetime, time, timedelta

import pandas as pd

from db import ledger, settings
from db.engine import CHINA, china_day, now, reading
from db.units import units
from metrics.catalogue import catalogue
from metrics.figures import Period
from metrics.workdays import is_workday, workdays

COLUMNS = ["kind", "community", "community_name", "month", "expected", "filed", "on_time"]


def completeness(
    store, year: int, *, month: int | None = None, cut_off: date | None = None, within: str = ""
) -> pd.DataFrame:
    """Daily forms expected, filed and filed on time, one row per kind, community and month ("2024-03").

    Expected is each workday since the office reports, of each community in being, once the day is over. On
    time means first recorded by the end of the next workday. Raises Refusal for a year whose calendar of
    working days is not known.
    """
    period = Period.of(year, cut_off)
    with reading(store) as conn:
        since = date.fromisoformat(settings.get(conn, "reporting_since"))
        scope = [one for one in units(conn, within) if one.level == "community"]
    first = max(period.first, since)
    last = min(period.last, china_day(now()) - timedelta(1))
    expected = [day for day in workdays(first, last) if month in (None, day.month)]
    kinds = [kind.code for kind in catalogue(store).kinds.values() if kind.grain == "daily"]
    filings = ledger.filings(store, [one.code for one in scope], kinds, first, last)
    due = {day: _next_workday_ends(day) for day in expected}
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
            ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _next_workday_ends(day: date) -> datetime:
    following = day + timedelta(1)
    while not is_workday(following):
        following += timedelta(1)
    return datetime.combine(following + timedelta(1), time(), CHINA)
