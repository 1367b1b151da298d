"""核对: does every number of the report hold?"""

from collections import Counter
from html import escape

import pandas as pd
import streamlit as st

from db.language import Refusal
from metrics import claims, exports
from metrics.arithmetic import AGREES, CONFLICTS, TRUNCATED
from metrics.catalogue import label
from metrics.claims import SORTS, UNKNOWN, VERDICTS, Claim, explained
from metrics.exports import number
from metrics.tokens import FIGURE
from pages.shell import data, drill, pickers
from pages.shell.entries import done, operator, start
from pages.shell.language import _, language, said

COLOURS = {AGREES: "#d3f0dc", TRUNCATED: "#fff0b3", CONFLICTS: "#ffc9c9", UNKNOWN: "#e4e9f0"}
TEXT = "check/text"
FILES = ["docx", "txt"]


def read(file) -> str:
    """The text of an uploaded file; says what is wrong with one that has none."""
    if file is None:
        return ""
    try:
        return claims.text_of(file.getvalue(), file.name)
    except Refusal as refusal:
        st.error(said(refusal))
        return ""


def uploaded() -> None:
    """An uploaded text is put where it can be mended and checked again."""
    if text := read(st.session_state["check/file"]):
        st.session_state[TEXT] = text


def linked(one: Claim, place: int) -> str:
    """A number of the text in its colour, leading to the rows behind it."""
    words = escape(one.text).replace("\n", " ")
    if one.verdict is None:
        return f'<span title="{escape(_(SORTS[one.sort]))}" style="border-bottom:1px dotted #9aa5b1">{words}</span>'
    title = escape(f"{place}. {_(VERDICTS[one.verdict])} · {explained(one, language())}")
    weight = "600" if one.verdict == CONFLICTS else "inherit"
    style = f"background:{COLOURS[one.verdict]};font-weight:{weight};border-radius:3px;padding:1px 3px;color:#1c2733"
    if one.sort != FIGURE:
        return f'<span title="{title}" style="{style}">{words}</span>'
    month = f"{year}-{one.months[0]:02d}" if len(one.months) == 1 else None
    href = drill.href(one.indicator, year, cut_off, one.community, month)
    return f'<a href="{escape(href)}" target="_blank" title="{title}" style="{style}">{words}</a>'


def coloured(found: claims.Checked) -> str:
    """The text as HTML, each number in the colour of its verdict."""
    parts, at = [], 0
    for place, one in enumerate(found.claims, 1):
        parts += [escape(found.text[at : one.start]), linked(one, place)]
        at = one.end
    lines = "".join([*parts, escape(found.text[at:])]).split("\n")
    body = "".join(f'<p style="margin:0 0 .5em">{line}</p>' for line in lines if line.strip())
    return f'<div style="max-height:34rem;overflow:auto;line-height:1.9">{body}</div>'


def legend() -> str:
    form = '<span style="background:{};border-radius:3px;padding:1px 8px;color:#1c2733">{}</span>'
    marks = [form.format(colour, escape(_(VERDICTS[verdict]))) for verdict, colour in COLOURS.items()]
    other = f'<span style="border-bottom:1px dotted #9aa5b1">{escape(_("日期、序号、名称"))}</span>'
    return " &nbsp; ".join([*marks, other])


def decision(one: Claim, place: int) -> None:
    """What a person says a number is, kept for the next text."""
    meanings = data.known().on(cut_off)
    with st.form(f"decide/{one.start}/{one.context}"):
        st.markdown(_("**第 {n} 处“{text}”是什么？** 您的指定会记住，下次同样的说法照此核对。", n=place, text=one.text))
        left, right = st.columns(2)
        sorts = {key: _(title) for key, title in SORTS.items()}
        sort = left.selectbox(
            _("类别"), list(sorts), index=list(sorts).index(one.sort), format_func=sorts.get, placeholder=_("请选择")
        )
        codes = list(meanings)
        indicator = right.selectbox(
            _("指标"),
            codes,
            index=codes.index(one.indicator) if one.indicator else None,
            format_func=lambda code: label(meanings[code], language()),
            placeholder=_("类别为“数字”时选择"),
        )
        if st.form_submit_button(_("记住"), type="primary", icon=":material/bookmark_add:"):
            try:
                claims.decide(data.the_store(), one, sort, indicator if sort == FIGURE else None, by=operator())
            except Refusal as refusal:
                st.error(said(refusal))
            else:
                done("decide", _("已记住：“{text}”按您的指定核对。", text=one.text))


def listing(found: claims.Checked) -> None:
    """Every number with its verdict; one chosen can be said to be something else."""
    offered = {
        "open": _("要看的（不符、截断、无法核对）"),
        "figures": _("全部数字"),
        "all": _("全部，含日期、序号、名称"),
    }
    view = pickers.segments(st, _("显示"), "check_view", offered)
    wanted = [
        (place, one)
        for place, one in enumerate(found.claims, 1)
        if view == "all" or (one.verdict if view == "figures" else one.verdict not in (None, AGREES))
    ]
    if not wanted:
        st.success(_("没有需要再看的数。"), icon=":material/check_circle:")
        return
    meanings = data.known().on(cut_off)
    shown = pd.DataFrame(
        {
            _("序"): [place for place, _one in wanted],
            _("文中"): [one.text for _place, one in wanted],
            _("结论"): [_(VERDICTS[one.verdict]) if one.verdict else "" for _place, one in wanted],
            _("类别"): [_(SORTS[one.sort]) for _place, one in wanted],
            _("指标"): [meanings[one.indicator].name[language()] if one.indicator else "" for _place, one in wanted],
            _("库中"): [number(one.stored) if one.stored is not None else "" for _place, one in wanted],
            _("理由"): [explained(one, language()) for _place, one in wanted],
        }
    )
    widths = {_("序"): 48, _("指标"): 150, _("理由"): "large"}  # in pixels, but for the last
    event = st.dataframe(
        shown,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"check/{view}",
        column_config={name: st.column_config.Column(width=width) for name, width in widths.items()},
    )
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.caption(_("勾选行首，可以指定这个数是什么，系统会记住。"))
    right.download_button(
        _("下载核对结果 CSV"),
        exports.csv_bytes(shown),
        exports.file_name(data.the_store(), year, cut_off, "核对结果", "csv", language()),
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
    if event.selection.rows:
        place, one = wanted[event.selection.rows[0]]
        decision(one, place)


start(_("报告核对"))
left, right = st.columns(2, vertical_alignment="bottom")
year, cut_off = pickers.year_and_cut_off(left)
left, right = st.columns(2)
left.file_uploader(_("报告文稿（.docx 或 .txt）"), FILES, key="check/file", on_change=uploaded)
earlier = right.file_uploader(_("上一年的报告（可不选，用来找照抄的数）"), FILES, key="check/earlier")
text = st.text_area(
    _("文稿，可直接粘贴、修改"),
    key=TEXT,
    height=180,
    persist_state="session",
    placeholder=_("把报告全文粘贴在这里，或在上面选择文件"),
)
if not text.strip():
    st.info(_("给出文稿后，每个数字都会与库中的数逐一核对：相符、不符，或者库里没有。"))
    st.stop()
try:
    found = data.checked(text, year, cut_off, read(earlier))
except Refusal as refusal:
    st.error(said(refusal))
    st.stop()
counts = found.counts()
for place, name in zip(st.columns(5), (AGREES, TRUNCATED, CONFLICTS, UNKNOWN, None), strict=True):
    place.metric(_(VERDICTS[name]) if name else _("全部数字与词语"), counts[name] if name else len(found.claims))
if found.flags:
    flags = Counter(flag.reason.text(language()) for flag in found.flags)
    lines = [f"- {text}" if n == 1 else "- " + _("{text}（{n} 处）", text=text, n=n) for text, n in flags.items()]
    st.warning("\n".join(lines), icon=":material/flag:")
st.html(legend())
with st.container(border=True):
    st.html(coloured(found))
st.caption(_("点一个有颜色的数，看它背后的记录；停在数上，看为什么这样判断。"))
listing(found)
