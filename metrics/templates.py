"""The wording of the annual report as the office writes it: plain text, a paragraph a line, with slots for figures.

A heading is known by its numbering (一、 （一） 1.), the first line is the title. A slot stands in full-width brackets
and is called what people call the figure: 【12345工单受理】 【当面咨询：约】 【图：12345工单受理：分月】.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from db.definitions import Catalogue, Indicator
from db.language import Problem, Refusal, Rejected

SHIPPED = Path(__file__).with_name("report.txt")

OFFICE, FIGURE, CLAIM, CHART, TABLE, TO_WRITE = "office", "figure", "claim", "chart", "table", "to_write"
# What the office itself is called, and its days: slot → what it stands for.
OFFICE_WORDS = {
    "单位": "office",
    "年度": "year",
    "下年度": "next_year",
    "截至日": "cut_off",
    "落款日期": "signed",
}
ROUNDED, BASE, BEFORE = "rounded", "base", "before"
HOW = {"约": ROUNDED, "比": BASE, "上年": BEFORE}  # how a figure is written, after a colon
FITS = {True: ({BASE}, {BEFORE}), False: ({ROUNDED}, {BEFORE}, {ROUNDED, BEFORE})}  # by whether it is a ratio
CHARTS = {"分月": "month", "分社区": "community"}
TABLES = {"年度汇总": "totals"}
PREFIXES = {"图": CHART, "表": TABLE, "待写": TO_WRITE}

PROVED, NONE, ALL = "proved", "none", "all"


@dataclass(frozen=True)
class Claim:
    """Words that say what a number would, and what has to be true of `indicators` before they may be said.

    `test`: "proved", what metrics.proofs says of `words`; "none", the figure is 0; "all", the first equals the second
    and that is not 0.
    """

    words: str
    test: str
    indicators: tuple[str, ...]


# Slot → claim. Another one is another line here.
CLAIMS = {
    "无超期": Claim("无超期", PROVED, ("hotline.overdue",)),
    "无延期工单": Claim("无延期工单", PROVED, ("hotline.extended",)),
    "全部办结": Claim("全部办结", NONE, ("hotline.open",)),
    "无挂账工单": Claim("无挂账工单", NONE, ("hotline.suspended",)),
    "无退回工单": Claim("无退回工单", NONE, ("hotline.returned",)),
    "全员通过": Claim("全员通过", ALL, ("exam.passed", "exam.takers")),
    "社区全覆盖": Claim("全覆盖", ALL, ("community.with_adviser", "community.communities")),
}

_SLOT = re.compile("【([^【】]*)】")
_STRAY = re.compile("[【】]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_COLON = re.compile("[：:]")
_SENTENCE = re.compile(r"(?<=[。！？])(?![”’」』）)])|(?<=[。！？][”’」』）)])")
_SORTS = {
    "part": re.compile("[一二三四五六七八九十]+、"),
    "section": re.compile("[（(][一二三四五六七八九十]+[)）]"),
    "point": re.compile(r"\d{1,2}[.．、](?!\d)"),
    "attachment": re.compile(r"附件\s*\d*$"),
    "enclosure": re.compile(r"附件[：:]"),
}
_ALONE = {"单位": "office", "落款日期": "day"}  # a line that is nothing but this is part of the signature


@dataclass(frozen=True)
class Slot:
    """A place for something the store knows. `written`: as it stands in the template, brackets and all.

    `sort` is one of the sorts above; `name` an indicator's code, a key of CLAIMS or TABLES, a value of OFFICE_WORDS, or
    what a person is to write; `how` the values of HOW, or of CHARTS, that follow it.
    """

    written: str
    sort: str
    name: str
    how: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Line:
    """One paragraph: its number in the text, and its sentences as pieces, text or slots.

    `sort`: title, part (一、), section (（一）), point (1.), body, office and day (the signature), enclosure and
    enclosed (附件：1. … and what follows it), attachment (附件1, on a new page) and attachment_title, chart, table.
    """

    number: int
    sort: str
    sentences: tuple[tuple[str | Slot, ...], ...]

    @property
    def text(self) -> str:
        return "".join(map(written, self.sentences))

    @property
    def slots(self) -> Iterator[Slot]:
        return (piece for sentence in self.sentences for piece in sentence if isinstance(piece, Slot))


def written(sentence: tuple[str | Slot, ...]) -> str:
    """A sentence as it stands in the template."""
    return "".join(piece if isinstance(piece, str) else piece.written for piece in sentence)


def shipped() -> str:
    """The wording that comes with the product."""
    return SHIPPED.read_text("utf-8").strip()


def parse(text: str, known: Catalogue) -> list[Line]:
    """The paragraphs of a template.

    Raises Rejected with every slot that nothing is known of (its line, and the nearest name), that asks a figure for
    what it cannot give, or that shares its line with text though it is a chart or a table; Refusal for no text.
    """
    names = _names(known)
    meanings = known.indicators
    lines: list[Line] = []
    problems: list[Problem] = []
    for number, raw in enumerate(text.splitlines(), 1):
        if not (raw := raw.strip()):
            continue
        if _CONTROL.search(raw):
            problems.append(Problem("有看不见的控制字符，请删去", row=number, value=_CONTROL.sub("□", raw)))
            continue
        pieces: list[str | Slot] = []
        for n, piece in enumerate(_SLOT.split(raw)):
            if n % 2 == 0 and _STRAY.search(piece):
                problems.append(Problem("方括号“【】”没有成对", row=number, value=piece))
            elif n % 2 == 0:
                pieces += [piece] if piece else []
            elif isinstance(slot := _slot(piece.strip(), names, meanings), Slot):
                pieces.append(slot)
            else:
                problems.append(Problem(*slot, row=number, column="填空", value=f"【{piece}】"))
        large = [piece for piece in pieces if isinstance(piece, Slot) and piece.sort in (CHART, TABLE)]
        if large and len(pieces) > 1:
            problems.append(Problem("图和表应单独成行", row=number, value=large[0].written))
        sort = large[0].sort if large else _sort(raw, lines)
        lines.append(Line(number, sort, tuple(_sentences(pieces))))
    if problems:
        raise Rejected(problems)
    if not lines:
        raise Refusal("报告的措辞是空的")
    return lines


def _sort(raw: str, before: list[Line]) -> str:
    if not before:
        return "title"
    last = before[-1].sort
    if last == "attachment":
        return "attachment_title"
    if (alone := _SLOT.fullmatch(raw)) and alone[1] in _ALONE:
        return _ALONE[alone[1]]
    found = next((sort for sort, pattern in _SORTS.items() if pattern.match(raw)), "body")
    return "enclosed" if found == "point" and last in ("enclosure", "enclosed") else found


def _sentences(pieces: list[str | Slot]) -> Iterator[tuple[str | Slot, ...]]:
    """A paragraph's pieces, cut after each full stop of its text."""
    sentence: list[str | Slot] = []
    for piece in pieces:
        if isinstance(piece, Slot):
            sentence.append(piece)
            continue
        *ended, rest = _SENTENCE.split(piece)
        for part in ended:
            yield (*sentence, part) if part else tuple(sentence)
            sentence = []
        sentence += [rest] if rest else []
    if sentence:
        yield tuple(sentence)


def _names(known: Catalogue) -> dict[str, str]:
    """Every name an indicator ever bore, and its code → the code. A name once borne is never another's."""
    names = {code: code for code in known.versions}
    for code, versions in known.versions.items():
        names |= {name: code for one in versions for name in one.name.values()}
    return names


def _slot(inner: str, names: Mapping[str, str], meanings: Mapping[str, Indicator]) -> Slot | tuple[str, dict]:
    """What stands between the brackets, understood; or the message why not, with its parameters."""
    slot = f"【{inner}】"
    first, *rest = _COLON.split(inner)
    if (sort := PREFIXES.get(first.strip())) == TO_WRITE:
        return Slot(slot, TO_WRITE, inner)
    if inner in OFFICE_WORDS:
        return Slot(slot, OFFICE, OFFICE_WORDS[inner])
    if inner in CLAIMS:
        return Slot(slot, CLAIM, inner)
    if sort == TABLE:
        name = "：".join(part.strip() for part in rest)
        return Slot(slot, TABLE, TABLES[name]) if name in TABLES else _unknown(name, TABLES)
    asked = _COLON.sub("：", inner[len(first) + 1 :] if sort == CHART else inner)
    named = {_COLON.sub("：", name): code for name, code in names.items()}
    whole, words = asked.strip(), []  # a name may hold a colon itself: the longest that is one is meant
    while whole not in named and "：" in whole:
        whole, _, word = whole.rpartition("：")
        whole, words = whole.strip(), [word.strip(), *words]
    if whole not in named:
        return _unknown(asked.partition("：")[0].strip(), [*names, *CLAIMS, *OFFICE_WORDS])
    code = named[whole]
    offered = CHARTS if sort == CHART else HOW
    if wrong := [word for word in words if word not in offered]:
        return "“{name}”后面不能写“{wrong}”，可用：{offered}", {
            "name": whole,
            "wrong": wrong[0],
            "offered": list(offered),
        }
    how = frozenset(offered[word] for word in words)
    if sort == CHART:
        if len(how) != 1:
            return "图要写明{offered}之一", {"offered": list(CHARTS)}
        return Slot(slot, CHART, code, how)
    if how and how not in FITS[meanings[code].adds == "ratio"]:
        return "“{name}”不能写成“{how}”：约数用于计数，比用于比率", {"name": whole, "how": words}
    return Slot(slot, FIGURE, code, how)


def _unknown(name: str, names) -> tuple[str, dict]:
    nearest = get_close_matches(name, list(names), 1, 0)
    return "没有叫“{name}”的填空，最接近的是“{nearest}”", {"name": name, "nearest": nearest[0] if nearest else "—"}
