"""What a person does on the page of frozen years: freezes, looks at what changed since, compares."""

import re
from datetime import date

import pandas as pd
import pytest

from db import ledger, snapshots
from db.engine import writing
from metrics.catalogue import catalogue
from metrics.snapshots import freeze
from tests.desk import A

CUT_OFF = date(2024, 12, 18)
YEAR = {"year": "2024"}


@pytest.fixture
def one(sample_office):
    """The sample year, frozen by 李四."""
    return freeze(sample_office, 2024, CUT_OFF, by="李四", token="一", note="送审稿")


def button(at, label: str):
    return next(b for b in at.button if b.label == label)


def said(at) -> str:
    return "\n".join(text.value for text in [*at.markdown, *at.caption, *at.info, *at.success, *at.error, *at.warning])


def table(at, column: str) -> pd.DataFrame:
    return next(frame.value for frame in at.dataframe if column in frame.value)


def test_a_person_freezes_a_year_under_a_name(visit, sample_office):
    at = visit("frozen", **YEAR)
    assert "还没有定稿" in said(at)
    next(t for t in at.text_input if t.label == "说明").set_value("送审稿")
    button(at, "定稿存档").click().run()
    assert not at.exception and not at.error and "2024 年截至 2024-12-18 已定稿，编号 1。" in said(at)
    (made,) = snapshots.snapshots(sample_office)
    assert (made.recorded_by, made.cut_off, made.note) == ("王芳", CUT_OFF, "送审稿")
    assert list(table(at, "SHA-256")["SHA-256"]) == [made.parts["figures.json"][:12]]
    assert all(digest in said(at) for digest in made.parts.values())
    assert "每个数都与定稿时相同" in said(at) and "只有一次定稿" in said(at)


def test_without_a_name_nothing_is_frozen(visit, sample_office):
    at = visit("frozen", operator="", **YEAR)
    button(at, "定稿存档").click().run()
    assert "经办人" in at.error[0].value and snapshots.snapshots(sample_office) == []


def test_each_file_is_offered_as_it_was_frozen(visit, sample_office, one):
    at = visit("frozen", **YEAR)
    labels = [b.label for b in at.get("download_button")]
    assert len([label for label in labels if label.startswith("下载（")]) == len(one.parts) == 4


def test_what_was_changed_since_is_listed_with_who_and_why(visit, sample_office, one, clerk_of):
    clerk = clerk_of(sample_office, "赵六")
    (activity,) = ledger.filed(sample_office, ["120114001000"], ["publicity"], date(2024, 12, 4), date(2024, 12, 4))
    clerk.revises(activity.ref, values={**activity.values, "publicity.materials": 900}, reason="多计 12 份")
    clerk.files("consultation", A, "2024-12-25", in_person=3)  # after the cut-off
    at = visit("frozen", **YEAR)
    assert not at.exception and "有 1 处改动影响它的数，其中全年合计变了 1 个" in said(at)
    (line,) = table(at, "原计").to_dict("records")
    told = {"指标": "发放宣传品", "改动": "更正", "原计": "912", "现计": "900", "经办人": "赵六", "原因": "多计 12 份"}
    assert {name: line[name] for name in told} == told
    (moved,) = table(at, "定稿时").to_dict("records")
    assert (moved["指标"], moved["定稿时"], moved["现在"], moved["相差"]) == ("发放宣传品", "8,412", "8,400", "-12")


def test_two_freezes_stand_beside_each_other(visit, sample_office, one, clerk_of):
    clerk_of(sample_office, "赵六").files("consultation", A, "2024-12-03", in_person=30)
    freeze(sample_office, 2024, CUT_OFF, by="王芳", token="二")
    at = visit("frozen", **YEAR)
    shown = table(at, "定稿 1")
    assert list(shown["指标"]) == ["当面咨询", "法律咨询"] and list(shown["定稿 1"]) == ["232", "330"]
    next(t for t in at.toggle if t.label.startswith("只看不同")).set_value(False).run()
    assert len(table(at, "定稿 1")) == len(catalogue(sample_office).indicators)


def test_a_damaged_freeze_is_said_loudly(visit, sample_office, one):
    with writing(sample_office) as conn:
        conn.exec_driver_sql("UPDATE snapshot_part SET sha256 = 'f00'")
    at = visit("frozen", **YEAR)
    assert not at.exception
    assert (
        len([e for e in at.error if "SHA-256 不符" in e.value]) == 5
    )  # four files, and the figures that cannot be read
    assert not at.get("download_button")


def test_the_page_speaks_english(visit, sample_office, one, clerk_of):
    clerk_of(sample_office, "Zhao").files("consultation", A, "2024-12-03", in_person=30)
    at = visit("frozen", lang="en", **YEAR)
    assert not at.exception and at.title[0].value == "Frozen years"
    assert not [heading for frame in at.dataframe for heading in frame.value if re.search("[一-鿿]", str(heading))]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_empty_office_is_told_what_to_do_next(visit, blank_url):
    at = visit("frozen", url=blank_url)
    assert not at.exception and "还没有社区" in said(at)
