"""The identifier types of a workspace: those that are built in, and its own; checked once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from models.errors import UsageError, suggest
from models.policies import IdentifierPolicy, default_identifier_policies

NAME_PATTERN = r"^[a-z][a-z0-9_]{0,62}$"

RESERVED = frozenset(
    (
        *("name", "given_name", "family_name", "birth_date", "gender", "street", "house_number", "postcode", "city"),
        *("region", "country_code", "country", "address", "source", "prior", "same", "different"),
    )
)
"""Names that mean something else where identifiers are told: traits, comparisons, judgements."""

CUSTOM_ONLY = ("paths", "normaliser", "pattern")


def check_identifiers(
    identifiers: Mapping[str, IdentifierPolicy], exported: Mapping[str, Sequence[str]], origin: str
) -> None:
    """Refuse policies that cannot be meant.

    Args:
        identifiers: by type, as the settings give them.
        exported: columns of each audience.
        origin: names the settings file in errors.

    Raises:
        UsageError: an unknown type that is not said to be custom, a wrong pattern, keys that do not go together, or an
            audience that exports a sensitive identifier; names the key.
    """
    for name, policy in identifiers.items():
        where = f"identity.identifiers.{name}"
        _check_name(name, policy, where, origin)
        for key, patterns in (("blocked_patterns", policy.blocked_patterns), ("pattern", (policy.pattern,))):
            for pattern in patterns:
                try:
                    re.compile(pattern)
                except re.error as error:
                    msg = f"{origin}: {where}.{key}: '{pattern}': {error}."
                    raise UsageError(msg) from error
        if policy.window_days and not policy.max_per_person:
            msg = f"{origin}: {where}.window_days is a window for max_per_person: set that as well."
            raise UsageError(msg)
    for audience, columns in exported.items():
        for column in columns:
            if column in identifiers and identifiers[column].pii == "sensitive":
                where = f"audiences.{audience}.columns"
                msg = f"{origin}: {where}: '{column}' is sensitive (identity.identifiers.{column}.pii). Take it out."
                raise UsageError(msg)


def custom_identifiers(policies: Mapping[str, IdentifierPolicy]) -> dict[str, IdentifierPolicy]:
    """The workspace's own types, in the order of their names."""
    return {name: policy for name, policy in sorted(policies.items()) if policy.custom}


def _check_name(name: str, policy: IdentifierPolicy, where: str, origin: str) -> None:
    known = default_identifier_policies()
    if name in known and policy.custom:
        msg = f"{origin}: {where}: '{name}' is built in. Take custom = true out, or give your own type another name."
        raise UsageError(msg)
    if name not in known and not policy.custom:
        own = "Is it a type of your own? Then say custom = true in its table."
        msg = f"{origin}: unknown identifier type '{where}'. {suggest(name, known)} {own}"
        raise UsageError(msg)
    if policy.custom and (name in RESERVED or not re.match(NAME_PATTERN, name)):
        rule = (
            "lower-case letters, digits and '_', first a letter, and no trait or other word that means something else"
        )
        msg = f"{origin}: {where}: the name of a type of your own is {rule}."
        raise UsageError(msg)
    default = IdentifierPolicy()
    for key in CUSTOM_ONLY:
        if not policy.custom and getattr(policy, key) != getattr(default, key):
            msg = f"{origin}: {where}.{key} is for types of your own (custom = true); '{name}' is built in."
            raise UsageError(msg)
