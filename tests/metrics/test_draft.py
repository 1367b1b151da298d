"""The annual report drafted: what it says of the sample year, what it leaves out and why, and how it looks on paper."""

import io
import shutil
import subprocess
import xml.etree.ElementTree as xml
import zipfile
from datetime import UTC, date, datetime

import docx
import openpyxl
import pandas as pd
import pytest
from docx.oxml.ns import qn
from docx.shared import Pt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import reports, units
from db import settings as chosen
from db.engine import open_store, writing
from db.language import Refusal, Rejected
from metrics import claims, draft, papers, templates
from metrics.__main__ import main
from metrics.catalogue import catalogue
from metrics.exports import number
from metrics.figures import figures, rows
from metrics.papers import Paragraph, Piece
from tests.desk import STREET, A, B, Desk

CUT_OFF = date(2024, 12, 18)
PUBLISHED = """
    受理12345热线工单9232件 无超期 无延期工单 当面咨询200余人次 电话咨询近100人次 法律顾问参与各类事项511件
    法治宣传活动16场 宣传品8000余份 覆盖10万余人次 30个社区、所辖111个小区 配备法律顾问的社区30个 集中学法7次
    培训800余人 通过率100%（312/312） 全员通过 法治建设重点任务13项 应知应会法律法规17项
""".split()
MANDATED = """
    一、主要举措和成效 二、存在的不足和原因 三、党政主要负责人履行第一责任人职责情况 四、下一年度主要安排
    五、其他需要报告的情况
""".split()


def unmarked(text: str) -> str:
    """A draft's text without the notes of missing reports."""
    return text.replace("〔缺报21份〕", "")


def left(found: draft.Draft) -> dict[str, list[str]]:
    """What was left out: sentence → reasons."""
    return {one.sentence: [reason.text() for reason in one.reasons] for one in found.left_out}


def texts(data: bytes) -> list[str]:
    """The paragraphs of a document and the cells of its tables, in order."""
    return papers.lines(data).splitlines()


def notes(found: draft.Draft) -> list[str]:
    return [piece.text for one in found.paragraphs for piece in one.pieces if piece.sort == "note"]


@pytest.fixture(scope="module")
def made(sample_store) -> draft.Draft:
    return draft.text(sample_store, 2024, CUT_OFF)


@pytest.fixture(scope="module")
def document(sample_store) -> bytes:
    return draft.document(sample_store, 2024, CUT_OFF)


@pytest.fixture
def own_sample(sample_store, tmp_path):
    """The sample year, to write on."""
    with sample_store.connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(sample_store.url.database, tmp_path / "own.db")
    store = open_store(f"sqlite:///{tmp_path / 'own.db'}")
    yield store
    store.dispose()


@pytest.fixture
def sqlite_office(sqlite_files, tmp_path):
    """30 communities and nothing recorded."""
    store = open_store(sqlite_files.fresh(tmp_path / "office.db", with_units=True))
    yield store
    store.dispose()


@pytest.fixture
def desk(sqlite_office) -> Desk:
    return Desk(sqlite_office)


# ------------------------------------------------------------------------------------------ the sample year


@pytest.mark.parametrize("said", PUBLISHED)
def test_the_draft_of_the_sample_year_says_the_published_figures(made, said):
    assert said in unmarked(made.plain)


def test_the_five_mandated_parts_stand_in_their_order(made):
    assert [one.text for one in made.paragraphs if one.sort == "part"] == MANDATED


def test_nothing_of_the_sample_year_is_left_out(made):
    assert made.left_out == []


def test_what_the_store_knows_nothing_of_is_marked_for_the_writer(made):
    marked = [piece.text for one in made.paragraphs for piece in one.pieces if piece.sort == "to_write"]
    assert len(marked) == 5 and all(text.startswith("【待写：") for text in marked)


def test_every_figure_of_the_text_is_the_figure_of_its_indicator(made, sample_store):
    frame = figures(sample_store, 2024, cut_off=CUT_OFF).set_index("indicator")
    for one in made.spans:
        assert made.plain[one.start : one.end] == one.text
        if one.text.isdigit():
            assert int(one.text) == frame.loc[one.asked.indicator, "value"]
    assert len(made.spans) > 30


def test_a_claim_proved_ticket_by_ticket_says_so(made):
    assert {one.text for one in made.spans if one.asked is None} == {"无超期", "无延期工单"}
    assert "应办 12345 工单 9,232 件" in made.claims["无超期"]
    assert "按本单位口径" in made.claims["无延期工单"]


def test_the_draft_holds_against_the_check_of_reports(made, sample_store):
    found = claims.check(sample_store, made.plain, 2024, CUT_OFF)
    assert not found.conflicts
    at = {one.start: one.asked.indicator for one in made.spans if one.asked}
    read = [one for one in found.claims if one.sort == "figure" and one.start in at]
    assert len(read) > 25
    told_by_rate = {"exam.passed": "exam.pass_rate", "community.with_adviser": "community.adviser_coverage"}
    assert [(one.text, one.indicator) for one in read] == [
        (one.text, at[one.start] if one.indicator == at[one.start] else told_by_rate.get(at[one.start])) for one in read
    ]


# ------------------------------------------------------------------------------------------ what is left out

TICKETS = "标题\n受理工单【12345工单受理】件。应办工单【无超期】。本期【无延期工单】！"


def test_one_overdue_ticket_takes_both_claims_out_and_is_named(sqlite_office, desk):
    desk.imports(desk.ticket("T1", closed="2024-09-25 10:00"), desk.ticket("T2", closed="2024-09-13 10:00"))
    found = draft.text(sqlite_office, 2024, CUT_OFF, TICKETS)
    assert found.plain == "标题\n受理工单2件。"
    assert set(left(found)) == {"应办工单【无超期】。", "本期【无延期工单】！"}
    assert all("工单 T1" in reasons[0] for reasons in left(found).values())
    assert [one.number for one in found.left_out] == [2, 2]


def test_one_extension_takes_out_what_the_office_means_by_it(sqlite_office, desk):
    desk.imports(desk.ticket("T1", extended_on="2024-09-18", extended_to="2024-09-27", closed="2024-09-25 10:00"))
    assert draft.text(sqlite_office, 2024, CUT_OFF, TICKETS).plain == "标题\n受理工单1件。应办工单无超期。"
    with writing(sqlite_office) as conn:
        chosen.put(conn, "none_extended", ["overdue"])
    assert draft.text(sqlite_office, 2024, CUT_OFF, TICKETS).left_out == []


def test_daily_counts_alone_prove_nothing(sqlite_office, clerk_of):
    clerk_of(sqlite_office).files("hotline", A, "2024-03-05", received=3, overdue=0)
    found = draft.text(sqlite_office, 2024, CUT_OFF, TICKETS)
    assert found.plain == "标题\n受理工单3件。"
    assert "没有工单，无法逐件核对" in left(found)["应办工单【无超期】。"]


@pytest.mark.parametrize(
    ("passed", "plain"),
    [(312, "标题\n通过率100%（312/312）。参考人员全员通过。"), (311, "标题\n通过率99.68%（311/312）。")],
)
def test_everybody_passed_only_if_everybody_did(sqlite_office, clerk_of, passed, plain):
    clerk_of(sqlite_office).files("exam", STREET, "2024-06-21", title="学法用法考试", takers=312, passed=passed)
    template = "标题\n通过率【考试通过率】（【考试通过率：比】）。参考人员【全员通过】。"
    assert draft.text(sqlite_office, 2024, CUT_OFF, template).plain == plain


def test_nobody_took_an_exam_is_not_everybody_passed(sqlite_office, clerk_of):
    clerk_of(sqlite_office).files("exam", STREET, "2024-06-21", title="学法用法考试", takers=0, passed=0)
    found = draft.text(sqlite_office, 2024, CUT_OFF, "标题\n参考人员【全员通过】。")
    assert left(found) == {"参考人员【全员通过】。": ["考试通过人数是 0，考试参加人数是 0"]}


def test_a_blank_figure_takes_its_sentence_out(sqlite_office, clerk_of):
    clerk_of(sqlite_office).files("consultation", A, "2024-03-05", in_person=0)
    found = draft.text(sqlite_office, 2024, CUT_OFF, "标题\n当面【当面咨询】人次。电话【电话咨询】人次。其他照常。")
    assert found.plain == "标题\n当面0人次。其他照常。"
    assert left(found) == {"电话【电话咨询】人次。": ["电话咨询没有数"]}


def test_a_section_of_which_nothing_could_be_written_is_marked_for_the_writer(sqlite_office, clerk_of):
    clerk_of(sqlite_office).files("consultation", A, "2024-03-05", in_person=3)
    template = "标题\n（一）电话\n电话【电话咨询】人次。\n（二）当面\n当面【当面咨询】人次。\n电话【电话咨询】人次。"
    assert draft.text(sqlite_office, 2024, CUT_OFF, template).plain.splitlines() == [
        *("标题", "（一）电话", "【待写：本节的句子都没有写入，原因见附录】", "（二）当面", "当面3人次。")
    ]


def test_a_chart_of_nothing_is_left_out(sqlite_office):
    found = draft.text(sqlite_office, 2024, CUT_OFF, "标题\n【图：当面咨询：分月】\n【表：年度汇总】")
    assert left(found)["【图：当面咨询：分月】"] == ["没有可以画成图、列成表的数"]


def test_last_years_figure_is_asked_of_last_year(sqlite_office, clerk_of):
    clerk = clerk_of(sqlite_office)
    clerk.files("consultation", A, "2023-12-18", in_person=90)
    clerk.files("consultation", A, "2023-12-19", in_person=5)
    clerk.files("consultation", A, "2024-03-05", in_person=100)
    template = "标题\n接待【当面咨询】人次，上年同期【当面咨询：上年】人次，【当面咨询：上年：约】。"
    found = draft.text(sqlite_office, 2024, CUT_OFF, template)
    assert found.plain == "标题\n接待100人次，上年同期90人次，90。"
    assert found.spans[1].asked == ("consultation.in_person", 2023, date(2023, 12, 18))
    assert "consultation.in_person --year 2023 --cut-off 2023-12-18" in "".join(
        texts(draft.as_document(sqlite_office, found))
    )


def test_an_office_without_a_name_is_asked_for_it(new_sqlite_store):
    with writing(new_sqlite_store) as conn:
        units.save(conn, [units.Unit("120114001007", "文华巷社区居委会", "community")])
    found = draft.text(new_sqlite_store, 2024, CUT_OFF, "【单位】报告\n【单位】\n【落款日期】")
    assert found.plain == "【待写：单位名称】报告\n【待写：单位名称】\n2024年12月18日"


@pytest.fixture
def new_sqlite_store(sqlite_files, tmp_path):
    store = open_store(sqlite_files.fresh(tmp_path / "new.db", with_units=False))
    yield store
    store.dispose()


# ------------------------------------------------------------------------------------------ missing reports


CONSULTED = "标题\n当面咨询【当面咨询：约】人次，电话咨询【电话咨询：约】人次。"
POSTED = "标题\n推送【新媒体普法推送】篇。"


def test_a_figure_with_reports_missing_is_marked_behind_its_unit(made):
    assert "当面咨询200余人次〔缺报21份〕，解答电话咨询近100人次〔缺报21份〕。" in made.plain
    assert "9232件，" in made.plain, "tickets have no daily reports to miss"
    assert {one.missing for one in made.missing} == {21}


def test_a_waived_figure_loses_its_mark_and_the_appendix_says_why(own_sample):
    draft.waive(own_sample, 2024, ["consultation.in_person"], reason="系统切换", by="王芳", cut_off=CUT_OFF)
    found = draft.text(own_sample, 2024, CUT_OFF, CONSULTED)
    assert found.plain == "标题\n当面咨询200余人次，电话咨询近100人次〔缺报21份〕。"
    (covered,) = [one for one in found.missing if one.waiver]
    assert (covered.asked.indicator, covered.waiver.reason) == ("consultation.in_person", "系统切换")
    said = "".join(texts(draft.as_document(own_sample, found)))
    assert "当面咨询（consultation.in_person）缺报21份，豁免原因：系统切换（王芳，" in said


def test_the_mark_comes_back_when_more_is_missing_than_was_waived(own_sample):
    reports.waive(own_sample, 2024, {"media.posts": 20}, reason="系统切换", by="王芳")
    assert notes(draft.text(own_sample, 2024, CUT_OFF, POSTED)) == ["〔缺报21份〕"]
    reports.waive(own_sample, 2024, {"media.posts": 21}, reason="系统切换", by="王芳")
    assert notes(draft.text(own_sample, 2024, CUT_OFF, POSTED)) == []


def test_a_waiver_taken_back_marks_the_figure_again(own_sample):
    draft.waive(own_sample, 2024, ["media.posts"], reason="系统切换", by="王芳", cut_off=CUT_OFF)
    assert draft.text(own_sample, 2024, CUT_OFF, POSTED).plain == "标题\n推送412篇。"
    draft.take_back(own_sample, 2024, ["media.posts"], by="王芳")
    assert draft.text(own_sample, 2024, CUT_OFF, POSTED).plain == "标题\n推送412篇〔缺报21份〕。"


def test_a_chart_and_a_table_of_figures_with_reports_missing_are_marked_too(sample_store):
    found = draft.text(sample_store, 2024, CUT_OFF, "标题\n【图：新媒体普法推送：分月】\n【表：年度汇总】")
    assert notes(found) == ["〔缺报21份〕"]
    (table,) = [one.table for one in found.paragraphs if one.table]
    marked = {row[0].text for row in table.rows if row[-1].sort == "note"}
    assert marked == {one.name["zh"] for one in found.unwaived} and "新媒体普法推送" in marked


def test_last_years_figures_are_marked_and_shown_behind_as_well(sqlite_office, clerk_of):
    clerk = clerk_of(sqlite_office)
    clerk.files("media", A, "2023-03-06", posts=4)
    clerk.files("media", A, "2024-03-05", posts=7)
    with writing(sqlite_office) as conn:
        chosen.put(conn, "reporting_since", "2023-12-18")
    draft.waive(sqlite_office, 2024, ["media.posts"], reason="系统切换", by="王芳", cut_off=CUT_OFF)
    found = draft.text(sqlite_office, 2024, CUT_OFF, "标题\n【图：新媒体普法推送：分月】\n【表：年度汇总】")
    assert notes(found) == ["〔上年缺报30份〕"]
    assert ("media.posts", 2023, date(2023, 12, 18)) in [one.asked for one in found.unwaived]
    said = "".join(texts(draft.as_document(sqlite_office, found)))
    assert "上年同期4，记录1条：python -m metrics rows media.posts --year 2023 --cut-off 2023-12-18" in said


def test_a_year_without_a_holiday_notice_cannot_tell_what_is_missing(sqlite_office, clerk_of):
    clerk_of(sqlite_office).files("media", A, "2003-03-05", posts=3)
    with writing(sqlite_office) as conn:
        chosen.put(conn, "reporting_since", "2003-01-01")
    found = draft.text(sqlite_office, 2003, None, POSTED)
    assert "2003" in found.unknown.text() and notes(found) == []
    assert f"缺报无法计算：{found.unknown.text()}。" in texts(draft.as_document(sqlite_office, found))
    assert draft.text(sqlite_office, 2024, CUT_OFF, "标题").unknown is None


def test_only_what_is_missing_can_be_waived_and_only_a_waiver_taken_back(sample_store):
    act = {"reason": "系统切换", "by": "王芳", "cut_off": CUT_OFF}
    with pytest.raises(Refusal, match="12345工单受理没有缺报"):
        draft.waive(sample_store, 2024, ["hotline.received"], **act)
    with pytest.raises(Refusal, match="没有指标“nope”"):
        draft.waive(sample_store, 2024, ["nope"], **act)
    with pytest.raises(Refusal, match="没有指标“nope”"):
        draft.take_back(sample_store, 2024, ["nope"], by="王芳")
    with pytest.raises(Refusal, match="新媒体普法推送没有豁免"):
        draft.take_back(sample_store, 2024, ["media.posts"], by="王芳")


def test_a_zero_claimed_over_missing_reports_is_not_proved(own_sample, monkeypatch):
    monkeypatch.setitem(templates.CLAIMS, "无转介", templates.Claim("无转介", templates.NONE, ("legal_aid.referrals",)))
    found = draft.text(own_sample, 2024, CUT_OFF, "标题\n本期【无转介】。")
    assert left(found) == {"本期【无转介】。": ["法律援助转介缺报 21 份，未豁免"]}


def test_a_claim_of_zero_holds_only_for_zero(own_sample):
    found = draft.text(own_sample, 2024, CUT_OFF, "标题\n本期【无退回工单】。\n工单【全部办结】。")
    assert found.plain == "标题"
    assert left(found) == {
        "本期【无退回工单】。": ["退回工单是 17，不是 0"],
        "工单【全部办结】。": ["未办结工单是 56，不是 0"],
    }


# ------------------------------------------------------------------------------------------ the wording


def test_the_offices_own_wording_is_the_one_that_is_filled(own_sample):
    reports.save_wording(own_sample, "【单位】报告\n受理【12345工单受理】件。", by="王芳")
    assert draft.text(own_sample, 2024, CUT_OFF).plain == "杨村街道报告\n受理9232件。"
    reports.save_wording(own_sample, "", by="王芳")
    assert draft.text(own_sample, 2024, date(2024, 1, 31)).title == "杨村街道2024年法治政府建设年度报告"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("接待【当面资询】人次。", "没有叫“当面资询”的填空，最接近的是“当面咨询”"),
        ("办理【无超】。", "没有叫“无超”的填空，最接近的是“无超期”"),
        ("通过率【考试通过率：约】。", "“考试通过率”不能写成“约”"),
        ("接待【当面咨询：比】人次。", "“当面咨询”不能写成“比”"),
        ("接待【当面咨询：余】人次。", "后面不能写“余”，可用：约、比、上年"),
        ("见【图：当面咨询：分月】。", "图和表应单独成行"),
        ("【图：当面咨询】", "图要写明分月、分社区之一"),
        ("【图：当面咨询：分年】", "后面不能写“分年”"),
        ("【表：季度汇总】", "没有叫“季度汇总”的填空，最接近的是“年度汇总”"),
        ("接待【当面咨询人次。", "方括号“【】”没有成对"),
        ("接待\x01人次。", "有看不见的控制字符"),
    ],
)
def test_a_template_that_cannot_be_filled_is_refused_with_its_line(sample_store, line, said):
    with pytest.raises(Rejected) as refused:
        draft.text(sample_store, 2024, CUT_OFF, f"标题\n\n{line}")
    (problem,) = refused.value.problems
    assert problem.row == 3 and said in problem.text()
    assert problem.text("en")


def test_a_template_without_text_is_refused(sample_store):
    with pytest.raises(Refusal, match="措辞是空的"):
        draft.text(sample_store, 2024, CUT_OFF, " \n")


def test_slots_are_called_by_name_by_code_and_with_either_colon(sample_store):
    template = "标题\n【hotline.received】【12345 tickets received】【 当面咨询:约 】"
    found = draft.text(sample_store, 2024, CUT_OFF, template)
    assert found.plain == "标题\n92329232200余〔缺报21份〕"


def test_every_slot_offered_can_be_used_and_gives_what_it_said(sample_store):
    offered = draft.offered(sample_store, 2024, CUT_OFF)
    assert not offered["slot"].duplicated().any()
    found = draft.text(sample_store, 2024, CUT_OFF, "标题\n" + "\n".join(offered["slot"] + "。"))
    out = {one.sentence for one in found.left_out}
    shown = [one.text for one in found.paragraphs[1:]]
    expected = [f"{one.gives}。" for one in offered.itertuples() if f"{one.slot}。" not in out]
    assert [unmarked(text) for text in shown] == expected
    assert dict(zip(offered["slot"], offered["gives"], strict=True))["【当面咨询：约】"] == "200余"


def test_headings_are_known_by_their_numbering(sample_store):
    lines = "标题 一、甲 （一）乙 (二)丙 1.丁 2024.5 附件：1.图 2.表 【单位】 【落款日期】 附件1 图".split()
    found = templates.parse("\n".join(lines), catalogue(sample_store))
    assert [one.sort for one in found] == (
        "title part section section point body enclosure enclosed office day attachment attachment_title".split()
    )


PIECES = [*"甲乙。！？”，", "【当面咨询】", "【待写：甲。乙】", "【无超期】"]


@given(
    st.lists(
        st.sampled_from([*"甲乙。！？”，", "【当面咨询】", "【待写：甲。乙】", "【无超期】"]), min_size=1, max_size=12
    )
)
def test_cutting_a_paragraph_into_sentences_loses_nothing(sample_store, pieces):
    text = "".join(pieces)
    (line,) = templates.parse(text, catalogue(sample_store))
    assert line.text == text
    assert all(templates.written(sentence) for sentence in line.sentences)


def test_a_sentence_ends_behind_its_closing_quotation_mark(sample_store):
    (line,) = templates.parse("他说“好。”然后走。【待写：一。二】了", catalogue(sample_store))
    assert [templates.written(one) for one in line.sentences] == ["他说“好。”", "然后走。", "【待写：一。二】了"]


# ------------------------------------------------------------------------------------------ through Word


def test_the_wording_goes_through_word_and_back_unchanged(sample_store):
    assert papers.lines(draft.template_document(sample_store, templates.shipped())) == templates.shipped()


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=30)


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(list(papers.STYLES)), WORDS.filter(str.strip)), min_size=1, max_size=8))
def test_any_text_goes_through_word_and_back(written):
    pages = [Paragraph(sort, (Piece(text),)) for sort, text in written]
    assert papers.lines(papers.paper(pages, day=CUT_OFF)).splitlines() == [text.strip() for _, text in written]


def word(body: str) -> bytes:
    """A document of which only the body matters."""
    buffer = io.BytesIO()
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("word/document.xml", f'<w:document xmlns:w="{w}"><w:body>{body}</w:body></w:document>')
    return buffer.getvalue()


def test_tracked_changes_are_read_as_accepted():
    run = "<w:r><w:t>{}</w:t></w:r>"
    body = run.format("受理") + f'<w:ins w:id="1">{run.format("【12345工单受理】")}</w:ins>'
    body += f'<w:del w:id="2"><w:r><w:delText>若干</w:delText></w:r></w:del>{run.format("件。")}'
    assert papers.lines(word(f"<w:p>{body}</w:p>")) == "受理【12345工单受理】件。"


def test_a_heading_numbered_by_word_itself_is_refused():
    number = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    with pytest.raises(Refusal, match="“主要举措”用了 Word 的自动编号"):
        papers.lines(word(f"<w:p>{number}<w:r><w:t>主要举措</w:t></w:r></w:p>"))


@pytest.mark.parametrize("data", [b"", b"text", b"PK\x03\x04 no package", word("<w:p>")[:-40]])
def test_what_is_no_word_document_is_refused(data):
    with pytest.raises(Refusal, match="请上传 Word 文档"):
        papers.lines(data)


# ------------------------------------------------------------------------------------------ on paper


def test_the_same_store_gives_the_same_bytes(own_sample, document):
    assert draft.document(own_sample, 2024, CUT_OFF) == document


def test_the_page_is_that_of_official_documents(document):
    found = docx.Document(io.BytesIO(document))
    (section,) = found.sections
    size = (section.page_width, section.page_height)
    margins = (section.top_margin, section.left_margin, section.right_margin, section.bottom_margin)
    assert [round(one.mm) for one in (*size, *margins)] == [210, 297, 37, 28, 26, 35]
    looks = {one.text: found.styles[one.style.name] for one in found.paragraphs}
    for text, font, size in (
        ("杨村街道2024年法治政府建设年度报告", "方正小标宋简体", 22),
        ("一、主要举措和成效", "黑体", 16),
        ("（一）抓好学法用法，提升依法履职能力", "楷体", 16),
        ("附件1", "黑体", 16),
    ):
        style = looks[text]
        assert (style.font.name, style.font.size, style.font.bold) == (font, Pt(size), False)
        assert style.paragraph_format.line_spacing in (Pt(28), Pt(36))
    normal = found.styles["Normal"]
    assert (normal.font.name, normal.font.size) == ("仿宋_GB2312", Pt(16))
    assert (normal.paragraph_format.line_spacing, normal.paragraph_format.first_line_indent) == (Pt(28), Pt(32))
    assert 28 * (16 + papers.TIGHTER / 20) <= papers.WIDTH.pt < 29 * (16 + papers.TIGHTER / 20)
    assert 22 * 28 <= papers.HEIGHT.pt < 23 * 28


def test_every_run_names_its_chinese_font_and_none_is_bold(document):
    found = docx.Document(io.BytesIO(document))
    runs = [run for run in found.element.body.iter(qn("w:r")) if run.find(qn("w:t")) is not None]
    assert len(runs) > 300
    for run in runs:
        fonts = run.rPr.find(qn("w:rFonts"))
        assert fonts.get(qn("w:eastAsia")) in (papers.FANG, papers.HEI, papers.KAI, papers.SONG)
        assert run.rPr.find(qn("w:b")) is None


def test_a_heading_that_runs_on_into_its_text_is_one_up_to_its_full_stop():
    pages = [Paragraph("section", (Piece("（一）学法。集中学法"), Piece("7", "figure"), Piece("次。")))]
    (drawn,) = docx.Document(io.BytesIO(papers.paper(pages, day=CUT_OFF))).paragraphs
    assert [(run.text, run.font.name) for run in drawn.runs] == [
        ("（一）学法。", papers.KAI),
        ("集中学法", papers.FANG),
        ("7", papers.FANG),
        ("次。", papers.FANG),
    ]


@pytest.mark.parametrize(
    ("office", "indents"),
    [("天津市武清区杨村街道办事处", (2, 6)), ("杨村街道", (7, 2)), ("杨村街道办事处", (2, 0))],
)
def test_the_office_signs_two_letters_from_the_right_and_the_day_stands_below(office, indents):
    pages = [Paragraph("office", (Piece(office),)), Paragraph("day", (Piece("2024年12月18日"),))]
    found = docx.Document(io.BytesIO(papers.paper(pages, day=CUT_OFF))).paragraphs
    assert [one.paragraph_format.right_indent.pt / 16 for one in found] == list(indents)
    begins = [indent + papers.breadth(one.text) for indent, one in zip(indents, found, strict=True)]
    assert begins[0] == begins[1] + 2, "the day begins two letters right of the name"


def test_pages_are_numbered_between_dashes_on_the_outer_edge(document):
    (section,) = docx.Document(io.BytesIO(document)).sections
    for footer, align in ((section.footer, 2), (section.even_page_footer, 0)):
        (drawn,) = footer.paragraphs
        assert drawn._p.xpath("string()") == "— 1 —"
        assert drawn.alignment == align and all(run.font.size == Pt(14) for run in drawn.runs)
        assert drawn._p.xpath("w:fldSimple/@w:instr") == [" PAGE "]


# ------------------------------------------------------------------------------------------ charts and tables

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def charts(data: bytes) -> list[tuple[xml.Element, openpyxl.Workbook]]:
    """Each chart part of a document, and the workbook it is joined to."""
    found = []
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = sorted(name for name in package.namelist() if name.startswith("word/charts/chart"))
        for name in names:
            part = xml.fromstring(package.read(name))
            (joined,) = xml.fromstring(package.read(name.replace("charts/", "charts/_rels/") + ".rels"))
            linked = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
            assert part.find(f"{C}externalData").get(linked) == joined.get("Id")
            book = package.read(joined.get("Target").replace("../", "word/").removeprefix("/"))
            found.append((part, openpyxl.load_workbook(io.BytesIO(book))))
    return found


def drawn(part: xml.Element) -> list[list[tuple[str, float]]]:
    """What a chart shows, series by series: name and value."""
    found = []
    for series in part.iter(f"{C}ser"):
        names = {pt.get("idx"): pt.find(f"{C}v").text for pt in series.find(f"{C}cat").iter(f"{C}pt")}
        values = {pt.get("idx"): float(pt.find(f"{C}v").text) for pt in series.find(f"{C}val").iter(f"{C}pt")}
        found.append([(names[at], value) for at, value in values.items()])
    return found


def said(part: xml.Element) -> list[str]:
    """The titles of a chart and of its axis."""
    a = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
    return ["".join(t.text for t in title.iter(f"{a}t")) for title in part.iter(f"{C}title")]


def test_charts_are_words_own_and_their_numbers_the_figures(document, sample_store):
    by_month, advisers, by_community = charts(document)
    months = figures(sample_store, 2024, cut_off=CUT_OFF, by=["month"], indicators=["hotline.received"])
    places = figures(sample_store, 2024, cut_off=CUT_OFF, by=["community"], indicators=["hotline.received"])
    places = places.sort_values("value", ascending=False, kind="stable")
    assert drawn(by_month[0]) == [[(f"{n}月", value) for n, value in enumerate(months["value"], 1)]]
    assert drawn(by_community[0]) == [list(zip(places["community_name"], places["value"], strict=True))]
    assert sum(value for _, value in drawn(advisers[0])[0]) == 511


def test_edit_data_finds_the_numbers_of_a_chart(document):
    for part, book in charts(document):
        (sheet,) = book.worksheets
        cells = [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]
        assert cells == [[name, value] for name, value in drawn(part)[0]]
        for ref in part.iter(f"{C}f"):
            name, _, area = ref.text.partition("!")
            assert name == sheet.title and sheet[area.replace("$", "")]


def test_a_chart_says_what_is_counted_its_period_and_its_unit(document):
    period = "2024年1月1日至12月18日"
    assert [said(part) for part, _ in charts(document)] == [
        [f"12345工单受理（按月，{period}）", "件"],
        [f"法律顾问参与事项（按月，{period}）", "件"],
        [f"12345工单受理（分社区，{period}）", "件"],
    ]


def test_last_year_stands_beside_this_year_and_a_blank_month_stays_blank(sqlite_office, clerk_of):
    clerk = clerk_of(sqlite_office)
    clerk.files("consultation", A, "2023-02-01", in_person=4)
    clerk.files("consultation", A, "2024-03-05", in_person=7)
    clerk.files("consultation", B, "2024-04-01", in_person=0)
    found = draft.text(sqlite_office, 2024, date(2024, 4, 30), "标题\n【图：当面咨询：分月】")
    ((part, book),) = charts(draft.as_document(sqlite_office, found))
    assert drawn(part) == [[("3月", 7), ("4月", 0)], [("2月", 4)]]
    assert [list(row) for row in book.active.values] == [
        ["月份", "2024年", "2023年同期"],
        ["1月", None, None],
        ["2月", None, 4],
        ["3月", 7, None],
        ["4月", 0, None],
    ]


def test_the_document_holds_no_pictures_and_no_fonts(document):
    with zipfile.ZipFile(io.BytesIO(document)) as package:
        names = package.namelist()
        for name in names:
            if name.endswith((".xml", ".rels")):
                xml.fromstring(package.read(name))
    assert not [name for name in names if name.lower().endswith((".png", ".jpeg", ".jpg", ".emf", ".ttf", ".odttf"))]


def test_the_table_of_the_year_is_the_figures(document, sample_store):
    table = docx.Document(io.BytesIO(document)).tables[0]
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    whole = figures(sample_store, 2024, cut_off=CUT_OFF)
    whole = whole[whole["value"].notna() | whole["previous"].notna()]
    assert [row[0] for row in cells[1:]] == list(whole["name"])
    assert [row[2].partition("%（")[0] for row in cells[1:]] == list(whole["value"].map(number))
    assert cells[1:][list(whole["indicator"]).index("exam.pass_rate")][2] == "100%（312/312）"


def test_the_appendix_says_of_each_figure_what_it_means_and_how_to_see_its_rows(document, made, sample_store):
    evidence = docx.Document(io.BytesIO(document)).tables[1]
    lines = [[cell.text for cell in row.cells] for row in evidence.rows][1:]
    heads, under = lines[::2], lines[1::2]
    assert len(heads) == len(made.figures)
    for asked, head, below in zip(made.figures, heads, under, strict=True):
        meaning = catalogue(sample_store).on(CUT_OFF)[asked.indicator]
        assert head[1] == meaning.name["zh"] and head[4] == "2024-12-18"
        assert f"编码 {asked.indicator}，口径（2000-01-01起）：{meaning.meaning['zh']}" in below[0]
        assert f"python -m metrics rows {asked.indicator} --year 2024 --cut-off 2024-12-18" in below[0]
    shown = {asked.indicator: head for asked, head in zip(made.figures, heads, strict=True)}
    assert shown["hotline.received"][2:4] == ["9,232", "9,232"]
    assert shown["exam.pass_rate"][2] == "100%（312/312）"
    for code in ("exam.pass_rate", "adviser.cases", "hotline.satisfaction_rate", "hotline.open", "community.compounds"):
        assert shown[code][3] == number(len(rows(sample_store, code, 2024, cut_off=CUT_OFF)))


def test_what_was_left_out_is_listed_in_the_appendix(sqlite_office, clerk_of):
    clerk_of(sqlite_office).files("consultation", A, "2024-03-05", in_person=3)
    found = draft.text(sqlite_office, 2024, CUT_OFF, "标题\n当面【当面咨询】人次。电话【电话咨询】人次。")
    assert "第2行“电话【电话咨询】人次。”：电话咨询没有数。" in texts(draft.as_document(sqlite_office, found))


# ------------------------------------------------------------------------------------------ rendered


@pytest.fixture(scope="module")
def rendered(document, tmp_path_factory):
    """The draft as LibreOffice lays it out."""
    if not shutil.which("soffice") or not shutil.which("pdftotext"):
        pytest.skip("no LibreOffice or poppler here (apt-get install libreoffice-writer poppler-utils)")
    folder = tmp_path_factory.mktemp("rendered")
    (folder / "draft.docx").write_bytes(document)
    home = f"-env:UserInstallation=file://{folder / 'home'}"
    command = [
        "soffice",
        home,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(folder),
        str(folder / "draft.docx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    subprocess.run(["pdftotext", "-bbox", "draft.pdf", "draft.html"], check=True, cwd=folder, timeout=60)
    return xml.fromstring((folder / "draft.html").read_bytes())


X = "{http://www.w3.org/1999/xhtml}"


def test_nothing_stands_in_the_margins_but_the_page_number(rendered):
    mm = 72 / 25.4
    out = []
    for page in rendered.iter(f"{X}page"):
        assert (round(float(page.get("width")) / mm), round(float(page.get("height")) / mm)) == (210, 297)
        for one in page.iter(f"{X}word"):
            left, top, right, bottom = (float(one.get(side)) / mm for side in ("xMin", "yMin", "xMax", "yMax"))
            within = left > 27 and right < 210 - 26 + 6 and top > 35  # a full stop may hang over the edge
            numbering = one.text.strip() == "—" or one.text.strip().isdigit()
            if not (within and (bottom < 297 - 34 or numbering)):
                out.append((one.text, left, top, right, bottom))
    assert out == []


def test_the_report_fits_the_pages_it_should(rendered):
    pages = ["".join(one.text for one in page.iter(f"{X}word")) for page in rendered.iter(f"{X}page")]
    assert pages[0].startswith("杨村街道2024年法治政府建设年度报告")
    starts = [n for n, text in enumerate(pages) if text.startswith(("附件1", "附件2", "附录"))]
    assert len(starts) == 3, "attachments and the appendix begin on pages of their own"
    assert starts[0] <= 4 and len(pages) <= 20
    assert "12345工单受理（按月" in "".join(pages[starts[0] : starts[1]])


# ------------------------------------------------------------------------------------------ the command line


@pytest.fixture
def run(monkeypatch, capsys, own_sample):
    monkeypatch.setenv("TAIZHANG_DATABASE_URL", str(own_sample.url))

    def call(*arguments):
        code = main([str(one) for one in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


YEAR = ("--year", 2024, "--cut-off", "2024-12-18")


def test_the_command_drafts_and_says_what_is_left_out(run, own_sample, tmp_path):
    reports.save_wording(own_sample, "标题\n本期【无退回工单】。\n咨询【当面咨询】人次。", by="王芳")
    code, out, _ = run("draft", *YEAR, "--out", tmp_path / "a.docx")
    assert code == 0
    assert "未写入：第 2 行“本期【无退回工单】。”：退回工单是 17，不是 0" in out
    assert "当面咨询缺报 21 份，未豁免" in out
    assert (tmp_path / "a.docx").read_bytes() == draft.document(own_sample, 2024, CUT_OFF)
    code, out, _ = run("draft", *YEAR, "--out", tmp_path / "a.docx", "--format", "csv")
    assert list(pd.read_csv(io.StringIO(out)).columns) == ["line", "sentence", "reason"]


def test_the_command_drafts_word_documents_only(run, tmp_path):
    code, _, err = run("draft", *YEAR, "--out", tmp_path / "a.pdf")
    assert (code, list(tmp_path.glob("*.pdf"))) == (2, []) and ".docx" in err


def test_the_command_waives_and_takes_back(run, own_sample):
    who = ("--by", "王芳")
    waived = ("media.posts", "adviser.review")
    code, out, _ = run("waive", *waived, *YEAR, "--reason", "系统切换", *who)
    assert code == 0 and "已豁免 media.posts 缺报 21 份" in out
    assert set(reports.waivers(own_sample, 2024)) == set(waived)
    assert run("waive", "media.posts", *YEAR, "--take-back", *who)[0] == 0
    assert set(reports.waivers(own_sample, 2024)) == {"adviser.review"}
    assert run("waive", "media.posts", *YEAR, *who)[0] == 2, "a waiver without a reason"


def test_a_waiver_is_dated_by_chinas_calendar(own_sample):
    late = datetime(2024, 12, 30, 17, 0, tzinfo=UTC)
    reports.waive(own_sample, 2024, {"media.posts": 21}, reason="系统切换", by="王芳", at=late)
    found = draft.text(own_sample, 2024, CUT_OFF, POSTED)
    assert "豁免原因：系统切换（王芳，2024-12-31）" in "".join(texts(draft.as_document(own_sample, found)))
