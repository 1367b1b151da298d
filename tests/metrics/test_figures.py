"""Figures: the sums people read, and that every one of them opens its events."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import definitions, units
from db import settings as choices
from db.definitions import Indicator
from db.engine import writing
from db.language import Refusal
from metrics.figures import PARTS_EXCEED, Period, figures, percent, rows

WENHUA, TUANJIE, STREET = "120114001007", "120114001008", "120114001000"
CUT_OFF = date(2024, 12, 18)


def value(store, indicator, year=2024, **how):
    frame = figures(store, year, indicators=[indicator], **how)
    return frame["value"].iloc[0] if len(frame) == 1 else frame


def test_the_sample_year_has_the_published_figures(sample_store):
    found = figures(sample_store, 2024, cut_off=CUT_OFF).set_index("indicator")["value"]
    published = {
        "hotline.received": 9232,
        "hotline.extended": 0,
        "hotline.overdue": 0,
        "consultation.in_person": 232,
        "consultation.phone": 98,
        "adviser.cases": 511,
        "publicity.activities": 16,
        "publicity.materials": 8412,
        "publicity.reach": 104300,
        "study.sessions": 7,
        "training.attendance": 823,
        "exam.takers": 312,
        "exam.passed": 312,
        "exam.pass_rate": 100,
        "list.key_tasks": 13,
        "list.must_know": 17,
        "community.communities": 30,
        "community.compounds": 111,
        "community.with_adviser": 30,
    }
    assert {code: found[code] for code in published} == published


def test_what_came_after_the_cut_off_does_not_count(sample_store):
    assert value(sample_store, "publicity.activities") == 17
    assert value(sample_store, "hotline.received") > 9232


@pytest.mark.parametrize("cut_off", [None, CUT_OFF, date(2024, 2, 29)])
def test_parts_and_total_reconcile_where_an_event_has_one_community(sample_store, cut_off):
    whole = figures(sample_store, 2024, cut_off=cut_off).set_index("indicator")
    for by in (["community"], ["month"], ["community", "month"]):
        parts = figures(sample_store, 2024, cut_off=cut_off, by=by)
        summed = parts.groupby("indicator")["value"].sum(min_count=1)
        missing = parts.groupby("indicator")["missing"].sum(min_count=1)
        for code, line in whole.iterrows():
            additive = line["unit"] != "%" and not code.startswith("community.")
            if code == "hotline.open" and "month" in by:  # what is open stands at the end of a month: the last counts
                last = parts[(parts["indicator"] == code) & (parts["month"] == parts["month"].max())]
                assert last["value"].sum() == line["value"] > 0
            elif additive and not parts.loc[parts["indicator"] == code, "note"].notna().any():
                assert summed[code] == line["value"] or (pd.isna(summed[code]) and pd.isna(line["value"])), (by, code)
            if pd.notna(line["missing"]):
                assert missing[code] == line["missing"], (by, code)


def test_where_parts_exceed_the_total_the_page_can_say_why(sample_store):
    parts = figures(sample_store, 2024, cut_off=CUT_OFF, by=["community"], indicators=["publicity.activities"])
    assert parts["value"].sum() > 16
    assert set(parts["note"]) == {PARTS_EXCEED}


def test_every_figure_opens_rows_that_add_up_to_it(sample_store):
    whole = figures(sample_store, 2024, cut_off=CUT_OFF)
    meanings = definitions.catalogue(sample_store).indicators
    for line in whole.itertuples():
        found = rows(sample_store, line.indicator, 2024, cut_off=CUT_OFF)
        if pd.isna(line.value):
            assert found.empty, line.indicator
        elif line.unit == "%":
            sums = found.groupby("indicator")["quantity"].sum()
            *tops, bottom = meanings[line.indicator].parts
            weights = meanings[line.indicator].weights or [1] * len(tops)
            assert sum(w * sums[top] for w, top in zip(weights, tops, strict=True)) == line.numerator
            assert sums[bottom] == line.denominator
        else:
            assert found["quantity"].sum() == line.value, line.indicator


def test_a_communitys_monthly_figure_opens_the_rows_of_that_month(sample_store):
    cells = figures(sample_store, 2024, cut_off=CUT_OFF, by=["community", "month"])
    cells = cells[cells["value"].notna() & (cells["unit"] != "%")]
    for line in cells.sample(60, random_state=1).itertuples():
        where = {"community": line.community, "month": int(line.month[5:])}
        found = rows(sample_store, line.indicator, 2024, cut_off=CUT_OFF, **where)
        assert found["quantity"].sum() == line.value, line


def test_blank_is_not_zero(clerk):
    assert pd.isna(value(clerk.store, "consultation.phone"))
    clerk.files("consultation", WENHUA, "2024-03-05", phone=0)
    assert value(clerk.store, "consultation.phone") == 0
    assert pd.isna(value(clerk.store, "consultation.in_person"))


def test_one_activity_over_two_communities_is_one_for_the_street(clerk):
    clerk.files("publicity", STREET, "2024-03-05", title="普法", covers=(WENHUA, TUANJIE), activities=1, materials=300)
    assert value(clerk.store, "publicity.materials") == 300
    assert value(clerk.store, "publicity.materials", community=WENHUA) == 300
    parts = figures(clerk.store, 2024, by=["community"], indicators=["publicity.materials"])
    assert parts["value"].sum() == 600
    assert set(parts["note"]) == {PARTS_EXCEED}
    assert STREET not in set(parts["community"])
    assert list(rows(clerk.store, "publicity.materials", 2024, community=TUANJIE)["title"]) == ["普法"]


def test_what_belongs_to_no_community_has_a_row_of_its_own(clerk):
    clerk.files("hotline", STREET, "2024-03-05", received=5)
    clerk.files("hotline", WENHUA, "2024-03-05", received=2)
    parts = figures(clerk.store, 2024, by=["community"], indicators=["hotline.received"])
    named = parts.set_index("community")
    assert named.loc[STREET, "value"] == 5 and "待归属" in named.loc[STREET, "community_name"]
    assert parts["value"].sum() == value(clerk.store, "hotline.received") == 7


def test_a_ratio_is_made_of_sums_and_never_averaged(clerk):
    clerk.files("exam", STREET, "2024-03-05", title="一", takers=1, passed=1)
    clerk.files("exam", STREET, "2024-04-05", title="二", takers=3, passed=0)
    line = figures(clerk.store, 2024, indicators=["exam.pass_rate"]).iloc[0]
    assert (line["value"], line["numerator"], line["denominator"]) == (25, 1, 4)
    by_month = figures(clerk.store, 2024, by=["month"], indicators=["exam.pass_rate"]).set_index("month")["value"]
    assert (by_month["2024-03"], by_month["2024-04"]) == (100, 0)
    assert pd.isna(by_month["2024-05"])


def test_nothing_of_nothing_is_a_dash_and_only_a_whole_is_a_hundred():
    import numpy as np

    top, bottom = np.array([0.0, 0, 311, 99_999, 1, np.nan]), np.array([0.0, 5, 312, 100_000_0, 1_000_000, 3])
    shown = percent(top, bottom)
    assert np.isnan(shown[0]) and shown[1] == 0 and shown[2] == 99.68 and np.isnan(shown[5])
    assert percent(np.array([999_999.0]), np.array([1_000_000.0]))[0] == 99.99
    assert percent(np.array([1.0]), np.array([1_000_000.0]))[0] == 0.01


def test_a_state_stands_until_the_next_one_and_is_not_summed_over_months(clerk):
    clerk.files("community", WENHUA, "2024-01-10", compounds=3)
    clerk.files("community", TUANJIE, "2024-02-10", compounds=2)
    clerk.files("community", WENHUA, "2024-06-10", compounds=4)
    by_month = figures(clerk.store, 2024, by=["month"], indicators=["community.compounds"]).set_index("month")["value"]
    assert [by_month[f"2024-{m:02d}"] for m in (1, 2, 5, 6, 12)] == [3, 5, 5, 6, 6]
    assert value(clerk.store, "community.compounds") == 6
    assert value(clerk.store, "community.compounds", cut_off=date(2024, 6, 9)) == 5
    assert value(clerk.store, "community.compounds", 2025) == 6
    assert rows(clerk.store, "community.compounds", 2024)["quantity"].sum() == 6


def test_a_closed_community_is_no_longer_counted(office):
    with writing(office) as conn:
        known = {one.code: one for one in units.units(conn)}
        closed = units.Unit(WENHUA, known[WENHUA].name, "community", None, date(2024, 7, 1))
        units.save(conn, [closed])
    assert value(office, "community.communities", cut_off=date(2024, 6, 30)) == 30
    assert value(office, "community.communities", cut_off=date(2024, 7, 1)) == 29
    assert len(rows(office, "community.communities", 2024)) == 29


def test_last_year_stands_beside_this_year_up_to_the_same_day(clerk):
    clerk.files("hotline", WENHUA, "2023-05-04", received=7)
    clerk.files("hotline", WENHUA, "2023-12-30", received=100)
    clerk.files("hotline", WENHUA, "2024-05-04", received=8)
    line = figures(clerk.store, 2024, cut_off=CUT_OFF, indicators=["hotline.received"]).iloc[0]
    assert (line["value"], line["previous"]) == (8, 7)
    months = figures(clerk.store, 2024, by=["month"], indicators=["hotline.received"]).set_index("month")
    assert months.loc["2024-05", "previous"] == 7 and months.loc["2024-12", "previous"] == 100


def test_the_store_answers_what_it_believed_before_a_correction(clerk):
    receipt = clerk.files("hotline", WENHUA, "2024-05-04", received=8)
    from db.engine import now

    before = now()
    clerk.revises(receipt.entries[0], values={"hotline.received": 3})
    assert value(clerk.store, "hotline.received") == 3
    assert value(clerk.store, "hotline.received", as_of=before) == 8
    assert rows(clerk.store, "hotline.received", 2024, as_of=before)["quantity"].sum() == 8


def test_a_missing_report_is_a_workday_nobody_filed(clerk):
    with writing(clerk.store) as conn:
        choices.put(conn, "reporting_since", "2024-02-01")
    clerk.files("hotline", WENHUA, "2024-02-04", received=1)  # a Sunday worked for the spring festival
    clerk.files("hotline", WENHUA, "2024-02-03", received=1)  # a free Saturday: not expected
    line = figures(clerk.store, 2024, cut_off=date(2024, 2, 29), community=WENHUA, indicators=["hotline.received"])
    workdays = 18  # February 2024 by the State Council's notice, make-up days included
    assert line["missing"].iloc[0] == workdays - 1
    record = figures(clerk.store, 2024, indicators=["study.sessions"])
    assert pd.isna(record["missing"].iloc[0])


def test_a_year_without_a_calendar_has_no_missing_reports_to_tell(clerk):
    with writing(clerk.store) as conn:
        choices.put(conn, "reporting_since", "2003-01-01")
    assert figures(clerk.store, 2003, indicators=["hotline.received"])["missing"].isna().all()


def test_a_new_indicator_is_a_row_and_appears_in_figures(clerk):
    texts = {"name": {"zh": "律师值班", "en": "Lawyer shifts"}, "unit": {"zh": "次", "en": "shifts"}}
    meaning = {"zh": "律师到岗值班次数。", "en": "Shifts on which a lawyer was there."}
    new = Indicator("consultation.shifts", "consultation", 9, date(2000, 1, 1), **texts, meaning=meaning, upper=9)
    with writing(clerk.store) as conn:
        definitions.define(conn, new, "张三")
    clerk.files("consultation", WENHUA, "2024-03-05", shifts=2)
    line = figures(clerk.store, 2024, indicators=["律师值班"]).iloc[0]
    assert (line["indicator"], line["value"], line["unit"]) == ("consultation.shifts", 2, "次")


def test_a_definition_that_changes_keeps_its_old_name_in_the_past(clerk):
    old = definitions.catalogue(clerk.store).indicators["consultation.phone"]
    new = Indicator(
        old.code,
        old.kind,
        old.position,
        date(2025, 1, 1),
        {**old.name, "zh": "热线咨询"},
        old.unit,
        old.meaning,
        upper=9,
    )
    with writing(clerk.store) as conn:
        definitions.define(conn, new, "张三")
    names = [figures(clerk.store, y, indicators=["consultation.phone"])["name"].iloc[0] for y in (2024, 2025)]
    assert names == ["电话咨询", "热线咨询"]


def test_a_prefix_asks_for_one_street(clerk):
    clerk.files("hotline", WENHUA, "2024-03-05", received=2)
    clerk.files("hotline", "120114006020", "2024-03-05", received=3)
    assert value(clerk.store, "hotline.received", within="120114001") == 2
    assert value(clerk.store, "hotline.received", within="120114") == 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"indicators": ["nope"]},
        {"community": "999999999999"},
        {"by": ["week"]},
        {"cut_off": date(2023, 1, 1)},
        {"within": "99"},
    ],
)
def test_what_cannot_be_asked_is_refused(office, wrong):
    with pytest.raises(Refusal):
        figures(office, 2024, **wrong)


def test_the_year_before_a_leap_day_ends_on_the_28th():
    assert Period.of(2024, date(2024, 2, 29)).before.last == date(2023, 2, 28)


_days = st.dates(date(2024, 1, 1), date(2024, 12, 31))
_filing = st.tuples(st.sampled_from([WENHUA, TUANJIE, "120114006020"]), _days, st.integers(0, 50))


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@given(filings=st.lists(_filing, max_size=12), cut_off=_days)
def test_any_figure_is_the_sum_of_what_was_filed_up_to_the_cut_off(new_store, clerk_of, filings, cut_off):
    clerk = clerk_of(new_store())
    stored = {}
    for unit, day, number in filings:
        clerk.files("hotline", unit, day, received=number)
        stored[unit, day] = number  # a day is set, never added to
    counted = {key: number for key, number in stored.items() if key[1] <= cut_off}
    asked = {"cut_off": cut_off, "indicators": ["hotline.received"]}
    whole = figures(clerk.store, 2024, **asked)["value"].iloc[0]
    assert pd.isna(whole) if not counted else whole == sum(counted.values())
    for by, key in (("community", lambda unit, day: unit), ("month", lambda unit, day: f"{day:%Y-%m}")):
        expected: dict = {}
        for (unit, day), number in counted.items():
            expected[key(unit, day)] = expected.get(key(unit, day), 0) + number
        found = figures(clerk.store, 2024, by=[by], **asked).set_index(by)["value"].dropna()
        assert dict(found) == expected
    assert len(rows(clerk.store, "hotline.received", 2024, cut_off=cut_off)) == len(counted)


def test_what_does_not_apply_is_none_and_not_a_number(office):
    whole = figures(office, 2024)
    assert {type(cell) for column in ("community", "month", "note") for cell in whole[column]} == {type(None)}
