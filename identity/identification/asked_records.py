"""The record that is asked about, in the forms in which matching takes it, made by the SQL that makes them in batch.

A statement that is planned for every record takes longer than all the rest; here each is planned once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa

from identity import latin_names, names
from identity.comparison_columns import comparison_columns
from identity.identification.shown_values import shown_sql
from identity.latin_names import latin_name
from identity.queries import sql_of
from schemas.tables import RECORDS

MAX_FILLS = 50_000
"""Rows that are put into a database, one after the other, before it is left for a new one."""


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
    """Makes the forms of one record at a time, in a DuckDB of its own; may be called from several threads."""

    def __init__(self, comparisons: Sequence[str]) -> None:
        """``comparisons``: the names of the match model's."""
        self._comparisons = comparisons
        self._lock = Lock()
        self._open()

    def _open(self) -> None:
        self._filled: dict[str, list[Any]] = {}
        self._fills = 0
        # One record is no work to share among threads, and waking them takes longer than doing it.
        config: dict[str, str | bool | int | float | list[str]]
        config = {"threads": 1, "autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
        self._sql = duckdb.connect(config=config)
        self._sql.execute("set timezone = 'UTC'")
        # Statements are planned while their tables are empty: what is concluded from that (all is null, all is ASCII)
        # would be believed of every record after.
        self._sql.execute("set disabled_optimizers = 'statistics_propagation,empty_result_pullup'")
        self._make_table("records", RECORDS.empty_table())
        self._make_table("name_roots", names.roots_table())
        compared = comparison_columns(RECORDS.empty_table())
        self._compared = compared.column_names
        self._make_table("compared", compared.append_column("place", pa.array([], pa.int64())))
        self._sql.execute(sql_of("frequency_terms"))
        self._sql.execute(f"prepare shown_values as {shown_sql(self._comparisons, 'records')}")
        self._sql.execute(sql_of("name_sound"))
        for name in ("comparison_columns", "blocking_keys", "frequency_keys"):
            self._sql.execute(f"prepare {name} as {sql_of(name)}")
        # The class of all letters takes longer to compile than everything else takes together; of ASCII it is this.
        plain = sql_of("comparison_columns").replace(r"\p{L}", "a-zA-Z")
        self._sql.execute(f"prepare plain_comparison_columns as {plain}")

    def __enter__(self) -> Forms:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._sql.close()

    def _renew(self) -> None:
        """Begin with an empty database from time to time: a deleted row keeps its room in memory."""
        if self._fills >= MAX_FILLS:
            self._sql.close()
            self._open()

    def describe(self, record: Mapping[str, Any]) -> Mapping[str, Any]:
        """The comparison columns of a row of RECORDS."""
        with self._lock:
            self._renew()
            spelled = {name: latin_name(record[name]) for name in latin_names.COLUMNS if record[name] is not None}
            values = [spelled.get(name, record[name]) for name in RECORDS.names]
            self._fill("records", values)
            is_plain = all(value.isascii() for value in values if isinstance(value, str))
            statement = "plain_comparison_columns" if is_plain else "comparison_columns"
            row = self._sql.execute(f"execute {statement}").fetchone()
        return dict(zip(self._compared, row or (), strict=True))

    def show(self, record: Mapping[str, Any]) -> dict[str, str | None]:
        """What evidence shows of a row of RECORDS."""
        with self._lock:
            self._fill("records", [record[name] for name in RECORDS.names])
            row = self._sql.execute("execute shown_values").fetchone()
        return dict(zip(self._comparisons, (row or ())[1:], strict=True))

    def make(self, record: Mapping[str, Any], compared: Mapping[str, Any]) -> AskedRecord:
        """All forms of a record whose comparison columns are known."""
        with self._lock:
            self._fill("compared", [*(compared[name] for name in self._compared), 0])
            keys = self._sql.execute("execute blocking_keys").fetchall()
            terms = self._sql.execute("execute frequency_keys").fetchall()
        return AskedRecord(
            record, compared, [(rule, key) for _, rule, key in keys], [Term(*rest) for _, *rest in terms]
        )

    def value_key(self, name: str, value: str) -> int:
        """The number under which a match index has a value of a compared column."""
        with self._lock:
            row = self._sql.execute(
                "select (hash($name, $value) >> 1)::bigint", {"name": name, "value": value}
            ).fetchone()
        return int((row or (0,))[0])

    def _fill(self, table: str, values: list[Any]) -> None:
        # One record is described, and later shown: most often it stands there already.
        if self._filled.get(table) == values:
            return
        self._filled.pop(table, None)
        self._fills += 1
        self._sql.execute(f"truncate {table}")
        self._sql.execute(f"insert into {table} values ({', '.join('?' * len(values))})", values)
        self._filled[table] = values

    def _make_table(self, name: str, rows: pa.Table) -> None:
        self._sql.register("first_rows", rows)
        self._sql.execute(f"create temp table {name} as from first_rows")
        self._sql.unregister("first_rows")
