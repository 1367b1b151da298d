"""SQL expressions worked out on columns in memory, as the database works them out: Arrow's null is that of SQL."""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import itemgetter

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import BindParameter, Column, ColumnElement, Table, TypeDecorator
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, ExpressionClauseList, False_, Grouping, Null, True_
from sqlalchemy.types import TypeEngine

_TYPES = {int: pa.int64(), str: pa.string(), bool: pa.bool_()}
_ACTS = {
    **{operators.and_: pc.and_kleene, operators.or_: pc.or_kleene},
    **{operators.eq: pc.equal, operators.ne: pc.not_equal},
    **{operators.lt: pc.less, operators.le: pc.less_equal, operators.gt: pc.greater, operators.ge: pc.greater_equal},
    **{operators.add: pc.add, operators.sub: pc.subtract, operators.mul: pc.multiply},
    operators.is_: lambda one, other: pc.is_null(one) if other is None else pc.fill_null(pc.equal(one, other), False),
    operators.is_not: lambda one, other: pc.invert(_ACTS[operators.is_](one, other)),
}


def columns_of(expressions: Iterable[ColumnElement]) -> set[Column]:
    """The columns that some expressions are made of."""
    return {part for one in expressions for part in visitors.iterate(one) if isinstance(part, Column)}


def columns(table: Table, rows: Sequence[tuple], wanted: Iterable[Column]) -> dict[str, pa.Array]:
    """Columns of rows that hold, in the order of the table's columns, what is stored: integers, texts and truths."""
    places = {column.name: at for at, column in enumerate(table.columns)}
    cells = {one: list(map(itemgetter(places[one.name]), rows)) for one in wanted}
    return {one.name: pa.array(cells[one], type=_TYPES[_stored(one.type).python_type]) for one in cells}


def _stored(kind: TypeEngine) -> TypeEngine:
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def evaluate(expression: ColumnElement, known: Mapping[str, pa.Array]):
    """What an expression comes to on each row. Raises KeyError for a column or an operator that is not known."""
    match expression:
        case Column():
            return known[expression.name]
        case BindParameter():
            return expression.value
        case Null():
            return None
        case True_() | False_():
            return isinstance(expression, True_)
        case Grouping():
            return evaluate(expression.element, known)
        case ExpressionClauseList():
            return reduce(_ACTS[expression.operator], (evaluate(one, known) for one in expression.clauses))
        case BinaryExpression():
            return _ACTS[expression.operator](evaluate(expression.left, known), evaluate(expression.right, known))
    raise KeyError(type(expression).__name__)
