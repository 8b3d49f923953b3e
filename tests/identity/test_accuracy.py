"""People found in public data with known truth: one configuration for all of them.

Floors lie a little under what the code reaches; docs/decisions/0003-identity.md has the figures.
"""

from __future__ import annotations

import pytest

from benchmarks.people import make_people
from identity.evaluation import Evaluation, evaluate
from pipelines.clean.people import find_fitted_people
from tests.identity.labelled import FEBRL, PSEUDOPEOPLE, SENZING, Labelled, fake_1000, febrl, pseudopeople, senzing
from tests.identity.resolving import resolve

needs_febrl = pytest.mark.skipif(
    not FEBRL.is_dir(), reason="FEBRL is not ours to copy: no ../shared/data/febrl beside the checkout"
)


def resolved(labelled: Labelled) -> Evaluation:
    records, pairs, truth = labelled
    clusters = resolve(records, pairs)
    assert clusters.assignments.num_rows == records.num_rows
    return evaluate(truth, clusters.assignments)


def test_people_of_fake_1000_are_found() -> None:
    found = resolved(fake_1000())
    assert found.people == 251
    assert found.pairwise_precision >= 0.99
    assert found.pairwise_recall >= 0.87


@needs_febrl
@pytest.mark.parametrize(
    ("names", "with_number", "recall"),
    [
        (("dataset3",), False, 0.960),
        (("dataset3",), True, 0.996),
        (("dataset4a", "dataset4b"), False, 0.963),
        (("dataset4a", "dataset4b"), True, 0.993),
    ],
)
def test_people_of_febrl_are_found(names: tuple[str, ...], with_number: bool, recall: float) -> None:
    found = resolved(febrl(*names, with_number=with_number))
    assert found.pairwise_precision >= 0.9975
    assert found.pairwise_recall >= recall


def test_customers_who_share_roofs_phones_and_surnames_are_told_apart() -> None:
    found = resolved(make_people(10_000, seed=99))
    assert found.pairwise_precision >= 0.97
    assert found.pairwise_recall >= 0.90
    assert found.over_merge <= 0.015


@pytest.mark.skipif(not SENZING.is_dir(), reason="no ../shared/data/senzing beside the checkout")
@pytest.mark.parametrize(("load", "bcubed_f1"), [(1, 0.975), (2, 0.960)])
def test_families_juniors_and_offices_of_the_senzing_truth_set_are_told_apart(load: int, bcubed_f1: float) -> None:
    records, pairs, truth = senzing(load)
    _, found = find_fitted_people(records, pairs)
    assert evaluate(truth, found.clusters.assignments).bcubed_f1 >= bcubed_f1


@pytest.mark.slow
@pytest.mark.skipif(not PSEUDOPEOPLE.is_dir(), reason="no ../shared/data/pseudopeople beside the checkout")
def test_twins_and_couples_of_one_birth_date_are_told_apart() -> None:
    found = resolved(pseudopeople())
    assert found.bcubed_f1 >= 0.992
    assert found.over_merge <= 0.010
