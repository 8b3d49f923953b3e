"""Why two records are one person, or why not: the evidence between them and what would have to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from identity.cuts import Cut, find_ties, weakest_cut
from identity.evidence import Edge, Refusal, between, leads_between, links
from identity.obstacles import Obstacle
from identity.paths import spanning_tree, strongest_path
from identity.shared_keys import SharedKey

JUDGED_APART = "a judgement keeps them apart"
"""Why two people are two when somebody decided so."""


@dataclass(frozen=True)
class PairExplanation:
    """Why two records are one person, or why not.

    ``verdict`` says which; ``path`` are the edges that lead from one to the other, in order (one person), ``pairs`` the
    edges directly between them or their people, strongest first, and ``refusals`` the unions refused between the two
    people (or, for one person, around the two records). ``judgements`` are what people decided: on the way from one to
    the other (one person), or between the two people.

    For one person ``cut`` is what would have to go for the records to be apart. For two, ``obstacles`` are what would
    have to come or go for them to be one; where the two records were not compared, ``asked`` is the edge that comparing
    them would have given, and ``keys`` why nothing brought them together.
    """

    record_id_a: str
    record_id_b: str
    verdict: Literal["same record", "one person", "two people"]
    reason: str
    path: tuple[Edge, ...]
    pairs: tuple[Edge, ...]
    refusals: tuple[Refusal, ...]
    judgements: tuple[Edge, ...] = ()
    cut: Cut | None = None
    obstacles: tuple[Obstacle, ...] = ()
    asked: Edge | None = None
    keys: tuple[SharedKey, ...] = ()


def explain_pair(
    a: str,
    b: str,
    profile_of: Mapping[str, str],
    edges: Sequence[Edge],
    refusals: Sequence[Refusal],
    link_match_weight: float,
) -> PairExplanation:
    """Why records ``a`` and ``b`` are one person, or why not, as far as what is kept can tell.

    Args:
        profile_of: record -> profile, of every record of both people.
        edges: all edges between these records.
        refusals: all refused unions between these records.
        link_match_weight: from which weight a probabilistic edge joins people.
    """
    if a == b:
        return PairExplanation(a, b, "same record", "it is one and the same source record", (), (), ())
    vetoes = [edge for edge in edges if edge.kind == "steward" and edge.rule == "different"]
    edges = [edge for edge in edges if edge not in vetoes]
    direct = between(edges, {a}, {b})
    if profile_of[a] == profile_of[b]:
        members = records_of(profile_of, a)
        linking = links(edges, link_match_weight)
        path = strongest_path(spanning_tree(members, linking), a, b)
        around = [refusal for refusal in refusals if {a, b} & set(refusal.records)]
        judged = tuple(edge for edge in path if edge.kind == "steward")
        cut = weakest_cut(members, find_ties(linking), a, b)
        return PairExplanation(a, b, "one person", _way(path), tuple(path), tuple(direct), tuple(around), judged, cut)
    one, other = records_of(profile_of, a), records_of(profile_of, b)
    pairs = direct or between(edges, one, other)
    refused = [refusal for refusal in refusals if leads_between(refusal.records, one, other)]
    kept_apart = between(vetoes, one, other)
    reason = JUDGED_APART if kept_apart else _why_not(refused, pairs, link_match_weight)
    return PairExplanation(a, b, "two people", reason, (), tuple(pairs), tuple(refused), tuple(kept_apart))


def records_of(profile_of: Mapping[str, str], record: str) -> set[str]:
    """The records of one record's person."""
    return {member for member, profile in profile_of.items() if profile == profile_of[record]}


def _way(path: Sequence[Edge]) -> str:
    if len(path) == 1 and path[0].kind == "steward":
        return "a judgement makes them one"
    if len(path) == 1:
        return "an edge joins them"
    return f"{len(path)} edges lead from one to the other; the weakest weighs {min(e.match_weight for e in path):.1f}"


def _why_not(refused: Sequence[Refusal], pairs: Sequence[Edge], link_match_weight: float) -> str:
    if refused:
        strongest = max(refused, key=lambda refusal: refusal.match_weight)
        return f"joining them was refused: {strongest.reason} (an edge of weight {strongest.match_weight:.1f} asked)"
    if links(pairs, link_match_weight):
        return "an edge would join them, but their component is so large that weak edges are not followed"
    if pairs:
        best = pairs[0].match_weight
        return f"what speaks for it weighs {best:.1f} at best; {link_match_weight:g} is needed to join them"
    return "they share no identifier that may link, and nothing alike brought them together for a comparison"
