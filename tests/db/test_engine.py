"""What the rest takes for granted of a store: durable, consistent, one writer at a time, readers never waiting."""

import threading
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from db import settings
from db.engine import china_day, in_parts, insert_rows, now, open_store, reading, store_url, writing
from db.schema import batch, coverage, entry, ticket_total, value

UNIT = "120114001007"
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@on_sqlite
@pytest.mark.parametrize("way", [reading, writing])
@pytest.mark.parametrize(
    ("pragma", "expected"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("busy_timeout", 60_000),
        ("cache_size", -32_000),
    ],
)
def test_every_connection_is_durable_and_checks_references(store, way, pragma, expected):
    with way(store) as one, store.connect() as other:
        for conn in (one, other):
            assert conn.exec_driver_sql(f"PRAGMA {pragma}").scalar() == expected


def test_a_value_cannot_stand_without_its_entry(office):
    with pytest.raises(IntegrityError), writing(office) as conn:
        conn.execute(insert(value).values((UNIT, 1, "hotline.received", 3)))


def test_a_reader_does_not_wait_for_a_write_in_progress(store):
    with writing(store) as writer:
        settings.put(writer, "office", "新名称")
        with reading(store) as reader:
            assert settings.get(reader, "office") == ""
    with reading(store) as reader:
        assert settings.get(reader, "office") == "新名称"


def test_a_writer_does_not_wait_for_a_reader(store):
    with reading(store) as reader:
        settings.get(reader, "office")
        with writing(store) as writer:
            settings.put(writer, "office", "新名称")


def test_a_reading_sees_one_moment(store):
    with reading(store) as reader:
        before = settings.get(reader, "office")
        with writing(store) as writer:
            settings.put(writer, "office", "新名称")
        assert settings.get(reader, "office") == before


def test_a_write_that_raises_leaves_nothing(store):
    with pytest.raises(ZeroDivisionError), writing(store) as conn:
        settings.put(conn, "office", "新名称")
        raise ZeroDivisionError
    with reading(store) as conn:
        assert settings.get(conn, "office") == ""


@on_sqlite
def test_two_writers_of_two_programs_take_turns(fresh_url):
    url = fresh_url()
    one, other = open_store(url), open_store(url)
    with writing(one) as conn:
        cut_offs = settings.get(conn, "cut_offs")
        second = threading.Thread(target=add_cut_off, args=(other, "2023"))
        second.start()
        second.join(0.2)
        assert second.is_alive()
        settings.put(conn, "cut_offs", {**cut_offs, "2024": "2024-12-18"})
    second.join(10)
    with reading(one) as conn:
        assert settings.get(conn, "cut_offs").keys() == {"2023", "2024"}
    one.dispose()
    other.dispose()


def add_cut_off(store, year):
    with writing(store) as conn:
        settings.put(conn, "cut_offs", {**settings.get(conn, "cut_offs"), year: f"{year}-12-18"})


def test_rows_come_back_as_they_went_in(office):
    at = datetime(2024, 3, 5, 23, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=8)))
    sent = (1, "token", "import", at, "张三", "三月 “台账”.xlsx", "ab" * 32, False)
    rows = [
        (
            UNIT,
            no,
            "training",
            date(2024, 2, 29),
            202402,
            1 << 28,
            f"第{no}场",
            0,
            1,
            no,
            at,
            "张三",
            1,
            False,
            *[None] * 4,
        )
        for no in (1, 2)
    ]
    numbers = [(UNIT, 1, "training.sessions", 0), (UNIT, 1, "training.attendance", 2**62)]
    with writing(office) as conn:
        insert_rows(conn, batch, [sent])
        insert_rows(conn, entry, rows)
        insert_rows(conn, value, numbers)
        insert_rows(conn, coverage, [(UNIT, 202402, UNIT, 1)])
        insert_rows(conn, coverage, [])
    with reading(office) as conn:
        assert [tuple(row) for row in conn.execute(select(batch))] == [sent]
        assert [tuple(row) for row in conn.execute(select(entry).order_by(entry.c.no))] == rows
        assert {tuple(row) for row in conn.execute(select(value))} == set(numbers)
        assert [tuple(row) for row in conn.execute(select(coverage))] == [(UNIT, 202402, UNIT, 1)]
        assert conn.scalar(select(batch.c.recorded_at)).tzinfo == UTC


def test_rows_inserted_in_bulk_are_those_inserted_one_by_one(office):
    at, later = datetime(2024, 3, 5, tzinfo=UTC), datetime(2024, 3, 5, 1, 2, 3, 4, tzinfo=UTC)
    with writing(office) as conn:
        insert_rows(conn, batch, [(1, "a", "form", at, "张三", None, None, False)])
        conn.execute(insert(batch).values((2, "b", "form", at, "张三", None, None, False)))
        insert_rows(conn, batch, [(3, "c", "form", later, "张三", None, None, True)])
        conn.execute(insert(batch).values((4, "d", "form", later, "张三", None, None, True)))
        raw = conn.exec_driver_sql("SELECT recorded_at, sample FROM batch ORDER BY id").all()
    assert raw[0] == raw[1] and raw[2] == raw[3]


@pytest.mark.parametrize("size", [999, 1000, 5_000, 13_000])
def test_of_many_rows_each_keeps_its_blanks_and_its_values(office, size):
    at = datetime(2024, 3, 5, tzinfo=UTC)
    rows = [(n, f"{n}", "import", at, "张三", "一.csv" if n == 999 else None, None, False) for n in range(1, size)]
    with writing(office) as conn:
        insert_rows(conn, batch, rows, stored={"file_name"})
    with reading(office) as conn:
        assert [tuple(row) for row in conn.execute(select(batch).order_by(batch.c.id))] == rows


@pytest.mark.parametrize("size", [3, 20_000])
def test_rows_added_to_those_of_the_same_key_are_sums(office, size):
    rows = [(UNIT, "closed_on", 20240101 + n, 1, 2) for n in range(size)]
    with writing(office) as conn:
        insert_rows(conn, ticket_total, rows, add="total")
        insert_rows(conn, ticket_total, rows[::2], add="total")
    with reading(office) as conn:
        stored = [tuple(row) for row in conn.execute(select(ticket_total).order_by(ticket_total.c.span))]
    assert stored == [(*key, 2 if n % 2 else 4) for n, (*key, _) in enumerate(rows)]


def test_a_setting_put_is_the_setting_got(store):
    with writing(store) as conn:
        settings.put(conn, "cut_offs", {"2024": "2024-12-18"})
        settings.put(conn, "cut_offs", {"2024": "2024-12-20"})
    with reading(store) as conn:
        assert settings.get(conn, "cut_offs") == {"2024": "2024-12-20"}
    with pytest.raises(KeyError), writing(store) as conn:
        settings.put(conn, "nonsense", 1)


def test_a_default_is_nobodys_to_change(store, monkeypatch):
    monkeypatch.setitem(settings.DEFAULTS, "cut_offs", {})
    with reading(store) as conn:
        settings.get(conn, "cut_offs")["2024"] = "2024-12-18"
        assert settings.get(conn, "cut_offs") == {}


def test_the_day_is_that_of_china():
    assert china_day(datetime(2024, 3, 4, 15, 59, tzinfo=UTC)) == date(2024, 3, 4)
    assert china_day(datetime(2024, 3, 4, 16, 0, tzinfo=UTC)) == date(2024, 3, 5)
    assert now().utcoffset() == timedelta(0)


def test_long_lists_are_asked_in_parts():
    names = [str(n) for n in range(1001)]
    parts = list(in_parts(names))
    assert [len(part) for part in parts] == [500, 500, 1]
    assert [name for part in parts for name in part] == names


def test_the_store_is_named_by_the_environment_or_lies_beside_the_app(monkeypatch):
    monkeypatch.setenv("TAIZHANG_DATABASE_URL", "sqlite:///elsewhere.db")
    assert store_url() == "sqlite:///elsewhere.db"
    monkeypatch.setenv("TAIZHANG_DATABASE_URL", "")
    assert store_url().endswith("/data/taizhang.db")
