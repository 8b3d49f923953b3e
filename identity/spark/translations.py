"""A match model's conditions, which are written for DuckDB, in Spark's SQL: the same answer to the last bit.

Splink translates its own SQL, not the conditions inside it. And functions of one name differ: the similarities in the
library that Splink brings for Spark count UTF-16 characters and have another idea of Jaro and Winkler. So the functions
that :mod:`identity.compiled_sql.functions` holds against DuckDB are registered with Spark, under their own names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import sqlglot
from sqlglot import exp

from identity.compiled_sql.functions import FUNCTIONS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from identity.match_models import MatchModel

REGISTERED = {
    "jaro_winkler_similarity": "double",
    "damerau_levenshtein": "bigint",
    "levenshtein": "bigint",
}
"""Functions of texts that are registered, with the type that they give."""

_NODES: dict[type[exp.Expr], str] = {
    exp.JarowinklerSimilarity: "jaro_winkler_similarity",
    exp.Levenshtein: "levenshtein",
}
"""Those that sqlglot knows by a class of its own."""


def register_functions(session: SparkSession) -> None:
    """Make the functions that translated conditions call known to the session."""
    from pyspark.sql.functions import arrow_udf

    for name, result in REGISTERED.items():
        session.udf.register(_registered(name), arrow_udf(_of_arrays(name), result))


def spark_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """Splink's settings with every condition in Spark's SQL."""
    comparisons = [
        comparison
        | {
            "comparison_levels": [
                level | {"sql_condition": to_spark(level["sql_condition"])} for level in comparison["comparison_levels"]
            ]
        }
        for comparison in settings["comparisons"]
    ]
    return settings | {"comparisons": comparisons}


def to_spark(condition: str) -> str:
    """One condition in Spark's SQL; ``ELSE`` stays what it is to Splink."""
    if condition.strip().upper() == "ELSE":
        return condition
    tree = exp.Paren(this=sqlglot.parse_one(condition, read="duckdb"))
    # The innermost first: what takes a node's place keeps what was made of its arguments.
    for node in reversed(list(tree.walk())):
        translated = _translated(node)
        if translated is not node:
            node.replace(translated)
    return tree.this.sql(dialect="spark")


def model_on_spark(model: MatchModel) -> MatchModel:
    """The match model with its conditions in Spark's SQL."""
    import msgspec

    return msgspec.structs.replace(model, settings=spark_settings(model.settings))


def _translated(node: exp.Expr) -> exp.Expr:
    name = _NODES.get(type(node), node.name.lower() if isinstance(node, exp.Anonymous) else "")
    arguments = node.expressions if isinstance(node, exp.Anonymous) else [node.this, node.args.get("expression")]
    if name in REGISTERED:
        return _call(_registered(name), *arguments)
    if name == "list_intersect":
        one, other = arguments
        # DuckDB finds nothing in common with an unknown list, Spark does not know; and nulls are nothing in common.
        nothing = _call("array_intersect", one.copy(), exp.Array(expressions=[]))
        return _call("array_compact", exp.Coalesce(this=_call("array_intersect", one, other), expressions=[nothing]))
    if isinstance(node, exp.ArrayContains):
        # Of a list with nulls Spark does not know whether it holds a value that it does not see.
        return _call("array_contains", _call("array_compact", node.this), node.expression)
    if isinstance(node, exp.ArraySize):
        # SIZE of an unknown list is -1 in some of Spark's modes.
        return _call("array_size", node.this)
    return node


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _registered(name: str) -> str:
    return f"klantbeeld_{name}"


def _of_arrays(name: str) -> Callable[[pa.Array, pa.Array], pa.Array]:
    function, kind = FUNCTIONS[name], pa.float64() if REGISTERED[name] == "double" else pa.int64()

    def of_arrays(one: pa.Array, other: pa.Array) -> pa.Array:
        pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
        found = [None if left is None or right is None else function(left, right) for left, right in pairs]
        return pa.array(found, kind)

    # Spark reads the annotations, and has to find them as types.
    of_arrays.__annotations__ = {"one": pa.Array, "other": pa.Array, "return": pa.Array}
    return of_arrays
