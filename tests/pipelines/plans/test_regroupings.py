"""What becomes of people: merged, split, both, as they were, new or gone."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipelines.plans.regroupings import Regrouping, compare_people


def people(assignment: dict[str, str]) -> pa.Table:
    columns = {"record_id": pa.array(assignment, pa.string()), "profile_id": pa.array(assignment.values(), pa.string())}
    return pa.table(columns)


def test_people_that_keep_their_records_are_unchanged_whatever_they_are_called() -> None:
    found = compare_people(people({"a": "p", "b": "p", "c": "q"}), people({"a": "x", "b": "x", "c": "q"}))
    assert (found.before, found.after, found.unchanged, found.new, found.gone) == (2, 2, 2, 0, 0)
    assert found.regroupings == ()


def test_merges_splits_and_rearrangements_are_told_apart() -> None:
    before = people({"a": "p", "b": "q", "c": "r", "d": "r", "e": "s", "f": "s", "g": "t"})
    after = people({"a": "p", "b": "p", "c": "r", "d": "u", "e": "s", "f": "t", "g": "t"})
    found = compare_people(before, after)
    assert [(one.kind, one.before, one.after) for one in found.regroupings] == [
        ("merge", {"p": 1, "q": 1}, {"p": 2}),
        ("split", {"r": 2}, {"r": 1, "u": 1}),
        ("rearrangement", {"s": 2, "t": 1}, {"s": 1, "t": 2}),
    ]
    assert [one.records for one in found.regroupings] == [2, 2, 3]


def test_a_new_record_that_joins_two_people_merges_them_and_one_alone_is_a_new_person() -> None:
    found = compare_people(people({"a": "p", "b": "q"}), people({"a": "p", "b": "p", "n": "p", "m": "x"}))
    assert (found.unchanged, found.new, found.gone) == (0, 1, 0)
    assert found.regroupings == (Regrouping({"p": 1, "q": 1}, {"p": 2}),)


def test_a_person_of_whom_no_record_is_left_is_gone_and_one_who_lost_a_record_is_unchanged() -> None:
    found = compare_people(people({"a": "p", "b": "p", "c": "q"}), people({"a": "p"}))
    assert (found.before, found.after, found.unchanged, found.gone) == (2, 1, 1, 1)


assignments = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("pqrs"))


@given(assignments, assignments)
def test_every_person_is_counted_once_and_going_back_is_the_mirror(
    before: dict[str, str], after: dict[str, str]
) -> None:
    found, back = compare_people(people(before), people(after)), compare_people(people(after), people(before))
    moved = found.regroupings
    assert found.before == len(set(before.values()))
    assert found.before == found.unchanged + found.gone + sum(len(one.before) for one in moved)
    assert found.after == found.unchanged + found.new + sum(len(one.after) for one in moved)
    assert (back.unchanged, back.new, back.gone) == (found.unchanged, found.gone, found.new)
    mirrored = {(frozenset(one.after.items()), frozenset(one.before.items())) for one in back.regroupings}
    assert {(frozenset(one.before.items()), frozenset(one.after.items())) for one in moved} == mirrored
