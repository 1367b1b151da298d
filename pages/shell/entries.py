"""One entry on the screen: its number fields, its versions, its correction and its voiding."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from db import ledger
from db.engine import china_day, now
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


@dataclass
class Opening:
    """A form as it was opened: a name for its fields, what was stored then, and what is known to be stored now.

    What a person changed is told by `before`; whom a save would overwrite by `now`. The two part when a
    colleague was faster and the person was shown both.
    """

    fields: str
    before: Any
    now: Any


def opened(place: str, stored: Callable[[], Any]) -> Opening:
    """The form at `place`. It keeps looking at what was stored when it was opened until it is saved or left:
    a colleague's faster save must meet what was typed here as a conflict, not replace it unseen."""
    key = f"opened/{place}"
    if key not in st.session_state:
        close(place.partition("/")[0])
        before = stored()
        st.session_state[key] = Opening(f"{place}/{uuid.uuid4().hex[:8]}", before, before)
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


def flash() -> str | None:
    """Show what the last write did, once; and give it to a page whose forms stand far below."""
    place = st.empty()  # there even when silent, or what stands below would be another element each time
    if message := st.session_state.pop("flash", None):
        place.success(message, icon=":material/check_circle:")
    return message


def start(title: str) -> None:
    """A page's heading and what the last write did; ends here where the office has no communities yet."""
    st.title(title)
    flash()
    if not data.communities():
        st.info(_("还没有社区，请先到“设置”登记。"))
        st.stop()


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
        st.session_state[f"opened/{place}"].now = stored()
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
                value=None,  # no limits here: the browser would hold back the whole form without saying why
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
    form = opened(place, lambda: _live(one))
    before = form.before
    with st.form(form.fields, border=False):
        title = st.text_input(_("名称"), before.title, max_chars=200) if kind.titled else before.title
        covers = coverage(before.covers, f"{form.fields}/covers") if kind.covers else before.covers
        filled = number_fields(one.kind, before.values, form.fields)
        reason = st.text_input(_("更正原因"), placeholder=_("必填，写入台账"))
        sent = st.form_submit_button(_("保存更正"), type="primary")
    if sent:
        values = {**form.now.values, **changes(filled, before.values)}
        how = {"values": values, "reason": reason}
        how |= {"title": title} if title != before.title else {}
        how |= {"covers": tuple(covers)} if set(covers) != set(before.covers) else {}
        store, by, act = data.the_store(), operator(), token(place)
        saved = _("已更正，旧版本保留在台账中。")
        attempt(place, lambda: ledger.revise(store, form.now.ref, by=by, token=act, **how), saved, lambda: _live(one))


def _void(one: Version) -> None:
    """The form that takes an entry out of every figure."""
    place = f"revise/{one.unit}/{one.origin}"  # one opening serves both forms
    form = opened(place, lambda: _live(one))
    with st.form(f"{form.fields}/void", border=False):
        st.caption(_("作废后这条记录不再计入任何数字，但仍留在台账中可查。"))
        reason = st.text_input(_("作废原因"), placeholder=_("必填，写入台账"))
        sent = st.form_submit_button(_("作废这条记录"))
    if sent:
        store, by, act = data.the_store(), operator(), token(place)
        void = partial(ledger.void, store, form.now.ref, by=by, reason=reason, token=act)
        attempt(place, void, _("已作废。"), lambda: _live(one))


def coverage(chosen: tuple[str, ...], key: str) -> list[str]:
    """Which communities an activity covers."""
    names, today = data.names(), china_day(now())
    offered = {one.code: names[one.code] for one in data.communities() if one.alive(today, today) or one.code in chosen}
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


def draft_of(kind: str, unit: str, day: date, filled: Mapping, form: Opening) -> Draft:
    """What a person changed on a day's form, and which version it would replace. `form` knows versions by
    (unit, kind)."""
    before, now = form.before.get((unit, kind)), form.now.get((unit, kind))
    return Draft(kind, unit, day, changes(filled, before.values if before else {}), seen=now.no if now else 0)


def ticked(place: str, event, refs: list[Ref]) -> Ref | None:
    """The entry whose row was ticked, remembered by its number: a list that changes must not put another entry
    under a form already open. `place` names the list with what it shows."""
    chosen = st.session_state.get("ticked")
    if event.selection.rows:
        chosen = st.session_state["ticked"] = (place, refs[event.selection.rows[0]])
    elif chosen and chosen[0] == place:  # the same list, and the tick is gone
        chosen = st.session_state["ticked"] = None
    family = place.rpartition("/")[0]
    return chosen[1] if chosen and chosen[0].rpartition("/")[0] == family else None


def showing(place: str, refs: list[Ref]) -> str:
    """A name for a list at `place` that changes with what it shows."""
    return f"{place}/{hash(tuple(refs)):x}"
