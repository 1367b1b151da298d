"""One entry on the screen: its number fields, its versions, its correction and its voiding."""

import uuid
from collections.abc import Callable, Mapping
from functools import partial

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


def opened(place: str, stored: Callable[[], object]) -> tuple[str, object]:
    """A name for the form's fields, and what was stored when it was opened.

    The form keeps looking at that until it is saved or left: a colleague's faster save must meet what was
    typed here as a conflict, not replace it unseen.
    """
    key = f"opened/{place}"
    if key not in st.session_state:
        close(place.partition("/")[0])
        st.session_state[key] = (f"{place}/{uuid.uuid4().hex[:8]}", stored())
    return st.session_state[key]


def close(sort: str = "") -> None:
    """Leave the open forms (of one sort, or all): the next one reads what is stored now."""
    for key in [key for key in st.session_state if str(key).startswith(f"opened/{sort}")]:
        del st.session_state[key]


def done(place: str, message: str) -> None:
    """Close a form: a new token for the next one, a message that outlives the rerun, figures asked again."""
    st.session_state.pop(f"token/{place}", None)
    close()
    st.session_state["flash"] = message
    st.rerun()


def flash() -> None:
    """Show what the last write did, once."""
    if message := st.session_state.pop("flash", None):
        st.success(message, icon=":material/check_circle:")


def attempt(place: str, write: Callable[[], ledger.Receipt], saved: str, stored: Callable[[], object]) -> None:
    """Write, or show why not.

    Where a colleague was faster, both versions are shown; from then on the form knows theirs (`stored`), so
    that saving again is a decision.
    """
    try:
        receipt = write()
    except Conflict as conflict:
        st.error(said(conflict))
        both(conflict)
        fields, _before = st.session_state[f"opened/{place}"]
        st.session_state[f"opened/{place}"] = (fields, stored())
        st.caption(_("要以您填的为准，请再保存一次；要保留已保存的，请放弃您填的。"))
        st.button(_("放弃我填的"), on_click=close)
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
        for place, meaning in zip(st.columns(len(line), vertical_alignment="bottom"), line, strict=True):
            # By the session, not by `value`: a field whose own default is a number cannot be emptied.
            name = f"{key}/{meaning.code}"
            if meaning.code in values:
                st.session_state.setdefault(name, values[meaning.code])
            filled[meaning.code] = place.number_input(
                label(meaning, language()),
                min_value=0,
                max_value=meaning.upper,
                value=None,
                step=1,
                key=name,
                placeholder=_("未填"),
                help=meaning.meaning[language()],
            )
    return filled


def changes(filled: Mapping[str, int | None], before: Mapping[str, int]) -> dict[str, int | None]:
    """What a form changes: new numbers, and None for a field that was emptied."""
    return {code: n for code, n in filled.items() if n != before.get(code)}


def versions(ref: Ref) -> None:
    """Every version of an entry, and the forms to correct or void the live one."""
    try:
        history = ledger.history(data.the_store(), ref)
    except Refusal as refusal:
        st.error(said(refusal))
        return
    st.subheader(_("记录 {id} 的全部版本", id=str(ref)))
    st.dataframe(_listed(history), hide_index=True, placeholder="—")
    if history[-1].retired_at:
        st.info(_("这条记录已作废，不再计入任何数字。"))
        return
    correct, remove = st.tabs([_("更正"), _("作废")])
    with correct:
        _correct(history[-1])
    with remove:
        _void(history[-1])


def _live(one: Version) -> Version:
    return ledger.history(data.the_store(), one.ref)[-1]


def _correct(one: Version) -> None:
    """The form that replaces the live version of an entry."""
    kind = data.known().kinds[one.kind]
    place = f"revise/{one.unit}/{one.origin}"
    fields, live = opened(place, lambda: _live(one))
    with st.form(fields, border=False):
        title = st.text_input(_("名称"), live.title, max_chars=200) if kind.titled else live.title
        covers = coverage(live.covers, f"{fields}/covers") if kind.covers else live.covers
        filled = number_fields(one.kind, live.values, fields)
        reason = st.text_input(_("更正原因"), placeholder=_("必填，写入台账"))
        sent = st.form_submit_button(_("保存更正"), type="primary")
    if sent:
        values = {code: n for code, n in filled.items() if n is not None}
        how = {"values": values, "title": title, "covers": tuple(covers), "reason": reason}
        store, by, act = data.the_store(), operator(), token(place)
        saved = _("已更正，旧版本保留在台账中。")
        attempt(place, lambda: ledger.revise(store, live.ref, by=by, token=act, **how), saved, lambda: _live(one))


def _void(one: Version) -> None:
    """The form that takes an entry out of every figure."""
    place = f"revise/{one.unit}/{one.origin}"  # one opening serves both forms
    fields, live = opened(place, lambda: _live(one))
    with st.form(f"{fields}/void", border=False):
        st.caption(_("作废后这条记录不再计入任何数字，但仍留在台账中可查。"))
        reason = st.text_input(_("作废原因"), placeholder=_("必填，写入台账"))
        sent = st.form_submit_button(_("作废这条记录"))
    if sent:
        store, by, act = data.the_store(), operator(), token(place)
        void = partial(ledger.void, store, live.ref, by=by, reason=reason, token=act)
        attempt(place, void, _("已作废。"), lambda: _live(one))


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
                _("被替代时间"): local(one.retired_at),
                _("改动人"): one.retired_by,
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
