"""The State Council's yearly holiday notices that the office loaded itself, for years the package does not know yet."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import Connection, insert, select

from db import settings
from db.batches import need_name
from db.engine import now
from db.language import Problem, Refusal, Rejected
from db.schema import holiday_notice


@dataclass(frozen=True)
class Notice:
    """Days off and make-up workdays of a year; every other day follows the week. `document`: its number.

    `recorded_by`, `recorded_at`: who loaded it and when; empty for one that is not in the store.
    """

    year: int
    document: str
    holidays: frozenset[date]
    workdays: frozenset[date]
    recorded_by: str = ""
    recorded_at: datetime | None = None


def read(conn: Connection) -> dict[int, Notice]:
    """The notice in force of each year that has one, by year: the one loaded last."""
    found = {}
    for row in conn.execute(select(holiday_notice).order_by(holiday_notice.c.recorded_at)):
        days = (frozenset(map(date.fromisoformat, some)) for some in (row.holidays, row.workdays))
        found[row.year] = Notice(row.year, row.document, *days, row.recorded_by, row.recorded_at)
    return found


def check(year: int, holidays: Collection[date], workdays: Collection[date]) -> None:
    """Raises Refusal for a year out of range or without a holiday, Rejected for days outside the year, days that are
    both, a make-up workday that is no weekend."""
    if not 2000 <= year <= 2100:
        raise Refusal("年度“{year}”应在 2000 至 2100 之间", year=year)
    problems = []
    for day in sorted({*holidays, *workdays}):
        if day.year != year:
            problems.append(Problem("这一天不在 {year} 年内", {"year": year}, column="日期", value=str(day)))
        elif day in holidays and day in workdays:
            problems.append(Problem("同一天既是假日又是调休上班日", {}, column="日期", value=str(day)))
        elif day in workdays and day.weekday() < 5:
            problems.append(Problem("调休上班日应是周六或周日", {}, column="日期", value=str(day)))
    if problems:
        raise Rejected(problems)
    if not holidays:
        raise Refusal("{year} 年的通知里没有假日，请核对", year=year)


def save(
    conn: Connection, year: int, document: str, holidays: Collection[date], workdays: Collection[date], by: str
) -> None:
    """Load a year's notice; an earlier one of that year stays in the store and no longer holds.

    Raises Refusal without a document number or a name, or where they are longer than the store holds, and all that
    `check` raises.
    """
    document, by = document.strip(), need_name(by)
    if not document:
        raise Refusal("请填写放假通知的文号，如“国办发明电〔2025〕7号”")
    if len(document) > (most := holiday_notice.c.document.type.length):
        raise Refusal("“{text}”过长，最多 {n} 字", text=document, n=most)
    check(year, holidays, workdays)
    conn.execute(
        insert(holiday_notice).values(
            year=year,
            recorded_at=now(),
            document=document,
            holidays=sorted(day.isoformat() for day in holidays),
            workdays=sorted(day.isoformat() for day in workdays),
            recorded_by=by,
        )
    )
    settings.put(conn, "notices_saved", uuid4().hex)
