"""总览: how do we stand?"""

import pandas as pd
import streamlit as st

from metrics import charts
from pages.shell import data, drill, pickers
from pages.shell.language import _, language

HEADLINES = [
    "hotline.received",
    "hotline.overdue",
    "hotline.extended",
    "consultation.in_person",
    "consultation.phone",
    "adviser.cases",
    "publicity.activities",
    "publicity.materials",
    "publicity.reach",
    "training.attendance",
    "exam.pass_rate",
    "mediation.resolution_rate",
]

st.title(_("总览"))
if not data.communities():
    st.info(_("还没有社区。请到“设置”登记社区，或载入示例数据看一看。"))
    st.stop()
known = data.known()
top = st.columns([2, 1])
year, cut_off = pickers.year_and_cut_off(top[0])
chosen = pickers.indicator(top[1])
whole = data.ask(year, cut_off=cut_off)
by_code = {figure["indicator"]: figure for figure in whole.to_dict("records")}
drill.cards([by_code[code] for code in HEADLINES], year, cut_off)

meaning = known.on(cut_off)[chosen]
name, unit = meaning.name[language()], meaning.unit[language()]
period = _("{year} 年，截至 {day}", year=year, day=cut_off)
by_month = data.ask(year, "month", cut_off=cut_off, indicators=(chosen,))
by_both = data.ask(year, "community", "month", cut_off=cut_off, indicators=(chosen,))

st.subheader(_("{name}：分月与分社区", name=name))
if by_month["value"].notna().any():
    left, right = st.columns([2, 1])
    with left:
        title = _("{name}（{unit}）· {period}", name=name, unit=unit, period=period)
        figure = charts.months(by_month, title, unit, (str(year), str(year - 1)), language())
        drill.chart(figure, year, cut_off, "trend")
    with right:
        shown = by_month[["month", "value", "previous"]]
        shown = shown.set_axis([_("月份"), unit, _("上年同月")], axis=1)
        drill.table(by_month, shown, year, cut_off, "trend_table", height=38 + 35 * len(shown))
else:
    st.info(_("{period}没有“{name}”的数据。可到“日报录入”或“活动台账”录入。", period=period, name=name))
if by_both["value"].notna().any():
    if note := next(iter(by_both["note"].dropna()), None):
        st.caption(note)
    title = _("{name}（{unit}）· 社区 × 月 · {period}", name=name, unit=unit, period=period)
    figure = charts.heatmap(by_both, title, unit, language())
    drill.chart(figure, year, cut_off, "heatmap")

st.subheader(_("年报还缺什么"))
left, right = st.columns(2)
blank = whole[whole["value"].isna()]
with left:
    if len(blank):
        st.markdown(_("**尚无数据的指标**（{n} 项）", n=len(blank)))
        shown = blank[["name", "unit"]].set_axis([_("指标"), _("单位")], axis=1)
        drill.table(blank, shown, year, cut_off, "blank")
    else:
        st.success(_("每项指标都有数据。"), icon=":material/check_circle:")
with right:
    behind = data.unfiled(year, cut_off)
    if len(behind):
        st.markdown(_("**未交的日报**（共 {n} 份）", n=behind["missing"].sum()))
        first = {kind: known.entered(kind)[0].code for kind in behind["kind"].unique()}
        behind = behind.assign(indicator=behind["kind"].map(first), month=None)
        kinds = behind["kind"].map({kind: known.kinds[kind].name[language()] for kind in first})
        shown = pd.DataFrame(
            {_("社区"): behind["community_name"], _("日报"): kinds, _("缺报（份）"): behind["missing"]}
        )
        drill.table(behind, shown, year, cut_off, "behind")
    elif whole["missing"].notna().any():
        st.success(_("应交的日报都已交齐。"), icon=":material/check_circle:")
    else:
        st.caption(_("该年度没有应交的日报，或放假通知未载入，无法判断缺报。"))
