"""Identifiers of events: normalised, blocked values taken out, and the source record that they point at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.normalise.custom_identifiers import normalise_custom
from pipelines.normalise.emails import normalise_emails
from pipelines.normalise.notes import Notes
from pipelines.normalise.phones import normalise_phones
from pipelines.normalise.policies import NOTHING_BLOCKED, NormaliseSettings
from pipelines.normalise.texts import normalise_codes
from schemas.tables import IDENTIFIER_TYPES, TIMESTAMP

_NULL = pa.scalar(None, pa.string())
_UNUSABLE = {"email": "not a valid address", "phone": "not a valid number"}

IDENTIFIER_ROWS = pa.schema(
    [
        pa.field("row", pa.int32(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("source_record_id", pa.string(), nullable=False),
        pa.field("type", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("timestamp", TIMESTAMP, nullable=False),
    ]
)
"""One row per event and identifier that it carries, by type (in the order of IDENTIFIER_TYPES, then the workspace's own
by name), then by row."""


@dataclass(frozen=True)
class Identifiers:
    """Identifier columns of events: the one of each type that stands in the lake, and further values.

    ``primary`` has every type of IDENTIFIER_TYPES; ``further`` holds (type, values) of an address or number in the
    traits besides another in ``external_ids``, and of ``previous_id``; null where it equals the primary one. ``custom``
    are types of the workspace's own, which have no column in the lake.
    """

    primary: dict[str, pa.Array]
    further: list[tuple[str, pa.Array]]
    source_record_id: pa.Array
    custom: dict[str, pa.Array] = field(default_factory=dict)


def normalise_identifiers(
    events: dict[str, pa.Array],
    countries: pa.Array,
    settings: NormaliseSettings,
    notes: Notes,
    custom: Mapping[str, pa.Array] | None = None,
) -> Identifiers:
    """The identifiers of events (columns of ``messages.EVENT_FIELDS``); unusable and blocked ones are null and noted.

    ``countries`` (alpha-2 or null) say how to read telephone numbers; ``custom`` are columns of the workspace's own
    types, as sent.
    """

    def unblocked(clean: pa.Array, identifier_type: str) -> pa.Array:
        blocked = settings.blocked.get(identifier_type, NOTHING_BLOCKED).mask(clean)
        notes.add(blocked, f"{identifier_type}: blocked value")
        return pc.if_else(blocked, _NULL, clean)

    def usable(name: str, identifier_type: str) -> pa.Array:
        raw = events[name]
        if raw.null_count == len(raw):
            return raw
        if identifier_type == "email":
            clean = normalise_emails(raw)
        elif identifier_type == "phone":
            clean = normalise_phones(raw, settings.default_country, countries)
        else:
            clean = normalise_codes(raw)
        notes.unusable(raw, clean, f"{identifier_type}: {_UNUSABLE.get(identifier_type, 'holds control characters')}")
        return unblocked(clean, identifier_type)

    primary = {name: usable(name, name) for name in IDENTIFIER_TYPES}
    further = [("anonymous_id", usable("previous_id", "anonymous_id"))]
    for name in ("email", "phone"):
        other = usable(f"trait_{name}", name)
        primary[name] = pc.coalesce(primary[name], other)
        further.append((name, other))
    different = [(name, _unless_equal(values, primary[name])) for name, values in further]
    own = {
        name: unblocked(normalise_custom(name, raw, countries, settings, notes), name)
        for name, raw in sorted((custom or {}).items())
    }
    return Identifiers(primary, different, _source_record_ids(primary | own), own)


def identifier_rows(identifiers: Identifiers, rows: pa.Array, sources: pa.Array, timestamps: pa.Array) -> pa.Table:
    """The identifiers in long form (:data:`IDENTIFIER_ROWS`)."""
    parts = []
    pairs = [*identifiers.primary.items(), *identifiers.further]
    pairs = sorted(pairs, key=lambda pair: IDENTIFIER_TYPES.index(pair[0]))
    for name, values in [*pairs, *identifiers.custom.items()]:
        # An event whose only usable identifier is a further one names no source record.
        found = pc.and_(values.is_valid(), identifiers.source_record_id.is_valid())
        count = pc.sum(found).as_py() or 0
        if count:
            columns = [rows, sources, identifiers.source_record_id, values, timestamps]
            row, source, record, value, timestamp = (column.filter(found) for column in columns)
            kind = pa.repeat(pa.scalar(name), count)
            parts.append(pa.table([row, source, record, kind, value, timestamp], schema=IDENTIFIER_ROWS))
    return pa.concat_tables(parts) if parts else IDENTIFIER_ROWS.empty_table()


def _source_record_ids(columns: dict[str, pa.Array]) -> pa.Array:
    """``<type>:<value>`` of the first identifier in the order of the columns; null where there is none."""
    named = [
        pc.binary_join_element_wise(name, values, ":")
        for name, values in columns.items()
        if values.null_count < len(values)
    ]
    return pc.coalesce(*named) if named else columns[IDENTIFIER_TYPES[0]]


def _unless_equal(values: pa.Array, others: pa.Array) -> pa.Array:
    return pc.if_else(pc.fill_null(pc.equal(values, others), False), _NULL, values)
