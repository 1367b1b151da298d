"""A file of 50 000 tickets killed anywhere is in whole or not at all; sent by several at once it is in once."""

import csv
import io
import signal
import time
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from db import totals, units
from db.engine import open_store, reading
from db.schema import batch, ticket
from db.store import verify
from metrics.ticket_files import import_tickets

pytestmark = pytest.mark.slow

sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
MOMENTS = (0.05, 0.3, 0.5, 0.65, 0.8, 0.9, 0.97, 1.0)  # of the time an undisturbed import takes
TICKETS = 50_000

IMPORT = """
import time
from pathlib import Path
from db import totals, units
from db.engine import open_store
from metrics.ticket_files import import_tickets

def work(url, file, token):
    store, data = open_store(url), Path(file).read_bytes()
    print("reading", flush=True)
    began = time.monotonic()
    made = import_tickets(store, data, "工单.csv", by="张三", token=token)
    assert not made["errors"], made["errors"][:3]
    print(made["new"], made["unchanged"], made["batch"] or 0, time.monotonic() - began, flush=True)
"""


def export(rows: int) -> bytes:
    """Tickets of three communities over 2024, two thirds of them closed a day later."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow("工单编号 受理时间 社区 问题分类 诉求内容 办结时间".split())
    for n in range(rows):
        at = datetime(2024, 1, 2) + timedelta(minutes=9 * n)
        closed = at + timedelta(days=1) if n % 3 else ""
        place = ("文华巷", "团结路", "和平里")[n % 3]
        writer.writerow([f"TJ2024{n:012}", at, place, "城市管理->占道经营", f"第{n}号占道", closed])
    return text.getvalue().encode()


@pytest.fixture
def file(tmp_path):
    def write(rows: int):
        (tmp_path / "工单.csv").write_bytes(export(rows))
        return tmp_path / "工单.csv"

    return write


def stored(store) -> tuple[int, int]:
    with reading(store) as conn:
        return tuple(conn.scalar(select(func.count()).select_from(table)) for table in (ticket, batch))


def received(store) -> int:
    with reading(store) as conn:
        places = [one.code for one in units.units(conn)]
    found = totals.read_tickets(store, places, ["hotline.received"], date(2024, 1, 1), date(2024, 12, 31))
    return sum(row[3] for row in found)


@sqlite_only
def test_an_import_of_tickets_killed_at_any_moment_is_whole_or_not_there(fresh_url, processes, file):
    path, url = file(TICKETS), fresh_url()
    new, _, _, seconds = processes.together(IMPORT, (url, path, "undisturbed"))[0].split()[1:]
    assert int(new) == TICKETS
    killed, url = [], fresh_url()
    for n, moment in enumerate(MOMENTS):
        (one,) = processes.start(IMPORT, (url, path, f"killed-{n}"))
        assert one.stdout.readline() == "reading\n"
        time.sleep(float(seconds) * moment)
        one.kill()
        one.communicate()
        store = open_store(url)
        killed.append((one.returncode, stored(store)))
        assert stored(store) in ((0, 0), (TICKETS, 1))
        assert verify(store) == []
        store.dispose()
    assert (-signal.SIGKILL, (0, 0)) in killed

    processes.together(IMPORT, (url, path, "whole"))
    new, unchanged, act, _ = processes.together(IMPORT, (url, path, "again"))[0].split()[1:]
    assert (int(new), int(unchanged), int(act)) == (0, TICKETS, 0)
    store = open_store(url)
    assert (stored(store), received(store)) == ((TICKETS, 1), TICKETS)
    assert verify(store) == []
    store.dispose()


def at_once(processes, *arguments) -> list[list[str]]:
    """What programs print that import at the same time. On stderr psycopg may say that a statement was tried again."""
    ended = [(one, *one.communicate(timeout=120)) for one in processes.start(IMPORT, *arguments)]
    assert [one.returncode for one, _, _ in ended] == [0] * len(ended), [err for _, _, err in ended]
    assert not any("Traceback" in err for _, _, err in ended)
    return [out.split()[1:] for _, out, _ in ended]


@pytest.mark.parametrize("tokens", [("a", "b", "c"), ("one", "one", "one")])
def test_three_programs_importing_one_file_at_once_bring_each_ticket_once(office, processes, file, tokens):
    rows = 5_000
    path = file(rows)
    url = office.url.render_as_string(hide_password=False)
    ended = at_once(processes, *[(url, path, token) for token in tokens])
    found = [tuple(map(int, out[:3])) for out in ended]
    assert sorted(new for new, _, _ in found) == [0, 0, rows]
    assert sorted(unchanged for _, unchanged, _ in found) == [0, rows, rows]
    assert (stored(office), received(office)) == ((rows, 1), rows)
    assert verify(office) == []


def test_programs_importing_files_that_overlap_lose_and_double_nothing(office, processes, tmp_path):
    whole = export(3_000).splitlines(keepends=True)
    parts = [(0, 1500), (1000, 2500), (500, 3000)]
    for n, (first, last) in enumerate(parts):
        (tmp_path / f"{n}.csv").write_bytes(whole[0] + b"".join(whole[1:][first:last]))
    url = office.url.render_as_string(hide_password=False)
    ended = at_once(processes, *[(url, tmp_path / f"{n}.csv", n) for n in range(3)])
    assert sum(int(out[0]) for out in ended) == received(office) == stored(office)[0] == 3_000
    assert verify(office) == []
    again = import_tickets(office, b"".join(whole), "工单.csv", by="张三", token="again")
    assert (again["new"], again["unchanged"], again["changed"]) == (0, 3_000, 0)
