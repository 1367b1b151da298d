"""Whatever is written in whatever order, the roll-up is what a plain count of the live entries gives."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from db import ledger, totals
from db.engine import reading, writing
from db.language import Refusal
from db.schema import monthly_total
from db.store import verify

STREET, A, B = UNITS = ("120114001000", "120114001007", "120114001008")
BEGIN = datetime(2024, 7, 1, tzinfo=UTC)

few = st.integers(0, 3)
unit = st.sampled_from(UNITS)
day = st.sampled_from([date(2024, 3, 30), date(2024, 3, 31), date(2024, 4, 1)])
covers = st.sampled_from([None, (), (A,), (A, B), (STREET, B)])
number = st.one_of(st.none(), few)
title = st.sampled_from(["甲", "乙"])
which = st.integers(0, 30)
act = st.one_of(
    st.tuples(st.just("hotline"), unit, day, number, number),
    st.tuples(st.just("publicity"), unit, day, title, covers, number),
    st.tuples(st.just("profile"), unit, day, few),
    st.tuples(st.just("revise"), which, few, st.one_of(st.none(), day), covers),
    st.tuples(st.just("void"), which),
    st.tuples(st.just("undo"), which),
)


def do(clerk, made: list, batches: list, one: tuple, at: datetime):
    """One act of the office; what it refuses is left undone. Keeps the entries and batches there were."""
    what, *details = one
    try:
        match what, *details:
            case "hotline", where, day, received, closed:
                receipt = clerk.files("hotline", where, day, received=received, closed=closed, at=at)
            case "publicity", where, day, title, covers, reach:
                receipt = clerk.files(
                    "publicity", where, day, title=title, covers=covers, activities=1, reach=reach, at=at
                )
            case "profile", where, day, compounds:
                receipt = clerk.files("community", where, day, compounds=compounds, at=at)
            case "revise", n, quantity, day, covers if made:
                kind, ref = made[n % len(made)]
                field = {"hotline": "hotline.received", "publicity": "publicity.reach"}.get(kind, "community.compounds")
                covers = covers if kind == "publicity" else None
                receipt = clerk.revises(ref, values={field: quantity}, day=day, covers=covers, at=at)
            case "void", n if made:
                receipt = clerk.voids(made[n % len(made)][1], at=at)
            case "undo", n if batches:
                receipt = clerk.undoes(batches[n % len(batches)], at=at)
            case _:
                return
    except Refusal:
        return
    if receipt.batch:
        batches.append(receipt.batch)
    for ref in receipt.entries:
        kind = ledger.history(clerk.store, ref)[-1].kind
        made.append((kind, ref))


def counted(store) -> dict:
    """The roll-up as a person would make it with a pencil, from the live entries."""
    total, entries, days, seen, seen_entries = (Counter() for _ in range(5))
    for v in ledger.filed(store, UNITS, ["hotline", "publicity"], date(2024, 1, 1), date(2024, 12, 31)):
        month = v.day.year * 100 + v.day.month
        for code, quantity in v.values.items():
            here = v.unit, month, code
            total[here] += quantity
            entries[here] += 1
            days[here] += 2 ** (v.day.day - 1)
            for other in v.covers or (v.unit,):
                seen[other, month, code] += quantity
                seen_entries[other, month, code] += 1
    cells = entries.keys() | seen_entries.keys()
    return {cell: tuple(of[cell] for of in (total, entries, days, seen, seen_entries)) for cell in cells}


def rolled_up(store) -> dict:
    with reading(store) as conn:
        return {tuple(row[:3]): tuple(row[3:]) for row in conn.execute(select(monthly_total))}


def test_the_roll_up_is_a_plain_count_of_the_live_entries_after_any_acts(new_store, clerk_of, database):
    @settings(max_examples=80 if database == "sqlite" else 15, derandomize=True, database=None)
    @given(st.lists(act, min_size=4, max_size=16))
    def check(acts):
        clerk, made, batches, believed = clerk_of(new_store()), [], [], {}
        for n, one in enumerate(acts):
            at = BEGIN + timedelta(hours=n)
            do(clerk, made, batches, one, at)
            believed[at] = rolled_up(clerk.store)
        assert rolled_up(clerk.store) == counted(clerk.store)
        assert clerk.differences() == []
        year = date(2024, 1, 1), date(2024, 12, 31)
        for at, cells in believed.items():
            then = totals.read(clerk.store, UNITS, *year, as_of=at)
            assert {tuple(row[:3]): tuple(row[3:]) for row in then} == cells

    check()


@pytest.fixture
def month(clerk):
    clerk.files("hotline", A, "2024-03-05", received=3, closed=1)
    clerk.files("publicity", STREET, "2024-03-06", title="宣传", activities=1, covers=(A, B))
    return clerk.store


CELL = (monthly_total.c.unit == A) & (monthly_total.c.indicator == "hotline.received")
TAMPERINGS = {
    "a total changed": update(monthly_total).where(CELL).values(total=monthly_total.c.total + 1),
    "a day struck out": update(monthly_total).where(CELL).values(days=0),
    "what was seen changed": update(monthly_total).where(monthly_total.c.unit == B).values(seen=7),
    "a cell lost": delete(monthly_total).where(CELL),
    "a cell too many": insert(monthly_total).values((B, 202403, "media.posts", 1, 1, 1, 1, 1)),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_tampered_cell_is_found_and_mended(month, tampering):
    assert verify(month) == []
    with writing(month) as conn:
        conn.execute(TAMPERINGS[tampering])
    assert verify(month) != []
    with writing(month) as conn:
        totals.rebuild(conn)
    assert verify(month) == []


def test_a_number_changed_behind_the_ledgers_back_is_found(month):
    with writing(month) as conn:
        conn.exec_driver_sql("UPDATE value SET quantity = quantity + 1 WHERE indicator = 'hotline.received'")
    assert any("hotline.received" in line for line in verify(month))


def test_a_rebuilt_roll_up_is_the_same(month):
    before = rolled_up(month)
    with writing(month) as conn:
        totals.rebuild(conn)
    assert rolled_up(month) == before != {}


def test_a_write_that_fails_leaves_the_roll_up_as_it_was(month, clerk):
    before = rolled_up(month)
    with pytest.raises(ZeroDivisionError), writing(month) as conn:
        conn.execute(delete(monthly_total))
        raise ZeroDivisionError
    assert rolled_up(month) == before
