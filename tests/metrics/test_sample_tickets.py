"""The sample year's tickets: set as the pages' clock sets them, none late, and with rates as an office has them."""

from datetime import date, datetime, timedelta

import pytest

from db import sample, tickets
from db.engine import CHINA, reading
from db.schema import day_of, number_of, ticket
from db.tickets import CLOCK, INQUIRY, REQUEST, SATISFACTION
from metrics import clocks
from metrics.figures import figures, rows
from metrics.workdays import calendar

STREET = "120114001000"
OPENS, SHUTS = (8, 30), (17, 30)


@pytest.fixture(scope="module")
def made(sample_store):
    with reading(sample_store) as conn:
        return [one.ticket for one in tickets._versions(conn, ticket.c.version > 0)]


@pytest.fixture(scope="module")
def requests(made):
    return [one for one in made if one.kind == REQUEST]


@pytest.fixture(scope="module")
def whole(sample_store):
    return figures(sample_store, 2024, cut_off=sample.CUT_OFF).set_index("indicator")["value"]


def share(some: list, of: list) -> float:
    return len(some) / len(of)


def test_the_clock_finds_every_ticket_set_as_it_would(sample_store, made):
    clock = clocks.clock(sample_store)
    unset = dict.fromkeys(CLOCK) | {"rule": ""}
    for one in made:
        assert clock(one) == one
        assert clock(one._replace(**unset)) == one  # from nothing, too


def test_no_ticket_is_late_or_extended_ever(sample_store, made, requests):
    for cut_off in (date(2024, 6, 30), sample.CUT_OFF, None):
        found = figures(sample_store, 2024, cut_off=cut_off).set_index("indicator")["value"]
        for code in ("overdue", "extended", "closed_late"):
            assert found[f"hotline.{code}"] == 0, (cut_off, code)
    assert figures(sample_store, 2025, indicators=["hotline.overdue"])["value"].sum() == 0
    for one in requests:
        assert one.stopped_on <= one.due_on
        assert one.days_left is None or one.days_left >= 0
    assert not [one for one in made if one.extended_on or one.extended_to]


def test_the_communities_and_what_awaits_one_make_the_published_number(sample_store):
    asked = {"cut_off": sample.CUT_OFF, "indicators": ["hotline.received"]}
    parts = figures(sample_store, 2024, by=["community"], **asked).set_index("community")["value"]
    assert parts.sum() == 9232 and len(parts) == 31
    assert 20 <= parts[STREET] <= 70
    assert (parts.drop(STREET) > 100).all()
    assert len(rows(sample_store, "hotline.received", 2024, cut_off=sample.CUT_OFF)) == 9232


def test_about_two_fifths_are_inquiries_answered_at_once(made):
    asked = [one for one in made if one.kind == INQUIRY]
    assert 0.36 <= share(asked, made) <= 0.40
    for one in asked:
        assert one.replied_at == one.closed_at == one.received_at
        assert one.called_back_on is one.contacted_at is one.due_on is None


def test_some_requests_close_on_their_last_day_and_a_few_at_its_last_hour(sample_store, requests):
    closed = [one for one in requests if one.closed_on]
    last = [one for one in closed if one.closed_on == one.due_on]
    assert 0.04 <= share(last, closed) <= 0.08
    hours = [datetime.fromtimestamp(one.closed_at, CHINA).hour for one in last]
    assert hours.count(17) > 10
    near = tickets.closest(sample_store, [one.unit for one in last], date(2024, 1, 1), sample.CUT_OFF, 3)
    assert {one.ticket.days_left for one in near} == {0}


def test_requests_are_contacted_in_time_but_for_one_or_two_in_a_hundred(requests, whole):
    contacted = [one for one in requests if one.contacted_at]
    assert 0.98 <= share([one for one in contacted if one.contacted_at <= one.contact_due], contacted) < 1
    assert 0.98 <= whole["hotline.contacted_in_time"] / whole["hotline.first_contacts"] < 1
    for one in contacted:
        assert one.received_at < one.contacted_at < (one.replied_at or one.contacted_at + 1)


def test_requests_are_handled_in_office_hours_on_working_days(sample_store, requests):
    known = calendar(sample_store)
    for one in requests:
        for instant in (one.contacted_at, one.replied_at, one.closed_at):
            if instant:
                at = datetime.fromtimestamp(instant, CHINA)
                assert known.is_workday(at.date()), one
                assert OPENS <= (at.hour, at.minute) <= SHUTS, one
        if one.closed_at:
            assert one.contacted_at <= one.replied_at <= one.closed_at
            assert number_of(datetime.fromtimestamp(one.closed_at, CHINA).date()) == one.closed_on
        for day in (one.returned_on, one.suspended_on, one.resumed_on):
            assert day is None or known.is_workday(day_of(day))


def test_a_few_are_sent_back_and_a_few_suspended_before_they_are_due(sample_store, requests):
    known = calendar(sample_store)
    back = [one for one in requests if one.returned_on]
    assert 0 < share(back, requests) < 0.006
    for one in back:
        assert one.closed_on is None
        assert known.between(day_of(one.received_on), day_of(one.returned_on)) in (1, 2)
    suspended = [one for one in requests if one.suspended_on]
    assert 0 < share(suspended, requests) < 0.003
    assert all(one.suspended_on < one.due_on for one in suspended)
    resumed = [one for one in suspended if one.resumed_on]
    assert 0 < len(resumed) < len(suspended)
    assert all(one.suspended_on < one.resumed_on <= one.closed_on for one in resumed)
    assert all(one.closed_on is None for one in suspended if not one.resumed_on)
    assert len(requests) == len([one for one in requests if one.closed_on]) + len(back) + len(suspended) - len(resumed)


def test_call_backs_come_within_ten_days_and_not_everyone_answers(requests):
    closed = [one for one in requests if one.closed_on]
    called = [one for one in closed if one.called_back_on]
    assert 0.66 <= share(called, closed) <= 0.74
    answered = [one for one in called if one.satisfaction]
    assert 0.80 <= share(answered, called) < 0.95
    for one in called:
        assert timedelta(1) <= day_of(one.called_back_on) - day_of(one.closed_on) <= timedelta(10)
        assert (one.contacted is None) == (one.resolved is None) == (one.satisfaction == "")
    assert {one.satisfaction for one in answered} == set(SATISFACTION)


@pytest.mark.parametrize(
    ("rate", "low", "high"), [("response", 97, 99), ("resolution", 93, 95), ("satisfaction", 94, 97)]
)
def test_the_three_rates_are_plausible(whole, rate, low, high):
    assert low <= whole[f"hotline.{rate}_rate"] <= high


def test_what_was_received_is_closed_sent_back_or_open(whole):
    left = whole["hotline.received"] - whole["hotline.closed"] - whole["hotline.returned"]
    assert 0 < whole["hotline.open"] == left < 150
    assert whole["hotline.closed"] == whole["hotline.closed_in_time"]
    assert whole["hotline.inquiries"] + whole["hotline.requests"] == 9232
