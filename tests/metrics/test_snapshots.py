"""A year is frozen; the ledger goes on; and every figure that moved is explained by the rows that moved it."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import count
from threading import Event

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from db import definitions, ledger, sample, settings, snapshots, tickets, totals, units
from db.definitions import catalogue
from db.engine import open_store, writing
from db.language import Refusal
from db.store import verify
from metrics import exports
from metrics.figures import figures, rows
from metrics.snapshots import FIGURES, changes, compare, freeze, moved, since, told, told_once
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


# What is told of a frame is the same whichever database the rows came from.
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

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
        self.store, self.clerk, self.desk, self.made, self.acts = (
            store,
            clerk_of(store, "孙二"),
            Desk(store, "孙二"),
            [],
            [],
        )

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
                return clerk.files("exam", STREET, day, title="考试", takers=2, passed=passed)
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
    @examples(max_examples=8 if database == "sqlite" else 2, derandomize=True, database=None)
    @given(st.lists(act, max_size=6), st.lists(act, min_size=4, max_size=12), st.booleans())
    def check(before, after, fixed):
        office = Office(new_store(), clerk_of)
        if fixed:
            with writing(office.store) as conn:
                settings.put(conn, "tickets_since", "2024-01-01")
        for one in (*STANDING, *before):
            office.does(one)
        then = frozen(office.store)
        for one in after:
            office.does(one)
        found = adds_up(office.store, then)
        # What no row says is only that tickets began to be counted, or were in one month more.
        unsaid = found[~found["what"].isin(WRITTEN)]
        assert set(unsaid["what"]) <= {"source"} and unsaid["indicator"].str.startswith("hotline.").all()
        if fixed:
            assert (unsaid[["old", "new"]].fillna(0).diff(axis=1)["new"] == 0).all()

    check()


# --------------------------------------------------------------------------------------- what is frozen

FIELDS = ["indicator", "community", "month", "value", "numerator", "denominator", "missing", "rows"]


def year_of(clerk) -> None:
    """A year with something of every sort."""
    office = Office(clerk.store, type(clerk))
    for one in STANDING:
        office.does(one)


@pytest.fixture
def year(clerk):
    """The office's store with a year in it."""
    year_of(clerk)
    return clerk.store


def test_figures_json_holds_every_figure_and_how_many_rows_stand_behind_it(year):
    one = frozen(year)
    held = json.loads(part(year, one))
    asked = [figures(year, 2024, by=by, cut_off=CUT_OFF) for by in ((), ("community",), ("month",))]
    told = pd.concat(asked)[FIELDS].astype(object)
    told = told.where(told.notna(), None).to_dict("records")

    def order(f):
        return f["indicator"], f["community"] or "", f["month"] or ""

    assert held["figures"] == sorted(told, key=order)
    assert (held["year"], held["cut_off"], held["sample"]) == (2024, "2024-04-20", False)
    assert held["indicators"]["adviser.cases"]["effective_from"] == "2000-01-01"
    assert held["tickets"] == {"120114001": [202403, 202403]}
    for f in held["figures"]:
        if f["rows"] and f["indicator"] in ("adviser.cases", "exam.pass_rate", "publicity.reach", "hotline.received"):
            scope = {"community": f["community"], "month": f["month"] and int(f["month"][5:])}
            assert f["rows"] == len(rows(year, f["indicator"], 2024, cut_off=CUT_OFF, **scope)), f


@on_sqlite
def test_figures_json_is_canonical_so_that_equal_figures_have_one_digest(year):
    one, again = frozen(year), frozen(year, token="again", by="李四", note="公开稿")
    assert one.id != again.id and one.parts == again.parts
    text = part(year, one).decode()
    assert text == json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@on_sqlite
def test_the_csv_files_are_those_the_annual_page_offers(year):
    one = frozen(year)
    tables = exports.tables(year, 2024, cut_off=CUT_OFF)
    assert sorted(one.parts) == sorted([FIGURES, "年度汇总.csv", "分社区.csv", "分月.csv"])
    for name in (exports.TOTALS, exports.BY_COMMUNITY, exports.BY_MONTH):
        assert part(year, one, f"{name}.csv") == exports.csv_bytes(tables[name])


@on_sqlite
def test_what_was_frozen_stays_while_the_ledger_goes_on(year, clerk):
    one = frozen(year)
    held = snapshots.parts(year, one.id)
    clerk.files("adviser", B, "2024-03-06", review=7)
    assert snapshots.parts(year, one.id) == held and frozen(year) == one


@on_sqlite
def test_the_draft_is_made_of_the_same_moment_and_kept_with_the_figures(year):
    def draft(store, asked_year, cut_off) -> bytes:
        return f"{asked_year} {cut_off} {figures(store, 2024, indicators=['exam.passed'])['value'].iloc[0]}".encode()

    one = frozen(year, draft=draft)
    assert part(year, one, "draft.docx") == b"2024 2024-04-20 1.0"


@on_sqlite
def test_only_a_year_with_numbers_can_be_frozen_and_only_at_a_cut_off_of_its_own(year):
    with pytest.raises(Refusal, match="没有任何数"):
        frozen(year, 2019, date(2019, 12, 18))
    with pytest.raises(Refusal, match="不在 2024 年内"):
        frozen(year, 2024, date(2023, 12, 18))
    assert snapshots.snapshots(year) == []


@on_sqlite
def test_a_tampered_freeze_answers_nothing(year):
    one = frozen(year)
    with writing(year) as conn:
        conn.exec_driver_sql("UPDATE snapshot_part SET sha256 = 'f00' WHERE name = 'figures.json'")
    for ask in (changes, moved):
        with pytest.raises(Refusal, match="SHA-256 不符"):
            ask(year, one.id)
    with pytest.raises(Refusal, match="SHA-256 不符"):
        compare(year, one.id, one.id)


# ------------------------------------------------------------------------------------- the change list


@on_sqlite
def test_nothing_written_nothing_changed(year):
    one = frozen(year)
    found = since(year, one.id)
    assert found.changes.empty and found.moved.empty
    assert list(found.changes) == list(changes(year, one.id)) and list(found.moved) == list(moved(year, one.id))


def test_a_revision_is_one_line_with_old_and_new_who_when_and_why(year, clerk):
    one = frozen(year)
    (ref,) = [v.ref for v in ledger.filed(year, [A], ["adviser"], date(2024, 3, 5), date(2024, 3, 5))]
    clerk.revises(ref, values={"adviser.review": 5, "adviser.advice": 1}, reason="漏计 3 份")
    clerk.name = "李四"
    (live,) = [v.ref for v in ledger.filed(year, [A], ["adviser"], date(2024, 3, 5), date(2024, 3, 5))]
    clerk.revises(live, values={"adviser.review": 6, "adviser.advice": 1}, reason="又漏一份")
    assert lines(year, one) == [("adviser.review", "revised", 2, 6), ("adviser.cases", "revised", 3, 7)]
    line = told_once(changes(year, one.id)).iloc[0]
    assert (line["name"], line["day"], line["by"], line["reason"]) == (
        "审核法律文书",
        date(2024, 3, 5),
        "李四",
        "又漏一份",
    )
    assert line["id"] == f"{A}-{ledger.history(year, ref)[-1].no}" and line["place_name"] == "文华巷"
    assert line["at"] == ledger.history(year, ref)[-1].recorded_at
    went = moved(year, one.id).set_index(["indicator", "community", "month"])
    assert list(went.loc[("adviser.review", None, None), ["frozen", "now", "difference", "changes"]]) == [2, 6, 4, 1]
    adds_up(year, one)


@on_sqlite
def test_each_figure_a_row_alters_has_its_line(year, clerk):
    one = frozen(year)
    clerk.files("adviser", B, "2024-03-06", review=7)
    found = changes(year, one.id)
    found = found[found["indicator"] == "adviser.review"]
    assert [tuple(line) for line in found[["community", "month", "new"]].itertuples(index=False)] == [
        (None, None, 7),
        (B, None, 7),
        (None, "2024-03", 7),
    ]


@on_sqlite
def test_what_was_recorded_and_voided_again_alters_nothing(year, clerk):
    one = frozen(year)
    (ref,) = clerk.files("adviser", B, "2024-03-06", review=7).entries
    clerk.voids(ref)
    assert changes(year, one.id).empty


@on_sqlite
def test_a_voided_row_is_named_with_who_voided_it(year, clerk):
    one = frozen(year)
    (ref,) = [v.ref for v in ledger.filed(year, [STREET], ["publicity"], date(2024, 3, 1), date(2024, 3, 31))]
    clerk.name = "李四"
    clerk.voids(ref, reason="与区里重复")
    assert lines(year, one) == [("publicity.activities", "voided", 1, None), ("publicity.reach", "voided", 3, None)]
    line = changes(year, one.id).iloc[0]
    assert (line["by"], line["reason"], line["title"], line["id"]) == ("李四", "与区里重复", "宣传", str(ref))


@on_sqlite
def test_what_lies_after_the_cut_off_does_not_matter_until_it_moves_across(year, clerk):
    one = frozen(year)
    (later,) = clerk.files("publicity", STREET, "2024-04-21", title="次日", activities=1).entries
    assert changes(year, one.id).empty
    clerk.revises(later, values={"publicity.activities": 1}, day=CUT_OFF)
    assert lines(year, one) == [("publicity.activities", "recorded", None, 1)]
    (earlier,) = [v.ref for v in ledger.filed(year, [STREET], ["publicity"], date(2024, 3, 1), date(2024, 3, 31))]
    clerk.revises(earlier, values={"publicity.activities": 1, "publicity.reach": 3}, day=date(2024, 5, 6))
    assert lines(year, one, "publicity.reach") == [("publicity.reach", "revised", 3, None)]
    adds_up(year, one)


@on_sqlite
def test_a_row_that_moves_to_another_month_alters_the_months_alone(year, clerk):
    one = frozen(year)
    (ref,) = [v.ref for v in ledger.filed(year, [STREET], ["publicity"], date(2024, 3, 1), date(2024, 3, 31))]
    clerk.revises(ref, values={"publicity.activities": 1, "publicity.reach": 3}, day=date(2024, 2, 28))
    assert set(moved(year, one.id)["month"]) == {"2024-02", "2024-03"}
    assert lines(year, one, "publicity.reach") == [
        ("publicity.reach", "revised", None, 3),
        ("publicity.reach", "revised", 3, None),
    ]


@on_sqlite
def test_an_activity_counts_once_for_the_street_and_for_each_community_it_covers(year, clerk):
    one = frozen(year)
    (ref,) = [v.ref for v in ledger.filed(year, [STREET], ["publicity"], date(2024, 3, 1), date(2024, 3, 31))]
    clerk.revises(ref, values={"publicity.activities": 1, "publicity.reach": 3}, covers=(A,))
    found = changes(year, one.id)
    assert set(found["community"]) == {B} and set(found["place"]) == {STREET}
    assert lines(year, one, "publicity.reach") == [("publicity.reach", "revised", 3, None)]
    adds_up(year, one)


@on_sqlite
def test_a_ticket_given_to_another_community_alters_both_and_not_the_street(year):
    one = frozen(year)
    Desk(year, "李四").amends("T0", unit=B)
    found = told_once(changes(year, one.id))
    here = found[found["indicator"] == "hotline.received"]
    assert list(here["community"]) == [A, B] and list(here["ticket"]) == ["T0", "T0"]
    assert [(n, m) for n, m in here[["old", "new"]].fillna(0).itertuples(index=False)] == [(1, 0), (0, 1)]
    adds_up(year, one)


@on_sqlite
def test_a_rate_shows_what_a_row_adds_above_and_below_the_line(year):
    one, desk = frozen(year), Desk(year, "李四")
    desk.amends("T0", closed_at=instant("2024-03-08 10:00"), closed_on=20240308)
    desk.amends("T0", called_back_on=20240311, contacted=True, resolved=False, satisfaction="basically")
    found = told_once(changes(year, one.id)).set_index("indicator")
    sides = ["old", "new", "old_base", "new_base"]
    assert list(found.loc["hotline.response_rate", sides].fillna(-1)) == [-1, 1, -1, 1]
    assert list(found.loc["hotline.resolution_rate", sides].fillna(-1)) == [-1, 0, -1, 1]
    weight = catalogue(year).on(CUT_OFF)["hotline.satisfaction_rate"].weights[1]
    assert found.loc["hotline.satisfaction_rate", "new"] == weight
    assert list(told(found.reset_index()).set_index("指标").loc["12345解决率", ["原计", "现计"]]) == ["—", "0/1"]
    adds_up(year, one)


@on_sqlite
def test_a_zero_alters_a_blank_and_no_other_zero(clerk):
    clerk.files("consultation", A, "2024-03-05", in_person=0)
    one = frozen(clerk.store)
    clerk.files("consultation", A, "2024-03-06", in_person=0)
    assert changes(clerk.store, one.id).empty
    clerk.files("consultation", B, "2024-03-06", in_person=0)
    found = changes(clerk.store, one.id)
    assert {(line.indicator, line.community, line.new) for line in found.itertuples()} == {
        ("consultation.in_person", B, 0),
        ("consultation.total", B, 0),
    }
    adds_up(clerk.store, one)


@on_sqlite
def test_a_state_is_altered_by_the_row_that_takes_its_place(year, clerk):
    one = frozen(year)
    clerk.files("community", A, "2024-04-01", compounds=5)
    assert lines(year, one, "community.compounds") == [("community.compounds", "recorded", 3, 5)]
    clerk.files("community", A, "2024-05-06", compounds=9)
    (old,) = [v.ref for v in ledger.filed(year, [A], ["community"], date(2024, 3, 5), date(2024, 3, 5))]
    clerk.voids(old, reason="没有这回事")
    assert lines(year, one, "community.compounds") == [
        ("community.compounds", "recorded", 3, 5),
        ("community.compounds", "voided", 3, None),  # of March, in which nothing else stood
    ]
    adds_up(year, one)


# ------------------------------------------------------------------------------- what no row says


@on_sqlite
def test_a_definition_recorded_since_is_named_with_who_and_from_when(year):
    desk = Desk(year)
    desk.amends("T0", closed_at=instant("2024-03-08 10:00"), closed_on=20240308)
    desk.amends("T0", called_back_on=20240311, contacted=True, satisfaction="basically")
    one = frozen(year)
    rate = catalogue(year).on(CUT_OFF)["hotline.satisfaction_rate"]
    anew = replace(rate, effective_from=date(2024, 4, 1), weights=(1.0, 0.5))
    with writing(year) as conn:
        definitions.define(conn, anew, by="赵六")
    found = told_once(changes(year, one.id))
    assert list(found["indicator"]) == ["hotline.satisfaction_rate"]
    line = found.iloc[0]
    assert (line["what"], line["by"], line["day"]) == ("definition", "赵六", date(2024, 4, 1))
    assert (line["old"], line["new"]) == (rate.weights[1], 0.5) and "满意率" in line["reason"]
    adds_up(year, one)


@on_sqlite
def test_a_definition_of_other_words_alters_what_the_figure_means(year):
    one = frozen(year)
    reach = catalogue(year).on(CUT_OFF)["publicity.reach"]
    for day in (date(2024, 4, 1), date(2024, 6, 1)):  # the second holds after the cut-off only
        with writing(year) as conn:
            meaning = {"zh": "按到场人数计。", "en": "By those who came."}
            definitions.define(conn, replace(reach, effective_from=day, meaning=meaning), by="赵六")
    assert lines(year, one) == [("publicity.reach", "definition", 3, 3)]
    assert moved(year, one.id).empty


@on_sqlite
def test_a_community_closed_since_is_named(year):
    one = frozen(year)
    with writing(year) as conn:
        known = {place.code: place for place in units.units(conn)}
        units.save(conn, [replace(known[B], closed_on=date(2024, 4, 1))])
    found = told_once(changes(year, one.id))
    assert ("community.communities", "units") in set(found[["indicator", "what"]].itertuples(index=False, name=None))
    assert all("团结路" in reason for reason in found["reason"])
    adds_up(year, one)


@on_sqlite
def test_daily_counts_that_tickets_replace_are_said_to_be_replaced(clerk):
    clerk.files("hotline", B, "2024-03-05", received=2)
    one = frozen(clerk.store)
    Desk(clerk.store, "李四").brings("T1", "2024-03-06 10:00")
    assert lines(clerk.store, one, "hotline.received") == [
        ("hotline.received", "recorded", None, 1),
        ("hotline.received", "source", 3, 1),
    ]
    adds_up(clerk.store, one)


@pytest.mark.slow
def test_the_sample_taken_out_is_said_to_be_taken_out(sample_store, tmp_path):
    copy = tmp_path / "sample.db"
    with sample_store.connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(sample_store.url.database, copy)
    store = open_store(f"sqlite:///{copy}")
    one = frozen(store, 2024, date(2024, 12, 18))
    sample.remove(store)
    found = changes(store, one.id)
    assert set(found["what"]) == {"sample"} and verify(store) == []
    store.dispose()


@on_sqlite
def test_a_number_changed_behind_the_ledgers_back_is_unexplained(year):
    one = frozen(year)
    with writing(year) as conn:
        conn.exec_driver_sql("UPDATE value SET quantity = quantity + 1 WHERE indicator = 'adviser.review'")
        totals.rebuild(conn)
    assert lines(year, one, "adviser.review") == [("adviser.review", "unexplained", 2, 3)]
    adds_up(year, one)


def test_changes_and_figures_are_of_one_moment_while_others_write(year, clerk_of):
    one, others = frozen(year), clerk_of(year, "李四")
    done = Event()

    def write() -> None:
        for n in count():
            others.files("adviser", B, "2024-03-06", review=n)
            if done.is_set():
                return

    with ThreadPoolExecutor(1) as pool:
        writing_ = pool.submit(write)
        try:
            for _ in range(3):
                assert "unexplained" not in set(changes(year, one.id)["what"])
        finally:
            done.set()
        writing_.result(30)


# ------------------------------------------------------------------------------------- side by side


@on_sqlite
def test_two_freezes_stand_side_by_side(year, clerk):
    one = frozen(year)
    clerk.files("adviser", B, "2024-03-06", review=7)
    other = frozen(year, token="again")
    found = compare(year, one.id, other.id)
    differ = found[found["first"].fillna(-1) != found["second"].fillna(-1)]
    whole = differ[differ["community"].isna() & differ["month"].isna()].set_index("indicator")
    assert list(whole.index) == ["adviser.review", "adviser.cases"]
    assert list(whole.loc["adviser.review", ["first", "second", "difference"]]) == [2, 9, 7]
    assert compare(year, one.id, one.id)["difference"].fillna(0).eq(0).all()


@on_sqlite
def test_two_years_stand_side_by_side_month_by_month(year, clerk):
    clerk.files("adviser", A, "2023-03-06", review=1)
    one, other = frozen(year, 2023, date(2023, 12, 18), token="2023"), frozen(year)
    reach = catalogue(year).on(CUT_OFF)["adviser.review"]
    with writing(year) as conn:
        definitions.define(conn, replace(reach, effective_from=date(2024, 1, 1)), by="赵六")
    third = frozen(year, token="anew")
    march = compare(year, one.id, other.id)
    march = march[(march["month"] == "03") & (march["indicator"] == "adviser.review")].iloc[0]
    assert (march["first"], march["second"], march["difference"], march["note"]) == (1, 2, 1, None)
    noted = compare(year, one.id, third.id)
    assert set(noted.loc[noted["note"].notna(), "indicator"]) == {"adviser.review"}
