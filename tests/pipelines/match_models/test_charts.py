"""Pictures and words of a match model."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from identity.model_cards import LevelFacts, ThresholdFigures, find_warnings
from pipelines.match_models.charts import probability_chart, threshold_chart, weight_chart
from pipelines.match_models.wording import chance_in_words, odds_in_words


def level(name: str = "the same", m: float = 0.8, u: float = 0.1, weight: float = 3.0, **facts: int) -> LevelFacts:
    pairs = {"m_pairs": 500, "u_pairs": 500} | facts
    return LevelFacts(comparison="e&mail", level=name, m=m, u=u, match_weight=weight, adjusts_for=None, **pairs)


def test_a_level_for_a_match_stands_right_of_one_against_it() -> None:
    picture = ElementTree.fromstring(weight_chart([level(), level("different", 0.2, 0.9, -2.2)]))  # noqa: S314
    towards, against = (float(bar.attrib["x"]) for bar in picture.iter("rect"))
    assert against < towards


def test_every_level_has_a_bar_for_m_and_one_for_u() -> None:
    picture = ElementTree.fromstring(probability_chart([level(), level("different", 0.2, 0.9)]))  # noqa: S314
    widths = [float(bar.attrib["width"]) for bar in picture.iter("rect")]
    assert widths == pytest.approx([264.0, 33.0, 66.0, 297.0])


def test_the_chosen_threshold_is_drawn_where_it_lies_within_the_picture() -> None:
    figures = [ThresholdFigures(match_weight=at, precision=0.9, recall=0.5) for at in (-2.0, 0.0, 2.0)]
    assert "joins from 0.75" in threshold_chart(figures, 0.75)
    assert "joins from" not in threshold_chart(figures, 9.0)
    assert "Too few pairs" in threshold_chart(figures[:1], 0.75)


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        (15.0, "all but proves a match"),
        (8.0, "speaks strongly for a match"),
        (1.5, "speaks weakly for a match"),
        (0.0, "says little"),
        (-2.0, "speaks weakly against a match"),
        (-6.0, "speaks against a match"),
    ],
)
def test_weights_are_said_in_words(weight: float, words: str) -> None:
    assert chance_in_words(weight) == words


@pytest.mark.parametrize(
    ("weight", "words"),
    [(1.0, "2 to 1 for"), (-1.25, "2.4 to 1 against"), (0.0, "1 to 1 for"), (10.0, "1,024 to 1 for")],
)
def test_odds_are_said_in_words(weight: float, words: str) -> None:
    assert odds_in_words(weight) == words


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (level(m=1e-6), "e&mail, the same: never seen among matches."),
        (
            level(m=1e-6, u=1e-6),
            "e&mail, the same: never seen, neither among matches nor among others; it weighs nothing.",
        ),
        (level(m_pairs=29), "e&mail, the same: m rests on 29 pairs."),
        (level(u_pairs=3), "e&mail, the same: u rests on about 3 random pairs."),
        (level(m=0.05), "e&mail, the same: m is smaller than u, so that it speaks against a match."),
    ],
)
def test_what_a_level_lacks_is_said(first: LevelFacts, said: str) -> None:
    assert said in find_warnings([first, level("different", 0.2, 0.9, -2.2)], {"e&mail": 0.5})


def test_a_sound_model_has_no_warnings() -> None:
    assert find_warnings([level(), level("different", 0.2, 0.9, -2.2)], {"e&mail": 0.5}) == []


def test_a_comparison_that_was_never_made_is_said_once() -> None:
    facts = [level(m_pairs=0, u_pairs=0), level("different", m_pairs=0, u_pairs=0)]
    assert find_warnings(facts, {"e&mail": 0.0}) == [
        "e&mail: hardly any two records have it both, so nothing was learned of it."
    ]
