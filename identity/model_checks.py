"""What may be wrong inside a match model's file, found before anything is compared with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from identity.comparison_columns import comparison_columns
from models.errors import suggest
from schemas.tables import RECORDS

COLUMN_USED = re.compile(r'"([A-Za-z_][A-Za-z0-9_]*)_[lr]"')
"""A column of either record in a level's SQL, which quotes every name."""


def settings_fault(settings: Mapping[str, Any], typical_frequencies: Mapping[str, float]) -> str | None:
    """What is wrong with Splink's settings, as the rest of a sentence about the file; None if nothing is.

    Each comparison needs a name, each level m and u between 0 and 1, each column used must be one of
    ``comparison_columns.sql``, and each column whose frequencies are adjusted for needs a typical one.
    """
    comparisons = settings.get("comparisons")
    if not isinstance(comparisons, list) or not comparisons:
        return "lacks the trained probabilities of everything (settings.comparisons)"
    prior = settings.get("probability_two_random_records_match")
    if not _is_probability(prior) or prior == 1:
        return f"has no probability in settings.probability_two_random_records_match: {prior!r}"
    for at, comparison in enumerate(comparisons):
        where = f"settings.comparisons[{at}]"
        if not isinstance(comparison, dict) or not isinstance(comparison.get("output_column_name"), str):
            return f"has no name in {where}.output_column_name"
        if not _levels(comparison):
            return f"has no levels in {where}.comparison_levels"
    untrained = [
        f"{comparison['output_column_name']}: {level.get('label_for_charts')}"
        for comparison in comparisons
        for level in _levels(comparison)
        if not level.get("is_null_level") and not {"m_probability", "u_probability"} <= level.keys()
    ]
    if untrained:
        return f"lacks the trained probabilities of {', '.join(untrained)}"
    return next(_level_faults(comparisons, typical_frequencies), None)


@cache
def compared_columns() -> frozenset[str]:
    """Columns that a comparison may look at (``comparison_columns.sql``)."""
    return frozenset(comparison_columns(RECORDS.empty_table()).column_names)


def _levels(comparison: Mapping[str, Any]) -> list[dict[str, Any]]:
    levels = comparison.get("comparison_levels")
    return [level for level in levels if isinstance(level, dict)] if isinstance(levels, list) else []


def _level_faults(comparisons: list[dict[str, Any]], typical: Mapping[str, float]) -> Iterator[str]:
    for at, comparison in enumerate(comparisons):
        for place, level in enumerate(_levels(comparison)):
            where = f"settings.comparisons[{at}].comparison_levels[{place}] ({comparison['output_column_name']})"
            for name in ("sql_condition", "label_for_charts"):
                if not isinstance(level.get(name), str):
                    yield f"has no text in {where}.{name}"
            for name in ("m_probability", "u_probability"):
                if not level.get("is_null_level") and not _is_probability(level[name]):
                    yield f"has no probability in {where}.{name}: {level[name]!r}"
            adjusted = level.get("tf_adjustment_column")
            used = {*COLUMN_USED.findall(level["sql_condition"]), *([adjusted] if adjusted else [])}
            for column in sorted(used - compared_columns()):
                yield f"compares a column '{column}' that records do not have, in {where}. " + suggest(
                    column, compared_columns()
                ).rstrip(".")
            if adjusted and adjusted not in typical:
                yield f"lacks typical_frequencies.{adjusted}, which {where} adjusts for"


def _is_probability(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1
