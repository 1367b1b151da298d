"""Which indicator a figure in a report is meant to be: by its unit and by the words around it, never by its number."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from metrics.catalogue import Indicator
from metrics.tokens import WHOLE, WORDS, ZERO, Reach, Token

SAME_UNIT = {"起": "件", "宗": "件", "例": "件", "场次": "场", "名": "人", "位": "人"}
_BLOCKED = {code: re.compile(words) for code, words in WORDS["blocked"].items()}
_RIVALS = {kind: (re.compile(row["words"]), re.compile(row["hub"])) for kind, row in WORDS["rivals"].items()}
_NEAR = WORDS["near"]["kinds"]
_NEEDS = {kind: re.compile(words) for kind, words in WORDS["needs"].items()}
_NOT_UNDER = {kind: re.compile(words) for kind, words in WORDS["not_under"].items()}
_OPPOSITES = WORDS["opposites"]
_UNIT = re.compile(r"（([^（）]+)）$")
NEAR, PARAGRAPH = 3, 1  # what a word of the topic counts in the sentence, and further off; one of its own counts OWN
OWN = 10


class Phrase(NamedTuple):
    """Words by which an indicator is known: `own` stand in the figure's own words, `topic` may stand before."""

    indicator: str
    topic: tuple[str, ...]
    own: tuple[str, ...]
    unit: str
    shown: str


@dataclass(frozen=True)
class Match:
    """The indicator a figure was taken for, or came nearest to, and by which words.

    `sure` is False where the unit is another, or where two indicators are meant equally: then `rivals` says which.
    """

    indicator: str
    phrase: str
    sure: bool
    other_unit: bool = False
    rivals: tuple[str, ...] = ()


def unit_of(written: str) -> str:
    """A unit of measure as units are compared: cases are counted in 件, 起 or 宗 alike; 人次 is not 人."""
    return SAME_UNIT.get(written, written)


class Phrases:
    """All that reports call the indicators."""

    def __init__(self, meanings: Mapping[str, Indicator], aliases: Mapping[str, Iterable[str]]):
        self.meanings = meanings
        self.all: list[Phrase] = []
        for code, meaning in meanings.items():
            for name in (meaning.name["zh"], *aliases.get(code, ())):
                self.all.append(_phrase(code, name, meaning.unit["zh"]))
        self.by_word: dict[str, list[Phrase]] = {}  # by the first of their own words
        for phrase in self.all:
            self.by_word.setdefault(phrase.own[0].removeprefix("^"), []).append(phrase)
        sums = {code: one.parts for code, one in meanings.items() if one.adds == "sum_of"}
        # Of a sum, the words by which each of its parts is known without a topic.
        self.parts = {
            code: {part: [one.own for one in self.all if one.indicator == part and not one.topic] for part in parts}
            for code, parts in sums.items()
        }

    def sum_with(self, code: str) -> str | None:
        """The indicator that is the sum of this one and others, if one is."""
        return next((total for total, parts in self.parts.items() if code in parts), None)

    def match(self, token: Token, around: Reach) -> Match | None:
        """The indicator a figure is meant to be, the nearest where none is certain, None where no words fit."""
        if summed := self._sum(token, around):
            return summed
        best: dict[str, tuple[int, Phrase, bool]] = {}
        own = around.own
        met = (phrase for word, some in self.by_word.items() if word in own for phrase in some)
        blocked = _BLOCKED["*"].search(around.clause if token.claim else own)  # 其余均已办结
        for phrase in met if not blocked else ():
            score = _score(phrase, around, token.claim)
            if score and not self._blocked(phrase, around, token.claim):
                fits = self._fits(phrase, token, around)
                known = best.get(phrase.indicator)
                if known is None or (fits, score) > (known[2], known[0]):
                    best[phrase.indicator] = (score, phrase, fits)
        if not best:
            return None
        fitting = {code: one for code, one in best.items() if one[2]} or best
        top = max(score for score, *_ in fitting.values())
        first = {code: one for code, one in fitting.items() if one[0] == top}
        if len(first) > 1:  # what is told more closely is meant: 当面咨询, not the sum it is part of
            sums = {code for code in first if set(self.parts.get(code, ())) & set(first)}
            first = {code: one for code, one in first.items() if code not in sums}
        (code, (_, phrase, fits)), *rivals = first.items()
        return Match(code, phrase.shown, fits and not rivals, not fits, tuple(code for code, _ in rivals))

    def _sum(self, token: Token, around: Reach) -> Match | None:
        """What a list of the parts of a sum adds up to: "A、B、C等511件", and without 等 where it names three."""
        if not token.number:
            return None
        items = around.items or tuple(item for item in re.split("[、，]", around.run) if item)
        for code, parts in self.parts.items():
            met = {
                part
                for part, phrases in parts.items()
                if any(all(word in item for word in own) for own in phrases for item in items)
            }
            enough = len(met) > 1 if around.items else len(met) > 2
            if enough and unit_of(self.meanings[code].unit["zh"]) == unit_of(token.number.unit or around.unit):
                return Match(code, "、".join(items), True)
        return None

    def _fits(self, phrase: Phrase, token: Token, around: Reach) -> bool:
        if token.claim == ZERO:
            return phrase.unit != "%"
        if token.claim == WHOLE:
            return phrase.unit == "%"
        if token.number.value == 0 and not token.number.unit:  # 延期工单为0
            return phrase.unit != "%"
        units = phrase.unit, self.meanings[phrase.indicator].unit["zh"]
        return unit_of(token.number.unit or around.unit) in map(unit_of, units)

    @staticmethod
    def _blocked(phrase: Phrase, around: Reach, claim: str) -> bool:
        blocked = _BLOCKED.get(phrase.indicator)
        if blocked and blocked.search(around.own):
            return True
        for words, hub in filter(None, map(_RIVALS.get, (phrase.indicator.partition(".")[0], phrase.indicator))):
            # What stands since the number before this one speaks first; the rest of the sentence where it is silent.
            near = around.run + around.tail if hub.search(around.sentence) and not claim else around.sentence
            if _last(words, near) > _last(hub, near):
                return True
        return False


def _last(words: re.Pattern, text: str) -> int:
    """Where words stand last in a text, -1 where they do not."""
    return max((match.start() for match in words.finditer(text)), default=-1)


def _phrase(code: str, name: str, unit: str) -> Phrase:
    told = _UNIT.search(name)
    words = _UNIT.sub("", name)
    topic, _, own = words.rpartition(">")
    return Phrase(code, tuple(topic.split()), tuple(own.split()), told[1] if told else unit, words)


def _score(phrase: Phrase, around: Reach, claim: str) -> int:
    """How much of what was written speaks for a phrase; 0 where a word of it is missing.

    In a list that a number sums up, a noun that is an item itself says nothing of the sum: "A会、B会等共12次".
    """
    own = f"{around.item}#|{around.tail}" if around.items else around.own
    opposite = _OPPOSITES["before"] + ("" if claim else _OPPOSITES["denied"])
    if not all(
        around.tail.startswith(word[1:]) if word[0] == "^" else _says(own, word, opposite) for word in phrase.own
    ):
        return 0
    if around.items and any(around.item.endswith(word) for word in phrase.own):
        return 0
    score = OWN * sum(map(len, phrase.own))
    kind = phrase.indicator.partition(".")[0]
    needs, near = _NEEDS.get(kind), kind in _NEAR
    if kind in _NOT_UNDER and _NOT_UNDER[kind].search(around.heading):
        return 0
    if needs and not needs.search(f"{phrase.shown}{around.sentence}{around.heading}"):
        return 0
    # Of a list that the number sums up what one item says is no topic: 合同 is not, in 审查文件、合同、纪要等270份.
    sentence = around.sentence.partition(around.items[0])[0] if around.items else around.sentence
    for word in phrase.topic:
        if word in sentence or (around.items and all(word in item for item in around.items)):
            score += NEAR * len(word)
        elif word in around.heading or (not near and not around.items and word in around.paragraph):
            score += PARAGRAPH * len(word)
        else:
            return 0
    return score


def _says(text: str, word: str, opposite: str) -> bool:
    """Whether a word stands in a text and is not turned into its opposite by the letter before it."""
    at = text.find(word)
    while at >= 0:
        if at == 0 or text[at - 1] not in opposite or text[max(0, at - 2) : at] in _OPPOSITES["said"]:
            return True
        at = text.find(word, at + 1)
    return False
