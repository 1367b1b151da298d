"""A year as a named person froze it, what the ledger did to its figures since, and two frozen years side by side."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from db import sample, snapshots
from db.engine import reading, undisturbed
from db.language import Refusal, translate
from db.measures import windowed
from db.snapshots import FIGURES, Snapshot
from db.store import stamp
from db.units import Unit, labels, level_of, units
from metrics import exports, sources
from metrics.catalogue import Catalogue, Indicator, catalogue, plain
from metrics.contributions import Row, contributions
from metrics.figures import STREET_ITSELF, UNASSIGNED, Period, figures
from metrics.sources import Tickets

TABLES = (exports.TOTALS, exports.BY_COMMUNITY, exports.BY_MONTH)
DRAFT = "draft.docx"
DAMAGED = "定稿 {id} 的 {name} 与定稿时的 SHA-256 不符：存档已损坏或被改动"
WHAT = {
    "recorded": "新登记",
    "revised": "更正",
    "voided": "作废",
    "definition": "口径改变",
    "sample": "移除示例",
    "source": "来源改变",
    "units": "社区变动",
    "unexplained": "原因不明",
}
CHANGES = [
    *("indicator", "name", "unit", "community", "community_name", "month", "day", "what"),
    *("old", "new", "old_base", "new_base", "by", "at", "reason", "place", "place_name", "title", "id", "ticket"),
]
MOVED = [
    *("indicator", "name", "unit", "community", "community_name", "month"),
    *("frozen", "now", "difference", "changes"),
]
COMPARED = [
    *("indicator", "name", "unit", "community", "community_name", "month"),
    *("first", "second", "difference", "note"),
]
Key = tuple[str, str | None, str | None]  # a figure of a year: indicator, community, month


class Since(NamedTuple):
    """What happened since a freeze: `changes` and `moved`, of one moment."""

    changes: pd.DataFrame
    moved: pd.DataFrame


def listed(store) -> pd.DataFrame:
    """The frozen years, the last one first: snapshot, year, cut_off, by, at (UTC), note, sha256 (of figures.json)."""
    rows = [
        (one.id, one.year, one.cut_off, one.recorded_by, one.recorded_at, one.note, one.parts.get(FIGURES))
        for one in snapshots.snapshots(store)
    ]
    return pd.DataFrame(rows, columns=["snapshot", "year", "cut_off", "by", "at", "note", "sha256"], dtype=object)


# ------------------------------------------------------------------------------------------ freezing


def freeze(
    store,
    year: int,
    cut_off: date,
    *,
    by: str,
    token: str,
    note: str = "",
    draft: Callable[[Any, int, date], bytes] | None = None,
) -> Snapshot:
    """Freeze a year at a cut-off under a name: figures.json, the yearly CSVs as the office downloads them, and with
    `draft` (asked as draft(store, year, cut_off)) the drafted report. The same token again gives the first freeze.

    figures.json is canonical (UTF-8, keys sorted, no spaces), so the same figures have the same SHA-256:

    figures       a list of indicator, community, month ("2024-03"), value, numerator, denominator, missing, rows (how
                  many stand behind it), as metrics.figures says them: of the whole year (community and month null),
                  of each community, of each month
    indicators    code → name, unit, meaning, and effective_from: the day from which its definition holds
    units         code → name, opened_on, closed_on
    tickets       street → first and last month for which its 12345 figures are made of tickets
    year, cut_off, sample (whether the synthetic year was in the store)

    Raises Refusal without a name, for a cut-off that is yet to come or outside the year, and for a year without a
    number.
    """
    period = Period.of(year, cut_off)

    def make() -> dict[str, bytes]:
        # Asked inside the act of freezing, beside which nobody writes (db.engine.undisturbed): what every question
        # finds is the ledger as it stood between two acts. Definitions and settings are no acts; whether somebody
        # saved some meanwhile, the stamp tells.
        made = _of_one_moment(store, parts)
        if made is None:
            raise Refusal("定稿时口径或设置正在被他人更改，请再试一次")
        return made

    def parts() -> dict[str, bytes]:
        found = _figures(store, period)
        meanings = catalogue(store).on(period.last)
        there = {line["indicator"] for line in found["figures"] if line["value"] is not None}
        if all(meanings[code].adds in ("units", "standing") for code in there):  # a street has these in any year
            raise Refusal("{year} 年截至 {day} 没有任何数，不能定稿", year=year, day=period.last)
        tables = exports.tables(store, year, cut_off=period.last)
        made = {FIGURES: _canonical(found)} | {f"{name}.csv": exports.csv_bytes(tables[name]) for name in TABLES}
        return made | ({DRAFT: draft(store, year, period.last)} if draft else {})

    return snapshots.write(store, year, period.last, make, by=by, token=token, note=note)


def _of_one_moment(store, ask: Callable) -> Any:
    """What `ask()` finds where nothing was written meanwhile, tried three times; None where something was each time."""
    for _ in range(3):
        before, found = stamp(store), ask()
        if stamp(store) == before:
            return found
    return None


def _figures(store, period: Period) -> dict:
    """The figures of a period and what they depend on, as `freeze` says."""
    found = [figures(store, period.year, by=by, cut_off=period.last) for by in ((), ("community",), ("month",))]
    told = ["indicator", "community", "month", "value", "numerator", "denominator", "missing", "rows"]
    lines = [
        {name: exports.plain(cell) for name, cell in line.items()}
        for frame in found
        for line in frame[told].to_dict("records")
    ]
    with reading(store) as conn:
        places, has_sample = units(conn), sample.loaded(conn)
    return {
        "year": period.year,
        "cut_off": period.last.isoformat(),
        "figures": sorted(lines, key=lambda line: [line[name] or "" for name in ("indicator", "community", "month")]),
        "indicators": {
            code: {
                **{name: dict(getattr(one, name)) for name in ("name", "unit", "meaning")},
                "effective_from": one.effective_from.isoformat(),
            }
            for code, one in catalogue(store).on(period.last).items()
        },
        "units": {
            one.code: {name: exports.plain(getattr(one, name)) for name in ("name", "opened_on", "closed_on")}
            for one in places
        },
        "tickets": {
            street: list(span)
            for street, span in sources.tickets(store, [one.code for one in places], period.last).spans.items()
        },
        "sample": has_sample,
    }


def _canonical(found: dict) -> bytes:
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _kept(store, number: int) -> dict:
    """The figures of a snapshot. Raises Refusal where there is none, or where its bytes are not those frozen."""
    part = next((part for part in snapshots.parts(store, number) if part.name == FIGURES), None)
    if part is None or not part.sound:
        raise Refusal(DAMAGED, id=number, name=FIGURES)
    return json.loads(part.content)


# ------------------------------------------------------------------------------------ what happened since


def changes(store, number: int, language: str = "zh") -> pd.DataFrame:
    """What was written since a freeze and alters its figures: one line per stored row that came, went or was revised
    × frozen figure it alters, the earliest first. What was recorded and voided again since, or lies after the
    cut-off, alters none and has no line. Columns:

    indicator, name, unit      the figure altered, with its unit of measure
    community, community_name  whose figure: None is the whole street's, which counts a row once; a code that of a
                               community as it sees itself
    month                      "2024-03" for a month's figure, else None
    day                        the day by which the row counts
    what                       a key of WHAT: recorded, revised, voided; or what no row says: definition, sample (the
                               synthetic year was taken out), source (from which month tickets are counted), units;
                               unexplained where nothing in the store accounts for it
    old, new                   float64, what the row adds to the figure, of a rate to its numerator; NaN: nothing. Of
                               what no row says: the figure without and with it
    old_base, new_base         the same of a rate's denominator
    by, at, reason             who did it, when (UTC), why, as far as the store can tell
    place, place_name          the community of the row
    title, id, ticket          the row: its title, and the entry's number or the ticket's

    For every figure that is counted, of the street, a community or a month: frozen value + Σ (new - old) = the figure
    now; for the two sides of a rate likewise. No line means that every frozen figure is equal now.

    Raises Refusal for an unknown snapshot and one whose bytes are not those frozen.
    """
    return since(store, number, language).changes


def moved(store, number: int, language: str = "zh") -> pd.DataFrame:
    """The frozen figures whose value is another now: indicator, name, unit, community, community_name, month as
    in `changes`; frozen, now, difference (float64, NaN is "—"); changes: how many lines of `changes` explain it.
    Raises what `changes` raises."""
    return since(store, number, language).moved


def since(store, number: int, language: str = "zh") -> Since:
    """`changes` and `moved`, of one moment."""
    frozen, kept = snapshots.get(store, number), _kept(store, number)

    def ask() -> Since:
        return _since(store, frozen, kept, language)

    found = _of_one_moment(store, ask)
    if found is None:  # on a busy day writers wait once, or figures and rows would not be of one moment
        with undisturbed(store):
            found = ask()
    return found


def told_once(found: pd.DataFrame) -> pd.DataFrame:
    """Of `changes` one line per row and indicator, as a person reads them: that of the whole street; where the street's
    figure stays as it is, those of communities; where theirs do too, those of months."""
    level = found["community"].notna() + 2 * found["month"].notna()
    same = [found[name].fillna("") for name in ("indicator", "what", "id", "ticket")]
    return found[level == level.groupby(same).transform("min")].reset_index(drop=True)


def told(found: pd.DataFrame, language: str = "zh") -> pd.DataFrame:
    """`changes`, or some of its lines, as a person reads them, line by line; headings and words in `language`.

    The community is the one whose figure it is, or of a line of the whole street's that of the row. Columns without
    a word in them are left out.
    """

    def amounts(of: str, base: str) -> list[str]:
        return [
            exports.number(n) if pd.isna(whole) else f"{exports.number(n)}/{exports.number(whole)}"
            for n, whole in zip(found[of], found[base], strict=True)
        ]

    columns = {
        "指标": found["name"],
        "社区": found["community_name"].fillna(found["place_name"]),
        "月份": found["month"],
        "日期": found["day"],
        "改动": [translate(WHAT[what], language) for what in found["what"]],
        "原计": amounts("old", "old_base"),
        "现计": amounts("new", "new_base"),
        "经办人": found["by"],
        "原因": found["reason"],
        "名称": found["title"],
        "时间": [exports.local(at) for at in found["at"]],
        "编号": found["id"].fillna(found["ticket"]),
    }
    shown = pd.DataFrame({name: pd.Series(list(cells), dtype=object) for name, cells in columns.items()})
    shown = shown.where(shown.notna(), None)
    return shown[[name for name in shown if shown[name].notna().any()]].rename(
        columns=lambda name: translate(name, language)
    )


class _Both(NamedTuple):
    """A year as it was frozen and as it is: what `freeze` says of figures.json, and its figures by key."""

    store: Any
    frozen: Snapshot
    then: dict
    now: dict
    old: dict[Key, dict]
    new: dict[Key, dict]
    known: Catalogue
    names: dict[str, str]
    language: str

    @property
    def meanings(self) -> dict[str, Indicator]:
        return self.known.on(self.frozen.cut_off)

    @property
    def keys(self) -> list[Key]:
        """The figures of the indicators that were frozen, in the catalogue's order: the whole, communities, months."""
        order = {code: n for n, code in enumerate(self.meanings)}
        found = (key for key in {*self.old, *self.new} if key[0] in self.then["indicators"])
        return sorted(found, key=lambda key: (order[key[0]], key[2] or "", key[1] or ""))

    def said(self, key: Key) -> dict:
        """A figure's key and what people see for it."""
        indicator, community, month = key
        meaning = self.then["indicators"][indicator]
        words = {name: meaning[name][self.language] for name in ("name", "unit")}
        place = self.place(community, indicator)
        return {"indicator": indicator, **words, "community": community, "community_name": place, "month": month}

    def place(self, code: str | None, indicator: str) -> str | None:
        return _place(code, indicator, self.names, self.known, self.language)


def _since(store, frozen: Snapshot, then: dict, language: str) -> Since:
    now = _figures(store, Period(frozen.year, frozen.cut_off))
    names = labels(_units(now).values())
    both = _Both(store, frozen, then, now, _by_key(then), _by_key(now), catalogue(store), names, language)
    lines = _written(both)
    lines += _unsaid(both, lines)
    return Since(_changes(both, lines), _moved(both, lines))


def _written(both: _Both) -> list[dict]:
    """The lines of the rows written since."""
    frozen, period = both.frozen, Period(both.frozen.year, both.frozen.cut_off)
    # Units and sources as they were and as they are: a daily count that tickets have replaced since counted then.
    sides = [
        (_units(one), Tickets({street: tuple(span) for street, span in one["tickets"].items()}, period.last))
        for one in (both.then, both.now)
    ]
    uses, lines = _uses(both.meanings, both.then["indicators"]), []
    figures_of = {*both.old, *both.new}  # a street's own ratio of nothing, and the like, is no figure of either
    for row, before, after in contributions(both.store, frozen.batch, period, both.meanings, *sides):
        for key, (top, base, day) in _cells(uses, before, after).items():
            differ = any((old or 0) != (new or 0) for old, new in (top, base))
            # A zero in a blank alters the figure where nobody else reported; a second zero does not.
            blanks = {_value(some, key) is None for some in (both.old, both.new)}
            altered = differ or ((top[0] is None) != (top[1] is None) and len(blanks) == 2)
            if altered and key in figures_of:
                lines.append(_line(key, top, base, row._asdict() | {"day": day}))
    return lines


def _changes(both: _Both, lines: list[dict]) -> pd.DataFrame:
    at = {key: n for n, key in enumerate(both.keys)}

    def order(line: dict) -> tuple:
        return (
            line["at"] is None,
            line["at"] or both.frozen.recorded_at,
            line["id"] or line["ticket"] or "",
            at[line["key"]],
        )

    rows = [
        line | both.said(line["key"]) | {"place_name": both.place(line["place"], line["key"][0])}
        for line in sorted(lines, key=order)
    ]
    counts = dict.fromkeys(("old", "new", "old_base", "new_base"), "float64")
    return pd.DataFrame(rows, columns=CHANGES, dtype=object).astype(counts)


def _moved(both: _Both, lines: list[dict]) -> pd.DataFrame:
    explained = Counter(line["key"] for line in lines)
    rows = []
    for key in both.keys:
        was, now = _value(both.old, key), _value(both.new, key)
        if was != now:
            rows.append(
                both.said(key) | {"frozen": was, "now": now, "difference": _less(now, was), "changes": explained[key]}
            )
    values = dict.fromkeys(("frozen", "now", "difference"), "float64") | {"changes": "int64"}
    return pd.DataFrame(rows, columns=MOVED, dtype=object).astype(values)


def _less(more: float | None, less: float | None) -> float | None:
    return None if more is None or less is None else round(more - less, 6)


def _by_key(found: dict) -> dict[Key, dict]:
    return {(line["indicator"], line["community"], line["month"]): line for line in found["figures"]}


def _value(found: Mapping[Key, dict], key: Key) -> float | None:
    return found[key]["value"] if key in found else None  # a community without a line has nothing to show


def _units(found: dict) -> dict[str, Unit]:
    def day(text: str | None) -> date | None:
        return text and date.fromisoformat(text)

    return {
        code: Unit(code, one["name"], level_of(code), day(one["opened_on"]), day(one["closed_on"]))
        for code, one in found["units"].items()
    }


def _place(code: str | None, indicator: str, names: Mapping[str, str], known: Catalogue, language: str) -> str | None:
    """What people see for a unit: a street's own is what it holds itself, or what awaits a community."""
    name = code and names.get(code, code)
    if code is None or level_of(code) == "community":
        return name
    titled = known.kinds[known.indicators[indicator].kind].titled
    return translate(STREET_ITSELF if titled else UNASSIGNED, language, name=name)


def _line(key: Key, top: Iterable, base: Iterable, row: dict) -> dict:
    """A line of `changes`, its figure yet to be named."""
    return row | dict(zip(("old", "new", "old_base", "new_base"), (*top, *base), strict=True)) | {"key": key}


def _uses(meanings: Mapping[str, Indicator], codes: Iterable[str]) -> dict[str, list[tuple[str, int, float]]]:
    """Counted leaf → the figures it adds to, as (indicator, 0: value or numerator, 1: denominator; weight)."""
    found: dict[str, list[tuple[str, int, float]]] = {}
    for code in codes:
        for side, some in enumerate(_made_of(meanings, code)):
            for leaf, weight in some.items():
                found.setdefault(leaf, []).append((code, side, weight))
    return found


def _made_of(meanings: Mapping[str, Indicator], code: str) -> tuple[dict[str, float], dict[str, float]]:
    """The leaves of a figure with their weights: those it sums, or of a rate those above and those below the line."""
    meaning = meanings[plain(code)]
    if meaning.adds == "ratio":
        *tops, bottom = (windowed(part, meaning.counted_on) for part in meaning.parts)
        weights = meaning.weights or (1,) * len(tops)
        return _added(_weighed(meanings, tops, weights)), _added(_weighed(meanings, [bottom], [1]))
    return _added(_weighed(meanings, [code], [1])), {}


def _weighed(meanings: Mapping[str, Indicator], codes: Iterable[str], weights: Iterable[float]):
    for code, weight in zip(codes, weights, strict=True):
        meaning = meanings[plain(code)]
        if meaning.adds == "sum_of":
            yield from _weighed(meanings, meaning.parts, [weight] * len(meaning.parts))
        else:
            yield code, weight


def _added(pairs: Iterable[tuple[str, float]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for code, weight in pairs:
        found[code] = found.get(code, 0) + weight
    return found


def _cells(uses: Mapping, before: Mapping, after: Mapping) -> dict[Key, list]:
    """What one row adds to each figure before and after: key → [[old, new], [old base, new base], day].

    Who was called back and not asked adds to a rate's denominator and nothing to its numerator: 0, not a blank.
    """
    found: dict[Key, list] = {}
    for at, some in enumerate((before, after)):
        for (leaf, community, month), (quantity, day) in some.items():
            for indicator, side, weight in uses.get(leaf, ()):
                cell = found.setdefault((indicator, community, month), [[None, None], [None, None], day])
                cell[side][at] = round((cell[side][at] or 0) + weight * quantity, 6)
                cell[0][at] = cell[0][at] or 0
                cell[2] = day
    return found


def _unsaid(both: _Both, lines: list[dict]) -> list[dict]:
    """What the rows leave unsaid: for each figure that is not the frozen one and all they add, how far it is from that
    and what did it. And each definition recorded since, for it changes what the figure means."""
    sums: dict[Key, list[float]] = {}
    for line in lines:
        cell = sums.setdefault(line["key"], [0, 0])
        cell[0] += (line["new"] or 0) - (line["old"] or 0)
        cell[1] += (line["new_base"] or 0) - (line["old_base"] or 0)
    meanings, found = both.meanings, []
    causes = {code: _cause(both, code) for code in both.then["indicators"]}
    for key in both.keys:
        names = ("numerator", "denominator") if meanings[key[0]].adds == "ratio" else ("value", None)
        was, now = ([one.get(key, {}).get(name) for name in names] for one in (both.old, both.new))
        adds = sums.get(key, (0, 0))
        without = [n if more == 0 else round((n or 0) + more, 6) for n, more in zip(was, adds, strict=True)]
        appeared = key not in sums and _value(both.old, key) != _value(both.new, key)
        if appeared or any(abs((n or 0) - (w or 0)) > 1e-6 for w, n in zip(without, now, strict=True)):
            found.append(_line(key, *zip(without, now, strict=True), causes[key[0]]))
    told = {line["key"] for line in found}
    for code, cause in causes.items():
        whole = (code, None, None)
        if _defined_from(both.then, code) != _defined_from(both.now, code) and whole not in told:
            found.append(_line(whole, [_value(both.new, whole)] * 2, [None, None], cause))
    return found


def _cause(both: _Both, code: str) -> dict:
    """What changed a figure although no row did, as the columns of a line that tell of a row."""
    row, then, now = dict.fromkeys(("day", *Row._fields)), both.then, both.now

    def said(what: str, message: str, **params) -> dict:
        return row | {"what": what, "reason": translate(message, both.language, **params)}

    for part in _whole_family(both.meanings, code):
        if _defined_from(then, part) != _defined_from(now, part):
            meaning = both.meanings[part]
            day = meaning.effective_from
            at, by = snapshots.defined(both.store, part, day)
            text = "“{name}”的口径自 {day} 起：{meaning}"
            anew = said("definition", text, name=meaning.name, day=day, meaning=meaning.meaning)
            return anew | {"day": day, "by": by, "at": at}
    if then["sample"] and not now["sample"]:
        return said("sample", "示例数据已移除，其中的记录不留痕迹")
    if code.startswith("hotline.") and then["tickets"] != now["tickets"]:
        spans = {name: _spans(one["tickets"], both.language) for name, one in (("old", then), ("new", now))}
        return said("source", "由工单计数的月份：原为 {old}，现为 {new}", **spans)
    if then["units"] != now["units"]:
        codes = [
            one for one in sorted({*then["units"], *now["units"]}) if then["units"].get(one) != now["units"].get(one)
        ]
        names = [(now["units"].get(one) or then["units"][one])["name"] for one in codes]
        return said("units", "社区的设立、撤销或名称有变动：{names}", names=names)
    return said("unexplained", "没有找到说明它的记录，请运行 python -m db verify")


def _defined_from(found: dict, code: str) -> str | None:
    """The day from which the definition of an indicator holds; it tells one definition from another."""
    return found["indicators"].get(code, {}).get("effective_from")


def _whole_family(meanings: Mapping[str, Indicator], code: str) -> list[str]:
    """An indicator and all it is made of."""
    parts = [one for part in meanings[code].parts for one in _whole_family(meanings, part)]
    return list(dict.fromkeys([code, *parts]))


def _spans(tickets: Mapping[str, list[int]], language: str) -> str:
    def month(number: int) -> str:
        return f"{number // 100}-{number % 100:02d}"

    spans = [f"{month(low)}–{month(high)}" if high else f"{month(low)}–" for low, high in sorted(tickets.values())]
    return translate("、", language).join(dict.fromkeys(spans)) or translate("无", language)


# ------------------------------------------------------------------------------------ side by side


def compare(store, first: int, second: int, language: str = "zh") -> pd.DataFrame:
    """Two frozen years side by side, as they were frozen: one line per figure that either has.

    indicator, name, unit, community, community_name, month as in `changes` (the month without its year, "03", where
    the years are two); first, second, difference (second less first; float64, NaN is "—"); note: that the definition
    is another one. Raises Refusal for an unknown snapshot and one whose bytes are not those frozen.
    """
    kept = [_kept(store, number) for number in (first, second)]
    known, same_year = catalogue(store), kept[0]["year"] == kept[1]["year"]
    both = []
    for one in kept:
        found = _by_key(one)
        both.append(found if same_year else {(c, u, m and m[5:]): line for (c, u, m), line in found.items()})
    names = labels((_units(kept[0]) | _units(kept[1])).values())
    told = kept[0]["indicators"] | kept[1]["indicators"]
    order = {code: n for n, code in enumerate(known.versions)}
    rows = []
    for key in sorted({*both[0], *both[1]}, key=lambda key: (key[2] or "", key[1] or "", order[key[0]])):
        indicator, community, month = key
        was, now = (_value(one, key) for one in both)
        meant = {_defined_from(one, indicator) for one in kept} - {None}
        rows.append(
            (indicator, told[indicator]["name"][language], told[indicator]["unit"][language], community)
            + (_place(community, indicator, names, known, language), month, was, now, _less(now, was))
            + (translate("口径不同", language) if len(meant) > 1 else None,)
        )
    values = dict.fromkeys(("first", "second", "difference"), "float64")
    return pd.DataFrame(rows, columns=COMPARED, dtype=object).astype(values)
