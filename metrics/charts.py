"""Frames to plotly figures: pure functions, one look. Each says what is counted, its unit and the period."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from babel.dates import get_day_names

from db.language import month_name, translate
from metrics.exports import number
from metrics.workdays import SORTS, Status

BLUE, PALE, WARM, GREY = "#2F6DB5", "#B9C7DA", "#D9822B", "#6B7280"
SCALE = [[0, "#F3F6FB"], [0.5, "#8FB3DE"], [1, "#1F4E8C"]]


def months(
    frame: pd.DataFrame, title: str, unit: str, names: tuple[str, str], language: str, reference: tuple = ()
) -> go.Figure:
    """Bars by month with the year before beside them.

    `frame`: month ("2024-03"), value, previous, indicator, community. `names`: what to call this year and the
    last in the legend. `reference`: (name, values by month), a line to compare with.
    """
    labels = [month_name(month, language) for month in frame["month"]]
    data = frame[["indicator", "community", "month"]].to_numpy()
    bars = [go.Bar(x=labels, y=frame["value"], name=names[0], marker_color=BLUE, customdata=data)]
    if frame["previous"].notna().any():
        bars.insert(0, go.Bar(x=labels, y=frame["previous"], name=names[1], marker_color=PALE))
    if reference:
        line = {"color": WARM, "width": 2}
        bars.append(go.Scatter(x=labels, y=reference[1], name=reference[0], mode="lines+markers", line=line))
    figure = _figure(bars, title, unit)
    return figure.update_layout(barmode="group", showlegend=len(bars) > 1, xaxis={"type": "category", "dtick": 1})


def communities(frame: pd.DataFrame, title: str, unit: str) -> go.Figure:
    """Horizontal bars, the largest on top. `frame`: community, community_name, value, indicator."""
    frame = frame[frame["value"].notna()].sort_values("value")
    bar = go.Bar(
        x=frame["value"],
        y=frame["community_name"],
        orientation="h",
        marker_color=BLUE,
        text=[number(value) for value in frame["value"]],
        textposition="outside",
        cliponaxis=False,
        customdata=frame[["indicator", "community"]].assign(month=None).to_numpy(),
    )
    figure = _figure([bar], title, unit, across=True)
    figure.update_layout(height=max(260, 22 * len(frame) + 110), yaxis={"type": "category", "dtick": 1})
    return figure


def heatmap(frame: pd.DataFrame, title: str, unit: str, language: str) -> go.Figure:
    """Community × month; a blank cell is "not reported", a zero is pale.

    `frame`: community, community_name, month, value, indicator. Points carry indicator, community, month, so
    that a click finds the rows behind.
    """
    wide = frame.pivot(index=["community", "community_name"], columns="month", values="value")
    codes = wide.index.get_level_values("community")
    indicator = frame["indicator"].iloc[0]
    data = [[[indicator, code, month] for month in wide.columns] for code in codes]
    shape = np.array(data, dtype=object).reshape(len(codes), -1, 3)
    cells = go.Heatmap(
        z=wide.to_numpy(),
        x=[month_name(month, language) for month in wide.columns],
        y=list(wide.index.get_level_values("community_name")),
        customdata=shape,
        colorscale=SCALE,
        zmin=0,
        xgap=2,
        ygap=2,
        texttemplate="%{z:,}",
        colorbar={"title": {"text": unit}, "thickness": 12, "tickformat": ","},
        hovertemplate="%{y} %{customdata[2]}：%{z:,}" + unit + "<extra></extra>",
    )
    figure = _figure([cells], title, "")
    axis = {"autorange": "reversed", "type": "category", "dtick": 1}
    return figure.update_layout(
        height=24 * len(wide) + 150,
        yaxis=axis,
        xaxis={
            "type": "category",
            "side": "top",
            "dtick": 1,
        },
        margin={"t": 90},
    )


def _figure(data: Sequence, title: str, unit: str, across: bool = False) -> go.Figure:
    """The one look: title above, unit at the value axis, light grid, no tool bar clutter."""
    axis = {"title": {"text": unit}, "gridcolor": "#E6E9EE", "rangemode": "tozero", "tickformat": ","}
    return go.Figure(
        data=list(data),
        layout={
            "title": {"text": title, "x": 0, "xanchor": "left", "font": {"size": 14}},
            "margin": {"l": 8, "r": 24, "t": 64, "b": 8},
            "plot_bgcolor": "rgba(0,0,0,0)",
            "legend": {"orientation": "h", "y": -0.12, "x": 0},
            "clickmode": "event+select",
            "xaxis": {**axis, "automargin": True} if across else {"automargin": True},
            "yaxis": {"automargin": True} if across else {**axis, "automargin": True},
        },
    )


def year_calendar(days: Sequence[Status], title: str, language: str, picked: date | None = None) -> go.Figure:
    """A year's months, three side by side, each day coloured by its sort and `picked` framed.

    Cells carry their day (ISO), so that a click finds it.
    """
    wide, high = 8, 8  # cells of a month with the gap beside it and the two lines above it
    colours = ["#F1F4F9", "#8FB3DE", "#DCE0E6", "#F4B5A2"]
    sorts = np.full((4 * high, 3 * wide - 1), None, dtype=object)
    numbers = np.full(sorts.shape, "", dtype=object)
    places = []
    for one in days:
        line, column = divmod(one.day.day - 1 + one.day.replace(day=1).weekday(), 7)
        y, x = (one.day.month - 1) // 3 * high + 2 + line, (one.day.month - 1) % 3 * wide + column
        sorts[y, x], numbers[y, x] = SORTS.index(one.sort), str(one.day.day)
        places.append((x, y))
    corners = [(n % 3 * wide, n // 3 * high) for n in range(12)]
    letters = get_day_names("narrow", locale=language)
    quiet = {"mode": "text", "hoverinfo": "skip", "showlegend": False}
    quiet |= {"textfont": {"color": GREY}, "unselected": {"textfont": {"color": GREY}}}
    traces = [
        go.Heatmap(
            z=sorts,
            text=numbers,
            texttemplate="%{text}",
            hoverinfo="skip",
            colorscale=[[n / 3, colour] for n, colour in enumerate(colours)],
            zmin=0,
            zmax=3,
            showscale=False,
            xgap=2,
            ygap=2,
        ),
        # A click on a cell of a heat map selects nothing: unseen points above the cells take it.
        go.Scatter(
            x=[x for x, _y in places],
            y=[y for _x, y in places],
            mode="markers",
            marker={"opacity": 0, "size": 20},
            customdata=[one.day.isoformat() for one in days],
            hovertext=[f"{one.day} {one.label(language)}" for one in days],
            hoverinfo="text",
            showlegend=False,
        ),
        go.Scatter(
            x=[x - 0.5 for x, _y in corners],
            y=[y for _x, y in corners],
            text=[f"<b>{month_name(f'2000-{n:02}', language)}</b>" for n in range(1, 13)],
            textposition="middle right",
            **quiet,
        ),
        go.Scatter(
            x=[x + day for x, _y in corners for day in range(7)],
            y=[y + 1 for _x, y in corners for _day in range(7)],
            text=[letters[day] for _corner in corners for day in range(7)],
            **quiet,
        ),
    ]
    for sort, colour in zip(SORTS, colours, strict=True):
        marker = {"symbol": "square", "color": colour, "size": 14, "line": {"color": PALE, "width": 1}}
        traces.append(go.Scatter(x=[None], y=[None], name=translate(sort, language), mode="markers", marker=marker))
    hidden = {"visible": False, "fixedrange": True}
    edge = {"type": "rect", "line": {"color": WARM, "width": 3}}
    frames = [
        {**edge, "x0": x - 0.5, "x1": x + 0.5, "y0": y - 0.5, "y1": y + 0.5}
        for one, (x, y) in zip(days, places, strict=True)
        if one.day == picked
    ]
    return _figure(traces, title, "").update_layout(
        height=780,
        margin={"l": 0, "r": 0, "t": 72, "b": 0},
        title={"y": 0.99, "yanchor": "top"},
        legend={"y": 1, "yanchor": "bottom", "itemclick": False, "itemdoubleclick": False},
        hovermode="closest",
        shapes=frames,
        dragmode=False,
        xaxis={**hidden, "range": [-0.6, 3 * wide - 1.4]},
        yaxis={**hidden, "range": [4 * high - 0.4, -0.6]},
    )
