"""Every number of a report is found once, and told from dates, ordinals and names."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.tokens import COUNTED, DATE, FIGURE, NAME, ORDINAL, WHOLE, ZERO, Text

REPORT = Path(__file__).with_name("report_2024.txt").read_text("utf-8")


def sorts(text: str) -> list[tuple[str, str]]:
    return [(token.text, token.sort) for token in Text(text).tokens]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("受理9232件", [("9232件", FIGURE)]),
        ("2024年12月18日印发", [("2024年12月18日", DATE)]),
        ("1—11月受理98件", [("1—11月", DATE), ("98件", FIGURE)]),
        ("2021—2025年规划", [("2021—2025年", DATE)]),
        ("二〇二四年十二月", [("二〇二四年十二月", DATE)]),
        ("12月4日宪法日", [("12月4日", DATE)]),
        ("每周三组织学习", [("每周三", DATE)]),
        ("上午8:30开会", [("8:30", DATE)]),
        ("五年来", [("五年来", DATE)]),
        ("一、主要工作", [("一、", ORDINAL)]),
        ("（二）其他", [("（二）", ORDINAL)]),
        ("3.加强学习", [("3.", ORDINAL)]),
        ("5.30个社区", [("5.", ORDINAL), ("30个", FIGURE)]),
        ("①学法②用法", [("①", ORDINAL), ("②", ORDINAL)]),
        ("一是加强领导；二是抓落实", [("一", ORDINAL), ("二", ORDINAL)]),
        ("第一责任人", [("第一", ORDINAL)]),
        ("拨打12345", [("12345", NAME)]),
        ("党的二十大", [("二十大", NAME)]),
        ("二十届二中、三中全会", [("二十届二中、三中全会", NAME)]),
        ("落实三项制度", [("三项制度", NAME)]),
        ("在五楼会议室", [("五楼", NAME)]),
        ("津政发〔2023〕16号", [("〔2023〕16号", NAME)]),
        ("《信访条例（2022年修订）》", [("《信访条例（2022年修订）》", NAME)]),
        ("“1+4”工程", [("1+4", NAME)]),
        ("进一步统一思想", [("进一步", NAME), ("统一", NAME)]),
        ("一批案件", [("一批", NAME)]),
        ("电话022-12345678", [("022-12345678", NAME)]),
        ("版本1.2.3", [("1.2", FIGURE), ("3", NAME)]),
        ("开展讲座三场", [("三场", FIGURE)]),
        ("举办一次，", [("一次", FIGURE)]),
        ("形成一个中心", [("一个", NAME)]),
        ("活动130余场，其中讲座30余场", [("130余场", FIGURE), ("30余场", FIGURE)]),
        ("８４１２份", [("８４１２份", FIGURE)]),
        ("共8,412份,满意", [("8,412份", FIGURE)]),
        ("共8412,其中12件", [("8412", FIGURE), ("12件", FIGURE)]),
    ],
)
def test_a_number_is_what_it_stands_for(text, found):
    assert sorts(text) == found


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("全年无延期工单。", [("无延期工单", ZERO)]),
        ("未发生行政败诉，", [("未发生行政败诉", ZERO)]),
        ("实现零超期。", [("零超期", ZERO)]),
        ("全员通过考试", [("全员通过考试", WHOLE)]),
        ("未发生12345工单超期，", [("未发生12345工单超期", ZERO)]),
        ("没有一件12345工单超期，", [("没有一件12345工单超期", ZERO)]),
        ("无一件延期，", [("无一件延期", ZERO)]),
        ("没有1件超期", []),
        ("覆盖不均，均较好，地下室无信号，零时起", []),
        ("社区法律顾问全覆盖", [("全覆盖", WHOLE)]),
        ("无论何时，无法联系，零距离服务，平均年龄，日均接待", []),
        ("有无问题", []),
        ("均达100%", []),  # the number after it is the claim
    ],
)
def test_words_that_claim_none_or_all_are_told_from_those_that_only_look_so(text, claims):
    assert [(token.text, token.claim) for token in Text(text).tokens if token.claim] == claims


def accounted(text: str) -> None:
    """Every digit and Chinese numeral lies in exactly one token, and tokens do not overlap."""
    tokens = Text(text).tokens
    assert all(one.end <= two.start for one, two in zip(tokens, tokens[1:], strict=False))
    assert all(text[token.start : token.end] == token.text for token in tokens)
    covered = {at for token in tokens for at in range(token.start, token.end)}
    assert {match.start() for match in COUNTED.finditer(text)} <= covered


def test_a_report_is_fully_accounted_for():
    accounted(REPORT)
    words = [token for token in Text(REPORT).tokens if token.claim]
    assert {token.text[:1] for token in words} >= {"无", "全"}
    assert len(re.findall("全员|全部|无延期", REPORT)) == len(
        [w for w in words if w.text[:2] in ("全员", "全部", "无延")]
    )


WORDS = (
    "受理 件 人次 年 月 日 第 一 二十 百 万 亿 零 无 全员 均 余 近 约 % 。 ， 、 （ ） 《 》 “ ” 号 〔 〕 . - — : "
    "其中 等 共 社区 12345 未发生 没有 没有一件 无一件 超期 工单 三 分之"
)
PIECES = st.one_of(st.sampled_from([*WORDS.split(), "\n"]), st.integers(0, 10**6).map(str), st.text(max_size=3))


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text_is_fully_accounted_for(text):
    accounted(text)
    read = Text(text)
    for n, token in enumerate(read.tokens):
        if token.sort == FIGURE:
            read.reach(n)


def test_what_stands_around_a_number_is_its_own():
    read = Text("其中，法律咨询200余人次、法律援助12件，发放宣传品8000余份。")
    own = {token.text: read.reach(n) for n, token in enumerate(read.tokens)}
    assert own["200余人次"].item == "法律咨询"
    assert own["12件"].item == "法律援助"
    assert own["8000余份"].item == "发放宣传品"


def test_a_number_that_sums_a_list_up_knows_its_items():
    read = Text("参与信访接待、审核法律文书等共511件")
    (found,) = [read.reach(n) for n, token in enumerate(read.tokens) if token.sort == FIGURE]
    assert found.items == ("参与信访接待", "审核法律文书等共")


def test_plans_are_known_by_their_heading():
    read = Text("一、成效\n受理98件\n二、下一步打算\n（一）普法\n举办20场\n三、其他")
    stretches = [read.text[start:end] for start, end in read.planned]
    assert stretches == ["二、下一步打算\n（一）普法\n举办20场\n"]
