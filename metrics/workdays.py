"""The Chinese working-day calendar: the State Council's yearly notice, make-up workdays included.

A year without a notice is unknown and refused, never guessed from Monday to Friday.
"""

from datetime import date, timedelta

import chinese_calendar

from db.language import Refusal


def is_workday(day: date) -> bool:
    """Whether offices work on `day`. Raises Refusal where that year's notice is not known."""
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        raise Refusal("{year} 年放假通知未载入", year=day.year) from None


def workdays(first: date, last: date) -> list[date]:
    """The working days from `first` to `last`, both included. Raises Refusal for an unknown year."""
    days = (first + timedelta(n) for n in range((last - first).days + 1))
    return [day for day in days if is_workday(day)]
