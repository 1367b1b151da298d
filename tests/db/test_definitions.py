"""The office can add a number of its own, and define an old one anew from a day on."""

from dataclasses import replace
from datetime import date

import pytest

from db import definitions
from db.definitions import FIRST_DAY, Indicator, Kind, catalogue
from db.engine import writing
from db.language import Refusal
from db.store import CATALOGUE, init

UNIT = "120114001007"


def words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


NEW = Indicator(
    code="media.videos",
    kind="media",
    position=9,
    effective_from=FIRST_DAY,
    name=words("普法短视频", "Law-awareness videos"),
    unit=words("条", "videos"),
    meaning=words("当日发布的普法短视频条数。", "Videos published on the day."),
    upper=500,
)


@pytest.fixture
def define(office):
    def define(new: Indicator):
        with writing(office) as conn:
            definitions.define(conn, new, "张三")

    return define


def test_an_added_number_is_filled_in_at_once(clerk, define):
    assert NEW.code not in catalogue(clerk.store).indicators
    define(NEW)
    assert catalogue(clerk.store).indicators[NEW.code] == NEW
    assert NEW in catalogue(clerk.store).entered("media")
    clerk.files("media", UNIT, "2024-03-05", videos=3)
    assert clerk.total("media.videos", UNIT) == 3


def test_an_added_form_is_filled_in_at_once(clerk, define):
    with writing(clerk.store) as conn:
        definitions.add_kind(conn, Kind("patrol", "record", True, words("巡查", "Patrols"), 50))
    define(replace(NEW, code="patrol.rounds", kind="patrol"))
    clerk.files("patrol", UNIT, "2024-03-05", title="夜巡", rounds=2, covers=(UNIT,))
    assert clerk.seen("patrol.rounds", UNIT) == 2


def test_a_new_definition_leaves_the_old_in_force_before_its_day(clerk, define):
    old = catalogue(clerk.store).indicators["media.posts"]
    new = replace(old, effective_from=date(2025, 1, 1), meaning=words("只计原创稿件。", "Original posts only."))
    define(new)
    known = catalogue(clerk.store)
    assert known.on(date(2024, 12, 31))["media.posts"] == old
    assert known.on(date(2025, 1, 1))["media.posts"] == new
    assert known.on(date(1999, 1, 1))["media.posts"] == old
    assert known.versions["media.posts"] == (new, old)


def test_a_new_definition_keeps_the_catalogues_order(clerk, define):
    before = list(catalogue(clerk.store).indicators)
    old = catalogue(clerk.store).indicators["media.posts"]
    define(replace(old, effective_from=date(2025, 1, 1)))
    assert list(catalogue(clerk.store).indicators) == before


def test_a_limit_holds_from_its_day_on_only(clerk, define):
    old = catalogue(clerk.store).indicators["media.posts"]
    define(replace(old, effective_from=date(2025, 1, 1), upper=10))
    clerk.files("media", UNIT, "2024-12-31", posts=11)
    with pytest.raises(Refusal, match="10"):
        clerk.files("media", UNIT, "2025-01-01", posts=11)


REFUSED = {
    "a code of another form": {"code": "hotline.videos"},
    "a code in capitals": {"code": "media.Videos"},
    "a code in Chinese": {"code": "media.视频"},
    "a code without a form": {"code": "videos"},
    "a form that is not there": {"kind": "film", "code": "film.videos"},
    "a name taken": {"name": words("新媒体普法推送", "Other posts")},
    "an English name taken": {"name": words("其他推送", "Law-awareness posts")},
    "no English name": {"name": {"zh": "普法短视频"}},
    "a blank English unit": {"unit": words("条", " ")},
    "no English meaning": {"meaning": words("当日发布的普法短视频条数。", "")},
    "a state on a daily form": {"adds": "standing"},
    "a sum of days on a profile": {"kind": "community", "code": "community.videos", "adds": "sum"},
    "a way of adding that is not there": {"adds": "average"},
    "a part that is not there": {"adds": "sum_of", "parts": ("media.posts", "media.films")},
    "a sum of nothing": {"adds": "sum_of", "parts": ()},
    "a ratio of one": {"adds": "ratio", "parts": ("media.posts",)},
    "parts of a plain number": {"parts": ("media.posts",)},
    "a part of itself": {"adds": "sum_of", "parts": ("media.videos",)},
}


@pytest.mark.parametrize("change", REFUSED)
def test_a_definition_that_cannot_be_is_refused(office, define, change):
    before = catalogue(office)
    with pytest.raises(Refusal):
        define(replace(NEW, **REFUSED[change]))
    assert catalogue(office) == before


def test_a_number_cannot_become_a_part_of_itself(office, define):
    old = catalogue(office).indicators["adviser.cases"]
    with pytest.raises(Refusal):
        define(replace(old, effective_from=date(2025, 1, 1), parts=("adviser.cases", "adviser.petition")))


def test_one_number_has_one_definition_a_day(office, define):
    with pytest.raises(Refusal, match="2000-01-01"):
        define(catalogue(office).indicators["media.posts"])


@pytest.mark.parametrize(
    ("code", "grain"), [("Patrol", "daily"), ("巡查", "daily"), ("patrol", "weekly"), ("", "daily")]
)
def test_a_form_that_cannot_be_is_refused(office, code, grain):
    before = catalogue(office).kinds
    with pytest.raises(Refusal), writing(office) as conn:
        definitions.add_kind(conn, Kind(code, grain, False, words("巡查", "Patrols"), 50))
    assert catalogue(office).kinds == before


def test_the_catalogue_loaded_twice_adds_nothing(store):
    before = catalogue(store)
    with writing(store) as conn:
        assert definitions.load(conn, CATALOGUE, "张三") == 0
    assert catalogue(store) == before


def test_an_update_leaves_what_the_office_defined(office, define):
    old = catalogue(office).indicators["media.posts"]
    mine = replace(old, effective_from=date(2025, 1, 1), name=words("推送", "Posts"))
    define(mine)
    define(NEW)
    assert init(office) == 0
    assert catalogue(office).indicators["media.posts"] == mine
    assert NEW.code in catalogue(office).indicators


def test_every_shipped_number_is_said_in_both_languages(store):
    known = catalogue(store)
    assert {kind.grain for kind in known.kinds.values()} == {"daily", "record", "standing"}
    for one in known.indicators.values():
        for said in (one.name, one.unit, one.meaning):
            assert said["zh"] and said["en"]
        assert not one.entered or one.upper is not None


def test_a_definition_taken_back_is_not_remembered(office):
    with pytest.raises(ZeroDivisionError), writing(office) as conn:
        definitions.define(conn, NEW, "张三")
        assert NEW.code in catalogue(office, conn).indicators
        raise ZeroDivisionError
    assert NEW.code not in catalogue(office).indicators
