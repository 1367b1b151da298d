"""The report's writer holds the text against the store on the page."""

from pathlib import Path

import pytest

REPORT = (Path(__file__).parent.parent / "metrics" / "report_2024.txt").read_text("utf-8")


def counts(at) -> list[str]:
    return [metric.value for metric in at.metric]


def shown(at) -> str:
    """The coloured text."""
    (html,) = [one.proto.body for one in at.get("html") if "max-height" in one.proto.body]
    return html


@pytest.fixture
def checked(visit):
    """checked(text): the page after the text was pasted."""

    def paste(text: str, **query):
        at = visit("check", **query)
        at.text_area[0].set_value(text).run()
        assert not at.exception
        return at

    return paste


def test_without_a_text_the_page_says_what_to_do(visit):
    at = visit("check")
    assert not at.exception and at.info[-1].value.startswith("给出文稿后")


def test_every_number_of_the_report_is_counted_and_coloured(checked):
    at = checked(REPORT)
    assert counts(at)[:3] == ["18", "0", "0"]
    html = shown(at)
    assert html.count("<a href=") == 18
    assert "rows?indicator=hotline.received&amp;year=2024&amp;cut_off=2024-12-18" in html


def test_a_wrong_number_heads_the_list(checked):
    at = checked(REPORT.replace("511件", "521件"))
    assert counts(at)[:3] == ["17", "0", "1"]
    (row,) = [row for row in at.dataframe[-1].value.to_dict("records") if row["结论"] == "不符"]
    assert (row["文中"], row["指标"], row["库中"]) == ("521件", "法律顾问参与事项", "511")


def test_a_text_is_shown_as_text(checked):
    html = shown(checked("<script>alert(1)</script>发放宣传品8412份"))
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_the_page_speaks_english(checked):
    at = checked(REPORT, lang="en")
    assert [metric.label for metric in at.metric][:3] == ["Agrees", "Agrees if cut off", "Conflicts"]
