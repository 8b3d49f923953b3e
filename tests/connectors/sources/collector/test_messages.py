"""One message as a record of the log, exactly as it was sent, or with why it cannot be used."""

from __future__ import annotations

import json

import msgspec
import pytest

from connectors.sources.collector.messages import Reception, to_record

RECEPTION = Reception("webshop", "klantbeeld.web", "2026-11-22T12:00:00.000Z", call="track")
BATCH = Reception("webshop", "klantbeeld.web", "2026-11-22T12:00:00.000Z", "2026-11-22T11:59:59Z")


def test_a_message_becomes_an_envelope_keyed_by_the_person() -> None:
    record, reason = to_record(b'{"messageId":"m1","userId":"u1","event":"Signed Up"}', RECEPTION)
    assert reason is None
    assert (record.topic, record.key, record.headers) == ("klantbeeld.web", b"u1", {"source": "webshop"})
    assert json.loads(record.value) == {
        "message_id": "m1",
        "type": "web.track",
        "schema_version": "1.0",
        "source": "webshop",
        "received_at": "2026-11-22T12:00:00.000Z",
        "user_id": "u1",
        "name": "Signed Up",
    }


def test_numbers_and_order_inside_properties_arrive_as_they_were_sent() -> None:
    original = b'{"messageId":"m1","userId":"u1","properties":{ "z":1.10, "a":12345678901234567890123 }}'
    record, _ = to_record(original, RECEPTION)
    assert b'"properties":{ "z":1.10, "a":12345678901234567890123 }' in record.value


def test_the_context_of_a_batch_is_that_of_messages_without_one() -> None:
    reception = Reception("webshop", "t", "2026-11-22T12:00:00Z", None, msgspec.Raw(b'{"ip":"hidden"}'), "page")
    assert json.loads(to_record(b'{"messageId":"m1"}', reception)[0].value)["context"] == {"ip": "hidden"}
    own = to_record(b'{"messageId":"m1","context":{"locale":"nl"}}', reception)[0]
    assert json.loads(own.value)["context"] == {"locale": "nl"}


def test_a_message_without_an_id_sent_twice_has_one_id() -> None:
    first, _ = to_record(b'{"type":"page","anonymousId":"a9"}', BATCH)
    again, _ = to_record(b'{"type":"page","anonymousId":"a9"}', BATCH)
    assert json.loads(first.value)["message_id"] == json.loads(again.value)["message_id"]


@pytest.mark.parametrize(
    ("original", "reason"),
    [
        (b"5", "Expected `object`, got `int`"),
        (b"null", "Expected `object`, got `null`"),
        (b'{"type":"track","x":"\xff"}', "byte 21 is not UTF-8"),
        (b'{"type":"track","properties":{"x":"\xff"}}', "byte 35 is not UTF-8"),
        (b'{"type":"buy"}', "type is not one of identify, track, page, screen, group, alias"),
        (b"{}", "type is not one of identify, track, page, screen, group, alias"),
        (b'{"type":["track"]}', "type is not one of identify, track, page, screen, group, alias"),
        (b'{"type":"track","x":1e999}', "Number out of range"),
        (b'{"type":"track","x":' + b"[" * 12_000 + b"]" * 12_000 + b"}", "it is nested too deeply"),
    ],
)
def test_what_can_not_be_used_keeps_its_bytes_and_the_reason(original: bytes, reason: str) -> None:
    record, said = to_record(original, BATCH)
    assert said == reason
    assert record.value == original
    assert record.headers == {"source": "webshop", "error": f"collector: {reason}"}


@pytest.mark.parametrize("text", [r'"\ud800"', r'{"deep":"\udfff"}'])
def test_half_a_character_is_a_reason_and_no_crash(text: str) -> None:
    for field in ("userId", "properties", "custom", "messageId"):
        original = f'{{"type":"track","messageId":"m1","{field}":{text}}}'.encode()
        record, reason = to_record(original, BATCH)
        assert reason is not None
        assert record.value == original
