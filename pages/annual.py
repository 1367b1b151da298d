"""年报: the report is due."""

import pandas as pd
import streamlit as st

from db import settings
from db.engine import writing
from metrics import exports
from metrics.catalogue import label
from metrics.exports import BY_COMMUNITY, BY_MONTH, DEFINITIONS, TOTALS, number
from pages.shell import data, drill, pickers
from pages.shell.entries import done, start
from pages.shell.language import _, language

start(_("年报"))
left, right = st.columns([2, 2], vertical_alignment="bottom")
year, cut_off = pickers.year_and_cut_off(left)
fixed = data.setting("cut_offs")
if fixed.get(str(year)) != cut_off.isoformat() and right.button(
    _("把 {day} 定为 {year} 年报告的截至日", day=cut_off, year=year), icon=":material/event_available:"
):
    with writing(data.the_store()) as conn:
        settings.put(conn, "cut_offs", {**fixed, str(year): cut_off.isoformat()})
    done("cut_off", _("{year} 年报告的截至日已定为 {day}。", year=year, day=cut_off))

ask = {"cut_off": cut_off, "language": language()}
whole = data.ask(year, cut_off=cut_off)
if not whole["value"].notna().any():
    st.info(_("{year} 年还没有数据，可先到“日报录入”或“活动台账”录入。", year=year))
    st.stop()
tables = data.tables(year, cut_off, language())


def name(what: str, ending: str) -> str:
    return exports.file_name(data.the_store(), year, cut_off, what, ending, language())


places = st.columns(4)
for place, what in zip(places, (TOTALS, BY_COMMUNITY, BY_MONTH), strict=False):
    place.download_button(
        _("{what} CSV", what=_(what)),
        exports.csv_bytes(tables[what]),
        name(what, "csv"),
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
places[3].download_button(
    _("全部 Excel（含图表）"),
    lambda: exports.workbook(data.the_store(), year, **ask),
    name(TOTALS, "xlsx"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    icon=":material/download:",
    on_click="ignore",
    width="stretch",
)

totals, communities, months, definitions = st.tabs([_(TOTALS), _(BY_COMMUNITY), _(BY_MONTH), _(DEFINITIONS)])
tall = {"height": 38 + 35 * len(whole)}
with totals:
    base = [exports.share(line.numerator, line.denominator) or None for line in whole.itertuples()]
    shown = pd.DataFrame(
        {
            _("指标"): whole["name"],
            _("单位"): whole["unit"],
            _("合计"): whole["value"].map(number),
            _("分子/分母"): base,
            _("上年同期"): whole["previous"].map(number),
            _("缺报（份）"): whole["missing"],
            _("指标编码"): whole["indicator"],
        }
    )
    for line in whole[whole["note"].notna()].itertuples():
        st.warning(_("{name}：{note}", name=line.name, note=line.note), icon=":material/compare_arrows:")
    st.caption(_("勾选行首，看这个数字背后的记录。"))
    config = {_(column): st.column_config.Column(alignment="right") for column in ("合计", "上年同期", "分子/分母")}
    drill.table(whole, shown, year, cut_off, "totals", column_config=config, **tall)
meanings = data.known().on(cut_off)
codes = {label(meaning, language()): code for code, meaning in meanings.items()}
with communities:
    frame = tables[BY_COMMUNITY]
    lines = [{"community": code} for code in frame[_("社区编码")] if code]
    for note in frame[_("社区")][len(lines) + 1 :]:
        st.caption(note)
    shown = frame.iloc[: len(lines) + 1].drop(columns=_("社区编码"))
    drill.cells(shown, [*lines, {}], codes, year, cut_off, BY_COMMUNITY)
with months:
    frame = tables[BY_MONTH]
    lines = [{"month": month} for month in frame[_("月份")][:-1]]
    drill.cells(frame, [*lines, {}], codes, year, cut_off, BY_MONTH)
with definitions:
    st.dataframe(tables[DEFINITIONS], hide_index=True, key=DEFINITIONS, **tall)
