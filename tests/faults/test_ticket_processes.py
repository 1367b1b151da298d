"""Programs that write tickets to one store at once: nothing lost, nothing doubled, nobody told of locks."""

import signal
import time
from datetime import date

import pytest

from db import tickets, totals
from db.engine import open_store
from db.schema import batch
from db.store import verify
from tests.desk import STREET, A, B, Desk

pytestmark = pytest.mark.slow

WORKERS = 5
UNITS = (STREET, A, B)

# The driver warns of a batch of inserts that met another writer's; the import that follows is what counts.
BEGIN = """
import logging, random
logging.getLogger("psycopg").setLevel(logging.ERROR)
from db.engine import open_store
from db.tickets import Conflict, history
from tests.desk import STREET, A, B, Desk

def desk_of(url, who):
    return Desk(open_store(url), who)
"""


def url_of(store) -> str:
    return store.url.render_as_string(hide_password=False)


def received(store) -> int:
    year = date(2024, 1, 1), date(2024, 12, 31)
    return sum(row[3] for row in totals.read_tickets(store, UNITS, ["hotline.received"], *year))


def lives(store, number: str) -> int:
    return sum(one.retired_at is None for one in tickets.history(store, number))


def test_five_programs_importing_the_same_tickets_in_any_order_keep_each_once(office, processes):
    script = (
        BEGIN
        + """
def work(url, who):
    desk, draw, new = desk_of(url, who), random.Random(who), 0
    for month in range(3, 9):
        some = [desk.ticket(f"{month}-{n}", f"2024-{month:02d}-05 09:00", (STREET, A, B)[n % 3]) for n in range(60)]
        draw.shuffle(some)
        receipt = desk.imports(*some)
        assert receipt.new + receipt.unchanged == 60 and not receipt.changed
        new += receipt.new
    print(new)
"""
    )
    told = processes.together(script, *[(url_of(office), who) for who in range(WORKERS)])
    assert sum(map(int, told)) == 6 * 60 == received(office)
    assert verify(office) == []


def test_five_programs_changing_the_same_ticket_lose_no_word(office, processes):
    Desk(office).imports(*(Desk(office).ticket(f"T{n}") for n in range(3)))
    script = (
        BEGIN
        + """
def work(url, who, times):
    desk, told = desk_of(url, who), 0
    for n in range(int(times)):
        number = f"T{n % 3}"
        while True:
            last = desk.versions(number)[-1]
            try:
                desk.amends(number, seen=last.version, reply=last.ticket.reply + f"[{who}-{n}]")
                break
            except Conflict:
                told += 1
    print(told)
"""
    )
    times = 12
    told = processes.together(script, *[(url_of(office), who, times) for who in range(WORKERS)])
    assert sum(map(int, told)) > 0  # they did meet
    said = "".join(Desk(office).reads(f"T{n}").reply for n in range(3))
    assert {f"[{who}-{n}]" for who in range(WORKERS) for n in range(times)} == {f"[{w}" for w in said.split("[")[1:]}
    assert len(said.split("[")) == WORKERS * times + 1
    assert sum(len(tickets.history(office, f"T{n}")) for n in range(3)) == 3 + WORKERS * times
    assert [lives(office, f"T{n}") for n in range(3)] == [1, 1, 1]
    assert verify(office) == []


def test_five_programs_sending_the_same_file_with_the_same_token_import_it_once(office, processes):
    script = (
        BEGIN
        + """
def work(url, who):
    desk = desk_of(url, who)
    receipts = [desk.imports(desk.ticket(f"T{n}"), token=f"file-{n}") for n in range(60)]
    print(sum(not one.repeated for one in receipts))
"""
    )
    told = processes.together(script, *[(url_of(office), who) for who in range(WORKERS)])
    assert sum(map(int, told)) == 60 == received(office) == Desk(office).stored(batch)
    assert verify(office) == []


def test_tickets_and_daily_counts_of_the_same_communities_do_not_block_each_other(office, processes):
    """A writer of counts holds its communities' rows; one of tickets refers to them, in whatever order it comes."""
    script = (
        BEGIN
        + """
from datetime import date, timedelta
from db.ledger import Draft, record

def work(url, who):
    desk = desk_of(url, who)
    if int(who) % 2:
        for n in range(6):
            some = [desk.ticket(f"{who}-{n}-{k:04d}", unit=(B, A)[k // 600]) for k in range(1200)]
            desk.imports(*some)
    else:
        for n in range(120):
            on = date(2024, 1, 1) + timedelta(n)
            drafts = [Draft("hotline", unit, on, {"hotline.received": int(who) + n}) for unit in (A, B)]
            record(desk.store, drafts, by=who, token=f"counts-{who}-{n}")
"""
    )
    processes.together(script, *[(url_of(office), who) for who in range(4)])
    assert received(office) == 2 * 6 * 1200
    assert verify(office) == []


IMPORT = """
import time
from db.engine import open_store
from tests.desk import STREET, A, B, Desk

def work(url, token):
    desk = Desk(open_store(url))
    some = [desk.ticket(f"T{n}", f"2024-{n % 12 + 1:02d}-05 09:00", (STREET, A, B)[n % 3]) for n in range(60_000)]
    print("writing", flush=True)
    began = time.monotonic()
    desk.imports(*some, token=token)
    print(time.monotonic() - began, flush=True)
"""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_import_of_tickets_killed_at_any_moment_is_whole_or_not_there(fresh_url, processes):
    seconds = float(processes.together(IMPORT, (fresh_url(), "whole"))[0].split()[1])
    url, killed = fresh_url(), []
    for moment in (0.05, 0.4, 0.7, 0.9, 1.0):
        (one,) = processes.start(IMPORT, (url, "cut"))
        assert one.stdout.readline() == "writing\n"
        time.sleep(seconds * moment)
        one.kill()
        one.communicate()
        store = open_store(url)
        killed.append((one.returncode, received(store)))
        assert killed[-1][1] in (0, 60_000) and verify(store) == []
        store.dispose()
    assert (-signal.SIGKILL, 0) in killed
    processes.together(IMPORT, (url, "cut"))
    store = open_store(url)
    assert received(store) == 60_000 and verify(store) == []
    store.dispose()
