"""A cut parts the records, holds nothing that is not needed, and no other set of ties is lighter."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from identity.cuts import Tie, find_ties, weakest_cut
from identity.disjoint_sets import DisjointSets
from identity.evidence import Edge, Evidence

MEMBERS = "abcde"
PAIRS = st.sampled_from([left + right for left, right in combinations(MEMBERS, 2)])


@st.composite
def linking_edges(draw: st.DrawFn) -> list[Edge]:
    """Likenesses of pairs, and values of a few records each; up to nine ties."""
    weights = st.integers(1, 12).map(float)
    likenesses = draw(st.dictionaries(PAIRS, weights, max_size=6))
    edges = [
        Edge(*pair, "probabilistic", "phone", weight, (Evidence("phone", "the same", "06", "06", weight),))
        for pair, weight in likenesses.items()
    ]
    for value, weight in enumerate(draw(st.lists(weights, max_size=3))):
        holders = sorted(draw(st.sets(st.sampled_from(MEMBERS), min_size=2, max_size=4)))
        part = Evidence("email", "the same", str(value), str(value), weight)
        edges += [Edge(*pair, "deterministic", "email", weight, (part,)) for pair in combinations(holders, 2)]
    return edges


def are_joined(ties: list[Tie], a: str, b: str) -> bool:
    sets = DisjointSets()
    for tie in ties:
        for edge in tie.edges:
            sets.unite(*edge.records)
    return sets.find(a) == sets.find(b)


@settings(max_examples=150, deadline=None)
@given(linking_edges())
def test_a_cut_parts_two_records_and_no_lighter_set_of_ties_does(edges: list[Edge]) -> None:
    ties = find_ties(edges)
    cut = weakest_cut(MEMBERS, ties, "a", "e")
    gone = {tie.words for tie in cut.ties}
    assert not are_joined([tie for tie in ties if tie.words not in gone], "a", "e")
    for spared in gone:
        assert are_joined([tie for tie in ties if tie.words not in gone or tie.words == spared], "a", "e")
    lightest = min(
        sum(tie.match_weight for tie in chosen)
        for size in range(len(ties) + 1)
        for chosen in combinations(ties, size)
        if not are_joined([tie for tie in ties if tie not in chosen], "a", "e")
    )
    assert cut.match_weight == lightest


@settings(max_examples=60, deadline=None)
@given(linking_edges(), st.randoms(use_true_random=False))
def test_the_order_of_edges_changes_no_cut(edges: list[Edge], chance: Any) -> None:
    turned = chance.sample(edges, len(edges))
    assert weakest_cut(MEMBERS, find_ties(turned), "a", "e") == weakest_cut(MEMBERS, find_ties(edges), "a", "e")
