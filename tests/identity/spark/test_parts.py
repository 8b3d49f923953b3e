"""What Spark does itself: components; and the functions that translated conditions call."""

from __future__ import annotations

import random

import duckdb
import pyarrow as pa
import pytest

from identity.disjoint_sets import DisjointSets
from identity.spark.components import component_labels
from identity.spark.frames import from_arrow
from identity.spark.translations import register_functions, to_spark
from tests.support.sparks import ignores_pandas, make_session, needs_spark

slow = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("spark"), needs_spark, ignores_pandas]

TEXTS = ("", "a", "Öztürk", "ozturk", "Zoë", "Zoe", "martha", "marhta", "ca", "abc", "van den berg", "naïve 日本", None)


def marked(function: object) -> object:
    for mark in slow:
        function = mark(function)  # type: ignore[operator]
    return function


@marked
def test_what_hangs_together_is_one_component_named_after_its_smallest_record() -> None:
    chance = random.Random(3)
    chain = [(f"c{at:03}", f"c{at + 1:03}") for at in range(60)]
    pairs = [(f"r{chance.randrange(300)}", f"r{chance.randrange(300)}") for _ in range(220)] + chain
    sets = DisjointSets()
    names = {name for one, other in pairs if one != other for name in (one, other)}
    for one, other in pairs:
        sets.unite(one, other)
    smallest: dict[str, str] = {}
    for name in sorted(names):
        smallest.setdefault(sets.find(name), name)
    with make_session("local[2]") as session:
        frame = from_arrow(session, pa.table({"l": [one for one, _ in pairs], "r": [other for _, other in pairs]}))
        found = {row["record_id"]: row["component"] for row in component_labels(frame).collect()}
    assert found == {name: smallest[sets.find(name)] for name in names}
    assert {found["c000"], found["c030"], found["c060"]} == {"c000"}


CONDITIONS = (
    "jaro_winkler_similarity(one_l, one_r)",
    "damerau_levenshtein(one_l, one_r)",
    "levenshtein(one_l, one_r)",
    "array_length(list_intersect(many_l, many_r))",
    "list_contains(many_l, one_r)",
    "length(one_l)",
    "substr(one_l, 1, 2)",
)


@marked
def test_functions_in_conditions_give_on_spark_what_they_give_on_duckdb() -> None:
    lists = ([], ["a", "Zoë"], ["a", "a", "abc"], [None, "a"], [None], None)
    rows = [
        (one, other, many, many_there) for one in TEXTS for other in TEXTS for many in lists for many_there in lists
    ]
    schema = pa.schema(
        [
            ("number", pa.int64()),
            *((name, pa.string()) for name in ("one_l", "one_r")),
            *((name, pa.list_(pa.string())) for name in ("many_l", "many_r")),
        ]
    )
    columns = [range(len(rows)), *zip(*rows, strict=True)]
    table = pa.Table.from_arrays(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
    )
    with duckdb.connect() as sql:
        sql.register("texts", table)
        expected = sql.execute(f"select {', '.join(CONDITIONS)} from texts order by number").fetchall()
    with make_session("local[2]") as session:
        register_functions(session)
        from_arrow(session, table).createOrReplaceTempView("texts")
        translated = ", ".join(f"{to_spark(condition)} as c{at}" for at, condition in enumerate(CONDITIONS))
        found = session.sql(f"select number, {translated} from texts").collect()
    assert [tuple(row)[1:] for row in sorted(found, key=lambda row: row["number"])] == expected


def test_names_in_conditions_are_quoted_as_spark_quotes_them() -> None:
    assert to_spark('"first_name_l" = "first_name_r" AND length("first_name_l") > 1') == (
        "`first_name_l` = `first_name_r` AND LENGTH(`first_name_l`) > 1"
    )


def test_functions_inside_functions_are_translated() -> None:
    assert to_spark('coalesce(NOT jaro_winkler_similarity("a_l", "a_r") >= 0.9, false)') == (
        "COALESCE(NOT KLANTBEELD_JARO_WINKLER_SIMILARITY(`a_l`, `a_r`) >= 0.9, FALSE)"
    )


def test_what_stands_for_all_the_rest_stays_what_it_is() -> None:
    assert to_spark("ELSE") == "ELSE"
