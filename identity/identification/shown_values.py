"""What evidence shows of records, per comparison of the match model: by the SQL of scoring, once for all records."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from identity.match_models import MatchModel
from identity.queries import session
from identity.scored_edges import SHOWN


def comparison_names(model: MatchModel) -> tuple[str, ...]:
    """The names of the match model's comparisons."""
    return tuple(str(comparison["output_column_name"]) for comparison in model.settings["comparisons"])


def shown_sql(comparisons: Sequence[str], source: str) -> str:
    """SQL that gives ``record_id`` and one text per comparison, sorted, of a relation with the columns of RECORDS."""
    shown = ", ".join(f'cast({SHOWN.get(name, name)} as varchar) as "{name}"' for name in comparisons)
    return f"select record_id, {shown} from {source} order by record_id"


def shown_values(
    records: pa.Table, comparisons: Sequence[str], connection: duckdb.DuckDBPyConnection | None = None
) -> pa.Table:
    """``record_id`` and what evidence shows of RECORDS without junk values, sorted."""
    with session(connection) as sql:
        sql.register("shown_records", records)
        try:
            return sql.execute(shown_sql(comparisons, "shown_records")).to_arrow_table()
        finally:
            sql.unregister("shown_records")
