"""活动台账: we held an activity."""

from datetime import date

import pandas as pd
import streamlit as st

from db import ledger
from db.ledger import Draft
from metrics.catalogue import label
from pages.shell import data, pickers
from pages.shell.entries import (
    attempt,
    coverage,
    flash,
    number_fields,
    opened,
    operator,
    showing,
    ticked,
    token,
    versions,
)
from pages.shell.language import _, language

st.title(_("活动台账"))
flash()
units = data.all_units()
if not units:
    st.info(_("还没有社区，请先到“设置”登记。"))
    st.stop()
if moved := st.session_state.pop("record/year", None):  # show what was just registered
    st.session_state["year"] = moved
kinds = {kind.code: kind for kind in data.known().kinds.values() if kind.titled}
left, right = st.columns([3, 1])
kind = pickers.select(left, _("类别"), "record", {code: one.name[language()] for code, one in kinds.items()})
year = pickers.year(right)
name = kinds[kind].name[language()]
names = data.names()
fields = data.known().entered(kind)

place = f"record/{kind}"
entry = opened(place, lambda: None).fields
with st.expander(_("登记一条{kind}", kind=name), icon=":material/add:"), st.form(entry, border=False):
    one, two, three = st.columns([1, 1, 2])
    day = one.date_input(
        _("日期"), pickers.today(), min_value=date(2000, 1, 1), max_value=pickers.today(), format="YYYY-MM-DD"
    )
    streets_first = sorted(names, key=lambda code: (not code.endswith("000"), code))
    unit = two.selectbox(
        _("登记单位"), streets_first, format_func=names.get, placeholder=_("请选择"), key=f"{entry}/unit"
    )
    title = three.text_input(_("名称"), max_chars=200, placeholder=_("活动、课程或清单项的名称"))
    filled = number_fields(kind, {f.code: f.per_entry for f in fields if f.per_entry is not None}, entry)
    covers = coverage((), f"{entry}/covers") if kinds[kind].covers else []
    if st.form_submit_button(_("登记"), type="primary", icon=":material/save:"):
        values = {code: n for code, n in filled.items() if n is not None}
        draft = Draft(kind, unit, day, values, title.strip(), tuple(covers), seen=0)
        store, by, act = data.the_store(), operator(), token(place)

        def register() -> ledger.Receipt:
            receipt = ledger.record(store, [draft], by=by, token=act)
            st.session_state["record/year"] = str(day.year)
            return receipt

        attempt(place, register, _("已登记“{title}”。", title=title), lambda: None)

found = ledger.filed(data.the_store(), list(names), [kind], date(year, 1, 1), date(year, 12, 31))
found.sort(key=lambda one: (one.day, one.unit, one.no))
if not found:
    st.info(_("{year} 年还没有登记{kind}。点上方的“＋”开始。", year=year, kind=name))
    st.stop()
shown = pd.DataFrame(
    [
        {
            _("日期"): one.day,
            _("名称"): one.title,
            _("登记单位"): names.get(one.unit, one.unit),
            **({_("覆盖社区（个）"): len(one.covers) or None} if kinds[kind].covers else {}),
            **{label(field, language()): one.values.get(field.code) for field in fields},
            _("经办人"): one.recorded_by,
            _("编号"): str(one.ref),
        }
        for one in found
    ]
)
st.markdown(_("{year} 年共 **{n}** 条", year=year, n=len(found)))
refs = [one.ref for one in found]
listing = showing(f"list/{kind}/{year}", refs)
event = st.dataframe(
    shown,
    hide_index=True,
    on_select="rerun",
    selection_mode="single-row",
    key=listing,
    placeholder="—",
    height=38 + 35 * min(len(shown), 20),
    column_config={label(f, language()): st.column_config.NumberColumn(format="localized") for f in fields},
)
chosen = ticked(listing, event, refs)
if chosen:
    covers = next((one.covers for one in found if one.ref == chosen), ())
    if covers:
        st.caption(_("覆盖社区：{names}", names=[names.get(code, code) for code in covers]))
    versions(chosen)
else:
    st.caption(_("勾选行首，可查看、更正或作废。"))
