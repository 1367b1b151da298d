"""导入: here is the export."""

import hashlib

import pandas as pd
import streamlit as st

from db import batches, tickets
from db.language import Problem, Refusal
from metrics import exports, spreadsheets, ticket_files
from metrics.exports import local, number
from pages.shell import data, pickers
from pages.shell.entries import done, operator, start, token
from pages.shell.language import _, language, said

TICKETS, COUNTS = "tickets", "counts"
SHOWN = 200  # lines of a list; the file has the rest
FOUND = "import/found"

start(_("导入"))
store = data.the_store()


def columns_of(layout: ticket_files.Layout) -> dict[str, str]:
    """The columns as a person leaves them: field → heading."""
    offered = [heading for heading in dict.fromkeys(layout.headings) if heading]
    chosen = {}
    places = st.columns(4)
    for n, (name, title) in enumerate(ticket_files.FIELDS.items()):
        now = layout.columns.get(name)
        heading = places[n % 4].selectbox(
            _(title) + (" *" if name in ticket_files.NEEDED else ""),
            offered,
            index=offered.index(now) if now in offered else None,
            key=f"column/{mark}/{name}",
            placeholder=_("文件中没有"),
        )
        if heading:
            chosen[name] = heading
    return chosen


def laid_out() -> tuple[dict[str, str] | None, str | None]:
    """How the file is understood, shown and open to correction: (columns where a person changed them, sheet)."""
    sheets = ticket_files.glance(content)
    sheet = None
    if len(sheets) > 1:
        names = [name for name, _lines in sheets]
        sheet = st.selectbox(_("工作表"), names, index=None, key=f"sheet/{mark}", placeholder=_("自动识别"))
    try:
        layout = ticket_files.look(store, content, file.name, sheet=sheet)
    except Refusal as refusal:
        st.warning(said(refusal))
        lines = next((some for name, some in sheets if sheet in (None, name)), [])
        st.dataframe(pd.DataFrame(lines).rename(columns=lambda n: str(n + 1), index=lambda n: n + 1))
        line = st.number_input(_("表头在第几行"), 1, max(len(lines), 1), 1, key=f"header/{mark}")
        layout = ticket_files.Layout(sheet, int(line), lines[int(line) - 1] if lines else [], {})
    where = _("工作表“{sheet}”，", sheet=layout.sheet) if layout.sheet else ""
    st.markdown(
        where + _("表头在第 {row} 行，认出 **{n}** 列", row=layout.header, n=len(layout.columns))
        if layout.columns
        else _("请逐项选定各列。")
    )
    if layout.remembered:
        st.caption(_("这种格式以前导入过，沿用上次确认的列。"))
    with st.expander(_("各列的对应"), expanded=not layout.columns, icon=":material/table_chart:"):
        chosen = columns_of(layout)
        if layout.unused:
            st.caption(_("没有用到的列：{names}", names=layout.unused))
        if layout.preview:
            st.dataframe(pd.DataFrame(layout.preview, columns=_unique(layout.headings)), hide_index=True)
    return (chosen if chosen != layout.columns else None), sheet


def _unique(headings: list[str]) -> list[str]:
    """Headings a table can bear: none blank, none twice."""
    return [
        heading if heading and headings.count(heading) == 1 else f"{heading} {n + 1}"
        for n, heading in enumerate(headings)
    ]


def take(dry_run: bool, how: dict) -> dict:
    """Read the file, or write what it says, with the stage of the work in sight."""
    with st.status(_("核对文件") if dry_run else _("正在导入"), expanded=False) as status:
        act = spreadsheets.import_counts if kind == COUNTS else ticket_files.import_tickets
        made = act(
            store,
            content,
            file.name,
            by=operator(),
            token=token(f"import/{mark}"),
            dry_run=dry_run,
            progress=lambda stage: status.update(label=_(stage)),
            **how,
        )
        checked = _("核对完毕，尚未写入") if made["new"] + made["changed"] else _("核对完毕")
        status.update(label=checked if dry_run else _("已写入"), state="complete")
    return made


def table_of(errors: list[Problem]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                _("行"): problem.row,
                _("列"): problem.heading(language()),
                _("内容"): problem.value,
                _("问题"): problem.text(language()),
            }
            for problem in errors
        ]
    )


def show(made: dict) -> None:
    """What would happen, before anything is written."""
    told = {
        _("读取"): made["read"],
        _("新增"): made["new"],
        _("已存在"): made["unchanged"],
        _("更改"): made["changed"],
        _("冲突"): made["conflicts"],
        _("有误"): made["rejected"],
    }
    for place, (title, n) in zip(st.columns(len(told)), told.items(), strict=True):
        place.metric(title, number(n), border=True)
    if made.get("unplaced"):
        st.info(_("{n} 件没有写明本库的社区，导入后在“待归属”中归到社区。", n=made["unplaced"]))
    for note, n in made.get("notes", {}).items():
        st.caption(_("{note}（{n} 件）", note=_(note), n=n))
    if made.get("changes"):
        st.markdown(_("**将更改的工单**"))
        st.dataframe(changes(made["changes"]), hide_index=True, placeholder="—")
    if made["errors"]:
        st.error(_("有 {n} 处问题，整份文件未写入。请在文件中改正后重新上传。", n=len(made["errors"])))
        listed = table_of(made["errors"])
        st.dataframe(listed.head(SHOWN), hide_index=True)
        st.download_button(
            _("下载问题清单 CSV"),
            exports.csv_bytes(listed),
            f"{file.name}.{_('问题清单')}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )


def changes(pairs: list[tuple]) -> pd.DataFrame:
    """The fields that change, old and new, one a line."""
    rows = []
    for old, new in pairs[:SHOWN]:
        for name in tickets.HEADINGS:
            before, after = getattr(old, name), getattr(new, name)
            if before != after:
                rows.append(
                    [old.number, _(tickets.HEADINGS[name]), tickets.shown(name, before), tickets.shown(name, after)]
                )
    return pd.DataFrame(rows, columns=[_("工单编号"), _("项目"), _("原为"), _("改为")])


kind = pickers.segments(st, _("文件内容"), "import", {TICKETS: _("12345 工单"), COUNTS: _("日报和活动的数")})
if kind == TICKETS:
    st.caption(_("上传热线平台导出的工单表（xlsx、xls 或 csv）。电话和身份证号在入库时隐去。"))
else:
    st.caption(_("表头写“日期、社区、指标、数量”，或“日期、社区”加每个指标一列。"))
file = st.file_uploader(_("文件"), ["xlsx", "xls", "xlsm", "csv", "txt"], key=f"file/{kind}")
if file:
    content = file.getvalue()
    mark = f"{kind}/{hashlib.sha256(content).hexdigest()}"
    try:
        how = {}
        if kind == TICKETS:
            corrected, sheet = laid_out()
            how = {"columns": corrected, "sheet": sheet}
            if st.session_state.get(f"{FOUND}/clashes") == mark:
                sides = {"": _("先不导入"), "file": _("以文件为准"), "ledger": _("以台账为准")}
                title = _("有工单在上次导入后被人工改过，文件的说法又不同")
                how["prefer"] = st.radio(title, list(sides), format_func=sides.get, horizontal=True)
        asked = (mark, str(how), st.session_state["stamp"])
        if st.session_state.get(FOUND, (None,))[0] != asked:
            st.session_state[FOUND] = (asked, take(True, how))
            if st.session_state[FOUND][1].get("clashes"):
                st.session_state[f"{FOUND}/clashes"] = mark
                st.rerun()
        made = st.session_state[FOUND][1]
        show(made)
        ready = not made["errors"] and made["new"] + made["changed"]
        if not made["errors"] and not ready:
            st.success(_("文件里的内容都已在库中，不需要导入。"), icon=":material/check_circle:")
        if ready and st.button(_("导入"), type="primary", icon=":material/upload:"):
            if not operator():
                raise Refusal("请先填写经办人姓名")
            made = take(False, how)
            if made["errors"]:
                show(made)
            else:
                st.session_state.pop(FOUND, None)
                written = {"new": made["new"], "changed": made["changed"], "batch": made["batch"] or "—"}
                done(f"import/{mark}", _("已导入：新增 {new}，更改 {changed}，批次 {batch}。", **written))
    except Refusal as refusal:
        st.error(said(refusal))

st.subheader(_("最近的导入"))
listed = batches.imports(store)
if not listed:
    st.caption(_("还没有导入过文件。"))
    st.stop()
frame = pd.DataFrame(
    [
        {
            _("批次"): one.batch,
            _("文件"): one.file_name,
            _("写入（条）"): one.written,
            _("其中现行（条）"): one.standing,
            _("时间"): local(one.recorded_at),
            _("经办人"): one.recorded_by,
        }
        for one in listed
    ]
)
event = st.dataframe(frame, hide_index=True, on_select="rerun", selection_mode="single-row", key="imports")
if not event.selection.rows:
    st.caption(_("勾选一批，可整批撤销。撤销也记入台账。"))
    st.stop()
one = listed[event.selection.rows[0]]
with st.form(f"undo/{one.batch}"):
    reason = st.text_input(_("撤销批次 {batch} 的原因", batch=one.batch), placeholder=_("必填，写入台账"))
    if st.form_submit_button(_("整批撤销")):
        place = f"undo/{one.batch}"
        try:
            ticket_files.undo(store, one.batch, by=operator(), reason=reason, token=token(place))
        except Refusal as refusal:
            st.error(said(refusal))
        else:
            done(place, _("批次 {batch} 已撤销。", batch=one.batch))
