"""One household of the published lake: its people, where it lives, why it is one, and its life."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from identity.wording import identifier_words
from models.errors import UsageError
from models.lakes import LAKE, Lake
from pipelines.lookups import find_profile

FOUND_BY_PERSON = "a person in it"


def read_household(lake: Lake, what: str) -> dict[str, Any]:
    """The household that a text points at: its id (an ended one leads to its successor), or anybody in it.

    Keys: ``household`` (HOUSEHOLDS without evidence), ``people`` (profile_id, names, birth date, why they are in it),
    ``evidence`` (rows with ``words``), ``history`` (HOUSEHOLD_CHANGES that name it) and ``found_by``.

    Raises:
        UsageError: it points at nothing, at a household that has ended, or at somebody of whom no household is known.
    """
    household_id, found_by = _find(lake, what)
    household = lake.sql(f"from {LAKE}.profiles.households where household_id = ?", [household_id]).to_pylist()[0]
    evidence = [part | {"words": evidence_words(part)} for part in household.pop("evidence")]
    people = lake.sql(
        f"""select profile_id, given_name, family_name, birth_date
        from {LAKE}.profiles.household_members
        inner join {LAKE}.profiles.profiles using (profile_id)
        where household_id = ? order by birth_date nulls last, profile_id""",
        [household_id],
    ).to_pylist()
    for person in people:
        person["because"] = [part["words"] for part in evidence if person["profile_id"] in part["profile_ids"]]
    history = lake.sql(
        f"""from {LAKE}.profiles.household_changes where old_household_id = $id or new_household_id = $id
        order by changed_at, run_id, sequence""",
        {"id": household_id},
    ).to_pylist()
    return {
        "household": household,
        "people": people,
        "evidence": evidence,
        "history": history,
        "found_by": found_by,
    }


def household_of(lake: Lake, profile_id: str) -> dict[str, Any] | None:
    """``household_id``, ``people`` and ``with`` (the profile ids of the others) of one person; None: none is known."""
    if not has_households(lake):
        return None
    rows = lake.sql(
        f"""select household_id, count(*) as people, list(profile_id order by profile_id) as profile_ids
        from {LAKE}.profiles.household_members
        where household_id in (select household_id from {LAKE}.profiles.household_members where profile_id = ?)
        group by household_id""",
        [profile_id],
    ).to_pylist()
    if not rows:
        return None
    [row] = rows
    return {
        "household_id": row["household_id"],
        "people": row["people"],
        "with": [other for other in row["profile_ids"] if other != profile_id],
    }


def has_households(lake: Lake) -> bool:
    """Whether the lake knows households at this snapshot: what an earlier version published does not."""
    return ("profiles", "household_members") in lake.tables()


def evidence_words(part: Mapping[str, Any]) -> str:
    """Why, in plain words: ``the same address and the surname bakker``. Names values: for the screen, not for logs."""
    common = "" if part["type"] is None else f"the {identifier_words(part['type'])} {part['value']}"
    if part["rule"] == "address_surname":
        return f"the same address and the surname {part['surname']}"
    if part["rule"] == "address_contact":
        return f"the same address and {common}"
    if part["rule"] == "contact_surname":
        return f"the surname {part['surname']} and {common}"
    return "the same address"


def change_words(change: Mapping[str, Any], household_id: str) -> str:
    """What happened to a household, as seen from it."""
    kind, who = change["kind"], change["profile_id"]
    old, new = change["old_household_id"], change["new_household_id"]
    if kind == "mint":
        return "began"
    if kind == "retire" and new == household_id:
        return f"household {old} became part of it"
    if kind == "retire":
        return "ended" if new is None else f"became part of household {new}"
    if new == household_id:
        return f"{who} came" + ("" if old is None else f" from household {old}")
    return f"{who} left" + ("" if new is None else f" for household {new}")


def _find(lake: Lake, what: str) -> tuple[str, str]:
    if not has_households(lake):
        msg = "What is published knows no households yet. Find and publish them with: klantbeeld run"
        raise UsageError(msg)
    ids = dict(lake.rows(f"select household_id, successor from {LAKE}.profiles.household_ids"))
    if what not in ids:
        profile_id = find_profile(lake, what)
        household = household_of(lake, profile_id)
        if household is None:
            msg = f"Of profile {profile_id} no household is known: nobody else is found to live there."
            raise UsageError(msg)
        return household["household_id"], FOUND_BY_PERSON
    live = {name for (name,) in lake.rows(f"select household_id from {LAKE}.profiles.households")}
    current: str | None = what
    while current is not None and current not in live:
        current = ids.get(current)
    if current is None:
        msg = f"Household {what} has ended: its people are in no household together any more."
        raise UsageError(msg)
    return current, "household id" if current == what else "ended household id"
