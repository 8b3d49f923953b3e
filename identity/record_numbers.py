"""What conditions ask of one record alone, as arrays of numbers with one entry a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from identity.letter_sets import LetterSets, letter_sets

T = TypeVar("T")

EXACT = 2.0**53
"""From here on two integers may be one number."""

NULL_FLAG = 2

NO_CODE = -1
"""In place of a code where the value is null."""


class Values(NamedTuple):
    """Values of some records, and which of them are null."""

    values: npt.NDArray[Any]
    null: npt.NDArray[np.bool_]

    def take(self, rows: npt.NDArray[np.int64]) -> Values:
        """Those of the records that stand there."""
        return Values(self.values.take(rows), self.null.take(rows))


class RecordNumbers:
    """The numbers of all records; each is computed when it is first asked for, and stays.

    Args:
        sql: where to work.
        records: with their ``place``.
        shares: by column, values and the share of people who have each.
    """

    def __init__(
        self, sql: duckdb.DuckDBPyConnection, records: pa.Table, shares: Mapping[str, tuple[pa.Array, pa.Array]]
    ) -> None:
        places = records["place"].to_numpy()
        if (places[1:] < places[:-1]).any():
            records = records.sort_by("place")
            places = records["place"].to_numpy()
        self.records = records
        self._sql, self._shares, self._places = sql, shares, places
        self._dense = np.array_equal(places, np.arange(len(places)))
        self._found: dict[tuple[str, ...], Any] = {}

    def rows(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """At which entry of the arrays the records with these places stand."""
        return places if self._dense else np.searchsorted(self._places, places)

    def flags(self, term: str) -> npt.NDArray[np.int8] | None:
        """1 where a condition on one record is true, 0 or NULL_FLAG elsewhere; None when ``term`` is no condition."""

        def found() -> npt.NDArray[np.int8] | None:
            column = self._column(term)
            if not pa.types.is_boolean(column.type):
                return None
            flags: npt.NDArray[np.int8] = pc.fill_null(column.cast(pa.int8()), NULL_FLAG).to_numpy()
            return flags

        return self._once(("flags", term), found)

    def numbers(self, term: str) -> Values | None:
        """The values of an expression over one record; None when they are no numbers."""
        return self._once(("numbers", term), lambda: self._values(term, _is_number, np.float64))

    def shares(self, column: str) -> npt.NDArray[np.float64]:
        """log2 of the share of people who have a record's value, NaN where it is null."""

        def found() -> npt.NDArray[np.float64]:
            values, shares = self._shares[column]
            own = self.records[column]
            at = pc.index_in(own, value_set=values.cast(own.type), skip_nulls=True)
            return np.log2(shares.take(at.combine_chunks()).to_numpy(zero_copy_only=False))

        return self._once(("shares", column), found)

    def letters(self, term: str) -> LetterSets | None:
        """The letters of texts; None when they are no texts."""

        def found() -> LetterSets | None:
            texts = self._column(term)
            return letter_sets(texts) if _is_text(texts.type) else None

        return self._once(("letters", term), found)

    def codes(self, one: str, other: str) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]] | None:
        """The same number for the same value of either expression; None when they are of two types, or no texts."""

        def found() -> dict[str, npt.NDArray[np.int32]] | None:
            columns = {term: self._column(term) for term in terms}
            if not all(_is_text(column.type) for column in columns.values()):
                return None
            chunks = [chunk for column in columns.values() for chunk in column.cast(pa.large_string()).chunks]
            encoded = pa.chunked_array(chunks, pa.large_string()).dictionary_encode().unify_dictionaries()
            codes = [pc.fill_null(chunk.indices, NO_CODE).to_numpy(zero_copy_only=False) for chunk in encoded.chunks]
            every = np.concatenate([np.empty(0, np.int32), *codes])
            return dict(zip(columns, np.split(every, len(columns)), strict=True))

        terms = sorted({one, other})
        codes = self._once(("codes", *terms), found)
        return None if codes is None else (codes[one], codes[other])

    def masks(self, term: str) -> Values | None:
        """A bit for each element of lists, which others may share, or for a text; None when they are neither."""

        def found() -> Values | None:
            kind = self._query(f"select {term} from numbered_records limit 0").schema[0].type
            listed = pa.types.is_list(kind) and _is_text(kind.value_type)
            if not listed and not _is_text(kind):
                return None
            bits = f"list_transform({term if listed else f'[{term}]'}, lambda one: 1::bigint << (hash(one) % 62)::int)"
            mask = f"case when {term} is not null then coalesce(list_aggregate({bits}, 'bit_or'), 0) end"
            return self._values(mask, pa.types.is_int64, np.int64)

        return self._once(("masks", term), found)

    def _once(self, key: tuple[str, ...], find: Callable[[], T]) -> T:
        if key not in self._found:
            self._found[key] = find()
        found: T = self._found[key]
        return found

    def _values(self, term: str, fits: Callable[[pa.DataType], bool], kind: type[Any]) -> Values | None:
        column = self._column(term)
        if not fits(column.type):
            return None
        values = pc.fill_null(column, pa.scalar(0).cast(column.type)).to_numpy().astype(kind, copy=False)
        if kind is np.float64 and (np.abs(values) >= EXACT).any():
            return None
        return Values(values, _nulls(column))

    def _column(self, term: str) -> pa.ChunkedArray:
        if (name := term.strip('"')) in self.records.column_names:
            return self.records[name]
        # Elsewhere in its condition something may keep it from what it cannot do.
        return self._query(f"select try({term}) from numbered_records").column(0)

    def _query(self, query: str) -> pa.Table:
        self._sql.register("numbered_records", self.records)
        try:
            return self._sql.execute(query).to_arrow_table()
        finally:
            self._sql.unregister("numbered_records")


def _nulls(column: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    nulls: npt.NDArray[np.bool_] = column.is_null().to_numpy()
    return nulls


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) and not pa.types.is_uint64(kind))
