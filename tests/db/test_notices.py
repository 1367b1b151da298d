"""A year's holiday notice as the office loads it."""

from datetime import date

import pytest

from db import notices, store
from db.engine import reading, writing
from db.language import Refusal, Rejected

NUMBER = "国办发明电〔2026〕9号"
OFF, ON = {date(2027, 1, 1), date(2027, 1, 2)}, {date(2027, 2, 20)}


@pytest.fixture
def save(office):
    def save(year=2027, document=NUMBER, holidays=OFF, workdays=ON, by="王芳"):
        with writing(office) as conn:
            notices.save(conn, year, document, holidays, workdays, by)

    return save


@pytest.fixture
def stored(office):
    def stored():
        with reading(office) as conn:
            return notices.read(conn)

    return stored


def test_a_loaded_notice_is_read_back_with_who_loaded_it(save, stored):
    save(document=f" {NUMBER} ", by=" 王芳 ")
    found = stored()[2027]
    assert (found.year, found.document, found.holidays, found.workdays) == (2027, NUMBER, OFF, ON)
    assert found.recorded_by == "王芳" and found.recorded_at.tzinfo


def test_the_notice_loaded_last_holds_for_its_year(save, stored):
    save()
    save(2028, holidays={date(2028, 1, 1)}, workdays=set())
    save(document="更正", holidays={date(2027, 1, 1)}, workdays=set(), by="李四")
    found = stored()
    assert (found[2027].document, found[2027].workdays, found[2027].recorded_by) == ("更正", frozenset(), "李四")
    assert found[2028].holidays == {date(2028, 1, 1)}


def test_an_earlier_notice_stays_in_the_store(save, office):
    save()
    save(document="更正")
    with office.connect() as conn:
        kept = conn.exec_driver_sql("SELECT document FROM holiday_notice ORDER BY recorded_at").scalars().all()
    assert kept == [NUMBER, "更正"]


def test_figures_kept_before_are_asked_again(save, office):
    before = store.stamp(office)
    save()
    once = store.stamp(office)
    save()
    assert len({before, once, store.stamp(office)}) == 3


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"by": "  "}, "请先填写经办人姓名"),
        ({"document": " "}, "文号"),
        ({"document": "号" * 101}, "过长，最多 100 字"),
        ({"by": "王" * 61}, "过长，最多 60 字"),
        ({"year": 1999}, "应在 2000 至 2100 之间"),
        ({"holidays": set()}, "没有假日"),
    ],
)
def test_what_a_notice_cannot_do_without_is_asked_for(save, stored, wrong, said):
    with pytest.raises(Refusal, match=said):
        save(**wrong)
    assert stored() == {}


def test_every_wrong_day_is_listed_and_nothing_is_stored(save, stored):
    with pytest.raises(Rejected) as refused:
        save(holidays={*OFF, date(2026, 12, 31), date(2027, 2, 20)}, workdays={*ON, date(2027, 2, 22)})
    assert [(one.value, one.text()) for one in refused.value.problems] == [
        ("2026-12-31", "这一天不在 2027 年内"),
        ("2027-02-20", "同一天既是假日又是调休上班日"),
        ("2027-02-22", "调休上班日应是周六或周日"),
    ]
    assert stored() == {}
