"""A day's form sets the day's numbers; it never adds to them."""

from datetime import date

import pytest

from db import ledger
from db.language import Rejected
from db.ledger import Draft, Ref

UNIT, OTHER = "120114001007", "120114001008"
DAY = "2024-03-05"


def live(clerk, unit=UNIT, kind="hotline", day=DAY):
    held = date.fromisoformat(day)
    (found,) = ledger.filed(clerk.store, [unit], [kind], held, held)
    return found


def test_a_day_filed_twice_counts_once(clerk):
    clerk.files("hotline", UNIT, DAY, received=3)
    clerk.files("hotline", UNIT, DAY, received=5)
    assert clerk.reads("hotline.received", UNIT) == {
        "total": 5,
        "entries": 1,
        "days": 1 << 4,
        "seen": 5,
        "seen_entries": 1,
    }


def test_two_days_and_two_communities_add_up(clerk):
    clerk.files("hotline", UNIT, "2024-03-05", received=3)
    clerk.files("hotline", UNIT, "2024-03-06", received=4)
    clerk.files("hotline", OTHER, "2024-03-05", received=5)
    assert clerk.total("hotline.received", UNIT) == 7
    assert clerk.total("hotline.received", UNIT, OTHER) == 12
    assert clerk.reads("hotline.received", UNIT)["days"] == 0b110000


def test_a_number_set_alone_leaves_the_others_of_the_day(clerk):
    clerk.files("hotline", UNIT, DAY, received=3, closed=2)
    receipt = clerk.files("hotline", UNIT, DAY, received=4)
    assert live(clerk).values == {"hotline.received": 4, "hotline.closed": 2}
    assert (receipt.new, receipt.changed, receipt.unchanged) == (0, 1, 0)


def test_a_field_made_blank_is_gone_and_the_rest_stays(clerk):
    clerk.files("hotline", UNIT, DAY, received=3, closed=2)
    clerk.files("hotline", UNIT, DAY, closed=None)
    assert live(clerk).values == {"hotline.received": 3}
    assert clerk.reads("hotline.closed", UNIT)["entries"] == 0


def test_equal_numbers_change_nothing(clerk):
    first = clerk.files("hotline", UNIT, DAY, received=3, closed=2)
    again = clerk.files("hotline", UNIT, DAY, received=3)
    assert again.batch is None
    assert again.entries == ()
    assert (again.new, again.changed, again.unchanged) == (0, 0, 1)
    assert live(clerk).ref == first.entries[0]
    assert len(ledger.history(clerk.store, first.entries[0])) == 1


def test_a_blank_form_is_refused(clerk):
    with pytest.raises(Rejected):
        clerk.files("hotline", UNIT, DAY)
    with pytest.raises(Rejected):
        clerk.files("hotline", UNIT, DAY, received=None)


def test_the_last_number_of_a_day_cannot_be_made_blank(clerk):
    clerk.files("hotline", UNIT, DAY, received=3)
    with pytest.raises(Rejected):
        clerk.files("hotline", UNIT, DAY, received=None)
    assert clerk.total("hotline.received", UNIT) == 3


def test_zero_is_a_number(clerk):
    clerk.files("hotline", UNIT, DAY, overdue=0)
    assert clerk.reads("hotline.overdue", UNIT) == {
        "total": 0,
        "entries": 1,
        "days": 1 << 4,
        "seen": 0,
        "seen_entries": 1,
    }


def test_a_number_set_again_says_who_set_it_before_and_why(clerk, clerk_of):
    (first,) = clerk.files("hotline", UNIT, DAY, received=3).entries
    clerk_of(clerk.store, "李四").files("hotline", UNIT, DAY, received=4)
    old, new = ledger.history(clerk.store, first)
    assert (old.recorded_by, old.retired_by, old.retired_reason) == ("张三", "李四", ledger.SET_AGAIN)
    assert old.retired_at == new.recorded_at
    assert (new.recorded_by, new.version, new.retired_at) == ("李四", 2, None)


def test_an_activity_counts_what_its_form_says_and_nothing_else(clerk):
    clerk.files("publicity", UNIT, DAY, title="宪法宣传", materials=200)
    assert live(clerk, kind="publicity").values == {"publicity.materials": 200}
    with pytest.raises(Rejected):
        clerk.files("publicity", UNIT, DAY, title="民法典宣传")


def test_two_happenings_of_a_day_are_kept_apart_by_their_titles(clerk):
    clerk.files("training", UNIT, DAY, title="上午场", sessions=1, attendance=30)
    clerk.files("training", UNIT, DAY, title="下午场", sessions=1, attendance=40)
    clerk.files("training", UNIT, DAY, title="下午场", attendance=41)
    assert clerk.total("training.attendance", UNIT) == 71
    assert clerk.total("training.sessions", UNIT) == 2


def test_a_profile_is_a_state_and_belongs_to_no_month(clerk):
    clerk.files("community", UNIT, "2024-01-02", compounds=4)
    clerk.files("community", UNIT, "2024-06-03", compounds=5)
    assert clerk.total("community.compounds", UNIT) == 0
    states = ledger.rows(clerk.store, ["community.compounds"], [UNIT], None, date(2024, 12, 31))
    assert [(row[3], row[10]) for row in states] == [(date(2024, 1, 2), 4), (date(2024, 6, 3), 5)]


def test_many_forms_at_once_are_one_batch(clerk, draft):
    receipt = clerk.records(*[draft("hotline", UNIT, f"2024-03-{d:02}", received=d) for d in range(1, 32)])
    assert receipt.entries == tuple(Ref(UNIT, n) for n in range(1, 32))
    assert (receipt.new, receipt.changed, receipt.unchanged) == (31, 0, 0)
    assert clerk.reads("hotline.received", UNIT)["days"] == 2**31 - 1
    assert clerk.total("hotline.received", UNIT) == sum(range(1, 32))


def test_a_preview_tells_what_would_come_and_writes_nothing(clerk, draft):
    clerk.files("hotline", UNIT, DAY, received=3, closed=1)
    told = ledger.preview(clerk.store, [draft("hotline", UNIT, DAY, received=4, closed=1, overdue=0)])
    assert (told.new, told.changed, told.unchanged) == (1, 1, 1)
    assert live(clerk).values == {"hotline.received": 3, "hotline.closed": 1}
    with pytest.raises(Rejected):
        ledger.preview(clerk.store, [draft("hotline", UNIT, DAY, received=-1)])


def test_spaces_around_a_title_make_no_second_happening(clerk):
    clerk.files("training", UNIT, DAY, title="宪法宣讲", attendance=30)
    clerk.files("training", UNIT, DAY, title=" 宪法宣讲 ", attendance=30)
    assert clerk.total("training.attendance", UNIT) == 30


def test_a_day_with_no_numbers_sent_for_is_not_stored(clerk):
    receipt = ledger.record(clerk.store, [], by="张三", token="t")
    assert receipt == ledger.Receipt(None)


def test_the_key_of_a_draft_is_what_makes_two_the_same():
    a = Draft("hotline", UNIT, date(2024, 3, 5), {"hotline.received": 1})
    b = Draft("hotline", UNIT, date(2024, 3, 5), {"hotline.closed": 9}, seen=4)
    assert a.key == b.key
