"""Bodies: unpacked within limits, cut into messages, refused with what was wrong and nothing of what was sent."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest

from connectors.sources.collector.bodies import parse_batch, parse_single, unpack
from connectors.sources.collector.refusals import RefusedError


def test_gzip_of_several_kilobytes_is_unpacked() -> None:
    body = json.dumps({"batch": [{"x": "y" * 100}] * 100}).encode()
    assert unpack(gzip.compress(body, mtime=0), "gzip", 20_000) == body
    assert unpack(body, "", 20_000) == body
    assert unpack(body, "identity", 20_000) == body


@pytest.mark.parametrize(
    ("packed", "encoding", "status", "code"),
    [
        (b"not gzip", "gzip", 400, "bad_gzip"),
        (b"", "gzip", 400, "bad_gzip"),
        (gzip.compress(b"x" * 500, mtime=0)[:-4], "gzip", 400, "bad_gzip"),
        (gzip.compress(b"x" * 500, mtime=0)[:20], "gzip", 400, "bad_gzip"),
        (gzip.compress(b"x", mtime=0) + b"more", "gzip", 400, "bad_gzip"),
        (zlib.compress(b"x"), "gzip", 400, "bad_gzip"),
        (gzip.compress(b"x" * 1_001, mtime=0), "gzip", 413, "too_large"),
        (b"x", "br", 415, "unknown_encoding"),
    ],
)
def test_what_can_not_be_unpacked_is_refused(packed: bytes, encoding: str, status: int, code: str) -> None:
    with pytest.raises(RefusedError) as caught:
        unpack(packed, encoding, 1_000)
    assert (caught.value.status, caught.value.code) == (status, code)


def test_a_bomb_is_not_unpacked_beyond_the_limit() -> None:
    bomb = gzip.compress(b"\0" * 200_000_000, compresslevel=1, mtime=0)
    with pytest.raises(RefusedError, match="unpacked body is over 512000 bytes"):
        unpack(bomb, "gzip", 512_000)


def test_a_batch_is_cut_into_messages_without_changing_a_byte() -> None:
    body = parse_batch(b'{"batch":[ {"a":1.10} , "x"],"sentAt":"now","writeKey":"k","context":{ "b":2 },"more":1}')
    assert [bytes(memoryview(message)) for message in body.messages] == [b'{"a":1.10}', b'"x"']
    assert (body.sent_at, body.write_key) == ("now", "k")
    assert body.context is not None
    assert bytes(memoryview(body.context)) == b'{ "b":2 }'


@pytest.mark.parametrize("body", [b'{"batch":[]}', b'{"batch":[],"context":null}'])
def test_a_batch_may_have_no_context(body: bytes) -> None:
    assert parse_batch(body).context is None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"batch":[],"context":{"x":"\xff"}}', "The batch's context cannot be read: byte 6 is not UTF-8."),
        (b"", "The body cannot be read: Input data was truncated."),
        (b'{"batch":[{"email":"an@people.test"', "The body cannot be read: Input data was truncated."),
        (b"[]", "The body cannot be read: Expected `object`, got `array`."),
        (b"{}", "The body cannot be read: Object missing required field `batch`."),
        (b'{"batch":{}}', "The body cannot be read: Expected `array`, got `object` - at `$.batch`."),
        (
            b'{"batch":[],"writeKey":5}',
            "The body cannot be read: Expected `str | null`, got `int` - at `$.writeKey`.",
        ),
        (b"\xff\xfe", "The body cannot be read: JSON is malformed: invalid character (byte 0)."),
        (b'{"batch":[' + b"[" * 12_000 + b"]" * 12_000 + b"]}", "The body cannot be read: it is nested too deeply."),
    ],
)
def test_a_batch_that_can_not_be_read_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(RefusedError) as caught:
        parse_batch(body)
    assert (caught.value.status, caught.value.message) == (400, message)


def test_an_event_over_the_limit_is_named_by_its_place() -> None:
    body = json.dumps({"batch": [{}, {"text": "x" * 32_768}]}).encode()
    with pytest.raises(RefusedError, match=r"batch\[1\] has 32780 bytes; an event may have 32768") as caught:
        parse_batch(body)
    assert caught.value.status == 413


def test_a_single_message_is_kept_whole() -> None:
    body = parse_single(b'{"writeKey":"k","event":"x"}')
    assert [bytes(memoryview(message)) for message in body.messages] == [b'{"writeKey":"k","event":"x"}']
    assert body.write_key == "k"


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"null", b"{", b'{"a":1} x', b'{"a":' * 12_000])
def test_what_is_no_object_is_no_message(body: bytes) -> None:
    with pytest.raises(RefusedError) as caught:
        parse_single(body)
    assert (caught.value.status, caught.value.code) == (400, "invalid_json")
