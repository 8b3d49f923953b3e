"""What a resolution left behind, asked for a few records at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from identity.edge_weights import EDGE_WEIGHTS
from identity.identifiers import PAIRS
from identity.queries import conform
from schemas.tables import IDENTIFIER_STATES, RECORDS

VALUES = pa.schema([pa.field("type", pa.string()), pa.field("value", pa.string())])
"""Identifier values."""

ENDS = pa.schema([pa.field("record_id_l", pa.string()), pa.field("record_id_r", pa.string())])
"""Pairs of records, the smaller id first."""


def ends_of(one: pa.Array, other: pa.Array) -> pa.Table:
    """Pairs of record ids in any order as ENDS."""
    smaller = pc.less(one, other)
    return pa.Table.from_arrays([pc.if_else(smaller, one, other), pc.if_else(smaller, other, one)], schema=ENDS)


class ResolvedState:
    """The tables ``records``, ``record_identifiers``, ``identifier_states`` and ``edges`` of one resolution.

    Args:
        connection: a DuckDB that has them.
        schema: where, for example ``lake.identity``.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, schema: str) -> None:
        self._connection = connection
        self._schema = schema

    def count_records(self) -> int:
        """How many records there are."""
        return int(self._table("select count(*) as n from {schema}.records")["n"][0].as_py())

    def records(self, record_ids: Iterable[str]) -> pa.Table:
        """RECORDS of those ids that are there, sorted."""
        with self._asked(ids=_ids(record_ids)):
            found = self._table("from {schema}.records semi join asked_ids using (record_id) order by record_id")
        return conform(found, RECORDS)

    def pairs(self, record_ids: Iterable[str]) -> pa.Table:
        """All identifiers (PAIRS) of some records, sorted."""
        statement = (
            "from {schema}.record_identifiers semi join asked_ids using (record_id) order by record_id, type, value"
        )
        with self._asked(ids=_ids(record_ids)):
            return conform(self._table(statement), PAIRS)

    def holders(self, values: pa.Table) -> set[str]:
        """Ids of the records that carry one of some identifier values (VALUES)."""
        statement = (
            "select distinct record_id from {schema}.record_identifiers semi join asked_values using (type, value)"
        )
        with self._asked(values=values):
            return set(self._table(statement)["record_id"].to_pylist())

    def states(self, values: pa.Table) -> pa.Table:
        """IDENTIFIER_STATES of some identifier values (VALUES), sorted."""
        statement = "from {schema}.identifier_states semi join asked_values using (type, value) order by type, value"
        with self._asked(values=values):
            return conform(self._table(statement), IDENTIFIER_STATES)

    def junk(self, types: Collection[str]) -> pa.Table:
        """IDENTIFIER_STATES of all junk values of some types, sorted."""
        statement = "from {schema}.identifier_states where state = 'junk' order by type, value"
        found = conform(self._table(statement), IDENTIFIER_STATES)
        return found.filter(pc.is_in(found["type"], pa.array(types, pa.string())))

    def key_totals(self) -> pa.Table:
        """As :func:`identity.match_keys.key_totals` of all states."""
        return self._table(
            """
            select type, sum(records::double) as records, sum(records::double * records) as squares
            from {schema}.identifier_states
            where state <> 'junk'
            group by type
            """
        )

    def edge_weights(self, record_ids: Iterable[str], pairs: pa.Table | None = None) -> pa.Table:
        """EDGE_WEIGHTS with an end in some records, and of some pairs (ENDS), in any order."""
        condition = """(
            record_id_l in (select record_id from asked_ids)
            or record_id_r in (select record_id from asked_ids)
            or (record_id_l, record_id_r) in (select (record_id_l, record_id_r) from asked_pairs)
        )"""
        with self._asked(ids=_ids(record_ids), pairs=ENDS.empty_table() if pairs is None else pairs):
            return self._weights(condition)

    def steward_weights(self) -> pa.Table:
        """EDGE_WEIGHTS of all edges that judgements made, in any order."""
        return self._weights("kind = 'steward'")

    def _weights(self, condition: str) -> pa.Table:
        columns = ", ".join(EDGE_WEIGHTS.names[:-1])
        # Where one query asked for the value of some kinds, the evidence of all would be read.
        statement = f"""
            select {columns}, null::varchar as value from {{schema}}.edges
            where kind <> 'deterministic' and {condition}
            union all
            select {columns}, evidence[1].value_l as value from {{schema}}.edges
            where kind = 'deterministic' and {condition}
        """
        return conform(self._table(statement), EDGE_WEIGHTS)

    def insert(self, name: str, rows: pa.Table) -> None:
        """Add rows to one of the tables."""
        if rows.num_rows:
            with self._asked(rows=rows):
                self._connection.execute(f"insert into {self._schema}.{name} by name select * from asked_rows")

    def delete(self, name: str, keys: pa.Table) -> None:
        """Take the rows out of one of the tables that equal a row of ``keys`` in its columns."""
        if keys.num_rows:
            columns = ", ".join(keys.column_names)
            with self._asked(rows=keys):
                self._connection.execute(
                    f"delete from {self._schema}.{name} where ({columns}) in (select ({columns}) from asked_rows)"
                )

    def _table(self, statement: str) -> pa.Table:
        return self._connection.execute(statement.format(schema=self._schema)).to_arrow_table()

    @contextmanager
    def _asked(self, **tables: pa.Table) -> Iterator[None]:
        for name, table in tables.items():
            self._connection.register(f"asked_{name}", table)
        try:
            yield
        finally:
            for name in tables:
                self._connection.unregister(f"asked_{name}")


def _ids(record_ids: Iterable[str]) -> pa.Table:
    return pa.table({"record_id": pa.array(record_ids, pa.string())})
