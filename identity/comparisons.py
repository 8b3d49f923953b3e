"""What the shipped match model compares: one comparison per independent fact, first name apart from surname.

A level is (label, SQL condition, term-frequency column). The first level whose condition holds speaks. Columns are
those of ``comparison_columns.sql``; SQL is DuckDB's, and Splink's Spark backend translates it.
"""

from __future__ import annotations

from typing import Any

Level = tuple[str, str, str | None]

CROSSED = (
    'jaro_winkler_similarity("given_name_l", "family_name_r")',
    'jaro_winkler_similarity("family_name_l", "given_name_r")',
)

SWAPPED = " OR ".join(f"({one} >= 0.9 AND {other} >= 0.8)" for one, other in (CROSSED, CROSSED[::-1]))
"""First name and surname change places."""

MISPLACED = f"({CROSSED[0]} >= 0.9 OR {CROSSED[1]} >= 0.9)"
"""A surname stands where the first name should; of the other name nothing is told."""

GIVEN_NAMES_ALIKE = 'jaro_winkler_similarity("given_name_l", "given_name_r") >= 0.8'

SURNAMES_AGREE = (
    '(jaro_winkler_similarity("family_name_l", "family_name_r") >= 0.92 '
    'OR array_length(list_intersect("family_parts_l", "family_parts_r")) >= 1 '
    'OR list_contains("family_parts_l", "family_name_r") OR list_contains("family_parts_r", "family_name_l"))'
)

SAME_ADDRESS = '("street_l" = "street_r" OR "postcode_l" = "postcode_r") AND "house_number_l" = "house_number_r"'
NEARLY_SAME_STREET = (
    'jaro_winkler_similarity("street_l", "street_r") >= 0.9 AND ("house_number_l" = "house_number_r" '
    'OR "postcode_l" = "postcode_r")'
)

SURNAME_TELLS_HOUSEHOLD = f"coalesce({SURNAMES_AGREE} OR {MISPLACED}, false) AND NOT coalesce({SWAPPED}, false)"
SAME_HOUSEHOLD = f"coalesce({SAME_ADDRESS} OR {NEARLY_SAME_STREET}, false) AND {SURNAME_TELLS_HOUSEHOLD}"
"""Who shares a roof often shares the surname: together they are one fact, which the address tells."""

GIVEN_NAME: list[Level] = [
    ("the same", '"first_name_l" = "first_name_r" AND length("first_name_l") > 1', "first_name"),
    (
        "one name and its nickname",
        'array_length(list_intersect("first_name_roots_l", "first_name_roots_r")) >= 1',
        None,
    ),
    ("a typing error apart", 'jaro_winkler_similarity("given_name_l", "given_name_r") >= 0.92', None),
    ("swapped with the surname", SWAPPED, None),
    (
        "the initial fits",
        '(length("first_name_l") = 1 OR length("first_name_r") = 1) '
        'AND substr("first_name_l", 1, 1) = substr("first_name_r", 1, 1)',
        None,
    ),
    ("alike", GIVEN_NAMES_ALIKE, None),
]

FAMILY_NAME: list[Level] = [
    ("the same", '"family_name_l" = "family_name_r"', "family_name"),
    (
        "part of a double name",
        'array_length(list_intersect("family_parts_l", "family_parts_r")) >= 1 '
        'OR list_contains("family_parts_l", "family_name_r") OR list_contains("family_parts_r", "family_name_l")',
        None,
    ),
    ("a typing error apart", 'jaro_winkler_similarity("family_name_l", "family_name_r") >= 0.92', None),
    ("in the first name's place", MISPLACED, None),
    ("alike", 'jaro_winkler_similarity("family_name_l", "family_name_r") >= 0.8', None),
]

BIRTH_DATE: list[Level] = [
    ("the same", '"birth_date_l" = "birth_date_r"', "birth_date"),
    (
        "day and month swapped",
        'substr("birth_date_l", 1, 4) = substr("birth_date_r", 1, 4) '
        'AND substr("birth_date_l", 6, 2) = substr("birth_date_r", 9, 2) '
        'AND substr("birth_date_l", 9, 2) = substr("birth_date_r", 6, 2)',
        None,
    ),
    ("one digit apart", 'damerau_levenshtein("birth_date_l", "birth_date_r") <= 1', None),
    (
        "the same year, one of them 1 January",
        'substr("birth_date_l", 1, 4) = substr("birth_date_r", 1, 4) '
        "AND (substr(\"birth_date_l\", 6, 5) = '01-01' OR substr(\"birth_date_r\", 6, 5) = '01-01')",
        None,
    ),
    (
        "two of year, month and day the same",
        'substr("birth_date_l", 1, 7) = substr("birth_date_r", 1, 7) '
        'OR substr("birth_date_l", 6, 5) = substr("birth_date_r", 6, 5) '
        'OR (substr("birth_date_l", 1, 4) = substr("birth_date_r", 1, 4) '
        'AND substr("birth_date_l", 9, 2) = substr("birth_date_r", 9, 2))',
        None,
    ),
    ("two digits apart", 'damerau_levenshtein("birth_date_l", "birth_date_r") <= 2', None),
]

EMAIL: list[Level] = [
    ("the same", '"email_l" = "email_r"', "email"),
    ("the same before the @", '"email_local_part_l" = "email_local_part_r"', "email_local_part"),
    ("a typing error apart", 'jaro_winkler_similarity("email_l", "email_r") >= 0.94', None),
    ("alike before the @", 'jaro_winkler_similarity("email_local_part_l", "email_local_part_r") >= 0.88', None),
]

PHONE: list[Level] = [
    ("the same", '"phone_l" = "phone_r"', "phone"),
    ("one digit apart", 'damerau_levenshtein("phone_l", "phone_r") <= 1', None),
]

CUSTOMER_NUMBER: list[Level] = [("the same", '"crm_id_l" = "crm_id_r"', "crm_id")]

ADDRESS: list[Level] = [
    ("the surname and the address the same", f"{SAME_ADDRESS} AND {SURNAME_TELLS_HOUSEHOLD}", "home"),
    ("the surname the same, the address nearly", f"{NEARLY_SAME_STREET} AND {SURNAME_TELLS_HOUSEHOLD}", None),
    ("the same address", SAME_ADDRESS, "home"),
    ("nearly the same street and number", NEARLY_SAME_STREET, None),
    ("the same postcode", '"postcode_l" = "postcode_r"', "postcode"),
    ("the same street", '"street_l" = "street_r"', "street"),
    ("the same city", '"city_l" = "city_r"', "city"),
]

ADDRESS_UNKNOWN = '("street_l" IS NULL OR "street_r" IS NULL) AND ("postcode_l" IS NULL OR "postcode_r" IS NULL)'

GIVEN_NAME_UNKNOWN = (
    '"first_name_l" IS NULL OR "first_name_r" IS NULL '
    f"OR coalesce({MISPLACED} AND NOT ({GIVEN_NAMES_ALIKE}) "
    f"AND NOT coalesce({SWAPPED} OR {SURNAMES_AGREE}, false), false)"
)
FAMILY_NAME_UNKNOWN = (
    f'("family_name_l" IS NULL OR "family_name_r" IS NULL) AND NOT coalesce({MISPLACED}, false) '
    f'OR coalesce({SWAPPED}, false) AND "family_name_l" <> "family_name_r" OR {SAME_HOUSEHOLD}'
)

CITY: list[Level] = [
    ("the same", '"city_l" = "city_r"', "city"),
    ("a typing error apart", 'jaro_winkler_similarity("city_l", "city_r") >= 0.88', None),
]


EMAIL_TELLS_THE_NAME = (
    'coalesce(jaro_winkler_similarity("email_l", "email_r") < 0.94 AND "email_local_part_l" <> "email_local_part_r" '
    'AND jaro_winkler_similarity("email_local_part_l", "email_local_part_r") >= 0.88 '
    'AND (jaro_winkler_similarity("family_name_l", "family_name_r") >= 0.88 OR "first_name_l" = "first_name_r"), false)'
)
"""Addresses made of a name are alike because the name is, which the names' comparisons have told."""


def comparisons() -> list[dict[str, Any]]:
    """The comparisons in the form of a Splink settings dictionary, without probabilities."""
    return [
        _comparison("given_name", GIVEN_NAME_UNKNOWN, GIVEN_NAME),
        _comparison("family_name", FAMILY_NAME_UNKNOWN, FAMILY_NAME),
        _comparison("birth_date", _unknown("birth_date"), BIRTH_DATE),
        _comparison("email", f"{_unknown('email')} OR {EMAIL_TELLS_THE_NAME}", EMAIL),
        _comparison("phone", _unknown("phone"), PHONE),
        # Another number tells nothing: customers have several, one a system or one an account.
        _comparison("crm_id", f'{_unknown("crm_id")} OR "crm_id_l" <> "crm_id_r"', CUSTOMER_NUMBER),
        _comparison("address", ADDRESS_UNKNOWN, ADDRESS),
        # Where nothing finer is known the city speaks; elsewhere it is no fact of its own.
        _comparison("city", f"{_unknown('city')} OR NOT ({ADDRESS_UNKNOWN})", CITY),
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
    groups = (GIVEN_NAME, FAMILY_NAME, BIRTH_DATE, EMAIL, PHONE, CUSTOMER_NUMBER, ADDRESS, CITY)
    return sorted({column for levels in groups for _, _, column in levels if column is not None})
