"""Which pairs of records are compared at all: those that share a blocking key few records have."""

from __future__ import annotations

import math
from collections.abc import Iterator

import duckdb
import pyarrow as pa

from identity.queries import query, session, sql_of

MAX_BLOCK_RECORDS = 50
"""A key that more records share than this finds no candidates: it would compare thousands with thousands."""

PART_PAIRS = 2_000_000
"""About so many candidate pairs are looked at together; a pair that two keys find counts twice."""

KEYS = pa.schema(
    [
        pa.field("place", pa.int64(), nullable=False),
        pa.field("rule", pa.string(), nullable=False),
        pa.field("key", pa.int64(), nullable=False),
    ]
)
"""One row a record and blocking rule: the record's place, the rule's name and a number made of rule and value."""


CANDIDATES = pa.schema([("join_key_l", pa.int64()), ("join_key_r", pa.int64()), ("rule", pa.string())])
"""Pairs of places, the smaller first, and the first blocking rule that found them."""


def blocking_keys(compared: pa.Table, connection: duckdb.DuckDBPyConnection | None = None) -> pa.Table:
    """The keys (KEYS) of records in the columns of ``comparison_columns.sql``, which stand beside their ``place``."""
    with session(connection) as sql:
        return query(sql, "blocking_keys", {"compared": compared}).cast(KEYS)


def candidate_pairs(keys: pa.Table, connection: duckdb.DuckDBPyConnection | None = None) -> Iterator[pa.Table]:
    """Pairs of places (``join_key_l`` < ``join_key_r``) that share a key, with the first ``rule`` that found them.

    In parts of about ``PART_PAIRS`` pairs: each has all pairs of some places, and no place of a part is smaller than
    one of the part before. So a million records need no more memory than a hundred thousand do.

    Args:
        keys: KEYS, with places from 0 on.
    """
    with session(connection) as sql:
        sql.register("keys", keys)
        try:
            # A rule's name takes a byte, and the least is the first all the same: enumerated in order.
            sql.execute("create type blocking_rule as enum (select distinct rule from keys order by rule)")
            select = f"select place, rule::blocking_rule as rule, key from ({sql_of('blocks')})"
            limit = {"max_block_records": MAX_BLOCK_RECORDS}
            sql.execute(f"create or replace temp table blocks as {select}", limit)
        finally:
            sql.unregister("keys")
        del keys
        try:
            for first, end in _ranges(sql):
                sql.execute(f"create or replace temp view ones as from blocks where place >= {first} and place < {end}")
                yield query(sql, "blocking", {}).cast(CANDIDATES)
        finally:
            sql.execute("drop view if exists ones")
            sql.execute("drop table blocks")
            sql.execute("drop type blocking_rule")


def _ranges(sql: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, int]]:
    """From and to which place (exclusive) the parts go."""
    counted = sql.execute(
        "select coalesce(sum(records * (records - 1) // 2), 0)::bigint, coalesce(max(place), -1) + 1 "
        "from (select count(*) as records, max(place) as place from blocks group by key)"
    ).fetchone()
    pairs, places = counted or (0, 0)
    parts = max(1, math.ceil(pairs / PART_PAIRS))
    bounds = [places * part // parts for part in range(parts + 1)]
    return zip(bounds[:-1], bounds[1:], strict=True)
