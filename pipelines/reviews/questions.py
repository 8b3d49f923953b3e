"""Questions to people: is this pair one person? Ranked by how much the answer would change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["refused", "grey", "bridge", "alarm", "sample"]

KINDS: dict[str, Kind] = {
    "refused": "refused",
    "grey": "grey",
    "bridge": "bridge",
    "alarm": "alarm",
    "sample": "sample",
}

MEANINGS: dict[str, str] = {
    "refused": "strong evidence for one person, and something that speaks against it",
    "grey": "a match weight near the threshold",
    "bridge": "one weak edge alone holds a person together",
    "alarm": "a person whose records contradict each other; this is where it would come apart",
    "sample": "drawn by chance, to see whether the threshold is right",
}
"""What each kind is, for whoever answers."""

RANKED = ("refused", "grey", "bridge", "alarm")
"""The kinds that are asked by rank. A sample is drawn by chance, and asked only when it is wanted."""

REFUSED_DOUBT = 1.0
"""Strong evidence against a strong objection: as open as a question can be."""

BRIDGE_MATCH_WEIGHT = 6.0
BRIDGE_DOUBT = 0.97
"""Of the edges under that weight which alone held a person together 59 % were wrong where it was measured."""


@dataclass(frozen=True, slots=True)
class Question:
    """Is this pair one person?

    ``moved``: how many records change their person if the answer is not what stands now. ``doubt`` is between 0 and 1
    (4 p (1 - p) of the chance that it is one person), ``alarm`` size x density x conflicting identifiers, 0 where
    nothing conflicts. Both profile ids are equal where the two are one person now.
    """

    kind: Kind
    record_id_a: str
    record_id_b: str
    profile_id_a: str
    profile_id_b: str
    match_weight: float
    moved: int
    doubt: float
    because: str
    alarm: float = 0.0

    @property
    def gain(self) -> float:
        """How much asking is expected to change."""
        return self.moved * self.doubt

    @property
    def rank(self) -> tuple[float, float, str, str]:
        """Ascending: the question to ask first; ties fall by record ids, so that a queue never changes by itself."""
        return -round(self.gain, 9), -self.alarm, self.record_id_a, self.record_id_b


def doubt_of(chance: float) -> float:
    """0 where the chance is 0 or 1, 1 where it is a half."""
    return 4 * chance * (1 - chance)
