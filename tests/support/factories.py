"""Event envelopes for tests: say what matters, the rest is believable."""

from __future__ import annotations

import json
from typing import Any

from connectors.log.logs import LogRecord


def make_event(message_id: str, type: str = "web.page", source: str = "webshop", **fields: Any) -> dict[str, Any]:
    """A valid envelope; keyword arguments replace or add top-level fields."""
    event: dict[str, Any] = {
        "message_id": message_id,
        "type": type,
        "schema_version": "1.0",
        "source": source,
        "original_timestamp": "2026-05-01T10:00:00Z",
        "received_at": "2026-05-01T10:00:01Z",
        "properties": {},
    }
    if type.startswith("web."):
        event["anonymous_id"] = f"device-of-{message_id}"
    if type == "web.track":
        event["name"] = "Product Viewed"
    if type in ("web.identify", "web.group"):
        event["traits"] = {}
    return event | fields


def make_record(event: dict[str, Any] | bytes, family: str = "web", source: str = "webshop") -> LogRecord:
    """The event as a connector would append it; bytes as they are."""
    if isinstance(event, bytes):
        return LogRecord(f"klantbeeld.{family}", None, event, {"source": source})
    topic = f"klantbeeld.{str(event['type']).split('.')[0]}"
    key = str(event.get("user_id") or event.get("anonymous_id") or event["message_id"])
    value = json.dumps(event, ensure_ascii=False).encode()
    return LogRecord(topic, key.encode(), value, {"source": str(event["source"])})
