"""Five programs write to one SQLite store at once: nothing lost, nothing doubled, nobody told "database is locked"."""

import pytest
from sqlalchemy import func, select

from db.engine import reading
from db.schema import batch, entry
from db.store import verify

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

UNIT = "120114001007"
WORKERS, FORMS = 5, 200
WHOLE = {"first": "2022-01-01", "last": "2024-12-31"}

BEGIN = """
from datetime import date, timedelta
from db.engine import open_store
from db.ledger import Conflict, Draft, record

def send(store, who, n, received, token, **how):
    day = date(2022, 1, 1) + timedelta(n)
    form = Draft("hotline", "120114001007", day, {"hotline.received": received}, **how)
    return record(store, [form], by=who, token=token)
"""


def counted(store, table=entry):
    with reading(store) as conn:
        return conn.scalar(select(func.count()).select_from(table))


def test_five_programs_filing_different_days_lose_nothing(office, clerk_of, processes):
    script = (
        BEGIN
        + """
def work(url, who, forms):
    store = open_store(url)
    for n in range(int(forms)):
        receipt = send(store, who, int(who) * int(forms) + n, 1, f"{who}-{n}")
        assert receipt.new == 1 and not receipt.repeated
"""
    )
    processes.together(script, *[(office.url, who, FORMS) for who in range(WORKERS)])
    assert clerk_of(office).reads("hotline.received", UNIT, **WHOLE)["entries"] == WORKERS * FORMS
    assert clerk_of(office).total("hotline.received", UNIT, **WHOLE) == WORKERS * FORMS
    with reading(office) as conn:
        numbers = list(conn.scalars(select(entry.c.no).where(entry.c.unit == UNIT).order_by(entry.c.no)))
    assert numbers == list(range(1, WORKERS * FORMS + 1))
    assert verify(office) == []


def test_five_programs_sending_the_same_forms_with_the_same_tokens_file_each_once(office, clerk_of, processes):
    script = (
        BEGIN
        + """
def work(url, who, forms):
    store = open_store(url)
    receipts = [send(store, who, n, 3, f"form-{n}") for n in range(int(forms))]
    assert all(one.batch for one in receipts)
    print(sum(not one.repeated for one in receipts))
"""
    )
    first = processes.together(script, *[(office.url, who, FORMS) for who in range(WORKERS)])
    assert sum(map(int, first)) == FORMS
    assert counted(office) == counted(office, batch) == FORMS
    assert clerk_of(office).total("hotline.received", UNIT, **WHOLE) == 3 * FORMS
    assert verify(office) == []


def test_of_five_programs_filing_the_same_day_one_is_first_and_the_others_are_told(office, clerk_of, processes):
    script = (
        BEGIN
        + """
def work(url, who, forms):
    store, told = open_store(url), 0
    for n in range(int(forms)):
        try:
            send(store, who, n, int(who) + 1, f"{who}-{n}", seen=0)
        except Conflict as conflict:
            ((_, live),) = conflict.pairs
            assert live.recorded_by != who
            told += 1
    print(told)
"""
    )
    forms = 40
    told = processes.together(script, *[(office.url, who, forms) for who in range(WORKERS)])
    assert sum(map(int, told)) == forms * (WORKERS - 1)
    assert counted(office) == forms
    assert verify(office) == []


def test_five_programs_setting_the_same_day_leave_one_live_number(office, clerk_of, processes):
    script = (
        BEGIN
        + """
def work(url, who, forms):
    store = open_store(url)
    for n in range(int(forms)):
        send(store, who, 0, int(who) * int(forms) + n, f"{who}-{n}")
"""
    )
    forms = 40
    processes.together(script, *[(office.url, who, forms) for who in range(WORKERS)])
    assert clerk_of(office).reads("hotline.received", UNIT, **WHOLE)["entries"] == 1
    assert counted(office) == forms * WORKERS
    assert verify(office) == []
