"""Clusters: which records are one person, as a pure function of the edges; best edge first, with vetoes.

The order of rows changes nothing: edges are taken by (weight, ids), and the components they form are clustered each on
their own (:func:`cluster_component`), so that a run over the changed components alone gives what a run over all gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from identity.comparison_columns import comparison_columns
from identity.disjoint_sets import DisjointSets
from identity.names import birth_dates_agree, first_names_agree
from identity.queries import query, session
from models.settings import IdentifierPolicy, IdentitySettings
from schemas.tables import REFUSALS

MAX_COMPONENT_RECORDS = 500
"""A larger component is cut by raising the threshold inside it, and reported; no cluster grows beyond it."""

THRESHOLD_STEP = 1.0
"""By how much (match weight) the threshold inside too large a component rises at a time."""

JUDGED_DIFFERENT = "judged to be different people"
"""Why a union is refused that a judgement forbids."""

ASSIGNMENTS = pa.schema(
    [pa.field("record_id", pa.string(), nullable=False), pa.field("cluster", pa.string(), nullable=False)]
)
"""One row per record; ``cluster`` is the smallest record id in it, a name within one run and no longer."""

ALARMS = pa.schema(
    [
        pa.field("cluster", pa.string(), nullable=False),
        pa.field("records", pa.int64(), nullable=False),
        pa.field("edges", pa.int64(), nullable=False),
        pa.field("pieces", pa.int64(), nullable=False),
    ]
)
"""Components over the bound: their smallest record id, size, linking edges, and into how many pieces they were cut."""


@dataclass(frozen=True)
class Clusters:
    """``assignments`` (ASSIGNMENTS), ``refusals`` (REFUSALS) and ``alarms`` (ALARMS), each sorted."""

    assignments: pa.Table
    refusals: pa.Table
    alarms: pa.Table


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


@dataclass(frozen=True, slots=True)
class Facts:
    """What vetoes look at in one record: cleaned first name and surname, ISO birth date, values of limited types."""

    first_name: str | None = None
    family_name: str | None = None
    birth_date: str | None = None
    limited: Mapping[str, frozenset[str]] = field(default_factory=dict)


Refusal = tuple[str, str, float, str]


def cluster_edges(
    records: pa.Table,
    pairs: pa.Table,
    edges: pa.Table,
    policies: Mapping[str, IdentifierPolicy],
    settings: IdentitySettings,
) -> Clusters:
    """Every record of RECORDS in exactly one cluster.

    Deterministic edges link, probabilistic ones from ``settings.link_match_weight`` on; weaker ones count as evidence
    against a union. Edges are tried from the strongest to the weakest, and a union is refused when it would

    - bring together two records that a judgement keeps apart, be it through others,
    - give a person more values of an identifier type than ``max_per_person`` (``pairs`` must not hold junk values),
    - join groups whose first names or birth dates mostly disagree, unless the scored pairs between them
      speak for it on average (two records that only share an identifier have to agree),
    - make a cluster of more than ``MAX_COMPONENT_RECORDS`` records.

    Pairs judged to be one person are united before all others, and only a judgement refuses them.
    Refused edges between different clusters are the refusals. Ties fall by record id, so row order changes nothing.
    """
    with session() as sql:
        table = query(sql, "clustering", {"edges": edges}, {"link_match_weight": settings.link_match_weight})
    links = [Link(*row) for row in zip(*(table[name].to_pylist() for name in table.column_names), strict=True)]
    limits = {name: policy.max_per_person for name, policy in policies.items() if policy.max_per_person > 0}
    facts = _facts(records, pairs, limits)
    cluster_of = {record: record for record in records["record_id"].to_pylist()}
    refusals: list[Refusal] = []
    alarms: list[dict[str, object]] = []
    for component in components(links):
        pieces = list(_pieces(component))
        if len(pieces) > 1 or _records(component) > MAX_COMPONENT_RECORDS:
            alarms.append(_alarm(component, len(pieces)))
        for piece in pieces:
            found, refused = cluster_component(piece, facts, limits)
            cluster_of |= {record: min(members) for members in found for record in members}
            refusals += refused
    rows = sorted(cluster_of.items())
    return Clusters(
        assignments=pa.Table.from_arrays(
            [pa.array(column, pa.string()) for column in _columns(rows, 2)], schema=ASSIGNMENTS
        ),
        refusals=pa.Table.from_arrays(
            [pa.array(column, part.type) for column, part in zip(_columns(sorted(refusals), 4), REFUSALS, strict=True)],
            schema=REFUSALS,
        ),
        alarms=pa.Table.from_pylist(sorted(alarms, key=lambda alarm: str(alarm["cluster"])), ALARMS),
    )


def cluster_component(
    links: Sequence[Link], facts: Mapping[str, Facts], limits: Mapping[str, int]
) -> tuple[list[list[str]], list[Refusal]]:
    """The clusters of one component and the unions it refused.

    ``links`` stand from the strongest to the weakest, those judged ``same`` before all others.
    """
    groups = _Groups(links, facts, limits)
    refused: dict[tuple[str, str], Refusal] = {}
    for link in links:
        if link.link_weight is None:
            break
        one, other = groups.find(link.l), groups.find(link.r)
        if one == other:
            continue
        reason = groups.veto(one, other)
        if reason is None and link.judgement != "same":
            reason = groups.objection(one, other)
        if reason is None:
            groups.unite(one, other)
        else:
            refused[link.l, link.r] = (link.l, link.r, link.link_weight, reason)
    apart = [refusal for (one, other), refusal in refused.items() if groups.find(one) != groups.find(other)]
    return groups.members(), apart


class _Groups:
    """Groups of records that grow by union, with what is known of each group and between each two."""

    def __init__(self, links: Sequence[Link], facts: Mapping[str, Facts], limits: Mapping[str, int]) -> None:
        self._sets = DisjointSets()
        self._limits = limits
        self._known: dict[str, _Known] = {}
        self._scores: dict[str, dict[str, tuple[float, int]]] = {}
        self._apart: dict[str, set[str]] = {}
        for link in links:
            for record in (link.l, link.r):
                if record not in self._known:
                    self._known[record] = _Known.of(record, facts.get(record, Facts()))
                    self._scores[record] = {}
            if link.score is not None:
                self._scores[link.l][link.r] = self._scores[link.r][link.l] = (link.score, 1)
            if link.judgement == "different":
                self._apart.setdefault(link.l, set()).add(link.r)
                self._apart.setdefault(link.r, set()).add(link.l)

    def find(self, record: str) -> str:
        return self._sets.find(record)

    def members(self) -> list[list[str]]:
        return sorted(sorted(known.members) for known in self._known.values())

    def veto(self, one: str, other: str) -> str | None:
        """That a judgement keeps a record of one group apart from one of the other, or None."""
        return JUDGED_DIFFERENT if other in self._apart.get(one, ()) else None

    def objection(self, one: str, other: str) -> str | None:
        """Why the evidence has two groups stay apart, or None."""
        left, right = self._known[one], self._known[other]
        for name, limit in self._limits.items():
            values = left.limited.get(name, frozenset()) | right.limited.get(name, frozenset())
            if len(values) > limit and name in left.limited and name in right.limited:
                return f"{name}: more than {limit} for one person"
        if len(left.members) + len(right.members) > MAX_COMPONENT_RECORDS:
            return f"more than {MAX_COMPONENT_RECORDS} records"
        disagreement = left.disagreement(right)
        if disagreement is not None:
            total, pairs = self._scores[one].get(other, (0.0, 0))
            if pairs == 0 or total / pairs < 0:
                return disagreement
        return None

    def unite(self, one: str, other: str) -> None:
        keep, gone = (one, other) if len(self._scores[one]) >= len(self._scores[other]) else (other, one)
        self._sets.unite(keep, gone)
        self._known[keep].absorb(self._known.pop(gone))
        kept = self._scores[keep]
        kept.pop(gone, None)
        for neighbour, (total, pairs) in self._scores.pop(gone).items():
            if neighbour == keep:
                continue
            self._scores[neighbour].pop(gone)
            before, count = kept.get(neighbour, (0.0, 0))
            kept[neighbour] = self._scores[neighbour][keep] = (before + total, count + pairs)
        for enemy in self._apart.pop(gone, ()):
            self._apart[enemy].discard(gone)
            self._apart[enemy].add(keep)
            self._apart.setdefault(keep, set()).add(enemy)


@dataclass(slots=True)
class _Known:
    """What is known of a group: its records, and how often each name, birth date and limited identifier occurs."""

    members: list[str]
    first_names: dict[str, int]
    family_names: set[str]
    birth_dates: dict[str, int]
    limited: dict[str, frozenset[str]]

    @classmethod
    def of(cls, record: str, facts: Facts) -> _Known:
        return cls(
            members=[record],
            first_names={facts.first_name: 1} if facts.first_name else {},
            family_names={facts.family_name} if facts.family_name else set(),
            birth_dates={facts.birth_date: 1} if facts.birth_date else {},
            limited=dict(facts.limited),
        )

    def absorb(self, other: _Known) -> None:
        self.members += other.members
        self.family_names |= other.family_names
        for mine, theirs in ((self.first_names, other.first_names), (self.birth_dates, other.birth_dates)):
            for value, count in theirs.items():
                mine[value] = mine.get(value, 0) + count
        for name, values in other.limited.items():
            self.limited[name] = self.limited.get(name, frozenset()) | values

    def disagreement(self, other: _Known) -> str | None:
        """Which of first name and birth date disagrees in more than half of the pairs of records that have both."""
        agree = total = 0
        for name, count in self.first_names.items():
            for name_there, count_there in other.first_names.items():
                total += count * count_there
                swapped = name in other.family_names or name_there in self.family_names
                agree += count * count_there * (swapped or first_names_agree(name, name_there))
        if 2 * agree < total:
            return "different first names"
        agree = total = 0
        for born, count in self.birth_dates.items():
            for born_there, count_there in other.birth_dates.items():
                total += count * count_there
                agree += count * count_there * birth_dates_agree(born, born_there)
        return "different birth dates" if 2 * agree < total else None


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


def _pieces(component: list[Link]) -> Iterator[list[Link]]:
    """The component itself or, over the bound, what stays connected in it when the threshold rises far enough."""
    waiting: list[tuple[list[Link], float]] = [(component, float("-inf"))]
    while waiting:
        links, threshold = waiting.pop()
        weights = [link.link_weight for link in links if link.link_weight is not None and link.judgement is None]
        # Among equal edges no threshold chooses: there the bound on a cluster refuses what is too much.
        if _records(links) <= MAX_COMPONENT_RECORDS or not weights or min(weights) == max(weights):
            yield links
            continue
        raised = min(max(threshold, min(weights)) + THRESHOLD_STEP, max(weights))
        cut = [link for link in links if link.link_weight is None or link.judgement or link.link_weight >= raised]
        waiting += [(piece, raised) for piece in components(cut, raised)]


def _records(links: Sequence[Link]) -> int:
    return len({record for link in links for record in (link.l, link.r)})


def _alarm(component: Sequence[Link], pieces: int) -> dict[str, object]:
    return {
        "cluster": min(link.l for link in component),
        "records": _records(component),
        "edges": sum(link.link_weight is not None for link in component),
        "pieces": pieces,
    }


def _facts(records: pa.Table, pairs: pa.Table, limits: Mapping[str, int]) -> dict[str, Facts]:
    limited: dict[str, dict[str, set[str]]] = {}
    held = zip(*(pairs[name].to_pylist() for name in ("record_id", "type", "value")), strict=True)
    for record, name, value in held:
        if name in limits:
            limited.setdefault(record, {}).setdefault(name, set()).add(value)
    columns = comparison_columns(records)
    rows = zip(
        *(columns[name].to_pylist() for name in ("record_id", "first_name", "family_name", "birth_date")), strict=True
    )
    return {
        record: Facts(
            first_name,
            family_name,
            birth_date,
            {name: frozenset(values) for name, values in limited.get(record, {}).items()},
        )
        for record, first_name, family_name, birth_date in rows
    }


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    return [[row[at] for row in rows] for at in range(width)]
