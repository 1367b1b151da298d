"""The Chinese working-day calendar, and a year's notice as people write it."""

import io
from datetime import date, timedelta

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from db import notices
from db.engine import open_store, writing
from db.language import Refusal, Rejected
from db.notices import Notice
from metrics.__main__ import main
from metrics.workdays import (
    HOLIDAY,
    MAKE_UP,
    PACKAGED,
    WEEKDAY,
    WEEKEND,
    Calendar,
    calendar,
    notices_from_file,
    read_days,
    written,
)

KNOWN = Calendar()
DAYS = st.dates(date(2004, 1, 1), date(2026, 6, 30))
LIMITS = st.integers(1, 60)
SPRING = frozenset(date(2027, 2, 5) + timedelta(n) for n in range(7))
MAKE_UPS = frozenset({date(2027, 1, 31), date(2027, 2, 20)})
OURS = Notice(2027, "国办发明电〔2026〕9号", SPRING, MAKE_UPS, "王芳")


@pytest.mark.parametrize(("year", "days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_the_workdays_of_its_notice(year, days):
    assert len(KNOWN.workdays(date(year, 1, 1), date(year, 12, 31))) == KNOWN.sums(year)["works"] == days


def test_the_package_knows_2004_to_2026():
    assert KNOWN.years == list(range(2004, 2027))


@pytest.mark.parametrize(
    ("day", "sort", "label"),
    [
        (date(2024, 2, 4), MAKE_UP, "调休上班（春节）"),  # a Sunday
        (date(2024, 9, 14), MAKE_UP, "调休上班（中秋）"),
        (date(2024, 2, 12), HOLIDAY, "节假日（春节）"),  # a Monday
        (date(2024, 2, 17), HOLIDAY, "节假日（春节）"),  # a Saturday within the holiday
        (date(2024, 2, 24), WEEKEND, "周末"),
        (date(2024, 2, 19), WEEKDAY, "工作日"),
    ],
)
def test_a_day_is_called_by_its_sort_and_holiday(day, sort, label):
    status = KNOWN.status(day)
    assert (status.sort, status.label()) == (sort, label)
    assert status.works == KNOWN.is_workday(day) == (sort in (WEEKDAY, MAKE_UP))
    assert status.notice is None


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2024-02-08", 5, "2024-02-21"),
        ("2024-09-12", 5, "2024-09-20"),
        ("2024-09-30", 5, "2024-10-12"),
        ("2024-10-11", 1, "2024-10-12"),
        ("2024-09-15", 5, "2024-09-24"),
        ("2024-12-27", 5, "2025-01-06"),
        ("2025-01-24", 5, "2025-02-07"),
        ("2026-02-13", 5, "2026-02-27"),
    ],
)
def test_a_limit_ends_with_its_last_working_day(received, days, due):
    assert KNOWN.due(date.fromisoformat(received), days) == date.fromisoformat(due)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: KNOWN.due(date(2026, 12, 30), 5),
        lambda: KNOWN.steps(date(2026, 12, 30), 5),
        lambda: KNOWN.is_workday(date(2027, 3, 1)),
        lambda: KNOWN.between(date(2026, 12, 30), date(2027, 1, 4)),
        lambda: KNOWN.year(2027),
    ],
)
def test_a_year_without_a_notice_is_refused_by_name(ask):
    with pytest.raises(Refusal) as refused:
        ask()
    assert str(refused.value) == "2027 年放假通知未载入"


@pytest.mark.parametrize("day", [date.min, date(2003, 12, 31), date.max])
def test_a_day_of_receipt_far_away_is_refused_too(day):
    with pytest.raises(Refusal, match=f"{day.year} 年放假通知未载入"):
        KNOWN.due(day, 1)


@pytest.mark.parametrize("days", [0, -3])
def test_a_limit_of_no_days_is_refused(days):
    with pytest.raises(Refusal, match="正整数"):
        KNOWN.due(date(2024, 3, 5), days)


@given(DAYS, LIMITS)
def test_a_due_day_is_the_nth_workday_after_receipt(received, days):
    due = KNOWN.due(received, days)
    assert KNOWN.is_workday(due) and due > received
    assert KNOWN.between(received, due) == days
    assert KNOWN.between(due, received) == -days


@given(DAYS, LIMITS, st.integers(0, 20))
def test_who_has_more_days_or_starts_later_is_never_due_earlier(received, days, more):
    assert KNOWN.due(received, days) < KNOWN.due(received, days + 1)
    assert KNOWN.due(received, days) <= KNOWN.due(received + timedelta(more), days)


@given(DAYS, LIMITS)
def test_the_steps_of_a_limit_leave_out_no_day(received, days):
    steps = KNOWN.steps(received, days)
    due = KNOWN.due(received, days)
    assert [status.day for status, _ in steps] == [received + timedelta(n) for n in range((due - received).days + 1)]
    assert [n for _, n in steps if n is not None] == list(range(days + 1))
    assert all(status.works == (n is not None) for status, n in steps[1:])


@given(st.integers(2004, 2026), st.sets(st.integers(0, 364), min_size=1, max_size=20), DAYS)
def test_a_loaded_notice_holds_for_its_year_and_no_other(year, numbers, day):
    loaded = Notice(year, "X", frozenset(date(year, 1, 1) + timedelta(n) for n in numbers), frozenset())
    status = Calendar({year: loaded}).status(day)
    if day.year == year:
        assert status.notice == loaded
        assert status.works == (day.weekday() < 5 and day not in loaded.holidays)
    else:
        assert status == KNOWN.status(day)


@given(st.sampled_from(sorted(PACKAGED)))
def test_a_year_loaded_as_the_package_has_it_is_the_same_year(year):
    same = Notice(
        year, "X", *(read_days(written(days), year, "") for days in (PACKAGED[year].holidays, PACKAGED[year].workdays))
    )
    assert [one.sort for one in Calendar({year: same}).year(year)] == [one.sort for one in KNOWN.year(year)]


def test_the_offices_own_notice_opens_the_year_and_says_who_loaded_it(office):
    with writing(office) as conn:
        notices.save(conn, 2027, OURS.document, SPRING, MAKE_UPS, "王芳")
    known = calendar(office)
    assert known.years[-1] == 2027
    status = known.status(date(2027, 2, 20))
    assert (status.label(), status.notice.document, status.notice.recorded_by) == ("调休上班", OURS.document, "王芳")
    assert known.due(date(2026, 12, 30), 5) == date(2027, 1, 6)


# ------------------------------------------------------------------------------- a notice as people write it


@pytest.mark.parametrize(
    "text",
    [
        "2027-02-05至2027-02-11",
        "2027年2月5日至2月11日",
        "2月5日至11日",
        "2月5日（农历腊月二十九、周五）至11日（周四）",
        "2027/2/5 到 2027/2/7\n\n20270208～20270211",
        "2027-02-05、2027-02-06，2027-02-07\n2月8日—2月11日",
    ],
)
def test_days_are_read_as_people_write_them(text):
    assert read_days(text, 2027, "放假") == SPRING


@given(st.sets(st.dates(date(2027, 1, 1), date(2027, 12, 31)), max_size=40).filter(lambda days: len(days) < 40))
def test_what_is_written_is_read_back(days):
    text = written(days)
    assert read_days(text, 2027, "放假") == days


def test_every_piece_that_is_no_day_is_listed():
    with pytest.raises(Rejected) as refused:
        read_days("2月5日至11日\n2月30日\n2027-02-11至2027-02-05、春节", 2027, "放假")
    found = [(one.row, one.column, one.value) for one in refused.value.problems]
    assert found == [(2, "放假", "2月30日"), (3, "放假", "2027-02-11至2027-02-05"), (3, "放假", "春节")]


def test_a_holiday_of_years_is_a_slip_of_the_pen():
    with pytest.raises(Rejected, match="一段最长 31 天"):
        read_days("2027-02-05至9999-02-11", 2027, "放假")


def workbook(*sheets: list[list]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"default_date_format": "yyyy-mm-dd"}) as book:
        for lines in sheets:
            sheet = book.add_worksheet()
            for row, line in enumerate(lines):
                for column, cell in enumerate(line):
                    sheet.write(row, column, cell)
    return made.getvalue()


LINES = [
    *([day, "放假"] for day in sorted(SPRING)),
    *([day, "上班"] for day in sorted(MAKE_UPS)),
]


def csv_of(text: str, encoding: str = "utf-8") -> bytes:
    return text.encode(encoding)


@pytest.mark.parametrize(
    "data",
    [
        workbook(
            [["2027 年放假安排"], ["序号", "类型", "日期"], *([n, sort, day] for n, (day, sort) in enumerate(LINES))]
        ),
        workbook(LINES),
        csv_of("日期,类型,备注\n2027-02-05至2027-02-11,节假日,春节\n2027-01-31,调休上班,\n2027年2月20日,班,\n"),
        csv_of("日期\t类型\n2027-02-05至2027-02-11\t休\n\n20270131\t调休\n2027/2/20\t上班\n", "gb18030"),
        csv_of("2027-02-05至2027-02-11,放假\n2027-01-31,上班\n2027-02-20,上班"),
    ],
    ids=["headings in any order", "no headings", "spans", "gb18030 with tabs", "csv without headings"],
)
def test_a_file_gives_days_off_and_make_up_days(data):
    assert notices_from_file(data) == (SPRING, MAKE_UPS)


def test_every_bad_cell_of_a_file_is_listed():
    with pytest.raises(Rejected) as refused:
        notices_from_file(
            csv_of("日期,类型\n2027-02-05,放假\n2027-02-30,放假\n2027-02-06,半天\n2027-02-05,上班\n,放假\n")
        )
    found = [(one.row, one.column, one.value) for one in refused.value.problems]
    assert found == [(3, "日期", "2027-02-30"), (4, "类型", "半天"), (5, "日期", "2027-02-05"), (6, "日期", "")]


def test_a_file_without_headings_hides_no_bad_line():
    with pytest.raises(Rejected) as refused:
        notices_from_file(csv_of("2027-02-30,放假\n2027-02-06,放假\n"))
    assert [(one.row, one.value) for one in refused.value.problems] == [(1, "2027-02-30")]


@pytest.mark.parametrize("data", [b"", csv_of("日期,社区\n2027-02-05,文华巷\n"), workbook([["说明"]])])
def test_a_file_that_is_no_notice_is_refused(data):
    with pytest.raises(Refusal, match="没有找到“日期”和“类型”两列"):
        notices_from_file(data)


def test_two_sheets_that_could_be_meant_are_refused():
    with pytest.raises(Refusal, match="多张工作表.*Sheet1、Sheet2"):
        notices_from_file(workbook(LINES, LINES))


# ------------------------------------------------------------------------------- the command line


@pytest.fixture
def run(monkeypatch, capsys, fresh_url):
    monkeypatch.setenv("TAIZHANG_DATABASE_URL", fresh_url(with_units=False))

    def call(*arguments):
        code = main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_due_prints_the_day_alone(run):
    assert run("due", "2024-09-12", "--days", 5) == (0, "2024-09-20\n", "")


def test_due_beyond_the_last_notice_says_so_in_one_line(run):
    assert run("due", "2026-12-30", "--days", 5) == (2, "", "2027 年放假通知未载入\n")


@pytest.mark.parametrize("days", [0, -1])
def test_due_refuses_a_limit_of_no_days(run, days):
    code, out, err = run("due", "2024-09-12", "--days", days)
    assert (code, out) == (2, "") and "正整数" in err and err.count("\n") == 1


@pytest.mark.parametrize("arguments", [("2024-13-01", "--days", 5), ("2024-09-12", "--days", "x"), ("2024-09-12",)])
def test_due_refuses_nonsense(run, arguments):
    with pytest.raises(SystemExit) as ended:
        run("due", *arguments)
    assert ended.value.code == 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_due_without_a_store_says_what_to_do(monkeypatch, capsys, blank_url):
    monkeypatch.setenv("TAIZHANG_DATABASE_URL", blank_url)
    assert main(["due", "2024-09-12", "--days", "5"]) == 2
    assert "python -m db init" in capsys.readouterr().err


def test_a_loaded_notice_moves_the_due_day(run, tmp_path):
    file = tmp_path / "2027.csv"
    file.write_bytes(csv_of("日期,类型\n2027-01-01至2027-01-03,放假\n"))
    code, out, err = run("notice", file, "--year", 2027, "--document", OURS.document, "--by", "王芳")
    assert (code, out, err) == (0, "2027 年放假通知已载入：放假 3 天，调休上班 0 天\n", "")
    assert run("due", "2026-12-30", "--days", 5) == (0, "2027-01-07\n", "")


def test_a_bad_file_loads_nothing(run, tmp_path):
    file = tmp_path / "2027.csv"
    file.write_bytes(csv_of("日期,类型\n2027-01-01,放假\n2026-01-02,放假\n"))
    code, out, err = run("notice", file, "--year", 2027, "--document", OURS.document)
    assert (code, out) == (2, "") and "2026-01-02" in err and "不在 2027 年内" in err
    assert run("due", "2026-12-30", "--days", 5)[0] == 2
    assert run("notice", tmp_path / "none.csv", "--year", 2027, "--document", "X")[0] == 2


def test_due_reads_the_notices_of_its_own_store(run, fresh_url, monkeypatch):
    other = fresh_url(with_units=False)
    engine = open_store(other)
    with writing(engine) as conn:
        notices.save(conn, 2027, OURS.document, SPRING, MAKE_UPS, "王芳")
    engine.dispose()
    assert run("due", "2027-02-04", "--days", 1)[0] == 2
    monkeypatch.setenv("TAIZHANG_DATABASE_URL", other)
    assert run("due", "2027-02-04", "--days", 1)[1] == "2027-02-12\n"
