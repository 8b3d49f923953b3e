"""One record as somebody sends it, checked and normalised as ingest would normalise it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from models.errors import UsageError, suggest
from pipelines.normalise.countries import normalise_countries
from pipelines.normalise.custom_identifiers import normalise_custom
from pipelines.normalise.dates import normalise_birth_dates
from pipelines.normalise.emails import normalise_emails
from pipelines.normalise.genders import normalise_genders
from pipelines.normalise.names import normalise_names, normalise_places, split_names
from pipelines.normalise.phones import normalise_phones
from pipelines.normalise.policies import NOTHING_BLOCKED, NormaliseSettings
from pipelines.normalise.postcodes import normalise_postcodes
from pipelines.normalise.texts import normalise_codes, normalise_texts
from schemas.tables import IDENTIFIER_TYPES, RECORDS, TRAITS

DESCRIPTIONS = (*(name for name in TRAITS if name != "country_code"), "name", "country")
FIELDS = ("source", *DESCRIPTIONS, *IDENTIFIER_TYPES)
"""What a record may hold, and the workspace's own identifier types; all of it texts, an identifier may be a list."""

MAX_CHARACTERS = 1_000
MAX_VALUES = 20
"""Of one identifier type."""

NEW_SOURCE = "identify"
"""The source of a record that names none."""

UNNAMED = "unnamed"
"""The id at its source of a record without an identifier."""


@dataclass(frozen=True)
class Question:
    """A row of RECORDS and all (type, value) of its identifiers; ``warnings`` name what could not be used."""

    record: dict[str, Any]
    identifiers: list[tuple[str, str]]
    warnings: list[str]


class UnreadableRecordError(UsageError):
    """A record that cannot be asked about; ``faults`` has each field's fault, none of their values."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        """``faults``: field (empty: the record as a whole) -> what is wrong with it and what to do."""
        self.faults = dict(faults)
        super().__init__(" ".join(f"{field}: {fault}" if field else fault for field, fault in faults.items()))


def read_question(raw: object, settings: NormaliseSettings, today: date) -> Question:
    """The record that JSON or options describe; ``today`` bounds birth dates.

    Raises:
        UnreadableRecordError: not an object, a field that is unknown or of another type, or nothing usable at all.
    """
    kinds = (*IDENTIFIER_TYPES, *sorted(settings.custom))
    texts = _texts(raw, kinds)
    columns = {name: pa.array([values[0] if values else None], pa.string()) for name, values in texts.items()}
    countries = normalise_countries(normalise_texts(columns["country"]))
    warnings: list[str] = []
    traits = _traits(columns, countries, settings, today)
    for name, value in traits.items():
        said = columns["country" if name == "country_code" else name]
        if said[0].is_valid and said[0].as_py().strip() and value is None:
            warnings.append(f"{name}: cannot be used")
    identifiers = [
        (kind, value) for kind in kinds for value in _identifiers(kind, texts[kind], countries, settings, warnings)
    ]
    if not identifiers and all(value is None for name, value in traits.items() if name != "country_code"):
        raise UnreadableRecordError({"": f"The record has no usable field. {' '.join(warnings)}".strip()})
    return Question(_record(texts["source"], traits, identifiers), identifiers, warnings)


def _texts(raw: object, kinds: Sequence[str]) -> dict[str, list[str]]:
    """All fields with their values as texts; those that were not sent are empty. ``kinds``: types of identifiers."""
    if not isinstance(raw, Mapping):
        raise UnreadableRecordError({"": 'The record must be a JSON object, for example {"email": "a@post.nl"}.'})
    faults: dict[str, str] = {}
    texts: dict[str, list[str]] = {name: [] for name in (*FIELDS, *kinds)}
    for name, value in raw.items():
        if name not in texts:
            faults[str(name)[:60]] = f"unknown field. {suggest(str(name), texts)}"
            continue
        values = value if isinstance(value, list) and name in kinds else [value]
        fault = _fault(values)
        if fault is not None:
            faults[name] = fault
        else:
            texts[name] = [str(part) for part in values if part is not None]
    if faults:
        raise UnreadableRecordError(faults)
    return texts


def _fault(values: list[object]) -> str | None:
    if len(values) > MAX_VALUES:
        return f"more than {MAX_VALUES} values."
    for value in values:
        # True is a number to Python, and no text to anybody.
        if value is not None and (isinstance(value, bool) or not isinstance(value, str | int)):
            return "must be a text or a whole number."
        if isinstance(value, str) and len(value) > MAX_CHARACTERS:
            return f"more than {MAX_CHARACTERS} characters."
        if isinstance(value, str) and not _is_unicode(value):
            return "holds half a surrogate pair, which is no text."
    return None


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _traits(
    columns: Mapping[str, pa.Array], countries: pa.Array, settings: NormaliseSettings, today: date
) -> dict[str, Any]:
    """As :mod:`pipelines.normalise.traits` standardises them."""
    unnamed = not columns["given_name"][0].is_valid and not columns["family_name"][0].is_valid
    given, family = split_names(columns["name"]) if unnamed else (columns["given_name"], columns["family_name"])
    found = {
        "given_name": normalise_names(given),
        "family_name": normalise_names(family),
        "birth_date": normalise_birth_dates(columns["birth_date"], today),
        "gender": normalise_genders(columns["gender"]),
        "street": normalise_places(columns["street"]),
        "house_number": pc.utf8_upper(normalise_texts(columns["house_number"])),
        "postcode": normalise_postcodes(columns["postcode"], settings.default_country, countries),
        "city": normalise_places(columns["city"]),
        "region": normalise_texts(columns["region"]),
        "country_code": countries,
    }
    return {name: found[name][0].as_py() for name in TRAITS}


def _identifiers(
    kind: str, values: list[str], countries: pa.Array, settings: NormaliseSettings, warnings: list[str]
) -> list[str]:
    """The usable values of one type, as :mod:`pipelines.normalise.identifiers` normalises them, each once."""
    if not values:
        return []
    raw = pa.array(values, pa.string())
    theirs = pa.concat_arrays([countries] * len(raw))
    if kind == "email":
        clean = normalise_emails(raw)
    elif kind == "phone":
        clean = normalise_phones(raw, settings.default_country, theirs)
    elif kind in settings.custom:
        clean = normalise_custom(kind, raw, theirs, settings)
    else:
        clean = normalise_codes(raw)
    usable = pc.if_else(settings.blocked.get(kind, NOTHING_BLOCKED).mask(clean), pa.scalar(None, pa.string()), clean)
    if any(value.strip() and found is None for value, found in zip(values, clean.to_pylist(), strict=True)):
        warnings.append(f"{kind}: cannot be used")
    if usable.null_count > clean.null_count:
        warnings.append(f"{kind}: blocked value")
    return list(dict.fromkeys(usable.drop_null().to_pylist()))


def _record(sources: list[str], traits: Mapping[str, Any], identifiers: list[tuple[str, str]]) -> dict[str, Any]:
    source = sources[0].strip() if sources and sources[0].strip() else NEW_SOURCE
    at_source = ":".join(identifiers[0]) if identifiers else UNNAMED
    first: dict[str, str] = {}
    for kind, value in identifiers:
        if kind in IDENTIFIER_TYPES:
            first.setdefault(kind, value)
    moment = datetime.fromtimestamp(0, UTC)
    named = {"record_id": f"{source}:{at_source}", "source": source, "source_record_id": at_source}
    return dict.fromkeys(RECORDS.names) | named | dict(traits) | first | {"first_seen": moment, "last_seen": moment}
