"""On SQLite no question of a page reads through all entries: the plan of every statement is looked at."""

import re
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event

from db import ledger, tickets, totals
from db.engine import reading, writing
from db.measures import TICKETS
from tests.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

STREET, UNIT, OTHER = "120114001000", "120114001007", "120114001008"
UNITS = [STREET, UNIT, OTHER]
FIRST, LAST = date(2024, 1, 1), date(2024, 12, 18)
PAST = datetime(2024, 7, 1, tzinfo=UTC)


@contextmanager
def statements(store):
    """The statements run meanwhile, with their parameters."""
    seen = []

    def note(conn, cursor, statement, parameters, context, executemany):
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append((statement, parameters[0] if executemany else parameters))

    event.listen(store, "before_cursor_execute", note)
    yield seen
    event.remove(store, "before_cursor_execute", note)


def plans(store, seen) -> list[str]:
    with reading(store) as conn:
        return [
            "\n".join(row[3] for row in conn.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters))
            for statement, parameters in seen
        ]


def cut_off(clerk):
    totals.read(clerk.store, UNITS, FIRST, LAST)


def as_of(clerk):
    totals.read(clerk.store, UNITS, FIRST, LAST, as_of=PAST)


def refresh(clerk):
    with writing(clerk.store) as conn:
        totals.refresh(conn, [(unit, month) for unit in UNITS for month in (202403, 202404)])


def drill_down(clerk):
    ledger.rows(clerk.store, ["hotline.received", "hotline.closed"], UNITS, FIRST, LAST)


def drill_down_into_what_was_seen(clerk):
    ledger.rows(clerk.store, ["publicity.reach"], [UNIT, OTHER], FIRST, LAST, covered=True)


def drill_down_as_of(clerk):
    ledger.rows(clerk.store, ["hotline.received"], UNITS, FIRST, LAST, as_of=PAST)


def states(clerk):
    ledger.rows(clerk.store, ["community.compounds"], UNITS, None, LAST)


def filed(clerk):
    ledger.filed(clerk.store, UNITS, ["hotline"], date(2024, 3, 5), date(2024, 3, 5))


def filings(clerk):
    ledger.filings(clerk.store, UNITS, ["hotline"], date(2024, 3, 1), date(2024, 3, 31))


def one_days_form_sent_revised_and_voided(clerk):
    (ref,) = clerk.files("hotline", UNIT, "2024-03-05", received=3).entries
    (ref,) = clerk.revises(ref, values={"hotline.received": 4}).entries
    ledger.history(clerk.store, ref)
    clerk.voids(ref)


def an_import_undone(clerk):
    clerk.undoes(clerk.files("hotline", UNIT, "2024-03-06", received=3).batch)


QUESTIONS = [
    cut_off,
    as_of,
    refresh,
    drill_down,
    drill_down_into_what_was_seen,
    drill_down_as_of,
    states,
    filed,
    filings,
    one_days_form_sent_revised_and_voided,
    an_import_undone,
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_question_reads_through_all_entries(clerk, sample_store, question):
    with statements(clerk.store) as seen:
        question(clerk)
    assert seen
    for store in (clerk.store, sample_store):
        for (statement, _), plan in zip(seen, plans(store, seen), strict=True):
            for table in ("entry", "value", "coverage", "begun"):
                assert f"SCAN {table}" not in plan, f"{statement}\n{plan}"


@pytest.mark.parametrize("question", [cut_off, refresh, drill_down, states, filed])
def test_live_entries_are_found_by_their_own_index(clerk, sample_store, question):
    with statements(clerk.store) as seen:
        question(clerk)
    for store in (clerk.store, sample_store):
        of_entries = [plan for plan in plans(store, seen) if "SEARCH entry" in plan]
        assert of_entries
        for plan in of_entries:
            assert "SEARCH entry USING INDEX uq_entry_live (unit=? AND month=?" in plan


# ------------------------------------------------------------------------------------- tickets

MID_MONTH = date(2024, 9, 18)
EVERY_MEASURE = list(TICKETS)


@pytest.fixture
def desk(office) -> Desk:
    """Somebody who writes tickets to `office`; T1 is there already."""
    desk = Desk(office)
    desk.brings("T1")
    return desk


def tickets_up_to_mid_month(desk):
    totals.read_tickets(desk.store, UNITS, EVERY_MEASURE, FIRST, MID_MONTH)


def tickets_of_whole_months(desk):
    totals.read_tickets(desk.store, UNITS, EVERY_MEASURE, FIRST, date(2024, 12, 31))


def tickets_before_a_year(desk):
    totals.tickets_before(desk.store, UNITS, EVERY_MEASURE, FIRST)


def months_with_tickets(desk):
    totals.ticket_months(desk.store, UNITS, LAST)


def years_with_tickets(desk):
    totals.years(desk.store)


def late_tickets(desk):
    tickets.overdue_at(desk.store, UNITS, FIRST, LAST)


def late_tickets_carried_in(desk):
    tickets.carried_late(desk.store, UNITS, FIRST)


def open_tickets(desk):
    tickets.still_open(desk.store, UNITS, LAST)


def tickets_behind_each_measure(desk):
    for measure in EVERY_MEASURE:
        tickets.rows(desk.store, measure, UNITS, FIRST, MID_MONTH)
        tickets.counted(desk.store, measure, UNITS, FIRST, MID_MONTH)


def closest_to_their_due_day(desk):
    tickets.closest(desk.store, UNITS, FIRST, LAST, 10)


def unplaced_tickets(desk):
    tickets.unplaced(desk.store, [STREET], 50)


def a_ticket_amended_and_its_life_read(desk):
    desk.amends("T1", reply="已办")
    desk.versions("T1")


def a_known_ticket_imported_again(desk):
    desk.brings("T1", closed="2024-09-13 10:00")
    desk.imports(desk.ticket("T1", closed="2024-09-13 10:00"), desk.ticket("T2"))


def a_ticket_edited_by_hand_imported_again(desk):
    desk.amends("T1", reply="已办")
    desk.brings("T1", closed="2024-09-13 10:00")


def a_ticket_voided_and_brought_again(desk):
    desk.voids("T1", 1)
    desk.brings("T1")


def an_import_of_tickets_undone(desk):
    receipt = desk.imports(desk.ticket("T1", closed="2024-09-13 10:00"), desk.ticket("T2"))
    assert tickets.holds(desk.store, receipt.batch)
    desk.undoes(receipt.batch)


TICKET_QUESTIONS = [
    tickets_up_to_mid_month,
    tickets_of_whole_months,
    tickets_before_a_year,
    months_with_tickets,
    years_with_tickets,
    late_tickets,
    late_tickets_carried_in,
    open_tickets,
    tickets_behind_each_measure,
    closest_to_their_due_day,
    unplaced_tickets,
    a_ticket_amended_and_its_life_read,
    a_known_ticket_imported_again,
    a_ticket_edited_by_hand_imported_again,
    a_ticket_voided_and_brought_again,
    an_import_of_tickets_undone,
]
IS_THERE_ANY = re.compile(r"SELECT ticket\.version\s+FROM ticket\s+LIMIT", re.S)


def ticket_plans(store, desk, question) -> list[tuple[str, str]]:
    """The statements of a question and their plans, but for the look at a single ticket, any of all."""
    with statements(desk.store) as seen:
        question(desk)
    assert seen
    asked = [one for one in seen if not IS_THERE_ANY.match(one[0])]
    return [(one[0], plan) for one, plan in zip(asked, plans(store or desk.store, asked), strict=True)]


@pytest.mark.parametrize("question", TICKET_QUESTIONS)
@pytest.mark.parametrize("where", ["small", "sample"])
def test_no_question_reads_through_all_tickets(desk, sample_store, question, where):
    for statement, plan in ticket_plans(sample_store if where == "sample" else None, desk, question):
        for table in ("ticket", "ticket_total"):
            assert not re.search(rf"SCAN {table}\b", plan), f"{statement}\n{plan}"


@pytest.mark.parametrize(
    ("question", "index"),
    [(late_tickets, "ix_ticket_late"), (late_tickets_carried_in, "ix_ticket_late")],
)
def test_the_late_are_found_by_an_index_that_holds_them_alone(desk, sample_store, question, index):
    for store in (None, sample_store):
        ((_, plan),) = ticket_plans(store, desk, question)
        assert f"SEARCH ticket USING INDEX {index} (unit=? AND overdue_from" in plan


def test_the_open_are_found_by_an_index_that_holds_them_alone(desk, sample_store):
    for store in (None, sample_store):
        ((_, plan),) = ticket_plans(store, desk, open_tickets)
        for index in ("ix_ticket_open", "ix_ticket_closed", "ix_ticket_returned"):
            assert f"SEARCH ticket USING INDEX {index} (unit=?" in plan, plan
        assert "ix_ticket_received" not in plan


def test_a_cut_off_inside_a_month_asks_for_the_days_of_that_month_alone(desk, sample_store):
    for store in (None, sample_store):
        months, days, rest = (plan for _, plan in ticket_plans(store, desk, tickets_up_to_mid_month))
        for line in rest.splitlines():
            if "ticket USING" in line:
                assert re.search(r"USING INDEX ix_ticket_\w+ \(unit=\? AND \w+>\? AND \w+<\?\)", line), line
        assert "SEARCH ticket_total USING PRIMARY KEY (unit=? AND tally=? AND span=?)" in months
        assert "SEARCH ticket_total USING PRIMARY KEY (unit=? AND tally=? AND span>? AND span<?)" in days


def test_what_was_open_before_a_year_is_one_range_for_each_community(desk, sample_store):
    for store in (None, sample_store):
        ((_, plan),) = ticket_plans(store, desk, tickets_before_a_year)
        assert "SEARCH ticket_total USING PRIMARY KEY (unit=? AND tally=? AND span<?)" in plan


def test_what_one_act_changed_is_found_by_its_batch(desk, sample_store):
    for store in (None, sample_store):
        found = "\n".join(plan for _, plan in ticket_plans(store, desk, a_known_ticket_imported_again))
        assert "ix_ticket_batch (batch=?" in found and "ix_ticket_retired_batch (retired_batch=?" in found
