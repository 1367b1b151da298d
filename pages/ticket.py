"""工单: one ticket, its clock day by day, who did what, and what can be done now. Reached by its number."""

from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial
from html import escape

import streamlit as st

from db import tickets
from db.batches import Receipt
from db.engine import CHINA, now
from db.language import Refusal
from db.schema import day_of, number_of
from metrics import charts, clocks, hotline, one_ticket
from metrics.exports import local
from metrics.workdays import calendar
from pages.shell import data, drill, pickers
from pages.shell.entries import changes, flash, opened, operator, token
from pages.shell.language import _, language, said
from pages.shell.tickets import attempt

FACTS = """<style>
.facts {display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: .5rem 1.5rem}
.facts .long {grid-column: 1 / -1} .facts small {color: #6B7280; display: block; font-size: .85rem}</style>"""
SPAN = {"min_value": date(2000, 1, 1), "max_value": date(2100, 1, 1)}

number, store = st.query_params.get("number", ""), data.the_store()
try:
    history = tickets.history(store, number)
except Refusal as refusal:
    st.title(_("工单"))
    st.warning(said(refusal) if number else _("请从“12345 工单”中的列表点进来，或按编号查找。"))
    st.stop()
live, names, today = history[-1], hotline.place_names(store, language()), pickers.today()
one, place = live.ticket, f"ticket/{number}"
form = opened(place, lambda: live)
before = form.before.ticket  # what the person has seen
ended = one.closed_on or one.returned_on


def clock_of_the_ticket() -> None:
    """The ticket's days, drawn and as a table."""
    if not one.deadline:
        st.caption(_("咨询类工单当即答复，不计时限。"))
        return
    days = one_ticket.timeline(one, calendar(store), today, language())
    title = one_ticket.clock_title(one, language())
    figure = charts.ticket_clock(days, title, language())
    st.plotly_chart(figure, key="clock", config=drill.PLOT, alt=title)
    with st.expander(_("逐日查看")):
        shown = days[["day", "weekday", "status", "counted", "events"]].replace({"events": {"": None}})
        shown = shown.set_axis([_("日期"), _("星期"), _("说明"), _("第几个工作日"), _("事项")], axis=1)
        st.dataframe(shown, hide_index=True, key="days", placeholder="—")


def instant(title: str, name: str, before: int | None = None) -> datetime | None:
    """A day and a time of it, in China; the second it was before where it was left alone, None without a day."""
    keys = [f"{form.fields}/{name}/{part}" for part in ("day", "time")]
    at = now().astimezone(CHINA) if before is None else datetime.fromtimestamp(before, CHINA)
    for key, value in zip(keys, (at.date(), at.time().replace(second=0, microsecond=0)), strict=True):
        st.session_state.setdefault(key, value)
    left, right = st.columns(2)
    day = left.date_input(title, key=keys[0], format="YYYY-MM-DD", **SPAN)
    clock = right.time_input(_("时刻"), key=keys[1], step=60)
    if day is None:
        return None
    chosen = datetime.combine(day, clock or time(), CHINA)
    return at if before is not None and chosen == at.replace(second=0) else chosen


def a_day(title: str, name: str, default: date | None = None) -> date:
    key = f"{form.fields}/{name}"
    st.session_state.setdefault(key, default or today)
    return st.date_input(title, key=key, format="YYYY-MM-DD", **SPAN) or today


def note() -> str:
    """What a step is noted with; without it, its name stands in the ledger."""
    return st.text_input(_("备注"), key=f"{form.fields}/{current}/note", placeholder=_("可不填；写入台账"))


def why(title: str) -> str:
    return st.text_input(title, key=f"{form.fields}/{current}/why", placeholder=_("必填，写入台账"))


def stored() -> tickets.Version:
    return tickets.history(store, number)[-1]


Step = tuple[Callable[[], Receipt], str] | None  # what a sent form writes, and what to say then


def send(action: Callable[..., Receipt], saved: str, /, **values: object) -> Step:
    """One step over the version that the form knows."""
    return partial(action, store, number, form.now.version, by=operator(), token=token(place), **values), saved


def assign() -> Step:
    offered = {unit.code: names[unit.code] for unit in data.communities()}
    at = list(offered).index(before.unit) if before.unit in offered else None
    unit = st.selectbox(
        _("归属社区"),
        list(offered),
        at,
        format_func=offered.get,
        key=f"{form.fields}/unit",
        placeholder=_("请选择"),
    )
    body = st.text_input(_("承办单位"), before.body, key=f"{form.fields}/body", max_chars=100)
    reason = note()
    if st.form_submit_button(_("保存归属"), type="primary"):
        if unit is None:
            st.error(_("请先选择社区。"))
            return None
        places, seen = {number: unit}, {number: form.now.version}
        act = {"by": operator(), "reason": reason or current, "token": token(place)}
        changed = body if body != before.body else None
        return partial(one_ticket.assign, store, places, seen, body=changed, **act), _("已保存归属。")
    return None


def contact() -> Step:
    at, reason = instant(_("首次联系日"), "contact"), note()
    if st.form_submit_button(_("记下首次联系"), type="primary") and at:
        return send(one_ticket.contact, _("已记下首次联系。"), at=at, reason=reason or current)
    return None


def reply_and_close() -> Step:
    text = st.text_area(_("回复内容"), before.reply, key=f"{form.fields}/reply", height=110)
    at, reason = instant(_("办结日"), "close"), note()
    left, right, _rest = st.columns([1, 1, 2])
    closes = left.form_submit_button(_("回复并办结"), type="primary", width="stretch")
    replies = right.form_submit_button(_("只记回复，暂不办结"), width="stretch")
    if closes and at:
        return send(one_ticket.close, _("已办结。"), at=at, text=text, reason=reason or current)
    if replies and at:
        return send(one_ticket.reply, _("已记下回复。"), at=at, text=text, reason=reason or current)
    return None


def extend() -> Step:
    deadline = day_of(one.deadline)
    st.caption(_("现在的时限是 {day}。须在时限以内批准，超期后不能再延期。", day=deadline))
    left, right = st.columns(2)
    with left:
        to = a_day(_("延期至"), "extend/to", max(today, deadline))
    with right:
        on = a_day(_("批准日"), "extend/on")
    approved = st.text_input(_("批准人"), key=f"{form.fields}/approved", placeholder=_("必填，写入台账"), max_chars=60)
    reason = why(_("延期原因"))
    if st.form_submit_button(_("保存延期"), type="primary"):
        return send(one_ticket.extend, _("已记下延期。"), to=to, on=on, approved_by=approved, why=reason)
    return None


def suspend() -> Step:
    st.caption(_("挂账当日仍计入，此后时限停走，恢复后按剩下的工作日顺延。"))
    on, reason = a_day(_("挂账日"), "suspend"), note()
    if st.form_submit_button(_("转挂账"), type="primary"):
        return send(one_ticket.suspend, _("已挂账，时限停走。"), on=on, reason=reason or current)
    return None


def resume() -> Step:
    st.caption(_("恢复当日不计入，次日起按挂账时剩下的工作日计。"))
    on, reason = a_day(_("恢复日"), "resume"), note()
    if st.form_submit_button(_("恢复办理"), type="primary"):
        return send(one_ticket.resume, _("已恢复，时限已顺延。"), on=on, reason=reason or current)
    return None


def send_back() -> Step:
    st.caption(_("不属本单位职责的，退回后不再计时限。"))
    on, reason = a_day(_("退回日"), "return"), note()
    if st.form_submit_button(_("退单"), type="primary"):
        return send(one_ticket.send_back, _("已退回。"), on=on, reason=reason or current)
    return None


def call_back() -> Step:
    on = a_day(_("回访日"), "call_back", day_of(before.called_back_on) if before.called_back_on else today)
    spoken = {True: _("是"), False: _("否")}
    rated = {code: _(name) for code, name in tickets.SATISFACTION.items()}
    asked = [
        ("contacted", _("是否联系"), spoken),
        ("resolved", _("是否解决"), spoken),
        ("satisfaction", _("满意度"), rated),
    ]
    answers = {}
    for area, (name, title, offered) in zip(st.columns([1, 1, 2]), asked, strict=True):
        old = getattr(before, name)
        at = list(offered).index(old) if old in offered else None
        how = {"format_func": offered.get, "horizontal": True, "key": f"{form.fields}/{name}"}
        answers[name] = area.radio(title, list(offered), at, **how)
    st.caption(_("没有答的不选。三项都没有答的，不计入有效回访。"))
    reason = note()
    if st.form_submit_button(_("保存回访"), type="primary"):
        answers["satisfaction"] = answers["satisfaction"] or ""
        return send(one_ticket.call_back, _("已保存回访。"), on=on, reason=reason or current, **answers)
    return None


def correct() -> Step:
    st.caption(_("受理日、类型或分类改了，时限按规则重算；文件给定的时限不变。"))
    at = instant(_("受理日"), "received", before.received_at)
    kinds = {code: _(name) for code, name in tickets.KINDS.items()}
    how = {"format_func": kinds.get, "horizontal": True, "key": f"{form.fields}/kind"}
    kind = st.radio(_("类型"), list(kinds), list(kinds).index(before.kind), **how)
    left, middle, right = st.columns(3)
    filled = {
        "received_at": at and tickets.seconds(at),
        "kind": kind,
        "subject": left.text_input(_("问题分类"), before.subject, key=f"{form.fields}/subject", max_chars=200),
        "channel": middle.text_input(_("来源渠道"), before.channel, key=f"{form.fields}/channel", max_chars=40),
        "body": right.text_input(_("承办单位"), before.body, key=f"{form.fields}/body/correct", max_chars=100),
        "title": st.text_area(_("诉求内容"), before.title, key=f"{form.fields}/title", height=90),
    }
    reason = why(_("更正原因"))
    if st.form_submit_button(_("保存更正"), type="primary") and at:
        changed = changes(filled, before._asdict())
        if "received_at" in changed:
            changed["received_at"] = at
        return send(one_ticket.correct, _("已更正，旧版本保留在台账中。"), changes=changed, reason=reason)
    return None


def take_back() -> Step:
    st.caption(_("误登的步骤可以撤回；撤回也是一版，旧版本保留在台账中。"))
    step = st.selectbox(_("撤回哪一步"), one_ticket.steps(one), format_func=_, key=f"{form.fields}/step")
    reason = why(_("撤回原因"))
    if st.form_submit_button(_("撤回")):
        return send(one_ticket.take_back, _("已撤回。"), step=step, reason=reason)
    return None


def void() -> Step:
    st.caption(_("作废后这件工单不再计入任何数字，但仍留在台账中可查。"))
    reason = why(_("作废原因"))
    if st.form_submit_button(_("作废这件工单")):
        write = partial(tickets.void, store, number, seen=form.now.version, by=operator(), reason=reason)
        return partial(write, token=token(place)), _("已作废。")
    return None


standing = one.suspended_on and not one.resumed_on
ACTIONS = [  # what can be done, and when it makes sense
    (_("归属"), assign, True),
    (_("首次联系"), contact, one.deadline and not one.contacted_on),
    (_("回复办结"), reply_and_close, not ended),
    (_("批准延期"), extend, one.deadline and not ended),
    (_("转挂账"), suspend, not ended and not standing),
    (_("恢复办理"), resume, standing and not one.returned_on),
    (_("退单"), send_back, not ended),
    (_("回访"), call_back, one.closed_on),
    (_("更正"), correct, True),
    (_("撤回"), take_back, one_ticket.steps(one)),
    (_("作废"), void, True),
]

st.title(_("工单 {id}", id=number))
if told := flash():
    st.toast(told, icon=":material/check_circle:")  # seen from the forms, which are further down than a screen
if live.retired_at:
    st.info(_("这件工单已作废，不再计入任何数字。"))
else:
    late = clocks.is_late(one, number_of(today))
    show = st.error if late else st.success if ended else st.info
    show(one_ticket.state(one, clocks.clock(store), today, language()), icon=":material/schedule:")
listed = [
    f'<div class="{"long" if long else ""}"><small>{escape(heading)}</small>{escape(text)}</div>'
    for heading, text, long in one_ticket.facts(one, names, language())
]
with st.container(border=True):
    st.html(f'{FACTS}<div class="facts">{"".join(listed)}</div>')
clock_of_the_ticket()
if not live.retired_at:
    st.subheader(_("可做的事"))
    offered = [(title, action) for title, action, sensible in ACTIONS if sensible]
    for tab, (title, action) in zip(st.tabs([title for title, _action in offered]), offered, strict=True):
        current = title
        with tab:
            with st.form(f"{form.fields}/form/{action.__name__}", border=False):
                step = action()
            if step:
                attempt(place, *step, stored)
st.subheader(_("全部版本"))
shown = one_ticket.versions(history, names, language())
shown = shown.assign(recorded_at=shown["recorded_at"].map(local))
headings = [_("版本"), _("登记时间"), _("经办人"), _("改动"), _("原因")]
st.dataframe(shown.set_axis(headings, axis=1), hide_index=True, placeholder="—", key="versions")
