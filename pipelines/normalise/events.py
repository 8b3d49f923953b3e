"""The chunk function of the ingest job: log records in, normalised tables and quarantine out."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from models.errors import FatalError
from pipelines.normalise.amounts import normalise_amounts
from pipelines.normalise.countries import normalise_countries
from pipelines.normalise.currencies import normalise_currencies
from pipelines.normalise.emails import normalise_emails
from pipelines.normalise.headers import read_headers
from pipelines.normalise.identifiers import identifier_rows, normalise_identifiers
from pipelines.normalise.messages import read_messages
from pipelines.normalise.notes import Notes
from pipelines.normalise.policies import BlockedIdentifiers, CustomIdentifier, NormaliseSettings
from pipelines.normalise.refusals import Refusal, quarantined_table
from pipelines.normalise.texts import normalise_codes, normalise_texts
from pipelines.normalise.times import Doubt, event_times
from pipelines.normalise.traits import source_record_rows
from schemas.registry import registry
from schemas.tables import EVENTS, TIMESTAMP
from schemas.violations import Violation

__all__ = [
    "EVENT_ROWS",
    "BlockedIdentifiers",
    "CustomIdentifier",
    "NormaliseSettings",
    "Normalised",
    "normalise_events",
]

_FROM_LOG = ("log_topic", "log_partition", "log_offset", "run_id")
EVENT_ROWS = pa.schema(
    [pa.field("row", pa.int32(), nullable=False), *(field for field in EVENTS if field.name not in _FROM_LOG)]
)
"""``schemas.tables.EVENTS`` without what the ingest job adds, and ``row``: the place in the input."""

Columns = dict[str, pa.Array]


@dataclass(frozen=True)
class Normalised:
    """One chunk, normalised. Every input row is in ``events`` or in ``quarantined``, once.

    ``events``: :data:`EVENT_ROWS`, by row. ``source_records``: ``traits.SOURCE_RECORD_ROWS``, the events with traits.
    ``identifiers``: ``identifiers.IDENTIFIER_ROWS``. ``quarantined``: ``refusals.QUARANTINED``, by row.
    """

    events: pa.Table
    source_records: pa.Table
    identifiers: pa.Table
    quarantined: pa.Table


def normalise_events(
    values: pa.Array, appended_at: pa.Array, headers: pa.Array, settings: NormaliseSettings
) -> Normalised:
    """Check and normalise log records; a pure function of its arguments.

    Args:
        values: binary, the messages as they stand in the log.
        appended_at: ``timestamp[us, UTC]``, when the log took them; stands in for a missing ``received_at``.
        headers: strings, a JSON object each (``source``, ``error``), or null.
        settings: the workspace's defaults and limits.

    Raises:
        FatalError: a row was lost or doubled, which is a bug here.
    """
    values = values.cast(pa.binary())
    places = {name: identifier.places for name, identifier in settings.custom.items()}
    messages = read_messages(values.to_pylist(), read_headers(headers), registry(), settings.max_message_bytes, places)
    events = messages.events
    times, doubts = event_times(events, appended_at.take(events["row"]).cast(TIMESTAMP), settings)
    amounts = _amounts(events)
    refusals = _refusals(events, [*doubts, *_unusable_subjects(events, amounts)])
    custom = messages.custom
    if refusals:
        kept = pc.invert(pc.is_in(events["row"], value_set=pa.array([refusal.row for refusal in refusals], pa.int32())))
        events, times, amounts = _filtered(events, kept), _filtered(times, kept), amounts.filter(kept)
        custom = _filtered(custom, kept)
    notes = Notes(len(events["row"]))
    countries = normalise_countries(events["country"])
    notes.unusable(events["country"], countries, "country: not known")
    identifiers = normalise_identifiers(events, countries, settings, notes, custom)
    columns = {
        **{name: events[name] for name in ("row", "message_id", "source", "type", "schema_version")},
        **{name: times[name] for name in ("timestamp", "original_timestamp", "sent_at", "received_at")},
        **identifiers.primary,
        "name": normalise_texts(events["name"]),
        "source_record_id": identifiers.source_record_id,
        "amount": amounts,
        "currency": _currencies(events, amounts, settings.default_currency, notes),
        "reference": normalise_codes(events["reference"]),
        "payload": values.take(events["row"]).cast(pa.string()),
    }
    records = source_record_rows(messages.traits, columns, countries, settings.default_country, notes)
    columns["warnings"] = notes.array()
    result = Normalised(
        events=pa.table([columns[name] for name in EVENT_ROWS.names], schema=EVENT_ROWS),
        source_records=records,
        identifiers=identifier_rows(identifiers, events["row"], events["source"], times["timestamp"]),
        quarantined=quarantined_table([*messages.refusals, *refusals], values, appended_at),
    )
    if result.events.num_rows + result.quarantined.num_rows != len(values):
        counts = f"{result.events.num_rows} events and {result.quarantined.num_rows} refusals"
        msg = f"{len(values)} messages became {counts}."
        raise FatalError(msg)
    return result


def _amounts(events: Columns) -> pa.Array:
    """Amounts; what a till pays back is negative."""
    amounts = normalise_amounts(events["amount"])
    return pc.if_else(pc.equal(events["type"], "pos.return"), pc.negate(amounts), amounts)


def _currencies(events: Columns, amounts: pa.Array, default: str, notes: Notes) -> pa.Array:
    """Currencies of amounts. An amount in an unknown currency keeps none: the default would make it another amount."""
    notes.unusable(events["amount"], amounts, "amount: not a number")
    said = normalise_texts(events["currency"])
    known = normalise_currencies(said)
    notes.unusable(said, known, "currency: not an ISO 4217 code")
    currencies = pc.if_else(said.is_null(), pa.scalar(default), known)
    return pc.if_else(amounts.is_valid(), currencies, pa.scalar(None, pa.string()))


def _unusable_subjects(events: Columns, amounts: pa.Array) -> list[Doubt]:
    """E-mail events without a usable address and sales without an amount: what they are about is missing."""
    mailed = pc.starts_with(events["type"], "email.")
    addresses = normalise_emails(pc.if_else(mailed, events["email"], pa.scalar(None, pa.string())))
    sold = pc.starts_with(events["type"], "pos.")
    digits = "expected an amount of at most 14 digits before the point"
    return [
        (pc.and_(mailed, addresses.is_null()), Violation("external_ids.email", "email", "not a valid address")),
        (pc.and_(sold, amounts.is_null()), Violation("properties.total", "amount", digits)),
    ]


def _refusals(events: Columns, doubts: list[Doubt]) -> list[Refusal]:
    """The events about which there is a doubt, each with every reason."""
    reasons: dict[int, list[Violation]] = {}
    for mask, violation in doubts:
        for place in pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist():
            reasons.setdefault(place, []).append(violation)
    named = ("row", "source", "type", "message_id", "received_at")
    return [
        Refusal(stage="normalise", reasons=tuple(found), **{name: events[name][place].as_py() for name in named})
        for place, found in reasons.items()
    ]


def _filtered(columns: Columns, kept: pa.Array) -> Columns:
    return {name: column.filter(kept) for name, column in columns.items()}
