"""Expressions in Python give what DuckDB gives."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from identity.compiled_sql import SourceWriter, repeated_calls
from identity.conditions import UnknownExpressionError, parse, side_of

TEXTS = st.none() | st.text(alphabet="abé日-1 \u0301", max_size=12) | st.text(alphabet="aB. -\t\n$^\\0", max_size=6)
LISTS = st.none() | st.lists(st.sampled_from(["a", "b", "é"]), max_size=3)
ROW = st.fixed_dictionaries({"text": TEXTS, "parts": LISTS, "number": st.none() | st.integers(-3, 3)})

NAMES = ("text", "parts", "number")
CONDITIONS = r"""
jaro_winkler_similarity(text_l, text_r)
damerau_levenshtein(text_l, text_r)
levenshtein(text_l, text_r) <= 2
text_l = text_r
text_l <> text_r
text_l < text_r OR text_l > text_r
length(text_l) > length(text_r)
substr(text_l, 1, 1) = substr(text_r, 1, 1)
substr(text_l, 2)
substr(text_l, 3, 0)
array_length(list_intersect(parts_l, parts_r)) >= 1
array_length(parts_l)
list_contains(parts_l, text_r)
NOT (text_l = text_r AND length(text_l) > 1)
text_l IS NULL OR text_r IS NULL
text_l IS NOT NULL AND text_l = text_r
coalesce(text_l = text_r OR number_l > 1, false)
coalesce(text_l, text_r, 'x')
number_l = number_r OR text_l = text_r AND number_l >= -1
abs(number_l - number_r) <= 1
number_l + number_r BETWEEN -1 AND 2
text_l IN ('a', 'b', 'é')
text_l NOT IN ('a', 'b')
true AND (number_l < number_r OR NULL)
NOT coalesce(text_l = text_r, true)
NOT coalesce(text_l = text_r, false)
coalesce(text_l = text_r, true)
NOT (number_l BETWEEN 0 AND 1)
text_l IN (text_r, 'a')
NOT (text_l IN (text_r, 'a'))
nullif(text_l, text_r)
nullif(text_l, '')
CASE WHEN text_l = text_r THEN 'same' WHEN text_l > text_r THEN text_l END
CASE text_l WHEN 'a' THEN 'first' WHEN 'b' THEN 'second' ELSE text_r END
text_l || '|' || text_r
concat_ws('|', text_l, text_r, 'x')
least(text_l, text_r)
greatest(number_l, number_r)
lower(strip_accents(text_l))
trim(text_l)
left(text_l, 2) || right(text_r, 2)
replace(text_l, 'a', text_r)
split_part(text_l, ' ', 2)
string_split(text_l, ' ')
parts_l[1]
parts_l[2]
list_filter(parts_l, lambda part: part not in ('a', 'é'))
list_transform(parts_l, lambda part: CASE part WHEN 'a' THEN 'b' ELSE part END)
list_transform(parts_l, lambda part: part || text_l)
array_to_string(parts_l, '-')
[text_l, text_r]
regexp_replace(text_l, '[^a-z0-9]+', ' ', 'g')
regexp_replace(text_l, '(?i)^\s*(a|b)\S', '<\1>')
regexp_replace(text_l, '\ba\b', '', 'g')
regexp_replace(text_l, 'a$', 'end')
regexp_extract(text_l, '^(a+)( b)?', 2)
regexp_extract(text_l, 'b.')
regexp_matches(text_l, '^[^\p{L}]*$')
CASE WHEN NOT regexp_matches(text_l, 'a') THEN text_r END
cast(text_l as varchar)
text_l = 'a' OR text_l = 'b' OR text_l = text_r
coalesce(jaro_winkler_similarity(text_l, text_r) >= 0.9, false) AND jaro_winkler_similarity(text_l, text_r) < 1
""".strip().splitlines()

SCHEMA = pa.schema(
    [
        pa.field(f"{name}_{side}", kind)
        for name, kind in (("text", pa.string()), ("parts", pa.list_(pa.string())), ("number", pa.int64()))
        for side in "lr"
    ]
)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(ROW, ROW), min_size=1, max_size=30))
def test_every_expression_gives_what_duckdb_gives(rows: list[tuple[dict[str, object], dict[str, object]]]) -> None:
    table = pa.Table.from_pylist(
        [{f"{n}_l": left[n] for n in left} | {f"{n}_r": right[n] for n in right} for left, right in rows], SCHEMA
    )
    with duckdb.connect() as sql:
        sql.register("pairs", table)
        theirs = sql.execute(f"select {', '.join(CONDITIONS)} from pairs").fetchall()
    for (left, right), expected in zip(rows, theirs, strict=True):
        for condition, values, value in zip(CONDITIONS, OURS, expected, strict=True):
            for found in values(left, right):
                assert found == pytest.approx(value, abs=1e-15) if isinstance(value, float) else found == value, (
                    condition
                )
            assert holds_of(condition)(left, right) == (value is True)


@pytest.mark.parametrize(
    "expression",
    [
        "sqrt(number_l)",
        "text_l like 'a%'",
        "trim(text_l, 'a')",
        "left(text_l, number_l)",
        "regexp_replace(text_l, text_r, '')",
        "regexp_matches(text_l, 'a', 'i')",
        "text_l is true",
        "case text_l when text_r then 'a' end",
        """list_transform(parts_l, lambda "a b": text_l)""",
        "cast(text_l as integer)",
    ],
)
def test_what_is_not_known_is_named(expression: str) -> None:
    with pytest.raises(UnknownExpressionError):
        function(parse(expression), frozenset())


def function(tree: exp.Expr, remembered: frozenset[str], *, truth: bool = False) -> Callable[..., Any]:
    """The expression as a function of two rows."""
    writer = SourceWriter(lambda column: "{0[1]}_{0[0]}".format(side_of(column)), remembered)
    source = writer.holds(tree) if truth else writer.value(tree)
    begin = [f"{side}_{name} = {row}[{name!r}]" for side, row in (("l", "left"), ("r", "right")) for name in NAMES]
    return writer.function("left, right", [*begin, f"return {source}"])


def with_and_without_memory(tree: exp.Expr) -> Callable[..., tuple[Any, Any]]:
    """The values of an expression, computed once a part and computed anew."""
    functions = [function(tree, known) for known in (repeated_calls([tree, tree]), frozenset[str]())]
    return lambda left, right: tuple(one(left, right) for one in functions)


@cache
def holds_of(condition: str) -> Callable[..., bool]:
    """Whether the condition is true."""
    tree = parse(condition)
    one = function(tree, repeated_calls([tree, tree]), truth=True)
    return lambda left, right: bool(one(left, right))


OURS = [with_and_without_memory(parse(condition)) for condition in CONDITIONS]
