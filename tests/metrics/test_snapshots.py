"""A year is frozen; the ledger goes on; and every figure that moved is explained by the rows that moved it."""

import json
from datetime import date, timedelta
from hashlib import sha256
from threading import Thread

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from db import definitions, ledger, sample, settings, snapshots, tickets, units
from db.definitions import catalogue
from db.engine import china_day, now, reading, writing
from db.language import Refusal
from db.units import Unit
from metrics import exports
from metrics.figures import figures, rows
from metrics.snapshots import FIGURES, changes, compare, freeze, moved, since, told_once
from tests.desk import STREET, A, B, Desk, instant

CUT_OFF = date(2024, 4, 20)
WRITTEN = {"recorded", "revised", "voided"}


def frozen(store, year=2024, cut_off=CUT_OFF, by="王芳", token="定稿", **more):
    return freeze(store, year, cut_off, by=by, token=token, **more)


def part(store, one, name=FIGURES) -> bytes:
    return next(part.content for part in snapshots.parts(store, one.id) if part.name == name)


def lines(store, one, *indicators: str, once=True) -> list[tuple]:
    """The change list as (indicator, what, old, new), blanks as None."""
    found = changes(store, one.id)
    found = told_once(found) if once else found
    found = found[found["indicator"].isin(indicators)] if indicators else found
    told = found[["indicator", "what", "old", "new"]].astype(object)
    return [tuple(line) for line in told.where(told.notna(), None).itertuples(index=False)]


def adds_up(store, one) -> pd.DataFrame:
    """Holds frozen value + Σ (new - old) against the figure now, for every figure there is; gives the change list."""
    then = {(f["indicator"], f["community"], f["month"]): f for f in json.loads(part(store, one))["figures"]}
    today = {}
    for by in ((), ("community",), ("month",)):
        for f in figures(store, one.year, by=by, cut_off=one.cut_off).astype(object).to_dict("records"):
            here = {name: None if pd.isna(value) else value for name, value in f.items()}
            today[f["indicator"], f["community"], f["month"]] = here
    found, went = since(store, one.id)
    sums: dict[tuple, list[float]] = {}
    for line in found.fillna({"old": 0, "new": 0, "old_base": 0, "new_base": 0}).itertuples():
        cell = sums.setdefault((line.indicator, line.community, line.month), [0, 0])
        cell[0] += line.new - line.old
        cell[1] += line.new_base - line.old_base
    differ = set()
    for key in {*then, *today}:
        was, is_ = then.get(key, {}), today.get(key, {})
        rate = (is_ or was)["numerator"] is not None or (was or is_)["numerator"] is not None
        for n, name in enumerate(("numerator", "denominator") if rate else ("value",)):
            now_ = is_.get(name) or 0
            assert (was.get(name) or 0) + sums.get(key, (0, 0))[n] == pytest.approx(now_), (key, name)
        if was.get("value") != is_.get("value"):
            differ.add(key)
    assert {(m.indicator, m.community, m.month) for m in went.itertuples()} == differ
    assert (went["changes"] > 0).all()
    return found


# ------------------------------------------------------------------------------------------ the invariant

few = st.integers(0, 3)
unit = st.sampled_from([A, B, STREET])
day = st.sampled_from([date(2024, 3, 5), date(2024, 3, 29), CUT_OFF, date(2024, 4, 21), date(2024, 5, 6)])
covers = st.sampled_from([(), (A,), (A, B), (STREET, B)])
number = st.sampled_from(["T0", "T1", "T2"])
which = st.integers(0, 30)
passed = st.integers(0, 2)
act = st.one_of(
    st.tuples(st.just("hotline"), unit, day, few),
    st.tuples(st.just("adviser"), unit, day, few, few),
    st.tuples(st.just("publicity"), unit, day, covers, few),
    st.tuples(st.just("exam"), day, passed),
    st.tuples(st.just("profile"), unit, day, few),
    st.tuples(st.just("revise"), which, few, st.one_of(st.none(), day), covers),
    st.tuples(st.just("void"), which),
    st.tuples(st.just("undo"), which),
    st.tuples(st.just("receive"), number, unit, day, st.sampled_from(["request", "inquiry"])),
    st.tuples(st.just("assign"), number, unit),
    st.tuples(st.just("close"), number, day),
    st.tuples(st.just("return"), number, day),
    st.tuples(st.just("call back"), number, day, st.booleans(), st.sampled_from(["", "satisfied", "basically"])),
    st.tuples(st.just("take out"), number),
)
STANDING = [  # what there is before anything happens
    ("adviser", A, date(2024, 3, 5), 2, 1),
    ("hotline", B, date(2024, 3, 5), 2),
    ("publicity", STREET, date(2024, 3, 29), (A, B), 3),
    ("exam", date(2024, 3, 5), 1),
    ("profile", A, date(2024, 3, 5), 3),
    ("receive", "T0", A, date(2024, 3, 5), "request"),
]
FIELD = {
    **{"hotline": "hotline.received", "adviser": "adviser.review", "publicity": "publicity.reach"},
    **{"exam": "exam.passed", "community": "community.compounds"},
}


class Office:
    """Two clerks and a hotline desk at work; what the ledger refuses is left undone."""

    def __init__(self, store, clerk_of):
        self.store, self.clerk, self.desk, self.made, self.acts = store, clerk_of(store), Desk(store, "李四"), [], []

    def does(self, one: tuple) -> None:
        try:
            receipt = self._does(*one)
        except Refusal:
            return
        if receipt and receipt.batch:
            self.acts.append(receipt.batch)
            self.made += receipt.entries

    def _does(self, what: str, *details):
        clerk, desk = self.clerk, self.desk
        match what, *details:
            case "hotline", where, day, received:
                return clerk.files("hotline", where, day, received=received)
            case "adviser", where, day, review, advice:
                return clerk.files("adviser", where, day, review=review, advice=advice)
            case "publicity", where, day, covers, reach:
                return clerk.files("publicity", where, day, title="宣传", covers=covers, activities=1, reach=reach)
            case "exam", day, passed:
                return clerk.files("exam", STREET, day, title="考试", taken=2, passed=passed)
            case "profile", where, day, compounds:
                return clerk.files("community", where, day, compounds=compounds)
            case "revise", n, quantity, day, covers if self.made:
                ref = self.made[n % len(self.made)]
                old = ledger.history(self.store, ref)[-1]
                covers = covers if old.kind == "publicity" else None
                return clerk.revises(ref, values={**old.values, FIELD[old.kind]: quantity}, day=day, covers=covers)
            case "void", n if self.made:
                return clerk.voids(self.made[n % len(self.made)])
            case "undo", n if self.acts:
                return clerk.undoes(self.acts[n % len(self.acts)])
            case "receive", number, where, day, kind:
                more = {"closed": f"{day} 10:00", "replied": f"{day} 10:00"} if kind == "inquiry" else {}
                return desk.brings(number, f"{day} 10:00", where, kind=kind, **more)
            case "assign", number, where:
                return desk.amends(number, unit=where)
            case "close", number, day:
                at = f"{day} 16:00"
                return desk.amends(number, closed_at=instant(at), closed_on=int(f"{day:%Y%m%d}"))
            case "return", number, day:
                return desk.amends(number, returned_on=int(f"{day:%Y%m%d}"))
            case "call back", number, day, resolved, satisfaction:
                said = {"contacted": True, "resolved": resolved or None, "satisfaction": satisfaction}
                return desk.amends(number, called_back_on=int(f"{day:%Y%m%d}"), **said)
            case "take out", number:
                return desk.voids(number, tickets.history(self.store, number)[-1].version)
        return None


def test_whatever_is_written_since_frozen_and_changes_give_the_figures_now(new_store, clerk_of, database):
    @examples(max_examples=15 if database == "sqlite" else 3, derandomize=True, database=None)
    @given(st.lists(act, max_size=6), st.lists(act, min_size=4, max_size=12), st.booleans())
    def check(before, after, fixed):
        office = Office(new_store(), clerk_of)
        if fixed:
            with writing(office.store) as conn:
                settings.put(conn, "tickets_since", "2024-01-01")
        for one in (*STANDING, *before):
            office.does(one)
        then = frozen(office.store)
        assert adds_up(office.store, then).empty
        for one in after:
            office.does(one)
        found = adds_up(office.store, then)
        # What no row says is only that tickets began to be counted, or were in one month more.
        unsaid = found[~found["what"].isin(WRITTEN)]
        assert set(unsaid["what"]) <= {"source"} and unsaid["indicator"].str.startswith("hotline.").all()
        if fixed:
            assert (unsaid[["old", "new"]].fillna(0).diff(axis=1)["new"] == 0).all()

    check()
