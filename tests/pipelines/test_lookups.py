"""From what a person types to profiles and records."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from models.errors import UsageError
from models.lakes import LAKE, Lake, open_lake
from pipelines.lookups import Found, find_profile, find_profiles, find_records, follow_successors
from tests.support.lakes import LakeStory, at, make_lake

IDENTIFIERS = (
    "('till', 'loyalty_id:p1', 'email', 'anneke@people.test')",
    "('shop', 'user_id:u1', 'email', 'anneke@people.test')",
    "('till', 'loyalty_id:p2', 'phone', '+31612345678')",
)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """Two people, of whom one was three; a third shares her address with the first."""
    story = LakeStory()
    story.person("p1", records=["till:loyalty_id:p1", "shop:user_id:u1"], email="anneke@people.test")
    story.person("p2", phone="+31612345678")
    story.person("p3", email="family@people.test")
    story.person("p4", email="family@people.test")
    minted = {"minted_at": at("2025-01-01"), "minted_run_id": "r1", "retired_at": at("2025-02-01")}
    for old, successor in (("old1", "old2"), ("old2", "p1"), ("gone", None), ("loop1", "loop2"), ("loop2", "loop1")):
        story.profile_ids.append(minted | {"profile_id": old, "successor": successor, "retired_run_id": "r2"})
    workspace = make_lake(tmp_path_factory.mktemp("lookups") / "ws")
    with open_lake(workspace) as opened:
        story.write(opened)
        opened.connection.execute(
            f"""insert into {LAKE}.identity.record_identifiers
            select source || ':' || record, type, value, timestamptz '2026-01-01', timestamptz '2026-01-01', 1
            from (values {", ".join(IDENTIFIERS)}) as seen(source, record, type, value)"""
        )
        yield opened


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("p1", [Found("p1", "profile id")]),
        ("old1", [Found("p1", "retired profile id")]),
        ("shop:user_id:u1", [Found("p1", "record id")]),
        ("anneke@people.test", [Found("p1", "email")]),
        ("  Anneke@People.TEST ", [Found("p1", "email")]),
        ("email:Anneke@People.test", [Found("p1", "email")]),
        ("06 1234 5678", [Found("p2", "phone")]),
        ("phone:0031612345678", [Found("p2", "phone")]),
        ("family@people.test", [Found("p3", "email"), Found("p4", "email")]),
        ("phone:anneke@people.test", []),
        ("nobody@people.test", []),
        ("gone", []),
        ("loop1", []),
        ("email:", []),
        ("", []),
    ],
)
def test_a_text_points_at_profiles(lake: Lake, text: str, found: list[Found]) -> None:
    assert find_profiles(lake, text) == found


def test_one_profile_is_found_by_what_only_it_carries(lake: Lake) -> None:
    assert find_profile(lake, "anneke@people.test") == "p1"


def test_a_value_that_nobody_carries_is_refused_without_repeating_it(lake: Lake) -> None:
    with pytest.raises(UsageError) as caught:
        find_profile(lake, "nobody@people.test")
    assert str(caught.value) == (
        "No profile with that id or identifier is published. Is it spelled right, and has 'klantbeeld run' been?"
    )


def test_a_shared_value_is_refused_with_the_profiles_that_carry_it(lake: Lake) -> None:
    with pytest.raises(UsageError) as caught:
        find_profile(lake, "family@people.test")
    assert str(caught.value) == "2 profiles carry that email: p3, p4. Name one of them."


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("shop:user_id:u1", ["shop:user_id:u1"]),
        ("p1", ["shop:user_id:u1", "till:loyalty_id:p1"]),
        ("old2", ["shop:user_id:u1", "till:loyalty_id:p1"]),
        ("Anneke@people.test", ["shop:user_id:u1", "till:loyalty_id:p1"]),
        ("phone:06-12345678", ["till:loyalty_id:p2"]),
        ("email:+31612345678", []),
    ],
)
def test_a_text_points_at_source_records(lake: Lake, text: str, records: list[str]) -> None:
    assert find_records(lake, text) == records


def test_successors_are_followed_to_the_live_id_and_never_for_ever(lake: Lake) -> None:
    ids = ("old1", "old2", "p1", "gone", "loop1", "never minted")
    assert [follow_successors(lake, one) for one in ids] == ["p1", "p1", "p1", None, None, None]


def test_a_profile_of_which_nothing_is_left_is_refused_with_the_way_to_its_life(lake: Lake) -> None:
    with pytest.raises(UsageError) as caught:
        find_profile(lake, "gone")
    assert str(caught.value) == (
        "Profile gone has ended: none of its records is left. Its life: klantbeeld history gone"
    )
