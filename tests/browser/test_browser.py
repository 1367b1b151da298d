"""What only a browser shows: clicks on charts, a paste from Excel, Back, and that nothing leaves the machine."""

import re
import urllib.error
import urllib.request
from datetime import date
from urllib.parse import parse_qs, urlparse

import pytest

from db import ledger
from db.engine import reading
from db.units import units
from metrics.figures import figures

WENHUA = "120114001007"

CUT_OFF = date(2024, 12, 18)
PAGES_IN_ENGLISH = (
    *("Overview", "Daily entry", "12345 tickets", "Activities", "Import", "Annual report", "Draft", "Report check"),
    *("Working days", "Settings"),
)


def query(page) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlparse(page.url).query).items()}


def stored(store, unit, kind, day) -> list:
    return ledger.filed(store, [unit], [kind], date.fromisoformat(day), date.fromisoformat(day))


def test_a_click_on_a_bar_opens_the_rows_of_that_month(visitor, served_store):
    page = visitor.opens("/?indicator=consultation.phone")
    page.locator(".js-plotly-plot").first.scroll_into_view_if_needed()
    bar = page.locator(".js-plotly-plot").first.locator(".bars .point path").nth(2)
    bar.wait_for()
    bar.click(force=True)
    page.wait_for_url("**/rows*")
    visitor.settles()
    assert query(page) | {"lang": ""} == {
        "indicator": "consultation.phone",
        "year": "2024",
        "cut_off": "2024-12-18",
        "month": "2024-03",
        "lang": "",
    }
    march = figures(served_store, 2024, by=["month"], indicators=["consultation.phone"])["value"].iloc[2]
    assert page.get_by_test_id("stMetricValue").inner_text().strip() == f"{march:.0f}"


def test_a_click_on_a_cell_of_the_heat_map_opens_the_rows_of_that_community_and_month(visitor, served_store):
    page = visitor.opens("/?indicator=consultation.phone")
    cells = page.locator(".js-plotly-plot").nth(1).locator(".scatterlayer .point")
    cells.first.wait_for()
    cells.first.scroll_into_view_if_needed()
    cells.first.click(force=True)
    page.wait_for_url("**/rows*")
    visitor.settles()
    asked = query(page)
    by = figures(served_store, 2024, by=["community", "month"], cut_off=CUT_OFF, indicators=["consultation.phone"])
    cell = by[(by["community"] == asked["community"]) & (by["month"] == asked["month"])]["value"].item()
    assert page.get_by_test_id("stMetricValue").inner_text().strip() == f"{cell:.0f}"


def test_a_card_leads_to_the_events_behind_it(visitor):
    page = visitor.opens("/")
    card = page.get_by_test_id("stColumn").filter(has=page.get_by_text("当面咨询", exact=True)).last
    card.get_by_test_id("stPageLink").click()
    page.wait_for_url("**/rows*")
    visitor.settles()
    assert query(page)["indicator"] == "consultation.in_person"
    assert page.get_by_test_id("stMetricValue").inner_text().strip() == "232"


def test_a_block_copied_from_excel_is_pasted_into_the_grid_and_saved(visitor, served_store):
    page = visitor.opens("/entry?mode=all&kind=consultation&day=2025-03-05")
    visitor.signs_as("王芳")
    grid = page.get_by_test_id("stDataFrame").first
    box = grid.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + 35 + 17)  # the first number of the first community
    page.evaluate("navigator.clipboard.writeText('1\\t2\\n3\\t4\\n5\\t6')")
    page.keyboard.press("Control+V")
    visitor.settles()
    page.get_by_role("button", name="保存表格").click()
    page.get_by_text("已保存 3 个社区").wait_for()
    found = figures(served_store, 2025, by=["community"], indicators=["consultation.in_person", "consultation.phone"])
    assert sorted(found["value"].dropna()) == [1, 2, 3, 4, 5, 6]


def test_a_double_click_on_save_records_once(visitor, served_store):
    page = visitor.opens(f"/entry?community={WENHUA}&day=2025-03-06")
    visitor.signs_as("王芳")
    page.get_by_role("spinbutton", name="当面咨询").fill("7")
    page.get_by_role("button", name="保存", exact=False).first.dblclick()
    for _wait in range(60):  # the second click may take the word of success away again
        if stored(served_store, WENHUA, "consultation", "2025-03-06"):
            break
        page.wait_for_timeout(250)
    visitor.settles()
    entries = stored(served_store, WENHUA, "consultation", "2025-03-06")
    assert [(one.version, one.values) for one in entries] == [(1, {"consultation.in_person": 7})]


def test_a_field_can_be_emptied_again(visitor, served_store):
    page = visitor.opens(f"/entry?community={WENHUA}&day=2024-04-02")
    visitor.signs_as("王芳")
    assert "consultation.phone" in stored(served_store, WENHUA, "consultation", "2024-04-02")[0].values
    page.get_by_role("spinbutton", name="电话咨询").fill("")
    page.keyboard.press("Tab")
    visitor.settles()  # the page answers to a field that is left; a click in between would hit what is being redrawn
    page.get_by_role("button", name="保存", exact=False).first.click()
    page.get_by_text("已保存 文华巷").wait_for()
    assert set(stored(served_store, WENHUA, "consultation", "2024-04-02")[0].values) == {"consultation.in_person"}


def test_what_was_picked_goes_along_to_the_next_page_and_back(visitor):
    page = visitor.opens("/?year=2024&cut_off=2024-06-30&indicator=media.posts")
    page.get_by_test_id("stSidebarNav").get_by_text("社区").click()
    page.wait_for_url("**/community*")
    visitor.settles()
    asked = query(page)
    assert (asked["year"], asked["cut_off"], asked["indicator"]) == ("2024", "2024-06-30", "media.posts")
    for _step in range(3):  # what a page writes into the address is a step of its own to the test driver
        if urlparse(page.url).path != "/":
            page.go_back()
            visitor.settles()
    page.get_by_text("新媒体普法推送：分月与分社区").wait_for()


@pytest.mark.slow
def test_the_switch_to_english_leaves_no_chinese_among_the_words(visitor, served_store):
    with reading(served_store) as conn:
        names = "|".join([*(one.short for one in units(conn)), "中文"])
    page = visitor.opens("/")
    page.get_by_text("English").click()
    page.get_by_role("heading", name="Overview").wait_for()
    visitor.settles()
    assert query(page)["lang"] == "en"
    for name in PAGES_IN_ENGLISH:
        page.get_by_test_id("stSidebarNav").get_by_text(name, exact=True).click()
        page.get_by_role("heading", name=name, exact=True).wait_for()
        visitor.settles()
        text = page.get_by_test_id("stMain").inner_text()
        for report in page.locator("[lang=zh-CN]").all_inner_texts():  # it is Chinese in either language, and says so
            text = text.replace(report, "")
        text = re.sub(names, "", text)
        assert not re.findall("[一-鿿]+", text), name


def test_nothing_is_asked_of_any_other_machine(visitor):
    for path in ("/", "/entry", "/annual"):
        visitor.opens(path)
    hosts = {urlparse(url).hostname for url in visitor.asked if url.startswith("http")}
    assert hosts == {"127.0.0.1"}


@pytest.mark.parametrize("path", ["/overview.py", "/pages/entry.py", "/shell/main", "/db/engine.py"])
def test_no_source_file_is_served(served, path):
    try:
        with urllib.request.urlopen(served[0] + path) as answer:
            assert b"import streamlit" not in answer.read()
    except urllib.error.HTTPError as error:
        assert error.code == 404


def test_a_number_of_a_pasted_report_opens_the_events_behind_it(visitor):
    page = visitor.opens("/check?year=2024")
    page.locator("textarea").fill("街道举办法治宣传活动17场，发放宣传品8000余份。")
    page.locator("textarea").press("Control+Enter")
    visitor.settles()
    number = page.get_by_role("link", name="8000余份")
    assert "8,412" in number.get_attribute("title")
    with page.context.expect_page() as opened:
        number.click()
    rows = opened.value
    rows.wait_for_selector('[data-testid="stMetricValue"]')
    assert query(rows)["indicator"] == "publicity.materials"
    assert rows.get_by_test_id("stMetricValue").inner_text().strip() == "8,412"
    assert page.locator("textarea").input_value().startswith("街道举办")
