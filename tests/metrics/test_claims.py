"""A report against the store: what agrees, what conflicts, what cannot be known; nothing silent, nothing by luck."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import OxmlElement
from sqlalchemy import Engine

from db import phrases, settings
from db.engine import reading, writing
from db.language import Refusal
from metrics import claims, draft
from metrics.claims import Checked, Claim, check
from metrics.phrases import Phrases
from tests.desk import A, Desk

REPORT = Path(__file__).with_name("report_2024.txt").read_text("utf-8")
CUT_OFF = date(2024, 12, 18)
PUBLISHED = {  # what the report says → what it is a figure of, in the order of the text
    "7次": "study.sessions",
    "800余人": "training.attendance",
    "100%": "exam.pass_rate",
    "全员通过": "exam.pass_rate",
    "17项": "list.must_know",
    "13项": "list.key_tasks",
    "9232件": "hotline.received",
    "无延期工单": "hotline.extended",
    "200余人次": "consultation.in_person",
    "近100人次": "consultation.phone",
    "511件": "adviser.cases",
    "16场": "publicity.activities",
    "8000余份": "publicity.materials",
    "10万余人次": "publicity.reach",
    "111个": "community.compounds",
}


@pytest.fixture
def database() -> str:
    """Words and verdicts are the same whichever database the figures came from."""
    return "sqlite"


@pytest.fixture(scope="module")
def sample(sample_store):
    """sample("受理9232件"): a text held against the sample year."""

    def held(text: str, cut_off: date = CUT_OFF, **how) -> Checked:
        return check(sample_store, text, 2024, cut_off, **how)

    return held


@pytest.fixture
def desk(office: Engine) -> Desk:
    return Desk(office)


def one(found: Checked, text: str) -> Claim:
    """The one number of a text that is written so."""
    (claim,) = [claim for claim in found.claims if claim.text == text]
    return claim


def judged(found: Checked) -> dict[str, tuple[str, str | None]]:
    """What is said of each figure."""
    return {claim.text: (claim.verdict, claim.indicator) for claim in found.claims if claim.sort == "figure"}


# ------------------------------------------------------------------------------------------- the office's own report


def test_every_figure_of_the_offices_report_agrees(sample):
    found = sample(REPORT)
    figures = judged(found)
    assert {text: figures[text][1] for text in PUBLISHED} == PUBLISHED
    assert {verdict for verdict, _ in figures.values()} == {"agrees"}
    communities = [claim.indicator for claim in found.claims if claim.text == "30个"]
    assert communities == ["community.with_adviser", "community.communities"]
    assert found.flags == []
    untracked = [claim.text for claim in found.claims if claim.sort == "untracked"]
    assert untracked == ["20场", "600件", "无其他需要报告的情况"]


ALTERED = [
    ("学法7次", "学法8次"),
    ("800余人。", "900余人。"),
    ("通过率100%", "通过率99%"),
    ("清单17项", "清单18项"),
    ("任务13项", "任务12项"),
    ("受理9232件", "受理9223件"),
    ("30个社区全部", "29个社区全部"),
    ("200余人次", "300余人次"),
    ("近100人次", "100余人次"),
    ("511件", "521件"),
    ("活动16场", "活动17场"),
    ("8000余份", "近8000份"),
    ("10万余人次", "10余万人次"),
    ("覆盖30个", "覆盖31个"),
    ("111个", "112个"),
]


@pytest.mark.parametrize(("was", "now"), ALTERED)
def test_one_altered_number_is_the_one_that_conflicts(sample, was, now):
    assert REPORT.count(was) == 1
    text = REPORT.replace(was, now)
    found = sample(text)
    (wrong,) = found.conflicts
    assert text.index(now) <= wrong.start and wrong.end <= text.index(now) + len(now)
    others = [claim.verdict for claim in found.claims if claim.sort == "figure" and claim is not wrong]
    assert set(others) == {"agrees"}


# ------------------------------------------------------------------------------------------- other offices' phrases


@pytest.mark.parametrize(
    ("text", "number", "indicator"),
    [
        ("全年召开法治建设专题会议5次", "5次", "meeting.sessions"),
        ("党工委会前学法12次", "12次", "study.sessions"),
        ("开展普法活动20余场", "20余场", "publicity.activities"),
        ("举办法治讲座42场", "42场", "training.sessions"),
        ("法治培训覆盖1200人次", "1200人次", "training.visits"),
        ("学法考试合格率98.6%", "98.6%", "exam.pass_rate"),
        ("为居民提供法律咨询560人次", "560人次", "consultation.total"),
        ("12345热线工单办结率99.2%", "99.2%", "hotline.closing_rate"),
        ("12345工单受理1200件，按期办结率100%", "100%", "hotline.in_time_rate"),
        ("12345热线群众满意率96%", "96%", "hotline.satisfaction_rate"),
        ("派发普法资料5000份", "5000份", "publicity.materials"),
        ("对巡察反馈的13个问题，已完成整改12个", "13个", "rectification.found"),
        ("对巡察反馈的13个问题，已完成整改12个", "12个", "rectification.done"),
        ("受理矛盾纠纷100件，成功化解98件", "100件", "mediation.received"),
        ("受理矛盾纠纷100件，成功化解98件", "98件", "mediation.resolved"),
        ("矛盾纠纷调解成功率98%", "98%", "mediation.resolution_rate"),
        ("出具法律意见书24份", "24份", "review.opinions"),
        ("完成合法性审查36件", "36件", "review.documents"),
        ("审查各类合同32份", "32份", "review.contracts"),
        ("落实重大行政决策程序，重大行政决策2项", "2项", "decision.major"),
        ("办理行政诉讼8起", "8起", "litigation.lawsuits"),
        ("办理行政复议6件", "6件", "litigation.reconsiderations"),
        ("行政机关负责人出庭应诉率100%", "100%", "litigation.attendance_rate"),
        ("开展案卷评查15卷", "15卷", "enforcement.files"),
        ("持证执法人员23名", "23名", "workforce.officers"),
        ("培育法律明白人150人", "150人", "workforce.law_persons"),
        ("组织旁听庭审3场", "3场", "court.hearings"),
        ("走进校园讲授法治课6次", "6次", "lecture.lessons"),
        ("12345工单受理：9232件", "9232件", "hotline.received"),
        ("当面咨询（人次）：232", "232", "consultation.in_person"),
        ("办理12345热线工单9232件", "9232件", "hotline.received"),
        ("面对面法律咨询232人次", "232人次", "consultation.in_person"),
        ("接待当面咨询232人次", "232人次", "consultation.in_person"),
        ("12345工单全部在规定时限内办结", "全部在规定时限内办结", "hotline.in_time_rate"),
        ("法治宣传活动受众10 万余人次", "10 万余人次", "publicity.reach"),
        ("学法考试通过率百分之百", "百分之百", "exam.pass_rate"),
        ("信访接待、涉法涉诉案件化解、审核法律文书、提供重大事项法律意见511件", "511件", "adviser.cases"),
        ("无行政败诉案件", "无行政败诉案件", "litigation.lost"),
        ("社区法律顾问全覆盖", "全覆盖", "community.adviser_coverage"),
        ("一年来，街道受理12345工单0.92万件", "0.92万件", "hotline.received"),
        ("群众通过12345热线反映诉求9232件", "9232件", "hotline.received"),
        ("12345热线挂账工单7件", "7件", "hotline.suspended"),
        ("退回12345工单17件", "17件", "hotline.returned"),
        ("全年退单17件", "17件", "hotline.returned"),
        ("经回访确认已联系3270件、已解决3123件", "3123件", "hotline.resolved"),
        ("12345工单回访满意2921件，基本满意280件", "280件", "hotline.basically_satisfied"),
        ("首次联系及时的12345工单5548件", "5548件", "hotline.contacted_in_time"),
        ("12345工单按时结案率99%", "99%", "hotline.in_time_rate"),
        ("发布法治类稿件412篇", "412篇", "media.posts"),
        ("街道共辖社区30个，居民小区111个", "30个", "community.communities"),
        ("街道信访接待中，法律顾问参与168件", "168件", "adviser.petition"),
        ("参与重大决策论证和合同审查，审核法律文书32份", "32份", "adviser.review"),
        ("矛盾纠纷调处率98.8%", "98.8%", "mediation.resolution_rate"),
        ("为学校上法制课18堂", "18堂", "lecture.lessons"),
        ("121名干部参加学法考试", "121名", "exam.takers"),
        ("向群众发放法治宣传手册、宣传单等8412份", "8412份", "publicity.materials"),
        ("开展重大行政决策合法性审查3次", "3次", "review.documents"),
        ("组织全镇116名街道、社区干部参加学法考试", "116名", "exam.takers"),
        ("全镇126名干部完成线上学法考法", "126名", "exam.takers"),
        ("召开4次法治专题党委会", "4次", "meeting.sessions"),
        ("街道领导依法出庭应诉2次", "2次", "litigation.attended"),
        ("审查行政合同78个", "78个", "review.contracts"),
        ("法治素养不断提升，社区法律顾问提升全覆盖", "全覆盖", "community.adviser_coverage"),
        ("12345热线考核满意率达到95.31%", "达到95.31%", "hotline.satisfaction_rate"),
        ("接待群众法律咨询330人次", "330人次", "consultation.total"),
        ("对办理类工单首次联系来电人5636件", "5636件", "hotline.first_contacts"),
        ("经审批延长办理期限的12345工单12件", "12件", "hotline.extended"),
        ("没有一件12345工单超过时限", "没有一件12345工单超过时限", "hotline.overdue"),
        ("受理邻里、物业等各类矛盾纠纷386起", "386起", "mediation.received"),
        ("到12月18日，12345热线受理工单9232件", "9232件", "hotline.received"),
        ("1月1日至12月18日受理12345工单9232件", "9232件", "hotline.received"),
        ("发布普法推文412篇", "412篇", "media.posts"),
        ("法律顾问就重大事项出具意见73件", "73件", "adviser.advice"),
        ("全年9232件12345工单中已办结9159件", "9232件", "hotline.received"),
        ("全年9232件12345工单中已办结9159件", "9159件", "hotline.closed"),
        ("县委理论学习中心组集体学法7次", "7次", "study.sessions"),
        ("阳光社区全年调解纠纷18件，街道共化解矛盾纠纷386件", "386件", "mediation.resolved"),
        ("发放宣传海报、普法折页8000余份", "8000余份", "publicity.materials"),
        ("12345在办工单56件", "56件", "hotline.open"),
        ("以街道为被申请人的行政复议案件3件", "3件", "litigation.reconsiderations"),
        ("法律顾问参与信访接待168件次", "168件次", "adviser.petition"),
        ("对重大事项提出法律意见73条", "73条", "adviser.advice"),
        ("举办法治讲座8场，听课823人", "823人", "training.attendance"),
        ("面对面解答法律问题232人次", "232人次", "consultation.in_person"),
        ("街道辖30个社区、111个小区", "111个", "community.compounds"),
        ("全年未发生12345工单超期现象", "未发生12345工单超期现象", "hotline.overdue"),
        ("没有一件12345工单超期", "没有一件12345工单超期", "hotline.overdue"),
        ("联合司法所、派出所开展法治宣传活动16场", "16场", "publicity.activities"),
        ("派出所、司法所、社区三方联动，化解矛盾纠纷120件", "120件", "mediation.resolved"),
        ("在区司法局指导下，开展普法活动16场", "16场", "publicity.activities"),
        ("围绕“八五”普法规划（2021—2025年），举办法治宣传活动16场", "16场", "publicity.activities"),
        ("举办法治宣传活动16场，活动期间发放宣传品8412份", "8412份", "publicity.materials"),
        ("3月8日召开专题会议。今年以来，举办法治宣传活动16场", "16场", "publicity.activities"),
        ("中心组集中学法七、八次", "七、八次", "study.sessions"),
        ("接听来电法律咨询98人次", "98人次", "consultation.phone"),
        ("累计发放宣传手册、折页、环保袋等宣传品8400余份", "8400余份", "publicity.materials"),
        ("一、2024年工作成效和2025年安排\n中心组集中学法7次", "7次", "study.sessions"),
        ("面对面法律咨询232人次，法律咨询电话98人次，合计330人次", "232人次", "consultation.in_person"),
        ("法律顾问参与涉诉案件处置97件", "97件", "adviser.dispute"),
        ("行政诉讼案件由上年的15件降至9件，行政复议案件6件", "6件", "litigation.reconsiderations"),
        ("312人参加学法考试，312人全员通过", "全员通过", "exam.pass_rate"),
        ("辖区住宅小区111个", "111个", "community.compounds"),
        ("未有一起行政诉讼案件", "未有一起行政诉讼案件", "litigation.lawsuits"),
        ("完成重大行政决策合法性审核317项", "317项", "review.documents"),
        ("完成法制审核36件", "36件", "review.documents"),
        ("举办法治宣传活动15至16场", "15至16场", "publicity.activities"),
        ("12345热线响应率、解决率、满意率分别为98%、93.8%和95.3%", "93.8%", "hotline.resolution_rate"),
        ("12345热线“响应率、满意率”分别达98%、95.3%", "达98%", "hotline.response_rate"),
        ("当面、电话咨询分别为232人次、98人次", "232人次", "consultation.in_person"),
        ("12345热线全年数据（单位：件）：受理总数9232；按期办结9159", "9159", "hotline.closed_in_time"),
        ("2023年开展法治宣传活动41场，2024年增至16场", "16场", "publicity.activities"),
        ("全年登记矛盾纠纷386件，化解385件", "386件", "mediation.received"),
        ("现有执法人员33名，其中持证29名", "29名", "workforce.officers"),
        ("负责人应出庭4件，实际出庭3件", "3件", "litigation.attended"),
        ("收录应知应会法律法规17项，其中党内法规5项、法律法规12项", "17项", "list.must_know"),
        ("法治宣传共计16场次", "16场次", "publicity.activities"),
        ("印发法治宣传手册、宣传单等8412份", "8412份", "publicity.materials"),
        ("接待来访法律咨询232人次，接听法律咨询电话98人次，合计330人次", "330人次", "consultation.total"),
        ("应知应会清单列入法律法规10项、党内法规7项，共17项", "17项", "list.must_know"),
        ("组织执法人员培训8场", "8场", "training.sessions"),
        ("中心组全年开展集中学习14次，其中专题学法7次", "7次", "study.sessions"),
        ("列明年度法治建设重点任务13项，建立应知应会法律法规清单，共17项", "13项", "list.key_tasks"),
        ("12月组织年度学法用法考试，312人参加", "312人", "exam.takers"),
        ("未发生延期和超期工单，即延期工单1件，超期工单3件", "3件", "hotline.overdue"),
        ("接待来电来访法律咨询330人次", "330人次", "consultation.total"),
        ("12345首次联系群众及时的862件", "862件", "hotline.contacted_in_time"),
        ("举办普法宣传16场，发放资料8412份，解答群众法律咨询330人次", "330人次", "consultation.total"),
        ("全年合法性审查各类事项246件，其中合同198份", "198份", "review.contracts"),
        ("合法性审查全覆盖，全年审查各类事项246件", "246件", "review.documents"),
        ("排查矛盾纠纷781起，受理386起，化解385起", "386起", "mediation.received"),
        ("排查矛盾纠纷386起，化解385起", "386起", "mediation.received"),
        ("党委会会前学法22次，中心组法治专题学习7次", "7次", "study.sessions"),
        ("组织学法用法考试，应考320人，实考312人", "312人", "exam.takers"),
        ("12345热线满意率由88.9%升至95.3%", "95.3%", "hotline.satisfaction_rate"),
        ("年初确定的13项法治建设重点任务均按期完成", "13项", "list.key_tasks"),
        ("解答法律咨询330人次，其中现场接待232人次，电话解答98人次", "232人次", "consultation.in_person"),
        ("法律顾问通过信访接待、合同审核等方式参与工作，合计511件", "511件", "adviser.cases"),
        ("法律顾问全年参与信访接待、案件化解、文书审核和重大事项论证共计511件", "511件", "adviser.cases"),
        ("热线专班全年回访群众5104人次，其中表示满意4890件", "4890件", "hotline.satisfied"),
        ("法律顾问全年参与接待信访群众57件", "57件", "adviser.petition"),
        ("法律顾问参与信访接待7件，审核合同协议28件", "28件", "adviser.review"),
        ("三率稳中有升，响应率99%，解决率90.5%", "90.5%", "hotline.resolution_rate"),
        ("开展“法治六进”活动44场", "44场", "publicity.activities"),
        ("街道全年法治宣传58场", "58场", "publicity.activities"),
        ("接待来访来电法律咨询470人次，其中来访300人次", "300人次", "consultation.in_person"),
        ("接待来访来电法律咨询470人次，其中来访300人次、来电170人次", "170人次", "consultation.phone"),
        ("落实负责人出庭应诉制度，应出庭5件，实际出庭4件", "5件", "litigation.hearings"),
        ("首次联系来电人1200件，其中及时联系1180件", "1180件", "hotline.contacted_in_time"),
        ("区热线中心回访我街道工单640件，满意590件", "590件", "hotline.satisfied"),
        ("评选法律明白人标兵4名，全镇法律明白人总数为96名", "96名", "workforce.law_persons"),
        ("发放普法读本3000册", "3000册", "publicity.materials"),
        ("全年工单3000件，其中咨询类900件，需办理的工单2100件", "2100件", "hotline.requests"),
        ("“北湖发布”公众号全年推送信息500篇，其中普法类80篇", "80篇", "media.posts"),
        ("收到行政诉讼应诉通知书9件，其中以街道为被告6件", "6件", "litigation.lawsuits"),
        ("党工委会研究法治建设工作6次", "6次", "meeting.sessions"),
        ("12345热线案件量4100件", "4100件", "hotline.received"),
        ("公众号发布法治类推文90篇", "90篇", "media.posts"),
        ("12345工单办结300件，期限内办结298件", "298件", "hotline.closed_in_time"),
        ("今年街道共受理12345工单九千二百三十二件", "九千二百三十二件", "hotline.received"),
        ("组织网格员参加法治宣讲培训4场", "4场", "training.sessions"),
        ("法律顾问为合同、协议把关60件", "60件", "adviser.review"),
        ("排查涉法涉诉案件20件，法律顾问参与化解9件", "9件", "adviser.dispute"),
        ("申请工单延期30件，批准延期26件", "26件", "hotline.extended"),
        ("持证执法人员从年初的20人增加到26人", "26人", "workforce.officers"),
        ("街道下设18个社区", "18个", "community.communities"),
        ("自查案卷36卷", "36卷", "enforcement.files"),
        ("对来电人及时开展首次联系900件，其中规定时限内联系890件", "900件", "hotline.first_contacts"),
        ("对来电人及时开展首次联系900件，其中规定时限内联系890件", "890件", "hotline.contacted_in_time"),
        ("组织民法典专题培训2场，物业人员、网格员等60人参加", "2场", "training.sessions"),
        ("“三月三”期间人流大，全年开展普法活动28场", "28场", "publicity.activities"),
    ],
)
def test_a_figure_is_known_by_what_offices_call_it(sample, text, number, indicator):
    found = one(sample(text + "。"), number)
    assert (found.sort, found.indicator) == ("figure", indicator)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("党工委会议、法治工作专题会、书记例会共12次", "12次"),  # a sum of several things
        ("开展消防安全宣传活动12场", "12场"),
        ("接收社区矫正对象16人", "16人"),
        ("办理法律援助案件85件", "85件"),
        ("走访群众9232户", "9232户"),
        ("出动车辆16台次", "16台次"),
        ("街道共有7个科室，30个网格", "30个"),
        ("日均受理12345工单25件", "25件"),
        ("每季度开展中心组学法1次", "1次"),
        ("12345工单受理量同比下降7%", "7%"),
        ("12345热线受理物业管理类问题122件", "122件"),
        ("3月8日，开展普法活动1场", "1场"),
        ("2023年，12345工单受理8800件", "8800件"),
        ("将7个社区划分为2个片区，由法律顾问团队负责", "2个"),
        ("本月受理12345工单786件", "786件"),
        ("近三年来，开展普法活动50场", "50场"),
        ("2024年第28周，12345热线受理诉求180件", "180件"),
        ("区长信箱共受理诉求99件", "99件"),
        ("12348热线满意率99%", "99%"),
        ("供热服务热线受理诉求500件", "500件"),
        ("全区12345热线受理工单108611件，街道坚持接诉即办", "108611件"),
        ("12345热线不满意率3.2%", "3.2%"),
        ("垃圾分类宣传资料发放3000份", "3000份"),
        ("消防安全培训覆盖300人", "300人"),
        ("计划举办法治宣传活动20场", "20场"),
        ("新增持证执法人员3名", "3名"),
        ("法律明白人考试通过率98%", "98%"),
        ("活动现场接待法律咨询56人次", "56人次"),
        ("海淀区全年受理市民诉求87.6万件，解决率96.1%", "96.1%"),
        ("区执法局组织案卷评查800卷，我街道得分98.6分", "800卷"),
        ("妇联维权岗接待来访咨询39人次，化解家庭矛盾25件", "39人次"),
        ("街道社保所接待咨询6700人次，电话咨询2100人次", "2100人次"),
        ("春和社区调委会全年受理纠纷29件，成功化解28件", "28件"),
        ("开展宪法宣传周系列活动9场，发放宣传品2100份", "2100份"),
        ("新录用公务员6人参加初任培训", "6人"),
        ("因政府信息公开引发行政复议2件，均予以维持", "2件"),
        ("受理劳动争议调解83件，为农民工追讨工资216万元", "83件"),
        ("审计发现问题23个，整改完成21个，整改率91.3%", "91.3%"),
        ("发现安全隐患4125处，整改率99.2%", "99.2%"),
        ("联合检察院开展反电信诈骗宣传，发放资料1200余份", "1200余份"),
        ("持证执法人员38人，全部通过年度公共法律知识考试", "全部通过年度公共法律知识考试"),
        ("接待来访群众1860人次，其中涉法咨询420人次", "1860人次"),
        ("全年开展普法讲座及培训26场次，受众3000余人次", "3000余人次"),
        ("集中学法7次，开展党纪学习教育专题研讨4次", "4次"),
        ("30个社区111个居民小区共建成议事厅38个", "38个"),
        ("“流动调解台”单场活动接待咨询220人次，成功化解纠纷12起", "12起"),
        ("对办结工单实行100%电话回访", "100%"),
        ("某地规定12345工单响应率100%", "100%"),
        ("组织镇村干部集中学法6次", "6次"),
        ("全年共办理省民意“110”工单1478件，群众满意率98.3%", "98.3%"),
        ("办理行政处罚案件112件，无一引发行政诉讼", "无一引发行政诉讼"),
        ("共享法庭开展网上立案41件、普法宣传36场", "36场"),
        ("外出务工8000余人难以参加集中培训", "8000余人"),
        ("普法形式单一，培训对6000余名外来务工人员覆盖不够", "6000余名"),
        ("12345热线受理工单9232件。受理依申请公开43件，均依法答复", "43件"),
        ("组织86人参加学法考试。选派6名执法骨干参加区级轮训", "6名"),
        ("全年审查各类文件、合同326件", "326件"),
        ("每村培养“法律明白人”不少于3名", "不少于3名"),
        ("人大代表建议和政协提案8件全部按期办结", "全部按期办结"),
        ("街道综治中心受理群众诉求389件，现场调处352件", "389件"),
        ("化解矛盾纠纷386件。综治中心受理群众诉求1127件", "1127件"),
        ("诉前调解案件145件，调解成功率72%", "72%"),
        ("12345热线未办结工单45件，均在办理时限内", "均在办理时限内"),
        ("法制审核重大执法决定4件", "4件"),
        ("设立旅游纠纷快处点5个，受理游客投诉183件", "183件"),
        ("四、2025年重点任务\n一是组织中心组学法不少于4次", "不少于4次"),
        ("四、工作谋划\n矛盾纠纷调处率保持在98%以上", "98%以上"),
        ("计划组织法治培训4场，培训干部300人", "300人"),
        ("“随手拍”平台受理诉求310件，回访满意率97%", "97%"),
        ("举办社区工作者能力提升培训6期，覆盖380人次", "380人次"),
        ("妇女节期间，举办普法活动1场，发放宣传册300份", "300份"),
        ("其中，某社区开展法治宣传活动3场，发放宣传品460份", "460份"),
        ("办理信访积案化解11件，国家信访局交办件化解率100%", "100%"),
        ("受理网络理政平台群众来信1463件，满意率94.2%", "1463件"),
        ("10月下旬，“宪法市集”设摊12个，发放宣传品600份", "600份"),
        ("明年普法活动不少于40场，中心组学法6次", "6次"),
        ("市容环境巡查发现问题2130个，整改率99.4%", "99.4%"),
        ("公安派出所受理治安案件321起，调解民间纠纷286起", "286起"),
        ("受理劳动仲裁申请27件，调解成功21件", "21件"),
        ("代写法律文书46份", "46份"),
        ("协助法院送达法律文书58份", "58份"),
        ("“双随机、一公开”检查抽查市场主体325户次，发现问题47个，整改率100%", "100%"),
        ("下一步，计划每季度开展法治培训1次，年内培育法律明白人60名", "60名"),
        ("热线工单办结率98.9%，区级督办件16件全部办结", "全部办结"),
        ("人民调解委员会共调解纠纷218件，社区调委会调解532件，合计750件", "218件"),
        ("提出法律意见728条", "728条"),
        ("区志愿服务队开展法律讲座5场，参训80人", "80人"),
        ("组织任前法律知识考试6场，参加考试人员57人，合格率100%", "100%"),
        ("权责清单448项，全部通过街道门户网站公示", "全部通过街道门户网站公示"),
        ("“八五”普法启动以来，开展普法活动120场", "120场"),
        ("本月受理12345工单812件，满意率96.1%", "96.1%"),
        ("上年全街受理12345工单8765件", "8765件"),
        ("力争12345热线满意率达到97%以上", "达到97%以上"),
        ("计划明年开展法治宣传活动20场", "20场"),
        ("区司法局全年接待法律咨询5600人次", "5600人次"),
        ("区人民法院诉前调解纠纷147件", "147件"),
        ("全省“律师进社区”活动中，社区纠纷调解6273起", "6273起"),
        ("全市街道、社区共受理12345工单8765件", "8765件"),
        ("收到行政复议申请85件，受理70件", "70件"),
        ("举办禁毒宣传讲座4场，覆盖居民520人次", "520人次"),
        ("组织消防安全培训6场，参训人员480人", "480人"),
        ("参加区级法治培训班3期，选派干部15人参训", "15人"),
        ("中心组学习4次，各党支部学习38次", "38次"),
        ("以“八五”普法为抓手，组织干部学习12次，覆盖1300人次", "1300人次"),
        ("审查规范性文件17件和重大行政决策11件", "17件"),
        ("12345热线疑难工单35件", "35件"),
        ("12345工单抽查120件", "120件"),
        ("接听12345来电8947个，其中转办2274件，办结1715件", "1715件"),
        ("12345热线共7227件，其中停车类2310件，办结2290件", "2290件"),
        ("聘请法律明白人讲师8名", "8名"),
        ("每村至少培育5名法律明白人", "5名"),
        ("工单解决率由53.09%提升", "53.09%"),
        ("6月、11月分别组织学法考试，154人、158人参加", "158人"),
        ("一场法治讲座吸引居民300人参加", "300人"),
        ("党支部书记培训班共培训31人", "31人"),
        ("疫苗接种宣传覆盖居民2.4万人次", "2.4万人次"),
        ("物业公司全年接待居民法律咨询500人次", "500人次"),
        ("文华巷、泉州西里两个社区受理12345工单487件、478件", "487件"),
        ("调解员李某个人全年调解矛盾纠纷46件", "46件"),
        ("老年人当面咨询45人次", "45人次"),
        ("举办广场舞培训8场，培训居民823人", "823人"),
        ("2023年，12345热线运行平稳，全年受理8800件", "8800件"),
        ("去年同期受理12345工单8765件", "8765件"),
        ("截至8月11日，12345工单累计办结3884件", "3884件"),
        ("力争12345热线满意率达到98%，解决率达到95%", "达到95%"),
        ("考核指标：12345热线办结率不低于98%", "不低于98%"),
        ("市里要求矛盾纠纷化解率不低于98%", "不低于98%"),
        ("每一季度至少举办1次法治讲座", "1次"),
        ("区法律援助中心全年接待法律咨询6100人次", "6100人次"),
        ("兄弟街道全年受理12345工单7800件", "7800件"),
        ("审查规范性文件、政府合同、会议纪要等270份", "270份"),
        ("审查行政合同78个，审查其他涉法事项92件", "92件"),
        ("全体镇干部学法4次", "4次"),
        ("中心组围绕作风建设学习24次", "24次"),
        ("三是区司法局全年接待法律咨询5600人次", "5600人次"),
        ("阳光社区全年调解纠纷18件", "18件"),
        ("12348热线全年接听法律咨询电话2.3万人次", "2.3万人次"),
        ("因供暖问题引发的12345工单480件，满意率88%", "88%"),
        ("春节期间，街道排查矛盾纠纷12起", "12起"),
        ("宪法宣传周启动仪式上，现场解答法律咨询45人次", "45人次"),
        ("12345热线日受理量最高达60件", "高达60件"),
        ("举办计算机技能培训3场，培训人员90人", "90人"),
        ("开展文明城市创建宣传活动22场", "22场"),
        ("干部参加安全生产知识考试200人", "200人"),
        ("中心组学习党的二十届三中全会精神5次", "5次"),
        ("公众号于2018年12月开通。截至目前，累计推送普法文章1423篇", "1423篇"),
        ("全省各级行政复议机构新收行政复议申请5422件", "5422件"),
        ("镇聘法律顾问协同联动。全年审查合同20件，覆盖率达100%", "达100%"),
        ("被确定为2024年度三项重大决策之一", "三项"),
        ("普法讲座28次，参与法律知识竞赛300人", "300人"),
        ("超期工单全区共47件", "47件"),
        ("全区24个镇街共承办工单1.12万件", "1.12万件"),
        ("市12345热线共受理群众诉求9232件", "9232件"),
        ("桂花园社区“老娘舅”工作室受理纠纷92件", "92件"),
        ("泰和社区律师全年值班48次，解答法律咨询115人次", "115人次"),
        ("本社区全年承办12345工单426件", "426件"),
        ("有4个社区的法律顾问服务时数未达到要求", "4个"),
        ("民法典宣传月开展普法活动13场", "13场"),
        ("餐饮油烟专项检查发现问题112个", "112个"),
        ("书记、主任各讲法治课1次", "1次"),
        ("开展宪法宣讲、民法典宣讲各1场", "1场"),
        ("街道调委会共排查矛盾纠纷隐患412起，受理民间纠纷386起", "412起"),
        ("矛盾纠纷多元化解中心共登记547件", "547件"),
        ("开展国家安全教育日主题宣传，设置咨询台4个，发放普法折页1200份", "1200份"),
        ("组织旁听庭审3次，庭前培训1次，参加干部66人次", "66人次"),
        ("开展“典亮校园”普法活动5次，“法治护老”宣传活动3次", "3次"),
        ("公务员学法考法，13名班子成员完成书面述法", "13名"),
        ("审查村级合同176份", "176份"),
        ("12345工单10月底前解决率要达到90%以上", "达到90%以上"),
        ("11个街道中，12345解决率在95%以上的有3个", "95%以上"),
        ("12345工单受理1830件。班子包案办理疑难件31件，已办结28件", "28件"),
        ("12345挂账工单年初结转8件", "8件"),
        ("12345工单解决率90.5%。剔除不合理诉求后，解决率为94.1%", "94.1%"),
        ("12345不满意工单二次回访，其中11件转为满意", "11件"),
        ("受理矛盾纠纷142件，其中由12345热线转来的41件", "41件"),
        ("12件超期工单中，因承办人疏忽造成的3件", "3件"),
        ("尚有1个社区因拆迁未配备法律顾问", "1个"),
        ("党工委书记带头宣讲习近平法治思想1次", "1次"),
        ("12个社区中有4个社区全年普法活动不足3场", "不足3场"),
        ("1人获评“最美法律明白人”", "1人"),
        ("执法案卷在县级评查中被评为优秀2卷", "2卷"),
        ("开展防范非法集资宣传活动16场，发放宣传资料4300份", "4300份"),
        ("化解重大疑难纠纷7件", "7件"),
        ("作为第三人参加行政诉讼2件", "2件"),
        ("法治督察反馈涉及全市的问题56个", "56个"),
        ("12345工单响应率99%、解决率88%，二季度为98%、84%", "98%"),
        ("12345热线工单响应率、解决率分别提高98%、93.8%", "93.8%"),
        ("中心组全年开展集中学习14次，其中专题学法4次", "14次"),
        ("村级调委会化解纠纷占总数的76%", "76%"),
        ("受理量居前的三个社区占全街道12345工单的38%", "三个"),
        ("12345工单由城建办承办388件，农业办217件", "388件"),
        ("12345回访满意及基本满意2470件", "2470件"),
        ("19个社区12345工单受理量前五位合计1748件", "1748件"),
        ("主任要求，四季度12345解决率提升至93%、满意率达到95%", "达到95%"),
        ("人民调解委员会受理由热线转来的矛盾纠纷64件", "64件"),
        ("对已办结12345工单开展电话回访2310件", "2310件"),
        ("12345工单首次联系及时率由91%提高到98.5%", "98.5%"),
        ("12345工单一次办结率88%", "88%"),
        ("申请延期办理12345工单86件，获热线办批准79件", "86件"),
        ("开展普法宣传28次，发放资料9800份，接受现场咨询620人次", "620人次"),
        ("化解重大疑难纠纷5起，成功调处4起", "4起"),
        ("开展食品安全执法检查，发现隐患328个，整改到位327个", "327个"),
        ("新任两委成员35名参加任前法律知识测试", "35名"),
        ("律师在6场“民法典宣传月”活动现场解答群众咨询90人次", "90人次"),
        ("新培养法律明白人24名", "24名"),
        ("春风村全年调解矛盾纠纷23件", "23件"),
        ("年度目标为12345响应率99.5%、解决率92%", "92%"),
        ("12345致谢工单67件", "67件"),
        ("12345工单村居自办402件，站所承办219件", "219件"),
        ("会议部署下半年工作，要求出庭应诉率保持100%", "100%"),
        ("市、区两级抽查案卷8卷", "8卷"),
        ("省级热线转办工单81件，市级督办件14件，均已办结", "均已办结"),
        ("交办积案9件，化解8件", "8件"),
        ("街道在省级以上媒体刊发法治建设稿件13篇", "13篇"),
        ("执法辅助人员52人持证上岗", "52人"),
        ("12人取得行政执法证", "12人"),
        ("和平社区公共法律服务室全年接待法律咨询118人次", "118人次"),
        ("派出所与司法所联动调处治安纠纷58件", "58件"),
        ("开展公平竞争审查26件，合法性审查全覆盖", "26件"),
        ("7月12日，街道举办2024年度第二期执法培训班，共62人参加", "62人"),
        ("12345按期办结率由上半年的95.8%提高至97.9%", "97.9%"),
        ("民生平台受理诉求9127宗，办结9090宗，其中12345热线工单3318宗", "9127宗"),
        ("党工委书记带头讲法治课2次", "2次"),
        ("综治中心一站式受理事项688件，矛盾纠纷较多", "688件"),
        ("有3件纠纷经多次调解未果", "3件"),
        ("交办积案化解7件，化解率100%", "100%"),
        ("行政诉讼案件数量较2023年的27宗有所下降", "27宗"),
        ("法治督察反馈的问题中，尚有2个未完成整改", "2个"),
        ("领导小组召开专题会2次，研究部署法治建设重点工作21项", "21项"),
        ("12345工单抽查60件，发现虚假办结3件", "3件"),
        ("12345工单受理9232件，锦绣社区解决率94.2%居首", "94.2%"),
        ("12345涉企诉求受理89件，办结87件", "87件"),
        ("12345区级重点督办工单18件，已办结16件", "16件"),
        ("会议要求年内社区法律顾问实现全覆盖", "全覆盖"),
        ("全年化解邻里纠纷118件、婚姻家庭纠纷96件", "118件"),
        ("街道“老马工作室”调解纠纷75件", "75件"),
        ("结合“民法典宣传月”，开展主题宣传12场，普法受众2600余人次", "2600余人次"),
        ("成功调处涉及农民工工资纠纷34起", "34起"),
        ("行政诉讼案件败诉率为0", "0"),
        ("阳光社区、北仓社区连续两个季度12345工单零超期", "零超期"),
        ("全镇16个村中有11个全年无超期工单", "无超期工单"),
        ("涉及3个小区不动产办证", "3个"),
        ("12345工单到期办结率98.7%", "98.7%"),
        ("我区共承办市12345热线工单5218件", "5218件"),
        ("9月至11月，街道开展专项行动。行动期间，举办企业法治讲座6场", "6场"),
        ("11月15日，街道举办2024年第三期执法培训班，共62人参加", "62人"),
        ("会议要求，年底前完成学法考试，合格率达到100%", "达到100%"),
        ("按照安排，7月至8月街道将开展普法课堂28场，组织旁听庭审2场", "2场"),
        ("普法活动预计覆盖青少年1500人次", "1500人次"),
        ("受理矛盾纠纷618件。受理信访件213件", "213件"),
        ("党工委书记对3件重大矛盾纠纷包案化解", "3件"),
        ("“北湖发布”公众号全年推送信息500篇，其中普法类80篇", "500篇"),
        ("调处邻里纠纷200起，化解率达98%", "达98%"),
        ("专项治理中，受理物业矛盾纠纷40件，化解38件，化解率95%", "38件"),
        ("收到行政诉讼应诉通知书9件", "9件"),
        ("新收行政诉讼案件8件，其中街道为被告的5件", "8件"),
        ("开展主题活动，发放宣传单2000张，接受法律咨询150人次", "150人次"),
        ("组织“法律进社区”讲座40场，“法律进校园”12场", "40场"),
        ("新建法治宣传室，可容纳50人开展培训", "50人"),
        ("执法队二中队持证执法人员7名", "7名"),
        ("西片区调解中心调处纠纷80件，东片区调处70件", "80件"),
        ("接到涉噪声扰民热线工单250件，办结率100%", "100%"),
        ("区政府全年专题研究法治建设会议6次", "6次"),
        ("某合同纠纷案，街道起诉追回租金，出具法律意见2份", "2份"),
        ("坚持每两个月安排1次中心组学法", "1次"),
        ("6月，街道联合税务局开展普法宣传1场，发放宣传手册500册", "500册"),
        ("围绕“每月一题”，制定任务清单35项", "35项"),
        ("12345热线及县长信箱等平台交办诉求300件，办结296件", "296件"),
        ("9名新进队员通过岗前培训", "9名"),
        ("“三所联动”机制受理纠纷1200件", "1200件"),
        ("7月应在2小时内联系的12345工单中有6件超时", "6件"),
        ("松林、云杉、百合三个社区的12345解决率分别为92.0%、89.5%、87.3%", "87.3%"),
        ("12345工单办理中，接诉台收到现场诉求30件，当场解决25件，解决率83.4%", "30件"),
        ("和平社区：受理12345工单88件", "88件"),
        ("全县现有“法律明白人”1500人", "1500人"),
        ("12345平台共受理全区诉求21万件", "21万件"),
        ("督察反馈全区共性问题21个", "21个"),
        ("连续3个月12345解决率100%", "100%"),
        ("去年3月受理纠纷31件", "31件"),
        ("学法考试2名未合格人员已补考通过", "2名"),
        ("新申领行政执法证4人", "4人"),
        ("32名机关干部、54名社区干部参加学法考试", "54名"),
        ("对印发的公文开展审查11件，审查合同一批", "11件"),
        ("持证执法人员从年初的20人增加到26人", "20人"),
        ("应知应会法律法规30部、党内法规9部", "30部"),
        ("应知应会党内法规9部、法律法规30部", "30部"),
        ("12345工单中，8个社区共承办1500件，机关科室承办600件", "1500件"),
        ("首次联系超时的12345工单4件", "4件"),
        ("上半年有3个社区法律顾问到岗率低于80%", "3个"),
        ("共举办法治培训，其中针对网格员的培训3场", "3场"),
        ("县“企业码”平台转办诉求12件，办结11件", "11件"),
        ("镇“共享法庭”全年化解纠纷44件", "44件"),
        ("“乡贤调解团”调解纠纷26起", "26起"),
        ("对重复投诉工单200件领导包案，化解150件", "150件"),
        ("“1+8+N”群众诉求服务体系全年受理诉求9000宗，另有12345工单", "9000宗"),
        ("12345工单中，超期最多的是城管办6件", "6件"),
        ("12345工单排名末位的观澜社区解决率78%", "78%"),
        ("尚有40件12345工单正在办理，其中挂账11件", "11件"),
        ("联合调处疑难复杂纠纷52件", "52件"),
        ("法律顾问参与重大决策论证5项", "5项"),
        ("开展“法治体检”活动，提供法律咨询90人次", "90人次"),
        ("律师团为企业化解合同纠纷22起", "22起"),
        ("8月22日至23日，街道举办2024年行政执法培训班，网格员共74人参加", "74人"),
        ("开展“法治七进”活动，发放资料9000份，解答群众咨询800人次", "800人次"),
        ("评查行政处罚案卷25卷、行政许可案卷15卷", "15卷"),
        ("接受区司法局案卷评查12卷", "12卷"),
        ("全镇辖4个社区、19个行政村", "4个"),
        ("全镇辖19个行政村、4个社区", "4个"),
        ("面向居民推送普法短信2.3万条", "2.3万条"),
        ("受理行政调解案件26件", "26件"),
        ("12345工单当即答复700件，办理类按期办结1500件", "1500件"),
        ("按照年初目标，12345热线解决率应达到92%", "达到92%"),
        ("全年学法考试分批进行，第一批48人参加", "48人"),
        ("停车难一项的投诉工单共90件，均已办结", "均已办结"),
        ("一场法治电影放映后，发放宣传折页260份", "260份"),
        ("阳光社区法律明白人9名", "9名"),
        ("在旧村改造项目中，法律顾问审查合同310份", "310份"),
        ("重大行政决策目录共列3项", "3项"),
        ("春节前调解欠薪纠纷6件", "6件"),
        ("行业性专业性调解组织全年受理纠纷66件", "66件"),
        ("三率考核中，响应率、解决率、满意率权重分别为20%、40%、40%", "20%"),
        ("12345工单中，除夕至正月十五共接到31件", "31件"),
        ("街道要求超期工单不超过2件，满意率不低于96%", "不低于96%"),
        ("对18个村的村规民约开展合法性审查", "18个"),
        ("完成历史合同清理230份，开展合同审查", "230份"),
        ("县长热线和12345工单合计420件", "420件"),
        ("年末仍挂账工单13件", "13件"),
        ("全年延期工单申请40件", "40件"),
        ("法律咨询电话最多的一天达29人次", "达29人次"),
    ],
)
def test_what_is_no_figure_of_the_year_is_matched_with_none(sample, text, number):
    found = one(sample(text + "。"), number)
    assert (found.sort, found.verdict, found.stored) == ("untracked", "unknown", None)


@pytest.mark.parametrize(
    ("text", "number", "nearest"),
    [
        ("发放宣传品8412册", "8412册", "publicity.materials"),
        ("当面咨询232件", "232件", "consultation.in_person"),
        ("提供法律咨询330次", "330次", "consultation.total"),
    ],
)
def test_another_unit_is_another_figure_and_the_nearest_is_named(sample, text, number, nearest):
    found = one(sample(text), number)
    assert (found.sort, found.verdict, found.indicator) == ("untracked", "unknown", nearest)
    assert "不是同一个数" in found.reason.text()


def test_of_several_like_numbers_in_one_sentence_none_is_the_figure_but_their_sum_may_be(sample):
    found = sample("法治宣传册发放5000份，民法典宣传册发放3412份。")
    assert [(one.verdict, one.indicator) for one in found.claims] == [("agrees", "publicity.materials")] * 2
    found = sample("法治宣传册发放500份，民法典宣传册发放300份。")
    assert {(one.sort, one.verdict) for one in found.claims} == {("untracked", "unknown")}
    found = sample("发放宣传品8412份，其余社区发放宣传册300份。")
    assert one(found, "8412份").verdict == "agrees"


def test_words_that_deny_of_all_deny(sample):
    """均无 is none, not all."""
    assert (one(sample("行政诉讼3件，行政复议2件，均无败诉。"), "均无败诉").indicator) == "litigation.lost"


def test_what_a_change_came_to_is_of_the_time_that_the_text_is_of(sample):
    found = sample("街道2024年一季度热线工单通报\n解决率由88.2%升至91.35%，工单受理230件。")
    assert [(claim.indicator, claim.months) for claim in found.claims if claim.sort == "figure"] == [
        *(("hotline.resolution_rate", (1, 2, 3)), ("hotline.received", (1, 2, 3))),
    ]


def test_a_list_of_months_ends_at_its_mark(sample):
    found = sample("三季度调解工作情况\n受理纠纷154件，7月48件、8月57件、9月49件；化解150件。")
    assert (one(found, "150件").indicator, one(found, "150件").months) == ("mediation.resolved", (7, 8, 9))


def test_some_years_told_among_the_years_figures_do_not_hold_on(sample):
    found = sample("开展普法活动16场，发放宣传品8412份。“八五”普法以来累计开展93场。推送普法稿件412篇。")
    assert one(found, "412篇").verdict == "agrees"


def test_below_a_part_that_names_the_next_year_there_are_plans(sample):
    found = sample("第二部分　主要成效\n开展普法活动16场。\n第三部分　2025年重点任务\n开展普法活动20场。")
    assert (one(found, "16场").verdict, one(found, "20场").sort) == ("agrees", "untracked")


def test_a_day_told_as_an_example_does_not_hold_on(sample):
    told = "全年开展普法活动16场。{}12月4日国家宪法日当天，设展台8个。推送普法稿件412篇。"
    assert one(sample(told.format("其中")), "412篇").verdict == "agrees"
    assert one(sample(told.format("")), "412篇").sort == "untracked"


def test_a_number_beside_one_that_agrees_is_something_else(sample):
    found = sample("街道受理12345工单9232件，网格受理工单426件。")
    assert (one(found, "9232件").verdict, one(found, "426件").sort) == ("agrees", "untracked")


def test_a_title_says_whose_the_figures_of_a_bulletin_are_and_what_they_are_about(sample):
    told = "全年受理9232件。\n按期办结率98.9%。\n杨村街道办结工单9159件。"
    found = sample(f"杨村街道2024年12345热线情况通报\n{told}")
    assert [one.indicator for one in found.claims if one.sort == "figure"] == [
        *("hotline.received", "hotline.in_time_rate", "hotline.closed"),
    ]
    found = sample(f"武清区2024年12345热线情况通报\n{told}")
    assert [one.indicator for one in found.claims if one.sort == "figure"] == ["hotline.closed"]
    found = sample("北湖区三季度各街镇热线工单考评结果\n三个街道共受理12345工单2337件，末位为沙河镇，受理521件。")
    assert not [one for one in found.claims if one.sort == "figure"]
    found = sample("桥南街道第三季度接诉即办情况通报\n响应率99.6%。本季度办结612件。")
    figures = {one.indicator: one.months for one in found.claims if one.sort == "figure"}
    assert figures == dict.fromkeys(("hotline.response_rate", "hotline.closed"), (7, 8, 9))
    found = sample(f"文华巷社区2024年12345热线情况\n{told}")
    scopes = {one.indicator: one.community for one in found.claims if one.sort == "figure"}
    assert scopes["hotline.received"] == scopes["hotline.in_time_rate"] is not None
    assert scopes["hotline.closed"] is None


def test_another_street_is_told_by_its_name_where_the_reports_own_stands_in_it(sample):
    theirs = "黄庄街道全年受理12345工单8765件。"
    assert one(sample(theirs), "8765件").indicator == "hotline.received"  # whose report it is, nothing says
    assert one(sample("杨村街道2024年法治政府建设年度报告\n" + theirs), "8765件").sort == "untracked"
    both = sample("杨村街道全年受理12345工单9232件，推动社区、街道共开展普法活动16场。")
    assert [claim.verdict for claim in both.claims if claim.sort == "figure"] == ["agrees", "agrees"]


def test_a_community_that_a_sentence_begins_with_holds_for_all_of_it(sample):
    found = sample("文华巷社区全年电话咨询1人次，开展普法活动2场。")
    assert {claim.community for claim in found.claims} == {A}
    found = sample("文华巷社区受理纠纷25件，全部化解；泉州西里社区受理13件，化解12件。")
    assert len({claim.community for claim in found.claims[:2]} & {claim.community for claim in found.claims[2:]}) == 0
    found = sample("除文华巷社区外，开展普法活动16场。")
    assert found.claims[0].community is None
    found = sample("文华巷社区率先行动，街道全年开展普法活动16场。")
    assert (found.claims[0].community, found.claims[0].verdict) == (None, "agrees")


@pytest.mark.parametrize(
    "text",
    [
        "社区法律顾问尚未实现全覆盖",
        "法律顾问没有做到社区全覆盖",
        "工单未能全部按期办结",
        "12345工单不是零超期",
        "纠纷386件，除1件外全部化解",
        "矛盾纠纷基本全部化解",
        "确保12345工单零超期",
    ],
)
def test_what_is_denied_or_only_meant_is_no_claim_of_all(sample, text):
    assert not [
        claim
        for claim in sample(f"{text}。").claims
        if claim.sort == "figure" and claim.unit == "" and claim.value is None
    ]


def test_a_wrong_count_does_not_make_its_rate_wrong_too(sample):
    found = sample("12345工单受理9323件，办结9159件，办结率99.21%。")
    assert [claim.verdict for claim in found.claims if claim.sort == "figure"] == ["conflicts", "agrees", "agrees"]
    found = sample("受理12345工单9232件，其中咨询类3578件、办理类6554件。")
    assert [claim.verdict for claim in found.claims if claim.sort == "figure"] == ["agrees", "agrees", "conflicts"]


def test_like_numbers_of_one_sentence_do_not_contradict_each_other(sample):
    found = sample("镇（街道）专职调解员共251名、村（社区）专职调解员共323名。")
    assert not [flag for flag in found.flags if flag.sort == "told-twice"]


def test_a_part_is_not_the_whole(sample):
    found = sample("12345热线工单累计受理9232件，其中网格上报受理312件，咨询类3578件。")
    assert one(found, "9232件").verdict == "agrees"
    assert one(found, "312件").sort == "untracked"
    assert one(found, "3578件").indicator == "hotline.inquiries"
    found = sample("12345热线工单累计受理9232件（热线受理9000件、网络受理232件）。")
    assert one(found, "9232件").verdict == "agrees"
    assert {one(found, "9000件").sort, one(found, "232件").sort} == {"untracked"}


def test_a_month_and_a_community_are_held_against_their_own_figures(sample, sample_store):
    march = claims.figures(sample_store, 2024, by=["month"], indicators=["consultation.phone"])["value"].iloc[2]
    found = sample(f"3月份，电话咨询{march:.0f}人次。文华巷社区电话咨询1人次。")
    assert (found.claims[1].verdict, found.claims[1].months) == ("agrees", (3,))
    place = one(found, "1人次")
    assert place.community == A and place.stored != 98


# ------------------------------------------------------------------------------------------- how numbers are judged


@pytest.mark.parametrize(
    ("written", "verdict"),
    [
        ("8412份", "agrees"),
        ("8,412份", "agrees"),
        ("8000余份", "agrees"),
        ("8000多份", "agrees"),
        ("近9000份", "agrees"),
        ("近8000份", "conflicts"),
        ("8000份", "conflicts"),
        ("逾8000份", "agrees"),
        ("不少于8000份", "agrees"),
        ("约8500份", "agrees"),
        ("0.84万份", "agrees"),
        ("八千余份", "agrees"),
        ("8412余份", "conflicts"),
    ],
)
def test_a_count_holds_as_its_words_say(sample, written, verdict):
    assert one(sample(f"发放宣传品{written}。"), written).verdict == verdict


@pytest.mark.parametrize(
    ("written", "verdict"),
    [("10万余人次", "agrees"), ("10.4万人次", "agrees"), ("10万人次", "agrees-if-truncated"), ("11万人次", "conflicts")]
    + [("10余万人次", "conflicts"), ("近11万人次", "agrees")],
)
def test_ten_thousands_are_read_as_written(sample, written, verdict):
    assert one(sample(f"开展普法宣传，覆盖{written}。"), written).verdict == verdict


@pytest.mark.parametrize(
    ("passed", "printed", "verdict"),
    [
        (311, "100%", "conflicts"),
        (311, "99.68%", "agrees"),
        (311, "99.7%", "agrees"),
        (311, "99.6%", "agrees-if-truncated"),
        (311, "99.5%", "conflicts"),
        (312, "100%", "agrees"),
        (311, "全员通过", "conflicts"),
        (312, "全员通过", "agrees"),
    ],
)
def test_a_share_is_a_hundred_percent_only_of_a_whole(clerk, passed, printed, verdict):
    clerk.files("exam", A, "2024-03-05", title="学法考试", takers=312, passed=passed)
    words = "" if "员" in printed else "通过率"
    found = check(clerk.store, f"组织学法考试，{words}{printed}。", 2024)
    assert one(found, printed).verdict == verdict


def test_where_the_store_has_no_number_it_cannot_say(clerk):
    found = one(check(clerk.store, "发放宣传品100份。", 2024), "100份")
    assert (found.sort, found.verdict, found.stored) == ("figure", "unknown", None)


def test_none_late_is_refused_when_one_was(desk):
    desk.brings("T1", closed="2024-09-13 10:00")
    text = "12345热线工单无超期，无延期工单。"
    assert {claim.verdict for claim in check(desk.store, text, 2024).claims if claim.text.startswith("无")} == {
        "agrees"
    }
    desk.brings("T2", closed="2024-10-13 10:00")
    found = check(desk.store, text, 2024)
    assert (one(found, "无超期").verdict, one(found, "无延期工单").verdict) == ("conflicts", "conflicts")
    with writing(desk.store) as conn:
        settings.put(conn, "none_extended", ["extended"])
    found = check(desk.store, text, 2024)
    assert (one(found, "无超期").verdict, one(found, "无延期工单").verdict) == ("conflicts", "agrees")


def test_a_zero_that_cannot_be_proved_is_not_confirmed(clerk):
    clerk.files("hotline", A, "2024-03-05", received=3, overdue=0, extended=0)
    found = one(check(clerk.store, "12345热线工单无超期。", 2024), "无超期")
    assert found.verdict == "unknown" and "逐件" in found.reason.text()


# ------------------------------------------------------------------------------------------- the text with itself


def test_a_month_told_before_holds_for_the_rest_of_the_paragraph(sample):
    found = sample("3月份，12345热线受理工单903件。其中，咨询类工单343件。全年累计受理9232件。")
    assert [claim.months for claim in found.claims if claim.sort == "figure"] == [(3,), (3,), ()]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("3月份受理12345工单903件，全年9232件", "agrees"),
        ("3月份受理12345工单903件；全年累计受理9223件", "conflicts"),
        ("3月份受理12345工单903件，全年走访9232件", "unknown"),
        ("3月份受理12345工单903件，全年9232人次", "unknown"),
        ("3月份受理12345工单903件。全年9232件", "unknown"),
    ],
)
def test_a_figure_told_again_of_the_year_may_leave_its_name_out(sample, text, verdict):
    assert sample(f"{text}。").claims[-1].verdict == verdict


@pytest.mark.parametrize(
    "text",
    [
        "上半年受理12345工单4738件，全年受理9232件",
        "2024年3月，成立领导小组。截至12月18日，12345热线受理工单9232件",
        "2024年3月，成立领导小组。12345热线受理工单9232件",
        "在4月国家安全教育日、12月宪法宣传月等节点，12345热线受理工单9232件",
    ],
)
def test_what_happened_in_a_month_says_nothing_of_the_year(sample, text):
    assert one(sample(f"{text}。"), "9232件").verdict == "agrees"


@pytest.mark.parametrize(
    "words",
    [
        "无延期工单",
        "未发生一起延期工单",
        "没有延期工单",
        "不存在延期工单",
        "延期工单为零",
        "延期工单为0",
        "延期工单0件",
    ],
)
def test_none_can_be_said_in_many_ways(sample, words):
    found = sample(f"12345热线工单累计受理9232件，{words}。")
    (denied,) = [claim for claim in found.claims if claim.indicator == "hotline.extended"]
    assert denied.verdict == "agrees"


def test_a_happening_is_not_the_year(sample):
    found = sample("此次活动共发放宣传资料500余份，解答法律咨询30余人次。")
    assert {claim.verdict for claim in found.claims} == {"unknown"}


def test_what_a_part_is_split_into_is_a_part_too(sample):
    found = sample("12345热线受理工单9232件，办结9159件。其中，咨询类3578件，咨询类办结3578件。")
    assert [claim.verdict for claim in found.claims if claim.value] == ["agrees", "agrees", "agrees", "unknown"]


def test_a_number_that_no_number_can_be_contradicts_itself(sample):
    found = sample("发放宣传品8412余份。全年发放宣传品8412余份。")
    assert {claim.verdict for claim in found.claims} == {"conflicts"}
    assert [flag for flag in found.flags if flag.sort == "told-twice"] == []


@pytest.mark.parametrize(
    "text",
    ["较2023年增长5%", "与2023年相比", "自2019年5月起施行", "2021年以来", "根据2021年印发的方案"],
)
def test_a_year_told_for_comparison_is_no_wrong_year(sample, text):
    assert [flag.reason.text() for flag in sample(f"{REPORT}\n{text}，持续推进。").flags] == []


def test_a_report_may_be_signed_in_the_year_after(sample):
    assert sample(REPORT.replace("2024年12月18日\n", "2025年1月10日\n")).flags == []


def test_a_table_is_read_row_by_row(sample):
    rows = [("指标", "单位", "合计"), ("12345工单受理", "件", "9,232"), ("发放宣传品", "份", "8,400")]
    found = sample(claims.text_of(word("年度汇总", rows=rows), "a.docx"))
    assert judged(found) == {"9,232": ("agrees", "hotline.received"), "8,400": ("conflicts", "publicity.materials")}


@pytest.mark.parametrize("text", ["万" * 2000, "9" * 6000, "A" * 6000, "一" * 6000, "咨询1件，占1%，" * 300])
def test_a_text_of_one_letter_is_read_like_any_other(sample, text):
    assert sum(claim.end - claim.start for claim in sample(text).claims) <= len(text)


@pytest.mark.parametrize(("clauses", "sort"), [(10, "figure"), (60, "untracked")])
def test_words_half_a_page_before_say_nothing_of_a_number(sample, clauses, sort):
    between = "街道干部走访慰问群众，" * clauses
    assert one(sample(f"深化普法宣传，{between}开展活动16场。"), "16场").sort == sort


def test_one_fact_told_twice_with_two_numbers_is_noticed(sample):
    found = sample("举办法治宣传活动16场。\n全年法治宣传活动共18场。\n旁听庭审3场。\n组织旁听庭审4场。")
    assert one(found, "18场").verdict == "conflicts"
    assert (one(found, "3场").verdict, one(found, "4场").verdict) == ("unknown", "conflicts")
    assert [flag.sort for flag in found.flags if flag.start] == ["told-twice", "told-twice"]


def test_the_same_fact_rounded_and_exact_is_one_fact(sample):
    found = sample("发放宣传品8000余份。\n全年发放宣传品8412份。")
    assert [flag for flag in found.flags if flag.sort == "told-twice"] == []


def test_a_stated_sum_that_is_wrong_conflicts(sample):
    found = sample("走访企业12家，走访商户30户，应办594件，按期完成591件，按期完成率99.6%。")
    assert one(found, "99.6%").verdict == "conflicts"
    assert "591÷594" in one(found, "99.6%").reason.text()


@pytest.mark.parametrize("gone", ["二、存在的不足和原因", "四、下一年度主要安排", "五、其他需要报告的情况"])
def test_a_part_that_is_missing_is_named(sample, gone):
    found = sample(REPORT.replace(f"\n{gone}\n", "\n"))
    (flag,) = [flag for flag in found.flags if flag.sort == "missing-part"]
    assert gone[2:] in flag.reason.text()


@pytest.mark.parametrize("first", ["12345工单受理\t件\t9232", "12345工单受理9232件", "街道受理12345工单9232件。"])
def test_a_row_or_a_sentence_is_no_title(sample, first):
    assert one(sample(f"{first}\n办结385件。"), "385件").sort == "untracked"


def test_what_the_leaders_did_themselves_is_not_the_offices(sample):
    told = "赴社区宣讲宪法、举办法治讲座2场。"
    assert one(sample(f"（二）普法宣传\n{told}"), "2场").indicator == "training.sessions"
    assert one(sample(f"三、党政主要负责人履行第一责任人职责情况\n{told}"), "2场").sort == "untracked"


def test_words_that_may_mean_an_indicator_give_way_to_those_that_do(sample):
    found = sample("党委会会前学法22次。\n中心组集中学法7次。")
    assert (one(found, "22次").sort, one(found, "7次").verdict) == ("untracked", "agrees")
    assert not [flag for flag in found.flags if flag.sort == "told-twice"]
    assert one(sample("党委会会前学法7次。"), "7次").verdict == "agrees"


def test_a_bulletin_of_the_hotline_has_no_parts_to_miss(sample):
    assert sample("杨村街道2024年11月12345热线办理情况通报\n受理工单832件。").flags == []


def test_a_year_that_is_not_the_reports_is_flagged(sample):
    found = sample(REPORT.replace("2024年12月18日", "2023年12月18日"))
    assert [flag.reason.text() for flag in found.flags] == ["写的是 2023 年，报告年度是 2024 年"]


def test_next_years_number_is_a_plan_below_a_title_of_its_own(sample):
    told = "（一）2025年法治建设重点\n1.开展法治宣传活动41场，覆盖2025年全年。\n"
    found = sample(REPORT.replace("四、下一年度主要安排\n", f"四、其他事项\n{told}四、下一年度主要安排\n"))
    assert [flag.reason.text() for flag in found.flags] == []
    assert one(found, "41场").verdict == "unknown"
    wrong = sample(f"{REPORT}\n（一）2025年，街道开展法治宣传活动41场。")  # is no title
    assert [flag.sort for flag in wrong.flags] == ["other-year"]


@pytest.mark.parametrize("blank", ["XX件", "××次", "____", "【待写：不足】", "发放X份"])
def test_a_blank_that_was_not_filled_is_flagged(sample, blank):
    assert [flag.sort for flag in sample(f"{REPORT}\n{blank}").flags] == ["unfilled"]


def test_a_number_copied_from_last_years_report_is_flagged(sample):
    found = sample("开展走访活动45次，发放宣传品8412份。", before="开展走访活动45次，发放宣传品7000份。")
    same = [found.text[flag.start : flag.end] for flag in found.flags if flag.sort == "unchanged"]
    assert same == ["45次"]


def test_a_figure_that_is_the_stores_of_the_year_before_is_flagged(clerk):
    clerk.files("publicity", A, "2023-03-05", title="宪法宣传", activities=1, materials=500)
    clerk.files("publicity", A, "2024-03-05", title="宪法宣传", activities=1, materials=500)
    found = check(clerk.store, "发放宣传品500份。", 2024)
    assert [flag.sort for flag in found.flags if flag.start] == ["unchanged"]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("发放宣传品530份，同比增长6%", "agrees"),
        ("发放宣传品530份，较2023年增长6.00%", "agrees"),
        ("发放宣传品530份（比上年同期增加近6.5%）", "agrees"),
        ("发放宣传品530份，较去年增长7%", "conflicts"),
        ("发放宣传品530份，同比下降6%", "conflicts"),
        ("发放宣传品530份，较2022年增长9%", "unknown"),
        ("发放宣传品530份，其中民法典手册同比增长9%", "unknown"),
        ("举办法治宣传活动1场，同比增长9%", "conflicts"),
        ("旁听庭审3场，同比增长9%", "unknown"),
    ],
)
def test_a_change_told_behind_its_figure_is_held_against_the_year_before(clerk, text, verdict):
    clerk.files("publicity", A, "2023-03-05", title="宪法宣传", activities=1, materials=500)
    clerk.files("publicity", A, "2024-03-05", title="宪法宣传", activities=1, materials=530)
    claim = check(clerk.store, f"{text}。", 2024).claims[-1]
    assert (claim.sort, claim.verdict) == ("untracked", verdict)


def test_a_rate_changes_by_points(clerk):
    clerk.files("exam", A, "2023-06-05", title="学法考试", takers=200, passed=195)
    clerk.files("exam", A, "2024-06-05", title="学法考试", takers=200, passed=198)
    found = check(clerk.store, "学法考试通过率99%，较上年提高1.5个百分点。学法考试合格率99%，同比提高2%。", 2024)
    assert [claim.verdict for claim in found.claims] == ["agrees", "agrees", "agrees", "unknown"]
    assert "97.50" in claims.explained(found.claims[1])


# ------------------------------------------------------------------------------------------- what a person says


def test_what_a_person_says_holds_for_the_next_text(clerk):
    clerk.files("publicity", A, "2024-03-05", title="宪法宣传", activities=16)
    text = "累计推出惠民普惠行动16场。"
    claim = one(check(clerk.store, text, 2024), "16场")
    assert claim.sort == "untracked"
    claims.decide(clerk.store, claim, "figure", "publicity.activities", by="王芳")
    again = one(check(clerk.store, text.replace("16", "17"), 2024), "17场")
    assert (again.sort, again.indicator, again.verdict) == ("figure", "publicity.activities", "conflicts")
    claims.decide(clerk.store, claim, "name", None, by="王芳")
    again = one(check(clerk.store, text, 2024), "16场")
    assert (again.sort, again.verdict) == ("name", None)


@pytest.mark.parametrize(
    ("sort", "indicator", "by"),
    [("figure", None, "王芳"), ("date", "publicity.activities", "王芳"), ("figure", "nope.nope", "王芳")]
    + [("nope", None, "王芳"), ("name", None, " ")],
)
def test_what_makes_no_sense_is_not_remembered(clerk, sort, indicator, by):
    claim = one(check(clerk.store, "累计推出惠民行动16场。", 2024), "16场")
    with pytest.raises(Refusal):
        claims.decide(clerk.store, claim, sort, indicator, by=by)
    with reading(clerk.store) as conn:
        assert phrases.readings(conn) == {}


# ------------------------------------------------------------------------------------------- files, scripts


def word(*paragraphs: str, rows=()) -> bytes:
    made, buffer = Document(), BytesIO()
    for text in paragraphs:
        made.add_paragraph(text)
    if rows:
        table = made.add_table(len(rows), len(rows[0]))
        for line, cells in zip(table.rows, rows, strict=True):
            for cell, text in zip(line.cells, cells, strict=True):
                cell.text = text
    made.save(buffer)
    return buffer.getvalue()


def test_a_word_document_is_read_with_its_tables():
    data = word("一、主要举措和成效", "受理9232件", rows=[("指标", "数"), ("宣传品", "8412份")])
    assert claims.text_of(data, "a.docx") == "一、主要举措和成效\n受理9232件\n指标\t数\n宣传品\t8412份"


def test_a_drafted_report_agrees_with_the_store_it_was_drafted_from(sample, sample_store):
    text = claims.text_of(draft.document(sample_store, 2024, CUT_OFF), "草稿.docx")
    found = sample(text)
    assert found.conflicts == []
    agreed = {claim.indicator for claim in found.claims if claim.verdict == "agrees"}
    assert agreed >= set(PUBLISHED.values())


def test_what_was_inserted_with_tracked_changes_is_read():
    made, buffer = Document(), BytesIO()
    paragraph = made.add_paragraph("受理")
    run = paragraph.add_run("9232件")._r
    inserted = OxmlElement("w:ins")
    run.addprevious(inserted)
    inserted.append(run)
    made.save(buffer)
    assert claims.text_of(buffer.getvalue(), "a.docx") == "受理9232件"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_file_is_read_as_it_was_saved(encoding):
    assert claims.text_of("受理9232件\r\n共".encode(encoding), "a.txt") == "受理9232件\n共"


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"PK\x03\x04no", "docx"), (b"\xd0\xcf\x11\xe0", "另存"), (b" \n", "没有文字"), (b"\xff\xfe\xff\xff\xff", "编码")],
)
def test_a_file_without_a_text_is_refused(data, words):
    with pytest.raises(Refusal, match=words):
        claims.text_of(data, "报告.doc")


def test_a_script_reads_one_object_a_token_and_a_summary(sample):
    *tokens, last = sample(REPORT).rows()
    assert list(tokens[0]) == ("start end text class value low high unit indicator stored verdict reason".split())
    assert {token["class"] for token in tokens} == {"figure", "untracked", "date", "ordinal", "name"}
    assert {token["verdict"] for token in tokens} == {"agrees", "unknown", None}
    near = next(token for token in tokens if token["text"] == "近100人次")
    assert (near["value"], near["low"], near["high"], near["unit"], near["stored"]) == (100, 90, 99, "人次", 98)
    summary = last["summary"]
    assert summary["tokens"] == len(tokens) == sum(summary[name] for name in claims.SORTS)
    assert (summary["agrees"], summary["conflicts"], summary["flags"]) == (18, 0, [])


def test_reasons_show_the_words_and_the_unit_in_both_languages(sample):
    found = one(sample("发放宣传品8412份。"), "8412份")
    assert claims.explained(found) == "库中“发放宣传品”为 8,412份，相符（依据“发放宣传品”，单位份）"
    assert claims.explained(found, "en").startswith('In the store "Materials handed out" is 8,412 copies: agrees')


def test_a_text_that_is_too_long_is_refused(sample):
    with pytest.raises(Refusal, match="分开"):
        sample("受" * (claims.MOST_LETTERS + 1))


def test_no_two_indicators_share_words_and_unit(sample_store):
    """Where they did, a figure could be either: the catalogue would make the checker unsure."""
    with reading(sample_store) as conn:
        known = Phrases(claims.catalogue(sample_store).on(CUT_OFF), phrases.aliases(conn))
    seen: dict[tuple, str] = {}
    for phrase in known.all:
        key = phrase.topic, phrase.own, phrase.unit
        assert seen.setdefault(key, phrase.indicator) == phrase.indicator, phrase


def test_every_alias_belongs_to_an_indicator_and_is_found_by_it(sample):
    assert one(sample("累计化解矛盾纠纷380件。"), "380件").value == Decimal(380)
