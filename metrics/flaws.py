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
    """The parts of an annual report that the rules ask for (督察工作规定, 2019) and no heading names."""
    if MARKS["of_the_hotline"].search(read.title):
        return []  # a bulletin
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
    """Dates of a year that is not the report's, where the report tells of its own doings: not in a comparison, a span,
    or the date of a rule; next year's where plans are told, and at the end, where the report is signed."""
    flags = []
    for token in read.tokens:
        found = MARKS["one_year"].match(token.text) if token.sort == DATE else None
        if not found or int(found[1]) == year:
            continue
        before, after = read.text[max(0, token.start - 8) : token.start], read.text[token.end : token.end + 8]
        signed = before.endswith("\n") and not read.text[token.end :].strip()
        next_year = int(found[1]) == year + 1 and (read.plans_at(token.start, year) or signed)
        if not next_year and not MARKS["compared"].search(before) and not MARKS["dated"].match(after):
            reason = Problem("写的是 {other} 年，报告年度是 {year} 年", {"other": found[1], "year": year})
            flags.append(Flag("other-year", reason, token.start, token.end))
    return flags
