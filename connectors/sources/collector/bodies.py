"""Request bodies: unpacked within limits, and cut into messages without changing a byte of them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import msgspec

from connectors.sources.collector.refusals import RefusedError

MAX_EVENT_BYTES = 32 * 1024
MAX_BATCH_BYTES = 500 * 1024
"""Segment's own limits."""


class _Batch(msgspec.Struct, rename="camel"):
    batch: list[msgspec.Raw]
    sent_at: Any = None
    write_key: str | None = None
    # Empty when it is not there: msgspec reads Raw | None as null only.
    context: msgspec.Raw = msgspec.Raw()


class _Single(msgspec.Struct, rename="camel"):
    write_key: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """The messages of one request, each as its original JSON, and what holds for all of them."""

    messages: list[msgspec.Raw]
    write_key: str | None
    sent_at: Any = None
    context: msgspec.Raw | None = None


_BATCHES = msgspec.json.Decoder(_Batch)
_SINGLES = msgspec.json.Decoder(_Single)


def unpack(body: bytes, content_encoding: str, max_bytes: int) -> bytes:
    """The body without its content encoding.

    Raises:
        RefusedError: an encoding other than gzip, damaged gzip, or more than ``max_bytes`` when unpacked.
    """
    if content_encoding in ("", "identity"):
        return body
    if content_encoding != "gzip":
        raise RefusedError(415, "unknown_encoding", "Content-Encoding must be gzip, or absent.")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise RefusedError(400, "bad_gzip", "The body is not gzip, as Content-Encoding says.") from error
    if len(unpacked) > max_bytes:
        raise RefusedError(413, "too_large", f"The unpacked body is over {max_bytes} bytes.")
    if not unpacker.eof or unpacker.unused_data:
        raise RefusedError(400, "bad_gzip", "The gzip body is cut off, or followed by something else.")
    return unpacked


def parse_batch(body: bytes) -> Body:
    """The messages of a batch call.

    Raises:
        RefusedError: not JSON, no ``batch`` array, or a message over the limit of one event.
    """
    batch = _decode(_BATCHES, body)
    for position, message in enumerate(batch.batch):
        if len(memoryview(message)) > MAX_EVENT_BYTES:
            raise RefusedError(
                413,
                "too_large",
                f"batch[{position}] has {len(memoryview(message))} bytes; an event may have {MAX_EVENT_BYTES}."
                " Nothing of this batch was taken: send it again without that event.",
            )
    return Body(batch.batch, batch.write_key, batch.sent_at, _context(batch.context))


def parse_single(body: bytes) -> Body:
    """The one message of a call such as track.

    Raises:
        RefusedError: not a JSON object.
    """
    return Body([msgspec.Raw(body)], _decode(_SINGLES, body).write_key)


def _context(raw: msgspec.Raw) -> msgspec.Raw | None:
    """The context of a batch; None when there is none, or null."""
    content = bytes(memoryview(raw))
    try:
        # Unparsed JSON is not checked for its encoding, and this goes into each message.
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefusedError(400, "invalid_json", f"The batch's context cannot be read: {describe(error)}.") from error
    return None if content in (b"", b"null") else raw


def _decode(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise RefusedError(400, "invalid_json", f"The body cannot be read: {describe(error)}.") from error


def describe(error: Exception) -> str:
    """Why JSON could not be read, without anything of its content."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not UTF-8"
    return str(error)
