"""Who has reported, and who on time."""

from datetime import UTC, date, datetime

from db import settings, tickets
from db.engine import writing
from db.tickets import Ticket
from metrics import clocks
from metrics.figures import figures
from metrics.quality import completeness, unfiled

WENHUA = "120114001007"


def test_a_report_is_on_time_until_the_end_of_the_next_workday(clerk):
    with writing(clerk.store) as conn:
        settings.put(conn, "reporting_since", "2024-09-01")
    # Friday 13 September 2024; Saturday the 14th was a make-up workday, 15–17 the mid-autumn holiday.
    clerk.files("media", WENHUA, "2024-09-12", posts=1, at=datetime(2024, 9, 13, 15, 59, tzinfo=UTC))
    clerk.files("media", WENHUA, "2024-09-13", posts=1, at=datetime(2024, 9, 14, 16, 1, tzinfo=UTC))
    clerk.files("media", WENHUA, "2024-09-15", posts=1, at=datetime(2024, 9, 15, 9, tzinfo=UTC))
    found = completeness(clerk.store, 2024, month=9)
    line = found[(found["kind"] == "media") & (found["community"] == WENHUA)].iloc[0]
    assert (line["expected"], line["filed"], line["on_time"]) == (21, 2, 1)


def test_a_correction_does_not_make_a_report_late(clerk):
    with writing(clerk.store) as conn:
        settings.put(conn, "reporting_since", "2024-09-01")
    receipt = clerk.files("media", WENHUA, "2024-09-12", posts=1, at=datetime(2024, 9, 12, 9, tzinfo=UTC))
    clerk.revises(receipt.entries[0], values={"media.posts": 2})
    found = completeness(clerk.store, 2024, month=9)
    line = found[(found["kind"] == "media") & (found["community"] == WENHUA)].iloc[0]
    assert (line["filed"], line["on_time"]) == (1, 1)


def test_completeness_and_figures_count_the_same_missing_reports(sample_store):
    found = completeness(sample_store, 2024)
    blank = (found["expected"] - found["filed"]).groupby(found["kind"]).sum()
    missing = figures(sample_store, 2024).set_index("indicator")["missing"]
    assert blank["consultation"] == missing["consultation.phone"] > 0
    assert blank["media"] == missing["media.posts"]


def test_where_tickets_speak_nobody_waits_for_the_daily_form(sample_store):
    assert set(completeness(sample_store, 2024)["kind"]) == set(unfiled(sample_store, 2024)["kind"])
    assert "hotline" not in set(completeness(sample_store, 2024)["kind"])
    assert figures(sample_store, 2024, indicators=["hotline.received"])["missing"].isna().all()


def test_the_daily_form_is_waited_for_until_the_month_of_the_first_ticket(clerk):
    with writing(clerk.store) as conn:
        settings.put(conn, "reporting_since", "2024-08-01")
    at = datetime(2024, 9, 12, 1, tzinfo=UTC)
    clock = clocks.clock(clerk.store)
    texts = dict.fromkeys(("channel", "subject", "body", "title", "reply", "place"), "")
    one = Ticket(
        number="A1", unit=WENHUA, kind="inquiry", received_at=int(at.timestamp()), received_on=20240912, **texts
    )
    tickets.record(clerk.store, [clock(one)], by="张三", token="a", clock=clock)
    found = completeness(clerk.store, 2024, cut_off=date(2024, 9, 30))
    mine = found[(found["kind"] == "hotline") & (found["community"] == WENHUA)]
    assert list(mine["month"]) == ["2024-08"]
    behind = unfiled(clerk.store, 2024, cut_off=date(2024, 9, 30))
    behind = behind[(behind["kind"] == "hotline") & (behind["community"] == WENHUA)]["missing"]
    asked = {"cut_off": date(2024, 9, 30), "community": WENHUA, "indicators": ["hotline.received"]}
    missing = figures(clerk.store, 2024, **asked)["missing"]
    assert list(behind) == list(missing) == [mine["expected"].sum()] == [22]


def test_a_form_with_one_number_is_filed_though_its_other_numbers_are_missing(clerk):
    with writing(clerk.store) as conn:
        settings.put(conn, "reporting_since", "2024-09-01")
    clerk.files("hotline", WENHUA, "2024-09-12", closed=1)
    september = date(2024, 9, 30)
    behind = unfiled(clerk.store, 2024, cut_off=september)
    mine = behind[behind["community"] == WENHUA].set_index("kind")["missing"]
    assert (mine["hotline"], mine["media"]) == (20, 21)
    asked = {"cut_off": september, "community": WENHUA}
    missing = figures(clerk.store, 2024, indicators=["hotline.received", "hotline.closed"], **asked)["missing"]
    assert list(missing) == [21, 20]


def test_forms_not_filed_are_those_completeness_lacks(sample_store):
    found = completeness(sample_store, 2024)
    lacking = (found["expected"] - found["filed"]).groupby([found["kind"], found["community"]]).sum()
    behind = unfiled(sample_store, 2024).set_index(["kind", "community"])["missing"]
    assert dict(behind) == dict(lacking[lacking > 0])
