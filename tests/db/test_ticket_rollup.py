"""Whatever is done to tickets in whatever order, the roll-up is what a plain count of the live tickets gives."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from db import tickets, totals
from db.engine import reading, writing
from db.language import Refusal
from db.measures import BY_DAY, TALLIES, TICKETS, by_measure, months_between
from db.schema import batch, day_of, number_of, ticket, ticket_total
from db.store import verify
from db.tickets import Ticket
from tests.desk import STREET, A, B, Desk, instant

UNITS = (STREET, A, B)
BEGIN = datetime(2025, 1, 2, 1, tzinfo=UTC)
FIRST, LAST = date(2024, 1, 1), date(2025, 12, 31)
NUMBERS = ("T0", "T1", "T2", "T3")

# ------------------------------------------------------------------------------------- the plain count


def overdue_from(one: Ticket) -> int | None:
    deadline = one.extended_to or one.due_on
    return number_of(day_of(deadline) + timedelta(1)) if deadline else None


def stopped(one: Ticket) -> int:
    days = [one.closed_on, one.returned_on, one.suspended_on if not one.resumed_on else None]
    return min([day for day in days if day], default=99991231)


def late(one: Ticket) -> bool:
    return overdue_from(one) is not None and stopped(one) >= overdue_from(one)


def used(one: Ticket, low: int, high: int) -> bool:
    """Whether more than `low` tenths of the limit, and not more than `high`, were used when it was closed."""
    if one.days_used is None or one.days_left is None or one.days_left < 0:
        return False
    limit = one.days_used + one.days_left
    return (low * limit < 10 * one.days_used or low == 0) and 10 * one.days_used <= high * limit


Rule = tuple[str | Callable[[Ticket], int | None], Callable[[Ticket], bool]]
ANSWERS: dict[str, Callable[[Ticket], bool]] = {
    "callbacks": lambda one: one.contacted is not None or one.resolved is not None or one.satisfaction != "",
    "contacted": lambda one: one.contacted is True,
    "resolved": lambda one: one.resolved is True,
    "satisfied": lambda one: one.satisfaction == "satisfied",
    "basically_satisfied": lambda one: one.satisfaction == "basically",
    "asked_contacted": lambda one: one.contacted is not None,
    "asked_resolved": lambda one: one.resolved is not None,
    "asked_satisfied": lambda one: one.satisfaction != "",
}


def called_back(name: str) -> Callable[[Ticket], bool]:
    return lambda one: one.called_back_on is not None and ANSWERS[name](one)


def band(top: int) -> Callable[[Ticket], bool]:
    return lambda one: used(one, top - 2, top)


def always(one: Ticket) -> bool:
    return True


PLAIN: dict[str, Rule] = {
    "received": ("received_on", always),
    "inquiries": ("received_on", lambda one: one.kind == "inquiry"),
    "requests": ("received_on", lambda one: one.kind == "request"),
    "closed": ("closed_on", always),
    "closed_in_time": ("closed_on", lambda one: not late(one)),
    "closed_late": ("closed_on", late),
    "overdue": (overdue_from, late),
    "extended": ("extended_on", always),
    "suspended": ("suspended_on", always),
    "returned": ("returned_on", always),
    "first_contacts": ("contacted_on", always),
    "contacted_in_time": ("contacted_on", lambda one: bool(one.contact_due) and one.contacted_at <= one.contact_due),
    **{f"used_{top}": ("closed_on", band(top)) for top in (2, 4, 6, 8, 10)},
    **{name: ("called_back_on", called_back(name)) for name in ANSWERS},
    **{f"{name}@closed": ("closed_on", called_back(name)) for name in ANSWERS},
    **{f"{name}@received": ("received_on", called_back(name)) for name in ANSWERS},
}


def test_every_measure_has_a_plain_definition():
    assert {f"hotline.{name}" for name in PLAIN} == set(TICKETS)


def counted(some: list[Ticket], first=FIRST, last=LAST, days=False) -> dict:
    """(unit, measure, month) → the tickets that count on the days first..last, by hand."""
    found: Counter = Counter()
    for one in some:
        for name, (day, when) in PLAIN.items():
            on = getattr(one, day) if isinstance(day, str) else day(one)
            if on and number_of(first) <= on <= number_of(last) and when(one):
                found[one.unit, f"hotline.{name}", on // 100] += 1
                if days and f"hotline.{name}" in BY_DAY:
                    found[one.unit, f"hotline.{name}", on] += 1
    return dict(found)


def rolled_up(store, days=True) -> dict:
    """The cells of the roll-up: those of months, and with `days` those of days."""
    with reading(store) as conn:
        rows = conn.execute(select(ticket_total)).all()
    assert all(counts and total for *_, counts, total in rows)  # a cell without a ticket or a measure has no row
    cells = {tuple(cell): n for *cell, n in by_measure(rows, TICKETS)}
    return {cell: n for cell, n in cells.items() if days or cell[2] < 10_000_000}


def read(store, last=LAST, first=FIRST, **how) -> dict:
    rows = totals.read_tickets(store, UNITS, list(TICKETS), first, last, **how)
    assert len({tuple(row[:3]) for row in rows}) == len(rows)
    return {tuple(row[:3]): row[3] for row in rows}


def live(store) -> list[Ticket]:
    with reading(store) as conn:
        numbers = sorted(set(conn.scalars(select(ticket.c.number))))
    versions = [one for number in numbers for one in tickets.history(store, number)]
    alive = [one.ticket for one in versions if one.retired_at is None]
    assert len(alive) == len({one.number for one in alive})  # of a number one version lives at most
    return alive


# ------------------------------------------------------------------------------------- any acts

# Received over the end of a month and due on 6 or 9 September; closed over the end of the next.
day = st.sampled_from(["2024-08-30", "2024-08-31", "2024-09-02"])
later = st.sampled_from([f"2024-09-{day:02d}" for day in (2, 3, 4, 5, 6, 9, 30)] + ["2024-10-08"])
which = st.integers(0, 30)
unit, number = st.sampled_from(UNITS), st.sampled_from(NUMBERS)
facts = st.fixed_dictionaries(
    {},
    optional={
        "closed": later.map(lambda day: f"{day} 10:00"),
        "contacted_first": later.map(lambda day: f"{day} 16:00"),
        "called_back_on": st.sampled_from(["2024-09-30", "2024-10-08"]),
        "contacted": st.booleans(),
        "resolved": st.booleans(),
        "satisfaction": st.sampled_from(["", "satisfied", "basically", "dissatisfied"]),
    },
)
extension = {"extended_on": "2024-09-05", "extended_to": "2024-10-18"}
special = st.sampled_from(
    [{"kind": "inquiry"}, {"suspended_on": "2024-09-04"}, {"returned_on": "2024-09-05"}, extension]
)
line = st.tuples(number, day, unit, st.one_of(facts, facts, special))
begin = st.tuples(*(st.tuples(st.just(number), day, unit, st.one_of(facts, facts, special)) for number in NUMBERS))
STEPS = [
    *({"closed_at": instant(f"2024-09-{day:02d} 10:00"), "closed_on": 20240900 + day} for day in (2, 4, 5, 6, 9, 10)),
    {"closed_at": None, "closed_on": None, "called_back_on": None},
    {"unit": B},
    {"unit": STREET},
    {"reply": "丙"},
    {"extended_on": 20240905, "extended_to": 20241018},
    {"extended_on": None, "extended_to": None},
    {"suspended_on": 20240904, "resumed_on": None},
    {"suspended_on": 20240904, "resumed_on": 20240909},
    {"returned_on": 20240905},
    {"returned_on": None},
    {"contacted_at": instant("2024-09-02 16:00"), "contacted_on": 20240902},
    {"called_back_on": 20241008, "contacted": True, "resolved": False, "satisfaction": "basically"},
]
act = st.one_of(
    st.tuples(st.just("record"), st.lists(line, min_size=1, max_size=3, unique_by=lambda one: one[0])),
    st.tuples(st.just("amend"), number, st.sampled_from(STEPS)),
    st.tuples(st.just("amend"), number, st.sampled_from(STEPS)),
    st.tuples(st.just("void"), number),
    st.tuples(st.just("undo"), which),
)


def do(desk, batches: list, one: tuple, at: datetime):
    """One act at the desk; what is refused is left undone. Keeps the batches there were."""
    try:
        match one:
            case "record", lines:
                some = [desk.ticket(number, f"{day} 09:30", unit, **facts) for number, day, unit, facts in lines]
                receipt = desk.imports(*some, prefer="file", at=at)
            case "amend", number, step:
                receipt = desk.amends(number, at=at, **step)
            case "void", number:
                (last,) = desk.versions(number)[-1:]
                receipt = desk.voids(number, last.version, at=at)
            case "undo", n if batches:
                receipt = desk.undoes(batches[n % len(batches)], at=at)
            case _:
                return
    except Refusal:
        return
    if receipt.batch:
        batches.append(receipt.batch)


def emptied(store) -> None:
    """One store for all examples: statements compiled for it stay compiled."""
    with writing(store) as conn:
        for table in (ticket, ticket_total, batch):
            conn.execute(delete(table))


def test_the_roll_up_is_a_plain_count_of_the_live_tickets_after_any_acts(office, database):
    seen: Counter = Counter()
    desk = Desk(office)

    @settings(max_examples=35 if database == "sqlite" else 6, derandomize=True, database=None)
    @given(begin, st.lists(act, min_size=4, max_size=12), st.dates(date(2024, 8, 29), date(2024, 10, 20)))
    def check(first, acts, cut_off):
        emptied(office)
        batches, believed = [], {}
        for n, one in enumerate([("record", first), *acts]):
            at = BEGIN + timedelta(hours=n)
            do(desk, batches, one, at)
            believed[at] = rolled_up(desk.store, days=False)
            seen.update(code for (_, code, _) in believed[at])
        alive = live(desk.store)
        assert rolled_up(desk.store) == counted(alive, days=True)
        assert read(desk.store) == counted(alive)
        with reading(desk.store) as conn:
            assert totals.differences(conn) == []
        for then, cells in list(believed.items())[::2]:
            assert read(desk.store, as_of=then) == cells
        assert read(desk.store, cut_off) == read(desk.store, cut_off, as_of=at) == counted(alive, last=cut_off)
        check_the_open(desk.store, alive, cut_off)

    check()
    assert database == "postgresql" or set(TICKETS) <= set(seen)  # every measure was put to the test


def check_the_open(store, alive: list[Ticket], cut_off: date):
    """What stood open and late on any day, and what had counted before a month, by hand."""
    day = number_of(cut_off)
    ended = {one.number: min(one.closed_on or 99991231, one.returned_on or 99991231) for one in alive}
    open_then = {one.number for one in alive if one.received_on <= day < ended[one.number]}
    for as_of in (None, datetime(2025, 6, 1, tzinfo=UTC)):
        found = tickets.still_open(store, UNITS, cut_off, as_of=as_of)
        assert [one.ticket.number for one in found] == sorted(
            open_then, key=lambda number: next((o.deadline or 99991231, number) for o in alive if o.number == number)
        )
    month = cut_off.replace(day=1)
    for as_of in (None, datetime(2025, 6, 1, tzinfo=UTC)):
        before = totals.tickets_before(store, UNITS, list(TICKETS), month, as_of=as_of)
        plain: Counter = Counter()
        for (unit, code, _), n in counted(alive, date(2000, 1, 1), month - timedelta(1)).items():
            plain[unit, code] += n
        assert before == plain
    became_late = {one.number for one in alive if late(one) and overdue_from(one) <= day}
    assert {one.ticket.number for one in tickets.overdue_at(store, UNITS, FIRST, cut_off)} == became_late
    carried = {
        one.number
        for one in alive
        if late(one) and overdue_from(one) < day and stopped(one) >= day and (one.closed_on or day) >= day
    }
    assert {one.ticket.number for one in tickets.carried_late(store, UNITS, cut_off)} == carried
    cells = counted(alive, last=cut_off)
    for code in sorted(TICKETS)[cut_off.day % 4 :: 4]:
        behind = sum(n for (_, one, _), n in cells.items() if one == code)
        assert len(tickets.counted(store, code, UNITS, FIRST, cut_off)) == behind
        assert len(tickets.rows(store, code, UNITS, FIRST, cut_off)) == behind


# ------------------------------------------------------------------------------------- one by one


@pytest.fixture
def desk(office):
    """T1 in time, T2 late, T3 open and late, T4 an inquiry, T5 voided; over the end of September."""
    desk = Desk(office)
    desk.imports(
        desk.ticket("T1", "2024-09-23 09:00", closed="2024-09-25 10:00", called_back_on="2024-10-08", resolved=True),
        desk.ticket("T2", "2024-09-23 09:00", closed="2024-10-08 10:00"),
        desk.ticket("T3", "2024-09-29 09:00", unit=B),
        desk.ticket("T4", "2024-09-30 09:00", kind="inquiry"),
        desk.ticket("T5", "2024-09-30 09:00"),
    )
    desk.voids("T5", 1)
    return desk


def test_a_cut_off_inside_a_month_counts_the_days_up_to_it(desk):
    def total(measure, last):
        return sum(n for (_, code, _), n in read(desk.store, date.fromisoformat(last)).items() if code == measure)

    assert [total("hotline.received", f"2024-09-{d}") for d in (22, 23, 28, 29, 30)] == [0, 2, 2, 3, 4]
    assert [total("hotline.closed", d) for d in ("2024-09-24", "2024-09-25", "2024-10-07", "2024-10-08")] == [
        0,
        1,
        2,
        3,
    ]
    # T2 was due on 29 September, a Sunday worked for the holidays, and is overdue from the 30th on.
    assert [total("hotline.overdue", f"2024-09-{d}") for d in (29, 30)] == [0, 1]
    assert total("hotline.callbacks@received", "2024-09-23") == 1


def test_a_month_without_a_ticket_has_no_row(desk):
    assert {month for _, _, month in read(desk.store)} == {202409, 202410}
    assert months_between(FIRST, LAST)[0] == 202401


TOTAL = (ticket_total.c.unit == A) & (ticket_total.c.tally == "received_on")
DAY = ticket_total.c.span == 20240923
TAMPERINGS = {
    "a total changed": update(ticket_total).where(TOTAL).values(total=ticket_total.c.total + 1),
    "a day's total changed": update(ticket_total).where(TOTAL, DAY).values(total=3),
    "what they count toward changed": update(ticket_total).where(TOTAL, DAY).values(counts=3),
    "a cell lost": delete(ticket_total).where(TOTAL),
    "a day's cell lost": delete(ticket_total).where(TOTAL, DAY),
    "a cell too many": insert(ticket_total).values((B, "suspended_on", 202409, 1, 1)),
    "a cell of nothing": insert(ticket_total).values((B, "suspended_on", 202409, 1, 0)),
    "a measure nobody knows": insert(ticket_total).values((B, "suspended_on", 202409, 3, 1)),
    "a tally nobody knows": insert(ticket_total).values((B, "hotline.invented", 202409, 1, 1)),
}


def test_the_bits_by_which_counts_are_stored_stand_for_good():
    stored = {
        "received_on": "received inquiries requests",
        "closed_on": "closed closed_in_time closed_late",
        "overdue_from": "overdue",
        "extended_on": "extended",
        "suspended_on": "suspended",
        "returned_on": "returned",
        "contacted_on": "first_contacts contacted_in_time",
        "closed_on@month": "used_2 used_4 used_6 used_8 used_10 " + " ".join(f"{name}@closed" for name in ANSWERS),
        "called_back_on": " ".join(ANSWERS),
        "received_on@month": " ".join(f"{name}@received" for name in ANSWERS),
    }
    assert {tally: [f"hotline.{name}" for name in names.split()] for tally, names in stored.items()} == TALLIES


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_tampered_cell_is_found_and_mended(desk, tampering):
    assert verify(desk.store) == []
    with writing(desk.store) as conn:
        conn.execute(TAMPERINGS[tampering])
    found = verify(desk.store)
    assert found and all("hotline." in line and ("120114001007" in line or B in line) for line in found)
    with writing(desk.store) as conn:
        totals.rebuild(conn)
    assert verify(desk.store) == []


def test_a_ticket_changed_behind_the_ledgers_back_is_found(desk):
    with writing(desk.store) as conn:
        conn.exec_driver_sql("UPDATE ticket SET received_on = 20240801 WHERE number = 'T1'")
    assert any("hotline.received" in line for line in verify(desk.store))


def test_a_rebuilt_roll_up_is_the_same(desk):
    before = rolled_up(desk.store)
    with writing(desk.store) as conn:
        totals.rebuild(conn)
    assert rolled_up(desk.store) == before != {}


def test_a_roll_up_that_came_to_nothing_leaves_no_cell(office):
    desk = Desk(office)
    receipt = desk.imports(desk.ticket("T1"), desk.ticket("T2", unit=B))
    desk.undoes(receipt.batch)
    assert rolled_up(office) == {}
    assert verify(office) == []


def test_a_ticket_moved_to_another_community_counts_there_in_every_month(desk):
    desk.amends("T2", unit=B)
    assert not [cell for cell in rolled_up(desk.store) if cell[0] == A and cell[1] == "hotline.closed_late"]
    assert rolled_up(desk.store)[B, "hotline.closed_late", 202410] == 1
    assert verify(desk.store) == []


def test_an_as_of_question_in_mid_month_knows_only_what_was_there(office):
    desk = Desk(office)
    desk.imports(desk.ticket("T1", "2024-09-02 09:00"), at=BEGIN)
    desk.imports(desk.ticket("T2", "2024-09-03 09:00"), at=BEGIN + timedelta(1))
    cell = A, "hotline.received", 202409
    cut_off = date(2024, 9, 10)
    assert read(office, cut_off)[cell] == 2
    assert read(office, cut_off, as_of=BEGIN)[cell] == 1
    assert read(office, cut_off, as_of=BEGIN - timedelta(microseconds=1)) == {}


def test_the_years_with_tickets_are_listed_by_their_receipt(office):
    desk = Desk(office)
    desk.brings("T1", "2023-12-29 09:00")  # overdue in 2024, but nobody reported anything then
    assert totals.years(office) == [2023]
