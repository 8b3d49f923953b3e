"""Expressions as functions of two rows, and how they are put together by SQL's three-valued logic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

Row = Mapping[str, Any]
Memo = MutableMapping[str, Any]
Term = Callable[[Row, Row, Memo], Any]
"""The value of an expression for a left and a right row; ``memo`` keeps what was computed of this pair before."""


def part_of_text(text: Term, start: int, end: int | None) -> Term:
    """Characters ``start`` (0 is the first) up to ``end`` of a text; to its end without one."""

    def part(left: Row, right: Row, memo: Memo) -> Any:
        value = text(left, right, memo)
        return None if value is None else value[start:end]

    return part


def null_on_null(function: Callable[..., Any], parts: list[Term], *, null_second: bool = False) -> Term:
    """A function of one term or two, null where one of them is; ``null_second``: the function takes that as it is."""
    if len(parts) == 1:
        [only] = parts

        def of_one(left: Row, right: Row, memo: Memo) -> Any:
            value = only(left, right, memo)
            return None if value is None else function(value)

        return of_one
    first, second = parts

    def of_two(left: Row, right: Row, memo: Memo) -> Any:
        one = first(left, right, memo)
        if one is None:
            return None
        other = second(left, right, memo)
        return None if other is None and not null_second else function(one, other)

    return of_two


def all_of(parts: list[Term]) -> Term:
    """AND: false where one is false, else null where one is null."""

    def conjunction(left: Row, right: Row, memo: Memo) -> bool | None:
        result: bool | None = True
        for part in parts:
            value = part(left, right, memo)
            if value is None:
                result = None
            elif not value:
                return False
        return result

    return conjunction


def any_of(parts: list[Term]) -> Term:
    """OR: true where one is true, else null where one is null."""

    def disjunction(left: Row, right: Row, memo: Memo) -> bool | None:
        result: bool | None = False
        for part in parts:
            value = part(left, right, memo)
            if value is None:
                result = None
            elif value:
                return True
        return result

    return disjunction


def negated(part: Term) -> Term:
    """NOT: of null it is null."""

    def negation(left: Row, right: Row, memo: Memo) -> bool | None:
        value = part(left, right, memo)
        return None if value is None else not value

    return negation


def is_null(part: Term) -> Term:
    """IS NULL, which is never null."""
    return lambda left, right, memo: part(left, right, memo) is None


def first_known(parts: list[Term]) -> Term:
    """COALESCE."""

    def coalesced(left: Row, right: Row, memo: Memo) -> Any:
        for part in parts:
            value = part(left, right, memo)
            if value is not None:
                return value
        return None

    return coalesced
