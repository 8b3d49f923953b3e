"""A message of Segment's tracking API as an event of ours: names and ids change, what was said stays as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from schemas.tables import IDENTIFIER_TYPES

CALLS = ("identify", "track", "page", "screen", "group", "alias")
"""Segment's message types; each is an event type of the family web."""

SCHEMA_VERSION = "1.0"

_NAME_FIELD = {"track": "event", "page": "name", "screen": "name"}

_IDS = {"userId": "user_id", "anonymousId": "anonymous_id", "groupId": "group_id", "previousId": "previous_id"}

# Fields with a place of their own in the envelope; those that only Segment's service has a use for; the write key,
# which is a secret; and those that nobody but the collector may set.
_CONSUMED = frozenset(
    ("messageId", "type", "originalTimestamp", "timestamp", "sentAt", *_IDS)
    + ("integrations", "writeKey", "receivedAt")
    + ("message_id", "schema_version", "source", "original_timestamp", "sent_at", "received_at", "name")
)


def translate(
    message: Mapping[str, Any], source: str, received_at: str, sent_at: Any = None, default_type: str | None = None
) -> dict[str, Any]:
    """The event envelope of one message; ``message`` is left as it is.

    ``sent_at`` is the batch's and wins over the message's own, because a client that retries sends it anew.
    ``default_type`` is the type of a message that names none. Times are passed on as they were sent; ids become
    strings; empty ids and nulls count as absent. Properties, traits, context and fields that Segment does not have
    are kept unchanged (they may be any value, also unparsed JSON). The client's address is never added.
    """
    call = message.get("type") or default_type
    known: dict[str, Any] = {
        "message_id": _id(message.get("messageId")),
        "type": f"web.{call}",
        "schema_version": SCHEMA_VERSION,
        "source": source,
        "original_timestamp": _first(message.get("originalTimestamp"), message.get("timestamp")),
        "sent_at": _first(sent_at, message.get("sentAt")),
        "received_at": received_at,
    }
    known |= {ours: _id(message.get(theirs)) for theirs, ours in _IDS.items()}
    name_field = _NAME_FIELD.get(str(call), "name")
    known["name"] = message.get(name_field)
    envelope = {field: value for field, value in known.items() if value is not None}
    for field, value in message.items():
        if value is not None and field != name_field and field not in _CONSUMED and field not in envelope:
            envelope[field] = value
    return envelope


def derive_message_id(source: str, original: bytes) -> str:
    """An id for a message that came without one: the same for the same bytes of the same source.

    Segment's service makes up a random one. Then a client that sends the same bytes again, because the answer got
    lost, would be counted twice.
    """
    return "sha256:" + hashlib.sha256(source.encode() + b"\0" + original).hexdigest()


def record_key(envelope: Mapping[str, Any]) -> bytes:
    """What keeps a person's events in order: the first id that the event carries, else its message id."""
    external_ids = envelope.get("external_ids")
    external = external_ids if isinstance(external_ids, Mapping) else {}
    candidates = (
        envelope.get("user_id"),
        envelope.get("anonymous_id"),
        *(external.get(identifier_type) for identifier_type in IDENTIFIER_TYPES),
    )
    found = next((value for value in candidates if isinstance(value, str) and value), envelope["message_id"])
    return str(found).encode("utf-8", "surrogatepass")


def _id(value: Any) -> Any:
    """An id as text. What is neither text nor a number stays as it is, for ingest to refuse with a reason."""
    if value == "" or value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)
