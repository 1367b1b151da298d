"""What the office adds to its annual report: its wording, and why a figure stands though daily reports are missing."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, insert, select

from db.batches import need_name, need_reason
from db.engine import now, reading, writing
from db.language import Refusal
from db.schema import report_template, waiver


class Wording(NamedTuple):
    """One version of the report's wording. An empty `text` says: that which came with the product."""

    id: int
    text: str
    recorded_at: datetime
    recorded_by: str


class Waiver(NamedTuple):
    """Why an indicator's figure goes into a year's report though `missing` daily reports behind it are not there."""

    indicator: str
    missing: int
    reason: str
    recorded_at: datetime
    recorded_by: str


SHIPPED = Wording(0, "", datetime.min, "")  # what holds before anybody wrote one
_wordings = select(*(report_template.c[name] for name in Wording._fields)).order_by(report_template.c.id.desc())


def wordings(store: Engine) -> list[Wording]:
    """Every version of the wording, the latest first."""
    with reading(store) as conn:
        return [Wording(*row) for row in conn.execute(_wordings)]


def wording(store: Engine) -> Wording:
    """The wording in force."""
    with reading(store) as conn:
        return _last(conn)


def _last(conn: Connection) -> Wording:
    row = conn.execute(_wordings.limit(1)).one_or_none()
    return Wording(*row) if row else SHIPPED


def save_wording(store: Engine, text: str, *, by: str, seen: int | None = None, at: datetime | None = None) -> Wording:
    """Add a version; an empty `text` goes back to the wording that came with the product. Gives the one in force.

    `seen` is the `id` of the version a form was filled in over. Raises Refusal without a name and where a colleague
    has saved another version since. What is in force already is not saved again.
    """
    by = need_name(by)
    with writing(store) as conn:
        last = _last(conn)
        if text.strip() == last.text.strip():
            return last
        if seen is not None and seen != last.id:
            raise Refusal("{by} 刚刚保存了另一版措辞，请先看过再保存", by=last.recorded_by)
        new = {"text": text.strip(), "recorded_at": at or now(), "recorded_by": by}
        conn.execute(insert(report_template).values(new))
        return _last(conn)


def waivers(store: Engine, year: int) -> dict[str, Waiver]:
    """The waivers of a year's report that hold, by indicator: the last said of each, unless it takes them back."""
    wanted = select(*(waiver.c[name] for name in Waiver._fields)).where(waiver.c.year == year)
    with reading(store) as conn:
        last = {row.indicator: Waiver(*row) for row in conn.execute(wanted.order_by(waiver.c.recorded_at))}
    return {code: one for code, one in last.items() if one.reason}


def waive(
    store: Engine, year: int, missing: Mapping[str, int], *, reason: str, by: str, at: datetime | None = None
) -> None:
    """Say why figures stand in a year's report though that many daily reports (by indicator) are missing.

    Raises Refusal without a reason or a name.
    """
    need_reason(reason)
    _add(store, year, missing, reason.strip(), by, at)


def take_back(store: Engine, year: int, indicators: Iterable[str], *, by: str, at: datetime | None = None) -> None:
    """End waivers: their figures are marked again. Raises Refusal without a name."""
    _add(store, year, dict.fromkeys(indicators, 0), "", by, at)


def _add(store: Engine, year: int, missing: Mapping[str, int], reason: str, by: str, at: datetime | None) -> None:
    said = {"year": year, "recorded_at": at or now(), "reason": reason, "recorded_by": need_name(by)}
    if missing:
        with writing(store) as conn:
            conn.execute(insert(waiver), [said | {"indicator": code, "missing": n} for code, n in missing.items()])
