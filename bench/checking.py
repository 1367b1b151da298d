"""A report of 20,000 letters held against the sample year, beside the one question that any page asks."""

from datetime import date
from functools import partial
from itertools import count
from pathlib import Path

from bench.rounds import Result, at_most, in_turns, within
from bench.stores import sample_year
from metrics.catalogue import Catalogue, catalogue
from metrics.claims import check
from metrics.figures import figures

YEAR, CUT_OFF = 2024, date(2024, 12, 18)
LETTERS, SECONDS, LONGER = 20_000, 1.0, 10


def run(folder: Path, rounds: int = 7) -> list[Result]:
    """Check the report, the same ten times as long, and ask the year's figures once, in turns."""
    store = sample_year(folder / "checking.db")
    known = catalogue(store)
    short, long = (_report(known, length) for length in (LETTERS, LONGER * LETTERS))
    asked = partial(figures, store, YEAR, cut_off=CUT_OFF)
    checks = [partial(check, store, text, YEAR, CUT_OFF) for text in (short, long)]
    ours, longer, figure = in_turns(*checks, asked, rounds=rounds)
    store.dispose()
    return [
        within(f"check a report of {LETTERS:,} letters", ours, SECONDS, "s"),
        at_most("… against asking the year's figures", ours, figure),
        at_most(f"… of {LONGER * LETTERS:,} letters against that", longer, ours, LONGER * 1.3),
    ]


def _report(known: Catalogue, length: int) -> str:
    """A text of so many letters with a number every dozen of them: dates, lists, shares, and that none was late."""
    lines, numbers = ["一、主要举措和成效"], count(3)
    while sum(map(len, lines)) < length:
        for meaning in known.on(CUT_OFF).values():
            n = next(numbers)
            name, unit = meaning.name["zh"], meaning.unit["zh"]
            lines.append(
                f"（{n % 9 + 1}）{n % 12 + 1}月份，街道完成{name}{n}{unit}，其中网格{n % 7}{unit}、社区{n % 5}{unit}；"
            )
            lines.append(f"全年累计{name}{100 * n}余{unit}，较上年增长{n % 30}%，12345工单无超期、无延期工单。")
    return "\n".join(lines)[:length]
