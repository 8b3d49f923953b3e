"""Links between records, and what hangs together by them: components, and the pieces of those that are too large."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from identity.disjoint_sets import DisjointSets

MAX_COMPONENT_RECORDS = 500
"""A larger component is cut by raising the threshold inside it, and reported; no cluster grows beyond it."""

THRESHOLD_STEP = 1.0
"""By how much (match weight) the threshold inside too large a component rises at a time."""


@dataclass(frozen=True, slots=True)
class Link:
    """A pair of records with an edge. ``link_weight`` is null if it is evidence only, ``score`` if unscored.

    ``judgement`` is what a person decided on the pair, ``same`` or ``different``, or None.
    """

    l: str  # noqa: E741 - left and right, as in the schema
    r: str
    link_weight: float | None
    score: float | None
    judgement: str | None = None


def components(links: Iterable[Link], threshold: float | None = None) -> list[list[Link]]:
    """The links by connected component, in order of first appearance; links under the threshold connect nothing.

    Links inside a component stay in it whatever their weight; without a threshold every link connects
    but a mere veto.
    """
    sets = DisjointSets()
    links = list(links)
    for link in links:
        is_evidence = link.link_weight is not None or link.score is not None
        if is_evidence if threshold is None else (link.link_weight is not None and link.link_weight >= threshold):
            sets.unite(link.l, link.r)
    found: dict[str, list[Link]] = {}
    for link in links:
        component = sets.find(link.l)
        if component == sets.find(link.r):
            found.setdefault(component, []).append(link)
    return list(found.values())


def pieces(component: list[Link]) -> Iterator[list[Link]]:
    """The component itself or, over the bound, what stays connected in it when the threshold rises far enough."""
    waiting: list[tuple[list[Link], float]] = [(component, float("-inf"))]
    while waiting:
        links, threshold = waiting.pop()
        weights = [link.link_weight for link in links if link.link_weight is not None and link.judgement is None]
        # Among equal edges no threshold chooses: there the bound on a cluster refuses what is too much.
        if record_count(links) <= MAX_COMPONENT_RECORDS or not weights or min(weights) == max(weights):
            yield links
            continue
        raised = min(max(threshold, min(weights)) + THRESHOLD_STEP, max(weights))
        cut = [link for link in links if link.link_weight is None or link.judgement or link.link_weight >= raised]
        waiting += [(piece, raised) for piece in components(cut, raised)]


def record_count(links: Sequence[Link]) -> int:
    """How many records the links join."""
    return len({record for link in links for record in (link.l, link.r)})
