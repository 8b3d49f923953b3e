"""What would have to go for two records of one person to be apart: the weakest set of ties that holds them together.

A tie is what one act would undo: an identifier value with all the edges that it makes, what is alike in one pair of
records, or one judgement. The weakest set is a minimum cut. A value that many records share is one tie, however many
pairs it makes, so it is cut as a whole: in the flow network it is a bottleneck of its own weight that all its records
lead into and out of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from identity.evidence import Edge, strongest_first
from identity.wording import tie_words

if TYPE_CHECKING:
    from scipy.sparse import csr_array

HUNDREDTHS = 100
"""Flows are whole numbers: weights count to the hundredth of a bit."""

UNBOUNDED = 2**30
"""More than all ties of a person together can weigh."""

Kind = Literal["identifier", "likeness", "judgement"]

KINDS: dict[str, Kind] = {"deterministic": "identifier", "probabilistic": "likeness", "steward": "judgement"}
"""What an edge of each kind ties by."""


@dataclass(frozen=True)
class Tie:
    """What holds records together by one cause; ``edges`` are what it makes, strongest first, ``records`` sorted.

    ``kind`` is ``identifier`` (one value, in all these records), ``likeness`` (a scored pair) or ``judgement``;
    ``words`` say it plainly.
    """

    kind: Kind
    words: str
    match_weight: float
    records: tuple[str, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True)
class Cut:
    """Without ``ties`` the records of ``one`` and ``other`` are not joined. The weight is that of all ties together.

    Both sides are sorted; ``one`` holds the record that was asked about first.
    """

    match_weight: float
    ties: tuple[Tie, ...]
    one: tuple[str, ...]
    other: tuple[str, ...]


def find_ties(edges: Iterable[Edge]) -> list[Tie]:
    """The ties that linking edges (``identity.evidence.links``) come from, strongest first; each edge in just one."""
    groups: dict[tuple[str, ...], list[Edge]] = {}
    for edge in strongest_first(edges):
        groups.setdefault(_cause(edge), []).append(edge)
    ties = [_tie(found) for found in groups.values()]
    return sorted(ties, key=lambda tie: (-tie.match_weight, tie.records, tie.kind, tie.words))


def weakest_cut(members: Collection[str], ties: Sequence[Tie], a: str, b: str) -> Cut:
    """The ties of least total weight without which ``a`` and ``b`` are apart; of equal ones that nearest to ``a``.

    Args:
        members: the records of their person; ties that lead out of it count for what they tie inside.
        a: the one record, a member.
        b: the other record, another member.
    """
    inside = _inside(members, ties)
    ends = {record: at for at, record in enumerate(sorted(members))}
    one = _near_side(ends, inside, a, b)
    gone = tuple(tie for tie in inside if not one.issuperset(tie.records) and not one.isdisjoint(tie.records))
    return Cut(
        match_weight=sum(tie.match_weight for tie in gone),
        ties=gone,
        one=tuple(sorted(one)),
        other=tuple(sorted(set(members) - one)),
    )


def weakest_place(members: Collection[str], ties: Sequence[Tie]) -> Cut | None:
    """Where a person comes apart first: the weakest of all cuts between its records; None for a single record."""
    first, *others = sorted(members)
    cuts = [weakest_cut(members, ties, first, other) for other in others]
    return min(cuts, key=lambda cut: (cut.match_weight, len(cut.ties), cut.one), default=None)


def _cause(edge: Edge) -> tuple[str, ...]:
    if edge.kind == "deterministic":
        return (edge.kind, edge.rule, edge.evidence[0].value_l or "")
    return (edge.kind, *edge.records)


def _tie(edges: Sequence[Edge]) -> Tie:
    records = tuple(sorted({record for edge in edges for record in edge.records}))
    return Tie(
        kind=KINDS[edges[0].kind],
        words=tie_words(edges[0], records),
        match_weight=max(edge.match_weight for edge in edges),
        records=records,
        edges=tuple(edges),
    )


def _inside(members: Collection[str], ties: Iterable[Tie]) -> list[Tie]:
    """The ties between members alone, cut down to them."""
    within = set(members)
    kept = ([edge for edge in tie.edges if within.issuperset(edge.records)] for tie in ties)
    return [_tie(edges) for edges in kept if edges]


def _near_side(ends: Mapping[str, int], ties: Sequence[Tie], a: str, b: str) -> set[str]:
    """The records on the side of ``a`` of a minimum cut: those that more flow could still reach.

    That set is the same whichever maximum flow was found, so the answer never changes.
    """
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    network = _network(ends, ties)
    left = network - maximum_flow(network, ends[a], ends[b]).flow
    left.eliminate_zeros()
    reached = set(breadth_first_order(left, ends[a], return_predecessors=False).tolist())
    return {record for record, at in ends.items() if at in reached}


def _network(ends: Mapping[str, int], ties: Sequence[Tie]) -> csr_array:
    from scipy.sparse import csr_array

    arcs: dict[tuple[int, int], int] = {}
    for number, tie in enumerate(ties):
        into = len(ends) + 2 * number
        out = into + 1
        arcs[into, out] = max(round(tie.match_weight * HUNDREDTHS), 1)
        for record in tie.records:
            arcs[ends[record], into] = arcs[out, ends[record]] = UNBOUNDED
    size = len(ends) + 2 * len(ties)
    rows, columns = zip(*arcs, strict=True) if arcs else ((), ())
    return csr_array((list(arcs.values()), (rows, columns)), shape=(size, size), dtype="int32")
