"""The store makes itself, once, however many begin at the same time, and is then exactly what the schema says."""

import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, func, inspect, select

from db.definitions import catalogue
from db.engine import SHAPE, open_store, reading, writing
from db.schema import definition, entry, metadata, ticket, ticket_total
from db.store import init, verify
from tests.desk import Desk


def test_a_migrated_store_is_what_the_schema_says(store):
    with reading(store) as conn:
        assert compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), metadata) == []


@pytest.mark.parametrize("table", [entry, ticket], ids=str)
def test_the_indexes_of_live_and_of_later_versions_hold_only_those(store, table):
    """Alembic does not compare the conditions of indexes."""
    option = f"{store.dialect.name}_where"
    made = {one["name"]: one for one in inspect(store).get_indexes(table.name)}
    assert set(made) == {index.name for index in table.indexes}
    for index in table.indexes:
        wanted, found = index.dialect_options[store.dialect.name]["where"], made[index.name]
        assert found["unique"] == bool(index.unique)
        assert found["column_names"] == [column.name for column in index.columns]
        # PostgreSQL puts every comparison in parentheses.
        condition = found["dialect_options"].get(option, None)
        assert re.sub("[()]", "", str(condition)) == re.sub("[()]", "", str(wanted))
        assert (condition is None) == (wanted is None)


def test_of_an_entry_one_version_lives(store):
    made = {one["name"]: one for one in inspect(store).get_indexes("entry")}
    assert made["uq_entry_live"]["unique"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_planner_knows_the_shape_of_every_index(store):
    with reading(store) as conn:
        told = {tuple(row) for row in conn.exec_driver_sql("SELECT tbl, idx FROM sqlite_stat1")}
    for table in (entry, ticket):
        assert {(table.name, index.name) for index in table.indexes} - told <= SHAPELESS
    assert told == set(SHAPE)


# Few rows, or read by nothing but their own column.
SHAPELESS = {("entry", name) for name in ("ix_entry_origin", "ix_entry_batch", "ix_entry_retired_batch")}


def test_a_store_made_twice_is_the_same_store(store):
    before = catalogue(store)
    assert init(store) == 0
    assert catalogue(store) == before
    assert verify(store) == []


def test_a_store_made_again_keeps_its_entries(clerk):
    clerk.files("hotline", "120114001007", "2024-03-05", received=3)
    init(clerk.store)
    assert clerk.total("hotline.received", "120114001007") == 3


@pytest.mark.slow
def test_a_store_made_by_several_processes_at_once_is_made_once(blank_url, processes):
    script = """
from db.engine import open_store
from db.store import init
def work(url):
    print(init(open_store(url)))
"""
    added = processes.together(script, *[(blank_url,)] * 4)
    store = open_store(blank_url)
    with reading(store) as conn:
        total = conn.scalar(select(func.count()).select_from(definition))
    assert sorted(map(int, added)) == [0, 0, 0, total]
    assert verify(store) == []
    store.dispose()


def test_a_roll_up_that_a_migration_emptied_is_made_again(office):
    desk = Desk(office)
    desk.brings("T1", closed="2024-09-13 10:00")
    with writing(office) as conn:
        conn.execute(delete(ticket_total))
    assert verify(office) != []
    init(office)
    assert verify(office) == []
