"""One message of a request as a record of the event log; what cannot be read keeps its bytes, and says why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from connectors.log.logs import LogRecord
from connectors.sources.collector.bodies import describe
from connectors.sources.collector.translations import CALLS, derive_message_id, record_key, translate

# Never looked into here, so that numbers and names arrive exactly as they were sent.
_VERBATIM = frozenset(("properties", "traits", "context"))

_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_VALUES = msgspec.json.Decoder()
_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Reception:
    """What holds for every message of one request."""

    source: str
    topic: str
    received_at: str
    sent_at: Any = None
    context: msgspec.Raw | None = None
    #: The call of the address, for messages that name no type: /v1/track.
    call: str | None = None


def to_record(original: bytes, reception: Reception) -> tuple[LogRecord, str | None]:
    """The record to append, and why the message is not usable (None when it is).

    An unusable message becomes a record with its original bytes and the reason in the header ``error``; ingest puts
    it in quarantine.
    """
    try:
        message = _read(original)
        call = message.get("type") or reception.call
        if call not in CALLS:
            return _unusable(original, reception, f"type is not one of {', '.join(CALLS)}")
        return _usable(message, original, reception, str(call)), None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        return _unusable(original, reception, describe(error))


def _usable(message: dict[str, Any], original: bytes, reception: Reception, call: str) -> LogRecord:
    if message.get("messageId") in (None, ""):
        message["messageId"] = derive_message_id(reception.source, original)
    if reception.context is not None:
        message.setdefault("context", reception.context)
    envelope = translate(message, reception.source, reception.received_at, reception.sent_at, call)
    headers = {"source": reception.source}
    return LogRecord(reception.topic, record_key(envelope), _ENCODER.encode(envelope), headers)


def _read(original: bytes) -> dict[str, Any]:
    """The fields of a message, with the verbatim ones left as JSON."""
    # What stays unparsed is not checked for its encoding either.
    str(original, "utf-8")
    fields = _FIELDS.decode(original)
    return {name: raw if name in _VERBATIM else _VALUES.decode(raw) for name, raw in fields.items()}


def _unusable(original: bytes, reception: Reception, reason: str) -> tuple[LogRecord, str]:
    headers = {"source": reception.source, "error": f"collector: {reason}"}
    key = derive_message_id(reception.source, original).encode()
    return LogRecord(reception.topic, key, original, headers), reason
