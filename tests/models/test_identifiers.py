"""Identifier types of a workspace's own: said to be so, or refused with what was probably meant."""

from __future__ import annotations

import pytest

from models.errors import UsageError
from models.settings import parse_settings

MEMBER = """
[identity.identifiers.membership_number]
custom = true
unique = true
max_per_person = 2
window_days = 365
normaliser = "digits"
pattern = "[0-9]{8}"
pii = "sensitive"
"""


def test_a_type_of_ones_own_has_a_policy_and_unique_means_one_person_per_value() -> None:
    policies = parse_settings(MEMBER).identifier_policies()
    member = policies["membership_number"]
    assert (member.max_people_per_value, member.max_per_person, member.window_days) == (1, 2, 365)
    assert member.places("membership_number") == (
        ("external_ids", "membership_number"),
        ("traits", "membership_number"),
    )
    assert policies["email"].max_people_per_value == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[identity.identifiers.emial]\n",
            r"unknown identifier type 'identity.identifiers.emial'.*email.*custom = true",
        ),
        ("[identity.identifiers.email]\ncustom = true\n", "'email' is built in"),
        ("[identity.identifiers.city]\ncustom = true\n", "the name of a type of your own is"),
        ("[identity.identifiers.Card]\ncustom = true\n", "the name of a type of your own is"),
        ("[identity.identifiers.email]\npattern = 'x'\n", "email.pattern is for types of your own"),
        ("[identity.identifiers.ssn]\ncustom = true\npattern = '('\n", r"ssn.pattern: '\('"),
        ("[identity.identifiers.ssn]\ncustom = true\nwindow_days = 3\n", "window_days is a window for max_per_person"),
        ("[identity.identifiers.ssn]\ncustom = true\npaths = ['ssn']\n", "paths"),
        ("[identity.identifiers.ssn]\ncustom = true\nnormaliser = 'upper'\n", "normaliser"),
        (
            "[identity.identifiers.email]\npii = 'sensitive'\n[audiences.all]\nsegment = 'x'\ncolumns = ['email']\n",
            "audiences.all.columns: 'email' is sensitive",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_settings(text)


def test_a_file_may_fill_types_of_ones_own_and_no_others() -> None:
    text = '[sources.shop]\nkind = "file"\ntype = "crm.contact"\n' + MEMBER
    assert parse_settings(text).source("shop", "file").external_ids == ("membership_number",)
