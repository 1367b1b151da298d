"""The stamp of a store: what a reader keeps is good while the stamp is equal."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from db import definitions, ledger, sample, settings, store, units
from db.definitions import catalogue
from db.engine import copy_to, open_store, writing
from tests.two_writers import held

UNIT = "120114001007"


def test_it_stays_while_nothing_is_written(clerk):
    clerk.files("hotline", UNIT, "2024-03-05", received=3)
    before = store.stamp(clerk.store)
    ledger.filed(clerk.store, [UNIT], ["hotline"], date(2024, 3, 1), date(2024, 3, 31))
    clerk.files("hotline", UNIT, "2024-03-05", received=3)
    store.init(clerk.store)
    assert store.stamp(clerk.store) == before


def a_form(clerk):
    clerk.files("hotline", UNIT, "2024-03-06", received=4)


def a_correction(clerk):
    clerk.revises(ledger.Ref(UNIT, 1), values={"hotline.received": 4})


def a_void(clerk):
    clerk.voids(ledger.Ref(UNIT, 1))


def an_undo(clerk):
    clerk.undoes(1)


def a_definition(clerk):
    old = catalogue(clerk.store).indicators["media.posts"]
    with writing(clerk.store) as conn:
        definitions.define(conn, replace(old, effective_from=date(2025, 1, 1)), "张三")


def a_setting(clerk):
    with writing(clerk.store) as conn:
        settings.put(conn, "reporting_since", "2024-06-01")


def a_new_community(clerk):
    with writing(clerk.store) as conn:
        units.save(conn, [units.Unit("120114001099", "新里社区居委会", "community")])


def a_closed_community(clerk):
    with writing(clerk.store) as conn:
        (one,) = units.units(conn, UNIT)
        units.save(conn, [replace(one, closed_on=date(2024, 6, 1))])


def a_renamed_community(clerk):
    with writing(clerk.store) as conn:
        (one,) = units.units(conn, UNIT)
        units.save(conn, [replace(one, name="文华里社区居委会")])


ACTS = [a_form, a_correction, a_void, an_undo, a_definition, a_setting]
ACTS += [a_new_community, a_closed_community, a_renamed_community]


@pytest.mark.parametrize("act", ACTS)
def test_it_changes_with_whatever_figures_are_made_of(clerk, act):
    clerk.files("hotline", UNIT, "2024-03-05", received=3)
    before = store.stamp(clerk.store)
    act(clerk)
    assert store.stamp(clerk.store) != before


def test_it_changes_when_the_sample_goes(sample_store, tmp_path):
    copy_to(sample_store, tmp_path / "sample.db")
    loaded = open_store(f"sqlite:///{tmp_path / 'sample.db'}")
    before = store.stamp(loaded)
    sample.remove(loaded)
    assert store.stamp(loaded) != before
    loaded.dispose()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_it_changes_when_a_backup_is_put_back_and_another_form_filed(clerk, tmp_path):
    clerk.files("hotline", UNIT, "2024-03-05", received=3)
    copy_to(clerk.store, tmp_path / "copy.db")
    clerk.files("hotline", UNIT, "2024-03-06", received=4)
    before = store.stamp(clerk.store)
    store.restore(clerk.store, tmp_path / "copy.db")
    assert store.stamp(clerk.store) != before
    clerk.files("hotline", UNIT, "2024-03-06", received=5)
    assert store.stamp(clerk.store) != before


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_began_first_and_is_done_last_changes_it(office, clerk_of):
    slow, quick = clerk_of(office, "张三"), clerk_of(open_store(office.url), "李四")
    slow.files("hotline", UNIT, "2024-03-04", received=1)
    with ThreadPoolExecutor(1) as pool:
        with held(office) as arrived:
            waiting = pool.submit(slow.files, "hotline", UNIT, "2024-03-05", received=3)
            assert arrived.wait(30)
            quick.files("hotline", "120114001008", "2024-03-05", received=4)
            before = store.stamp(office)
        waiting.result(30)
    assert store.stamp(office) != before
    quick.store.dispose()
