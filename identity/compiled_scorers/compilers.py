"""From a match model's JSON to a compiled scorer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from identity.compiled_scorers.expressions import (
    UnknownExpressionError,
    columns_of,
    compile_expression,
    parse,
    repeated_calls,
)
from identity.compiled_scorers.levels import Comparison, Level
from identity.compiled_scorers.scorers import CompiledScorer
from identity.match_models import MatchModel
from models.errors import UsageError

SMALLEST_PROBABILITY = 1e-300
"""Splink's own bound, so that a level that was never seen has a weight at all."""

NOT_OBSERVED = "level not observed in training dataset"
NOT_OBSERVED_PROBABILITY = 1e-6
"""What Splink writes for, and takes in place of, a probability that training had no pair for."""


def compile_scorer(model: MatchModel, columns: frozenset[str] | None = None) -> CompiledScorer:
    """The match model as a function.

    Args:
        columns: those that rows will have; by default they are not checked.

    Raises:
        UsageError: a level's SQL has no Python here, reads a column that rows do not have, or a level that adjusts
            for frequencies has no u probability to compare with; names the level.
    """
    found: list[Comparison] = []
    trees = {
        (comparison["output_column_name"], at): _parsed(comparison, level)
        for comparison in model.settings["comparisons"]
        for at, level in enumerate(comparison["comparison_levels"])
    }
    remembered = repeated_calls(tree for tree in trees.values() if tree is not None)
    read: set[str] = set()
    for comparison in model.settings["comparisons"]:
        name, levels = comparison["output_column_name"], []
        for at, level in enumerate(comparison["comparison_levels"]):
            tree = trees[name, at]
            with _Naming(name, level):
                levels.append(_level(level, comparison["comparison_levels"], tree, remembered))
                needed = set() if tree is None else columns_of(tree)
                needed |= {column for column in (level.get("tf_adjustment_column"),) if column}
                _check_columns(needed, columns)
            read |= needed
        if levels[-1].holds is not None:
            msg = f"Match model {model.version}: comparison {name} has no level ELSE. Add one, and train it again."
            raise UsageError(msg)
        found.append(Comparison(name, tuple(levels)))
    return CompiledScorer(found, model.version, frozenset(read))


class _Naming:
    """Turns what the inside does not know into an error that names comparison and level."""

    def __init__(self, comparison: str, level: Mapping[str, Any]) -> None:
        self._where = f"{comparison}: {level.get('label_for_charts', '?')}"

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, UnknownExpressionError):
            msg = (
                f"The match model's level '{self._where}' cannot be compiled: {error}. Write it with what"
                " docs/how-to/identify.md lists."
            )
            raise UsageError(msg) from error


def _parsed(comparison: Mapping[str, Any], level: Mapping[str, Any]) -> exp.Expr | None:
    condition = str(level["sql_condition"])
    if condition.strip().upper() == "ELSE":
        return None
    with _Naming(comparison["output_column_name"], level):
        return parse(condition)


def _level(
    level: Mapping[str, Any],
    all_levels: Sequence[Mapping[str, Any]],
    tree: exp.Expr | None,
    known: frozenset[str],
) -> Level:
    holds = None if tree is None else compile_expression(tree, known)
    if level.get("is_null_level"):
        return Level(holds, None, 0.0, None, 0.0, 0.0, 0.0)
    m, u = _probability(level["m_probability"]), _probability(level["u_probability"])
    column, share = level.get("tf_adjustment_column"), float(level.get("tf_adjustment_weight", 1.0))
    if column is None or share == 0 or holds is None:
        return Level(holds, str(level["label_for_charts"]), math.log2(m / u), None, 0.0, 0.0, 0.0)
    return Level(
        holds,
        str(level["label_for_charts"]),
        math.log2(m / u),
        column,
        share,
        math.log2(_u_of_equal_values(level, all_levels)),
        float(level.get("tf_minimum_u_value", 0.0)),
    )


def _probability(value: float | str) -> float:
    return max(NOT_OBSERVED_PROBABILITY if value == NOT_OBSERVED else float(value), SMALLEST_PROBABILITY)


def _u_of_equal_values(level: Mapping[str, Any], all_levels: Sequence[Mapping[str, Any]]) -> float:
    """The u probability that a frequency takes the place of: the level's own, or that of the column's equality."""
    if level.get("disable_tf_exact_match_detection"):
        return _probability(level["u_probability"])
    column = str(level["tf_adjustment_column"]).lower()
    for other in all_levels:
        if _is_equality_of(parse(str(other["sql_condition"])), column):
            return _probability(other["u_probability"])
    msg = f"no level that says {column}_l = {column}_r to adjust by frequency"
    raise UnknownExpressionError(msg)


def _is_equality_of(tree: exp.Expr, column: str) -> bool:
    if not isinstance(tree, exp.EQ) or not isinstance(tree.this, exp.Column):
        return False
    return {part.name.lower() for part in (tree.this, tree.expression)} == {f"{column}_l", f"{column}_r"}


def _check_columns(needed: set[str], known: frozenset[str] | None) -> None:
    if known is not None and not needed <= known:
        msg = f"no column {', '.join(sorted(needed - known))}; there are {', '.join(sorted(known))}"
        raise UnknownExpressionError(msg)
