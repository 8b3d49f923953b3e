"""What a picture shows: one person's records, those of another person or of neighbours, and the lines between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from identity.evidence import Edge, Refusal, links, strongest_first
from identity.paths import spanning_tree
from identity.wording import edge_words

MAX_NODES = 40
"""So many records of a side are drawn, those that matter first; a picture of more is a thicket."""

Kind = Literal["identifier", "likeness", "same", "different", "weak", "refused"]

KINDS: dict[str, Kind] = {"deterministic": "identifier", "probabilistic": "likeness"}


@dataclass(frozen=True)
class Node:
    """A record; ``is_asked``: the question was about it."""

    record_id: str
    profile_id: str
    is_asked: bool = False


@dataclass(frozen=True)
class Line:
    """What stands between two records, all edges of a pair in one; ``kind`` and weight are those of the strongest.

    ``is_main``: the answer rests on it (it is on the path, in the tree, or what was refused).
    """

    record_id_l: str
    record_id_r: str
    kind: Kind
    match_weight: float
    words: str
    is_main: bool


@dataclass(frozen=True)
class Graph:
    """``left``: the records of one person; ``right``: those of the other, or of neighbours, person by person.

    ``hidden`` counts records that were left out because there are too many.
    """

    title: str
    left: tuple[Node, ...]
    right: tuple[Node, ...]
    lines: tuple[Line, ...]
    hidden: int = 0


def make_graph(
    title: str,
    profile_of: Mapping[str, str],
    profile_id: str,
    edges: Sequence[Edge],
    refusals: Iterable[Refusal],
    link_match_weight: float,
    asked: Sequence[str] = (),
    main: Iterable[Edge] = (),
) -> Graph:
    """The graph of one person and of what surrounds it.

    Args:
        title: what the picture is called.
        profile_of: record -> profile, of all records to be drawn.
        profile_id: the person on the left; all others stand on the right.
        edges: edges between these records, in any order; the weak ones are drawn between people alone.
        refusals: refused unions between them.
        link_match_weight: from which weight a scored pair links.
        asked: records that the question was about.
        main: the edges that the answer rests on; by default the strongest that hold each person together.
    """
    linking = links(edges, link_match_weight)
    tree = spanning_tree(profile_of, [edge for edge in linking if _is_inside(edge, profile_of)])
    mine = [record for record, profile in profile_of.items() if profile == profile_id]
    others = [record for record, profile in profile_of.items() if profile != profile_id]
    left = _walk(mine, tree, asked)
    right = [
        record
        for other in sorted({profile_of[record] for record in others})
        for record in _walk([record for record in others if profile_of[record] == other], tree, asked)
    ]
    shown = {*left[:MAX_NODES], *right[:MAX_NODES]}
    drawn = _lines(edges, set(linking), refusals, profile_of, set(main) or set(tree))
    return Graph(
        title=title,
        left=tuple(Node(record, profile_of[record], record in asked) for record in left[:MAX_NODES]),
        right=tuple(Node(record, profile_of[record], record in asked) for record in right[:MAX_NODES]),
        lines=tuple(line for line in drawn if {line.record_id_l, line.record_id_r} <= shown),
        hidden=len(left) + len(right) - len(shown),
    )


def _is_inside(edge: Edge, profile_of: Mapping[str, str]) -> bool:
    return profile_of.get(edge.record_id_l) == profile_of.get(edge.record_id_r) is not None


def _walk(records: Sequence[str], tree: Iterable[Edge], asked: Sequence[str]) -> list[str]:
    """The records along the tree, so that what hangs together stands together; those asked about lead."""
    neighbours: dict[str, list[str]] = {}
    for edge in tree:
        neighbours.setdefault(edge.record_id_l, []).append(edge.record_id_r)
        neighbours.setdefault(edge.record_id_r, []).append(edge.record_id_l)
    wanted, found = set(records), dict[str, None]()
    starts = sorted(records, key=lambda record: (record not in asked, -len(neighbours.get(record, ())), record))
    for start in starts:
        waiting = [start]
        while waiting:
            record = waiting.pop()
            if record in wanted and record not in found:
                found[record] = None
                waiting += reversed(neighbours.get(record, []))
    return list(found)


def _lines(
    edges: Iterable[Edge],
    linking: set[Edge],
    refusals: Iterable[Refusal],
    profile_of: Mapping[str, str],
    main: set[Edge],
) -> list[Line]:
    refused: dict[tuple[str, str], Refusal] = {}
    for refusal in refusals:
        refused.setdefault(refusal.records, refusal)
    pairs: dict[tuple[str, str], list[Edge]] = {}
    for edge in strongest_first(edges):
        is_told = edge in linking or edge.rule == "different" or not _is_inside(edge, profile_of)
        if is_told and edge.records not in refused:
            pairs.setdefault(edge.records, []).append(edge)
    lines = [_line(found, linking, main) for found in pairs.values()]
    lines += [
        Line(*pair, "refused", refusal.match_weight, f"refused: {refusal.reason}", is_main=True)
        for pair, refusal in refused.items()
    ]
    return sorted(lines, key=lambda line: (line.is_main, line.match_weight, line.record_id_l, line.record_id_r))


def _line(edges: Sequence[Edge], linking: set[Edge], main: set[Edge]) -> Line:
    veto = next((edge for edge in edges if edge.rule == "different" and edge.kind == "steward"), None)
    told = veto or edges[0]
    kind: Kind = KINDS.get(told.kind, "same")
    if veto is not None:
        kind = "different"
    elif told not in linking:
        kind = "weak"
    words = "; ".join(f"{edge.match_weight:+.1f} {edge_words(edge)}" for edge in edges)
    is_main = veto is not None or kind == "weak" or not main.isdisjoint(edges)
    return Line(*told.records, kind, told.match_weight, words, is_main)
