"""An incremental evaluation gives what a full one gives: whatever came, changed or went, in whatever batches."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, event, given
from hypothesis import strategies as st

from benchmarks.people import make_people
from identity.changed_states import Changed
from identity.match_models import read_match_model
from identity.people import Rules
from tests.identity.factories import make_record, make_tables
from tests.identity.resolving import POLICIES, SETTINGS
from tests.property.test_identity_order import VALUES
from tests.support.examples import examples
from tests.support.resolved import Resolved

RULES = Rules(SETTINGS, POLICIES, read_match_model())
IDS = [f"{at:02}" for at in range(12)]
STATE = st.dictionaries(st.sampled_from(IDS), VALUES, min_size=1, max_size=12)
CHANGE = st.dictionaries(st.sampled_from(IDS), st.one_of(st.none(), VALUES), min_size=1, max_size=4)


BACKGROUND = make_people(300, seed=8)
"""Other people, so that a handful of records more or less does not move what every weight depends on."""


def resolved(values: dict[str, dict[str, Any]]) -> Resolved:
    """Evaluated in full."""
    found = Resolved(RULES)
    mine = make_tables(*(make_record(name, **columns) for name, columns in sorted(values.items())))
    records, pairs = (pa.concat_tables(parts) for parts in zip(mine, BACKGROUND[:2], strict=True))
    found.rebuild(records.sort_by("record_id"), pairs)
    return found


def changed(change: dict[str, dict[str, Any] | None]) -> Changed:
    """None is a record that is gone."""
    rows = [make_record(name, **columns) for name, columns in sorted(change.items()) if columns is not None]
    return Changed(*make_tables(*rows), frozenset(name for name, columns in change.items() if columns is None))


@examples(8, few=2, suppress_health_check=[HealthCheck.too_slow])
@given(STATE, st.lists(CHANGE, min_size=1, max_size=3))
def test_changes_one_after_the_other_give_what_a_full_evaluation_gives(
    before: dict[str, dict[str, Any]], changes: list[dict[str, dict[str, Any] | None]]
) -> None:
    found, values = resolved(before), dict(before)
    for change in changes:
        event("by increment" if found.change(changed(change)) else "in full")
        values = {name: columns for name, columns in (values | change).items() if columns is not None}
    assert found.content() == resolved(values).content()


def test_batches_of_a_population_give_the_people_of_all_at_once() -> None:
    records, pairs, _ = make_people(1_500, seed=5)
    cut = [0, 1_300, 1_330, 1_331, 1_380, 1_400, records.num_rows]
    found = Resolved(RULES)
    order = pa.array(sorted(range(records.num_rows), key=lambda at: hash((at, 7)) % 1_000_003), pa.int64())
    shuffled = records.take(order)
    for start, end in zip(cut, cut[1:], strict=False):
        part = shuffled.slice(start, end - start).sort_by("record_id")
        ids = pa.table({"record_id": part["record_id"]})
        mine = pairs.join(ids, "record_id", join_type="inner").select(pairs.column_names).cast(pairs.schema)
        if start:
            found.change(Changed(part, mine))
        else:
            found.rebuild(part, mine.sort_by([("record_id", "ascending"), ("type", "ascending")]))
    whole = Resolved(RULES)
    whole.rebuild(records.sort_by("record_id"), pairs)
    assert found.increments >= 2
    assert found.content() == whole.content()
