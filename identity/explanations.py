"""Why records are one person, or why not: the strongest path of evidence between them.

The path is the one whose weakest edge is strongest (a path in the maximum spanning tree of the linking edges), because
what holds two records together is as strong as the weakest link on the best way between them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from identity.disjoint_sets import DisjointSets

JUDGED_APART = "a judgement keeps them apart"
"""Why two people are two when somebody decided so."""


@dataclass(frozen=True)
class Evidence:
    """One part of an edge's weight: what was compared, how it agreed, the values, and its match weight."""

    comparison: str
    level: str
    value_l: str | None
    value_r: str | None
    match_weight: float


@dataclass(frozen=True)
class Edge:
    """A row of EDGES. ``evidence`` adds up to ``match_weight``."""

    record_id_l: str
    record_id_r: str
    kind: str
    rule: str
    match_weight: float
    evidence: tuple[Evidence, ...]

    @property
    def records(self) -> tuple[str, str]:
        """Both ends."""
        return self.record_id_l, self.record_id_r


@dataclass(frozen=True)
class Refusal:
    """A union that clustering refused, and why."""

    record_id_l: str
    record_id_r: str
    match_weight: float
    reason: str


@dataclass(frozen=True)
class PairExplanation:
    """Why two records are one person, or why not.

    ``verdict`` says which; ``path`` are the edges that lead from one to the other, in order (one person), ``pairs`` the
    edges directly between them or their people, strongest first, and ``refusals`` the unions refused between the two
    people (or, for one person, around the two records). ``judgements`` are what people decided: on the way from one to
    the other (one person), or between the two people.
    """

    record_id_a: str
    record_id_b: str
    verdict: Literal["same record", "one person", "two people"]
    reason: str
    path: tuple[Edge, ...]
    pairs: tuple[Edge, ...]
    refusals: tuple[Refusal, ...]
    judgements: tuple[Edge, ...] = ()


def read_edges(table: pa.Table) -> list[Edge]:
    """Rows of EDGES as values."""
    return [
        Edge(
            row["record_id_l"],
            row["record_id_r"],
            row["kind"],
            row["rule"],
            row["match_weight"],
            tuple(Evidence(**part) for part in row["evidence"]),
        )
        for row in table.to_pylist()
    ]


def read_refusals(table: pa.Table) -> list[Refusal]:
    """Rows of REFUSALS as values."""
    return [Refusal(**row) for row in table.to_pylist()]


def links(edges: Iterable[Edge], link_match_weight: float) -> list[Edge]:
    """The edges that may join people, strongest first; ties fall by record ids, so that an answer never changes."""
    linking = [
        edge
        for edge in edges
        if edge.kind == "deterministic" or (edge.match_weight >= link_match_weight and edge.rule != "different")
    ]
    return sorted(linking, key=lambda edge: (-edge.match_weight, edge.record_id_l, edge.record_id_r, edge.rule))


def spanning_tree(members: Collection[str], edges: Sequence[Edge]) -> list[Edge]:
    """The strongest edges that hold these records together; ``edges`` stand from the strongest on (:func:`links`)."""
    wanted, sets = set(members), DisjointSets()
    return [
        edge
        for edge in edges
        if edge.record_id_l in wanted and edge.record_id_r in wanted and sets.unite(edge.record_id_l, edge.record_id_r)
    ]


def strongest_path(tree: Iterable[Edge], start: str, end: str) -> list[Edge]:
    """The way from one record to another in a tree, in order; empty when there is none."""
    neighbours: dict[str, list[tuple[str, Edge]]] = {}
    for edge in tree:
        neighbours.setdefault(edge.record_id_l, []).append((edge.record_id_r, edge))
        neighbours.setdefault(edge.record_id_r, []).append((edge.record_id_l, edge))
    came_by: dict[str, Edge | None] = {start: None}
    waiting = [start]
    while waiting and end not in came_by:
        record = waiting.pop()
        for other, edge in neighbours.get(record, ()):
            if other not in came_by:
                came_by[other] = edge
                waiting.append(other)
    path: list[Edge] = []
    record = end
    while (edge_here := came_by.get(record)) is not None:
        path.append(edge_here)
        record = edge_here.record_id_l if edge_here.record_id_r == record else edge_here.record_id_r
    return path[::-1]


def explain_pair(
    a: str,
    b: str,
    profile_of: Mapping[str, str],
    edges: Sequence[Edge],
    refusals: Sequence[Refusal],
    link_match_weight: float,
) -> PairExplanation:
    """Why records ``a`` and ``b`` are one person, or why not.

    Args:
        profile_of: record -> profile, of every record of both people.
        edges: all edges between these records.
        refusals: all refused unions between these records.
        link_match_weight: from which weight a probabilistic edge joins people.
    """
    vetoes = [edge for edge in edges if edge.kind == "steward" and edge.rule == "different"]
    edges = [edge for edge in edges if edge not in vetoes]
    direct = _between(edges, {a}, {b})
    if a == b:
        return PairExplanation(a, b, "same record", "it is one and the same source record", (), (), ())
    if profile_of[a] == profile_of[b]:
        members = {record for record, profile in profile_of.items() if profile == profile_of[a]}
        path = strongest_path(spanning_tree(members, links(edges, link_match_weight)), a, b)
        around = [refusal for refusal in refusals if {refusal.record_id_l, refusal.record_id_r} & {a, b}]
        judged = tuple(edge for edge in path if edge.kind == "steward")
        return PairExplanation(a, b, "one person", _way(path), tuple(path), tuple(direct), tuple(around), judged)
    one = {record for record, profile in profile_of.items() if profile == profile_of[a]}
    other = {record for record, profile in profile_of.items() if profile == profile_of[b]}
    pairs = direct or _between(edges, one, other)
    refused = [
        refusal
        for refusal in refusals
        if (refusal.record_id_l in one and refusal.record_id_r in other)
        or (refusal.record_id_l in other and refusal.record_id_r in one)
    ]
    kept_apart = _between(vetoes, one, other)
    reason = JUDGED_APART if kept_apart else _why_not(refused, pairs, link_match_weight)
    return PairExplanation(a, b, "two people", reason, (), tuple(pairs), tuple(refused), tuple(kept_apart))


def _between(edges: Iterable[Edge], one: Collection[str], other: Collection[str]) -> list[Edge]:
    found = [
        edge
        for edge in edges
        if (edge.record_id_l in one and edge.record_id_r in other)
        or (edge.record_id_l in other and edge.record_id_r in one)
    ]
    return sorted(found, key=lambda edge: (-edge.match_weight, edge.record_id_l, edge.record_id_r, edge.rule))


def _way(path: Sequence[Edge]) -> str:
    if len(path) == 1 and path[0].kind == "steward":
        return "a judgement makes them one"
    if len(path) == 1:
        return "an edge joins them"
    return f"{len(path)} edges lead from one to the other; the weakest weighs {min(e.match_weight for e in path):.1f}"


def _why_not(refused: Sequence[Refusal], pairs: Sequence[Edge], link_match_weight: float) -> str:
    if refused:
        strongest = max(refused, key=lambda refusal: refusal.match_weight)
        return f"joining them was refused: {strongest.reason} (an edge of weight {strongest.match_weight:.1f} asked)"
    if pairs:
        best = pairs[0].match_weight
        return f"what speaks for it weighs {best:.1f} at best; {link_match_weight:g} is needed to join them"
    return "they share no identifier that may link, and nothing alike brought them together for a comparison"
