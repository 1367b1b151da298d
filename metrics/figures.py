"""The way to ask for a number: indicators × communities × months × cut-off → a tidy frame, and back to its rows.

Cards, charts, tables, the CSV and the command line all ask here, so they cannot show two numbers for one fact.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from db import ledger, settings, tickets, totals
from db.engine import china_day, now, reading
from db.language import Refusal, translate
from db.measures import ASKED, TICKETS, month_of, windowed
from db.schema import day_of
from db.units import Unit, labels, units
from metrics import sources
from metrics.catalogue import Catalogue, Indicator, catalogue, counts_once, leaves, plain
from metrics.sources import Tickets
from metrics.workdays import Calendar, calendar

COLUMNS = [
    "indicator",
    "name",
    "unit",
    "community",
    "community_name",
    "month",
    "value",
    "numerator",
    "denominator",
    "previous",
    "missing",
    "rows",
    "note",
]
ROW_COLUMNS = [
    "id",
    "kind",
    "day",
    "community",
    "community_name",
    "title",
    "indicator",
    "name",
    "quantity",
    "recorded_at",
    "recorded_by",
    "ticket",
]
PARTS_EXCEED = "一条记录覆盖多个社区，各社区分别可见，全街道只计一次，故各社区之和大于合计"
STREET_ITSELF = "{name}本级"
UNASSIGNED = "{name}（待归属）"


@dataclass(frozen=True)
class Period:
    """A year up to a cut-off, both days included."""

    year: int
    last: date

    @classmethod
    def of(cls, year: int, cut_off: date | None = None) -> "Period":
        """Raises Refusal for a cut-off outside the year."""
        if not 2000 <= year <= 2100:
            raise Refusal("年度“{year}”应在 2000 至 2100 之间", year=year)
        if cut_off and cut_off.year != year:
            raise Refusal("截至日 {day} 不在 {year} 年内", day=cut_off, year=year)
        return cls(year, cut_off or date(year, 12, 31))

    @property
    def first(self) -> date:
        return date(self.year, 1, 1)

    @property
    def before(self) -> "Period":
        """The same stretch of the year before; 29 February becomes the 28th."""
        day = 28 if (self.last.month, self.last.day) == (2, 29) else self.last.day
        return Period(self.year - 1, date(self.year - 1, self.last.month, day))

    def end_of(self, month: int) -> date:
        """The last day of a month (1–12) that the period holds."""
        return min(self.last, date(self.year, month, monthrange(self.year, month)[1]))

    @property
    def months(self) -> range:
        return range(1, self.last.month + 1)


def figures(
    store,
    year: int,
    *,
    cut_off: date | None = None,
    by: Iterable[str] = (),
    indicators: Sequence[str] | None = None,
    community: str | None = None,
    within: str = "",
    as_of: datetime | None = None,
    language: str = "zh",
) -> pd.DataFrame:
    """The figures of a year up to `cut_off`, one row per indicator × what `by` names ("community", "month").

    `community` asks for one unit as it sees itself; `within` is a code prefix (a street, a county); `as_of`
    answers as the store believed at that instant. Columns:

    indicator, name, unit       code, name and unit of measure in `language`
    community, community_name   12-digit code and short name; None unless by community. A street's own code
                                stands for what is recorded at the street and belongs to no community
    month                       "2024-03"; None unless by month
    value                       float64: whole numbers, or percent rounded to 2 places; NaN is "—": nothing
                                reported, or a ratio of nothing
    numerator, denominator      float64, of a ratio
    previous                    float64, `value` of the same stretch of the year before
    missing                     Int64: daily reports expected (each workday of each community) and not there;
                                <NA> where none are expected or the year's calendar is unknown
    rows                        Int64: how many lines `rows` gives for the figure
    note                        why the parts exceed the total, where they do; of a total made of tickets, by how
                                much the daily counts of the same months differ

    One definition per question, that of the cut-off, holds for its months and for last year's column too.

    Every combination has a row, so blanks are visible. Raises Refusal for an unknown indicator, community or
    year.
    """
    by = tuple(dict.fromkeys(by))
    if unknown := set(by) - {"community", "month"}:
        raise Refusal("不能按“{by}”分列，可用 community、month", by=sorted(unknown))
    period = Period.of(year, cut_off)
    known = catalogue(store)
    meanings = known.on(period.last)
    chosen = _chosen(meanings, indicators)
    if not chosen:
        return pd.DataFrame(columns=COLUMNS)
    scope, since = _scope(store, within, community)
    needed = list(dict.fromkeys(leaf for code in chosen for leaf in leaves(meanings, code)))
    seen = "community" in by or community is not None

    standing = [code for code in needed if meanings[plain(code)].adds == "standing"]
    states = ledger.rows(store, standing, [one.code for one in scope], None, period.last, as_of=as_of)
    cube = _cube(store, period, scope, states, as_of, needed, meanings, by)
    before = _cube(store, period.before, scope, states, as_of, needed, meanings, by)
    shown = cube.seen if seen else cube.total
    places, grid = _grid(scope, period, by, shown)
    now_values = _derived(_summed(shown, by)[places], chosen, needed, meanings)
    last_values = _derived(_summed(before.seen if seen else before.total, by)[places], chosen, needed, meanings)
    try:
        days = expected_days(calendar(store), period, since, as_of)
    except Refusal:
        days = []
    blanks = _blanks(cube, days, scope, known, needed)
    size, count = len(places), len(chosen)

    def repeated(texts: Iterable[str]) -> np.ndarray:
        return np.repeat(np.array(list(texts), dtype=object), size)

    found = pd.DataFrame(
        {
            "indicator": repeated(chosen),
            "name": repeated(meanings[code].name[language] for code in chosen),
            "unit": repeated(meanings[code].unit[language] for code in chosen),
            **dict.fromkeys(("community", "community_name", "month", "note")),
            **{key: np.tile(labels, count) for key, labels in grid.items()},
            **{key: column.ravel(order="F") for key, column in now_values.items()},
            "previous": last_values["value"].ravel(order="F"),
            "missing": _worst(blanks, by, places, chosen, needed, meanings),
            "rows": _behind(cube.seen_rows if seen else cube.rows, by, places, chosen, needed, meanings),
        },
        columns=COLUMNS,
    )
    if "community" in by:
        found = _explained(found, cube, scope, known, needed, language)
    if not by:
        found["note"] = [_disagreement(line, cube, language) for line in found.itertuples()]
    return found.astype(dict.fromkeys(("community", "community_name", "month", "note"), object))


def rows(
    store,
    indicator: str,
    year: int,
    *,
    cut_off: date | None = None,
    community: str | None = None,
    month: int | None = None,
    within: str = "",
    as_of: datetime | None = None,
    language: str = "zh",
) -> pd.DataFrame:
    """The events behind one figure, asked for in the figure's own words; `month` is 1–12.

    One row per entry and number, by day: `id` (unit-serial), `kind`, `day`, `community` (who recorded it),
    `title`, `indicator`, `quantity`, `recorded_at` (UTC), `recorded_by`, `ticket`. The quantities of an
    indicator add up to the figure; a ratio lists both of its sides.
    """
    period = Period.of(year, cut_off)
    meanings = catalogue(store).on(period.last)
    (indicator,) = _chosen(meanings, [indicator])
    scope, _ = _scope(store, within, community)
    first, last = period.first, period.last
    if month is not None:
        if month not in period.months:
            raise Refusal("{year}-{month:02d} 不在截至日以内", year=year, month=month)
        first, last = date(year, month, 1), period.end_of(month)
    wanted = leaves(meanings, indicator)
    sorts: dict[str, list[str]] = {}
    for code in wanted:
        sorts.setdefault(meanings[plain(code)].adds, []).append(code)
    codes = [one.code for one in scope]
    alive = {one.code for one in scope if one.alive(last, last)}
    seen = {"as_of": as_of, "covered": community is not None}
    states = ledger.rows(store, sorts.get("standing", []), codes, None, last, **seen)
    found = ledger.rows(store, sorts.get("sum", []), codes, first, last, **seen)
    source = sources.tickets(store, codes, period.last, as_of)
    found = [row for row in found if row[9] not in TICKETS or not source.speak(row[0], month_of(row[3]))]
    found += [row for row in _latest(states) if row[0] in alive]
    counted = [one for one in scope if one.level == "community" and one.code in alive]
    found += [_as_row(one, code) for code in sorts.get("units", []) for one in counted]
    frame = pd.DataFrame(found, columns=list(ledger.ROW)).assign(ticket=None)
    ticketed = _ticket_rows(store, source, wanted, meanings, codes, first, last, as_of)
    frame = (
        pd.concat([frame, ticketed], ignore_index=True)
        if len(frame) and len(ticketed)
        else (ticketed if len(ticketed) else frame)
    )
    with reading(store) as conn:
        names = labels(units(conn))
    if len(frame):
        frame["community_name"] = frame["unit"].map(names)
        numbered = np.where(frame["no"] > 0, frame["unit"] + "-" + frame["no"].astype(str), frame["unit"])
        frame["id"] = frame["ticket"].where(frame["ticket"].notna(), numbered)
        frame["name"] = frame["indicator"].map({plain(code): meanings[plain(code)].name[language] for code in wanted})
    frame["community"] = frame["unit"]
    return frame.reindex(columns=ROW_COLUMNS)


def _ticket_rows(
    store,
    source: Tickets,
    wanted: list[str],
    meanings: dict[str, Indicator],
    units: list[str],
    first: date,
    last: date,
    as_of: datetime | None,
) -> pd.DataFrame:
    """The tickets behind some leaves, one row each with the columns of ledger.ROW and `ticket`."""
    last, made = min(last, source.last), []
    for street, (low, _) in source.spans.items():
        here = [code for code in units if code.startswith(street)]
        begin = max(first, date(low // 100, low % 100, 1))
        for code in wanted:
            if begin > last:
                continue
            if meanings[plain(code)].adds == "balance":
                found = [
                    (one.ticket.number, one.ticket.unit, day_of(one.ticket.received_on), one.ticket.title)
                    + (one.recorded_at, one.recorded_by)
                    for one in tickets.still_open(store, here, last, as_of=as_of)
                ]
            elif code in TICKETS:
                found = tickets.rows(store, code, here, begin, last, as_of=as_of)
            else:
                continue
            made += [
                (unit, 0, "hotline", day, title, 0, 1, at, by, plain(code), 1, number)
                for number, unit, day, title, at, by in found
            ]
    made.sort(key=lambda row: (row[3], row[0], row[-1]))
    return pd.DataFrame(made, columns=[*ledger.ROW, "ticket"])


def years(store) -> list[int]:
    """The years with entries, latest first."""
    return totals.years(store)


def _chosen(meanings: dict[str, Indicator], indicators: Sequence[str] | None) -> list[str]:
    if indicators is None:
        return list(meanings)
    by_name = {name: code for code, meaning in meanings.items() for name in meaning.name.values()}
    chosen = [by_name.get(code, code) for code in indicators]
    for code in chosen:
        if code not in meanings:
            raise Refusal("没有指标“{code}”，可在“设置”中查看全部指标", code=code)
    return chosen


def _scope(store, within: str, community: str | None) -> tuple[list[Unit], date | None]:
    """The units asked about, and since when the office reports."""
    with reading(store) as conn:
        scope = units(conn, within)
        since = settings.get(conn, "reporting_since")
    if community is not None:
        scope = [one for one in scope if one.code == community]
        if not scope:
            raise Refusal("没有编码为“{code}”的社区，请核对，或在“设置”中先登记", code=community)
    elif within and not scope:
        raise Refusal("没有编码以“{code}”开头的社区", code=within)
    return scope, since and date.fromisoformat(since)


@dataclass(frozen=True)
class _Cube:
    """What the store holds for a period, as arrays unit × month × entered indicator.

    `total` and `seen` are NaN where nothing is reported; `rows` and `seen_rows` say how many numbers each is made of;
    `days` has a bit for each day reported. Where tickets speak no daily report is due: `ticketed`. `counted` and
    `told`: what daily counts and tickets say of the months for which there are both, by indicator.
    """

    total: np.ndarray
    seen: np.ndarray
    rows: np.ndarray
    seen_rows: np.ndarray
    days: np.ndarray
    ticketed: np.ndarray
    counted: dict[str, int]
    told: dict[str, int]


def _cube(
    store,
    period: Period,
    scope: list[Unit],
    states: list[tuple],
    as_of: datetime | None,
    needed: list[str],
    meanings: dict[str, Indicator],
    by: tuple[str, ...],
) -> _Cube:
    shape = (len(scope), len(period.months), len(needed))
    total, seen, days = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, dtype="int64")
    behind, seen_behind = np.zeros(shape), np.zeros(shape)
    at_unit = {one.code: n for n, one in enumerate(scope)}
    at_code = {code: n for n, code in enumerate(needed)}
    source = sources.tickets(store, at_unit, period.last, as_of) if _asks_tickets(needed) else Tickets({}, period.last)
    counted: dict[str, int] = {}
    told: dict[str, int] = {}
    twice = set()  # the months of which daily counts speak as well
    for unit, month, code, whole, entries, bits, part, parts in totals.read(
        store, list(at_unit), period.first, period.last, as_of
    ):
        if code in TICKETS and source.speak(unit, month):
            counted[code] = counted.get(code, 0) + whole
            twice.add((code, month % 100 - 1))
        elif code in at_code:
            place = at_unit[unit], month % 100 - 1, at_code[code]
            days[place] = bits
            behind[place], seen_behind[place] = entries, parts
            if entries:
                total[place] = whole
            if parts:
                seen[place] = part
    # A state is not summed over months: it stands at the end of each, or of the period alone. Of those before
    # the period only the last can.
    stored = [
        *_latest(row for row in states if row[3] < period.first),
        *(row for row in states if period.first <= row[3] <= period.last),
    ]
    places = [code for code in needed if meanings[plain(code)].adds == "units"]
    for month in period.months if "month" in by else [period.last.month]:
        at = period.end_of(month)
        alive = {one.code for one in scope if one.alive(at, at)}
        standing = [(code, one.code, 1) for code in places for one in scope if one.level == "community"]
        standing += [(row[9], row[0], row[10]) for row in _latest(row for row in stored if row[3] <= at)]
        for code, unit, quantity in standing:
            if unit in alive:
                place = at_unit[unit], month - 1, at_code[code]
                total[place] = seen[place] = quantity
                behind[place] = seen_behind[place] = 1
    ticketed = np.zeros(shape, dtype=bool)
    for place, quantity in _tickets(store, source, period, scope, as_of, needed, meanings, by):
        total[place] = seen[place] = behind[place] = seen_behind[place] = quantity  # each ticket counts once
        if ((code := needed[place[2]]), place[1]) in twice:
            told[code] = told.get(code, 0) + int(quantity)
    for n, one in enumerate(scope):
        for month in period.months:
            if source.speak(one.code, period.year * 100 + month):
                ticketed[n, month - 1, [at_code[code] for code in needed if code in TICKETS]] = True
    return _Cube(total, seen, behind, seen_behind, days, ticketed, counted, told)


def _asks_tickets(needed: Iterable[str]) -> bool:
    return any(code.startswith("hotline.") for code in needed)


def _tickets(
    store,
    source: Tickets,
    period: Period,
    scope: list[Unit],
    as_of: datetime | None,
    needed: list[str],
    meanings: dict[str, Indicator],
    by: tuple[str, ...],
) -> Iterable[tuple[tuple[int, int, int], float]]:
    """What tickets say, as (place in the cube, number). Where they speak, no ticket is a zero, not a blank."""
    if not source.spans:
        return
    counted = [code for code in needed if code in TICKETS]
    balances = {code: meanings[code].parts for code in needed if meanings[plain(code)].adds == "balance"}
    questions = {code: _question(code) for code in counted if plain(code) in ASKED}
    parts = [part for some in balances.values() for part in some]
    asked = list(dict.fromkeys([*counted, *questions.values(), *parts]))
    codes = [one.code for one in scope if source.months(one.code)]
    last = min(period.last, source.last)
    if last < period.first or not asked or not codes:
        return
    rows = totals.read_tickets(store, codes, asked, period.first, last, as_of)
    found = {(unit, code, month): quantity for unit, code, month, quantity in rows}
    before = totals.tickets_before(store, codes, asked, period.first, as_of) if balances else {}
    at_code = {code: n for n, code in enumerate(needed)}
    for n, one in enumerate(scope):
        span = source.months(one.code)
        if not span:
            continue
        low = max(span[0], period.year * 100 + 1)
        for month in range(low, month_of(last) + 1):
            alive = one.alive(date(period.year, month % 100, 1), period.end_of(month % 100))
            zero = month <= span[1] and one.level == "community" and alive
            for code in counted:
                quantity = found.get((one.code, code, month), 0)
                # Whoever was asked and said no is a zero, in whatever month; where nobody was asked there is none.
                if quantity or (found.get((one.code, questions[code], month)) if code in questions else zero):
                    yield (n, month % 100 - 1, at_code[code]), quantity
        for code, (plus, *minus) in balances.items():
            left = before.get((one.code, plus), 0) - sum(before.get((one.code, part), 0) for part in minus)
            end = month_of(last)  # what nobody closed is open still, however long ago the last ticket came
            for month in range(period.year * 100 + 1, end + 1):
                left += found.get((one.code, plus, month), 0)
                left -= sum(found.get((one.code, part, month), 0) for part in minus)
                known = left or (one.level == "community" and span[1] > period.year * 100)
                if known and month >= low and ("month" in by or month == end):
                    yield (n, month % 100 - 1, at_code[code]), left


def _question(code: str) -> str:
    """The measure that says how many were asked what a call-back's answer is about."""
    return windowed(ASKED[plain(code)], code.partition("@")[2])


def _disagreement(line, cube: _Cube, language: str) -> str | None:
    """That daily counts of the months for which tickets speak say something else."""
    counts, told = cube.counted.get(line.indicator), cube.told.get(line.indicator, 0)
    if counts is None or pd.isna(line.value) or counts == told:
        return None
    return translate(sources.BOTH, language, counts=counts, tickets=told, difference=abs(told - counts))


def _latest(stored: Iterable[tuple]) -> list[tuple]:
    """Of ledger rows, sorted by day, the last of each unit and indicator."""
    return list({(row[0], row[9]): row for row in stored}.values())


def _summed(cube: np.ndarray, by: tuple[str, ...]) -> np.ndarray:
    """The cube summed to what `by` asks for and laid flat: places × indicators. Nothing reported stays NaN."""
    keep = _kept(by)
    axes = tuple(axis for axis in (0, 1) if axis not in keep)
    if axes:
        reported = (~np.isnan(cube)).any(axis=axes)
        cube = np.where(reported, np.nansum(cube, axis=axes), np.nan)
    if len(keep) == 2 and keep != (0, 1):
        cube = cube.swapaxes(0, 1)
    return cube.reshape(-1, cube.shape[-1])


def _kept(by: tuple[str, ...]) -> tuple[int, ...]:
    return tuple({"community": 0, "month": 1}[key] for key in by)


def _grid(
    scope: list[Unit], period: Period, by: tuple[str, ...], shown: np.ndarray
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Which places of the flat cube are shown, and their labels: communities in being, and units with a number."""
    wanted = np.array([one.level == "community" and one.alive(period.first, period.last) for one in scope], dtype=bool)
    wanted |= (~np.isnan(shown)).any(axis=(1, 2))
    labels = {
        "community": np.array([one.code for one in scope], dtype=object),
        "month": np.array([f"{period.year}-{month:02d}" for month in period.months], dtype=object),
    }
    picked = {"community": np.flatnonzero(wanted), "month": np.arange(len(period.months))}
    if not by:
        return np.array([0]), {}
    crossed = np.meshgrid(*(picked[key] for key in by), indexing="ij")
    places = np.ravel_multi_index([c.ravel() for c in crossed], [len(labels[key]) for key in by])
    return places, {key: labels[key][c.ravel()] for key, c in zip(by, crossed, strict=True)}


def _derived(
    flat: np.ndarray, chosen: list[str], needed: list[str], meanings: dict[str, Indicator]
) -> dict[str, np.ndarray]:
    """value, numerator and denominator of the chosen indicators, places × chosen."""
    at = {code: n for n, code in enumerate(needed)}

    def value(code: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        blank = np.full(len(flat), np.nan)
        meaning = meanings[plain(code)]
        if meaning.adds == "ratio":
            *tops, bottom = (value(windowed(part, meaning.counted_on))[0] for part in meaning.parts)
            weights = meaning.weights or (1,) * len(tops)
            top = sum(weight * column for weight, column in zip(weights, tops, strict=True))
            return percent(top, bottom), top, bottom
        if meaning.adds == "sum_of":
            parts = np.column_stack([value(part)[0] for part in meaning.parts])
            return np.where(np.isnan(parts).all(axis=1), np.nan, np.nansum(parts, axis=1)), blank, blank
        return flat[:, at[code]], blank, blank

    columns = [value(code) for code in chosen]
    names = ("value", "numerator", "denominator")
    return {name: np.column_stack([column[n] for column in columns]) for n, name in enumerate(names)}


def percent(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """top/bottom in percent to 2 places, NaN for 0/0.

    Only a whole prints as 100 and only nothing as 0: 99999/100000 is 99.99.
    """
    share = np.divide(100 * top, bottom, out=np.full(len(top), np.nan), where=bottom > 0)
    shown = np.round(share, 2)
    shown = np.where((share < 100) & (shown >= 100), 99.99, shown)
    return np.where((share > 0) & (shown <= 0), 0.01, shown)


def expected_days(known: Calendar, period: Period, since: date | None, as_of: datetime | None = None) -> list[date]:
    """The days of a period for which daily reports are due: the workdays from `since` on that are over.

    Raises Refusal where the calendar of working days is not known.
    """
    last = min(period.last, china_day(as_of or now()) - timedelta(1))
    return known.workdays(max(period.first, since or date.max), last)


def _blanks(cube: _Cube, days: list[date], scope: list[Unit], known: Catalogue, needed: list[str]) -> np.ndarray | None:
    """Daily reports expected on `days` and not there, unit × month × indicator (NaN: none are expected)."""
    if not days:
        return None
    masks = np.zeros(cube.days.shape[:2], dtype="int64")
    communities = [n for n, one in enumerate(scope) if one.level == "community"]
    for day in days:
        alive = [n for n in communities if scope[n].alive(day, day)]
        masks[alive, day.month - 1] |= 1 << day.day - 1
    blank = np.bitwise_count(masks[:, :, None] & ~cube.days).astype(float)
    entered = [known.indicators[plain(code)] for code in needed]
    daily = np.array([known.kinds[one.kind].grain == "daily" and one.entered for one in entered], dtype=bool)
    return np.where(daily & (masks > 0)[:, :, None] & ~cube.ticketed, blank, np.nan)


def _worst(
    blanks: np.ndarray | None,
    by: tuple[str, ...],
    places: np.ndarray,
    chosen: list[str],
    needed: list[str],
    meanings: dict[str, Indicator],
) -> pd.arrays.IntegerArray:
    """Of an indicator's parts, the one with most blanks says how many reports are missing."""
    if blanks is None:
        return pd.array([pd.NA] * (len(places) * len(chosen)), dtype="Int64")
    flat = _summed(blanks, by)[places]
    at = {code: n for n, code in enumerate(needed)}
    worst = [flat[:, [at[leaf] for leaf in leaves(meanings, code)]].max(axis=1) for code in chosen]
    numbers = np.concatenate(worst) if worst else np.empty(0)
    return pd.Series(numbers).astype("Int64").array


def _behind(
    counts: np.ndarray,
    by: tuple[str, ...],
    places: np.ndarray,
    chosen: list[str],
    needed: list[str],
    meanings: dict[str, Indicator],
) -> pd.arrays.IntegerArray:
    """The rows behind each figure: those of all it is made of."""
    flat, at = _summed(counts, by)[places], {code: n for n, code in enumerate(needed)}
    made = [flat[:, [at[leaf] for leaf in leaves(meanings, code)]].sum(axis=1) for code in chosen]
    return pd.Series(np.concatenate(made)).astype("Int64").array


def _explained(
    found: pd.DataFrame, cube: _Cube, scope: list[Unit], known: Catalogue, needed: list[str], language: str
) -> pd.DataFrame:
    """Community names beside the codes, the reason where parts exceed the whole, a street's own row only if filled."""
    covering = {code for code in found["indicator"].unique() if counts_once(known, code)}
    titled = {code for code in found["indicator"].unique() if known.kinds[known.indicators[code].kind].titled}
    itself = found["indicator"].isin(titled)
    short = labels(scope)
    names = {True: {}, False: {}}  # what a street holds itself is its own; its daily counts await a community
    for one in scope:
        for titles in names:
            own = translate(STREET_ITSELF if titles else UNASSIGNED, language, name=short[one.code])
            names[titles][one.code] = short[one.code] if one.level == "community" else own
    found["community_name"] = found["community"].map(names[False]).where(~itself, found["community"].map(names[True]))
    exceed = {
        code
        for code in covering & set(needed)
        if np.nansum(cube.seen[:, :, needed.index(code)]) > np.nansum(cube.total[:, :, needed.index(code)])
    }
    found["note"] = np.where(found["indicator"].isin(exceed), translate(PARTS_EXCEED, language), None)
    above = ~found["community"].isin([one.code for one in scope if one.level == "community"])
    return found[~above | found["value"].notna()].reset_index(drop=True)


def _as_row(one: Unit, indicator: str) -> tuple:
    return (one.code, 0, "community", one.opened_on, one.name, 0, 1, None, "", indicator, 1)
