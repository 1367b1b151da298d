"""Of which time the numbers of a report speak: of its year, of some months, or of another time altogether.

What stands last before a number says it, within its sentence; what a sentence tells figures of holds on in its
paragraph; and what a text begins with (4月份, the bulletin of a month) holds where nothing else is said. The words are
data (metrics/report_words.toml).
"""

import re
from bisect import bisect_right
from datetime import date
from typing import NamedTuple

from db.language import Problem
from metrics.tokens import MARKS, WORDS, Text

_ROWS = {row["name"]: re.compile(row["pattern"]) for row in WORDS["time"]}
_ENDS = "(?P<sentence>[。！？])|(?P<line>\n)|(?P<close>）)|(?P<pause>[，；])"
_MARKS = re.compile("|".join([*(f"(?P<{name}>{row.pattern})" for name, row in _ROWS.items()), _ENDS]))
_SPANS = {"half": WORDS["halves"], "named_month": WORDS["named_months"]}  # words → first and last month
_LAST_DAYS = 28  # a stretch from the first of a month to one of its last days is told of whole months
_SENTENCE = re.compile("[。！？\n]")
_FAR = 200  # letters that are looked at around words
_TITLE = 40  # letters of a line that may be a title
EVENT = Problem("说的是某一天的事，不是全年的数")
PASSING = Problem("说的是另一段时间，不是全年的数")


class Time(NamedTuple):
    """The months told of, () for the whole year; or why what is told is no figure of the report's year.

    `other_year`: it is another year's.
    """

    months: tuple[int, ...] = ()
    aside: Problem | None = None
    other_year: bool = False


YEAR = Time()


class Times:
    """Which time holds at each place of a text, the report being one of the year up to `cut_off`."""

    def __init__(self, read: Text, cut_off: date):
        self.text, self.year, self.cut_off = read.text, cut_off.year, cut_off
        self.first = re.search(r"[。！？]|\Z", self.text).start()  # where the first sentence ends
        counted = MARKS["counted"].search(self.text)
        self.figures = counted.start() if counted else len(self.text)  # where they begin
        self.places: list[int] = []
        self.held: list[Time] = []
        self._walk()

    def at(self, place: int) -> Time:
        """The time that holds at a place of the text."""
        n = bisect_right(self.places, place)
        return self.held[n - 1] if n else YEAR

    def _walk(self) -> None:
        # What the text begins with, the paragraph and the sentence say, None where nothing; of a sentence that a
        # bracket or a figure told for comparison (去年同期为7960件，) interrupts, what it said before.
        begun = paragraph = sentence = around = beside = None
        told: list[Time] = []  # of which times the sentence tells figures
        for match in _MARKS.finditer(self.text):
            name = match.lastgroup
            if name in ("line", "point", "sentence"):
                sentence = around = beside = None
                paragraph, told = paragraph if name == "sentence" else None, []
            elif match[0] == "；" and sentence and sentence.months and len(told) > 1:
                sentence, told = None, []  # 7月48件、8月57件、9月49件；化解150件: of all again
            elif name in ("close", "pause"):
                was, around, beside = (around, None, beside) if name == "close" else (beside, around, None)
                if was is None:
                    continue
                (sentence,) = was
            elif self._idle(name, match, sentence, sentence or paragraph or begun or YEAR, told):
                continue
            else:
                time, lasts, begins = self._told(name, match, begun, told)
                if name == "beside":
                    beside = (sentence,)
                elif not lasts and self._in_brackets(match.start()):
                    around = (sentence,)
                before = self._figures_before(match.start())
                # 全年9232件，其中3月903件: the next sentence tells of the year; 2023年8767件，2024年9232件: of 2024
                if lasts and (not before or (sentence or YEAR).other_year):
                    paragraph = time
                    passing = begun is None or begun.other_year or begun.aside == EVENT
                    begun = time if begins and passing else begun
                sentence = time
                told = [*(one for one in told if before and one != time), time]
            self.places.append(match.end())
            self.held.append(sentence or paragraph or begun or YEAR)

    def _idle(self, name: str, match: re.Match, sentence: Time | None, held: Time, told: list[Time]) -> bool:
        """Whether words say nothing new where they stand."""
        if name == "whole":
            return held.other_year  # 2023年，…全年受理: the whole of that year
        if name == "until":
            return held.aside == PASSING  # 成立于2020年。截至目前: since then
        if name == "event":
            return bool(MARKS["several"].search(self._said_before(match.start())))  # 举办活动16场，活动现场发放: of all
        if name == "total":  # 一季度213人次，98人次，合计: of that; but 5月968件，12月590件，合计: of more
            return len(told) < 2
        if name == "so_far":  # 1—6月累计受理: of those months
            return not (sentence and sentence.months and self._figures_before(match.start()))
        if name == "year" and MARKS["this_year"].match(match[0]):  # 截至8月底，街道今年已举办
            return bool(sentence and sentence.months and not self._figures_before(match.start()))
        return name == "none"

    def _told(self, name: str, match: re.Match, begun: Time | None, told: list[Time]) -> tuple[Time, bool, bool]:
        """What words say, whether it lasts beyond their sentence, and whether a text may begin with it."""
        parts = _ROWS[name].match(self.text, match.start()).groups()
        if name == "last_year" or (name == "beside" and not any(parts)):
            return self._other(self.year - 1), False, False
        year = next((int(part) for part in parts if part and len(part) == 4), self.year)
        if year != self.year:
            opens = name != "beside" and self._opens(match.start()) and not self._alone(match)
            return self._other(year), opens, opens
        months = begun.months if begun else ()  # of a bulletin
        if name == "until" and (numbers := _numbers(parts)) and numbers[0] < self.cut_off.month:
            return (begun if numbers[0] in months[-1:] else Time((), PASSING)), True, False
        if name == "total":
            return _together(told), False, False
        if name == "risen_to":
            return begun or YEAR, True, False
        if name in ("beside", "so_far"):
            return Time((), PASSING) if name == "so_far" else YEAR, False, False
        if name == "year" and months and MARKS["since_january"].match(match[0]):
            return Time(tuple(range(1, months[-1] + 1))), False, False
        if name in ("whole", "year", "until"):
            return YEAR, True, True
        now = MARKS["now"].match(match[0]) if name == "short" else None
        if now and len(months) == (1 if now["month"] else 3):  # 本月 in a bulletin of one
            return begun, False, False
        if name in _ASIDE:
            lasts = name != "passing" and (name != "lately" or self._counted(match.end()))
            # 其中12月4日当天, or some years among the year's figures: what follows tells of the year again
            lasts = lasts and not MARKS["splits"].match(self._said_before(match.start()))
            lasts = lasts and not (name == "long" and self._told_before(match.start()))
            begins = name == "short" or (name in _BEGINS and match.start() < self.first and not self._alone(match))
            return Time((), _ASIDE[name]), lasts, begins
        months = self._months(name, match[0], parts)
        if months is None:
            return Time((), EVENT), True, False
        lasts = (self._counted(match.end()) and not self._told_before(match.start())) or self._titled(match)
        return Time(months), lasts, lasts and match.start() < self.figures

    def _other(self, year: int) -> Time:
        return Time((), Problem("说的是 {year} 年", {"year": year}), True)

    def _months(self, name: str, words: str, parts: tuple) -> tuple[int, ...] | None:
        """The months that words tell of; None where they are not whole ones."""
        numbers = _numbers(parts)
        if name in _SPANS:
            first, last = next(ends for said, ends in _SPANS[name].items() if said in words)
        elif name == "days":
            first, day, last, end = numbers if len(numbers) == 4 else (*numbers[:2], numbers[0], numbers[2])
            if day != 1 or (end < _LAST_DAYS and (last, end) != (self.cut_off.month, self.cut_off.day)):
                return None
        else:
            first, last = numbers[0], numbers[-1]
            first, last = {"upto": (1, last), "first": (1, last), "since": (first, 12)}.get(name, (first, last))
        return tuple(range(first, last + 1)) if 1 <= first <= last <= 12 and (first, last) != (1, 12) else ()

    def _said_before(self, place: int) -> str:
        """What the sentence says up to a place."""
        return _SENTENCE.split(self.text[max(0, place - _FAR) : place])[-1]

    def _figures_before(self, place: int) -> bool:
        """Whether the sentence tells figures before a place."""
        return bool(MARKS["counted"].search(self._said_before(place)))

    def _counted(self, place: int) -> bool:
        """Whether figures follow in the sentence."""
        end = _SENTENCE.search(self.text, place, place + _FAR)
        return bool(MARKS["counted"].search(self.text, place, end.start() if end else place + _FAR))

    def _told_before(self, place: int) -> bool:
        """Whether the paragraph has told figures before the sentence of a place: then a month is told in passing."""
        end = place - len(self._said_before(place))
        return bool(MARKS["counted"].search(self.text, self._line_start(place, _FAR), end))

    def _line_start(self, place: int, far: int) -> int:
        """Where the line of a place begins, or what of it is no further off."""
        nearest = max(0, place - far)
        return self.text.rfind("\n", nearest, place) + 1 or nearest

    def _line(self, match: re.Match) -> str:
        """The line in which words stand, without them; of a long one what is nearest."""
        start = self._line_start(match.start(), _FAR)
        end = self.text.find("\n", match.end(), match.end() + _FAR)
        return self.text[start : match.start()] + self.text[match.end() : end if end >= 0 else match.end() + _FAR]

    def _titled(self, match: re.Match) -> bool:
        line = self._line(match)
        return 0 < len(line.strip("（） ")) <= _TITLE and "。" not in line and "，" not in line

    def _alone(self, match: re.Match) -> bool:
        """Whether words are all of their line, as a date below a title is."""
        return not self._line(match).strip("（） \t　")

    def _opens(self, place: int) -> bool:
        """Whether words stand at the beginning of a paragraph, behind its number."""
        return bool(MARKS["numbered"].fullmatch(self.text, self._line_start(place, _TITLE), place))

    def _in_brackets(self, place: int) -> bool:
        start = max(0, place - _FAR)
        return self.text.rfind("（", start, place) > max(self.text.rfind(mark, start, place) for mark in "）。\n")


def _together(told: list[Time]) -> Time:
    """The months that follow one another in what a sentence told of, 7月231件，8月218件，9月189件; else the year."""
    months = tuple(sorted({month for one in told for month in one.months}))
    following = months and months[-1] - months[0] + 1 == len(months) < 12
    return Time(months) if following and all(one.months for one in told) else YEAR


def _numbers(parts: tuple) -> list[int]:
    """The months and days of what was told, without its year."""
    return [int(part) for part in parts if part and len(part) < 4]


_ASIDE = {
    "long": PASSING,
    "lately": PASSING,
    "passing": PASSING,
    "short": PASSING,
    "event": EVENT,
    "day": EVENT,
}
_BEGINS = {"event", "day"}
