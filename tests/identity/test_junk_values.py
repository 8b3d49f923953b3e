"""Values that are nobody's are unknown to scoring, and records without them are spelled as if they never had them."""

from __future__ import annotations

import pyarrow as pa

from benchmarks.people import make_people
from identity.comparison_columns import comparison_columns
from identity.identifiers import identifier_states
from identity.junk_values import columns_without_junk_values, without_junk_values
from models.settings import Settings
from tests.identity.factories import make_record, make_tables

POLICIES = Settings().identifier_policies()


def test_junk_values_are_null_and_all_else_stays_in_its_place() -> None:
    records, pairs = make_tables(
        make_record("2", email="test@test.com", phone="+31623981742"), make_record("1", email="anna@post.nl")
    )
    real = without_junk_values(records, identifier_states(records, pairs, POLICIES))
    assert real["record_id"].to_pylist() == records["record_id"].to_pylist()
    assert dict(zip(real["record_id"].to_pylist(), real["email"].to_pylist(), strict=True)) == {
        "1": "anna@post.nl",
        "2": None,
    }
    assert real.schema.equals(records.schema)
    assert real["phone"].equals(records["phone"])


def test_columns_of_records_that_lost_a_value_are_those_of_records_that_never_had_it() -> None:
    records, pairs, _ = make_people(2000, seed=5, numbered=True)
    # Every tenth value is declared junk.
    every_tenth = pa.array([at % 10 == 0 for at in range(pairs.num_rows)])
    junk = pairs.filter(every_tenth).group_by(["type", "value"]).aggregate([])
    states = junk.append_column("state", pa.repeat("junk", junk.num_rows))
    real = without_junk_values(records, states)
    assert all(real[name].null_count > records[name].null_count for name in ("email", "phone"))
    found = columns_without_junk_values(records, real, comparison_columns(records))
    assert found.equals(comparison_columns(real))


def test_without_junk_the_columns_are_the_very_same() -> None:
    records, pairs = make_tables(make_record("1", email="anna@post.nl"))
    compared = comparison_columns(records)
    real = without_junk_values(records, identifier_states(records, pairs, POLICIES))
    assert columns_without_junk_values(records, real, compared) is compared
    assert isinstance(real, pa.Table)
