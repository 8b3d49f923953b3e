"""The ledger as a feed: changes of who is who after a cursor, as published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from identity.queries import conform
from models.errors import UsageError
from models.lakes import Lake
from models.migrations import ledger_relation
from schemas.tables import IDENTITY_CHANGES


@dataclass(frozen=True)
class Page:
    """Changes in their order. ``cursor`` is where the next page begins; ``is_last``: nothing more is published yet."""

    changes: list[dict[str, Any]]
    cursor: int
    is_last: bool


def read_changes(lake: Lake, since: int, limit: int) -> pa.Table:
    """At most ``limit`` rows of the ledger (IDENTITY_CHANGES) after a position, in order."""
    found = lake.sql(
        f"from {ledger_relation(lake)} where position > $since order by position limit $limit",
        {"since": since, "limit": limit},
    )
    return conform(found, IDENTITY_CHANGES)


def read_page(lake: Lake, since: int, limit: int) -> Page:
    """The changes after a cursor; cursor 0 is the beginning. Reading again from a cursor gives the same changes.

    Raises:
        UsageError: the cursor lies after the newest change: it came from another lake.
    """
    newest = int(lake.value(f"select coalesce(max(position), 0) from {ledger_relation(lake)}"))
    if since > newest:
        msg = (
            f"Cursor {since} lies after the newest published change ({newest}): it came from another lake, or from one"
            " that was built anew since. Begin anew with: klantbeeld changes --since 0"
        )
        raise UsageError(msg)
    changes = read_changes(lake, since, limit).to_pylist()
    cursor = changes[-1]["position"] if changes else since
    return Page(changes, cursor, cursor == newest)
