"""Spark finds the people that DuckDB finds: the same states, edges, refusals and partition."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from benchmarks.people import make_people
from identity.fitted_thresholds import with_thresholds
from identity.judgements import Judgement, judgements_table
from identity.match_models import read_match_model
from identity.people import People, Rules, find_people
from identity.spark import find_people_on_spark
from models.settings import Settings
from tests.support.sparks import ignores_pandas, make_session, needs_spark

pytestmark = [
    pytest.mark.slow, pytest.mark.timeout(1500), pytest.mark.xdist_group("spark"), needs_spark, ignores_pandas,
]  # fmt: skip

KEY = ("kind", "record_id_l", "record_id_r", "rule")


def rules_with(judgements: list[Judgement]) -> Rules:
    settings, model = Settings(), read_match_model()
    return Rules(
        with_thresholds(settings.identity, model),
        settings.identifier_policies(),
        model,
        judgements_table(judgements),
    )


def judged(one: str, other: str, verdict: Any) -> Judgement:
    return Judgement(one, other, verdict, "kim", "2026-11-24T10:00:00Z", "asked them")


def invented() -> tuple[pa.Table, pa.Table, Rules]:
    """People with a kiosk that is nobody's, a tablet that nine records share, and what somebody judged on three."""
    records, pairs, _ = make_people(3200, numbered=True, described=True)
    pairs = pairs.select(["record_id", "type", "value"])
    ids = records["record_id"].to_pylist()
    shared = [(record, "kiosk") for record in ids[::70]] + [(record, "tablet") for record in ids[100:109]]
    devices = pa.table(
        {
            "record_id": [record for record, _ in shared],
            "type": ["device_id"] * len(shared),
            "value": [value for _, value in shared],
        }
    )
    pairs = pa.concat_tables([pairs, devices.cast(pairs.schema)])
    first = find_people(records, pairs, rules_with([])).clusters.assignments
    wrong = next(
        (record, cluster)
        for record, cluster in zip(first["record_id"].to_pylist(), first["cluster"].to_pylist(), strict=True)
        if record != cluster
    )
    judgements = [
        judged(*wrong, "different"),
        judged(ids[5], ids[2000], "same"),
        judged(ids[7], "web:user_id:not-here-yet", "same"),
        judged(ids[11], ids[3000], "different"),
    ]
    return records, pairs, rules_with(judgements)


def rounded(edges: pa.Table) -> list[dict[str, Any]]:
    """The edges by their key, with weights to nine digits."""
    rows = edges.sort_by([(name, "ascending") for name in KEY]).to_pylist()
    for row in rows:
        for part in (row, *row["evidence"]):
            part["match_weight"] = round(part["match_weight"], 9) + 0.0
    return rows


def assert_same(found: People, expected: People) -> None:
    assert found.states.equals(expected.states)
    assert rounded(found.edges) == rounded(expected.edges)
    assert found.clusters.assignments.equals(expected.clusters.assignments)
    assert rounded_refusals(found) == rounded_refusals(expected)
    assert found.clusters.alarms.equals(expected.clusters.alarms)


def rounded_refusals(people: People) -> list[tuple[str, str, float, str]]:
    rows = people.clusters.refusals.to_pylist()
    return [(row["record_id_l"], row["record_id_r"], round(row["match_weight"], 9), row["reason"]) for row in rows]


@pytest.mark.parametrize("master", ["local[2]", "local-cluster[2,1,1024]"])
def test_spark_finds_the_people_that_duckdb_finds(master: str) -> None:
    records, pairs, rules = invented()
    expected = find_people(records, pairs, rules)
    with make_session(master) as session:
        found = find_people_on_spark(records, pairs, rules, session)
    assert_same(found, expected)
    # What is compared is there: otherwise the test would say little.
    assert records.num_rows >= 3000
    assert {"junk", "ok", "shared"} == set(expected.states["state"].to_pylist())
    assert {"deterministic", "probabilistic", "steward"} == set(expected.edges["kind"].to_pylist())
    assert expected.clusters.refusals.num_rows > 10


def test_few_records_and_none_are_resolved_as_by_duckdb() -> None:
    records, pairs, _ = make_people(12)
    with make_session("local[2]") as session:
        for some in (records, records.slice(0, 1), records.slice(0, 0)):
            held = pairs.filter(pa.compute.is_in(pairs["record_id"], some["record_id"].combine_chunks()))
            assert_same(
                find_people_on_spark(some, held, rules_with([]), session), find_people(some, held, rules_with([]))
            )
