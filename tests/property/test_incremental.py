"""An incremental evaluation gives what a full one gives: whatever came, changed or went, in whatever batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
import pyarrow as pa
from hypothesis import HealthCheck, event, given
from hypothesis import strategies as st

from benchmarks.people import make_people
from identity.changed_states import Changed
from identity.judgements import Judgement, judgements_table
from identity.match_models import read_match_model
from identity.people import Rules
from tests.identity.factories import make_record, make_tables
from tests.identity.resolving import POLICIES, SETTINGS
from tests.property.test_identity_order import VALUES
from tests.support.examples import examples
from tests.support.resolved import Resolved

RULES = Rules(SETTINGS, POLICIES, read_match_model())
# Values that three people have are junk, so that values turn junk and back all the time.
STRICT = replace(RULES, policies=POLICIES | {
    name: msgspec.structs.replace(POLICIES[name], max_people_per_value=2) for name in ("email", "phone")
})  # fmt: skip
# Hypothesis prints what failed, which rules with a whole match model are too long for.
BY_RULES = {"usual": RULES, "strict": STRICT}
IDS = [f"{at:02}" for at in range(12)]
STATE = st.dictionaries(st.sampled_from(IDS), VALUES, min_size=1, max_size=12)
CHANGE = st.dictionaries(st.sampled_from(IDS), st.one_of(st.none(), VALUES), min_size=1, max_size=4)


Values = dict[str, dict[str, Any]]
Change = Mapping[str, dict[str, Any] | None]

BACKGROUND = make_people(300, seed=8)
"""Other people, so that a handful of records more or less does not move what every weight depends on."""


def resolved(values: dict[str, dict[str, Any]], rules: Rules = RULES) -> Resolved:
    """Evaluated in full."""
    found = Resolved(rules)
    mine = make_tables(*(make_record(name, **columns) for name, columns in sorted(values.items())))
    records, pairs = (pa.concat_tables(parts) for parts in zip(mine, BACKGROUND[:2], strict=True))
    found.rebuild(records.sort_by("record_id"), pairs)
    return found


def after(values: Values, change: Change) -> Values:
    """The records with the change made."""
    return {name: columns for name, columns in (values | change).items() if columns is not None}


def changed(change: Change) -> Changed:
    """None is a record that is gone."""
    rows = [make_record(name, **columns) for name, columns in sorted(change.items()) if columns is not None]
    return Changed(*make_tables(*rows), frozenset(name for name, columns in change.items() if columns is None))


@examples(8, few=2, suppress_health_check=[HealthCheck.too_slow])
@given(STATE, st.lists(CHANGE, min_size=1, max_size=3), st.sampled_from(sorted(BY_RULES)))
def test_changes_one_after_the_other_give_what_a_full_evaluation_gives(
    before: Values, changes: list[Change], by: str
) -> None:
    rules = BY_RULES[by]
    found, values = resolved(before, rules), dict(before)
    for change in changes:
        event("by increment" if found.change(changed(change)) else "in full")
        values = after(values, change)
    assert found.content() == resolved(values, rules).content()


@examples(8, few=1, suppress_health_check=[HealthCheck.too_slow])
@given(STATE, CHANGE, st.sampled_from(sorted(BY_RULES)))
def test_a_change_made_again_changes_nothing_and_taken_back_it_leaves_nothing(
    before: Values, change: Change, by: str
) -> None:
    found = resolved(before, BY_RULES[by])
    was = found.content()
    found.change(changed(change))
    once = found.content()
    found.change(changed(change))
    assert found.content() == once
    found.change(changed({name: before.get(name) for name in change}))
    assert found.content() == was


@examples(8, few=1, suppress_health_check=[HealthCheck.too_slow])
@given(STATE, CHANGE, CHANGE, st.sampled_from(sorted(BY_RULES)))
def test_two_changes_of_different_records_commute(before: Values, one: Change, other: Change, by: str) -> None:
    other = {name: columns for name, columns in other.items() if name not in one}
    contents = []
    for order in ((one, other), (other, one)):
        found = resolved(before, BY_RULES[by])
        for change in order:
            found.change(changed(change))
        contents.append(found.content())
    assert contents[0] == contents[1]


@examples(8, few=1, suppress_health_check=[HealthCheck.too_slow])
@given(STATE, CHANGE, st.tuples(st.sampled_from(IDS), st.sampled_from(IDS), st.sampled_from(("same", "different"))))
def test_a_judgement_and_its_removal_leave_what_never_had_it(
    before: Values, change: Change, judged: tuple[str, str, str]
) -> None:
    found = resolved(before)
    said = [Judgement(*judged, "kim", "2026-05-01T10:00:00Z", "seen")] if judged[0] != judged[1] else []
    with_it = replace(RULES, judgements=judgements_table(said))
    found.rules = with_it
    found.change(changed(change))
    values = after(before, change)
    assert found.content() == resolved(values, with_it).content()
    found.rules = RULES
    found.change(changed({}))
    assert found.content() == resolved(values).content()


@examples(6, few=1, suppress_health_check=[HealthCheck.too_slow])
@given(STATE, CHANGE)
def test_other_limits_give_what_they_would_have_given_from_the_first_and_back_again(
    before: Values, change: Change
) -> None:
    found, values = resolved(before), after(before, change)
    found.change(changed(change))
    for rules in (STRICT, RULES):
        found.rules = rules
        found.rebuild(*found.after(changed({})))
        assert found.content() == resolved(values, rules).content()


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
