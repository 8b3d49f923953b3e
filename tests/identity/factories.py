"""Records and identifier pairs from plain rows: a test shows only what matters."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from identity.identifiers import PAIRS
from schemas.tables import IDENTIFIER_TYPES, RECORDS

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_record(record_id: str, /, **columns: Any) -> dict[str, Any]:
    """A row of RECORDS; ``birth_date`` may be ISO text. The source is ``crm`` unless the id says another."""
    source, _, source_record_id = record_id.rpartition("/")
    row = dict.fromkeys(RECORDS.names) | {
        "record_id": record_id,
        "source": source or "crm",
        "source_record_id": source_record_id,
        "first_seen": NOON,
        "last_seen": NOON,
    }
    if isinstance(columns.get("birth_date"), str):
        columns["birth_date"] = date.fromisoformat(columns["birth_date"])
    return row | columns


def make_tables(
    *rows: dict[str, Any], more_pairs: list[tuple[str, str, str]] | None = None
) -> tuple[pa.Table, pa.Table]:
    """(records, pairs) of rows by :func:`make_record`; ``more_pairs`` are older values of a record."""
    found = [(row["record_id"], kind, row[kind]) for row in rows for kind in IDENTIFIER_TYPES if row[kind] is not None]
    pairs = [
        {"record_id": record, "type": kind, "value": value, "first_seen": NOON, "last_seen": NOON, "events": 1}
        for record, kind, value in sorted({*found, *(more_pairs or [])})
    ]
    return pa.Table.from_pylist(list(rows), RECORDS), pa.Table.from_pylist(pairs, PAIRS)
