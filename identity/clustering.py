"""Clusters: which records are one person, as a pure function of the edges; best edge first, with vetoes.

The order of rows changes nothing: edges are taken by (weight, ids), and the components they form are clustered each on
their own (:func:`cluster_component`), so that a run over the changed components alone gives what a run over all gives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from identity.comparison_columns import comparison_columns
from identity.groups import JUDGED_DIFFERENT, Facts, Groups
from identity.limits import Limit, limited_values, limits_of, moments_of
from identity.links import MAX_COMPONENT_RECORDS, Link, components, pieces, record_count
from identity.queries import query, session
from models.settings import IdentifierPolicy, IdentitySettings
from schemas.tables import REFUSALS

__all__ = (
    "JUDGED_DIFFERENT",
    "MAX_COMPONENT_RECORDS",
    "Clusters",
    "Facts",
    "Link",
    "cluster_component",
    "cluster_edges",
    "components",
)

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


Refusal = tuple[str, str, float, str]


def cluster_edges(
    records: pa.Table,
    pairs: pa.Table,
    edges: pa.Table,
    policies: Mapping[str, IdentifierPolicy],
    settings: IdentitySettings,
    compared: pa.Table | None = None,
) -> Clusters:
    """Every record of RECORDS in exactly one cluster.

    Deterministic edges link, probabilistic ones from ``settings.link_match_weight`` on; weaker ones count as evidence
    against a union. Edges are tried from the strongest to the weakest, and a union is refused when it would

    - bring together two records that a judgement keeps apart, be it through others,
    - give a person more values of an identifier type than ``max_per_person`` (``pairs`` must not hold junk values), at
      all or within its window of event time (``pairs`` then need ``first_seen`` and ``last_seen``),
    - join groups whose first names or birth dates mostly disagree, unless the scored pairs between them
      speak for it on average (two records that only share an identifier have to agree),
    - join groups between which lie ``MIN_PAIRS`` pairs or more, and these weigh less than nothing in sum,
    - make a cluster of more than ``MAX_COMPONENT_RECORDS`` records.

    Pairs judged to be one person are united before all others, and only a judgement refuses them.
    Refused edges between different clusters are the refusals. Ties fall by record id, so row order changes nothing.

    Args:
        compared: the comparison columns of ``records``, where they are known already.
    """
    with session() as sql:
        table = query(sql, "clustering", {"edges": edges}, {"link_match_weight": settings.joins_from})
    links = [Link(*row) for row in zip(*(table[name].to_pylist() for name in table.column_names), strict=True)]
    limits = limits_of(policies)
    facts = _facts(comparison_columns(records) if compared is None else compared, pairs, limits)
    cluster_of = {record: record for record in records["record_id"].to_pylist()}
    refusals: list[Refusal] = []
    alarms: list[dict[str, object]] = []
    for component in components(links):
        found_pieces = list(pieces(component))
        if len(found_pieces) > 1 or record_count(component) > MAX_COMPONENT_RECORDS:
            alarms.append(_alarm(component, len(found_pieces)))
        for piece in found_pieces:
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
    links: Sequence[Link], facts: Mapping[str, Facts], limits: Mapping[str, Limit]
) -> tuple[list[list[str]], list[Refusal]]:
    """The clusters of one component and the unions it refused.

    ``links`` stand from the strongest to the weakest, those judged ``same`` before all others.
    """
    groups = Groups(links, facts, limits)
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


def _alarm(component: Sequence[Link], pieces: int) -> dict[str, object]:
    return {
        "cluster": min(link.l for link in component),
        "records": record_count(component),
        "edges": sum(link.link_weight is not None for link in component),
        "pieces": pieces,
    }


def _facts(compared: pa.Table, pairs: pa.Table, limits: Mapping[str, Limit]) -> dict[str, Facts]:
    held: dict[str, list[tuple[str, str, datetime | None, datetime | None]]] = {}
    limited = pairs.filter(pc.is_in(pairs["type"], value_set=pa.array(list(limits), pa.string())))
    columns = (*(limited[name].to_pylist() for name in ("record_id", "type", "value")), *moments_of(limited, limits))
    for record, name, value, first_seen, last_seen in zip(*columns, strict=True):
        held.setdefault(record, []).append((name, value, first_seen, last_seen))
    rows = zip(
        *(
            compared[name].to_pylist()
            for name in ("record_id", "first_name", "family_name", "birth_date", "generation_read")
        ),
        strict=True,
    )
    return {
        record: Facts(
            first_name,
            family_name,
            birth_date,
            generation,
            limited_values(held.get(record, ()), limits),
        )
        for record, first_name, family_name, birth_date, generation in rows
    }


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    return [[row[at] for row in rows] for at in range(width)]
