"""DuckDB's functions in Python give what DuckDB gives."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.compiled_scorers.expressions import compile_expression, repeated_calls
from identity.conditions import parse

TEXTS = st.none() | st.text(alphabet="abé日-1 \u0301", max_size=12)
LISTS = st.none() | st.lists(st.sampled_from(["a", "b", "é"]), max_size=3)
ROW = st.fixed_dictionaries({"text": TEXTS, "parts": LISTS, "number": st.none() | st.integers(-3, 3)})

CONDITIONS = """
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
    trees = [parse(condition) for condition in CONDITIONS]
    remembered = repeated_calls([*trees, *trees])
    with duckdb.connect() as sql:
        sql.register("pairs", table)
        theirs = sql.execute(f"select {', '.join(CONDITIONS)} from pairs").fetchall()
    for known in (remembered, frozenset()):
        terms = [compile_expression(tree, known) for tree in trees]
        for (left, right), expected in zip(rows, theirs, strict=True):
            memo: dict[str, object] = {}
            for condition, term, value in zip(CONDITIONS, terms, expected, strict=True):
                found = term(left, right, memo)
                assert found == pytest.approx(value, abs=1e-15) if isinstance(value, float) else found == value, (
                    condition
                )
