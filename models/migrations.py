"""Lakes of earlier versions: what stood in tables that are no more is carried into those that took their place."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.lakes import Lake

FORMER_LEDGER = ("identity", "profile_id_changes")
LEDGER = ("identity", "changes")


def migrate_tables(lake: Lake, known: Collection[tuple[str, str]]) -> None:
    """Carry over the rows of former tables and drop them, in the current transaction; new tables are there already.

    ``known`` are (schema, table) as they were before. Earlier snapshots keep the former tables.
    """
    if FORMER_LEDGER in known and LEDGER not in known:
        lake.connection.execute(f"insert into lake.identity.changes by name {_former_changes()}")
        lake.connection.execute("drop table lake.identity.profile_id_changes")


def ledger_relation(lake: Lake) -> str:
    """SQL that reads the ledger's rows at the lake's snapshot: the table, or what an earlier version wrote, turned."""
    return "lake.identity.changes" if LEDGER in lake.tables() else f"({_former_changes()})"


def _former_changes() -> str:
    return Path(__file__).with_name("former_changes.sql").read_text(encoding="utf-8")
