"""How often levels occur in given pairs."""

from __future__ import annotations

import pyarrow as pa

from identity.comparison_columns import comparison_columns
from identity.level_counts import level_counts
from identity.match_models import read_match_model
from tests.identity.factories import make_record, make_tables

SETTINGS = read_match_model().settings


def counts(*pairs: tuple[str, str]) -> dict[tuple[str, str], int]:
    records, _ = make_tables(
        make_record("a", given_name="Anna", family_name="Vos", email="anna@vos.nl"),
        make_record("b", given_name="Anna", family_name="Blok"),
        make_record("c", given_name="Bert", family_name="Vos", email="bert@blok.nl"),
    )
    table = pa.table({"record_id_l": [one for one, _ in pairs], "record_id_r": [other for _, other in pairs]})
    return level_counts(SETTINGS, comparison_columns(records), table)


def test_every_pair_counts_in_the_level_that_speaks() -> None:
    found = counts(("a", "b"), ("a", "c"), ("b", "c"))
    assert found["given_name", "the same"] == 1
    assert found["given_name", "different"] == 2
    assert found["family_name", "the same"] == 1


def test_unknown_values_count_nowhere() -> None:
    found = counts(("a", "b"), ("a", "c"))
    assert sum(count for (comparison, _), count in found.items() if comparison == "email") == 1
    assert sum(count for (comparison, _), count in found.items() if comparison == "phone") == 0


def test_without_pairs_every_level_is_zero() -> None:
    records, _ = make_tables(make_record("a"))
    none = pa.table({"record_id_l": pa.array([], pa.string()), "record_id_r": pa.array([], pa.string())})
    assert set(level_counts(SETTINGS, comparison_columns(records), none).values()) == {0}
