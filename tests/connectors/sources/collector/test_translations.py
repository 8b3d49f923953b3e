"""Messages of Segment's tracking API become events that keep our contracts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sources.collector.translations import derive_message_id, record_key, translate
from schemas.registry import check

RECEIVED_AT = "2026-11-22T12:00:00.000Z"
COMMON = {
    "messageId": "m1",
    "anonymousId": "a9",
    "userId": "u1",
    "timestamp": "2026-11-22T11:59:00Z",
    "context": {"library": {"name": "analytics-python"}},
    "integrations": {"All": True},
}
ENVELOPE = {
    "message_id": "m1",
    "schema_version": "1.0",
    "source": "webshop",
    "original_timestamp": "2026-11-22T11:59:00Z",
    "received_at": RECEIVED_AT,
    "user_id": "u1",
    "anonymous_id": "a9",
    "context": {"library": {"name": "analytics-python"}},
}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            {"type": "identify", "traits": {"email": "an@people.test", "firstName": "An"}},
            {"type": "web.identify", "traits": {"email": "an@people.test", "firstName": "An"}},
        ),
        (
            {"type": "track", "event": "Order Completed", "properties": {"revenue": 12.5}},
            {"type": "web.track", "name": "Order Completed", "properties": {"revenue": 12.5}},
        ),
        (
            {"type": "page", "name": "Home", "category": "Shop", "properties": {"path": "/"}},
            {"type": "web.page", "name": "Home", "category": "Shop", "properties": {"path": "/"}},
        ),
        ({"type": "screen", "name": "Basket"}, {"type": "web.screen", "name": "Basket"}),
        (
            {"type": "group", "groupId": "g1", "traits": {"name": "Huis & Co"}},
            {"type": "web.group", "group_id": "g1", "traits": {"name": "Huis & Co"}},
        ),
        ({"type": "alias", "previousId": "a9"}, {"type": "web.alias", "previous_id": "a9"}),
    ],
)
def test_each_call_is_an_event_that_keeps_its_contract(message: dict[str, Any], expected: dict[str, Any]) -> None:
    event = translate(COMMON | message, "webshop", RECEIVED_AT)
    assert event == ENVELOPE | expected
    assert check(event) == []


def test_the_time_of_sending_is_the_batchs_and_the_older_name_of_the_event_time_wins() -> None:
    message = COMMON | {"sentAt": "2026-11-22T11:59:30Z", "originalTimestamp": "2026-11-22T11:58:00Z"}
    event = translate(message, "webshop", RECEIVED_AT, sent_at="2026-11-22T11:59:59Z", default_type="page")
    assert event["sent_at"] == "2026-11-22T11:59:59Z"
    assert event["original_timestamp"] == "2026-11-22T11:58:00Z"


def test_ids_become_texts_and_empty_ones_are_absent() -> None:
    message = {"messageId": 7, "userId": 42, "anonymousId": "", "groupId": 3.0, "previousId": None}
    event = translate(message, "webshop", RECEIVED_AT, default_type="track")
    assert event["message_id"] == "7"
    assert event["user_id"] == "42"
    assert event["group_id"] == "3"
    assert "anonymous_id" not in event
    assert "previous_id" not in event


def test_an_id_that_is_no_text_stays_as_it_is_for_the_contract_to_refuse() -> None:
    event = translate({"messageId": "m1", "userId": {"id": 1}, "type": "page"}, "webshop", RECEIVED_AT)
    assert event["user_id"] == {"id": 1}
    assert [violation.path for violation in check(event)] == ["user_id"]


def test_a_sender_can_not_set_what_the_collector_says() -> None:
    forged = {"source": "crm", "received_at": "1999-01-01T00:00:00Z", "receivedAt": "1999", "writeKey": "secret"}
    event = translate(COMMON | forged | {"type": "page", "message_id": "x"}, "webshop", RECEIVED_AT)
    assert event == ENVELOPE | {"type": "web.page"}


# On a busy machine the generator, not what is tested, may be slow.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(["userId", "type", "event", "name", "traits", "properties", "custom", "timestamp", "sentAt"]),
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()) | st.just({"deep": [1]}),
    )
)
def test_any_message_is_translated_and_left_as_it_was(message: dict[str, Any]) -> None:
    before = dict(message)
    event = translate(message | {"messageId": "m1"}, "webshop", RECEIVED_AT, default_type="track")
    assert message == before
    assert (event["message_id"], event["source"], event["received_at"]) == ("m1", "webshop", RECEIVED_AT)
    assert record_key(event)


def test_a_message_without_an_id_gets_the_same_one_for_the_same_bytes_of_the_same_source() -> None:
    assert derive_message_id("webshop", b"{}") == derive_message_id("webshop", b"{}")
    assert derive_message_id("webshop", b"{}") != derive_message_id("app", b"{}")
    assert derive_message_id("webshop", b"{}") != derive_message_id("webshop", b"{ }")
    assert derive_message_id("webshop", b"{}").startswith("sha256:")


@pytest.mark.parametrize(
    ("event", "key"),
    [
        ({"user_id": "u1", "anonymous_id": "a9"}, b"u1"),
        ({"anonymous_id": "a9"}, b"a9"),
        ({"external_ids": {"loyalty_id": "77", "email": "an@people.test"}}, b"77"),
        ({"user_id": {"not": "text"}, "external_ids": []}, b"m1"),
        ({}, b"m1"),
    ],
)
def test_the_first_id_of_a_person_keeps_their_events_in_order(event: dict[str, Any], key: bytes) -> None:
    assert record_key({"message_id": "m1"} | event) == key
