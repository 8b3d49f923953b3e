"""From a match model's JSON to a compiled scorer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlglot import exp

from identity.compiled_scorers.levels import Comparison, Level, LevelsOf
from identity.compiled_scorers.scorers import CompiledScorer
from identity.compiled_sql import SourceWriter, repeated_calls
from identity.conditions import UnknownExpressionError, columns_of, is_else, naming, parse, side_of
from identity.level_weights import level_weight
from identity.match_models import MatchModel
from models.errors import UsageError

SIDES = (("l", "left"), ("r", "right"))


def compile_scorer(model: MatchModel, columns: frozenset[str] | None = None) -> CompiledScorer:
    """The match model as a function.

    Args:
        columns: those that rows will have; by default they are not checked.

    Raises:
        UsageError: a level's SQL has no Python here, reads a column that rows do not have, or a level that adjusts
            for frequencies has no u probability to compare with; names the level.
    """
    found: list[Comparison] = []
    trees: list[list[exp.Expr | None]] = []
    read: set[str] = set()
    for comparison in model.settings["comparisons"]:
        name, levels = comparison["output_column_name"], []
        trees.append([])
        for level in comparison["comparison_levels"]:
            with naming(name, level):
                tree = None if is_else(level) else parse(str(level["sql_condition"]))
                levels.append(_level(level, comparison["comparison_levels"]))
                needed = set() if tree is None else columns_of(tree)
                needed |= {column for column in (level.get("tf_adjustment_column"),) if column}
                _check_columns(needed, columns)
            trees[-1].append(tree)
            read |= needed
        if trees[-1][-1] is not None:
            msg = f"Match model {model.version}: comparison {name} has no level ELSE. Add one, and train it again."
            raise UsageError(msg)
        found.append(Comparison(name, tuple(levels)))
    ordered = sorted(read)
    levels_of = _levels_of(model.settings["comparisons"], trees, ordered)
    return CompiledScorer([_placed(one, ordered) for one in found], levels_of, model.version, ordered)


def _placed(comparison: Comparison, columns: Sequence[str]) -> Comparison:
    """With the places of the frequency columns in rows."""
    places = {column: at for at, column in enumerate(columns)}
    return replace(
        comparison,
        levels=tuple(replace(level, place=places.get(level.frequency_column or "", -1)) for level in comparison.levels),
    )


def _levels_of(
    comparisons: Sequence[Mapping[str, Any]], trees: Sequence[Sequence[exp.Expr | None]], columns: Sequence[str]
) -> LevelsOf:
    """One function for all comparisons, so that what several ask for is computed once a pair.

    Raises:
        UsageError: a level's SQL has no Python here; names the level.
    """
    remembered = repeated_calls(tree for levels in trees for tree in levels if tree is not None)
    variables = {(name, side): f"{side}{at}" for at, name in enumerate(columns) for side in "lr"}
    writer = SourceWriter(lambda column: variables[side_of(column)], remembered)
    lines, results = [], []
    for comparison, levels in zip(comparisons, trees, strict=True):
        result = writer.new_name("level")
        results.append(f"{result}, ")
        for at, (level, tree) in enumerate(zip(comparison["comparison_levels"], levels, strict=True)):
            with naming(comparison["output_column_name"], level):
                condition = "True" if tree is None else writer.holds(tree)
            lines += [f"{'el' if at else ''}if {condition}:", f"    {result} = {at}"]
    begin = [f"{''.join(f'{side}{at}, ' for at in range(len(columns)))} = {row}" for side, row in SIDES if columns]
    levels_of: LevelsOf = writer.function("left, right", [*begin, *lines, f"return ({''.join(results)})"])
    return levels_of


def _level(level: Mapping[str, Any], all_levels: Sequence[Mapping[str, Any]]) -> Level:
    label = None if level.get("is_null_level") else str(level["label_for_charts"])
    return Level(label, *level_weight(level, all_levels))


def _check_columns(needed: set[str], known: frozenset[str] | None) -> None:
    if known is not None and not needed <= known:
        msg = f"no column {', '.join(sorted(needed - known))}; there are {', '.join(sorted(known))}"
        raise UnknownExpressionError(msg)
