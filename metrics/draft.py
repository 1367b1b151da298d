"""The annual report drafted: the office's wording (metrics/templates.py) filled with the figures of the store.

No number is typed and no claim is taken on trust: a sentence whose figure is blank, or whose claim the store does not
bear out, is left out and said so. The report itself is Chinese in every language.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import takewhile
from typing import Any, NamedTuple

import pandas as pd

from db import reports, settings
from db.engine import china_day, reading
from db.language import Problem, Refusal, month_name
from db.reports import Waiver
from metrics import papers, templates, wording
from metrics.catalogue import Catalogue, Indicator, catalogue, leaves, plain
from metrics.exports import number, share
from metrics.figures import Period, expected_days, figures, rows
from metrics.paper_charts import Chart
from metrics.papers import Asked, Paragraph, Piece, Table
from metrics.proofs import Proof, Verdict, proof
from metrics.templates import CLAIMS, FIGURE, Line, Slot, parse, written
from metrics.workdays import calendar

FILE = "法治政府建设年度报告草稿"
# The report's own words, which are Chinese in every language.
_WORDS = {
    "day": "{day.year}年{day.month}月{day.day}日",
    "period": "{first.year}年{first.month}月{first.day}日至{last.month}月{last.day}日",
    "no office": "【待写：单位名称】",
    "nothing": "【待写：本节的句子都没有写入，原因见附录】",
    "unknown": "缺报无法计算：{why}。",
    "missing": "〔缺报{n}份〕",
    "missing before": "〔上年缺报{n}份〕",
    "chart by month": "{name}（按月，{period}）",
    "chart by community": "{name}（分社区，{period}）",
    "month": "月份",
    "community": "社区",
    "year": "{year}年",
    "year before": "{year}年同期",
    "totals": ("指标", "单位", "本期", "上年同期", "备注"),
    "appendix": "附录",
    "appendix title": "数据依据与核对方法",
    "appendix note": "本附录由法治台账随草稿生成，供核对用，报送前可删去。"
    "每个数字列出指标、口径、准确数、背后的记录条数，以及查看这些记录的命令。统计期间：{period}。",
    "evidence": ("序号", "指标", "准确数", "记录（条）", "截至日"),
    "meaning": "编码 {code}，口径（{day}起）：{meaning}",
    "before": "上年同期{value}，记录{n}条：{command}",
    "rows": "python -m metrics rows {0.indicator} --year {0.year} --cut-off {0.cut_off}",
    "waived": "缺报{n}份，豁免原因：{reason}（{by}，{at}）",
    "not waived": "缺报{n}份，未豁免",
    "claims": "写入正文的判断",
    "claim": "“{words}”：{basis}。",
    "proved": "{sentence}核对命令：{command}",
    "none": "{name}为0",
    "all": "{name}{top}，{whole}{bottom}",
    "waivers": "已豁免的缺报",
    "waiver": "{name}（{code}）{what}。",
    "left out": "未写入正文的句子",
    "sentence": "第{number}行“{sentence}”：{reasons}。",
    "and more": "等{n}条",
    "; ": "；",
    "slot": "【{}】",
    ":": "：",
}
_SHOWN = 3  # reasons told of one sentence in the appendix


@dataclass(frozen=True)
class LeftOut:
    """A sentence (as it stands in the template, at line `number`) that is not in the draft, and every reason."""

    number: int
    sentence: str
    reasons: list[Problem]


class Missing(NamedTuple):
    """A figure of the draft with `missing` daily reports behind it; `waiver`: the one that holds, if it covers them."""

    asked: Asked
    name: dict[str, str]
    missing: int
    waiver: Waiver | None


class Span(NamedTuple):
    """Where in `Draft.plain` a figure or a claim stands, and what it was made of."""

    start: int
    end: int
    text: str
    asked: Asked | None


@dataclass(frozen=True)
class Draft:
    """The report as drafted.

    figures    everything it was made of, in order; `beside`: last year's figures that stand beside them
    claims     the slots of the claims that hold, with what each rests on
    missing    the figures with daily reports missing
    unknown    why nobody can tell which are missing, where the year's holiday notice is not known
    """

    office: str
    period: Period
    paragraphs: list[Paragraph]
    left_out: list[LeftOut]
    figures: list[Asked]
    beside: list[Asked]
    claims: dict[str, str]
    missing: list[Missing]
    unknown: Problem | None = None

    @property
    def title(self) -> str:
        return self.paragraphs[0].text if self.paragraphs else ""

    @property
    def lines(self) -> list[Paragraph]:
        """The paragraphs that are text."""
        return [one for one in self.paragraphs if not one.chart and not one.table]

    @property
    def plain(self) -> str:
        """The text, a line each paragraph, without charts and tables."""
        return "\n".join(one.text for one in self.lines)

    @property
    def spans(self) -> list[Span]:
        """The figures and claims of `plain`, in order."""
        found, at = [], 0
        for one in self.lines:
            for piece in one.pieces:
                if piece.sort in ("figure", "claim"):
                    found.append(Span(at, at + len(piece.text), piece.text, piece.asked))
                at += len(piece.text)
            at += 1
        return found

    @property
    def unwaived(self) -> list[Missing]:
        """The figures that bear a note."""
        return [one for one in self.missing if not one.waiver]


def text(store, year: int, cut_off: date | None = None, template: str | None = None) -> Draft:
    """The report of a year up to `cut_off`, in the office's wording in force unless another `template` is given.

    Raises Refusal for a year that is none, Rejected for a template that cannot be filled (metrics.templates.parse).
    """
    if template is None:
        template = reports.wording(store).text
    facts = _Facts(store, Period.of(year, cut_off), catalogue(store))
    lines = parse(template or templates.shipped(), facts.known)
    made, left_out = {}, []
    for line in lines:
        made[line.number], without = _paragraphs(line, facts)
        left_out += without
    paragraphs = []
    for n, line in enumerate(lines):
        paragraphs += made[line.number]
        below = list(takewhile(lambda one: one.sort in ("body", "point"), lines[n + 1 :]))
        if line.sort in ("part", "section") and below and not any(made[one.number] for one in below):
            paragraphs.append(Paragraph("body", (Piece(_WORDS["nothing"], "to_write"),), line.number))
    missing = [one for asked in facts.used | facts.beside if (one := facts.missing(asked))]
    used = list(facts.used), list(facts.beside)
    return Draft(facts.office, facts.period, paragraphs, left_out, *used, facts.held, missing, facts.unknown)


def document(store, year: int, cut_off: date | None = None) -> bytes:
    """The report as a Word document with native charts and the appendix of its figures. The same store gives the same
    bytes. Raises what `text` does."""
    return as_document(store, text(store, year, cut_off))


def without_appendix(text: str) -> str:
    """The text of a drafted report without the appendix of its figures."""
    return text.partition(f"\n{_WORDS['appendix']}\n{_WORDS['appendix title']}\n")[0]


def as_document(store, found: Draft) -> bytes:
    """A draft as `document` gives it."""
    pages = [*found.paragraphs, *appendix(store, found)]
    return papers.paper(pages, title=found.title, author=found.office, day=found.period.last)


def template_document(store, template: str) -> bytes:
    """A template as a Word document, slots and all, to be edited there and read back (metrics.papers.lines)."""
    lines = parse(template, catalogue(store))
    pages = [
        Paragraph("body" if one.sort in (templates.CHART, templates.TABLE) else one.sort, (Piece(one.text),))
        for one in lines
    ]
    return papers.paper(pages, title=lines[0].text, day=date(2000, 1, 1))


def offered(store, year: int, cut_off: date | None = None, language: str = "zh") -> pd.DataFrame:
    """The slots a template can have, and what each gives now: slot, gives (a reason in `language` where nothing)."""
    facts = _Facts(store, Period.of(year, cut_off), catalogue(store))
    found: list[tuple[str, str]] = []
    for code, meaning in facts.meanings.items():
        for how in (frozenset(), *map(frozenset, templates.FITS[meaning.adds == "ratio"])):
            words = [word for word, one in templates.HOW.items() if one in how]
            slot = Slot(_written(meaning.name["zh"], *words), FIGURE, code, how)
            against = _against(slot, facts)
            found.append((slot.written, against[0].text(language) if against else _figure(slot, facts)))
    for name, claim in CLAIMS.items():
        against = _unproved(name, facts)
        found.append((_written(name), against[0].text(language) if against else claim.words))
    for name, what in templates.OFFICE_WORDS.items():
        slot = Slot(_written(name), templates.OFFICE, what)
        found.append((slot.written, _office_word(slot, facts).text))
    return pd.DataFrame(found, columns=["slot", "gives"])


def _written(*parts: str) -> str:
    return _WORDS["slot"].format(_WORDS[":"].join(parts))


def waive(
    store, year: int, codes: Sequence[str], *, reason: str, by: str, cut_off: date | None = None
) -> dict[str, int]:
    """Let figures stand in a year's report with the daily reports that are missing by the cut-off; how many, by code.

    Raises Refusal for an indicator unknown or without anything missing, and without a reason or a name.
    """
    found = figures(store, year, cut_off=cut_off, indicators=codes)
    missing = {one.indicator: _count(one.missing) for one in found.itertuples()}
    for code, n in missing.items():
        if not n:
            raise Refusal("{name}没有缺报，不必豁免", name=dict(catalogue(store).indicators[code].name))
    reports.waive(store, year, missing, reason=reason, by=by)
    return missing


def take_back(store, year: int, codes: Sequence[str], *, by: str) -> None:
    """End waivers of a year's report: the figures are marked again. Raises Refusal for an indicator unknown, for one
    that is not waived, and without a name."""
    known, waived = catalogue(store).indicators, reports.waivers(store, year)
    for code in codes:
        if code not in known:
            raise Refusal("没有指标“{code}”，可在“设置”中查看全部指标", code=code)
        if code not in waived:
            raise Refusal("{name}没有豁免", name=dict(known[code].name))
    reports.take_back(store, year, codes, by=by)


class _Facts:
    """What a draft asks of the store, each thing once; and what it used of it, last year's figures `beside` this
    year's included."""

    def __init__(self, store, period: Period, known: Catalogue):
        self.store, self.period, self.known = store, period, known
        self.used: dict[Asked, None] = {}
        self.beside: dict[Asked, None] = {}
        self.held: dict[str, str] = {}
        with reading(store) as conn:
            self.office: str = settings.get(conn, "office")
            self.since: str | None = settings.get(conn, "reporting_since")

    @property
    def unknown(self) -> Problem | None:
        """Why it cannot be told which daily reports are missing; None where it can, or where none are due."""
        try:
            expected_days(calendar(self.store), self.period, self.since and date.fromisoformat(self.since))
        except Refusal as refusal:
            return Problem(refusal.message, refusal.params)
        return None

    @cached_property
    def meanings(self) -> dict[str, Indicator]:
        return self.known.on(self.period.last)

    @cached_property
    def now(self) -> dict[str, Any]:
        return self._lines(self.period)

    @cached_property
    def before(self) -> dict[str, Any]:
        return self._lines(self.period.before)

    def _lines(self, period: Period) -> dict[str, Any]:
        found = figures(self.store, period.year, cut_off=period.last)
        return {one.indicator: one for one in found.itertuples()}

    @cached_property
    def waivers(self) -> dict[int, dict[str, Waiver]]:
        years = (self.period.year, self.period.year - 1)
        return {year: reports.waivers(self.store, year) for year in years}

    @cached_property
    def proof(self) -> Proof:
        return proof(self.store, self.period.year, self.period.last)

    def asked(self, code: str, before: bool = False) -> Asked:
        period = self.period.before if before else self.period
        return Asked(code, period.year, period.last)

    def missing(self, asked: Asked) -> Missing | None:
        """What is missing behind a figure; None where nothing is."""
        lines = self.now if asked.year == self.period.year else self.before
        if not (n := _count(lines[asked.indicator].missing)):
            return None
        waiver = self.waivers[asked.year].get(asked.indicator)
        covered = waiver if waiver and n <= waiver.missing else None
        return Missing(asked, dict(self.meanings[asked.indicator].name), n, covered)

    def note(self, asked: Asked) -> Piece | None:
        """The mark of a figure whose daily reports are missing, until they are filed or waived."""
        one = self.missing(asked)
        word = "missing" if asked.year == self.period.year else "missing before"
        return Piece(_WORDS[word].format(n=one.missing), "note") if one and not one.waiver else None

    def shows(self, code: str, before: bool) -> list[Piece]:
        """Use a figure outside a sentence, with last year's `before` it where that is shown too; the notes of both."""
        asked = self.asked(code)
        self.used.setdefault(asked)
        notes = [self.note(asked)]
        if before:
            self.beside.setdefault(self.asked(code, True))
            notes.append(self.note(self.asked(code, True)))
        return [one for one in notes if one]


def _count(missing: object) -> int:
    return 0 if pd.isna(missing) else int(missing)


def _day(day: date) -> str:
    """2024年12月18日"""
    return _WORDS["day"].format(day=day)


def _period(period: Period) -> str:
    return _WORDS["period"].format(first=period.first, last=period.last)


def _paragraphs(line: Line, facts: _Facts) -> tuple[list[Paragraph], list[LeftOut]]:
    """A line of the template as what is written for it, and its sentences that are not."""
    if line.sort in (templates.CHART, templates.TABLE):
        (slot,) = line.slots
        made = _chart(slot, line, facts) if slot.sort == templates.CHART else _totals(line, facts)
        why = [] if made else [LeftOut(line.number, line.text, [Problem("没有可以画成图、列成表的数")])]
        return made, why
    pieces, left_out = [], []
    for sentence in line.sentences:
        reasons = [reason for slot in sentence if isinstance(slot, Slot) for reason in _against(slot, facts)]
        if reasons:
            left_out.append(LeftOut(line.number, written(sentence), reasons))
        else:
            pieces += _sentence(sentence, facts)
    return ([Paragraph(line.sort, tuple(pieces), line.number)] if pieces else []), left_out


def _against(slot: Slot, facts: _Facts) -> list[Problem]:
    """Why a slot cannot be filled: a figure that is blank, a claim that is not borne out."""
    if slot.sort == FIGURE:
        one = facts.now[slot.name]
        blank = pd.isna(one.previous if templates.BEFORE in slot.how else one.value)
        name = {"name": facts.meanings[slot.name].name}
        return (
            [Problem("{name}上年同期没有数" if templates.BEFORE in slot.how else "{name}没有数", name)] if blank else []
        )
    return _unproved(slot.name, facts) if slot.sort == templates.CLAIM else []


def _verdict(slot: str, facts: _Facts) -> Verdict:
    return next(one for one in facts.proof.verdicts if one.claim == CLAIMS[slot].words)


def _unproved(slot: str, facts: _Facts) -> list[Problem]:
    """What stands against a claim; nothing where it holds."""
    claim = CLAIMS[slot]
    if claim.test == templates.PROVED:
        return _verdict(slot, facts).reasons
    lines = [facts.now[code] for code in claim.indicators]
    names = [facts.meanings[code].name for code in claim.indicators]
    blank = [
        Problem("{name}没有数", {"name": name}) for name, one in zip(names, lines, strict=True) if pd.isna(one.value)
    ]
    open_ones = [one for code in claim.indicators if (one := facts.missing(facts.asked(code))) and not one.waiver]
    blank += [Problem("{name}缺报 {n} 份，未豁免", {"name": one.name, "n": one.missing}) for one in open_ones]
    if blank:
        return blank
    first = {"name": names[0], "n": number(lines[0].value)}
    if claim.test == templates.NONE:
        return [Problem("{name}是 {n}，不是 0", first)] if lines[0].value else []
    whole = {"whole": names[1], "all": number(lines[1].value)}
    whole_done = lines[0].value == lines[1].value and lines[1].value > 0
    return [] if whole_done else [Problem("{name}是 {n}，{whole}是 {all}", first | whole)]


def _sentence(sentence: tuple[str | Slot, ...], facts: _Facts) -> Iterator[Piece]:
    """A sentence with its slots filled; a note stands behind the figure's unit, once for each figure."""
    note, unit, noted = None, "", set()
    for piece in sentence:
        if note and isinstance(piece, str) and piece.startswith(unit):
            yield from (Piece(unit), note)
            piece, note = piece[len(unit) :], None
        if note:
            yield note
            note = None
        if isinstance(piece, str):
            if piece:
                yield Piece(piece)
        elif piece.sort == FIGURE:
            asked = facts.asked(piece.name, templates.BEFORE in piece.how)
            facts.used.setdefault(asked)
            yield Piece(_figure(piece, facts), "figure", asked)
            if asked not in noted and (note := facts.note(asked)):
                noted.add(asked)
                unit = facts.meanings[piece.name].unit["zh"]
        elif piece.sort == templates.CLAIM:
            yield _claimed(piece.name, facts)
        else:
            yield _office_word(piece, facts)
    if note:
        yield note


def _figure(slot: Slot, facts: _Facts) -> str:
    """A figure as the report writes it: 9232, 200余, 99.74%, 385/386."""
    one = facts.now[slot.name]
    if templates.BASE in slot.how:
        return share(one.numerator, one.denominator).replace(",", "")
    value = one.previous if templates.BEFORE in slot.how else one.value
    if templates.ROUNDED in slot.how:
        return wording.rounded(int(value))
    meaning = facts.meanings[slot.name]
    return number(value).replace(",", "") + ("%" if meaning.adds == "ratio" else "")


def _claimed(slot: str, facts: _Facts) -> Piece:
    """A claim that holds, in its words; what it rests on is remembered for the appendix."""
    claim = CLAIMS[slot]
    if claim.test == templates.PROVED:
        command = f"python -m metrics overdue --year {facts.period.year} --cut-off {facts.period.last}"
        basis = _WORDS["proved"].format(sentence=facts.proof.sentence() + _verdict(slot, facts).note, command=command)
        facts.held[slot] = basis
        return Piece(claim.words, "claim")
    asked = [facts.asked(code) for code in claim.indicators]
    facts.used |= dict.fromkeys(asked)
    names = [facts.meanings[code].name["zh"] for code in claim.indicators]
    values = [number(facts.now[code].value) for code in claim.indicators]
    if claim.test == templates.NONE:
        facts.held[slot] = _WORDS["none"].format(name=names[0])
    else:
        said = {"name": names[0], "top": values[0], "whole": names[1], "bottom": values[1]}
        facts.held[slot] = _WORDS["all"].format(**said)
    return Piece(claim.words, "claim", asked[0])


def _office_word(slot: Slot, facts: _Facts) -> Piece:
    """The office's name and days; what a person is to write stays as it stands, marked."""
    if slot.sort != templates.OFFICE:
        return Piece(slot.written, "to_write")
    period = facts.period
    words = {
        "office": facts.office,
        "year": str(period.year),
        "next_year": str(period.year + 1),
        "cut_off": _day(period.last),
        "signed": _day(period.last),
    }
    return Piece(words[slot.name]) if words[slot.name] else Piece(_WORDS["no office"], "to_write")


def _chart(slot: Slot, line: Line, facts: _Facts) -> list[Paragraph]:
    """A figure by month, last year's beside it, or by community, the largest first; nothing where all is blank."""
    code, (by,) = slot.name, slot.how
    period, meaning = facts.period, facts.meanings[slot.name]
    found = figures(facts.store, period.year, cut_off=period.last, by=[by], indicators=[code])
    if not found["value"].notna().any():
        return []
    if by == "month":
        names = [month_name(month) for month in found["month"]]
    else:
        found = found[found["value"].notna()].sort_values("value", ascending=False, kind="stable")
        names = list(found["community_name"])
    series = [(_WORDS["year"].format(year=period.year), _cells(found["value"]))]
    if by == "month" and found["previous"].notna().any():
        series.append((_WORDS["year before"].format(year=period.year - 1), _cells(found["previous"])))
    title = _WORDS[f"chart by {by}"].format(name=meaning.name["zh"], period=_period(period))
    drawn = Chart(title, meaning.unit["zh"], _WORDS[by], tuple(names), tuple(series), across=by == "community")
    notes = facts.shows(code, len(series) > 1)
    made = [Paragraph(templates.CHART, (Piece(title, "figure", facts.asked(code)),), line.number, chart=drawn)]
    return made + ([Paragraph("small", tuple(notes), line.number)] if notes else [])


def _cells(column: pd.Series) -> tuple[float | None, ...]:
    return tuple(None if pd.isna(value) else float(value) for value in column)


def _totals(line: Line, facts: _Facts) -> list[Paragraph]:
    """The table of the year: every figure that is not blank."""
    lines = [_heads(_WORDS["totals"])]
    for code, meaning in facts.meanings.items():
        one = facts.now[code]
        if pd.isna(one.value) and pd.isna(one.previous):
            continue
        notes = facts.shows(code, not pd.isna(one.previous))
        marked = Piece("".join(note.text for note in notes), "note" if notes else "")
        value = Piece(_exact(one), "figure", facts.asked(code))
        before = Piece(number(one.previous), *([] if pd.isna(one.previous) else ["figure", facts.asked(code, True)]))
        lines.append((Piece(meaning.name["zh"]), Piece(meaning.unit["zh"]), value, before, marked))
    table = Table(tuple(lines), (3.9, 1.3, 5.1, 2.1, 3.2), right=(2, 3))
    return [Paragraph(templates.TABLE, number=line.number, table=table)] if len(lines) > 1 else []


def _heads(names: Iterable[str]) -> tuple[Piece, ...]:
    return tuple(map(Piece, names))


def _exact(one) -> str:
    """A figure's exact value, of a ratio with its base: 9,232; 99.74%（385/386）; —"""
    base = share(one.numerator, one.denominator)
    return number(one.value) + (f"%（{base}）" if base else "")


def appendix(store, found: Draft) -> list[Paragraph]:
    """What the draft rests on, for whoever checks it: each figure with its definition, exact value, the number of rows
    behind it and the command that shows them; the claims; what was waived; what was left out and why."""
    known = catalogue(store)
    waived = {one.asked: one for one in found.missing}
    now = {(one.indicator, period.year): one for period in _periods(found) for one in _frame(store, period)}
    lines, under, widths = [_heads(_WORDS["evidence"])], [], (1.2, 4.2, 5.2, 2.3, 2.7)
    counted: dict[Asked, int] = {}
    for n, asked in enumerate(found.figures, 1):
        meaning, one = known.on(asked.cut_off)[asked.indicator], now[asked.indicator, asked.year]
        behind = _behind(store, asked, known, counted)
        cells = (str(n), meaning.name["zh"], _exact(one), number(behind), asked.cut_off.isoformat())
        lines.append(tuple(map(Piece, cells)))
        meant = {"code": asked.indicator, "day": meaning.effective_from, "meaning": meaning.meaning["zh"]}
        said = [_WORDS["meaning"].format(**meant)]
        said += [_waiver(waived[asked])] if asked in waived else []
        said += [one.note] if isinstance(one.note, str) else []
        said.append(_WORDS["rows"].format(asked))
        before = Period(asked.year, asked.cut_off).before
        if (last := Asked(asked.indicator, before.year, before.last)) in found.beside:
            behind = number(_behind(store, last, known, counted))
            value = {"value": number(one.previous), "n": behind, "command": _WORDS["rows"].format(last)}
            said.append(_WORDS["before"].format(**value))
            said += [_waiver(waived[last])] if last in waived else []
        under.append("\n".join(said))
    note = _WORDS["appendix note"].format(period=_period(found.period))
    made = [
        Paragraph("attachment", (Piece(_WORDS["appendix"]),)),
        Paragraph("attachment_title", (Piece(_WORDS["appendix title"]),)),
        Paragraph("small", (Piece(note),)),
        Paragraph(templates.TABLE, table=Table(tuple(lines), widths, right=(2, 3), under=tuple(under))),
    ]
    if found.unknown:
        made.insert(3, Paragraph("small", (Piece(_WORDS["unknown"].format(why=found.unknown.text()), "note"),)))
    claims = [_WORDS["claim"].format(words=CLAIMS[slot].words, basis=said) for slot, said in found.claims.items()]
    covered = [one for one in found.missing if one.waiver]
    waivers = [
        _WORDS["waiver"].format(name=one.name["zh"], code=one.asked.indicator, what=_waiver(one)) for one in covered
    ]
    left_out = [
        _WORDS["sentence"].format(number=one.number, sentence=one.sentence, reasons=_reasons(one))
        for one in found.left_out
    ]
    for title, said in (("claims", claims), ("waivers", waivers), ("left out", left_out)):
        if said:
            made.append(Paragraph("part", (Piece(_WORDS[title]),)))
            made += [Paragraph("small", (Piece(one),)) for one in said]
    return made


def _behind(store, asked: Asked, known: Catalogue, counted: dict[Asked, int]) -> int:
    """How many rows metrics.figures.rows shows of a figure: of one made of others theirs, each counted once."""
    if asked not in counted:
        parts = leaves(known.on(asked.cut_off), asked.indicator)
        if parts == [asked.indicator] or any(part != plain(part) for part in parts):
            counted[asked] = len(rows(store, asked.indicator, asked.year, cut_off=asked.cut_off))
        else:
            counted[asked] = sum(_behind(store, asked._replace(indicator=part), known, counted) for part in parts)
    return counted[asked]


def _periods(found: Draft) -> set[Period]:
    return {Period(asked.year, asked.cut_off) for asked in found.figures}


def _frame(store, period: Period) -> Iterator:
    return figures(store, period.year, cut_off=period.last).itertuples()


def _waiver(one: Missing) -> str:
    if not one.waiver:
        return _WORDS["not waived"].format(n=one.missing)
    at, by = one.waiver.recorded_at, one.waiver.recorded_by
    return _WORDS["waived"].format(n=one.missing, reason=one.waiver.reason, by=by, at=china_day(at))


def _reasons(one: LeftOut) -> str:
    """The first reasons, and how many there are where there are more."""
    told = _WORDS["; "].join(problem.text() for problem in one.reasons[:_SHOWN])
    return told + (_WORDS["and more"].format(n=len(one.reasons)) if len(one.reasons) > _SHOWN else "")
