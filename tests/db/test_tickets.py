"""A ticket is recorded, changed and taken back by acts that add versions; nothing is overwritten, nothing doubled."""

from datetime import UTC, datetime

import pytest

from db import tickets
from db.engine import reading
from db.language import Refusal, Rejected
from db.schema import batch
from db.store import verify
from db.tickets import Conflict
from db.totals import read_tickets
from tests.desk import STREET, A, B, Desk, bare, day, instant

FIRST, SECOND, THIRD = (datetime(2024, 10, n, 1, tzinfo=UTC) for n in (1, 2, 3))


@pytest.fixture
def desk(office):
    return Desk(office)


@pytest.fixture
def colleague(office):
    return Desk(office, "李四")


def received(desk) -> int:
    first, last = datetime(2024, 1, 1).date(), datetime(2024, 12, 31).date()
    return sum(row[3] for row in read_tickets(desk.store, [STREET, A, B], ["hotline.received"], first, last))


def clashes(conflict) -> list[tuple]:
    return [clash[1:] for clash in conflict.value.clashes]


# ------------------------------------------------------------------------------------- recorded


def test_a_new_ticket_is_kept_as_it_came(desk):
    one = desk.ticket("T1", contacted_first="2024-09-12 16:00", closed="2024-09-14 10:00", reply="已清理")
    receipt = desk.imports(one)
    assert (receipt.new, receipt.changed, receipt.unchanged, receipt.repeated) == (1, 0, 0, False)
    (kept,) = desk.versions("T1")
    assert kept.ticket == one
    assert (kept.version, kept.batch, kept.recorded_by, kept.retired_at) == (1, receipt.batch, "张三", None)


def test_the_due_day_is_the_fifth_working_day_after_the_day_of_receipt(desk):
    assert desk.ticket("T1", "2024-09-12 23:59").due_on == 20240920  # 14 September was worked, 15 to 17 were off
    assert desk.ticket("T1", "2024-09-14 00:00").due_on == 20240924


def test_the_same_tickets_again_change_nothing_and_leave_no_act(desk):
    some = [desk.ticket("T1"), desk.ticket("T2", closed="2024-09-13 10:00"), desk.ticket("T3", kind="inquiry")]
    desk.imports(*some)
    again = desk.imports(*some)
    assert (again.batch, again.new, again.changed, again.unchanged) == (None, 0, 0, 3)
    assert (desk.stored(), desk.stored(batch)) == (3, 1)


def test_a_file_may_bring_new_changed_and_unchanged_tickets(desk):
    desk.imports(desk.ticket("T1"), desk.ticket("T2"))
    receipt = desk.imports(desk.ticket("T1"), desk.ticket("T2", closed="2024-09-13 10:00"), desk.ticket("T3"))
    assert (receipt.new, receipt.changed, receipt.unchanged) == (1, 1, 1)
    assert [one.version for one in desk.versions("T2")] == [1, 2]
    assert received(desk) == 3


def test_a_file_sent_twice_with_its_token_is_one_act(desk):
    first = desk.imports(desk.ticket("T1"), token="once")
    again = desk.imports(desk.ticket("T1", closed="2024-09-13 10:00"), token="once")
    assert again.repeated and again.batch == first.batch
    assert desk.stored() == 1 and desk.reads("T1").closed_on is None


def test_a_preview_says_what_an_import_would_do_and_does_nothing(desk):
    desk.imports(desk.ticket("T1"))
    closed = desk.ticket("T1", closed="2024-09-13 10:00")
    would, changes = tickets.preview(desk.store, [closed, desk.ticket("T2")], clock=desk.clock)
    assert (would.batch, would.new, would.changed) == (None, 1, 1)
    assert changes == [(desk.ticket("T1"), closed)]
    assert desk.stored() == 1


def test_a_file_of_many_parts_finds_every_ticket_it_brought_before(desk):
    some = [desk.ticket(f"T{n}") for n in range(1203)]
    desk.imports(*some)
    assert desk.imports(*some).unchanged == 1203
    assert verify(desk.store) == []


# ------------------------------------------------------------------------------------- blank cells


def test_a_blank_cell_takes_nothing_away(desk):
    full = {"closed": "2024-09-13 10:00", "reply": "已清理", "called_back_on": "2024-09-14", "contacted": False}
    desk.brings("T1", **full, satisfaction="satisfied")
    receipt = desk.imports(bare("T1", "2024-09-12 09:30", channel="", subject="", body="", title=""))
    assert receipt.unchanged == 1
    assert desk.reads("T1") == desk.ticket("T1", **full, satisfaction="satisfied")


def test_no_is_an_answer_and_not_a_blank(desk):
    desk.brings("T1", closed="2024-09-13 10:00", called_back_on="2024-09-14", resolved=True)
    assert desk.brings("T1", closed="2024-09-13 10:00", called_back_on="2024-09-14", resolved=False).changed == 1
    assert desk.reads("T1").resolved is False


def test_what_the_file_does_not_speak_of_stays(desk):
    desk.brings("T1", reply="已清理")
    other = desk.ticket("T1", reply="另一份回复", closed="2024-09-13 10:00")
    desk.imports(other, given=["number", "closed_at", "closed_on"])
    assert (desk.reads("T1").reply, desk.reads("T1").closed_on) == ("已清理", 20240913)


def test_a_ticket_whose_community_a_file_does_not_know_stays_where_it_is(desk):
    desk.brings("T1")
    receipt = desk.imports(desk.ticket("T1", unit=STREET, closed="2024-09-13 10:00"))
    assert receipt.changed == 1
    assert (desk.reads("T1").unit, desk.reads("T1").closed_on) == (A, 20240913)


def test_an_unplaced_ticket_gets_its_community_from_a_later_file(desk):
    desk.brings("T1", unit=STREET)
    desk.brings("T1", unit=B)
    assert desk.reads("T1").unit == B
    assert received(desk) == 1


def test_a_ticket_received_on_another_day_gets_its_clock_anew(desk):
    desk.brings("T1")
    desk.imports(bare("T1", "2024-09-09 09:30"), given=["number", "received_at", "received_on"])
    assert desk.reads("T1") == desk.ticket("T1", "2024-09-09 09:30")
    assert desk.reads("T1").due_on == 20240914


def test_a_due_day_the_file_gave_stays_when_another_file_moves_the_receipt(desk):
    given = {"due_on": "2024-09-30", "limit_days": 10, "rule": tickets.BY_FILE}
    desk.brings("T1", **given)
    desk.imports(bare("T1", "2024-09-09 09:30"), given=["number", "received_at", "received_on"])
    assert (desk.reads("T1").received_on, desk.reads("T1").due_on) == (20240909, 20240930)


def test_a_file_that_moves_the_receipt_and_gives_the_due_day_is_believed_in_both(desk):
    desk.brings("T1")
    moved = desk.ticket("T1", "2024-09-09 09:30", due_on="2024-09-30", limit_days=10, rule=tickets.BY_FILE)
    desk.imports(moved, given=["number", "received_at", "received_on", "due_on", "limit_days", "rule"])
    one = desk.reads("T1")
    assert (one.received_on, one.due_on, one.rule) == (20240909, 20240930, tickets.BY_FILE)


# ------------------------------------------------------------------------------------- by hand


def test_a_step_by_hand_is_a_new_version_with_its_reason(desk, colleague):
    desk.imports(desk.ticket("T1"), at=FIRST)
    at = {"closed_at": instant("2024-09-13 10:00"), "closed_on": "2024-09-13"}
    at["closed_on"] = day("2024-09-13")
    receipt = colleague.amends("T1", seen=1, reason="已办结", at=SECOND, **at)
    assert (receipt.changed, receipt.unchanged) == (1, 0)
    old, new = desk.versions("T1")
    assert (old.retired_at, old.retired_by, old.retired_reason) == (SECOND, "李四", "已办结")
    assert (new.version, new.recorded_at, new.recorded_by, new.retired_at) == (2, SECOND, "李四", None)
    assert (new.ticket.closed_on, new.ticket.days_used, new.ticket.days_left) == (20240913, 1, 4)


def test_a_step_that_changes_nothing_leaves_no_act(desk):
    desk.brings("T1", reply="已清理")
    assert desk.amends("T1", seen=1, reply="已清理").batch is None
    assert desk.stored() == desk.stored(batch) == 1


def test_a_step_sent_twice_with_its_token_is_one_act(desk):
    desk.brings("T1")
    first = desk.amends("T1", seen=1, reply="已清理", token="fix")
    again = desk.amends("T1", seen=1, reply="已清理", token="fix")
    assert again.repeated and again.batch == first.batch and desk.stored() == 2


def test_a_step_over_an_old_screen_is_a_conflict_even_for_another_field(desk, colleague):
    desk.brings("T1")
    colleague.amends("T1", seen=1, unit=B)
    with pytest.raises(Conflict) as conflict:
        desk.amends("T1", seen=1, reply="已清理")
    assert "T1" in str(conflict.value)
    assert (desk.reads("T1").unit, desk.reads("T1").reply) == (B, "")


def test_of_several_tickets_one_old_screen_keeps_all_as_they_were(desk, colleague):
    desk.imports(desk.ticket("T1"), desk.ticket("T2"))
    colleague.amends("T2", seen=1, reply="先办")
    with pytest.raises(Conflict):
        desk.sets({"T1": {"unit": B}, "T2": {"unit": B}}, seen={"T1": 1, "T2": 1})
    assert desk.reads("T1").unit == desk.reads("T2").unit == A


def test_a_field_can_be_emptied_by_hand(desk):
    desk.brings("T1", closed="2024-09-13 10:00", reply="错填")
    desk.amends("T1", seen=1, closed_at=None, closed_on=None, reply="")
    assert desk.reads("T1") == desk.ticket("T1")


@pytest.mark.parametrize("blank", ["", "  "])
def test_no_step_void_or_undo_without_a_reason(desk, blank):
    receipt = desk.brings("T1")
    for act in (
        lambda: desk.amends("T1", seen=1, reason=blank, reply="x"),
        lambda: desk.voids("T1", 1, reason=blank),
        lambda: desk.undoes(receipt.batch, reason=blank),
    ):
        with pytest.raises(Refusal, match="原因"):
            act()
    assert desk.stored() == desk.stored(batch) == 1


# ------------------------------------------------------------------------------------- voided


def test_a_voided_ticket_counts_nowhere_and_keeps_its_versions(desk):
    desk.imports(desk.ticket("T1"), desk.ticket("T2"))
    desk.voids("T1", 1, reason="测试单")
    (one,) = desk.versions("T1")
    assert (one.retired_by, one.retired_reason) == ("张三", "测试单")
    assert received(desk) == 1


def test_a_ticket_changed_meanwhile_is_not_voided_unseen(desk, colleague):
    desk.brings("T1")
    colleague.amends("T1", reply="已办")
    with pytest.raises(Conflict):
        desk.voids("T1", 1)
    assert received(desk) == 1


def test_a_ticket_is_voided_once(desk):
    desk.brings("T1")
    first = desk.voids("T1", 1, token="away")
    assert desk.voids("T1", 1, token="away").batch == first.batch
    with pytest.raises(Conflict):
        desk.voids("T1", 1)


def test_a_voided_ticket_cannot_be_amended(desk):
    desk.brings("T1")
    desk.voids("T1", 1)
    with pytest.raises(Refusal, match="T1"):
        desk.amends("T1", reply="x")


def test_a_voided_number_that_comes_again_is_a_new_ticket_with_the_next_version(desk):
    desk.brings("T1", reply="旧")
    desk.voids("T1", 1)
    receipt = desk.brings("T1", unit=B)
    assert (receipt.new, receipt.changed) == (1, 0)
    old, new = desk.versions("T1")
    assert (old.version, new.version) == (1, 2)
    assert (new.ticket, new.retired_at) == (desk.ticket("T1", unit=B), None)
    assert received(desk) == 1 and verify(desk.store) == []


# ------------------------------------------------------------------------------------- taken back


def test_an_import_taken_back_voids_what_it_brought_and_restores_what_it_changed(desk):
    desk.brings("T1")
    second = desk.imports(desk.ticket("T1", closed="2024-09-13 10:00"), desk.ticket("T2"))
    undone = desk.undoes(second.batch, reason="导错文件")
    assert undone.batch != second.batch
    assert desk.reads("T1") == desk.ticket("T1")
    assert [one.version for one in desk.versions("T1")] == [1, 2, 3]
    (two,) = desk.versions("T2")
    assert (two.retired_by, two.retired_reason) == ("张三", "导错文件")
    assert received(desk) == 1 and verify(desk.store) == []


def test_the_same_file_imported_again_after_it_was_taken_back_is_all_there_again(desk):
    some = [desk.ticket(f"T{n}", unit=unit) for n, unit in enumerate((A, B, A))]
    desk.undoes(desk.imports(*some).batch)
    assert received(desk) == 0
    receipt = desk.imports(*some)
    assert (receipt.new, received(desk)) == (3, 3)
    assert [one.version for one in desk.versions("T0")] == [1, 2]
    desk.undoes(receipt.batch)
    assert received(desk) == 0 and verify(desk.store) == []


def test_an_import_taken_back_twice_is_taken_back_once(desk):
    receipt = desk.brings("T1")
    first = desk.undoes(receipt.batch, token="back")
    assert desk.undoes(receipt.batch, token="back").batch == first.batch
    with pytest.raises(Refusal, match="1 件"):
        desk.undoes(receipt.batch)


def test_what_was_changed_since_keeps_an_import_from_being_taken_back(desk):
    receipt = desk.imports(desk.ticket("T1"), desk.ticket("T2"))
    desk.amends("T1", reply="已办")
    with pytest.raises(Refusal, match="1 件"):
        desk.undoes(receipt.batch)
    assert received(desk) == 2


def test_taking_an_import_back_can_itself_be_taken_back_where_it_restored(desk):
    desk.brings("T1")
    second = desk.imports(desk.ticket("T1", closed="2024-09-13 10:00"))
    undone = desk.undoes(second.batch)
    desk.undoes(undone.batch)
    assert desk.reads("T1").closed_on == 20240913
    assert verify(desk.store) == []


def test_a_voiding_is_not_taken_back_as_a_batch(desk):
    desk.brings("T1")
    voided = desk.voids("T1", 1)
    with pytest.raises(Refusal, match="作废"):
        desk.undoes(voided.batch)


def test_a_batch_of_no_ticket_cannot_be_taken_back(desk, clerk):
    counts = clerk.files("hotline", A, "2024-03-05", received=3)
    for act in (counts.batch, 4711):
        with pytest.raises(Refusal, match="没有批次"):
            desk.undoes(act)
        assert not tickets.holds(desk.store, act)
    assert desk.stored(batch) == 1


def test_a_step_by_hand_can_be_taken_back(desk):
    desk.brings("T1")
    receipt = desk.amends("T1", unit=B)
    assert tickets.holds(desk.store, receipt.batch)
    desk.undoes(receipt.batch)
    assert desk.reads("T1").unit == A


# ------------------------------------------------------------------------------------- file and hand


def test_what_a_person_set_is_kept_where_the_file_says_what_it_said_before(desk):
    desk.brings("T1", unit=B, reply="系统回复")
    desk.amends("T1", unit=A)
    receipt = desk.brings("T1", unit=B, reply="系统回复", closed="2024-09-13 10:00")
    one = desk.reads("T1")
    assert receipt.changed == 1
    assert (one.unit, one.closed_on, one.days_used) == (A, 20240913, 1)


def test_what_a_person_emptied_stays_empty_while_the_file_repeats_it(desk):
    desk.brings("T1", reply="错填")
    desk.amends("T1", reply="")
    assert desk.brings("T1", reply="错填").unchanged == 1
    assert desk.reads("T1").reply == ""


def test_where_file_and_person_changed_a_field_to_different_values_the_person_is_asked(desk):
    desk.brings("T1", reply="第一次")
    desk.amends("T1", reply="手工")
    with pytest.raises(Conflict) as conflict:
        desk.imports(desk.ticket("T1", reply="第二次"), desk.ticket("T2"), rows=[7, 8])
    assert conflict.value.clashes == [(7, "T1", "reply", "手工", "第二次")]
    assert desk.reads("T1").reply == "手工" and desk.stored() == 2


def test_where_file_and_person_changed_a_field_to_the_same_value_nobody_is_asked(desk):
    desk.brings("T1")
    desk.amends("T1", reply="同样")
    assert desk.brings("T1", reply="同样").unchanged == 1


@pytest.mark.parametrize(("prefer", "kept"), [("file", "第二次"), ("ledger", "手工")])
def test_the_person_may_say_whose_word_counts(desk, prefer, kept):
    desk.brings("T1", reply="第一次")
    desk.amends("T1", reply="手工", unit=B)
    later = desk.ticket("T1", reply="第二次", closed="2024-09-13 10:00")
    desk.imports(later, prefer=prefer)
    one = desk.reads("T1")
    assert (one.reply, one.unit, one.closed_on) == (kept, B, 20240913)


@pytest.mark.parametrize("times", [1, 2])
def test_a_hand_edit_outlives_any_number_of_imports_that_repeat_the_old_value(desk, times):
    desk.brings("T1", unit=B)
    desk.amends("T1", unit=A)
    later = desk.ticket("T1", unit=B, closed="2024-09-13 10:00")
    for _ in range(times):
        desk.imports(later)
        assert (desk.reads("T1").unit, desk.reads("T1").closed_on) == (A, 20240913)
    assert desk.imports(later).unchanged == 1


def test_the_import_before_the_last_one_does_not_win_over_a_hand_edit_either(desk):
    desk.brings("T1", reply="甲")
    desk.amends("T1", reply="手工")
    desk.imports(desk.ticket("T1", reply="乙"), prefer="file")
    desk.amends("T1", reply="又手工")
    assert desk.brings("T1", reply="乙").unchanged == 1
    with pytest.raises(Conflict) as conflict:
        desk.brings("T1", reply="甲")
    assert clashes(conflict) == [("T1", "reply", "又手工", "甲")]


def test_an_import_that_was_taken_back_is_no_longer_what_the_file_said_last(desk):
    desk.brings("T1", reply="甲")
    desk.amends("T1", reply="手工")
    wrong = desk.imports(desk.ticket("T1", reply="乙"), prefer="file")
    desk.undoes(wrong.batch)
    assert desk.brings("T1", reply="甲").unchanged == 1
    assert desk.reads("T1").reply == "手工"


def test_a_hand_edit_of_a_voided_ticket_does_not_bind_the_one_that_comes_after(desk):
    desk.brings("T1", reply="甲")
    desk.amends("T1", reply="手工")
    desk.voids("T1", 2)
    desk.brings("T1", reply="甲")
    assert desk.brings("T1", reply="乙").changed == 1
    assert desk.reads("T1").reply == "乙"


def test_an_extension_granted_by_hand_outlives_the_next_import(desk):
    desk.brings("T1")
    granted = {"extended_on": 20240918, "extended_to": 20240930, "extended_by": "主任", "extended_why": "疑难"}
    desk.amends("T1", **granted)
    desk.brings("T1", closed="2024-09-25 10:00")
    one = desk.reads("T1")
    assert (one.extended_to, one.closed_on, one.days_left) == (20240930, 20240925, 4)


def test_a_receipt_the_file_moves_sets_the_clock_anew_for_a_ticket_edited_by_hand_too(desk):
    desk.brings("T1")
    desk.amends("T1", unit=B)
    desk.imports(bare("T1", "2024-09-09 09:30"), given=["number", "received_at", "received_on"])
    one = desk.reads("T1")
    assert (one.unit, one.received_on, one.due_on) == (B, 20240909, 20240914)


# ------------------------------------------------------------------------------------- read


def test_a_ticket_tells_its_whole_life(desk, colleague):
    desk.imports(desk.ticket("T1"), at=FIRST)
    colleague.amends("T1", unit=B, at=SECOND, reason="转派")
    desk.voids("T1", 2, at=THIRD, reason="重复")
    one, two = desk.versions(" T1 ")
    assert (one.recorded_at, one.recorded_by, one.retired_at, one.retired_reason) == (FIRST, "张三", SECOND, "转派")
    assert (two.recorded_at, two.recorded_by, two.retired_at, two.retired_reason) == (SECOND, "李四", THIRD, "重复")
    assert (one.ticket.unit, two.ticket.unit) == (A, B)


def test_a_number_nobody_knows_has_no_history(desk):
    with pytest.raises(Refusal, match="T9"):
        desk.versions("T9")


def test_flags_and_times_come_back_as_they_went_in(desk):
    one = desk.ticket(
        "T1",
        "2024-09-12 00:00",
        closed="2024-09-13 23:59:59",
        called_back_on="2024-09-20",
        contacted=True,
        resolved=False,
    )
    desk.imports(one)
    kept = desk.reads("T1")
    assert kept == one and kept.contacted is True and kept.resolved is False
    with reading(desk.store) as conn:
        assert tickets._live(conn, ["T1"])["T1"].ticket == one


def test_an_extension_can_be_extended_while_it_runs_and_not_after(desk):
    desk.brings("T1", "2024-12-05 09:00")  # due 12-12
    desk.amends("T1", extended_on=20241211, extended_to=20241220, extended_by="李主任", extended_why="会商")
    desk.amends("T1", extended_on=20241219, extended_to=20241227, extended_by="李主任", extended_why="再会商")
    desk.amends("T1", title="仍可改")
    with pytest.raises(Rejected):
        desk.amends("T1", extended_on=20241230, extended_to=20250108, extended_by="李主任", extended_why="太晚")
    assert desk.reads("T1").extended_to == 20241227


@pytest.mark.parametrize("way", ["by hand", "by file"])
def test_an_inquiry_that_turns_out_to_be_a_request_is_open_again(desk, way):
    desk.brings("T1", "2024-09-12 09:30", kind="inquiry")
    if way == "by hand":
        desk.amends("T1", kind="request")
    else:
        desk.imports(desk.ticket("T1", "2024-09-12 09:30", kind="request"))
    one = desk.reads("T1")
    assert (one.kind, one.closed_on, one.replied_at, one.due_on) == ("request", None, None, 20240920)


@pytest.mark.parametrize(
    "fields", [{"subject": "长" * 201}, {"body": "长" * 101}, {"channel": "长" * 41}, {"extended_to": 20240930}]
)
def test_what_no_column_holds_and_an_extension_nobody_granted_are_refused(desk, fields):
    desk.brings("T1")
    with pytest.raises(Rejected):
        desk.amends("T1", **fields)
    with pytest.raises(Rejected):
        desk.brings("T2", **fields)
