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
SORT_COLOURS = ["#F1F4F9", "#8FB3DE", "#DCE0E6", "#F4B5A2"]  # of the sorts of days
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
    names = wide.index.get_level_values("community_name")
    labels = {month: month_name(month, language) for month in wide.columns}
    cells = go.Heatmap(
        z=wide.to_numpy(),
        x=list(labels.values()),
        y=list(names),
        colorscale=SCALE,
        zmin=0,
        xgap=2,
        ygap=2,
        texttemplate="%{z:,}",
        colorbar={"title": {"text": unit}, "thickness": 12, "tickformat": ","},
        hoverinfo="skip",
    )
    # A click on a cell of a heat map selects nothing: unseen points above the cells take it.
    filled = frame[frame["value"].notna()]
    points = go.Scatter(
        x=filled["month"].map(labels),
        y=filled["community_name"],
        mode="markers",
        marker={"opacity": 0, "size": 22, "symbol": "square"},
        customdata=filled[["indicator", "community", "month"]].to_numpy(),
        text=[number(value) for value in filled["value"]],
        hovertemplate="%{y} %{customdata[2]}：%{text}" + unit + "<extra></extra>",
        showlegend=False,
    )
    axis = {"type": "category", "dtick": 1, "showgrid": False}
    return _figure([cells, points], title, "").update_layout(
        height=24 * len(wide) + 150,
        yaxis={**axis, "range": [len(names) - 0.5, -0.5]},
        xaxis={**axis, "range": [-0.5, len(labels) - 0.5], "side": "top"},
        margin={"t": 90},
        hovermode="closest",
        hoverdistance=40,
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
            colorscale=[[n / 3, colour] for n, colour in enumerate(SORT_COLOURS)],
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
    traces += _legend(language)
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


def _legend(language: str) -> list[go.Scatter]:
    """What the colours of days mean."""
    found = []
    for sort, colour in zip(SORTS, SORT_COLOURS, strict=True):
        marker = {"symbol": "square", "color": colour, "size": 14, "line": {"color": PALE, "width": 1}}
        found.append(go.Scatter(x=[None], y=[None], name=translate(sort, language), mode="markers", marker=marker))
    return found


# ---------------------------------------------------------------------- 12345 tickets

RED = "#B3261E"
_URGENCY = {"overdue": RED, "today": WARM, "1": "#E5AC6B", "2": "#8FB3DE", "3": "#8FB3DE"}


def bands(frame: pd.DataFrame, title: str, unit: str) -> go.Figure:
    """Open tickets by what is left of their limit, the most urgent first. `frame`: band, name, count."""
    colours = [_URGENCY.get(band, PALE) for band in frame["band"]]
    figure = _figure([_bar(frame, colours, across=True)], title, unit, across=True)
    axis = {"type": "category", "dtick": 1, "autorange": "reversed"}
    return figure.update_layout(height=320, showlegend=False, yaxis=axis)


def limit_used(frame: pd.DataFrame, title: str, unit: str) -> go.Figure:
    """How many tickets used how much of their limit. `frame`: name, count; the last line are the late ones."""
    colours = [BLUE] * (len(frame) - 1) + [RED]
    axis = {"type": "category", "dtick": 1}
    return _figure([_bar(frame, colours)], title, unit).update_layout(height=300, showlegend=False, xaxis=axis)


MOST_CATEGORIES = 15


def categories(frame: pd.DataFrame, title: str, unit: str) -> go.Figure:
    """Horizontal bars, the largest on top; at most MOST_CATEGORIES. `frame`: category, count."""
    frame = frame.rename(columns={"category": "name"})[:MOST_CATEGORIES][::-1]
    figure = _figure([_bar(frame, BLUE, across=True)], title, unit, across=True)
    return figure.update_layout(height=max(220, 24 * len(frame) + 110), yaxis={"type": "category", "dtick": 1})


def _bar(frame: pd.DataFrame, colours: str | list[str], across: bool = False) -> go.Bar:
    """Counts by name, each with its number beside it."""
    places = {"x": frame["count"], "y": frame["name"]} if across else {"x": frame["name"], "y": frame["count"]}
    return go.Bar(
        **places,
        orientation="h" if across else "v",
        marker_color=colours,
        text=[number(count) for count in frame["count"]],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )


def rates(frame: pd.DataFrame, title: str, language: str) -> go.Figure:
    """Rates by month as lines in percent, with a gap where there is none. `frame`: the figures of several ratios by
    month (indicator, name, month, value, community). Points open their rows when clicked."""
    lines = []
    for (_code, name), some in frame.groupby(["indicator", "name"], sort=False):
        lines.append(
            go.Scatter(
                x=[month_name(month, language) for month in some["month"]],
                y=some["value"],
                name=name,
                mode="lines+markers",
                connectgaps=False,
                customdata=some[["indicator", "community", "month"]].to_numpy(),
                hovertemplate="%{customdata[2]} %{y:.2f}%<extra>%{fullData.name}</extra>",
            )
        )
    figure = _figure(lines, title, "%")
    low = frame["value"].min()
    bottom = 0 if pd.isna(low) else max(0, 10 * ((low - 1) // 10))
    return figure.update_layout(
        showlegend=True,
        xaxis={"type": "category", "dtick": 1},
        yaxis={"range": [bottom, 101], "rangemode": "normal", "tickformat": ",.0f"},
    )


def ticket_clock(frame: pd.DataFrame, title: str, language: str, wide: int = 10, idle: int = 14) -> go.Figure:
    """A ticket's days, one box each, as many as `wide` on a line; days off, make-up days and what happened in sight.

    `frame`: metrics.one_ticket.timeline. A run of more than `idle` days on which nothing happened is one box "…".
    """
    boxes = []
    for day in _without_idle(frame, idle):
        if isinstance(day, int):
            boxes.append((None, translate("…… {n} 天 ……", language, n=day), "", ""))
            continue
        counted = "" if pd.isna(day.counted) else translate("第 {n} 日", language, n=day.counted)
        boxes.append((day.sort, f"{day.day:%m-%d} {day.weekday}", counted, day.events))
    high = -(-len(boxes) // wide)
    sorts = np.full((high, wide), None, dtype=object)
    quiet = {"mode": "text", "hoverinfo": "skip", "showlegend": False}
    texts: dict[str, list] = {"x": [], "y": [], "text": []}
    frames = []
    for n, (sort, day, counted, events) in enumerate(boxes):
        y, x = divmod(n, wide)
        sorts[y, x] = SORTS.index(sort) if sort in SORTS else None
        happened = "<br>".join(f"<b>{event}</b>" for event in events.split(translate("、", language)) if event)
        texts["x"].append(x)
        texts["y"].append(y)
        texts["text"].append("<br>".join(filter(None, [day, counted, happened])))
        if events:
            edge = {"type": "rect", "line": {"color": WARM, "width": 2}}
            frames.append({**edge, "x0": x - 0.48, "x1": x + 0.48, "y0": y - 0.47, "y1": y + 0.47})
    traces = [
        go.Heatmap(
            z=sorts,
            colorscale=[[n / 3, colour] for n, colour in enumerate(SORT_COLOURS)],
            zmin=0,
            zmax=3,
            showscale=False,
            hoverinfo="skip",
            xgap=4,
            ygap=4,
        ),
        go.Scatter(**texts, **quiet, textfont={"size": 12, "color": "#1F2937"}),
        *_legend(language),
    ]
    hidden = {"visible": False, "fixedrange": True}
    return _figure(traces, title, "").update_layout(
        height=96 * high + 84,
        margin={"l": 0, "r": 0, "t": 76, "b": 0},
        title={"y": 0.99, "yanchor": "top", "yref": "container"},
        legend={"y": 1.0, "yanchor": "bottom", "itemclick": False, "itemdoubleclick": False},
        shapes=frames,
        dragmode=False,
        xaxis={**hidden, "range": [-0.52, wide - 0.48]},
        yaxis={**hidden, "range": [high - 0.5, -0.5]},
    )


def _without_idle(frame: pd.DataFrame, idle: int) -> list:
    """The days of a timeline as rows, and in place of a long run on which nothing happened its length."""
    shown, run = [], []
    for day in frame.itertuples():
        if not day.events:
            run.append(day)
            continue
        shown += [len(run)] if len(run) > idle else run
        run = []
        shown.append(day)
    return shown + run
