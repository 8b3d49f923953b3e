"""Which pairs of records are compared at all: those that share a blocking key few records have."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from identity.queries import query, session

MAX_BLOCK_RECORDS = 50
"""A key that more records share than this finds no candidates: it would compare thousands with thousands."""

KEYS = pa.schema(
    [
        pa.field("place", pa.int64(), nullable=False),
        pa.field("rule", pa.string(), nullable=False),
        pa.field("key", pa.int64(), nullable=False),
    ]
)
"""One row a record and blocking rule: the record's place, the rule's name and a number made of rule and value."""


def blocking_keys(compared: pa.Table, connection: duckdb.DuckDBPyConnection | None = None) -> pa.Table:
    """The keys (KEYS) of records in the columns of ``comparison_columns.sql``, which stand beside their ``place``."""
    with session(connection) as sql:
        return query(sql, "blocking_keys", {"compared": compared}).cast(KEYS)


def candidate_pairs(keys: pa.Table, connection: duckdb.DuckDBPyConnection | None = None) -> pa.Table:
    """Pairs of places (``join_key_l`` < ``join_key_r``) that share a key, with the first ``rule`` that found them."""
    with session(connection) as sql:
        return query(sql, "blocking", {"keys": keys}, {"max_block_records": MAX_BLOCK_RECORDS})
