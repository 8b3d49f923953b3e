"""Which events of a run are in the store already, or twice in the run: an anti-join on message ids alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from models.lakes import Lake, open_lake
from models.workspaces import Workspace
from pipelines.ingest.chunks import KEYS

DUPLICATES_SQL = Path(__file__).with_name("duplicates.sql")


def find_duplicates(workspace: Workspace, keys: Iterable[pa.Table]) -> dict[int, list[int]]:
    """Rows to drop, by chunk: every event whose message id the lake holds, or an earlier row of the run brought."""
    table = pa.concat_tables(list(keys)) if keys else KEYS.empty_table()
    with open_lake(workspace, read_only=True) as lake:
        return drop_rows(lake, table)


def drop_rows(lake: Lake, keys: pa.Table) -> dict[int, list[int]]:
    """As :func:`find_duplicates`, on an open lake. Of equal ids the first in (chunk, row) order stays."""
    with lake.registered(keys, "run_keys"):
        rows = lake.rows(DUPLICATES_SQL.read_text(encoding="utf-8"))
    dropped: dict[int, list[int]] = defaultdict(list)
    for chunk, row in rows:
        dropped[chunk].append(row)
    return dict(dropped)
