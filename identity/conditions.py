"""The SQL conditions of a match model's levels, as texts and trees."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlglot import exp, parse_one
from sqlglot.errors import ParseError

from models.errors import UsageError

COMPARISONS: Mapping[type[exp.Expr], Callable[[Any, Any], Any]] = {
    exp.EQ: operator.eq,
    exp.NEQ: operator.ne,
    exp.GT: operator.gt,
    exp.GTE: operator.ge,
    exp.LT: operator.lt,
    exp.LTE: operator.le,
}
"""What compares two values, in Python: of numbers and texts, or of whole arrays of them."""


class UnknownExpressionError(Exception):
    """SQL of a level that cannot be worked with; the text says which part."""


@contextmanager
def naming(comparison: str, level: Mapping[str, Any]) -> Iterator[None]:
    """Turns what the inside does not know into an error that names comparison and level.

    Raises:
        UsageError: in place of an :class:`UnknownExpressionError`.
    """
    try:
        yield
    except UnknownExpressionError as error:
        label = level.get("label_for_charts", "?")
        msg = (
            f"The match model's level '{comparison}: {label}' cannot be compiled: {error}. "
            "Write it with what docs/how-to/identify.md lists."
        )
        raise UsageError(msg) from error


def is_else(level: Mapping[str, Any]) -> bool:
    """Whether the level (of a Splink settings dictionary) is that of all that is left."""
    return str(level["sql_condition"]).strip().upper() == "ELSE"


@lru_cache(maxsize=1024)
def parsed(condition: str) -> exp.Expr:
    """The tree of a condition, the same whoever asks: with what is remembered of it, and not to be changed.

    Raises:
        UnknownExpressionError: it is no SQL.
    """
    return parse(condition)


def parse(condition: str) -> exp.Expr:
    """The tree of a condition in DuckDB's SQL.

    Raises:
        UnknownExpressionError: it is no SQL.
    """
    try:
        return parse_one(condition, read="duckdb")
    except ParseError as error:
        msg = f"no SQL: {condition}"
        raise UnknownExpressionError(msg) from error


def leaves(tree: exp.Expr) -> list[exp.Expr]:
    """The parts of a condition that AND, OR, NOT and coalesce to true or false join."""
    if isinstance(tree, exp.Paren | exp.Not):
        return leaves(tree.this)
    if isinstance(tree, exp.And | exp.Or):
        return [*leaves(tree.this), *leaves(tree.expression)]
    if isinstance(tree, exp.Coalesce) and is_truth_value(tree.expressions):
        return leaves(tree.this)
    return [tree]


def is_truth_value(trees: Sequence[exp.Expr]) -> bool:
    """Whether that is ``true`` or ``false`` and nothing else."""
    return len(trees) == 1 and isinstance(trees[0], exp.Boolean)


def dear_call(leaf: exp.Expr) -> exp.Expr | None:
    """The function that a leaf asks of two texts or lists, of those that take long and that less can bound."""
    if isinstance(leaf, exp.ArrayContains):
        return leaf
    if not isinstance(leaf, exp.Binary) or not isinstance(leaf.expression, exp.Literal) or leaf.expression.is_string:
        return None
    call = leaf.this
    bounded = isinstance(call, exp.JarowinklerSimilarity) or counts_common(call)
    return call if bounded or is_call(call, "damerau_levenshtein") else None


def counts_common(tree: exp.Expr) -> bool:
    """Whether it is how many elements two lists have in common."""
    return isinstance(tree, exp.ArraySize | exp.Length) and is_call(tree.this, "list_intersect")


def is_call(tree: exp.Expr, function: str) -> bool:
    """Whether it asks that function of two values."""
    return isinstance(tree, exp.Anonymous) and tree.name.lower() == function and len(tree.expressions) == 2


def text_of(tree: exp.Expr) -> str:
    """The SQL, which is remembered with the tree."""
    return str(_remembered(tree, "text", lambda: tree.sql("duckdb")))


def key_of(tree: exp.Expr) -> str:
    """One text for all conditions that say the same in the same words, made faster than SQL."""

    def key() -> str:
        if isinstance(tree, exp.Paren):
            return key_of(tree.this)
        if isinstance(tree, exp.And | exp.Or):
            return f"{tree.key}({key_of(tree.this)}, {key_of(tree.expression)})"
        if isinstance(tree, exp.Not):
            return f"{tree.key}({key_of(tree.this)})"
        if isinstance(tree, exp.Coalesce) and is_truth_value(tree.expressions):
            return f"{tree.key}({key_of(tree.this)}, {tree.expressions[0].this})"
        return text_of(tree)

    return str(_remembered(tree, "key", key))


def sides_of(tree: exp.Expr) -> frozenset[str]:
    """Of which records it asks: ``l``, ``r``."""
    sides: frozenset[str] = _remembered(
        tree, "sides", lambda: frozenset(side_of(column)[1] for column in tree.find_all(exp.Column))
    )
    return sides


def term_of(tree: exp.Expr) -> str:
    """What it asks of one record, in SQL over that record's columns."""
    return _of_one_record(text_of(tree))


@lru_cache(maxsize=1024)
def _of_one_record(condition: str) -> str:
    def name(node: exp.Expr) -> exp.Expr:
        return exp.column(side_of(node)[0], quoted=True) if isinstance(node, exp.Column) else node

    return parse(condition).transform(name, copy=False).sql("duckdb")


def _remembered(tree: exp.Expr, fact: str, find: Callable[[], Any]) -> Any:
    if fact not in tree.meta:
        tree.meta[fact] = find()
    return tree.meta[fact]


def columns_of(tree: exp.Expr) -> set[str]:
    """The columns that a condition reads, without ``_l`` and ``_r``.

    Raises:
        UnknownExpressionError: a column says of neither record.
    """
    return {side_of(node)[0] for node in tree.find_all(exp.Column)}


def side_of(column: exp.Column) -> tuple[str, str]:
    """(name, ``l`` or ``r``) of a column as conditions name them.

    Raises:
        UnknownExpressionError: its name ends in neither ``_l`` nor ``_r``.
    """
    name, _, side = column.name.rpartition("_")
    if side not in ("l", "r") or not name:
        msg = f"column {column.name}, which ends neither in _l nor in _r"
        raise UnknownExpressionError(msg)
    return name, side
