"""A URL becomes a store: engine, pragmas, transactions. The only place that knows one dialect from another."""

import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from pathlib import Path
from time import monotonic, sleep

from sqlalchemy import Column, Connection, Dialect, Engine, Executable, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import QueuePool

from db.language import Refusal

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")  # no daylight saving since 1991
DEFAULT_URL = f"sqlite:///{Path(__file__).parent.parent / 'data' / 'taizhang.db'}"
BUSY_TIMEOUT = 60  # seconds a writer waits for the one before it

# Writers of one process queue here, by thread, rather than in SQLite's polling busy handler.
_writer_locks: "weakref.WeakKeyDictionary[Engine, threading.Lock]" = weakref.WeakKeyDictionary()


def store_url() -> str:
    """TAIZHANG_DATABASE_URL, or the SQLite file data/taizhang.db beside app.py."""
    return os.environ.get("TAIZHANG_DATABASE_URL") or DEFAULT_URL


def open_store(url: str | None = None) -> Engine:
    """Any SQLAlchemy URL as an engine. SQLite and PostgreSQL are the tested ones."""
    parsed = make_url(url or store_url())
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, poolclass=QueuePool, connect_args={"timeout": BUSY_TIMEOUT})
    _writer_locks[engine] = threading.Lock()

    @event.listens_for(engine, "connect")
    def _pragmas(dbapi, _record):
        dbapi.isolation_level = None  # the driver's own BEGIN comes too late: we emit ours below
        _patiently(lambda: dbapi.execute("PRAGMA journal_mode=WAL"))
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "cache_size=-32000"):  # 32 MB: the indexes of an import
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(conn):
        # A deferred BEGIN that reads and then writes fails with "database is locked" whatever the
        # timeout; IMMEDIATE queues for the write lock before it has read anything.
        writer = conn.get_execution_options().get("writer")
        conn.connection.dbapi_connection.execute("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


def _patiently(act: Callable[[], object]) -> None:
    """Making a file WAL heeds no busy timeout: wait here for another process that does the same."""
    until = monotonic() + BUSY_TIMEOUT
    while True:
        try:
            act()
            return
        except sqlite3.OperationalError:
            if monotonic() > until:
                raise
            sleep(0.05)


@contextmanager
def reading(store: Engine) -> Iterator[Connection]:
    """One consistent view of the store: what others commit meanwhile is not seen."""
    level = {} if store.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with store.connect().execution_options(**level) as conn, conn.begin():
        yield conn


@contextmanager
def making(store: Engine) -> Iterator[Connection]:
    """A writing transaction that makes the tables: whoever else would make them waits until it ends."""
    with writing(store) as conn:
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql("SELECT pg_advisory_xact_lock(20240912)")
        yield conn


@contextmanager
def writing(store: Engine) -> Iterator[Connection]:
    """One writing transaction: committed whole when the block ends, rolled back whole when it raises."""
    with (
        _writer_locks.get(store, nullcontext()),
        store.connect().execution_options(writer=True) as conn,
        conn.begin(),
    ):
        yield conn


@contextmanager
def undisturbed(store: Engine) -> Iterator[Connection]:
    """A writing transaction beside which there is no other: those at work have ended, those that would begin wait.

    Readers go on; what they see stays the same until it ends. Its batch comes after all that were and before all that
    will be, whatever the clocks of their writers say. (SQLite has one writer at a time anyway.)
    """
    with writing(store) as conn:
        if conn.dialect.name == "postgresql":
            # Every act begins with its row in `batch`. The lock is the first thing taken, so nobody can wait for us
            # who holds what we want.
            conn.exec_driver_sql("LOCK TABLE batch IN SHARE ROW EXCLUSIVE MODE")
        yield conn


def raw_rows(conn: Connection, statement: Executable, parameters: dict | None = None) -> list[tuple]:
    """The rows as the driver gives them, for many rows of columns that need no conversion: numbers and texts.

    SQLAlchemy's Row around each costs as much as fetching it.
    """
    return conn.execute(statement, parameters).cursor.fetchall()


def insert_rows(
    conn: Connection, table: Table, rows: Sequence[tuple], stored: Collection[str] = (), add: str | None = None
) -> None:
    """Insert `rows` (tuples in the order of the table's columns) by the driver itself.

    The statement and the columns' type conversions are SQLAlchemy's, made once: less than half the cost of
    a Core insert of many rows. The columns named in `stored` hold what is stored already and are not converted.
    A row whose key is there adds its value of the column `add` to that one's, atomic, whoever else adds to it.
    Raises the driver's own errors.
    """
    if not rows:
        return
    statement, processors, positional = _insert(table, conn.dialect, add)
    keys = tuple(table.columns.keys())
    convert = [(i, processor) for i, processor in processors if keys[i] not in stored]
    if convert:
        memo = {i: {} for i, _ in convert}  # days and instants repeat by the thousand
        prepared = []
        for row in rows:
            row = list(row)
            for i, processor in convert:
                known = memo[i]
                if row[i] not in known:
                    known[row[i]] = processor(row[i])
                row[i] = known[row[i]]
            prepared.append(row)
        rows = prepared
    with closing(conn.connection.cursor()) as cursor:
        if not positional:
            cursor.executemany(statement, [dict(zip(keys, row, strict=True)) for row in rows])
        elif len(rows) < MANY:
            cursor.executemany(statement, rows)
        else:
            _insert_many(cursor, statement, rows)


MANY = 1000
MOST_PARAMETERS = 32_766  # of a statement in SQLite, unless it was built for more


def _insert_many(cursor: sqlite3.Cursor, statement: str, rows: Sequence[tuple]) -> None:
    """Insert by statements of many rows, in which a value that all rows share is bound once: a third of the time of
    `executemany` goes into binding."""
    width = len(rows[0])
    shared = [i for i in range(width) if rows[0][i] == rows[-1][i] and len(set(map(itemgetter(i), rows))) == 1]
    shared = shared[: width - 2]  # two at least are picked from each row
    differing = [i for i in range(width) if i not in shared]
    at_once = 1 + (MOST_PARAMETERS - width) // len(differing)
    first = f"({', '.join('?' * width)})"
    other = f"({', '.join(f'?{i + 1}' if i in shared else '?' for i in range(width))})"
    many, pick = statement.replace(first, ", ".join([first, *[other] * (at_once - 1)])), itemgetter(*differing)
    whole = len(rows) // at_once * at_once
    for start in range(0, whole, at_once):
        rest = map(pick, rows[start + 1 : start + at_once])
        cursor.execute(many, [*rows[start], *chain.from_iterable(rest)])
    cursor.executemany(statement, rows[whole:])


def stored_form(conn: Connection, column: Column, value: object) -> object:
    """A value as this database's driver takes it for a column."""
    convert = column.type.dialect_impl(conn.dialect).bind_processor(conn.dialect)
    return convert(value) if convert else value


@lru_cache(maxsize=64)
def _insert(table: Table, dialect: Dialect, add: str | None) -> tuple[str, list[tuple[int, Callable]], bool]:
    """The INSERT of a whole row as the driver takes it, and the columns whose values need converting."""
    statement = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[dialect.name](table)
    if add:
        total = {add: table.c[add] + statement.excluded[add]}
        statement = statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=total)
    made = statement.compile(dialect=dialect, column_keys=table.columns.keys())
    processors = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.columns]
    return made.string, [(i, p) for i, p in enumerate(processors) if p], made.positional


# The shape of a large store, in the words of sqlite_stat1: rows, then rows per value of each prefix of the
# key. Without it SQLite's planner takes the clustered key for cheap and reads all years of a community to
# find one month; measured statistics of a store that is still small would mislead it as well.
SHAPE = {
    ("entry", "entry"): "1000000 33000 1",
    ("entry", "uq_entry_live"): "1000000 33000 2700 240 8 1",
    ("value", "value"): "3000000 100000 3 1",
    ("coverage", "coverage"): "100000 3000 200 2 1",
    ("monthly_total", "monthly_total"): "300000 10000 25 1",
    ("ticket", "sqlite_autoindex_ticket_1"): "1000000 1 1",
    ("ticket", "ix_ticket_received"): "1000000 33000 130",
    ("ticket", "ix_ticket_closed"): "1000000 33000 130 10",
    ("ticket", "ix_ticket_contacted"): "1000000 33000 130",
    ("ticket", "ix_ticket_called_back"): "500000 16000 65",
    ("ticket", "ix_ticket_extended"): "10000 300 2",
    ("ticket", "ix_ticket_suspended"): "10000 300 2",
    ("ticket", "ix_ticket_returned"): "10000 300 2",
    ("ticket", "ix_ticket_late"): "3000 100 2",
    ("ticket", "ix_ticket_open"): "3000 100 2",
    ("ticket", "ix_ticket_batch"): "1000000 10000",
    ("ticket", "ix_ticket_retired_batch"): "10000 100",
    ("ticket_total", "ticket_total"): "3000000 100000 10000 3 1",
}


def steady_plans(conn: Connection) -> None:
    """Give SQLite's planner the shape of the tables, so that its plans do not depend on what is stored yet."""
    if conn.dialect.name != "sqlite":
        return
    conn.exec_driver_sql("ANALYZE sqlite_schema")
    conn.exec_driver_sql("DELETE FROM sqlite_stat1")
    rows = [(table, index, shape) for (table, index), shape in SHAPE.items()]
    conn.exec_driver_sql("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", rows)
    conn.exec_driver_sql("ANALYZE sqlite_schema")


def integrity(conn: Connection) -> list[str]:
    """What the database itself finds wrong with its file and its references; empty when nothing is."""
    if conn.dialect.name != "sqlite":
        return []  # PostgreSQL checks references at every write and pages by checksum
    broken = [row[0] for row in conn.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"]
    return broken + [f"foreign key: {tuple(row)}" for row in conn.exec_driver_sql("PRAGMA foreign_key_check")]


def in_parts(things: Sequence, at_once: int = 500) -> Iterator[Sequence]:
    """Things a part at a time: names few enough to stand in one statement, rows to stay in the processor's cache."""
    for start in range(0, len(things), at_once):
        yield things[start : start + at_once]


def now() -> datetime:
    """This instant, UTC."""
    return datetime.now(UTC)


def china_day(instant: datetime) -> date:
    """The calendar day of an instant in Asia/Shanghai."""
    return instant.astimezone(CHINA).date()


def copy_to(store: Engine, path: Path) -> None:
    """Copy a SQLite store, in use or not, into one file. Refuses to overwrite, and other databases."""
    if path.exists():
        raise Refusal("{file} 已存在，请换一个文件名", file=path)
    with _sqlite_file(store) as source, _readable(path), closing(sqlite3.connect(path)) as copy:
        source.backup(copy)


def copy_from(store: Engine, path: Path, versions: Collection[str]) -> None:
    """Put a copy made by `copy_to` in place of a SQLite store, whole or not at all.

    Raises Refusal for a file that is no sound copy, or of a version not among `versions`.
    """
    if not path.is_file():
        raise FileNotFoundError(2, "", str(path))
    with _readable(path), closing(sqlite3.connect(path)) as copy, _sqlite_file(store) as target:
        (version,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
        if version not in versions:
            raise Refusal("{file} 由更新版本的系统备份，请先升级本系统", file=path)
        if copy.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise sqlite3.DatabaseError
        copy.backup(target)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error:
        raise Refusal("{file} 不是完好的备份，或无法读写", file=path) from None


@contextmanager
def _sqlite_file(store: Engine) -> Iterator[sqlite3.Connection]:
    if store.dialect.name != "sqlite":
        raise Refusal("备份与恢复只用于 SQLite；其他数据库请用其自带工具（如 pg_dump）")
    conn = store.raw_connection()
    try:
        yield conn.driver_connection
    finally:
        conn.close()
