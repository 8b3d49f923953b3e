"""Edges and refused unions as values: what spoke for a union, part by part, and what was refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import pyarrow as pa


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

    @property
    def records(self) -> tuple[str, str]:
        """Both ends."""
        return self.record_id_l, self.record_id_r


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
    return strongest_first(
        edge
        for edge in edges
        if edge.kind == "deterministic" or (edge.match_weight >= link_match_weight and edge.rule != "different")
    )


def strongest_first(edges: Iterable[Edge]) -> list[Edge]:
    """Edges by weight, ties by record ids and rule."""
    return sorted(edges, key=lambda edge: (-edge.match_weight, edge.record_id_l, edge.record_id_r, edge.rule))


def between(edges: Iterable[Edge], one: Collection[str], other: Collection[str]) -> list[Edge]:
    """The edges that lead from one group of records to another, strongest first."""
    return strongest_first(edge for edge in edges if leads_between(edge.records, one, other))


def leads_between(records: tuple[str, str], one: Collection[str], other: Collection[str]) -> bool:
    """Whether one end is in one group and the other in the other."""
    left, right = records
    return (left in one and right in other) or (left in other and right in one)
