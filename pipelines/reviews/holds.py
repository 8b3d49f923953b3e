"""What holds one person's records together: the strongest tree of edges, and what each of its edges would part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from identity.disjoint_sets import DisjointSets


@dataclass(frozen=True, slots=True)
class Tie:
    """Two records of one person and the strongest match weight between them."""

    record_id_l: str
    record_id_r: str
    match_weight: float
    is_judged: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """An edge of the tree: without it and what else crosses there, ``smaller_side`` records would leave.

    ``is_bridge``: nothing else crosses.
    """

    tie: Tie
    smaller_side: int
    is_bridge: bool


def find_holds(ties: Sequence[Tie]) -> list[Hold]:
    """The tree of one person, strongest tie first; ``ties`` stand from the strongest on."""
    sets = DisjointSets()
    tree: list[Tie] = []
    others: list[Tie] = []
    for tie in ties:
        (tree if sets.unite(tie.record_id_l, tie.record_id_r) else others).append(tie)
    above, order = _rooted(tree)
    sizes = dict.fromkeys(order, 1)
    for record in reversed(order[1:]):
        sizes[above[record]] += sizes[record]
    crossed = _crossed(others, above, order)
    holds = []
    for tie in tree:
        child = tie.record_id_l if above[tie.record_id_l] == tie.record_id_r else tie.record_id_r
        holds.append(Hold(tie, min(sizes[child], len(order) - sizes[child]), child not in crossed))
    return holds


def density(records: int, ties: int) -> float:
    """The share of the pairs that are tied."""
    return 2 * ties / (records * (records - 1)) if records > 1 else 1.0


def _rooted(tree: Sequence[Tie]) -> tuple[dict[str, str], list[str]]:
    """Each record's neighbour towards the root (the root's is itself), and the records from the root outward."""
    neighbours: dict[str, list[str]] = {}
    for tie in tree:
        neighbours.setdefault(tie.record_id_l, []).append(tie.record_id_r)
        neighbours.setdefault(tie.record_id_r, []).append(tie.record_id_l)
    root = min(neighbours)
    above, order = {root: root}, [root]
    for record in order:
        for other in neighbours[record]:
            if other not in above:
                above[other] = record
                order.append(other)
    return above, order


def _crossed(others: Sequence[Tie], above: dict[str, str], order: Sequence[str]) -> set[str]:
    """The records whose edge towards the root some tie outside the tree goes around."""
    depth: dict[str, int] = {}
    for record in order:
        depth[record] = depth[above[record]] + 1 if record in above and above[record] != record else 0
    found: set[str] = set()
    for tie in others:
        one, other = tie.record_id_l, tie.record_id_r
        while one != other:
            if depth[one] < depth[other]:
                one, other = other, one
            found.add(one)
            one = above[one]
    return found
