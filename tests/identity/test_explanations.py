"""The strongest way from one record to another, and why there is none."""

from __future__ import annotations

from itertools import permutations

import pytest

from identity.evidence import Edge, Evidence, Refusal, links
from identity.explanations import explain_pair
from identity.paths import spanning_tree, strongest_path

LINK = 3.0


def edge(pair: str, weight: float, kind: str = "probabilistic") -> Edge:
    left, right = sorted(pair)
    return Edge(left, right, kind, "email", weight, (Evidence("email", "the same", "x", "x", weight),))


TRIANGLE = [edge("ab", 5.0), edge("bc", 9.0), edge("ac", 4.0), edge("cd", 12.0)]
ONE_PERSON = dict.fromkeys("abcd", "p1")


@pytest.mark.parametrize("edges", list(permutations(TRIANGLE)))
def test_the_path_is_the_one_whose_weakest_edge_is_strongest(edges: tuple[Edge, ...]) -> None:
    found = explain_pair("a", "d", ONE_PERSON, edges, [], LINK)
    assert found.verdict == "one person"
    assert [step.records for step in found.path] == [("a", "b"), ("b", "c"), ("c", "d")]
    assert found.reason == "3 edges lead from one to the other; the weakest weighs 5.0"


def test_a_direct_edge_is_the_path_when_nothing_stronger_leads_around() -> None:
    found = explain_pair("b", "c", ONE_PERSON, TRIANGLE, [], LINK)
    assert [step.records for step in found.path] == [("b", "c")]
    assert found.reason == "an edge joins them"


def test_weak_edges_hold_nobody_together_but_match_keys_do() -> None:
    edges = [edge("ab", 2.9), edge("bc", 1.0, kind="deterministic")]
    assert [link.records for link in links(edges, LINK)] == [("b", "c")]
    assert strongest_path(spanning_tree("abc", links(edges, LINK)), "a", "c") == []


def test_every_record_of_a_person_hangs_in_the_tree() -> None:
    tree = spanning_tree("abcd", links(TRIANGLE, LINK))
    assert [link.records for link in tree] == [("c", "d"), ("b", "c"), ("a", "b")]


def test_two_people_with_a_refused_union_are_told_why() -> None:
    refusals = [Refusal("a", "c", 9.0, "different first names")]
    found = explain_pair("b", "c", {"a": "p1", "b": "p1", "c": "p2"}, [edge("ac", 9.0)], refusals, LINK)
    assert found.verdict == "two people"
    assert found.reason == "joining them was refused: different first names (an edge of weight 9.0 asked)"
    assert [pair.records for pair in found.pairs] == [("a", "c")]


def test_two_people_whose_evidence_is_too_weak_are_told_how_much_is_missing() -> None:
    found = explain_pair("a", "b", {"a": "p1", "b": "p2"}, [edge("ab", 1.5)], [], LINK)
    assert found.reason == "what speaks for it weighs 1.5 at best; 3 is needed to join them"


def test_two_people_who_were_never_compared_are_told_so() -> None:
    found = explain_pair("a", "b", {"a": "p1", "b": "p2"}, [], [], LINK)
    assert found.reason.startswith("they share no identifier that may link")


def test_a_record_and_itself_need_no_evidence() -> None:
    assert explain_pair("a", "a", {}, [], [], LINK).verdict == "same record"
