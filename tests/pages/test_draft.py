"""起草: what the writer of the annual report does with the draft, and that it does what they expect."""

import io
from datetime import date

import docx

from db import reports
from metrics import draft, templates

CUT_OFF = date(2024, 12, 18)


def button(at, label: str):
    return next(one for one in at.button if one.label == label)


def paper(at) -> str:
    """The preview."""
    return next(one.value for one in at.markdown if "max-width:46em" in one.value)


def write(at, text: str):
    """Put a wording into the form and save it."""
    at.text_area[0].set_value(text)
    return button(at, "保存措辞").click().run()


def test_the_preview_links_every_figure_to_its_rows(visit, sample_office):
    at = visit("draft")
    shown = paper(at)
    found = draft.text(sample_office, 2024, CUT_OFF)
    for one in found.spans:
        if one.asked:
            address = f"rows?indicator={one.asked.indicator}&amp;year=2024&amp;cut_off=2024-12-18&amp;lang=zh"
            assert f'<a href="{address}">{one.text}</a>' in shown
    assert '<a href="hotline?year=2024&amp;cut_off=2024-12-18&amp;hotline=proof&amp;lang=zh">无超期</a>' in shown
    told = f"待撰稿人写 5 处 · 未写入 0 句 · 带缺报标记的数 {len(found.unwaived)} 个"
    assert told in [one.value for one in at.caption]
    assert {one.proto.label for one in at.get("download_button")} == {"下载报告草稿 Word", "下载措辞 Word"}
    assert "〔缺报21份〕</mark>" in shown and "【待写：主客观原因】</mark>" in shown


def test_text_of_the_office_is_text_on_the_page(visit, sample_office):
    reports.save_wording(sample_office, "报告<script>alert(1)</script>\n*星* $钱$ & 【待写：<b>】", by="王芳")
    shown = paper(visit("draft"))
    assert "<script>" not in shown and "<b>" not in shown
    assert "报告&lt;script&gt;" in shown and "*星* $钱$ &amp; " in shown


def test_the_cut_off_of_the_page_is_that_of_the_draft(visit):
    assert "2024年6月30日" in paper(visit("draft", cut_off="2024-06-30"))


def test_a_sentence_that_is_left_out_says_why(visit, sample_office):
    reports.save_wording(sample_office, "标题\n本期【无退回工单】。", by="王芳")
    at = visit("draft")
    listed = next(one.value for one in at.dataframe if "句子" in one.value.columns)
    assert listed.values.tolist() == [[2, "本期【无退回工单】。", "退回工单是 17，不是 0"]]


def test_missing_reports_are_waived_with_a_reason_and_the_marks_go(visit, sample_office):
    marked = {one.asked.indicator for one in draft.text(sample_office, 2024, CUT_OFF).unwaived}
    at = visit("draft")
    button(at, "豁免缺报").click().run()
    assert "原因" in at.error[0].value and reports.waivers(sample_office, 2024) == {}
    next(one for one in at.text_input if one.label == "豁免原因").set_value("系统切换")
    button(at, "豁免缺报").click().run()
    assert at.success[0].value == "已豁免，原因列入附录。"
    assert "缺报" not in paper(at)
    held = reports.waivers(sample_office, 2024)
    assert set(held) == marked and {one.recorded_by for one in held.values()} == {"王芳"}
    next(one for one in at.multiselect if one.label == "收回哪些豁免").set_value(["media.posts"])
    button(at, "收回豁免").click().run()
    assert paper(at).count("〔缺报21份〕") == 2, "in the text and in the table"


def test_a_waiver_needs_a_name(visit, sample_office):
    at = visit("draft", operator="")
    next(one for one in at.text_input if one.label == "豁免原因").set_value("系统切换")
    button(at, "豁免缺报").click().run()
    assert at.error[0].value == "请先填写经办人姓名"


def test_the_office_edits_the_wording_on_the_page(visit, sample_office):
    at = visit("draft")
    assert at.text_area[0].value == templates.shipped()
    write(at, "【单位】小结\n受理【12345工单受理】件。")
    assert at.success[0].value == "措辞已保存。"
    assert "杨村街道小结" in paper(at)
    saved = reports.wording(sample_office)
    assert (saved.text, saved.recorded_by) == ("【单位】小结\n受理【12345工单受理】件。", "王芳")


def test_a_wrong_slot_is_refused_with_its_line_and_the_nearest_name(visit, sample_office):
    at = write(visit("draft"), "标题\n接待【当面资询】人次。")
    assert "第 2 行" in at.error[0].value and "最接近的是“当面咨询”" in at.error[0].value
    assert at.text_area[0].value == "标题\n接待【当面资询】人次。", "what was typed is still there"
    assert reports.wordings(sample_office) == []


def test_a_colleagues_faster_wording_is_shown_before_it_is_replaced(visit, sample_office):
    at = visit("draft")
    reports.save_wording(sample_office, "李四的标题", by="李四")
    write(at, "王芳的标题")
    assert "李四 刚刚保存了另一版措辞" in at.error[0].value
    assert reports.wording(sample_office).text == "李四的标题"
    button(at, "保存措辞").click().run()
    assert [one.text for one in reports.wordings(sample_office)] == ["王芳的标题", "李四的标题"]


def test_the_office_goes_back_to_the_shipped_wording(visit, sample_office):
    reports.save_wording(sample_office, "标题", by="王芳")
    at = visit("draft")
    next(one for one in at.selectbox if one.label == "版本").set_value(0).run()
    button(at, "改用这一版").click().run()
    assert reports.wording(sample_office).text == ""
    assert "杨村街道2024年法治政府建设年度报告" in paper(at)
    assert at.text_area[0].value == templates.shipped()


def test_the_wording_edited_in_word_comes_back(visit, sample_office):
    at = visit("draft")
    edited = docx.Document(io.BytesIO(draft.template_document(sample_office, templates.shipped())))
    edited.paragraphs[0].runs[0].text = "【单位】【年度】年依法治理工作报告"
    buffer = io.BytesIO()
    edited.save(buffer)
    at.get("file_uploader")[0].set_value(("措辞.docx", buffer.getvalue(), "application/octet-stream"))
    button(at, "用这份文档").click().run()
    assert not at.error and at.success[0].value == "措辞已保存。"
    assert reports.wording(sample_office).text.startswith("【单位】【年度】年依法治理工作报告\n【年度】年，")


def test_the_slots_one_can_use_are_listed_with_what_they_give(visit):
    at = visit("draft")
    next(one for one in at.toggle if one.label == "可用的填空").set_value(True).run()
    listed = next(one.value for one in at.dataframe if "填空" in one.value.columns)
    given = dict(zip(listed["填空"], listed["现在填入"], strict=True))
    assert (given["【当面咨询：约】"], given["【无超期】"], given["【下年度】"]) == ("200余", "无超期", "2025")


def test_a_wording_that_cannot_be_filled_can_still_be_mended(visit, sample_office):
    reports.save_wording(sample_office, "标题\n【当面资询】", by="王芳")  # as an older version of the product took it
    at = visit("draft")
    assert "最接近的是“当面咨询”" in at.error[0].value
    write(at, "标题\n【当面咨询】")
    assert not at.error and "232" in paper(at)
