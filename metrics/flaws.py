"""What is wrong with a report beside its numbers: a part that is missing, a blank left, another year's date."""

import re
from dataclasses import dataclass

from db.language import Problem
from metrics.tokens import DATE, MARKS, WORDS, Text


@dataclass(frozen=True)
class Flag:
    """One such thing, and where it stands; nowhere, where something is missing."""

    sort: str
    reason: Problem
    start: int | None = None
    end: int | None = None


def missing_parts(read: Text) -> list[Flag]:
    """The parts of a report that the rules ask for (督察工作规定, 2019) and no heading names."""
    lines = [heading for _, heading in read.headings]
    lines += [line for line in read.text.splitlines() if len(line) <= 40 and "。" not in line]
    return [
        Flag("missing-part", Problem("没有“{part}”部分", {"part": part}))
        for part, words in WORDS["parts"].items()
        if not any(re.search(words, line) for line in lines)
    ]


def unfilled(text: str) -> list[Flag]:
    """Places that still wait for their words or numbers: XX, 【待写】."""
    return [
        Flag("unfilled", Problem("还没有填：“{text}”", {"text": match[0]}), *match.span())
        for match in MARKS["unfilled"].finditer(text)
    ]


def other_years(read: Text, year: int) -> list[Flag]:
    """Dates of a year that is not the report's, but for spans of years, and the next one where plans are told."""
    flags = []
    for token in read.tokens:
        found = MARKS["one_year"].match(token.text) if token.sort == DATE else None
        plan = found and int(found[1]) == year + 1 and any(start <= token.start < end for start, end in read.planned)
        if found and int(found[1]) != year and not plan:
            reason = Problem("写的是 {other} 年，报告年度是 {year} 年", {"other": found[1], "year": year})
            flags.append(Flag("other-year", reason, token.start, token.end))
    return flags
