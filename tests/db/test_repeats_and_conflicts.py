"""A form sent twice is one act; a form sent from an old screen never overwrites a colleague unseen."""

import pytest
from sqlalchemy import func, select

from db import ledger
from db.engine import reading
from db.language import Refusal
from db.ledger import Conflict, Ref
from db.schema import batch, entry

UNIT, OTHER = "120114001007", "120114001008"
DAY = "2024-03-05"


def stored(store, table=entry) -> int:
    with reading(store) as conn:
        return conn.scalar(select(func.count()).select_from(table))


@pytest.fixture
def colleague(office, clerk_of):
    return clerk_of(office, "李四")


def test_a_form_sent_twice_with_its_token_is_one_act(clerk):
    first = clerk.files("hotline", UNIT, DAY, received=3, token="once")
    again = clerk.files("hotline", UNIT, DAY, received=3, token="once")
    assert again.repeated and not first.repeated
    assert (again.batch, again.entries) == (first.batch, first.entries)
    assert stored(clerk.store) == stored(clerk.store, batch) == 1


def test_a_repeat_does_not_undo_what_came_between(clerk):
    clerk.files("hotline", UNIT, DAY, received=3, token="once")
    clerk.files("hotline", UNIT, DAY, received=7)
    assert clerk.files("hotline", UNIT, DAY, received=3, token="once").repeated
    assert clerk.total("hotline.received", UNIT) == 7


def test_a_correction_sent_twice_is_one_correction(clerk):
    (ref,) = clerk.files("hotline", UNIT, DAY, received=3).entries
    first = clerk.revises(ref, values={"hotline.received": 4}, token="fix")
    again = clerk.revises(ref, values={"hotline.received": 4}, token="fix")
    assert again.repeated and again.entries == first.entries
    assert len(ledger.history(clerk.store, ref)) == 2


def test_a_void_sent_twice_is_one_void(clerk):
    (ref,) = clerk.files("hotline", UNIT, DAY, received=3).entries
    first = clerk.voids(ref, token="away")
    again = clerk.voids(ref, token="away")
    assert again.repeated and again.batch == first.batch
    assert len(ledger.history(clerk.store, ref)) == 1


def test_an_undo_sent_twice_is_one_undo(clerk):
    receipt = clerk.files("hotline", UNIT, DAY, received=3)
    first = clerk.undoes(receipt.batch, token="back")
    again = clerk.undoes(receipt.batch, token="back")
    assert again.repeated and again.batch == first.batch


def test_a_day_filed_by_a_colleague_meanwhile_is_shown_beside_ones_own(clerk, colleague, draft):
    colleague.files("hotline", UNIT, DAY, received=9)
    mine = draft("hotline", UNIT, DAY, received=3, seen=0)
    with pytest.raises(Conflict) as conflict:
        clerk.records(mine)
    ((sent, live),) = conflict.value.pairs
    assert sent == mine
    assert (live.recorded_by, live.values) == ("李四", {"hotline.received": 9})
    assert clerk.total("hotline.received", UNIT) == 9


def test_a_form_from_an_old_screen_is_a_conflict_even_for_another_field(clerk, colleague):
    (ref,) = clerk.files("hotline", UNIT, DAY, received=3).entries
    colleague.files("hotline", UNIT, DAY, received=4)
    with pytest.raises(Conflict):
        clerk.files("hotline", UNIT, DAY, closed=1, seen=ref.no)


def test_a_form_from_the_latest_screen_is_no_conflict(clerk, colleague):
    (ref,) = colleague.files("hotline", UNIT, DAY, received=3).entries
    clerk.files("hotline", UNIT, DAY, received=4, seen=ref.no)
    assert clerk.total("hotline.received", UNIT) == 4


def test_the_same_number_from_an_old_screen_is_no_conflict(clerk, colleague):
    colleague.files("hotline", UNIT, DAY, received=4)
    receipt = clerk.files("hotline", UNIT, DAY, received=4, seen=0)
    assert receipt.batch is None


def test_an_import_sets_whatever_is_there(clerk, colleague):
    colleague.files("hotline", UNIT, DAY, received=4, closed=2)
    clerk.files("hotline", UNIT, DAY, received=5, seen=None)
    assert clerk.total("hotline.received", UNIT) == 5
    assert clerk.total("hotline.closed", UNIT) == 2


def test_a_day_voided_meanwhile_is_a_conflict_with_nothing(clerk, colleague):
    (ref,) = clerk.files("hotline", UNIT, DAY, received=3).entries
    colleague.voids(ref)
    with pytest.raises(Conflict) as conflict:
        clerk.files("hotline", UNIT, DAY, received=5, seen=ref.no)
    assert [live for _, live in conflict.value.pairs] == [None]


def test_a_conflict_of_one_form_keeps_the_whole_grid_out(clerk, colleague, draft):
    colleague.files("hotline", OTHER, DAY, received=9)
    with pytest.raises(Conflict) as conflict:
        clerk.records(
            draft("hotline", UNIT, DAY, received=1, seen=0),
            draft("hotline", OTHER, DAY, received=2, seen=0),
        )
    assert [sent.unit for sent, _ in conflict.value.pairs] == [OTHER]
    assert clerk.total("hotline.received", UNIT) == 0


def test_a_correction_of_an_old_version_shows_the_live_one(clerk, colleague):
    (ref,) = clerk.files("hotline", UNIT, DAY, received=3).entries
    colleague.revises(ref, values={"hotline.received": 4})
    with pytest.raises(Conflict) as conflict:
        clerk.revises(ref, values={"hotline.received": 5})
    ((sent, live),) = conflict.value.pairs
    assert (sent.values, live.values) == ({"hotline.received": 5}, {"hotline.received": 4})


def test_a_void_of_an_old_version_shows_the_live_one(clerk, colleague):
    (ref,) = clerk.files("hotline", UNIT, DAY, received=3).entries
    colleague.revises(ref, values={"hotline.received": 4})
    with pytest.raises(Conflict) as conflict:
        clerk.voids(ref)
    assert conflict.value.pairs[0][1].values == {"hotline.received": 4}
    assert clerk.total("hotline.received", UNIT) == 4


def test_what_is_void_cannot_be_corrected(clerk):
    (ref,) = clerk.files("hotline", UNIT, DAY, received=3).entries
    clerk.voids(ref)
    with pytest.raises(Conflict) as conflict:
        clerk.revises(ref, values={"hotline.received": 5})
    assert conflict.value.pairs[0][1] is None


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_a_correction_a_void_and_an_undo_need_a_reason(clerk, reason):
    receipt = clerk.files("hotline", UNIT, DAY, received=3)
    (ref,) = receipt.entries
    with pytest.raises(Refusal, match="原因"):
        clerk.revises(ref, values={"hotline.received": 4}, reason=reason)
    with pytest.raises(Refusal, match="原因"):
        clerk.voids(ref, reason=reason)
    with pytest.raises(Refusal, match="原因"):
        clerk.undoes(receipt.batch, reason=reason)
    assert clerk.total("hotline.received", UNIT) == 3


@pytest.mark.parametrize("name", ["", "  "])
def test_nobody_writes_without_a_name(clerk, clerk_of, name):
    receipt = clerk.files("hotline", UNIT, DAY, received=3)
    nobody = clerk_of(clerk.store, name)
    with pytest.raises(Refusal, match="经办人"):
        nobody.files("hotline", UNIT, "2024-03-06", received=1)
    with pytest.raises(Refusal, match="经办人"):
        nobody.revises(receipt.entries[0], values={"hotline.received": 4})
    with pytest.raises(Refusal, match="经办人"):
        nobody.voids(receipt.entries[0])
    with pytest.raises(Refusal, match="经办人"):
        nobody.undoes(receipt.batch)
    assert stored(clerk.store) == 1


def test_what_is_not_there_cannot_be_corrected(clerk):
    with pytest.raises(Refusal, match=f"{UNIT}-77"):
        clerk.revises(Ref(UNIT, 77), values={"hotline.received": 4})
    with pytest.raises(Refusal, match=f"{UNIT}-77"):
        clerk.voids(Ref(UNIT, 77))
    with pytest.raises(Refusal):
        ledger.history(clerk.store, Ref(UNIT, 77))


def test_a_reference_is_written_as_people_read_it():
    assert Ref.parse(" 120114001007-15 ") == Ref(UNIT, 15)
    assert str(Ref(UNIT, 15)) == "120114001007-15"
    with pytest.raises(Refusal):
        Ref.parse("第十五号")
