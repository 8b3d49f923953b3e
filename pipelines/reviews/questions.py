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

REFUSED_DOUBT = 0.04
"""Of 222 unions refused in the demo, 9 would have been right."""

BRIDGE_MATCH_WEIGHT = 6.0
BRIDGE_DOUBT = 0.13
"""Of 62 edges under that weight which alone held a person of the demo together, 8 were wrong."""

ALARM_SCALE = 8.0
"""An alarm of this size is as likely right as wrong: in the demo 19 % were right at 2 to 4, 40 % to 8, 89 % above."""


@dataclass(frozen=True, slots=True)
class Question:
    """Is this pair one person?

    ``moved``: how many records change their person if what stands now is wrong, ``doubt``: the chance that it is.
    ``alarm`` is size x density x conflicting identifiers, 0 where nothing conflicts. Both profile ids are equal where
    the two are one person now.
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


def alarm_doubt(alarm: float) -> float:
    """The chance that a person with this alarm is several."""
    return 1 - 2 ** (-alarm / ALARM_SCALE)
