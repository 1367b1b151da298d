"""A 12345 ticket's life: its limit, its due day, whether it is late, and the proof that none is.

The day of receipt is day 0 whatever the hour; a ticket is due at the end of the N-th working day, in China. The rule in
force on the day of receipt holds for good: a later rule moves a due day only by `recompute`, which the ledger keeps.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from html import escape
from types import MappingProxyType

import pandas as pd
from babel.dates import format_date

from db import aliases, limits, sample, settings, tickets, totals
from db.batches import Receipt
from db.engine import CHINA, china_day, now, reading, writing
from db.language import LANGUAGES, Problem, Refusal, translate
from db.limits import Limit
from db.measures import TICKETS, USED, month_of
from db.schema import day_of, number_of
from db.tickets import INQUIRY, Ticket, seconds
from db.units import Finder, labels, units
from metrics import sources
from metrics.catalogue import catalogue
from metrics.figures import UNASSIGNED, Period, figures
from metrics.workdays import PACKAGE, Calendar, calendar

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


# ---------------------------------------------------------------------- a ticket as it stood at the end of a day


def as_it_stood(one: Ticket, day: int, known: Clock) -> Ticket:
    """The ticket without what happened after a day (20240305). A due day moved by a later resumption stands where
    it stood."""
    later = {name: None for name in _STEPS if (on := getattr(one, name)) and on > day}
    if "extended_on" in later:
        later["extended_to"] = None
    if "resumed_on" in later:
        later |= {name: due for name, due in _as_suspended(one, known).items() if name not in later}
    return one._replace(**later) if later else one


_STEPS = ("extended_on", "suspended_on", "resumed_on", "returned_on", "contacted_on", "closed_on", "called_back_on")


def _as_suspended(one: Ticket, known: Clock) -> dict[str, int]:
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


def _date(day: int | None) -> date | None:
    return _dates(day) if day else None


_dates = lru_cache(maxsize=8192)(day_of)


def place_names(store, language: str = "zh") -> dict[str, str]:
    """What people see for each unit that a ticket may belong to; a street's own await a community."""
    return _places(store, language)[1]


def _places(store, language: str) -> tuple[list[str], dict[str, str]]:
    """The codes of all units, and what people see for them; a street holds what awaits a community."""
    with reading(store) as conn:
        known = units(conn)
    short = labels(known)
    streets = {
        one.code: translate(UNASSIGNED, language, name=short[one.code]) for one in known if one.level != "community"
    }
    return [one.code for one in known], short | streets


# ---------------------------------------------------------------------- what is open

BANDS = {
    "overdue": "超期",
    "today": "今日到期",
    "1": "剩 1 个工作日",
    "2": "剩 2 个工作日",
    "3": "剩 3 个工作日",
    "later": "剩 4 个工作日以上",
    "suspended": "挂账",
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
    codes, names = _places(store, language)
    rows = []
    for version in tickets.still_open(store, codes, day):
        one = as_it_stood(version.ticket, at, known)
        left = days_left(one, at, known)
        band = _band(one, left, at)
        rows.append(
            (one.number, version.version, one.unit, names[one.unit], category(one.subject, language), one.subject)
            + (one.title, one.body, _date(one.received_on), _date(one.deadline), left, band)
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
    return by_category(category(one.ticket.subject, language) for one in _received(store, Period.of(year, cut_off)))


AT_ONCE = 50_000  # tickets of a period that a page splits by category without being asked


def _received(store, period: Period) -> Iterator[tickets.Version]:
    """The tickets received in a period, of one month in memory at a time."""
    codes, _ = _places(store, "zh")
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
        + (one.ticket.subject, one.ticket.title, _date(one.ticket.received_on))
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


# ---------------------------------------------------------------------- where the figures come from


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
    codes, _ = _places(store, language)
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


# ---------------------------------------------------------------------- the proof

NONE_LATE, NONE_EXTENDED = "无超期", "无延期工单"
BASE_COLUMNS = (
    *("number", "community", "community_name", "kind", "carried", "received_on", "limit_days", "rule", "deadline"),
    *("extended_on", "extended_to", "suspended", "returned_on", "closed_on", "closed_at", "left", "late"),
)
LATE_COLUMNS = (  # what the command line says of a late ticket
    *("number", "community", "community_name", "received_on", "limit_days", "rule", "deadline", "extended_to"),
    *("closed_on", "returned_on", "left"),
)
USED_NAMES = {2: "0–20%", 4: "20–40%", 6: "40–60%", 8: "60–80%", 10: "80–100%"}


@dataclass(frozen=True)
class Verdict:
    """A claim, and whether it holds; where not, every reason. `note`: whose words the claim is in."""

    claim: str
    holds: bool
    reasons: list[Problem]
    note: str = ""

    def text(self, language: str = "zh") -> str:
        """“无超期”成立 / “无超期”不成立"""
        claim = translate(self.claim, language)
        return translate("“{claim}”成立" if self.holds else "“{claim}”不成立", language, claim=claim)


@dataclass(frozen=True)
class Proof:
    """Whether an office had a ticket late in a period, ticket by ticket.

    `last`: the cut-off, or today where that is yet to come; everything is told as it stood at the end of that day.
    `base`: every ticket received in the period or open when it began, one row each, the late ones first:

    number, community, community_name
    kind                    "inquiry", never on the clock, or "request"
    carried                 open when the period began
    received_on, deadline   days; the due day includes an extension
    limit_days, rule        working days, and what set them
    extended_on, extended_to, returned_on, closed_on, closed_at   None for what had not happened
    suspended               the clock stood
    left                    Int64: working days from closing (or `last`) to the deadline; negative when late
    late                    passed its due day by `last`

    `counts`: how many the figure hotline.received counts of which there are daily counts and no tickets. `closest`: of
    those closed in time the ones with the least to spare, as rows of `base`. `used`: how many closed in time used how
    much of their limit, and how many were late: name, count. `rules`: rule, document, number of tickets. `notices`:
    the calendar's years with their documents, "" for the package's. `sample`: invented tickets are among them.
    """

    office: str
    period: Period
    last: date
    base: pd.DataFrame
    counts: int
    closest: pd.DataFrame
    used: pd.DataFrame
    rules: list[tuple[str, str, int]]
    notices: list[tuple[int, str]]
    sample: bool

    @property
    def late(self) -> pd.DataFrame:
        return self.base[self.base["late"]]

    @property
    def received(self) -> int:
        return int((~self.base["carried"]).sum())

    @property
    def carried(self) -> int:
        return int(self.base["carried"].sum())

    @property
    def requests(self) -> int:
        return int((self.base["kind"] == tickets.REQUEST).sum())

    @property
    def extended(self) -> pd.DataFrame:
        return self.base[self.base["extended_on"].notna() | self.base["extended_to"].notna()]

    @property
    def returned(self) -> int:
        return int(self.base["returned_on"].notna().sum())

    @property
    def closed(self) -> int:
        return int(self.base["closed_on"].notna().sum())

    @property
    def waiting(self) -> pd.DataFrame:
        """Still open, the clock running and not yet due."""
        running = self.base["closed_on"].isna() & self.base["returned_on"].isna() & ~self.base["suspended"]
        return self.base[running & ~self.base["late"]]

    @property
    def suspended(self) -> int:
        """Still open, the clock standing, and not late before it stood."""
        return int((self.base["suspended"] & self.base["closed_on"].isna() & ~self.base["late"]).sum())

    @property
    def late_open(self) -> int:
        """Late and still open."""
        return int((self.late["closed_on"].isna() & self.late["returned_on"].isna()).sum())

    @property
    def nearest(self) -> date | None:
        """The next day on which one of those still open falls due."""
        return min(self.waiting["deadline"].dropna(), default=None)

    @property
    def unproved(self) -> list[Problem]:
        """What keeps the claims from being proved though no ticket is known to be late."""
        found = [] if len(self.base) else [Problem("没有工单，无法逐件核对")]
        if self.counts:
            found.append(Problem("另有 {n} 件只有日报数、没有工单，无法逐件核对", {"n": f"{self.counts:,}"}))
        return found

    @property
    def verdicts(self) -> list[Verdict]:
        """无超期: no ticket of the base was late. 无延期工单: none was extended either; that is the office's word."""
        without = self.unproved
        late = [self._reason(one) for one in self.late.itertuples()]
        extended = [
            Problem("工单 {number} 延期至 {day}", {"number": one.number, "day": one.extended_to or "—"})
            for one in self.extended.itertuples()
        ]
        ours = "“无延期工单”按本单位口径：既没有超期，也没有批准延期；上级口径不同的，以上级为准。"
        return [
            Verdict(NONE_LATE, not late and not without, late + without),
            Verdict(NONE_EXTENDED, not late and not extended and not without, late + extended + without, ours),
        ]

    def _reason(self, one) -> Problem:
        by = {spoken: lateness(None if pd.isna(one.left) else one.left, spoken) for spoken in LANGUAGES}
        said = {"number": one.number, "by": by, "due": one.deadline, "day": one.closed_on or one.returned_on}
        if one.closed_on:
            return Problem("工单 {number} {by}：时限 {due}，{day} 办结", said)
        if one.returned_on:
            return Problem("工单 {number} {by}：时限 {due}，{day} 退回", said)
        return Problem("工单 {number} {by}：时限 {due}，至 {day} 未办结", said | {"day": self.last})

    def sentence(self, language: str = "zh") -> str:
        """The claim as a report would write it, with the numbers as they are."""
        numbers = {"base": len(self.base), "received": self.received, "carried": self.carried, "late": len(self.late)}
        shown = {name: f"{n:,}" for name, n in (numbers | {"extended": len(self.extended)}).items()}
        message = (
            "{first} 至 {last}，{office}应办 12345 工单 {base} 件（本期受理 {received} 件，期初未办结 {carried} 件），"
            "超期 {late} 件，延期 {extended} 件。"
        )
        office = self.office or translate("本单位", language)
        return translate(message, language, first=self.period.first, last=self.last, office=office, **shown)


def proof(store, year: int, cut_off: date | None = None, language: str = "zh", most: int = 10) -> Proof:
    """Whether the office had a ticket late in a period, with every ticket. Reads them all, a month at a time.

    `language` is that of the communities' names. Raises Refusal for a year that is none.
    """
    period = Period.of(year, cut_off)
    last = known_day(period.last)
    known, (codes, names) = clock(store), _places(store, language)
    (figure,) = figures(store, year, cut_off=period.last, indicators=["hotline.received"])["value"].fillna(0)
    with reading(store) as conn:
        documents = {one.code: one.document for one in limits.read(conn)}
        office, invented = settings.get(conn, "office"), sample.loaded(conn)
    eve = period.first - timedelta(1)
    carried = tickets.still_open(store, codes, eve) if last >= period.first else []
    late = {one.ticket.number for one in tickets.carried_late(store, codes, period.first)} if carried else set()
    if last >= period.first:
        late |= {one.ticket.number for one in tickets.overdue_at(store, codes, period.first, last)}

    def rows(versions: Iterable[tickets.Version], carried: bool) -> Iterator[tuple]:
        for version in versions:
            yield _base_row(version.ticket, number_of(last), known, names, carried, version.ticket.number in late)

    upto = Period(year, last) if last >= period.first else None
    received = rows(_received(store, upto), False) if upto else ()
    base = pd.DataFrame([*rows(carried, True), *received], columns=list(BASE_COLUMNS))
    base = base.astype(
        {"left": "Int64", "limit_days": "Int64", **dict.fromkeys(("late", "carried", "suspended"), bool)}
    )
    base = base.sort_values("late", ascending=False, kind="stable", ignore_index=True)
    closest = tickets.closest(store, codes, period.first, last, most) if upto else []
    near = [row for one in closest for row in rows([one], one.ticket.received_on < number_of(period.first))]
    near = pd.DataFrame(near, columns=list(BASE_COLUMNS)).astype({"left": "Int64", "limit_days": "Int64"})
    rules = Counter(base["rule"][base["rule"] != ""])
    days = [day for name in ("received_on", "deadline", "closed_on") for day in (base[name].dropna(),) if len(day)]
    span = range(min(map(min, days)).year, max(map(max, days)).year + 1) if days else []
    return Proof(
        office,
        period,
        last,
        base,
        max(0, int(figure) - int((~base["carried"]).sum())),
        near.sort_values("left", kind="stable", ignore_index=True)[:most],
        _used(store, codes, period.first, last, int(base["late"].sum())),
        [(rule, documents.get(rule, ""), n) for rule, n in rules.most_common()],
        [(one, known.calendar.notices[one].document if one in known.calendar.notices else "") for one in span],
        invented,
    )


def _base_row(version: Ticket, day: int, known: Clock, names: dict[str, str], carried: bool, late: bool) -> tuple:
    one = as_it_stood(version, day, known)
    suspended = bool(one.suspended_on and not one.resumed_on)
    return (
        *(one.number, one.unit, names[one.unit], one.kind, carried, _date(one.received_on), one.limit_days, one.rule),
        *(
            _date(one.deadline),
            _date(one.extended_on),
            _date(one.extended_to),
            suspended,
            _date(one.returned_on),
            _date(one.closed_on),
        ),
        *(tickets.shown("closed_at", one.closed_at) if one.closed_on else None, days_left(one, day, known), late),
    )


def _used(store, codes: list[str], first: date, last: date, late: int) -> pd.DataFrame:
    """How many tickets closed in time used how much of their limit, and how many were late: name, count."""
    counts: Counter = Counter()
    measures = [f"hotline.used_{top}" for top in USED]
    for _unit, measure, _month, total in (
        totals.read_tickets(store, codes, measures, first, last) if last >= first else ()
    ):
        counts[measure] += int(total)
    rows = [(USED_NAMES[top], counts[f"hotline.used_{top}"]) for top in USED]
    return pd.DataFrame([*rows, ("超期", late)], columns=["name", "count"])


def proof_list(found: pd.DataFrame, language: str = "zh", brief: bool = False) -> pd.DataFrame:
    """Rows of `Proof.base` (or `closest`) as people read them: every ticket on one line, headings in `language`.

    `brief` leaves out what a narrow table has no room for.
    """

    def _(message: str) -> str:
        return translate(message, language)

    def state(one) -> str:
        if one.late:
            return lateness(None if pd.isna(one.left) else one.left, language)
        return (
            _("退回")
            if one.returned_on
            else _("办结")
            if one.closed_on
            else _("挂账")
            if one.suspended
            else _("未到期")
        )

    kinds = {code: _(name) for code, name in tickets.KINDS.items()}
    shown = pd.DataFrame(
        {
            _("工单编号"): found["number"],
            _("状态"): [state(one) for one in found.itertuples()],
            _("社区"): found["community_name"],
            _("类型"): found["kind"].map(kinds),
            _("受理日"): found["received_on"],
            _("时限（工作日）"): found["limit_days"],
            _("办结时限"): found["deadline"],
            _("延期至"): found["extended_to"],
            _("办结时间"): found["closed_at"],
            _("剩余（工作日）"): found["left"],
        }
    )
    idle = [_("类型")] + ([] if found["extended_to"].notna().any() else [_("延期至")])
    return shown.drop(columns=idle) if brief else shown


def used_list(found: Proof, language: str = "zh") -> pd.DataFrame:
    """`Proof.used` as people read it."""
    names = [translate(name, language) for name in found.used["name"]]
    return pd.DataFrame(
        {translate("用去时限", language): names, translate("工单（件）", language): found.used["count"]}
    )


def proof_file(found: Proof, language: str = "zh") -> str:
    """杨村街道_2024_截至20241218_零超期证明: what the files are called, without their ending."""
    office = found.office or translate("本单位", language)
    until = translate("截至{day}", language, day=found.last.strftime("%Y%m%d"))
    what = "零超期证明" if found.verdicts[0].holds else "超期核对表"
    return f"{office}_{found.period.year}_{until}_{translate(what, language)}"


def made_how(found: Proof, language: str = "zh") -> list[str]:
    """How the counts of a proof are made, a sentence each."""

    def _(message: str, **params: object) -> str:
        return translate(message, language, **params)

    said = [
        _("应办：本期受理的全部工单，加上期初尚未办结也未退回的工单；每件一行，列在本证明末尾。"),
        _("时限：受理当日为第 0 日，按工作日计，至第 N 个工作日当天结束；咨询类当即答复，不计时限。"),
        _(
            "超期：至 {day} 止，超过时限（批准延期的，超过延期后的时限）仍未办结、或超过后才办结的工单；挂账期间不计。",
            day=found.last,
        ),
        _("延期：已批准延期的工单，按批准日计；挂账的工单恢复后，时限按停走的工作日顺延。"),
    ]
    for rule, document, n in found.rules:
        numbers = {"n": f"{n:,}", "document": document or _("来件文件所载时限")}
        named = _("随文件") if rule == tickets.BY_FILE else rule
        said.append(_("时限依据“{rule}”（{n} 件）：{document}", rule=named, **numbers))
    packaged = [str(year) for year, document in found.notices if not document]
    if packaged:
        said.append(_("工作日历（{years}）：软件自带的国务院放假通知（{package}）", years=packaged, package=PACKAGE))
    for year, document in found.notices:
        if document:
            said.append(_("工作日历（{years}）：{document}", years=[str(year)], document=document))
    return said


def proof_counts(found: Proof, language: str = "zh") -> list[tuple[str, str]]:
    """The counts of a proof by name, in the order in which people ask for them."""

    def _(message: str) -> str:
        return translate(message, language)

    numbers = [
        (_("应办工单"), len(found.base)),
        (_("本期受理"), found.received),
        (_("期初未办结"), found.carried),
        (_("其中办理类"), found.requests),
        (_("已办结"), found.closed),
        (_("退回"), found.returned),
        (_("未到期"), len(found.waiting)),
        (_("挂账"), found.suspended),
        (_("超期"), len(found.late)),
        (_("其中未办结"), found.late_open),
        (_("延期"), len(found.extended)),
    ]
    shown = [(name, f"{n:,}") for name, n in numbers]
    return [*shown, (_("最近的时限"), str(found.nearest or "—"))]


_STYLE = """
body {font: 10.5pt/1.5 'Microsoft YaHei','PingFang SC','Noto Sans CJK SC',sans-serif; color: #111; margin: 2em auto;
  max-width: 60em; padding: 0 1em}
h1 {font-size: 18pt; text-align: center; margin: 0} h2 {font-size: 12.5pt; margin: 1.4em 0 .4em}
.under {text-align: center; color: #555} .said {font-size: 12pt} .verdict {font-weight: bold; padding: .3em .7em;
  border-left: 5px solid #2E7D4F; background: #EAF5EE; margin: .4em 0} .no {border-color: #B3261E; background: #FBEAE9}
table {border-collapse: collapse; width: 100%} th, td {border: 1px solid #BBB; padding: 2px 6px; text-align: left;
  font-variant-numeric: tabular-nums} th {background: #EEF2F8} .n {text-align: right} tr.late td {background: #FBEAE9;
  font-weight: bold} table.list {font-size: 8pt} .counts {width: auto; min-width: 22em}
@page {size: A4; margin: 14mm 12mm} @media print {body {margin: 0; max-width: none; padding: 0} thead {display:
  table-header-group} tr {break-inside: avoid} .verdict, th, tr.late td {print-color-adjust: exact;
  -webkit-print-color-adjust: exact}}
"""


def proof_html(found: Proof, language: str = "zh", at: datetime | None = None) -> bytes:
    """The proof as one document to print: A4, nothing from outside, every ticket on a line, the late ones first."""

    def _(message: str, **params: object) -> str:
        return escape(translate(message, language, **params))

    title = _("12345 工单零超期证明") if found.verdicts[0].holds else _("12345 工单超期核对表")
    office = escape(found.office) or _("本单位")
    period = _("{first} 至 {last}", first=found.period.first, last=found.last)
    parts = [
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{office} {title}</title>',
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>",
        f'<p class="under">{office} · {period}</p><p class="said">{escape(found.sentence(language))}</p>',
    ]
    if found.sample:
        parts.append(f'<p class="verdict no">{_("含示例数据（合成，非真实），不能作为证明。")}</p>')
    for verdict in found.verdicts:
        parts.append(f'<p class="verdict{"" if verdict.holds else " no"}">{escape(verdict.text(language))}</p>')
        parts.append(f"<p>{_(verdict.note)}</p>" if verdict.note else "")
        if verdict.reasons and verdict.claim == NONE_LATE:
            parts += ["<ul>", *(f"<li>{escape(one.text(language))}</li>" for one in verdict.reasons), "</ul>"]
    rows = "".join(
        f'<tr><th>{escape(name)}</th><td class="n">{escape(n)}</td></tr>' for name, n in proof_counts(found, language)
    )
    parts.append(f'<h2>{_("各项数字")}</h2><table class="counts">{rows}</table>')
    parts.append(f"<h2>{_('口径与依据')}</h2><ul>")
    parts += [*(f"<li>{escape(one)}</li>" for one in made_how(found, language)), "</ul>"]
    parts.append(f"<h2>{_('办结时用去了多少时限')}</h2>{_html_table(used_list(found, language), 'counts')}")
    if len(found.closest):
        near = proof_list(found.closest, language)
        parts.append(f"<h2>{_('按期办结中最紧的 {n} 件', n=len(near))}</h2>{_html_table(near, 'list')}")
    every = proof_list(found.base, language)
    marked = _html_table(every, "list", set(range(len(found.late))))
    parts.append(f"<h2>{_('全部应办工单（{n} 件），超期的在前', n=f'{len(every):,}')}</h2>{marked}")
    printed = (at or now()).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    parts.append(f"<p>{_('制表时间：{at}（北京时间）；由法治台账逐件计算。', at=printed)}</p></body></html>")
    return "".join(parts).encode()


def _html_cell(cell: object) -> str:
    if pd.isna(cell) or cell == "":
        return "—"
    return str(cell) if isinstance(cell, (str, date)) else f"{cell:,}"


def _html_table(frame: pd.DataFrame, sort: str, marked: Collection[int] = ()) -> str:
    """A frame as a table; `marked` are the rows to stand out."""
    heads = "".join(f"<th>{escape(str(name))}</th>" for name in frame.columns)
    numeric = [frame[name].dtype.kind in "iuf" for name in frame.columns]
    columns = [[_html_cell(cell) for cell in frame[name]] for name in frame.columns]
    lines = []
    for n, cells in enumerate(zip(*columns, strict=True)):
        shown = zip(cells, numeric, strict=True)
        tds = "".join(f'<td class="n">{cell}</td>' if right else f"<td>{escape(cell)}</td>" for cell, right in shown)
        lines.append(f'<tr class="late">{tds}</tr>' if n in marked else f"<tr>{tds}</tr>")
    return f'<table class="{sort}"><thead><tr>{heads}</tr></thead><tbody>{"".join(lines)}</tbody></table>'


# ---------------------------------------------------------------------- one ticket

TIMELINE = ["day", "weekday", "sort", "status", "counted", "events"]


def timeline(one: Ticket, known: Calendar, today: date, language: str = "zh") -> pd.DataFrame:
    """A ticket's clock day by day, from receipt to the last thing that happened or is due, or today while it is open.

    day, weekday    a date, and 周四
    sort, status    one of workdays.SORTS, and its name in `language`, with the holiday where it is known
    counted         Int64: the how-manieth working day it is, receipt being 0; <NA> for a day off, a day on which the
                    clock stood, and once both the due day and the end are over
    events          what happened, in `language`: 受理、时限, …; empty for most days

    Days of a year without a notice have no sort.
    """
    clocked = Clock(known, ())
    happened: dict[int, list[str]] = {}
    before = _as_suspended(one, clocked) if one.resumed_on else {}
    first_due = before.get("due_on", one.due_on)
    stands = one.suspended_on and not one.resumed_on and not is_late(one, one.suspended_on)
    moved = one.deadline != first_due
    for on, name in (
        (one.received_on, "受理"),
        (one.contacted_on, "首次联系"),
        (one.extended_on, "延期批准"),
        (one.suspended_on, "挂账"),
        (one.resumed_on, "恢复"),
        (first_due if moved else None, "原时限"),
        (one.deadline, "原时限" if stands else "时限"),
        (one.closed_on, "办结"),
        (one.returned_on, "退回"),
        (one.called_back_on, "回访"),
    ):
        if on:
            happened.setdefault(on, []).append(translate(name, language))
    ended = one.closed_on or one.returned_on
    if not ended and number_of(today) >= one.received_on:
        happened.setdefault(number_of(today), []).append(translate("今天", language))
    until = max(one.deadline or one.received_on, ended or number_of(today))
    rows, counted, day = [], -1, day_of(one.received_on)
    while number_of(day) <= max(happened):
        at = number_of(day)
        try:
            status = known.status(day)
        except Refusal:
            status = None
        paused = one.suspended_on and one.suspended_on < at and (not one.resumed_on or at <= one.resumed_on)
        counts = at == one.received_on or (status and status.works and not paused)
        counted += bool(counts)
        rows.append(
            (
                *(day, format_date(day, "EEE", locale=language), status.sort if status else None),
                status.label(language) if status else translate("放假通知未载入", language),
                *(
                    counted if counts and at <= until and one.deadline else None,
                    translate("、", language).join(happened.get(at, [])),
                ),
            )
        )
        day += timedelta(1)
    return pd.DataFrame(rows, columns=TIMELINE).astype({"counted": "Int64"})


def clock_title(one: Ticket, language: str = "zh") -> str:
    """What a ticket's clock says: from when to when it runs, or since when it stands."""
    days = {"first": _date(one.received_on), "last": _date(one.deadline), "day": _date(one.suspended_on)}
    if one.suspended_on and not one.resumed_on and not one.closed_on and not one.returned_on:
        return translate("时限：{first} 受理，{day} 挂账，时限停走", language, **days)
    return translate("时限：{first} 受理，{last} 到期", language, **days)


def field_text(name: str, value: object, language: str = "zh") -> str:
    """A ticket's field as a person reads it; what is one of few words is translated."""
    text = tickets.shown(name, value)
    if text and name == "rule":
        return translate("随文件", language) if text == tickets.BY_FILE else text
    return translate(text, language) if text and (isinstance(value, bool) or name in ("kind", "satisfaction")) else text


LONG = 24  # letters of a fact that needs room
CORE = ("number", "unit", "kind", "channel", "subject", "body", "received_at", "due_on", "closed_at")


def facts(one: Ticket, names: Mapping[str, str], language: str = "zh") -> list[tuple[str, str, bool]]:
    """A ticket's facts as (heading, text, whether it is long): those every ticket has, and what else is known."""
    found = []
    for name, heading in tickets.HEADINGS.items():
        value = getattr(one, name)
        text = names.get(value, value) if name == "unit" else field_text(name, value, language)
        if text or name in CORE:
            found.append((translate(heading, language), text or "—", len(text) > LONG))
    return sorted(found, key=lambda fact: fact[2])


def state(one: Ticket, known: Clock, today: date, language: str = "zh") -> str:
    """How a ticket stands today, in words."""

    def _(message: str, **params: object) -> str:
        return translate(message, language, **params)

    day = number_of(today)
    left = days_left(one, day, known)
    if is_late(one, day):
        end = _("已办结") if one.closed_on else _("已退回") if one.returned_on else _("未办结")
        return _("{end}，{by}", end=end, by=lateness(left, language))
    if one.returned_on:
        return _("已退回")
    if one.closed_on:
        return _("按期办结，剩余 {n} 个工作日", n=left) if left is not None else _("已办结")
    if one.suspended_on and not one.resumed_on:
        return _("挂账，时限停走，剩 {n} 个工作日", n="—" if left is None else left)
    return _("未办结，剩 {n} 个工作日", n=left) if left else _("今日到期") if left == 0 else _("未办结")


VERSIONS = ["version", "recorded_at", "recorded_by", "change", "reason"]


def versions(history: Sequence[tickets.Version], names: Mapping[str, str], language: str = "zh") -> pd.DataFrame:
    """A ticket's versions, a row for each field changed: version, recorded_at (UTC), recorded_by, change (field: old
    → new), reason.

    `names`: of the units. A voided ticket ends with a row without a version.
    """

    def said(name: str, value: object) -> str:
        return (names.get(value, value) if name == "unit" else field_text(name, value, language)) or "—"

    rows, before = [], None
    for one in history:
        changed = [
            f"{translate(title, language)} {said(name, old)} → {said(name, new)}"
            for name, title in tickets.HEADINGS.items()
            if before and (old := getattr(before.ticket, name)) != (new := getattr(one.ticket, name))
        ]
        reason = before.retired_reason if before else ""
        if before and before.retired_at < one.recorded_at:  # voided, and brought back by a later import
            rows.append((None, before.retired_at, before.retired_by, translate("作废", language), reason))
            reason = ""
        said_of_it = changed or [translate("首次登记", language)]
        rows += [(one.version, one.recorded_at, one.recorded_by, text, reason) for text in said_of_it]
        before = one
    if before and before.retired_at:
        rows.append((None, before.retired_at, before.retired_by, translate("作废", language), before.retired_reason))
    return pd.DataFrame(rows, columns=VERSIONS).astype({"version": "Int64"})


# ---------------------------------------------------------------------- steps by hand


def assign(
    store,
    places: Mapping[str, str],
    seen: Mapping[str, int],
    *,
    by: str,
    reason: str,
    token: str,
    body: str | None = None,
    remember: Mapping[str, str] = MappingProxyType({}),
) -> Receipt:
    """Give tickets to communities, all or none: number → unit. `remember`: names that mean a unit from now on.

    Raises what `tickets.amend` raises; then nothing is remembered either.
    """
    more = {} if body is None else {"body": body.strip()}
    changes = {number: {"unit": unit, **more} for number, unit in places.items()}
    receipt = tickets.amend(store, changes, by=by, reason=reason, token=token, clock=clock(store), seen=seen)
    if remember:
        with writing(store) as conn:
            for name, unit in remember.items():
                aliases.save(conn, name, unit, by)
    return receipt


def _amend(store, number: str, seen: int, fields: Mapping[str, object], *, by: str, reason: str, token: str) -> Receipt:
    change = {number: fields}
    return tickets.amend(store, change, by=by, reason=reason, token=token, clock=clock(store), seen={number: seen})


def _instant(name: str, at: datetime) -> dict[str, int]:
    """A point in time as its two stored fields: the second, and the day in China."""
    return {f"{name}_at": seconds(at), f"{name}_on": number_of(china_day(at))}


def contact(store, number: str, seen: int, *, at: datetime, **act: str) -> Receipt:
    """The citizen was contacted for the first time. `act`: by, reason, token. Raises what `tickets.amend` raises."""
    return _amend(store, number, seen, _instant("contacted", at), **act)


def extend(
    store, number: str, seen: int, *, to: date, on: date, approved_by: str, why: str, by: str, token: str
) -> Receipt:
    """A later last day was approved, on a day, by somebody, for a reason. Raises Refusal without the last two or for
    a day that is no later; and what `tickets.amend` raises."""
    if not approved_by.strip() or not why.strip():
        raise Refusal("延期要写明批准人和原因")
    deadline = tickets.history(store, number)[-1].ticket.deadline
    if deadline and number_of(to) <= deadline:
        raise Refusal("延期后的时限应晚于现在的时限 {day}", day=day_of(deadline))
    fields = {"extended_on": number_of(on), "extended_to": number_of(to), "extended_by": approved_by.strip()}
    return _amend(store, number, seen, {**fields, "extended_why": why.strip()}, by=by, reason=why, token=token)


def suspend(store, number: str, seen: int, *, on: date, **act: str) -> Receipt:
    """The clock stands after that day, which still counts. Raises what `tickets.amend` raises."""
    return _amend(store, number, seen, {"suspended_on": number_of(on), "resumed_on": None}, **act)


def resume(store, number: str, seen: int, *, on: date, **act: str) -> Receipt:
    """The clock runs again after that day, and the due day moves by the working days it stood.

    What was left when it was suspended (working days after that day up to the due day) is counted anew after the day
    of resumption, as a limit is after the day of receipt. With nothing left the ticket is due on the day of resumption,
    or on the next working day. A ticket suspended when it was late already stays late: its due day does not move.
    Of an extended ticket the extended day moves. Raises what `tickets.amend` raises.
    """
    one = tickets.history(store, number)[-1].ticket
    return _amend(store, number, seen, {"resumed_on": number_of(on), **_moved(one, on, clock(store))}, **act)


def _moved(one: Ticket, resumed: date, known: Clock) -> dict[str, int]:
    if not one.suspended_on or not one.deadline or one.deadline < one.suspended_on:
        return {}
    left = known.calendar.between(day_of(one.suspended_on), day_of(one.deadline))
    due = known.calendar.due(resumed, left) if left else known.calendar.due(resumed - timedelta(1), 1)
    return {"extended_to" if one.extended_to else "due_on": number_of(due)}


def send_back(store, number: str, seen: int, *, on: date, **act: str) -> Receipt:
    """Not ours: sent back, and never late afterwards. Raises what `tickets.amend` raises."""
    return _amend(store, number, seen, {"returned_on": number_of(on)}, **act)


def reply(store, number: str, seen: int, *, at: datetime, text: str, **act: str) -> Receipt:
    """The citizen was answered; the ticket stays open. Raises what `tickets.amend` raises."""
    return _amend(store, number, seen, {"replied_at": seconds(at), "reply": text.strip()}, **act)


def close(store, number: str, seen: int, *, at: datetime, text: str, **act: str) -> Receipt:
    """Answered and closed. Raises what `tickets.amend` raises."""
    answer = {"replied_at": seconds(at), "reply": text.strip()} if text.strip() else {}
    return _amend(store, number, seen, {**answer, **_instant("closed", at)}, **act)


def call_back(
    store,
    number: str,
    seen: int,
    *,
    on: date,
    contacted: bool | None,
    resolved: bool | None,
    satisfaction: str,
    **act: str,
) -> Receipt:
    """What the citizen answered when called back; None or "" for no answer. Raises what `tickets.amend` raises."""
    answers = {"contacted": contacted, "resolved": resolved, "satisfaction": satisfaction}
    return _amend(store, number, seen, {"called_back_on": number_of(on), **answers}, **act)


def correct(store, number: str, seen: int, changes: Mapping[str, object], **act: str) -> Receipt:
    """Set basic facts right: `changes` of received_at (an instant), kind, channel, subject, title, body.

    Received on another day, of another kind or subject, its limit and due day are told anew, unless the file gave
    them; a clock that stood meanwhile moves the new due day, too. Raises what `tickets.amend` raises.
    """
    one, known = tickets.history(store, number)[-1].ticket, clock(store)
    fields = {name: value.strip() if isinstance(value, str) else value for name, value in changes.items()}
    if "received_at" in fields:
        fields |= _instant("received", fields["received_at"])
    told = ("received_on", "kind", "subject")
    if one.rule != tickets.BY_FILE and any(fields.get(name, getattr(one, name)) != getattr(one, name) for name in told):
        anew = known(one._replace(**fields, **dict.fromkeys(tickets.CLOCK) | {"rule": ""}))
        fields |= {name: getattr(anew, name) for name in tickets.CLOCK}
        if one.resumed_on and not one.extended_to:
            fields |= _moved(anew, day_of(one.resumed_on), known)
    return _amend(store, number, seen, fields, **act)


STEPS = {  # what can be taken back: the fields that tell of it
    "首次联系": ("contacted_at", "contacted_on"),
    "延期": ("extended_on", "extended_to", "extended_by", "extended_why"),
    "恢复": ("resumed_on",),
    "挂账": ("suspended_on",),
    "退回": ("returned_on",),
    "办结": ("closed_at", "closed_on"),
    "回访": ("called_back_on", "contacted", "resolved", "satisfaction"),
}


def steps(one: Ticket) -> list[str]:
    """Which steps of a ticket can be taken back: a suspension only after its resumption, an answer never."""
    taken = [step for step, fields in STEPS.items() if getattr(one, fields[0])]
    kept = {"挂账" if one.resumed_on else "", "办结" if one.kind == INQUIRY else ""}
    return [step for step in taken if step not in kept]


def take_back(store, number: str, seen: int, step: str, **act: str) -> Receipt:
    """Undo a step of STEPS that was recorded by mistake; with a resumption the due day moves back. Raises what
    `tickets.amend` raises."""
    one = tickets.history(store, number)[-1].ticket
    texts = ("extended_by", "extended_why", "satisfaction")
    fields: dict = {name: "" if name in texts else None for name in STEPS[step]}
    if step == "恢复":
        fields |= _as_suspended(one, clock(store))
    return _amend(store, number, seen, fields, **act)
