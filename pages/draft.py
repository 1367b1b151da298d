"""起草: the report writes itself as far as the store knows; the rest is marked, and what is left out says why."""

from collections.abc import Iterator
from html import escape
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from db import reports
from db.language import Refusal
from metrics import draft, exports, papers, templates
from metrics.papers import Paragraph, Piece, Table
from pages.shell import data, drill, pickers
from pages.shell.entries import done, opened, operator, start
from pages.shell.language import _, language, said

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PAPER = {  # how a sort of paragraph looks on the screen; indents as on paper
    "title": "text-align:center;font-size:1.5em;margin-bottom:1em",
    "attachment_title": "text-align:center;font-size:1.3em",
    "attachment": "font-weight:600;margin-top:2em;border-top:1px dashed #bbb;padding-top:1em",
    "part": "font-weight:600;text-indent:2em",
    "office": "text-align:right;margin-top:1.5em",
    "day": "text-align:right",
    "enclosed": "padding-left:5em",
    "chart": "text-align:center;border:1px solid #ccc;padding:1em;margin:.5em 0",
}

start(_("起草"))
left, right = st.columns([2, 2], vertical_alignment="bottom")
year, cut_off = pickers.year_and_cut_off(left)
if not data.ask(year, cut_off=cut_off)["value"].notna().any():
    st.info(_("{year} 年还没有数据，可先到“日报录入”或“活动台账”录入。", year=year))
    st.stop()
store = data.the_store()
wording, waivers = reports.wording(store), reports.waivers(store, year)
try:
    found = data.drafted(year, cut_off, (wording.id, tuple(waivers.items())))
except Refusal as refusal:
    found = None
    st.error(said(refusal))


def link(piece: Piece) -> str:
    """A figure as a link to its rows; a claim that was proved ticket by ticket, to the proof."""
    shown = escape(piece.text)
    if piece.sort in ("note", "to_write"):
        return f'<mark style="background:#FFF2A8">{shown}</mark>'
    if piece.sort not in ("figure", "claim"):
        return shown
    if piece.asked:
        address = drill.href(piece.asked.indicator, piece.asked.year, piece.asked.cut_off)
    else:
        address = "hotline?" + urlencode(
            {"year": year, "cut_off": cut_off.isoformat(), "hotline": "proof", "lang": language()}
        )
    return f'<a href="{escape(address)}">{shown}</a>'


def grid(table: Table) -> str:
    sides = ["right" if n in table.right else "left" for n in range(len(table.widths))]
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td style="padding:.1em .6em;text-align:{side}">{link(cell)}</td>'
            for side, cell in zip(sides, row, strict=True)
        )
        + "</tr>"
        for row in table.rows
    )
    return f'<table style="font-size:.85em;margin:auto">{rows}</table>'


def on_screen(one: Paragraph) -> str:
    if one.table:
        return grid(one.table)
    look = PAPER.get(one.sort, "text-indent:2em")
    return f'<div style="{look}">{"".join(map(link, one.pieces))}</div>'


def preview() -> None:
    st.caption(_("点数字看它背后的记录。图在 Word 里是可编辑的图表，附录列出每个数的口径、准确数和核对命令。"))
    pages = "".join(map(on_screen, found.paragraphs))
    style = "max-width:46em;margin:auto;padding:2em 3em;border:1px solid #ddd;line-height:1.9"
    st.markdown(f'<div lang="zh-CN" style="{style}">{pages}</div>', unsafe_allow_html=True)


def left_out() -> None:
    if not found.left_out:
        st.success(_("没有遗漏：每一句都有数可依。"), icon=":material/task_alt:")
        return
    st.caption(_("下列句子没有写入：所用的数没有填报，或所作的判断台账不能证明。补齐数据或改措辞后自动写入。"))
    lines = [(one.number, one.sentence, reason.text(language())) for one in found.left_out for reason in one.reasons]
    st.dataframe(pd.DataFrame(lines, columns=[_("行"), _("句子"), _("原因")]), hide_index=True)


def missing() -> None:
    if found.unknown:
        st.warning(_("缺报无法计算：{why}", why=said(found.unknown)))
        return
    if not found.missing:
        st.success(_("报告所用的数没有缺报。"), icon=":material/task_alt:")
        return
    st.caption(_("有缺报的数，在正文里带有标记，直到补报，或写明原因豁免。豁免的列在附录；此后又多缺的，标记会回来。"))
    shown = [
        {
            _("指标"): one.name[language()],
            _("年度"): str(one.asked.year),
            _("缺报（份）"): one.missing,
            _("豁免原因"): one.waiver.reason if one.waiver else None,
            _("经办人"): one.waiver.recorded_by if one.waiver else None,
            _("登记时间"): exports.local(one.waiver.recorded_at) if one.waiver else None,
        }
        for one in found.missing
    ]
    st.dataframe(pd.DataFrame(shown), hide_index=True, placeholder="—", height=38 + 35 * len(shown))
    names = {one.asked.indicator: one.name[language()] for one in found.missing if one.asked.year == year}
    waivable = [one.asked.indicator for one in found.unwaived if one.asked.year == year]
    if waivable:
        with st.form("waive"):
            chosen = st.multiselect(_("豁免哪些指标"), waivable, waivable, format_func=names.get)
            reason = st.text_input(_("豁免原因"), placeholder=_("必填，列入报告附录"))
            sent = st.form_submit_button(_("豁免缺报"), type="primary")
        if sent:
            write(
                lambda: draft.waive(store, year, chosen, reason=reason, by=operator(), cut_off=cut_off),
                _("已豁免，原因列入附录。"),
            )
    if held := [code for code in waivers if code in names]:
        with st.form("take back"):
            chosen = st.multiselect(_("收回哪些豁免"), held, format_func=names.get)
            sent = st.form_submit_button(_("收回豁免"))
        if sent and chosen:
            write(lambda: draft.take_back(store, year, chosen, by=operator()), _("已收回，标记回到正文。"))


def write(act, message: str) -> None:
    """Write, or show why not."""
    try:
        act()
    except Refusal as refusal:
        st.error(said(refusal))
    else:
        done("draft", message)


def save(text: str, seen: int) -> None:
    """Check a wording and save it, or show what is wrong with it."""

    def act() -> None:
        if text.strip():
            templates.parse(text, data.known())
        reports.save_wording(store, text, by=operator(), seen=seen)

    write(act, _("措辞已保存。"))


def words() -> None:
    st.caption(
        _(
            "一行一段，第一行是标题；“一、”“（一）”“1.”开头的是各级标题，“附件1”另起一页，下一行是它的标题。"
            "【】里是填空，由台账填数；【待写：…】留给撰稿人，在文中醒目标出。"
        )
    )
    form = opened("wording", lambda: wording)
    field = f"{form.fields}/text"
    st.session_state.setdefault(field, form.before.text or templates.shipped())
    with st.form(form.fields, border=False):
        text = st.text_area(_("报告措辞"), key=field, height=520)
        sent = st.form_submit_button(_("保存措辞"), type="primary")
    if sent:
        seen, form.now = form.now.id, wording  # who was told of a colleague's version may save over it
        save(text, seen)
    if st.toggle(_("可用的填空")):
        st.caption(
            _(
                "图和表单独成行：【图：指标：分月】【图：指标：分社区】【表：年度汇总】。“约”是公文的约数，“比”是比率的分子分母。"
            )
        )
        slots = data.slots(year, cut_off, language())
        st.dataframe(slots.set_axis([_("填空"), _("现在填入")], axis=1), hide_index=True, height=360)
    by_word()
    history()


def by_word() -> None:
    st.subheader(_("用 Word 改"), anchor=False)
    here, there = st.columns(2)
    here.caption(_("下载后在 Word 里改，填空和标题序号照样手工写；改好再上传，各段就是新的措辞。"))
    here.download_button(
        _("下载措辞 Word"),
        lambda: draft.template_document(store, wording.text or templates.shipped()),
        exports.file_name(store, year, cut_off, "年度报告措辞", "docx", language()),
        WORD,
        icon=":material/download:",
        on_click="ignore",
    )
    with there.form("word", clear_on_submit=True):
        file = st.file_uploader(_("改好的 Word 文档"), type="docx")
        sent = st.form_submit_button(_("用这份文档"))
    if sent and file:
        try:
            text = papers.lines(file.getvalue())
        except Refusal as refusal:
            st.error(said(refusal))
        else:
            save(text, wording.id)


def history() -> None:
    st.subheader(_("措辞的各版"), anchor=False)
    versions = reports.wordings(store)
    if not versions:
        st.caption(_("还没有改过，正在用随软件提供的措辞。"))
        return
    shipped = _("随软件提供的措辞")
    names = {one.id: f"{exports.local(one.recorded_at)} {one.recorded_by}" for one in versions}
    names = {id: _("{version}（现用）", version=name) if id == wording.id else name for id, name in names.items()}
    names[0] = shipped
    texts = {one.id: one.text for one in versions} | {0: ""}
    chosen = st.selectbox(_("版本"), list(names), format_func=names.get)
    st.code(texts[chosen] or templates.shipped(), language=None, wrap_lines=True, height=240)
    if texts[chosen] != wording.text and st.button(_("改用这一版"), icon=":material/history:"):
        save(texts[chosen], wording.id)


def parts() -> Iterator[tuple[str, object]]:
    if found:
        yield _("预览"), preview
        yield _("未写入的句子"), left_out
        yield _("缺报"), missing
    yield _("措辞"), words


if found:
    right.download_button(
        _("下载报告草稿 Word"),
        lambda: draft.as_document(store, found),
        exports.file_name(store, year, cut_off, draft.FILE, "docx", language()),
        WORD,
        icon=":material/download:",
        on_click="ignore",
        type="primary",
    )
    unwritten = sum(piece.sort == "to_write" for one in found.paragraphs for piece in one.pieces)
    st.caption(
        _(
            "待撰稿人写 {write} 处 · 未写入 {out} 句 · 带缺报标记的数 {marked} 个",
            write=unwritten,
            out=len(found.left_out),
            marked=len(found.unwaived),
        )
    )
shown = dict(parts())
for tab, show in zip(st.tabs(list(shown)), shown.values(), strict=True):
    with tab:
        show()
