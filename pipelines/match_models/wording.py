"""Match weights in plain words."""

from __future__ import annotations

SAYS = (
    (12.0, "all but proves a match"),
    (7.0, "speaks strongly for a match"),
    (3.0, "speaks for a match"),
    (1.0, "speaks weakly for a match"),
    (-1.0, "says little"),
    (-3.0, "speaks weakly against a match"),
)


def chance_in_words(match_weight: float) -> str:
    """What a weight of one comparison says, in words."""
    return next((words for least, words in SAYS if match_weight >= least), "speaks against a match")


def odds_in_words(match_weight: float) -> str:
    """The odds that a weight stands for, prior included: "2 to 1 for", "4 to 1 against"."""
    odds = 2 ** abs(match_weight)
    shown = f"{odds:.1f}".removesuffix(".0") if odds < 100 else f"{odds:,.0f}"
    return f"{shown} to 1 {'for' if match_weight >= 0 else 'against'}"
