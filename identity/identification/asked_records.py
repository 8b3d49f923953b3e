"""The record that is asked about, in the forms in which matching takes it: by the SQL that makes them in batch.

A statement of a database takes milliseconds for one record, most of them to get ready. So the SQL is compiled to
Python once (:mod:`identity.compiled_sql`), and DuckDB is asked for one thing a record: the numbers of its values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from types import TracebackType
from typing import Any

from identity import latin_names
from identity.compiled_sql import Lookup, OneRow, compile_select
from identity.identification.shown_values import shown_sql
from identity.latin_names import latin_name
from identity.names import name_roots
from identity.queries import sql_of, start_duckdb
from schemas.tables import RECORDS

NUMBERS_SQL = (
    "select (hash(name, value) >> 1)::bigint, (hash(name, value, witness) >> 1)::bigint "
    "from (select unnest($names) as name, unnest($values) as value, unnest($witnesses) as witness)"
)
"""As blocking_keys.sql and frequency_keys.sql make them."""


@dataclass(frozen=True)
class Term:
    """A value of a compared column, by the numbers under which indexes have it; ``witness_key`` is null without one."""

    name: str
    value: str
    value_key: int
    witness_key: int | None


@dataclass(frozen=True)
class AskedRecord:
    """``record`` (a row of RECORDS without junk values), its comparison columns, blocking ``keys`` and ``terms``."""

    record: Mapping[str, Any]
    compared: Mapping[str, Any]
    keys: list[tuple[str, int]]
    terms: list[Term]


class Forms:
    """Makes the forms of one record at a time; may be called from several threads."""

    def __init__(self, comparisons: Sequence[str]) -> None:
        """``comparisons``: the names of the match model's."""
        self._describe, self._compared = _comparison_columns()
        self._blocking_values, self._frequency_terms = _value_makers()
        self._show, self._shown = compile_select(shown_sql(comparisons, "records"), {"records": RECORDS.names})
        self._lock = Lock()
        # One record is no work to share among threads, and waking them takes longer than doing it.
        self._sql = start_duckdb(threads=1)

    def __enter__(self) -> Forms:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._sql.close()

    def describe(self, record: Mapping[str, Any]) -> Mapping[str, Any]:
        """The comparison columns of a row of RECORDS."""
        spelled = {name: latin_name(record[name]) for name in latin_names.COLUMNS if record[name] is not None}
        [row] = self._describe({**record, **spelled})
        return dict(zip(self._compared, row, strict=True))

    def show(self, record: Mapping[str, Any]) -> dict[str, str | None]:
        """What evidence shows of a row of RECORDS."""
        [row] = self._show(record)
        return dict(zip(self._shown[1:], row[1:], strict=True))

    def make(self, record: Mapping[str, Any], compared: Mapping[str, Any]) -> AskedRecord:
        """All forms of a record whose comparison columns are known."""
        placed = {**compared, "place": 0}
        answered = [(rule, value, None) for _, rule, value in self._blocking_values(placed)]
        terms = [(name, value, witness) for _, name, value, witness in self._frequency_terms(placed)]
        numbers = self._numbers([*answered, *terms])
        keys = [(rule, key) for (rule, _, _), (key, _) in zip(answered, numbers, strict=False)]
        counted = [
            Term(name, value, value_key, None if witness is None else witness_key)
            for (name, value, witness), (value_key, witness_key) in zip(terms, numbers[len(answered) :], strict=True)
        ]
        return AskedRecord(record, compared, keys, counted)

    def value_keys(self, values: Iterable[tuple[str, str]]) -> list[int]:
        """The numbers under which a match index has values of compared columns, by name and value."""
        return [number for number, _ in self._numbers([(name, value, None) for name, value in values])]

    def _numbers(self, values: Sequence[tuple[str, str, str | None]]) -> list[tuple[int, int]]:
        if not values:
            return []
        names, texts, witnesses = (list(part) for part in zip(*values, strict=True))
        # Of nulls alone the type would not be told.
        told = {"names": names, "values": texts, "witnesses": [witness or "" for witness in witnesses]}
        with self._lock:
            return self._sql.execute(NUMBERS_SQL, told).fetchall()


@cache
def _comparison_columns() -> tuple[OneRow, tuple[str, ...]]:
    roots = Lookup("name", ("roots",), {name: (list(roots),) for name, roots in name_roots().items()})
    return compile_select(sql_of("comparison_columns"), {"records": RECORDS.names}, {"name_roots": roots})


@cache
def _value_makers() -> tuple[OneRow, OneRow]:
    """What blocking keys, and what frequencies are counted of."""
    columns = {"compared": (*_comparison_columns()[1], "place")}
    blocking_values, _ = compile_select(sql_of("blocking_keys"), columns, only="keys")
    frequency_terms, _ = compile_select(sql_of("frequency_terms"), columns)
    return blocking_values, frequency_terms
