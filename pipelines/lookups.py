"""From what a person types (a profile id, a record id, an identifier) to profiles and records of the published lake."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from models.errors import UsageError
from models.identifiers import custom_identifiers
from models.lakes import LAKE, Lake
from models.masking import MASK
from pipelines.normalise.custom_identifiers import spell
from pipelines.normalise.emails import normalise_emails
from pipelines.normalise.phones import normalise_phones
from pipelines.removals.views import say_removals
from schemas.tables import IDENTIFIER_TYPES


@dataclass(frozen=True)
class Found:
    """One profile that a text points at, by ``how``: "profile id", "retired profile id", "record id" or a type."""

    profile_id: str
    how: str


def find_profiles(lake: Lake, text: str) -> list[Found]:
    """Live profiles that a text points at: a profile id (retired ones lead to their successor), a record id,
    ``type:value``, or the bare value of an identifier. Ordered by profile id; empty when there is none.
    """
    live = follow_successors(lake, text)
    if live is not None:
        return [Found(live, "profile id" if live == text else "retired profile id")]
    by_record = lake.rows(f"select profile_id from {LAKE}.identity.record_profiles where record_id = ?", [text])
    if by_record:
        return [Found(by_record[0][0], "record id")]
    rows = lake.rows(
        f"""
        select distinct profile_id, type
        from {LAKE}.profiles.identifiers
        where value in (select unnest($values)) and ($type is null or type = $type)
        order by profile_id, type
        """,
        dict(zip(("type", "values"), _typed_values(lake, text), strict=True)),
    )
    found: dict[str, Found] = {}
    for profile_id, identifier_type in rows:
        found.setdefault(profile_id, Found(profile_id, identifier_type))
    return list(found.values())


def find_profile(lake: Lake, text: str) -> str:
    """The one live profile that a text points at. Raises UsageError as :func:`find_one`."""
    return find_one(lake, text).profile_id


def find_one(lake: Lake, text: str) -> Found:
    """The one live profile that a text points at, and how.

    Raises:
        UsageError: it points at none, at several (a shared value), or at one of which no record is left.
    """
    found = find_profiles(lake, text)
    if not found:
        refuse_masked(text)
    if not found and lake.rows(f"select 1 from {LAKE}.identity.profile_ids where profile_id = ?", [text]):
        msg = f"Profile {text} has ended: none of its records is left. Its life: klantbeeld history {text}"
        raise UsageError(msg)
    if not found and (removed := say_removals(lake, text)):
        msg = f"Record {text} is {removed}. See: klantbeeld remove list"
        raise UsageError(msg)
    if not found:
        msg = "No profile with that id or identifier is published. Is it spelled right, and has 'klantbeeld run' been?"
        raise UsageError(msg)
    if len(found) > 1:
        several = ", ".join(one.profile_id for one in found[:10])
        msg = f"{len(found)} profiles carry that {found[0].how}: {several}. Name one of them."
        raise UsageError(msg)
    return found[0]


def refuse_masked(text: str) -> None:
    """Say what to do about a text that was copied from a masked answer and points at nothing.

    Raises:
        UsageError: the text is masked.
    """
    if MASK in text:
        msg = f"'{text}' is masked, so that nothing is found by it. Take it from an answer with --reveal."
        raise UsageError(msg)


def find_records(lake: Lake, text: str) -> list[str]:
    """Record ids that a text points at: itself, those of a profile, or those that carry an identifier. Sorted."""
    if lake.rows(f"select 1 from {LAKE}.identity.record_profiles where record_id = ?", [text]):
        return [text]
    live = follow_successors(lake, text)
    if live is not None:
        rows = lake.rows(
            f"select record_id from {LAKE}.identity.record_profiles where profile_id = ? order by record_id", [live]
        )
        return [row[0] for row in rows]
    identifier_type, values = _typed_values(lake, text)
    rows = lake.rows(
        f"""
        select distinct record_id from {LAKE}.identity.record_identifiers
        where value in (select unnest($values)) and ($type is null or type = $type)
        order by record_id
        """,
        {"values": values, "type": identifier_type},
    )
    return [row[0] for row in rows]


def follow_successors(lake: Lake, profile_id: str) -> str | None:
    """The live profile id that an id stands for now, or None if no such id was ever minted."""
    seen: set[str] = set()
    current: str | None = profile_id
    while current is not None and current not in seen:
        seen.add(current)
        row = lake.rows(
            f"select retired_at, successor from {LAKE}.identity.profile_ids where profile_id = ?", [current]
        )
        if not row:
            return None
        retired_at, successor = row[0]
        if retired_at is None:
            return current
        current = successor
    return None


def stored_forms(lake: Lake, value: str, identifier_type: str | None = None) -> list[str]:
    """The forms in which an identifier's value may be stored; without a type, as one that is built in."""
    settings = lake.workspace.settings
    country = settings.workspace.default_country
    own = custom_identifiers(settings.identifier_policies()).get(identifier_type or "")
    forms = {value.strip()}
    if own is not None:
        found = spell(pa.array([value]), own.normaliser, pa.nulls(1, pa.string()), country).to_pylist()
        return sorted(forms.union(filter(None, found)))
    forms.update(filter(None, normalise_emails(pa.array([value])).to_pylist()))
    forms.update(filter(None, normalise_phones(pa.array([value]), country).to_pylist()))
    return sorted(forms)


def _typed_values(lake: Lake, text: str) -> tuple[str | None, list[str]]:
    """The identifier type that a text names (``email:x@y``), if any, and the forms in which its value may be stored."""
    head, _, tail = text.partition(":")
    types = {*IDENTIFIER_TYPES, *lake.workspace.settings.identity.identifiers}
    identifier_type, value = (head, tail) if head in types and tail else (None, text)
    return identifier_type, stored_forms(lake, value, identifier_type)
