"""The pages' one way to the store: figures, asked once and kept until somebody writes."""

from datetime import date

import streamlit as st

from db import sample, settings, store, units
from db.engine import china_day, now, open_store, reading, store_url
from metrics import exports, figures, quality
from metrics.catalogue import Catalogue, catalogue
from pages.shell.language import language


@st.cache_resource
def _open(url: str):
    opened = open_store(url)
    store.init(opened)
    return opened


def the_store():
    """The store this server works on, made on first use."""
    return _open(store_url())


def _stamp() -> tuple:
    # Which reports are missing changes at midnight though nobody writes.
    return (store_url(), china_day(now()), *store.stamp(the_store()))


@st.cache_data(max_entries=500, show_spinner=False)
def _figures(stamp: tuple, year: int, by: tuple, options: tuple):
    return figures.figures(the_store(), year, by=by, **dict(options))


def ask(year: int, *by: str, **options):
    """`metrics.figures.figures` in the visit's language; the answer is kept until the store changes."""
    options = {"language": language(), **options}
    return _figures(_stamp(), year, by, tuple(sorted(options.items())))


@st.cache_data(max_entries=20, show_spinner=False)
def _tables(stamp: tuple, year: int, cut_off: date, language: str):
    return exports.tables(the_store(), year, cut_off=cut_off, language=language)


def tables(year: int, cut_off: date) -> dict:
    """`metrics.exports.tables` in the visit's language, kept until the store changes."""
    return _tables(_stamp(), year, cut_off, language())


@st.cache_data(max_entries=20, show_spinner=False)
def _unfiled(stamp: tuple, year: int, cut_off: date):
    return quality.unfiled(the_store(), year, cut_off=cut_off)


def unfiled(year: int, cut_off: date):
    """`metrics.quality.unfiled`, kept until the store changes."""
    return _unfiled(_stamp(), year, cut_off)


def known() -> Catalogue:
    """The catalogue of kinds and indicators."""
    return catalogue(the_store())


@st.cache_data(max_entries=4, show_spinner=False)
def _units(stamp: tuple) -> list[units.Unit]:
    with reading(the_store()) as conn:
        return units.units(conn)


def all_units() -> list[units.Unit]:
    """Every unit, in code order."""
    return _units(_stamp())


def communities(on: date | None = None) -> list[units.Unit]:
    """The communities, or those in being on a day."""
    return [one for one in all_units() if one.level == "community" and (on is None or one.alive(on, on))]


def names() -> dict[str, str]:
    """What people see for each unit's code."""
    return units.labels(all_units())


def setting(key: str):
    """One of the office's choices (db/settings.py)."""
    with reading(the_store()) as conn:
        return settings.get(conn, key)


@st.cache_data(max_entries=4, show_spinner=False)
def _years(stamp: tuple) -> list[int]:
    return figures.years(the_store())


def years() -> list[int]:
    """The years with numbers, latest first."""
    return _years(_stamp())


@st.cache_data(max_entries=4, show_spinner=False)
def _sample_entries(stamp: tuple) -> int:
    with reading(the_store()) as conn:
        return sample.loaded(conn)


def sample_entries() -> int:
    """How many entries of the store are sample entries."""
    return _sample_entries(_stamp())
