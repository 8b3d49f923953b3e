"""How often each level of a match model occurs in given pairs of records: the sample that its m rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa

from identity.queries import session

MAX_PAIRS = 1_000_000
"""So many pairs are counted at most, those of the smallest ids."""

LevelCounts = dict[tuple[str, str], int]
"""(comparison, label of the level) -> pairs; levels of unknown values left out, levels that never occur are 0."""


def level_counts(
    settings: Mapping[str, Any],
    compared: pa.Table,
    pairs: pa.Table,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> LevelCounts:
    """The pairs (``record_id_l``, ``record_id_r``) by the level that speaks, for every comparison.

    ``compared`` has the columns of ``comparison_columns.sql``. The SQL is the model's own.
    """
    columns = ", ".join(
        f'l."{name}" as "{name}_l", r."{name}" as "{name}_r"' for name in compared.column_names if name != "record_id"
    )
    comparisons = settings["comparisons"]
    places = ", ".join(f'{_level_place(comparison)} as "c{at}"' for at, comparison in enumerate(comparisons))
    with session(connection) as sql:
        sql.register("counted_records", compared)
        sql.register("counted_pairs", pairs)
        try:
            sql.execute(
                f"""
                create or replace temp table counted_levels as
                with sampled as (
                    select record_id_l, record_id_r from counted_pairs order by all limit $pairs
                ),

                described as (
                    select {columns}
                    from sampled
                    inner join counted_records as l on l.record_id = sampled.record_id_l
                    inner join counted_records as r on r.record_id = sampled.record_id_r
                )

                select {places} from described
                """,
                {"pairs": MAX_PAIRS},
            )
            found = [
                dict(sql.execute(f'select "c{at}", count(*) from counted_levels group by all').fetchall())
                for at in range(len(comparisons))
            ]
            sql.execute("drop table counted_levels")
        finally:
            sql.unregister("counted_records")
            sql.unregister("counted_pairs")
    return {
        (str(comparison["output_column_name"]), str(level["label_for_charts"])): int(counts.get(place, 0))
        for comparison, counts in zip(comparisons, found, strict=True)
        for place, level in enumerate(comparison["comparison_levels"])
        if not level.get("is_null_level")
    }


def _level_place(comparison: Mapping[str, Any]) -> str:
    """A SQL expression: the place of the first level whose condition holds."""
    levels = comparison["comparison_levels"]
    cases = " ".join(
        f"when {level['sql_condition']} then {place}"
        for place, level in enumerate(levels)
        if level["sql_condition"] != "ELSE"
    )
    rest = next((place for place, level in enumerate(levels) if level["sql_condition"] == "ELSE"), -1)
    return f"case {cases} else {rest} end"
