"""A year as a named person froze it, what the ledger did to its figures since, and two frozen years side by side."""

import json
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
from metrics.contributions import contributions
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
    numbers = ("value", "numerator", "denominator", "missing", "rows")
    lines = [
        {name: exports.plain(line[name]) for name in ("indicator", "community", "month", *numbers)}
        for by in ((), ("community",), ("month",))
        for line in figures(store, period.year, by=by, cut_off=period.last).to_dict("records")
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


def _since(store, frozen: Snapshot, kept: dict, language: str) -> Since:
    period = Period(frozen.year, frozen.cut_off)
    today, known = _figures(store, period), catalogue(store)
    meanings = known.on(period.last)
    old, new = _by_key(kept), _by_key(today)
    # Units and sources as they were and as they are: a daily count that tickets have replaced since counted then.
    spans = [{street: tuple(months) for street, months in one["tickets"].items()} for one in (kept, today)]
    sides = [(_units(one), Tickets(span, period.last)) for one, span in zip((kept, today), spans, strict=True)]
    uses = _uses(meanings, kept["indicators"])
    lines: list[dict] = []
    for row, before, after in contributions(store, frozen.batch, period, meanings, *sides):
        for key, cell in _cells(uses, before, after).items():
            (top, base), day = cell[:2], cell[2]
            differ = any((was or 0) != (now or 0) for was, now in (top, base))
            # A zero in a blank alters the figure where nobody else reported; a second zero does not.
            filled = (top[0] is None) != (top[1] is None) and _blank(old, key) != _blank(new, key)
            if differ or filled:
                lines.append(_line(key, top, base, day=day, **row._asdict()))
    lines += _unsaid(store, kept, today, meanings, old, new, lines, language)
    short, order = labels(sides[1][0].values()), {code: n for n, code in enumerate(meanings)}

    def placed(code: str | None, indicator: str) -> str | None:
        return _place(code, indicator, short, known, language)

    for line in lines:
        meaning = kept["indicators"][line["indicator"]]
        line |= {name: meaning[name][language] for name in ("name", "unit")}
        line["community_name"] = placed(line["community"], line["indicator"])
        line["place_name"] = placed(line["place"], line["indicator"])
    lines.sort(
        key=lambda line: (
            *(line["at"] is None, line["at"] or frozen.recorded_at, line["id"] or line["ticket"] or ""),
            *(order[line["indicator"]], line["month"] or "", line["community"] or ""),
        )
    )
    counts = dict.fromkeys(("old", "new", "old_base", "new_base"), "float64")
    listed = pd.DataFrame(lines, columns=CHANGES, dtype=object).astype(counts)
    explained: dict[Key, int] = {}
    for line in lines:
        key = (line["indicator"], line["community"], line["month"])
        explained[key] = explained.get(key, 0) + 1
    rows = []
    for key in sorted({*old, *new}, key=lambda key: (order[key[0]], key[2] or "", key[1] or "")):
        was, now = _value(old, key), _value(new, key)
        if key[0] in kept["indicators"] and was != now:
            meaning = kept["indicators"][key[0]]
            difference = None if was is None or now is None else round(now - was, 6)
            rows.append(
                (key[0], meaning["name"][language], meaning["unit"][language], key[1], placed(key[1], key[0]), key[2])
                + (was, now, difference, explained.get(key, 0))
            )
    values = dict.fromkeys(("frozen", "now", "difference"), "float64") | {"changes": "int64"}
    return Since(listed, pd.DataFrame(rows, columns=MOVED, dtype=object).astype(values))


def _by_key(found: dict) -> dict[Key, dict]:
    return {(line["indicator"], line["community"], line["month"]): line for line in found["figures"]}


def _value(found: Mapping[Key, dict], key: Key) -> float | None:
    return found[key]["value"] if key in found else None  # a community without a line has nothing to show


def _blank(found: Mapping[Key, dict], key: Key) -> bool:
    return _value(found, key) is None


def _units(found: dict) -> dict[str, Unit]:
    def day(text: str | None) -> date | None:
        return text and date.fromisoformat(text)

    return {
        code: Unit(code, one["name"], level_of(code), day(one["opened_on"]), day(one["closed_on"]))
        for code, one in found["units"].items()
    }


def _place(code: str | None, indicator: str, short: Mapping[str, str], known: Catalogue, language: str) -> str | None:
    """What people see for a unit: a street's own is what it holds itself, or what awaits a community."""
    if code is None or level_of(code) == "community":
        return code and short.get(code, code)
    titled = known.kinds[known.indicators[indicator].kind].titled
    return translate(STREET_ITSELF if titled else UNASSIGNED, language, name=short.get(code, code))


def _line(key: Key, top: Iterable, base: Iterable, **row) -> dict:
    numbers = dict(zip(("old", "new", "old_base", "new_base"), (*top, *base), strict=True))
    return dict(zip(("indicator", "community", "month"), key, strict=True)) | numbers | row


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


def _unsaid(
    store,
    kept: dict,
    today: dict,
    meanings: Mapping[str, Indicator],
    old: Mapping[Key, dict],
    new: Mapping[Key, dict],
    lines: list[dict],
    language: str,
) -> list[dict]:
    """What the rows leave unsaid: for each figure that is not the frozen one and all they add, how far it is from that
    and what did it. And each definition recorded since, for it changes what the figure means."""
    sums: dict[Key, list[float]] = {}
    for line in lines:
        cell = sums.setdefault((line["indicator"], line["community"], line["month"]), [0, 0])
        cell[0] += (line["new"] or 0) - (line["old"] or 0)
        cell[1] += (line["new_base"] or 0) - (line["old_base"] or 0)
    found = []
    causes = {code: _cause(store, code, kept, today, meanings, language) for code in kept["indicators"]}
    for key in {*old, *new}:
        if key[0] not in kept["indicators"]:
            continue
        names = ("numerator", "denominator") if meanings[key[0]].adds == "ratio" else ("value", None)
        was, now = ([one.get(key, {}).get(name) for name in names] for one in (old, new))
        adds = sums.get(key, (0, 0))
        without = [n if more == 0 else round((n or 0) + more, 6) for n, more in zip(was, adds, strict=True)]
        appeared = key not in sums and _value(old, key) != _value(new, key)
        if appeared or any(abs((n or 0) - (w or 0)) > 1e-6 for w, n in zip(without, now, strict=True)):
            found.append(_line(key, *zip(without, now, strict=True), **causes[key[0]]))
    told = {line["indicator"] for line in found if line["community"] is None and line["month"] is None}
    for code, cause in causes.items():
        whole = (code, None, None)
        anew = kept["indicators"][code]["effective_from"] != today["indicators"][code]["effective_from"]
        if anew and code not in told:
            found.append(_line(whole, [_value(new, whole)] * 2, [None, None], **cause))
    return found


def _cause(store, code: str, kept: dict, today: dict, meanings: Mapping[str, Indicator], language: str) -> dict:
    """What changed a figure although no row did, as the last columns of a line of `changes`."""
    row = dict.fromkeys(("day", "by", "at", "reason", "place", "title", "id", "ticket"))

    def said(what: str, message: str, **params) -> dict:
        return row | {"what": what, "reason": translate(message, language, **params)}

    for part in _whole_family(meanings, code):
        was, now = (one["indicators"].get(part, {}).get("effective_from") for one in (kept, today))
        if was != now:
            day = date.fromisoformat(now)
            at, by = snapshots.defined(store, part, day)
            meaning = meanings[part].meaning
            text = "“{name}”的口径自 {day} 起：{meaning}"
            anew = said("definition", text, name=meanings[part].name, day=day, meaning=meaning)
            return anew | {"day": day, "by": by, "at": at}
    if kept["sample"] and not today["sample"]:
        return said("sample", "示例数据已移除，其中的记录不留痕迹")
    if code.startswith("hotline.") and kept["tickets"] != today["tickets"]:
        spans = [_spans(one["tickets"], language) for one in (kept, today)]
        return said("source", "由工单计数的月份：原为 {old}，现为 {new}", old=spans[0], new=spans[1])
    if kept["units"] != today["units"]:
        either = [*today["units"], *(code for code in kept["units"] if code not in today["units"])]
        names = [
            (today["units"].get(code) or kept["units"][code])["name"]
            for code in either
            if kept["units"].get(code) != today["units"].get(code)
        ]
        return said("units", "社区的设立、撤销或名称有变动：{names}", names=names)
    return said("unexplained", "没有找到说明它的记录，请运行 python -m db verify")


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
    short = labels((_units(kept[0]) | _units(kept[1])).values())
    told = kept[0]["indicators"] | kept[1]["indicators"]
    order = {code: n for n, code in enumerate(known.versions)}
    rows = []
    for key in sorted({*both[0], *both[1]}, key=lambda key: (key[2] or "", key[1] or "", order[key[0]])):
        indicator, community, month = key
        was, now = (_value(one, key) for one in both)
        meant = {one["indicators"].get(indicator, {}).get("effective_from") for one in kept} - {None}
        rows.append(
            (indicator, told[indicator]["name"][language], told[indicator]["unit"][language], community)
            + (_place(community, indicator, short, known, language), month, was, now)
            + (None if was is None or now is None else round(now - was, 6),)
            + (translate("口径不同", language) if len(meant) > 1 else None,)
        )
    values = dict.fromkeys(("first", "second", "difference"), "float64")
    return pd.DataFrame(rows, columns=COMPARED, dtype=object).astype(values)
