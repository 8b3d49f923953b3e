"""The strongest way from one record to another.

It is the one whose weakest edge is strongest (a path in the maximum spanning tree of the linking edges), because what
holds two records together is as strong as the weakest link on the best way between them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from identity.disjoint_sets import DisjointSets
from identity.evidence import Edge


def spanning_tree(members: Collection[str], edges: Sequence[Edge]) -> list[Edge]:
    """The strongest edges that hold these records together; ``edges`` stand from the strongest on (``links``)."""
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
