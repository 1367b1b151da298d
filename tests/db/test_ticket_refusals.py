"""Steps of a ticket's life that make no sense are refused, all of them at once, and nothing of them is written."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import units
from db.engine import writing
from db.language import Refusal, Rejected
from db.schema import batch, ticket_total
from db.tickets import FACTS, _plain, problems
from db.units import Unit
from tests.desk import STREET, A, B, Desk, bare, day, instant

TODAY = datetime(2024, 10, 15, 1, tzinfo=UTC)
CLOSED = {"closed_at": instant("2024-09-13 10:00"), "closed_on": 20240913}
EXTENDED = {"extended_on": 20240913, "extended_to": 20240930, "extended_by": "主任", "extended_why": "疑难"}


@pytest.fixture
def desk(office):
    return Desk(office)


def texts(rejected) -> list[str]:
    return [problem.text() for problem in rejected.value.problems]


@pytest.fixture
def refused(desk):
    """Imports tickets that must be refused and gives what was wrong with them."""

    def refused(*some, **how):
        before = desk.stored(), desk.stored(batch), desk.stored(ticket_total)
        with pytest.raises(Rejected) as rejected:
            desk.imports(*some, at=TODAY, **how)
        assert (desk.stored(), desk.stored(batch), desk.stored(ticket_total)) == before
        return texts(rejected)

    return refused


# ------------------------------------------------------------------------------------- in a file

IMPOSSIBLE = {
    "办结早于受理": {"closed": "2024-09-11 10:00"},
    "早于受理时间": {"closed": "2024-09-12 09:00"},
    "退回早于受理": {"returned_on": "2024-09-11"},
    "首次联系早于受理": {"contacted_first": "2024-09-11 10:00"},
    "挂账早于受理": {"suspended_on": "2024-09-11"},
    "恢复早于挂账": {"suspended_on": "2024-09-14", "resumed_on": "2024-09-13"},
    "没有挂账，不能恢复": {"resumed_on": "2024-09-13"},
    "延期早于受理": {"extended_on": "2024-09-11", "extended_to": "2024-09-30"},
    "延期后的时限早于原时限": {"extended_on": "2024-09-13", "extended_to": "2024-09-19"},
    "已超过时限，不能再延期": {"extended_on": "2024-09-21", "extended_to": "2024-09-30"},
    "工单办结后不能再延期": {"closed": "2024-09-13 10:00", "extended_on": "2024-09-14", "extended_to": "2024-09-30"},
    "工单不能既办结又退回": {"closed": "2024-09-13 10:00", "returned_on": "2024-09-13"},
    "回访早于受理": {"closed": "2024-09-13 10:00", "called_back_on": "2024-09-11"},
    "办结时限早于受理": {"due_on": "2024-09-11", "rule": "file"},
    "时限应为 1 至 1000 个工作日": {"limit_days": 0, "due_on": "2024-09-20"},
    "满意度应为“满意”“基本满意”或“不满意”": {"satisfaction": "great"},
}


def test_what_cannot_have_happened_is_refused(desk, refused):
    for message, fields in IMPOSSIBLE.items():
        assert message in refused(desk.ticket("T1", **fields))


def test_nothing_has_happened_tomorrow(desk, refused):
    for fields in (
        {"closed": "2024-10-16 10:00"},
        {"contacted_first": "2024-10-16 10:00"},
        {"returned_on": "2024-10-16"},
        {"suspended_on": "2024-10-16"},
        {"suspended_on": "2024-09-13", "resumed_on": "2024-10-16"},
        {"due_on": "2024-11-30", "rule": "file", "extended_on": "2024-10-16", "extended_to": "2024-12-30"},
        {"closed": "2024-09-13 10:00", "called_back_on": "2024-10-16"},
    ):
        assert refused(desk.ticket("T1", **fields)) == ["日期晚于今天，请核对"], fields


def test_a_ticket_is_not_received_tomorrow(desk, refused):
    assert "日期晚于今天，请核对" in refused(desk.ticket("T1", "2024-10-16 00:01"))


def test_today_is_the_day_in_china(desk):
    at = datetime(2024, 10, 15, 16, 30, tzinfo=UTC)  # half past midnight of the 16th
    assert desk.imports(desk.ticket("T1", "2024-10-16 00:10"), at=at).new == 1


def test_a_due_day_and_an_extension_lie_in_the_future(desk):
    one = desk.ticket("T1", "2024-10-14 10:00", extended_on="2024-10-15", extended_to="2024-12-31")
    assert desk.imports(one, at=TODAY).new == 1


def test_a_ticket_of_a_place_nobody_knows_is_refused(desk, refused):
    (wrong,) = refused(desk.ticket("T1", unit="120114001999"))
    assert "120114001999" in wrong


def test_a_ticket_of_a_community_that_was_not_in_being_is_refused(desk, refused):
    with writing(desk.store) as conn:
        units.save(conn, [Unit("120114001098", "旧社区居委会", "community", None, date(2024, 3, 1))])
    assert refused(desk.ticket("T1", unit="120114001098")) == ["受理时该社区不在册"]
    assert desk.imports(desk.ticket("T1", "2024-02-28 10:00", unit="120114001098"), at=TODAY).new == 1


def test_a_ticket_before_the_year_2000_is_refused(desk, refused):
    assert "日期早于 2000 年，请核对" in refused(bare("T1", "1999-12-31 10:00", due_on="2000-01-07"))


@pytest.mark.parametrize("number", ["", "9" * 65])
def test_a_number_is_neither_blank_nor_endless(desk, refused, number):
    assert refused(desk.ticket(number)) == ["工单编号不能为空，最多 64 个字符"]


def test_a_request_has_a_due_day_and_an_inquiry_none_to_extend(desk, refused):
    assert refused(bare("T1", "2024-09-12 09:30")) == ["办理类工单要有时限"]
    extended = desk.ticket("T1", kind="inquiry", extended_on="2024-09-12", extended_to="2024-09-30")
    assert "咨询类工单没有时限，不能延期" in refused(extended)


def test_a_kind_is_an_inquiry_or_a_request(desk, refused):
    assert "类型应为“咨询”或“办理”" in refused(desk.ticket("T1", kind="complaint"))


def test_a_time_of_day_nobody_wrote_down_is_not_before_another(desk):
    late = desk.ticket("T1", "2024-09-12 15:00", closed="2024-09-12", contacted_first="2024-09-12")
    early = desk.ticket("T2", "2024-09-12", closed="2024-09-12 08:00")
    assert desk.imports(late, early, at=TODAY).new == 2


def test_everything_wrong_with_a_file_is_said_at_once_by_line_and_nothing_is_written(desk, refused):
    with pytest.raises(Rejected) as rejected:
        desk.imports(
            desk.ticket("T1"),
            desk.ticket("T2", closed="2024-09-11 10:00"),
            desk.ticket("T3", unit="120114001999"),
            desk.ticket("T4", suspended_on="2024-10-16"),
            rows=[2, 3, 4, 5],
            at=TODAY,
        )
    found = {(one.row, one.column, one.value) for one in rejected.value.problems}
    assert found >= {
        (3, "办结时间", "2024-09-11 10:00"),
        (4, "社区", "120114001999"),
        (5, "挂账日", "2024-10-16"),
    }
    assert 2 not in {row for row, *_ in found}
    assert desk.stored() == desk.stored(batch) == 0


def test_one_ticket_that_cannot_be_keeps_a_known_one_from_changing(desk, refused):
    desk.imports(desk.ticket("T1"), at=TODAY)
    refused(desk.ticket("T1", reply="已办"), desk.ticket("T2", closed="2024-09-11 10:00"))
    assert desk.reads("T1").reply == ""


def test_what_a_file_makes_of_a_known_ticket_is_checked_as_a_whole(desk, refused):
    desk.imports(desk.ticket("T1", closed="2024-09-13 10:00"), at=TODAY)
    moved = bare("T1", "2024-09-16 10:00")
    assert "办结早于受理" in refused(moved, given=["number", "received_at", "received_on"])


def test_one_file_brings_each_number_once(desk):
    with pytest.raises(ValueError, match="twice"):
        desk.imports(desk.ticket("T1"), desk.ticket("T1", unit=B))
    assert desk.stored() == desk.stored(batch) == 0


def test_nobody_in_particular_records_nothing(office):
    with pytest.raises(Refusal, match="经办人"):
        Desk(office, " ").brings("T1")


# ------------------------------------------------------------------------------------- by hand

MISSTEPS = [
    ({"closed": "2024-09-13 10:00"}, EXTENDED, "工单办结后不能再延期"),
    ({"closed": "2024-09-13 10:00"}, {"suspended_on": 20240914}, "工单办结或退回后不能再挂账"),
    ({"closed": "2024-09-14 10:00", "suspended_on": "2024-09-13"}, {"resumed_on": 20240915}, "不能再恢复"),
    ({"closed": "2024-09-13 10:00"}, {"returned_on": 20240914}, "工单办结后不能再退回"),
    ({"returned_on": "2024-09-13"}, CLOSED, "工单退回后不能再办结"),
    ({"returned_on": "2024-09-13"}, EXTENDED, "不能再延期"),
    ({"returned_on": "2024-09-13"}, {"suspended_on": 20240914}, "工单办结或退回后不能再挂账"),
    ({}, CLOSED | {"returned_on": 20240913}, "工单不能既办结又退回"),
    ({}, EXTENDED | {"extended_on": 20240921}, "已超过时限，不能再延期"),
    ({}, EXTENDED | {"extended_to": 20240919}, "延期后的时限早于原时限"),
    ({}, {"called_back_on": 20240913, "contacted": True}, "工单还没有办结，不能回访"),
    ({"closed": "2024-09-18 10:00"}, {"called_back_on": 20240917, "contacted": True}, "工单还没有办结，不能回访"),
    ({"returned_on": "2024-09-13"}, {"called_back_on": 20240914}, "工单还没有办结，不能回访"),
    ({}, {"resumed_on": 20240914}, "没有挂账，不能恢复"),
    ({"suspended_on": "2024-09-14"}, {"resumed_on": 20240913}, "恢复早于挂账"),
    ({}, {"closed_at": instant("2024-09-11 10:00"), "closed_on": 20240911}, "办结早于受理"),
    ({}, {"closed_at": instant("2024-10-16 10:00"), "closed_on": 20241016}, "日期晚于今天，请核对"),
    ({"suspended_on": "2024-09-14"}, {"resumed_on": 20241016}, "日期晚于今天，请核对"),
    ({}, {"unit": "120114001999"}, "120114001999"),
    ({"kind": "inquiry"}, EXTENDED | {"extended_on": 20240912}, "不能再延期"),
]


def test_a_step_at_the_wrong_time_is_refused_with_all_that_came_with_it(desk):
    desk.imports(
        desk.ticket("other"),
        *(desk.ticket(f"T{n}", **fields) for n, (fields, _, _) in enumerate(MISSTEPS)),
        at=TODAY,
    )
    before = desk.stored(), desk.stored(batch), desk.stored(ticket_total)
    for n, (_, step, message) in enumerate(MISSTEPS):
        with pytest.raises(Rejected) as rejected:
            desk.sets({f"T{n}": step, "other": {"reply": "可以"}}, at=TODAY)
        assert any(message in text for text in texts(rejected)), (step, texts(rejected))
        assert (desk.stored(), desk.stored(batch), desk.stored(ticket_total)) == before
    assert desk.reads("other").reply == ""


RIGHT_STEPS = [
    ({}, EXTENDED),
    ({}, EXTENDED | {"extended_on": 20240920}),  # on the due day itself
    ({}, CLOSED),
    ({}, {"suspended_on": 20240913}),
    ({"suspended_on": "2024-09-13"}, {"resumed_on": 20240913}),
    ({}, {"returned_on": 20240912}),
    ({"closed": "2024-09-13 10:00"}, {"called_back_on": 20240913, "contacted": True}),
    ({"closed": "2024-09-13 10:00"}, {"closed_at": None, "closed_on": None}),  # opened again
    ({"returned_on": "2024-09-13"}, {"returned_on": None}),
    ({"closed": "2024-09-13 10:00"}, {"unit": STREET}),
    ({"closed": "2024-09-13 10:00"}, {"title": "改正"}),
    ({"suspended_on": "2024-09-13"}, {"closed_at": instant("2024-09-30 10:00"), "closed_on": day("2024-09-30")}),
]


def test_a_step_at_the_right_time_is_taken(desk):
    desk.imports(*(desk.ticket(f"T{n}", **fields) for n, (fields, _) in enumerate(RIGHT_STEPS)), at=TODAY)
    for n, (_, step) in enumerate(RIGHT_STEPS):
        assert desk.amends(f"T{n}", at=TODAY, **step).changed == 1
        assert {name: getattr(desk.reads(f"T{n}"), name) for name in step} == step


def test_a_ticket_of_a_community_closed_since_can_still_be_dealt_with(desk):
    desk.imports(desk.ticket("T1", unit=A), at=TODAY)
    with writing(desk.store) as conn:
        (known,) = [one for one in units.units(conn) if one.code == A]
        units.save(conn, [Unit(A, known.name, "community", None, date(2024, 9, 20))])
    assert desk.amends("T1", at=TODAY, **CLOSED).changed == 1


def test_the_short_way_of_checking_lets_nothing_pass_that_the_long_way_refuses():
    """`_plain` spares a million tickets the full check; it must never say more than the full check does."""
    known = {A: Unit(A, "文华巷", "community")}
    sound = bare("T1", "2024-09-12 09:30", limit_days=5, due_on="2024-09-20", closed="2024-09-13 10:00")
    days = st.sampled_from([None, 20240911, 20240912, 20240913, 20240920, 20241016])
    times = st.sampled_from([None, instant("2024-09-11 10:00"), instant("2024-09-12 09:00"), instant("2024-09-12")])
    facts = {name: days for name in FACTS if name.endswith(("_on", "_to")) and name != "received_on"}
    facts |= {name: times for name in FACTS if name.endswith("_at") and name != "received_at"}
    facts |= {name: st.sampled_from(values) for name, values in OTHER_FACTS.items()}
    step = st.sampled_from(sorted(facts)).flatmap(lambda name: st.tuples(st.just(name), facts[name]))

    @settings(max_examples=600, derandomize=True, database=None)
    @given(st.lists(step, max_size=3))
    def check(steps):
        one = sound._replace(**dict(steps))
        if one.kind == "inquiry":  # its clock has been set, too
            one = one._replace(due_on=None, limit_days=None)
        assert not (_plain(one, 20241015) and list(problems(one, known, 20241015)))

    assert _plain(sound, 20241015)
    check()


OTHER_FACTS = {
    "number": ["", "9" * 64, "9" * 65],
    "kind": ["inquiry", "complaint"],
    "satisfaction": ["basically", "great"],
    "limit_days": [None, 0, 1, 1000, 1001],
    "received_on": [19991231, 20000101, 20240912, 20241015, 20241016],
    "received_at": [instant("2024-09-12 08:00"), instant("2024-09-13 11:00")],
}
