"""Messages that are refused: where they stood, why, and their bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.normalise.timestamps import normalise_timestamps
from schemas.tables import QUARANTINE, TIMESTAMP
from schemas.violations import Violation

Stage = Literal["connector", "contract", "normalise"]

_FROM_LOG = ("quarantine_id", "log_topic", "log_partition", "log_offset", "run_id")
QUARANTINED = pa.schema(
    [pa.field("row", pa.int32(), nullable=False), *(field for field in QUARANTINE if field.name not in _FROM_LOG)]
)
"""``schemas.tables.QUARANTINE`` without what the ingest job adds, and ``row``: the place in the input."""

_MAX_TEXT = 256


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused message; ``received_at`` is the text that the message holds, if any."""

    row: int
    stage: Stage
    reasons: tuple[Violation, ...]
    source: str | None = None
    type: str | None = None
    message_id: str | None = None
    received_at: str | None = None


def refusal_of(row: int, stage: Stage, reasons: Sequence[Violation], event: object, source: str | None) -> Refusal:
    """A refusal with what can be read of the parsed message; ``source`` stands in where it names none."""
    found = event if isinstance(event, dict) else {}
    return Refusal(
        row=row,
        stage=stage,
        reasons=tuple(reasons),
        source=_text(found.get("source")) or source,
        type=_text(found.get("type")),
        message_id=_text(found.get("message_id")),
        received_at=_text(found.get("received_at")),
    )


def quarantined_table(refusals: Sequence[Refusal], values: pa.Array, appended_at: pa.Array) -> pa.Table:
    """Refusals as :data:`QUARANTINED`, by row, with the bytes as they stood in the log.

    ``received_at`` is the message's own where it can be read, else the time at which the log took it.
    """
    ordered = sorted(refusals, key=lambda refusal: refusal.row)
    rows = pa.array([refusal.row for refusal in ordered], pa.int32())
    said = normalise_timestamps(pa.array([refusal.received_at for refusal in ordered], pa.string()))
    reasons = [
        [{"path": reason.path, "rule": reason.rule, "message": reason.message} for reason in refusal.reasons]
        for refusal in ordered
    ]
    columns = {
        "row": rows,
        "source": pa.array([refusal.source for refusal in ordered], pa.string()),
        "type": pa.array([refusal.type for refusal in ordered], pa.string()),
        "message_id": pa.array([refusal.message_id for refusal in ordered], pa.string()),
        "stage": pa.array([refusal.stage for refusal in ordered], pa.string()),
        "reasons": pa.array(reasons, QUARANTINE.field("reasons").type),
        "original": pc.fill_null(values.take(rows), b""),
        "received_at": pc.coalesce(said, appended_at.take(rows)).cast(TIMESTAMP),
    }
    return pa.table([columns[name] for name in QUARANTINED.names], schema=QUARANTINED)


def _text(value: object) -> str | None:
    return value[:_MAX_TEXT] if isinstance(value, str) else None
