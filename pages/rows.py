"""明细: one figure, what it means, and the entries behind it. Reached from every card, chart and table."""

from datetime import date

import streamlit as st

from db.language import Refusal
from db.ledger import Ref
from metrics import exports, figures
from pages.shell import data, tickets
from pages.shell.entries import flash, showing, ticked, versions
from pages.shell.language import _, language, said

asked = st.query_params
try:
    indicator, year = asked["indicator"], int(asked["year"])
    cut_off = date.fromisoformat(asked["cut_off"])
    month = int(asked["month"][5:]) if "month" in asked else None
    scope = {"cut_off": cut_off, "community": asked.get("community"), "language": language()}
    found = figures.rows(data.the_store(), indicator, year, month=month, **scope)
    by = ("month",) if month else ()
    figure = data.ask(year, *by, indicators=(indicator,), cut_off=cut_off, community=asked.get("community"))
    figure = figure[figure["month"] == asked["month"]].iloc[0] if month else figure.iloc[0]
except (LookupError, ValueError, Refusal) as problem:
    st.title(_("明细"))
    st.warning(said(problem) if isinstance(problem, Refusal) else _("请从总览、社区或年报中的数字点进来。"))
    st.stop()

meaning = data.known().on(cut_off)[indicator]
places = data.names()
where = places.get(asked.get("community"), _("全部社区"))
period = asked["month"] if month else _("{year} 年", year=year)
flash()
st.title(_("明细：{name}", name=meaning.name[language()]))
st.caption(_("{where} · {period} · 截至 {day}", where=where, period=period, day=cut_off))
left, right = st.columns([1, 3])
left.metric(meaning.unit[language()], exports.number(figure["value"]))
right.markdown(_("**口径** {meaning}", meaning=meaning.meaning[language()]))
if meaning.parts:
    names = [data.known().on(cut_off)[part].name[language()] for part in meaning.parts]
    right.caption(_("由以下指标算出：{names}", names=names))

if isinstance(figure["note"], str):
    st.warning(figure["note"], icon=":material/compare_arrows:")

if found.empty:
    st.info(_("这个数字背后没有记录：该期间尚未填报。"))
    st.stop()
zeros = int((found["quantity"] == 0).sum())
if zeros and st.toggle(_("隐藏填 0 的 {n} 条", n=zeros), value=zeros < len(found)):
    found = found[found["quantity"] != 0]
sums = found.groupby("name", sort=False)["quantity"].sum()
st.markdown(
    _(
        "共 {n} 条，合计 {sums}",
        n=len(found),
        sums=[f"{name} **{exports.number(n)}**" for name, n in sums.items()],
    )
)
kinds = {kind.code: kind.name[language()] for kind in data.known().kinds.values()}
shown = found.assign(kind=found["kind"].map(kinds), recorded_at=found["recorded_at"].map(exports.local))
columns = {
    "id": _("编号"),
    "day": _("日期"),
    "community_name": _("社区"),
    "kind": _("表单"),
    "title": _("名称"),
    "name": _("指标"),
    "quantity": _("数量"),
    "recorded_at": _("登记时间"),
    "recorded_by": _("经办人"),
}
same = [key for key in ("kind", "name") if shown[key].nunique() == 1]  # the heading says it
same += [] if shown["title"].any() else ["title"]
columns = {key: title for key, title in columns.items() if key not in same}
shown = shown[list(columns)].set_axis(list(columns.values()), axis=1)
refs = [  # a ticket is known by its number alone
    one.ticket or (Ref.parse(one.id) if "-" in one.id else Ref(one.id, 0)) for one in found.itertuples()
]
listing = showing(f"rows/{indicator}", refs)
event = st.dataframe(
    shown, hide_index=True, on_select="rerun", selection_mode="single-row", key=listing, placeholder="—"
)
st.download_button(
    _("下载明细 CSV"),
    exports.csv_bytes(shown),
    exports.file_name(data.the_store(), year, cut_off, meaning.name[language()], "csv", language()),
    "text/csv",
    icon=":material/download:",
    on_click="ignore",
)
if event.selection.rows and (number := found["ticket"].iloc[event.selection.rows[0]]):
    tickets.show(number)
chosen = ticked(listing, event, refs)
if isinstance(chosen, Ref) and chosen.no:
    versions(chosen)
else:
    st.caption(_("勾选行首，可看它的每一版：何时、何人、为何更正。"))
