"""Households: which people live together, as a pure function of their golden records and identifiers.

A level above people: nothing here makes two people one, and no row's order changes anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from identity.comparison_columns import comparison_columns
from identity.disjoint_sets import DisjointSets
from identity.queries import conform, query, session
from models.policies import HouseholdPolicy
from schemas.tables import HOUSEHOLD_ALARMS, HOUSEHOLDS, RECORDS

STRENGTH = ("address", "contact_surname", "address_contact", "address_surname")
"""Rules from the weakest to the strongest: what is no household by all of them may be some by the stronger ones."""

ASSIGNMENTS = pa.schema(
    [pa.field("profile_id", pa.string(), nullable=False), pa.field("household", pa.string(), nullable=False)]
)
"""One row a person who lives with others; ``household`` is the smallest profile id in it, a name within one run."""


@dataclass(frozen=True, slots=True)
class Common:
    """What some people have in common by one rule: surname and identifier where it goes by them, and their homes."""

    rule: str
    homes: tuple[str, ...]
    surname: str | None
    type: str | None
    value: str | None
    profile_ids: tuple[str, ...]


@dataclass(frozen=True)
class Households:
    """``assignments`` (ASSIGNMENTS) and ``alarms`` (HOUSEHOLD_ALARMS), sorted; ``evidence`` by household."""

    assignments: pa.Table
    evidence: dict[str, tuple[Common, ...]]
    alarms: pa.Table


Alarm = tuple[str, str, int, int]


def find_households(profiles: pa.Table, identifiers: pa.Table, policy: HouseholdPolicy) -> Households:
    """The households of two people and more; whoever is in none of them has no row.

    People belong together when a rule of the policy says so (``households.sql``), and whoever belongs to one of them
    too. A double surname counts as both of its parts. What has more than ``max_people`` people, or people of several
    addresses, is evaluated again without its weakest rule, until it fits or no rule is left; an alarm tells of it, as
    of every address with more than ``max_people_per_address`` people.

    Args:
        profiles: PROFILES.
        identifiers: PROFILE_IDENTIFIERS; junk counts for nothing.
        policy: bounds and rules.
    """
    if not policy.enabled:
        return Households(ASSIGNMENTS.empty_table(), {}, HOUSEHOLD_ALARMS.empty_table())
    tables = {"profiles": profiles, "surnames": surnames(profiles), "identifiers": identifiers}
    parameters = {
        "max_people": policy.max_people,
        "max_people_per_address": policy.max_people_per_address,
        "rules": list(policy.rules),
    }
    with session() as sql:
        table = query(sql, "households", tables, parameters)
    found = [
        Common(rule, tuple(homes or ()), surname, kind, value, tuple(members))
        for rule, homes, surname, kind, value, members in zip(
            *(table[name].to_pylist() for name in table.column_names), strict=True
        )
    ]
    alarms: list[Alarm] = [
        ("address", common.homes[0], len(common.profile_ids), 0) for common in found if common.rule == "crowd"
    ]
    evidence: dict[str, tuple[Common, ...]] = {}
    for component in components(common for common in found if common.rule != "crowd"):
        kept = list(settle(component, policy.max_people))
        evidence |= {min(people(household)): tuple(household) for household in kept}
        if (kind := objection(component, policy.max_people)) is not None:
            members = people(component)
            alarms.append((kind, min(members), len(members), len(kept)))
    assigned = sorted((member, name) for name, household in evidence.items() for member in people(household))
    return Households(_table(assigned, ASSIGNMENTS), evidence, _table(sorted(alarms), HOUSEHOLD_ALARMS))


def surnames(profiles: pa.Table) -> pa.Table:
    """The surnames that people go by (``profile_id``, ``surname``), as compared: of a double name each part as well."""
    # A surname is spelled once, however many people go by it.
    names = pc.drop_null(pc.unique(profiles["family_name"]))
    told = {"record_id": names, "family_name": names}
    columns = [told.get(part.name, pa.nulls(len(names), part.type)) for part in RECORDS]
    spelled = comparison_columns(pa.table(columns, names=RECORDS.names))
    with session() as sql:
        sql.register("profiles", profiles.select(["profile_id", "family_name"]))
        sql.register("spelled", spelled.select(["record_id", "family_name", "family_parts"]))
        return sql.execute(
            """select distinct
                profile_id, unnest(list_append(coalesce(family_parts, []), spelled.family_name)) as surname
            from profiles inner join spelled on profiles.family_name = spelled.record_id
            where length(spelled.family_name) > 1"""
        ).to_arrow_table()


def components(found: Iterable[Common]) -> list[list[Common]]:
    """What hangs together through people, in the order of its smallest profile id."""
    commons, sets = list(found), DisjointSets()
    for common in commons:
        for member in common.profile_ids[1:]:
            sets.unite(common.profile_ids[0], member)
    parts: dict[str, list[Common]] = {}
    for common in commons:
        parts.setdefault(sets.find(common.profile_ids[0]), []).append(common)
    return sorted(parts.values(), key=lambda part: min(people(part)))


def settle(component: Sequence[Common], max_people: int) -> Iterable[list[Common]]:
    """The households in one component: itself, or those that its stronger rules make."""
    if objection(component, max_people) is None:
        yield list(component)
        return
    weakest = min(STRENGTH.index(common.rule) for common in component)
    for part in components(common for common in component if STRENGTH.index(common.rule) > weakest):
        yield from settle(part, max_people)


def objection(component: Sequence[Common], max_people: int) -> str | None:
    """Why a component is no household: ``people`` (too many), ``addresses`` (several), or None."""
    if len(people(component)) > max_people:
        return "people"
    return "addresses" if len({home for common in component for home in common.homes}) > 1 else None


def people(component: Iterable[Common]) -> set[str]:
    """Everybody in a component."""
    return {member for common in component for member in common.profile_ids}


def household_rows(members: pa.Table, profiles: pa.Table, evidence: Mapping[str, Sequence[Common]]) -> pa.Table:
    """HOUSEHOLDS of HOUSEHOLD_MEMBERS, sorted; ``evidence`` by household id, ``profiles`` are PROFILES."""
    with session() as sql:
        table = query(sql, "household_rows", {"members": members, "profiles": profiles})
    kind = HOUSEHOLDS.field("evidence").type
    told = [[_told(common) for common in evidence[name]] for name in table["household_id"].to_pylist()]
    return conform(table.append_column("evidence", pa.array(told, kind)), HOUSEHOLDS)


def _told(common: Common) -> dict[str, object]:
    return {name: getattr(common, name) for name in ("rule", "surname", "type", "value", "profile_ids")}


def _table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    return pa.table([pa.array(column, part.type) for column, part in zip(columns, schema, strict=True)], schema=schema)
