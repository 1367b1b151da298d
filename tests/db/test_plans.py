"""On SQLite no question of a page reads through all entries: the plan of every statement is looked at."""

from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event

from db import ledger, totals
from db.engine import reading, writing

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
