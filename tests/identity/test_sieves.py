"""Sifting drops no pair that Splink would keep, and keeps none that it would drop."""

from __future__ import annotations

from typing import Any

import duckdb
import msgspec
import pyarrow as pa
import pytest

from benchmarks.people import make_people
from identity import sieves
from identity.blocking import CANDIDATES, blocking_keys, candidate_pairs
from identity.comparison_columns import comparison_columns
from identity.frequencies import count_people, known_people
from identity.identifiers import identifier_states
from identity.junk_values import without_junk_values
from identity.match_models import MatchModel, read_match_model
from identity.scoring import with_places
from identity.sieves import sieve
from identity.splink_scores import predict
from models.errors import UsageError
from tests.identity.resolving import POLICIES


@pytest.fixture(autouse=True)
def _however_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sieves, "FEW_PAIRS", 0)


MODEL = read_match_model().of_records(900)


@pytest.fixture(scope="module")
def compared() -> pa.Table:
    records, pairs, _ = make_people(900, seed=8, numbered=True, described=True)
    return with_places(comparison_columns(without_junk_values(records, identifier_states(records, pairs, POLICIES))))


def sifted(compared: pa.Table, keep_match_weight: float, model: MatchModel = MODEL) -> pa.Table:
    counts = count_people(compared)
    with (
        duckdb.connect() as sql,
        sieve(sql, compared, counts, known_people(counts), model, keep_match_weight) as sift,
    ):
        return pa.concat_tables(sift(part) for part in candidate_pairs(blocking_keys(compared)))


@pytest.fixture(scope="module")
def weights(compared: pa.Table) -> dict[tuple[int, int], float]:
    """Splink's own match weight of every candidate pair."""
    counts = count_people(compared)
    with duckdb.connect() as sql:
        [pairs] = candidate_pairs(blocking_keys(compared))
        _, scored = next(predict(sql, compared, [pairs], counts, known_people(counts), MODEL, -1000.0))
        rows = sql.execute(f"select place_l, place_r, match_weight from {scored}").fetchall()
    return {(left, right): weight for left, right, weight in rows}


@pytest.mark.parametrize("keep_match_weight", [-1000.0, -8.0, -1.5, 0.5, 12.0])
def test_the_pairs_that_are_left_are_those_that_splink_keeps(
    compared: pa.Table, weights: dict[tuple[int, int], float], keep_match_weight: float
) -> None:
    found = sifted(compared, keep_match_weight)
    assert found.schema.equals(CANDIDATES)
    pairs = list(zip(found["join_key_l"].to_pylist(), found["join_key_r"].to_pylist(), strict=True))
    assert pairs == sorted(pair for pair, weight in weights.items() if weight >= keep_match_weight)
    assert len(weights) > 2000


def test_what_no_pair_can_reach_leaves_none(compared: pa.Table) -> None:
    assert sifted(compared, 1000.0).num_rows == 0


def test_a_level_that_adjusts_and_has_nothing_to_compare_with_is_named(compared: pa.Table) -> None:
    comparisons = msgspec.to_builtins(MODEL.settings["comparisons"])
    level = next(level for level in comparisons[1]["comparison_levels"] if "tf_adjustment_column" in level)
    level |= {"tf_adjustment_column": "first_name", "disable_tf_exact_match_detection": False}
    model = msgspec.structs.replace(MODEL, settings=MODEL.settings | {"comparisons": comparisons})
    with pytest.raises(UsageError, match="family_name: the same.*no level that says first_name_l = first_name_r"):
        sifted(compared, 0.0, model)


def test_a_few_pairs_are_left_to_splink_as_they_are(compared: pa.Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sieves, "FEW_PAIRS", 10_000)
    found = sifted(compared, 12.0)
    [pairs] = candidate_pairs(blocking_keys(compared))
    assert found.num_rows == pairs.num_rows
    assert found.schema.equals(CANDIDATES)


OWN_LEVELS = {
    "given_name": "levenshtein(first_name_l, first_name_r) <= 2 AND NOT coalesce(email_l = email_r, false)",
    "family_name": "jaccard(family_name_l, family_name_r) > 0.5 OR contains(family_name_l, family_name_r)",
    "phone": "abs(right(phone_l, 4)::int - right(phone_r, 4)::int) <= 2",
}


@pytest.mark.parametrize("keep_match_weight", [-8.0, 0.5])
def test_a_model_of_ones_own_with_other_functions_is_sifted_as_splink_would(
    compared: pa.Table, keep_match_weight: float
) -> None:
    comparisons = msgspec.to_builtins(MODEL.settings["comparisons"])
    for comparison in comparisons:
        levels = comparison["comparison_levels"]
        if (condition := OWN_LEVELS.get(comparison["output_column_name"])) is not None:
            levels.insert(-1, levels[-2] | {"sql_condition": condition})
    model = msgspec.structs.replace(MODEL, settings=MODEL.settings | {"comparisons": comparisons})
    counts = count_people(compared)
    with duckdb.connect() as sql:
        [pairs] = candidate_pairs(blocking_keys(compared))
        _, scored = next(predict(sql, compared, [pairs], counts, known_people(counts), model, keep_match_weight))
        expected = sql.execute(f"select place_l, place_r from {scored} order by 1, 2").fetchall()
    found = sifted(compared, keep_match_weight, model)
    assert list(zip(found["join_key_l"].to_pylist(), found["join_key_r"].to_pylist(), strict=True)) == expected


def test_places_may_have_gaps_and_records_stand_in_any_order(compared: pa.Table) -> None:
    """As they do of the records that a run compares anew."""
    counts, expected = count_people(compared), sifted(compared, 0.5)
    places = pa.array([3 * place + 5 for place in compared["place"].to_pylist()])
    apart = compared.set_column(compared.schema.get_field_index("place"), "place", places)
    with (
        duckdb.connect() as sql,
        sieve(sql, apart.sort_by("first_name"), counts, known_people(counts), MODEL, 0.5) as sift,
    ):
        found = pa.concat_tables(sift(part) for part in candidate_pairs(blocking_keys(apart)))
    keys = [[(key - 5) // 3 for key in found[name].to_pylist()] for name in ("join_key_l", "join_key_r")]
    assert keys == [expected[name].to_pylist() for name in ("join_key_l", "join_key_r")]


def test_numbers_alone_tell_of_most_pairs_that_they_are_not_worth_keeping(
    compared: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    real = sieves.answers

    def counted(*arguments: Any) -> pa.Table:
        asked.append(arguments[3].num_rows)
        return real(*arguments)

    monkeypatch.setattr(sieves, "answers", counted)
    left = sifted(compared, -1.5).num_rows
    [pairs] = candidate_pairs(blocking_keys(compared))
    assert left <= sum(asked) < (left + pairs.num_rows) / 2
