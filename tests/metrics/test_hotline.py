"""What is open, what can be done with a ticket, and whether the claim that none was late can be proved."""

from datetime import date, datetime, timedelta

import pytest

from db import aliases, settings, tickets, units
from db.engine import CHINA, reading, writing
from db.language import Refusal, Rejected
from db.schema import number_of, ticket
from metrics import clocks, hotline, one_ticket, proofs
from metrics.__main__ import main
from metrics.exports import csv_bytes
from metrics.figures import figures
from metrics.workdays import HOLIDAY, MAKE_UP, WEEKDAY, WEEKEND, Calendar
from tests.desk import STREET, A, B, Desk

CUT_OFF = date(2024, 12, 18)
NONE_LATE, NONE_EXTENDED = 0, 1


@pytest.fixture
def desk(office) -> Desk:
    """张三, who writes to `office`."""
    return Desk(office)


@pytest.fixture
def act():
    """Who acts and why, with a token for each act."""
    tokens = iter(range(1000))
    return lambda reason="核对": {"by": "王芳", "reason": reason, "token": f"act-{next(tokens)}"}


def held(store, year=2024, cut_off=CUT_OFF) -> tuple[bool, bool]:
    """Whether 无超期 and 无延期工单 hold."""
    return tuple(verdict.holds for verdict in proofs.proof(store, year, cut_off).verdicts)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


# ------------------------------------------------------------------------------------------ the proof


def test_a_year_without_a_late_ticket_is_proved_ticket_by_ticket(office, desk):
    desk.imports(
        desk.ticket("T1", closed="2024-09-20 17:29"),  # the last day: 5 working days over 中秋
        desk.ticket("T2", closed="2024-09-13 10:00"),
        desk.ticket("T3", kind="inquiry"),
        desk.ticket("T4", "2024-12-12 09:00"),  # due on 12-19, the day after the cut-off
    )
    proof = proofs.proof(office, 2024, CUT_OFF)
    assert held(office) == (True, True)
    assert (len(proof.base), proof.received, proof.carried, proof.requests, proof.closed) == (4, 4, 0, 3, 3)
    assert (len(proof.waiting), proof.nearest, len(proof.late)) == (1, date(2024, 12, 19), 0)
    assert proof.sentence().startswith("2024-01-01 至 2024-12-18，杨村街道应办 12345 工单 4 件（本期受理 4 件，")
    assert proof.sentence().endswith("期初未办结 0 件），超期 0 件，延期 0 件。")
    assert list(proof.closest["number"]) == ["T1", "T2"]
    assert dict(proof.used.itertuples(index=False)) == {
        "0–20%": 1,
        "20–40%": 0,
        "40–60%": 0,
        "60–80%": 0,
        "80–100%": 1,
        "超期": 0,
    }


def test_one_late_ticket_refutes_the_claim_by_its_number(office, desk):
    desk.imports(desk.ticket("T1", closed="2024-09-24 09:00"), desk.ticket("T2", closed="2024-09-20 09:00"))
    proof = proofs.proof(office, 2024, CUT_OFF)
    assert held(office) == (False, False)
    assert [one.text() for one in proof.verdicts[NONE_LATE].reasons] == [
        "工单 T1 超期 2 个工作日：时限 2024-09-20，2024-09-24 办结"
    ]
    assert list(proof.base["number"]) == ["T1", "T2"]  # the late one first
    assert proof.used["count"].iloc[-1] == 1


def test_a_ticket_is_late_from_the_day_after_its_due_day(office, desk):
    desk.brings("T1", "2024-12-11 09:00")  # due 12-18
    assert held(office, cut_off=date(2024, 12, 18)) == (True, True)
    assert held(office, cut_off=date(2024, 12, 19)) == (False, False)
    (reason,) = proofs.proof(office, 2024, date(2024, 12, 19)).verdicts[NONE_LATE].reasons
    assert reason.text() == "工单 T1 超期 1 个工作日：时限 2024-12-18，至 2024-12-19 未办结"


def test_who_closes_on_a_day_off_after_the_due_day_is_late_all_the_same(office, desk):
    desk.brings("T1", closed="2024-09-21 09:00")  # a Saturday, due on Friday
    proof = proofs.proof(office, 2024, CUT_OFF)
    (reason,) = proof.verdicts[NONE_LATE].reasons
    assert proof.used["count"].sum() == 1  # late, and not among those that used the whole limit
    assert reason.text() == "工单 T1 超期不足 1 个工作日：时限 2024-09-20，2024-09-21 办结"


def test_a_ticket_carried_in_late_refutes_the_next_year_too(office, desk):
    desk.imports(
        desk.ticket("T1", "2023-12-01 09:00", closed="2024-01-05 09:00"),  # due 2023-12-08
        desk.ticket("T2", "2023-12-28 09:00", closed="2024-01-03 09:00"),  # due 2024-01-05
        desk.ticket("T3", "2023-12-01 09:00", closed="2023-12-05 09:00"),
    )
    proof = proofs.proof(office, 2024, CUT_OFF)
    assert (proof.received, proof.carried) == (0, 2)
    assert list(proof.late["number"]) == ["T1"]
    assert held(office) == (False, False)


def test_a_ticket_that_is_late_and_then_suspended_stays_late(office, desk):
    desk.brings("T1", "2023-12-01 09:00", suspended_on="2023-12-20")  # due 2023-12-08
    proof = proofs.proof(office, 2024, CUT_OFF)
    assert list(proof.late["number"]) == ["T1"]
    assert held(office) == (False, False)


def test_an_extension_refutes_only_the_second_claim_and_says_whose_word_that_is(office, desk, act):
    desk.brings("T1", "2024-12-05 09:00")  # due 12-12
    values = {"to": date(2024, 12, 20), "on": date(2024, 12, 11), "approved_by": "李主任", "why": "需会商"}
    one_ticket.extend(office, "T1", 1, **values, by="王芳", token="x")
    proof = proofs.proof(office, 2024, CUT_OFF)
    assert held(office) == (True, False)
    assert [one.text() for one in proof.verdicts[NONE_EXTENDED].reasons] == ["工单 T1 延期至 2024-12-20"]
    assert "本单位口径" in proof.verdicts[NONE_EXTENDED].note
    assert held(office, cut_off=date(2024, 12, 10)) == (True, True)  # not granted yet


@pytest.mark.parametrize(("denied", "holds"), [(["overdue"], False), (["extended"], True)])
def test_a_setting_narrows_what_the_claim_of_no_extension_denies(office, desk, denied, holds):
    desk.imports(desk.ticket("T1", "2024-12-10 09:00", closed="2024-12-19 10:00"))  # due 12-17
    with writing(office) as conn:
        settings.put(conn, "none_extended", denied)
    proof = proofs.proof(office, 2024, CUT_OFF)
    assert (len(proof.late), proof.verdicts[NONE_EXTENDED].holds) == (1, holds)


def test_what_stands_on_daily_counts_alone_cannot_be_proved(office, desk, clerk_of):
    clerk_of(office).files("hotline", A, "2024-03-05", received=7)
    assert held(office) == (False, False)
    desk.brings("T1", closed="2024-09-13 09:00")
    proof = proofs.proof(office, 2024, CUT_OFF)
    assert [one.text() for one in proof.counts] == ["12345工单受理另有 7 件只有日报数、没有工单，无法逐件核对"]
    assert [one.text() for one in proof.unproved] == ["12345工单受理另有 7 件只有日报数、没有工单，无法逐件核对"]
    assert held(office) == (False, False)


def test_no_ticket_proves_nothing(office):
    assert held(office) == (False, False)
    assert proofs.proof_html(proofs.proof(office, 2024, CUT_OFF))


def test_daily_counts_beyond_the_tickets_keep_the_claim_from_being_proved(office, desk, clerk_of):
    clerk_of(office).files("hotline", B, "2024-09-12", received=5, overdue=2)
    desk.brings("T1", "2024-09-02 09:00", closed="2024-09-03 09:00")
    proof = proofs.proof(office, 2024, CUT_OFF)
    assert held(office) == (False, False)
    assert "2024-09 日报的12345工单超期比工单多 2 件，无法逐件核对" in [one.text() for one in proof.unproved]


def test_an_assumed_day_proves_nothing_until_somebody_says_it(office, desk, act):
    desk.imports(desk.ticket("T1", "2024-09-12 09:30", suspended_on=20240912)._replace(assumed="suspended_on"))
    assert held(office) == (False, False)
    assert [one.text() for one in proofs.proof(office, 2024, CUT_OFF).unproved] == [
        "工单 T1 的挂账日是推定的，请在工单页登记"
    ]
    desk.amends("T1", suspended_on=20240913)
    assert held(office) == (True, True)


def test_closed_while_suspended_proves_nothing_without_the_day_of_resumption(office, desk):
    desk.brings("T1", "2024-09-12 09:30", suspended_on=20240913, closed="2024-12-10 09:00")
    assert held(office) == (False, False)
    desk.amends("T1", resumed_on=20241209, due_on=20241213)
    assert held(office) == (True, True)


def test_a_resumption_taken_back_leaves_the_due_day_that_stood_before(office, desk, act):
    desk.brings("T1", "2024-09-12 09:30")
    one_ticket.suspend(office, "T1", 1, on=date(2024, 9, 13), **act())
    extension = {"to": date(2024, 9, 27), "on": date(2024, 9, 14), "approved_by": "李主任", "why": "会商"}
    one_ticket.extend(office, "T1", 2, **extension, by="王芳", token="e")
    one_ticket.resume(office, "T1", 3, on=date(2024, 9, 18), **act())
    one_ticket.take_back(office, "T1", 4, "恢复", **act())
    one = desk.reads("T1")
    assert (one.due_on, one.extended_to, one.resumed_on) == (20240920, 20240927, None)


def test_an_extension_of_an_extension_does_not_rewrite_an_earlier_cut_off(office, desk):
    desk.brings("T1", "2024-09-12 09:30")
    for seen, to, on in ((1, date(2024, 9, 27), date(2024, 9, 18)), (2, date(2024, 10, 11), date(2024, 9, 26))):
        why = {"approved_by": "李主任", "why": "会商", "by": "王芳", "token": f"e{seen}"}
        one_ticket.extend(office, "T1", seen, to=to, on=on, **why)
    early = figures(office, 2024, cut_off=date(2024, 9, 24), indicators=["hotline.extended"])["value"].item()
    assert early == 1 and held(office, cut_off=date(2024, 9, 24)) == (True, False)


def test_the_base_is_the_figures(sample_store):
    proof = proofs.proof(sample_store, 2024, CUT_OFF)
    whole = figures(sample_store, 2024, cut_off=CUT_OFF).set_index("indicator")["value"]
    assert (proof.received, proof.counts) == (9232, []) == (whole["hotline.received"], [])
    assert proof.closed == whole["hotline.closed"]
    assert proof.returned == whole["hotline.returned"]
    assert len(proof.waiting) + proof.suspended + proof.late_open == whole["hotline.open"]
    assert len(proof.base) == proof.closed + proof.returned + whole["hotline.open"]
    assert proof.used["count"].sum() == (proof.base["closed_on"].notna() & (proof.base["kind"] == "request")).sum()
    assert held(sample_store) == (True, True)
    assert proof.sample


def test_the_printed_proof_holds_every_ticket_the_late_ones_first_and_nothing_from_outside(office, desk):
    desk.imports(
        desk.ticket("T<1>", closed="2024-09-24 09:00"), *(desk.ticket(f"N{n}", kind="inquiry") for n in range(30))
    )
    proof = proofs.proof(office, 2024, CUT_OFF)
    page = proofs.proof_html(proof, at=at("2024-12-19 08:00:00")).decode()
    assert page.startswith("<!DOCTYPE html>") and page.endswith("</html>")
    assert "<title>杨村街道 12345 工单超期核对表</title>" in page  # not a proof: the claim does not hold
    assert "“无超期”不成立" in page
    assert "T&lt;1&gt;" in page and "T<1>" not in page
    assert "http" not in page and "src=" not in page and "<script" not in page
    assert page.index('<tr class="late"><td>T&lt;1&gt;') < page.index("<tr><td>N0</td>")
    assert sum(page.count(f"<td>N{n}</td>") for n in range(30)) == 30
    assert "2024-12-19 08:00:00" in page and "@page {size: A4" in page
    listed = csv_bytes(proofs.proof_list(proof.base)).decode("utf-8-sig").splitlines()
    assert len(listed) == 32 and listed[1].startswith("T<1>,超期 2 个工作日,文华巷,")


def test_what_a_calendar_and_a_rule_say_is_named(office, desk):
    desk.brings("T1", closed="2024-09-13 09:00")
    said = "\n".join(proofs.made_how(proofs.proof(office, 2024, CUT_OFF)))
    assert "2000-01-01 一般事项" in said and "本单位约定" in said
    assert "工作日历（2024）：软件自带的国务院放假通知" in said


# ------------------------------------------------------------------------------------------ what is open


def test_open_tickets_stand_by_urgency(office, desk):
    days = {"overdue": "12-02", "today": "12-11", "1": "12-12", "2": "12-13", "later": "12-18"}
    desk.imports(*(desk.ticket(f"T{band}", f"2024-{day} 09:00") for band, day in days.items()))
    desk.brings("Tsuspended", "2024-12-11 09:00", suspended_on="2024-12-13")
    desk.brings("closed", "2024-12-11 09:00", closed="2024-12-12 09:00")
    found = hotline.open_tickets(office, CUT_OFF)
    assert list(found["band"]) == ["overdue", "today", "1", "2", "later", "suspended"]
    assert list(found["number"]) == [f"T{band}" for band in found["band"]]
    assert list(found["left"]) == [-7, 0, 1, 2, 5, 3]
    assert found["state"].iloc[0] == "超期 7 个工作日"
    assert dict(hotline.bands(found)[["band", "count"]].itertuples(index=False)) == {
        **dict.fromkeys(hotline.BANDS, 1),
        "3": 0,
    }


def test_a_past_day_shows_tickets_as_they_stood(office, desk, act):
    desk.brings("T1", "2024-12-05 09:00")
    values = {"to": date(2024, 12, 20), "on": date(2024, 12, 11), "approved_by": "李主任", "why": "需会商"}
    one_ticket.extend(office, "T1", 1, **values, by="王芳", token="x")
    one_ticket.close(office, "T1", 2, at=at("2024-12-19 09:00"), text="", **act())
    (before,) = hotline.open_tickets(office, date(2024, 12, 10)).itertuples()
    (after,) = hotline.open_tickets(office, date(2024, 12, 18)).itertuples()
    assert (before.deadline, before.left) == (date(2024, 12, 12), 2)
    assert (after.deadline, after.left) == (date(2024, 12, 20), 2)
    assert hotline.open_tickets(office, date(2024, 12, 19)).empty


def test_lateness_in_python_is_lateness_in_the_store(office, desk):
    """`is_late` on one ticket and db.measures.late on the table say the same, whatever happened to it."""
    ends = {"closed": None, "returned_on": None, "suspended_on": None}
    for n, day in enumerate(("2024-09-19", "2024-09-20", "2024-09-21", "2024-09-24")):
        for m, end in enumerate(ends):
            desk.brings(f"T{n}{m}", **{end: f"{day} 10:00" if end == "closed" else day})
    desk.brings("T9")
    for last in (date(2024, 9, 20), date(2024, 9, 21), date(2024, 9, 23), date(2024, 12, 18)):
        stored = {one.ticket.number for one in tickets.overdue_at(office, [A], date(2024, 1, 1), last)}
        known, at_day = clocks.clock(office), number_of(last)
        with reading(office) as conn:
            every = [one.ticket for one in tickets._versions(conn, ticket.c.version > 0)]
        told = {one.number for one in every if clocks.is_late(clocks.as_it_stood(one, at_day, known), at_day)}
        assert told == stored, last


@pytest.mark.parametrize(
    ("subject", "first"),
    [
        ("城市管理->占道经营->夜间", "城市管理"),
        ("城市管理 / 占道", "城市管理"),
        ("城市管理——占道", "城市管理"),
        ("城市管理＞占道", "城市管理"),
        ("城市管理", "城市管理"),
        ("", "未分类"),
        ("->占道", "未分类"),
    ],
)
def test_a_category_is_the_first_level_of_a_subject(subject, first):
    assert hotline.category(subject) == first


def test_categories_of_a_period_count_what_was_received_in_it(office, desk):
    desk.imports(
        desk.ticket("T1", subject="供热->室温"),
        desk.ticket("T2", subject="供热/停暖"),
        desk.ticket("T3"),
        desk.ticket("T4", "2024-12-19 09:00"),
    )
    found = hotline.received_by_category(office, 2024, CUT_OFF)
    assert list(found.itertuples(index=False, name=None)) == [("供热", 2), ("城市管理", 1)]


# ------------------------------------------------------------------------------------------ one ticket's clock


def test_a_clock_is_shown_day_by_day_with_make_up_days_and_holidays(desk):
    days = one_ticket.timeline(desk.ticket("T1", "2024-09-12 09:00"), Calendar(), date(2024, 9, 19)).set_index("day")
    assert days.loc[date(2024, 9, 14), "sort"] == MAKE_UP and days.loc[date(2024, 9, 14), "counted"] == 2
    for day in (15, 16, 17):
        assert days.loc[date(2024, 9, day), "sort"] == HOLIDAY
    counted = {day.day: n for day, n in days["counted"].dropna().items()}
    assert counted == {12: 0, 13: 1, 14: 2, 18: 3, 19: 4, 20: 5}
    assert {day.day: text for day, text in days["events"].items() if text} == {12: "受理", 19: "今天", 20: "时限"}
    assert days.loc[date(2024, 9, 14), "status"] == "调休上班（中秋）"
    assert days.loc[date(2024, 9, 12), "weekday"] == "周四"


def test_a_clock_shows_what_happened_and_how_far_past_the_limit(desk):
    one = desk.ticket("T1", closed="2024-09-23 09:00", contacted_first="2024-09-12 10:00", called_back_on="2024-09-29")
    days = one_ticket.timeline(one, Calendar(), date(2024, 12, 1)).set_index("day")
    assert days.loc[date(2024, 9, 12), "events"] == "受理、首次联系"
    assert days.loc[date(2024, 9, 23), "counted"] == 6 and days.loc[date(2024, 9, 23), "events"] == "办结"
    assert days["counted"].loc[date(2024, 9, 24) :].isna().all()
    assert (days.index[-1], days["events"].iloc[-1]) == (date(2024, 9, 29), "回访")
    assert days.loc[date(2024, 9, 21), "sort"] == WEEKEND and days.loc[date(2024, 9, 23), "sort"] == WEEKDAY


def test_resuming_moves_the_due_day_by_the_working_days_that_were_left(office, desk, act):
    desk.brings("T1")  # received 09-12, due 09-20
    one_ticket.suspend(office, "T1", 1, on=date(2024, 9, 13), **act())  # four days left
    assert held(office) == (True, True)
    one_ticket.resume(office, "T1", 2, on=date(2024, 9, 27), **act())
    one = desk.reads("T1")
    assert one.due_on == 20241009  # 09-29 (a make-up day), 09-30, 10-08, 10-09
    days = one_ticket.timeline(one, Calendar(), date(2024, 9, 28)).set_index("day")
    assert days["counted"].loc[date(2024, 9, 14) : date(2024, 9, 28)].isna().all()
    assert days.loc[date(2024, 9, 29), "counted"] == 2 and days.loc[date(2024, 10, 9), "counted"] == 5
    assert days.loc[date(2024, 9, 20), "events"] == "原时限" and days.loc[date(2024, 10, 9), "events"] == "时限"
    # as it stood while suspended
    (then,) = hotline.open_tickets(office, date(2024, 9, 20)).itertuples()
    assert (then.band, then.left, then.deadline) == ("suspended", 4, date(2024, 9, 20))


@pytest.mark.parametrize(
    ("suspended", "resumed", "due"),
    [
        ("2024-09-20", "2024-09-24", 20240924),  # nothing left: due on the day it is resumed
        ("2024-09-20", "2024-09-21", 20240923),  # a Saturday: on the next working day
        ("2024-09-23", "2024-09-24", 20240920),  # late already: it stays late
    ],
)
def test_resuming_with_nothing_left(office, desk, act, suspended, resumed, due):
    desk.brings("T1")
    one_ticket.suspend(office, "T1", 1, on=date.fromisoformat(suspended), **act())
    one_ticket.resume(office, "T1", 2, on=date.fromisoformat(resumed), **act())
    assert desk.reads("T1").due_on == due


def test_taking_a_resumption_back_moves_the_due_day_back(office, desk, act):
    desk.brings("T1")
    one_ticket.suspend(office, "T1", 1, on=date(2024, 9, 13), **act())
    one_ticket.resume(office, "T1", 2, on=date(2024, 9, 27), **act())
    assert one_ticket.steps(desk.reads("T1")) == ["恢复"]
    one_ticket.take_back(office, "T1", 3, "恢复", **act())
    one_ticket.take_back(office, "T1", 4, "挂账", **act())
    assert desk.reads("T1") == desk.versions("T1")[0].ticket


# ------------------------------------------------------------------------------------------ steps by hand


def test_each_step_is_a_version_with_who_and_why(office, desk, act):
    desk.brings("T1", unit=STREET, place="文化巷")
    one_ticket.assign(office, {"T1": A}, {"T1": 1}, body="物业办", **act("电话核实"))
    one_ticket.contact(office, "T1", 2, at=at("2024-09-12 11:00"), **act())
    one_ticket.reply(office, "T1", 3, at=at("2024-09-13 11:00"), text="已安排", **act())
    one_ticket.close(office, "T1", 4, at=at("2024-09-13 12:00"), text="", **act())
    answers = {"contacted": True, "resolved": None, "satisfaction": "basically"}
    one_ticket.call_back(office, "T1", 5, on=date(2024, 9, 18), **answers, **act())
    one = desk.reads("T1")
    assert (one.unit, one.body, one.reply, one.contacted_on) == (A, "物业办", "已安排", 20240912)
    assert (one.closed_on, one.days_used, one.days_left, one.resolved) == (20240913, 1, 4, None)
    shown = one_ticket.versions(desk.versions("T1"), hotline.place_names(office))
    assert list(shown["change"])[:3] == ["首次登记", "社区 杨村街道（待归属） → 文华巷", "承办单位 综合执法队 → 物业办"]
    assert shown["reason"].iloc[1] == "电话核实"
    assert shown["version"].iloc[-1] == 6


def test_a_step_over_a_version_that_is_past_is_a_conflict(office, desk, act):
    desk.brings("T1")
    one_ticket.contact(office, "T1", 1, at=at("2024-09-12 11:00"), **act())
    with pytest.raises(tickets.Conflict):
        one_ticket.send_back(office, "T1", 1, on=date(2024, 9, 13), **act())


@pytest.mark.parametrize(("approved", "why"), [("", "需会商"), ("李主任", " ")])
def test_an_extension_needs_who_and_why(office, desk, approved, why):
    desk.brings("T1")
    values = {"to": date(2024, 9, 27), "on": date(2024, 9, 19), "approved_by": approved, "why": why}
    with pytest.raises(Refusal, match="批准人和原因"):
        one_ticket.extend(office, "T1", 1, **values, by="王芳", token="x")


def test_an_extension_moves_the_due_day_on_and_comes_in_time(office, desk):
    desk.brings("T1")
    values = {"approved_by": "李主任", "why": "需会商", "by": "王芳"}
    with pytest.raises(Refusal, match="应晚于"):
        one_ticket.extend(office, "T1", 1, to=date(2024, 9, 20), on=date(2024, 9, 19), token="x", **values)
    with pytest.raises(Rejected):
        one_ticket.extend(office, "T1", 1, to=date(2024, 9, 27), on=date(2024, 9, 23), token="y", **values)


def test_a_correction_of_the_day_of_receipt_sets_the_clock_anew(office, desk, act):
    desk.brings("T1", closed="2024-09-24 09:00")
    one_ticket.correct(office, "T1", 1, {"received_at": at("2024-09-13 09:30")}, **act())
    assert (desk.reads("T1").due_on, desk.reads("T1").days_left) == (20240923, -1)
    one_ticket.correct(office, "T1", 2, {"title": "  电话核对过  "}, **act())
    assert (desk.reads("T1").title, desk.reads("T1").due_on) == ("电话核对过", 20240923)


def test_a_due_day_that_the_file_gave_outlives_a_correction(office, desk, act):
    desk.imports(desk.ticket("T1", due_on="2024-09-30", rule="file"))
    one_ticket.correct(office, "T1", 1, {"received_at": at("2024-09-13 09:30")}, **act())
    assert desk.reads("T1").due_on == 20240930


# ------------------------------------------------------------------------------------------ nobody's tickets


def test_tickets_are_assigned_by_what_the_file_called_the_place(office, desk, act):
    desk.imports(
        *(desk.ticket(f"T{n}", unit=STREET, place="文化巷") for n in range(3)),
        desk.ticket("T3", unit=STREET, place="团结路社区"),
        desk.ticket("T4"),
    )
    found = hotline.unassigned(office)
    assert hotline.unassigned_count(office) == len(found) == 4
    groups = hotline.by_place(found).set_index("place")
    assert dict(groups["count"]) == {"文化巷": 3, "团结路社区": 1}
    assert groups.loc["团结路社区", "suggested"] == B  # known by its name
    seen = dict(zip(found["number"], found["version"], strict=True))
    places = {f"T{n}": A for n in range(3)}
    before = desk.stored(ticket)
    one_ticket.assign(office, places, seen, remember={"文化巷": A}, **act())
    assert desk.stored(ticket) == before + 3
    assert hotline.unassigned_count(office) == 1
    with reading(office) as conn:
        assert aliases.read(conn) == {"文化巷": A}
    desk.brings("T9", unit=STREET, place="文化巷")
    assert hotline.by_place(hotline.unassigned(office)).set_index("place").loc["文化巷", "suggested"] == A


def test_of_tickets_assigned_together_a_conflict_keeps_all(office, desk, act):
    desk.imports(desk.ticket("T1", unit=STREET), desk.ticket("T2", unit=STREET))
    one_ticket.assign(office, {"T1": B}, {"T1": 1}, **act())
    with pytest.raises(tickets.Conflict):
        one_ticket.assign(office, {"T1": A, "T2": A}, {"T1": 1, "T2": 1}, remember={"文化巷": A}, **act())
    assert desk.reads("T2").unit == STREET
    with reading(office) as conn:
        assert aliases.read(conn) == {}


# ------------------------------------------------------------------------------------------ counts and tickets


def test_where_daily_counts_and_tickets_speak_of_one_month_they_are_compared(office, desk, clerk_of):
    clerk = clerk_of(office)
    clerk.files("hotline", A, "2024-08-05", received=9)  # before the first ticket: no comparison
    clerk.files("hotline", A, "2024-09-12", received=3, overdue=0)
    assert hotline.disagreement(office, 2024, CUT_OFF).empty
    assert hotline.origin(office, 2024) == ["本期数字来自日报：还没有工单，或“设置”中选择了以日报为准。"]
    desk.brings("T1")
    desk.brings("T2", unit=B)
    found = hotline.disagreement(office, 2024, CUT_OFF)
    by_code = found.set_index("indicator")
    assert tuple(by_code.loc["hotline.received", ["counts", "tickets", "difference"]]) == (3, 2, 1)
    assert tuple(by_code.loc["hotline.overdue", ["counts", "tickets", "difference"]]) == (0, 2, -2)
    assert hotline.origin(office, 2024) == ["杨村街道自 2024-09 起由工单逐件计算，此前来自日报。"]


# ------------------------------------------------------------------------------------------ the command line


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_command_line_lists_late_tickets_and_answers_by_its_exit_code(office, desk, monkeypatch, capsys):
    monkeypatch.setenv("TAIZHANG_DATABASE_URL", office.url.render_as_string(hide_password=False))
    ask = ["overdue", "--year", "2024", "--cut-off", "2024-12-18"]
    assert main(ask) == 1  # nothing to prove it with
    desk.brings("T1", closed="2024-09-20 09:00")
    capsys.readouterr()
    assert main(ask) == 0
    assert capsys.readouterr().out.strip().endswith("超期 0 件，延期 0 件。")
    desk.brings("T2", closed="2024-09-24 09:00")
    assert main([*ask, "--format", "csv"]) == 1
    assert capsys.readouterr().out.splitlines()[1].startswith("T2,120114001007,文华巷,2024-09-12")
    assert main(ask) == 1
    assert "T2" in capsys.readouterr().out


def test_yesterday_is_known_and_tomorrow_is_not():
    today = hotline.known_day(date(2100, 1, 1))
    assert hotline.known_day(today - timedelta(1)) == today - timedelta(1)
    with pytest.raises(Refusal):
        proofs.proof(None, 1999)


def test_names_of_units_are_those_of_the_store(office):
    with writing(office) as conn:
        known = units.units(conn)
    assert set(hotline.place_names(office)) == {one.code for one in known}
