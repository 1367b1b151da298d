"""日报录入: today's numbers, of one community or of all thirty."""

from collections.abc import Callable
from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from db import ledger
from db.language import Refusal
from db.ledger import Draft, Version
from metrics.catalogue import Indicator, Kind, label
from metrics.exports import number
from metrics.spreadsheets import read_grid
from pages.shell import data, pickers
from pages.shell.entries import attempt, draft_of, number_fields, opened, operator, start, token
from pages.shell.language import _, language, said

start(_("日报录入"))

ONE, ALL = "one", "all"
left, middle, right = st.columns([1, 1, 2])
day = pickers.day(left, _("日期"), "day", pickers.today(), date(2000, 1, 1), pickers.today())
mode = pickers.segments(right, _("方式"), "mode", {ONE: _("一个社区"), ALL: _("全部社区（表格）")})
kinds = data.known().kinds
ticketed = set(data.ticketed(day))  # of these, the 12345 figures are made of tickets


def counted(units: list[str]) -> list[Kind]:
    """The daily forms that these units fill in on the day."""
    left_out = {"hotline"} if units and ticketed.issuperset(units) else set()
    if left_out:
        st.caption(_("12345 热线的数由工单逐件计算，不再填日报；见“12345 工单”。"))
    return [kind for kind in kinds.values() if kind.grain == "daily" and kind.code not in left_out]


def day_of(units: list[str], kinds: list[str]) -> dict[tuple[str, str], Version]:
    """What is recorded for the day, by unit and kind."""
    found = ledger.filed(data.the_store(), units, kinds, day, day)
    return {(one.unit, one.kind): one for one in found}


def lines_of(daily: list[Kind], most: int = 4) -> list[list[Kind]]:
    """The forms in lines of at most four number fields."""
    lines: list[list[Kind]] = [[]]
    for kind in daily:
        fields = [field for one in (*lines[-1], kind) for field in data.known().entered(one.code)]
        if len(fields) > most:
            lines.append([])
        lines[-1].append(kind)
    return [line for line in lines if line]


def save(place: str, drafts: list[Draft], saved: str, stored: Callable) -> None:
    store, by, act = data.the_store(), operator(), token(place)
    attempt(place, lambda: ledger.record(store, drafts, by=by, token=act), saved, stored)


def one_community() -> None:
    community = pickers.community(middle, day)
    if community is None:
        st.info(_("这一天没有在册的社区。"))
        return
    daily = counted([community.code])
    stored = partial(day_of, [community.code], [kind.code for kind in daily])
    place = f"day/{community.code}/{day}"
    form = opened(place, stored)
    to_date = data.ask(day.year, "month", cut_off=day, community=community.code)
    to_date = to_date[to_date["month"] == f"{day:%Y-%m}"].set_index("indicator")["value"]
    with st.form(form.fields, border=False, enter_to_submit=False):
        filled = {}
        for line in lines_of(daily):
            width = [len(data.known().entered(kind.code)) for kind in line]
            for column, kind in zip(st.columns(width), line, strict=True):
                with column.container(border=True):
                    old = form.before.get((community.code, kind.code))
                    st.markdown(f"**{kind.name[language()]}**")
                    filled[kind.code] = number_fields(kind.code, old.values if old else {}, form.fields)
                    sums = [number(to_date[meaning.code]) for meaning in data.known().entered(kind.code)]
                    st.caption(_("本月累计 {sums}", sums=" / ".join(sums)))
        left, right, note = st.columns([1, 1, 2], vertical_alignment="center")
        send = left.form_submit_button(_("保存"), type="primary", icon=":material/save:", width="stretch")
        none = right.form_submit_button(_("当日无（空白处填 0）"), width="stretch")
        note.caption(_("留空表示未填，填 0 即零报告。再次保存会以新数替换旧数，不会累加。"))
    if send or none:
        drafts = []
        for kind in daily:
            values = {code: 0 if none and n is None else n for code, n in filled[kind.code].items()}
            draft = draft_of(kind.code, community.code, day, values, form)
            if draft.values:
                drafts.append(draft)
        if drafts:
            save(place, drafts, _("已保存 {where} {day} 的日报。", where=community.short, day=day), stored)
        else:
            st.warning(_("没有可保存的更改：请先填数，或点“当日无”。"))


def all_communities() -> None:
    units = [one for one in data.communities() if one.alive(day, day)]
    due = [*counted([one.code for one in units]), *(kind for kind in kinds.values() if kind.grain == "standing")]
    kind = pickers.select(middle, _("表单"), "kind", {kind.code: kind.name[language()] for kind in due})
    meanings = data.known().entered(kind)
    codes, headings = [m.code for m in meanings], [label(meaning, language()) for meaning in meanings]
    stored = partial(day_of, [one.code for one in units], [kind])
    place = f"grid/{kind}/{day}"
    form = opened(place, stored)
    names = data.names()
    lines = {one.code: _texts(form.before.get((one.code, kind)), meanings) for one in units}
    frame = pd.DataFrame.from_dict(lines, orient="index", columns=headings, dtype=object)
    frame.insert(0, _("社区"), [names[code] for code in lines])
    if kinds[kind].grain == "standing":
        st.caption(_("这是基本情况：自所选日期起生效，直到下一次登记。"))
    st.caption(_("可直接从 Excel 复制一块数字，点中起始格后粘贴。留空表示未填。"))
    # Texts, not numbers: a grid of numbers would make 1,000 of 99999 and nothing of "9人" without a word.
    edited = st.data_editor(
        frame,
        key=form.fields,
        hide_index=True,
        disabled=[_("社区")],
        height=38 + 35 * len(units),
        placeholder="—",
        column_config={
            heading: st.column_config.TextColumn(help=meaning.meaning[language()], alignment="right")
            for heading, meaning in zip(headings, meanings, strict=True)
        },
    )
    if st.button(_("保存表格"), type="primary", icon=":material/save:"):
        cells = {code: dict(zip(codes, line.iloc[1:], strict=True)) for code, line in edited.iterrows()}
        try:
            numbers = read_grid(cells, names, dict(zip(codes, headings, strict=True)))
        except Refusal as refusal:
            st.error(said(refusal))
            return
        drafts = [draft_of(kind, code, day, line, form) for code, line in numbers.items()]
        drafts = [draft for draft in drafts if draft.values]
        if drafts:
            save(place, drafts, _("已保存 {n} 个社区 {day} 的数。", n=len(drafts), day=day), stored)
        else:
            st.warning(_("表格没有更改。"))


def _texts(stored: Version | None, meanings: list[Indicator]) -> list[str | None]:
    """A form's numbers as the grid shows them."""
    values = stored.values if stored else {}
    return [str(values[one.code]) if one.code in values else None for one in meanings]


if mode == ALL:
    all_communities()
else:
    one_community()
