"""Words for indicators come with the catalogue; what a person said of a number is kept, and the last word holds."""

import pytest
from sqlalchemy import delete, func, insert, select

from db import phrases
from db.engine import now, reading, writing
from db.language import Refusal
from db.phrases import Reading
from db.schema import claim_reading, indicator_alias
from db.store import init, stamp


def known(store):
    with reading(store) as conn:
        return phrases.readings(conn)


def test_words_for_indicators_come_with_the_catalogue(store):
    with reading(store) as conn:
        assert "宣传 > 覆盖" in phrases.aliases(conn)["publicity.reach"]


def test_words_that_a_store_lacks_are_added_when_it_is_brought_up_to_date(store):
    with writing(store) as conn:
        before = conn.scalar(select(func.count()).select_from(indicator_alias))
        conn.execute(delete(indicator_alias).where(indicator_alias.c.indicator == "publicity.reach"))
    init(store)
    init(store)
    with reading(store) as conn:
        assert conn.scalar(select(func.count()).select_from(indicator_alias)) == before


def test_words_the_product_no_longer_has_go_and_those_of_a_person_stay(store):
    said = {"indicator": "publicity.reach", "recorded_at": now()}
    with writing(store) as conn:
        conn.execute(insert(indicator_alias), said | {"name": "一度 覆盖", "recorded_by": "init"})
        conn.execute(insert(indicator_alias), said | {"name": "本街 覆盖", "recorded_by": "王芳"})
    init(store)
    with reading(store) as conn:
        words = phrases.aliases(conn)["publicity.reach"]
    assert "一度 覆盖" not in words and {"本街 覆盖", "宣传 > 覆盖"} <= set(words)


def test_the_last_word_holds_and_the_first_stays(store):
    phrases.remember(store, "惠民行动#场|", Reading("figure", "publicity.activities"), by="王芳")
    phrases.remember(store, "惠民行动#场|", Reading("untracked", None), by="李四")
    assert known(store) == {"惠民行动#场|": Reading("untracked", None)}
    with reading(store) as conn:
        assert conn.scalar(select(func.count()).select_from(claim_reading)) == 2


def test_a_reading_changes_the_stores_stamp(store):
    before = stamp(store)
    phrases.remember(store, "惠民行动#场|", Reading("name", None), by="王芳")
    assert stamp(store) != before


@pytest.mark.parametrize(
    ("context", "what", "by"),
    [
        ("惠民行动#场|", Reading("figure", "publicity.activities"), ""),
        (" ", Reading("name", None), "王芳"),
        ("惠民行动#场|", Reading("figure", "nope.nope"), "王芳"),
    ],
)
def test_a_reading_without_a_name_a_context_or_a_known_indicator_is_refused(store, context, what, by):
    with pytest.raises(Refusal):
        phrases.remember(store, context, what, by=by)
    assert known(store) == {}
