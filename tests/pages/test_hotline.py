"""What a person does with 12345 tickets: sees what is due, proves that none is late, and writes down what happened."""

import json
from datetime import date, time

import pytest

from db import aliases, notices, tickets
from db.engine import reading, writing
from metrics import hotline
from metrics.exports import number
from metrics.figures import figures
from tests.desk import STREET, A, B, Desk

CUT_OFF = date(2024, 12, 18)
FIGURES = {"hotline": "figures", "year": "2024"}
PROOF = {"hotline": "proof", "year": "2024"}


@pytest.fixture
def desk(sample_office) -> Desk:
    """李四, a colleague who writes to the store of the page."""
    return Desk(sample_office, "李四")


def button(at, label: str):
    return next(b for b in at.button if b.label == label)


def field(at, label: str, sort: str = "text_input"):
    return next(w for w in getattr(at, sort) if w.label == label)


def charts(at) -> list[str]:
    return [json.loads(chart.proto.spec)["layout"]["title"]["text"] for chart in at.get("plotly_chart")]


def said(at) -> str:
    return "\n".join(text.value for text in [*at.markdown, *at.caption, *at.info, *at.success, *at.error, *at.warning])


# ------------------------------------------------------------------------------------------ 12345 工单


def test_what_was_open_at_the_cut_off_stands_by_urgency(visit, sample_office):
    at = visit("hotline", year="2024")
    assert not at.exception and not at.error
    shown = at.dataframe[0].value
    whole = figures(sample_office, 2024, cut_off=CUT_OFF, indicators=["hotline.open"])["value"].iloc[0]
    assert len(shown) == whole
    assert charts(at) == [f"未办结工单 {number(whole)} 件（2024-12-18）"]
    assert "截至日已过，下面是 2024-12-18 当日结束时的状态" in said(at)
    assert shown["状态"].iloc[0] == "剩 1 个工作日"


def test_an_overdue_ticket_stands_first(visit, desk):
    desk.brings("L1", "2024-12-02 09:00")
    assert list(visit("hotline", year="2024").dataframe[0].value.iloc[0][["工单编号", "状态"]]) == [
        "L1",
        "超期 7 个工作日",
    ]


def test_the_figures_of_the_period_are_those_of_every_page(visit, sample_office):
    at = visit("hotline", **FIGURES)
    assert not at.exception and not at.error
    codes = [
        *("received", "closed", "closed_in_time", "overdue", "extended", "open", "suspended", "returned"),
        *("response_rate", "resolution_rate", "satisfaction_rate"),
    ]
    whole = figures(sample_office, 2024, cut_off=CUT_OFF).set_index("indicator")["value"]
    assert [h.value.split(" ")[0] for h in at.header] == [number(whole[f"hotline.{code}"]) for code in codes]
    assert "本期数字由工单逐件计算。" in said(at)
    titles = charts(at)
    assert "响应率、解决率、满意率（%）· 2024 年，截至 2024-12-18" in titles
    assert "12345工单受理（件）· 2024 年，截至 2024-12-18" in titles
    assert "本期受理：一级分类（件）· 2024 年，截至 2024-12-18" in titles


def test_where_daily_reports_say_something_else_the_page_warns(visit, desk, clerk_of, sample_office):
    assert not visit("hotline", **FIGURES).warning
    clerk_of(sample_office).files("hotline", A, "2024-03-05", received=999)
    at = visit("hotline", **FIGURES)
    assert "1 处日报数与工单数不一致" in at.warning[0].value
    line = next(frame.value for frame in at.dataframe if "相差" in frame.value)
    assert line["日报合计"].iloc[0] == 999 and line["月份"].iloc[0] == "2024-03"


def test_the_claim_is_proved_on_the_page(visit):
    at = visit("hotline", **PROOF)
    assert not at.exception and not at.error
    assert [s.value for s in at.success] == ["“无超期”成立", "“无延期工单”成立"]
    assert "应办 12345 工单 9,232 件" in said(at)
    counts = dict(at.dataframe[0].value.itertuples(index=False))
    assert (counts["应办工单"], counts["超期"], counts["延期"]) == ("9,232", "0", "0")
    assert len(at.get("download_button")) == 2


def test_one_late_ticket_refutes_it_and_is_listed(visit, desk):
    desk.brings("L1", "2024-12-02 09:00", closed="2024-12-11 09:00")
    at = visit("hotline", **PROOF)
    assert [e.value for e in at.error] == ["“无超期”不成立", "“无延期工单”不成立"]
    late = next(frame.value for frame in at.dataframe if list(frame.value.iloc[:, 0]) == ["L1"])
    assert late["状态"].iloc[0] == "超期 2 个工作日"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_office_without_tickets_is_told_what_that_means(visit, fresh_url):
    for view in ("todo", "figures", "proof"):
        at = visit("hotline", url=fresh_url(), hotline=view)
        assert not at.exception
    assert "没有工单，无法逐件核对" in said(at)


def test_a_ticket_is_found_by_its_number_or_said_not_to_be_there(visit, desk):
    desk.brings("L1", "2024-12-02 09:00")
    at = visit("hotline", year="2024")
    field(at, "按编号查工单").set_value(" NO1 ")
    button(at, "查找").click().run()
    assert at.error[0].value == "没有编号为 NO1 的工单"
    field(at, "按编号查工单").set_value(" L1 ")
    button(at, "查找").click().run()
    assert at.title[0].value == "工单 L1"


def test_the_daily_form_of_the_hotline_is_left_out_where_tickets_speak(visit):
    at = visit("entry", community=A, day="2024-12-12")
    assert not any("12345" in n.label for n in at.number_input) and at.number_input
    assert "不再填日报" in said(at)
    at = visit("entry", community=A, day="2023-12-12")
    assert any("12345" in n.label for n in at.number_input)


# ------------------------------------------------------------------------------------------ one ticket


def test_a_ticket_shows_its_clock_and_what_can_be_done(visit, desk):
    desk.brings("L1", "2024-09-12 09:00")
    at = visit("ticket", number="L1")
    assert not at.exception
    assert [tab.label for tab in at.tabs] == "归属 首次联系 回复办结 批准延期 转挂账 退单 更正 作废".split()
    assert charts(at) == ["时限：2024-09-12 受理，2024-09-20 到期"]
    assert "未办结，超期" in at.error[0].value
    desk.amends("L1", closed_at=desk.ticket("x", closed="2024-09-19 09:00").closed_at, closed_on=20240919)
    at = visit("ticket", number="L1")
    assert [tab.label for tab in at.tabs] == "归属 首次联系 回访 更正 撤回 作废".split()
    assert at.success[0].value == "按期办结，剩余 1 个工作日"
    assert at.dataframe[-1].value["改动"].iloc[1] == "办结时间 — → 2024-09-19 09:00"


@pytest.mark.parametrize("number", ["", "没有的"])
def test_no_ticket_is_no_page(visit, number):
    at = visit("ticket", **({"number": number} if number else {}))
    assert not at.exception and at.warning


def contacted(at):
    """Fill in the first contact and save it."""
    field(at, "首次联系日", "date_input").set_value(date(2024, 9, 12))
    field(at, "时刻", "time_input").set_value(time(11, 30))
    button(at, "记下首次联系").click().run()
    assert not at.exception
    return at


def test_a_first_contact_is_recorded(visit, desk):
    desk.brings("L1", "2024-09-12 09:00")
    at = contacted(visit("ticket", number="L1"))
    assert not at.error or "超期" in at.error[0].value
    assert "已记下首次联系。" in said(at)
    assert [toast.value for toast in at.toast] == ["已记下首次联系。"]  # the form stands below the first screen
    one = desk.versions("L1")[-1]
    assert tickets.shown("contacted_at", one.ticket.contacted_at) == "2024-09-12 11:30"
    assert (one.ticket.contacted_on, one.recorded_by) == (20240912, "王芳")
    assert desk.versions("L1")[0].retired_reason == "首次联系"
    assert "首次联系" not in [tab.label for tab in at.tabs]


def test_a_step_without_a_name_is_refused(visit, desk):
    desk.brings("L1", "2024-09-12 09:00")
    at = contacted(visit("ticket", number="L1", operator=""))
    assert any("经办人" in error.value for error in at.error)
    assert len(desk.versions("L1")) == 1


def test_who_was_slower_is_told_and_may_save_again(visit, desk):
    desk.brings("L1", "2024-09-12 09:00")
    at = visit("ticket", number="L1")
    desk.amends("L1", body="物业办")
    at = contacted(at)
    assert any("已被他人更新" in error.value for error in at.error)
    assert desk.reads("L1").contacted_on is None
    assert any("物业办" in text for text in at.dataframe[-1].value["改动"])  # the colleague's version is shown
    button(at, "记下首次联系").click().run()
    assert "已记下首次联系。" in said(at)
    assert (desk.reads("L1").contacted_on, desk.reads("L1").body) == (20240912, "物业办")


def test_a_correction_touches_only_what_was_changed(visit, desk):
    desk.brings("L1", "2024-09-12 09:00")
    at = visit("ticket", number="L1")
    desk.amends("L1", subject="环境卫生->垃圾清运")
    field(at, "诉求内容", "text_area").set_value("夜间占道")
    field(at, "更正原因").set_value("与来电人核对")
    button(at, "保存更正").click().run()
    button(at, "保存更正").click().run()  # the first was a conflict
    one = desk.reads("L1")
    assert (one.title, one.subject) == ("夜间占道", "环境卫生->垃圾清运")
    assert one.received_at == desk.versions("L1")[0].ticket.received_at


def test_an_extension_needs_its_reason_and_is_shown_as_a_version(visit, desk):
    today = hotline.known_day(date(2100, 1, 1))
    desk.imports(desk.ticket("L1", f"{today} 00:00", due_on=f"{today}", rule="file"))
    with writing(desk.store) as conn:
        notices.save(conn, 2099, "试验", {date(2099, 1, 1)}, set(), "张三")
    at = visit("ticket", number="L1")
    field(at, "延期至", "date_input").set_value(date(2099, 1, 2))
    button(at, "保存延期").click().run()
    assert "延期要写明批准人和原因" in said(at)
    field(at, "批准人").set_value("李主任")
    field(at, "延期原因").set_value("需多部门会商")
    button(at, "保存延期").click().run()
    one = desk.reads("L1")
    assert (one.extended_to, one.extended_by, one.extended_why) == (20990102, "李主任", "需多部门会商")


def test_a_voided_ticket_counts_no_more_and_stays_to_be_read(visit, desk, sample_office):
    desk.brings("L1", "2024-09-12 09:00")
    at = visit("ticket", number="L1")
    field(at, "作废原因").set_value("重复登记")
    button(at, "作废这件工单").click().run()
    assert "这件工单已作废" in said(at)
    assert at.dataframe[-1].value["改动"].iloc[-1] == "作废"
    assert figures(sample_office, 2024, indicators=["hotline.overdue"])["value"].iloc[0] == 0


# ------------------------------------------------------------------------------------------ 待归属


@pytest.fixture
def nobodys(desk):
    """Three tickets of 文化巷, which is no community's name, and one of 团结路."""
    desk.imports(
        *(desk.ticket(f"L{n}", f"2025-03-0{n} 09:00", unit=STREET, place="文化巷") for n in (3, 4, 5)),
        desk.ticket("L6", "2025-03-06 09:00", unit=STREET, place="团结路"),
    )


def test_tickets_are_assigned_by_the_name_in_the_file_which_is_remembered(visit, desk, nobodys, sample_office):
    at = visit("unassigned")
    assert not at.exception
    opening = at.session_state["opened/unassigned"]
    places = list(hotline.by_place(opening.before)["place"])
    chosen = {places.index("文化巷"): {"归属社区": "文华巷"}, places.index("团结路"): {"归属社区": None}}
    waiting = hotline.unassigned_count(sample_office)
    batches = {one.batch for n in (3, 4, 5) for one in desk.versions(f"L{n}")}
    at.session_state[opening.fields] = {"edited_rows": chosen}
    button(at, "保存归属").click().run()
    assert not at.exception and not at.error
    assert {desk.reads(f"L{n}").unit for n in (3, 4, 5)} == {A}
    assert desk.reads("L6").unit == STREET
    assert hotline.unassigned_count(sample_office) <= waiting - 3
    acts = {desk.versions(f"L{n}")[-1].batch for n in (3, 4, 5)}
    assert len(acts) == 1 and not acts & batches  # one act for all
    with reading(sample_office) as conn:
        assert aliases.read(conn)["文化巷"] == A


def test_a_colleagues_assignment_is_not_overwritten_unseen(visit, desk, nobodys):
    at = visit("unassigned")
    opening = at.session_state["opened/unassigned"]
    places = list(hotline.by_place(opening.before)["place"])
    edited = {n: {"归属社区": "文华巷" if place == "文化巷" else None} for n, place in enumerate(places)}
    desk.amends("L3", unit=B)
    at.session_state[opening.fields] = {"edited_rows": edited}
    button(at, "保存归属").click().run()
    assert any("已被他人更新" in error.value for error in at.error)
    assert desk.reads("L4").unit == STREET
    at.session_state[opening.fields] = {"edited_rows": edited}
    button(at, "保存归属").click().run()
    assert (desk.reads("L3").unit, desk.reads("L4").unit) == (B, A)


# ------------------------------------------------------------------------------------------ from a figure


def test_the_rows_behind_a_figure_name_its_tickets(visit, desk):
    desk.brings("L1", "2024-12-02 09:00")
    ask = {"indicator": "hotline.overdue", "year": "2024", "cut_off": "2024-12-18"}
    at = visit("rows", **ask)
    assert not at.exception
    assert list(at.dataframe[0].value["编号"]) == ["L1"]


def test_a_step_recorded_by_mistake_is_taken_back(visit, desk):
    desk.brings("L1", "2024-09-12 09:00", closed="2024-09-13 09:00")
    at = visit("ticket", number="L1")
    field(at, "撤回原因").set_value("误登")
    button(at, "撤回").click().run()
    assert not at.exception and "已撤回" in said(at)
    assert desk.reads("L1").closed_on is None
