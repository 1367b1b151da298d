"""12345 exports imported, and the figures made of tickets, against bare sqlite3 and against a small office.

`python -m bench.tickets ours|bare|sheet|plain …` is one import (or what it is held against) in a process of its own,
so that its memory can be told; it prints what it took as JSON.
"""

import csv
import gc
import io
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine

from bench.rounds import Result, at_least, at_most, clocked, in_turns, within
from bench.stores import bare, communities, office, write
from db import tickets, totals, units
from db.engine import CHINA, copy_to, insert_rows, open_store, reading, writing
from db.schema import batch, number_of
from db.tickets import INQUIRY, REQUEST, Ticket, seconds
from metrics import clocks, exports, hotline
from metrics.figures import figures
from metrics.ticket_files import import_tickets

TICKETS = 1_000_000  # in the CSV file and in the larger store; the workbook has a tenth
SMALL = 10_000  # tickets of the smaller store
YEAR, YEARS = 2024, range(2015, 2025)
RATE, MEMORY, TIMES, LARGER = 0.2, 1.5, 1.5, 1.3
GB = 1e9


def run(folder: Path, size: int = TICKETS, rounds: int = 15) -> list[Result]:
    """Import a CSV of `size` tickets and workbooks of a tenth, and read the 12345 page from a store of `size`."""
    sheets = [row for years in (YEARS[-1:], YEARS) for row in from_workbook(folder, size // 10, years)]
    return from_csv(folder, size) + sheets + from_stores(folder, size, rounds)


# ------------------------------------------------------------------------------------------ importing


def from_csv(folder: Path, size: int) -> list[Result]:
    """One round: a million tickets take a while. The rate, without an index for information, and the memory."""
    file = folder / "tickets.csv"
    names = _empty(folder)
    with file.open("w", encoding="gb18030", newline="") as text:  # as Excel saves it on a Chinese PC
        lines = csv.writer(text)
        lines.writerow(HEADINGS)
        lines.writerows([_text(cell) for cell in line] for line in _lines(size, names))
    ours = _alone("ours", _copy(folder, "ours"), file)
    by_sqlite = _alone("bare", _copy(folder, "bare"), folder / "ours.db")
    plain = _alone("plain", folder / "plain.db", folder / "ours.db")
    what = f"import {size:,} tickets from csv"
    return [
        at_least(what, ours["seconds"], by_sqlite["seconds"], RATE),
        at_least("… in time of the processor", ours["cpu"], by_sqlite["cpu"]),
        at_least("… against a table without any index", ours["seconds"], plain["seconds"]),
        within("… memory", ours["memory"] / GB, MEMORY, "GB"),
    ]


def from_workbook(folder: Path, size: int, years: Sequence[int], rounds: int = 3) -> list[Result]:
    """The same of an xlsx, against reading its sheet into lists and inserting the rows, in turns."""
    name = f"{len(years)}-years"
    file = folder / f"{name}.xlsx"
    _workbook(file, _lines(size, _empty(folder), years))
    found = []
    for n in range(rounds):
        ours = _alone("ours", _copy(folder, f"{name}-{n}"), file)
        sheet = _alone("sheet", file)
        by_sqlite = _alone("bare", _copy(folder, f"{name}-bare-{n}"), folder / f"{name}-{n}.db")
        found.append((ours, sheet, by_sqlite))
    taken, cpu = ([median(one[n][what] for one in found) for n in range(3)] for what in ("seconds", "cpu"))
    of, target = ("one year", TIMES) if len(years) == 1 else (f"{len(years)} years", None)
    what = f"import {size:,} tickets of {of} from xlsx, against calamine and sqlite3"
    return [
        at_most(what, taken[0], taken[1] + taken[2], target),
        at_most("… in time of the processor", cpu[0], cpu[1] + cpu[2]),
    ]


def _alone(*arguments: object) -> dict[str, float]:
    """What one import took in a process of its own: seconds, time of the processor, bytes of memory."""
    command = [sys.executable, "-m", "bench.tickets", *map(str, arguments)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def _import(store: Path, file: Path) -> Callable:
    data, opened = file.read_bytes(), open_store(f"sqlite:///{store}")

    def act() -> None:
        report = import_tickets(opened, data, file.name, by="基准", token="import")
        assert report["new"] == report["read"], report

    return act


def _insert(store: Path, written: Path, table: str = "ticket") -> Callable:
    """Write the rows that an import wrote, in its order, into the same table or one without any index."""
    with closing(bare(written)) as reader:
        rows = {table: reader.execute("SELECT * FROM ticket ORDER BY number").fetchall()}
        acts = reader.execute("SELECT * FROM batch").fetchall()
        names = ", ".join(column[1] for column in reader.execute("PRAGMA table_info(ticket)"))
    conn = bare(store)
    if table == "ticket":
        rows = {"batch": acts, **rows}
    else:
        conn.execute(f"CREATE TABLE {table} ({names})")
    return partial(write, conn, rows)


def _sheet(file: Path) -> Callable:
    data = file.read_bytes()
    return lambda: CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def _memory() -> int:
    """The most bytes of memory this process has held, and none of its parent's, as getrusage would say. Linux only."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


def _measure(act: Callable) -> None:
    gc.collect()
    gc.freeze()
    began = time.process_time()
    taken, _ = clocked(act)
    print(json.dumps({"seconds": taken, "cpu": time.process_time() - began, "memory": _memory()}))


def _empty(folder: Path) -> list[str]:
    """The names of the communities of the office whose empty store the imports are made into."""
    path = folder / "empty.db"
    store = open_store(f"sqlite:///{path}") if path.exists() else office(path)
    with reading(store) as conn:
        names = [one.name for one in units.units(conn) if one.level == "community"]
    store.dispose()
    return names


def _copy(folder: Path, name: str) -> Path:
    store = open_store(f"sqlite:///{folder / 'empty.db'}")
    copy_to(store, folder / f"{name}.db")
    store.dispose()
    return folder / f"{name}.db"


# ------------------------------------------------------------------------------------------ the files

HEADINGS = (
    *"工单编号 受理时间 工单类型 来源渠道 问题分类 承办单位 所属社区 诉求内容".split(),
    *"首次联系时间 办结时间 工单状态 是否联系 是否解决 是否满意 回复内容".split(),
)
SUBJECTS = "城市管理->占道经营 物业管理->停车收费 环境卫生->垃圾清运 供水供热->停水 邻里纠纷->噪声扰民".split()
WANTS = "占道经营 乱停乱放 垃圾未清 路灯不亮 夜间施工 管道漏水 电梯停运".split()
CALLED_BACK = [("是", "是", "满意"), ("是", "是", "基本满意"), ("是", "否", "不满意"), ("", "", "")]


def _lines(size: int, names: list[str], years: Sequence[int] = YEARS) -> Iterator[list]:
    """The tickets of some years in the order of their receipt, by day and by night, each community in its turn.

    A third are inquiries. What people want is worded in 600 000 ways, and every twentieth leaves a phone number.
    """
    first, last = datetime(years[0], 1, 5, 8), datetime(years[-1], 12, 13, 8)
    for n in range(size):
        at = (first + (last - first) * (n / size)).replace(microsecond=0)
        asks = n % 3 == 0
        phone = f"，电话13{n % 900_000_000 + 100_000_000}" if n % 20 == 0 else ""
        yield [
            f"{at:%Y%m%d}{n:07d}",
            at,
            "咨询" if asks else "办理",
            ("12345热线", "网络平台")[n % 2],
            SUBJECTS[n % 5],
            "综合执法队",
            names[n * 7 % len(names)],
            f"{n % 89 + 1}号楼{n % 1009 + 1}室反映{WANTS[n % 7]}{phone}",
            at + timedelta(minutes=7 + n % 50),
            at + timedelta(minutes=50 if asks else 1440 * (1 + n % 3)),
            "已办结",
            *CALLED_BACK[n % 4],
            "已联系并处理",
        ]


def _text(cell: object) -> object:
    return f"{cell:%Y-%m-%d %H:%M:%S}" if isinstance(cell, datetime) else cell


def _workbook(path: Path, lines: Iterator[list]) -> None:
    """The lines as a sheet: the closing time is a text, the other times are Excel's own."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet, timed = book.add_worksheet("工单"), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        closed = HEADINGS.index("办结时间")
        sheet.write_row(0, 0, HEADINGS)
        for row, line in enumerate(lines, 1):
            for column, cell in enumerate(line):
                if isinstance(cell, datetime) and column != closed:
                    sheet.write_datetime(row, column, cell, timed)
                else:
                    sheet.write_string(row, column, _text(cell))


# ------------------------------------------------------------------------------------------ reading

YEAR_END, MONTH_END, MID_MONTH = date(YEAR, 12, 31), date(YEAR, 8, 31), date(YEAR, 8, 15)
OPEN, LATE = 60, 30  # tickets of either store that are open at the year's end, and that were closed late
CARDS = (  # what pages/hotline.py asks for
    *("hotline.received", "hotline.closed", "hotline.closed_in_time", "hotline.overdue"),
    *("hotline.extended", "hotline.open", "hotline.suspended", "hotline.returned"),
)
RATES = "hotline.response_rate", "hotline.resolution_rate", "hotline.satisfaction_rate"


def from_stores(folder: Path, size: int, rounds: int) -> list[Result]:
    """The 12345 page from a store of `size` tickets and one of SMALL, in turns."""
    stores = [build(folder / f"tickets-{count}.db", count) for count in (size, SMALL)]
    found = []
    for what, ask, cut_off, limit in (
        ("the 12345 page's figures, a whole year", statistics, YEAR_END, LARGER),
        ("… cut off at the end of August", statistics, MONTH_END, LARGER),
        ("… cut off in mid-month", statistics, MID_MONTH, LARGER),
        ("what is open, at the end of the year", todo, YEAR_END, LARGER),
        ("… at the end of August", todo, MONTH_END, None),
        ("what was late in the year", overdue, YEAR_END, None),
    ):
        some = rounds if limit else rounds // 3
        times = in_turns(*(partial(ask, store, cut_off) for store in stores), rounds=some)
        found.append(at_most(f"{what}, {size:,} tickets against {SMALL:,}", *times, limit))
    for store in stores:
        store.dispose()
    return found


def statistics(store: Engine, cut_off: date) -> None:
    """Everything that 统计 asks for by itself; splitting the tickets by category is asked for where they are many."""
    hotline.origin(store, YEAR, cut_off)
    figures(store, YEAR, cut_off=cut_off, indicators=(*CARDS, *RATES))
    hotline.disagreement(store, YEAR, cut_off)
    figures(store, YEAR, by=("month",), cut_off=cut_off, indicators=RATES)
    exports.tables(store, YEAR, cut_off=cut_off)
    figures(store, YEAR, by=("community",), cut_off=cut_off, indicators=("hotline.received",))


def todo(store: Engine, cut_off: date) -> None:
    """Everything that 待办 asks for."""
    hotline.bands(hotline.open_tickets(store, hotline.known_day(cut_off)))
    hotline.unassigned_count(store)


def overdue(store: Engine, cut_off: date) -> None:
    """Every ticket that became late in the year."""
    tickets.overdue_at(store, communities(store), date(YEAR, 1, 1), cut_off)


def build(path: Path, size: int) -> Engine:
    """A store of that many tickets, all received in YEAR and evenly over communities and days."""
    store = office(path)
    told, places = clocks.clock(store), communities(store)
    conn = store.raw_connection()
    conn.execute("PRAGMA synchronous=OFF")  # of the pooled connection that builds; a crash only costs the scratch file
    conn.close()
    at = datetime(YEAR + 1, 1, 2, tzinfo=UTC)
    with writing(store) as conn:
        insert_rows(conn, batch, [(1, "bench", "import", at, "基准", None, None, False)])
        tickets.add(conn, ((told(_ticket(n, size, places)), at) for n in range(size)), 1, "基准")
        totals.rebuild(conn)
    store.dispose()
    return store


def _ticket(n: int, size: int, places: list[str]) -> Ticket:
    """The n-th ticket of a store. The first OPEN came in December and are not closed; some of those are late.

    A third are inquiries; of the requests LATE are closed after a month, the others within three days, and three of
    four citizens answer when called back.
    """
    still_open = n < OPEN
    received = date(YEAR, 12, 1 + n // 2) if still_open else date(YEAR, 1, 1) + timedelta(n * 350 // size)
    at = datetime(received.year, received.month, received.day, 8 + n % 9, n % 60, tzinfo=CHINA)
    one = Ticket(
        f"{n:08d}",
        places[n % len(places)],
        INQUIRY if n % 3 == 0 and not still_open else REQUEST,
        "12345热线",
        SUBJECTS[n % 5],
        "综合执法队",
        f"反映{WANTS[n % 7]}",
        "",
        "",
        seconds(at),
        number_of(received),
    )
    if still_open or one.kind == INQUIRY:
        return one
    contacted = at + timedelta(minutes=7 + n % 50)
    closed = at + timedelta(30 if n % (size // LATE) == 100 else 1 + n % 3)
    one = one._replace(
        contacted_at=seconds(contacted),
        contacted_on=number_of(contacted),
        replied_at=seconds(closed),
        closed_at=seconds(closed),
        closed_on=number_of(closed),
    )
    if n % 4 == 3:
        return one
    answer = dict(zip(("contacted", "resolved", "satisfaction"), ANSWERS[n % 4], strict=True))
    return one._replace(called_back_on=number_of(closed + timedelta(1)), **answer)


ANSWERS = [(True, True, "satisfied"), (True, True, "basically"), (True, False, "dissatisfied")]


if __name__ == "__main__":
    sort, *paths = sys.argv[1:]
    ways = {"ours": _import, "bare": _insert, "plain": partial(_insert, table="plain"), "sheet": _sheet}
    _measure(ways[sort](*map(Path, paths)))
