"""What reports call an indicator, and what a person said a number in a report is: remembered for the next text."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, Engine, insert, select

from db.batches import need_name
from db.engine import now, reading, writing
from db.language import Refusal
from db.schema import claim_reading, indicator, indicator_alias

LONGEST = 200  # letters of a context


class Reading(NamedTuple):
    """What a number in certain words is: its sort, and of a figure the indicator (None: nothing this store counts)."""

    sort: str
    indicator: str | None


def aliases(conn: Connection) -> Mapping[str, tuple[str, ...]]:
    """Indicator → what reports call it, beside its names. How one is written, metrics/catalogue.toml says."""
    found: dict[str, tuple[str, ...]] = {}
    for code, name in conn.execute(select(indicator_alias.c.indicator, indicator_alias.c.name)):
        found[code] = (*found.get(code, ()), name)
    return found


def readings(conn: Connection) -> dict[str, Reading]:
    """Context → what was said last of a number in it."""
    c = claim_reading.c
    told = select(c.context, c.sort, c.indicator).order_by(c.recorded_at)
    return {context: Reading(sort, code) for context, sort, code in conn.execute(told)}


def remember(store: Engine, context: str, reading_of: Reading, *, by: str) -> None:
    """Keep what a person said of a number. What was said before stays, and this holds.

    Raises Refusal without a name, without a context, or for an unknown indicator.
    """
    by = need_name(by)
    if not context.strip():
        raise Refusal("这个数前后没有文字，无法记住")
    with writing(store) as conn:
        known = reading_of.indicator is None or conn.scalar(
            select(indicator.c.code).where(indicator.c.code == reading_of.indicator)
        )
        if not known:
            raise Refusal("没有指标“{code}”，可在“设置”中查看全部指标", code=reading_of.indicator)
        said = {"context": context[:LONGEST], "recorded_at": now(), "recorded_by": by}
        conn.execute(insert(claim_reading), said | reading_of._asdict())


def remembered(store: Engine) -> tuple[Mapping[str, tuple[str, ...]], dict[str, Reading]]:
    """Aliases and readings, of one moment."""
    with reading(store) as conn:
        return aliases(conn), readings(conn)
