"""All that is known of the resolved records, in memory and by number, so that one record more is held against them."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from identity.clustering import Facts, Link
from identity.comparison_columns import comparison_columns
from identity.identification.linked_records import LinkedRecords
from identity.identification.shown_values import shown_values
from identity.junk_values import without_junk_values
from identity.key_indexes import Segment
from identity.limits import Limit, limited_values, moments_of
from identity.match_indexes import MatchIndex
from identity.match_keys import key_totals
from identity.queries import session
from identity.scoring import with_places

Integers = npt.NDArray[np.int64]
Row = dict[str, Any]

FACTS = ("first_name", "family_name", "birth_date", "generation_read")
"""Comparison columns that the vetoes of clustering look at."""

KEYS_SQL = "select (md5_number_lower(type || '|' || value) >> 1)::bigint as key from pairs"


@dataclass(frozen=True)
class KnownRecords:
    """Records of one published state; each has a row, in the order of their ids.

    - ``records``: RECORDS, ``compared``: their comparison columns, ``shown``: what evidence shows; both without junk.
    - ``profile_ids``: of each row.
    - ``index``: finds numbers of records by blocking keys; ``row_of_number`` says which row a number has.
    - ``holders``: hash of type and value -> row; ``pairs``: type, value and when seen, ``starts`` of each row's.
    - ``states``: hash of identifier type and value -> place in ``state_rows`` (IDENTIFIER_STATES).
    - ``junk``: identifier types and values that are nobody's.
    - ``totals``: per identifier type, records and their squares over its values that are not junk.
    - ``links``: who is linked with whom.
    """

    records: pa.Table
    compared: pa.Table
    shown: pa.Table
    profile_ids: pa.Array
    index: MatchIndex
    row_of_number: Integers
    pairs: pa.Table
    starts: Integers
    holders: Segment
    state_rows: pa.Table
    states: Segment
    junk: frozenset[tuple[str, str]]
    totals: Mapping[str, tuple[float, float]]
    links: LinkedRecords

    @classmethod
    def of(
        cls,
        records: pa.Table,
        pairs: pa.Table,
        states: pa.Table,
        edges: pa.Table,
        record_profiles: pa.Table,
        link_match_weight: float,
        comparisons: Sequence[str],
        index: MatchIndex | None = None,
    ) -> KnownRecords:
        """The tables of one resolution: RECORDS, PAIRS, IDENTIFIER_STATES, EDGES, RECORD_PROFILES, in any order.

        ``comparisons`` are the names of the match model's. ``index`` is the match index of the same records; without
        one it is made.
        """
        records = records.sort_by("record_id").combine_chunks()
        ids = records["record_id"]
        profiles = record_profiles.take(pc.index_in(ids, value_set=record_profiles["record_id"]))
        with session() as sql:
            real = without_junk_values(records, states)
            compared = comparison_columns(real, sql).combine_chunks()
            shown = shown_values(real, comparisons, sql).combine_chunks()
            if index is None:
                index = MatchIndex.of(with_places(compared), sql)
            owners = pc.index_in(pairs["record_id"], value_set=ids).to_numpy().astype(np.int64)
            order = np.argsort(owners, kind="stable")
            told = [name for name in ("type", "value", "first_seen", "last_seen") if name in pairs.column_names]
            pairs = pairs.select(told).take(pa.array(order)).combine_chunks()
            holder_keys, state_keys = _keys(sql, pairs), _keys(sql, states)
        numbers = index.find_numbers(ids.combine_chunks())
        row_of_number = np.full(len(index.record_ids), -1, np.int64)
        row_of_number[numbers] = np.arange(len(numbers))
        return cls(
            records=records,
            compared=compared,
            shown=shown,
            profile_ids=profiles["profile_id"].combine_chunks(),
            index=index,
            row_of_number=row_of_number,
            pairs=pairs,
            starts=np.searchsorted(owners[order], np.arange(records.num_rows + 1)),
            holders=Segment.of(holder_keys, owners[order]),
            state_rows=states.combine_chunks(),
            states=Segment.of(state_keys, np.arange(states.num_rows)),
            junk=_junk(states),
            totals=_totals(states),
            links=LinkedRecords.of(edges, ids, link_match_weight),
        )

    def __len__(self) -> int:
        return self.records.num_rows

    def record_id(self, row: int) -> str:
        """The id of a row."""
        return str(self.records["record_id"][row].as_py())

    def first_row_from(self, record_id: str) -> int:
        """The first row whose record id is this one or comes after it."""
        return bisect_left(range(len(self)), record_id, key=self.record_id)

    def row_of(self, record_id: str) -> int | None:
        """The row of a record id; None if it is not there."""
        row = self.first_row_from(record_id)
        return row if row < len(self) and self.record_id(row) == record_id else None

    def profile_id(self, row: int) -> str:
        """The profile of a row."""
        return str(self.profile_ids[row].as_py())

    def compared_values(self, rows: Iterable[int], columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """Some comparison columns of rows, in their order, as tuples."""
        return _values_at(self.compared.select(columns), rows)

    def compared_rows(self, rows: Iterable[int], columns: Sequence[str]) -> list[Row]:
        """Some comparison columns of rows, in their order."""
        return _taken(self.compared.select(columns), rows)

    def shown_rows(self, rows: Iterable[int]) -> list[Row]:
        """What evidence shows of rows, in their order."""
        return _taken(self.shown, rows)

    def record_rows(self, rows: Iterable[int], columns: Sequence[str]) -> list[Row]:
        """Some columns of RECORDS of rows, in their order."""
        return _taken(self.records.select(columns), rows)

    def identifiers(self, row: int) -> Iterator[tuple[str, str]]:
        """Types and values of all identifiers of a row."""
        start, end = int(self.starts[row]), int(self.starts[row + 1])
        part = self.pairs.slice(start, end - start)
        return zip(part["type"].to_pylist(), part["value"].to_pylist(), strict=True)

    def _seen(
        self, row: int, limits: Mapping[str, Limit]
    ) -> Iterator[tuple[str, str, datetime | None, datetime | None]]:
        start, end = int(self.starts[row]), int(self.starts[row + 1])
        part = self.pairs.slice(start, end - start)
        return zip(part["type"].to_pylist(), part["value"].to_pylist(), *moments_of(part, limits), strict=True)

    def holders_of(self, kind: str, value: str) -> list[int]:
        """Rows that carry an identifier value."""
        return _values_of(self.holders, identifier_key(kind, value))

    def state_of(self, kind: str, value: str) -> Row | None:
        """The published state (IDENTIFIER_STATES) of an identifier value; None if nobody carries it."""
        places = _values_of(self.states, identifier_key(kind, value))
        return _taken(self.state_rows, places)[0] if places else None

    def facts(self, rows: Iterable[int], limits: Mapping[str, Limit]) -> dict[str, Facts]:
        """What the vetoes of clustering look at, by record id; junk values do not count."""
        found: dict[str, Facts] = {}
        rows = list(rows)
        for row, said in zip(rows, self.compared_rows(rows, FACTS), strict=True):
            held = (pair for pair in self._seen(row, limits) if pair[:2] not in self.junk) if limits else ()
            limited = limited_values(held, limits)
            found[self.record_id(row)] = Facts(
                said["first_name"], said["family_name"], said["birth_date"], said["generation_read"], limited
            )
        return found

    def links_between(self, rows: Iterable[int]) -> list[Link]:
        """The links with both ends in some rows."""
        return [
            Link(self.record_id(one), self.record_id(other), weight, score, judgement)
            for one, other, weight, score, judgement in self.links.between(set(rows))
        ]


def identifier_key(kind: str, value: str) -> int:
    """The number under which the holders of an identifier value are found; as ``KEYS_SQL`` makes it."""
    digest = hashlib.md5(f"{kind}|{value}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little") >> 1


def _taken(table: pa.Table, rows: Iterable[int]) -> list[Row]:
    return [dict(zip(table.column_names, values, strict=True)) for values in _values_at(table, rows)]


def _values_at(table: pa.Table, rows: Iterable[int]) -> Iterator[tuple[Any, ...]]:
    taken = table.take(pa.array(rows, pa.int64()))
    return zip(*(column.to_pylist() for column in taken.columns), strict=True)


def _keys(sql: duckdb.DuckDBPyConnection, pairs: pa.Table) -> Integers:
    sql.register("pairs", pairs.select(["type", "value"]))
    try:
        keys: Integers = sql.execute(KEYS_SQL).to_arrow_table()["key"].to_numpy()
    finally:
        sql.unregister("pairs")
    return keys


def _values_of(segment: Segment, key: int) -> list[int]:
    starts, ends = segment.ranges(np.array([key], np.int64))
    return [int(value) for value in segment.values[int(starts[0]) : int(ends[0])]]


def _totals(states: pa.Table) -> dict[str, tuple[float, float]]:
    return {row["type"]: (row["records"], row["squares"]) for row in key_totals(states).to_pylist()}


def _junk(states: pa.Table) -> frozenset[tuple[str, str]]:
    junk = states.filter(pc.equal(states["state"], "junk"))
    return frozenset(zip(junk["type"].to_pylist(), junk["value"].to_pylist(), strict=True))
