"""Thresholds fitted to the data at hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from benchmarks.people import make_people
from identity.clustering import cluster_edges
from identity.comparison_columns import comparison_columns
from identity.evaluation import Evaluation, evaluate
from identity.fitted_thresholds import fit_thresholds, keep_match_weight, link_match_weight, with_thresholds
from identity.identifiers import PAIRS, identifier_states
from identity.known_shares import known_shares
from identity.match_models import read_match_model
from identity.scoring import score_pairs
from models.settings import IdentitySettings, Settings
from schemas.tables import IDENTIFIER_TYPES, TRAITS
from tests.identity.labelled import Labelled, fake_1000

MODEL = read_match_model()


def only(records: pa.Table, *columns: str) -> pa.Table:
    """The records with nothing but these columns known."""
    for name in {*TRAITS, *IDENTIFIER_TYPES} - set(columns):
        at = records.schema.get_field_index(name)
        field = records.schema.field(at)
        records = records.set_column(at, field, pa.nulls(records.num_rows, field.type))
    return records


def found(records: pa.Table, truth: pa.Table, settings: IdentitySettings) -> Evaluation:
    policies = Settings().identifier_policies()
    pairs = PAIRS.empty_table()
    edges = score_pairs(records, identifier_states(records, pairs, policies), MODEL, settings)
    return evaluate(truth, cluster_edges(records, pairs, edges, policies, settings).assignments)


@pytest.mark.parametrize(
    ("read", "columns", "gain"),
    [
        (fake_1000, ("given_name", "family_name", "city"), 0.01),
        (partial(make_people, 2000, 99), ("given_name", "family_name"), 0.02),
    ],
    ids=["names and city", "names"],
)
def test_short_records_are_found_better_than_with_the_threshold_of_full_ones(
    read: Callable[[], Labelled], columns: tuple[str, ...], gain: float
) -> None:
    records, _, truth = read()
    records = only(records, *columns)
    fitted = with_thresholds(_by_the_model(), fit_thresholds(MODEL, comparison_columns(records)))
    fixed = found(records, truth, IdentitySettings(link_match_weight=1.0, keep_match_weight=-1.0))
    ours = found(records, truth, fitted)
    assert ours.pairwise_f1 > fixed.pairwise_f1 + gain
    assert ours.bcubed_f1 > fixed.bcubed_f1
    assert ours.over_merge < 0.05


def test_full_records_keep_the_threshold_they_had() -> None:
    records, _, _ = fake_1000()
    assert fit_thresholds(MODEL, comparison_columns(records)).calibrated().link_match_weight == 0.5


def test_the_order_of_records_changes_nothing() -> None:
    records, _, _ = make_people(500, seed=3)
    compared = comparison_columns(records)
    backwards = compared.take(pa.array(range(compared.num_rows - 1, -1, -1)))
    assert fit_thresholds(MODEL, backwards) == fit_thresholds(MODEL, compared)


def test_what_is_known_is_told_per_comparison_as_the_model_understands_it() -> None:
    records, _, _ = fake_1000()
    known = known_shares(MODEL.settings, comparison_columns(records))
    assert known["birth_date"] == 1.0
    assert known["city"] == 0.65625
    # Nobody has them; and where another number tells nothing, it is as if nobody had one.
    assert (known["phone"], known["crm_id"], known["address"]) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("count", [0, 1])
def test_without_two_records_nothing_is_known(count: int) -> None:
    records, _, _ = fake_1000()
    known = known_shares(MODEL.settings, comparison_columns(records.slice(0, count)))
    assert set(known.values()) == {0.0}


def test_a_setting_overrules_the_model() -> None:
    settings = IdentitySettings(link_match_weight=6.0, keep_match_weight=2.0)
    assert link_match_weight(settings, MODEL) == 6.0
    assert keep_match_weight(settings, MODEL) == 2.0


def test_without_a_setting_the_model_decides() -> None:
    settings = with_thresholds(_by_the_model(), MODEL)
    assert settings.link_match_weight == MODEL.calibrated().link_match_weight
    assert settings.keep_match_weight == MODEL.calibrated().keep_match_weight


def test_what_links_is_kept_whatever_the_model_would_keep() -> None:
    settings = msgspec.structs.replace(_by_the_model(), link_match_weight=-5.0)
    assert keep_match_weight(settings, MODEL) == -5.0


def _by_the_model() -> IdentitySettings:
    return msgspec.structs.replace(IdentitySettings(), link_match_weight=None, keep_match_weight=None)


def test_records_that_say_nothing_are_no_pairs_to_weigh() -> None:
    records = only(fake_1000()[0])
    assert pc.all(pc.is_null(records["given_name"])).as_py()
    assert fit_thresholds(MODEL, comparison_columns(records)).calibrated().expected_recall == 0.0
