"""What would have to go for two records to be apart: the weakest set of ties, each tie cut as a whole."""

from __future__ import annotations

from itertools import permutations

import pytest

from identity.cuts import Cut, find_ties, weakest_cut, weakest_place
from identity.evidence import Edge, Evidence


def alike(pair: str, weight: float) -> Edge:
    left, right = sorted(pair)
    return Edge(left, right, "probabilistic", "phone", weight, (Evidence("phone", "the same", "06", "06", weight),))


def shares(pair: str, value: str, weight: float = 10.0, kind: str = "loyalty_id") -> Edge:
    left, right = sorted(pair)
    return Edge(left, right, "deterministic", kind, weight, (Evidence(kind, "the same", value, value, weight),))


def judged(pair: str) -> Edge:
    left, right = sorted(pair)
    part = Evidence("judgement", "an uncle", "kim", "2026-05-01T10:00:00Z", 100.0)
    return Edge(left, right, "steward", "same", 100.0, (part,))


def words(cut: Cut | None) -> list[str]:
    assert cut is not None
    return [tie.words for tie in cut.ties]


RING = [alike("ab", 5.0), alike("bc", 9.0), alike("ac", 4.0), shares("cd", "123", 12.0)]


@pytest.mark.parametrize("edges", list(permutations(RING)))
def test_the_lightest_ties_that_part_two_records_are_found_whatever_the_order_of_edges(edges: tuple[Edge, ...]) -> None:
    cut = weakest_cut("abcd", find_ties(edges), "a", "d")
    assert words(cut) == ["the equal phone number of a and b", "the equal phone number of a and c"]
    assert (cut.match_weight, cut.one, cut.other) == (9.0, ("a",), ("b", "c", "d"))


def test_a_value_of_many_records_is_one_tie_however_many_pairs_it_makes() -> None:
    card = [shares(pair, "123") for pair in ("ab", "ac", "ad", "bc", "bd", "cd")]
    cut = weakest_cut("abcd", find_ties([*card, alike("cd", 3.0)]), "a", "c")
    assert words(cut) == ["the loyalty card 123 in 4 records"]
    assert (cut.match_weight, cut.one, cut.other) == (10.0, ("a",), ("b", "c", "d"))


def test_two_values_of_one_type_are_two_ties() -> None:
    ties = find_ties([shares("ab", "1", kind="email"), shares("bc", "2", kind="email")])
    assert [tie.words for tie in ties] == ["the e-mail address 1 in 2 records", "the e-mail address 2 in 2 records"]


def test_several_ties_between_the_same_records_all_have_to_go() -> None:
    cut = weakest_cut("ab", find_ties([shares("ab", "123"), alike("ab", 2.5)]), "a", "b")
    assert words(cut) == ["the loyalty card 123 in 2 records", "the equal phone number of a and b"]
    assert cut.match_weight == 12.5


def test_a_judgement_is_cut_last() -> None:
    cut = weakest_cut("abc", find_ties([judged("ab"), alike("bc", 20.0)]), "a", "c")
    assert words(cut) == ["the equal phone number of b and c"]
    cut = weakest_cut("ab", find_ties([judged("ab")]), "a", "b")
    assert words(cut) == ["the judgement that a and b are one person (kim, 2026-05-01T10:00:00Z: an uncle)"]


def test_ties_to_records_of_others_hold_nothing() -> None:
    cut = weakest_cut("ab", find_ties([alike("ab", 2.0), alike("ax", 9.0), alike("xb", 9.0)]), "a", "b")
    assert words(cut) == ["the equal phone number of a and b"]


def test_a_person_comes_apart_first_where_the_least_holds_it_together() -> None:
    cut = weakest_place("abcd", find_ties(RING))
    assert (words(cut), cut and cut.match_weight) == (
        ["the equal phone number of a and b", "the equal phone number of a and c"],
        9.0,
    )
    assert weakest_place("a", []) is None
