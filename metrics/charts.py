"""Frames to plotly figures: pure functions, one look. Each says what is counted, its unit and the period."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from db.language import month_name
from metrics.exports import number

BLUE, PALE, WARM = "#2F6DB5", "#B9C7DA", "#D9822B"
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
