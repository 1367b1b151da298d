"""An expression comes to the same on columns in memory as in the database."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Integer, MetaData, String, Table, and_, func, insert, or_, select

from db.columns import columns, columns_of, evaluate

some = Table(
    "some",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("one", Integer),
    Column("other", Integer),
    Column("word", String(10)),
    Column("truth", Boolean),
)
one, other, word, truth = (some.c[name] for name in ("one", "other", "word", "truth"))
EXPRESSIONS = [
    *(one < other, one <= other, one > other, one >= other, one == other, one != other),
    *(one + other == 3, one - other < 0, 2 * one <= other + 1, one == 2, word == "甲", word != ""),
    *(one.is_(None), one.is_not(None), truth.is_(True), truth.is_(False), truth.is_not(True), truth.is_not(None)),
    *(or_(one < 2, other.is_(None)), and_(one < 2, other > 1), or_(one < 2, and_(other > 1, word == "甲"))),
    *((one < 2) & ((other < 2) | truth.is_(True)), or_(one < 2, other < 2, word == "乙")),
]
number = st.none() | st.integers(0, 4)
lines = st.tuples(number, number, st.none() | st.sampled_from(["", "甲", "乙"]), st.none() | st.booleans())


def test_an_expression_comes_to_what_the_database_makes_of_it(store):
    @settings(max_examples=30, derandomize=True, database=None)
    @given(st.lists(lines, min_size=1, max_size=20))
    def check(found):
        rows = [(n, *line) for n, line in enumerate(found)]
        known = columns(some, rows, columns_of(EXPRESSIONS))
        with store.connect() as conn, conn.begin() as undone:
            some.create(conn)
            conn.execute(insert(some), [dict(zip(some.c.keys(), row, strict=True)) for row in rows])
            wanted = list(zip(*conn.execute(select(*EXPRESSIONS).order_by(some.c.id)), strict=True))
            undone.rollback()
        for expression, column in zip(EXPRESSIONS, wanted, strict=True):
            assert evaluate(expression, known).to_pylist() == list(column), str(expression)

    check()


@pytest.mark.parametrize("expression", [func.length(word) > 1, one.in_([1, 2]), word.like("甲%"), one / other == 1])
def test_an_expression_that_is_not_known_is_no_guess(expression):
    with pytest.raises(KeyError):
        evaluate(expression, columns(some, [(1, 1, 1, "甲", True)], [one, other, word, truth]))
