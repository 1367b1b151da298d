"""Two people at one ticket at once, from two programs; the first is stopped before its write is done."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial

import pytest

from db import tickets, totals
from db.engine import open_store
from db.store import verify
from db.tickets import Conflict
from tests import two_writers
from tests.desk import STREET, A, B, Desk

WHILE = 0.2  # seconds the second one has to run into the first
first_then_second = partial(two_writers.first_then_second, meanwhile=WHILE)


@pytest.fixture
def people(fresh_url) -> Iterator[list[Desk]]:
    """张三 and 李四, each in a program of their own, on one store."""
    url = fresh_url()
    stores = [open_store(url), open_store(url)]
    yield [Desk(store, name) for store, name in zip(stores, ("张三", "李四"), strict=True)]
    for store in stores:
        store.dispose()


def sound(desk: Desk, number: str, versions: int) -> tickets.Ticket:
    """The one live version of a number that has so many, in a store that is sound."""
    life = desk.versions(number)
    assert [one.version for one in life] == list(range(1, versions + 1))
    assert [one.retired_at is None for one in life] == [False] * (versions - 1) + [True]
    assert verify(desk.store) == []
    return life[-1].ticket


def received(desk: Desk) -> int:
    year = date(2024, 1, 1), date(2024, 12, 31)
    return sum(row[3] for row in totals.read_tickets(desk.store, [STREET, A, B], ["hotline.received"], *year))


def test_a_file_sent_twice_at_the_same_instant_is_one_act(people):
    zhang, li = people
    one = zhang.ticket("T1")
    first, again = first_then_second(
        zhang.store, lambda: zhang.imports(one, token="once"), lambda: li.imports(one, token="once")
    )
    assert again.repeated and again.batch == first.batch
    sound(zhang, "T1", 1)


def test_two_imports_of_the_same_new_ticket_are_one_ticket(people):
    zhang, li = people
    one = zhang.ticket("T1")
    first, second = first_then_second(zhang.store, lambda: zhang.imports(one), lambda: li.imports(one))
    assert (first.new, second.new, second.unchanged) == (1, 0, 1)
    sound(zhang, "T1", 1)
    assert received(zhang) == 1


def test_two_imports_that_say_different_things_of_a_new_ticket_are_two_versions(people):
    zhang, li = people
    first, second = first_then_second(
        zhang.store, lambda: zhang.brings("T1", unit=A), lambda: li.brings("T1", unit=B, reply="已办")
    )
    assert (first.new, second.new, second.changed) == (1, 0, 1)
    assert sound(zhang, "T1", 2).unit == B
    assert received(zhang) == 1


def test_two_imports_that_change_the_same_ticket_leave_one_live_version(people):
    zhang, li = people
    zhang.brings("T1")
    zhang.brings("T2")
    first_then_second(
        zhang.store,
        lambda: zhang.brings("T1", closed="2024-09-13 10:00"),
        lambda: li.imports(li.ticket("T1", reply="已办"), li.ticket("T2", reply="已办")),
    )
    one = sound(zhang, "T1", 3)
    assert (one.reply, one.closed_on) == ("已办", 20240913)
    assert received(zhang) == 2


def test_two_imports_that_make_the_same_change_make_it_once(people):
    zhang, li = people
    zhang.brings("T1")
    closed = zhang.ticket("T1", closed="2024-09-13 10:00")
    first, second = first_then_second(zhang.store, lambda: zhang.imports(closed), lambda: li.imports(closed))
    assert (first.changed, second.changed, second.unchanged) == (1, 0, 1)
    sound(zhang, "T1", 2)


def test_a_step_by_hand_over_one_that_is_just_being_saved_is_a_conflict(people):
    zhang, li = people
    zhang.brings("T1")

    def second():
        with pytest.raises(Conflict):
            li.amends("T1", seen=1, reply="李四的回复")

    first_then_second(zhang.store, lambda: zhang.amends("T1", seen=1, reply="张三的回复"), second)
    assert sound(zhang, "T1", 2).reply == "张三的回复"


def test_two_steps_that_looked_at_no_version_are_both_kept(people):
    zhang, li = people
    zhang.brings("T1")
    first_then_second(zhang.store, lambda: zhang.amends("T1", unit=B), lambda: li.amends("T1", reply="已办"))
    one = sound(zhang, "T1", 3)
    assert (one.unit, one.reply) == (B, "已办")


def test_an_import_that_meets_a_step_by_hand_keeps_what_the_hand_set(people):
    zhang, li = people
    zhang.brings("T1", reply="第一次")

    def second():
        with pytest.raises(Conflict):
            li.brings("T1", reply="第二次")
        return li.brings("T1", reply="第一次", closed="2024-09-13 10:00")

    first_then_second(zhang.store, lambda: zhang.amends("T1", reply="手工"), second)
    one = sound(zhang, "T1", 3)
    assert (one.reply, one.closed_on) == ("手工", 20240913)


def test_a_ticket_voided_meanwhile_is_not_voided_again(people):
    zhang, li = people
    zhang.brings("T1")

    def second():
        with pytest.raises(Conflict):
            li.voids("T1", 1)

    first_then_second(zhang.store, lambda: zhang.voids("T1", 1), second)
    assert received(zhang) == 0 and verify(zhang.store) == []


def test_a_voided_number_brought_again_by_two_at_once_is_one_ticket(people):
    zhang, li = people
    zhang.brings("T1")
    zhang.voids("T1", 1)
    one = zhang.ticket("T1", unit=B)
    first, second = first_then_second(zhang.store, lambda: zhang.imports(one), lambda: li.imports(one))
    assert (first.new, second.unchanged) == (1, 1)
    assert received(zhang) == 1 and verify(zhang.store) == []


def test_an_import_taken_back_while_a_colleague_works_on_it_is_not_taken_back(people):
    zhang, li = people
    batch = zhang.brings("T1").batch

    def second():
        with pytest.raises(tickets.Refusal, match="1 件"):
            li.undoes(batch)

    first_then_second(zhang.store, lambda: zhang.amends("T1", reply="已办"), second)
    sound(zhang, "T1", 2)


def test_a_step_on_an_import_that_is_just_taken_back_is_refused(people):
    zhang, li = people
    batch = zhang.brings("T1").batch

    def second():
        with pytest.raises(tickets.Refusal):
            li.amends("T1", seen=1, reply="已办")

    first_then_second(zhang.store, lambda: zhang.undoes(batch), second)
    assert received(zhang) == 0 and verify(zhang.store) == []


def test_two_writers_add_to_the_same_cell(people):
    zhang, li = people
    first_then_second(zhang.store, lambda: zhang.brings("T1"), lambda: li.brings("T2"))
    assert received(zhang) == 2 and verify(zhang.store) == []


def test_the_last_ticket_of_a_cell_goes_while_another_comes(people):
    zhang, li = people
    zhang.brings("T1")
    first_then_second(zhang.store, lambda: zhang.voids("T1", 1), lambda: li.brings("T2"))
    assert received(zhang) == 1 and verify(zhang.store) == []


def test_many_threads_of_one_program_lose_nothing(office):
    def work(n: int):
        desk = Desk(office, f"第{n}人")
        for k in range(6):
            desk.brings("共同", reply=f"{n}-{k}")
            desk.imports(desk.ticket(f"{n}-{k}", unit=(A, B)[k % 2]), desk.ticket(f"每人-{k}"))

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(work, range(5)))
    desk = Desk(office)
    assert received(desk) == 1 + 5 * 6 + 6
    sound(desk, "共同", len(desk.versions("共同")))
