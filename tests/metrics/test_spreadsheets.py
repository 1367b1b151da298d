"""Counts out of files as offices have them: all or none, and every bad cell named."""

import io
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from db import definitions
from db.definitions import Indicator
from db.engine import writing
from db.language import Refusal
from metrics.figures import figures
from metrics.spreadsheets import import_counts, parse_day, parse_quantity

WENHUA, TUANJIE = "120114001007", "120114001008"
ROWS = [
    ("2024-03-05", "文华巷社区居委会", "当面咨询", 3),
    ("2024-03-05", "文华巷社区居委会", "电话咨询", 2),
    ("2024-03-06", "团结路", "12345工单受理", 12),
]


@pytest.fixture
def database() -> str:
    """What a file says is the same whichever database it goes into; the ledger's own tests know both."""
    return "sqlite"


def csv_of(*lines, encoding="utf-8", separator=","):
    return "\n".join(separator.join(map(str, line)) for line in lines).encode(encoding)


def xlsx_of(*lines, sheet="Sheet1"):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        page = book.add_worksheet(sheet)
        for y, line in enumerate(lines):
            for x, cell in enumerate(line):
                page.write(y, x, cell)
    return buffer.getvalue()


@pytest.fixture
def imports(office):
    numbers = iter(range(1000))

    def run(data, file="counts.csv", **how):
        return import_counts(office, data, file, by="张三", token=f"import-{next(numbers)}", **how)

    return run


def counts(made):
    return [made[key] for key in ("read", "new", "unchanged", "changed", "conflicts", "rejected")]


def totals(store):
    found = figures(store, 2024, indicators=["consultation.in_person", "consultation.phone", "hotline.received"])
    return list(found["value"])


@pytest.mark.parametrize(
    ("data", "file"),
    [
        (csv_of(("日期", "社区", "指标", "数量"), *ROWS), "a.csv"),
        (csv_of(("日期", "社区", "指标", "数量"), *ROWS, encoding="utf-8-sig"), "a.csv"),
        (csv_of(("日期", "社区", "指标", "数量"), *ROWS, encoding="gb18030"), "a.csv"),
        (csv_of(("日期", "社区", "指标", "数量"), *ROWS, encoding="utf-16"), "a.txt"),
        (csv_of(("日期", "社区", "指标", "数量"), *ROWS, separator="\t"), "a.csv"),
        (csv_of(("date", "community", "indicator", "quantity"), *ROWS), "a.csv"),
        (csv_of(("quantity", "Indicator", "Community", "Day"), *(row[::-1] for row in ROWS)), "a.csv"),
        (xlsx_of(("日期", "社区", "指标", "数量"), *ROWS), "a.xlsx"),
        (xlsx_of(("2024年日报统计",), (), ("单位：件",), ("日期", "社区", "指标", "数量"), *ROWS), "named.csv"),
        (
            csv_of(
                ("日期", "社区编码", "当面咨询（人次）", "consultation.phone", "Consultations in person", "备注")[:4],
                ("2024/3/5", f"'{WENHUA}", "３", "2"),
            )
            + b"\n2024.3.6,120114001008,,\n",
            "wide.csv",
        ),
    ],
)
def test_a_file_says_the_same_in_every_shape_and_encoding(imports, office, data, file):
    made = imports(data, file)
    assert not made["errors"]
    assert totals(office)[:2] == [3, 2]
    assert made["batch"] and made["read"] == made["new"]


def test_an_excel_table_with_real_dates_and_codes_as_numbers_is_understood(imports, office):
    made = imports(
        xlsx_of(("日期", "社区编码", "指标编码", "数量"), (datetime(2024, 3, 5), int(WENHUA), "hotline.received", 4.0))
    )
    assert counts(made) == [1, 1, 0, 0, 0, 0]
    assert figures(office, 2024, indicators=["hotline.received"])["value"].iloc[0] == 4


def test_importing_again_changes_nothing_and_says_so(imports, office):
    data = csv_of(("日期", "社区", "指标", "数量"), *ROWS)
    assert counts(imports(data)) == [3, 3, 0, 0, 0, 0]
    again = imports(data)
    assert counts(again) == [3, 0, 3, 0, 0, 0] and again["batch"] is None
    changed = csv_of(("日期", "社区", "指标", "数量"), ("2024-03-05", "文华巷", "当面咨询", 4), *ROWS[1:])
    assert counts(imports(changed)) == [3, 0, 2, 1, 0, 0]
    assert totals(office) == [4, 2, 12]


def test_a_file_sets_what_it_names_and_leaves_the_rest(imports, clerk):
    clerk.files("consultation", WENHUA, "2024-03-05", in_person=9, phone=7)
    imports(csv_of(("日期", "社区", "当面咨询", "电话咨询"), ("2024-03-05", "文华巷", "3", "")))
    assert totals(clerk.store)[:2] == [3, 7]


def test_a_dry_run_says_what_would_happen_and_writes_nothing(imports, office):
    data = csv_of(("日期", "社区", "指标", "数量"), *ROWS)
    made = imports(data, dry_run=True)
    assert counts(made) == [3, 3, 0, 0, 0, 0] and made["batch"] is None
    assert figures(office, 2024)["value"].count() == 1  # the number of communities


def test_an_activity_without_a_title_bears_its_forms_name(imports, office):
    data = csv_of(("日期", "社区", "指标", "数量"), ("2024-03-05", "文华巷", "发放宣传品", 80))
    assert counts(imports(data)) == [1, 1, 0, 0, 0, 0]
    assert counts(imports(data)) == [1, 0, 1, 0, 0, 0]
    found = figures(office, 2024, indicators=["publicity.materials", "publicity.activities"])["value"]
    assert found[0] == 80 and found.isna()[1]  # the file named no activities, so none are invented


def test_every_bad_cell_is_named_and_nothing_is_stored(imports, office):
    bad = [
        ("2024-13-05", "文华巷", "当面咨询", 3),
        ("2024-03-05", "无此社区", "当面咨询", 3),
        ("2024-03-05", "文华巷", "无此指标", 3),
        ("2024-03-05", "文华巷", "当面咨询", -3),
        ("2024-03-05", "文华巷", "电话咨询", "3.5"),
        ("2024-03-05", "文华巷", "考试通过率", 99),
        ("2024-03-05", "", "当面咨询", 1),
        ("2999-03-05", "文华巷", "当面咨询", 1),
        ("2024-03-09", "文华巷", "当面咨询", 99999),
        ("合计", "", "", 17),
    ]
    made = imports(csv_of(("日期", "社区", "指标", "数量"), ROWS[0], *bad, ROWS[2]))
    named = [(p.row, p.column, p.value) for p in made["errors"]]
    assert named == [
        (3, "日期", "2024-13-05"),
        (4, "社区", "无此社区"),
        (5, "指标", "无此指标"),
        (6, "数量", "-3"),
        (7, "数量", "3.5"),
        (8, "指标", "考试通过率"),
        (9, "社区", ""),
        (10, "日期", "2999-03-05"),
        (11, "数量", "99999"),
        (12, "日期", "合计"),
        (12, "社区", ""),
        (12, "指标", ""),
    ]
    assert all(p.text() and p.text("en") for p in made["errors"])
    assert (made["rejected"], made["batch"], made["new"]) == (12, None, 0)
    assert figures(office, 2024)["value"].count() == 1


def test_two_numbers_for_one_thing_are_a_conflict_and_the_same_twice_is_one(imports):
    header, row = ("日期", "社区", "指标", "数量"), ("2024-03-05", "文华巷", "当面咨询", 3)
    assert counts(imports(csv_of(header, row, row), dry_run=True)) == [2, 1, 1, 0, 0, 0]
    made = imports(csv_of(header, row, (*row[:3], 4)))
    assert (made["conflicts"], made["batch"]) == (1, None)
    assert (made["errors"][0].row, made["errors"][0].column) == (3, "数量")
    assert "第 2 行" in made["errors"][0].text()


def test_a_misspelt_indicator_in_a_heading_does_not_vanish_in_silence(imports):
    made = imports(csv_of(("日期", "社区", "当面咨询", "电话咨寻", "备注"), ("2024-03-05", "文华巷", 1, 2, 3)))
    assert [(p.row, p.column) for p in made["errors"]] == [(1, "电话咨寻")]


def test_code_and_name_that_disagree_are_refused(imports):
    made = imports(csv_of(("日期", "社区编码", "社区名称", "当面咨询"), ("2024-03-05", WENHUA, "团结路", 1)))
    assert [(p.row, p.column, p.value) for p in made["errors"]] == [(2, "社区名称", "团结路")]


@pytest.mark.parametrize(
    "data", [b"", b"hello", csv_of(("日期", "社区"), ("2024-03-05", "文华巷")), b"PK\x03\x04 broken", b"\xff\xfe\x00"]
)
def test_what_is_no_table_of_counts_is_refused_in_one_sentence(imports, data):
    with pytest.raises(Refusal) as refusal:
        imports(data)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    ["2024-03-05", "2024/3/5", "2024.3.5", "20240305", "2024年3月5日", "2024-3-5 9:32:09", "45356", "２０２４/３/５"],
)
def test_a_day_is_understood_as_people_and_excel_write_it(text):
    assert parse_day(text) == date(2024, 3, 5)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_any_day_reads_back(day):
    forms = ("{:%Y-%m-%d}", "{0.year}/{0.month}/{0.day}", "{0.year}年{0.month}月{0.day}日", "{:%Y%m%d}")
    assert {parse_day(form.format(day)) for form in forms} == {day}


@given(st.integers(0, 10**9))
def test_any_count_reads_back(number):
    assert {parse_quantity(cell) for cell in (number, float(number), str(number), f" {number:,} ", f"{number}.0")} == {
        number
    }


@pytest.mark.parametrize("cell", ["-1", "1.5", "三", "", "1e5", "1,23", True, date(2024, 3, 5), "NaN", "=1+1"])
def test_what_is_no_count_is_refused(cell):
    with pytest.raises(Refusal):
        parse_quantity(cell)


def problems(made):
    return [(p.row, p.heading(), p.value) for p in made["errors"]]


def test_a_comma_inside_a_number_does_not_cut_it_short(imports):
    data = "日期,社区,指标,数量\n2024-03-05,文华巷,12345工单受理,1,234\n".encode()
    assert problems(imports(data)) == [(2, "5", "234")]


def test_an_open_quote_does_not_swallow_the_rest_of_the_file(imports):
    data = '日期,社区,指标,数量,备注\n2024-03-05,文华巷,当面咨询,1,"abc\n2024-03-06,文华巷,当面咨询,2,\n'.encode()
    with pytest.raises(Refusal):
        imports(data)


def book_of(sheets, hidden=()):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for name, lines in sheets.items():
            page = book.add_worksheet(name)
            for y, line in enumerate(lines):
                page.write_row(y, 0, line)
            if name in hidden:
                page.hide()
        if hidden:
            book.worksheets()[-1].activate()
            book.worksheets()[-1].set_first_sheet()
    return buffer.getvalue()


HEADER = ("日期", "社区", "指标", "数量")


def test_of_two_sheets_none_is_left_out_in_silence(imports):
    sheets = {"1月": [HEADER, ROWS[0]], "2月": [HEADER, ROWS[2]]}
    with pytest.raises(Refusal, match="1月、2月"):
        imports(book_of(sheets))


def test_a_hidden_sheet_is_not_what_people_see(imports, office):
    made = imports(
        book_of({"旧": [HEADER, ("2024-03-05", "文华巷", "当面咨询", 9)], "新": [HEADER, ROWS[0]]}, hidden=("旧",))
    )
    assert made["sheet"] == "新" and totals(office)[0] == 3


def test_an_error_cell_and_a_formula_without_a_result_are_not_blanks(imports):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ("日期", "社区", "当面咨询"))
        page.write_row(1, 0, ("2024-03-05", "文华巷"))
        page.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    with pytest.raises(Refusal, match="C2"):
        imports(buffer.getvalue())
    with pytest.raises(Refusal):
        imports(csv_of(HEADER, ("2024-03-05", "文华巷", "当面咨询", "")))


def test_a_cell_at_the_end_of_the_world_does_not_fill_the_memory(imports):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADER)
        page.write(1_048_575, 16_383, "x")
    with pytest.raises(Refusal, match="过大"):
        imports(buffer.getvalue())


def test_a_zip_bomb_is_refused_before_it_is_unpacked(imports):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bomb, bomb.open("xl/sharedStrings.xml", "w") as part:
        for _megabyte in range(1100):
            part.write(b"0" * (1 << 20))
    with pytest.raises(Refusal, match="MB"):
        imports(buffer.getvalue())


def test_names_that_differ_in_brackets_only_are_two_indicators(imports, office):
    for measure, name in (("online", "咨询（线上）"), ("offline", "咨询（线下）")):
        texts = {"zh": name, "en": measure}
        new = Indicator(f"consultation.{measure}", "consultation", 9, date(2000, 1, 1), texts, texts, texts)
        with writing(office) as conn:
            definitions.define(conn, new, "张三")
    imports(csv_of(HEADER, ("2024-03-05", "文华巷", "咨询（线上）", 1), ("2024-03-05", "文华巷", "咨询(线下)", 3)))
    found = figures(office, 2024, indicators=["consultation.online", "consultation.offline"])["value"]
    assert list(found) == [1, 3]


def test_two_columns_of_days_are_one_too_many(imports):
    made = imports(csv_of(("填报日期", "日期", "社区", "当面咨询"), ("2024-03-06", "2024-03-05", "文华巷", 1)))
    assert problems(made) == [(1, "日期", "日期")]


def test_two_activities_without_names_are_not_made_one(imports, office):
    header = ("日期", "社区", "活动", "法治宣传活动场次", "发放宣传品")
    day = ("2024-03-05", "文华巷")
    assert counts(imports(csv_of(header, (*day, "甲", 1, 80), (*day, "乙", 1, 80)))) == [4, 4, 0, 0, 0, 0]
    assert figures(office, 2024, indicators=["publicity.materials"])["value"].iloc[0] == 160
    made = imports(csv_of((*header[:2], *header[3:]), (*day, 1, 80), (*day, 1, 80)))
    assert [row for row, _, _ in problems(made)] == [3, 3]


def test_a_misspelt_column_is_named_whatever_its_cells_look_like(imports):
    made = imports(csv_of(("日期", "社区", "当面咨询", "电话咨寻"), ("2024-03-05", "文华巷", 1, "3件")))
    assert problems(made) == [(1, "电话咨寻", "电话咨寻")]


def test_the_word_for_unit_may_be_a_place_or_a_measure(imports, office):
    imports(csv_of(("日期", "单位", "当面咨询"), ("2024-03-05", "文华巷", 1)))
    imports(csv_of(("日期", "社区", "指标", "单位", "数量"), ("2024-03-06", "文华巷", "当面咨询", "人次", 2)))
    assert totals(office)[0] == 3


def test_a_code_with_a_digit_lost_is_not_booked_to_the_street(imports):
    made = imports(csv_of(("日期", "社区编码", "当面咨询"), ("2024-03-05", "12011400100", 1)))
    assert problems(made) == [(2, "社区编码", "12011400100")]


@pytest.mark.parametrize("text", ["2024-03-05 至 2024-03-09", "3月5日", "2024-02-30", "03/05/2024"])
def test_what_is_not_one_day_is_refused(text):
    with pytest.raises(Refusal):
        parse_day(text)


@pytest.mark.parametrize("text", ["10²", "9" * 5000, "½", "3件"])
def test_what_only_looks_like_a_count_is_refused(text):
    with pytest.raises(Refusal):
        parse_quantity(text)
