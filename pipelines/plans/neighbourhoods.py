"""Some people of a lake at one snapshot, with all that is known between their records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from identity.evidence import Edge, Refusal, between, leads_between, read_edges, read_refusals, strongest_first
from identity.wording import identifier_words
from models.lakes import LAKE, Lake
from schemas.tables import IDENTIFIER_TYPES, TRAITS

SHOWN = ("source", *TRAITS, *IDENTIFIER_TYPES, "first_seen", "last_seen")
"""What is shown of a record."""


@dataclass(frozen=True)
class Neighbourhood:
    """``records``: the first records of each profile, by id. Edges and refusals with both ends among them all.

    ``states``: of identifier values that may not link, ``(type, value)`` -> state and rule.
    """

    records: Mapping[str, Sequence[str]]
    edges: Sequence[Edge]
    refusals: Sequence[Refusal]
    states: Mapping[tuple[str, str], tuple[str, str]]

    def edges_among(self, records: Collection[str]) -> list[Edge]:
        """The edges that have both ends among some records, strongest first."""
        return strongest_first(e for e in self.edges if e.record_id_l in records and e.record_id_r in records)

    def refusals_among(self, records: Collection[str]) -> list[Refusal]:
        """The refused unions that have both ends among some records, strongest first."""
        found = [r for r in self.refusals if r.record_id_l in records and r.record_id_r in records]
        return sorted(found, key=lambda refusal: (-refusal.match_weight, refusal.records))

    def of_pair(self, a: str, b: str) -> list[Edge]:
        """The edges of two records, strongest first."""
        return strongest_first(edge for edge in self.edges if set(edge.records) == {a, b})

    def between(self, profile_of: Mapping[str, str], a: str, b: str) -> tuple[list[Edge], list[Refusal]]:
        """Edges and refused unions between the people of two records; of a record of nobody, of it alone."""
        one, other = (
            {record for record, profile in profile_of.items() if profile == profile_of.get(end)} or {end}
            for end in (a, b)
        )
        refusals = [refusal for refusal in self.refusals if leads_between(refusal.records, one, other)]
        return between(self.edges, one, other), sorted(refusals, key=lambda refusal: -refusal.match_weight)

    def state_of(self, edge: Edge) -> str | None:
        """In words, that the identifier behind an edge may not link; None if it may, or there is none."""
        value = edge.evidence[0].value_l if edge.kind == "deterministic" and edge.evidence else None
        found = None if value is None else self.states.get((edge.rule, value))
        return None if found is None else f"the {identifier_words(edge.rule)} they share is {found[0]} ({found[1]})"


def read_neighbourhood(lake: Lake, profile_ids: Iterable[str], max_records: int) -> Neighbourhood:
    """The people of some profile ids, of each the first ``max_records`` records."""
    asked = pa.table({"profile_id": pa.array(sorted(set(profile_ids)), pa.string())})
    with lake.registered(asked, "asked_profiles"):
        members = lake.sql(
            f"""select profile_id, record_id
            from {LAKE}.identity.record_profiles semi join asked_profiles using (profile_id)
            qualify row_number() over (partition by profile_id order by record_id) <= ?
            order by profile_id, record_id""",
            [max_records],
        )
    records: dict[str, list[str]] = defaultdict(list)
    for row in members.to_pylist():
        records[row["profile_id"]].append(row["record_id"])
    inside = """
        record_id_l in (select record_id from asked_records) and record_id_r in (select record_id from asked_records)
    """
    with lake.registered(members, "asked_records"):
        edges = lake.sql(f"select * exclude (model_version) from {LAKE}.identity.edges where {inside}")
        refusals = lake.sql(f"from {LAKE}.identity.refusals where {inside}")
        states = lake.rows(
            f"""select distinct type, value, state, rule from {LAKE}.identity.identifier_states
            semi join (from {LAKE}.identity.record_identifiers semi join asked_records using (record_id))
                using (type, value)
            where state <> 'ok'"""
        )
    return Neighbourhood(
        records, read_edges(edges), read_refusals(refusals), {(row[0], row[1]): (row[2], row[3]) for row in states}
    )


def read_records(lake: Lake, record_ids: Sequence[str]) -> list[dict[str, Any]]:
    """What records say (``record_id`` and SHOWN), in the order asked for."""
    rows = lake.sql(
        f"""select record_id, {", ".join(SHOWN)} from {LAKE}.identity.records
        where list_contains($records, record_id)""",
        {"records": list(record_ids)},
    ).to_pylist()
    found = {row["record_id"]: row for row in rows}
    return [found[record_id] for record_id in record_ids if record_id in found]
