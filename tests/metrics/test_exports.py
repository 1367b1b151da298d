"""The year on paper: the same numbers as everywhere, and files that open right in Chinese Excel."""

import io
from datetime import date

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import exports
from metrics.catalogue import catalogue, label
from metrics.exports import BY_COMMUNITY, BY_MONTH, DEFINITIONS, TOTALS, csv_bytes, file_name, tables, workbook
from metrics.figures import figures

CUT_OFF = date(2024, 12, 18)


def read_csv(data: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(data), encoding="utf-8-sig", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def made(sample_store):
    return tables(sample_store, 2024, cut_off=CUT_OFF)


@pytest.fixture(scope="module")
def book(sample_store):
    return openpyxl.load_workbook(io.BytesIO(workbook(sample_store, 2024, cut_off=CUT_OFF)))


def numbers(texts):
    return [float(text) if text not in ("", None) else None for text in texts]


def plain(values):
    return [None if pd.isna(value) else value for value in values]


def test_csv_carries_the_mark_and_the_line_ends_of_windows(made):
    data = csv_bytes(made[TOTALS])
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n") == len(made[TOTALS]) + 1


def test_the_totals_in_csv_and_workbook_are_the_figures(sample_store, made, book):
    whole = figures(sample_store, 2024, cut_off=CUT_OFF)
    found = read_csv(csv_bytes(made[TOTALS]))
    assert list(found["指标编码"]) == list(whole["indicator"])
    for column, key in (("合计", "value"), ("上年同期", "previous"), ("缺报（份）", "missing"), ("分子", "numerator")):
        assert numbers(found[column]) == plain(whole[key].astype(float))
    lines = list(book[TOTALS].values)
    at = lines[0].index("合计")
    assert [line[at] for line in lines[1:]] == plain(whole["value"])


def test_whole_numbers_have_no_point(made):
    found = read_csv(csv_bytes(made[TOTALS])).set_index("指标编码")["合计"]
    assert found["hotline.received"] == "9232" and found["mediation.resolution_rate"] == "99.74"


def test_the_table_by_community_is_the_figures_by_community(sample_store, made, book):
    found = read_csv(csv_bytes(made[BY_COMMUNITY]))
    parts = figures(sample_store, 2024, cut_off=CUT_OFF, by=["community"])
    whole = figures(sample_store, 2024, cut_off=CUT_OFF)
    lines = list(book[BY_COMMUNITY].values)
    for code, meaning in catalogue(sample_store).indicators.items():
        heading = label(meaning)
        expected = parts[parts["indicator"] == code].set_index("community")["value"]
        shown = dict(zip((c.strip() for c in found["社区编码"]), numbers(found[heading]), strict=True))
        assert {c: v for c, v in shown.items() if c and v is not None} == dict(expected.dropna())
        at = lines[0].index(heading)
        assert {line[0]: line[at] for line in lines[1:] if line[0] and line[at] is not None} == dict(expected.dropna())
        total = whole.set_index("indicator")["value"][code]
        last = found[found["社区"] == "合计"][heading].iloc[0]
        assert numbers([last]) == plain([total])
    assert "大于合计" in found["社区"].iloc[-1]


def test_the_table_by_month_is_the_figures_by_month(sample_store, made, book):
    found = read_csv(csv_bytes(made[BY_MONTH]))
    parts = figures(sample_store, 2024, cut_off=CUT_OFF, by=["month"])
    lines = list(book[BY_MONTH].values)
    for code, meaning in catalogue(sample_store).indicators.items():
        expected = plain(parts[parts["indicator"] == code]["value"])
        assert numbers(found[label(meaning)])[:12] == expected
        at = lines[0].index(label(meaning))
        assert [line[at] for line in lines[1:13]] == expected


def test_codes_stay_text(made, book):
    codes = read_csv(csv_bytes(made[BY_COMMUNITY]))["社区编码"]
    assert codes[0].endswith("\t") and codes[0].strip() == "120114001000"
    assert book[BY_COMMUNITY]["A2"].data_type == "s"


def test_the_workbook_has_a_sheet_each_and_native_charts(book):
    assert book.sheetnames == [TOTALS, BY_COMMUNITY, BY_MONTH, DEFINITIONS]
    assert len(book[BY_COMMUNITY]._charts) == len(book[BY_MONTH]._charts) == 3


def test_an_english_workbook_has_no_chinese_but_names(sample_store):
    sheets = openpyxl.load_workbook(io.BytesIO(workbook(sample_store, 2024, cut_off=CUT_OFF, language="en")))
    headings = [cell.value for sheet in sheets for cell in sheet[1]]
    assert not [h for h in headings if any("一" <= letter <= "鿿" for letter in str(h))]


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@cmd", "\tx", "\rx"])
def test_text_that_looks_like_a_formula_is_inert(text):
    cell = read_csv(csv_bytes(pd.DataFrame({"名称": [text]})))["名称"][0]
    assert cell.startswith("'")


@given(st.floats(0, 10**12).map(lambda x: round(x, 2)))
def test_any_number_reads_back_from_csv(value):
    assert float(read_csv(csv_bytes(pd.DataFrame({"n": [value]})))["n"][0]) == value


def test_a_file_is_named_after_office_year_and_cut_off(sample_store):
    assert file_name(sample_store, 2024, CUT_OFF, TOTALS, "csv") == "杨村街道_2024_截至20241218_年度汇总.csv"


def test_numbers_are_shown_with_separators_and_blanks_as_a_dash():
    assert [exports.number(n) for n in (9232, 99.74, 0, None, float("nan"))] == ["9,232", "99.74", "0", "—", "—"]
