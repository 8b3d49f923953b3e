"""How good clusters are, against known truth."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import pyarrow as pa

from identity.queries import query, session


@dataclass(frozen=True)
class Evaluation:
    """Shares between 0 and 1; a share of nothing (no pairs to find, none found) is 1.

    ``pairwise_*`` count pairs of records in one cluster, after closure. ``bcubed_*`` average over records the share of
    the record's cluster that is its person's, and of its person's records that are in its cluster. ``exact`` is the
    share of people whose records are exactly one cluster, ``over_merge`` the share of clusters of two records or more
    that mix people.
    """

    records: int
    people: int
    clusters: int
    pairwise_precision: float
    pairwise_recall: float
    pairwise_f1: float
    bcubed_precision: float
    bcubed_recall: float
    bcubed_f1: float
    exact: float
    over_merge: float

    def to_dict(self) -> dict[str, float]:
        """The figures by name, for JSON."""
        return asdict(self)


def evaluate(truth: pa.Table, clusters: pa.Table) -> Evaluation:
    """Compare ``clusters`` (``record_id``, ``cluster``) with ``truth`` (``record_id``, ``person_id``).

    Only records that stand in both tables count.
    """
    with session() as connection:
        row = query(connection, "evaluation", {"truth": truth, "clusters": clusters}).to_pylist()[0]
    return Evaluation(**row)
