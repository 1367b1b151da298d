"""What cannot be is refused, everything wrong is listed at once, and nothing of it is written."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from db import definitions, units
from db.definitions import Indicator
from db.engine import reading, writing
from db.language import Refusal, Rejected
from db.ledger import Draft
from db.schema import batch, entry
from db.units import Unit

UNIT, OTHER, STREET = "120114001007", "120114001008", "120114001000"
CLOSED, YOUNG = "120114001098", "120114001099"
DAY = "2024-03-05"


@pytest.fixture
def refused(clerk):
    """Files forms that must be refused and gives what was wrong with them."""

    def refused(*drafts, at=None):
        with pytest.raises(Rejected) as rejected:
            clerk.records(*drafts, at=at)
        with reading(clerk.store) as conn:
            assert conn.scalar(select(func.count()).select_from(entry)) == 0
            assert conn.scalar(select(func.count()).select_from(batch)) == 0
        return rejected.value.problems

    return refused


def the_only(problems):
    (problem,) = problems
    return problem.text()


@pytest.fixture
def lives(office):
    """A community closed since 1 March 2024 and one opened on 1 April."""
    with writing(office) as conn:
        units.save(
            conn,
            [
                Unit(CLOSED, "旧里社区居委会", "community", closed_on=date(2024, 3, 1)),
                Unit(YOUNG, "新里社区居委会", "community", opened_on=date(2024, 4, 1)),
            ],
        )


def test_tomorrow_cannot_be_filed(refused, draft):
    noon = datetime(2024, 3, 4, 4, 0, tzinfo=UTC)
    assert "晚于今天" in the_only(refused(draft("hotline", UNIT, DAY, received=1), at=noon))


def test_the_day_begins_at_midnight_in_china(clerk, draft):
    just_after = datetime(2024, 3, 4, 16, 0, tzinfo=UTC)
    just_before = datetime(2024, 3, 4, 15, 59, 59, tzinfo=UTC)
    with pytest.raises(Rejected):
        clerk.files("hotline", UNIT, DAY, received=1, at=just_before)
    clerk.files("hotline", UNIT, DAY, received=1, at=just_after)
    assert clerk.total("hotline.received", UNIT) == 1


def test_a_day_before_2000_is_a_slip(refused, draft):
    assert "2000" in the_only(refused(draft("hotline", UNIT, "1999-12-31", received=1)))


def test_the_first_day_of_2000_is_none(clerk):
    clerk.files("hotline", UNIT, "2000-01-01", received=1)
    assert clerk.total("hotline.received", UNIT, first="2000-01-01") == 1


def test_an_unknown_community_is_refused(refused, draft):
    assert "999999999999" in the_only(refused(draft("hotline", "999999999999", DAY, received=1)))


def test_a_closed_community_reports_up_to_the_day_before(clerk, draft, lives):
    with pytest.raises(Rejected, match="撤销"):
        clerk.files("hotline", CLOSED, "2024-03-01", received=1)
    clerk.files("hotline", CLOSED, "2024-02-29", received=1)
    assert clerk.total("hotline.received", CLOSED) == 1


def test_a_young_community_reports_from_its_first_day(clerk, lives):
    with pytest.raises(Rejected, match="设立"):
        clerk.files("hotline", YOUNG, "2024-03-31", received=1)
    clerk.files("hotline", YOUNG, "2024-04-01", received=1)
    assert clerk.total("hotline.received", YOUNG) == 1


def test_an_activity_cannot_cover_a_community_that_is_not_there(refused, draft, lives):
    form = draft("publicity", STREET, DAY, title="宣传", covers=(CLOSED, YOUNG, "999999999999", UNIT), activities=1)
    texts = [p.text() for p in refused(form)]
    assert len(texts) == 3
    assert (
        any("撤销" in t for t in texts) and any("设立" in t for t in texts) and any("999999999999" in t for t in texts)
    )


@pytest.mark.parametrize("number", [-1, True, False, 1.0, 2.5, "3"])
def test_a_number_is_a_whole_number_from_zero_up(refused, draft, number):
    assert "非负整数" in the_only(refused(draft("hotline", UNIT, DAY, received=number)))


def test_a_number_beyond_the_largest_is_a_slip_of_the_pen(clerk, draft):
    with pytest.raises(Rejected, match="5000"):
        clerk.files("hotline", UNIT, DAY, received=5001)
    clerk.files("hotline", UNIT, DAY, received=5000)
    assert clerk.total("hotline.received", UNIT) == 5000


def test_a_number_too_large_for_any_store_is_refused_where_there_is_no_limit_too(clerk):
    text = {"zh": "无上限项", "en": "unlimited"}
    with writing(clerk.store) as conn:
        definitions.define(conn, Indicator("media.views", "media", 9, date(2000, 1, 1), text, text, text), "张三")
    with pytest.raises(Refusal):
        clerk.files("media", UNIT, DAY, views=10**30)


def test_a_number_nobody_defined_is_refused(refused, draft):
    assert "hotline.lost" in the_only(refused(draft("hotline", UNIT, DAY, lost=1)))


def test_a_number_of_another_form_is_refused(refused):
    form = Draft("hotline", UNIT, date(2024, 3, 5), {"media.posts": 1})
    assert "media.posts" in the_only(refused(form))


def test_an_unknown_form_is_refused(refused, draft):
    assert "nonsense" in the_only(refused(draft("nonsense", UNIT, DAY, x=1)))


@pytest.mark.parametrize(("kind", "measure"), [("adviser", "cases"), ("mediation", "resolution_rate")])
def test_a_computed_number_cannot_be_filled_in(refused, draft, kind, measure):
    assert "系统计算" in the_only(refused(draft(kind, UNIT, DAY, **{measure: 1})))


def test_no_more_pass_than_take_the_exam(clerk):
    with pytest.raises(Rejected, match="不能大于"):
        clerk.files("exam", STREET, DAY, title="考试", takers=10, passed=11)
    clerk.files("exam", STREET, DAY, title="考试", takers=10, passed=10)
    with pytest.raises(Rejected, match="不能大于"):
        clerk.files("exam", STREET, DAY, title="考试", takers=9)
    assert clerk.total("exam.takers", STREET) == 10


def test_no_more_pass_than_take_the_exam_in_a_correction_either(clerk):
    (ref,) = clerk.files("exam", STREET, DAY, title="考试", takers=10, passed=10).entries
    with pytest.raises(Rejected, match="不能大于"):
        clerk.revises(ref, values={"exam.takers": 10, "exam.passed": 11})


@pytest.mark.parametrize("title", ["", "   "])
def test_a_happening_has_a_title(refused, draft, title):
    assert "名称" in the_only(refused(draft("training", UNIT, DAY, title=title, attendance=3)))


def test_a_days_report_has_no_title(refused, draft):
    assert "没有名称" in the_only(refused(draft("hotline", UNIT, DAY, title="热线", received=3)))


def test_a_title_has_at_most_200_characters(clerk):
    with pytest.raises(Rejected, match="200"):
        clerk.files("training", UNIT, DAY, title="长" * 201, attendance=3)
    clerk.files("training", UNIT, DAY, title="长" * 200, attendance=3)


def test_a_form_that_covers_nobody_else_refuses_coverage(refused, draft):
    assert "覆盖" in the_only(refused(draft("hotline", STREET, DAY, covers=(UNIT,), received=3)))


def test_the_same_form_twice_in_one_grid_is_refused(refused, draft):
    form = draft("hotline", UNIT, DAY, received=3, row=2)
    again = draft("hotline", UNIT, DAY, closed=3, row=3)
    problems = refused(form, again)
    assert "两次" in the_only(problems)
    assert problems[0].row == 3


def test_everything_wrong_is_listed_with_its_line_and_nothing_is_written(refused, draft):
    problems = refused(
        draft("hotline", UNIT, DAY, received=1, row=2),
        draft("hotline", "999999999999", DAY, received=1, row=3),
        draft("hotline", UNIT, "2024-03-06", received=-1, closed=9999, row=4),
        draft("training", UNIT, DAY, attendance=1, row=5),
    )
    assert [p.row for p in problems] == [3, 4, 4, 5]


def test_the_refusal_reads_line_by_line_and_stops_at_twenty(clerk, draft):
    forms = [draft("hotline", UNIT, f"2024-03-{d:02}", received=-1, row=d + 1) for d in range(1, 26)]
    with pytest.raises(Rejected) as rejected:
        clerk.records(*forms)
    lines = str(rejected.value).splitlines()
    assert lines[0] == "25 处有误，未写入任何数据"
    assert lines[1] == "第 2 行 12345工单受理“-1”：应为非负整数"
    assert lines[-1] == "……另有 5 处"
    assert len(lines) == 22


def test_a_correction_is_checked_like_a_form(clerk):
    (ref,) = clerk.files("hotline", UNIT, DAY, received=3).entries
    for wrong in ({"hotline.received": -1}, {"hotline.received": 5001}, {"hotline.lost": 1}, {"media.posts": 1}):
        with pytest.raises(Rejected):
            clerk.revises(ref, values=wrong)
    with pytest.raises(Rejected):
        clerk.revises(ref, values={"hotline.received": 3}, day=date(1999, 1, 1))
    with pytest.raises(Rejected):
        clerk.revises(ref, values={"hotline.received": 3}, title="热线")
    assert clerk.total("hotline.received", UNIT) == 3


def test_a_correction_cannot_leave_a_form_blank(clerk):
    (ref,) = clerk.files("hotline", UNIT, DAY, received=3).entries
    with pytest.raises(Refusal):
        clerk.revises(ref, values={})


def test_a_blank_field_in_a_correction_is_refused_or_left_out(clerk):
    (ref,) = clerk.files("hotline", UNIT, DAY, received=3, closed=2).entries
    try:
        clerk.revises(ref, values={"hotline.received": 4, "hotline.closed": None})
    except Refusal:
        assert clerk.total("hotline.received", UNIT) == 3
    else:
        assert clerk.total("hotline.received", UNIT) == 4
        assert clerk.reads("hotline.closed", UNIT)["entries"] == 0


def test_a_correction_cannot_move_an_entry_onto_another(clerk):
    clerk.files("hotline", UNIT, "2024-03-06", received=1)
    (ref,) = clerk.files("hotline", UNIT, DAY, received=3).entries
    with pytest.raises(Rejected, match="已有"):
        clerk.revises(ref, values={"hotline.received": 3}, day=date(2024, 3, 6))
