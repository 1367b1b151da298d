"""定稿: a year frozen at its cut-off, what the ledger did to it since, and two of them side by side."""

from pathlib import Path

import pandas as pd
import streamlit as st

from db import snapshots
from db.language import Refusal
from db.ledger import Ref
from db.snapshots import Part, Snapshot
from metrics import draft, exports
from metrics import snapshots as frozen
from metrics.exports import local, number
from pages.shell import data, drill, pickers, tickets
from pages.shell.entries import done, operator, showing, start, ticked, token, versions
from pages.shell.language import _, language, said

PLACE = "frozen"
WHOLE, COMMUNITIES, MONTHS = "whole", "communities", "months"
SORTS = {
    ".json": "application/json",
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
AT_ONCE = 2000  # changes shown at once, the latest first
store = data.the_store()


def freeze(place) -> None:
    """The form that freezes a year."""
    with place:
        left, right = st.columns([2, 3], vertical_alignment="bottom")
        year, cut_off = pickers.year_and_cut_off(left)
        note = right.text_input(_("说明"), key=f"{token(PLACE)}/note", placeholder=_("选填，如“送审稿”“公开稿”"))
        st.caption(_("数字、CSV、报告草稿和当时的口径按现在的台账原样存档，署经办人姓名；此后台账照常更正，存档不变。"))
        pressed = st.button(_("定稿存档"), type="primary", icon=":material/lock:", key=f"{token(PLACE)}/freeze")
        if not pressed:  # under a key of its own each time: the second of two clicks meets no button
            return
        try:
            act = {"by": operator(), "token": token(PLACE), "note": note, "draft": draft.document}
            made = frozen.freeze(store, year, cut_off, **act)
        except Refusal as refusal:
            st.error(said(refusal))
            return
    st.session_state["snapshot"] = str(made.id)
    done(PLACE, _("{year} 年截至 {day} 已定稿，编号 {id}。", year=year, day=cut_off, id=made.id))


def listing(found: pd.DataFrame) -> None:
    """All frozen years."""
    shown = {
        _("编号"): found["snapshot"],
        _("年度"): found["year"].astype(str),
        _("截至"): found["cut_off"],
        _("定稿人"): found["by"],
        _("定稿时间"): found["at"].map(local),
        _("说明"): found["note"].replace("", None),
        "SHA-256": found["sha256"].str[:12],
    }
    st.dataframe(pd.DataFrame(shown), hide_index=True, placeholder="—", key="snapshots")


def files(one: Snapshot) -> None:
    """The files of a freeze with their digests, to be had again byte for byte."""
    for part in snapshots.parts(store, one.id):
        left, button = st.columns([8, 2], vertical_alignment="center")
        left.markdown(f"**{part.name}**  \n`{part.sha256}`")
        if part.sound:
            button.download_button(
                _("下载（{size}）", size=_size(part)),
                part.content,
                _file_name(one, part),
                SORTS.get(Path(part.name).suffix, "application/octet-stream"),
                key=f"part/{part.name}",
                icon=":material/download:",
                on_click="ignore",
                width="stretch",
            )
        else:
            st.error(_(frozen.DAMAGED, id=one.id, name=part.name), icon=":material/gpp_bad:")


def _size(part: Part) -> str:
    return f"{number(max(1, round(len(part.content) / 1024)))} KB"


def _file_name(one: Snapshot, part: Part) -> str:
    stem, ending = Path(part.name).stem, Path(part.name).suffix[1:]
    what = _("定稿{id}_{name}", id=one.id, name=stem)
    return exports.file_name(store, one.year, one.cut_off, what, ending, language())


def changes(found: pd.DataFrame) -> None:
    """The rows that alter a freeze, each with the way to it."""
    once = frozen.told_once(found)
    latest = once.iloc[::-1].iloc[:AT_ONCE]
    if len(once) > len(latest):
        st.caption(_("下面是最近的 {n} 处；全部可下载。", n=number(len(latest))))
    refs = [row.ticket or (Ref.parse(row.id) if row.id else None) for row in latest.itertuples()]
    st.caption(_("勾选行首，看这条记录的全部版本，或打开那件工单。"))
    place = showing(f"frozen/{one.id}/changes", refs)
    event = st.dataframe(
        frozen.told(latest, language()),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=place,
        placeholder="—",
        height=38 + 35 * min(len(latest), 12),
        column_config={
            **{_(column): st.column_config.Column(alignment="right", width=80) for column in ("原计", "现计")},
            _("原因"): st.column_config.Column(width="medium"),
        },
    )
    st.download_button(
        _("下载改动清单 CSV"),
        lambda: exports.csv_bytes(frozen.told(once, language())),
        exports.file_name(
            store, one.year, one.cut_off, _("定稿{id}_{name}", id=one.id, name=_("改动清单")), "csv", language()
        ),
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    if event.selection.rows and isinstance(number_ := refs[event.selection.rows[0]], str):
        tickets.show(number_)
    chosen = ticked(place, event, refs)
    if isinstance(chosen, Ref):
        versions(chosen)


def of(frame: pd.DataFrame, level: str) -> pd.DataFrame:
    """The figures of the whole street, of communities or of months."""
    places, months = frame["community"].notna(), frame["month"].notna()
    return frame[{WHOLE: ~places & ~months, COMMUNITIES: places, MONTHS: months}[level]]


def level(key: str) -> str:
    names = {WHOLE: _("全年合计"), COMMUNITIES: _("分社区"), MONTHS: _("分月")}
    return pickers.segments(st, _("看哪些数"), key, names)


def columns(frame: pd.DataFrame, more: dict) -> pd.DataFrame:
    """Figures as a table: what each is, and then the columns of `more`."""
    shown = {_("指标"): frame["name"], _("单位"): frame["unit"]}
    shown |= {_("社区"): frame["community_name"]} if frame["community"].notna().any() else {}
    shown |= {_("月份"): frame["month"]} if frame["month"].notna().any() else {}
    return pd.DataFrame(shown | more)


def moved(found: pd.DataFrame) -> None:
    """The frozen figures that are others now."""
    some = of(found, level("moved"))
    if some.empty:
        st.info(_("这里没有变动的数；可看分社区或分月。"))
        return
    more = {
        _("定稿时"): some["frozen"].map(number),
        _("现在"): some["now"].map(number),
        _("相差"): some["difference"].map(number),
        _("由几处改动"): some["changes"],
    }
    st.caption(_("勾选行首，看这个数字现在的记录。"))
    drill.table(some, columns(some, more), one.year, one.cut_off, f"moved/{one.id}", column_config=RIGHT)


def beside(others: pd.DataFrame) -> None:
    """Two freezes side by side."""
    if others.empty:
        st.info(_("只有一次定稿。再定稿一次，就可以逐个数对比。"))
        return
    names = {str(row.snapshot): _title(row) for row in others.itertuples()}
    left, right = st.columns([2, 2], vertical_alignment="bottom")
    pair = sorted([one.id, int(pickers.select(left, _("与哪一次对比"), "against", names))])
    with right:
        wanted = level("compare")
    both = of(frozen.compare(store, *pair, language()), wanted)
    differ = both[both["first"].fillna(-1) != both["second"].fillna(-1)]
    if st.toggle(_("只看不同的 {n} 个数", n=len(differ)), value=0 < len(differ) < len(both)):
        both = differ
    if both.empty:
        st.success(_("两次定稿的这些数完全相同。"), icon=":material/check_circle:")
        return
    more = {
        _("定稿 {id}", id=pair[0]): both["first"].map(number),
        _("定稿 {id}", id=pair[1]): both["second"].map(number),
        _("相差"): both["difference"].map(number),
    }
    more |= {_("备注"): both["note"]} if both["note"].notna().any() else {}
    right = {column: st.column_config.Column(alignment="right") for column in list(more)[:3]}
    height = 38 + 35 * min(len(both), 14)
    st.dataframe(
        columns(both, more), hide_index=True, placeholder="—", key="compared", height=height, column_config=right
    )


def _title(row) -> str:
    return _("{id} · {year} 年截至 {day} · {by}", id=row.snapshot, year=row.year, day=row.cut_off, by=row.by)


start(_("定稿"))
found = frozen.listed(store)
freeze(st.container(border=True) if found.empty else st.expander(_("再定稿一次"), icon=":material/lock:"))
if found.empty:
    st.info(_("还没有定稿。报告签发前在上面定稿一次，以后任何改动影响了报告里的数，这里都会列出来。"))
    st.stop()
st.subheader(_("历次定稿"))
listing(found)
names = {str(row.snapshot): _title(row) for row in found.itertuples()}
picked = pickers.select(st.columns(2)[0], _("看哪一次"), "snapshot", names) if len(names) > 1 else next(iter(names))
one = snapshots.get(store, int(picked))
st.subheader(_("定稿 {id}：{year} 年，截至 {day}", id=one.id, year=one.year, day=one.cut_off))
st.caption(" · ".join(filter(None, [_("{by} 于 {at} 定稿", by=one.recorded_by, at=local(one.recorded_at)), one.note])))
RIGHT = {_(column): st.column_config.Column(alignment="right") for column in ("定稿时", "现在", "相差")}
with st.expander(_("存档文件和 SHA-256（{n} 份）", n=len(one.parts)), expanded=True):
    files(one)
try:
    since = data.since(one.id, language())
except Refusal as refusal:
    st.error(said(refusal), icon=":material/gpp_bad:")
    st.stop()
if since.changes.empty:
    st.success(_("定稿以来没有改动影响它：每个数都与定稿时相同。"), icon=":material/check_circle:")
else:
    counts = {"n": number(len(frozen.told_once(since.changes))), "m": number(len(of(since.moved, WHOLE)))}
    st.warning(_("定稿以来有 {n} 处改动影响它的数，其中全年合计变了 {m} 个。", **counts), icon=":material/difference:")
tabs = st.tabs([_("改动清单"), _("变动的数"), _("两稿对比")])
with tabs[0]:
    if since.changes.empty:
        st.info(_("没有改动。截至日以后的登记不影响它。"))
    else:
        changes(since.changes)
with tabs[1]:
    if since.moved.empty:
        st.info(_("没有变动的数。"))
    else:
        moved(since.moved)
with tabs[2]:
    beside(found[found["snapshot"] != one.id])
