"""The pages' one way to the store: figures, asked once and kept until somebody writes."""

from collections.abc import Callable
from datetime import date
from functools import partial, wraps

import streamlit as st

from db import sample, settings, store, units
from db.engine import china_day, now, open_store, reading, store_url
from db.measures import month_of
from metrics import claims, draft, exports, figures, hotline, proofs, quality, snapshots, sources
from metrics.catalogue import Catalogue, catalogue
from pages.shell.language import language

STAMP = "stamp"


@st.cache_resource
def _open(url: str):
    opened = open_store(url)
    store.init(opened)
    return opened


def the_store():
    """The store this server works on, made on first use."""
    return _open(store_url())


def look() -> None:
    """Look at the store once for this run of a page: what is kept from before is good where nothing changed.

    All of a page so speaks of one moment. Which reports are missing changes at midnight though nobody writes.
    """
    st.session_state[STAMP] = (store_url(), china_day(now()), *store.stamp(the_store()))


def _kept(ask: Callable, most: int = 500) -> Callable:
    """An answer of the store, kept for everybody until the store changes. Arguments are plain values, in order."""

    @st.cache_data(max_entries=most, show_spinner=False)
    @wraps(ask)
    def answer(stamp: tuple, *arguments):
        return ask(*arguments)

    @wraps(ask)
    def kept(*arguments):
        return answer(st.session_state[STAMP], *arguments)

    return kept


@_kept
def _figures(year: int, by: tuple, options: tuple):
    return figures.figures(the_store(), year, by=by, **dict(options))


def ask(year: int, *by: str, **options):
    """`metrics.figures.figures` in the visit's language."""
    return _figures(year, by, tuple(sorted({"language": language(), **options}.items())))


@_kept
def tables(year: int, cut_off: date, language: str) -> dict:
    """`metrics.exports.tables`."""
    return exports.tables(the_store(), year, cut_off=cut_off, language=language)


@_kept
def drafted(year: int, cut_off: date, mark: tuple) -> draft.Draft:
    """`metrics.draft.text`. `mark` changes with the wording and the waivers, which are no part of the stamp."""
    return draft.text(the_store(), year, cut_off)


@_kept
def slots(year: int, cut_off: date, language: str):
    """`metrics.draft.offered`."""
    return draft.offered(the_store(), year, cut_off, language)


@_kept
def unfiled(year: int, cut_off: date):
    """`metrics.quality.unfiled`."""
    return quality.unfiled(the_store(), year, cut_off=cut_off)


def known() -> Catalogue:
    """The catalogue of kinds and indicators."""
    return catalogue(the_store())


@_kept
def all_units() -> list[units.Unit]:
    """Every unit, in code order."""
    with reading(the_store()) as conn:
        return units.units(conn)


def communities(on: date | None = None) -> list[units.Unit]:
    """The communities, or those in being on a day."""
    return [one for one in all_units() if one.level == "community" and (on is None or one.alive(on, on))]


def names() -> dict[str, str]:
    """What people see for each unit's code."""
    return units.labels(all_units())


@_kept
def setting(key: str):
    """One of the office's choices (db/settings.py)."""
    with reading(the_store()) as conn:
        return settings.get(conn, key)


@_kept
def years() -> list[int]:
    """The years with numbers, latest first."""
    return figures.years(the_store())


@_kept
def has_sample() -> bool:
    """Whether the sample year is in the store."""
    with reading(the_store()) as conn:
        return sample.loaded(conn)


@_kept
def open_tickets(day: date, language: str):
    """`metrics.hotline.open_tickets`."""
    return hotline.open_tickets(the_store(), day, language)


@_kept
def received_by_category(year: int, cut_off: date, language: str):
    """`metrics.hotline.received_by_category`."""
    return hotline.received_by_category(the_store(), year, cut_off, language)


@partial(_kept, most=4)  # each holds every ticket of a period
def proof(year: int, cut_off: date, language: str) -> proofs.Proof:
    """`metrics.proofs.proof`."""
    return proofs.proof(the_store(), year, cut_off, language)


@partial(_kept, most=8)  # each holds a whole report
def checked(text: str, year: int, cut_off: date, before: str) -> claims.Checked:
    """`metrics.claims.check`."""
    return claims.check(the_store(), text, year, cut_off, before=before)


@_kept
def disagreement(year: int, cut_off: date, language: str):
    """`metrics.hotline.disagreement`."""
    return hotline.disagreement(the_store(), year, cut_off, language)


@_kept
def origin(year: int, cut_off: date, language: str) -> list[str]:
    """`metrics.hotline.origin`."""
    return hotline.origin(the_store(), year, cut_off, language)


@partial(_kept, most=20)  # each may hold thousands of changes
def since(snapshot: int, language: str) -> snapshots.Since:
    """`metrics.snapshots.since`."""
    return snapshots.since(the_store(), snapshot, language)


@_kept
def unassigned_count() -> int:
    """`metrics.hotline.unassigned_count`."""
    return hotline.unassigned_count(the_store())


@_kept
def ticketed(day: date) -> list[str]:
    """The units whose 12345 figures of a day's month are made of tickets."""
    codes = [one.code for one in all_units()]
    source = sources.tickets(the_store(), codes, day)
    return [code for code in codes if source.speak(code, month_of(day))]
