"""Of which time a number of a report speaks. The texts are invented."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.times import EVENT, PASSING, Times
from metrics.tokens import Text

CUT_OFF = date(2024, 12, 18)


def time_of(text: str, number: str):
    """The time that holds where a number stands last in a text."""
    return Times(Text(text), CUT_OFF).at(text.rindex(number))


WHOLE = ()


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("受理工单12件", WHOLE),
        ("2024年，受理工单12件", WHOLE),
        ("截至12月18日，受理工单12件", WHOLE),
        ("截至6月底，受理工单12件", tuple(range(1, 7))),
        ("3月份受理工单12件", (3,)),
        ("2024年3月受理工单12件", (3,)),
        ("1—6月受理工单12件", tuple(range(1, 7))),
        ("4月1日至4月30日受理工单12件", (4,)),
        ("1月1日—12月31日受理工单12件", WHOLE),
        ("2024年9月以来受理工单12件", (9, 10, 11, 12)),
        ("5月至年底受理工单12件", tuple(range(5, 13))),
        ("2024年上半年受理工单12件", tuple(range(1, 7))),
        ("第三季度受理工单12件", (7, 8, 9)),
        ("3月份受理工单10件。办结12件", (3,)),
        ("3月份受理工单10件。全年办结12件", WHOLE),
        ("全年受理工单10件，其中3月份2件。办结12件", WHOLE),
        ("一季度，受理10件，其中1月4件、3月6件。办结12件", (1, 2, 3)),
        ("今年一季度，受理10件。办结12件", (1, 2, 3)),
        ("4月，受理386件，较3月份的352件增加34件。办结12件", (4,)),
        ("4月份情况\n受理386件。本月办结12件", (4,)),
        ("7月份情况\n受理412件。截至7月31日，办结12件", (7,)),
        ("10月份情况\n受理328件。\n年初以来累计受理12件", tuple(range(1, 11))),
        ("2023年受理8767件，2024年受理9232件。\n办结12件", WHOLE),
        ("8月份情况\n受理167件。截至月底，办结12件", (8,)),
        ("受理7215件，环比前三季度月均减少4.1%，办结12件", WHOLE),
        ("截至8月底，街道今年已举办培训12件", tuple(range(1, 9))),
        ("7月受理231件，8月218件，9月189件，三个月合计12件", (7, 8, 9)),
        ("一季度来访213件，电话98件，合计12件", (1, 2, 3)),
        ("受理8425件，去年同期为7960件；办结12件", WHOLE),
        ("受理11件，2023年为14件，同比下降；办结12件", WHOLE),
        ("3月，成立专班。办结12件", WHOLE),
        ("3月份受理工单10件。\n办结12件", (3,)),  # the text begins with the month
        ("2024年，受理90件。3月份受理工单10件。\n办结12件", WHOLE),
        ("12345热线3月份运行情况\n办结12件", (3,)),
        ("结合4月国家安全日、12月宪法日，开展活动12件", WHOLE),
        ("一是3月份受理10件。二是办结12件", (3,)),
        ("2024年，一是3月份受理10件。二是办结12件", WHOLE),
        ("较2023年增长，受理12件", WHOLE),
        ("前三季度受理12件", tuple(range(1, 10))),
        ("上半年、下半年各组织1次，共受理12件", WHOLE),
        ("截至今年三季度末受理12件", tuple(range(1, 10))),
        ("受理工单9件。\n1—11月，受理工单8件。\n办结12件", WHOLE),  # not what the text begins with
        ("受理工单9件。8月，某工地受理2件。办结12件", WHOLE),  # a month told in passing
        ("五月受理12件", (5,)),
        ("六月受理154件、十一月12件", (11,)),
        ("2024年十二月份受理12件", (12,)),
        ("受理1月649件、2月12件", (2,)),
        ("5月受理968件，12月590件，合计受理12件", WHOLE),
        ("1—6月累计受理12件", tuple(range(1, 7))),
        ("自年初至12月18日，受理12件", WHOLE),
        ("9月底前办结12件", tuple(range(1, 10))),
        ("到12月18日受理12件", WHOLE),
        ("1月1日至12月18日受理12件", WHOLE),
        ("12月1日至18日受理12件", (12,)),
        ("前11个月受理12件", tuple(range(1, 12))),
        ("元至十月受理12件", tuple(range(1, 11))),
        ("一至十一月受理12件", tuple(range(1, 12))),
        ("11月当月受理12件", (11,)),
        ("自3月份签约以来受理12件", tuple(range(3, 13))),
        ("截至12月10日受理12件", WHOLE),
        ("《2021年工作要点》印发后，受理12件", WHOLE),
        ("2023年8月印发的办法施行后，受理12件", WHOLE),
        ("受理30件（含2023年结转2件），办结12件", WHOLE),
        ("2023年受理30件，2024年受理12件", WHOLE),
        ("去年受理30件，今年受理12件", WHOLE),
        ("围绕“八五”普法规划（2021—2025年），受理12件", WHOLE),
        ("2021—2023年受理90件。办结12件", WHOLE),
        ("宪法宣传周期间发放资料。受理12件", WHOLE),
        ("举办活动16场，活动现场接待咨询12件", WHOLE),
        ("坚持当天事当天办，受理12件", WHOLE),
        ("组织现场宣传，受理12件", WHOLE),
        ("1.3月份受理10件。2.全面推进，办结12件", (3,)),  # the text begins with the month
        ("2024年，3月份受理10件。2.办结12件", WHOLE),
    ],
)
def test_the_months_a_number_tells_of(text, months):
    assert time_of(text, "12件") == (months, None, False)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("3月8日开展活动12场", EVENT),
        ("3月8日开展活动。发放资料12份", EVENT),
        ("活动现场发放资料12份", EVENT),
        ("活动期间累计发放资料12份", EVENT),
        ("这次讲座有12人参加", EVENT),
        ("近日，街道开展宣传。\n共发放12份", EVENT),  # news of one event
        ("本月受理工单10件，办结12件", PASSING),
        ("2024年第28周（7月8日—7月14日）\n二、分类\n咨询类共12件", PASSING),
        ("“七五”普法期间，机制不断完善。培训骨干12人次", PASSING),
        ("两年多来，开展宣传12场", PASSING),
        ("连续三年开展宣传12场", PASSING),
        ("截至8月11日，累计办结12件", PASSING),
        ("调委会成立于2020年3月。截至目前，调解12件", PASSING),
        ("公众号开通至今，推送12篇", PASSING),
        ("街道“民法典宣传月”活动收官\n全镇开展宣传9场，发放资料12份", PASSING),
        ("春节期间排查纠纷12起", PASSING),
        ("4月培训118人，5月培训141人，累计培训12人", PASSING),  # of the year, or of both?
        ("五月三日接待12人", EVENT),
        ("启动仪式上解答咨询12人次", EVENT),
        ("2021—2024年开展宣传12场", PASSING),
        ("“民法典宣传月”活动收官\n全镇开展宣传9场，发放资料12份", PASSING),
        ("“民法典宣传月”期间发放资料12份", PASSING),
        ("宪法宣传周期间发放资料12份", PASSING),
        ("宪法日当天发放资料12份", EVENT),
        ("4月9日至4月20日受理12件", EVENT),
    ],
)
def test_a_number_of_another_time_is_no_figure_of_the_year(text, why):
    assert time_of(text, "12").aside == why


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2023年，受理12件", 2023),
        ("2023年，机制不断完善，全年受理12件", 2023),
        ("2023年，机制不断完善。全年受理12件", 2023),
        ("2023年，机制不断完善。今年受理12件", None),
        ("去年受理12件", 2023),
        ("去年同期受理12件", 2023),
        ("截至2023年底，累计受理12件", 2023),
        ("截至2023年6月底，累计受理12件", 2023),
        ("受理30件（2023年结转12件）", None),  # what is brought forward is of this year's
        ("2025年4月1日至4月30日受理30件。\n办结12件", 2025),
    ],
)
def test_another_year_holds_in_its_sentence_and_where_a_text_begins_with_it(text, year):
    aside = time_of(text, "12件").aside
    assert (aside.params["year"] if aside else None) == year


PIECES = st.sampled_from("3月 3月8日 2023年 全年 本月 活动现场 去年 （ ） 。 ， \n 12件 一是 近三年来 截至".split(" "))


@given(st.lists(PIECES, max_size=30))
def test_every_place_of_any_text_has_one_time_and_a_paragraph_of_its_own_year(pieces):
    text = "".join(pieces)
    times = Times(Text(text), CUT_OFF)
    assert all(times.at(place).months == () or times.at(place).aside is None for place in range(len(text) + 1))
    assert times.places == sorted(times.places)
    assert Times(Text(f"2024年，{text}\n办结12件"), CUT_OFF).at(len(text) + 8) == ((), None, False)


@pytest.mark.parametrize("piece", ["3月", "2024年，", "3月8日1场，", "（2023年", "去年3月至", "截至"])
def test_a_text_of_nothing_but_times_is_read_piece_by_piece(piece):
    times = Times(Text(piece * 2000), CUT_OFF)
    assert len(times.places) >= 2000
