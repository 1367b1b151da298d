"""The Chinese working-day calendar."""

from datetime import date

import pytest

from db.language import Refusal
from metrics.workdays import is_workday, workdays


@pytest.mark.parametrize(("year", "days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_the_workdays_of_its_notice(year, days):
    assert len(workdays(date(year, 1, 1), date(year, 12, 31))) == days


def test_a_make_up_sunday_is_worked_and_a_holiday_monday_is_not():
    assert is_workday(date(2024, 2, 4)) and is_workday(date(2024, 9, 14))
    assert not is_workday(date(2024, 2, 12))


def test_a_year_without_a_notice_is_refused_by_name():
    with pytest.raises(Refusal, match="2027 年放假通知未载入"):
        is_workday(date(2027, 3, 1))
