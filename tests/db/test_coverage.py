"""An activity over several communities counts once for the street and is seen by each of them."""

from datetime import date

import pytest

from db import ledger

STREET = "120114001000"
A, B, C = "120114001007", "120114001008", "120114001009"
DAY = "2024-03-05"


@pytest.fixture
def activity(clerk):
    """One activity of the street over A and B that reached 50 people."""
    form = {"title": "宪法宣传", "activities": 1, "reach": 50, "covers": (B, A)}
    (ref,) = clerk.files("publicity", STREET, DAY, **form).entries
    return ref


def test_it_counts_once_for_the_street_and_is_seen_by_each_community(clerk, activity):
    assert clerk.total("publicity.reach", STREET, A, B, C) == 50
    assert [clerk.total("publicity.reach", unit) for unit in (STREET, A, B, C)] == [50, 0, 0, 0]
    assert [clerk.seen("publicity.reach", unit) for unit in (STREET, A, B, C)] == [0, 50, 50, 0]
    assert [clerk.reads("publicity.activities", u)["seen_entries"] for u in (STREET, A, B, C)] == [0, 1, 1, 0]


def test_an_activity_that_covers_nobody_else_is_seen_where_it_was_recorded(clerk):
    clerk.files("publicity", A, DAY, title="宣传", activities=1, reach=20)
    assert clerk.reads("publicity.reach", A) == {"total": 20, "entries": 1, "days": 16, "seen": 20, "seen_entries": 1}


def test_a_community_that_covers_itself_sees_the_activity_once(clerk):
    clerk.files("publicity", A, DAY, title="宣传", reach=20, covers=(A, B))
    assert (clerk.total("publicity.reach", A), clerk.seen("publicity.reach", A)) == (20, 20)
    assert (clerk.total("publicity.reach", B), clerk.seen("publicity.reach", B)) == (0, 20)


def test_the_same_community_named_twice_is_covered_once(clerk):
    clerk.files("publicity", STREET, DAY, title="宣传", reach=20, covers=(A, A))
    assert clerk.seen("publicity.reach", A) == 20


def test_the_same_community_named_twice_in_a_correction_is_covered_once(clerk, activity):
    clerk.revises(activity, values={"publicity.reach": 20}, covers=(A, A))
    assert clerk.seen("publicity.reach", A) == 20


def test_a_number_set_again_leaves_the_coverage(clerk, activity):
    clerk.files("publicity", STREET, DAY, title="宪法宣传", reach=60)
    assert [clerk.seen("publicity.reach", unit) for unit in (STREET, A, B, C)] == [0, 60, 60, 0]


def test_a_correction_without_coverage_leaves_it(clerk, activity):
    clerk.revises(activity, values={"publicity.reach": 60})
    assert [clerk.seen("publicity.reach", unit) for unit in (STREET, A, B, C)] == [0, 60, 60, 0]


def test_a_correction_moves_the_coverage(clerk, activity):
    clerk.revises(activity, values={"publicity.reach": 60}, covers=(B, C))
    assert [clerk.seen("publicity.reach", unit) for unit in (STREET, A, B, C)] == [0, 0, 60, 60]
    assert clerk.total("publicity.reach", STREET, A, B, C) == 60
    assert clerk.differences() == []


def test_the_form_sent_again_moves_the_coverage(clerk, activity):
    clerk.files("publicity", STREET, DAY, title="宪法宣传", covers=(C,))
    assert [clerk.seen("publicity.reach", unit) for unit in (STREET, A, B, C)] == [0, 0, 0, 50]
    assert clerk.differences() == []


def test_a_correction_takes_the_coverage_away(clerk, activity):
    clerk.revises(activity, values={"publicity.reach": 60}, covers=())
    assert [clerk.seen("publicity.reach", unit) for unit in (STREET, A, B)] == [60, 0, 0]
    assert clerk.differences() == []


def test_a_correction_moves_the_activity_to_another_month_on_both_sides(clerk, activity):
    clerk.revises(activity, values={"publicity.reach": 60}, day=date(2024, 5, 6), covers=(B, C))
    march, may = {"first": "2024-03-01", "last": "2024-03-31"}, {"first": "2024-05-01", "last": "2024-05-31"}
    assert [clerk.seen("publicity.reach", u, **march) for u in (STREET, A, B, C)] == [0, 0, 0, 0]
    assert [clerk.seen("publicity.reach", u, **may) for u in (STREET, A, B, C)] == [0, 0, 60, 60]
    assert clerk.total("publicity.reach", STREET, **march) == 0
    assert clerk.total("publicity.reach", STREET, **may) == 60
    assert clerk.differences() == []


def test_a_void_empties_every_cell(clerk, activity):
    clerk.voids(activity)
    for unit in (STREET, A, B):
        assert set(clerk.reads("publicity.reach", unit).values()) == {0}
    assert clerk.differences() == []


def test_the_drill_down_shows_each_entry_once(clerk, activity):
    clerk.files("publicity", A, "2024-03-06", title="小宣传", reach=7)
    march = date(2024, 3, 1), date(2024, 3, 31)

    def reached(*units, covered):
        found = ledger.rows(clerk.store, ["publicity.reach"], units, *march, covered=covered)
        return [(row[0], row[10]) for row in found]

    assert reached(STREET, A, B, C, covered=False) == [(STREET, 50), (A, 7)]
    assert reached(A, B, covered=True) == [(STREET, 50), (A, 7)]
    assert reached(A, covered=True) == [(STREET, 50), (A, 7)]
    assert reached(B, covered=True) == [(STREET, 50)]
    assert reached(C, covered=True) == []
    assert reached(STREET, covered=True) == []


def test_the_history_remembers_whom_each_version_covered(clerk, activity):
    clerk.revises(activity, values={"publicity.reach": 60}, covers=(C,))
    assert [version.covers for version in ledger.history(clerk.store, activity)] == [(A, B), (C,)]
