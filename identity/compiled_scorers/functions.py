"""DuckDB's functions as levels use them, in Python, to the last bit; a test holds each against DuckDB.

A function is null where an argument is, which its caller sees to; those of ``NULL_SECOND`` take a null second one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler, Levenshtein

Bytes = str | bytes


def jaro_winkler_similarity(one: str, other: str) -> float:
    """Of UTF-8 bytes, as DuckDB's; nothing is similar to an empty text, not even another."""
    if not one or not other:
        return 0.0
    left, right = _bytes(one, other)
    return JaroWinkler.similarity(left, right)


def damerau_levenshtein(one: str, other: str) -> int:
    """Edits of UTF-8 bytes, neighbours that change places being one."""
    left, right = _bytes(one, other)
    return DamerauLevenshtein.distance(left, right)


def levenshtein(one: str, other: str) -> int:
    """Edits of UTF-8 bytes."""
    left, right = _bytes(one, other)
    return Levenshtein.distance(left, right)


def list_intersect(one: Collection[Any], other: Collection[Any] | None) -> set[Any]:
    """What both lists hold, once each; nulls do not count. With an unknown list DuckDB finds nothing in common."""
    return set() if other is None else (set(one) & set(other)) - {None}


def list_contains(values: Collection[Any], value: object) -> bool:
    """Whether the list holds the value."""
    return value in values


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "jaro_winkler_similarity": jaro_winkler_similarity,
    "damerau_levenshtein": damerau_levenshtein,
    "levenshtein": levenshtein,
    "list_intersect": list_intersect,
    "list_contains": list_contains,
    "array_length": len,
    "length": len,
    "abs": abs,
}
"""By DuckDB's name. ``length`` and ``substr`` count characters, the distances bytes."""

NULL_SECOND = frozenset({"list_intersect"})
"""Functions that are not null where only their second argument is."""


def _bytes(one: str, other: str) -> tuple[Bytes, Bytes]:
    # Of plain letters the characters are the bytes, and the conversion would take longer than the comparison.
    return (one, other) if one.isascii() and other.isascii() else (one.encode(), other.encode())
