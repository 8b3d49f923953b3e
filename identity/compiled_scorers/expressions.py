"""SQL conditions of a match model's levels as Python functions of two rows, with SQL's three-valued logic."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from sqlglot import exp

from identity.compiled_scorers.functions import FUNCTIONS, NULL_SECOND
from identity.compiled_scorers.terms import (
    Memo,
    Row,
    Term,
    all_of,
    any_of,
    first_known,
    is_null,
    negated,
    null_on_null,
    part_of_text,
)
from identity.conditions import COMPARISONS, UnknownExpressionError, side_of

_COMPARISONS: dict[type[exp.Expr], Callable[[Any, Any], Any]] = {
    **COMPARISONS,
    exp.Add: operator.add,
    exp.Sub: operator.sub,
}
_NODES: dict[type[exp.Expr], str] = {
    exp.JarowinklerSimilarity: "jaro_winkler_similarity",
    exp.Levenshtein: "levenshtein",
    exp.ArrayContains: "list_contains",
    exp.ArraySize: "array_length",
    exp.Length: "length",
    exp.Abs: "abs",
}
"""Functions that sqlglot knows by a class of its own; the others keep their name."""

_NOT_YET = object()


def repeated_calls(trees: Iterable[exp.Expr]) -> frozenset[str]:
    """The SQL of every part that calls a function and stands in the trees more than once: worth to be remembered."""
    counts = Counter(
        _sql(node)
        for tree in trees
        for node in tree.walk()
        if isinstance(node, exp.Func | exp.And | exp.Or) and any(isinstance(part, exp.Func) for part in node.walk())
    )
    return frozenset(sql for sql, count in counts.items() if count > 1)


def compile_expression(node: exp.Expr, remembered: frozenset[str]) -> Term:
    """The expression as a function; parts whose SQL is ``remembered`` are computed once a pair.

    Raises:
        UnknownExpressionError: the expression, or a part, is none that is known here.
    """
    term = _term(node, remembered)
    sql = _sql(node)
    if sql not in remembered or isinstance(node, exp.Paren):
        return term

    def remembering(left: Row, right: Row, memo: Memo) -> Any:
        value = memo.get(sql, _NOT_YET)
        if value is _NOT_YET:
            value = memo[sql] = term(left, right, memo)
        return value

    return remembering


def _term(node: exp.Expr, remembered: frozenset[str]) -> Term:  # noqa: PLR0911 - one way out a kind of node
    def inner(part: exp.Expr) -> Term:
        return compile_expression(part, remembered)

    match node:
        case exp.Paren():
            return inner(node.this)
        case exp.Column():
            return _column_term(node)
        case exp.Literal() | exp.Boolean() | exp.Null() | exp.Neg():
            return _constant_term(_constant(node))
        case exp.And():
            return all_of([inner(part) for part in node.flatten()])
        case exp.Or():
            return any_of([inner(part) for part in node.flatten()])
        case exp.Not():
            return negated(inner(node.this))
        case exp.Is() if isinstance(node.expression, exp.Null):
            return is_null(inner(node.this))
        case exp.Coalesce():
            return first_known([inner(node.this), *map(inner, node.expressions)])
        case exp.Substring():
            return part_of_text(inner(node.this), *_bounds(node))
        case exp.Between():
            low, high = (
                exp.GTE(this=node.this, expression=node.args["low"]),
                exp.LTE(this=node.this, expression=node.args["high"]),
            )
            return all_of([inner(low), inner(high)])
        case exp.In() if node.expressions:
            return any_of([inner(exp.EQ(this=node.this, expression=value)) for value in node.expressions])
    if type(node) in _COMPARISONS:
        return null_on_null(_COMPARISONS[type(node)], [inner(node.this), inner(node.expression)])
    name = _NODES.get(type(node), node.name.lower() if isinstance(node, exp.Anonymous) else "")
    parts = node.expressions if isinstance(node, exp.Anonymous) else [node.this, node.args.get("expression")]
    terms = [inner(part) for part in parts if part is not None]
    if name not in FUNCTIONS or len(terms) not in (1, 2):
        raise UnknownExpressionError(_sql(node))
    return null_on_null(FUNCTIONS[name], terms, null_second=name in NULL_SECOND)


def _sql(node: exp.Expr) -> str:
    return node.sql(dialect="duckdb")


def _column_term(node: exp.Column) -> Term:
    name, side = side_of(node)
    if side == "l":
        return lambda left, right, memo: left[name]
    return lambda left, right, memo: right[name]


def _constant(node: exp.Expr) -> object:
    if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal) and not node.this.is_string:
        return -_number(node.this.this)
    if isinstance(node, exp.Null):
        return None
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if not isinstance(node, exp.Literal):
        raise UnknownExpressionError(_sql(node))
    return node.this if node.is_string else _number(node.this)


def _number(text: str) -> int | float:
    return int(text) if text.isdigit() else float(text)


def _constant_term(value: object) -> Term:
    return lambda left, right, memo: value


def _bounds(node: exp.Substring) -> tuple[int, int | None]:
    """Where a part of a text begins (0 is the first character) and ends; counted from the front only."""
    start, length = node.args.get("start"), node.args.get("length")
    numbers = [None if part is None else _constant(part) for part in (start, length)]
    if not isinstance(numbers[0], int) or numbers[0] < 1 or not isinstance(numbers[1], int | None):
        raise UnknownExpressionError(_sql(node))
    if numbers[1] is not None and numbers[1] < 0:
        raise UnknownExpressionError(_sql(node))
    return numbers[0] - 1, None if numbers[1] is None else numbers[0] - 1 + numbers[1]
