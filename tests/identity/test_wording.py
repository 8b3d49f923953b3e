"""Evidence in words says no more than was compared."""

from __future__ import annotations

import pytest

from identity.evidence import Edge, Evidence
from identity.wording import likeness_words, odds_words, part_words


def alike(*parts: tuple[str, str, float]) -> Edge:
    evidence = tuple(Evidence(comparison, level, "x", "y", weight) for comparison, level, weight in parts)
    return Edge("a", "b", "probabilistic", "phone", 5.0, evidence)


@pytest.mark.parametrize("level", ["the same before the @", "a typing error apart", "alike before the @"])
def test_what_is_the_same_in_part_is_called_similar(level: str) -> None:
    assert likeness_words(alike(("email", level, 8.0))) == "similar e-mail address"


@pytest.mark.parametrize(
    ("level", "words"),
    [
        ("the same address", "equal address"),
        ("the surname and the address the same", "equal address"),
        ("the same postcode", "similar address"),
        ("the same city", "similar address"),
    ],
)
def test_only_a_whole_address_is_called_equal(level: str, words: str) -> None:
    assert likeness_words(alike(("address", level, 8.0))) == words


def test_first_name_and_surname_together_are_the_name_and_little_is_left_out() -> None:
    edge = alike(
        ("prior", "one pair in about 4096", -12.0),
        ("given_name", "the same", 8.0),
        ("family_name", "the same", 7.0),
        ("city", "the same", 0.5),
        ("phone", "different", -1.5),
    )
    assert likeness_words(edge) == "equal name"


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        (0.2, "as likely one person as two"),
        (1.0, "about 2 times likelier one person than two"),
        (12.0, "about 4,100 times likelier one person than two"),
        (-3.0, "about 8 times likelier two people than one"),
        (32.0, "about 4 billion times likelier one person than two"),
        (500.0, "about a thousand trillion or more times likelier one person than two"),
    ],
)
def test_a_weight_is_told_as_odds(weight: float, words: str) -> None:
    assert odds_words(weight) == words


def test_a_part_is_told_with_both_values_where_they_differ() -> None:
    assert part_words(Evidence("phone", "different", "1", "2", -1.0)) == "phone number different: 1 / 2"
    assert part_words(Evidence("phone", "different", None, "2", -1.0)) == "phone number different: - / 2"
    assert part_words(Evidence("phone", "the same", "1", "1", 9.0)) == "phone number the same: 1"
