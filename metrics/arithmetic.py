"""Sums, shares and changes a report states, computed again from the numbers it gives: 591 of 594 is not 99.6%."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from db.language import Problem
from metrics.phrases import unit_of
from metrics.tokens import MARKS, WORDS, Text, Token
from metrics.wording import DIGITS, POINTS, Number, quantized, truncated

_WORDS = {name: re.compile(text) for name, text in WORDS["arithmetic"].items()}
SPLITS = MARKS["splits"]
_SPLIT_ENDS = re.compile(f"[。；！？\n]|{SPLITS.pattern}")
_PERIODS = re.compile("|".join(sorted([_WORDS["year"].pattern, *WORDS["halves"]], key=len, reverse=True)))
MONTHS = 12
_MARKS = re.compile("[，。；：\n]")
MOST_BASES = 60  # counts before a share that it may be a share of
MOST_PARTS = 30  # of a sum
MOST_WORDS = 24  # letters before a number that say it is a total, or of which time
AGREES, TRUNCATED, CONFLICTS = "agrees", "agrees-if-truncated", "conflicts"


class Finding(NamedTuple):
    """What recomputing says of a token (its place among the tokens)."""

    at: int
    verdict: str
    reason: Problem


def printed(number: Number, exactly: Fraction, whole: bool) -> str:
    """Whether a share as printed is the exact one in percent: rounded, only cut off, or not; 100 only of a `whole`."""
    if not number.exact:
        return AGREES if number.holds(exactly) else CONFLICTS
    value, places = Fraction(number.value), number.places
    if value >= 100 and not whole:
        return CONFLICTS
    if Fraction(quantized(exactly, places)) == value:
        return AGREES
    return TRUNCATED if Fraction(truncated(exactly, places)) == value else CONFLICTS


def findings(text: Text) -> list[Finding]:
    """Every share, sum and change that can be computed again, and what comes of it."""
    counts = [
        (n, token) for n, token in enumerate(text.tokens) if token.number and token.number.exact and not _share(token)
    ]
    lines = _siblings(text, counts)
    tried = [
        _tried(text, n, token, counts, lines) for n, token in enumerate(text.tokens) if token.number and _share(token)
    ]
    shares = [one for one in tried if one and one.pairs]
    # Of the bases that would do, the one that most shares of the text are taken from is the one meant.
    often = Counter(whole for one in shares for whole in one.agreeing)
    # What several shares of a sentence are taken from, the others of it are, whether or not the text says so.
    beside = Counter((one.sentence, whole) for one in shares for whole in one.agreeing)
    judged = [found for one in shares for found in _judged(one, often, beside)]
    return [*judged, *_sums(text, counts), *_averages(text, counts), *_changes(text)]


def _share(token: Token) -> bool:
    return token.number.unit == "%"


class _Tried(NamedTuple):
    """A share, where its sentence begins, and all that it may be: a part, its whole, and whether the text calls that a
    whole; of counts that are rounded, half the unit of their last digit."""

    at: int
    token: Token
    sentence: int
    pairs: list[tuple[Fraction, Fraction, bool]]
    halves: dict[Fraction, Fraction]

    def play(self, part: Fraction, whole: Fraction) -> Fraction:
        """How far a share may be from what its counts come to: 2.84万 is any count from 28350 to 28449."""
        own, off = self.token.number.places, [self.halves[one] for one in (part, whole) if one in self.halves]
        return 100 * sum(off) / whole + (Fraction(10) ** own / 2 if off else 0)

    def verdict(self, part: Fraction, whole: Fraction) -> str:
        return printed(self.token.number, 100 * part / whole, part >= whole)

    @property
    def agreeing(self) -> list[Fraction]:
        return [whole for part, whole, _ in self.pairs if self.verdict(part, whole) == AGREES]


def _tried(
    text: Text, n: int, token: Token, counts: list[tuple[int, Token]], lines: dict[int, Fraction]
) -> _Tried | None:
    """A share with what it may be a share of; None where the text does not say."""
    around = text.reach(n)
    last = bisect_left(counts, n, key=lambda one: one[0])
    line, start = text.text.rfind("\n", 0, token.start), text.sentence_start(token.start)
    nearest = max(0, last - MOST_BASES)
    first, sentence = (
        max(nearest, bisect_left(counts, begun, key=lambda one: one[1].start)) for begun in (line, start)
    )
    before = counts[nearest:last]
    parts: list[tuple[Fraction, str]] = []
    clearly = False  # whether the text says what the share is of
    if MARKS["share"].search(around.item) and sentence < last:
        bases, clearly = _named(text, around.item, before)
        here = counts[sentence:last]
        if any(one.number and _share(one) for one in text.tokens[here[-1][0] + 1 : n]) or _beside(text, *here[-1]):
            return None  # 1055件（占52.3%）；空气污染（占31.3%）: the second is of what is not counted
        if text.text.startswith("、", token.end):
            return None  # 870件、792件、621件，占16.81%、15.30%、12.00%
        name = _WORDS["of"].split(around.item)[0].strip()
        if len(name) > 1 and name not in text.reach(here[-1][0]).clause:
            here = []  # 诉讼案件占比84% is no share of the count before it
        run = _run(text, [one for _, one in here])
        parts = [(Fraction(here[-1][1].number.value), unit_of(here[-1][1].number.unit))] if here else []
        parts += [(_sum(run), parts[0][1])] if len(run) > 1 else []
        following = counts[last : last + 1]
        if following and text.text[token.end : following[0][1].start] == "（":  # 占52.1%（1500件）
            parts = [(Fraction(following[0][1].number.value), unit_of(following[0][1].number.unit))]
    elif rate := _WORDS["rate"].search(around.item):
        if _goal(text, token) or (not token.number.exact and MARKS["threshold"].match(around.tail)):
            return None  # 按期办结率低于98%的有2个
        wanted = _core(rate[1])
        named = [(_core(text.reach(m).item), one) for m, one in counts[first:last]]
        if (here := named[sentence - first :]) and not any(name == wanted for name, _ in here):
            return None  # 采集事件2.9万件，办结率99.8% is of them, not of what was told before
        done = [one for name, one in named if name == wanted]
        parts = [(Fraction(done[-1].number.value), unit_of(done[-1].number.unit))] if done else []
        like = [one for name, one in named if _WORDS["nearly"].sub("", name) == wanted]
        if done and len(like) == 2:  # 满意5040件，基本满意1008件，满意率96%: of both
            parts.append((_sum(like), parts[0][1]))
        bases = counts[first:last]
        for name in ("called_back", "in_time"):  # 解决率 is of the call-backs, 按期办结率 of what was closed, if told
            if _WORDS[name].search(rate[1]):
                wholes = [one for one in bases if _WORDS[f"{name}_of"].search(text.reach(one[0]).item)][-1:]
                bases, clearly = wholes or bases, bool(wholes)
    if not parts:
        return None
    found = []
    for value, unit in parts:
        told = [
            (Fraction(one.number.value), clearly or bool(_WORDS["whole"].search(text.reach(m).item)))
            for m, one in reversed(bases)
            if unit_of(one.number.unit) == unit and one.number.value >= value
        ]
        told += [(lines[line], False)] if line in lines and lines[line] >= value else []
        found += [(value, whole, clear) for whole, clear in told if whole and (whole != value or _only(told, value))]
    halves = {Fraction(one.number.value): _off(one) for _, one in counts[first:last] if _off(one)}
    return _Tried(n, token, start, list(dict.fromkeys(found)), halves)


def _goal(text: Text, token: Token) -> bool:
    """Whether a number is told as what is to be reached: 市定目标为响应率99%、解决率85%."""
    return bool(_WORDS["goal"].search(_clause(text, token)))


def _clause(text: Text, token: Token) -> str:
    """What stands before a number since the last mark but 、, other numbers included."""
    return _MARKS.split(text.text[text.near_start(token.start) : token.start])[-1]


def _window(text: Text, token: Token) -> str:
    """The last few letters of the sentence before a number."""
    return text.text[max(text.sentence_start(token.start), token.start - MOST_WORDS) : token.start]


def _only(told: list[tuple[Fraction, bool]], value: Fraction) -> bool:
    """Whether a count that equals the part stands there twice, so that the one may be the whole of the other."""
    return sum(whole == value for whole, _ in told) > 1


def _run(text: Text, counts: list[Token]) -> list[Token]:
    """The counts at the end of a sentence that 、 keeps together in one list."""
    run = counts[-1:]
    for one in reversed(counts[:-1]):
        if "、" not in text.text[one.end : run[0].start] or "，" in text.text[one.end : run[0].start]:
            break
        run.insert(0, one)
    return run


def _named(text: Text, item: str, before: list[tuple[int, Token]]) -> tuple[list[tuple[int, Token]], bool]:
    """The counts that a share may be a share of by what it says (占环境污染投诉总量), all where it says only 总量; and
    whether it says that what they count is the whole of a volume: 占街道承办量."""
    found = _WORDS["whole_of"].search(item)
    name = _WORDS["filler_before"].sub("", found[1]) if found else ""
    name = _WORDS["plain"].sub("", name)
    if len(name) < 2:
        return before, False
    named = [(m, one) for m, one in before if name in text.reach(m).clause]
    return named or ([] if found["number"] or found["all"] else before), bool(named) and not found["number"]


def _judged(tried: _Tried, often: Counter, beside: Counter) -> Iterator[Finding]:
    """What comes of a share; nothing where it fits none of the counts and the text calls the nearest no whole."""
    printed_as = Fraction(tried.token.number.value)

    def fitness(pair: tuple[Fraction, Fraction, bool]) -> tuple:
        part, whole, _ = pair
        distance = abs(100 * part / whole - printed_as)
        return (AGREES, TRUNCATED, CONFLICTS).index(tried.verdict(part, whole)), -often[whole], distance

    part, whole, clear = min(tried.pairs, key=fitness)
    verdict = tried.verdict(part, whole)
    within = [100 * part / other for part, other, _ in tried.pairs if other == whole]
    if verdict == CONFLICTS and min(within) < printed_as < max(within):
        return  # who is nearly satisfied may count for a part: 满意率 with a weight
    clear = clear or beside[tried.sentence, whole] > 1
    if verdict == CONFLICTS and not (clear and abs(100 * part / whole - printed_as) > tried.play(part, whole)):
        return
    share = float(quantized(100 * part / whole, -4))
    said = {"part": f"{part}", "whole": f"{whole}", "share": f"{share:g}", "text": tried.token.text}
    yield Finding(tried.at, verdict, Problem(_SAID[verdict], said))


_SAID = {
    AGREES: "文中 {part}÷{whole}＝{share}%，与所写相符",
    TRUNCATED: "文中 {part}÷{whole}＝{share}%，截断后才是 {text}",
    CONFLICTS: "文中 {part}÷{whole}＝{share}%，写的却是 {text}",
}


def _siblings(text: Text, counts: list[tuple[int, Token]]) -> dict[int, Fraction]:
    """Line → the sum of its counts that are each followed by a share of their own: together they may be the whole."""
    found: dict[int, list[Token]] = {}
    for n, one in counts:
        after = text.tokens[n + 1] if n + 1 < len(text.tokens) else None
        if after and after.number and _share(after) and MARKS["share"].search(text.reach(n + 1).item):
            found.setdefault(text.text.rfind("\n", 0, one.start), []).append(one)
    return {
        line: _sum(some)
        for line, some in found.items()
        if len(some) > 1 and len({unit_of(one.number.unit) for one in some}) == 1
    }


def _core(words: str) -> str:
    """What is counted, without the words of counting: 累计办结了 and 办结数为 are 办结."""
    return _WORDS["filler_before"].sub("", _WORDS["filler_after"].sub("", words.strip()))


# ------------------------------------------------------------------------------------------- sums


def _sums(text: Text, counts: list[tuple[int, Token]]) -> Iterator[Finding]:
    """Every total of a text held against its parts."""
    starts = [token.start for _, token in counts]
    yield from _split(text, counts, starts)
    yield from _totals(text, counts, starts)
    yield from _fallen(text, counts)
    yield from _in_brackets(text, counts, starts)


def _split(text: Text, counts: list[tuple[int, Token]], starts: list[int]) -> Iterator[Finding]:
    """Totals held against the list behind their 其中 that 、 keeps together."""
    for match in SPLITS.finditer(text.text):
        if _WORDS["overlap"].search(text.text, match.end(), text.text.find("。", match.end()) % (len(text.text) + 1)):
            continue
        sentence = text.sentence_start(match.start())
        first = SPLITS.search(text.text, sentence)
        sentence = _resumed(text, first.start())
        # What is said before the first 其中 is what is split: not by how much it has grown.
        begun, at = bisect_left(starts, sentence), bisect_left(starts, first.start()) - 1
        at = next((m for m in range(at, begun - 1, -1) if not _beside(text, *counts[m])), -1)
        if at >= 0:
            end = _SPLIT_ENDS.search(text.text, match.end())
            stop = bisect_left(starts, end.start()) if end else len(starts)
            following = [one for _, one in counts[bisect_left(starts, match.end()) : stop]]
            parts = _listed(text, counts[at][1], following, True)
            # 收到3059条，甲部门1904条，乙部门1155条，其中咨询1160条、投诉1899条: of the first of them
            added = _sum(parts)
            told = [one for one in counts[begun : at + 1] if one[1].number.value == added]
            total = next((one for one in told if _alike(one[1], counts[at][1])), counts[at])
            yield from _compared(*total, parts, whole=False)


def _totals(text: Text, counts: list[tuple[int, Token]], starts: list[int]) -> Iterator[Finding]:
    """Totals held against what is told before them: 咨询14件、求助35件、投诉80件，三类合计129件."""
    for n, (at, total) in enumerate(counts):
        start, rest = text.sentence_start(total.start), _WORDS["rest"].match(text.reach(at).item)
        several, summed = (
            _WORDS[name].search(text.text, max(start, total.start - MOST_WORDS), total.start)
            for name in ("several", "total")
        )
        if not (rest or several or summed):
            continue
        begun = max(bisect_left(starts, start), n - MOST_BASES)
        listed = here = _countable(text, counts[begun:n], total)
        if not rest and len(here) < 2 and text.text[start - 1 : start] == "。":
            before = max(bisect_left(starts, text.sentence_start(start - 1)), begun - MOST_BASES)
            listed = _countable(text, counts[before:begun], total)  # the sentence before is the list
        if rest:
            yield from _rest(text, here, total)
        elif named := _called(text, total, listed):
            yield from _compared(at, total, named, whole=True, behind=True)
        elif several and (several["first"] or len(listed) == DIGITS[several["size"]]):
            yield from _first(at, total, listed, DIGITS[several["size"]])
        elif summed:
            yield from _total(text, at, total, [one for _, one in here])


def _in_brackets(text: Text, counts: list[tuple[int, Token]], starts: list[int]) -> Iterator[Finding]:
    """Totals held against the parts in brackets behind them."""
    for match in re.finditer("（([^（）\n]*)）", text.text):
        at = bisect_left(starts, match.start()) - 1
        if (
            at >= 0
            and match.start() - counts[at][1].end <= 8
            and not re.search("[，。；、\n]", text.text[counts[at][1].end : match.start()])
        ):
            inside = [one for _, one in counts[at + 1 : bisect_left(starts, match.end())]]
            parts = _listed(text, counts[at][1], inside, False)
            yield from _compared(*counts[at], parts, not SPLITS.search(match[1]))


def _resumed(text: Text, at: int) -> int:
    """Where the sentence of a place begins, or the one before it if it goes on with that: …。其中…."""
    start = text.sentence_start(at)
    goes_on = text.text[start - 1 : start] == "。" and _WORDS["resumes"].match(text.text, start)
    return text.sentence_start(start - 1) if goes_on else start


def _beside(text: Text, n: int, one: Token) -> bool:
    """Whether a count is told for comparison only: 较8月386件增加26件."""
    item = text.reach(n).item
    compared = _WORDS["compared"].search(_window(text, one))
    return bool(compared or _WORDS["changed"].search(item) or MARKS["average"].search(item))


_FALLS = {"halves": 3, "thirds": 4, "months": 4, "quarters": 5}  # a total and its parts by their words; thirds: or less


def _fallen(text: Text, counts: list[tuple[int, Token]]) -> Iterator[Finding]:
    """Totals held against what they fall into by their words: 办结9012件，其中按期办结8990件，超期办结22件."""
    for n, (at, total) in enumerate(counts):
        for name, size in _FALLS.items():
            some = counts[n : n + size]
            together = len(some) == size and _resumed(text, some[-1][1].start) <= total.start
            alike = together and all(_alike(one, total) and one.number.value <= total.number.value for _, one in some)
            if alike and _WORDS[name].fullmatch("|".join(text.reach(m).item for m, _ in some)):
                yield from _compared(at, total, [one for _, one in some[1:]], whole=name != "thirds")


def _countable(text: Text, before: list[tuple[int, Token]], total: Token) -> list[tuple[int, Token]]:
    """Of some counts those that a total may sum up: in its unit, no averages (每件扣0.5分), none in other brackets."""
    inside = text.bracketed(total.start)
    like = [(m, one) for m, one in before if _alike(one, total) and text.bracketed(one.start) == inside]
    return [(m, one) for m, one in like if not _WORDS["each"].search(text.reach(m).item)]


def _called(text: Text, total: Token, listed: list[tuple[int, Token]]) -> list[Token]:
    """The counts of a list that a total sums up by their names: 城管办、社区办两家合计586件."""
    if not (summing := _WORDS["summing"].match(_clause(text, total))):
        return []
    names = summing["names"].split("、")
    found = [[one for m, one in listed if len(name) > 1 and name in text.reach(m).item] for name in names]
    return [one for (one,) in found] if all(len(some) == 1 for some in found) else []


def _first(at: int, total: Token, before: list[tuple[int, Token]], size: int) -> Iterator[Finding]:
    """What comes of a total that says how many it sums up, 前三名合计: of a list in which no other total stands."""
    some = [one for _, one in before]
    if len(some) >= size and all(one.number.value < total.number.value for one in some):
        yield from _compared(at, total, some[:size], whole=True, behind=True)


def _rest(text: Text, before: list[tuple[int, Token]], rest: Token) -> Iterator[Finding]:
    """What comes of a total that falls into some and the rest: 3642件工单中，3607件已办结，其余35件在办."""
    if len(before) < 2:
        return
    (at, total), some = before[0], [one for _, one in before[1:]]
    if _WORDS["within"].search(text.text, total.end, some[0].start):
        sure = len(some) == 1
        yield from (one for one in _compared(at, total, [*some, rest], sure) if sure or one.verdict == AGREES)


def _total(text: Text, at: int, total: Token, like: list[Token]) -> Iterator[Finding]:
    """What comes of a total behind its parts: a list that 、 keeps together, or what the sentence counts of its kind.

    Which of the latter it sums up is not said: of them the last few may be its parts, but some have to be.
    """
    if like and not _WORDS["behind"].fullmatch(text.text, like[-1].end, total.start):
        return
    row, stated = _run(text, like)[-MOST_PARTS:], Fraction(total.number.value)
    if len(row) < 2 or _sum(row) != stated:
        splits = [one.start() for one in SPLITS.finditer(text.text, like[0].end, total.start)] if like else []
        behind = max((at for at in splits if not text.bracketed(at)), default=0)
        like = [one for one in like if one.start > behind] or like
        tails = [like[n:] for n in range(max(0, len(like) - MOST_PARTS), len(like) - 1)]
        nearest = min(tails, key=lambda some: abs(_sum(some) - stated), default=[])
        row = nearest if len(row) < 2 or _sum(nearest) == stated else row  # A 7件，B 3件、C 2件，合计12件
    yield from _compared(at, total, row, whole=True, behind=True)


def _listed(text: Text, total: Token, following: list[Token], joined: bool) -> list[Token]:
    """Of the counts that follow a total, the first ones counted in its unit; `joined` ones have 、 between them."""
    parts: list[Token] = []
    for one in following:
        apart = joined and parts and "、" not in text.text[parts[-1].end : one.start]
        if apart or not _alike(one, total):
            break
        parts.append(one)
    return parts


def _alike(one: Token, other: Token) -> bool:
    return unit_of(one.number.unit) == unit_of(other.number.unit)


def _compared(at: int, total: Token, parts: list[Token], whole: bool, behind: bool = False) -> Iterator[Finding]:
    """Parts of which some may be left out may add up to less, never to more; `whole` ones to the total."""
    if len(parts) < 2:
        return
    stated, added, off = Fraction(total.number.value), _sum(parts), _off(total) + sum(map(_off, parts))
    said = {"total": _plain(stated), "sum": _plain(added), "parts": f"{len(parts)}"}
    if added == stated:
        yield Finding(at, AGREES, Problem(_ADDED[behind, True], said))
    elif added > stated + off or (whole and added < stated - off):
        yield Finding(at, CONFLICTS, Problem(_ADDED[behind, False], said))


_ADDED = {
    (False, True): "后面 {parts} 项合计 {sum}，与总数相符",
    (False, False): "后面 {parts} 项合计 {sum}，与总数 {total} 不符",
    (True, True): "前面 {parts} 项合计 {sum}，与总数相符",
    (True, False): "前面 {parts} 项合计 {sum}，与总数 {total} 不符",
}


def _sum(parts: list[Token]) -> Fraction:
    return sum((Fraction(one.number.value) for one in parts), Fraction(0))


def _off(one: Token) -> Fraction:
    """How far a count told in 万 may be from what was counted; nothing for one told to the last."""
    return Fraction(10) ** one.number.places / 2 if one.number.places > 0 else Fraction(0)


def _plain(number: Fraction) -> str:
    return f"{number}" if number.denominator == 1 else f"{float(number):g}"


def _averages(text: Text, counts: list[tuple[int, Token]]) -> Iterator[Finding]:
    """What comes of a count a month or a community: 全年共受理4706件，月均392件; 6个社区共372件，平均每个社区62件."""
    for n, (at, token) in enumerate(counts):
        item = text.reach(at).item
        per = _WORDS["per"].search(item)
        if not per and not _WORDS["monthly"].search(item):
            continue
        start = text.near_start(token.start)
        told = [one for one in counts[max(0, n - MOST_BASES) : n] if one[1].start >= start]
        bases = [one for m, one in told if _alike(one, token) and not _beside(text, m, one)]
        bases = [one for one in bases if not SPLITS.search(text.text, start, one.start)]  # 其中7月602件: a part
        if per:
            among = [int(one.number.value) for m, one in told if text.reach(m).tail.startswith(per[1])]
            over = [(one, among[0]) for one in bases] if len(among) == 1 and among[0] else []
        else:
            periods = [(one, [None, *_PERIODS.finditer(text.text, start, one.start)][-1]) for one in bases]
            over = [(one, _months(period[0])) for one, period in periods if period]  # 1至11月4310件，全年4706件
        if len(over) == 1:
            ((base, number),) = over
            total = Fraction(base.number.value)
            verdict = printed(token.number, total / number, True)
            said = {"total": _plain(total), "average": _plain(Fraction(quantized(total / number, -2)))}
            yield Finding(at, verdict, Problem(_AVERAGED[verdict], said | {"number": f"{number}", "text": token.text}))


def _months(period: str) -> int:
    """How many months a part of a year has, by its words; the whole of it by those that name no part."""
    first, last = WORDS["halves"].get(period, (1, MONTHS))
    return last - first + 1


_AVERAGED = {
    AGREES: "文中 {total}÷{number}＝{average}，与所写相符",
    TRUNCATED: "文中 {total}÷{number}＝{average}，截断后才是 {text}",
    CONFLICTS: "文中 {total}÷{number}＝{average}，写的却是 {text}",
}


# ------------------------------------------------------------------------------------------- changes


class _Told(NamedTuple):
    """A number of a sentence that is no change; told for comparison (较上年的8310件), an average, a part of another,
    in brackets or a list of 分别; and its words."""

    token: Token
    compared: bool
    average: bool = False
    part: bool = False
    bracketed: bool = False
    item: str = ""


def _changes(text: Text) -> Iterator[Finding]:
    """Every change told with what it is from and to: 比去年的8120件增加730件, 由94%升至97%，上升3个百分点."""
    told: list[_Told] = []
    sentence, earlier = -1, {}  # the counts of the sentences before
    last: list[_Told] = []  # and what the last of them tells of as a whole
    reached = 0  # where the last number that is no change ends
    waiting: tuple[int, Token, bool] | None = None  # a change whose beginning is told behind it
    unsaid = False  # whether the sentence leaves the numbers out that it compares
    named: tuple[Token, Token] | None = None  # those that a change was told of by their names: 12月比10月减少34件
    for n, token in enumerate(text.tokens):
        if not token.number or not token.number.exact:
            continue
        if (start := text.sentence_start(token.start)) != sentence:
            earlier |= {(one.token.number.value, unit_of(one.token.number.unit)): one.token for one in told}
            last = [one for one in told if not (one.compared or one.average or one.part or one.bracketed)]
            told, sentence, waiting, unsaid, named = [], start, None, False, None
        item = text.reach(n).item
        change = _WORDS["changed"].search(item)
        if not change:
            before, inside = _window(text, token), text.bracketed(token.start)
            compared, average = _WORDS["compared"].search(before), MARKS["average"].search(item)
            begun = max(start, reached, text.text.rfind("；", reached, token.start) + 1)  # 其中 holds up to a ；
            part = (begun == reached and any(one.part for one in told[-1:])) or SPLITS.search(
                text.text, begun, token.start
            )
            behind = waiting and inside and text.text.startswith("（", waiting[1].end)  # 少了19件（3月593件）
            bracketed = inside or MARKS["apart"].search(before)  # 分别为311件、305件
            made = _Told(token, bool(compared or behind), bool(average), bool(part), bool(bracketed), item)
            told, reached = [*told[-MOST_BASES:], made], token.end
            begins = waiting and made.compared and _changes_as(waiting[1], token)
            if begins and (ends := _ends_of(text, waiting[1], told, False)):  # 94.5%，提高1.3个百分点，上年为93.2%
                yield from _change(*waiting, *ends)
            waiting = named = None
            unsaid = False
            continue
        down = bool(change["down"])
        if text.text.startswith("（", token.end) and _based_behind(text, n):
            waiting = n, token, down
        elif change["gap"]:
            if ends := _extremes(text, token, told):
                yield from _change(n, token, ends[0].number.value > ends[1].number.value, *ends)
        elif named := (_by_name(text, change, token, told) if change["than"] else named):
            yield from _change(n, token, down, *named)
        elif change["than"] or MARKS["apart"].search(item):
            unsaid = True  # 12月比10月减少34件，降幅13.88%: nor is it said of what the second is
        elif not unsaid:
            if ends := _ends_of(text, token, told, bool(change["year"])):
                yield from _change(n, token, down, *ends)
            elif told and told[-1].compared and _alike(told[-1].token, token):
                end = told[-1].token.number.value + token.number.value * (-1 if down else 1)
                here = any(not one.compared and _alike(one.token, token) for one in told)
                only = last[0].token if len(last) == 1 and not here and _alike(last[0].token, token) else None
                if now := earlier.get((end, unit_of(token.number.unit)), only):
                    told.insert(0, _Told(now, False))  # and so for the share that follows: 增加922件，增长11.1%
                    yield from _change(n, token, down, told[-1].token, now)
            elif told and token.number.unit == POINTS:
                waiting = n, token, down


def _based_behind(text: Text, n: int) -> bool:
    """Whether what a change is from stands in brackets behind it: 环比少了19件（3月593件）."""
    following = text.tokens[n + 1 : n + 4]
    base = next((one for one in following if one.number), None)
    return bool(base and text.bracketed(base.start) and _changes_as(text.tokens[n], base))


def _ends_of(text: Text, token: Token, told: list[_Told], of_a_year: bool) -> tuple[Token, Token] | None:
    """From what to what a change is; None where the sentence does not say both."""
    points = token.number.unit == POINTS
    like = [one for one in told if _changes_as(token, one.token)]
    like = [one for one in like if _alike(one.token, like[-1].token) and one.average == like[-1].average]
    if len(like) < 2:
        return None
    first, second = like[-2].token, like[-1].token
    if like[-1].compared:  # 今年9232件，较上年的8310件增加922件
        now = [one.token for one in like if not (one.compared or one.bracketed)]
        fits = (one for one in reversed(now) if _verdict(token, second, one) == AGREES)
        # Of several counts none is sure to be meant, but the one just before: 超期46件，比去年的72件减少26件.
        just = [one.token for one in like[-2:-1] if not (one.compared or one.part)]
        sure = len(now) == 1 or points or (just and text.text[just[0].end : second.start].count("，") == 1)
        certain = now[-1] if now and sure else None
        return (second, fitting) if (fitting := next(fits, certain)) else None
    between = text.text[first.end : second.start]
    if _WORDS["risen"].fullmatch(between):
        return first, second  # 由94.0%升至97.2%
    periods = _WORDS["period"].search(_window(text, first)) and _WORDS["period"].search(between)
    return (first, second) if periods and not of_a_year else None


def _by_name(text: Text, change: re.Match, token: Token, told: list[_Told]) -> tuple[Token, Token] | None:
    """From what to what a change is that names both: 二季度较一季度增加102件."""
    found = []
    for name in (change["then"], change["now"]):
        name = _WORDS["naming"].sub("", name or "")
        like = [one.token for one in told if name and name in one.item and _changes_as(token, one.token)]
        found += like[-1:]
    return (found[0], found[1]) if len(found) == 2 and found[0] != found[1] and _alike(*found) else None


def _changes_as(token: Token, one: Token) -> bool:
    """Whether a change may be one of a number, by what both are counted in."""
    return _share(one) if token.number.unit == POINTS else not _share(one) and (_share(token) or _alike(one, token))


def _extremes(text: Text, token: Token, told: list[_Told]) -> tuple[Token, Token] | None:
    """The two numbers that are said to lie so far apart: 最高98%，最低85%，相差13个百分点."""
    like = [one.token for one in told if _changes_as(token, one.token) and not _share(token)]
    like = [one for one in like if not _goal(text, one)]
    if _WORDS["extremes"].search(text.text, text.sentence_start(token.start), token.start):
        like = sorted(like, key=lambda one: one.number.value)[:: max(1, len(like) - 1)]
    return (like[0], like[1]) if len(like) == 2 else None


def _moved(token: Token, before: Token, now: Token) -> Fraction | None:
    """By how much one number differs from another, as a change is told: in percent, or in what both are counted in."""
    old, new = Fraction(before.number.value), Fraction(now.number.value)
    if not _share(token):
        return abs(new - old)
    return 100 * abs(new - old) / old if old else None


def _verdict(token: Token, before: Token, now: Token) -> str | None:
    """Whether a change as printed is that between two numbers, whichever way; None where neither can be said."""
    exactly, off = _moved(token, before, now), _off(before) + _off(now)
    if exactly is None:
        return None
    verdict = printed(token.number, exactly, True)
    off *= 100 / Fraction(before.number.value) if _share(token) else 1
    near = off and abs(exactly - Fraction(token.number.value)) <= off + _off(token)
    return None if verdict == CONFLICTS and near else verdict


def _change(at: int, token: Token, down: bool, before: Token, now: Token) -> Iterator[Finding]:
    """What comes of a change between two numbers: of counts in percent or as a count, of rates in points."""
    verdict, fell = _verdict(token, before, now), now.number.value < before.number.value
    if verdict is None:
        return
    verdict = verdict if fell == down or now.number.value == before.number.value else CONFLICTS
    ends = {name: f"{_plain(Fraction(one.number.value))}{one.number.unit}" for name, one in
            (("before", before), ("now", now))}  # fmt: skip
    change = f"{_plain(Fraction(quantized(_moved(token, before, now), -2)))}{token.number.unit}"
    yield Finding(at, verdict, Problem(_MOVED[verdict, fell], ends | {"change": change, "text": token.text}))


_MOVED = {
    (AGREES, False): "文中由 {before} 到 {now}，增加 {change}，与所写相符",
    (AGREES, True): "文中由 {before} 到 {now}，减少 {change}，与所写相符",
    (TRUNCATED, False): "文中由 {before} 到 {now}，增加 {change}，截断后才是 {text}",
    (TRUNCATED, True): "文中由 {before} 到 {now}，减少 {change}，截断后才是 {text}",
    (CONFLICTS, False): "文中由 {before} 到 {now}，增加 {change}，写的却是 {text}",
    (CONFLICTS, True): "文中由 {before} 到 {now}，减少 {change}，写的却是 {text}",
}
