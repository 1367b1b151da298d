"""The sample year: its published totals, the same in every store, and out again without a trace."""

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import func, select

from db import ledger, sample, settings, totals, units
from db.engine import copy_to, open_store, reading, writing
from db.language import Refusal
from db.schema import batch, coverage, entry, monthly_total, unit, value
from db.store import verify

FIRST = date(2024, 1, 1)
STREET, UNIT = "120114001000", "120114001007"

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

PUBLISHED = {
    "hotline.received": 9232,
    "hotline.extended": 0,
    "hotline.overdue": 0,
    "consultation.in_person": 232,
    "consultation.phone": 98,
    "publicity.activities": 16,
    "publicity.materials": 8412,
    "publicity.reach": 104300,
    "study.sessions": 7,
    "training.attendance": 823,
    "exam.takers": 312,
    "exam.passed": 312,
    "list.key_tasks": 13,
    "list.must_know": 17,
}


@pytest.fixture(scope="module")
def everyone(sample_store):
    with reading(sample_store) as conn:
        return [one.code for one in units.units(conn)]


@pytest.fixture(scope="module")
def figures(sample_store, everyone):
    found = Counter()
    for row in totals.read(sample_store, everyone, FIRST, sample.CUT_OFF):
        found[row[2]] += row[3]
    return found


@pytest.mark.parametrize("indicator", PUBLISHED)
def test_the_total_at_the_cut_off_is_the_published_one(figures, indicator):
    assert indicator in figures
    assert figures[indicator] == PUBLISHED[indicator]


def test_the_advisers_four_parts_make_the_published_sum(figures):
    parts = ("petition", "dispute", "review", "advice")
    assert sum(figures[f"adviser.{part}"] for part in parts) == 511


@pytest.mark.parametrize(("indicator", "number"), [("community.compounds", 111), ("community.with_adviser", 30)])
def test_the_profiles_make_the_published_sum(sample_store, everyone, indicator, number):
    states = ledger.rows(sample_store, [indicator], everyone, None, sample.CUT_OFF)
    assert len({row[0] for row in states}) == len(states) == 30
    assert sum(row[10] for row in states) == number


def test_no_more_is_closed_or_resolved_than_was_received(figures):
    assert 0 < figures["hotline.closed"] <= figures["hotline.received"]
    assert 0 < figures["mediation.resolved"] <= figures["mediation.received"]


def test_the_year_goes_on_after_the_cut_off(sample_store, everyone, figures):
    whole = Counter()
    for row in totals.read(sample_store, everyone, FIRST, date(2024, 12, 31)):
        whole[row[2]] += row[3]
    assert whole["hotline.received"] > figures["hotline.received"]
    assert whole["publicity.activities"] == 17


def test_the_sample_year_is_sound(sample_store):
    assert verify(sample_store) == []


def test_every_serial_number_of_the_sample_follows_the_one_before(sample_store):
    with reading(sample_store) as conn:
        wanted = select(func.count(), func.min(entry.c.no), func.max(entry.c.no)).group_by(entry.c.unit)
        for number, first, last in conn.execute(wanted):
            assert (first, last) == (1, number)


def test_the_sample_sets_the_cut_off_of_its_year_and_names_the_office(sample_store):
    with reading(sample_store) as conn:
        assert settings.get(conn, "cut_offs") == {"2024": "2024-12-18"}
        assert settings.get(conn, "office") == "杨村街道"
        assert settings.get(conn, "reporting_since") == "2024-01-01"


def contents(store) -> dict:
    """The rows of a store as sets, without the instant of the batch."""
    with reading(store) as conn:
        found = {
            t.name: set(map(tuple, conn.execute(select(t)))) for t in (entry, value, coverage, monthly_total, unit)
        }
        found["batch"] = set(map(tuple, conn.execute(select(*[c for c in batch.c if c.name != "recorded_at"]))))
        return found


def test_the_sample_is_the_same_in_every_store_and_goes_without_a_trace(store, sample_store):
    before = contents(store)
    assert sample.load(store)
    assert contents(store) == contents(sample_store)
    assert not sample.load(store)
    count = len(contents(store)["entry"])
    assert sample.remove(store) == count
    assert contents(store) == before
    assert verify(store) == []


@pytest.fixture
def loaded(sample_store, tmp_path):
    """A store of its own with the sample year."""
    copy_to(sample_store, tmp_path / "sample.db")
    store = open_store(f"sqlite:///{tmp_path / 'sample.db'}")
    yield store
    store.dispose()


def codes(store) -> list[str]:
    with reading(store) as conn:
        return [one.code for one in units.units(conn)]


def test_a_real_entry_stays_with_its_community_and_street(loaded, clerk_of):
    clerk = clerk_of(loaded)
    clerk.files("hotline", UNIT, "2025-03-05", received=3)
    sample.remove(loaded)
    assert clerk.total("hotline.received", UNIT, first="2024-01-01", last="2025-12-31") == 3
    assert verify(loaded) == []
    assert UNIT in codes(loaded)
    assert STREET in codes(loaded)


def test_a_community_seen_by_a_real_activity_stays(loaded, clerk_of):
    clerk = clerk_of(loaded)
    clerk.files("publicity", STREET, "2025-03-05", title="宣传", reach=30, covers=(UNIT,))
    sample.remove(loaded)
    assert codes(loaded) == [STREET, UNIT]
    assert clerk.seen("publicity.reach", UNIT, first="2025-01-01", last="2025-12-31") == 30
    assert verify(loaded) == []


def test_a_corrected_sample_entry_goes_with_every_version(loaded, clerk_of):
    clerk = clerk_of(loaded)
    (one,) = ledger.filed(loaded, [UNIT], ["hotline"], date(2024, 3, 5), date(2024, 3, 5))
    (ref,) = clerk.revises(one.ref, values={"hotline.received": 4000}).entries
    clerk.voids(ref)
    sample.remove(loaded)
    assert contents(loaded)["entry"] == contents(loaded)["value"] == set()


def test_a_removed_sample_can_be_loaded_again(loaded, sample_store):
    sample.remove(loaded)
    assert sample.load(loaded)
    assert contents(loaded) == contents(sample_store)


def test_the_sample_does_not_enter_a_store_with_real_entries(clerk):
    clerk.files("hotline", UNIT, "2024-03-05", received=3)
    with pytest.raises(Refusal):
        sample.load(clerk.store)
    assert clerk.total("hotline.received", UNIT) == 3


@on_sqlite
def test_units_the_office_loaded_itself_stay_when_the_sample_goes(office):
    before = codes(office)
    sample.load(office)
    sample.remove(office)
    assert codes(office) == before


def test_removing_a_sample_that_is_not_there_changes_nothing(office):
    with writing(office) as conn:
        settings.put(conn, "cut_offs", {"2024": "2024-12-20"})
        settings.put(conn, "reporting_since", "2024-06-01")
    assert sample.remove(office) == 0
    with reading(office) as conn:
        assert settings.get(conn, "cut_offs") == {"2024": "2024-12-20"}
        assert settings.get(conn, "reporting_since") == "2024-06-01"


@on_sqlite
def test_the_offices_own_reporting_date_outlives_the_sample(office):
    with writing(office) as conn:
        settings.put(conn, "reporting_since", "2025-06-01")
    sample.load(office)
    sample.remove(office)
    with reading(office) as conn:
        assert settings.get(conn, "reporting_since") == "2025-06-01"
