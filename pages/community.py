"""社区: show me 文华巷."""

import pandas as pd
import streamlit as st

from metrics import charts
from metrics.catalogue import label
from metrics.exports import number
from pages.shell import data, drill, pickers
from pages.shell.entries import start
from pages.shell.language import _, language

start(_("社区"))
left, middle, right = st.columns([2, 1, 1])
year, cut_off = pickers.year_and_cut_off(left)
community = pickers.community(middle)
indicator = pickers.indicator(right)
meanings = data.known().on(cut_off)
meaning = meanings[indicator]
name, unit = meaning.name[language()], meaning.unit[language()]
period = _("{year} 年，截至 {day}", year=year, day=cut_off)

mine = data.ask(year, "month", cut_off=cut_off, community=community.code, indicators=(indicator,))
everyone = data.ask(year, "community", "month", cut_off=cut_off, indicators=(indicator,))
inhabited = everyone[everyone["community"].isin([one.code for one in data.communities()])]
median = inhabited.groupby("month", sort=False)["value"].median().reindex(mine["month"])

st.subheader(_("{where}：{name}", where=community.short, name=name))
if mine["value"].notna().any():
    left, right = st.columns([2, 1])
    with left:
        title = _("{where} {name}（{unit}）· {period}", where=community.short, name=name, unit=unit, period=period)
        reference = (_("各社区中位数"), median.tolist()) if median.notna().any() else ()
        shown = mine.assign(community=community.code)
        figure = charts.months(shown, title, unit, (str(year), str(year - 1)), language(), reference)
        drill.chart(figure, year, cut_off, "months")
    with right:
        table = mine[["month", "value", "previous"]].assign(median=median.tolist())
        table = table.set_axis([_("月份"), unit, _("上年同月"), _("中位数")], axis=1)
        drill.table(
            mine.assign(community=community.code), table, year, cut_off, "months_table", height=38 + 35 * len(mine)
        )
else:
    st.info(_("{where} {period}没有“{name}”的数据。", where=community.short, period=period, name=name))

ranked = data.ask(year, "community", cut_off=cut_off, indicators=(indicator,))
ranked = ranked[ranked["community"].isin([one.code for one in data.communities()])]
totals = data.ask(year, cut_off=cut_off, community=community.code).assign(community=community.code)
left, right = st.columns(2)
with left:
    st.subheader(_("{where} 全部指标", where=community.short))
    shown = pd.DataFrame(
        {
            _("指标"): [label(meanings[code], language()) for code in totals["indicator"]],
            _("合计"): [number(value) for value in totals["value"]],
            _("上年同期"): [number(value) for value in totals["previous"]],
            _("缺报（份）"): totals["missing"],
        }
    )
    right_aligned = {_(c): st.column_config.Column(alignment="right") for c in ("合计", "上年同期")}
    drill.table(totals, shown, year, cut_off, "totals", height=38 + 35 * len(shown), column_config=right_aligned)
with right:
    st.subheader(_("各社区比较"))
    if note := next(iter(ranked["note"].dropna()), None):
        st.caption(note)
    if ranked["value"].notna().any():
        title = _("{name}（{unit}）· {period}", name=name, unit=unit, period=period)
        drill.chart(charts.communities(ranked, title, unit), year, cut_off, "ranked")
    else:
        st.info(_("{period}没有“{name}”的数据。", period=period, name=name))
