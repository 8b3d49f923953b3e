"""Judgements: people's decisions on who is who, which overrule what the evidence says.

``same`` says that two records are one person, ``different`` that they are not. Applied ones become edges of kind
``steward`` (:func:`judgement_edges`), which clustering takes as unions to make first and as unions never to make.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import pyarrow as pa

from identity.queries import conform, query, session
from schemas.tables import EDGES

Verdict = Literal["same", "different"]

JUDGEMENT_WEIGHT = 100.0
"""The match weight of a judgement, or less that when it keeps apart: no sum of evidence comes near."""

JUDGEMENTS = pa.schema(
    [
        pa.field("record_id_a", pa.string(), nullable=False),
        pa.field("record_id_b", pa.string(), nullable=False),
        pa.field("judgement", pa.string(), nullable=False),
        pa.field("judged_by", pa.string(), nullable=False),
        pa.field("judged_at", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
    ]
)
"""One row a judgement on a pair, in any order; ``judged_at`` is ISO 8601 in UTC."""


@dataclass(frozen=True)
class Judgement:
    """One decision on one pair of records: who decided, when (ISO 8601, UTC), and why."""

    record_id_a: str
    record_id_b: str
    judgement: Verdict
    judged_by: str
    judged_at: str
    reason: str


Judged = TypeVar("Judged", bound=Judgement)


def judgements_table(judgements: Iterable[Judgement]) -> pa.Table:
    """The judgements as a table (JUDGEMENTS), in the order given."""
    rows = [{name: getattr(judgement, name) for name in JUDGEMENTS.names} for judgement in judgements]
    return pa.Table.from_pylist(rows, JUDGEMENTS)


def judgement_edges(judgements: pa.Table, records: pa.Table) -> pa.Table:
    """An edge (EDGES) of kind ``steward`` for every judged pair of which both records exist, sorted by pair.

    ``rule`` is the judgement; the weight is ``JUDGEMENT_WEIGHT``, or less that for ``different``. The evidence carries
    the reason, who judged and when. Of several judgements that say the same of one pair the newest speaks. A judgement
    about a record that is not in ``records`` gives no edge: it waits.
    """
    with session() as sql:
        found = query(
            sql, "judgements", {"judgements": judgements, "records": records}, {"judgement_weight": JUDGEMENT_WEIGHT}
        )
    return conform(found, EDGES)


def find_contradiction(judgements: Sequence[Judged]) -> tuple[Judged, list[Judged]] | None:
    """A ``different`` judgement on records that others make one, with the shortest chain of those; None if all agree.

    A record judged to be different from itself contradicts too, with an empty chain.
    """
    neighbours: dict[str, list[tuple[str, Judged]]] = {}
    for judgement in judgements:
        if judgement.judgement == "same":
            a, b = judgement.record_id_a, judgement.record_id_b
            neighbours.setdefault(a, []).append((b, judgement))
            neighbours.setdefault(b, []).append((a, judgement))
    for judgement in judgements:
        if judgement.judgement == "different":
            chain = _chain(neighbours, judgement.record_id_a, judgement.record_id_b)
            if chain is not None:
                return judgement, chain
    return None


def _chain(neighbours: dict[str, list[tuple[str, Judged]]], start: str, end: str) -> list[Judged] | None:
    chains: dict[str, list[Judged]] = {start: []}
    waiting = [start]
    for record in waiting:
        if record == end:
            return chains[record]
        for other, judgement in neighbours.get(record, ()):
            if other not in chains:
                chains[other] = [*chains[record], judgement]
                waiting.append(other)
    return None
