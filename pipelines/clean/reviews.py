"""What a person should look at: pairs that were nearly joined, barely joined, or refused; the most doubtful first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from identity.evidence import Edge, links, read_edges
from identity.paths import spanning_tree
from pipelines.clean.people import People

DOUBT_MATCH_WEIGHT = 4.0
"""Edges up to this much over the link threshold are worth a look where they alone hold a person together."""

REVIEW = pa.schema(
    [
        pa.field(name, pa.float64() if name == "match_weight" else pa.string())
        for name in (
            *("decision", "match_weight", "record_id_l", "record_id_r", "profile_id_l", "profile_id_r"),
            *("because", "evidence"),
        )
    ]
)


@dataclass(frozen=True, slots=True)
class _Doubt:
    """One row: how far it is from being certain, and what it says."""

    distance: float
    decision: str
    edge: tuple[str, str, float]
    because: str
    evidence: str


def review_table(people: People, names: Mapping[str, str]) -> pa.Table:
    """REVIEW, the most doubtful first; ``names`` says what the user calls each record.

    Refused unions come first, as strong evidence stands against a strong objection; then pairs by how close their
    weight is to the threshold. Between two people only the strongest pair is shown.
    """
    profile_of = dict(zip(*(people.members[name].to_pylist() for name in ("record_id", "profile_id")), strict=True))
    edges = read_edges(people.edges.drop_columns(["model_version"]))
    doubts = sorted(
        [*_apart(people, edges, profile_of), *_joined(edges, profile_of, people.link_match_weight)],
        key=lambda doubt: (doubt.distance, -doubt.edge[2], *doubt.edge[:2]),
    )
    rows = [
        {
            "decision": doubt.decision,
            "match_weight": round(doubt.edge[2], 2),
            "record_id_l": names[doubt.edge[0]],
            "record_id_r": names[doubt.edge[1]],
            "profile_id_l": profile_of[doubt.edge[0]],
            "profile_id_r": profile_of[doubt.edge[1]],
            "because": doubt.because,
            "evidence": doubt.evidence,
        }
        for doubt in doubts
    ]
    return pa.Table.from_pylist(rows, REVIEW)


def _apart(people: People, edges: Iterable[Edge], profile_of: Mapping[str, str]) -> list[_Doubt]:
    """One row for every two people that an edge would have joined, or nearly."""
    reasons = {(row["record_id_l"], row["record_id_r"]): row["reason"] for row in people.refusals.to_pylist()}
    strongest: dict[tuple[str, str], _Doubt] = {}
    for edge in edges:
        one, other = sorted((profile_of[edge.record_id_l], profile_of[edge.record_id_r]))
        if one == other:
            continue
        reason = reasons.get(edge.records)
        distance = 0.0 if reason else abs(edge.match_weight - people.link_match_weight)
        decision = "refused" if reason else "left apart"
        because = reason or f"weighs {edge.match_weight:.1f}; {people.link_match_weight:g} joins"
        known = strongest.get((one, other))
        rank = (reason is not None, edge.match_weight)
        if known is None or rank > (known.decision == "refused", known.edge[2]):
            ends = (*edge.records, edge.match_weight)
            strongest[one, other] = _Doubt(distance, decision, ends, because, evidence_in_words(edge))
    return list(strongest.values())


def _joined(edges: Iterable[Edge], profile_of: Mapping[str, str], joins_from: float) -> list[_Doubt]:
    """The weak ones among the strongest edges that hold each person together."""
    inside = [edge for edge in edges if profile_of[edge.record_id_l] == profile_of[edge.record_id_r]]
    tree = spanning_tree(profile_of, links(inside, joins_from))
    return [
        _Doubt(
            edge.match_weight - joins_from,
            "joined",
            (*edge.records, edge.match_weight),
            f"weighs {edge.match_weight:.1f}; {joins_from:g} joins",
            evidence_in_words(edge),
        )
        for edge in tree
        if edge.kind == "probabilistic" and edge.match_weight < joins_from + DOUBT_MATCH_WEIGHT
    ]


def evidence_in_words(edge: Edge) -> str:
    """``given name a typing error apart (Anna / Ana) +3.2; …`` of an edge."""
    parts = []
    for part in edge.evidence:
        values = " / ".join(dict.fromkeys(value for value in (part.value_l, part.value_r) if value is not None))
        shown = f" ({values})" if values else ""
        parts.append(f"{part.comparison.replace('_', ' ')} {part.level}{shown} {part.match_weight:+.1f}")
    return "; ".join(parts)
