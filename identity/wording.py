"""Evidence in plain words: identifiers, ties, what is alike, how likely. They name values: for the screen, not logs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from identity.evidence import Edge, Evidence

IDENTIFIERS = {
    "email": "e-mail address",
    "phone": "phone number",
    "loyalty_id": "loyalty card",
    "crm_id": "customer number",
    "user_id": "login",
    "anonymous_id": "browser",
    "device_id": "device",
    "payment_token": "payment card",
}
"""What people call an identifier type; others go by their own name."""

COMPARISONS = {"given_name": "first name", "family_name": "surname"} | IDENTIFIERS
"""What people call a comparison; others go by their own name."""

EQUAL = frozenset({"the same", "the same address", "the surname and the address the same"})
"""Levels of a match model at which all of a value is equal; others are the same in part, or alike."""

NAMED_SHARE = 0.8
"""So much of what speaks for a pair is named; the rest is left out of a sentence."""

LEAST_NAMED = 1.0
"""Match weight from which on something is worth naming beside what weighs more."""

NUMBERS = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))


def identifier_words(identifier_type: str) -> str:
    """``loyalty card`` for ``loyalty_id``."""
    return IDENTIFIERS.get(identifier_type, identifier_type.replace("_", " "))


def comparison_words(comparison: str) -> str:
    """``surname`` for ``family_name``."""
    return COMPARISONS.get(comparison, comparison.replace("_", " "))


def part_words(part: Evidence) -> str:
    """One part of an edge's weight: ``surname the same: de Wit``."""
    values = "" if part.value_l is None else f": {part.value_l}"
    if part.value_r is not None and part.value_r != part.value_l:
        values += f" / {part.value_r}" if values else f": - / {part.value_r}"
    name = comparison_words(part.comparison)
    if part.comparison == "prior":
        return f"before anything is compared: {part.level} is one person"
    if part.level in ("a rare value", "a common value"):
        return f"{part.level.removesuffix('value')}{name}{values}"
    if part.level.endswith(" use it"):
        return f"{part.level.removesuffix('it')}the {name}"
    if part.comparison == "address" and part.level != "different":
        return f"{part.level}{values}"
    return f"{name} {part.level}{values}"


def tie_words(edge: Edge, records: Sequence[str]) -> str:
    """What ties records by one cause, told by one of its edges.

    ``the loyalty card 123 in 2 records``, ``the equal name and birth date of a and b``, ``the judgement that ...``.
    """
    if edge.kind == "deterministic":
        value = edge.evidence[0].value_l or ""
        return f"the {identifier_words(edge.rule)} {value} in {len(records)} records"
    if edge.kind == "steward":
        return f"the judgement that {' and '.join(edge.records)} are one person ({judge_words(edge)})"
    return f"the {likeness_words(edge)} of {' and '.join(edge.records)}"


def judge_words(edge: Edge) -> str:
    """Who judged, when and why: ``kim, 2026-05-01T10:00:00Z: father and son``."""
    [part] = edge.evidence
    return f"{part.value_l}, {part.value_r}: {part.level}"


def edge_words(edge: Edge) -> str:
    """What an edge says, as a sentence without its records."""
    if edge.kind == "steward":
        are = "one person" if edge.rule == "same" else "different people"
        return f"judged to be {are} by {judge_words(edge)}"
    if edge.kind == "deterministic":
        return f"carry the same {identifier_words(edge.rule)}"
    return f"{likeness_words(edge)}: {odds_words(edge.match_weight)}"


def likeness_words(edge: Edge) -> str:
    """What speaks most for a scored pair: ``equal name and birth date and similar address``."""
    weights: dict[str, float] = {}
    is_equal: dict[str, bool] = {}
    for part in edge.evidence:
        if part.comparison != "prior":
            weights[part.comparison] = weights.get(part.comparison, 0.0) + part.match_weight
            is_equal[part.comparison] = is_equal.get(part.comparison, False) or part.level in EQUAL
    named = _most(weights)
    equal = _names([name for name in named if is_equal[name]])
    similar = _names([name for name in named if not is_equal[name]])
    parts = [f"{how} {join_words(names)}" for how, names in (("equal", equal), ("similar", similar)) if names]
    return " and ".join(parts) or "likeness"


def odds_words(match_weight: float) -> str:
    """A match weight as odds: ``about 5,000 times likelier one person than two``."""
    times = 2.0 ** min(abs(match_weight), 100.0)
    if times < 1.5:
        return "as likely one person as two"
    likelier = "one person than two" if match_weight > 0 else "two people than one"
    return f"about {_rounded(times)} times likelier {likelier}"


def join_words(words: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def _most(weights: dict[str, float]) -> list[str]:
    """The comparisons that make up most of what speaks for the pair, heaviest first."""
    ranked = sorted((name for name, weight in weights.items() if weight > 0), key=lambda name: (-weights[name], name))
    wanted = NAMED_SHARE * sum(weights[name] for name in ranked)
    named: list[str] = []
    for name in ranked:
        if named and (sum(weights[before] for before in named) >= wanted or weights[name] < LEAST_NAMED):
            break
        named.append(name)
    return named


def _names(comparisons: Iterable[str]) -> list[str]:
    found = list(comparisons)
    if {"given_name", "family_name"} <= set(found):
        place = min(found.index("given_name"), found.index("family_name"))
        rest = [name for name in found if name not in ("given_name", "family_name")]
        return [*map(comparison_words, rest[:place]), "name", *map(comparison_words, rest[place:])]
    return [comparison_words(name) for name in found]


def _rounded(times: float) -> str:
    if times < 10:
        return f"{times:.1f}".removesuffix(".0")
    for size, name in NUMBERS:
        if times >= size:
            return f"{float(f'{times / size:.2g}'):,.0f} {name}" if times < size * 1e3 else f"a thousand {name} or more"
    return f"{float(f'{times:.2g}'):,.0f}"
