"""The Chinese working-day calendar: the State Council's yearly notice, make-up workdays included.

A year without a notice is unknown and refused, never guessed from Monday to Friday. The package chinesecalendar
holds the notices of past years; one that the office loaded itself comes before it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.metadata import version

import chinese_calendar

from db import notices
from db.engine import reading
from db.language import Problem, Refusal, Rejected, translate
from db.notices import Notice
from metrics.spreadsheets import HEADER_WITHIN, HEADINGS, _sheets, clean, folded, parse_day

WEEKDAY, WEEKEND, HOLIDAY, MAKE_UP = "工作日", "周末", "节假日", "调休上班"
SORTS = (WEEKDAY, MAKE_UP, WEEKEND, HOLIDAY)
PACKAGE = f"chinesecalendar {version('chinesecalendar')}"
HOLIDAY_NAMES = {one.value: {"zh": one.chinese, "en": one.value} for one in chinese_calendar.Holiday}
PACKAGED = {
    year: Notice(
        year,
        "",
        frozenset(day for day in chinese_calendar.holidays if day.year == year),
        frozenset(day for day in chinese_calendar.workdays if day.year == year),
    )
    for year in sorted({day.year for day in chinese_calendar.holidays})
}


@dataclass(frozen=True)
class Status:
    """What a day is and who says so: `notice` is the loaded one, None where the package says it.

    `sort`: one of SORTS. `name`: the holiday the day is off or worked for, in both languages; a loaded notice has none.
    """

    day: date
    works: bool
    sort: str
    name: Mapping[str, str] | None
    notice: Notice | None

    def label(self, language: str = "zh") -> str:
        """节假日（春节）: the sort, with the holiday where it is known."""
        sort = translate(self.sort, language)
        return translate("{name}（{unit}）", language, name=sort, unit=self.name) if self.name else sort


@dataclass
class Calendar:
    """Which days offices work. Every question raises Refusal for a day of a year without a notice."""

    notices: Mapping[int, Notice] = field(default_factory=dict)
    _works: dict[date, bool] = field(default_factory=dict, repr=False)
    _due: dict[tuple[date, int], date] = field(default_factory=dict, repr=False)

    @property
    def years(self) -> list[int]:
        """The years with a notice, in order."""
        return sorted({*PACKAGED, *self.notices})

    def notice(self, year: int) -> Notice:
        """The notice in force of a year; the package's has no document number."""
        found = self.notices.get(year) or PACKAGED.get(year)
        if not found:
            raise Refusal("{year} 年放假通知未载入", year=year)
        return found

    def status(self, day: date) -> Status:
        """Whether `day` is worked, and where that is written."""
        notice = self.notice(day.year)
        if day in notice.workdays:
            sort = MAKE_UP
        elif day in notice.holidays:
            sort = HOLIDAY
        else:
            sort = WEEKDAY if day.weekday() < 5 else WEEKEND
        works = sort in (WEEKDAY, MAKE_UP)
        if notice is not PACKAGED.get(day.year):
            return Status(day, works, sort, None, notice)
        name = chinese_calendar.holidays.get(day) or chinese_calendar.workdays.get(day)
        return Status(day, works, sort, HOLIDAY_NAMES.get(name), None)

    def is_workday(self, day: date) -> bool:
        """Whether offices work on `day`."""
        if day not in self._works:
            self._works[day] = self.status(day).works
        return self._works[day]

    def workdays(self, first: date, last: date) -> list[date]:
        """The working days from `first` to `last`, both included."""
        return [day for day in _days(first, last) if self.is_workday(day)]

    def year(self, year: int) -> list[Status]:
        """Every day of a year."""
        return [self.status(day) for day in _days(date(year, 1, 1), date(year, 12, 31))]

    def sums(self, year: int) -> dict[str, int]:
        """Days of a year: `works` in all, `on` of them make-up days; `off` for a holiday, its weekends included."""
        sorts = Counter(one.sort for one in self.year(year))
        return {"works": sorts[WEEKDAY] + sorts[MAKE_UP], "on": sorts[MAKE_UP], "off": sorts[HOLIDAY]}

    def due(self, received: date, days: int) -> date:
        """The last day of a limit: the `days`-th working day after the day of receipt, which is day 0.

        Raises Refusal for less than one day.
        """
        if (received, days) not in self._due:
            if days < 1:
                raise Refusal("工作日数应为正整数，不是 {n}", n=days)
            day = received
            self.notice(day.year)
            for _ in range(days):
                day += timedelta(1)
                while not self.is_workday(day):
                    day += timedelta(1)
            self._due[received, days] = day
        return self._due[received, days]

    def steps(self, received: date, days: int) -> list[tuple[Status, int | None]]:
        """How `due` counts: each day from receipt (0) to the due day, with its number; None for one not worked."""
        counted, steps = 0, [(self.status(received), 0)]
        for day in _days(received + timedelta(1), self.due(received, days)):
            counted += self.is_workday(day)
            steps.append((self.status(day), counted if self.is_workday(day) else None))
        return steps

    def between(self, first: date, last: date) -> int:
        """Working days after `first` up to `last`: 0 on the same day; negative where `last` comes before."""
        if last < first:
            return -self.between(last, first)
        return len(self.workdays(first + timedelta(1), last))


def calendar(store) -> Calendar:
    """The calendar with the notices the office loaded."""
    with reading(store) as conn:
        return Calendar(notices.read(conn))


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(n) for n in range((last - first).days + 1))


# ------------------------------------------------------------------------------- a notice as people write it

TO = "至"
LONGEST = 31  # days of a holiday: more is a slip of the pen
OFF = "放假 节假日 法定节假日 假日 假 休 休息 休假 放假调休 holiday off".split()
ON = "上班 调休 调休上班 补班 班 工作日 workday work".split()
SORT_HEADINGS = "类型 类别 性质 安排 type kind".split()
_TO = re.compile(r"\s*(?:至|到|~|—+|–)\s*")
_ASIDE = re.compile(r"\([^()]*\)")
_MONTH_DAY = re.compile(r"(?:(\d{1,2})月)?(\d{1,2})日?", re.ASCII)


def read_days(text: str, year: int, column: str) -> frozenset[date]:
    """Days as people write them, in lines or after commas: 2027-02-05至2027-02-11, 2月5日至11日, 2月20日（周六）.

    `column` names the field. Raises Rejected with every piece that is no day.
    """
    days, problems = set(), []
    for row, line in enumerate(text.splitlines(), 1):
        plain = _TO.sub(TO, _ASIDE.sub("", unicodedata.normalize("NFKC", line)))
        for piece in re.split(r"[,;、\s]+", plain):
            try:
                days |= set(_span(piece, year)) if piece else set()
            except Refusal as refusal:
                problems.append(Problem(refusal.message, refusal.params, row, column, piece))
    if problems:
        raise Rejected(problems)
    return frozenset(days)


def written(days: Iterable[date]) -> str:
    """Days as `read_days` reads them, a line for each run of days."""
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] + timedelta(1) == day:
            runs[-1].append(day)
        else:
            runs.append([day])
    return "\n".join(TO.join(dict.fromkeys((str(run[0]), str(run[-1])))) for run in runs)


def notices_from_file(data: bytes) -> tuple[frozenset[date], frozenset[date]]:
    """(days off, make-up workdays) of an xlsx, xls or csv file: a day or a span of days and what it is on each line.

    The columns are found by their headings, 日期 and 类型; without headings there are those two and no others. Raises
    Refusal where there is no such table or more than one, Rejected with every cell that cannot be understood.
    """
    tables = [(sheet, lines, found) for sheet, lines in _sheets(data) if (found := _columns(lines))]
    if not tables:
        raise Refusal("前 {n} 行没有找到“日期”和“类型”两列", n=HEADER_WITHIN)
    if len(tables) > 1:
        raise Refusal("有多张工作表都像放假安排：{sheets}，请只留一张", sheets=[sheet for sheet, *_ in tables])
    _sheet, lines, (start, (day_heading, day_at), (sort_heading, sort_at)) = tables[0]
    sorts = dict.fromkeys(OFF, HOLIDAY) | dict.fromkeys(ON, MAKE_UP)
    found: dict[date, str] = {}
    problems = []
    for row, line in enumerate(lines[start:], start + 1):
        day, sort = (line[at] if at < len(line) and line[at] is not None else "" for at in (day_at, sort_at))
        if not clean(day) and not clean(sort):
            continue
        meant = sorts.get(folded(clean(sort)))
        if not meant:
            problems.append(Problem("类型应为“放假”或“上班”", {}, row, sort_heading, clean(sort)))
        try:
            for one in _span(day):
                if meant and found.setdefault(one, meant) != meant:
                    problems.append(Problem("同一天既是假日又是调休上班日", {}, row, day_heading, str(one)))
        except Refusal as refusal:
            problems.append(Problem(refusal.message, refusal.params, row, day_heading, clean(day)))
    if problems:
        raise Rejected(problems)
    days = (frozenset(day for day, sort in found.items() if sort == wanted) for wanted in (HOLIDAY, MAKE_UP))
    return tuple(days)


def _columns(lines: list[list]) -> tuple[int, tuple[str, int], tuple[str, int]] | None:
    """Where the days begin, and heading and place of the columns of days and sorts."""
    for n, line in enumerate(lines[:HEADER_WITHIN]):
        headings = [folded("" if cell is None else clean(cell)) for cell in line]
        days = [at for at, heading in enumerate(headings) if heading in map(folded, HEADINGS["day"].split())]
        sorts = [at for at, heading in enumerate(headings) if heading in SORT_HEADINGS]
        if days and sorts:
            return n + 1, (clean(line[days[0]]), days[0]), (clean(line[sorts[0]]), sorts[0])
        if headings[1:2] and headings[1] in (*OFF, *ON) and not any(headings[2:]):
            return 0, ("日期", 0), ("类型", 1)
    return None


def _span(cell: object, year: int | None = None) -> list[date]:
    """The days of 2027-02-05, of 2027-02-05至2027-02-11 or, where the year is known, of 2月5日至11日.

    Raises Refusal for anything else.
    """
    if isinstance(cell, date):
        return [parse_day(cell)]
    first, *more = _TO.split(_ASIDE.sub("", unicodedata.normalize("NFKC", clean(cell))).strip())
    if len(more) > 1:
        raise Refusal("日期无法识别，应形如 2024-03-05")
    begins = _day(first, year)
    ends = _day(more[0], begins.year, begins.month) if more else begins
    if not 0 <= (ends - begins).days < LONGEST:
        raise Refusal("起止日期应先后相接，一段最长 {n} 天", n=LONGEST)
    return list(_days(begins, ends))


def _day(text: str, year: int | None, month: int | None = None) -> date:
    """A day that may leave out the year, and the month, where they are known."""
    if year and (found := _MONTH_DAY.fullmatch(text)) and (found[1] or month):
        text = f"{year}-{found[1] or month}-{found[2]}"
    return parse_day(text)
