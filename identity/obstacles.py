"""What keeps two people two, and what would have to come or go for them to be one; in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from identity.blocking import MAX_BLOCK_RECORDS
from identity.evidence import Edge, Refusal
from identity.gains import Gain
from identity.shared_keys import SharedKey, too_common
from identity.wording import comparison_words, identifier_words, join_words, judge_words

NAMES_DIFFER, DATES_DIFFER = "different first names", "different birth dates"
REASONS = {NAMES_DIFFER: "given_name", DATES_DIFFER: "birth_date"}
"""What a refusal's reason is about, where that is a trait (``identity.clustering``)."""

MAX_VALUES = 5
"""So many values of a person, and so many wishes, are told."""

Kind = Literal["judgement", "refused union", "value of many", "too little weight", "never compared", "large component"]


@dataclass(frozen=True)
class Told:
    """A value that words name: of which identifier type or trait it is."""

    type: str
    value: str


@dataclass(frozen=True)
class Obstacle:
    """One thing that keeps two people apart: ``words`` say what, ``needed`` what would have to come or go.

    ``values`` are those that stand in the words.
    """

    kind: Kind
    words: str
    needed: str
    values: tuple[Told, ...] = ()


@dataclass(frozen=True)
class Traits:
    """What the records of two people say: per trait or identifier type the values of each, most frequent first."""

    one: Mapping[str, Sequence[str]]
    other: Mapping[str, Sequence[str]]

    def both(self, name: str) -> str:
        """``Anna / Bert``; empty when a side says nothing."""
        sides = [_listed(side.get(name, ())) for side in (self.one, self.other)]
        return " / ".join(sides) if all(sides) else ""

    def told(self, name: str) -> tuple[Told, ...]:
        """The values that :meth:`both` names."""
        if not self.both(name):
            return ()
        values = [value for side in (self.one, self.other) for value in side[name][:MAX_VALUES]]
        return tuple(Told(name, value) for value in dict.fromkeys(values))


def judgement_obstacle(veto: Edge) -> Obstacle:
    """Somebody judged two of their records to be different people."""
    return Obstacle(
        "judgement",
        f"{' and '.join(veto.records)} are judged to be different people ({judge_words(veto)})",
        "that judgement taken back: klantbeeld judge list, then klantbeeld judge undo NUMBER",
    )


def refusal_obstacles(refusals: Sequence[Refusal], traits: Traits) -> list[Obstacle]:
    """One obstacle for each reason for which their union was refused, that of the strongest edge first."""
    strongest: dict[str, Refusal] = {}
    for refusal in sorted(refusals, key=lambda one: (-one.match_weight, one.records)):
        strongest.setdefault(refusal.reason, refusal)
    return [_refusal_obstacle(refusal, traits) for refusal in strongest.values()]


def common_value_obstacle(identifier_type: str, value: str, state: str, people: int, rule: str) -> Obstacle:
    """Both carry a value that may not link, being ``shared`` or ``junk``."""
    word = identifier_words(identifier_type)
    if state == "shared":
        words = f"both carry the {word} {value}, but {people} people use it, so that it joins nobody by itself"
        needed = f"fewer people behind it, or a higher max_people_per_value of {identifier_type} in klantbeeld.toml"
    else:
        words = f"both carry the {word} {value}, which is nobody's ({rule}) and counts for nothing"
        needed = f"another rule: blocked_values and blocked_patterns of {identifier_type} in klantbeeld.toml"
    return Obstacle("value of many", words, needed, (Told(identifier_type, value),))


def weight_obstacle(edge: Edge, link_match_weight: float, gains: Sequence[Gain]) -> Obstacle:
    """The best scored pair between them weighs too little."""
    missing = link_match_weight - edge.match_weight
    enough = [gain for gain in gains if gain.match_weight >= missing]
    if enough:
        needed = f"{missing:.1f} more match weight; on its own {join_words(_wishes(enough), 'or')} would bring it"
    elif gains:
        needed = f"{missing:.1f} more match weight; {join_words(_wishes(gains), 'or')} would not bring it alone"
    else:
        needed = f"{missing:.1f} more match weight, and nothing that is compared could still add any"
    words = f"what speaks for it weighs {edge.match_weight:.1f} at best; {link_match_weight:g} is needed to join them"
    return Obstacle("too little weight", words, needed)


def key_obstacle(keys: Sequence[SharedKey], edge: Edge, link_match_weight: float) -> Obstacle | None:
    """No blocking key brought two records together; None if one did. ``edge`` is what the pair weighs if compared."""
    if any(key.finds_pairs for key in keys):
        return None
    common = [f"{key.rule} with {key.records - 2:,} other records" for key in too_common(keys)]
    if common:
        words = f"they were never compared: they share {join_words(common)}, and a key of more than {MAX_BLOCK_RECORDS}"
        words += " records finds no pairs"
    else:
        words = "they were never compared: no blocking key is shared"
    is_enough = edge.match_weight >= link_match_weight
    needed = f"something that few have and both share: {join_words(_missing_keys(keys), 'or')}"
    return Obstacle(
        "never compared",
        words,
        f"{needed}; {'then their likeness would be enough' if is_enough else 'and more weight'}",
    )


def component_obstacle(edge: Edge) -> Obstacle:
    """A link between them that clustering did not follow, nor refuse."""
    return Obstacle(
        "large component",
        f"an edge of weight {edge.match_weight:.1f} would join them, but hangs in a component so large that weak edges"
        " are not followed",
        "a value of many people blocked (klantbeeld status tells of alarms), so that the component falls apart",
    )


def _refusal_obstacle(refusal: Refusal, traits: Traits) -> Obstacle:
    name = REASONS.get(refusal.reason) or refusal.reason.partition(":")[0]
    values = traits.both(name)
    words = f"joining them was refused: {refusal.reason}{f' ({values})' if values else ''}"
    words += f"; an edge of weight {refusal.match_weight:.1f} asked for it"
    if refusal.reason in REASONS:
        subject = "first names" if refusal.reason == NAMES_DIFFER else "birth dates"
        needed = (
            f"{subject} that agree in half of the pairs of their records, or scored pairs that weigh more than 0 on"
        )
        needed += " average"
    elif ":" in refusal.reason:
        needed = f"one {identifier_words(name)} less, or a higher max_per_person of {name} in klantbeeld.toml"
    else:
        needed = "another reason to join them than this"
    needed += "; or a judgement (klantbeeld judge join A B)"
    return Obstacle("refused union", words, needed, traits.told(name))


def _wishes(gains: Sequence[Gain]) -> list[str]:
    return [
        f"an equal {comparison_words(gain.comparison)} ({gain.match_weight:+.0f}, now"
        f" {'different' if gain.is_known else 'unknown'})"
        for gain in gains[:MAX_VALUES]
    ]


def _missing_keys(keys: Sequence[SharedKey]) -> list[str]:
    """Rules that both could answer come first: there the values differ."""
    return [key.rule for key in sorted(keys, key=lambda key: not (key.in_a and key.in_b)) if not key.is_shared][:4] or [
        "any of the keys"
    ]


def _listed(values: Sequence[str]) -> str:
    more = f" and {len(values) - MAX_VALUES} more" if len(values) > MAX_VALUES else ""
    return ", ".join(values[:MAX_VALUES]) + more
