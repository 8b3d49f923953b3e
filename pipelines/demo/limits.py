"""What anybody could find at best in the demo's data, to hold what was found against."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from identity.disjoint_sets import DisjointSets
from identity.evaluation import evaluate
from models.lakes import LAKE, Lake


def recall_limit(lake: Lake, truth_file: Path) -> float:
    """The share of true pairs of records that something in the data connects: an equal identifier, or two names.

    Computed with the truth at hand: records of one person hang together when they carry one identifier value, or when
    both carry a surname, directly or over others of that person. What is left shares nothing that could be compared.
    """
    truth = pa_csv.read_csv(truth_file)
    person_of = dict(zip(truth["record_id"].to_pylist(), truth["person_id"].to_pylist(), strict=True))
    clues = lake.rows(
        f"""
        select distinct source || ':' || source_record_id as record_id, type || ':' || value as clue
        from {LAKE}.ingest.identifiers
        union all
        select record_id, 'surname' as clue from {LAKE}.identity.records where family_name is not null
        """
    )
    sets, first_with = DisjointSets(), dict[tuple[str, str], str]()
    for record, clue in clues:
        if person := person_of.get(record):
            sets.unite(first_with.setdefault((person, clue), record), record)
    found = pa.table({"record_id": list(person_of), "cluster": [sets.find(record) for record in person_of]})
    return evaluate(truth, found).pairwise_recall
