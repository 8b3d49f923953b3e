"""What the shipped match model compares: one comparison per independent fact, first name apart from surname."""

from __future__ import annotations

from typing import Any

from identity.comparison_levels import (
    ADDRESS,
    ADDRESS_UNKNOWN,
    BIRTH_DATE,
    BIRTH_DATE_UNKNOWN,
    CITY,
    CUSTOMER_NUMBER,
    EMAIL,
    EMAIL_TELLS_THE_NAME,
    FAMILY_NAME,
    FAMILY_NAME_UNKNOWN,
    FAR_APART,
    GENDER,
    GENDER_UNKNOWN,
    GIVEN_NAME,
    GIVEN_NAME_UNKNOWN,
    HOUSEHOLD_EMAIL,
    HOUSEHOLD_PHONE,
    NUMBER_MISTYPED,
    PHONE,
    SECOND_NAME,
    Level,
)


def comparisons(*, training: bool = False) -> list[dict[str, Any]]:
    """The comparisons in the form of a Splink settings dictionary, without probabilities.

    In ``training`` two other customer numbers count as different, so that u says how often numbers are nearly equal,
    and numbers of documents are held against such numbers alone.
    """
    # Another number tells nothing: customers have several, one a system or one an account. Not so of documents.
    told = f"{NUMBER_MISTYPED} OR coalesce({FAR_APART}, false)"
    other_number = (
        '"document_l" IS DISTINCT FROM "document_r"' if training else f'"crm_id_l" <> "crm_id_r" AND NOT ({told})'
    )
    return [
        _comparison("given_name", GIVEN_NAME_UNKNOWN, GIVEN_NAME),
        _comparison("family_name", FAMILY_NAME_UNKNOWN, FAMILY_NAME),
        _comparison("birth_date", BIRTH_DATE_UNKNOWN, BIRTH_DATE),
        _comparison("email", f"{_unknown('email')} OR {HOUSEHOLD_EMAIL} OR {EMAIL_TELLS_THE_NAME}", EMAIL),
        _comparison("phone", f"{_unknown('phone')} OR {HOUSEHOLD_PHONE}", PHONE),
        _comparison("crm_id", f"{_unknown('crm_id')} OR {other_number}", CUSTOMER_NUMBER),
        _comparison("address", ADDRESS_UNKNOWN, ADDRESS),
        # Where nothing finer is known the city speaks; elsewhere it is no fact of its own.
        _comparison("city", f"{_unknown('city')} OR NOT ({ADDRESS_UNKNOWN})", CITY),
        # Who leaves the second name away says nothing.
        _comparison("second_name", _unknown("second_name"), SECOND_NAME),
        _comparison("gender", GENDER_UNKNOWN, GENDER),
    ]


def _unknown(column: str) -> str:
    return f'"{column}_l" IS NULL OR "{column}_r" IS NULL'


def _comparison(name: str, unknown: str, levels: list[Level]) -> dict[str, Any]:
    return {
        "output_column_name": name,
        "comparison_levels": [
            {"sql_condition": unknown, "label_for_charts": "unknown", "is_null_level": True},
            *(_level(*level) for level in levels),
            {"sql_condition": "ELSE", "label_for_charts": "different"},
        ],
    }


def _level(label: str, condition: str, frequency_column: str | None) -> dict[str, Any]:
    level: dict[str, Any] = {"sql_condition": condition, "label_for_charts": label}
    if frequency_column is not None:
        level |= {
            "tf_adjustment_column": frequency_column,
            "tf_adjustment_weight": 1.0,
            "disable_tf_exact_match_detection": True,
        }
    return level


def frequency_columns() -> list[str]:
    """Columns whose values' frequencies the comparisons adjust for, sorted."""
    groups = (GIVEN_NAME, SECOND_NAME, FAMILY_NAME, BIRTH_DATE, GENDER, EMAIL, PHONE, CUSTOMER_NUMBER, ADDRESS, CITY)
    return sorted({column for levels in groups for _, _, column in levels if column is not None})
