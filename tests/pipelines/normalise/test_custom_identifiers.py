"""Identifier types of a workspace's own: taken from where events carry them, in one spelling, or noted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pyarrow as pa
import pytest

from models.policies import Normaliser
from pipelines.normalise.custom_identifiers import spell
from pipelines.normalise.events import (
    BlockedIdentifiers,
    CustomIdentifier,
    Normalised,
    NormaliseSettings,
    normalise_events,
)
from schemas.tables import TIMESTAMP
from tests.support.factories import make_event

MEMBER = CustomIdentifier((("external_ids", "member"), ("traits", "club", "number")), "digits", "[0-9]{6}")
SETTINGS = NormaliseSettings(
    default_country="NL",
    default_currency="EUR",
    earliest=datetime(1970, 1, 2, tzinfo=UTC),
    max_ahead=timedelta(hours=24),
    max_message_bytes=1_048_576,
    blocked={"member": BlockedIdentifiers(("000000",))},
    custom={"member": MEMBER},
)


def normalised(*events: dict[str, Any]) -> Normalised:
    values = pa.array([orjson.dumps(event) for event in events], pa.binary())
    at = pa.array([datetime(2026, 6, 1, tzinfo=UTC)] * len(values), TIMESTAMP)
    return normalise_events(values, at, pa.nulls(len(values), pa.string()), SETTINGS)


def pairs(found: Normalised) -> list[tuple[str, str, str]]:
    return [(row["source_record_id"], row["type"], row["value"]) for row in found.identifiers.to_pylist()]


@pytest.mark.parametrize(
    ("normaliser", "sent", "kept"),
    [
        ("text", " Ab-1 ", "Ab-1"),
        ("lower", " Ab-1 ", "ab-1"),
        ("digits", "NL 12-34", "1234"),
        ("digits", "none", None),
        ("alphanumeric", "Ab-1 é", "ab1é"),
        ("email", "A@Post.NL", "a@post.nl"),
        ("phone", "0687051942", "+31687051942"),
        ("text", "\x00", None),
    ],
)
def test_values_have_one_spelling(normaliser: Normaliser, sent: str, kept: str | None) -> None:
    countries = pa.nulls(1, pa.string())
    assert spell(pa.array([sent]), normaliser, countries, "NL").to_pylist() == [kept]


def test_the_best_place_that_has_a_value_counts_and_numbers_are_read_as_text() -> None:
    found = normalised(
        make_event("m1", external_ids={"member": "12 34 56"}, user_id="u1"),
        make_event("m2", "web.identify", traits={"club": {"number": 123456}}, user_id="u2"),
        make_event("m3", "web.identify", external_ids={"member": "654321"}, traits={"club": {"number": 123456}}),
    )
    assert [pair for pair in pairs(found) if pair[1] == "member"] == [
        ("user_id:u1", "member", "123456"),
        ("user_id:u2", "member", "123456"),
        ("anonymous_id:device-of-m3", "member", "654321"),
    ]


def test_an_event_that_carries_nothing_else_is_about_the_record_of_that_value() -> None:
    sale = make_event("m1", "pos.sale", "till", external_ids={"member": "123456"},
                      properties={"receipt_id": "r1", "total": 3})  # fmt: skip
    found = normalised(sale)
    assert found.events["source_record_id"].to_pylist() == ["member:123456"]
    assert pairs(found) == [("member:123456", "member", "123456")]


def test_what_does_not_look_like_one_and_what_is_blocked_is_noted_and_not_used() -> None:
    found = normalised(
        make_event("m1", external_ids={"member": "12"}),
        make_event("m2", external_ids={"member": "000 000"}),
        make_event("m3", external_ids={"member": True}),
    )
    assert [pair for pair in pairs(found) if pair[1] == "member"] == []
    assert found.events["warnings"].to_pylist() == [
        ["member: not what such a value looks like"],
        ["member: blocked value"],
        None,
    ]


def test_refused_events_leave_the_others_their_values() -> None:
    wrong = make_event("m1", external_ids={"member": "111111"}, original_timestamp="1900-01-01T00:00:00Z")
    found = normalised(wrong, make_event("m2", external_ids={"member": "222222"}))
    assert found.quarantined.num_rows == 1
    assert [pair[2] for pair in pairs(found) if pair[1] == "member"] == ["222222"]
