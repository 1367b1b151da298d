"""A frozen year is stored once, in one act beside which nobody writes, and given back byte for byte."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from hashlib import sha256

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import sqlite

from db import ledger, measures, schema, snapshots
from db.engine import china_day, now, open_store, reading, writing
from db.language import Refusal
from db.schema import entry, snapshot_part, ticket
from db.snapshots import FIGURES
from db.store import verify
from tests.desk import A, Desk
from tests.two_writers import first_then_second

DAY = "2024-03-05"
PARTS = {FIGURES: b'{"a":1}', "年度汇总.csv": "\ufeff指标\r\n".encode(), "draft.docx": bytes(range(256))}


def freeze(store, parts=PARTS, *, cut_off=date(2024, 12, 18), by="王芳", token="定稿", note=" 送审稿 "):
    make = parts if callable(parts) else lambda: parts
    return snapshots.write(store, 2024, cut_off, make, by=by, token=token, note=note)


def stored(store, table=schema.snapshot) -> int:
    with reading(store) as conn:
        return conn.scalar(select(func.count()).select_from(table))


def test_what_is_frozen_comes_back_byte_for_byte_with_its_digest(office):
    before = now()
    made = freeze(office)
    assert {part.name: part.content for part in snapshots.parts(office, made.id)} == PARTS
    assert made.parts == {name: sha256(content).hexdigest() for name, content in PARTS.items()}
    assert all(part.sound for part in snapshots.parts(office, made.id))
    assert (made.year, made.cut_off, made.recorded_by, made.note) == (2024, date(2024, 12, 18), "王芳", "送审稿")
    assert before <= made.recorded_at <= now()
    assert snapshots.get(office, made.id) == made and snapshots.snapshots(office) == [made]
    assert verify(office) == []


def test_the_last_freeze_stands_first(office):
    made = [freeze(office, token=token) for token in ("一", "二")]
    assert snapshots.snapshots(office) == made[::-1]


def test_a_double_click_freezes_once(office):
    assert freeze(office) == freeze(office, {FIGURES: b"{}"})
    assert stored(office) == 1


def test_two_clicks_at_the_same_instant_freeze_once(fresh_url):
    url = fresh_url()
    one, other = open_store(url), open_store(url)
    first, again = first_then_second(one, partial(freeze, one), partial(freeze, other), meanwhile=0.3)
    assert first == again and stored(one) == 1
    for store in (one, other):
        store.dispose()


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"by": "  "}, "经办人"),
        ({"by": "王" * 61}, "过长"),
        ({"cut_off": china_day(now()) + timedelta(2)}, "还没有到"),
    ],
)
def test_a_freeze_needs_a_name_and_a_cut_off_that_has_come(office, how, why):
    with pytest.raises(Refusal, match=why):
        freeze(office, **how)
    assert stored(office) == 0 == stored(office, schema.batch)


def test_a_freeze_that_fails_leaves_nothing(office):
    def fails():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        freeze(office, fails)
    assert stored(office) == 0 == stored(office, schema.batch)
    assert freeze(office).id


def test_an_unknown_freeze_is_refused(office):
    for ask in (snapshots.get, snapshots.parts):
        with pytest.raises(Refusal, match="没有编号为 7 的定稿"):
            ask(office, 7)


def test_a_tampered_part_is_said_loudly(office):
    made = freeze(office)
    with writing(office) as conn:
        conn.execute(update(snapshot_part).where(snapshot_part.c.name == FIGURES).values(content=b'{"a":2}'))
    assert {part.name: part.sound for part in snapshots.parts(office, made.id)} == {
        name: name != FIGURES for name in PARTS
    }
    (line,) = verify(office)
    assert f"snapshot {made.id} {FIGURES}" in line and made.parts[FIGURES] in line


def test_a_part_that_is_gone_is_said_loudly(office):
    made = freeze(office)
    with writing(office) as conn:
        conn.execute(delete(snapshot_part).where(snapshot_part.c.name == FIGURES))
    assert verify(office) == [f"snapshot {made.id} {FIGURES}: gone"]


# ------------------------------------------------------------------------------------- one moment


def received(clerk) -> int:
    return clerk.total("hotline.received", A)


def test_a_freeze_waits_for_a_write_that_is_not_done_and_holds_it(people):
    zhang, li = people
    counts = {}

    def make():
        counts["frozen"] = received(li)
        return PARTS

    _, made = first_then_second(
        zhang.store, lambda: zhang.files("hotline", A, DAY, received=3), lambda: freeze(li.store, make), meanwhile=0.3
    )
    assert counts["frozen"] == 3
    assert ledger.since(li.store, made.batch) == []


def test_who_writes_during_a_freeze_comes_after_it_whatever_his_clock_says(people):
    zhang, li = people
    zhang.files("hotline", A, DAY, received=1)
    counts = {}

    def make():
        counts["frozen"] = received(zhang)
        return PARTS

    slow = datetime(2024, 7, 1, tzinfo=UTC)
    made, _ = first_then_second(
        zhang.store,
        lambda: freeze(zhang.store, make),
        lambda: li.files("hotline", A, DAY, received=5, at=slow),
        meanwhile=0.3,
    )
    assert counts["frozen"] == 1 and received(li) == 5
    assert [one.values["hotline.received"] for one in ledger.since(li.store, made.batch)] == [1, 5]
    assert made.batch == max(one.batch for one in snapshots.snapshots(li.store))


# ------------------------------------------------------------------------------------- what came since


def test_versions_since_a_freeze_are_those_that_began_or_ended(clerk):
    (kept,) = clerk.files("hotline", A, DAY, received=1).entries
    (old,) = clerk.files("consultation", A, DAY, phone=1).entries
    made = freeze(clerk.store)
    assert ledger.since(clerk.store, made.batch) == []
    clerk.revises(old, values={"consultation.phone": 2})
    (new,) = clerk.files("hotline", A, "2024-03-06", received=4).entries
    found = [one.ref for one in ledger.since(clerk.store, made.batch)]
    assert kept not in found and found == [old, *(r for r in found if r not in (old, new)), new] and len(found) == 3


def test_a_tickets_versions_say_on_which_day_each_measure_counts(office):
    desk = Desk(office)
    desk.brings("K1")
    made = freeze(office)
    assert snapshots.tickets_since(office, made.batch, date(2024, 12, 18)) == []
    desk.brings("K2", "2024-09-12 09:30", closed="2024-09-18 10:00", replied="2024-09-18 10:00")
    desk.voids("K1", 1)
    first, second = snapshots.tickets_since(office, made.batch, date(2024, 9, 15))
    assert (first.number, first.retired_by, second.number, second.retired_by) == ("K1", "张三", "K2", None)
    assert first.counts["hotline.received"] == 20240912
    assert "hotline.closed" not in second.counts  # after the day asked about
    later = snapshots.tickets_since(office, made.batch, date(2024, 12, 18))[1]
    assert later.counts["hotline.closed"] == 20240918 and "hotline.overdue" not in later.counts


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("table", [entry, ticket])
def test_what_came_since_is_found_in_the_indexes(office, table):
    asked = (
        ledger._select_versions(measures.since(1))
        if table is entry
        else select(ticket).where(measures.since(1, ticket))
    )
    text = str(asked.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    with reading(office) as conn:
        plan = [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
    assert not any(step.startswith("SCAN") for step in plan), plan
