"""A report held against the store: every number in it is found, classed, and agrees, conflicts or is unknown.

Nothing is matched by its number. What a figure is a figure of, its unit and the words around it say, and every verdict
shows them; a person may say otherwise, which is kept for the next text.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import pandas as pd

from db import phrases as remembered
from db import settings
from db.engine import reading
from db.language import LANGUAGES, Problem, Refusal, decode, month_name, translate
from db.phrases import Reading
from db.units import labels, units
from metrics import draft, flaws, papers, proofs
from metrics.arithmetic import AGREES, CONFLICTS, TRUNCATED, Finding, findings, printed
from metrics.catalogue import Indicator, catalogue
from metrics.exports import number as shown
from metrics.figures import Period, figures
from metrics.flaws import Flag
from metrics.phrases import Match, Phrases, unit_of
from metrics.times import YEAR, Times
from metrics.tokens import DATE, FIGURE, MARKS, NAME, ORDINAL, WHOLE, WORDS, ZERO, Reach, Text, Token
from metrics.wording import POINTS, Number, quantized, truncated

UNTRACKED, UNKNOWN = "untracked", "unknown"
SORTS = {FIGURE: "数字", UNTRACKED: "本库不统计", DATE: "日期", ORDINAL: "序号", NAME: "名称"}
VERDICTS = {AGREES: "相符", TRUNCATED: "截断才相符", CONFLICTS: "不符", UNKNOWN: "无法核对"}
NO_INDICATOR = "本库没有这样的指标"
PART = "是前面总数的一部分"
PLANNED = "在“下一年度安排”中：是计划，不是已有的数"
ASIDE = {  # what stands before a number that is no figure of the year
    "average": "是平均数或最高数",
    "often": "是频次",
    "change": "是增减幅度或上年的数",
    "respectively": "“分别”列举的数，请指定各是什么",
}
OTHERS = {  # whose figure it is, if not the office's: by what stands before it, or by the text's title
    "a_place": "说的是本库没有登记的社区",
    "a_street": "说的是别的街道",
    "above": "说的是上级、其他单位或更大范围",
}
WIDER = "后面“其中”的那个数才是：这个数的范围更大"
OF_WHICH = {kind: (re.compile(row["own"]), re.compile(row["behind"])) for kind, row in WORDS["of_which"].items()}
WEAK = {code: re.compile(words) for code, words in WORDS["weak"].items()}
DENIAL = {"overdue": "hotline.overdue", "extended": "hotline.extended"}  # what the setting none_extended denies
MOST_LETTERS = 200_000
SHORTEST_FACT = 8  # letters of a clause that names a fact: 开展走访活动#次 does, 共#件 does not
LASTING = ("standing", "units", "balance")  # states: told for a day, and often the same every year


@dataclass(frozen=True)
class Claim:
    """One number of a text, or one word that claims none or all.

    start, end, text   where it stands
    sort               one of SORTS
    verdict            one of VERDICTS for a figure; None for what is none
    value, low, high   what it says, and what it may stand for; None where there is no bound
    unit               as written
    indicator          what it is a figure of; of an untracked one the nearest, or None
    stored             the store's figure, None where there is none
    reason             why, in words
    words              by which it was taken for `indicator`
    context            what a person's decision on it is remembered by
    community, months  of which part of the year's figure it speaks; None and () for the whole
    """

    start: int
    end: int
    text: str
    sort: str
    verdict: str | None = None
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = ""
    indicator: str | None = None
    stored: float | None = None
    reason: Problem | None = None
    words: str = ""
    context: str = ""
    community: str | None = None
    months: tuple[int, ...] = ()


@dataclass(frozen=True)
class Checked:
    """A text and everything found in it, in order."""

    text: str
    year: int
    cut_off: date
    claims: list[Claim]
    flags: list[Flag] = field(default_factory=list)

    @property
    def conflicts(self) -> list[Claim]:
        return [one for one in self.claims if one.verdict == CONFLICTS]

    def counts(self) -> dict[str, int]:
        """How many tokens of each class, and how many of each verdict."""
        found = Counter(one.sort for one in self.claims) + Counter(one.verdict for one in self.claims if one.verdict)
        return {name: found[name] for name in (*SORTS, *VERDICTS)}

    def rows(self, language: str = "zh") -> list[dict[str, Any]]:
        """One object a token for scripts, and a last one with the summary."""
        made: list[dict[str, Any]] = [_row(one, language) for one in self.claims]
        flags = [
            {"flag": one.sort, "start": one.start, "end": one.end, "reason": one.reason.text(language)}
            for one in self.flags
        ]
        scope = {"year": self.year, "cut_off": self.cut_off.isoformat(), "tokens": len(self.claims)}
        return [*made, {"summary": scope | self.counts() | {"flags": flags}}]


def _row(one: Claim, language: str) -> dict[str, Any]:
    numbers = {name: _plain(getattr(one, name)) for name in ("value", "low", "high")}
    told = {
        "start": one.start,
        "end": one.end,
        "text": one.text,
        "class": one.sort,
        **numbers,
        "unit": one.unit or None,
    }
    told |= {"indicator": one.indicator, "stored": _plain(one.stored), "verdict": one.verdict}
    return told | {"reason": explained(one, language)}


def _plain(number: Decimal | float | None) -> int | float | None:
    if number is None or pd.isna(number):
        return None
    return int(number) if number == int(number) else float(number)


def explained(one: Claim, language: str = "zh") -> str:
    """Why a claim was judged so, with the words and the unit by which it was recognised."""
    if one.reason is None:
        return ""
    why = one.reason.text(language)
    if not one.words:
        return why
    seen = "{why}（依据“{words}”，单位{unit}）" if one.unit else "{why}（依据“{words}”）"
    return translate(seen, language, why=why, words=one.words, unit=one.unit)


# ------------------------------------------------------------------------------------------- the text of a file


def text_of(data: bytes, file: str) -> str:
    """The text of a .docx or .txt file, a paragraph a line, the cells of a table's row apart by tabs; of a drafted
    report without the appendix of its figures. Raises Refusal."""
    if data.startswith(b"PK"):
        try:
            text = draft.without_appendix(papers.text(data))
        except Refusal as refusal:
            why = {spoken: refusal.text(spoken) for spoken in LANGUAGES}
            raise Refusal("{file} 无法读取：{why}", file=file, why=why) from None
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refusal("{file} 是旧版 Word 文档（.doc），请另存为 .docx 后重试", file=file)
    else:
        text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise Refusal("{file} 里没有文字", file=file)
    return text


# ------------------------------------------------------------------------------------------- the check


def check(store, text: str, year: int, cut_off: date | None = None, *, before: str = "") -> Checked:
    """Hold a report's text against the store's figures of a year up to a cut-off.

    `before`: the text of last year's report, whose numbers this one may have copied. Raises Refusal for a text that
    is too long, or a year or cut-off that is none.
    """
    if len(text) > MOST_LETTERS:
        raise Refusal("文稿超过 {n} 字，请分开核对", n=MOST_LETTERS)
    period = Period.of(year, cut_off)
    read = Text(text)
    checker = _Checker(store, period, read)
    claims = [checker.claim(n, token) for n, token in enumerate(read.tokens)]
    claims = _elided(read, checker, claims)
    claims = _undecided(read, _outspoken(list(_parts_apart(read, claims))))
    claims = _compared(read, checker, claims)
    wrong = {read.line_start(one.start) for one in claims if one.verdict == CONFLICTS}
    for found in findings(read):
        claims[found.at] = _recomputed(claims[found.at], found, read.line_start(claims[found.at].start) in wrong)
    claims, twice = _told_twice(read, claims)
    flags = [*twice, *flaws.unfilled(text), *flaws.missing_parts(read), *flaws.other_years(read, year)]
    flags += _unchanged(claims, checker, before)
    return Checked(text, year, period.last, claims, sorted(flags, key=lambda one: (one.start is None, one.start or 0)))


class _Checker:
    """The store's figures of one year, and how a text's numbers are held against them."""

    def __init__(self, store, period: Period, read: Text):
        self.store, self.period, self.read = store, period, read
        self.times = Times(read, period.last)
        self.meanings: Mapping[str, Indicator] = catalogue(store).on(period.last)
        aliases, self.said = remembered.remembered(store)
        self.phrases = Phrases(self.meanings, aliases)
        with reading(store) as conn:
            names = labels(units(conn))
            self.denied = settings.get(conn, "none_extended")
        self.communities = {name: code for code, name in names.items() if not code.endswith("000")}
        shorter = {MARKS["community"].sub("", name): code for name, code in self.communities.items()}
        self.communities |= {name: code for name, code in shorter.items() if len(name) > 2}
        self.places = re.compile("|".join(sorted(map(re.escape, self.communities), key=len, reverse=True)) or "(?!)")
        own = (re.escape(name) for code, name in names.items() if code.endswith("000"))
        self.streets = re.compile("|".join(own) or "(?!)")
        # Where a text names none of ours, the street that it does name may be the one that wrote it.
        street = self.streets if self.streets.search(read.text) else MARKS["street"]
        self.ours = dict.fromkeys(OTHERS, self.places) | {"a_street": street}
        self.place_of_all, self.owner = self._titled(street)
        if self.place_of_all:
            self.ours["above"] = MARKS["this_place"]
        self.asked: dict[tuple, dict[tuple, list[dict[str, Any]]]] = {}

    def _titled(self, street: re.Pattern) -> tuple[re.Match | None, str]:
        """The community that a text is of by its title; or whose it is else (one of OTHERS), if not a street's."""
        title = self.read.title
        if street.search(title):
            return None, ""
        if place := self.places.search(title):
            return place, ""
        return None, next((name for name in ("a_place", "above") if MARKS[f"titled_{name}"].search(title)), "")

    def figure(self, code: str, community: str | None = None, months: tuple[int, ...] = ()) -> dict[str, Any]:
        """The figure of an indicator, of the year or of a part: value, numerator, denominator, previous."""
        by = (("community",) if community else ()) + (("month",) if months else ())
        if by not in self.asked:
            self.asked[by] = {}
            for row in figures(self.store, self.period.year, cut_off=self.period.last, by=by).to_dict("records"):
                self.asked[by].setdefault((row["indicator"], row["community"]), []).append(row)
        if self.meanings[code].adds in LASTING:
            months = months[-1:]  # a state is not summed over months
        wanted = {f"{self.period.year}-{month:02d}" for month in months} or {None}
        found = [row for row in self.asked[by].get((code, community), []) if row["month"] in wanted]
        if len(found) == 1:
            return found[0]
        names = ("value", "numerator", "denominator")
        sums = pd.DataFrame(found, columns=names)[list(names)].sum(min_count=1).to_dict()
        if self.meanings[code].adds == "ratio":
            sums["value"] = 100 * sums["numerator"] / sums["denominator"] if sums["denominator"] else float("nan")
        return sums | {"previous": float("nan")}

    def claim(self, n: int, token: Token) -> Claim:
        """What a token is, and whether the store bears it out."""
        if token.sort != FIGURE:
            return Claim(token.start, token.end, token.text, token.sort)
        around, number = self.read.reach(n), token.number
        made = Claim(token.start, token.end, token.text, UNTRACKED, UNKNOWN, context=_context(token, around))
        if number:
            made = replace(made, value=number.value, low=number.low, high=number.high, unit=number.unit)
        told = self.said.get(made.context)
        if told and told.sort not in (FIGURE, UNTRACKED):
            return replace(made, sort=told.sort, verdict=None, reason=Problem("由人工指定"))
        if told:
            match = Match(told.indicator, "", True) if told.indicator else None
            made = replace(made, reason=Problem("由人工指定为本库不统计的数"))
        else:
            match = self.phrases.match(token, around)
        return self.held(made, match, token, around, bool(told))

    def held(self, made: Claim, match: Match | None, token: Token, around: Reach, told: bool = False) -> Claim:
        """A claim held against the figure it was taken for; `told`: a person said which it is."""
        if match:
            made = replace(made, indicator=match.indicator, words=match.phrase)
        if not told and (aside := self._aside(token, around) or self._summed(token, around, match)):
            return replace(made, reason=aside)
        if match is None:
            why = ASIDE["respectively"] if around.each else NO_INDICATOR
            return made if made.reason else replace(made, reason=Problem(why))
        name = self.meanings[match.indicator].name
        if match.other_unit:
            unit = self.meanings[match.indicator].unit
            said = {"name": name, "unit": unit, "own": made.unit or "—"}
            return replace(made, reason=Problem("最接近“{name}”，但它以“{unit}”计，文中是“{own}”：不是同一个数", said))
        if not match.sure:
            rivals = [self.meanings[code].name for code in (match.indicator, *match.rivals)]
            names = {spoken: "/".join(name[spoken] for name in rivals) for spoken in LANGUAGES}
            return replace(made, reason=Problem("可能是 {names}，分不清是哪一项，请指定", {"names": names}))
        made = replace(made, sort=FIGURE, **self._scope(token, around))
        figure = self.figure(match.indicator, made.community, made.months)
        if pd.isna(figure["value"]):
            return replace(made, reason=Problem("库中没有“{name}”的数", {"name": name}))
        made = replace(made, stored=figure["value"])
        if token.claim == ZERO and match.indicator in DENIAL.values():
            return self._denied(made, match.indicator)
        return self._judged(made, token, figure)

    def _aside(self, token: Token, around: Reach) -> Problem | None:
        """Why a number is no figure of the year: a plan, an average, a frequency, a change, another year."""
        if self.read.plans_at(token.start, self.period.year):
            return Problem(PLANNED)
        sentence = self.read.text[self.read.near_start(token.start) : token.start]
        before = around.clause.partition("|")[0]
        intended = any(MARKS["intended"].search(words) for words in (around.clause, around.item, before + token.text))
        intended |= bool(token.claim and MARKS["purpose_of_all"].search(before))
        if intended or MARKS["purpose"].search(sentence):
            return Problem("是计划或目标，不是已有的数")
        named = list(self.places.finditer(sentence))[-2:]
        if len(named) == 2 and MARKS["joined"].fullmatch(sentence, named[0].end(), named[1].start()):
            return Problem(ASIDE["respectively"])  # 站北路、福苑两个社区受理487件、478件
        if token.number:
            listed = self.read.text[token.end : token.end + 1] == "、" or around.clause.startswith("|")
            if listed and not around.each and MARKS["apart"].search(sentence):
                return Problem(ASIDE["respectively"])
            for name, reason in ASIDE.items():
                if any(MARKS[name].search(words) for words in (around.item, before, around.item + token.text)):
                    return Problem(reason)
            if MARKS["of_part"].search(sentence) or MARKS["beside_parts"].match(self.read.text, token.end):
                return Problem(PART)  # 3个社区、21个村
            if not token.number.exact and MARKS["threshold"].match(around.tail):
                return Problem("说的是界限，不是已有的数")  # 解决率在95%以上的有3个
        elif MARKS["of_some"].search(sentence):
            return Problem(PART)  # 16个村中有11个全年无超期工单
        if self.owner and not self.streets.search(sentence):
            return Problem(OTHERS[self.owner])
        for name, reason in OTHERS.items():
            named = [one for one in MARKS[name].finditer(sentence) if not self.ours[name].search(one[0])]
            if named and not MARKS["below"].search(sentence, named[-1].end()):
                return Problem(reason)
        return self.times.at(token.start).aside

    def _summed(self, token: Token, around: Reach, match: Match | None) -> Problem | None:
        """Why a number is a wider total, of which the one meant is told behind it; or a part of the figure, if it is
        summed up later in its sentence (218件，…532件，合计750件): unless such a sum is made of it (当面, 电话)."""
        own, behind = OF_WHICH.get(match.indicator.partition(".")[0], (None, None)) if match else (None, None)
        if own and not own.search(around.item) and behind.match(self.read.text, token.end):
            return Problem(WIDER)
        unit = token.number.unit if token.number else ""
        if not match or not unit or any(match.indicator in parts for parts in self.phrases.parts.values()):
            return None
        total = MARKS["summed_up"].match(self.read.text, token.end)
        return Problem(PART) if total and self.read.text.startswith(unit, total.end()) else None

    def _scope(self, token: Token, around: Reach) -> dict[str, Any]:
        """Of which part of the year and of the street a figure speaks."""
        place = self.places.search(around.clause) or self._subject(around.sentence)
        if not place and not self.ours["a_street"].search(around.clause):
            place = self.place_of_all
        community = self.communities[place[0]] if place else None
        return {"community": community, "months": self.times.at(token.start).months}

    def _subject(self, sentence: str) -> re.Match | None:
        """The community that a sentence or one of its clauses begins with, and tells of until the next is named."""
        *_, place = [None, *self.places.finditer(sentence)]
        if not place or MARKS["and_others"].match(sentence, place.end()):
            return None
        beyond = any(MARKS[name].search(sentence, place.end()) for name in ("below", "sum_of_all"))
        return place if not beyond and MARKS["opens"].search(sentence, 0, place.start()) else None

    def _denied(self, made: Claim, code: str) -> Claim:
        """无延期工单 denies what the office's setting says it does; 无超期 only that anything was late.

        A zero is not yet a proof: of a year's tickets each has to be held against its due day.
        """
        codes = [DENIAL[name] for name in self.denied] if code == DENIAL["extended"] else [code]
        values = [self.figure(one, made.community, made.months)["value"] for one in codes]
        names = [self.meanings[one].name for one in codes]
        told = {
            spoken: [f"{name[spoken]} {shown(n)}" for name, n in zip(names, values, strict=True)]
            for spoken in LANGUAGES
        }
        reason = Problem("库中：{figures}", {"figures": {spoken: "; ".join(some) for spoken, some in told.items()}})
        made = replace(made, value=Decimal(0), reason=reason)
        if any(value > 0 for value in values):
            return replace(made, verdict=CONFLICTS)
        if any(pd.isna(value) for value in values):
            return made
        whole = not made.community and not made.months
        without = self.unproved if whole else []
        if without:
            said = {"why": {spoken: without[0].text(spoken) for spoken in LANGUAGES}}
            return replace(made, reason=Problem("库中为 0，但还不能逐件证明：{why}", said))
        return replace(made, verdict=AGREES)

    @cached_property
    def unproved(self) -> list[Problem]:
        """Why it cannot be said of each ticket of the year that it was not late, if it cannot."""
        return proofs.proof(self.store, self.period.year, self.period.last).unproved

    def _judged(self, made: Claim, token: Token, figure: Mapping[str, Any]) -> Claim:
        """Whether the stored figure is one of those that the words may stand for."""
        meaning = self.meanings[made.indicator]
        said = {"name": meaning.name, "unit": meaning.unit, "stored": shown(figure["value"]), "text": token.text}
        said["base"] = ""
        if meaning.adds == "ratio":
            top, bottom = (Fraction(str(round(figure[name], 6))) for name in ("numerator", "denominator"))
            said["base"] = f" ({shown(float(top))}/{shown(float(bottom))})"
            verdict = _share_of(token, top, bottom)
        elif token.claim:
            verdict = AGREES if figure["value"] == 0 else CONFLICTS
        elif _impossible(made):
            return replace(made, verdict=CONFLICTS, reason=Problem("“{text}”自相矛盾，没有一个数与它相符", said))
        else:
            verdict = _count_of(token.number, int(figure["value"]))
        return replace(made, verdict=verdict, reason=Problem(_HELD[verdict], said | {"part": self._part(made)}))

    def change(self, made: Claim, number: Number, of: Claim, down: bool) -> Claim:
        """A change as written held against that of a figure since the year before; itself where the store has none."""
        found, meaning = self.figure(of.indicator, of.community), self.meanings[of.indicator]
        now, before = found["value"], found["previous"]
        points = meaning.adds == "ratio"
        if pd.isna(now) or pd.isna(before) or made.unit != (POINTS if points else "%") or not (points or before):
            return made
        now, before = Fraction(str(now)), Fraction(str(before))
        change = now - before if points else 100 * (now - before) / before
        verdict = printed(number, abs(change), True) if (change < 0) == down else CONFLICTS
        said = {"name": meaning.name, "before": shown(float(before)), "now": shown(float(now)), "text": made.text}
        said |= {"change": f"{float(quantized(change, -2)):+g}{made.unit}"}
        return replace(made, indicator=of.indicator, verdict=verdict, reason=Problem(_CHANGED, said), words="")

    def _part(self, made: Claim) -> dict[str, str]:
        """文华巷社区1—6月, in both languages; nothing for the whole."""
        place = next((name for name, code in self.communities.items() if code == made.community), "")
        ends = [f"{self.period.year}-{month:02d}" for month in (*made.months[:1], *made.months[1:][-1:])]
        months = {spoken: "–".join(month_name(month, spoken) for month in ends) for spoken in LANGUAGES}
        return {spoken: f"{place} {months[spoken]} ".lstrip() if place or ends else "" for spoken in LANGUAGES}


_HELD = {
    AGREES: "库中{part}“{name}”为 {stored}{unit}{base}，相符",
    TRUNCATED: "库中{part}“{name}”为 {stored}{unit}{base}，截断后才与“{text}”相符",
    CONFLICTS: "库中{part}“{name}”为 {stored}{unit}{base}，文中却是“{text}”",
}


_CHANGED = "库中“{name}”上年同期为 {before}，今年为 {now}，变化 {change}，文中是“{text}”"


def _share_of(token: Token, top: Fraction, bottom: Fraction) -> str:
    if token.claim:
        return AGREES if top >= bottom else CONFLICTS
    return printed(token.number, 100 * top / bottom, top >= bottom)


def _count_of(number: Number, stored: int) -> str:
    """Whether a count as written is the stored one; 10.4万 is rounded to what it shows, 10万 of 104300 only cut off."""
    if not number.exact:
        return AGREES if number.holds(stored) else CONFLICTS
    if stored == number.value:
        return AGREES
    if number.places > 0:
        if "." in number.text and quantized(stored, number.places) == number.value:
            return AGREES
        if truncated(stored, number.places) == number.value:
            return TRUNCATED
    return CONFLICTS


def _context(token: Token, around: Reach) -> str:
    """What a number's clause says without the number, for remembering: 发放宣传品#份."""
    words = f"{around.item}#{token.number.unit if token.number else token.text}|{around.tail}"
    return re.sub(r"[\s\d]+", "", words)[: remembered.LONGEST]


def _elided(read: Text, checker: _Checker, claims: list[Claim]) -> list[Claim]:
    """The claims, and what tells a figure again of another time without its name: 上半年咨询146人次，全年330人次."""
    figure = None
    for n, (one, token) in enumerate(zip(claims, read.tokens, strict=True)):
        time = checker.times.at(one.start)
        was = one.reason == Problem(ASIDE["change"]) or time.other_year  # 由88.9%升至91.2%
        own = one.indicator and unit_of(checker.meanings[one.indicator].unit["zh"]) == unit_of(one.unit)
        if one.words and token.number and (one.sort == FIGURE or (was and own)):
            figure = one
        elif figure and one.reason == Problem(NO_INDICATOR) and token.number:
            around = read.reach(n)
            again = MARKS["elided"].fullmatch(around.item) and unit_of(one.unit) == unit_of(figure.unit)
            here = read.sentence_start(one.start) <= figure.start
            start = read.sentence_start(figure.start)
            own_time = time in (YEAR, checker.times.at(start))  # not what was: 由上半年的95.8%提高至97.9%
            other = time != checker.times.at(figure.start) or (figure.sort != FIGURE and own_time)
            # 来访213人次，电话98人次，合计311人次 is the sum that they are parts of
            of = checker.phrases.sum_with(figure.indicator) if MARKS["total"].search(around.item) else None
            listed = read.text.startswith("、", one.end)  # 响应率…、解决率…，二季度为99%、84%
            if again and here and not listed and (other or of):
                claims[n] = checker.held(one, Match(of or figure.indicator, figure.words, True), token, around)
    return claims


def _parts_apart(read: Text, claims: list[Claim]) -> Iterator[Claim]:
    """The claims, but what a sentence splits off its total (受理9232件，其中…受理91件) is a figure of its own, and
    so is what all of another number are (督办件16件全部办结)."""
    told: dict[str, int] = {}
    sentence, whole, last = -1, None, None
    for one, token in zip(claims, read.tokens, strict=True):
        if (start := read.sentence_start(one.start)) != sentence:
            told, sentence, whole = (told if MARKS["splits"].match(read.text, start) else {}), start, None
        named = one.sort == FIGURE and one.words  # what a person said stands
        behind = read.text[told[one.indicator] : one.start] if named and one.indicator in told else ""
        parted = MARKS["splits"].search(behind) or behind.rfind("（") > behind.rfind("）")
        if named and whole and whole.unit == one.unit and not _of_one_kind(whole, one):
            parted = parted or MARKS["splits"].search(read.text, whole.end, one.start)  # 受理142件，其中由热线转来41件
        theirs = last and one.value is None and not _of_one_kind(last, one)
        if theirs and last.end != one.start:
            theirs = token.claim == WHOLE and MARKS["of_the_last"].fullmatch(read.text, last.start, one.start)
        if one.sort == FIGURE and (theirs or parted):
            one = _set_apart(one, Problem(PART))
        elif one.sort == FIGURE:
            told.setdefault(one.indicator, one.end)
            whole = one if named and one.value is not None and one.unit != "%" else whole
        last = one if one.value is not None else last
        yield one


def _of_one_kind(one: Claim, other: Claim) -> bool:
    """Whether two figures are of one kind of thing."""
    kinds = [(claim.indicator or "").partition(".")[0] for claim in (one, other)]
    return one.sort == FIGURE and kinds[0] == kinds[1]


def _outspoken(claims: list[Claim]) -> list[Claim]:
    """The claims, but words that an indicator is only sometimes meant by (排查纠纷 for what was received) give way
    where another number of the text is it in so many words."""
    plain = {_figure_of(one) for one in claims if one.sort == FIGURE and one.words and not _weakly(one)}
    told = Problem("文中另有一个数说的就是这一指标，这个数说的是别的")
    return [_set_apart(one, told) if _weakly(one) and _figure_of(one) in plain else one for one in claims]


def _weakly(one: Claim) -> bool:
    words = WEAK.get(one.indicator) if one.sort == FIGURE else None
    return bool(words and words.search(one.words))


def _set_apart(one: Claim, why: Problem) -> Claim:
    """What was taken for a figure, as no figure of the store."""
    return replace(one, sort=UNTRACKED, verdict=UNKNOWN, stored=None, reason=why)


def _figure_of(one: Claim) -> tuple:
    """What a claim is a figure of, and of which part of the year and the street."""
    return one.indicator, one.community, one.months


def _undecided(read: Text, claims: list[Claim]) -> list[Claim]:
    """The claims, but of several numbers in one sentence that would each be the same figure, those that differ from it
    are not it for certain: one of them agrees, or their sum does, or any may be it."""
    like: dict[tuple, list[int]] = {}
    for n, one in enumerate(claims):
        counted = one.value is not None and (one.low, one.high) != (None, None)  # and no 未发生, which has no bounds
        if one.sort == FIGURE and one.words and counted:
            like.setdefault((read.sentence_start(one.start), *_figure_of(one)), []).append(n)
    for alike in like.values():
        some = [claims[n] for n in alike]
        if len({one.value for one in some}) < 2:
            continue
        stored, exact = some[0].stored, all(one.low == one.high for one in some)
        said = {"n": len(some), "stored": shown(stored)}
        if agreeing := [one for one in some if one.verdict in (AGREES, TRUNCATED)]:
            told = Problem("同一句中与库相符的是“{text}”，这个数说的是别的，请指定", {"text": agreeing[0].text})
        elif exact and stored is not None and sum(one.value for one in some) == stored:
            told = Problem("同一句中 {n} 个这样的数合计 {stored}，与库相符", said)
            for n in alike:
                claims[n] = replace(claims[n], verdict=AGREES, reason=told)
        else:
            told = Problem("同一句中有 {n} 个数都像这一指标，分不清哪个是全年的，请指定", said)
        for n in alike:
            if claims[n].verdict not in (AGREES, TRUNCATED):
                claims[n] = _set_apart(claims[n], told)
    return claims


def _compared(read: Text, checker: _Checker, claims: list[Claim]) -> list[Claim]:
    """The claims, with what follows a figure as its change (受理9232件，同比增长5.3%) held against that of the store
    since the year before, where it has one."""
    made, figure = [], None
    for one, token in zip(claims, read.tokens, strict=True):
        if one.sort == FIGURE or (one.sort == UNTRACKED and one.reason != Problem(ASIDE["change"])):
            figure = one
        elif one.sort == UNTRACKED and figure and figure.sort == FIGURE and not figure.months:
            words = MARKS["compared_with"].fullmatch(read.text, figure.end, one.start)
            if words and words["year"] in (None, str(checker.period.year - 1)):
                one = checker.change(one, token.number, figure, bool(words["down"]))
        made.append(one)
    return made


def _recomputed(claim: Claim, found: Finding, beside_wrong: bool) -> Claim:
    """A claim with what computing again the text's own numbers says of it. A conflict outweighs the store's word, but
    where another number of the paragraph is wrong by the store, which explains it."""
    outweighs = found.verdict == CONFLICTS and not (claim.verdict == AGREES and beside_wrong)
    if claim.sort in (FIGURE, UNTRACKED) and (claim.verdict == UNKNOWN or outweighs):
        return replace(claim, verdict=found.verdict, reason=found.reason, words="")
    return claim


def _told_twice(read: Text, claims: list[Claim]) -> tuple[list[Claim], list[Flag]]:
    """The same fact told twice with numbers that cannot both be true: 前后不一."""
    first: dict[tuple, Claim] = {}
    made, flags = [], []
    for one in claims:
        other = first.setdefault(key, one) if (key := _fact(one)) else one
        # In one sentence like numbers are of several things: 镇专职调解员251名、村专职调解员323名.
        again = read.sentence_start(one.start) > other.start
        if again and _apart(other, one):
            said = {"first": other.text, "second": one.text}
            reason = Problem("前后不一：前文是“{first}”，这里是“{second}”", said)
            flags.append(Flag("told-twice", reason, one.start, one.end))
            if one.verdict == UNKNOWN and one.indicator:
                one = replace(one, verdict=CONFLICTS, reason=reason)
        made.append(one)
    return made, flags


def _fact(one: Claim) -> tuple | None:
    """What a number tells, where it can be told again: a figure of the year or of a part, or what its clause says."""
    if one.value is None or MARKS["share"].search(one.context.partition("#")[0]):
        return None  # shares are each of something else
    if one.sort == FIGURE and one.indicator:
        return *_figure_of(one), unit_of(one.unit)
    untold = one.sort == UNTRACKED and one.reason and one.reason.message == NO_INDICATOR
    return (one.context,) if untold and len(one.context) >= SHORTEST_FACT else None


def _impossible(one: Claim) -> bool:
    """Whether no quantity is what it says: 959余 is more than 959 by less than one."""
    return one.low is not None and one.high is not None and one.low > one.high


def _apart(one: Claim, other: Claim) -> bool:
    """Whether no quantity is one that both may stand for."""
    if _impossible(one) or _impossible(other):
        return False
    low = max((n for n in (one.low, other.low) if n is not None), default=None)
    high = min((n for n in (one.high, other.high) if n is not None), default=None)
    return low is not None and high is not None and low > high


def _unchanged(claims: list[Claim], checker: _Checker, before: str) -> list[Flag]:
    """Figures that are last year's to the unit: by the store, or in last year's text."""
    flags = []
    earlier: Callable[[Claim], bool] = partial(_in, _exact(before)) if before else lambda one: False
    for one in claims:
        if one.value is None or one.value == 0 or one.low != one.high or one.sort not in (FIGURE, UNTRACKED):
            continue
        if one.reason and one.reason.message == PLANNED:
            continue
        meaning = checker.meanings.get(one.indicator) if one.sort == FIGURE else None
        lasting = meaning and (meaning.adds in LASTING or meaning.adds == "ratio")
        same = meaning and not lasting and not one.community and not one.months
        if same and checker.figure(one.indicator)["previous"] == float(one.value):
            flags.append(Flag("unchanged", Problem("与库中上年同期的数相同", {}), one.start, one.end))
        elif not lasting and earlier(one):
            flags.append(Flag("unchanged", Problem("与上年报告里的数相同", {}), one.start, one.end))
    return flags


def _exact(text: str) -> set[tuple[str, Decimal]]:
    read = Text(text)
    return {
        (_context(token, read.reach(n)), token.number.value)
        for n, token in enumerate(read.tokens)
        if token.number and token.number.exact
    }


def _in(earlier: set[tuple[str, Decimal]], one: Claim) -> bool:
    return len(one.context) > 4 and (one.context, one.value) in earlier


def summary(found: Checked, language: str = "zh") -> str:
    """How many numbers there are and what became of them, in one line."""
    n = found.counts()
    message = (
        "共 {tokens} 处：数字 {figure}（相符 {agrees}，截断才相符 {cut}，不符 {conflicts}），"
        "本库不统计 {untracked}，日期 {date}，序号 {ordinal}，名称 {name}；无法核对 {unknown}"
    )
    return translate(message, language, tokens=len(found.claims), cut=n[TRUNCATED], **n)


def decide(store, claim: Claim, sort: str, indicator: str | None, *, by: str) -> None:
    """Remember what a person says a number is: a figure of an indicator, one not tracked, a date, an ordinal, a name.

    Raises Refusal without a name, or where a figure comes without its indicator.
    """
    if sort not in SORTS:
        raise Refusal("没有“{sort}”这一类", sort=sort)
    if (sort == FIGURE) != (indicator is not None):
        raise Refusal("指定为数字时要选指标")
    remembered.remember(store, claim.context, Reading(sort, indicator), by=by)
