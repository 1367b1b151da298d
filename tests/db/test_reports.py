"""What the office adds to its annual report: its wording, version by version, and the waivers of missing reports."""

from datetime import UTC, datetime

import pytest

from db import reports
from db.language import Refusal

LATER = datetime(2030, 1, 1, tzinfo=UTC)


def test_before_anybody_wrote_one_the_wording_is_the_shipped_one(store):
    assert reports.wording(store) == reports.SHIPPED
    assert reports.wordings(store) == []


def test_every_version_of_the_wording_is_kept_with_who_wrote_it(store):
    first = reports.save_wording(store, "标题\n第一版。", by=" 王芳 ")
    second = reports.save_wording(store, "标题\n第二版。", by="李四", seen=first.id)
    assert reports.wordings(store) == [second, first]
    assert reports.wording(store) == second
    assert (first.recorded_by, second.text) == ("王芳", "标题\n第二版。") and second.recorded_at.tzinfo


def test_saving_what_is_in_force_changes_nothing(store):
    first = reports.save_wording(store, "标题", by="王芳")
    assert reports.save_wording(store, " 标题\n", by="李四") == first
    assert len(reports.wordings(store)) == 1


def test_going_back_to_the_shipped_wording_is_one_more_version(store):
    reports.save_wording(store, "标题", by="王芳")
    assert reports.save_wording(store, "", by="王芳").text == ""
    assert len(reports.wordings(store)) == 2


def test_a_wording_written_over_an_older_one_is_refused(store):
    first = reports.save_wording(store, "标题", by="王芳", seen=0)
    with pytest.raises(Refusal, match="王芳 刚刚保存了另一版措辞"):
        reports.save_wording(store, "别的标题", by="李四", seen=0)
    assert reports.wording(store) == first


def test_a_wording_needs_a_name_that_fits(store):
    for by, said in ((" ", "请先填写经办人姓名"), ("名" * 61, "过长，最多 60 字")):
        with pytest.raises(Refusal, match=said):
            reports.save_wording(store, "标题", by=by)
    assert reports.wordings(store) == []


def test_a_waiver_holds_for_its_year_with_its_reason(store):
    reports.waive(store, 2024, {"media.posts": 3, "adviser.review": 5}, reason=" 系统切换 ", by="王芳")
    found = reports.waivers(store, 2024)
    assert {code: (one.missing, one.reason, one.recorded_by) for code, one in found.items()} == {
        "media.posts": (3, "系统切换", "王芳"),
        "adviser.review": (5, "系统切换", "王芳"),
    }
    assert reports.waivers(store, 2023) == {}


def test_the_waiver_said_last_holds(store):
    reports.waive(store, 2024, {"media.posts": 3}, reason="系统切换", by="王芳")
    reports.waive(store, 2024, {"media.posts": 4}, reason="系统切换，又缺一天", by="李四", at=LATER)
    assert reports.waivers(store, 2024)["media.posts"].missing == 4


def test_a_waiver_is_taken_back(store):
    reports.waive(store, 2024, {"media.posts": 3, "adviser.review": 5}, reason="系统切换", by="王芳")
    reports.take_back(store, 2024, ["media.posts"], by="王芳", at=LATER)
    assert set(reports.waivers(store, 2024)) == {"adviser.review"}


def test_a_waiver_needs_a_reason_and_a_name(store):
    with pytest.raises(Refusal, match="原因"):
        reports.waive(store, 2024, {"media.posts": 3}, reason=" ", by="王芳")
    with pytest.raises(Refusal, match="经办人"):
        reports.waive(store, 2024, {"media.posts": 3}, reason="系统切换", by="")
    with pytest.raises(Refusal, match="经办人"):
        reports.take_back(store, 2024, ["media.posts"], by="")
    assert reports.waivers(store, 2024) == {}
