"""The registry: every contract is sound, and a broken rule is told without the value that broke it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.registry import Contract, Registry, check, documents, known_types, registry
from schemas.violations import Violation

MARKER = "Zwaluwstaart-4711"


def _example(event_type: str) -> dict[str, Any]:
    (contract,) = [contract for contract in registry().contracts() if contract.type == event_type]
    return copy.deepcopy(contract.schema["examples"][0])


def _properties(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, field in schema.get("properties", {}).items():
        yield f"{path}/{name}", field
    inner = [*schema.get("properties", {}).items(), *schema.get("$defs", {}).items()]
    inner += [("items", schema["items"])] if "items" in schema else []
    inner += [(f"anyOf{number}", branch) for number, branch in enumerate(schema.get("anyOf", []))]
    for name, child in inner:
        yield from _properties(child, f"{path}/{name}")


def test_the_issue_names_these_event_types():
    assert known_types() == (
        "crm.contact",
        "email.bounced",
        "email.clicked",
        "email.complained",
        "email.delivered",
        "email.opened",
        "email.replied",
        "email.unsubscribed",
        "pos.return",
        "pos.sale",
        "service.message",
        "service.satisfaction_score",
        "service.ticket_closed",
        "service.ticket_opened",
        "web.alias",
        "web.group",
        "web.identify",
        "web.page",
        "web.screen",
        "web.track",
    )


@pytest.mark.parametrize("name", sorted(documents()))
def test_every_contract_is_a_valid_schema_that_describes_itself_and_each_field(name):
    document = documents()[name]
    jsonschema_rs.meta.validate(document)
    assert document["title"]
    assert document["description"]
    assert [path for path, field in _properties(document) if not field.get("description")] == []


@pytest.mark.parametrize("contract", registry().contracts(), ids=lambda contract: contract.type)
def test_every_contract_accepts_its_examples(contract: Contract):
    assert contract.schema["examples"]
    for example in contract.schema["examples"]:
        assert example["type"] == contract.type
        assert check(example) == []


@pytest.mark.parametrize("contract", registry().contracts(), ids=lambda contract: contract.type)
def test_unknown_fields_are_allowed_everywhere(contract: Contract):
    event = copy.deepcopy(contract.schema["examples"][0])
    event["shoe_size"] = 42
    event["properties"] = {**event.get("properties", {}), "colour": "red"}
    event["context"] = {"library": {"name": "x"}}
    event.setdefault("external_ids", {})["fax"] = "1"
    assert check(event) == []


def test_an_id_that_does_not_say_the_files_place_is_told_from_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr("schemas.registry.CONTRACTS", tmp_path)
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "1.0.json").write_text(json.dumps({"$id": "klantbeeld:other"}), encoding="utf-8")
    with pytest.raises(ValueError, match="\\$id must be 'klantbeeld:web/1.0'"):
        documents.__wrapped__()


def test_a_document_that_is_no_schema_is_refused():
    with pytest.raises(jsonschema_rs.ValidationError):
        Registry({"klantbeeld:web/page/1.0": {"$id": "klantbeeld:web/page/1.0", "type": "strin"}})


def test_all_broken_rules_are_reported_at_once_with_their_places():
    event = _example("pos.sale")
    event["received_at"] = "yesterday"
    event["properties"] = {
        "receipt_id": "",
        "total": "9,99",
        "currency": "EURO",
        "lines": [{"sku": "1", "quantity": 1, "amount": 1}, {"sku": 1, "quantity": None}],
    }
    event["traits"] = []
    assert check(event) == [
        Violation("properties.currency", "pattern", "expected an ISO 4217 code of three letters"),
        Violation("properties.lines[1].amount", "required", "is required and missing"),
        Violation("properties.lines[1].quantity", "type", "expected number or string, got null"),
        Violation("properties.receipt_id", "minLength", "expected text that is not empty"),
        Violation("properties.total", "pattern", "expected a decimal number with a point, for example 12.50"),
        Violation(
            "received_at",
            "pattern",
            "expected an RFC 3339 timestamp with an offset, for example 2026-11-22T12:00:00+01:00",
        ),
        Violation("traits", "type", "expected null or object, got array"),
    ]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (None, [Violation("", "type", "expected object, got null")]),
        ([], [Violation("", "type", "expected object, got array")]),
        (True, [Violation("", "type", "expected object, got boolean")]),
        (
            {},
            [
                Violation("type", "required", "is required and missing"),
                Violation("schema_version", "required", "is required and missing"),
            ],
        ),
        (
            {"type": ["web.page"], "schema_version": 1.0},
            [
                Violation("type", "type", "expected string, got array"),
                Violation("schema_version", "type", "expected string, got number"),
            ],
        ),
        (
            {"type": "web.pag", "schema_version": "1.0"},
            [Violation("type", "unknown_type", "unknown event type; did you mean web.page or web.track or web.group?")],
        ),
        (
            {"type": "web.page", "schema_version": "7.0"},
            [Violation("schema_version", "unknown_version", "unknown version; known: 1.0")],
        ),
    ],
)
def test_an_event_of_no_known_contract_gets_a_violation_that_helps(event, expected):
    assert check(event) == expected


def test_an_unknown_type_with_nothing_close_is_told_what_is_known():
    (found,) = check({"type": "zzzzzzzz", "schema_version": "1.0"})
    assert found.message.startswith("unknown event type; known: crm.contact, email.bounced, ")


@pytest.mark.parametrize(
    ("change", "path", "rule"),
    [
        ({"message_id": ""}, "message_id", "minLength"),
        ({"message_id": "m" * 257}, "message_id", "maxLength"),
        ({"source": "Web Shop"}, "source", "pattern"),
        ({"user_id": 12}, "user_id", "type"),
        ({"original_timestamp": "2026-13-01T00:00:00Z"}, "original_timestamp", "pattern"),
        ({"original_timestamp": "2026-01-01T00:00:00"}, "original_timestamp", "pattern"),
        ({"sent_at": 1_700_000_000}, "sent_at", "type"),
        ({"name": ""}, "name", "minLength"),
        ({"external_ids": {"email": 1}}, "external_ids.email", "type"),
        ({"context": {"device": {"id": {}}}}, "context.device.id", "type"),
        ({"traits": {"address": "Dam 1"}}, "traits.address", "type"),
    ],
)
def test_each_rule_of_the_envelope_names_field_and_rule(change, path, rule):
    violations = check(_example("web.track") | change)
    assert [(item.path, item.rule) for item in violations] == [(path, rule)]


@pytest.mark.parametrize(
    ("event_type", "removed", "path"),
    [
        ("web.track", "name", "name"),
        ("web.group", "group_id", "group_id"),
        ("web.alias", "previous_id", "previous_id"),
        ("email.opened", "external_ids", "external_ids"),
        ("pos.sale", "properties.total", "properties.total"),
        ("pos.return", "properties.receipt_id", "properties.receipt_id"),
        ("service.message", "properties.ticket_id", "properties.ticket_id"),
        ("service.satisfaction_score", "properties.score", "properties.score"),
        ("crm.contact", "external_ids.crm_id", "external_ids.crm_id"),
        ("crm.contact", "traits", "traits"),
        ("crm.contact", "source", "source"),
    ],
)
def test_a_required_field_that_is_missing_is_named(event_type, removed, path):
    event = _example(event_type)
    outer, _, inner = removed.partition(".")
    if inner:
        del event[outer][inner]
    else:
        del event[outer]
    assert check(event) == [Violation(path, "required", "is required and missing")]


def test_identify_needs_somebody():
    event = _example("web.identify") | {"user_id": None, "anonymous_id": None}
    assert check(event) == [Violation("", "anyOf", "expected at least one of user_id, anonymous_id")]


def test_a_return_is_paid_back_as_a_positive_amount():
    for total in (-5, "-5.00"):
        event = _example("pos.return")
        event["properties"]["total"] = total
        assert [item.path for item in check(event)] == ["properties.total"]


def test_an_event_nested_a_thousand_deep_is_checked_without_an_exception():
    nested: dict[str, Any] = {}
    for _ in range(1000):
        nested = {"a": nested}
    event = _example("web.page") | {"properties": nested, "source": 1}
    assert check(event)


_scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.just(MARKER)
_json = st.recursive(_scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner))


@given(
    contract=st.sampled_from(registry().contracts()),
    field=st.sampled_from(sorted(documents()["klantbeeld:envelope/1.0"]["properties"])),
    value=_json,
)
def test_no_message_ever_holds_the_value_that_broke_the_rule(contract, field, value):
    event = copy.deepcopy(contract.schema["examples"][0]) | {field: value}
    for item in check(event):
        assert MARKER not in item.message + item.path
