"""What keeps two people two is told with what would have to come or go."""

from __future__ import annotations

from identity.evidence import Edge, Evidence, Refusal
from identity.gains import Gain, possible_gains
from identity.match_models import read_match_model
from identity.obstacles import Traits, judgement_obstacle, key_obstacle, refusal_obstacles, weight_obstacle
from identity.shared_keys import SharedKey, compare_keys


def scored(weight: float, *parts: Evidence) -> Edge:
    return Edge("a", "b", "probabilistic", "surname", weight, parts)


def test_a_judgement_is_told_with_who_made_it_and_how_it_is_taken_back() -> None:
    part = Evidence("judgement", "father and son", "kim", "2026-05-01T10:00:00Z", -100.0)
    told = judgement_obstacle(Edge("a", "b", "steward", "different", -100.0, (part,)))
    assert told.words == "a and b are judged to be different people (kim, 2026-05-01T10:00:00Z: father and son)"
    assert "klantbeeld judge undo NUMBER" in told.needed


def test_each_reason_of_a_refusal_is_told_once_with_the_values_of_both() -> None:
    refusals = [
        Refusal("a", "b", 9.0, "loyalty_id: more than 1 for one person"),
        Refusal("a", "c", 12.0, "different birth dates"),
        Refusal("d", "c", 10.0, "different birth dates"),
    ]
    traits = Traits({"loyalty_id": ["1"], "birth_date": ["1980-04-05"]}, {"loyalty_id": ["2"]})
    told = refusal_obstacles(refusals, traits)
    assert [obstacle.words for obstacle in told] == [
        "joining them was refused: different birth dates; an edge of weight 12.0 asked for it",
        "joining them was refused: loyalty_id: more than 1 for one person (1 / 2); an edge of weight 9.0 asked for it",
    ]


def test_the_missing_weight_is_told_with_what_would_bring_it_alone() -> None:
    gains = [Gain("email", 19.0, is_known=False), Gain("city", 2.0, is_known=True)]
    assert weight_obstacle(scored(-4.0), 1.0, gains).needed == (
        "5.0 more match weight; on its own an equal e-mail address (+19, now unknown) would bring it"
    )
    assert weight_obstacle(scored(-30.0), 1.0, gains).needed.endswith("would not bring it alone")
    assert weight_obstacle(scored(-4.0), 1.0, []).needed.endswith("nothing that is compared could still add any")


def test_what_is_the_same_already_can_gain_nothing_and_what_differs_gains_more_than_what_is_unknown() -> None:
    edge = scored(
        0.0,
        Evidence("family_name", "the same", "de Wit", "de Wit", 7.5),
        Evidence("email", "different", "x@people.test", "y@people.test", -2.0),
    )
    gains = {gain.comparison: gain for gain in possible_gains(edge, read_match_model())}
    unlike = {gain.comparison: gain for gain in possible_gains(scored(0.0), read_match_model())}
    assert "family_name" not in gains
    assert gains["email"].is_known
    assert gains["email"].match_weight == unlike["email"].match_weight + 2.0
    assert not unlike["email"].is_known


def test_a_key_that_found_the_pair_is_no_obstacle_and_one_of_too_many_is() -> None:
    found = SharedKey("phone", in_a=True, in_b=True, records=2)
    common = SharedKey("birth date", in_a=True, in_b=True, records=51)
    assert key_obstacle([common, found], scored(0.0), 1.0) is None
    told = key_obstacle([common], scored(5.0), 1.0)
    assert told is not None
    assert "they share birth date with 49 other records" in told.words
    assert told.needed.endswith("then their likeness would be enough")


def test_keys_are_compared_rule_by_rule() -> None:
    keys = compare_keys({"01 e-mail": 7, "02 phone": 8}, {"02 phone": 8, "12 birth date": 9}, {8: 3})
    assert [(key.rule, key.in_a, key.in_b, key.records) for key in keys] == [
        ("e-mail", True, False, 0),
        ("phone", True, True, 3),
        ("birth date", False, True, 0),
    ]
