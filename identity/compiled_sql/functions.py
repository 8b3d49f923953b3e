"""DuckDB's functions in Python give what DuckDB gives, to the last bit; a test holds each against DuckDB.

A function is null where an argument is, which its caller sees to; those of ``NULL_ARGUMENTS`` take nulls themselves.
What letters beyond ASCII become is asked of DuckDB, since no two libraries agree about all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date
from functools import lru_cache
from threading import Lock
from typing import Any

import duckdb
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler, Levenshtein

from identity.names import name_sound
from identity.queries import start_duckdb

Bytes = str | bytes

MAX_ASKED = 1 << 14
"""Answers of DuckDB that are remembered."""


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


def list_intersect(one: Collection[Any] | None, other: Collection[Any] | None) -> set[Any] | None:
    """What both lists hold, once each; nulls do not count. With an unknown list DuckDB finds nothing in common."""
    if one is None:
        return None
    return set() if other is None else (set(one) & set(other)) - {None}


def list_contains(values: Collection[Any], value: object) -> bool:
    """Whether the list holds the value."""
    return value in values


def element(values: Sequence[Any], at: int) -> Any:
    """The element at a place, from 0; null beyond the list."""
    return values[at] if at < len(values) else None


def array_to_string(values: Sequence[str | None], separator: str) -> str:
    """The elements one after the other; nulls are left out."""
    return separator.join([value for value in values if value is not None])


def concat_ws(separator: str, *values: str | None) -> str:
    """The texts one after the other; nulls are left out."""
    return separator.join([value for value in values if value is not None])


def least(*values: Any) -> Any:
    """The least that is not null."""
    return min((value for value in values if value is not None), default=None)


def greatest(*values: Any) -> Any:
    """The greatest that is not null."""
    return max((value for value in values if value is not None), default=None)


def split_part(text: str, separator: str, at: int) -> str:
    """One part of a text, counted from 1; empty beyond the last."""
    parts = text.split(separator)
    return parts[at - 1] if at <= len(parts) else ""


def text(value: object) -> str:
    """A text or a date as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    msg = f"no text and no date but {type(value).__name__}"
    raise TypeError(msg)


def lower(value: str) -> str:
    """In small letters."""
    return value.lower() if value.isascii() else str(ask_duckdb("lower($1)", value))


def strip_accents(value: str) -> str:
    """Without what stands over and under letters."""
    return value if value.isascii() else str(ask_duckdb("strip_accents($1)", value))


def trim(value: str) -> str:
    """Without spaces around it."""
    return value.strip(" ") if value.isascii() else str(ask_duckdb("trim($1)", value))


def first_characters(value: str, count: int) -> str:
    """``left``, for a count that is not negative."""
    return value[:count]


def last_characters(value: str, count: int) -> str:
    """``right``, for a count above zero."""
    return value[-count:]


def replacer(pattern: str, replacement: str, options: str) -> Callable[[str], str]:
    """``regexp_replace`` with these constants."""
    compiled, new, count = _ascii_pattern(pattern), re.sub(r"\\(\d)", r"\\g<\1>", replacement), int("g" not in options)

    def replace(value: str) -> str:
        if value.isascii():
            return compiled.sub(new, value, count=count)
        return str(ask_duckdb("regexp_replace($1, $2, $3, $4)", value, pattern, replacement, options))

    return replace


def extractor(pattern: str, group: int) -> Callable[[str], str]:
    """``regexp_extract`` with these constants: empty where nothing matches."""
    compiled = _ascii_pattern(pattern)

    def extract(value: str) -> str:
        if value.isascii():
            found = compiled.search(value)
            return "" if found is None else found[group] or ""
        return str(ask_duckdb(f"regexp_extract($1, $2, {int(group)})", value, pattern))

    return extract


def matcher(pattern: str) -> Callable[[str], bool]:
    """``regexp_matches`` with this constant."""
    compiled = _ascii_pattern(pattern)

    def matches(value: str) -> bool:
        if value.isascii():
            return compiled.search(value) is not None
        return bool(ask_duckdb("regexp_matches($1, $2)", value, pattern))

    return matches


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "jaro_winkler_similarity": jaro_winkler_similarity,
    "damerau_levenshtein": damerau_levenshtein,
    "levenshtein": levenshtein,
    "list_intersect": list_intersect,
    "list_contains": list_contains,
    "array_length": len,
    "length": len,
    "abs": abs,
    "element": element,
    "array_to_string": array_to_string,
    "concat_ws": concat_ws,
    "least": least,
    "greatest": greatest,
    "split_part": split_part,
    "string_split": str.split,
    "replace": str.replace,
    "left": first_characters,
    "right": last_characters,
    "lower": lower,
    "strip_accents": strip_accents,
    "trim": trim,
    "text": text,
    "name_sound": name_sound,
}
"""By DuckDB's name, or that of ``name_sound.sql``. Parts of texts count characters, the distances bytes."""

NULL_ARGUMENTS = frozenset({"list_intersect", "concat_ws", "least", "greatest"})
"""Functions that are not null wherever an argument is."""


@lru_cache(maxsize=256)
def _ascii_pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of RE2 as one of Python's, for ASCII texts."""
    inside = re.sub(r"\\p\{L\}", "a-zA-Z", pattern)
    # Python's \s knows more spaces, and its $ stands before a last line break as well.
    inside = re.sub(r"\\S", r"[^\\t\\n\\f\\r ]", re.sub(r"\\s", r"[\\t\\n\\f\\r ]", inside))
    return re.compile(inside.replace("$", r"\Z"), re.ASCII)


_lock = Lock()
_connections: list[duckdb.DuckDBPyConnection] = []


@lru_cache(maxsize=MAX_ASKED)
def ask_duckdb(expression: str, *arguments: str) -> Any:
    """What DuckDB makes of an expression; for what is seldom asked: a statement takes a third of a millisecond."""
    with _lock:
        if not _connections:
            _connections.append(start_duckdb(threads=1))
        row = _connections[0].execute(f"select {expression}", list(arguments)).fetchone()
    return (row or (None,))[0]


def _bytes(one: str, other: str) -> tuple[Bytes, Bytes]:
    # Of plain letters the characters are the bytes, and the conversion would take longer than the comparison.
    return (one, other) if one.isascii() and other.isascii() else (one.encode(), other.encode())
