"""What a person asks the working-day calendar, and loads into it."""

import json
from datetime import date

import pytest

from db import notices
from db.engine import reading, writing
from metrics.workdays import PACKAGE

NUMBER = "国办发明电〔2026〕9号"
OFF, ON = frozenset({date(2027, 1, 1), date(2027, 1, 2)}), frozenset({date(2027, 2, 20)})


def button(at, label: str):
    return next(b for b in at.button if b.label == label)


def field(at, label: str):
    return next(t for t in [*at.text_input, *at.text_area] if t.label == label)


def titles(at) -> list[str]:
    """What the charts of a page are called."""
    return [json.loads(chart.proto.spec)["layout"]["title"]["text"] for chart in at.get("plotly_chart")]


def said(at) -> str:
    return "\n".join(text.value for text in [*at.markdown, *at.caption])


@pytest.fixture
def stored(sample_office):
    """The notices in the store."""

    def stored():
        with reading(sample_office) as conn:
            return notices.read(conn)

    return stored


@pytest.fixture
def colleague(sample_office):
    """李四 loads a notice."""

    def load(document=NUMBER, holidays=OFF, workdays=ON):
        with writing(sample_office) as conn:
            notices.save(conn, 2027, document, holidays, workdays, "李四")

    return load


def test_a_year_shows_its_workdays(visit):
    at = visit("calendar", year="2024")
    assert not at.exception
    assert titles(at) == ["2024 年：251 个工作日，其中调休上班 8 天；节假日 28 天"]


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        ("2024-02-17", "2024-02-17 周六 · 节假日（春节）"),
        ("2024-02-04", "2024-02-04 周日 · 调休上班（春节）"),
        ("2024-02-24", "2024-02-24 周六 · 周末"),
    ],
)
def test_a_picked_day_says_what_it_is_and_where_that_is_written(visit, day, shown):
    at = visit("calendar", year="2024", calendar_day=day)
    assert shown in said(at)
    assert f"依据：软件自带的国务院放假通知（{PACKAGE}）" in said(at)


def test_a_day_of_a_loaded_notice_names_its_document_and_who_loaded_it(visit, colleague):
    colleague()
    at = visit("calendar", year="2027", calendar_day="2027-02-20")
    assert "2027-02-20 周六 · 调休上班" in said(at)
    assert f"依据：{NUMBER}，李四 于 " in said(at)


def test_another_year_forgets_the_day_of_the_last(visit):
    at = visit("calendar", year="2024", calendar_day="2024-02-17")
    next(s for s in at.selectbox if s.label == "年度").set_value("2025").run()
    assert not at.exception
    assert next(d for d in at.date_input if d.label == "日期").value == date(2025, 1, 1)


def test_a_limit_is_counted_day_by_day(visit):
    at = visit("calendar", received="2024-09-12", limit="5")
    assert at.metric[0].value == "2024-09-20"
    steps = at.dataframe[0].value
    assert list(steps["第几日"]) == ["0", "1", "2", "—", "—", "—", "3", "4", "5"]
    assert list(steps["说明"])[2:4] == ["调休上班（中秋）", "节假日（中秋）"]


def test_a_limit_that_leaves_the_known_years_is_not_guessed(visit):
    at = visit("calendar", received="2026-12-30", limit="5")
    assert not at.exception and not at.metric
    assert at.warning[0].value == "2027 年放假通知未载入"


def test_a_link_with_nonsense_opens_the_page_all_the_same(visit):
    at = visit("calendar", year="abc", calendar_day="x", received="1999-01-01", limit="-3")
    assert not at.exception and not at.error
    assert next(n for n in at.number_input if n.label == "期限（工作日）").value == 5


def test_a_year_without_a_notice_says_so_and_offers_the_form(visit):
    at = visit("calendar", year="2027")
    assert not titles(at)
    assert any("2027 年放假通知未载入" in info.value for info in at.info)
    assert field(at, "文号") and field(at, "放假").value == ""


def test_a_notice_is_previewed_and_loaded(visit, stored):
    at = visit("calendar", year="2027", received="2026-12-30")
    field(at, "放假").set_value("1月1日至3日\n2027-02-05至2027-02-11")
    field(at, "调休上班").set_value("2027-02-20（周六）").run()
    assert titles(at) == ["预览 2027 年：256 个工作日，其中调休上班 1 天；节假日 10 天"]
    assert not stored()
    button(at, "保存放假通知").click().run()
    assert "文号" in at.error[0].value and not stored()
    field(at, "文号").set_value(NUMBER)
    button(at, "保存放假通知").click().run()
    assert not at.error and not at.exception
    assert at.success[0].value == "2027 年放假通知已载入。"
    assert (len(stored()[2027].holidays), stored()[2027].workdays, stored()[2027].recorded_by) == (10, ON, "王芳")
    assert titles(at) == ["2027 年：256 个工作日，其中调休上班 1 天；节假日 10 天"]
    assert at.metric[0].value == "2027-01-07"


def test_a_notice_is_loaded_from_a_file(visit, stored):
    at = visit("calendar", year="2027")
    text = "日期,类型\n2027-01-01至2027-01-02,放假\n2027-02-20,上班\n"
    at.file_uploader[0].upload("2027.csv", text.encode(), "text/csv")
    field(at, "文号").set_value(NUMBER).run()
    button(at, "保存放假通知").click().run()
    assert not at.error and not at.exception
    assert (stored()[2027].holidays, stored()[2027].workdays) == (OFF, ON)


def test_every_day_that_cannot_be_understood_is_named_before_anything_is_saved(visit, stored):
    at = visit("calendar", year="2027")
    field(at, "放假").set_value("1月1日\n2月30日\n2026-12-31").run()
    assert "第 2 行 放假“2月30日”：日期无法识别" in at.error[0].value
    field(at, "放假").set_value("1月1日\n2026-12-31").run()
    assert "2026-12-31" in at.error[0].value and "不在 2027 年内" in at.error[0].value
    assert not [b for b in at.button if b.label == "保存放假通知"] and not stored()


def test_a_notice_needs_a_name(visit, stored):
    at = visit("calendar", year="2027", operator="")
    field(at, "文号").set_value(NUMBER)
    field(at, "放假").set_value("1月1日").run()
    button(at, "保存放假通知").click().run()
    assert "经办人" in at.error[0].value and not stored()
    assert field(at, "放假").value == "1月1日"


def test_a_known_year_is_corrected_from_what_holds_now(visit, stored):
    at = visit("calendar", year="2026")
    days = field(at, "调休上班")
    assert days.value.splitlines()[0] == "2026-01-04"
    days.set_value(days.value.replace("2026-01-04\n", ""))
    field(at, "文号").set_value("更正通知").run()
    assert titles(at)[1].startswith("预览 2026 年：247 个工作日")
    button(at, "保存放假通知").click().run()
    assert not at.error and stored()[2026].document == "更正通知"
    assert titles(at) == ["2026 年：247 个工作日，其中调休上班 5 天；节假日 33 天"]


def test_a_colleagues_notice_is_not_replaced_unseen(visit, stored, colleague):
    at = visit("calendar", year="2027")
    field(at, "文号").set_value("我的文号")
    field(at, "放假").set_value("1月1日").run()
    colleague()
    button(at, "保存放假通知").click().run()
    assert NUMBER in at.error[0].value and "李四" in at.error[0].value
    assert stored()[2027].document == NUMBER
    button(at, "保存放假通知").click().run()
    assert not at.error and not at.exception
    assert (stored()[2027].document, stored()[2027].holidays) == ("我的文号", {date(2027, 1, 1)})
