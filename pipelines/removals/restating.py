"""Read events anew as if some identifiers had not been in them, by the normalisers that read them first."""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from models.errors import FatalError
from models.workspaces import Workspace
from pipelines.normalise.events import Normalised, normalise_events
from pipelines.normalise.policies import NOTHING_BLOCKED, BlockedIdentifiers, NormaliseSettings
from schemas.tables import IDENTIFIER_TYPES, IDENTIFIERS

RESTATED = "removal"
"""Stands for the run of identifiers that were read anew."""

EVENTS = pa.schema(
    [
        *((name, pa.string()) for name in ("message_id", "source", "source_record_id")),
        ("removals", pa.list_(pa.int64())),
        ("new_source_record_id", pa.string()),
        *((name, pa.string()) for name in IDENTIFIER_TYPES),
    ]
)
"""Events of records that lost identifiers, with what is left of these and the record that they name now."""

READ_IDENTIFIERS = pa.schema([pa.field("message_id", pa.string()), *IDENTIFIERS])
"""IDENTIFIERS, one row an event."""

Loss = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Restated:
    """``events``: EVENTS. ``identifiers``: READ_IDENTIFIERS of all events that were read."""

    events: pa.Table
    identifiers: pa.Table


@dataclass(frozen=True)
class RemovedValues(BlockedIdentifiers):
    """Blocked values, and removed ones, which are to be met letter by letter: accounts differ by case."""

    removed: tuple[str, ...] = ()

    def mask(self, values: pa.Array) -> pa.Array:
        """True where a value is blocked or removed; false for null."""
        return pc.or_(super().mask(values), pc.is_in(values, value_set=pa.array(self.removed, pa.string())))


def restate(remaining: pa.Table, losses: pa.Table, workspace: Workspace) -> Restated:
    """Events (remaining.sql), read without what their records lost (losses.sql).

    Raises:
        FatalError: an event no longer keeps its contract.
    """
    lost: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    numbers: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row in losses.to_pylist():
        record = row["source"], row["source_record_id"]
        lost[record].append((row["type"], row["value"]))
        numbers[record].update(row["removals"])
    # Records that lost the same are read together.
    places: dict[Loss, list[int]] = defaultdict(list)
    records = list(zip(*(remaining[name].to_pylist() for name in ("source", "source_record_id")), strict=True))
    for place, record in enumerate(records):
        places[tuple(sorted(lost.get(record, ())))].append(place)
    settings = _settings(workspace)
    events, identifiers = [EVENTS.empty_table()], [READ_IDENTIFIERS.empty_table()]
    for loss, found in places.items():
        part = remaining.take(pa.array(found, pa.int64())).combine_chunks()
        normalised = _read(part, _without(settings, loss))
        identifiers.append(_identifiers(part, normalised))
        if loss:
            removals = [sorted(numbers[records[place]]) for place in found]
            events.append(_events(part, normalised, removals))
    return Restated(pa.concat_tables(events), pa.concat_tables(identifiers))


def _settings(workspace: Workspace) -> NormaliseSettings:
    """Those of the workspace; what was let in once is not refused now."""
    from pipelines.ingest.ingestion import normalise_settings

    return replace(
        normalise_settings(workspace),
        earliest=datetime(1, 1, 2, tzinfo=UTC),
        max_ahead=timedelta(days=365_000),
        max_message_bytes=sys.maxsize,
    )


def _without(settings: NormaliseSettings, loss: Loss) -> NormaliseSettings:
    blocked = dict(settings.blocked)
    for identifier_type in {name for name, _ in loss}:
        known = blocked.get(identifier_type, NOTHING_BLOCKED)
        values = tuple(value for name, value in loss if name == identifier_type)
        blocked[identifier_type] = RemovedValues(known.values, known.patterns, values)
    return replace(settings, blocked=blocked)


def _read(events: pa.Table, settings: NormaliseSettings) -> Normalised:
    payloads = events["payload"].combine_chunks().cast(pa.binary())
    headers = pa.nulls(events.num_rows, pa.string())
    read = normalise_events(payloads, events["received_at"].combine_chunks(), headers, settings)
    if read.quarantined.num_rows:
        msg = (
            f"{read.quarantined.num_rows} events of the lake no longer keep their contract, so that a removal cannot "
            "be worked out. Install the version that they were ingested with, or take the removal back."
        )
        raise FatalError(msg)
    return read


def _events(part: pa.Table, normalised: Normalised, removals: list[list[int]]) -> pa.Table:
    # Nothing was refused, so that the rows are those of the input, in its order.
    columns = [part[name] for name in ("message_id", "source", "source_record_id")]
    new = [normalised.events[name] for name in ("source_record_id", *IDENTIFIER_TYPES)]
    return pa.table([*columns, pa.array(removals, EVENTS.field("removals").type), *new], schema=EVENTS)


def _identifiers(part: pa.Table, normalised: Normalised) -> pa.Table:
    seen = normalised.identifiers
    events = part.take(seen["row"])
    count = seen.num_rows
    columns = [events["message_id"], *(seen[name] for name in ("source", "source_record_id", "type", "value"))]
    # The moment as it was found when the event was ingested.
    moments = [events["timestamp"], events["timestamp"], pa.repeat(pa.scalar(1, pa.int64()), count)]
    return pa.table([*columns, *moments, pa.repeat(pa.scalar(RESTATED), count)], schema=READ_IDENTIFIERS)
