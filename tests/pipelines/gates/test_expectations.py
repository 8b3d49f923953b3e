"""Each expectation of each gate, on a lake that is broken for its sake alone."""

from __future__ import annotations

import json
from collections.abc import Iterator

import duckdb
import pytest

from models.errors import FatalError
from models.lakes import Lake, open_lake
from models.settings import parse_settings
from pipelines.gates.evaluations import evaluate
from pipelines.gates.expectations import Expectation, gate_expectations
from pipelines.gates.measurements import measure
from tests.support.built_lakes import built_copy

pytestmark = pytest.mark.xdist_group("built_lake")

SETTINGS = """
[gates]
max_audience_change = 0.5
min_audience_for_change = 10

[audiences.care]
segment = "open_complaints"
channel = "any"
"""
FIRST_SALE = "where log_offset = 0"
PEOPLES_VALUES = ("people.test", "Anneke", "Zeldenrust", "+316", "p01_lapsed", "p08_complaint")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """A built lake that tests break inside a transaction, which is rolled back."""
    workspace = built_copy(tmp_path_factory.mktemp("gates") / "ws", SETTINGS)
    with open_lake(workspace) as opened:
        yield opened


def failures_of(lake: Lake, statements: list[str], settings: str = SETTINGS) -> list[tuple[str, str, str, object]]:
    """Gate, subject, words and observed figures of every failure after these statements."""
    lake.connection.execute("begin")
    try:
        for statement in statements:
            lake.connection.execute(statement)
        figures = measure(lake)
    finally:
        lake.connection.execute("rollback")
    results = evaluate(figures, gate_expectations(parse_settings(settings)))
    assert not any(value in str(result) for result in results for value in PEOPLES_VALUES)
    assert all(result.advice for result in results)
    return [
        (result.gate, result.subject, result.expectation, json.loads(result.observed))
        for result in results
        if not result.passed
    ]


def test_a_good_lake_meets_every_expectation(lake: Lake) -> None:
    assert failures_of(lake, []) == []
    assert len(gate_expectations(parse_settings(SETTINGS))) == 23


def test_too_many_messages_in_quarantine(lake: Lake) -> None:
    more = """insert into lake.ingest.quarantine
        select q.* replace (q.quarantine_id || '-' || n as quarantine_id)
        from lake.ingest.quarantine as q, range(30) as numbers(n)"""
    assert failures_of(lake, [more]) == [
        (
            "ingested",
            "messages",
            "at most 0.2 of the new messages are in quarantine",
            {"over": 1, "of": 1, "rows": [{"quarantine_share": 0.4}]},
        )
    ]


def test_an_event_of_a_type_without_a_contract(lake: Lake) -> None:
    assert failures_of(lake, [f"update lake.ingest.events set type = 'pos.gift' {FIRST_SALE}"]) == [
        (
            "ingested",
            "events",
            "every event is of a type that has a contract",
            {"over": 1, "of": 14, "rows": [{"source": "till", "type": "pos.gift"}]},
        )
    ]


@pytest.mark.parametrize(
    ("statements", "words", "column"),
    [
        (
            [f"update lake.ingest.events set message_id = '' {FIRST_SALE}"],
            "every event has a message_id",
            "without_message_id",
        ),
        (
            [f"insert into lake.ingest.events from lake.ingest.events {FIRST_SALE}"],
            "every message_id is in the lake once",
            "repeated_message_ids",
        ),
        (
            [
                "alter table lake.ingest.events alter timestamp drop not null",
                f"update lake.ingest.events set timestamp = null {FIRST_SALE}",
            ],
            "every event has a time",
            "without_timestamp",
        ),
        (
            [f"update lake.ingest.events set timestamp = '1970-01-01 23:59:59+00' {FIRST_SALE}"],
            "no event is older than 1970-01-02",
            "too_early",
        ),
        (
            [f"update lake.ingest.events set timestamp = received_at + interval '86401 seconds' {FIRST_SALE}"],
            "no event is more than 24 h ahead of its receipt",
            "too_late",
        ),
        (
            [f"update lake.ingest.events set amount = null {FIRST_SALE}"],
            "every sale and return has an amount",
            "sales_without_amount",
        ),
    ],
)
def test_an_event_that_ingest_must_never_let_in(lake: Lake, statements: list[str], words: str, column: str) -> None:
    assert failures_of(lake, statements) == [
        (
            "ingested",
            "events",
            words,
            {"over": 1, "of": 13, "rows": [{"source": "till", "type": "pos.sale", column: 1}]},
        )
    ]


@pytest.mark.parametrize(
    ("statements", "subject", "words", "column"),
    [
        (
            ["delete from lake.identity.record_profiles where record_id = 'shop:user_id:u11'"],
            "records",
            "every source record is in a profile",
            "records_without_profile",
        ),
        (
            [
                "insert into lake.identity.record_profiles select * replace ('p12_visitor' as profile_id)"
                " from lake.identity.record_profiles where record_id = 'shop:user_id:u11'",
                "insert into lake.identity.edges select * replace ('shop:anonymous_id:a12' as record_id_l,"
                " 'shop:user_id:u11' as record_id_r) from lake.identity.edges",
            ],
            "records",
            "no source record is in two profiles",
            "records_in_several_profiles",
        ),
        (
            ["delete from lake.identity.records where record_id = 'shop:user_id:u11'"],
            "records",
            "every member of a profile is a source record",
            "members_without_record",
        ),
        (
            ["insert into lake.profiles.profiles from lake.profiles.profiles where profile_id = 'p12_visitor'"],
            "profiles",
            "every profile_id stands once",
            "repeated_profile_ids",
        ),
        (
            [
                "delete from lake.identity.record_profiles where profile_id = 'p12_visitor'",
                "delete from lake.identity.records where record_id = 'shop:anonymous_id:a12'",
            ],
            "profiles",
            "every profile has source records",
            "profiles_without_records",
        ),
        (
            ["delete from lake.profiles.profiles where profile_id = 'p12_visitor'"],
            "profiles",
            "every person has a golden record",
            "people_without_profile",
        ),
        (
            ["update lake.identity.profile_ids set retired_at = minted_at where profile_id = 'p12_visitor'"],
            "profiles",
            "every profile_id was minted and not retired",
            "profiles_without_live_id",
        ),
    ],
)
def test_records_and_profiles_that_do_not_agree(
    lake: Lake, statements: list[str], subject: str, words: str, column: str
) -> None:
    assert failures_of(lake, statements) == [("resolved", subject, words, {"over": 1, "of": 1, "rows": [{column: 1}]})]


def test_two_records_in_one_profile_without_an_edge_between_them(lake: Lake) -> None:
    assert failures_of(lake, ["delete from lake.identity.edges"]) == [
        (
            "resolved",
            "profiles",
            "every record that shares a profile has an edge to it",
            {"over": 1, "of": 1, "rows": [{"records_without_evidence": 2}]},
        )
    ]


def test_a_profile_of_more_source_records_than_a_person_has(lake: Lake) -> None:
    strict = SETTINGS.replace("[gates]\n", "[gates]\nmax_records_per_profile = 1\n")
    assert failures_of(lake, [], strict) == [
        (
            "resolved",
            "profiles",
            "no profile has more than 1 source records",
            {"over": 1, "of": 1, "rows": [{"largest_profile": 2}]},
        )
    ]


@pytest.mark.parametrize(
    ("statement", "words", "column"),
    [
        (
            "insert into lake.segments.open_complaints values ('p99_nobody', 'no reason')",
            "every member of a segment is a profile",
            "unknown_profiles",
        ),
        (
            "insert into lake.segments.open_complaints values ('p08_complaint', 'again')",
            "nobody is in a segment twice",
            "repeated_profiles",
        ),
        ("update lake.segments.open_complaints set reason = ' '", "every member has a reason", "empty_reasons"),
    ],
)
def test_a_segment_whose_members_are_not_people_with_a_reason(
    lake: Lake, statement: str, words: str, column: str
) -> None:
    assert failures_of(lake, [statement]) == [
        ("exported", "segments", words, {"over": 1, "of": 3, "rows": [{"segment": "open_complaints", column: 1}]})
    ]


def members_before(count: int) -> str:
    return f"""insert into lake.audiences.memberships by name
        select 'care' as audience, 'p' || n as profile_id, 'x' as entered_reason, 'r0' as entered_run_id,
            timestamptz '2026-06-01' as entered_at
        from range({count}) as numbers(n)"""


def test_an_audience_that_shrank_to_a_tenth(lake: Lake) -> None:
    assert failures_of(lake, [members_before(10)]) == [
        (
            "exported",
            "audiences",
            "no audience changed by more than 0.5 times its size",
            {"over": 1, "of": 1, "rows": [{"audience": "care", "change": 0.9}]},
        )
    ]


def test_a_small_audience_may_change_as_it_likes(lake: Lake) -> None:
    assert failures_of(lake, [members_before(9)]) == []


def test_great_expectations_evaluates_and_says_when_it_cannot(lake: Lake) -> None:
    figures = {"messages": measure(lake)["messages"]}
    absent = Expectation("ingested", "messages", "no_such_figure", "there is such a figure", "None.")
    with pytest.raises(
        FatalError,
        match="^Great Expectations could not evaluate expect_column_values_to_be_between on 'messages'.$",
    ):
        evaluate(figures, [absent])


def test_a_broken_lake_is_whole_again_for_the_next_test(lake: Lake) -> None:
    with pytest.raises(duckdb.Error):
        failures_of(lake, ["update lake.ingest.events set type = null"])
    assert failures_of(lake, []) == []
