"""What people decided holds: in any order, through any evidence, and without a trace once it is taken back."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from identity.clustering import Clusters, cluster_edges
from identity.judgements import Judgement, find_contradiction, judgement_edges, judgements_table
from tests.identity.factories import make_record, make_tables
from tests.identity.resolving import POLICIES, SETTINGS
from tests.identity.test_clustering import Edge, groups, make_edges, tables
from tests.support.examples import examples

ENDS = st.tuples(st.sampled_from("abcdefgx"), st.sampled_from("abcdefgx")).filter(lambda pair: pair[0] != pair[1])


@st.composite
def judgements(draw: st.DrawFn) -> list[Judgement]:
    """Judgements that agree, some on a record x that does not exist."""
    found: list[Judgement] = []
    for a, b in draw(st.lists(ENDS, max_size=6)):
        new = Judgement(a, b, draw(st.sampled_from(("same", "different"))), "kim", "2026-05-01T10:00:00Z", "seen")
        if find_contradiction([*found, new]) is None:
            found.append(new)
    return found


def cluster(rows: list[dict[str, Any]], edges: list[Edge], judged: list[Judgement]) -> Clusters:
    records, pairs = make_tables(*rows)
    steward = judgement_edges(judgements_table(judged), records)
    return cluster_edges(records, pairs, pa.concat_tables([make_edges(*edges), steward]), POLICIES, SETTINGS)


@examples(60, few=20)
@given(tables(), judgements(), st.randoms(use_true_random=False))
def test_the_order_of_judgements_and_rows_changes_nothing(found: Any, judged: list[Judgement], chance: Any) -> None:
    rows, edges = (chance.sample(part, len(part)) for part in found)
    turned = [
        Judgement(one.record_id_b, one.record_id_a, one.judgement, one.judged_by, one.judged_at, one.reason)
        for one in chance.sample(judged, len(judged))
    ]
    assert cluster(rows, edges, turned) == cluster(*found, judged)


@examples(100, few=33)
@given(tables(), judgements())
def test_no_cluster_breaks_a_judgement(found: Any, judged: list[Judgement]) -> None:
    clusters = cluster(*found, judged)
    cluster_of = {row["record_id"]: row["cluster"] for row in clusters.assignments.to_pylist()}
    for one in judged:
        if {one.record_id_a, one.record_id_b} <= cluster_of.keys():
            together = cluster_of[one.record_id_a] == cluster_of[one.record_id_b]
            assert together == (one.judgement == "same")


def test_a_veto_also_holds_through_others() -> None:
    rows = [make_record(name) for name in "abc"]
    judged = [Judgement("a", "c", "different", "kim", "2026-05-01T10:00:00Z", "father and son")]
    clusters = cluster(rows, [("a", "b", "d", 9.0), ("b", "c", "d", 8.0)], judged)
    assert groups(clusters) == [["a", "b"], ["c"]]
    assert clusters.refusals["reason"].to_pylist() == ["judged to be different people"]


def test_a_join_overrules_names_and_loyalty_cards() -> None:
    rows = [
        make_record("a", given_name="Anna", loyalty_id="1"),
        make_record("b", given_name="Bert", loyalty_id="2"),
    ]
    judged = [Judgement("b", "a", "same", "kim", "2026-05-01T10:00:00Z", "a nickname")]
    assert groups(cluster(rows, [], judged)) == [["a", "b"]]


def test_a_judgement_on_a_record_that_does_not_exist_waits() -> None:
    judged = [Judgement("a", "x", "same", "kim", "2026-05-01T10:00:00Z", "seen")]
    assert groups(cluster([make_record("a")], [], judged)) == [["a"]]
