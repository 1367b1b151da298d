"""Sums and shares that a text states are computed again from the text's own numbers."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.arithmetic import findings
from metrics.tokens import Text


def judged(text: str) -> dict[str, str]:
    read = Text(text)
    return {read.tokens[found.at].text: found.verdict for found in findings(read)}


@pytest.mark.parametrize(
    ("printed", "verdict"),
    [("99.5%", "agrees"), ("99.49%", "agrees"), ("99%", "agrees"), ("99.4%", "agrees-if-truncated")]
    + [("99.6%", "conflicts"), ("100%", "conflicts"), ("超过99%", "agrees"), ("99.5%以上", "conflicts")],
)
def test_a_rate_is_held_against_the_counts_it_names(printed, verdict):
    """591 of 594 is 99.4949…%."""
    found = judged(f"应办594件，按期办结591件，按期办结率{printed}。")
    assert list(found.values()) == [verdict]


@pytest.mark.parametrize(("printed", "wrong"), [("93.8%", False), ("94.3%", False), ("95%", True), ("93.5%", True)])
def test_counts_told_in_ten_thousands_are_rounded_and_so_is_their_share(printed, wrong):
    """Between 26650 of 28449 and 26749 of 28350."""
    assert (judged(f"受理2.84万件，办结2.67万件，办结率{printed}。").get(printed) == "conflicts") == wrong


def test_a_whole_is_a_hundred_percent():
    assert judged("应办结312件，办结312件，办结率100%。") == {"100%": "agrees"}
    assert judged("应办结312件，办结311件，办结率100%。") == {"100%": "conflicts"}


@pytest.mark.parametrize(("total", "verdict"), [("150件", "agrees"), ("140件", "conflicts")])
def test_a_total_behind_its_parts_is_their_sum(total, verdict):
    assert judged(f"咨询类14件、求助类35件、建议类21件、投诉类80件，合计{total}。") == {total: verdict}


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("农田排涝18件、村道破损31件，以上两类共{n}件。", (49, 101)),
        ("光明96件、和平里81件、西苑77件，三个社区合计{n}件。", (254, 264)),
        ("满意率在95%以上的镇街15个，90%至95%的6个，低于90%的4个，合计{n}个。", (25, 24)),
        ("受理9232件，其中电话受理7000件，网络受理2000件，合计{n}件。", (9000, 9100)),
        ("直接答复109.8万件，转派76.5万件，二者合计{n}万件。", ("186.3", "187.3")),
        ("市容612件，占25.7%；物业588件，占24.6%；治安431件，占18.1%。三类诉求共计{n}件。", (1631, 1621)),
        ("和平158件、建设143件、新华131件、光明127件、红旗118件。前三名社区合计{n}件。", (432, 442)),
        ("和平158件、建设143件、新华131件、光明127件，前三个社区合计{n}件。", (432, 559)),
        ("城管办312件，占32%；社区办274件，占28%；平安办168件，占17%。城管办、社区办两个科室合计{n}件。", (586, 596)),
        ("东风村812件，柳林村745件，其余9个村940件。排在前列的东风村、柳林村合计{n}件。", (1557, 1567)),
        ("审核173件，出具意见73件，接访168件、化解97件，合计{n}件。", (511, None)),
        ("新增案件6件（其中征收4件），加上上年结转2件，共计{n}件。", (8, 9)),
        ("超期8件，每件扣0.5分，共扣4分；不满意21件，每件扣0.2分，共扣4.2分；两项合计扣{n}分。", ("8.2", "8.3")),
        ("受理工单900件，回访800件，满意960件，基本满意192件，满意和基本满意合计{n}件。", (1152, 1162)),
    ],
)
def test_a_total_sums_up_what_its_sentence_counts_last(text, verdict):
    right, wrong = verdict
    assert list(judged(text.format(n=right)).values()) == ["agrees"]
    assert wrong is None or list(judged(text.format(n=wrong)).values()) == ["conflicts"]


def test_what_falls_into_two_by_its_words_is_their_sum():
    assert judged("办结9012件，其中按期办结8990件，超期办结22件。") == {"9012件": "agrees"}
    assert judged("办结9012件，其中按期办结8990件，超期办结32件。") == {"9012件": "conflicts"}
    assert judged("办结9012件，其中电话回访8990件，上门回访32件。") == {}
    assert judged("办结9012件，办结率99.6%。其中按期办结8990件，超期办结32件。")["9012件"] == "conflicts"
    assert judged("法律咨询1468人次，其中当面1023人次，电话解答435人次。") == {"1468人次": "conflicts"}
    assert judged("回访工单960件，满意814件，基本满意97件，不满意59件。") == {"960件": "conflicts"}
    assert judged("回访工单960件，满意814件，基本满意97件，不满意29件。") == {}  # some may say nothing


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("受理8850件，比去年的8120件增加730件，增幅9.0%。", ["agrees", "agrees"]),
        ("受理8850件，比去年的8120件增加720件，增幅9.0%。", ["conflicts", "agrees"]),
        ("受理8850件，较上年8120件下降9.0%。", ["conflicts"]),
        ("满意率由94.0%升至97.2%，上升3.2个百分点。", ["agrees"]),
        ("满意率由94.0%升至97.2%，上升3.1个百分点。", ["conflicts"]),
        ("满意率一季度为95.1%，二季度为96.6%，提高1.5个百分点。", ["agrees"]),
        ("满意率一季度为95.1%，二季度为96.6%，同比提高1.6个百分点。", []),  # of the year before, which is not told
        ("由400件增至520件，增长30%。", ["agrees"]),
        ("受理1.12万件，较上年1.10万件增长1.9%。", []),  # or 0.9%, or 2.7%
        ("受理2.24万件，较上年1.10万件增长50%。", ["conflicts"]),
        ("今年共受理9232件。\n与2023年的8310件相比，受理量增加922件，增长11.1%。", ["agrees", "agrees"]),
        ("今年受理9232件。与2023年的8310件相比，受理量增加922件（11.1%）。", ["agrees"]),
        ("受理9050件。\n较2023年的9800件减少750件；较2022年的9600件减少650件。", ["agrees", "conflicts"]),
        ("受理9232件，同比增长5.3%；办结9159件，同比增长4.1%。", []),
        ("响应率99.1%；解决率81.4%，较去年同期84.9%下降3.5个百分点。", ["agrees"]),
        ("响应率99.1%；解决率81.4%，较去年同期84.9%下降3.0个百分点。", ["conflicts"]),
        ("受理2874件（7月1012件、8月945件、9月917件），较二季度的2651件增加233件。", ["agrees", "conflicts"]),
        ("受理7944件，其中上半年5214件。上年同期8316件，同比减少327件，下降4.5%。", ["conflicts", "agrees"]),
        ("受理329件，环比减少21件（4月350件），降幅6%；同比增加14件（上年315件），增幅4.44%。", ["agrees"] * 4),
        ("受理197件，较4月增加21件，环比上升12.93%（4月176件）。", ["conflicts"]),
        ("办结5012件，含结转61件；超期办结46件，比2023年的72件减少36件。", ["conflicts"]),
        ("受理957件，4月、5月、6月分别为311件、305件、341件；环比一季度的1012件减少65件。", ["agrees", "conflicts"]),
        ("受理1674件。与二季度1520件相比增加154件，环比增长10.23%。", ["agrees", "conflicts"]),
        ("办理时长3.2天，较3月的3.9天缩短0.9天。", ["conflicts"]),
        ("满分100分，第一名98.6分，末位91.2分，相差7.4分。", ["agrees"]),
        ("1至9月受理2780件，其中9月342件，环比8月的360件下降5.0%。", ["agrees"]),
        ("受理224件，较9月256件减少32件，环比下降14.29%。", ["agrees", "conflicts"]),
        ("10月245件，11月228件，12月211件，12月比10月减少34件，降幅13.88%。", ["agrees", "agrees"]),
        ("10月245件，11月228件，12月211件，12月比10月减少34件，降幅7.46%。", ["agrees", "conflicts"]),
        ("一季度1142件，二季度1244件，二季度较一季度增加102件，上升9.83%。", ["agrees", "conflicts"]),
        ("二季度较一季度增加112件，一季度1142件，二季度1244件。", []),
        ("解决率最高的为西苑98.2%，最低的为东苑85.1%，相差13.1个百分点。", ["agrees"]),
        ("前三名为96.42分、95.88分、95.10分，后两名为86.75分、84.16分，第一名与最后一名相差12.36分。", ["conflicts"]),
        ("西苑96件、东苑88件、南苑81件，西苑与东苑相差18件。", []),
        ("受理量3275件，2023年为3108件，2022年为2874件，两年分别增长5.37%和8.14%。", []),
        ("今年满意率94.5%，上年为93.2%，提高1.3个百分点。", ["agrees"]),
        ("按期办结率98.7%，同比提高1.9个百分点（去年同期97.8%）；解决率88.2%。", ["conflicts"]),
        ("按期办结率98.7%，同比提高0.9个百分点，上年为97.8%。", ["agrees"]),
        ("12月506件，同比2023年12月的438件增长15.5%，环比11月的461件增长9.8%。", ["agrees", "agrees"]),
        ("收到1053件，日均11.4件，环比二季度的968件上升8.8%。", ["agrees"]),
        ("办理1346件，其中直接答复402件，转办944件。去年同期为1218件，同比增长12.5%。", []),
        ("办理1346件，直接答复402件，转办944件，去年同期为1218件，同比增长10.5%。", ["agrees"]),
    ],
)
def test_a_change_is_what_its_two_numbers_differ_by(text, verdict):
    assert list(judged(text).values()) == verdict


def test_a_rate_in_time_is_of_what_was_closed():
    told = "受理11328件，办结11265件。办结工单中按期办结11102件，按期办结率{}。"
    assert judged(told.format("98.55%")) == {"98.55%": "agrees"}
    assert judged(told.format("98.97%")) == {"98.97%": "conflicts"}
    assert judged("办结1812件，按期办结1806件，按期办结率低于98%的有2个社区。") == {}


def test_a_goal_is_no_rate():
    told = "有效回访1142件，已解决1001件，解决率87.65%。市定目标为响应率99%、解决率85%。"
    assert judged(told) == {"87.65%": "agrees"}


def test_the_last_of_some_parts_is_no_total():
    assert judged("办结312件，其中本月受理268件，往月结转办结44件；按期办结310件，超期办结2件。") == {}
    assert judged("农业类1246件、建设类1097件、其余各类合计1994件。") == {}


def test_no_share_is_one_of_a_change():
    assert judged("受理12480件，12月较全年月均少138件，占全年的7.23%。") == {}


def test_a_share_of_call_backs_is_none_of_the_contacts():
    told = "有效回访5200件，已联系5190件，已解决4966件，解决率{}。"
    assert judged(told.format("95.5%")) == {"95.5%": "agrees"}
    assert judged(told.format("95.7%")) == {"95.7%": "conflicts"}  # 4966 of 5190
    told = "有效回访512件。回访确认已联系509件；满意438件，基本满意40件，满意率{}。"
    assert judged(told.format("95.28%"))["95.28%"] == "conflicts"
    assert judged(told.format("93.36%"))["93.36%"] == "agrees"  # of 512


def test_a_rate_of_what_its_sentence_counts_is_none_of_what_was_told_before():
    assert judged("受理纠纷1207件，办结1189件。采集网格事件2.9万件，办结率99.8%。") == {}


def test_shares_in_a_list_are_of_no_one_count():
    assert judged("共受理5175件，前三位分别为870件、792件、621件，占比16.81%、15.30%、12.00%。") == {}


def test_what_is_late_need_not_be_closed():
    assert judged("办结4836件；按期办结4788件；超期52件，退回136件。") == {}


def test_a_share_is_of_what_it_names():
    told = "共承办5218件。街道承办3764件。三个街道合计1148件，占街道承办量的{}。"
    assert judged(told.format("30.5%")) == {"30.5%": "agrees"}
    assert judged(told.format("22.0%")) == {"22.0%": "conflicts"}


def test_parts_of_a_year_add_up_to_it():
    assert judged("流转工单2457件，其中上半年1182件、下半年1275件。") == {"2457件": "agrees"}
    assert judged("流转工单2467件，其中上半年1182件、下半年1275件。") == {"2467件": "conflicts"}
    assert judged("三季度受理14236件，7月5012件、8月4786件、9月4338件。") == {"14236件": "conflicts"}
    assert judged("全年9232件，其中一季度2000件、二季度2400件。") == {}


def test_who_is_nearly_satisfied_may_count_for_a_part():
    told = "回访6300件，满意5040件，基本满意1008件，满意率{}。"
    assert judged(told.format("93.6%")) == {}  # 0.85 of each
    assert judged(told.format("97%")) == {"97%": "conflicts"}


def test_the_rest_is_no_sum_of_what_stands_before_it():
    assert judged("金苑社区67件、水岸社区45件，其余九个社区共153件。") == {}


def test_the_rest_is_what_a_total_leaves():
    told = "3642件工单中，3607件已办结，办结率99.04%，其余{n}件仍在办理。"
    assert judged(told.format(n=35))["3642件"] == "agrees"
    assert judged(told.format(n=45))["3642件"] == "conflicts"
    assert judged("受理120件，办理75件，办结70件，其余15件为咨询。") == {}
    assert judged("受理120件，其中咨询45件，投诉70件，其余15件为建议。") == {}  # some may be left out


def test_a_total_is_not_by_how_much_it_has_grown():
    told = "受理412件，比8月的386件增加26件。其中咨询类97件、办理类{n}件。"
    assert judged(told.format(n=315)) == {"412件": "agrees", "26件": "agrees"}
    assert judged(told.format(n=325)) == {"412件": "conflicts", "26件": "agrees"}
    assert judged("审查合同88份，其中租赁34份、工程54份。") == {"88份": "agrees"}  # 合同 compares nothing
    assert judged("参与各类事项47件，其中信访36件、化解11件。") == {"47件": "agrees"}  # nor does 参与


def test_shares_of_a_list_are_of_what_the_others_are_of():
    told = "受理工单3642件。物业1021件，占28.03%；噪声634件，占17.41%；停车517件，占{}。"
    assert judged(told.format("14.20%"))["14.20%"] == "agrees"
    assert judged(told.format("15.20%"))["15.20%"] == "conflicts"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("全年共受理4706件，日均12.9件，月均392件。", "agrees"),
        ("全年共受理4706件，日均12.9件，月均382件。", "conflicts"),
        ("1至11月4310件，全年共受理4706件，月均392.1件。", "agrees-if-truncated"),
        ("今年上半年受理2386件，月均397.7件。", "agrees"),
        ("一季度受理963件，1月342件，2月265件，3月356件，月均321件。", None),  # of which, nothing says
        ("受理963件，月均321件。", None),
        ("三季度受理1674件，其中7月602件，8月588件，9月484件，平均每月568件。", "conflicts"),
        ("全街道6个社区共承办372件，平均每社区62件。", "agrees"),
        ("全街道6个社区共承办372件，平均每社区64件。", "conflicts"),
        ("6个社区、3个科室共承办372件，平均每社区64件。", "conflicts"),
        ("372件由社区承办，平均每社区64件。", None),
        ("2024年1至9月受理7944件，其中上半年5214件，三季度2730件，月均882.7件。", None),
    ],
)
def test_an_average_is_of_the_months_or_communities_its_sentence_names(text, verdict):
    found = judged(text)
    assert found.get(re.split("月均|每月|每社区", text)[1].strip("。")) == verdict


def test_a_total_of_other_things_is_no_sum_of_what_stands_before_it():
    assert judged("举办活动16场，发放宣传品8412份，合计覆盖30个社区。") == {}
    assert judged("受理工单100件。咨询类14件、求助类35件，共计3类。") == {}


def test_who_is_nearly_satisfied_may_be_satisfied_too():
    assert judged("回访6300件，满意5040件，基本满意1008件，满意率96%。") == {"96%": "agrees"}
    assert judged("回访6300件，满意5040件，基本满意1008件，满意率80%。") == {"80%": "agrees"}


def test_a_share_is_a_share_of_a_total_told_before():
    text = "共受理诉求4000件，其中有效诉求3600件，占总量的90%；无效诉求400件，占总量的10%。\n咨询类2700件，占比75%。"
    assert judged(text) == {"90%": "agrees", "10%": "agrees", "75%": "agrees"}
    assert judged(text.replace("占比75%", "占比71%"))["71%"] == "conflicts"


def test_a_rate_of_more_than_the_count_before_it_is_left_alone():
    text = "共受理事项7227宗，当场答复5113宗，转办2114宗，办结1898宗，办结率97.01%。"
    assert judged(text) == {}  # (5113+1898)/7227, and no share of 2114


def test_shares_of_a_list_may_be_of_its_own_sum():
    text = "各类诉求9999件。其中，咨询类600件，占60%；求助类300件，占30%；投诉类100件，占10%。"
    assert judged(text) == {"60%": "agrees", "30%": "agrees", "10%": "agrees"}


def test_a_rate_whose_counts_are_not_told_is_left_alone():
    assert judged("群众满意率98.5%，同比提高2.1%。") == {}
    assert judged("派单600件，按时结案590件，超时办理10件，结案率100%。") == {}


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("受理诉求1655件，包括咨询1127件、求助257件、投诉248件、建议23件。", "agrees"),
        ("受理诉求1655件，包括咨询1227件、求助257件、投诉248件、建议23件。", "conflicts"),
        ("接到诉求466件（电话诉求414件、网络诉求52件）。", "agrees"),
        ("接到诉求466件（电话诉求414件、网络诉求53件）。", "conflicts"),
        ("接到诉求466件（电话诉求414件、网络诉求12件）。", "conflicts"),
        ("受理1000件，其中咨询600件、求助300件，办结990件。", None),  # some are left out, and 办结 is no part
        ("共收到留言3059条，甲部门收到1904条，乙部门收到1155条，其中咨询1160条、投诉1859条、建言40条。", "agrees"),
        ("有效回访3329件，其中确认已联系3270件、已解决3123件。", None),  # one may be both
        ("工单总数12683件，其中办结8846件、不予受理867件、满意6197件。", None),
        ("受理1655件，其中甲区573件，乙区278件；包括咨询1127件、求助257件、投诉271件。", "agrees"),
    ],
)
def test_a_total_is_held_against_its_parts(text, verdict):
    assert list(judged(text).values()) == ([verdict] if verdict else [])


def test_a_share_of_nothing_is_no_share():
    assert judged("受理0件，办结0件，办结率0%。") == {}
    assert judged("受理0件，其中咨询类0件，占比0%。") == {}


PIECES = st.sampled_from(
    "受理9232件， 其中咨询12件、 上年为8310件， 与去年的8310件相比 增加922件 增长11.1% （11.1%） （4月6件） "
    "由94%升至97%， 上升3个百分点 相差13件 三类合计129件 其余35件 月均392件 占28%； 。 \n".split(" ")
)


@settings(max_examples=500)
@given(st.lists(PIECES, max_size=12))
def test_of_any_text_each_number_is_judged_as_agreeing_cut_off_or_wrong(pieces):
    read = Text("".join(pieces))
    found = findings(read)
    assert all(read.tokens[one.at].number for one in found)
    assert {one.verdict for one in found} <= {"agrees", "agrees-if-truncated", "conflicts"}
