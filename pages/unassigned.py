"""待归属: tickets that belong to no community yet. Given by what the file wrote for the place, or one by one."""

from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from metrics import hotline, one_ticket
from metrics.exports import number
from pages.shell import data, pickers
from pages.shell.entries import flash, opened, operator, token
from pages.shell.language import _
from pages.shell.tickets import attempt

PLACE, TICKET = "place", "ticket"
AT_ONCE = 5000  # tickets shown at once, the latest first

st.title(_("待归属"))
flash()
st.page_link(str(Path(__file__).parent / "hotline.py"), label=_("回到 12345 工单"), icon=":material/arrow_back:")
if not data.communities():
    st.info(_("还没有社区，请先到“设置”登记。"))
    st.stop()
store, place = data.the_store(), "unassigned"
form = opened(place, lambda: hotline.unassigned(store, AT_ONCE))
found = form.before
if found.empty:
    st.success(_("没有待归属的工单。"), icon=":material/check_circle:")
    st.stop()
names = {one.code: data.names()[one.code] for one in data.communities()}
codes = {name: code for code, name in names.items()}
waiting = data.unassigned_count()
st.markdown(_("共 **{n}** 件工单还不知道属于哪个社区。", n=number(waiting)))
if waiting > len(found):
    st.caption(_("下面是最近的 {n} 件，归属后再看其余的。", n=number(len(found))))
ways = {PLACE: _("按原填的社区名"), TICKET: _("逐件")}
way = pickers.segments(st, _("怎样归属"), "assign_by", ways)


def save(places: dict[str, str], meant: dict[str, str]) -> None:
    """Give tickets to communities, all or none, and remember what the names meant."""
    seen = form.now.set_index("number")["version"].to_dict()
    places = {one: unit for one, unit in places.items() if one in seen}  # a colleague's stay as they are
    if not places:
        st.warning(_("请先选择社区。"))
        return
    act = {"by": operator(), "reason": _("归属社区"), "token": token(place), "remember": meant}
    versions = {one: int(seen[one]) for one in places}
    saved = _("已归属 {n} 件。", n=number(len(places)))
    write = partial(one_ticket.assign, store, places, versions, **act)
    attempt(place, write, saved, partial(hotline.unassigned, store, AT_ONCE))


def by_place() -> None:
    groups = hotline.by_place(found)
    st.caption(_("为每个叫法选定社区；不选的不动。认得出的已填好，请核对。"))
    edited = st.data_editor(
        pd.DataFrame(
            {
                _("原填社区"): groups["place"].replace("", _("（空）")),
                _("件数"): groups["count"],
                _("归属社区"): groups["suggested"].map(names),
                _("诉求举例"): groups["example"],
            }
        ),
        hide_index=True,
        key=form.fields,
        disabled=[_("原填社区"), _("件数"), _("诉求举例")],
        column_config={_("归属社区"): st.column_config.SelectboxColumn(options=list(codes), width="medium")},
        height=38 + 35 * min(len(groups), 15),
        placeholder="—",
    )
    remember = st.checkbox(_("记住这个叫法"), True, help=_("以后导入时，同样的叫法自动归到同一社区。"))
    if st.button(_("保存归属"), type="primary", icon=":material/save:"):
        chosen = dict(zip(groups["place"], edited[_("归属社区")].map(codes), strict=True))
        chosen = {name: code for name, code in chosen.items() if isinstance(code, str)}
        places = {one.number: chosen[one.place] for one in found.itertuples() if one.place in chosen}
        save(places, {name: code for name, code in chosen.items() if remember and name.strip()})


def one_by_one() -> None:
    shown = found[["number", "place", "subject", "title", "received_on"]]
    headings = [_("工单编号"), _("原填社区"), _("问题分类"), _("诉求内容"), _("受理日")]
    event = st.dataframe(
        shown.set_axis(headings, axis=1),
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"{form.fields}/tickets",
        placeholder="—",
        height=38 + 35 * min(len(found), 14),
    )
    left, middle, right = st.columns([2, 1, 1], vertical_alignment="bottom")
    unit = left.selectbox(_("归属社区"), list(names), None, format_func=names.get, placeholder=_("请选择"))
    ticked = found.iloc[event.selection.rows]
    remember = middle.checkbox(_("记住这个叫法"), help=_("以后导入时，同样的叫法自动归到同一社区。"))
    if right.button(_("归属勾选的 {n} 件", n=len(ticked)), type="primary", disabled=ticked.empty or unit is None):
        meant = {name: unit for name in ticked["place"] if remember and name.strip()}
        save(dict.fromkeys(ticked["number"], unit), meant)


{PLACE: by_place, TICKET: one_by_one}[way]()
