from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.audiences.memberships import changed_profiles, diff_memberships

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 7, 1, tzinfo=UTC)
STRING = pa.string()


def candidates(*rows: tuple[str, str, str | None]) -> pa.Table:
    fields = [("profile_id", STRING), ("reason", STRING), ("left_out", STRING)]
    return pa.Table.from_pylist(
        [dict(zip(("profile_id", "reason", "left_out"), row, strict=True)) for row in rows], schema=pa.schema(fields)
    )


def stays(*rows: tuple[str, datetime, str]) -> pa.Table:
    fields = [("profile_id", STRING), ("entered_at", pa.timestamp("us", tz="UTC")), ("entered_reason", STRING)]
    return pa.Table.from_pylist(
        [dict(zip(("profile_id", "entered_at", "entered_reason"), row, strict=True)) for row in rows],
        schema=pa.schema(fields),
    )


def retired(*rows: tuple[str, str | None]) -> pa.Table:
    fields = [("profile_id", STRING), ("successor", STRING)]
    return pa.Table.from_pylist([{"profile_id": old, "successor": new} for old, new in rows], schema=pa.schema(fields))


def diff(now: pa.Table, before: pa.Table, gone: pa.Table) -> list[tuple[str, str, datetime, str]]:
    rows = diff_memberships(now, before, gone, NOW).to_pylist()
    return [(row["profile_id"], row["change"], row["entered_at"], row["reason"]) for row in rows]


def test_a_new_member_enters_for_the_segments_reason_and_an_old_one_keeps_its_own() -> None:
    now = candidates(("p1", "bought for 10", None), ("p2", "bought for 20", None))
    assert diff(now, stays(("p1", START, "bought for 5")), retired()) == [
        ("p1", "kept", START, "bought for 5"),
        ("p2", "added", NOW, "bought for 20"),
    ]


def test_a_member_leaves_because_the_segment_no_longer_has_them_or_because_they_are_suppressed() -> None:
    now = candidates(("p1", "r", "suppressed: unsubscribed"), ("p2", "r", "no e-mail address"))
    before = stays(("p1", START, "r"), ("p2", START, "r"), ("p3", START, "r"))
    assert [(row[0], row[1], row[3]) for row in diff(now, before, retired())] == [
        ("p1", "removed", "suppressed: unsubscribed"),
        ("p2", "removed", "no e-mail address"),
        ("p3", "removed", "no longer in segment"),
    ]


def test_a_stay_goes_on_under_the_profile_that_the_member_was_merged_into() -> None:
    now = candidates(("p9", "bought for 30", None))
    gone = retired(("p1", "p5"), ("p5", "p9"))
    assert diff(now, stays(("p1", START, "bought for 5")), gone) == [
        ("p1", "removed", START, "merged into p9"),
        ("p9", "added", START, "was in as p1, now merged: bought for 5"),
    ]


def test_of_two_merged_members_the_longer_stay_goes_on() -> None:
    later = START + timedelta(days=9)
    before = stays(("p1", later, "late"), ("p2", START, "early"))
    found = diff(candidates(("p9", "r", None)), before, retired(("p1", "p9"), ("p2", "p9")))
    assert found[-1] == ("p9", "added", START, "was in as p2, now merged: early")


def test_a_member_that_absorbs_another_keeps_the_stay_it_has() -> None:
    before = stays(("p1", START, "a"), ("p2", START + timedelta(days=3), "b"))
    assert diff(candidates(("p2", "r", None)), before, retired(("p1", "p2"))) == [
        ("p1", "removed", START, "merged into p2"),
        ("p2", "kept", START + timedelta(days=3), "b"),
    ]


def test_a_member_merged_into_somebody_who_is_left_out_goes_out_and_nobody_comes_in() -> None:
    found = diff(candidates(("p2", "r", "suppressed: complained")), stays(("p1", START, "a")), retired(("p1", "p2")))
    assert found == [("p1", "removed", START, "merged into p2")]


def test_a_member_whose_profile_was_taken_away_without_successor_goes_out() -> None:
    found = diff(candidates(), stays(("p1", START, "a")), retired(("p1", None)))
    assert found == [("p1", "removed", START, "profile no longer exists")]


PEOPLE = [f"p{number}" for number in range(6)]
REASONS = st.sampled_from([None, "suppressed: unsubscribed"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(PEOPLE), REASONS), max_size=5))
def test_after_every_sync_the_open_stays_are_exactly_the_members(history: list[dict[str, str | None]]) -> None:
    open_stays: dict[str, tuple[datetime, str]] = {}
    for step, people in enumerate(history):
        now = candidates(*((profile_id, f"reason {step}", left_out) for profile_id, left_out in people.items()))
        before = stays(*((profile_id, *stay) for profile_id, stay in open_stays.items()))
        moment = NOW + timedelta(days=step)
        for row in diff_memberships(now, before, retired(), moment).to_pylist():
            if row["change"] == "removed":
                del open_stays[row["profile_id"]]
            elif row["change"] == "added":
                assert row["profile_id"] not in open_stays
                open_stays[row["profile_id"]] = (row["entered_at"], row["reason"])
            else:
                assert open_stays[row["profile_id"]] == (row["entered_at"], row["reason"])
        assert set(open_stays) == {profile_id for profile_id, left_out in people.items() if left_out is None}


def test_a_profile_is_updated_when_a_value_differs_also_from_nothing() -> None:
    before = pa.table({"profile_id": ["p1", "p2", "p3"], "email": ["a@x.test", None, "c@x.test"]})
    now = pa.table({"profile_id": ["p1", "p2", "p3"], "email": ["a@x.test", "b@x.test", None]})
    assert changed_profiles(now, before).to_pylist() == ["p2", "p3"]
    assert changed_profiles(now, before.rename_columns(["profile_id", "phone"])).to_pylist() == ["p1", "p2", "p3"]
