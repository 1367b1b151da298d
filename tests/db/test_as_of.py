"""The store answers what was believed at an instant, and up to any day of a month."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from db import ledger, totals

UNIT, OTHER, STREET = "120114001007", "120114001008", "120114001000"
FILED = datetime(2024, 3, 6, 1, 0, tzinfo=UTC)
REVISED = datetime(2024, 4, 2, 1, 0, tzinfo=UTC)
VOIDED = datetime(2024, 5, 2, 1, 0, 0, 500_000, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def corrected(clerk):
    """An activity filed in March, corrected and moved in April, voided in May."""
    form = {"title": "宣传", "reach": 50, "covers": (UNIT,)}
    (ref,) = clerk.files("publicity", STREET, "2024-03-05", **form, at=FILED).entries
    change = {"values": {"publicity.reach": 60}, "day": date(2024, 3, 20), "covers": (OTHER,)}
    (ref,) = clerk.revises(ref, **change, at=REVISED).entries
    clerk.voids(ref, at=VOIDED)
    return clerk


@pytest.mark.parametrize(
    ("instant", "total", "seen_by_unit", "seen_by_other"),
    [
        (FILED - INSTANT, 0, 0, 0),
        (FILED, 50, 50, 0),
        (REVISED - INSTANT, 50, 50, 0),
        (REVISED, 60, 0, 60),
        (VOIDED - INSTANT, 60, 0, 60),
        (VOIDED, 0, 0, 0),
        (None, 0, 0, 0),
    ],
)
def test_the_figures_of_an_instant_are_those_believed_then(corrected, instant, total, seen_by_unit, seen_by_other):
    read = {"first": "2024-03-01", "last": "2024-03-31", "as_of": instant}
    assert corrected.total("publicity.reach", STREET, UNIT, OTHER, **read) == total
    assert corrected.seen("publicity.reach", UNIT, **read) == seen_by_unit
    assert corrected.seen("publicity.reach", OTHER, **read) == seen_by_other


@pytest.mark.parametrize(
    ("instant", "rows"),
    [
        (FILED - INSTANT, []),
        (REVISED - INSTANT, [(date(2024, 3, 5), 50)]),
        (REVISED, [(date(2024, 3, 20), 60)]),
        (VOIDED, []),
        (None, []),
    ],
)
def test_the_entries_behind_a_figure_are_those_believed_then(corrected, instant, rows):
    march = date(2024, 3, 1), date(2024, 3, 31)
    found = ledger.rows(corrected.store, ["publicity.reach"], [STREET], *march, as_of=instant)
    assert [(row[3], row[10]) for row in found] == rows


def test_the_past_is_asked_in_any_time_zone(corrected):
    in_china = (REVISED - INSTANT).astimezone(timezone(timedelta(hours=8)))
    assert corrected.total("publicity.reach", STREET, as_of=in_china) == 50


def test_a_cut_off_inside_a_month_counts_the_days_up_to_it(clerk, draft):
    days = ("2024-02-28", "2024-02-29", "2024-03-01", "2024-03-05", "2024-03-06", "2024-03-31", "2024-04-01")
    clerk.records(*[draft("hotline", UNIT, day, received=10**n) for n, day in enumerate(days)][:4])
    clerk.records(*[draft("hotline", UNIT, day, received=n) for n, day in enumerate(days)][4:])

    def total(first, last):
        return clerk.total("hotline.received", UNIT, first=first, last=last)

    assert total("2024-01-01", "2024-02-28") == 1
    assert total("2024-01-01", "2024-02-29") == 11
    assert total("2024-01-01", "2024-03-05") == 1111
    assert total("2024-01-01", "2024-03-06") == 1115
    assert total("2024-01-01", "2024-03-30") == 1115
    assert total("2024-01-01", "2024-03-31") == 1120
    assert total("2024-03-01", "2024-03-05") == 1100
    assert total("2024-03-01", "2024-12-31") == 1115


def test_an_activity_after_the_cut_off_is_not_seen_by_those_it_covers(clerk):
    clerk.files("publicity", STREET, "2024-03-20", title="宣传", reach=50, covers=(UNIT,))
    assert clerk.seen("publicity.reach", UNIT, last="2024-03-19") == 0
    assert clerk.seen("publicity.reach", UNIT, last="2024-03-20") == 50


def test_a_period_over_the_new_year_is_whole(clerk, draft):
    clerk.records(draft("hotline", UNIT, "2023-12-31", received=1), draft("hotline", UNIT, "2024-01-01", received=2))
    assert clerk.total("hotline.received", UNIT, first="2023-12-01", last="2024-01-15") == 3


def test_now_and_as_of_now_are_the_same(corrected, draft):
    corrected.records(
        draft("hotline", UNIT, "2024-03-05", received=3, closed=1),
        draft("publicity", STREET, "2024-03-07", title="再宣传", reach=5, covers=(UNIT, OTHER)),
    )
    units, days = [STREET, UNIT, OTHER], (date(2024, 1, 1), date(2024, 12, 31))
    later = datetime(2100, 1, 1, tzinfo=UTC)
    believed = totals.read(corrected.store, units, *days, as_of=later)
    assert sorted(map(tuple, totals.read(corrected.store, units, *days))) == sorted(map(tuple, believed))


def test_the_years_with_numbers_are_listed_latest_first(clerk, draft):
    assert totals.years(clerk.store) == []
    clerk.records(*[draft("hotline", UNIT, f"{year}-01-01", received=1) for year in (2021, 2024, 2023)])
    assert totals.years(clerk.store) == [2024, 2023, 2021]
