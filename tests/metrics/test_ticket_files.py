"""12345 exports as offices have them: every ticket once, all or none, and every bad cell named."""

import base64
import csv
import gc
import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib
from contextlib import suppress
from datetime import date, datetime
from itertools import count
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import aliases, layouts, limits, tickets, units
from db.engine import CHINA, reading, writing
from db.language import Refusal
from db.limits import Limit
from db.store import verify
from metrics import clocks, one_ticket, spreadsheets, ticket_files
from metrics.__main__ import main
from metrics.figures import figures
from metrics.spreadsheets import import_counts, sheets
from metrics.ticket_files import import_tickets, look
from metrics.workdays import PACKAGED
from tests.desk import Desk, instant

STREET, WENHUA, TUANJIE = "120114001000", "120114001007", "120114001008"
COUNTS = ("read", "new", "unchanged", "changed", "conflicts", "rejected")


@pytest.fixture
def database():
    """Most of this is about files; what depends on the database says so."""
    return "sqlite"


both_databases = pytest.mark.parametrize("database", ["sqlite", "postgresql"])


def one(number="T1", received="2024-09-12 09:32:09", **cells) -> dict:
    """A line of an export: heading → cell. What is not said is a request of 文华巷."""
    return {"工单编号": number, "受理时间": received, "社区": "文华巷"} | cells


def closed(number="T1", **cells) -> dict:
    return one(number, **{"办结时间": "2024-09-13 10:00:00"} | cells)


def lines_of(*rows: dict) -> list[list]:
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    return [headings, *([row.get(heading, "") for heading in headings] for row in rows)]


def csv_of(*lines, encoding="utf-8", delimiter=",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(lines)
    return text.getvalue().encode(encoding)


def book_of(sheets: dict[str, list], hidden=(), **options) -> bytes:
    buffer = io.BytesIO()
    options = {"in_memory": True, "default_date_format": "yyyy/m/d h:mm:ss"} | options
    with xlsxwriter.Workbook(buffer, options) as book:
        for name, lines in sheets.items():
            page = book.add_worksheet(name)
            for y, line in enumerate(lines):
                for x, cell in enumerate(line):
                    page.write(y, x, cell)
            if name in hidden:
                page.hide()
        if hidden:
            book.worksheets()[-1].activate()
            book.worksheets()[-1].set_first_sheet()
    return buffer.getvalue()


def xlsx_of(*lines, **options) -> bytes:
    return book_of({"Sheet1": lines}, **options)


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {name: book.read(name) for name in book.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in parts.items():
            book.writestr(name, part)
    return buffer.getvalue()


def with_sheet(xml: str) -> bytes:
    """A workbook whose one sheet is the XML given."""
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts = unzipped(xlsx_of(["x"]))
    parts["xl/worksheets/sheet1.xml"] = xml.format(main=namespace).encode()
    return zipped(parts)


@pytest.fixture
def takes(office):
    """takes(bytes, or lines, or a ticket's cells, …): the file imported into `office`."""
    tokens = count(1)

    def run(*what, file="工单.csv", store=office, **how):
        data = what[0] if isinstance(what[0], bytes) else csv_of(*(lines_of(*what)))
        how = {"by": "张三", "token": f"file-{next(tokens)}"} | how
        return import_tickets(store, data, file, **how)

    return run


@pytest.fixture
def reads(office):
    """reads("T1"): the ticket as it stands in `office`."""
    return Desk(office).reads


def counts(made) -> list[int]:
    assert made["read"] == sum(made[name] for name in COUNTS[1:])
    return [made[name] for name in COUNTS]


def problems(made) -> list[tuple]:
    return [(one.row, one.heading(), one.value) for one in made["errors"]]


def stored(store) -> int:
    return Desk(store).stored()


def refused(takes, *what, match=None, **how) -> str:
    with pytest.raises(Refusal, match=match) as refusal:
        takes(*what, **how)
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def moment(text: str) -> int:
    return instant(text)


# ------------------------------------------------------------------------------------- the header

HEADINGS = ["工单编号", "受理时间", "社区", "诉求内容"]
LINE = ["T1", "2024-09-12 09:32:09", "文华巷", "路灯不亮"]


@pytest.mark.parametrize("above", [0, 1, 4, 19])
def test_the_header_may_stand_below_titles_and_notes(takes, reads, above):
    data = csv_of(*[["2024年12345工单"], *[["单位：件"]] * 18][:above], HEADINGS, LINE)
    assert counts(takes(data)) == [1, 1, 0, 0, 0, 0]
    assert reads("T1").title == "路灯不亮"


def test_a_merged_title_and_blank_lines_and_columns_before_the_table_are_passed_over(takes, office, reads):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page = book.add_worksheet()
        page.merge_range("C3:F3", "杨村街道2024年工单台账")
        page.merge_range("C4:F4", "导出时间：2024-12-31")
        page.write_row("C6", HEADINGS)
        page.write_row("C7", ["T1", "2024-13-12 09:00", *LINE[2:]])
        page.write_row("C8", ["T2", *LINE[1:]])
    made = takes(buffer.getvalue(), file="a.xlsx")
    assert problems(made) == [(7, "受理时间", "2024-13-12 09:00")]
    assert counts(made) == [2, 1, 0, 0, 0, 1]
    assert stored(office) == 0


def test_the_lines_of_counts_are_named_as_people_see_them_too(office):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page = book.add_worksheet()
        page.write_row("B5", ["日期", "社区", "当面咨询"])
        page.write_row("B6", ["2024-03-05", "文华巷", "三"])
    made = import_counts(office, buffer.getvalue(), "a.xlsx", by="张三", token="counts")
    assert problems(made) == [(6, "当面咨询", "三")]


def test_a_header_below_line_twenty_is_not_looked_for(takes):
    assert "前 20 行" in refused(takes, csv_of(*[["注"]] * 20, HEADINGS, LINE))


@pytest.mark.parametrize(
    "headings",
    [
        "工单编号 受理时间 社区 诉求内容 一级分类 二级分类 三级分类 办结时间",
        "受理编号 来电时间 村/社区 主要内容 一级标签 二级标签 三级标签 结案时间",
        "受理单号 创建时间 所属社区 问题描述 问题大类 问题小类 三级类别 完成时间",
        "工单\n编号 受理时间(北京时间) 社区名称 工 单　内 容 一级类别 二级类别 三级标签 实际办结时间（含审核）",
        "ticket_number received_at community text 一级标签 二级标签 三级标签 closed_at",
    ],
)
def test_headings_that_drift_are_known(takes, reads, headings):
    cells = ["T1", "2024-09-12 09:32:09", "文华巷", "路灯不亮", "城市管理", "市政设施", "路灯", "2024/9/13 10:00"]
    made = takes(csv_of(headings.split(" ") if " 单" not in headings else _split(headings), cells))
    assert made["unused"] == [] and counts(made) == [1, 1, 0, 0, 0, 0]
    found = reads("T1")
    assert (found.subject, found.title, found.unit) == ("城市管理->市政设施->路灯", "路灯不亮", WENHUA)
    assert found.closed_at == moment("2024-09-13 10:00")


def _split(headings: str) -> list[str]:
    return headings.replace("工 单　内 容", "工_单　内_容").replace(" ", "|").replace("_", " ").split("|")


@given(st.permutations(range(6)))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_columns_may_stand_in_any_order(takes, reads, order):
    line = closed(诉求内容="路灯不亮", 承办单位="城管科")
    data = csv_of([list(line)[n] for n in order], [list(line.values())[n] for n in order])
    assert takes(data)["errors"] == []
    assert (reads("T1").body, reads("T1").title, reads("T1").closed_on) == ("城管科", "路灯不亮", 20240913)


def test_columns_nobody_knows_are_left_out_and_named(takes, reads):
    made = takes(closed(诉求内容="路灯不亮", 经度="117.05", 工单星级="5"))
    assert made["unused"] == ["经度", "工单星级"] and made["new"] == 1


def test_of_two_columns_for_one_field_the_likelier_name_wins_whatever_its_place(takes, reads):
    takes(
        csv_of(["创建时间", "工单编号", "受理时间", "社区"], ["2024-09-10 08:00", "T1", "2024-09-12 09:00", "文华巷"])
    )
    assert reads("T1").received_at == moment("2024-09-12 09:00")


def test_two_columns_of_one_heading_are_one_too_many(takes):
    assert "办结时间" in refused(takes, csv_of([*HEADINGS, "办结时间", "办结时间"], [*LINE, "", "2024-09-13"]))
    assert takes(csv_of([*HEADINGS, "备注", "备注"], [*LINE, "", ""]))["new"] == 1


def test_an_export_without_number_or_time_is_no_table_of_tickets(takes):
    refused(takes, csv_of(["工单编号", "社区", "诉求内容"], ["T1", "文华巷", "路灯不亮"]), match="受理时间")
    refused(takes, csv_of(HEADINGS), match="没有工单")
    refused(takes, b"", match="表头")


def test_the_sheet_of_tickets_is_found_among_others(takes):
    data = book_of({"说明": [["填表说明"]], "汇总": [["社区", "件数"], ["文华巷", 3]], "明细": [HEADINGS, LINE]})
    made = takes(data, file="a.xlsx")
    assert (made["sheet"], made["new"]) == ("明细", 1)


def test_two_sheets_of_tickets_are_named_and_one_can_be_picked(takes, reads):
    data = book_of({"1月": [HEADINGS, LINE], "2月": [HEADINGS, ["T2", *LINE[1:]]]})
    refused(takes, data, match="1月、2月")
    made = takes(data, sheet="2月")
    assert (made["sheet"], counts(made)) == ("2月", [1, 1, 0, 0, 0, 0])
    assert reads("T2").unit == WENHUA
    refused(takes, data, sheet="3月")


def test_a_person_is_shown_the_first_lines_of_each_sheet():
    sheets_seen = ticket_files.glance(book_of({"说明": [["填表说明"]], "明细": [STRANGE, ["1", 2.0, "", "x", "y"]]}))
    assert sheets_seen == [("说明", [["填表说明"]]), ("明细", [STRANGE, ["1", "2", "", "x", "y"]])]


def test_a_hidden_sheet_is_not_read(takes, office):
    made = takes(book_of({"旧": [HEADINGS, ["T9", *LINE[1:]]], "新": [HEADINGS, LINE]}, hidden=("旧",)))
    assert (made["sheet"], made["new"], stored(office)) == ("新", 1, 1)


def test_a_header_that_comes_again_and_the_lines_below_a_table_are_no_tickets(takes):
    tail = [[], HEADINGS, ["T2", *LINE[1:]], ["合计", "", "", ""], ["合计：2件"], ["注：不含咨询", "", "", ""]]
    tail += [["制表人：王芳", "", "", ""], ["", "", "以上共 2 件", ""]]
    for data in (csv_of(HEADINGS, LINE, *tail), xlsx_of(HEADINGS, LINE, *tail)):
        assert takes(data, dry_run=True)["read"] == 2
        assert takes(data, dry_run=True)["errors"] == []


def test_a_wrapped_header_that_comes_again_is_no_ticket(takes):
    wrapped = [f"\n{heading} " for heading in HEADINGS]
    assert counts(takes(csv_of(wrapped, LINE, wrapped, ["T2", *LINE[1:]]))) == [2, 2, 0, 0, 0, 0]


def test_trailing_separators_of_the_header_alone_do_not_make_every_line_short(takes):
    assert counts(takes(csv_of([*HEADINGS, "", ""], LINE))) == [1, 1, 0, 0, 0, 0]
    assert counts(takes(csv_of(HEADINGS, [*LINE, "", " "]))) == [1, 0, 1, 0, 0, 0]


# ------------------------------------------------------------------------------------- times

MORNING, NOON = "2019-04-25 09:32:09", "2019-04-25 13:05:00"


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("2019/4/25 9:32:09", MORNING),
        ("2019-04-25 09:32:09", MORNING),
        ("2019.4.25 9:32:09", MORNING),
        ("2019-04-25  09:32:09", MORNING),
        ("\t2019-04-25\xa009:32:09 \n", MORNING),
        ("２０１９－０４－２５　０９：３２：０９", MORNING),
        ("2019-04-25 09:32:09.873", MORNING),
        ("2019-04-25T09:32:09", MORNING),
        ("2019-04-25T09:32:09.000", MORNING),
        ("2019-04-25T01:32:09Z", MORNING),
        ("2019-04-25T09:32:09+08:00", MORNING),
        ("2019-04-25 09:32:09 +0800", MORNING),
        ("2019-04-24T20:32:09-05:00", MORNING),
        ("2019-04-24T23:00:00Z", "2019-04-25 07:00"),
        ("3/4/2019 1:05 PM", "2019-03-04 13:05"),
        ("4/25/2019 9:32:09 AM", MORNING),
        ("4/25/2019 1:05 PM", NOON),
        ("4/25/2019 1:05:00 PM", NOON),
        ("4/25/2019 1:05:00 p.m.", NOON),
        ("Apr 25, 2019 1:05 PM", NOON),
        ("April 25, 2019 1:05:00 pm", NOON),
        ("25-Apr-2019 13:05", NOON),
        ("25-Apr-2019", "2019-04-25"),
        ("2019/4/25 12:30 AM", "2019-04-25 00:30"),
        ("2019/4/25 12:30 PM", "2019-04-25 12:30"),
        ("2019/4/25 上午9:32:09", MORNING),
        ("2019/4/25 下午 1:05", NOON),
        ("2019年4月25日 下午1时05分", NOON),
        ("2019/4/25 下午13:05", NOON),
        ("2019年4月25日 9时32分09秒", MORNING),
        ("2019年4月25日 9时32分", "2019-04-25 09:32"),
        ("2019年04月25日09:32:09", MORNING),
        ("20190425093209", MORNING),
        ("201904250932", "2019-04-25 09:32"),
        ("20190425", "2019-04-25"),
        (20190425093209, MORNING),
        (20190425, "2019-04-25"),
        ("2019-04-25", "2019-04-25"),
        ("2019/4/25", "2019-04-25"),
        ("2019-04-25 23:59:59", "2019-04-25 23:59:59"),
        ("2019-04-25 00:00:00", "2019-04-25"),
        ("43580", "2019-04-25"),
        (43580, "2019-04-25"),
        (43580.5, "2019-04-25 12:00"),
        (43580.397326389, MORNING),
        (datetime(2019, 4, 25, 9, 32, 9), MORNING),
        (datetime(2019, 4, 25, 9, 32, 8, 700_000), MORNING),
        (datetime(2019, 4, 25, 23, 59, 59, 900_000), "2019-04-25 23:59:59"),
        (date(2019, 4, 25), "2019-04-25"),
    ],
)
def test_an_instant_is_understood_as_people_excel_and_exports_write_it(cell, meant):
    at = moment(meant)
    assert ticket_files._When()(cell) == (at, int(meant[:10].replace("-", "")))


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "3/4/2019 9:32:09",
            "04/03/2019",
            "25/4/2019",
            "2019-02-29",
            "2019-13-01",
            "2019-4",
            "4月25日",
            "25-Apr-19",
        ),
        *(
            "2019-04-25 24:00:00",
            "2019-04-25 9:60",
            "2019-04-25 上午13:05",
            "2019-04-25 13:05 AM",
            "2019-04-25 9:32 后",
        ),
        *("2019-04-25 09:00 至 10:00", "2019-04-25 9:32 2019-04-26 9:32", "2019-04-25 晚上8:30", "2019-04-25 am"),
        *("1999-12-31", "2101-01-01", "12345", "20191301", "2019-04-25T25:00:00Z", "2019-04-25T09:00:00+99:00"),
        *("25 Apr 12 2019", "0001-01-01T00:00:00+14:00", "1²:30:00", "见附件", "9:32", "#REF!"),
        *(True, 12, 99999.0, float("nan"), float("inf"), 1e300, datetime(1899, 12, 31), "2019-04-25 =1+1"),
    ],
)
def test_what_is_not_one_instant_is_refused(cell):
    with pytest.raises(Refusal):
        ticket_files._When()(cell)


@pytest.mark.parametrize("cell", ["", None, " ", "\n", "　", "-", "--", "/", "——"])
def test_a_blank_is_no_time(cell):
    assert ticket_files._When()(cell) == (None, None)


@given(st.text(max_size=30) | st.floats() | st.integers())
@settings(max_examples=300)
def test_no_cell_whatsoever_breaks_the_reading(cell):
    when = ticket_files._When()
    parsers = (when, ticket_files.parse_due(when), ticket_files.parse_flag, ticket_files.parse_satisfaction)
    for parse in (*parsers, ticket_files.parse_status, ticket_files.parse_number, ticket_files.parse_subject):
        try:
            parse(cell)
        except Refusal as refusal:
            assert refusal.text() and refusal.text("en")


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)))
def test_any_instant_reads_back(at):
    at = at.replace(microsecond=0)
    half = "上午" if at.hour < 12 else "下午"
    forms = (
        f"{at:%Y-%m-%d %H:%M:%S}",
        f"{at.year}/{at.month}/{at.day} {at.hour}:{at.minute}:{at.second}",
        f"{at:%Y%m%d%H%M%S}",
        f"{at.year}年{at.month}月{at.day}日 {at.hour}时{at.minute}分{at.second}秒",
        f"{at:%b} {at.day}, {at.year} {at.hour % 12 or 12}:{at:%M:%S} {'AM' if at.hour < 12 else 'PM'}",
        f"{at:%Y/%m/%d} {half}{at.hour % 12 or 12}:{at:%M:%S}",
        f"{at:%Y-%m-%dT%H:%M:%S}+08:00",
        at,
    )
    expected = int(at.replace(tzinfo=CHINA).timestamp())
    assert {ticket_files._When()(form) for form in forms} == {(expected, int(f"{at:%Y%m%d}"))}


def test_text_dates_real_dates_and_serial_numbers_stand_in_one_column(takes, reads):
    times = ["2019/4/25 9:32:09", datetime(2019, 4, 25, 9, 32, 9), 43580.397326389, "4/25/2019 9:32:09 AM"]
    lines = [[f"T{n}", at, "文华巷"] for n, at in enumerate(times)]
    assert takes(xlsx_of(HEADINGS[:3], *lines), file="a.xlsx")["new"] == 4
    assert {reads(f"T{n}").received_at for n in range(4)} == {moment(MORNING)}


def test_a_workbook_that_counts_from_1904_means_the_same_days(takes, reads):
    takes(xlsx_of(HEADINGS[:3], ["T1", datetime(2019, 4, 25, 9, 32, 9), "文华巷"], date_1904=True))
    assert reads("T1").received_at == moment(MORNING)


def test_each_bad_time_is_named_by_its_cell_and_nothing_is_stored(takes, office):
    made = takes(one("T1"), one("T2", "3/4/2019 9:32:09"), closed("T3", 办结时间="2024-02-30"), one("T4"))
    assert problems(made) == [(3, "受理时间", "3/4/2019 9:32:09"), (4, "办结时间", "2024-02-30")]
    assert counts(made) == [4, 2, 0, 0, 0, 2]
    assert (made["batch"], stored(office)) == (None, 0)


def test_a_ticket_closed_in_the_last_second_of_its_last_day_is_in_time(takes, reads, office):
    assert takes(closed(办结时间="2024-09-20 23:59:59"), closed("T2", 办结时间="2024-09-21 00:00:00"))["errors"] == []
    assert [clocks.is_late(reads(number), 20241231) for number in ("T1", "T2")] == [False, True]


def test_a_day_alone_as_the_closing_time_is_not_before_the_hour_of_receipt(takes, reads):
    assert takes(closed(办结时间="2024-09-12"))["errors"] == []
    assert reads("T1").closed_on == 20240912


def test_a_ticket_without_a_time_of_receipt_is_named(takes):
    assert problems(takes(one("T1", ""), one("T2"))) == [(2, "受理时间", "")]


# ------------------------------------------------------------------------------------- cells and files


@pytest.mark.parametrize("wrap", ["\n{}\t", "　{}　", "\xa0{} ", "\ufeff{}", "\u200b{}\u200b", "'{}"])
def test_what_exports_wrap_around_a_cell_is_not_part_of_it(takes, reads, wrap):
    line = closed(办结时间="2024-09-13 10:00:00", 是否解决="是", 满意度="满意", 问题分类="城市管理", 工单状态="已办结")
    made = takes(csv_of(list(line), [wrap.format(cell) for cell in line.values()]))
    assert made["errors"] == []
    found = reads("T1")
    assert (found.unit, found.closed_on, found.resolved, found.satisfaction) == (WENHUA, 20240913, True, "satisfied")
    assert found.subject == "城市管理"
    assert counts(takes(line)) == [1, 0, 1, 0, 0, 0]


def test_the_rows_that_only_look_like_rows_are_passed_over(takes):
    blank = [["", " ", "\xa0", None]] * 25_000 + [["　", "", "\t", ""]] * 25_000
    for data in (xlsx_of(HEADINGS, LINE, *blank, ["T2", *LINE[1:]]), csv_of(HEADINGS, LINE, *blank, ["T2", *LINE[1:]])):
        assert takes(data, dry_run=True)["read"] == 2


def test_a_sheet_that_tells_its_size_wrongly_is_read_whole(takes):
    parts = unzipped(xlsx_of(HEADINGS, *([f"T{n}", *LINE[1:]] for n in range(300))))
    for size in ("A1", "A1:XFD1048576", "B2:C3"):
        xml = parts["xl/worksheets/sheet1.xml"].replace(
            b'<dimension ref="A1:D301"/>', f'<dimension ref="{size}"/>'.encode()
        )
        assert f'"{size}"'.encode() in xml
        assert takes(zipped(parts | {"xl/worksheets/sheet1.xml": xml}), dry_run=True)["new"] == 300


# A workbook of Excel 97, made once with xlwt: a title, the header, and a line of text, a real date and a serial number.
XLS = zlib.decompress(
    base64.b64decode(
        """
        eNrtWFtIFGEUPv/M3txW3TVX0EAWISszdnY10AVdM8qnFm3pnqXmQuGVdV/swUu29BCCED0YEQj2EITViyX1UNBDQWBkIASBGvbSgxSWQep0
        ztnZTa1AoQRlvuE/c27/Of8//21mXo86JgYeZE3CCpSCDItqEpiW6ASWpLhgB7SrKrHxuwWLqmNDIcmCA2kywuPkV2YaQxrvSZDgvuEZUoAp
        LKehFQItzSHXOqKc21ArqA0lSAXcRE0KZHKr0pieY7qV6T32fMK0jDW9TEvQd0KchFF/IK9Im8XHpRy2pQDFfch13rHGA054QbO4s0/EfI2w
        L3yhtnGDGbINNhgEHNCKUHMoTLITbtOSbUe4m9z1rvO+piZfW9sEpOOQD8JX1QUwG1/bT126fn31AlD/fbne/Be9BYdypf6aZADoArWGl0oU
        bNBvIIskpquPBOfhLqSiRMUMwgsKeKEQImfIaAD2yeicI3Y8aIp8C81exzCl7T7SvLxa3hitGjmF7K3DYx2acTgsamwAXsVbqBR7vIqieGQQ
        V0KB4Fw1es70trQmB4YCjpiLu9jtKXAV+ZS9PkVBvy/VFAqZqaNjHTO9GK8mGOxD2XDCFNkTsNJBwxuTfdnGlMwL1oa0HvtCvIOXrR2fyfyd
        z28O1VX6z7Kmiw+j2JG1nZ4NqNBNNbByClv48XDUPK6xm+kljrqN+Sym6bim8J5b6dSYgz3sc5mtuZingDHm37GE34l89FPVo+zoB/8u5Icq
        Ji+mD437ByAHj9B6rE9XD+SLfHGjnzDij9+Ftr29Z5r521Znkexa31TtXE6FBbAy62BKHoJ7t9xDsAfRmBR/fjFJQklOSDJKhoRkQMmYkIwo
        mbQ80h/ySJyHhk2WYptsGjx/Oz3cWPKxLGanXBYtnsS5khIS5bImJMq1Rcslr8hF0WWt192W/X0V5R2SFTXUrx+qU1AEmXPZtHgy50pOSBSd
        5kOplAbD1Gw8PH7BCjp06NChQ4cOHZsO9DJI7z2y9kps1F6Kzdp/nQUsi/pvkk2Lw9CCVwQ/Jw9AM97D0L6m+ZMBRhGPJVZZJ/6/kHAMs4eh
        Aeq4HQ1rnr/4qSSW9mfVFe3/bgmtNf/iWtr5n/P/BDyeE2w=
        """
    )
)


@pytest.mark.parametrize("file", ["a.xls", "a.xlsx", "a.csv"])
def test_a_file_is_what_its_bytes_say_whatever_its_name(takes, reads, file):
    assert takes(xlsx_of(HEADINGS, LINE), file=file)["new"] == 1
    assert takes(csv_of(HEADINGS, ["T2", *LINE[1:]]), file=file)["new"] == 1
    assert counts(takes(XLS, file=file)) == [2, 2, 0, 0, 0, 0]
    assert reads("202409120001").received_at == moment("2024-09-12 09:32:09")
    assert (reads("202409120002").received_at, reads("202409120002").unit) == (moment("2024-09-12 12:00"), TUANJIE)


@pytest.mark.parametrize("size", [3, 8, 100, 511, 512, 513, 1600, 2048, 3000, 4096, 5000])
def test_an_old_workbook_cut_short_is_refused_in_one_sentence(takes, office, size):
    refused(takes, XLS[:size])
    assert stored(office) == 0


def patched(at: int, new: bytes) -> bytes:
    return XLS[:at] + new + XLS[at + len(new) :]


def test_an_error_cell_of_an_old_workbook_is_refused_by_its_cell(takes):
    at = XLS.index(struct.pack("<HHHH", 0x0203, 14, 3, 0))  # the number in A4 as what a formula made of it: #REF!
    refused(takes, patched(at, b"\x06\x00")[: at + 10] + b"\x02\0\x17\0\0\0\xff\xff" + XLS[at + 18 :], match="A4")


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (struct.pack("<II", 0, 0xE7000004), "过大"),  # a sheet of four billion rows
        (struct.pack("<II", 0x00B70000, 4), "无法打开"),  # one that ends before it begins
    ],
)
def test_an_old_workbook_that_tells_its_size_wrongly_does_not_fill_the_memory(takes, broken, says):
    at = XLS.index(struct.pack("<HHIIHH", 0x0200, 14, 0, 4, 0, 6)) + 4
    refused(takes, patched(at, broken), match=says)


def test_an_old_workbook_whose_sectors_run_in_a_circle_is_refused(takes):
    refused(takes, patched(76, b"\x05"), match="无法打开")


@given(st.lists(st.tuples(st.integers(0, len(XLS) - 1), st.integers(0, 255)), min_size=1, max_size=6))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_broken_old_workbook_is_read_or_refused_and_nothing_else(capfd, changes):
    data = bytearray(XLS)
    for at, byte in changes:
        data[at] = byte
    with suppress(Refusal):
        for _name, lines in sheets(bytes(data), 1000, 500):
            assert len(list(lines)) <= 1 << 16


@pytest.mark.parametrize(
    "data",
    [
        b"<html><body><table><tr><td>x</td></tr></table></body></html>",
        b"\xef\xbb\xbf\r\n  <!DOCTYPE html><table></table>",
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook></Workbook>',
        "<table><tr><td>工单编号</td><td>受理时间</td><td>社区</td></tr></table>".encode("gb18030"),
    ],
)
def test_a_web_page_named_xls_is_told_to_be_one(takes, data):
    refused(takes, data, file="导出.xls", match="网页")


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [
        *[(name, ",") for name in ("gb18030", "utf-8", "utf-8-sig", "utf-16")],
        *[(name, "\t") for name in ("gb18030", "utf-16")],
        ("utf-8", ";"),
    ],
)
def test_rare_characters_and_every_encoding_and_separator(takes, reads, encoding, delimiter):
    text = "㐂乐园,𠮷野家；门前积水;求助\t（急）"
    assert takes(csv_of(HEADINGS, [*LINE[:3], text], encoding=encoding, delimiter=delimiter))["errors"] == []
    assert reads("T1").title == text


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_separator_is_not_what_the_texts_are_full_of(takes, reads, delimiter):
    others = "".join({",", "\t", ";"} - {delimiter}) * 40
    lines = [[f"T{n}", *LINE[1:3], f"路灯{others}不亮" + ",;" * n] for n in range(30)]
    assert counts(takes(csv_of(HEADINGS, *lines, delimiter=delimiter))) == [30, 30, 0, 0, 0, 0]


def test_quoted_line_breaks_do_not_shift_the_rows_of_problems(takes):
    first = one("T1", 诉求内容="第一行\n第二行\r\n\n第四行")
    made = takes(csv_of(*lines_of(first, one("T2", "昨天"))))
    assert problems(made) == [(3, "受理时间", "昨天")]


def test_blank_lines_count_as_excel_counts_them(takes):
    made = takes(csv_of(HEADINGS, LINE, [], [], ["T2", "昨天", *LINE[2:]]))
    assert problems(made) == [(5, "受理时间", "昨天")]


@pytest.mark.parametrize(
    "data", [b"\x00\x01\x02\xff" * 100, b"PK\x03\x04" + b"x" * 50, b"%PDF-1.4", b"\xd0\xcf\x11\xe0"]
)
def test_what_is_no_table_at_all_is_refused_in_one_sentence(takes, data):
    refused(takes, data)


def test_other_formats_of_excel_are_refused_by_what_they_hold(takes):
    parts = unzipped(xlsx_of(HEADINGS, LINE))
    refused(takes, zipped(parts | {"xl/workbook.bin": b"x"}), match="另存为 xlsx")
    refused(takes, zipped({"mimetype": b"x", "content.xml": b"<x/>"}), file="a.ods", match="另存为 xlsx")


# ------------------------------------------------------------------------------------- numbers


def test_a_ticket_that_stands_twice_is_one_and_told_as_there_already(takes, office):
    assert counts(takes(one(), one(), one("T2"))) == [3, 2, 1, 0, 0, 0]
    assert stored(office) == 2


def test_a_ticket_that_stands_twice_with_other_words_is_a_conflict_that_names_both_lines(takes, office):
    made = takes(one("T0"), one(), one(诉求内容="另一件事"))
    assert counts(made) == [3, 2, 0, 0, 1, 0]
    assert problems(made) == [(4, "工单编号", "T1")] and "第 3 行" in made["errors"][0].text()
    assert stored(office) == 0


@pytest.mark.parametrize(
    "number", ["202409120000000001", "00120240912000000001", "0012", "TJ-2024/0912 A".replace(" ", "")]
)
def test_a_long_number_is_kept_to_the_last_digit(takes, reads, number):
    for data in (csv_of(*lines_of(one(number))), xlsx_of(*lines_of(one(number)), strings_to_numbers=False)):
        assert takes(data)["errors"] == []
    assert reads(number).number == number


def test_a_short_number_that_excel_made_a_number_is_the_same_ticket(takes, reads):
    takes(one("202409120001"))
    assert counts(takes(xlsx_of(*lines_of(one(202409120001))))) == [1, 0, 1, 0, 0, 0]


@pytest.mark.parametrize(
    "number", [202409120000000001, 1.0e15, 2024.5, "1.2024E+17", "1.2024e+17", "2E+17", datetime(2024, 3, 5), "9" * 65]
)
def test_a_number_that_lost_its_digits_is_refused_by_its_cell(takes, office, number):
    made = takes(xlsx_of(*lines_of(one("T0"), one(number))))
    assert [(row, column) for row, column, _ in problems(made)] == [(3, "工单编号")]
    assert counts(made) == [2, 1, 0, 0, 0, 1] and stored(office) == 0


def test_a_ticket_without_a_number_is_named(takes):
    for blank in ("", " ", "　", None):
        made = takes(xlsx_of(*lines_of(one("T0"), one(blank), one("T2"))))
        assert [(row, column) for row, column, _ in problems(made)] == [(3, "工单编号")]
        assert counts(made) == [3, 2, 0, 0, 0, 1]


# ------------------------------------------------------------------------------------- what became of a ticket

STATUSES = {
    "closed": "已办结 办结 已完成 完成 结案 已结案 归档 已归档 办理完毕 已回访 待回访 已评价 超期办结 Closed".split(),
    "open": "处理中 办理中 待处理 待办 在办 未办结 超期未办结 未完成 待签收 已派单 Open".split(),
    "returned": "退回 已退回 退单 已退单".split(),
    "suspended": "挂账 已挂账 挂起".split(),
    "extended": "延期 申请延期 已延期 延期审批".split(),
    "extended open": "延期办理中 延期处理中".split(),
}


@pytest.mark.parametrize(("status", "word"), [(status, word) for status, words in STATUSES.items() for word in words])
def test_a_status_means_what_people_mean_by_it(status, word):
    assert {ticket_files.parse_status(cell) for cell in (word, f" {word}\n", f"{word}　")} == {status}


def test_the_figures_of_a_file_in_many_spellings_come_out_right(takes, office):
    lines = [closed(f"C{n}", 工单状态=word) for n, word in enumerate(STATUSES["closed"])]
    lines += [one(f"O{n}", 工单状态=word) for n, word in enumerate(STATUSES["open"])]
    lines += [one(f"R{n}", 工单状态=word) for n, word in enumerate(STATUSES["returned"])]
    lines += [one(f"S{n}", 工单状态=word) for n, word in enumerate(STATUSES["suspended"])]
    extended = STATUSES["extended"] + STATUSES["extended open"]
    lines += [one(f"E{n}", 工单状态=word) for n, word in enumerate(extended)]
    lines += [one(f"Q{n}", 工单类型=word) for n, word in enumerate(["咨询", "咨询类", "业务咨询"])]
    lines += [closed("L1", 工单状态="超期办结", 办结时间="2024-10-25 10:00"), one("U1", 工单状态="某种状态")]
    made = takes(*lines)
    assert counts(made) == [len(lines), len(lines), 0, 0, 0, 0]
    assert made["notes"]["没有认出工单状态：按有没有办结时间计"] == 1
    n = {status: len(words) for status, words in STATUSES.items()} | {"extended": len(extended)}
    asked = {
        "hotline.received": len(lines),
        "hotline.inquiries": 3,
        "hotline.closed": n["closed"] + 3 + 1,
        "hotline.open": n["open"] + n["suspended"] + n["extended"] + 1,
        "hotline.overdue": n["open"] + n["extended"] + 1 + 1,
        "hotline.extended": n["extended"],
        "hotline.suspended": n["suspended"],
        "hotline.returned": n["returned"],
    }
    found = figures(office, 2024, indicators=list(asked), cut_off=date(2024, 12, 31))
    assert dict(zip(found["indicator"], found["value"], strict=True)) == asked
    assert verify(office) == []


def test_closed_without_a_closing_time_is_refused_by_line(takes):
    made = takes(one("T1"), one("T2", 工单状态="已办结"))
    assert [row for row, _, _ in problems(made)] == [3] and "没有办结时间" in made["errors"][0].text()
    assert counts(made) == [2, 1, 0, 0, 0, 1]


@pytest.mark.parametrize("word", ["处理中", "未办结", "延期办理中"])
def test_open_with_a_closing_time_is_refused_by_line(takes, word):
    made = takes(one("T1"), closed("T2", 工单状态=word))
    assert [row for row, _, _ in problems(made)] == [3] and "却有办结时间" in made["errors"][0].text()


def test_a_ticket_closed_by_its_reply_has_the_replys_time(takes, reads):
    takes(one(工单状态="已办结", 回复时间="2024-09-13 15:00:00"))
    assert reads("T1").closed_at == moment("2024-09-13 15:00")


def test_a_question_is_closed_at_once(takes, reads):
    takes(one(工单类型="咨询"), one("T2", 工单类型="投诉"), one("T3", 工单类型="咨询", 工单状态="已办结"))
    assert reads("T1").closed_at == reads("T1").replied_at == reads("T1").received_at
    assert (reads("T1").due_on, reads("T2").due_on, reads("T2").closed_on) == (None, 20240920, None)
    assert reads("T3").closed_on == 20240912


def test_what_a_file_left_unsaid_is_assumed_and_told(takes, reads):
    made = takes(
        one("T1", 工单状态="已退单"),
        one("T2", 工单状态="挂账"),
        one("T3", 延期至="2024-09-30"),
        closed("T4", 满意度="满意"),
    )
    assert sorted(made["notes"].values()) == [1, 1, 1, 1] and made["errors"] == []
    assert (reads("T1").returned_on, reads("T2").suspended_on, reads("T3").extended_on) == (20240912,) * 3
    assert (reads("T3").extended_to, reads("T4").called_back_on) == (20240930, 20240913)


def test_an_assumed_day_is_marked_until_a_file_says_it(takes, reads):
    takes(one("T1", 工单状态="挂账"))
    assert reads("T1").assumed == "suspended_on"
    takes(one("T1", 工单状态="挂账"))
    assert (reads("T1").suspended_on, reads("T1").assumed) == (20240912, "suspended_on")
    takes(one("T1", 工单状态="挂账", 挂账时间="2024-09-13"))
    assert (reads("T1").suspended_on, reads("T1").assumed) == (20240913, "")


def test_a_blank_cell_takes_nothing_back_of_what_a_file_said_before(takes, reads):
    takes(one("T1", 办结时限="2024-09-14", 工单类型="办理"), one("Q1", 工单类型="咨询", 办结时间="2024-09-13 10:00"))
    before = reads("T1"), reads("Q1")
    made = takes(one("T1", 办结时限="", 工单类型=""), one("Q1", 工单类型="", 办结时间="", 办结时限=""))
    assert made["unchanged"] == 2 and (reads("T1"), reads("Q1")) == before
    assert (before[0].due_on, before[1].kind, before[1].closed_on) == (20240914, "inquiry", 20240913)


def test_a_new_rule_changes_nothing_for_a_file_that_comes_again(takes, reads, office):
    lines = [one("T1", 办结时限=""), one("T2", 办结时限="2024-09-18")]
    takes(*lines)
    with writing(office) as conn:
        limits.add(conn, Limit(date(2024, 9, 1), "一般事项", (), 90, None, 1, "试验"), "张三")
    assert takes(*lines)["unchanged"] == 2
    assert reads("T1").due_on == 20240920


def test_sent_back_once_and_closed_later_is_closed(takes, reads):
    made = takes(closed("T1", 退回时间="2024-09-12 16:00", 工单状态="已办结"))
    assert (reads("T1").closed_on, reads("T1").returned_on, sum(made["notes"].values())) == (20240913, None, 1)
    both = takes(closed("T2", 退回时间="2024-09-12 16:00"))
    assert len(both["errors"]) == 1 and "不能既办结又退回" in both["errors"][0].text()


def test_an_inquiry_answered_by_reply_and_later_a_request_is_open(takes, reads):
    takes(one("T1", 工单类型="咨询", 回复时间="2024-09-12 11:00"))
    takes(one("T1", 工单类型="办理"))
    assert (reads("T1").kind, reads("T1").closed_on) == ("request", None)


def test_closed_before_received_is_refused_under_the_files_own_heading(takes):
    made = takes(one("T0"), {**one("T1"), "结案时间": "2024-09-11 10:00"})
    assert {(row, column) for row, column, _ in problems(made)} == {(3, "结案时间")}
    assert counts(made) == [2, 1, 0, 0, 0, 1]


ANSWERS = {
    True: "是 已解决 解决 有 对 Y yes TRUE 1".split(),
    False: "否 未解决 不解决 部分解决 没有解决 无 N no false 0".split()[:5] + ["N", "no", "false", "0"],
    None: ["", "-", "未回访", "未接通", "无法联系", "联系不上", "无人接听", "空号", "停机", "拒访", "无法评价"],
}
OPINIONS = {
    "satisfied": "满意 非常满意 很满意 是".split(),
    "basically": "基本满意 比较满意 较满意 一般".split(),
    "dissatisfied": "不满意 非常不满意 不太满意 否".split(),
    "": ["", "-", "未评价", "未接通", "无法联系", "弃权"],
}


def test_the_answers_of_citizens_are_understood_in_many_spellings(takes, office):
    words = [(value, word) for value, some in ANSWERS.items() for word in some]
    opinions = [(value, word) for value, some in OPINIONS.items() for word in some]
    lines = [closed(f"A{n}", 是否解决=word) for n, (_, word) in enumerate(words)]
    lines += [closed(f"S{n}", 满意度=word) for n, (_, word) in enumerate(opinions)]
    assert takes(*lines)["errors"] == []
    desk = Desk(office)
    assert [desk.reads(f"A{n}").resolved for n in range(len(words))] == [value for value, _ in words]
    assert [desk.reads(f"S{n}").satisfaction for n in range(len(opinions))] == [value for value, _ in opinions]
    called = sum(value is not None for value, _ in words) + sum(value != "" for value, _ in opinions)
    found = figures(office, 2024, indicators=["hotline.callbacks", "hotline.resolved"])
    assert list(found["value"]) == [called, len(ANSWERS[True])]


@pytest.mark.parametrize(
    ("heading", "word"), [("是否解决", "大概"), ("是否联系", "2"), ("满意度", "还行"), ("满意度", "5")]
)
def test_an_answer_nobody_knows_is_refused_by_its_cell(takes, heading, word):
    assert problems(takes(closed("T1"), closed("T2", **{heading: word}))) == [(3, heading, word)]


# ------------------------------------------------------------------------------------- limits


@pytest.mark.parametrize(
    ("cell", "due", "days", "rule"),
    [
        ("2024-09-26", 20240926, 9, "file"),
        ("2024-09-20 00:00:00", 20240920, 5, "file"),
        ("2024/9/20 23:59:59", 20240920, 5, "file"),
        (datetime(2024, 9, 26), 20240926, 9, "file"),
        (45561.0, 20240926, 9, "file"),
        ("3个工作日", 20240918, 3, "file"),
        ("3 个工作日", 20240918, 3, "file"),
        ("3", 20240918, 3, "file"),
        (3, 20240918, 3, "file"),
        ("", 20240920, 5, "2000-01-01 一般事项"),
        ("-", 20240920, 5, "2000-01-01 一般事项"),
    ],
)
def test_a_limit_is_a_day_or_a_number_of_days_or_the_offices_rule(takes, reads, cell, due, days, rule):
    assert takes(xlsx_of(*lines_of(one(办结时限=cell))))["errors"] == []
    found = reads("T1")
    assert (found.due_on, found.limit_days, found.rule) == (due, days, rule)


@pytest.mark.parametrize("cell", ["尽快", "0", "0个工作日", "366", "2024-09-11", "24小时", "2024-02-30"])
def test_a_limit_that_is_none_is_refused_by_its_cell(takes, cell):
    assert [(row, column) for row, column, _ in problems(takes(one("T0"), one("T1", 办结时限=cell)))] == [
        (3, "办结时限")
    ]


@pytest.mark.parametrize(
    ("received", "due"),
    [("2019-09-30", 20191012), ("2023-09-12", 20230919), ("2023-09-30", 20231011), ("2024-09-14", 20240924)],
)
def test_without_a_limit_the_day_of_receipt_decides_by_the_calendar_of_its_year(takes, reads, received, due):
    takes(one("T1", received))
    assert reads("T1").due_on == due


def test_a_new_rule_holds_for_what_is_received_from_its_day_on(takes, reads, office):
    with writing(office) as conn:
        rule = Limit(date(2025, 1, 1), "物业", ("物业",), 3, None, 1, "某办〔2024〕1号")
        limits.add(conn, rule, "张三")
    takes(
        *(one(f"T{n}", day, 问题分类="物业管理") for n, day in enumerate(["2024-12-31 23:59:59", "2025-01-02"])),
        one("T2", "2025-01-02", 问题分类="物业管理", 办结时限="2025-01-10"),
        one("T3", "2025-01-02", 问题分类="路灯"),
    )
    found = [(reads(f"T{n}").due_on, reads(f"T{n}").limit_days, reads(f"T{n}").rule) for n in range(4)]
    assert found == [
        (20250108, 5, "2000-01-01 一般事项"),
        (20250107, 3, "2025-01-01 物业"),
        (20250110, 6, "file"),
        (20250109, 5, "2025-01-01 一般事项"),
    ]


def test_a_due_day_in_a_year_without_a_notice_is_refused_at_its_line(takes, office):
    last = max(PACKAGED)
    made = takes(one("T1"), one("T2", f"{last}-12-30 09:00"))
    assert [one.row for one in made["errors"]] == [3]
    assert made["errors"][0].text() == f"{last + 1} 年放假通知未载入"
    assert counts(made) == [2, 1, 0, 0, 0, 1] and stored(office) == 0


# ------------------------------------------------------------------------------------- communities


@pytest.fixture
def twins(office):
    """Two streets that both have a 三街村委会."""
    with writing(office) as conn:
        units.save(conn, [units.Unit(f"120114{n}301", "三街村委会", "community") for n in ("001", "006")])
    return office


@pytest.mark.parametrize("place", [WENHUA, f"{WENHUA}\t", f"'{WENHUA}", "文华巷社区居委会", "文华巷社区", "文华巷"])
def test_a_community_is_known_by_code_and_name(takes, reads, place):
    takes(one(社区=place))
    assert (reads("T1").unit, reads("T1").place) == (WENHUA, "")


def test_a_code_that_excel_made_a_number_is_still_a_code(takes, reads):
    line = {"工单编号": "T1", "受理时间": "2024-09-12", "社区编码": int(TUANJIE), "诉求内容": "路灯"}
    takes(xlsx_of(*lines_of(line)))
    assert reads("T1").unit == TUANJIE


def test_a_street_tells_communities_of_one_name_apart(takes, reads, twins):
    made = takes(
        one("T1", 社区="三街村", 所属街道="杨村街道"),
        one("T2", 社区="三街村委会", 所属街道="运河西街道"),
        one("T3", 社区="三街村委会", 所属街道=""),
        one("T4", 社区="文华巷", 所属街道="运河西街道"),
        one("T5", 社区="文华巷", 所属街道="某街"),
    )
    found = [reads(f"T{n}").unit for n in range(1, 6)]
    assert found == ["120114001301", "120114006301", STREET, "120114006000", WENHUA]
    assert made["unplaced"] == 2


def test_another_name_is_remembered(takes, reads, office):
    with writing(office) as conn:
        aliases.save(conn, "文华里", WENHUA, "张三")
    takes(one(社区="文华里"), one("T2", 社区=" 文华里\n"))
    assert [(reads(number).unit, reads(number).place) for number in ("T1", "T2")] == [(WENHUA, "")] * 2


def test_a_community_nobody_knows_awaits_one_with_the_name_it_came_with(takes, reads):
    made = takes(one("T1", 社区="某小区"), one("T2", 社区=""), one("T3"))
    assert (made["unplaced"], made["new"]) == (2, 3)
    assert [(reads(n).unit, reads(n).place) for n in ("T1", "T2")] == [(STREET, "某小区"), (STREET, "")]


def test_a_ticket_that_a_person_gave_a_community_keeps_it_when_the_file_comes_again(takes, reads, office):
    lines = one("T1", 社区="某小区"), one("T2", 社区="某小区")
    takes(*lines)
    act = {"by": "王芳", "reason": "核对地址", "token": "a"}
    one_ticket.assign(office, {"T1": TUANJIE}, {"T1": 1}, **act)
    assert counts(takes(*lines)) == [2, 0, 2, 0, 0, 0]
    assert (reads("T1").unit, reads("T2").unit) == (TUANJIE, STREET)


def test_a_community_that_was_not_there_yet_leaves_the_ticket_to_its_own_street(takes, reads, office):
    with writing(office) as conn:
        new = units.Unit("120114006099", "新城社区居委会", "community", opened_on=date(2024, 10, 1))
        units.save(conn, [new])
    takes(one("T1", 社区="新城"), one("T2", "2024-10-08 10:00", 社区="新城"))
    assert (reads("T1").unit, reads("T1").place) == ("120114006000", "新城社区居委会")
    assert reads("T2").unit == "120114006099"


def test_tickets_of_one_street_are_not_given_to_another(takes, reads):
    takes(one("T1", 社区="和平里"), one("T2"), within="120114001")
    assert (reads("T1").unit, reads("T1").place, reads("T2").unit) == (STREET, "和平里", WENHUA)


# ------------------------------------------------------------------------------------- again

FULL = {
    "来源渠道": "12345热线电话",
    "问题分类": "城市管理->占道经营",
    "承办单位": "城管科",
    "诉求内容": "门前占道",
    "回复内容": "已清理",
    "首次联系时间": "2024-09-12 15:00:00",
    "办结时间": "2024-09-13 10:00:00",
    "工单状态": "已办结",
    "是否联系": "是",
    "是否解决": "是",
    "满意度": "满意",
}


@both_databases
def test_the_same_file_again_changes_nothing_and_says_so(takes, office):
    lines = [one(f"T{n}", **FULL) for n in range(20)] + [one("U1", 社区="某小区"), one("Q1", 工单类型="咨询")]
    assert counts(takes(*lines)) == [22, 22, 0, 0, 0, 0]
    again = takes(*lines)
    assert counts(again) == [22, 0, 22, 0, 0, 0] and again["batch"] is None
    assert counts(takes(xlsx_of(*lines_of(*lines)), file="a.xlsx")) == [22, 0, 22, 0, 0, 0]
    assert verify(office) == []


@both_databases
def test_a_later_export_changes_what_changed_and_the_old_stays_to_be_seen(takes, office):
    takes(*(one(f"T{n}", 诉求内容="占道") for n in range(5)))
    made = takes(
        *(one(f"T{n}", 诉求内容="占道") for n in range(3)), *(closed(f"T{n}", 诉求内容="占道") for n in (3, 4))
    )
    assert counts(made) == [5, 0, 3, 2, 0, 0] and made["batch"]
    old, new = tickets.history(office, "T3")
    assert (old.ticket.closed_on, new.ticket.closed_on, old.retired_at is not None) == (None, 20240913, True)
    assert verify(office) == []


def test_an_export_with_fewer_lines_loses_nothing(takes, office):
    takes(*(one(f"T{n}") for n in range(5)))
    assert counts(takes(one("T1"), one("T3"))) == [2, 0, 2, 0, 0, 0]
    assert len(tickets.still_open(office, [WENHUA], date(2024, 9, 30))) == 5


@pytest.mark.parametrize("left", [1, 3, 8, 20, 30, 33])
def test_a_csv_cut_in_the_middle_of_a_line_is_refused(takes, office, left):
    whole = csv_of(*lines_of(*(one(f"T{n:05}", 诉求内容="路灯", 办结时间="", 满意度="") for n in range(3))))
    start = whole.rfind(b"T00002")
    made = takes(whole[: start + left])
    assert [row for row, _, _ in problems(made)] == [4] and stored(office) == 0
    assert counts(made) == [3, 2, 0, 0, 0, 1]


def test_a_csv_cut_inside_quotes_is_refused(takes):
    whole = csv_of(*lines_of(one("T1"), one("T2", 诉求内容="一,二\n三")))
    refused(takes, whole[:-8], match="CSV")


@pytest.mark.parametrize("part", [0.02, 0.5, 0.9, 0.999])
def test_a_workbook_cut_short_is_refused(takes, part):
    whole = xlsx_of(*lines_of(*(one(f"T{n}") for n in range(50))))
    refused(takes, whole[: int(len(whole) * part)], match="Excel")


def test_columns_in_another_order_are_the_same_file(takes):
    line = one(**FULL)
    takes(line)
    assert counts(takes(dict(reversed(line.items())))) == [1, 0, 1, 0, 0, 0]


def test_a_second_export_with_fewer_columns_blanks_nothing(takes, reads):
    takes(one(**FULL, 标题="占道", 工单类型="投诉"), one("Q1", 工单类型="咨询"))
    before = reads("T1"), reads("Q1")
    narrow = {"工单编号": "T1", "受理时间": "2024-09-12", "来源渠道": "", "标题": "占道", "一级分类": "城市管理"}
    assert counts(takes(narrow, narrow | {"工单编号": "Q1", "一级分类": "", "标题": ""})) == [2, 0, 2, 0, 0, 0]
    assert (reads("T1"), reads("Q1")) == before


def test_what_a_person_set_is_kept_while_the_file_says_what_it_said(takes, reads, office):
    takes(one(**FULL))
    Desk(office, "王芳").amends("T1", reply="已约谈商户")
    assert counts(takes(one(**FULL))) == [1, 0, 1, 0, 0, 0]
    assert counts(takes(one(**FULL | {"满意度": "不满意"}))) == [1, 0, 0, 1, 0, 0]
    assert (reads("T1").reply, reads("T1").satisfaction) == ("已约谈商户", "dissatisfied")


def test_where_a_person_and_the_file_say_two_things_a_person_decides(takes, reads, office):
    takes(one("T0"), one(**FULL))
    Desk(office, "王芳").amends("T1", reply="已约谈商户")
    other = one("T0"), one(**FULL | {"回复内容": "已移交执法队"})
    made = takes(*other)
    assert counts(made) == [2, 0, 1, 0, 1, 0] and made["batch"] is None
    assert problems(made) == [(3, "回复内容", "已移交执法队")] and "已约谈商户" in made["errors"][0].text()
    assert counts(takes(*other, prefer="ledger")) == [2, 0, 2, 0, 0, 0]
    assert reads("T1").reply == "已约谈商户"
    assert counts(takes(*other, prefer="file")) == [2, 0, 1, 1, 0, 0]
    assert reads("T1").reply == "已移交执法队"


@both_databases
def test_an_import_taken_back_can_come_again(takes, reads, office):
    takes(one("T1"))
    second = takes(closed("T1"), one("T2"))
    ticket_files.undo(office, second["batch"], by="张三", reason="误导入", token="undo")
    assert (reads("T1").closed_on, counts(takes(closed("T1"), one("T2")))) == (None, [2, 1, 0, 1, 0, 0])
    assert [one.version for one in tickets.history(office, "T1")] == [1, 2, 3, 4]
    assert verify(office) == []


def test_an_import_is_not_taken_back_over_what_changed_since(takes, reads, office):
    made = takes(one("T1"), one("T2"))
    Desk(office, "王芳").amends("T2", reply="已约谈")
    with pytest.raises(Refusal, match="1 件工单此后已被更改"):
        ticket_files.undo(office, made["batch"], by="张三", reason="误导入", token="undo")
    assert reads("T2").reply == "已约谈" and reads("T1").number == "T1"


def test_an_import_of_counts_is_taken_back_by_the_same_command(office):
    data = csv_of(["日期", "社区", "当面咨询"], ["2024-03-05", "文华巷", 3])
    made = import_counts(office, data, "a.csv", by="张三", token="counts")
    ticket_files.undo(office, made["batch"], by="张三", reason="误导入", token="undo")
    assert figures(office, 2024, indicators=["consultation.in_person"])["value"].isna().all()


def test_a_file_sent_twice_with_one_token_is_one_act(takes, office):
    first = takes(one("T1"), one("T2"), token="once")
    again = takes(one("T1"), one("T2"), token="once")
    assert again["batch"] == first["batch"] and counts(again) == [2, 0, 2, 0, 0, 0]
    assert stored(office) == 2


# ------------------------------------------------------------------------------------- all or none


@both_databases
def test_a_dry_run_counts_the_same_and_writes_nothing(takes, office):
    takes(one("T1"), one("T2"))
    lines = one("T1"), closed("T2"), one("T3"), one("T3")
    before = _content(office)
    dry = takes(*lines, dry_run=True)
    assert counts(dry) == [4, 1, 2, 1, 0, 0] and dry["batch"] is None and _content(office) == before
    assert counts(takes(*lines)) == counts(dry)


def _content(store) -> list:
    with reading(store) as conn:
        names = ("ticket", "ticket_total", "batch", "layout", "alias")
        return [sorted(map(repr, conn.exec_driver_sql(f"SELECT * FROM {name}"))) for name in names]


def test_one_bad_cell_keeps_the_whole_file_out(takes, office):
    before = _content(office)
    made = takes(*(one(f"T{n}") for n in range(50)), closed("T50", 满意度="还行"))
    assert counts(made) == [51, 50, 0, 0, 0, 1] and _content(office) == before


WORDS = [
    "",
    " ",
    "-",
    "是",
    "否",
    "满意",
    "还行",
    "已办结",
    "处理中",
    "退回",
    "挂账",
    "延期",
    "2024-09-13 10:00",
    "2024-09-11",
]
WORDS += [
    "2024-02-30",
    "3个工作日",
    "0",
    "文华巷",
    "某小区",
    WENHUA,
    "咨询",
    "2099-01-01",
    "合计",
    "注：",
    "=1+1",
    "#REF!",
    "\n",
]
FIELDS = [
    "工单类型",
    "社区",
    "办结时间",
    "工单状态",
    "办结时限",
    "是否解决",
    "满意度",
    "延期至",
    "退回时间",
    "挂账时间",
]
some_line = st.lists(st.sampled_from(WORDS), min_size=len(FIELDS), max_size=len(FIELDS))
some_number = st.sampled_from(["T1", "T2", "T3", "T4", "", " ", "合计", "1.2E+17", "'T1", "T" * 65])
some_time = st.sampled_from(
    ["2024-09-12 09:00", "2024-09-12 09:00", "2024-09-12", "", "昨天", "2099-01-01", "3/4/2024"]
)


@given(
    st.lists(st.tuples(some_number, some_time, some_line, st.integers(8, 13)), max_size=8),
    st.sampled_from(["", "file"]),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_line_of_any_file_is_counted_once(takes, office, lines, prefer):
    cut = [[number, at, *cells, ""][:width] for number, at, cells, width in lines]
    data = csv_of(["工单编号", "受理时间", *FIELDS], ["T0", "2024-09-12", "", "文华巷", *[""] * 8], *cut)
    how = {"prefer": prefer, "columns": None}
    dry = takes(data, dry_run=True, **how)
    before = stored(office)
    made = takes(data, **how)
    assert counts(dry) == counts(made) and dry["errors"] == made["errors"]
    assert bool(made["errors"]) == bool(made["conflicts"] + made["rejected"])
    assert stored(office) == before if made["errors"] else made["batch"] or not made["new"] + made["changed"]
    if not made["errors"]:
        assert counts(takes(data, **how))[1:] == [0, made["read"], 0, 0, 0]


# ------------------------------------------------------------------------------------- the command line


@pytest.fixture
def command(office, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("TAIZHANG_DATABASE_URL", office.url.render_as_string(hide_password=False))

    def run(data: bytes, *more, file="工单.csv"):
        (tmp_path / file).write_bytes(data)
        code = main(["import", str(tmp_path / file), "--as", "tickets", *map(str, more)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_the_command_line_prints_its_keys_and_ends_with_zero(command, office):
    code, out, _ = command(csv_of(*lines_of(one("T1"), one("T2", 社区="某小区", 星级=5))), "--format", "json")
    found = json.loads(out)
    assert code == 0 and found["batch"] == 1 and found["errors"] == []
    assert set(found) >= {"file", "sheet", *COUNTS, "batch", "errors", "unplaced", "notes", "unused"}
    assert (found["file"], found["read"], found["new"], found["unplaced"]) == ("工单.csv", 2, 2, 1)
    assert found["unused"] == ["星级"] and stored(office) == 2


def test_the_command_line_names_bad_cells_and_ends_with_two(command, office):
    code, out, err = command(csv_of(*lines_of(one("T1"), one("T2", "昨天"))), "--format", "json")
    found = json.loads(out)
    assert code == 2 and found["errors"] == [
        {"row": 3, "column": "受理时间", "value": "昨天", "problem": found["errors"][0]["problem"]}
    ]
    assert (found["read"], found["new"], found["rejected"], found["batch"]) == (2, 1, 1, None)
    assert "1" in err and stored(office) == 0


def test_the_command_line_ends_with_two_where_the_file_is_no_table(command):
    code, out, err = command(b"<html></html>", file="a.xls")
    assert (code, out) == (2, "") and "网页" in err and "Traceback" not in err


def test_the_command_line_takes_sheet_side_street_and_dry_run(command, office):
    data = book_of({"1月": [HEADINGS, LINE], "2月": [HEADINGS, ["T2", *LINE[1:]]]})
    more = ("--sheet", "2月", "--within", "120114001", "--prefer", "file", "--by", "王芳", "--format", "json")
    code, out, _ = command(data, "--dry-run", *more, file="a.xlsx")
    assert code == 0 and json.loads(out)["new"] == 1 and stored(office) == 0
    code, out, _ = command(data, *more, file="a.xlsx")
    assert code == 0 and json.loads(out)["sheet"] == "2月"
    assert tickets.history(office, "T2")[0].recorded_by == "王芳"


def test_the_command_line_takes_an_import_back(command, office, capsys):
    command(csv_of(*lines_of(one("T1"))))
    assert main(["import", "--undo", "1"]) == 0
    assert tickets.history(office, "T1")[0].retired_at and verify(office) == []


# ------------------------------------------------------------------------------------- too much


def test_a_file_of_too_many_bytes_is_refused_before_it_is_read(command, monkeypatch, tmp_path):
    with pytest.raises(Refusal, match="200 MB"):
        ticket_files.small_enough((200 << 20) + 1, "a.csv")
    monkeypatch.setattr(ticket_files, "MOST_BYTES", 1 << 20)
    code, _, err = command(b"x" * ((1 << 20) + 1))
    assert code == 2 and "1 MB" in err


def test_more_than_a_million_lines_are_refused(takes, monkeypatch, office):
    monkeypatch.setattr(ticket_files, "MOST_ROWS", 1000)
    monkeypatch.setattr(ticket_files, "CHUNK", 100)
    lines = [[f"T{n}", *LINE[1:]] for n in range(1200)]
    assert takes(csv_of(HEADINGS, *lines[:1000]), dry_run=True)["new"] == 1000
    refused(takes, csv_of(HEADINGS, *lines), match="1000 行")
    refused(takes, xlsx_of(HEADINGS, *lines), match="过大|1000 行")
    assert stored(office) == 0


SHEET = '<?xml version="1.0"?><worksheet xmlns="{{main}}"><sheetData>{}</sheetData></worksheet>'
PREFIXED = '<?xml version="1.0"?><x:worksheet xmlns:x="{{main}}"><x:sheetData>{}</x:sheetData></x:worksheet>'


@pytest.mark.parametrize(
    "rows",
    [
        SHEET.format('<row r="1"><c r="ABCDE1"><v>1</v></c></row>'),
        SHEET.format('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="SF1048576"><v>1</v></c></row>'),
        SHEET.format('<row r="1">' + "<c><v>1</v></c>" * 100_000 + "</row>"),
        SHEET.format('<row r="1"><c s="1" r="XFD1"><v>1</v></c></row>'),
        SHEET.format("<row r='1'><c r='XFD1'><v>1</v></c></row>"),
        PREFIXED.format('<x:row r="1"/><x:row r="1048576"><x:c r="SF1048576"><x:v>1</x:v></x:c></x:row>'),
    ],
)
def test_a_sheet_of_a_few_cells_far_out_is_refused_before_it_fills_the_memory(takes, rows):
    refused(takes, with_sheet(rows), match="过大")
    with pytest.raises(Refusal, match="过大"):
        ticket_files.glance(with_sheet(rows))


@pytest.mark.parametrize(
    "cell",
    ['<c r="B2" t="e"><v>#REF!</v></c>', '<c t="e" r="B2"><v>#REF!</v></c>', "<c s='1' t='e' r='B2'><v>#N/A</v></c>"],
)
def test_an_error_cell_is_refused_however_it_is_written(takes, cell):
    xml = SHEET.format(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="2">{cell}</row>')
    refused(takes, with_sheet(xml), match="B2")
    prefixed = PREFIXED.format('<x:row r="2">' + cell.replace("<", "<x:").replace("<x:/", "</x:") + "</x:row>")
    refused(takes, with_sheet(prefixed), match="B2")


@pytest.mark.parametrize("cell", ['<c r="B2" t="e"><v>#REF!</v></c>', '<c r="XFD2"><v>1</v></c>'])
def test_no_cell_slips_through_between_two_pieces_of_a_workbook(takes, monkeypatch, cell):
    data = with_sheet(SHEET.format(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="2">{cell}</row>'))
    for size in range(100, 180):
        monkeypatch.setattr(spreadsheets, "PIECE", size)
        refused(takes, data, match="B2|过大")


def test_a_row_of_a_hundred_thousand_columns_is_refused_wherever_it_stands(takes):
    wide = ["x"] * 100_000
    refused(takes, csv_of([*HEADINGS, *wide], LINE), match="列")
    refused(takes, csv_of(HEADINGS, *[LINE] * 30, wide), match="列")
    refused(takes, b"x" * (1 << 25), match="太长")
    refused(takes, xlsx_of(HEADINGS, [*LINE, *wide[:16_000]]), match="过大")


MEMORY = """
import sys, time
from db.language import Refusal
from metrics.spreadsheets import sheets

def peak():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) // 1024 for line in file if line.startswith("VmHWM"))

with open(sys.argv[1], "rb") as file:
    data = file.read()
before, began = peak(), time.process_time()
try:
    for _name, lines in sheets(data, 1_000_000, 500):
        for _line in lines:
            pass
except Refusal:
    print(time.process_time() - began, before, peak())
"""


def peak(data: bytes, place: Path) -> tuple[float, int, int]:
    """(seconds, MB before, MB at most) of a program of its own that refuses a file.

    Asked of the kernel: what getrusage says of a child begins with the memory of the program that started it.
    """
    if not Path("/proc/self/status").exists():
        pytest.skip("no /proc: the peak memory of a process is not known here")
    place.write_bytes(data)
    command, root = [sys.executable, "-c", MEMORY, place], Path(__file__).parent.parent.parent
    done = subprocess.run(command, capture_output=True, text=True, cwd=root)
    assert done.returncode == 0 and done.stdout, done.stderr
    seconds, before, most = done.stdout.split()
    return float(seconds), int(before), int(most)


def test_a_zip_bomb_is_refused_soon_and_in_little_memory(tmp_path):
    buffer = io.BytesIO()
    parts = unzipped(xlsx_of(HEADINGS, LINE))
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bomb:
        for name, part in parts.items():
            if name != "xl/worksheets/sheet1.xml":
                bomb.writestr(name, part)
        with bomb.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(parts["xl/worksheets/sheet1.xml"].partition(b"</sheetData>")[0])
            for _megabyte in range(1200):
                part.write(b" " * (1 << 20))
    seconds, _, most = peak(buffer.getvalue(), tmp_path / "bomb.xlsx")
    assert len(buffer.getvalue()) < 8 << 20 and seconds < 10 and most < 200


def test_a_wide_csv_and_a_long_line_are_refused_in_little_memory(tmp_path):
    for data in (csv_of(["工单编号", *["x"] * 100_000]), csv_of(HEADINGS, *[LINE] * 25) + b"," * (60 << 20)):
        _, before, most = peak(data, tmp_path / "wide.csv")
        assert most - before < 250


# ------------------------------------------------------------------------------------- formulas and macros


def test_a_formula_in_a_csv_is_text_and_never_worked_out(takes, reads):
    takes(one(诉求内容="=1+1", 回复内容='=HYPERLINK("x")'))
    assert (reads("T1").title, reads("T1").reply) == ("=1+1", '=HYPERLINK("x")')
    assert problems(takes(one("T2", "=NOW()"))) == [(2, "受理时间", "=NOW()")]


def test_a_formula_is_what_excel_last_made_of_it_or_blank(takes, reads):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADINGS)
        page.write_row(1, 0, LINE[:3])
        page.write_formula(1, 3, '="路灯"&"不亮"', None, "路灯不亮")
    takes(buffer.getvalue())
    assert reads("T1").title == "路灯不亮"
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    book.active.append(["T2", *LINE[1:3], "=1+1"])
    book.active.append(["T3", "=NOW()", LINE[2], "x"])
    buffer = io.BytesIO()
    book.save(buffer)
    assert problems(takes(buffer.getvalue())) == [(3, "受理时间", "")]
    book.active.delete_rows(3)
    buffer = io.BytesIO()
    book.save(buffer)
    takes(buffer.getvalue())
    assert reads("T2").title == ""


def test_the_macros_of_a_workbook_are_not_looked_at(takes, reads):
    parts = unzipped(xlsx_of(HEADINGS, LINE)) | {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 Sub Auto_Open()"}
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    types = parts["[Content_Types].xml"]
    assert kind in types
    parts["[Content_Types].xml"] = types.replace(kind, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")
    assert takes(zipped(parts), file="工单.xlsm")["new"] == 1


# ------------------------------------------------------------------------------------- personal data


def test_phone_and_identity_numbers_of_a_file_never_reach_the_disk(takes, office):
    secrets = ["13820015678", "120114198503071234", "022-82171234"]
    text = "市民张某（电话{}，身份证{}，固话{}）反映路灯不亮".format(*secrets)
    takes(one(诉求内容=text, 回复内容=text, 延期原因=text, 社区=f"某小区{secrets[0]}"), one("T2", 标题=text))
    takes(one(诉求内容=text + "，已催办"))
    Desk(office).amends("T1", reply=text + "。", reason=text)
    takes(one("T3", "昨天", 诉求内容=text))
    place = Path(office.url.database)
    files = [place, *(Path(f"{place}{tail}") for tail in ("-wal", "-shm", "-journal"))]
    raw = b"".join(file.read_bytes() for file in files if file.exists())
    assert "市民张某".encode() in raw and b"5678" in raw
    assert [secret for secret in secrets if secret.encode() in raw or secret.encode("utf-16-le") in raw] == []


def test_a_masked_text_is_unchanged_when_its_file_comes_again(takes):
    line = one(诉求内容="请回电13820015678")
    takes(line)
    assert counts(takes(line)) == [1, 0, 1, 0, 0, 0]


# ------------------------------------------------------------------------------------- a layout that is remembered

STRANGE = ["序", "甲", "乙", "丙", "丁"]
MEANT = {"number": "甲", "received_at": "乙", "name": "丙"}


def strange(*numbers) -> bytes:
    return csv_of(STRANGE, *(["1", number, "2024-09-12 09:00", "文华巷", "路灯"] for number in numbers))


def test_columns_a_person_named_are_remembered_for_the_next_file_of_the_same_headings(takes, reads, office):
    refused(takes, strange("T1"))
    made = takes(strange("T1"), columns=MEANT)
    assert made["new"] == 1 and made["unused"] == ["序", "丁"]
    assert counts(takes(strange("T1", "T2"))) == [2, 1, 1, 0, 0, 0]
    assert reads("T2").unit == WENHUA
    assert look(office, strange("T3"), "a.csv").remembered
    refused(takes, csv_of(STRANGE[::-1], ["路灯", "文华巷", "2024-09-12", "T9", "1"]))


def test_two_columns_are_enough_where_a_person_named_them(takes):
    takes(strange("T1"), columns={"number": "甲", "received_at": "乙"})
    assert counts(takes(strange("T1", "T2"))) == [2, 1, 1, 0, 0, 0]


def test_a_person_corrects_what_was_recognised(takes, reads, office):
    line = one(创建时间="2024-09-11 08:00")
    found = look(office, csv_of(*lines_of(line)), "a.csv")
    assert found.columns["received_at"] == "受理时间" and not found.remembered
    takes(line, columns=found.columns | {"received_at": "创建时间"})
    takes(line | {"工单编号": "T2"})
    assert {reads(number).received_at for number in ("T1", "T2")} == {moment("2024-09-11 08:00")}


def test_a_dry_run_and_a_refused_file_teach_nothing(takes, office):
    takes(strange("T1"), columns=MEANT, dry_run=True)
    takes(csv_of(STRANGE, ["1", "T1", "昨天", "文华巷", "路灯"]), columns=MEANT)
    with reading(office) as conn:
        assert layouts.read(conn, STRANGE) is None


def test_garbage_is_collected_again_after_an_import_whatever_became_of_it(takes):
    takes(one())
    assert gc.isenabled()
    refused(takes, b"no table")
    assert gc.isenabled()
