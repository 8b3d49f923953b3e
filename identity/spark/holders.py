"""Who holds which identifier values: rows of records, each with the values that it holds, for functions of values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from schemas.tables import IDENTIFIER_TYPES, TRAITS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

COLUMNS = ("record_id", *TRAITS, *IDENTIFIER_TYPES)
"""What resolution looks at in RECORDS."""

PAIRS = pa.schema([("record_id", pa.string()), ("type", pa.string()), ("value", pa.string())])

SEEN = ("first_seen", "last_seen")
"""Of a held value where the function of values asks when it was seen."""


def with_values(pairs: DataFrame, records: DataFrame, *by: str) -> DataFrame:
    """One row per record (and ``by``) of the pairs: COLUMNS and ``held``, its (type, value) structs among the pairs."""
    from pyspark.sql import functions as f

    held = pairs.groupBy(*by, "record_id").agg(f.collect_list(f.struct("type", "value")).alias("held"))
    return held.join(records.select(*COLUMNS), "record_id")


def held_pairs(rows: pa.Table, column: str = "held") -> pa.Table:
    """The PAIRS in rows of :func:`with_values`, with SEEN where they tell; records that hold nothing have none."""
    lists = rows[column].combine_chunks()
    values = pc.list_flatten(lists)
    ids = rows["record_id"].combine_chunks().take(pc.list_parent_indices(lists))
    pairs = pa.table([ids, pc.struct_field(values, "type"), pc.struct_field(values, "value")], schema=PAIRS)
    for name in SEEN:
        if values.type.get_field_index(name) >= 0:
            pairs = pairs.append_column(name, pc.struct_field(values, name))
    return pairs
