"""What the office reads of its 12345 tickets: counts, rates and what is open, each opening the tickets behind it."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as examples
from sqlalchemy import delete

from db import definitions, limits, settings, tickets
from db.engine import now, writing
from db.language import Refusal
from db.measures import TICKETS
from db.schema import batch, entry, monthly_total, ticket, ticket_total, value
from metrics import one_ticket
from metrics.figures import figures, rows
from tests.desk import STREET, A, B, Desk, bare, day, instant

CUT_OFF = date(2024, 12, 18)
OTHER_STREET = "120114006020"
IMPORTED = datetime(2025, 3, 3, 1, tzinfo=UTC)
COUNTS = [code for code in TICKETS if "@" not in code and "asked" not in code and "used" not in code]


@pytest.fixture(params=["sqlite"])
def database(request) -> str:
    """What the figures make of the roll-up is the same on either database; where SQL speaks, BOTH are asked."""
    return request.param


BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def desk(office):
    return Desk(office)


def read(store, year=2024, **how) -> dict[str, float]:
    """hotline.received → received of the whole period, blanks left out."""
    frame = figures(store, year, **how)
    shown = frame[frame["indicator"].str.startswith("hotline.") & frame["value"].notna()]
    return {line.indicator.removeprefix("hotline."): line.value for line in shown.itertuples()}


def cells(store, by: list[str], year=2024, **how) -> pd.DataFrame:
    frame = figures(store, year, by=by, **how)
    return frame[frame["indicator"].str.startswith("hotline.")]


def note(store, indicator: str, **how) -> str | None:
    return figures(store, 2024, indicators=[indicator], **how)["note"].iloc[0]


def choose(store, since) -> None:
    with writing(store) as conn:
        settings.put(conn, "tickets_since", since)


# ------------------------------------------------------------------------------------- counts


@BOTH
def test_a_year_of_tickets_is_read_as_the_office_counts_it(desk):
    answers = {"called_back_on": "2024-10-08", "contacted": True}
    desk.imports(
        desk.ticket("in time", closed="2024-09-20 17:00", contacted_first="2024-09-13 16:00", **answers),
        desk.ticket("late", closed="2024-09-21 08:00", contacted_first="2024-09-14 08:00"),
        desk.ticket("open"),
        desk.ticket("inquiry", kind="inquiry", unit=B),
        desk.ticket("suspended", suspended_on="2024-09-19"),
        desk.ticket("sent back", returned_on="2024-09-13"),
        desk.ticket("extended", extended_on="2024-09-20", extended_to="2024-09-30", closed="2024-09-30 17:00"),
        desk.ticket("not yet due", "2024-12-12 09:00", unit=STREET),
    )
    found = read(desk.store, cut_off=CUT_OFF)
    assert {name: found[name] for name in found if "rate" not in name} == {
        "received": 8,
        "inquiries": 1,
        "requests": 7,
        "closed": 4,
        "closed_in_time": 3,
        "closed_late": 1,
        "overdue": 2,
        "extended": 1,
        "suspended": 1,
        "returned": 1,
        "open": 3,
        "first_contacts": 2,
        "contacted_in_time": 1,
        "callbacks": 1,
        "contacted": 1,
    }
    assert found["response_rate"] == 100
    assert "resolution_rate" not in found and "satisfaction_rate" not in found  # nobody was asked


@BOTH
def test_a_ticket_due_the_day_after_the_cut_off_is_late_one_day_later(desk):
    desk.brings("T1", "2024-12-12 09:00")  # five working days: due on Thursday the 19th
    assert desk.reads("T1").due_on == 20241219
    overdue = [read(desk.store, cut_off=date(2024, 12, last))["overdue"] for last in (18, 19, 20, 21)]
    assert overdue == [0, 0, 1, 1]
    assert read(desk.store)["overdue"] == 1


def test_a_ticket_closed_on_its_due_day_is_in_time_and_a_day_later_late(desk):
    desk.brings("T1", closed="2024-09-20 23:59:59")
    desk.brings("T2", closed="2024-09-21")
    found = read(desk.store)
    assert (found["closed_in_time"], found["closed_late"], found["overdue"]) == (1, 1, 1)


def test_an_inquiry_is_closed_when_it_is_received_and_never_late(desk):
    desk.brings("T1", kind="inquiry")
    found = read(desk.store)
    assert (found["closed"], found["closed_in_time"], found["open"], found["overdue"]) == (1, 1, 0, 0)


def test_an_extension_moves_the_day_from_which_a_ticket_is_late(desk):
    desk.brings("T1")
    assert read(desk.store)["overdue"] == 1
    desk.amends("T1", extended_on=20240919, extended_to=20240929)
    assert [read(desk.store, cut_off=date(2024, 9, last))["overdue"] for last in (21, 29, 30)] == [0, 0, 1]
    assert read(desk.store)["extended"] == 1


def test_a_suspended_ticket_is_open_and_not_late_until_it_is_resumed(desk):
    desk.brings("T1")
    desk.amends("T1", suspended_on=20240919)
    found = read(desk.store)
    assert (found["suspended"], found["open"], found["overdue"]) == (1, 1, 0)
    one_ticket.resume(desk.store, "T1", 2, on=date(2024, 9, 26), by="张三", reason="恢复", token="resume")
    due = desk.reads("T1").due_on  # one working day was left
    assert due == 20240927
    assert [read(desk.store, cut_off=date(2024, 9, last))["overdue"] for last in (27, 28)] == [0, 1]


def test_a_ticket_suspended_after_it_was_late_stays_late(desk):
    desk.brings("T1")
    desk.amends("T1", suspended_on=20240921)
    assert read(desk.store)["overdue"] == 1


def test_a_ticket_sent_back_is_neither_open_nor_late(desk):
    desk.brings("T1")
    desk.amends("T1", returned_on=20240920)
    found = read(desk.store)
    assert (found["returned"], found["open"], found["overdue"], found["received"]) == (1, 0, 0, 1)


@BOTH
def test_what_is_open_is_so_until_it_is_closed_whatever_the_year(desk):
    desk.brings("T1", "2023-12-20 09:00", closed="2025-01-06 10:00")
    desk.brings("T2", "2024-05-06 09:00", closed="2024-05-07 10:00")
    assert read(desk.store, 2023)["open"] == 1
    assert read(desk.store, 2024)["open"] == 1
    assert read(desk.store, 2025)["open"] == 0
    months = cells(desk.store, ["month"], indicators=["hotline.open"]).set_index("month")["value"]
    assert set(months) == {1}
    assert read(desk.store, 2024, cut_off=date(2024, 5, 6))["open"] == 2


def test_first_contact_is_in_time_up_to_the_last_second_of_the_next_working_day(desk):
    desk.brings("T1", "2024-09-14 10:00", contacted_first="2024-09-18 23:59:59")  # three days off between
    desk.brings("T2", "2024-09-14 10:00", contacted_first="2024-09-19 00:00:01")
    found = read(desk.store)
    assert (found["first_contacts"], found["contacted_in_time"]) == (2, 1)


def test_first_contact_of_an_urgent_matter_is_a_matter_of_minutes(desk):
    gas = {"subject": "公用事业->燃气泄漏"}
    desk.brings("T1", "2025-01-06 10:00", contacted_first="2025-01-06 10:30", **gas)
    desk.brings("T2", "2025-01-06 10:00", contacted_first="2025-01-06 10:31", **gas)
    desk.brings("T3", "2024-12-30 10:00", contacted_first="2024-12-30 16:00", **gas)  # before the rule
    assert read(desk.store, 2025)["contacted_in_time"] == 1
    assert read(desk.store, 2024)["contacted_in_time"] == 1


def test_of_several_rules_that_fit_the_strictest_first_contact_holds(desk):
    one = desk.ticket("T1", "2025-01-06 10:00", subject="供热管道爆裂，危及生命")
    assert one.contact_due == one.received_at + 15 * 60


# ------------------------------------------------------------------------------------- rates


def called_back(desk, number: str, satisfaction: str, on="2024-10-08", **more) -> tickets.Ticket:
    answers = {"contacted": True, "resolved": satisfaction == "satisfied", "satisfaction": satisfaction}
    return desk.ticket(number, called_back_on=on, **({"closed": "2024-09-13 10:00"} | answers | more))


def rate(store, indicator: str, year=2024, **how) -> tuple[float, float, float]:
    line = figures(store, year, indicators=[f"hotline.{indicator}"], **how).iloc[0]
    return line["value"], line["numerator"], line["denominator"]


@pytest.fixture
def answered(desk):
    """Three satisfied, one basically, one not; one who was not reached."""
    desk.imports(
        *(called_back(desk, f"S{n}", "satisfied") for n in range(3)),
        called_back(desk, "B1", "basically"),
        called_back(desk, "D1", "dissatisfied", contacted=False),
        desk.ticket("N1", closed="2024-09-13 10:00", called_back_on="2024-10-08"),
    )
    return desk.store


@BOTH
def test_the_three_rates_are_made_of_sums_with_basically_satisfied_at_nine_tenths(answered):
    assert rate(answered, "response_rate") == (80, 4, 5)
    assert rate(answered, "resolution_rate") == (60, 3, 5)
    assert rate(answered, "satisfaction_rate") == (78, 3.9, 5)


def satisfaction_from(store, day: date, weight: float, counted_on: str) -> None:
    old = definitions.catalogue(store).on(day)["hotline.satisfaction_rate"]
    fields = {name: getattr(old, name) for name in definitions.Indicator.__dataclass_fields__}
    new = definitions.Indicator(**fields | {"effective_from": day, "weights": (1, weight), "counted_on": counted_on})
    with writing(store) as conn:
        definitions.define(conn, new, "张三")


def test_a_new_weight_holds_from_its_day_on_and_earlier_years_keep_theirs(answered):
    satisfaction_from(answered, date(2025, 1, 1), 0.8, "")
    assert rate(answered, "satisfaction_rate") == (78, 3.9, 5)
    satisfaction_from(answered, date(2024, 6, 1), 0.8, "")
    assert rate(answered, "satisfaction_rate") == (76, 3.8, 5)
    assert rate(answered, "satisfaction_rate", cut_off=date(2024, 5, 31))[0] != 76


@BOTH
def test_a_rate_may_count_call_backs_by_the_closing_of_their_ticket(answered):
    by_call = cells(answered, ["month"], indicators=["hotline.satisfaction_rate"]).set_index("month")["value"]
    assert by_call.dropna().to_dict() == {"2024-10": 78}
    satisfaction_from(answered, date(2024, 1, 1), 0.8, "closed")
    by_closing = cells(answered, ["month"], indicators=["hotline.satisfaction_rate"]).set_index("month")["value"]
    assert by_closing.dropna().to_dict() == {"2024-09": 76}
    assert rate(answered, "satisfaction_rate", cut_off=date(2024, 9, 12))[2] != 5
    assert rate(answered, "satisfaction_rate", cut_off=date(2024, 9, 13)) == (76, 3.8, 5)
    # The other rates keep counting by the day of the call.
    assert rate(answered, "response_rate", cut_off=date(2024, 10, 7))[2] != 5


@pytest.mark.parametrize("counted_on", ["", "closed", "received"])
def test_a_rate_opens_both_of_its_sides(answered, counted_on):
    satisfaction_from(answered, date(2024, 1, 1), 0.8, counted_on)
    found = rows(answered, "hotline.satisfaction_rate", 2024)
    sums = found.groupby("indicator")["quantity"].sum().to_dict()
    assert sums == {"hotline.satisfied": 3, "hotline.basically_satisfied": 1, "hotline.callbacks": 5}
    assert set(found["day"]) == {
        {"": date(2024, 10, 8), "closed": date(2024, 9, 13), "received": date(2024, 9, 12)}[counted_on]
    }
    assert found["name"].notna().all()
    month = {"": 10, "closed": 9, "received": 9}[counted_on]
    assert len(rows(answered, "hotline.satisfaction_rate", 2024, month=month)) == 9


def test_a_rate_of_nobody_asked_is_a_dash_and_not_a_zero(desk):
    desk.brings("T1", closed="2024-09-13 10:00")
    assert pd.isna(rate(desk.store, "satisfaction_rate")[0])
    desk.imports(desk.ticket("T2", closed="2024-09-13 10:00", called_back_on="2024-10-08", satisfaction="dissatisfied"))
    assert rate(desk.store, "satisfaction_rate") == (0, 0, 1)


# ------------------------------------------------------------------------------------- the clock


def test_a_new_rule_holds_for_what_is_received_from_its_day_on(desk):
    desk.brings("before", "2024-12-31 23:59")
    with writing(desk.store) as conn:
        rule = limits.Limit(date(2025, 1, 1), "新规", (), 3, None, 1, "市办通知")
        limits.add(conn, rule, "张三")
    later = Desk(desk.store, "李四")
    later.brings("after", "2025-01-01 00:00")
    later.brings("old", "2024-12-31 23:58")
    due = {number: (one := later.reads(number)).due_on and (one.limit_days, one.rule) for number in ("before", "old")}
    assert due == dict.fromkeys(("before", "old"), (5, "2000-01-01 一般事项"))
    assert (later.reads("after").limit_days, later.reads("after").rule) == (3, "2025-01-01 新规")
    assert later.reads("after").due_on == 20250106  # 2, 3 and 6 January


def test_a_rule_that_comes_later_never_moves_a_due_day_that_is_set(desk):
    desk.brings("T1", "2025-02-10 09:00")
    assert desk.reads("T1").due_on == 20250217
    with writing(desk.store) as conn:
        limits.add(conn, limits.Limit(date(2025, 2, 1), "一般事项", (), 1, None, 1, "市办通知"), "张三")
    later = Desk(desk.store, "李四")
    later.imports(bare("T1", "2025-02-10 09:00", reply="已办"), given=["number", "received_at", "received_on", "reply"])
    later.amends("T1", unit=B)
    assert (later.reads("T1").due_on, later.reads("T1").rule) == (20250217, "2025-01-01 一般事项")
    assert later.ticket("T2", "2025-02-10 09:00").due_on == 20250211


def test_the_clock_set_twice_is_the_clock_set_once(desk):
    clock = desk.clock
    for one in (
        bare("T1", "2024-09-12 09:30"),
        bare("T1", "2024-09-12 09:30", closed="2024-09-25 10:00", extended_on="2024-09-13", extended_to="2024-09-30"),
        bare("T1", "2024-09-12 09:30", kind="inquiry"),
        bare("T1", "2024-09-12 09:30", due_on="2024-09-18", rule="file"),
        bare("T1", "2024-09-12 09:30", limit_days=10, rule="file"),
        bare("T1", "2025-01-06 09:30", subject="停水", returned_on="2025-01-07"),
        bare("T1", "2024-09-12 09:30", due_on="2024-09-12", rule="file", closed="2024-09-12 10:00"),
    ):
        assert clock(clock(one)) == clock(one)


def test_a_limit_of_the_file_is_counted_by_our_calendar_and_kept(desk):
    ten = desk.ticket("T1", limit_days=10, rule="file")
    assert (ten.due_on, ten.rule, ten.limit_days) == (20240927, "file", 10)
    given = desk.ticket("T2", due_on="2024-09-18", rule="file")
    assert (given.due_on, given.rule, given.limit_days) == (20240918, "file", 3)


def test_a_year_without_a_notice_is_refused_and_never_guessed(desk):
    with pytest.raises(Refusal, match="2003"):
        desk.ticket("T1", "2003-12-30 09:00")


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"document": ""}, {"handling_days": 0}, {"contact_days": None}, {"name": "一般事项"}]
)
def test_a_rule_that_says_too_little_or_stands_already_is_refused(office, wrong):
    sound = {
        "name": "新规",
        "words": (),
        "handling_days": 5,
        "contact_minutes": None,
        "contact_days": 1,
        "document": "文",
    }
    with pytest.raises(Refusal), writing(office) as conn:
        limits.add(conn, limits.Limit(date(2025, 1, 1), **sound | wrong), "张三")


def test_a_rules_name_is_the_same_with_a_space_around_it(office):
    with writing(office) as conn:
        limits.add(conn, limits.Limit(date(2025, 5, 1), " 新规 ", (), 5, None, 1, "文"), "张三")
    with pytest.raises(Refusal), writing(office) as conn:
        limits.add(conn, limits.Limit(date(2025, 5, 1), " 新规 ", (), 5, None, 1, "文"), "张三")


# ------------------------------------------------------------------------------------- parts and totals


def many(desk) -> None:
    desk.imports(
        desk.ticket("T1", "2024-07-29 09:00", closed="2024-08-01 10:00", contacted_first="2024-07-29 10:00"),
        desk.ticket("T2", "2024-07-30 09:00", unit=B, closed="2024-08-12 10:00", called_back_on="2024-08-30"),
        desk.ticket("T3", "2024-07-31 09:00", unit=STREET),
        desk.ticket("T4", "2024-08-01 09:00", unit=STREET, kind="inquiry"),
        desk.ticket("T5", "2024-08-02 09:00", unit=B, suspended_on="2024-08-06"),
        desk.ticket("T6", "2024-09-02 09:00", returned_on="2024-09-03"),
        desk.ticket("T7", "2024-09-03 09:00", extended_on="2024-09-05", extended_to="2024-09-20"),
        desk.ticket("T8", "2024-09-03 09:00", closed="2024-09-04 09:00", called_back_on="2024-09-05", contacted=True),
        desk.ticket("T9", "2024-09-03 09:00", unit=OTHER_STREET),
    )


@BOTH
@pytest.mark.parametrize("cut_off", [None, date(2024, 8, 12), date(2024, 9, 21)])
def test_communities_and_the_unassigned_add_up_to_the_months_and_to_the_total(desk, cut_off):
    many(desk)
    whole = read(desk.store, cut_off=cut_off)
    by_place = cells(desk.store, ["community"], cut_off=cut_off)
    by_month = cells(desk.store, ["month"], cut_off=cut_off)
    both = cells(desk.store, ["community", "month"], cut_off=cut_off)
    for code in COUNTS:
        for frame in (by_place, by_month, both):
            summed = frame.loc[frame["indicator"] == code, "value"].sum()
            assert summed == whole.get(code.removeprefix("hotline."), 0), code
    opened = by_place[by_place["indicator"] == "hotline.open"]
    assert opened["value"].sum() == whole["open"]
    last = both["month"].max()
    assert both.loc[(both["indicator"] == "hotline.open") & (both["month"] == last), "value"].sum() == whole["open"]


def test_tickets_of_no_community_yet_have_a_row_of_their_own(desk):
    many(desk)
    frame = cells(desk.store, ["community"], indicators=["hotline.received"]).set_index("community")
    assert frame.loc[STREET, "value"] == 2
    assert "待归属" in frame.loc[STREET, "community_name"]


@BOTH
@pytest.mark.parametrize("cut_off", [None, date(2024, 8, 12)])
def test_every_figure_opens_the_tickets_that_add_up_to_it(desk, cut_off):
    many(desk)
    months = 12 if cut_off is None else cut_off.month
    whole = read(desk.store, cut_off=cut_off)
    for code in [*COUNTS, "hotline.open"]:
        found = rows(desk.store, code, 2024, cut_off=cut_off)
        assert found["quantity"].sum() == whole.get(code.removeprefix("hotline."), 0), code
        assert found["ticket"].notna().all() and (found["id"] == found["ticket"]).all()
        assert found["ticket"].is_unique
    frame = cells(desk.store, ["community", "month"], cut_off=cut_off, indicators=["hotline.received", "hotline.open"])
    for line in frame[frame["community"].isin([A, B, STREET])].itertuples():
        where = {"community": line.community, "month": int(line.month[5:])}
        found = rows(desk.store, line.indicator, 2024, cut_off=cut_off, **where)
        assert found["quantity"].sum() == (0 if pd.isna(line.value) else line.value), line
    assert set(frame["month"]) == {f"2024-{month:02d}" for month in range(1, months + 1)}


def test_a_community_asked_for_alone_says_what_its_row_says(desk):
    many(desk)
    for code in ("hotline.received", "hotline.open", "hotline.overdue"):
        frame = cells(desk.store, ["community"], indicators=[code]).set_index("community")["value"]
        for place in (A, B, STREET, "120114001009"):
            alone = figures(desk.store, 2024, community=place, indicators=[code])["value"].iloc[0]
            assert frame.get(place, float("nan")) == alone or pd.isna(alone) and pd.isna(frame.get(place)), (
                code,
                place,
            )


def test_a_street_is_its_own_tickets_alone(desk):
    many(desk)
    assert read(desk.store, within="120114001")["received"] == 8
    assert read(desk.store, within="120114006")["received"] == 1
    assert read(desk.store, within="120114")["received"] == 9


def test_last_year_stands_beside_this_year_up_to_the_same_day(desk):
    desk.brings("T1", "2023-12-18 09:00")
    desk.brings("T2", "2023-12-19 09:00")
    desk.brings("T3", "2024-12-18 09:00")
    line = figures(desk.store, 2024, cut_off=CUT_OFF, indicators=["hotline.received"]).iloc[0]
    assert (line["value"], line["previous"]) == (1, 1)


# ------------------------------------------------------------------------------------- tickets and daily counts


@pytest.fixture
def both(desk, clerk):
    """Daily counts of both communities in each month from July on, and tickets from September on."""
    for month in (7, 8, 9, 10):
        clerk.files("hotline", A, date(2024, month, 9), received=10, closed=4)
        clerk.files("hotline", B, date(2024, month, 9), received=1)
    desk.imports(desk.ticket("T1"), desk.ticket("T2"), desk.ticket("T3", "2024-10-09 09:00"), at=IMPORTED)
    return desk.store


def test_counts_and_tickets_of_one_month_are_never_added(both):
    months = cells(both, ["month"], indicators=["hotline.received"]).set_index("month")["value"].dropna()
    assert months.to_dict() == {"2024-07": 11, "2024-08": 11, "2024-09": 2, "2024-10": 1}
    assert read(both)["received"] == 25


@BOTH
def test_the_note_says_by_how_much_counts_and_tickets_of_the_same_months_differ(both):
    assert note(both, "hotline.received") == "日报合计 22，工单合计 3，相差 19；以工单为准"
    assert note(both, "hotline.closed") == "日报合计 8，工单合计 0，相差 8；以工单为准"
    assert note(both, "hotline.inquiries") is None


def test_counts_that_agree_with_the_tickets_need_no_note(desk, clerk):
    clerk.files("hotline", A, "2024-08-09", received=5)
    clerk.files("hotline", A, "2024-09-12", received=2)
    desk.imports(desk.ticket("T1"), desk.ticket("T2"))
    assert read(desk.store)["received"] == 7
    assert note(desk.store, "hotline.received") is None


@BOTH
def test_a_community_without_a_ticket_has_none_where_the_tickets_of_its_street_speak(both):
    row = cells(both, ["community", "month"], indicators=["hotline.received"]).set_index(["community", "month"])
    for month, counted in ((7, 1), (8, 1), (9, 0), (10, 0)):
        assert row.loc[(B, f"2024-{month:02d}"), "value"] == counted
    alone = cells(both, ["month"], indicators=["hotline.received"], community=B).set_index("month")["value"].dropna()
    assert alone.to_dict() == {"2024-07": 1, "2024-08": 1, "2024-09": 0, "2024-10": 0}
    assert rows(both, "hotline.received", 2024, community=B)["quantity"].sum() == 2


def test_the_tickets_of_one_street_do_not_silence_the_counts_of_another(both, clerk):
    clerk.files("hotline", OTHER_STREET, "2024-10-09", received=7)
    assert read(both)["received"] == 32


def test_rows_are_entries_before_the_tickets_and_tickets_from_then_on(both):
    found = rows(both, "hotline.received", 2024)
    assert found["quantity"].sum() == 25
    assert list(found["ticket"].dropna()) == ["T1", "T2", "T3"]
    assert found.loc[found["ticket"].isna(), "day"].max() == date(2024, 8, 9)
    assert len(rows(both, "hotline.received", 2024, month=8)) == 2
    assert list(rows(both, "hotline.received", 2024, month=9)["ticket"]) == ["T1", "T2"]


def test_the_office_may_choose_the_month_from_which_tickets_speak(both):
    choose(both, "2024-10-01")
    months = cells(both, ["month"], indicators=["hotline.received"]).set_index("month")["value"].dropna()
    assert months.to_dict() == {"2024-07": 11, "2024-08": 11, "2024-09": 11, "2024-10": 1}
    found = rows(both, "hotline.received", 2024)
    assert found["quantity"].sum() == read(both)["received"] == 34
    assert list(found["ticket"].dropna()) == ["T3"]
    assert note(both, "hotline.received") == "日报合计 11，工单合计 1，相差 10；以工单为准"


def test_what_is_open_opens_its_tickets_in_every_month_and_in_none_before_tickets_speak(both):
    choose(both, "2024-10-01")
    frame = cells(both, ["month"], indicators=["hotline.open"]).set_index("month")["value"]
    for month in range(1, 13):
        shown = frame[f"2024-{month:02d}"]
        behind = rows(both, "hotline.open", 2024, month=month)["quantity"].sum()
        assert behind == (0 if pd.isna(shown) else shown), month
    assert frame["2024-10"] == 3 and pd.isna(frame["2024-09"])
    cut_off = {"cut_off": date(2024, 9, 30)}
    assert len(rows(both, "hotline.open", 2024, **cut_off)) == read(both, **cut_off).get("open", 0)


def test_the_office_may_keep_to_its_daily_counts(both):
    choose(both, settings.NEVER)
    assert read(both)["received"] == 44
    assert "requests" not in read(both) and "open" not in read(both)
    assert note(both, "hotline.received") is None
    assert rows(both, "hotline.received", 2024)["ticket"].isna().all()
    assert not len(rows(both, "hotline.open", 2024))


@BOTH
def test_before_the_first_import_the_daily_counts_were_what_was_known(both):
    past = IMPORTED - timedelta(seconds=1)
    with writing(both) as conn:  # the counts were filed long before
        conn.execute(entry.update().values(recorded_at=datetime(2024, 11, 1, tzinfo=UTC)))
    assert read(both, as_of=past) == {"received": 44, "closed": 16, "closing_rate": 36.36}
    assert rows(both, "hotline.received", 2024, as_of=past)["quantity"].sum() == 44
    assert read(both, as_of=IMPORTED)["received"] == 25


def test_no_daily_report_is_missing_where_tickets_speak(desk, clerk):
    with writing(desk.store) as conn:
        settings.put(conn, "reporting_since", "2024-08-01")
    asked = {"community": A, "indicators": ["hotline.received", "consultation.phone"], "cut_off": date(2024, 9, 30)}
    before = figures(desk.store, 2024, **asked).set_index("indicator")["missing"]
    assert (before["hotline.received"], before["consultation.phone"]) == (22 + 21, 22 + 21)
    desk.brings("T1")
    months = figures(desk.store, 2024, by=["month"], **asked).set_index(["indicator", "month"])["missing"]
    assert months["hotline.received", "2024-08"] == 22
    assert pd.isna(months["hotline.received", "2024-09"])
    assert months["consultation.phone", "2024-09"] == 21


def test_a_month_after_the_last_ticket_is_a_blank_and_not_a_zero(desk):
    desk.brings("T1", closed="2024-09-13 10:00")
    months = cells(desk.store, ["month"], indicators=["hotline.received"]).set_index("month")["value"]
    assert months["2024-09"] == 1 and pd.isna(months["2024-10"]) and pd.isna(months["2024-08"])


def test_a_past_year_before_any_ticket_keeps_its_counts(desk, clerk):
    clerk.files("hotline", A, "2023-05-04", received=7)
    desk.brings("T1")
    assert read(desk.store, 2023) == {"received": 7}
    line = figures(desk.store, 2024, indicators=["hotline.received"]).iloc[0]
    assert (line["value"], line["previous"]) == (1, 7)


def test_a_year_to_come_has_no_late_tickets_yet(desk):
    """A ticket that runs today becomes late only on a day that has come."""
    today = now().date()
    received = f"{today - timedelta(1)} 09:00"
    one = bare("T1", received, due_on=day(f"{today + timedelta(3)}"), contact_due=instant(received), rule="file")
    desk.imports(one)
    assert read(desk.store, today.year)["overdue"] == 0
    assert not len(rows(desk.store, "hotline.overdue", today.year))
    assert read(desk.store, today.year)["open"] == 1
    assert read(desk.store, today.year + 1).get("overdue", 0) == 0


# ------------------------------------------------------------------------------------- any tickets, any day

_day = strategies.dates(date(2024, 6, 28), date(2024, 10, 10))
_place = strategies.sampled_from([STREET, A, B, OTHER_STREET])
_case = strategies.tuples(_place, _day, strategies.one_of(strategies.none(), strategies.integers(0, 25)))
_count = strategies.tuples(_place, _day, strategies.integers(0, 9))


def test_any_figure_is_what_the_tickets_and_the_counts_before_them_say(desk, clerk):
    def check_one(cases, counted, cut_off, as_of_now):
        with writing(desk.store) as conn:
            for table in (ticket, ticket_total, value, monthly_total, entry, batch):
                conn.execute(delete(table))
        some, days = [], {}
        for n, (unit, on, after) in enumerate(cases):
            closed = {} if after is None else {"closed": f"{on + timedelta(after)} 10:00"}
            some.append(desk.ticket(f"T{n}", f"{on} 09:00", unit, **closed))
        for unit, on, n in counted:
            clerk.files("hotline", unit, on, received=n)
            days[unit, on] = n
        if some:
            desk.imports(*some)
        limit = int(f"{cut_off:%Y%m%d}")
        begins = {}  # street → the month of its first ticket
        for one in some:
            month = one.received_on // 100
            if month <= limit // 100:
                begins[one.unit[:9]] = min(month, begins.get(one.unit[:9], month))
        spoken = {
            (unit, on): n
            for (unit, on), n in days.items()
            if on <= cut_off and not begins.get(unit[:9], 999999) <= on.year * 100 + on.month
        }
        plain = sum(spoken.values()) + sum(one.received_on <= limit for one in some)
        open_then = sum(one.received_on <= limit < (one.closed_on or 99991231) for one in some)
        how = {"cut_off": cut_off, "as_of": now() if as_of_now else None}
        found = read(desk.store, **how)
        assert found.get("received", 0) == plain
        assert found.get("open", 0) == open_then
        assert rows(desk.store, "hotline.received", 2024, **how)["quantity"].sum() == plain
        assert len(rows(desk.store, "hotline.open", 2024, **how)) == open_then
        for by in (["community"], ["month"]):
            parts = cells(desk.store, by, indicators=["hotline.received"], **how)
            assert parts["value"].sum() == plain
        frame = cells(desk.store, ["community"], indicators=["hotline.received"], **how).set_index("community")["value"]
        for place in (A, B):
            alone = figures(desk.store, 2024, community=place, indicators=["hotline.received"], **how)["value"].iloc[0]
            assert alone == frame[place] or pd.isna(alone) and pd.isna(frame[place])

    @examples(max_examples=15, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(
        strategies.lists(_case, max_size=6),
        strategies.lists(_count, max_size=6),
        strategies.dates(date(2024, 6, 25), date(2024, 11, 20)),
        strategies.booleans(),
    )
    def check(cases, counted, cut_off, as_of_now):
        check_one(cases, counted, cut_off, as_of_now)

    check()
