"""How often each comparison of a match model can be made in some data: what is left open cannot be found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa

from identity.queries import session

SAMPLE_PAIRS = 20_000
STEPS = 32
"""Shares are rounded to so many steps, so that one more record seldom changes them."""


def known_shares(
    settings: Mapping[str, Any], compared: pa.Table, connection: duckdb.DuckDBPyConnection | None = None
) -> dict[str, float]:
    """Per comparison of Splink's settings, in what share of pairs it is not unknown, to a 32nd.

    ``compared`` has the columns of ``comparison_columns.sql``. The pairs are random ones, the same whatever the order
    of rows: each record and the next by a hash of its id. A value that only equal records have known (a customer
    number of which another tells nothing) counts as never known, which errs to the careful side.
    """
    names = [str(comparison["output_column_name"]) for comparison in settings["comparisons"]]
    unknown = [_unknown(comparison) for comparison in settings["comparisons"]]
    shares = ", ".join(
        f'avg(case when {condition} then 0.0 else 1.0 end) as "s{n}"' for n, condition in enumerate(unknown)
    )
    columns = ", ".join(
        f'l."{name}" as "{name}_l", r."{name}" as "{name}_r"' for name in compared.column_names if name != "record_id"
    )
    with session(connection) as sql:
        sql.register("known_records", compared)
        try:
            row = sql.execute(
                f"""
                with sampled as (
                    select *, row_number() over (order by hashed, record_id) as turn
                    from (select *, md5(record_id) as hashed from known_records)
                    order by hashed, record_id
                    limit $records
                ),

                pairs as (
                    select {columns} from sampled as l inner join sampled as r on r.turn = l.turn + 1
                )

                select {shares} from pairs
                """,
                {"records": SAMPLE_PAIRS + 1},
            ).fetchone()
        finally:
            sql.unregister("known_records")
    return {
        name: round((share or 0.0) * STEPS) / STEPS
        for name, share in zip(names, row or [0.0] * len(names), strict=True)
    }


def _unknown(comparison: Mapping[str, Any]) -> str:
    levels = comparison["comparison_levels"]
    conditions = [f"({level['sql_condition']})" for level in levels if level.get("is_null_level")]
    return " or ".join(conditions) or "false"
