"""Every number of a report and every word that claims none or all, each exactly once, and what sort of thing it is.

This room knows Chinese reports and no store: what a figure is a figure of, metrics/claims.py finds. Which words make a
date, an ordinal or a name is data (metrics/report_words.toml).
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from metrics import wording
from metrics.wording import Number

FIGURE, DATE, ORDINAL, NAME = "figure", "date", "ordinal", "name"
ZERO, WHOLE = "zero", "whole"
NUMERALS = "〇零一二两三四五六七八九十百千万亿"
COUNTED = re.compile(rf"[{NUMERALS}\d①-⑳]")
# Half-width marks are as good as full-width ones, but for the comma of 8,412 and the point of 1.5.
_FULL_WIDTH = re.compile(r"(?<!\d),|,(?!\d{3})|[;:!?()](?!\d)|(?<!\d)[:()]|[()]")
_HALF_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
_MARK = dict(zip(",;:!?()", "，；：！？（）", strict=True))
# 第一部分 before 一、 before （一） before 1.
_RANKS = [re.compile(form) for form in (f"第[{NUMERALS}]+部分", f"[{NUMERALS}]+[、.．]", "[（(]", "")]
# A name told before its number: "当面咨询（人次）：232", or a row of a table whose cells a tab parts.
_UNIT = "|".join(wording.MEASURES)
_TITLED = re.compile(
    rf"(?P<title>[^，。；：、\n\t（）]{{2,40}})(?:（(?P<unit>{_UNIT})）[：\t ]{{0,3}}|：|\t(?:(?P<cell>{_UNIT})\t)?)$"
)
_STATED = re.compile(rf"单位：({_UNIT})）")  # 12345工单（单位：件）：受理9232；办结9159
HOTLINE = "12345"
PEOPLE = ("名", "人", "位")
LONGEST_TITLE = 60
LONGEST_TAIL, LONGEST_CLAIM, LONGEST_DENIAL = 24, 14, 40
LONGEST_SENTENCE, LONGEST_PARAGRAPH = 400, 2000  # letters before a number that say what it is of


def _load(path: Path) -> dict:
    """The words of reports with {n}, {d} and the names of [subjects] filled in."""
    words = tomllib.loads(path.read_text("utf-8"))
    names = {"n": NUMERALS, "d": r"\d"}

    def filled(value):
        if isinstance(value, str):
            return re.sub(r"\{([a-z]+)\}", lambda name: names[name[1]], value)
        if isinstance(value, list):
            return [filled(one) for one in value]
        return {key: filled(one) for key, one in value.items()} if isinstance(value, dict) else value

    for name, text in words["subjects"].items():
        names[name] = filled(text)
    return filled(words)


WORDS = _load(Path(__file__).parent / "report_words.toml")
MARKS = {name: re.compile(one if isinstance(one, str) else "|".join(one)) for name, one in WORDS["marks"].items()}
_SORTS = [(row["name"], re.compile("|".join(f"(?:{one})" for one in row["patterns"]))) for row in WORDS["sort"]]
_CLAIMS = re.compile(
    f"(?P<no>{WORDS['claims']['not_zero']})|(?P<zero>{WORDS['claims']['zero']})|(?P<whole>{WORDS['claims']['whole']})"
)


class Token(NamedTuple):
    """A number, or a word that claims none or all, where it stands.

    sort     figure, date, ordinal or name
    number   what it says, of a figure that is a number
    claim    zero or whole, of a figure that is a word
    """

    start: int
    end: int
    text: str
    sort: str
    number: Number | None = None
    claim: str = ""


class Reach(NamedTuple):
    """What stands around a figure and may say what it is a figure of.

    item       its own words before it: from the last mark or number, of a list the last item, of "A、B等C" the C
    tail       what follows it up to the next mark or number
    unit       what it is counted in where that stands before it, as in "当面咨询（人次）：232" and in cells of a table
    run        what stands between the number before it in the sentence and this one
    items      where it sums a list up ("A、B、C等共"), the items of the list; then `item` is what begins the first
    clause     from the last mark or number to the next, the list included
    sentence   from the beginning of the sentence up to the figure, and its tail; of a long one what is near
    paragraph  the same from the beginning of the paragraph
    heading    the heading above it, behind those it stands under
    each       whether 分别 gives it the words of its own place in a list of names: A、B分别为1、2
    """

    item: str
    tail: str
    unit: str
    run: str
    items: tuple[str, ...]
    clause: str
    sentence: str
    paragraph: str
    heading: str
    each: bool = False

    @property
    def own(self) -> str:
        """The words that are the figure's alone."""
        return f"{self.item}|{self.tail}"


class Text:
    """A report, read: its tokens in order, and what stands around each. `text` has its marks in full width."""

    def __init__(self, text: str):
        self.text = _FULL_WIDTH.sub(lambda mark: _MARK[mark[0]], text.translate(_HALF_WIDTH))
        self.written = text
        # What ends a clause, what follows a number, a word's claim, a sentence and a paragraph.
        ends = {"clause": "，。；：！？\n（）", "sentence": "。！？\n", "line": "\n"}
        ends |= {"tail": ends["clause"] + "、", "claim": ends["clause"] + "、“”‘’「」 \t　"}
        self._ends = {
            name: [at for at, letter in enumerate(self.text) if letter in marks] for name, marks in ends.items()
        }

    @cached_property
    def tokens(self) -> list[Token]:
        """All of them, without overlap; every digit and every Chinese numeral lies in exactly one."""
        taken = bytearray(len(self.text))
        found = [Token(start, end, self.written[start:end], sort) for start, end, sort in self._covers(taken)]
        for match in _CLAIMS.finditer(self.text):  # 零超期 and 没有一件 claim: what claims is no number
            if match["zero"] and not any(taken[slice(*match.span())]):
                taken[slice(*match.span())] = b"\1" * (match.end() - match.start())
        bare = "".join("\0" if covered else letter for letter, covered in zip(self.text, taken, strict=True))
        for number in wording.find(bare):
            found.append(self._number(number._replace(text=self.written[number.start : number.end])))
            taken[number.start : number.end] = b"\1" * (number.end - number.start)
        claims = list(self._claims(sorted(found)))
        starts = [token.start for token in claims]
        found = [token for token in found if not self._inside(claims, starts, token.start)]
        for token in (*found, *claims):
            taken[token.start : token.end] = b"\2" * (token.end - token.start)
        # What is left is part of no number (the last of 1.2.3) and of words that claim nothing.
        left = [match for match in COUNTED.finditer(self.text) if taken[match.start()] != 2]
        return sorted([*found, *claims, *(Token(*match.span(), match[0], NAME) for match in left)])

    def _covers(self, taken: bytearray) -> Iterator[tuple[int, int, str]]:
        """The places with numerals that a pattern says are no figures; the first pattern wins."""
        for sort, pattern in _SORTS:
            for match in pattern.finditer(self.text):
                start, end = match.span()
                if not any(taken[start:end]) and COUNTED.search(self.text, start, end):
                    taken[start:end] = b"\1" * (end - start)
                    yield start, end, sort

    def _number(self, number: Number) -> Token:
        """A number that nothing covers: a figure, unless it is a numeral in words that counts nothing."""
        sort = FIGURE if self._counts(number) else NAME
        return Token(number.start, number.end, number.text, sort, number if sort == FIGURE else None)

    def _counts(self, number: Number) -> bool:
        written = self.text[number.at]
        before, after = self.text[: number.start][-1:], self.text[number.end : number.end + 1]
        if written.isdigit():
            return bool(number.unit) or not (before in '“"‘「' and after in '”"’」' and before)
        if not number.unit and number.value == 0:
            return before in "为是" and bool(before)  # 延期工单为零
        if not number.unit or before in "“「" and before:  # “四个自信”
            return not number.exact
        if number.exact and number.value == 1:
            # 一次 in the middle of a sentence is "once" or "a"; it counts where it ends one or is told as a sum.
            return not after or after in "，。；、,;\n" or before in "仅只共各计"
        return True

    def _claims(self, others: list[Token]) -> Iterator[Token]:
        """Words that deny or that tell of all; not those that only look so (无论), nor those with a number (无1件)."""
        starts = [token.start for token in others]
        reached = 0
        for match in _CLAIMS.finditer(self.text):
            if match["no"] or match.start() < reached or self._inside(others, starts, match.start()):
                continue
            if MARKS["denied"].search(self.text, max(0, match.start() - LONGEST_DENIAL), match.start()):
                continue  # 尚未全覆盖, 除1件外全部: says not all
            end = match.end()
            stop = min(_following(self._ends["claim"], end, len(self.text)), end + LONGEST_CLAIM)
            following = bisect_right(starts, end - 1)
            while following < len(others) and others[following].text == HOTLINE:
                following += 1  # 未发生12345工单超期
            if following < len(others) and others[following].start < stop:
                if match["whole"]:
                    yield Token(*match.span(), match[0], NAME)  # the number after it says how many
                    continue
                stop = others[following].start
            if match["zero"] and stop == end:
                continue
            whole = match["whole"]
            last = reached = end if whole == "全覆盖" else stop
            yield Token(match.start(), last, self.written[match.start() : last], FIGURE, None, WHOLE if whole else ZERO)

    @staticmethod
    def _inside(others: list[Token], starts: list[int], at: int) -> bool:
        n = bisect_right(starts, at) - 1
        return n >= 0 and at < others[n].end

    def reach(self, n: int) -> Reach:
        """What stands around the n-th token."""
        if n not in self._reached:
            self._reached[n] = self._around(n)
        return self._reached[n]

    @cached_property
    def _reached(self) -> dict[int, Reach]:
        return {}

    @cached_property
    def _numbers(self) -> list[int]:
        """The tokens that are numbers of figures, by their place among the tokens."""
        return [n for n, token in enumerate(self.tokens) if token.number]

    def _around(self, n: int) -> Reach:
        token, text = self.tokens[n], self.text
        after = bisect_right(self._numbers, n)
        following = self.tokens[self._numbers[after]].start if after < len(self._numbers) else len(text)
        marks = self._ends["tail"]
        if token.number and token.number.unit in PEOPLE:  # 116名街道、社区干部参加考试
            whole = _following(self._ends["clause"], token.end, len(text))
            marks = self._ends["clause"] if whole < following else marks
        stop = min(_following(marks, token.end, len(text)), following, token.end + LONGEST_TAIL)
        tail = (token.text if token.claim else "") + MARKS["out_of"].split(text[token.end : stop])[0]
        clause = text[self._edge_before(n) : token.start]
        line = self.line_start(token.start)
        titled = _TITLED.search(text[max(line, token.start - LONGEST_TITLE) : token.start])
        if titled and not COUNTED.search(titled["title"].replace(HOTLINE, "")):
            clause = titled["title"]
        each = self._named_apart.get(n)
        clause = each or clause
        items = [item for item in clause.split("、") if item]
        item, listed = (items[-1] if items else ""), ()
        head = item.rpartition("等")[2] if "等" in item else item
        summed = MARKS["total"].sub("", head)
        if ("等" in item and not summed.strip("达约有")) or (len(items) > 1 and "等" not in item and summed != head):
            listed, item = tuple(items), items[0]
        elif "等" in item:
            item = summed
        if not listed and len(items) > 1 and (verb := MARKS["verb"].match(items[0])) and not MARKS["verb"].search(item):
            item = verb[0] + item  # 发放手册、折页8000余份
        if token.claim:
            item = ""  # what a word denies or tells of all follows it
        start = self.near_start(token.start)
        before = bisect_right(self._numbers, n - 1) - 1
        last = self.tokens[self._numbers[before]].end if before >= 0 else 0
        run, sentence = text[max(last, start) : token.start], self._topical[start:stop]
        paragraph = self._topical[max(line, token.start - LONGEST_PARAGRAPH) : token.start]
        heading = self._about + self._heading(token.start)
        unit = (titled["unit"] or titled["cell"] or "") if titled else ""
        if not unit and token.number and not token.number.unit:
            unit = next(iter(_STATED.findall(paragraph)[-1:]), "")
        return Reach(item, tail, unit, run, listed, f"{clause}|{tail}", sentence, paragraph, heading, bool(each))

    @cached_property
    def _named_apart(self) -> dict[int, str]:
        """The places of numbers that 分别 gives to as many names before it, and the name of each."""
        found: dict[int, str] = {}
        starts = [self.tokens[n].start for n in self._numbers]
        for match in MARKS["each_named"].finditer(self.text):
            first = bisect_right(starts, match.end() - 1)
            run = self._numbers[first : first + 1] if starts[first : first + 1] == [match.end()] else []
            for n in self._numbers[first + 1 :] if run else []:
                if not MARKS["joined"].fullmatch(self.text, self.tokens[run[-1]].end, self.tokens[n].start):
                    break
                run.append(n)
            names = MARKS["joined"].split(match["names"])
            if len(names) == len(run) > 1:
                found |= zip(run, names, strict=True)
        return found

    @cached_property
    def _topical(self) -> str:
        """The text without words that stand in names and are no topic: “八五”普法 tells of no campaign."""
        return MARKS["no_topic"].sub(lambda name: " " * len(name[0]), self.text)

    def _edge_before(self, n: int) -> int:
        """Where the words of the n-th token begin: after the last mark, or after the number before it and its tail."""
        edge = _before(self._ends["clause"], self.tokens[n].start)
        before = bisect_right(self._numbers, n - 1) - 1
        if before >= 0 and (last := self.tokens[self._numbers[before]]).end > edge:
            mark = _following(self._ends["tail"], last.end, len(self.text))
            edge = mark + 1 if mark < self.tokens[n].start else last.end
        return edge

    def sentence_start(self, at: int) -> int:
        """Where the sentence of a place begins."""
        return _before(self._ends["sentence"], at)

    def near_start(self, at: int) -> int:
        """The same, or what of the sentence is no further off than words can say what a figure is of."""
        return max(self.sentence_start(at), at - LONGEST_SENTENCE)

    def bracketed(self, at: int) -> bool:
        """Whether a place stands in brackets, within its sentence."""
        start = self.near_start(at)
        return self.text.rfind("（", start, at) > self.text.rfind("）", start, at)

    def line_start(self, at: int) -> int:
        """Where the paragraph of a place begins."""
        return _before(self._ends["line"], at)

    @cached_property
    def headings(self) -> list[tuple[int, str]]:
        """Where each heading begins, and its words: a short numbered line, or the numbered opening of a paragraph."""
        numbered = rf"[ \t　]*(?:第[{NUMERALS}]{{1,3}}部分|[（(]?[{NUMERALS}\d]{{1,3}}[)）、.．])[^。\n]{{2,60}}"
        return [(match.start(), match[0]) for match in re.finditer(rf"(?m)^{numbered}", self.text)]

    @cached_property
    def title(self) -> str:
        """The first line that says something, where it is a title: short, and neither a sentence nor a row."""
        line = next((line.strip() for line in self.text.splitlines() if line.strip()), "")
        said = len(line) > LONGEST_TITLE or {"。", "，", "\t"} & set(line) or MARKS["counted"].search(line)
        return "" if said else line

    @cached_property
    def _about(self) -> str:
        """The title of a bulletin of the hotline, whatever it calls that: each of its paragraphs is about it."""
        return f"{self.title}。{HOTLINE}。" if MARKS["of_the_hotline"].search(self.title) else ""

    @cached_property
    def planned(self) -> list[tuple[int, int]]:
        """The stretches that tell of next year's plans: from such a heading to the next of its rank."""
        found, begun, rank = [], None, 0
        for start, heading in self.headings:
            own = _rank(heading)
            if begun is not None and own <= rank:
                found.append((begun, start))
                begun = None
            if begun is None and MARKS["planned"].search(re.split("[。：]", heading)[0]):
                begun, rank = start, own
        return found + ([(begun, len(self.text))] if begun is not None else [])

    def plans_at(self, place: int, year: int) -> bool:
        """Whether a place lies in one of them, or below a title that names the year after the report's."""
        titles = [one for one in self._heading(place).split("。") if not {"，", "："} & set(one)]
        coming = any(str(year + 1) in title and str(year) not in title for title in titles)
        return coming or any(start <= place < end for start, end in self.planned)

    def _heading(self, at: int) -> str:
        """The heading above a place, and those it stands under."""
        n = bisect_right(self._heading_starts, at) - 1
        return self._headed[n] if n >= 0 else ""

    @cached_property
    def _headed(self) -> list[str]:
        """Each heading behind the nearest of every higher rank."""
        found, above = [], [""] * len(_RANKS)
        for _, heading in self.headings:
            rank = _rank(heading)
            above[rank:] = [f"{heading}。"] + [""] * (len(_RANKS) - rank - 1)
            found.append("".join(above))
        return found

    @cached_property
    def _heading_starts(self) -> list[int]:
        return [start for start, _ in self.headings]


def _rank(heading: str) -> int:
    """The place of a heading's form among _RANKS."""
    return next(n for n, form in enumerate(_RANKS) if form.match(heading.strip()))


def _before(places: list[int], at: int) -> int:
    """The letter after the last of some places before `at`."""
    n = bisect_right(places, at - 1) - 1
    return places[n] + 1 if n >= 0 else 0


def _following(places: list[int], at: int, end: int) -> int:
    """The first of some places from `at` on, or the end."""
    n = bisect_right(places, at - 1)
    return places[n] if n < len(places) else end
