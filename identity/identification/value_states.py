"""What an identifier value may do with one record more behind it: the rule of identifier_states.sql for a single value.

The same rule stands there in SQL, for all values at once; a test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from identity.compiled_sql.functions import jaro_winkler_similarity
from identity.identifiers import EMAILS_PER_PERSON, JUNK_PEOPLE, JUNK_RECORDS, MAX_DESCRIPTIONS
from identity.limits import Limit, limits_of
from identity.names import birth_dates_agree, first_names_agree
from models.settings import IdentifierPolicy

SHARED_BY_ADDRESSES = frozenset({"anonymous_id", "device_id", "payment_token", "phone"})
"""Types whose values are shared where many e-mail addresses meet on them, though nobody leaves a name."""

SURNAMES_ALIKE = 0.9


class Description(NamedTuple):
    """Who a record says that it is: comparison columns, and accounts as they are."""

    first_name: str | None
    root: str | None
    family_name: str | None
    birth_date: str | None
    user_id: str | None
    loyalty_id: str | None
    crm_id: str | None

    @property
    def accounts(self) -> tuple[str | None, ...]:
        """User id, loyalty id and customer number."""
        return self[4:]


@dataclass(frozen=True)
class Policies:
    """The policies of identifier types, ready to judge single values."""

    policies: Mapping[str, IdentifierPolicy]

    def blocks(self, kind: str, value: str) -> bool:
        """Whether the type's list or patterns say that the value is nobody's."""
        listed, matches = self._compiled.get(kind, (frozenset(), ()))
        return value.lower() in listed or any(match(value) is not None for match in matches)

    def max_people(self, kind: str) -> int:
        """More people than this share the value."""
        return self.policies.get(kind, IdentifierPolicy()).max_people_per_value

    @cached_property
    def limits(self) -> dict[str, Limit]:
        """Types of which a person has no more than so many values."""
        return limits_of(self.policies)

    @cached_property
    def _compiled(self) -> dict[str, tuple[frozenset[str], tuple[Callable[[str], object], ...]]]:
        return {
            kind: (
                frozenset(value.lower() for value in policy.blocked_values),
                tuple(re.compile(pattern, re.IGNORECASE).fullmatch for pattern in policy.blocked_patterns),
            )
            for kind, policy in self.policies.items()
        }


def count_value_people(kind: str, descriptions: Iterable[Description], emails: Iterable[str]) -> int:
    """How many people stand behind a value, of the descriptions of its holders and their e-mail addresses.

    ``emails`` without those that policies block; they count for the types ``SHARED_BY_ADDRESSES`` only.
    """
    distinct = set(descriptions)
    people = _few(distinct) if len(distinct) <= MAX_DESCRIPTIONS else _many(distinct)
    addresses = len(set(emails)) if kind in SHARED_BY_ADDRESSES else 0
    return max(people, addresses - EMAILS_PER_PERSON + 1)


def value_state(kind: str, value: str, records: int, people: int, policies: Policies) -> str:
    """``ok``, ``shared`` or ``junk``, as :func:`identity.identifiers.identifier_states` says."""
    if policies.blocks(kind, value) or (records > JUNK_RECORDS and people > JUNK_PEOPLE):
        return "junk"
    return "shared" if people > policies.max_people(kind) else "ok"


def people_agree(one: Description, other: Description) -> bool:
    """Whether two descriptions may be one person's; the macro of the same name in ``agreement.sql``."""
    if one.birth_date and other.birth_date and not birth_dates_agree(one.birth_date, other.birth_date):
        return False
    if one.first_name is not None and other.first_name is not None:
        swapped = one.first_name == other.family_name and one.family_name == other.first_name
        return first_names_agree(one.first_name, other.first_name) or swapped
    if one.family_name is not None and other.family_name is not None:
        return jaro_winkler_similarity(one.family_name, other.family_name) >= SURNAMES_ALIKE
    return all(a is None or b is None or a == b for a, b in zip(one.accounts, other.accounts, strict=True))


def _few(descriptions: set[Description]) -> int:
    """A description that agrees with none before it, the most complete first, is one more person."""
    ranked = sorted(descriptions, key=_rank)
    return sum(not _agrees_with_any(person, ranked[:at]) for at, person in enumerate(ranked))


def _agrees_with_any(person: Description, others: Sequence[Description]) -> bool:
    return any(people_agree(person, other) for other in others)


def _rank(person: Description) -> tuple[object, ...]:
    missing = (person.first_name is None) + (person.birth_date is None) + (person.family_name is None)
    texts = (person.first_name, person.family_name, person.birth_date, *person.accounts)
    # Nulls stand last, as SQL has them.
    return (
        missing + all(account is None for account in person.accounts),
        len(person.first_name or "") < 2,
        *((text is None, text or "") for text in texts),
    )


def _many(descriptions: set[Description]) -> int:
    named = {f"{p.root}|{p.birth_date or p.family_name or ''}" for p in descriptions if p.root is not None}
    accounts = {next(filter(None, p.accounts), None) for p in descriptions if p.first_name is None}
    return max(len(named), len(accounts - {None}))
