"""A program killed in the middle of a large import leaves all of it or nothing, and sending it again completes it."""

import signal
import time

import pytest
from sqlalchemy import func, select

from db.engine import open_store, reading
from db.schema import entry, monthly_total, value
from db.store import verify

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

MOMENTS = (0.05, 0.3, 0.5, 0.7, 0.85, 0.95, 1.0)  # of the time an undisturbed import takes

IMPORT = """
import time
from datetime import date, timedelta
from db import units
from db.engine import open_store, reading
from db.ledger import Draft, record

MEASURES = ("received", "closed", "extended", "overdue")

def work(url):
    store = open_store(url)
    with reading(store) as conn:
        communities = [one.code for one in units.units(conn) if one.level == "community"]
    drafts = [
        Draft("hotline", code, date(2022, 1, 1) + timedelta(n), {f"hotline.{m}": n % 7 for m in MEASURES})
        for code in communities
        for n in range(840)
    ]
    print("writing", flush=True)
    began = time.monotonic()
    receipt = record(store, drafts, by="张三", token="three years", source="import")
    print(receipt.repeated, len(receipt.entries), time.monotonic() - began, flush=True)
"""
ENTRIES, VALUES = 30 * 840, 30 * 840 * 4


def stored(store) -> tuple[int, int]:
    with reading(store) as conn:
        return tuple(conn.scalar(select(func.count()).select_from(table)) for table in (entry, value))


def test_an_import_killed_at_any_moment_is_whole_or_not_there(fresh_url, processes):
    url = fresh_url()
    repeated, entries, seconds = processes.together(IMPORT, (url,))[0].split()[1:]
    assert (repeated, int(entries)) == ("False", ENTRIES)
    killed = []
    url = fresh_url()
    for moment in MOMENTS:
        (one,) = processes.start(IMPORT, (url,))
        assert one.stdout.readline() == "writing\n"
        time.sleep(float(seconds) * moment)
        one.kill()
        one.communicate()
        store = open_store(url)
        killed.append((one.returncode, stored(store)))
        assert stored(store) in ((0, 0), (ENTRIES, VALUES))
        assert verify(store) == []
        store.dispose()
    assert (-signal.SIGKILL, (0, 0)) in killed

    processes.together(IMPORT, (url,))
    again = processes.together(IMPORT, (url,))[0].split()
    assert (again[1], int(again[2])) == ("True", ENTRIES)
    store = open_store(url)
    assert stored(store) == (ENTRIES, VALUES)
    with reading(store) as conn:
        expected = 30 * 4 * sum(n % 7 for n in range(840))
        assert conn.scalar(select(func.sum(monthly_total.c.total))) == expected
    assert verify(store) == []
    store.dispose()


def test_a_program_killed_while_others_write_does_not_stop_them(office, clerk_of, processes):
    (one,) = processes.start(IMPORT, (office.url,))
    assert one.stdout.readline() == "writing\n"
    time.sleep(0.3)
    one.kill()
    clerk = clerk_of(office)
    began = time.monotonic()
    clerk.files("hotline", "120114001007", "2024-12-30", received=3)
    assert time.monotonic() - began < 10
    assert clerk.total("hotline.received", "120114001007", first="2024-12-01") == 3
    assert verify(office) == []
