"""How good clusters are, against known truth."""

from __future__ import annotations

import pyarrow as pa
import pytest

from identity.evaluation import Evaluation, Interval, evaluate, evaluate_with_intervals


def compare(people: str, clusters: str) -> Evaluation:
    """One letter a record: its person, and its cluster."""
    ids = [str(at) for at in range(len(people))]
    return evaluate(
        pa.table({"record_id": pa.array(ids, pa.string()), "person_id": pa.array(list(people), pa.string())}),
        pa.table({"record_id": pa.array(ids, pa.string()), "cluster": pa.array(list(clusters), pa.string())}),
    )


def test_the_truth_itself_is_perfect() -> None:
    assert compare("aabbc", "xxyyz") == Evaluation(5, 3, 3, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0)


def test_a_mixed_cluster_costs_precision() -> None:
    found = compare("aab", "xxx")
    assert (found.pairwise_precision, found.pairwise_recall) == (pytest.approx(1 / 3), 1.0)
    assert found.pairwise_f1 == pytest.approx(0.5)
    # Two records of whose cluster 2/3 is theirs, one of whose 1/3 is.
    assert found.bcubed_precision == pytest.approx(5 / 9)
    assert (found.exact, found.over_merge) == (0.0, 1.0)


def test_a_person_in_pieces_costs_recall() -> None:
    found = compare("aaab", "xxyz")
    assert (found.pairwise_precision, found.pairwise_recall) == (1.0, pytest.approx(1 / 3))
    assert found.bcubed_recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert (found.exact, found.over_merge) == (0.5, 0.0)


def test_pairs_count_after_closure_over_large_clusters() -> None:
    # 6 pairs found in the cluster of four, 2 of them true; 3 pairs to find.
    found = compare("aabbb", "xxxxy")
    assert (found.pairwise_precision, found.pairwise_recall) == (pytest.approx(2 / 6), pytest.approx(2 / 4))


def test_a_share_of_nothing_is_one() -> None:
    found = compare("abc", "xyz")
    assert (found.pairwise_precision, found.pairwise_recall, found.over_merge) == (1.0, 1.0, 0.0)
    assert compare("", "").pairwise_f1 == 1.0


def test_only_records_in_both_tables_count() -> None:
    found = evaluate(
        pa.table({"record_id": ["1", "2"], "person_id": ["a", "a"]}),
        pa.table({"record_id": ["2", "3"], "cluster": ["x", "x"]}),
    )
    assert (found.records, found.people, found.clusters) == (1, 1, 1)


def tables(people: str, clusters: str) -> tuple[pa.Table, pa.Table]:
    """One letter a record; ``.`` is a record of which the truth says nothing."""
    ids = [str(at) for at in range(len(people))]
    known = [(record, person) for record, person in zip(ids, people, strict=True) if person != "."]
    return (
        pa.table({"record_id": [record for record, _ in known], "person_id": [person for _, person in known]}),
        pa.table({"record_id": ids, "cluster": list(clusters)}),
    )


def test_a_complete_truth_makes_strangers_in_its_peoples_clusters_mistakes() -> None:
    truth, clusters = tables("aabb..", "xxyyyz")
    part = evaluate(truth, clusters)
    assert (part.pairwise_precision, part.exact, part.over_merge) == (1.0, 1.0, 0.0)
    whole = evaluate(truth, clusters, truth_is_complete=True)
    # Of two pairs of b with the stranger each is b's half.
    assert whole.pairwise_precision == pytest.approx(2 / (2 + 1))
    assert whole.bcubed_precision == pytest.approx((1 + 1 + 2 / 3 + 2 / 3) / 4)
    assert (whole.exact, whole.over_merge, whole.clusters) == (0.5, 0.5, 2)


def many(wrong: int, right: int) -> tuple[pa.Table, pa.Table]:
    """People of two records each: ``wrong`` of them in two pieces, ``right`` of them whole."""
    people = [f"p{at}" for at in range(wrong + right) for _ in range(2)]
    clusters = [f"c{at}-{piece if at < wrong else 0}" for at in range(wrong + right) for piece in range(2)]
    ids = [str(at) for at in range(len(people))]
    return pa.table({"record_id": ids, "person_id": people}), pa.table({"record_id": ids, "cluster": clusters})


def test_intervals_hold_the_truth_of_the_population_and_are_the_same_every_time() -> None:
    truth, clusters = many(20, 80)
    evaluation, intervals = evaluate_with_intervals(truth, clusters)
    assert evaluation.pairwise_recall == 0.8
    # The binomial interval of 80 among 100.
    assert intervals["exact"].low == pytest.approx(0.72, abs=0.015)
    assert intervals["exact"].high == pytest.approx(0.875, abs=0.015)
    assert intervals["pairwise_recall"] == intervals["exact"]
    turned = truth.take(list(range(truth.num_rows - 1, -1, -1)))
    assert evaluate_with_intervals(turned, clusters)[1] == intervals


def test_more_people_narrow_the_interval() -> None:
    few = evaluate_with_intervals(*many(2, 8))[1]["exact"]
    more = evaluate_with_intervals(*many(200, 800))[1]["exact"]
    assert few.low < more.low < 0.8 < more.high < few.high


def test_no_error_seen_is_no_proof_that_there_is_none() -> None:
    intervals = evaluate_with_intervals(*many(0, 60))[1]
    assert intervals["exact"] == Interval(0.95, 1.0)
    assert intervals["over_merge"] == Interval(0.0, 0.05)


def test_where_nobody_could_be_wrong_nothing_is_known() -> None:
    intervals = evaluate_with_intervals(*tables("abc", "xyz"))[1]
    assert intervals["pairwise_recall"] == Interval(0.0, 1.0)
    assert evaluate_with_intervals(*tables("..", "xy"))[1] == {}


def test_figures_go_out_by_name() -> None:
    assert compare("aab", "xxy").to_dict()["pairwise_f1"] == 1.0
