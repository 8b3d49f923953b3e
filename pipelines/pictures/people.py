"""Graphs of explanations, read from the lake that explained."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from identity.evidence import read_edges, read_refusals
from identity.explanations import PairExplanation
from models.lakes import LAKE, Lake
from pipelines.explanations import PersonExplanation, edges_between, refusals_around
from pipelines.pictures.graphs import Graph, make_graph
from pipelines.thresholds import joining_match_weight
from schemas.tables import REFUSALS


def person_graph(lake: Lake, explanation: PersonExplanation) -> Graph:
    """All records of a person, and the records of others that it was not joined to."""
    members = [record["record_id"] for record in explanation.records]
    return _graph(lake, f"Person {explanation.profile_id}", explanation.profile_id, members, [])


def pair_graph(lake: Lake, explanation: PairExplanation) -> Graph:
    """All records of one person with its neighbours, or of two; what was asked about stands first."""
    a, b = explanation.record_id_a, explanation.record_id_b
    members = lake.rows(
        f"""select record_id, profile_id from {LAKE}.identity.record_profiles
        where profile_id in (
            select profile_id from {LAKE}.identity.record_profiles where list_contains($records, record_id)
        ) order by record_id""",
        {"records": [a, b]},
    )
    return _graph(
        lake, f"{a} and {b}: {explanation.verdict}", dict(members)[a], [row[0] for row in members], [a, b], explanation
    )


def _graph(
    lake: Lake,
    title: str,
    profile_id: str,
    members: Sequence[str],
    asked: Sequence[str],
    explanation: PairExplanation | None = None,
) -> Graph:
    around = refusals_around(lake, members)
    if explanation is not None and explanation.verdict == "two people":
        within = set(members)
        around = [row for row in around if {row["record_id_l"], row["record_id_r"]} <= within]
    drawn = {*members, *(row[end] for row in around for end in ("record_id_l", "record_id_r"))}
    profile_of = dict(
        lake.rows(
            f"""select record_id, profile_id from {LAKE}.identity.record_profiles
            where list_contains($records, record_id) order by record_id""",
            {"records": sorted(drawn)},
        )
    )
    edges = read_edges(edges_between(lake, sorted(drawn)))
    if explanation is not None and explanation.asked is not None:
        edges = [*edges, explanation.asked]
    return make_graph(
        title,
        profile_of,
        profile_id,
        edges,
        read_refusals(pa.Table.from_pylist(around, REFUSALS)),
        joining_match_weight(lake.workspace),
        asked,
        explanation.path if explanation is not None else (),
    )
