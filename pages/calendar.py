"""工作日历: is this day worked, and how long have we got?"""

from datetime import date

import pandas as pd
import streamlit as st
from babel.dates import format_date

from db import notices
from db.engine import writing
from db.language import Refusal
from db.notices import Notice
from metrics import charts
from metrics.exports import local
from metrics.workdays import PACKAGE, Calendar, calendar, notices_from_file, read_days, written
from pages.shell import data, drill, pickers
from pages.shell.entries import done, flash, opened, operator
from pages.shell.language import _, language, said

CHART, DAY = "year_calendar", "calendar_day"
MOST = 500  # working days of a limit: two years

st.title(_("工作日历"))
flash()
store = data.the_store()
known = calendar(store)
years = sorted({*known.years, max(known.years) + 1, pickers.today().year}, reverse=True)


def weekday(day: date) -> str:
    return format_date(day, "EEE", locale=language())


def source(notice: Notice | None) -> str:
    """Where a day's status is written."""
    if notice is None:
        return _("软件自带的国务院放假通知（{package}）", package=PACKAGE)
    names = {"document": notice.document, "by": notice.recorded_by, "at": local(notice.recorded_at)}
    return _("{document}，{by} 于 {at} 载入", **names)


def heading(of: Calendar, year: int) -> str:
    return _("{year} 年：{works} 个工作日，其中调休上班 {on} 天；节假日 {off} 天", year=year, **of.sums(year))


def clicked() -> None:
    """The day of a clicked cell becomes the picked day."""
    days = [point.get("customdata") for point in st.session_state[CHART].selection.points]
    if days and days[0]:
        st.session_state[DAY] = date.fromisoformat(days[0])


def year_of_days(year: int, left, right) -> None:
    """The year as a calendar, and what the picked day is."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    if (st.session_state.get(DAY) or first).year != year:  # another year was picked
        st.session_state[DAY] = None
    default = pickers.today() if pickers.today().year == year else first
    day = pickers.day(left, _("日期"), DAY, default, first, last, help=_("也可在下面的日历上点一天。"))
    status = known.status(day)
    right.markdown(f"**{day} {weekday(day)} · {status.label(language())}**")
    right.caption(_("依据：{source}", source=source(status.notice)))
    figure = charts.year_calendar(known.year(year), heading(known, year), language(), day)
    title = figure.layout.title.text
    st.plotly_chart(figure, key=CHART, on_select=clicked, selection_mode="points", config=drill.PLOT, alt=title)


def limit() -> None:
    """The last day of a limit, and how it was counted."""
    first, last = date(min(known.years), 1, 1), date(years[0], 12, 31)
    received = pickers.day(st, _("受理日"), "received", pickers.today(), first, last, help=_("受理当天不计入。"))

    def read(text: str) -> int | None:
        return int(text) if text.isdecimal() and 1 <= int(text) <= MOST else None

    def widget(**more):
        return st.number_input(_("期限（工作日）"), min_value=1, max_value=MOST, step=1, **more)

    days = pickers.kept(widget, "limit", read, 5)
    try:
        steps = known.steps(received, days)
    except Refusal as refusal:
        st.warning(said(refusal))
        st.caption(_("请在“年度”中选这一年，载入放假通知后再算。"))
        return
    due = steps[-1][0].day
    st.metric(_("截止日（当日结束前）"), str(due), weekday(due), delta_color="off", delta_arrow="off")
    shown = [[f"{one.day} {weekday(one.day)}", "—" if n is None else str(n), one.label(language())] for one, n in steps]
    columns = [_("日期"), _("第几日"), _("说明")]
    st.dataframe(
        pd.DataFrame(shown, columns=columns), hide_index=True, height=38 + 35 * min(len(steps), 14), key="steps"
    )


def load(year: int) -> None:
    """The form for a year's notice, with the year it makes before anything is saved."""
    stored = known.notice(year) if year in known.years else Notice(year, "", frozenset(), frozenset())
    form = opened(f"notice/{year}", lambda: stored)
    before = form.before.holidays, form.before.workdays
    document = st.text_input(
        _("文号"), key=f"{form.fields}/document", max_chars=100, placeholder=_("如：国办发明电〔2025〕7号")
    )
    areas = st.columns(2)
    file = st.file_uploader(
        _("或从文件读取"),
        ["xlsx", "xls", "csv"],
        key=f"{form.fields}/file",
        help=_("两列：日期、类型（放假或上班）。日期可写成一段，如 2027-02-05至2027-02-11。"),
    )
    texts = {
        title: area.text_area(
            title,
            written(of),
            key=f"{form.fields}/{n}",
            height=230,
            disabled=file is not None,
            placeholder=_("每行一天或一段，如 {year}-02-05至{year}-02-11，或 2月5日至11日", year=year),
        )
        for n, (area, title, of) in enumerate(zip(areas, (_("放假"), _("调休上班")), before, strict=True))
    }
    try:
        if file:
            holidays, workdays = notices_from_file(file.getvalue())
        else:
            holidays, workdays = (read_days(text, year, title) for title, text in texts.items())
        if not holidays and not workdays:
            return
        notices.check(year, holidays, workdays)
    except Refusal as refusal:
        st.error(said(refusal))
        return
    wanted = Calendar({year: Notice(year, document, holidays, workdays)})
    if (holidays, workdays) != before:
        st.plotly_chart(
            charts.year_calendar(wanted.year(year), _("预览 {heading}", heading=heading(wanted, year)), language()),
            key="preview",
            config=drill.PLOT,
        )
    if not st.button(_("保存放假通知"), type="primary", icon=":material/save:"):
        return
    if form.now != stored:  # a colleague was faster
        form.now = stored
        st.error(_("在您填写时，这一年的通知已被更新：{source}。", source=source(stored)))
        st.caption(_("要以您填的为准，请再保存一次。"))
        return
    try:
        with writing(store) as conn:
            notices.save(conn, year, document, holidays, workdays, operator())
    except Refusal as refusal:
        st.error(said(refusal))
    else:
        done("notice", _("{year} 年放假通知已载入。", year=year))


days, clock = st.columns([5, 3])
with days:
    left, middle, right = st.columns([3, 4, 7])
    offered = {str(one): str(one) for one in years}
    year = int(pickers.select(left, _("年度"), "year", offered, str(pickers.today().year)))
    if year in known.years:
        year_of_days(year, middle, right)
    else:
        st.info(
            _(
                "{year} 年放假通知未载入，哪天上班不作推测。国务院办公厅通常在上一年年底前发布，收到后在下面载入。",
                year=year,
            )
        )
    with st.expander(_("载入或更正 {year} 年放假通知", year=year), expanded=year not in known.years):
        load(year)
with clock, st.container(border=True):
    st.markdown(_("**截止日计算**"))
    limit()
