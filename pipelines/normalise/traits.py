"""What events say about people, as rows of source records."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.normalise.dates import normalise_birth_dates
from pipelines.normalise.genders import normalise_genders
from pipelines.normalise.names import normalise_names, normalise_places, split_names
from pipelines.normalise.notes import Notes
from pipelines.normalise.postcodes import normalise_postcodes
from pipelines.normalise.texts import normalise_texts
from schemas.tables import IDENTIFIER_TYPES, SOURCE_RECORDS

SOURCE_RECORD_ROWS = pa.schema(
    [pa.field("row", pa.int32(), nullable=False), *(field for field in SOURCE_RECORDS if field.name != "run_id")]
)
"""``schemas.tables.SOURCE_RECORDS`` without ``run_id``, and ``row``: the place in the input."""


def source_record_rows(
    traits: dict[str, pa.Array], events: dict[str, pa.Array], countries: pa.Array, default_country: str, notes: Notes
) -> pa.Table:
    """:data:`SOURCE_RECORD_ROWS`, one for each event with traits that names a source record; unusable ones are noted.

    Args:
        traits: columns of ``messages.TRAIT_FIELDS``; rows that are not in ``events`` are left out.
        events: has ``row``, ``timestamp``, ``received_at`` and the identifiers, normalised.
        countries: alpha-2 or null, one an event.
    """
    named = pc.if_else(events["source_record_id"].is_valid(), events["row"], pa.scalar(None, pa.int32()))
    places = pc.index_in(traits["row"], value_set=named)
    found = places.is_valid()
    said = {name: column.filter(found) for name, column in traits.items()}
    at = places.filter(found)
    of_event = {name: events[name].take(at) for name in ("received_at", *_FROM_EVENT)}
    columns = _standard(said, countries.take(at), of_event["received_at"], default_country, at, notes)
    columns |= {"traits": said["traits"], "row": said["row"]}
    columns |= {here: of_event[there] for there, here in _FROM_EVENT.items()}
    return pa.table([columns[name] for name in SOURCE_RECORD_ROWS.names], schema=SOURCE_RECORD_ROWS)


_COPIED = ("source", "source_record_id", "message_id", *IDENTIFIER_TYPES)
_FROM_EVENT = {"timestamp": "observed_at"} | {name: name for name in _COPIED}


def _standard(
    said: dict[str, pa.Array],
    countries: pa.Array,
    received_at: pa.Array,
    default_country: str,
    places: pa.Array,
    notes: Notes,
) -> dict[str, pa.Array]:
    """The standard traits; a whole name is split only where neither given nor family name was sent."""
    unnamed = pc.and_(said["given_name"].is_null(), said["family_name"].is_null())
    given, family = split_names(pc.if_else(unnamed, said["name"], pa.scalar(None, pa.string())))
    received_on = pc.cast(received_at, pa.date32(), safe=False)
    columns = {
        "given_name": normalise_names(pc.coalesce(said["given_name"], given)),
        "family_name": normalise_names(pc.coalesce(said["family_name"], family)),
        "birth_date": normalise_birth_dates(said["birth_date"], received_on),
        "gender": normalise_genders(said["gender"]),
        "street": normalise_places(said["street"]),
        "house_number": pc.utf8_upper(normalise_texts(said["house_number"])),
        "postcode": normalise_postcodes(said["postcode"], default_country, countries),
        "city": normalise_places(said["city"]),
        "region": normalise_texts(said["region"]),
        "country_code": countries,
    }
    for name, reason in _UNUSABLE.items():
        notes.unusable(said[name], columns[name], f"{name}: {reason}", places)
    return columns


_UNUSABLE = {
    "birth_date": "not a plausible date",
    "gender": "not understood",
    "postcode": "not a valid postcode of the country",
}
