"""Examples to look at: the people before and after, their records side by side, and the edges that decide."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any, Literal

from identity.disjoint_sets import DisjointSets
from identity.evidence import Edge, links
from identity.explanations import explain_pair
from models.lakes import Lake
from pipelines.plans.neighbourhoods import Neighbourhood, read_neighbourhood, read_records
from pipelines.plans.regroupings import KINDS, Kind, PeopleChanges, Regrouping

MAX_PEOPLE, MAX_RECORDS = 12, 30
"""Of more people in one example, or more records of one of them, only so many are looked at."""

MAX_DECISIONS = 3
"""So many edges that join, and so many that no longer do, are told in each example."""

MAX_SHOWN = 6
"""So many records are put side by side."""


@dataclass(frozen=True)
class Decision:
    """Two records that come together (``joins``) or apart: what spoke for one person ``before``, and what does
    ``after``, strongest first, and in words why they are apart in the state in which they are.
    """

    what: Literal["joins", "parts"]
    record_id_a: str
    record_id_b: str
    because: str
    before: tuple[Edge, ...]
    after: tuple[Edge, ...]


@dataclass(frozen=True)
class Person:
    """One side of an example: a profile, how many of the records it has, and their ids (the first ones of many)."""

    profile_id: str
    records: int
    record_ids: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """Some people as they are and as they would be. ``records``: what the records of the decisions say.

    ``before`` and ``after`` are those of most records, of ``people_before`` and ``people_after``.
    """

    kind: Kind
    people_before: int
    people_after: int
    before: tuple[Person, ...]
    after: tuple[Person, ...]
    decisions: tuple[Decision, ...]
    records: tuple[dict[str, Any], ...]


def read_examples(
    before: Lake, after: Lake, changes: PeopleChanges, link_match_weight: float, count: int
) -> list[Example]:
    """At most ``count`` examples: of each kind in turn, half of them the largest, the others by lot (always equal).

    ``link_match_weight`` is the one that holds ``after``.
    """
    chosen = _choose(changes, count)
    old = read_neighbourhood(before, chain.from_iterable(_some(one.before) for one in chosen), MAX_RECORDS)
    new = read_neighbourhood(after, chain.from_iterable(_some(one.after) for one in chosen), MAX_RECORDS)
    return [_example(after, one, old, new, link_match_weight) for one in chosen]


def _choose(changes: PeopleChanges, count: int) -> list[Regrouping]:
    queues = [_order(changes.of_kind(kind)) for kind in KINDS]
    return [one for row in zip_longest(*queues) for one in row if one is not None][:count]


def _order(regroupings: Sequence[Regrouping]) -> list[Regrouping]:
    """The largest and those by lot in turn: the largest show disasters, the others what is usual."""
    largest = sorted(regroupings, key=lambda one: (-one.records, one.name))
    by_lot = sorted(regroupings, key=lambda one: hashlib.sha256(one.name.encode()).digest())
    return list({one.name: one for pair in zip(largest, by_lot, strict=True) for one in pair}.values())


def _some(records: Mapping[str, int]) -> list[str]:
    """The profiles of most records."""
    return sorted(records, key=lambda profile: (-records[profile], profile))[:MAX_PEOPLE]


def _example(after: Lake, one: Regrouping, old: Neighbourhood, new: Neighbourhood, weight: float) -> Example:
    was = {record: profile for profile in _some(one.before) for record in old.records[profile]}
    is_now = {record: profile for profile in _some(one.after) for record in new.records[profile]}
    # Of a merge only the one, of a split only the other finds anything.
    decisions = [*_joining(was, is_now, old, new, weight), *_parting(was, is_now, old, new, weight)]
    shown = list(dict.fromkeys(chain.from_iterable((one.record_id_a, one.record_id_b) for one in decisions)))
    return Example(
        kind=one.kind,
        people_before=len(one.before),
        people_after=len(one.after),
        before=_people(one.before, old),
        after=_people(one.after, new),
        decisions=tuple(decisions),
        records=tuple(read_records(after, shown[:MAX_SHOWN])),
    )


def _people(counts: Mapping[str, int], people: Neighbourhood) -> tuple[Person, ...]:
    return tuple(Person(profile, counts[profile], tuple(people.records[profile])) for profile in _some(counts))


def _joining(
    was: dict[str, str], is_now: dict[str, str], old: Neighbourhood, new: Neighbourhood, weight: float
) -> list[Decision]:
    """For each person (or new record) that comes into another one, the strongest edge that brings it in."""
    edges = [edge for edge in links(new.edges_among(is_now), weight) if _within(edge, is_now)]
    return [_joined(edge, was, old, new) for edge in _uniting(edges, was)]


def _within(edge: Edge, people: Mapping[str, str]) -> bool:
    return people[edge.record_id_l] == people[edge.record_id_r]


def _uniting(edges: Iterable[Edge], parts: Mapping[str, str]) -> list[Edge]:
    """Of edges from the strongest on, the few that make one of the parts; a record of no part is its own."""
    sets = DisjointSets()
    ends = ((edge, [parts.get(record, record) for record in edge.records]) for edge in edges)
    return [edge for edge, (one, other) in ends if sets.unite(one, other)][:MAX_DECISIONS]


def _joined(edge: Edge, was: dict[str, str], old: Neighbourhood, new: Neighbourhood) -> Decision:
    a, b = edge.records
    before, refusals = old.between(was, a, b)
    if a not in was or b not in was:
        because = "one of them is new"
    elif any(one.rule == "different" for one in before):
        because = "a judgement kept them apart"
    elif refusals:
        because = f"joining them was refused: {refusals[0].reason}"
    elif before:
        because = f"what spoke for it weighed {before[0].match_weight:.1f} at best"
    else:
        because = "nothing that was kept spoke for it"
    after = (edge, *(other for other in new.of_pair(a, b) if other != edge))
    return Decision("joins", a, b, because, tuple(before[:1]), after)


def _parting(
    was: dict[str, str], is_now: dict[str, str], old: Neighbourhood, new: Neighbourhood, weight: float
) -> list[Decision]:
    """The strongest edges that held a former person together and lead between two of those that it would become."""
    present = [record for record in was if record in is_now]
    # From which weight on an edge linked then is not kept; those inside a person held it together.
    edges = [edge for edge in links(old.edges_among(present), float("-inf")) if _within(edge, was)]
    return [_parted(edge, is_now, new, weight) for edge in _uniting(edges, is_now)]


def _parted(edge: Edge, is_now: dict[str, str], new: Neighbourhood, weight: float) -> Decision:
    a, b = edge.records
    both = {is_now[a], is_now[b]}
    profile_of = {record: profile for record, profile in is_now.items() if profile in both}
    found = explain_pair(a, b, profile_of, new.edges_among(profile_of), new.refusals_among(profile_of), weight)
    state = new.state_of(edge)
    because = found.reason if state is None else f"{state}; {found.reason}"
    return Decision("parts", a, b, because, (edge,), (*found.judgements, *found.pairs[:1]))
