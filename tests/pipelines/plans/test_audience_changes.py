"""Who enters and leaves an audience: people, told by their records, and the ids that a destination would be told."""

from __future__ import annotations

import pyarrow as pa

from pipelines.plans.audience_changes import AudienceChange, compare_audiences
from tests.pipelines.plans.test_regroupings import people


def members(*profile_ids: str) -> pa.Table:
    reasons = [f"because of {profile_id}" for profile_id in profile_ids]
    return pa.table({"profile_id": pa.array(profile_ids, pa.string()), "reason": pa.array(reasons, pa.string())})


def compare(before: dict[str, str], after: dict[str, str], old: pa.Table, new: pa.Table) -> AudienceChange:
    key = ("segment", "care")
    [found] = compare_audiences({key: old}, {key: new}, people(before), people(after), 2)
    return found


def test_a_member_who_gets_another_id_neither_enters_nor_leaves() -> None:
    found = compare({"a": "p", "b": "q"}, {"a": "q", "b": "q"}, members("p"), members("q"))
    assert (found.entering, found.leaving, found.ids_added, found.ids_removed) == (0, 0, 1, 1)
    assert found.is_changed


def test_two_members_who_become_one_leave_nobody_out() -> None:
    found = compare({"a": "p", "b": "q"}, {"a": "p", "b": "p"}, members("p", "q"), members("p"))
    assert (found.members_before, found.members_after, found.entering, found.leaving) == (2, 1, 0, 0)
    assert (found.ids_added, found.ids_removed) == (0, 1)


def test_who_enters_and_who_leaves_is_named_with_the_reason_of_the_membership() -> None:
    alone = {"a": "p", "b": "q", "c": "r", "n": "s"}
    found = compare({"a": "p", "b": "q", "c": "r"}, alone, members("p", "q"), members("q", "r", "s"))
    assert (found.entering, found.leaving) == (2, 1)
    assert found.entering_examples == (
        {"profile_id": "r", "reason": "because of r"},
        {"profile_id": "s", "reason": "because of s"},
    )
    assert found.leaving_examples == ({"profile_id": "p", "reason": "because of p"},)


def test_the_same_members_are_no_change() -> None:
    found = compare({"a": "p"}, {"a": "p"}, members("p"), members("p"))
    assert not found.is_changed
    assert (found.entering_examples, found.leaving_examples) == ((), ())
