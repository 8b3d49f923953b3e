"""From a match model's JSON to a compiled scorer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from identity.compiled_scorers.expressions import compile_expression, repeated_calls
from identity.compiled_scorers.levels import Comparison, Level
from identity.compiled_scorers.scorers import CompiledScorer
from identity.conditions import UnknownExpressionError, columns_of, is_else, naming, parse
from identity.level_weights import level_weight
from identity.match_models import MatchModel
from models.errors import UsageError


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
            with naming(name, level):
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


def _parsed(comparison: Mapping[str, Any], level: Mapping[str, Any]) -> exp.Expr | None:
    if is_else(level):
        return None
    with naming(comparison["output_column_name"], level):
        return parse(str(level["sql_condition"]))


def _level(
    level: Mapping[str, Any],
    all_levels: Sequence[Mapping[str, Any]],
    tree: exp.Expr | None,
    known: frozenset[str],
) -> Level:
    holds = None if tree is None else compile_expression(tree, known)
    label = None if level.get("is_null_level") else str(level["label_for_charts"])
    return Level(holds, label, *level_weight(level, all_levels))


def _check_columns(needed: set[str], known: frozenset[str] | None) -> None:
    if known is not None and not needed <= known:
        msg = f"no column {', '.join(sorted(needed - known))}; there are {', '.join(sorted(known))}"
        raise UnknownExpressionError(msg)
