"""12345 tickets as a leader asks for them: what is open and due when, of which community, about what; and where the
figures come from."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

import pandas as pd

from db import aliases, tickets, totals
from db.engine import china_day, now, reading
from db.language import Refusal, translate
from db.measures import TICKETS, month_of
from db.schema import number_of
from db.tickets import Ticket
from db.units import Finder, labels, units
from metrics import sources
from metrics.catalogue import catalogue
from metrics.clocks import as_it_stood, clock, date_of, days_left, is_late, lateness
from metrics.figures import UNASSIGNED, Period


def place_names(store, language: str = "zh") -> dict[str, str]:
    """What people see for each unit that a ticket may belong to; a street's own await a community."""
    return places(store, language)[1]


def places(store, language: str) -> tuple[list[str], dict[str, str]]:
    """The codes of all units, and what people see for them; a street holds what awaits a community."""
    with reading(store) as conn:
        known = units(conn)
    short = labels(known)
    streets = {
        one.code: translate(UNASSIGNED, language, name=short[one.code]) for one in known if one.level != "community"
    }
    return [one.code for one in known], short | streets


BANDS = {
    "overdue": "超期",
    "today": "今日到期",
    "1": "剩 1 个工作日",
    "2": "剩 2 个工作日",
    "3": "剩 3 个工作日",
    "later": "剩 4 个工作日以上",
    "suspended": "挂账中",
}
OPEN_COLUMNS = (
    *("number", "version", "community", "community_name", "category", "subject", "title", "body"),
    *("received_on", "deadline", "left", "band", "state"),
)
UNSORTED = "未分类"
_LEVELS = re.compile(r"\s*(?:->|→|/|／|—+|–|＞|>|\||｜|\\)\s*")


def open_tickets(store, day: date, language: str = "zh") -> pd.DataFrame:
    """The tickets open at the end of a day, overdue first, then by due day; those suspended last.

    number, version             the version as it is now: what a form must have seen
    community, community_name   code and name; a street's own is not yet assigned
    category, subject           the first level of the subject, and the whole
    title, body                 what the citizen wants, who handles it
    received_on, deadline       days; deadline is None for what is not on the clock
    left                        Int64: working days left, negative when overdue; of a suspended one what was left
    band, state                 a key of BANDS, and 超期 2 个工作日 in `language`; "today" is also what falls due on a
                                day off before the next working day
    """
    known, at = clock(store), number_of(day)
    codes, names = places(store, language)
    rows = []
    for version in tickets.still_open(store, codes, day):
        one = as_it_stood(version.ticket, at, known)
        left = days_left(one, at, known)
        band = _band(one, left, at)
        rows.append(
            (one.number, version.version, one.unit, names[one.unit], category(one.subject, language), one.subject)
            + (one.title, one.body, date_of(one.received_on), date_of(one.deadline), left, band)
            + (_state(band, left, language),)
        )
    order = list(BANDS)
    rows.sort(key=lambda row: (order.index(row[11]), row[9] or date.max, row[0]))
    return pd.DataFrame(rows, columns=list(OPEN_COLUMNS)).astype({"left": "Int64"})


def _band(one: Ticket, left: int | None, day: int) -> str:
    if is_late(one, day):
        return "overdue"
    if one.suspended_on and not one.resumed_on:
        return "suspended"
    if left is None or left > 3:
        return "later"
    return str(left) if left > 0 else "today"


def _state(band: str, left: int | None, language: str) -> str:
    if band == "overdue":
        return lateness(left, language)
    if band == "suspended":
        return translate("挂账，剩 {n} 个工作日", language, n="—" if left is None else left)
    if band == "today":
        return translate(BANDS[band], language)
    return translate("剩 {n} 个工作日", language, n="—" if left is None else left)


def bands(found: pd.DataFrame, language: str = "zh") -> pd.DataFrame:
    """`open_tickets` counted by band: band, name, count; every band has its row."""
    counts = found["band"].value_counts()
    return pd.DataFrame(
        [(band, translate(name, language), int(counts.get(band, 0))) for band, name in BANDS.items()],
        columns=["band", "name", "count"],
    )


def category(subject: str, language: str = "zh") -> str:
    """城市管理 of 城市管理->占道经营->夜间: the first level of a subject, however the levels are parted."""
    return _LEVELS.split(subject.strip())[0] or translate(UNSORTED, language)


def by_category(subjects: Iterable[str]) -> pd.DataFrame:
    """Subjects counted by their first level: category, count; the most first."""
    counts = Counter(subjects).most_common()
    return pd.DataFrame(sorted(counts, key=lambda one: (-one[1], one[0])), columns=["category", "count"])


def received_by_category(store, year: int, cut_off: date | None = None, language: str = "zh") -> pd.DataFrame:
    """`by_category` of the tickets received in the period. Reads every one of them, a month at a time."""
    return by_category(
        category(one.ticket.subject, language) for one in received_tickets(store, Period.of(year, cut_off))
    )


AT_ONCE = 50_000  # tickets of a period that a page splits by category without being asked


def received_tickets(store, period: Period) -> Iterator[tickets.Version]:
    """The tickets received in a period, of one month in memory at a time."""
    codes, _ = places(store, "zh")
    for month in period.months:
        first = date(period.year, month, 1)
        yield from tickets.counted(store, "hotline.received", codes, first, period.end_of(month))


def known_day(cut_off: date) -> date:
    """The last day of which anything can be said: the cut-off, or today where that is yet to come."""
    return min(cut_off, china_day(now()))


def unassigned_count(store) -> int:
    """How many tickets belong to no community yet, whenever received: a sum of the roll-up."""
    with reading(store) as conn:
        streets = [one.code for one in units(conn) if one.level != "community"]
    return sum(totals.tickets_before(store, streets, ["hotline.received"], date(2101, 1, 1)).values())


def unassigned(store, most: int = 5000) -> pd.DataFrame:
    """The tickets of no community yet, the latest first: number, version, unit, place (as the file wrote it),
    suggested (the community that place means by its name or an alias, or None), subject, title, received_on."""
    with reading(store) as conn:
        known, meant = units(conn), aliases.read(conn)
    finder = Finder(one for one in known if one.level == "community")

    def suggested(place: str) -> str | None:
        try:
            return meant.get(place.strip()) or finder.find(place).code
        except Refusal:
            return None

    streets = [one.code for one in known if one.level != "community"]
    rows = [
        (one.ticket.number, one.version, one.ticket.unit, one.ticket.place, suggested(one.ticket.place))
        + (one.ticket.subject, one.ticket.title, date_of(one.ticket.received_on))
        for one in tickets.unplaced(store, streets, most)
    ]
    columns = ["number", "version", "unit", "place", "suggested", "subject", "title", "received_on"]
    return pd.DataFrame(rows, columns=columns).astype({"suggested": object})


def by_place(found: pd.DataFrame) -> pd.DataFrame:
    """`unassigned` by what the file wrote for the community: place, count, example (a title), suggested; the most
    first."""
    groups = found.groupby("place", sort=False)
    made = groups.agg(count=("number", "size"), example=("title", "first"), suggested=("suggested", "first"))
    return made.reset_index().sort_values(["count", "place"], ascending=[False, True], ignore_index=True)


def origin(store, year: int, cut_off: date | None = None, language: str = "zh") -> list[str]:
    """Where the 12345 figures of a period come from, in words: tickets, daily counts, or which from when on."""
    period = Period.of(year, cut_off)
    with reading(store) as conn:
        known = units(conn)
    spans = sources.tickets(store, [one.code for one in known], period.last).spans
    if not spans:
        return [translate("本期数字来自日报：还没有工单，或“设置”中选择了以日报为准。", language)]
    begins = {low for low, _ in spans.values()}
    if max(begins) <= month_of(period.first):
        return [translate("本期数字由工单逐件计算。", language)]
    short = labels(known)
    said = []
    for street, (low, _) in sorted(spans.items()):
        place = {"where": short.get(street + "000", street), "month": f"{low // 100}-{low % 100:02d}"}
        said.append(translate("{where}自 {month} 起由工单逐件计算，此前来自日报。", language, **place))
    return said


DISAGREEMENT = ["month", "indicator", "name", "counts", "tickets", "difference"]


def disagreement(store, year: int, cut_off: date | None = None, language: str = "zh") -> pd.DataFrame:
    """Where daily counts exist for months in which tickets speak: month ("2024-03"), indicator, name, counts,
    tickets, difference (counts less tickets; 0 where they agree). Reads the roll-ups alone."""
    period = Period.of(year, cut_off)
    last = known_day(period.last)
    codes, _ = places(store, language)
    meanings = catalogue(store).on(period.last)
    source = sources.tickets(store, codes, period.last)
    counts: Counter = Counter()
    for unit, month, code, total, entries, *_rest in totals.read(store, codes, period.first, last):
        if code in TICKETS and entries and source.speak(unit, month):
            counts[month, code] += total
    told: Counter = Counter()
    asked = sorted({code for _, code in counts})
    for unit, code, month, total in totals.read_tickets(store, codes, asked, period.first, last) if asked else ():
        if source.speak(unit, month):
            told[month, code] += int(total)
    rows = [
        (f"{month // 100}-{month % 100:02d}", code, meanings[code].name[language], n, told[month, code])
        + (n - told[month, code],)
        for (month, code), n in sorted(counts.items())
        if code in meanings
    ]
    return pd.DataFrame(rows, columns=DISAGREEMENT)


def only_counted(store, year: int, cut_off: date | None = None) -> dict[str, int]:
    """Indicator → what daily counts say of the communities and months for which no tickets speak."""
    period = Period.of(year, cut_off)
    codes, _ = places(store, "zh")
    source = sources.tickets(store, codes, period.last)
    found: Counter = Counter()
    for unit, month, code, total, _entries, *_rest in totals.read(store, codes, period.first, known_day(period.last)):
        if code in TICKETS and not source.speak(unit, month):
            found[code] += total
    return dict(found)
