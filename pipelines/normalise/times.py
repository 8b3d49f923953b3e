"""The times of events, and the times that cannot be."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.normalise.policies import NormaliseSettings
from pipelines.normalise.timestamps import correct_clocks, normalise_timestamps
from schemas.tables import TIMESTAMP
from schemas.violations import Violation

Doubt = tuple[pa.Array, Violation]
"""A mask over events, and what is wrong with those where it is true."""

_SENT = ("original_timestamp", "sent_at", "received_at")


def event_times(
    events: dict[str, pa.Array], appended_at: pa.Array, settings: NormaliseSettings
) -> tuple[dict[str, pa.Array], list[Doubt]]:
    """(``timestamp``, ``original_timestamp``, ``sent_at``, ``received_at``) of events, and what is wrong with them.

    ``received_at`` is ``appended_at``, the time at which the log took the message, where the message has none;
    ``timestamp`` is the event time with the sender's clock corrected. The bounds hold for ``timestamp`` and
    ``received_at``: what a wrong clock said before it was corrected may be anything.
    """
    read = {name: normalise_timestamps(events[name]) for name in _SENT}
    doubts = [
        (pc.and_(events[name].is_valid(), read[name].is_null()), Violation(name, "calendar", "no such date or time"))
        for name in _SENT
    ]
    received = pc.coalesce(read["received_at"], appended_at)
    timestamp = correct_clocks(read["original_timestamp"], read["sent_at"], received)
    # Without a clock of the sender the event time is the receipt, whose own bounds are enough.
    told = pc.and_(read["original_timestamp"].is_valid(), timestamp.is_valid())
    doubts += [
        (pc.and_(told, mask), violation)
        for mask, violation in _out_of_bounds("original_timestamp", timestamp, received, "received_at", settings)
    ]
    doubts += _out_of_bounds("received_at", received, appended_at, "the time at which the log took it", settings)
    return read | {"received_at": received, "timestamp": timestamp}, doubts


def _out_of_bounds(
    path: str, times: pa.Array, references: pa.Array, reference: str, settings: NormaliseSettings
) -> list[Doubt]:
    hours = settings.max_ahead.total_seconds() / 3600
    earliest = f"the event time is before {settings.earliest:%Y-%m-%d} (ingest.earliest_timestamp)"
    ahead = f"the event time is more than {hours:g} hours after {reference} (ingest.max_ahead_hours)"
    newest = pc.add(references, pa.scalar(settings.max_ahead, pa.duration("us")))
    return [
        (pc.less(times, pa.scalar(settings.earliest, TIMESTAMP)), Violation(path, "earliest", earliest)),
        (pc.greater(times, newest), Violation(path, "max_ahead", ahead)),
    ]
