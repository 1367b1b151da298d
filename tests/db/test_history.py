"""Every version stays: who wrote it, who ended it and why; a batch can be taken back by a new act."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from db import ledger
from db.engine import reading
from db.language import Refusal
from db.ledger import Ref
from db.schema import entry

UNIT, OTHER, STREET = "120114001007", "120114001008", "120114001000"
DAY = "2024-03-05"


def numbers(store, unit=UNIT):
    with reading(store) as conn:
        return list(conn.scalars(select(entry.c.no).where(entry.c.unit == unit).order_by(entry.c.no)))


def test_an_entry_tells_its_whole_life(clerk, clerk_of):
    first_at = datetime(2024, 3, 5, 9, 0, tzinfo=UTC)
    second_at = datetime(2024, 3, 6, 9, 0, tzinfo=UTC)
    third_at = datetime(2024, 3, 7, 9, 0, 0, 123456, tzinfo=UTC)
    (first,) = clerk.files("hotline", UNIT, DAY, received=3, at=first_at).entries
    other = clerk_of(clerk.store, "李四")
    (second,) = other.revises(first, values={"hotline.received": 4}, reason="漏登一件", at=second_at).entries
    clerk.voids(second, reason="非本社区工单", at=third_at)
    one, two = ledger.history(clerk.store, first)
    assert (one.version, one.origin, one.values) == (1, first.no, {"hotline.received": 3})
    assert (one.recorded_at, one.recorded_by) == (first_at, "张三")
    assert (one.retired_at, one.retired_by, one.retired_reason) == (second_at, "李四", "漏登一件")
    assert (two.version, two.origin, two.values) == (2, first.no, {"hotline.received": 4})
    assert (two.recorded_at, two.recorded_by) == (second_at, "李四")
    assert (two.retired_at, two.retired_by, two.retired_reason) == (third_at, "张三", "非本社区工单")


def test_the_history_is_the_same_from_any_of_its_versions(clerk):
    (first,) = clerk.files("hotline", UNIT, DAY, received=3).entries
    (second,) = clerk.revises(first, values={"hotline.received": 4}).entries
    (third,) = clerk.revises(second, values={"hotline.received": 5}).entries
    lives = [ledger.history(clerk.store, ref) for ref in (first, second, third)]
    assert lives[0] == lives[1] == lives[2]
    assert [v.ref for v in lives[0]] == [first, second, third]
    assert [v.version for v in lives[0]] == [1, 2, 3]


def test_histories_of_two_entries_do_not_mix(clerk):
    (a,) = clerk.files("hotline", UNIT, "2024-03-05", received=3).entries
    (b,) = clerk.files("hotline", UNIT, "2024-03-06", received=4).entries
    (c,) = clerk.files("hotline", OTHER, "2024-03-05", received=5).entries
    clerk.revises(a, values={"hotline.received": 6})
    clerk.revises(c, values={"hotline.received": 7})
    assert [v.values["hotline.received"] for v in ledger.history(clerk.store, a)] == [3, 6]
    assert [v.values["hotline.received"] for v in ledger.history(clerk.store, b)] == [4]
    assert [v.values["hotline.received"] for v in ledger.history(clerk.store, c)] == [5, 7]


def test_a_correction_replaces_all_numbers_of_the_form(clerk):
    (ref,) = clerk.files("hotline", UNIT, DAY, received=3, closed=2).entries
    clerk.revises(ref, values={"hotline.received": 4})
    assert clerk.reads("hotline.closed", UNIT)["entries"] == 0
    assert clerk.total("hotline.received", UNIT) == 4


def test_a_correction_to_the_same_numbers_changes_nothing(clerk):
    (ref,) = clerk.files("hotline", UNIT, DAY, received=3).entries
    receipt = clerk.revises(ref, values={"hotline.received": 3})
    assert (receipt.batch, receipt.entries) == (None, ())
    assert len(ledger.history(clerk.store, ref)) == 1


def test_a_void_day_can_be_filed_anew_as_another_entry(clerk):
    (first,) = clerk.files("hotline", UNIT, DAY, received=3).entries
    clerk.voids(first)
    assert clerk.total("hotline.received", UNIT) == 0
    (second,) = clerk.files("hotline", UNIT, DAY, received=4).entries
    assert clerk.total("hotline.received", UNIT) == 4
    (new,) = ledger.history(clerk.store, second)
    assert (new.version, new.origin) == (1, second.no)


def test_serial_numbers_run_without_a_gap_in_each_community(clerk, draft):
    with pytest.raises(Refusal):
        clerk.files("hotline", UNIT, DAY, received=-1)
    (ref,) = clerk.files("hotline", UNIT, DAY, received=3).entries
    clerk.files("hotline", UNIT, DAY, received=3)
    (ref,) = clerk.revises(ref, values={"hotline.received": 4}).entries
    clerk.voids(ref)
    clerk.records(*[draft("hotline", unit, f"2024-04-{d:02}", received=1) for unit in (OTHER, UNIT) for d in (1, 2, 3)])
    clerk.files("media", UNIT, DAY, posts=1)
    assert numbers(clerk.store) == [1, 2, 3, 4, 5, 6]
    assert numbers(clerk.store, OTHER) == [1, 2, 3]


def test_a_form_is_as_old_as_its_first_version(clerk):
    first_at = datetime(2024, 3, 5, 9, 0, tzinfo=UTC)
    (ref,) = clerk.files("hotline", UNIT, DAY, received=3, at=first_at).entries
    clerk.revises(ref, values={"hotline.received": 4})
    day = date(2024, 3, 5)
    assert ledger.filings(clerk.store, [UNIT, OTHER], ["hotline"], day, day) == [(UNIT, "hotline", day, first_at)]


def test_an_undone_import_takes_out_what_it_added(clerk, draft):
    clerk.files("hotline", UNIT, "2024-03-04", received=1)
    imported = clerk.records(
        draft("hotline", UNIT, "2024-03-05", received=3),
        draft("hotline", OTHER, "2024-04-05", received=4),
        source="import",
        file=("三月.xlsx", "ab" * 32),
    )
    clerk.undoes(imported.batch)
    assert clerk.total("hotline.received", UNIT, OTHER) == 1
    assert [v.retired_reason for ref in imported.entries for v in ledger.history(clerk.store, ref)] == ["误导入"] * 2
    assert clerk.differences() == []


def test_an_undone_import_puts_back_what_it_changed(clerk, draft):
    clerk.files("hotline", UNIT, DAY, received=3, closed=2)
    clerk.files("publicity", STREET, DAY, title="宣传", activities=1, covers=(UNIT,))
    imported = clerk.records(
        draft("hotline", UNIT, DAY, received=30, closed=None),
        draft("publicity", STREET, DAY, title="宣传", reach=50, covers=(OTHER,)),
    )
    assert clerk.seen("publicity.activities", UNIT) == 0
    undone = clerk.undoes(imported.batch)
    assert clerk.total("hotline.received", UNIT) == 3
    assert clerk.total("hotline.closed", UNIT) == 2
    assert clerk.seen("publicity.activities", UNIT) == 1
    assert clerk.seen("publicity.activities", OTHER) == 0
    assert clerk.reads("publicity.reach", STREET)["entries"] == 0
    assert [v.version for v in ledger.history(clerk.store, Ref(UNIT, 1))] == [1, 2, 3]
    assert len(undone.entries) == 2
    assert clerk.differences() == []


def test_an_undone_correction_moves_the_entry_back_to_its_day(clerk):
    (ref,) = clerk.files("training", UNIT, DAY, title="宣讲", attendance=3).entries
    moved = clerk.revises(ref, values={"training.attendance": 4}, day=date(2024, 5, 6), title="培训")
    clerk.undoes(moved.batch)
    (live,) = ledger.filed(clerk.store, [UNIT], ["training"], date(2024, 1, 1), date(2024, 12, 31))
    assert (live.day, live.title, live.values) == (date(2024, 3, 5), "宣讲", {"training.attendance": 3})
    assert clerk.differences() == []


def test_an_import_revised_since_cannot_be_undone(clerk, draft):
    imported = clerk.records(
        draft("hotline", UNIT, "2024-03-05", received=3), draft("hotline", OTHER, "2024-03-05", received=4)
    )
    clerk.revises(imported.entries[0], values={"hotline.received": 5})
    with pytest.raises(Refusal, match="1 条"):
        clerk.undoes(imported.batch)
    assert clerk.total("hotline.received", UNIT, OTHER) == 9


def test_an_import_is_undone_once(clerk):
    imported = clerk.files("hotline", UNIT, DAY, received=3)
    clerk.undoes(imported.batch)
    with pytest.raises(Refusal):
        clerk.undoes(imported.batch)


def test_a_batch_that_never_was_cannot_be_undone(clerk):
    with pytest.raises(Refusal, match="77"):
        clerk.undoes(77)


def test_an_undo_that_would_land_on_another_entry_is_refused(clerk):
    (ref,) = clerk.files("training", UNIT, DAY, title="宣讲", attendance=3).entries
    moved = clerk.revises(ref, values={"training.attendance": 3}, day=date(2024, 5, 6))
    clerk.files("training", UNIT, DAY, title="宣讲", attendance=9)
    with pytest.raises(Refusal):
        clerk.undoes(moved.batch)
    assert clerk.total("training.attendance", UNIT) == 12


def test_an_undo_can_itself_be_undone_whole_or_is_refused(clerk, draft):
    clerk.files("hotline", UNIT, DAY, received=3)
    imported = clerk.records(draft("hotline", UNIT, DAY, received=30), draft("hotline", OTHER, DAY, received=40))
    undone = clerk.undoes(imported.batch)
    try:
        clerk.undoes(undone.batch)
    except Refusal:
        assert clerk.total("hotline.received", UNIT, OTHER) == 3
    else:
        assert clerk.total("hotline.received", UNIT, OTHER) == 70
