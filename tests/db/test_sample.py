"""The sample year: its published totals, the same in every store, and out again without a trace."""

from collections import Counter
from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from db import ledger, sample, sample_tickets, settings, tickets, totals, units
from db.engine import CHINA, china_day, copy_to, open_store, reading, writing
from db.language import Refusal
from db.measures import TICKETS
from db.schema import alias, batch, coverage, entry, monthly_total, number_of, ticket, ticket_total, unit, value
from db.store import verify
from db.tickets import Ticket, mask, problems

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


def summed(store, units, last) -> Counter:
    """What the entries and the tickets add up to from the year's first day to `last`."""
    found = Counter()
    for row in totals.read(store, units, FIRST, last):
        found[row[2]] += row[3]
    assert not set(TICKETS) & set(found)
    for _, measure, _, number in totals.read_tickets(store, units, tuple(TICKETS), FIRST, last):
        found[measure] += number
    return found


@pytest.fixture(scope="module")
def figures(sample_store, everyone):
    return summed(sample_store, everyone, sample.CUT_OFF)


@pytest.mark.parametrize("indicator", PUBLISHED)
def test_the_total_at_the_cut_off_is_the_published_one(figures, indicator):
    assert indicator in figures or PUBLISHED[indicator] == 0
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
    whole = summed(sample_store, everyone, date(2024, 12, 31))
    assert whole["hotline.received"] == 9232 + 9232 * 13 // 353
    assert whole["publicity.activities"] == 17
    assert whole["hotline.overdue"] == whole["hotline.extended"] == 0


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


@pytest.fixture(scope="module")
def versions(sample_store):
    with reading(sample_store) as conn:
        return tickets._versions(conn, ticket.c.version > 0)


def test_every_ticket_is_one_that_could_have_come_from_a_file(sample_store, versions):
    with reading(sample_store) as conn:
        places = {one.code: one for one in units.units(conn)}
    for one in versions:
        assert list(problems(one.ticket, places, 20250228)) == [], one.ticket
        texts = (one.ticket.title, one.ticket.reply, one.ticket.place)
        assert texts == tuple(map(mask, texts))
        assert one.ticket.title.startswith("【示例】")


def test_the_numbers_run_through_each_day_without_a_gap(versions):
    for_day = Counter()
    for one in versions:
        assert one.version == 1 and one.retired_at is None
        for_day[one.ticket.received_on] += 1
        assert one.ticket.number == f"SL{one.ticket.received_on}{for_day[one.ticket.received_on]:04d}"
    assert len(for_day) == 366  # every day of the year, weekends and holidays too
    received = [one.ticket.received_at for one in versions]
    assert received == sorted(received)


def test_a_ticket_is_recorded_when_its_day_ends_so_that_the_past_knows_it(sample_store, versions, everyone):
    for one in versions:
        assert number_of(china_day(one.recorded_at)) == one.ticket.received_on
    evening = datetime(2024, 12, 18, 23, 59, 59, tzinfo=CHINA)
    then = totals.read_tickets(sample_store, everyone, ["hotline.received"], FIRST, sample.CUT_OFF, as_of=evening)
    assert sum(row[3] for row in then) == 9232


def test_what_awaits_its_community_is_at_the_street_and_says_a_place_no_community_bears(sample_store, versions):
    with reading(sample_store) as conn:
        names = [one.short for one in units.units(conn)]
    waiting = [one.ticket for one in versions if one.ticket.place]
    assert {one.unit for one in waiting} == {STREET} and 30 <= len(waiting) <= 70
    assert all(one.ticket.unit != STREET for one in versions if not one.ticket.place)
    assert not [(place, name) for place in sample_tickets.PLACES for name in names if name in place]


def contents(store) -> dict:
    """The rows of a store as sets, without the instant of the batch."""
    with reading(store) as conn:
        tables = (entry, value, coverage, monthly_total, ticket, ticket_total, unit)
        found = {t.name: set(map(tuple, conn.execute(select(t)))) for t in tables}
        found["batch"] = set(map(tuple, conn.execute(select(*[c for c in batch.c if c.name != "recorded_at"]))))
        return found


@pytest.mark.slow
def test_the_sample_is_the_same_in_every_store_and_goes_without_a_trace(store, sample_store):
    before = contents(store)
    assert sample.load(store)
    assert contents(store) == contents(sample_store)
    assert not sample.load(store)
    there = contents(store)
    count = len(there["entry"]) + len(there["ticket"])
    with reading(store) as conn:
        assert sample.count(conn) == count
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


def clock(one: Ticket) -> Ticket:
    """As the pages' clock leaves a ticket whose limit is set."""
    return one


def real(number: str, unit: str) -> Ticket:
    """A ticket that is not of the sample."""
    at = 1741132800  # 2025-03-05 08:00 in China
    blank = {"channel": "", "subject": "", "body": "", "reply": "", "place": ""}
    return Ticket(**blank, number=number, unit=unit, kind="inquiry", title="问", received_at=at, received_on=20250305)


def records(store, *some: Ticket) -> tickets.Receipt:
    return tickets.record(store, some, by="张三", token=f"real-{some[0].number}", clock=clock)


def amends(store, number: str, **fields) -> tickets.Receipt:
    changes = {number: fields}
    return tickets.amend(store, changes, by="张三", reason="核对", token=f"amend-{number}-{fields}", clock=clock)


def batches(store) -> set[str]:
    with reading(store) as conn:
        return set(conn.scalars(select(batch.c.token)))


def test_a_real_ticket_stays_with_its_community_and_street(loaded):
    records(loaded, real("A1", UNIT))
    before = tickets.history(loaded, "A1")
    sample.remove(loaded)
    assert tickets.history(loaded, "A1") == before
    assert len(contents(loaded)["ticket"]) == 1
    assert codes(loaded) == [STREET, UNIT]
    assert batches(loaded) == {"real-A1"}
    assert verify(loaded) == []


def test_a_sample_ticket_amended_by_hand_goes_with_every_version_and_its_batch(loaded):
    number = "SL202403050001"
    amends(loaded, number, title="改过")
    amends(loaded, number, title="再改")
    gone = "SL202403050002"
    tickets.void(loaded, gone, seen=1, by="张三", reason="重复", token="void")
    records(loaded, real("A1", UNIT))
    with reading(loaded) as conn:
        assert sample.count(conn) == len(contents(loaded)["entry"]) + len(contents(loaded)["ticket"]) - 1
    sample.remove(loaded)
    assert [row[0] for row in contents(loaded)["ticket"]] == ["A1"]
    assert batches(loaded) == {"real-A1"}
    assert verify(loaded) == []


def test_a_batch_that_wrote_a_real_ticket_beside_a_sample_one_stays(loaded):
    with reading(loaded) as conn:
        (one,) = tickets._versions(conn, ticket.c.number == "SL202403050001")
    receipt = records(loaded, real("A1", UNIT), one.ticket._replace(title="又一次"))
    assert (receipt.new, receipt.changed) == (1, 1)
    sample.remove(loaded)
    assert [row[0] for row in contents(loaded)["ticket"]] == ["A1"]
    assert batches(loaded) == {"real-A1"}


def test_a_community_that_people_call_by_another_name_stays(loaded):
    with writing(loaded) as conn:
        at = sample.now()
        conn.execute(alias.insert().values(name="老文华", unit=UNIT, recorded_at=at, recorded_by="张三"))
    sample.remove(loaded)
    assert codes(loaded) == [STREET, UNIT]
    assert verify(loaded) == []


def test_the_sample_does_not_enter_a_store_with_real_tickets(office):
    records(office, real("A1", UNIT))
    with pytest.raises(Refusal):
        sample.load(office)
    assert len(contents(office)["ticket"]) == 1


def test_a_corrected_sample_entry_goes_with_every_version(loaded, clerk_of):
    clerk = clerk_of(loaded)
    (one,) = ledger.filed(loaded, [UNIT], ["consultation"], date(2024, 3, 5), date(2024, 3, 5))
    (ref,) = clerk.revises(one.ref, values={"consultation.in_person": 400}).entries
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
