"""Splink's own scores of given pairs, by a match model and the data's frequencies."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from identity.frequencies import value_shares

if TYPE_CHECKING:
    import duckdb
    from splink import SettingsCreator

    from identity.match_models import MatchModel

BATCH_PAIRS = 16_384


def predict(
    sql: duckdb.DuckDBPyConnection,
    compared: pa.Table,
    parts: Iterable[pa.Table],
    counts: pa.Table,
    known: Mapping[str, float],
    model: MatchModel,
    keep_match_weight: float,
) -> Iterator[tuple[pa.Table, str]]:
    """Each part of the pairs, and the name of a table with Splink's scores of it, one column of weight per comparison.

    Table and pairs are there until the next is asked for.

    Args:
        sql: where to work.
        compared: comparison columns of the records, with their ``place``.
        parts: pairs of places, ``join_key_l`` and ``join_key_r``.
        counts: COUNTS of at least the values in ``compared``.
        known: of how many people each column's values are known.
        model: with the prior of the whole data.
        keep_match_weight: pairs of less are left out.
    """
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(connection=sql)
    settings = _read_settings(json.dumps(splink_settings(model, "place")))
    registered = ["compared"]
    lookups = {}
    for column in frequency_columns(model):
        values, shares = value_shares(counts, known, column, model.typical_frequencies[column])
        lookups[column] = pa.table({column: values, f"tf_{column}": shares})
        # Where the records have the frequencies beside them Splink joins no table to them, twice a column and part.
        found = pc.index_in(compared[column], value_set=values.cast(compared[column].type), skip_nulls=True)
        compared = compared.append_column(f"tf_{column}", shares.take(found.combine_chunks()))
    registered_records = api.register(compared, dataset_display_name="compared")
    # Its validation tells faults of a file to a log that is off; a file is checked where it is read.
    linker = Linker(registered_records, settings, validate_settings=False, log_level=None)
    for column, table in lookups.items():
        registered.append(f"frequencies_{column}")
        linker.table_management.register_term_frequency_lookup(
            api.register(table, dataset_display_name=registered[-1]), column
        )
    for number, pairs in enumerate(parts):
        blocked = pairs.select(["join_key_l", "join_key_r"]).append_column("match_key", pa.repeat("0", pairs.num_rows))
        # DuckDB reads the batches of a table side by side, and one batch alone.
        blocked = pa.Table.from_batches(blocked.combine_chunks().to_batches(max_chunksize=BATCH_PAIRS), blocked.schema)
        # Splink remembers results by the names of what they were made of.
        candidates = api.register(blocked, dataset_display_name=f"candidates_{number}")
        linker.table_management.register_blocked_pairs_for_predict(candidates)
        found = linker.inference.predict(threshold_match_weight=keep_match_weight, warning_mode="never")
        yield pairs, str(found.physical_name)
        sql.execute(f"drop table {found.physical_name}")
        sql.unregister(f"candidates_{number}")
    for name in registered:
        sql.unregister(name)


@lru_cache(maxsize=4)
def _read_settings(text: str) -> SettingsCreator:
    """Splink's settings, read once a process: to parse the conditions of all levels takes as long as to weigh pairs."""
    from splink import SettingsCreator

    class ReadOnce(SettingsCreator):
        found: Any = None

        def get_settings(self, sql_dialect_str: str) -> Any:
            self.found = self.found or super().get_settings(sql_dialect_str)
            return self.found

    settings = json.loads(text)
    settings.pop("sql_dialect", None)
    return ReadOnce(**settings)


def splink_settings(model: MatchModel, unique_id: str) -> dict[str, Any]:
    """Splink's settings of the match model, that tell the weight of each comparison; ``unique_id`` names records."""
    return model.settings | {
        "link_type": "dedupe_only",
        "unique_id_column_name": unique_id,
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        "linker_uid": "identity",
    }


def frequency_columns(model: MatchModel) -> list[str]:
    """Columns whose values' frequencies the model adjusts for, sorted."""
    return sorted(
        {
            level["tf_adjustment_column"]
            for comparison in model.settings["comparisons"]
            for level in comparison["comparison_levels"]
            if "tf_adjustment_column" in level
        }
    )
