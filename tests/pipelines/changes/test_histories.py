"""The life of a profile and of a record, in words."""

from __future__ import annotations

import pytest

from models.errors import UsageError
from models.lakes import Lake
from pipelines.changes.histories import read_history
from pipelines.changes.sentences import say_cause
from tests.pipelines.changes.ledgers import ONE, THREE, TWO, ledger_rows

SHARED = f"{ONE} and {TWO} share the email, +9.5"


def lives(lake: Lake, text: str) -> list[str]:
    return [change["says"] for change in read_history(lake, text).changes]


def test_the_life_of_a_record_says_where_it_went_and_why(lake: Lake) -> None:
    history = read_history(lake, TWO)
    assert (history.kind, history.subject, history.profile_id) == ("record", TWO, "p1")
    assert lives(lake, TWO) == ["came into profile p2: it is new", f"went from profile p2 to p1: {SHARED}"]


def test_the_life_of_a_profile_says_who_came_and_what_was_merged_into_it(lake: Lake) -> None:
    assert read_history(lake, "p1").profile_id == "p1"
    assert lives(lake, "p1") == [
        "began: it is new",
        f"record {ONE} came: it is new",
        f"record {TWO} came from profile p2: {SHARED}",
        f"profile p2 was merged into it: {SHARED}",
    ]


def test_a_retired_profile_keeps_its_life_and_names_what_it_is_now(lake: Lake) -> None:
    assert read_history(lake, "p2").profile_id == "p1"
    assert lives(lake, "p2") == [
        "began: it is new",
        f"record {TWO} came: it is new",
        f"record {TWO} went to profile p1: {SHARED}",
        f"was merged into profile p1: {SHARED}",
    ]


def test_what_was_removed_is_no_more(lake: Lake) -> None:
    assert read_history(lake, "p3").profile_id is None
    assert lives(lake, "p3")[2:] == [f"record {THREE} was removed", "ended: none of its records is left"]
    assert lives(lake, THREE) == ["came into profile p3: it is new", "was removed; it had been in profile p3"]


def test_what_nobody_knows_is_refused(lake: Lake) -> None:
    with pytest.raises(UsageError, match="No profile with that id or identifier is published"):
        read_history(lake, "nobody@people.test")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cause": "judgement", "cause_rule": "different", "cause_judgement": 7},
         "a and b were judged to be different people (decision 7)"),
        ({"cause": "judgement", "cause_rule": "same"}, "a and b were judged to be one person"),
        ({"cause": "edge", "cause_rule": "birth_date_and_surname", "cause_match_weight": 4.25},
         "a and b are alike (found by birth date and surname), +4.2"),
        ({"cause": "rules"}, "the rules changed"),
        ({"cause": "match_model", "cause_rule": "phone", "cause_match_weight": 8.0},
         "the match model changed, and a and b share the phone, +8.0"),
        ({"cause": "evidence"}, "the evidence changed and holds them together no more"),
    ],
)  # fmt: skip
def test_every_cause_has_its_words(change: dict[str, object], words: str) -> None:
    row = ledger_rows("run1")[0] | {"cause_record_id_l": "a", "cause_record_id_r": "b"} | change
    assert say_cause(row) == words
