"""What holds one person's records together."""

from __future__ import annotations

from pipelines.reviews.holds import Tie, density, find_holds


def ties(*texts: str) -> list[Tie]:
    """``"ab 5"``: records a and b with weight 5; strongest first."""
    found = [Tie(text[0], text[1], float(text[3:])) for text in texts]
    return sorted(found, key=lambda tie: -tie.match_weight)


def shown(*texts: str) -> dict[str, tuple[int, bool]]:
    holds = find_holds(ties(*texts))
    return {f"{hold.tie.record_id_l}{hold.tie.record_id_r}": (hold.smaller_side, hold.is_bridge) for hold in holds}


def test_an_edge_that_nothing_goes_around_is_a_bridge_with_the_smaller_side_behind_it() -> None:
    found = shown("ab 9", "bc 8", "ac 7", "cd 3", "de 9")
    assert found == {"ab": (1, False), "bc": (2, False), "cd": (2, True), "de": (1, True)}


def test_a_ring_has_no_bridge() -> None:
    assert {is_bridge for _, is_bridge in shown("ab 9", "bc 8", "cd 7", "ad 2").values()} == {False}


def test_two_records_are_held_by_one_edge() -> None:
    assert shown("ab 4") == {"ab": (1, True)}


def test_density_is_the_share_of_tied_pairs() -> None:
    assert (density(4, 3), density(2, 1), density(1, 0)) == (0.5, 1.0, 1.0)
