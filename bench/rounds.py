"""Taking turns with the clock: every round times each way once, and the median round of each is compared."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any, NamedTuple


class Result(NamedTuple):
    """A row of the table. `ours` and `bare` are seconds; `held` is None where there is no target.

    Both are None where what is told is no time.
    """

    what: str
    ours: float | None
    bare: float | None
    ratio: str
    target: str
    held: bool | None


def clocked(act: Callable, *args: Any, **kwargs: Any) -> tuple[float, Any]:
    """Call once: the seconds it took, and what it returned."""
    begun = time.perf_counter()
    result = act(*args, **kwargs)
    return time.perf_counter() - begun, result


def in_turns(*ways: Callable[[], object], rounds: int, pause: float = 0) -> list[float]:
    """The median time of each way in seconds, `pause` seconds between calls. Who begins changes every round."""
    times: list[list[float]] = [[] for _ in ways]
    for n in range(rounds):
        for place in range(len(ways)):
            at = (place + n) % len(ways)
            time.sleep(pause)
            times[at].append(clocked(ways[at])[0])
    return [median(one) for one in times]


def at_most(what: str, ours: float, bare: float, limit: float | None = None) -> Result:
    """Ours may take `limit` times as long; without a limit the ratio is only told."""
    target = ("", None) if limit is None else (f"≤ {limit}×", ours <= limit * bare)
    return Result(what, ours, bare, f"{ours / bare:.2f}× the time", *target)


def at_least(what: str, ours: float, bare: float, factor: float | None = None) -> Result:
    """Ours runs at `factor` times the rate or more; without a factor the ratio is only told."""
    target = ("", None) if factor is None else (f"≥ {factor}×", bare >= factor * ours)
    return Result(what, ours, bare, f"{bare / ours:.2f}× the rate", *target)


def within(what: str, amount: float, limit: float, unit: str) -> Result:
    """An amount that is no time, of which there may be so much."""
    return Result(what, None, None, f"{amount:.2f} {unit}", f"≤ {limit} {unit}", amount <= limit)


def table(results: list[Result]) -> str:
    """The results as aligned text, times in milliseconds."""
    verdict = {True: "held", False: "NOT HELD", None: ""}
    lines = [("what", "ours ms", "bare ms", "ratio", "target", "")]
    lines += [(r.what, _shown(r.ours), _shown(r.bare), r.ratio, r.target, verdict[r.held]) for r in results]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines)


def _shown(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1e3:.2f}"
