"""The levels of each comparison: how much alike two names, dates or addresses are, in SQL.

A level is (label, SQL condition, term-frequency column). The first level whose condition holds speaks. Columns are
those of ``comparison_columns.sql``; SQL is DuckDB's, and Splink's Spark backend translates it.
"""

from __future__ import annotations

Level = tuple[str, str, str | None]

SWAPPED = (
    '(jaro_winkler_similarity("first_name_l", "family_name_r") >= 0.9 '
    'AND jaro_winkler_similarity("family_name_l", "first_name_r") >= 0.8 '
    'OR jaro_winkler_similarity("family_name_l", "first_name_r") >= 0.9 '
    'AND jaro_winkler_similarity("first_name_l", "family_name_r") >= 0.8)'
)
"""First name and surname change places."""

MISPLACED = (
    '(jaro_winkler_similarity("first_name_l", "family_name_r") >= 0.9 '
    'OR jaro_winkler_similarity("family_name_l", "first_name_r") >= 0.9)'
)
"""A surname stands where the first name should; of the other name nothing is told."""

SAME_FIRST_NAME = '"first_name_l" = "first_name_r" AND length("first_name_l") > 1'
NICKNAME = 'array_length(list_intersect("first_name_roots_l", "first_name_roots_r")) >= 1'
MISSPELT = (
    '(jaro_winkler_similarity("first_name_l", "first_name_r") >= 0.75 '
    'AND (damerau_levenshtein("first_name_l", "first_name_r") <= 1 '
    'AND length("first_name_l") >= 4 AND length("first_name_r") >= 4 '
    'OR damerau_levenshtein("first_name_l", "first_name_r") <= 2 '
    'AND length("first_name_l") >= 7 AND length("first_name_r") >= 7 '
    'OR jaro_winkler_similarity("first_name_l", "first_name_r") >= 0.92 '
    'AND abs(length("first_name_l") - length("first_name_r")) <= 1) '
    'OR "given_name_l" = "given_name_r" AND length("first_name_l") > 1 '
    'OR "first_name_sound_l" = "first_name_sound_r" AND length("first_name_l") >= 4 AND length("first_name_r") >= 4)'
)
"""Slips of the keys by their number: names that begin alike and end otherwise (Darla, Darletta) are two names."""

FIRST_NAME_FITS = (
    f"({SAME_FIRST_NAME} OR {NICKNAME} OR {MISSPELT} OR {SWAPPED} "
    'OR (length("first_name_l") = 1 OR length("first_name_r") = 1) '
    'AND substr("first_name_l", 1, 1) = substr("first_name_r", 1, 1) '
    'OR coalesce("first_name_l" = "second_name_r", false) OR coalesce("second_name_l" = "first_name_r", false))'
)
"""The first names may be one person's."""

GIVEN_NAMES_ALIKE = (
    '(jaro_winkler_similarity("given_name_l", "given_name_r") >= 0.8 '
    'AND damerau_levenshtein("given_name_l", "given_name_r") <= 2 '
    'OR jaro_winkler_similarity("first_name_l", "first_name_r") >= 0.8 '
    'AND damerau_levenshtein("first_name_l", "first_name_r") <= 2)'
)

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
    ("the same", SAME_FIRST_NAME, "first_name"),
    ("one name and its nickname", NICKNAME, None),
    ("a typing error apart", MISSPELT, None),
    ("swapped with the surname", SWAPPED, None),
    (
        "the initial fits",
        '(length("first_name_l") = 1 OR length("first_name_r") = 1) '
        'AND substr("first_name_l", 1, 1) = substr("first_name_r", 1, 1)',
        None,
    ),
    (
        "known by the second name",
        '("first_name_l" = "second_name_r" OR "second_name_l" = "first_name_r") '
        'AND length("first_name_l") > 1 AND length("first_name_r") > 1',
        None,
    ),
    ("alike", GIVEN_NAMES_ALIKE, None),
]

SECOND_NAME: list[Level] = [
    (
        "the same",
        '"second_name_l" = "second_name_r" AND length("second_name_l") > 1 '
        'OR damerau_levenshtein("second_name_l", "second_name_r") <= 1 '
        'AND length("second_name_l") >= 4 AND length("second_name_r") >= 4',
        None,
    ),
    (
        "the initial fits",
        '(length("second_name_l") = 1 OR length("second_name_r") = 1) '
        'AND substr("second_name_l", 1, 1) = substr("second_name_r", 1, 1)',
        None,
    ),
]

GENDER: list[Level] = [("the same", '"gender_l" = "gender_r"', None)]
GENDER_UNKNOWN = f'"gender_l" IS NULL OR "gender_r" IS NULL OR coalesce({SAME_FIRST_NAME} OR {NICKNAME}, false)'
"""People of one first name are of one gender: the name has told it."""

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
    ("one is senior, the other junior", '"generation_l" <> "generation_r"', None),
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

BIRTH_DATE_UNKNOWN = (
    '("birth_date_l" IS NULL OR "birth_date_r" IS NULL) AND NOT coalesce("generation_l" <> "generation_r", false)'
)

EMAIL_MISSPELT = (
    'jaro_winkler_similarity("email_l", "email_r") >= 0.9 '
    'AND (damerau_levenshtein("email_l", "email_r") <= 1 OR damerau_levenshtein("email_l", "email_r") <= 2 '
    'AND length("email_l") >= 16 AND length("email_r") >= 16)'
)
"""The similarity, which costs less, spares most pairs the edits."""

EMAIL: list[Level] = [
    ("the same", '"email_l" = "email_r"', "email"),
    ("the same before the @", '"email_local_part_l" = "email_local_part_r"', "email_local_part"),
    ("a typing error apart", EMAIL_MISSPELT, None),
    ("alike before the @", 'jaro_winkler_similarity("email_local_part_l", "email_local_part_r") >= 0.88', None),
]

PHONE: list[Level] = [
    ("the same", '"phone_l" = "phone_r"', "phone"),
    ("one digit apart", 'damerau_levenshtein("phone_l", "phone_r") <= 1', None),
]

NUMBER_MISTYPED = (
    'length("crm_id_l") >= 6 AND length("crm_id_l") = length("crm_id_r") AND "crm_id_l" <> "crm_id_r" '
    'AND damerau_levenshtein("crm_id_l", "crm_id_r") = 1 AND "crm_id_end_l" = "crm_id_end_r"'
)
"""Another last digit is the next customer; a slip before it is not."""

OTHER_DOCUMENT = '"document_l" = "document_r" AND "crm_id_l" <> "crm_id_r"'
"""Passports are renewed and numbers mistyped, but two numbers of one kind of document mostly are two people's."""

FAR_APART = (
    f'{OTHER_DOCUMENT} AND damerau_levenshtein("crm_id_l", "crm_id_r") >= 3 '
    'AND NOT coalesce("birth_date_l" = "birth_date_r", false)'
)
"""What one or two slips of the keys explain tells nothing, nor does a new number of somebody of the same birth date."""

CUSTOMER_NUMBER: list[Level] = [
    ("the same", '"crm_id_l" = "crm_id_r"', "crm_id"),
    ("one digit apart, before the last two", NUMBER_MISTYPED, None),
    ("another number of the same document", OTHER_DOCUMENT, None),
]

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


INITIALS_DIFFER = '("email_first_letter_l" <> "email_first_letter_r" OR "email_last_letter_l" <> "email_last_letter_r")'
"""An initial stands at the beginning or the end: jvos@post.nl and kvos@post.nl are two people of one family."""

EMAIL_TELLS_THE_NAME = (
    'coalesce("email_l" <> "email_r" AND "email_local_part_l" <> "email_local_part_r" '
    'AND jaro_winkler_similarity("email_local_part_l", "email_local_part_r") >= 0.88 '
    f'AND (jaro_winkler_similarity("email_l", "email_r") < 0.94 OR {INITIALS_DIFFER}) '
    'AND (jaro_winkler_similarity("family_name_l", "family_name_r") >= 0.88 OR "first_name_l" = "first_name_r"), false)'
    ' OR coalesce("email_l" <> "email_r" AND "email_name_l" = "email_name_r", false)'
)
"""Addresses made of a name are alike because the name is, which the names' comparisons have told; so are jan.vos@ of
one provider and jan.vos@ of another."""

OF_RELATIVES = f"coalesce({SURNAMES_AGREE}, false) AND NOT coalesce({FIRST_NAME_FITS} OR {GIVEN_NAMES_ALIKE}, true)"
HOUSEHOLD_EMAIL = (
    f'coalesce("email_l" = "email_r", false) AND NOT coalesce("phone_l" = "phone_r", false) AND {OF_RELATIVES}'
)
HOUSEHOLD_PHONE = (
    f'coalesce("phone_l" = "phone_r", false) AND NOT coalesce("email_l" = "email_r", false) AND {OF_RELATIVES}'
)
"""People of one surname and two first names who share an e-mail address or a phone: it is the family's, and tells
nothing. Who shares both may well be one person under two names."""
