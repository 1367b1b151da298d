"""One ticket: its clock day by day, its facts and versions, and the steps a person takes with it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType

import pandas as pd
from babel.dates import format_date

from db import aliases, tickets
from db.batches import Receipt
from db.engine import china_day, writing
from db.language import Refusal, translate
from db.schema import day_of, number_of
from db.tickets import INQUIRY, Ticket, seconds
from metrics.clocks import Clock, as_suspended, clock, date_of, days_left, is_late, lateness
from metrics.workdays import Calendar

TIMELINE = ["day", "weekday", "sort", "status", "counted", "events"]


def timeline(one: Ticket, known: Calendar, today: date, language: str = "zh") -> pd.DataFrame:
    """A ticket's clock day by day, from receipt to the last thing that happened or is due, or today while it is open.

    day, weekday    a date, and 周四
    sort, status    one of workdays.SORTS, and its name in `language`, with the holiday where it is known
    counted         Int64: the how-manieth working day it is, receipt being 0; <NA> for a day off, a day on which the
                    clock stood, and once both the due day and the end are over
    events          what happened, in `language`: 受理、时限, …; empty for most days

    Days of a year without a notice have no sort.
    """
    clocked = Clock(known, ())
    happened: dict[int, list[str]] = {}
    before = as_suspended(one, clocked) if one.resumed_on else {}
    first_due = before.get("due_on", one.due_on)
    stands = one.suspended_on and not one.resumed_on and not is_late(one, one.suspended_on)
    moved = one.deadline != first_due
    for on, name in (
        (one.received_on, "受理"),
        (one.contacted_on, "首次联系"),
        (one.extended_on, "延期批准"),
        (one.suspended_on, "挂账"),
        (one.resumed_on, "恢复"),
        (first_due if moved else None, "原时限"),
        (one.deadline, "原时限" if stands else "时限"),
        (one.closed_on, "办结"),
        (one.returned_on, "退回"),
        (one.called_back_on, "回访"),
    ):
        if on:
            happened.setdefault(on, []).append(translate(name, language))
    ended = one.closed_on or one.returned_on
    if not ended and number_of(today) >= one.received_on:
        happened.setdefault(number_of(today), []).append(translate("今天", language))
    until = max(one.deadline or one.received_on, ended or number_of(today))
    rows, counted, day = [], -1, day_of(one.received_on)
    while number_of(day) <= max(happened):
        at = number_of(day)
        try:
            status = known.status(day)
        except Refusal:
            status = None
        paused = one.suspended_on and one.suspended_on < at and (not one.resumed_on or at <= one.resumed_on)
        counts = at == one.received_on or (status and status.works and not paused)
        counted += bool(counts)
        rows.append(
            (
                *(day, format_date(day, "EEE", locale=language), status.sort if status else None),
                status.label(language) if status else translate("放假通知未载入", language),
                *(
                    counted if counts and at <= until and one.deadline else None,
                    translate("、", language).join(happened.get(at, [])),
                ),
            )
        )
        day += timedelta(1)
    return pd.DataFrame(rows, columns=TIMELINE).astype({"counted": "Int64"})


def clock_title(one: Ticket, language: str = "zh") -> str:
    """What a ticket's clock says: from when to when it runs, or since when it stands."""
    days = {"first": date_of(one.received_on), "last": date_of(one.deadline), "day": date_of(one.suspended_on)}
    if one.suspended_on and not one.resumed_on and not one.closed_on and not one.returned_on:
        return translate("时限：{first} 受理，{day} 挂账，时限停走", language, **days)
    return translate("时限：{first} 受理，{last} 到期", language, **days)


def field_text(name: str, value: object, language: str = "zh") -> str:
    """A ticket's field as a person reads it; what is one of few words is translated."""
    text = tickets.shown(name, value)
    if text and name == "rule":
        return translate("随文件", language) if text == tickets.BY_FILE else text
    return translate(text, language) if text and (isinstance(value, bool) or name in ("kind", "satisfaction")) else text


LONG = 24  # letters of a fact that needs room
CORE = ("number", "unit", "kind", "channel", "subject", "body", "received_at", "due_on", "closed_at")


def facts(one: Ticket, names: Mapping[str, str], language: str = "zh") -> list[tuple[str, str, bool]]:
    """A ticket's facts as (heading, text, whether it is long): those every ticket has, and what else is known."""
    found = []
    for name, heading in tickets.HEADINGS.items():
        value = getattr(one, name)
        text = names.get(value, value) if name == "unit" else field_text(name, value, language)
        if text or name in CORE:
            found.append((translate(heading, language), text or "—", len(text) > LONG))
    return sorted(found, key=lambda fact: fact[2])


def state(one: Ticket, known: Clock, today: date, language: str = "zh") -> str:
    """How a ticket stands today, in words."""

    def _(message: str, **params: object) -> str:
        return translate(message, language, **params)

    day = number_of(today)
    left = days_left(one, day, known)
    if is_late(one, day):
        end = _("已办结") if one.closed_on else _("已退回") if one.returned_on else _("未办结")
        return _("{end}，{by}", end=end, by=lateness(left, language))
    if one.returned_on:
        return _("已退回")
    if one.closed_on:
        return _("按期办结，剩余 {n} 个工作日", n=left) if left is not None else _("已办结")
    if one.suspended_on and not one.resumed_on:
        return _("挂账，时限停走，剩 {n} 个工作日", n="—" if left is None else left)
    return _("未办结，剩 {n} 个工作日", n=left) if left else _("今日到期") if left == 0 else _("未办结")


VERSIONS = ["version", "recorded_at", "recorded_by", "change", "reason"]


def versions(history: Sequence[tickets.Version], names: Mapping[str, str], language: str = "zh") -> pd.DataFrame:
    """A ticket's versions, a row for each field changed: version, recorded_at (UTC), recorded_by, change (field: old
    → new), reason.

    `names`: of the units. A voided ticket ends with a row without a version.
    """

    def said(name: str, value: object) -> str:
        return (names.get(value, value) if name == "unit" else field_text(name, value, language)) or "—"

    rows, before = [], None
    for one in history:
        changed = [
            f"{translate(title, language)} {said(name, old)} → {said(name, new)}"
            for name, title in tickets.HEADINGS.items()
            if before and (old := getattr(before.ticket, name)) != (new := getattr(one.ticket, name))
        ]
        reason = before.retired_reason if before else ""
        if before and before.retired_at < one.recorded_at:  # voided, and brought back by a later import
            rows.append((None, before.retired_at, before.retired_by, translate("作废", language), reason))
            reason = ""
        said_of_it = changed or [translate("首次登记", language)]
        rows += [(one.version, one.recorded_at, one.recorded_by, text, reason) for text in said_of_it]
        before = one
    if before and before.retired_at:
        rows.append((None, before.retired_at, before.retired_by, translate("作废", language), before.retired_reason))
    return pd.DataFrame(rows, columns=VERSIONS).astype({"version": "Int64"})


def assign(
    store,
    places: Mapping[str, str],
    seen: Mapping[str, int],
    *,
    by: str,
    reason: str,
    token: str,
    body: str | None = None,
    remember: Mapping[str, str] = MappingProxyType({}),
) -> Receipt:
    """Give tickets to communities, all or none: number → unit. `remember`: names that mean a unit from now on.

    The names are remembered once the tickets are given. Raises what `tickets.amend` raises; then none is.
    """
    more = {} if body is None else {"body": body.strip()}
    changes = {number: {"unit": unit, **more} for number, unit in places.items()}
    receipt = tickets.amend(store, changes, by=by, reason=reason, token=token, clock=clock(store), seen=seen)
    if remember:
        with writing(store) as conn:
            for name, unit in remember.items():
                aliases.save(conn, name, unit, by)
    return receipt


def _amend(store, number: str, seen: int, fields: Mapping[str, object], *, by: str, reason: str, token: str) -> Receipt:
    change = {number: fields}
    return tickets.amend(store, change, by=by, reason=reason, token=token, clock=clock(store), seen={number: seen})


def _instant(name: str, at: datetime) -> dict[str, int]:
    """A point in time as its two stored fields: the second, and the day in China."""
    return {f"{name}_at": seconds(at), f"{name}_on": number_of(china_day(at))}


def contact(store, number: str, seen: int, *, at: datetime, **act: str) -> Receipt:
    """The citizen was contacted for the first time. `act`: by, reason, token. Raises what `tickets.amend` raises."""
    return _amend(store, number, seen, _instant("contacted", at), **act)


def extend(
    store, number: str, seen: int, *, to: date, on: date, approved_by: str, why: str, by: str, token: str
) -> Receipt:
    """A later last day was approved, on a day, by somebody, for a reason. Raises Refusal without the last two or for
    a day that is no later; and what `tickets.amend` raises."""
    if not approved_by.strip() or not why.strip():
        raise Refusal("延期要写明批准人和原因")
    one = tickets.history(store, number)[-1].ticket
    if one.deadline and number_of(to) <= one.deadline:
        raise Refusal("延期后的时限应晚于现在的时限 {day}", day=day_of(one.deadline))
    if one.extended_on and number_of(on) > one.deadline:
        raise Refusal("已超过时限，不能再延期")
    clock(store).calendar.status(to)  # refuses a year without a notice: nobody could count the days
    # An extension of an extension counts where the first was granted: what was known of an earlier day stays so.
    granted = one.extended_on or number_of(on)
    fields = {"extended_on": granted, "extended_to": number_of(to), "extended_by": approved_by.strip()}
    return _amend(store, number, seen, {**fields, "extended_why": why.strip()}, by=by, reason=why, token=token)


def suspend(store, number: str, seen: int, *, on: date, **act: str) -> Receipt:
    """The clock stands after that day, which still counts. Raises what `tickets.amend` raises."""
    return _amend(store, number, seen, {"suspended_on": number_of(on), "resumed_on": None}, **act)


def resume(store, number: str, seen: int, *, on: date, **act: str) -> Receipt:
    """The clock runs again after that day, and the due day moves by the working days it stood.

    What was left when it was suspended (working days after that day up to the due day) is counted anew after the day
    of resumption, as a limit is after the day of receipt. With nothing left the ticket is due on the day of resumption,
    or on the next working day. A ticket suspended when it was late already stays late: its due day does not move.
    Of an extended ticket the extended day moves. Raises what `tickets.amend` raises.
    """
    one = tickets.history(store, number)[-1].ticket
    return _amend(store, number, seen, {"resumed_on": number_of(on), **_moved(one, on, clock(store))}, **act)


def _moved(one: Ticket, resumed: date, known: Clock) -> dict[str, int]:
    if not one.suspended_on or not one.deadline or one.deadline < one.suspended_on:
        return {}
    left = known.calendar.between(day_of(one.suspended_on), day_of(one.deadline))
    due = known.calendar.due(resumed, left) if left else known.calendar.due(resumed - timedelta(1), 1)
    return {"extended_to" if one.extended_to else "due_on": number_of(due)}


def send_back(store, number: str, seen: int, *, on: date, **act: str) -> Receipt:
    """Not ours: sent back, and never late afterwards. Raises what `tickets.amend` raises."""
    return _amend(store, number, seen, {"returned_on": number_of(on)}, **act)


def reply(store, number: str, seen: int, *, at: datetime, text: str, **act: str) -> Receipt:
    """The citizen was answered; the ticket stays open. Raises what `tickets.amend` raises."""
    return _amend(store, number, seen, {"replied_at": seconds(at), "reply": text.strip()}, **act)


def close(store, number: str, seen: int, *, at: datetime, text: str, **act: str) -> Receipt:
    """Answered and closed. Raises what `tickets.amend` raises."""
    answer = {"replied_at": seconds(at), "reply": text.strip()} if text.strip() else {}
    return _amend(store, number, seen, {**answer, **_instant("closed", at)}, **act)


def call_back(
    store,
    number: str,
    seen: int,
    *,
    on: date,
    contacted: bool | None,
    resolved: bool | None,
    satisfaction: str,
    **act: str,
) -> Receipt:
    """What the citizen answered when called back; None or "" for no answer. Raises what `tickets.amend` raises."""
    answers = {"contacted": contacted, "resolved": resolved, "satisfaction": satisfaction}
    return _amend(store, number, seen, {"called_back_on": number_of(on), **answers}, **act)


def correct(store, number: str, seen: int, changes: Mapping[str, object], **act: str) -> Receipt:
    """Set basic facts right: `changes` of received_at (an instant), kind, channel, subject, title, body.

    Received on another day, of another kind or subject, its limit and due day are told anew, unless the file gave
    them; a clock that stood meanwhile moves the new due day, too. Raises what `tickets.amend` raises.
    """
    one, known = tickets.history(store, number)[-1].ticket, clock(store)
    fields = {name: value.strip() if isinstance(value, str) else value for name, value in changes.items()}
    if "received_at" in fields:
        fields |= _instant("received", fields["received_at"])
    told = ("received_on", "kind", "subject")
    if one.rule != tickets.BY_FILE and any(fields.get(name, getattr(one, name)) != getattr(one, name) for name in told):
        anew = known(one._replace(**fields, **dict.fromkeys(tickets.CLOCK) | {"rule": ""}))
        fields |= {name: getattr(anew, name) for name in tickets.CLOCK}
        if one.resumed_on and not one.extended_to:
            fields |= _moved(anew, day_of(one.resumed_on), known)
    return _amend(store, number, seen, fields, **act)


STEPS = {  # what can be taken back: the fields that tell of it
    "首次联系": ("contacted_at", "contacted_on"),
    "延期": ("extended_on", "extended_to", "extended_by", "extended_why"),
    "恢复": ("resumed_on",),
    "挂账": ("suspended_on",),
    "退回": ("returned_on",),
    "办结": ("closed_at", "closed_on"),
    "回访": ("called_back_on", "contacted", "resolved", "satisfaction"),
}


def steps(one: Ticket) -> list[str]:
    """Which steps of a ticket can be taken back: a suspension only after its resumption, an answer never."""
    taken = [step for step, fields in STEPS.items() if getattr(one, fields[0])]
    kept = {"挂账" if one.resumed_on else "", "办结" if one.kind == INQUIRY else ""}
    return [step for step in taken if step not in kept]


def take_back(store, number: str, seen: int, step: str, **act: str) -> Receipt:
    """Undo a step of STEPS that was recorded by mistake; with a resumption the due day is what it was before it.
    Raises what `tickets.amend` raises."""
    texts = ("extended_by", "extended_why", "satisfaction")
    fields: dict = {name: "" if name in texts else None for name in STEPS[step]}
    if step == "恢复":
        before = [one.ticket for one in tickets.history(store, number) if not one.ticket.resumed_on]
        fields |= {name: getattr(before[-1], name) for name in ("due_on", "extended_to")} if before else {}
    return _amend(store, number, seen, fields, **act)
