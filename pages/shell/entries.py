"""One entry on the screen: its number fields, its versions, its correction and its voiding."""

import uuid
from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

from db import ledger
from db.language import Refusal
from db.ledger import Conflict, Draft, Ref, Version
from metrics.catalogue import label
from metrics.exports import local
from pages.shell import data
from pages.shell.language import _, language, said


def operator() -> str:
    """Who is at work, as typed in the side bar."""
    return st.session_state.get("operator") or ""


def token(place: str) -> str:
    """The submission token of the form at `place`: the same until `done`, so that a repeat is harmless."""
    return st.session_state.setdefault(f"token/{place}", uuid.uuid4().hex)


def done(place: str, message: str) -> None:
    """Close a form: a new token for the next one, a message that outlives the rerun, figures asked again."""
    st.session_state.pop(f"token/{place}", None)
    st.session_state["flash"] = message
    st.rerun()


def flash() -> None:
    """Show what the last write did, once."""
    if message := st.session_state.pop("flash", None):
        st.success(message, icon=":material/check_circle:")


def attempt(place: str, write: Callable[[], ledger.Receipt], saved: str) -> None:
    """Write, or show why not. Both versions are shown where a colleague was faster."""
    try:
        receipt = write()
    except Conflict as conflict:
        st.error(said(conflict))
        both(conflict)
    except Refusal as refusal:
        st.error(said(refusal))
    else:
        if receipt.batch is None:
            done(place, _("与已保存的数相同，没有更改。"))
        done(place, _("这次提交此前已保存，没有重复计入。") if receipt.repeated else saved)


def both(conflict: Conflict) -> None:
    """What you filled in beside what a colleague saved."""
    meanings = data.known().indicators
    for draft, theirs in conflict.pairs:
        kept = theirs.values if theirs else {}
        codes = list(dict.fromkeys([*kept, *draft.values]))
        mine = [draft.values.get(code, kept.get(code)) for code in codes]
        st.dataframe(
            pd.DataFrame(
                {
                    _("指标"): [label(meanings[code], language()) for code in codes],
                    _("您填的"): mine,
                    _("已保存的"): [kept.get(code) for code in codes],
                }
            ),
            hide_index=True,
            placeholder="—",
        )
        if theirs:
            st.caption(_("{by} 于 {at} 保存", by=theirs.recorded_by, at=local(theirs.recorded_at)))
        else:
            st.caption(_("该记录已被作废。"))


def number_fields(kind: str, values: Mapping[str, int], key: str) -> dict[str, int | None]:
    """The number fields of a form, side by side; blank stays blank."""
    filled: dict[str, int | None] = {}
    fields = data.known().entered(kind)
    for start in range(0, len(fields), 4):
        line = fields[start : start + 4]
        for place, meaning in zip(st.columns(len(line)), line, strict=True):
            filled[meaning.code] = place.number_input(
                label(meaning, language()),
                min_value=0,
                max_value=meaning.upper,
                value=values.get(meaning.code),
                step=1,
                key=f"{key}/{meaning.code}",
                placeholder=_("未填"),
                help=meaning.meaning[language()],
            )
    return filled


def changes(filled: Mapping[str, int | None], before: Mapping[str, int]) -> dict[str, int | None]:
    """What a form changes: new numbers, and None for a field that was emptied."""
    return {code: n for code, n in filled.items() if n != before.get(code)}


def versions(ref: Ref) -> None:
    """Every version of an entry, and the forms to correct or void the live one."""
    known = data.known()
    try:
        history = ledger.history(data.the_store(), ref)
    except Refusal as refusal:
        st.error(said(refusal))
        return
    st.subheader(_("记录 {id} 的全部版本", id=str(ref)))
    st.dataframe(_listed(history), hide_index=True, placeholder="—")
    live = history[-1]
    if live.retired_at:
        st.info(_("这条记录已作废，不再计入任何数字。"))
        return
    correct, remove = st.tabs([_("更正"), _("作废")])
    place = f"revise/{live.ref}"
    with correct, st.form(place, border=False):
        title, covers = live.title, live.covers
        if known.kinds[live.kind].titled:
            title = st.text_input(_("名称"), live.title, max_chars=200)
        if known.kinds[live.kind].covers:
            covers = coverage(live.covers, f"{place}/covers")
        filled = number_fields(live.kind, live.values, place)
        reason = st.text_input(_("更正原因"), placeholder=_("必填，写入台账"))
        if st.form_submit_button(_("保存更正"), type="primary"):
            values = {code: n for code, n in filled.items() if n is not None}
            attempt(
                place,
                lambda: ledger.revise(
                    data.the_store(),
                    live.ref,
                    values=values,
                    title=title,
                    covers=tuple(covers),
                    by=operator(),
                    reason=reason,
                    token=token(place),
                ),
                _("已更正，旧版本保留在台账中。"),
            )
    place = f"void/{live.ref}"
    with remove, st.form(place, border=False):
        st.caption(_("作废后这条记录不再计入任何数字，但仍留在台账中可查。"))
        reason = st.text_input(_("作废原因"), placeholder=_("必填，写入台账"))
        if st.form_submit_button(_("作废这条记录")):
            attempt(
                place,
                lambda: ledger.void(data.the_store(), live.ref, by=operator(), reason=reason, token=token(place)),
                _("已作废。"),
            )


def coverage(chosen: tuple[str, ...], key: str) -> list[str]:
    """Which communities an activity covers."""
    offered = {one.code: one.short for one in data.communities()}
    return st.multiselect(
        _("覆盖社区"),
        list(offered),
        [code for code in chosen if code in offered],
        format_func=lambda code: offered.get(code, code),
        key=key,
        placeholder=_("未选：只计入登记单位"),
        help=_("一场活动覆盖多个社区时，全街道只计一次，各社区分别可见。"),
    )


def _listed(history: list[Version]) -> pd.DataFrame:
    """Versions as a table, one line each."""
    meanings = data.known().indicators
    codes = [meaning.code for meaning in data.known().entered(history[0].kind)]
    return pd.DataFrame(
        [
            {
                _("版本"): one.version,
                _("编号"): str(one.ref),
                _("日期"): one.day,
                _("名称"): one.title or None,
                **{label(meanings[code], language()): one.values.get(code) for code in codes},
                _("登记时间"): local(one.recorded_at),
                _("经办人"): one.recorded_by,
                _("失效时间"): local(one.retired_at),
                _("更正或作废人"): one.retired_by,
                _("原因"): one.retired_reason,
            }
            for one in history
        ]
    )


def draft_of(kind: str, unit: str, day, filled: Mapping, before: Version | None, **more) -> Draft:
    """A form as a draft that says which version it was filled in over."""
    return Draft(
        kind, unit, day, changes(filled, before.values if before else {}), seen=before.no if before else 0, **more
    )
