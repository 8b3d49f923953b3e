"""The SQL conditions of a match model's levels, as texts and trees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlglot import exp, parse_one
from sqlglot.errors import ParseError

from models.errors import UsageError


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
