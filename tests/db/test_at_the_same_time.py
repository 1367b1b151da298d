"""Two people at once, from two programs; the first is stopped just before its write is done (tests/two_writers.py)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from functools import partial

import pytest
from sqlalchemy import event

from db import ledger
from db.ledger import Conflict
from db.store import verify
from tests import two_writers

STREET, A, B = "120114001000", "120114001007", "120114001008"
DAY = "2024-03-05"
WHILE = 0.4  # seconds the second one has to run into the first
first_then_second = partial(two_writers.first_then_second, meanwhile=WHILE)


def test_a_form_sent_twice_at_the_same_instant_is_one_act(people):
    zhang, li = people
    form = {"received": 3, "seen": 0, "token": "once"}
    first, again = first_then_second(
        zhang.store,
        lambda: zhang.files("hotline", A, DAY, **form),
        lambda: li.files("hotline", A, DAY, **form),
    )
    assert again.repeated and again.entries == first.entries
    assert zhang.total("hotline.received", A) == 3


def test_a_correction_sent_twice_at_the_same_instant_is_one_act(people):
    zhang, li = people
    (ref,) = zhang.files("hotline", A, DAY, received=3).entries
    change = {"values": {"hotline.received": 4}, "token": "once"}
    first, again = first_then_second(
        zhang.store, lambda: zhang.revises(ref, **change), lambda: li.revises(ref, **change)
    )
    assert again.repeated and again.entries == first.entries


def test_a_void_sent_twice_at_the_same_instant_is_one_act(people):
    zhang, li = people
    (ref,) = zhang.files("hotline", A, DAY, received=3).entries
    first, again = first_then_second(
        zhang.store, lambda: zhang.voids(ref, token="once"), lambda: li.voids(ref, token="once")
    )
    assert again.repeated and again.batch == first.batch


def test_an_undo_sent_twice_at_the_same_instant_is_one_act(people):
    zhang, li = people
    receipt = zhang.files("hotline", A, DAY, received=3)
    first, again = first_then_second(
        zhang.store,
        lambda: zhang.undoes(receipt.batch, token="once"),
        lambda: li.undoes(receipt.batch, token="once"),
    )
    assert again.repeated and again.batch == first.batch


def test_the_second_of_two_who_filed_the_same_day_sees_the_first(people):
    zhang, li = people

    def second():
        with pytest.raises(Conflict) as conflict:
            li.files("hotline", A, DAY, received=4, seen=0)
        return conflict.value.pairs[0][1]

    _, live = first_then_second(zhang.store, lambda: zhang.files("hotline", A, DAY, received=3, seen=0), second)
    assert (live.recorded_by, live.values) == ("张三", {"hotline.received": 3})


def test_two_imports_of_the_same_day_are_two_versions(people):
    zhang, li = people
    first_then_second(
        zhang.store,
        lambda: zhang.files("hotline", A, DAY, received=3),
        lambda: li.files("hotline", A, DAY, closed=2),
    )
    (live,) = ledger.filed(zhang.store, [A], ["hotline"], date(2024, 3, 5), date(2024, 3, 5))
    assert (live.version, live.values) == (2, {"hotline.received": 3, "hotline.closed": 2})


def test_two_days_filed_at_once_have_two_serial_numbers(people):
    zhang, li = people
    first, second = first_then_second(
        zhang.store,
        lambda: zhang.files("hotline", A, "2024-03-05", received=3),
        lambda: li.files("hotline", A, "2024-03-06", received=4),
    )
    assert (first.entries[0].no, second.entries[0].no) == (1, 2)
    assert zhang.total("hotline.received", A) == 7
    assert verify(zhang.store) == []


def test_a_communitys_own_activity_and_one_that_covers_it_meet_in_its_cell(people):
    zhang, li = people
    first_then_second(
        zhang.store,
        lambda: zhang.files("publicity", A, DAY, title="社区宣传", reach=5),
        lambda: li.files("publicity", STREET, DAY, title="街道宣传", reach=50, covers=(A, B)),
    )
    assert zhang.seen("publicity.reach", A) == 55
    assert verify(zhang.store) == []


def test_an_undo_that_gives_coverage_back_meets_the_communitys_own_activity(people):
    zhang, li = people
    li.files("publicity", STREET, DAY, title="街道宣传", reach=50, covers=(A,))
    moved = li.files("publicity", STREET, DAY, title="街道宣传", covers=(B,))
    first_then_second(
        zhang.store,
        lambda: zhang.files("publicity", A, DAY, title="社区宣传", reach=5),
        lambda: li.undoes(moved.batch),
    )
    assert zhang.seen("publicity.reach", A) == 55
    assert verify(zhang.store) == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_two_corrections_that_cover_one_another_do_not_block_each_other(people):
    zhang, li = people
    (of_a,) = zhang.files("publicity", A, DAY, title="甲", reach=1, covers=(B,)).entries
    (of_b,) = li.files("publicity", B, DAY, title="乙", reach=1, covers=(A,)).entries
    both_began = threading.Barrier(2, timeout=2)

    def wait_for_the_other(conn, cursor, statement, *_):
        if "FOR UPDATE" in statement and not conn.info.get("began"):
            conn.info["began"] = True
            with suppress(threading.BrokenBarrierError):  # broken when the other waits for a lock of ours
                both_began.wait()

    for clerk in people:
        event.listen(clerk.store, "after_cursor_execute", wait_for_the_other)
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(zhang.revises, of_a, values={"publicity.reach": 2})
        two = pool.submit(li.revises, of_b, values={"publicity.reach": 3})
        one.result(60), two.result(60)
    assert zhang.total("publicity.reach", A, B) == 5
    assert verify(zhang.store) == []


def test_many_threads_of_one_program_lose_nothing(office, clerk_of, draft):
    def work(n: int):
        clerk = clerk_of(office, f"第{n}人")
        for day in range(1, 9):
            clerk.files("hotline", A, date(2024, n, day), received=1)
            clerk.files("publicity", STREET, date(2024, n, day), title="宣传", reach=1, covers=(A, B))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(1, 7)))
    clerk = clerk_of(office)
    assert clerk.total("hotline.received", A) == 48
    assert clerk.seen("publicity.reach", B) == 48
    assert verify(office) == []
