"""Log records to flat columns: parse, check against the contract, pick the fields that have a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import pyarrow as pa

from pipelines.normalise.amounts import amount_text
from pipelines.normalise.headers import Header
from pipelines.normalise.refusals import Refusal, refusal_of
from schemas.registry import Registry
from schemas.violations import Violation

EVENT_FIELDS = (
    *("row", "message_id", "source", "type", "schema_version", "name"),
    *("original_timestamp", "sent_at", "received_at"),
    *("crm_id", "user_id", "loyalty_id", "anonymous_id", "email", "phone", "payment_token", "device_id"),
    *("previous_id", "trait_email", "trait_phone", "country", "amount", "currency", "reference"),
)
"""Columns of :attr:`Messages.events`: ``row`` and texts, as sent."""

TRAIT_FIELDS = (
    *("row", "given_name", "family_name", "name", "birth_date", "gender", "street", "house_number", "postcode"),
    *("city", "region", "traits"),
)
"""Columns of :attr:`Messages.traits`: ``row`` and texts, as sent; ``traits`` the whole object as JSON."""

Places = tuple[tuple[str, ...], ...]
"""Where a value may stand in an event, as paths of keys, from the best on."""

_NOTHING: dict[str, Any] = {}
_GIVEN = ("given_name", "first_name", "firstName")
_FAMILY = ("family_name", "last_name", "lastName")
_BIRTH = ("birth_date", "birthday")
_HOUSE = ("house_number", "houseNumber")
_POSTCODE = ("postcode", "postalCode", "postal_code")
_REGION = ("region", "state")
_COUNTRY = ("country", "country_code", "countryCode")
_REVENUE = ("revenue", "total", "value")


@dataclass(frozen=True)
class Messages:
    """Messages that keep their contract, as columns, and those that do not; every input row is in one of both.

    ``traits`` has a row for each event that says something about a person, ``custom`` a column per identifier type of
    the workspace's own, beside ``events``.
    """

    events: dict[str, pa.Array]
    traits: dict[str, pa.Array]
    refusals: list[Refusal]
    custom: dict[str, pa.Array] = field(default_factory=dict)


def read_messages(
    values: Sequence[bytes | None],
    headers: Sequence[Header],
    contracts: Registry,
    max_bytes: int,
    places: Mapping[str, Places] | None = None,
) -> Messages:
    """Parse and check each value on its own, so that a bad one costs no other.

    ``places`` says where identifier types of the workspace's own stand.
    """
    wanted = list((places or {}).items())
    custom: list[tuple[str | None, ...]] = []
    events: list[tuple[object, ...]] = []
    traits: list[tuple[object, ...]] = []
    refusals: list[Refusal] = []
    loads, check = orjson.loads, contracts.check
    for row, (value, header) in enumerate(zip(values, headers, strict=True)):
        if header.error is not None:
            reasons = [Violation("", "connector", header.error)]
            refusals.append(refusal_of(row, "connector", reasons, None, header.source))
            continue
        if value is None or len(value) > max_bytes:
            reasons = [_size(value, max_bytes)]
            refusals.append(refusal_of(row, "contract", reasons, None, header.source))
            continue
        try:
            event = loads(value)
        except orjson.JSONDecodeError as error:
            reasons = [_unreadable(value, error)]
            refusals.append(refusal_of(row, "contract", reasons, None, header.source))
            continue
        reasons = check(event)
        if reasons or (header.source is not None and event["source"] != header.source):
            refusals.append(refusal_of(row, "contract", reasons or [_FOREIGN], event, header.source))
            continue
        try:
            if event.get("traits") and event["type"] != "web.group":
                traits.append(_trait_row(row, event["traits"]))
        except orjson.JSONEncodeError:
            refusals.append(refusal_of(row, "contract", [_TOO_DEEP], event, header.source))
            continue
        # The parsed object is dropped here: keeping 5,000 of them makes parsing twice as slow.
        events.append(_event_row(row, event))
        if wanted:
            custom.append(tuple(_placed(event, paths) for _, paths in wanted))
    own = _columns(custom, tuple(name for name, _ in wanted))
    return Messages(_columns(events, EVENT_FIELDS), _columns(traits, TRAIT_FIELDS), refusals, own)


_FOREIGN = Violation("source", "source", "source differs from the connector's")
# orjson reads 1,024 levels and writes 254.
_TOO_DEEP = Violation("traits", "depth", "expected at most 254 levels of nesting")


def _event_row(row: int, event: dict[str, Any]) -> tuple[object, ...]:
    """One row of EVENT_FIELDS."""
    get = event.get
    event_type: str = event["type"]
    ids = get("external_ids") or _NOTHING
    properties = get("properties") or _NOTHING
    device, email, phone, country = ids.get("device_id"), None, None, None
    amount = reference = None
    family = event_type[:4]
    if family == "web.":
        device = device or _device(event)
        if event_type == "web.track":
            amount, reference = _first(properties, _REVENUE), properties.get("order_id")
    elif family == "pos.":
        amount, reference = properties["total"], properties["receipt_id"]
    elif family == "serv":
        reference = properties["ticket_id"]
    elif family == "emai":
        reference = properties.get("campaign")
    traits = get("traits")
    if traits and event_type != "web.group":
        email, phone, country = traits.get("email"), traits.get("phone"), _addressed(traits, _COUNTRY)
    # One flat display: joining parts of a tuple costs more than all the look-ups.
    return (
        row,
        event["message_id"],
        event["source"],
        event_type,
        event["schema_version"],
        get("name"),
        get("original_timestamp"),
        get("sent_at"),
        get("received_at"),
        ids.get("crm_id"),
        get("user_id"),
        ids.get("loyalty_id"),
        get("anonymous_id"),
        ids.get("email"),
        ids.get("phone"),
        ids.get("payment_token"),
        device,
        get("previous_id"),
        email,
        phone,
        country,
        None if amount is None else amount_text(amount),
        None if amount is None else properties.get("currency"),
        str(reference) if isinstance(reference, int) else reference,
    )


def _trait_row(row: int, traits: dict[str, Any]) -> tuple[object, ...]:
    """One row of TRAIT_FIELDS."""
    return (
        *(row, _first(traits, _GIVEN), _first(traits, _FAMILY), traits.get("name")),
        *(_first(traits, _BIRTH), traits.get("gender"), _addressed(traits, ("street",))),
        *(_text(_addressed(traits, _HOUSE)), _text(_addressed(traits, _POSTCODE))),
        *(_addressed(traits, ("city",)), _addressed(traits, _REGION), orjson.dumps(traits).decode()),
    )


def _device(event: dict[str, Any]) -> Any:
    device = (event.get("context") or _NOTHING).get("device")
    return device.get("id") if device else None


def _placed(event: Mapping[str, Any], paths: Places) -> str | None:
    """The first text or whole number at one of the paths, as text."""
    for path in paths:
        found: Any = event
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, str) and found.strip():
            return found
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
    return None


def _first(fields: Mapping[str, Any], names: Sequence[str]) -> Any:
    """The first field that is there and not null."""
    for name in names:
        if (value := fields.get(name)) is not None:
            return value
    return None


def _addressed(traits: Mapping[str, Any], names: Sequence[str]) -> Any:
    """A field of the address; where it is not there, the same field directly in the traits."""
    address = traits.get("address")
    found = _first(address, names) if address else None
    return _first(traits, names) if found is None else found


def _text(value: object) -> object:
    return str(value) if isinstance(value, int) else value


def _columns(rows: Sequence[tuple[object, ...]], names: tuple[str, ...]) -> dict[str, pa.Array]:
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    types = [pa.int32() if name == "row" else pa.string() for name in names]
    return {name: pa.array(column, kind) for name, kind, column in zip(names, types, columns, strict=True)}


def _size(value: bytes | None, max_bytes: int) -> Violation:
    if value is None:
        return Violation("", "empty", "the message has no bytes")
    return Violation("", "max_bytes", f"{len(value)} bytes; at most {max_bytes} are taken (ingest.max_message_bytes)")


def _unreadable(value: bytes, error: orjson.JSONDecodeError) -> Violation:
    """Where the bytes stop being JSON, without showing them."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError as undecodable:
        return Violation("", "utf8", f"byte {undecodable.start} is not UTF-8")
    if not text.strip():
        return Violation("", "empty", "the message is empty")
    number = text[error.pos : error.pos + 9].lstrip("-")
    hint = "; NaN and Infinity are not JSON" if number.startswith(("NaN", "Infinity")) else ""
    return Violation("", "json", f"not JSON at character {error.pos}{hint}")
