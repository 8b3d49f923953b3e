"""Personal values are masked wherever they stand, and can still be told apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from models.masking import mask_value, masked
from models.policies import IdentifierPolicy, default_identifier_policies

POLICIES = default_identifier_policies() | {
    "passport": IdentifierPolicy(custom=True, pii="sensitive"),
    "seat": IdentifierPolicy(custom=True, pii="none"),
}


@dataclass(frozen=True)
class Part:
    comparison: str
    value_l: str | None
    value_r: str | None


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("email", "jan@post.example", "j***@post.example"),
        ("email", "@post.example", "***mple"),
        ("phone", "+31612345678", "***5678"),
        ("payment_token", "tok_51630e7c38e1319b", "***319b"),
        ("passport", "X1", "***"),
        ("birth_date", "1980-04-12", "1980-**-**"),
    ],
)
def test_a_value_keeps_what_tells_it_from_others_and_no_more(name: str, value: str, told: str) -> None:
    assert mask_value(name, value) == told


def test_values_of_personal_and_sensitive_types_are_masked_and_others_are_shown() -> None:
    rows = [{"type": name, "value": "AB123456"} for name in ("passport", "seat", "loyalty_id", "crm_id", "email")]
    assert [row["value"] for row in masked(rows[:1], POLICIES)] == ["***3456"]
    assert masked(rows[1:4], POLICIES) == rows[1:4]


def test_the_class_of_a_type_is_that_of_the_workspace() -> None:
    row = {"loyalty_id": "2000042000", "email": "jan@post.example"}
    policies = {"loyalty_id": IdentifierPolicy(pii="personal"), "email": IdentifierPolicy(pii="none")}
    assert masked(row, policies) == {"loyalty_id": "***2000", "email": "jan@post.example"}


def test_a_value_that_one_place_names_is_masked_in_sentences_and_record_ids_too() -> None:
    view = {
        "identifiers": [{"type": "payment_token", "value": "tok_1234567"}],
        "words": "the payment card tok_1234567 in 2 records, and not tok_12345678",
        "record_id": "tills:payment_token:tok_1234567",
    }
    assert masked(view, POLICIES) == {
        "identifiers": [{"type": "payment_token", "value": "***4567"}],
        "words": "the payment card ***4567 in 2 records, and not tok_12345678",
        "record_id": "tills:payment_token:***4567",
    }


def test_a_record_id_says_of_which_type_its_value_is() -> None:
    assert masked(("tills:payment_token:tok:1234567",), POLICIES) == ("tills:payment_token:***4567",)
    assert masked(["shop:user_id:jan@post.example"], POLICIES) == ["shop:user_id:j***@post.example"]


def test_addresses_and_phones_are_seen_in_any_text() -> None:
    said = "wrote from jan.bakker@post.example and called +31612345678 on 2026-03-01, +18.3"
    assert masked(said, POLICIES) == "wrote from j***@post.example and called ***5678 on 2026-03-01, +18.3"


def test_birth_dates_are_masked_as_dates_and_as_texts_and_other_dates_are_not() -> None:
    view = {
        "birth_date": date(1980, 4, 12),
        "parts": (Part("birth_date", "1980-04-12", "1981-04-12"),),
        "words": "different birth dates (1980-04-12 / 1981-04-12)",
        "first_seen": datetime(2026, 4, 12, tzinfo=UTC),
        "opened": date(2020, 4, 12),
        "city": None,
    }
    assert masked(view, POLICIES) == {
        "birth_date": "1980-**-**",
        "parts": (Part("birth_date", "1980-**-**", "1981-**-**"),),
        "words": "different birth dates (1980-**-** / 1981-**-**)",
        "first_seen": datetime(2026, 4, 12, tzinfo=UTC),
        "opened": date(2020, 4, 12),
        "city": None,
    }


def test_two_values_that_differ_never_look_the_same() -> None:
    assert masked(["jan@post.example", "joke@post.example", "jan@post.example"], POLICIES) == [
        "j***@post.example",
        "j***@post.example(2)",
        "j***@post.example",
    ]


def test_nothing_is_changed_where_every_class_is_open() -> None:
    assert masked("jan@post.example", {"email": IdentifierPolicy(pii="pseudonymous")}) == "jan@post.example"
