"""12345 工单: what is due, how do we stand, and can "none late" be proved?"""

from pathlib import Path

import pandas as pd
import streamlit as st

from db.language import Refusal
from db.tickets import history
from metrics import charts, exports, hotline, proofs
from metrics.catalogue import label
from metrics.exports import number
from pages.shell import data, drill, pickers, tickets
from pages.shell.entries import start
from pages.shell.language import _, language, said

CARDS = (
    *("hotline.received", "hotline.closed", "hotline.closed_in_time", "hotline.overdue"),
    *("hotline.extended", "hotline.open", "hotline.suspended", "hotline.returned"),
)
RATES = {
    "hotline.response_rate": "响应率（%）",
    "hotline.resolution_rate": "解决率（%）",
    "hotline.satisfaction_rate": "满意率（%）",
}
BY_COMMUNITY = ("hotline.received", "hotline.open", "hotline.overdue", *RATES)
UNASSIGNED = str(Path(__file__).parent / "unassigned.py")
TODO, FIGURES, PROOF = "todo", "figures", "proof"

start(_("12345 工单"))
left, right = st.columns([2, 2], vertical_alignment="bottom")
year, cut_off = pickers.year_and_cut_off(left)
views = {TODO: _("待办"), FIGURES: _("统计"), PROOF: _("零超期证明")}
view = pickers.segments(right, _("查看"), "hotline", views)
period = _("{year} 年，截至 {day}", year=year, day=cut_off)


def find() -> None:
    """A ticket by its number."""
    with st.form("find", border=False):
        left, right = st.columns([5, 3], vertical_alignment="bottom")
        asked = left.text_input(_("按编号查工单"), placeholder=_("完整的工单编号"), max_chars=64).strip()
        sent = right.form_submit_button(_("查找"), icon=":material/search:", width="stretch")
    if sent and asked:
        try:
            number = history(data.the_store(), asked)[-1].ticket.number
        except Refusal as refusal:
            st.error(said(refusal))
        else:
            tickets.show(number)


def todo() -> None:
    """What is open, what is urgent, what belongs to nobody yet."""
    day = hotline.known_day(cut_off)
    found = data.open_tickets(day, language())
    left, right = st.columns([3, 2])
    with right, st.container(border=True):
        find()
        waiting = data.unassigned_count()
        if waiting:
            st.markdown(_("**待归属** {n} 件：还不知道属于哪个社区。", n=number(waiting)))
            st.page_link(UNASSIGNED, label=_("去归属"), icon=":material/person_pin_circle:")
        else:
            st.caption(_("没有待归属的工单。"))
    with left:
        if day < pickers.today():
            st.caption(_("截至日已过，下面是 {day} 当日结束时的状态；编号点开后是现在的状态。", day=day))
        else:
            st.caption(_("下面是今天（{day}）的状态。", day=day))
        if found.empty:
            st.success(_("{day} 没有未办结的工单。", day=day), icon=":material/check_circle:")
            return
        title = _("未办结工单 {n} 件（{day}）", n=number(len(found)), day=day)
        figure = charts.bands(hotline.bands(found, language()), title, _("件"))
        st.plotly_chart(figure, key="bands", config=drill.PLOT, alt=title)
    names = {
        "number": _("工单编号"),
        "state": _("状态"),
        "deadline": _("办结时限"),
        "community_name": _("社区"),
        "subject": _("问题分类"),
        "title": _("诉求内容"),
        "body": _("承办单位"),
        "received_on": _("受理日"),
    }
    st.caption(_("超期的在前。勾选行首，打开这件工单。"))
    event = st.dataframe(
        found[list(names)].rename(columns=names),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="open",
        placeholder="—",
        height=38 + 35 * min(len(found), 16),
        column_config={names["title"]: st.column_config.Column(width="medium")},
    )
    if event.selection.rows:
        tickets.show(found["number"].iloc[event.selection.rows[0]])


def statistics() -> None:
    """The period's figures, where they come from and how they fall on communities, categories and months."""
    for line in data.origin(year, cut_off, language()):
        st.caption(line)
    whole = data.ask(year, cut_off=cut_off, indicators=(*CARDS, *RATES))
    if not whole["value"].notna().any():
        st.info(_("{year} 年还没有 12345 工单，也没有日报数。", year=year))
        return
    differences()
    drill.cards(whole.to_dict("records"), year, cut_off)

    by_month = data.ask(year, "month", cut_off=cut_off, indicators=tuple(RATES))
    if by_month["value"].notna().any():
        st.subheader(_("三率：分月"))
        left, right = st.columns(2)
        with left:
            title = _("响应率、解决率、满意率（%）· {period}", period=period)
            drill.chart(charts.rates(by_month, title, language()), year, cut_off, "rates")
        with right:
            meanings = data.known().on(cut_off)
            long = [label(meanings[code], language()) for code in RATES]
            codes = {_(name): code for code, name in RATES.items()}
            frame = data.tables(year, cut_off, language())[exports.BY_MONTH][[_("月份"), *long]]
            frame = frame.set_axis([_("月份"), *codes], axis=1)
            lines = [{"month": month} for month in frame[_("月份")][:-1]]
            drill.cells(frame, [*lines, {}], codes, year, cut_off, "rates_table")

    st.subheader(_("分社区与分类"))
    left, right = st.columns(2)
    with left:
        meanings = data.known().on(cut_off)
        offered = {code: meanings[code].name[language()] for code in BY_COMMUNITY}
        chosen = pickers.select(left, _("指标"), "hotline_by", offered)
        ranked = data.ask(year, "community", cut_off=cut_off, indicators=(chosen,))
        unit = meanings[chosen].unit[language()]
        if ranked["value"].notna().any():
            title = _("{name}（{unit}）· {period}", name=offered[chosen], unit=unit, period=period)
            drill.chart(charts.communities(ranked, title, unit), year, cut_off, "by_community")
        else:
            st.info(_("{period}没有“{name}”的数据。", period=period, name=offered[chosen]))
    with right:
        categories(whole)


def differences() -> None:
    """Daily counts and tickets that say two things of one month."""
    differing = data.disagreement(year, cut_off, language())
    differing = differing[differing["difference"] != 0]
    if differing.empty:
        return
    st.warning(_("有 {n} 处日报数与工单数不一致，以工单为准。", n=len(differing)), icon=":material/compare_arrows:")
    with st.expander(_("查看差异")):
        shown = differing[["month", "name", "counts", "tickets", "difference"]]
        shown = shown.set_axis([_("月份"), _("指标"), _("日报合计"), _("工单合计"), _("相差")], axis=1)
        drill.table(differing.assign(community=None), shown, year, cut_off, "differences")


def categories(whole: pd.DataFrame) -> None:
    """What people call about: of the tickets received in the period, or of those still open."""
    received, still = "received", "open"
    offered = {received: _("本期受理"), still: _("未办结")}
    which = pickers.segments(st, _("按问题分类"), "hotline_category", offered)
    if which == still:
        found = hotline.by_category(data.open_tickets(hotline.known_day(cut_off), language())["category"])
    elif whole["value"].iloc[0] > hotline.AT_ONCE and not st.button(_("逐件统计（工单较多，需要一些时间）")):
        return
    else:
        found = data.received_by_category(year, cut_off, language())
    if found.empty:
        st.info(_("没有可分类的工单。"))
        return
    title = _("{name}：一级分类（件）· {period}", name=offered[which], period=period)
    figure = charts.categories(found, title, _("件"))
    st.plotly_chart(figure, key="categories", config=drill.PLOT, alt=title)
    if len(found) > charts.MOST_CATEGORIES:
        shown = found.set_axis([_("一级分类"), _("件")], axis=1)
        st.dataframe(shown, hide_index=True, key="all_categories", height=250)


def proof() -> None:
    """Every ticket held against its due day."""
    with st.spinner(_("正在逐件核对工单…")):
        found = data.proof(year, cut_off, language())
    st.markdown(f"##### {found.sentence(language())}")
    for verdict in found.verdicts:
        show = st.success if verdict.holds else st.error
        icon = ":material/verified:" if verdict.holds else ":material/gpp_bad:"
        show(verdict.text(language()), icon=icon)
        if verdict.note:
            st.caption(_(verdict.note))
    if found.unproved:
        st.warning("  \n".join(one.text(language()) for one in found.unproved))
    if found.base.empty:
        return
    if found.last < cut_off:
        st.caption(_("截至日未到，以上为今天（{day}）的结果。", day=found.last))
    files(found)
    left, right = st.columns([2, 3])
    with left:
        st.subheader(_("各项数字"))
        counts = pd.DataFrame(proofs.proof_counts(found, language()), columns=[_("项目"), _("件")])
        right_aligned = {_("件"): st.column_config.Column(alignment="right")}
        st.dataframe(counts, hide_index=True, key="counts", height=38 + 35 * len(counts), column_config=right_aligned)
    with right:
        st.subheader(_("办结时用去了多少时限"))
        used = proofs.used_list(found, language())
        title = _("按期办结与超期（件）· {first} 至 {last}", first=found.period.first, last=found.last)
        figure = charts.limit_used(used.set_axis(["name", "count"], axis=1), title, _("件"))
        st.plotly_chart(figure, key="used", config=drill.PLOT, alt=title)
        st.caption(_("办理类工单，按办结时已用工作日占时限的比例；超期含未办结。"))
    if len(found.late):
        st.subheader(_("超期的工单（{n} 件）", n=number(len(found.late))))
        listed(found.late, "late")
    if len(found.extended):
        st.subheader(_("延期的工单（{n} 件）", n=number(len(found.extended))))
        listed(found.extended, "extended")
    if len(found.closest):
        st.subheader(_("按期办结中最紧的 {n} 件", n=len(found.closest)))
        listed(found.closest, "closest")
    with st.expander(_("口径与依据"), expanded=True):
        st.markdown("\n".join(f"- {one}" for one in proofs.made_how(found, language())))


def listed(some: pd.DataFrame, key: str) -> None:
    """Tickets of the proof; ticking one opens it."""
    shown = proofs.proof_list(some, language(), brief=True)
    event = st.dataframe(
        shown,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        placeholder="—",
        height=38 + 35 * min(len(shown), 12),
    )
    if event.selection.rows:
        tickets.show(some["number"].iloc[event.selection.rows[0]])


def files(found: proofs.Proof) -> None:
    """The proof to print, and its list for a spreadsheet."""
    name, spoken = proofs.proof_file(found, language()), language()
    left, middle, _rest = st.columns([1, 1, 2])
    left.download_button(
        _("下载证明（可打印）"),
        lambda: proofs.proof_html(found, spoken),
        f"{name}.html",
        "text/html",
        type="primary",
        icon=":material/print:",
        on_click="ignore",
        width="stretch",
    )
    middle.download_button(
        _("下载全部工单 CSV"),
        lambda: exports.csv_bytes(proofs.proof_list(found.base, spoken)),
        f"{name}.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )


{TODO: todo, FIGURES: statistics, PROOF: proof}[view]()
