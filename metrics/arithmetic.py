"""Sums and shares a report states, computed again from the numbers it gives: 办结591件 of 594 is not 99.6%."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from db.language import Problem
from metrics.phrases import unit_of
from metrics.tokens import MARKS, WORDS, Text, Token
from metrics.wording import Number, quantized, truncated

_WORDS = {name: re.compile(text) for name, text in WORDS["arithmetic"].items()}
SPLITS = _WORDS["splits"]  # 其中, 包括: what follows is a part
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
    """Every share and sum that can be computed again, and what comes of it."""
    counts = [
        (n, token) for n, token in enumerate(text.tokens) if token.number and token.number.exact and not _share(token)
    ]
    tried = [_tried(text, n, token, counts) for n, token in enumerate(text.tokens) if token.number and _share(token)]
    shares = [one for one in tried if one and one.wholes]
    # Of the bases that would do, the one that most shares of the text are taken from is the one meant.
    often = Counter(whole for one in shares for whole in one.agreeing)
    return [*(_judged(one, often) for one in shares), *_sums(text, counts)]


def _share(token: Token) -> bool:
    return token.number.unit == "%"


class _Tried(NamedTuple):
    """A share, the count it is the share of, and all that might be the whole."""

    at: int
    token: Token
    part: Fraction
    wholes: list[Fraction]

    def verdict(self, whole: Fraction) -> str:
        return printed(self.token.number, 100 * self.part / whole, self.part >= whole)

    @property
    def agreeing(self) -> list[Fraction]:
        return [whole for whole in self.wholes if self.verdict(whole) == AGREES]


def _tried(text: Text, n: int, token: Token, counts: list[tuple[int, Token]]) -> _Tried | None:
    """A share with what it may be a share of; None where the text does not say."""
    around = text.reach(n)
    before = counts[: bisect_left(counts, n, key=lambda one: one[0])]
    near = [one for one in before if one[1].start >= token.end - len(around.sentence)]
    siblings = None
    if MARKS["share"].search(around.item) and near:
        at, bases = near[-1][0], before
        siblings = _siblings(text, text.tokens[at], counts)
    elif rate := _WORDS["rate"].search(around.item):
        wanted = _core(rate[1])
        at = next((m for m, _ in reversed(near) if _core(text.reach(m).item) == wanted), None)
        bases = near
    else:
        at = None
    if at is None:
        return None
    part = text.tokens[at].number
    wholes = [
        Fraction(one.number.value)
        for m, one in reversed(bases)
        if m != at and unit_of(one.number.unit) == unit_of(part.unit) and one.number.value >= part.value
    ]
    wholes += [siblings] if siblings and siblings >= part.value else []
    return _Tried(n, token, Fraction(part.value), list(dict.fromkeys(whole for whole in wholes if whole)))


def _judged(tried: _Tried, often: Counter) -> Finding:
    printed_as = Fraction(tried.token.number.value)

    def fitness(whole: Fraction) -> tuple:
        distance = abs(100 * tried.part / whole - printed_as)
        return (AGREES, TRUNCATED, CONFLICTS).index(tried.verdict(whole)), -often[whole], distance

    whole = min(tried.wholes, key=fitness)
    verdict = tried.verdict(whole)
    share = float(quantized(100 * tried.part / whole, -4))
    said = {"part": f"{tried.part}", "whole": f"{whole}", "share": f"{share:g}", "text": tried.token.text}
    return Finding(tried.at, verdict, Problem(_SAID[verdict], said))


_SAID = {
    AGREES: "文中 {part}÷{whole}＝{share}%，与所写相符",
    TRUNCATED: "文中 {part}÷{whole}＝{share}%，截断后才是 {text}",
    CONFLICTS: "文中 {part}÷{whole}＝{share}%，写的却是 {text}",
}


def _siblings(text: Text, part: Token, counts: list[tuple[int, Token]]) -> Fraction | None:
    """The sum of the counts of a paragraph that are each followed by a share: together they may be the whole."""
    first = text.text.rfind("\n", 0, part.start) + 1
    last = text.text.find("\n", part.end)
    here = [(n, one) for n, one in counts if first <= one.start and (last < 0 or one.start < last)]
    some = [
        one for n, one in here if n + 1 < len(text.tokens) and (after := text.tokens[n + 1]).number and _share(after)
    ]
    return sum((Fraction(one.number.value) for one in some), Fraction(0)) if len(some) > 1 else None


def _core(words: str) -> str:
    """What is counted, without the words of counting: 累计办结了 and 办结数为 are 办结."""
    return _WORDS["filler_before"].sub("", _WORDS["filler_after"].sub("", words.strip()))


def _sums(text: Text, counts: list[tuple[int, Token]]) -> Iterator[Finding]:
    """Totals held against their parts: those in brackets behind a total, or a list after 其中 kept together by 、."""
    starts = [token.start for _, token in counts]
    for match in SPLITS.finditer(text.text):
        sentence = max(text.text.rfind(mark, 0, match.start()) for mark in "。！？\n") + 1
        first = SPLITS.search(text.text, sentence)
        at = bisect_left(starts, first.start()) - 1  # what the sentence says before its first 其中 is what is split
        if at >= 0 and starts[at] >= sentence:
            end = re.compile("[。；！？\n]|" + SPLITS.pattern).search(text.text, match.end())
            stop = end.start() if end else len(text.text)
            parts = _listed(text, counts[at][1], [one for _, one in counts if match.end() <= one.start < stop], True)
            yield from _compared(*counts[at], parts, whole=False)
    for match in re.finditer("（([^（）\n]*)）", text.text):
        at = bisect_left(starts, match.start()) - 1
        if (
            at >= 0
            and match.start() - counts[at][1].end <= 8
            and not re.search("[，。；、\n]", text.text[counts[at][1].end : match.start()])
        ):
            inside = [one for _, one in counts if match.start() < one.start < match.end()]
            parts = _listed(text, counts[at][1], inside, False)
            yield from _compared(*counts[at], parts, whole=not SPLITS.search(match[1]))


def _listed(text: Text, total: Token, following: list[Token], joined: bool) -> list[Token]:
    """Of the counts that follow a total, the first ones counted in its unit; `joined` ones have 、 between them."""
    parts: list[Token] = []
    for one in following:
        apart = joined and parts and "、" not in text.text[parts[-1].end : one.start]
        if apart or unit_of(one.number.unit) != unit_of(total.number.unit):
            break
        parts.append(one)
    return parts


def _compared(at: int, total: Token, parts: list[Token], whole: bool) -> Iterator[Finding]:
    """Parts of which some may be left out may add up to less, never to more; `whole` ones to the total."""
    if len(parts) < 2:
        return
    added = sum(int(one.number.value) for one in parts)
    said = {"total": f"{total.number.value}", "sum": f"{added}", "parts": f"{len(parts)}"}
    if added == total.number.value:
        yield Finding(at, AGREES, Problem("后面 {parts} 项合计 {sum}，与总数相符", said))
    elif added > total.number.value or whole:
        yield Finding(at, CONFLICTS, Problem("后面 {parts} 项合计 {sum}，与总数 {total} 不符", said))
