"""What the connector said about each message: the headers of its log record."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
import pyarrow as pa

_UNREADABLE = "the headers of the log record are not a JSON object of texts"


@dataclass(frozen=True, slots=True)
class Header:
    """The source that the connector served, and what it could not read in its input, if anything."""

    source: str | None = None
    error: str | None = None


NO_HEADER = Header()


def read_headers(headers: pa.Array) -> list[Header]:
    """One header a row. Headers that cannot be read become an ``error``, so that the message is kept in quarantine."""
    encoded = headers.cast(pa.string()).dictionary_encode()
    distinct = [_header(text) for text in encoded.dictionary.to_pylist()]
    return [NO_HEADER if index is None else distinct[index] for index in encoded.indices.to_pylist()]


def _header(text: str) -> Header:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return Header(error=_UNREADABLE)
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        return Header(error=_UNREADABLE)
    return Header(source=found.get("source"), error=found.get("error"))
