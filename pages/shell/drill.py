"""From a figure to its rows: the link under a card, the click on a chart or a table."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from metrics.exports import number, share
from pages.shell.language import _, language

ROWS = str(Path(__file__).parent.parent / "rows.py")
PLOT = {"displayModeBar": False, "displaylogo": False}


def address(indicator: str, year: int, cut_off: date, community: str | None = None, month: str | None = None) -> dict:
    """A figure as the query of the rows page."""
    query = {"indicator": indicator, "year": str(year), "cut_off": cut_off.isoformat()}
    query |= {"community": community, "month": month, "lang": language()}
    return {key: value for key, value in query.items() if value}


def href(*figure, **place) -> str:
    """The address of the rows behind a figure, for a link in a text; takes what `address` does."""
    return "rows?" + urlencode(address(*figure, **place))


def link(figure: Mapping, year: int, cut_off: date) -> None:
    """The link from a figure (a row of the figures frame) to the entries behind it."""
    query = address(figure["indicator"], year, cut_off, figure["community"], figure["month"])
    st.page_link(ROWS, label=_("查看明细"), icon=":material/table_rows:", query_params=query)


def card(figure: Mapping, year: int, cut_off: date) -> None:
    """One figure with last year's beside it, its missing reports, and the way to its rows."""
    with st.container(border=True, height="stretch", gap="xxsmall"):
        last = number(figure["previous"])
        base = share(figure["numerator"], figure["denominator"])
        st.caption(figure["name"])
        st.header(f"{number(figure['value'])} :small[{figure['unit']}]", anchor=False)
        blanks = 0 if pd.isna(figure["missing"]) else figure["missing"]
        missing = _("缺报 {n} 份", n=number(blanks)) if blanks else ""
        st.caption(" · ".join(filter(None, [_("上年同期 {n}", n=last), base, missing])))
        if isinstance(figure["note"], str):
            st.caption(f":orange[{figure['note']}]")
        link(figure, year, cut_off)


def cards(figures: Sequence[Mapping], year: int, cut_off: date) -> None:
    """Figures as cards, four on a line."""
    for start in range(0, len(figures), 4):
        for place, figure in zip(st.columns(4), figures[start : start + 4], strict=False):
            with place:
                card(figure, year, cut_off)


def chart(figure, year: int, cut_off: date, key: str) -> None:
    """A chart whose bars and cells open their rows when clicked. Points carry indicator, community, month."""
    event = st.plotly_chart(
        figure, key=key, on_select="rerun", selection_mode="points", config=PLOT, alt=figure.layout.title.text
    )
    points = [point for point in event.selection.points if point.get("customdata")] if event else []
    if points:
        indicator, community, month = points[0]["customdata"]
        st.switch_page(ROWS, query_params=address(indicator, year, cut_off, community, month))


def table(frame: pd.DataFrame, shown: pd.DataFrame, year: int, cut_off: date, key: str, **options) -> None:
    """A table whose rows open their entries when chosen; `frame` holds the figures of `shown`, row by row."""
    event = st.dataframe(
        shown, key=key, hide_index=True, on_select="rerun", selection_mode="single-row", placeholder="—", **options
    )
    if event.selection.rows:
        one = frame.iloc[event.selection.rows[0]]
        query = address(one["indicator"], year, cut_off, one["community"], one["month"])
        st.switch_page(ROWS, query_params=query)


def cells(shown: pd.DataFrame, places: list[dict], codes: dict[str, str], year: int, cut_off: date, key: str) -> None:
    """A crossed table whose cells open their rows when chosen.

    `places`: for each line what `address` calls its place (community or month; empty for the total; lines
    beyond them open nothing). `codes`: the indicator of each column.
    """
    pinned = {shown.columns[0]: st.column_config.Column(pinned=True)}
    pinned |= {column: st.column_config.NumberColumn(format="localized") for column in codes}
    event = st.dataframe(
        shown,
        key=key,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-cell",
        height=38 + 35 * len(shown),
        placeholder="—",
        column_config=pinned,
    )
    for line, column in event.selection.cells[:1]:
        if column in codes and line < len(places):
            st.switch_page(ROWS, query_params=address(codes[column], year, cut_off, **places[line]))
