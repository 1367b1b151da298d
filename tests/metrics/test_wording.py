"""What reports write for a number, and what a number in a report may stand for."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import wording


@pytest.mark.parametrize(
    ("count", "written"),
    [(232, "200余"), (98, "近100"), (8412, "8000余"), (104300, "10万余"), (8000, "8000"), (823, "800余"), (9, "9")]
    + [(16, "10余"), (100000, "10万"), (98000, "近10万"), (123456789, "1亿余"), (0, "0"), (199, "近200")],
)
def test_a_count_is_rounded_as_reports_round(count, written):
    assert wording.rounded(count) == written


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("9232件", 9232, 9232),
        ("8,412份", 8412, 8412),
        ("200余人次", 201, 299),
        ("8000余份", 8001, 8999),
        ("10万余人次", 100001, 109999),
        ("10余万人次", 110000, 199999),
        ("20多场", 21, 29),
        ("1.2万余", 12001, 12999),
        ("近100人次", 90, 99),
        ("近10万", 90000, 99999),
        ("约200", 180, 220),
        ("50次左右", 45, 55),
        ("30以上", 30, None),
        ("不少于30个", 30, None),
        ("30个以上", 30, None),
        ("逾8000", 8001, None),
        ("超10万", 100001, None),
        ("突破1.5万", 15001, None),
        ("达511件", 511, 511),
        ("不足20", None, 19),
        ("不超过20", None, 20),
        ("十余项", 11, 19),
        ("二十三次", 23, 23),
        ("两百余人", 201, 299),
        ("一百二十余件", 121, 129),
        ("三万五千份", 35000, 35000),
        ("百余场", 101, 199),
        ("近百场", 90, 99),
        ("上千人", 1000, None),
        ("万余人次", 10001, 19999),
        ("数十场", 20, 99),
        ("十几次", 11, 19),
        ("3千余份", 3001, 3999),
        ("二〇二四", 2024, 2024),
        ("逾8000余份", 8001, 8999),
        ("９２３２件", 9232, 9232),
        ("8000 余份", 8001, 8999),
        ("10 万余人次", 100001, 109999),
        ("150.25 万件", 1502500, 1502500),
        ("数十万", 200000, 999999),
        ("一百余人次", 101, 199),
        ("三五次", 3, 5),
        ("七、八次", 7, 8),
        ("3—5场", 3, 5),
        ("15至16场", 15, 16),
        ("8000份-9000份", 8000, 9000),
        ("1.2～1.5万份", 12000, 15000),
        ("95%-98%", 95, 98),
        ("一两次", 1, 2),
        ("二三十人", 20, 30),
        ("十五六个", 15, 16),
        ("五六百人", 500, 600),
    ],
)
def test_words_are_read_back_as_what_they_may_stand_for(text, low, high):
    found = wording.read(text)
    assert (found.low, found.high) == (low, high)


def test_more_than_an_exact_looking_number_can_only_be_nothing():
    found = wording.read("959余")
    assert found.low > found.high or not found.holds(959)
    assert not any(found.holds(n) for n in range(2000))


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [("98.5%", "98.5", "%"), ("百分之九十八", "98", "%"), ("九成", "90", "%")]
    + [("百分之百", "100", "%"), ("百分百", "100", "%"), ("百分之零点五", "0.5", "%")],
)
def test_shares_are_told_from_counts(text, value, unit):
    found = wording.read(text)
    assert (found.value, found.unit) == (Decimal(value), unit)


def test_a_part_of_a_number_is_no_number():
    """30余场 stands inside 130余场."""
    assert [one.text for one in wording.find("开展活动130余场")] == ["130余场"]


def test_a_number_knows_where_it_stands():
    text = "累计发放宣传品近10万份，覆盖不少于30个社区。"
    assert [text[one.start : one.end] for one in wording.find(text)] == ["近10万份", "不少于30个"]
    assert [text[one.at :][:2] for one in wording.find(text)] == ["10", "30"]


@pytest.mark.parametrize("text", ["", "若干", "12件13件", "件12"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="no number"):
        wording.read(text)


@given(st.integers(0, 10**10))
def test_what_is_written_holds_and_reads_back(count):
    assert wording.read(wording.plain(count)).low == count
    assert wording.read(wording.rounded(count)).holds(count)


@given(st.integers(1, 9), st.integers(1, 7), st.integers(0, 10**9), st.sampled_from("余多"))
def test_more_than_n_holds_for_what_is_less_than_one_unit_above_it_and_nothing_else(digit, zeros, other, word):
    """Told a second way: N followed by fewer digits."""
    n = digit * 10**zeros
    if zeros < 4:
        found = wording.read(f"{n}{word}")
        assert found.holds(other) == (n < other < n + 10**zeros)
    else:
        found = wording.read(f"{n // 10**4}万{word}")
        assert found.holds(other) == (n < other < n + 10**4)
    below = other % (2 * 10**zeros)
    assert found.holds(n + below) == (0 < below < 10 ** min(zeros, 4))


@given(st.integers(10, 10**8), st.integers(0, 2 * 10**8))
def test_near_and_about_are_a_tenth(n, other):
    assert wording.read(f"近{n}").holds(other) == (Fraction(9 * n, 10) <= other < n)
    assert wording.read(f"约{n}").holds(other) == (abs(other - n) * 10 <= n)
    assert wording.read(f"{n}以上").holds(other) == (other >= n)
    assert wording.read(f"逾{n}").holds(other) == (other > n)


@given(st.integers(0, 10**12 - 1))
def test_chinese_numerals_read_back(n):
    assert wording.read(_spoken(n)).value == n


def _spoken(n: int) -> str:
    """12034 → 一万二千零三十四, by the rule schools teach, in groups of four digits."""
    digits = "零一二三四五六七八九"
    for power, name in ((10**8, "亿"), (10**4, "万")):
        if n >= power:
            rest = n % power
            joint = "零" if 0 < rest < power // 10 else ""
            return _spoken(n // power) + name + (joint + _spoken(rest) if rest else "")
    if n == 0:
        return "零"
    spoken, skipped = "", False
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = n // power % 10
        if digit:
            spoken += ("零" if skipped and spoken else "") + digits[digit] + name
            skipped = False
        else:
            skipped = True
    return spoken


@given(st.integers(0, 5000), st.integers(1, 5000), st.integers(0, 3))
def test_a_share_is_rounded_half_up_or_cut_off(part, whole, places):
    share = Fraction(100 * part, whole)
    assert abs(Fraction(wording.quantized(share, -places)) - share) * 2 <= Fraction(1, 10**places)
    assert 0 <= share - Fraction(wording.truncated(share, -places)) < Fraction(1, 10**places)
