"""Policies of identifier types and of traits: what resolution and survivorship do unless a workspace says otherwise."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

Positive = Annotated[int, Meta(ge=1)]


Normaliser = Literal["text", "lower", "digits", "alphanumeric", "email", "phone"]
PiiClass = Literal["none", "pseudonymous", "personal", "sensitive"]


class IdentifierPolicy(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one identifier type may do in identity resolution."""

    #: More distinct people than this behind one value: it is shared, evidence only, and links nobody by itself.
    max_people_per_value: Positive = 3
    #: At most one person per value, whatever ``max_people_per_value`` says.
    unique: bool = False
    #: More distinct values than this in one person refuse the union; 0: no limit.
    max_per_person: Annotated[int, Meta(ge=0)] = 0
    #: With max_per_person: only values seen within so many days of each other, in event time, count together; 0: all.
    window_days: Annotated[int, Meta(ge=0)] = 0
    #: Values that are never anybody's, in any case.
    blocked_values: tuple[str, ...] = ()
    #: Regular expressions (full match) of such values.
    blocked_patterns: tuple[str, ...] = ()
    #: none, pseudonymous, personal or sensitive. Without --reveal personal and sensitive values are masked.
    #: What is sensitive may be a column of no audience.
    pii: PiiClass = "personal"
    #: The name is a type of your own, and no typing error for one that is built in. The keys below are for these alone.
    custom: bool = False
    #: custom: where events carry it, from the best place on; by default external_ids.<name> and traits.<name>.
    paths: tuple[Annotated[str, Meta(pattern=r"^(external_ids|traits|properties|context)(\.[^.\s]+)+$")], ...] = ()
    #: custom: one spelling of a value: text (trimmed), lower, digits and alphanumeric (nothing else is kept; the latter
    #: in lower case), or as an e-mail address or a phone number.
    normaliser: Normaliser = "text"
    #: custom: regular expression that a normalised value has to match as a whole; others are not used, and noted.
    pattern: str = ""

    def effective(self) -> IdentifierPolicy:
        """The policy with its shorthands spelled out."""
        return structs.replace(self, max_people_per_value=1) if self.unique else self

    def places(self, name: str) -> tuple[tuple[str, ...], ...]:
        """Where events carry a custom type, as paths of keys, from the best on."""
        return tuple(tuple(path.split(".")) for path in self.paths or (f"external_ids.{name}", f"traits.{name}"))


BLOCKED_IDS = (
    *("0", "-1", "none", "null", "nil", "n/a", "na", "unknown", "undefined"),
    *("guest", "anonymous", "walk-in", "walkin", "test", "true", "false"),
)
"""Ids that senders use for "nobody"; compared in lower case.

Numbers such as 1234 are not among them: somebody has that card. Where many use one as a filler, the fan-out tells.
"""


def default_identifier_policies() -> dict[str, IdentifierPolicy]:
    """Policies that hold for types the settings file does not name.

    Where the limits come from: docs/decisions/0003-identity.md.
    """
    return {
        "crm_id": IdentifierPolicy(max_people_per_value=1, pii="pseudonymous", blocked_values=BLOCKED_IDS),
        "user_id": IdentifierPolicy(max_people_per_value=1, pii="pseudonymous", blocked_values=BLOCKED_IDS),
        "loyalty_id": IdentifierPolicy(
            max_people_per_value=1, max_per_person=1, pii="pseudonymous", blocked_values=BLOCKED_IDS
        ),
        "anonymous_id": IdentifierPolicy(max_people_per_value=1, pii="pseudonymous", blocked_values=BLOCKED_IDS),
        "email": IdentifierPolicy(
            max_people_per_value=3,
            blocked_values=("test@test.com", "test@example.com", "noreply@example.com", "a@a.com", "none@none.com"),
            blocked_patterns=(r"(no-?reply|do-?not-?reply)@.*", r".*@(mailinator|example)\.(com|org|net)"),
        ),
        "phone": IdentifierPolicy(
            max_people_per_value=4, blocked_patterns=(r"\+?\d{0,4}(\d)\1{6,}", r"\+?\d*1234567\d*")
        ),
        "payment_token": IdentifierPolicy(max_people_per_value=2, pii="sensitive", blocked_values=BLOCKED_IDS),
        "device_id": IdentifierPolicy(max_people_per_value=4, pii="pseudonymous", blocked_values=BLOCKED_IDS),
    }


class TraitRule(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Survivorship: which of several values of one trait stands in the golden record."""

    #: Said last, said most often, the longest, or said by the best source; ties fall to what was said last.
    rule: Literal["most_recent", "most_frequent", "longest", "source_priority"] = "most_recent"
    #: Sources from best to worst, for source_priority; sources not named come last, newest value first.
    sources: tuple[str, ...] = ()


def default_trait_rules() -> dict[str, TraitRule]:
    """Survivorship rules that hold for traits the settings file does not name.

    What stays the same for life is believed as most say it; what changes, as the newest says it.
    """
    return {
        "given_name": TraitRule(rule="most_frequent"),
        "family_name": TraitRule(rule="most_recent"),
        "birth_date": TraitRule(rule="most_frequent"),
        "gender": TraitRule(rule="most_frequent"),
        "email": TraitRule(rule="most_recent"),
        "phone": TraitRule(rule="most_recent"),
        "address": TraitRule(rule="most_recent"),
    }


HouseholdRule = Literal["address_surname", "address_contact", "contact_surname", "address"]


class HouseholdPolicy(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Households: people who live together, a level above people that never makes two people one."""

    #: Find households; false ends all there are.
    enabled: bool = True
    #: More people than this are no household: only its stronger rules are followed then, and an alarm tells of it.
    max_people: Annotated[int, Meta(ge=2)] = 10
    #: An address of more people than this (an office, a student house, a block of flats) is no home: it tells nothing.
    max_people_per_address: Annotated[int, Meta(ge=2)] = 20
    #: What makes two people one household: the same address and surname; the same address and an e-mail address, phone,
    #: browser, device or payment card in common; the same surname and an e-mail address or phone in common, where no
    #: two addresses are known; the same address alone.
    rules: tuple[HouseholdRule, ...] = ("address_surname", "address_contact", "contact_surname")
