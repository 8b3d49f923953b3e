"""Sets that grow by union."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from identity.disjoint_sets import DisjointSets


def test_a_member_never_seen_stands_for_itself() -> None:
    assert DisjointSets().find("a") == "a"


def test_uniting_says_whether_the_two_were_apart_and_keeps_the_first_as_the_one_that_stands_for_both() -> None:
    sets = DisjointSets()
    assert sets.unite("a", "b")
    assert sets.unite("b", "c")
    assert not sets.unite("c", "a")
    assert {sets.find(member) for member in "abc"} == {"a"}


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"))))
def test_two_members_are_together_exactly_when_pairs_lead_from_one_to_the_other(pairs: list[tuple[str, str]]) -> None:
    sets = DisjointSets()
    for one, other in pairs:
        sets.unite(one, other)
    for start in "abcdefgh":
        reached, waiting = {start}, [start]
        while waiting:
            here = waiting.pop()
            new = {b for a, b in pairs if a == here} | {a for a, b in pairs if b == here}
            waiting += new - reached
            reached |= new
        assert {member for member in "abcdefgh" if sets.find(member) == sets.find(start)} == reached
