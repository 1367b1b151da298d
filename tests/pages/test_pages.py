"""What a person does on each page, and that it does what they expect."""

import re
from datetime import date

import pandas as pd
import pytest

from db import definitions, ledger
from metrics.exports import number
from metrics.figures import figures

PAGES = ["overview", "entry", "records", "community", "annual", "draft", "settings", "rows"]
WENHUA, TUANJIE, STREET = "120114001007", "120114001008", "120114001000"
CUT_OFF = date(2024, 12, 18)
FIGURE = {"indicator": "adviser.cases", "year": "2024", "cut_off": "2024-12-18"}


def labels(at) -> list[str]:
    """Everything a page says about itself: titles, headings and the names of its widgets."""
    widgets = [*at.text_input, *at.selectbox, *at.button, *at.number_input, *at.date_input, *at.multiselect, *at.toggle]
    texts = [*at.title, *at.subheader, *at.info, *at.success, *at.warning]
    return [w.label for w in widgets] + [t.value for t in texts] + [tab.label for tab in at.tabs]


def button(at, label: str):
    return next(b for b in at.button if b.label == label)


def values(store, unit, kind, day) -> dict:
    found = ledger.filed(store, [unit], [kind], date.fromisoformat(day), date.fromisoformat(day))
    return found[0].values if found else {}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_in_both_languages(visit, name, language):
    at = visit(name, lang=language, **FIGURE)
    assert not at.exception and not at.error
    assert at.title[0].value
    if language == "en":
        places = "文华巷|杨村街道|中文"  # names of places and of the language stay as they are
        assert not [text for text in labels(at) if re.search("[一-鿿]", re.sub(places, "", text))]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_page_of_an_empty_office_says_what_to_do_next(visit, name, blank_url):
    at = visit(name, url=blank_url)
    assert not at.exception and not at.error
    assert at.info or at.warning or name == "settings"


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_that_the_data_are_a_sample(visit, name):
    assert "示例数据" in visit(name).info[0].value


def test_the_cards_show_the_figures_and_lead_to_their_rows(visit, sample_office):
    at = visit("overview")
    found = figures(sample_office, 2024, cut_off=CUT_OFF).set_index("name")
    names = [caption.value for caption in at.caption if caption.value in found.index]
    shown = [header.value.split(" ")[0] for header in at.header]
    assert shown == [number(found.loc[name, "value"]) for name in names] and len(shown) == 12


def test_a_link_to_a_view_opens_that_view(visit):
    at = visit("community", community="120114006020", indicator="media.posts", cut_off="2024-06-30")
    assert at.subheader[0].value == "光明：新媒体普法推送"
    assert at.date_input[0].value == date(2024, 6, 30)


def test_a_link_with_nonsense_opens_the_page_all_the_same(visit):
    at = visit("community", community="x", indicator="nope", cut_off="yesterday", year="abc")
    assert not at.exception and at.subheader[0].value.startswith("文华巷")


def test_a_clerk_enters_the_days_numbers(visit, sample_office):
    at = visit("entry", community=WENHUA, day="2026-03-05")
    in_person = next(n for n in at.number_input if n.label.startswith("当面咨询"))
    in_person.set_value(3)
    button(at, "保存").click().run()
    assert not at.error and "已保存" in at.success[0].value
    assert values(sample_office, WENHUA, "consultation", "2026-03-05") == {"consultation.in_person": 3}
    assert values(sample_office, WENHUA, "hotline", "2026-03-05") == {}
    assert next(n for n in at.number_input if n.label.startswith("当面咨询")).value == 3


def test_nothing_today_writes_zeros_where_nothing_was_filled_in(visit, sample_office):
    at = visit("entry", community=WENHUA, day="2026-03-05")
    next(n for n in at.number_input if n.label.startswith("电话咨询")).set_value(2)
    button(at, "当日无（空白处填 0）").click().run()
    assert values(sample_office, WENHUA, "consultation", "2026-03-05") == {
        "consultation.in_person": 0,
        "consultation.phone": 2,
    }
    assert values(sample_office, WENHUA, "media", "2026-03-05") == {"media.posts": 0}


def test_emptying_a_field_takes_its_number_back(visit, sample_office):
    at = visit("entry", community=WENHUA, day="2024-03-05")
    next(n for n in at.number_input if n.label.startswith("电话咨询")).set_value(None)
    button(at, "保存").click().run()
    assert set(values(sample_office, WENHUA, "consultation", "2024-03-05")) == {"consultation.in_person"}


def test_a_form_without_a_name_is_refused_and_keeps_what_was_typed(visit, sample_office):
    at = visit("entry", community=WENHUA, day="2026-03-05", operator="")
    next(n for n in at.number_input if n.label.startswith("当面咨询")).set_value(3)
    button(at, "保存").click().run()
    assert "经办人" in at.error[0].value
    assert values(sample_office, WENHUA, "consultation", "2026-03-05") == {}
    assert next(n for n in at.number_input if n.label.startswith("当面咨询")).value == 3


def test_who_was_slower_sees_both_numbers(visit, sample_office, clerk_of):
    at = visit("entry", community=WENHUA, day="2026-03-05")
    clerk_of(sample_office, "李四").files("consultation", WENHUA, "2026-03-05", in_person=9)
    next(n for n in at.number_input if n.label.startswith("当面咨询")).set_value(3)
    button(at, "保存").click().run()
    assert "已被他人更新" in at.error[0].value
    both = at.dataframe[0].value
    assert [both["您填的"][0], both["已保存的"][0]] == [3, 9]
    assert any("李四" in caption.value for caption in at.caption)
    assert values(sample_office, WENHUA, "consultation", "2026-03-05") == {"consultation.in_person": 9}


def test_a_colleagues_number_in_another_field_survives_a_conflict(visit, sample_office, clerk_of):
    at = visit("entry", community=WENHUA, day="2024-03-05")
    clerk_of(sample_office, "李四").files("consultation", WENHUA, "2024-03-05", phone=5)
    next(n for n in at.number_input if n.label.startswith("当面咨询")).set_value(6)
    button(at, "保存").click().run()
    assert "已被他人更新" in at.error[0].value
    button(at, "保存").click().run()
    assert values(sample_office, WENHUA, "consultation", "2024-03-05") == {
        "consultation.in_person": 6,
        "consultation.phone": 5,
    }


def test_a_number_over_the_limit_is_refused_by_name(visit, sample_office):
    at = visit("entry", community=WENHUA, day="2026-03-05")
    next(n for n in at.number_input if n.label.startswith("当面咨询")).set_value(99999)
    button(at, "保存").click().run()
    assert "当面咨询“99999”：超过上限" in at.error[0].value
    assert values(sample_office, WENHUA, "consultation", "2026-03-05") == {}


def test_a_second_activity_of_the_same_name_and_day_is_refused(visit, sample_office):
    at = visit("records", record="study", year="2024")
    next(d for d in at.date_input if d.label == "日期").set_value(date(2024, 1, 12))
    next(t for t in at.text_input if t.label == "名称").set_value("中心组第1次集中学法")
    button(at, "登记").click().run()
    assert "已有同名记录" in at.error[0].value


def test_after_a_conflict_saving_again_is_a_decision_and_discarding_another(visit, sample_office, clerk_of):
    for day, press, kept in (("2026-03-05", "保存", 3), ("2026-03-06", "放弃我填的", 9)):
        at = visit("entry", community=WENHUA, day=day)
        clerk_of(sample_office, f"李四{day}").files("consultation", WENHUA, day, in_person=9)
        next(n for n in at.number_input if n.label.startswith("当面咨询")).set_value(3)
        button(at, "保存").click().run()
        button(at, press).click().run()
        assert not at.exception and not at.error
        assert values(sample_office, WENHUA, "consultation", day) == {"consultation.in_person": kept}
        assert next(n for n in at.number_input if n.label.startswith("当面咨询")).value == kept


def test_the_same_form_in_two_tabs_counts_once(visit, sample_office):
    tabs = [visit("entry", community=WENHUA, day="2026-03-05") for _ in range(2)]
    for at in tabs:
        next(n for n in at.number_input if n.label.startswith("当面咨询")).set_value(3)
        button(at, "保存").click().run()
        assert not at.error
    found = figures(sample_office, 2026, indicators=["consultation.in_person"])["value"].iloc[0]
    assert found == 3


def test_thirty_communities_are_entered_in_one_grid(visit, sample_office):
    at = visit("entry", mode="all", kind="media", day="2026-03-05")
    editor = at.session_state["opened/grid/media/2026-03-05"].fields
    posts = "新媒体普法推送（篇）"
    edits = {0: {posts: "２"}, 29: {posts: "0"}}
    at.session_state[editor] = {"edited_rows": edits | {3: {posts: "9人"}, 4: {posts: "1,200"}}}
    button(at, "保存表格").click().run()
    assert f"南楼 {posts}“9人”" in at.error[0].value
    at.session_state[editor] = {"edited_rows": edits | {4: {posts: "1,200"}}}
    button(at, "保存表格").click().run()
    assert "上限" in at.error[0].value  # read as it stands, and too many
    at.session_state[editor] = {"edited_rows": edits}
    button(at, "保存表格").click().run()
    assert not at.exception and not at.error
    found = figures(sample_office, 2026, by=["community"], indicators=["media.posts"])["value"]
    assert (found.iloc[0], found.iloc[29], found.count()) == (2, 0, 2)


def test_an_activity_is_registered_once_for_the_street_and_seen_by_each_community(visit, sample_office):
    at = visit("records", record="publicity", year="2026")
    next(t for t in at.text_input if t.label == "名称").set_value("新春普法")
    next(n for n in at.number_input if n.label.startswith("发放宣传品")).set_value(300)
    next(m for m in at.multiselect if m.label == "覆盖社区").set_value([WENHUA, TUANJIE])
    button(at, "登记").click().run()
    assert not at.error and "新春普法" in at.success[0].value
    asked = {"indicators": ["publicity.materials", "publicity.activities"]}
    assert list(figures(sample_office, 2026, **asked)["value"]) == [300, 1]
    assert list(figures(sample_office, 2026, community=TUANJIE, **asked)["value"]) == [300, 1]


def test_a_row_behind_a_figure_shows_its_versions(visit, sample_office):
    at = visit("rows", indicator="publicity.materials", year="2024", cut_off="2024-12-18", community=TUANJIE)
    whole = figures(sample_office, 2024, cut_off=CUT_OFF, community=TUANJIE, indicators=["publicity.materials"])
    assert at.metric[0].value == number(whole["value"].iloc[0])
    shown = at.dataframe[0].value
    assert shown["数量"].sum() == whole["value"].iloc[0]
    assert at.get("download_button")


def test_the_years_table_is_the_figures(visit, sample_office):
    at = visit("annual")
    whole = figures(sample_office, 2024, cut_off=CUT_OFF)
    assert list(at.dataframe[0].value["合计"]) == [number(v) for v in whole["value"]]
    by_month = figures(sample_office, 2024, cut_off=CUT_OFF, by=["month"], indicators=["hotline.received"])
    shown = at.dataframe[2].value
    assert list(shown["12345工单受理（件）"][:12]) == list(by_month["value"])
    assert shown["12345工单受理（件）"].iloc[-1] == 9232


def test_an_indicator_added_in_settings_is_in_form_figures_and_export(visit, sample_office):
    from metrics.exports import TOTALS, tables

    at = visit("settings")
    fill = {
        "名称 · 中文": "律师值班",
        "名称 · English": "Lawyer shifts",
        "单位 · 中文": "次",
        "单位 · English": "shifts",
    }
    fill |= {"口径 · 中文": "律师到岗值班次数。", "口径 · English": "Shifts a lawyer was there."}
    fill |= {"编码（小写英文，如 visits）": "shifts"}
    for label, text in fill.items():
        next(t for t in at.text_input if t.label == label).set_value(text)
    next(s for s in at.selectbox if s.label == "表单").set_value("consultation")
    button(at, "保存指标").click().run()
    assert not at.error
    assert "consultation.shifts" in definitions.catalogue(sample_office).indicators
    at = visit("entry", community=WENHUA, day="2024-12-12")
    next(n for n in at.number_input if n.label == "律师值班（次）").set_value(4)
    button(at, "保存").click().run()
    line = tables(sample_office, 2024, cut_off=CUT_OFF)[TOTALS].set_index("指标编码").loc["consultation.shifts"]
    assert (line["指标"], line["合计"]) == ("律师值班", 4)
    shown = visit("annual").dataframe[0].value.set_index("指标编码")
    assert shown.loc["consultation.shifts", "合计"] == "4"


def test_the_sample_is_removed_in_one_click(visit, sample_office):
    at = visit("settings")
    button(at, "移除示例数据").click().run()
    assert not at.exception and not any("当前含示例数据" in i.value for i in at.info)
    assert figures(sample_office, 2024)["value"].fillna(0).sum() == 0


def test_a_figure_changes_on_the_page_when_another_program_writes(visit, sample_office, clerk_of):
    at = visit("overview")
    before = at.header[3].value
    clerk_of(sample_office).files("consultation", STREET, "2024-12-01", in_person=5)
    at.run()
    assert (before, at.header[3].value) == ("232 :small[人次]", "237 :small[人次]")


def test_a_community_page_compares_with_the_median(visit, sample_office):
    at = visit("community", community=WENHUA, indicator="hotline.received")
    table = at.dataframe[0].value
    parts = figures(sample_office, 2024, cut_off=CUT_OFF, by=["community", "month"], indicators=["hotline.received"])
    parts = parts[~parts["community"].str.endswith("000")]  # the street's own row is no community
    expected = parts.groupby("month")["value"].median()
    assert list(table["中位数"]) == list(expected)
    assert pd.notna(table["件"]).all()


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("overview", {}),
        ("annual", {}),
        ("rows", {"indicator": "hotline.received", "year": "2024", "cut_off": "2024-12-18"}),
    ],
)
def test_a_page_says_where_daily_counts_and_tickets_disagree(visit, sample_office, clerk_of, page, query):
    clerk_of(sample_office).files("hotline", WENHUA, "2024-03-05", received=3)
    march = figures(sample_office, 2024, by=["month"], indicators=["hotline.received"])["value"].iloc[2]
    at = visit(page, **query)
    said = [one.value for one in (*at.warning, *at.caption)]
    assert any(f"日报合计 3，工单合计 {march:.0f}，相差 {march - 3:.0f}；以工单为准" in text for text in said)
