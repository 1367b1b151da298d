"""Year, cut-off, community, indicator: chosen once, kept in the address, so that a view can be sent as a link.

The address holds codes, never names, so that a link means the same in both languages. (Streamlit's own binding
of widgets to the address would write the names shown.)
"""

from collections.abc import Callable, Mapping
from datetime import date

import streamlit as st

from db.engine import china_day, now
from db.units import Unit
from metrics.catalogue import label
from pages.shell import data
from pages.shell.language import _, language


def today() -> date:
    return china_day(now())


def kept(widget: Callable, key: str, read: Callable, default):
    """A widget whose value lives in the session and the address. `read` understands the address, or gives None.

    The address wins when it changed since this visit last wrote it: a link was opened, or Back was pressed.
    """
    asked, written = st.query_params.get(key), st.session_state.get(f"{key}/address")
    if asked is not None and asked != written:
        st.session_state[key] = read(asked)
    value = st.session_state.get(key)
    st.session_state[key] = default if value is None else value  # written each time, or another page's widget forgets
    chosen = widget(key=key, persist_state="session")
    st.session_state.setdefault("address", {})[key] = str(chosen)
    return chosen


def write_address() -> None:
    """Bring what was picked into the address, all at once: each change of it is a step for the Back button."""
    picked = st.session_state.pop("address", {})
    if any(st.query_params.get(key) != text for key, text in picked.items()):
        st.query_params.update(picked)
    for key, text in picked.items():
        st.session_state[f"{key}/address"] = text


def choice(widget: Callable, title: str, key: str, offered: Mapping[str, str], default: str, **options) -> str:
    """One of `offered` (code → name shown) by a select box, a segmented control or the like."""
    if st.session_state.get(key) not in offered:
        st.session_state[key] = None
    codes = list(offered)
    return kept(
        lambda **more: widget(title, codes, format_func=offered.get, **options, **more),
        key,
        lambda text: text if text in offered else None,
        default,
    )


def select(place, title: str, key: str, offered: Mapping[str, str], default: str | None = None) -> str:
    """A select box."""
    return choice(place.selectbox, title, key, offered, default or next(iter(offered)), placeholder=_("请选择"))


def segments(place, title: str, key: str, offered: Mapping[str, str], default: str | None = None) -> str:
    """A row of buttons, one pressed."""
    return choice(place.segmented_control, title, key, offered, default or next(iter(offered)), required=True)


def day(place, title: str, key: str, default: date, first: date, last: date, **options) -> date:
    """A calendar day from `first` to `last`."""

    def read(text: str) -> date | None:
        try:
            asked = date.fromisoformat(text)
        except ValueError:
            return None
        return asked if first <= asked <= last else None

    def widget(**more):
        return place.date_input(title, min_value=first, max_value=last, format="YYYY-MM-DD", **options, **more)

    return kept(widget, key, read, default) or default


def year(place=st) -> int:
    """The year asked about: at first the latest that has numbers."""
    offered = {str(one): str(one) for one in sorted({*data.years(), today().year}, reverse=True)}
    return int(select(place, _("年度"), "year", offered, str(next(iter(data.years()), today().year))))


def year_and_cut_off(place=st) -> tuple[int, date]:
    """The year and its last day that counts: the report's cut-off where one is set."""
    left, right = place.columns(2)
    chosen = year(left)
    first, last = date(chosen, 1, 1), date(chosen, 12, 31)
    fixed = data.setting("cut_offs").get(str(chosen))
    default = date.fromisoformat(fixed) if fixed else min(last, max(today(), first))
    if (st.session_state.get("cut_off") or first).year != chosen:  # another year was picked
        st.session_state["cut_off"] = None
    return chosen, day(right, _("截至"), "cut_off", default, first, last, help=_("截至日当天及以前的数据计入"))


def community(place=st, on: date | None = None) -> Unit | None:
    """One community, of those in being on a day; None where there is none."""
    offered = {one.code: one for one in data.communities(on)}
    if not offered:
        return None
    names = data.names()
    return offered[select(place, _("社区"), "community", {code: names[code] for code in offered})]


def indicator(place=st) -> str:
    """An indicator's code."""
    meanings = data.known().indicators
    return select(place, _("指标"), "indicator", {code: label(one, language()) for code, one in meanings.items()})
