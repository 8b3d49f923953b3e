"""Removals: people's decisions that a record, an identifier or a batch is to count as never seen.

They decide on what was ingested before anybody asks who is who, so that people stay a pure function of what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from identity.queries import query, session
from schemas.tables import REMOVED_EVENTS

Kind = Literal["record", "identifier", "batch"]

SOURCES = pa.schema([pa.field("source", pa.string()), pa.field("source_record_id", pa.string())])
"""Source records, by the two parts of their id."""


@dataclass(frozen=True)
class Removal:
    """One line of a decision: what is removed, who decided, when (ISO 8601, UTC), and why.

    ``what`` is a record id, ``type:value`` of an identifier, or ``topic/partition/first-last``: messages of the log.
    ``record_id`` says of which one record an identifier is removed; None: of every record.
    """

    kind: Kind
    what: str
    record_id: str | None
    removed_by: str
    removed_at: str
    reason: str


def touched_sources(before: pa.Table, now: pa.Table) -> pa.Table:
    """The source records (SOURCES, sorted) that removals act on in another way than before, or once did and do not now.

    Args:
        before: REMOVED_EVENTS as the last resolution applied them.
        now: REMOVED_EVENTS as they are to be applied.
    """
    names = REMOVED_EVENTS.names
    with session() as sql:
        found = query(sql, "removals", {"before": before.select(names), "now": now.select(names)})
    return found.select(SOURCES.names).cast(SOURCES)
