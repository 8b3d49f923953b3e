"""A population without some of its records, who are then asked about one at a time, beside a full evaluation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from identity.identification import Answer, KnownRecords, PersonFinder, comparison_names
from identity.match_models import read_match_model
from identity.people import Rules, find_people
from tests.identity.resolving import POLICIES, SETTINGS
from tests.support.resolved import people_of

MODEL = read_match_model()
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Evaluation:
    """The edges of a full evaluation, each record's cluster, and identifier states."""

    edges: pa.Table
    clusters: dict[str, str]
    states: pa.Table


def evaluate_all(records: pa.Table, pairs: pa.Table) -> Evaluation:
    """All records evaluated at once, as ``resolve`` does."""
    found = find_people(records, pairs, Rules(SETTINGS, POLICIES, MODEL))
    return Evaluation(found.edges, people_of(found), found.states)


def person_finder(records: pa.Table, pairs: pa.Table, evaluation: Evaluation) -> PersonFinder:
    """Asks about further records; a profile's id is its cluster's name."""
    profiles = pa.table({"record_id": list(evaluation.clusters), "profile_id": list(evaluation.clusters.values())})
    known = KnownRecords.of(
        records,
        pairs,
        evaluation.states,
        evaluation.edges,
        profiles,
        SETTINGS.joins_from,
        comparison_names(MODEL),
    )
    return PersonFinder(known, MODEL, SETTINGS, POLICIES)


def without(table: pa.Table, record_ids: Collection[str]) -> pa.Table:
    """The rows of all other records."""
    return table.filter(pc.invert(pc.is_in(table["record_id"], pa.array(sorted(record_ids), pa.string()))))


def ask(finder: PersonFinder, records: pa.Table, pairs: pa.Table, record_id: str) -> Answer:
    """Who a record of some tables is."""
    [record] = records.filter(pc.equal(records["record_id"], record_id)).to_pylist()
    held = pairs.filter(pc.equal(pairs["record_id"], record_id))
    return finder.identify(record, zip(held["type"].to_pylist(), held["value"].to_pylist(), strict=True))


def assert_same_edges(answer: Answer, evaluation: Evaluation) -> None:
    """Every edge of the record in a full evaluation stands in the answer, with its evidence, and no other."""
    theirs = {}
    for edge in evaluation.edges.to_pylist():
        ends = {edge["record_id_l"], edge["record_id_r"]}
        if answer.record_id in ends:
            [other] = ends - {answer.record_id}
            theirs[other, edge["kind"], edge["rule"]] = edge
    ours = {(edge.record_id, edge.kind, edge.rule): edge for edge in answer.edges + answer.other_edges}
    assert ours.keys() == theirs.keys()
    for key, edge in ours.items():
        expected: dict[str, Any] = theirs[key]
        assert edge.model_version == expected["model_version"]
        assert abs(edge.match_weight - expected["match_weight"]) < TOLERANCE
        assert [part[:4] for part in edge.evidence] == [tuple(part.values())[:4] for part in expected["evidence"]]
        for part, other in zip(edge.evidence, expected["evidence"], strict=True):
            assert abs(part.match_weight - other["match_weight"]) < TOLERANCE


def people_joined(evaluation: Evaluation, before: Evaluation, record_id: str) -> set[str] | None:
    """The people whom a record makes one in a full evaluation; None where it moves others among themselves."""
    others: dict[str, set[str]] = {}
    for record, cluster in evaluation.clusters.items():
        if record != record_id:
            others.setdefault(cluster, set()).add(before.clusters[record])
    mine = others.pop(evaluation.clusters[record_id], set())
    alone = {cluster for clusters in others.values() for cluster in clusters}
    stayed = all(len(clusters) == 1 for clusters in others.values()) and not (mine & alone)
    return mine if stayed and len(alone) == len(others) else None
