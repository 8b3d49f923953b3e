"""Why people are who they are, asked of the published lake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from identity.cuts import Cut, Tie, find_ties, weakest_place
from identity.evidence import Edge, links, read_edges, read_refusals
from identity.explanations import PairExplanation, explain_pair
from identity.paths import spanning_tree
from models.errors import UsageError
from models.lakes import LAKE, Lake
from pipelines.lookups import find_profile, find_records, refuse_masked
from pipelines.obstacles import find_obstacles
from pipelines.removals.views import say_removals
from pipelines.thresholds import joining_match_weight

MAX_WEAKEST_PLACE = 60
"""Of a larger person the weakest place is not looked for: it takes a flow for each record."""


@dataclass(frozen=True)
class PersonExplanation:
    """Why the records of one profile are one person: the strongest edges that hold them together.

    ``records``: record_id, source and first_seen, last_seen. ``edges``: one fewer than records, strongest first.
    ``ties``: all that holds them together by cause, strongest first. ``states``: identifiers of the person that may not
    link (``shared``, ``junk``), with the rule that says so. ``refusals``: unions with other people that were refused.
    ``weakest``: where the person would come apart first; None for a single record and for very many.
    """

    profile_id: str
    records: tuple[dict[str, Any], ...]
    edges: tuple[Edge, ...]
    states: tuple[dict[str, Any], ...]
    refusals: tuple[dict[str, Any], ...]
    ties: tuple[Tie, ...] = ()
    weakest: Cut | None = None


def explain_person(lake: Lake, who: str) -> PersonExplanation:
    """Why the records of the person that a text points at are one person.

    Raises:
        UsageError: the text points at nobody, or at several.
    """
    profile_id = find_profile(lake, who)
    records = lake.sql(
        f"""select records.record_id, records.source, records.first_seen, records.last_seen
        from {LAKE}.identity.records as records
        inner join {LAKE}.identity.record_profiles as members using (record_id)
        where members.profile_id = ? order by records.record_id""",
        [profile_id],
    ).to_pylist()
    members = [record["record_id"] for record in records]
    edges = links(read_edges(edges_between(lake, members)), joining_match_weight(lake.workspace))
    ties = find_ties(edges)
    return PersonExplanation(
        profile_id=profile_id,
        records=tuple(records),
        edges=tuple(spanning_tree(members, edges)),
        states=tuple(_unlinking_identifiers(lake, profile_id)),
        refusals=tuple(refusals_around(lake, members)),
        ties=tuple(ties),
        weakest=weakest_place(members, ties) if len(members) <= MAX_WEAKEST_PLACE else None,
    )


def holding_ties(explanation: PersonExplanation) -> list[Tie]:
    """Of all ties of a person, those that the strongest edges come from: enough to make the records one."""
    needed = set(explanation.edges)
    return [tie for tie in explanation.ties if not needed.isdisjoint(tie.edges)]


def explain_two(lake: Lake, one: str, other: str) -> PairExplanation:
    """Why what two texts point at is one person, or why not; of several records each, the pair that is closest.

    Raises:
        UsageError: a text points at nothing.
    """
    left, right = _records_of(lake, one), _records_of(lake, other)
    common = sorted(set(left) & set(right))
    if common:
        return explain_pair(common[0], common[0], {}, (), (), 0.0)
    profile_of = dict(
        lake.rows(
            f"""select record_id, profile_id from {LAKE}.identity.record_profiles
            where profile_id in (
                select profile_id from {LAKE}.identity.record_profiles where list_contains($records, record_id)
            ) order by record_id""",
            {"records": [*left, *right]},
        )
    )
    edges = read_edges(edges_between(lake, list(profile_of)))
    refusals = read_refusals(
        lake.sql(
            f"""select * from {LAKE}.identity.refusals
            where list_contains($records, record_id_l) and list_contains($records, record_id_r)
            order by match_weight desc, record_id_l, record_id_r""",
            {"records": list(profile_of)},
        )
    )
    a, b = _closest(left, right, profile_of, edges)
    found = explain_pair(a, b, profile_of, edges, refusals, joining_match_weight(lake.workspace))
    return replace(found, **find_obstacles(lake, found, profile_of)) if found.verdict == "two people" else found


def edges_between(lake: Lake, records: Sequence[str]) -> pa.Table:
    """The edges (EDGES without model_version) of which both ends are among these records."""
    return lake.sql(
        f"""select * exclude (model_version) from {LAKE}.identity.edges
        where list_contains($records, record_id_l) and list_contains($records, record_id_r)
        order by record_id_l, record_id_r, kind, rule""",
        {"records": list(records)},
    )


def refusals_around(lake: Lake, records: Sequence[str]) -> list[dict[str, Any]]:
    """The refused unions of which an end is among these records, strongest first."""
    return lake.sql(
        f"""select * from {LAKE}.identity.refusals
        where list_contains($records, record_id_l) or list_contains($records, record_id_r)
        order by match_weight desc, record_id_l, record_id_r""",
        {"records": list(records)},
    ).to_pylist()


def _closest(
    left: Sequence[str], right: Sequence[str], profile_of: dict[str, str], edges: Sequence[Edge]
) -> tuple[str, str]:
    """Of one person's records before those of two, the pair with the strongest edge; else the first of each."""
    weights: dict[tuple[str, str], float] = {}
    for edge in edges:
        for pair in (edge.records, edge.records[::-1]):
            weights[pair] = max(weights.get(pair, edge.match_weight), edge.match_weight)
    pairs = [(a, b) for a in left for b in right]
    return max(
        pairs,
        key=lambda pair: (profile_of[pair[0]] == profile_of[pair[1]], weights.get(pair, float("-inf")), *_late(pair)),
    )


def _late(pair: tuple[str, str]) -> tuple[list[int], list[int]]:
    """Of equals the smaller ids win, so that an answer never changes."""
    one, other = ([-ord(letter) for letter in record] for record in pair)
    return one, other


def _records_of(lake: Lake, text: str) -> list[str]:
    found = find_records(lake, text)
    if not found and (removed := say_removals(lake, text)):
        msg = f"Record {text} is {removed}. See: klantbeeld remove list"
        raise UsageError(msg)
    if not found:
        refuse_masked(text)
        msg = f"Nothing is known under '{text}'. Name a record id, a profile id or an identifier that is published."
        raise UsageError(msg)
    return found


def _unlinking_identifiers(lake: Lake, profile_id: str) -> list[dict[str, Any]]:
    return lake.sql(
        f"""select held.type, held.value, states.state, states.people, states.records, states.rule
        from {LAKE}.profiles.identifiers as held
        inner join {LAKE}.identity.identifier_states as states using (type, value)
        where held.profile_id = ? and states.state <> 'ok'
        order by held.type, held.value""",
        [profile_id],
    ).to_pylist()
