"""How good clusters are, against known truth."""

from __future__ import annotations

import pyarrow as pa
import pytest

from identity.evaluation import Evaluation, evaluate


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


def test_figures_go_out_by_name() -> None:
    assert compare("aab", "xxy").to_dict()["pairwise_f1"] == 1.0
