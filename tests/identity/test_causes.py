"""Every change of who is who names its cause, and since when in event time it is true."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from identity.causes import JUDGEMENT_NUMBERS, Grounds
from identity.edge_weights import edge_weights
from identity.identifiers import PAIRS
from identity.profile_ids import carry_over
from schemas.tables import EDGES, IDENTITY_CHANGES, PROFILE_IDS, RECORDS

JUNE = datetime(2026, 6, 1, tzinfo=UTC)
LAST_DAY = datetime(2026, 12, 31, tzinfo=UTC)


def day(number: int) -> datetime:
    return datetime(2026, 3, number, tzinfo=UTC)


FIRST_SEEN = {"a": day(1), "b": day(2), "c": day(3), "d": day(4)}


def edge(one: str, other: str, rule: str = "email", weight: float = 9.0, kind: str = "deterministic") -> dict[str, Any]:
    part = {"comparison": rule, "level": "", "value_l": "x@y.nl", "value_r": "x@y.nl", "match_weight": weight}
    return {
        "record_id_l": one, "record_id_r": other, "kind": kind, "rule": rule, "match_weight": weight,
        "evidence": [part], "model_version": None,
    }  # fmt: skip


def judged(one: str, other: str, verdict: str) -> dict[str, Any]:
    return edge(one, other, verdict, 100.0 if verdict == "same" else -100.0, "steward")


def run(
    before: Mapping[str, str],
    after: Mapping[str, str],
    *edges: dict[str, Any],
    seen: Mapping[str, datetime] | None = None,
    grounds: Grounds | None = None,
) -> list[dict[str, Any]]:
    """The ledger's rows of the run that turned one partition into the other; ``seen``: since when by that e-mail."""
    blank = dict.fromkeys(RECORDS.names) | {"source": "crm", "source_record_id": "x", "last_seen": LAST_DAY}
    records = pa.Table.from_pylist(
        [blank | {"record_id": r, "first_seen": FIRST_SEEN[r]} for r in sorted(after)], schema=RECORDS
    )
    pairs = pa.Table.from_pylist(
        [
            {"record_id": r, "type": "email", "value": "x@y.nl", "first_seen": at, "last_seen": LAST_DAY, "events": 1}
            for r, at in (seen or {}).items()
        ],
        schema=PAIRS,
    )
    ids = pa.Table.from_pylist(
        [
            dict.fromkeys(PROFILE_IDS.names) | {"profile_id": p, "minted_at": JUNE, "minted_run_id": "r0"}
            for p in sorted(set(before.values()))
        ],
        schema=PROFILE_IDS,
    )
    names = carry_over(
        pa.table({"record_id": sorted(after), "cluster": [after[r] for r in sorted(after)]}),
        records,
        pa.table({"record_id": sorted(before), "profile_id": [before[r] for r in sorted(before)]}),
        ids,
        "r1",
        JUNE,
        edges=edge_weights(pa.Table.from_pylist(list(edges), schema=EDGES)),
        pairs=pairs,
        grounds=grounds,
    )
    assert names.changes.schema.equals(IDENTITY_CHANGES)
    rows: list[dict[str, Any]] = names.changes.to_pylist()
    return rows


def told(rows: list[dict[str, Any]], kind: str) -> list[tuple[Any, ...]]:
    columns = ("cause", "cause_record_id_l", "cause_record_id_r", "cause_rule", "valid_at")
    return [tuple(row[name] for name in columns) for row in rows if row["kind"] == kind]


def test_a_new_record_alone_is_true_since_it_was_first_seen() -> None:
    rows = run({}, {"a": "a"})
    assert told(rows, "mint") == told(rows, "move") == [("new_record", None, None, None, day(1))]


def test_a_new_record_names_the_strongest_edge_to_those_it_joins() -> None:
    edges = [edge("a", "c", weight=9.0), edge("b", "c", "phone", 12.0), edge("b", "c", "email", 8.0)]
    rows = run({"a": "p1", "b": "p1"}, {"a": "a", "b": "a", "c": "a"}, *edges)
    assert told(rows, "move") == [("new_record", "b", "c", "phone", day(3))]
    assert rows[0]["cause_match_weight"] == 12.0


def test_an_edge_by_an_identifier_is_true_since_both_records_carry_it() -> None:
    seen = {"a": day(20), "c": day(10)}
    rows = run({"a": "p1", "b": "p1"}, {"a": "a", "b": "a", "c": "a"}, edge("a", "c"), seen=seen)
    assert told(rows, "move") == [("new_record", "a", "c", "email", day(20))]


def test_a_merge_names_the_edge_between_what_was_two_and_not_the_stronger_ones_inside() -> None:
    edges = [edge("a", "b", weight=30.0), edge("c", "d", weight=30.0), edge("b", "c", weight=5.0)]
    rows = run({"a": "p1", "b": "p1", "c": "p2", "d": "p2"}, dict.fromkeys("abcd", "a"), *edges)
    expected = ("edge", "b", "c", "email")
    assert told(rows, "move") == [(*expected, day(3)), (*expected, day(4))]
    assert told(rows, "retire") == [(*expected, day(3))]


def test_of_equal_edges_the_one_between_the_smallest_ids_is_named_whatever_the_order() -> None:
    edges = [edge("b", "c"), edge("a", "c"), edge("b", "d"), edge("a", "d")]
    before, after = {"a": "p1", "b": "p1", "c": "p2", "d": "p2"}, dict.fromkeys("abcd", "a")
    for order in (edges, edges[::-1]):
        assert told(run(before, after, *order), "retire") == [("edge", "a", "c", "email", day(3))]


def test_a_pair_under_the_threshold_is_no_cause() -> None:
    rows = run({"a": "p1", "b": "p2"}, {"a": "a", "b": "a"}, edge("a", "b", "names", 0.5, "probabilistic"))
    assert told(rows, "retire") == [("evidence", None, None, None, day(2))]


def test_a_judged_join_and_a_judged_split_name_the_number_of_the_decision() -> None:
    numbers = pa.Table.from_pylist(
        [
            {"record_id_l": "a", "record_id_r": "b", "rule": "same", "number": 4},
            {"record_id_l": "a", "record_id_r": "c", "rule": "different", "number": 7},
        ],
        schema=JUDGEMENT_NUMBERS,
    )
    grounds = Grounds(judgements=numbers)
    joined = run({"a": "p1", "b": "p2"}, {"a": "a", "b": "a"}, judged("a", "b", "same"), grounds=grounds)
    assert told(joined, "retire") == [("judgement", "a", "b", "same", day(2))]
    assert {row["cause_judgement"] for row in joined} == {4}
    parted = run(
        {"a": "p1", "b": "p1", "c": "p1"},
        {"a": "a", "b": "a", "c": "c"},
        judged("a", "c", "different"),
        grounds=grounds,
    )
    for kind in ("mint", "move", "split"):
        assert told(parted, kind) == [("judgement", "a", "c", "different", day(3))]
    assert {row["cause_judgement"] for row in parted} == {7}


def test_what_falls_apart_by_itself_does_so_because_the_evidence_changed() -> None:
    rows = run({"a": "p1", "b": "p1", "c": "p1"}, {"a": "a", "b": "a", "c": "c"}, edge("a", "b"))
    assert told(rows, "split") == [("evidence", None, None, None, day(3))]


def test_a_removed_record_is_told_and_what_only_it_held_together_falls_apart_by_that() -> None:
    rows = run({"a": "p1", "b": "p1", "c": "p1", "d": "p1"}, {"a": "a", "b": "a", "d": "d"}, edge("a", "b"))
    assert told(rows, "remove") == [("removal", None, None, None, None)]
    assert told(rows, "split") == [("removal", None, None, None, day(4))]


def test_an_id_whose_last_record_is_removed_is_retired_by_that() -> None:
    rows = run({"a": "p1", "b": "p2"}, {"b": "b"})
    assert told(rows, "retire") == [("removal", None, None, None, None)]


def test_other_rules_are_told_once_and_are_the_cause_of_what_they_change() -> None:
    grounds = Grounds("new", "people_v1@1", "old", "people_v1@1", after_position=41)
    rows = run({"a": "p1", "b": "p1"}, {"a": "a", "b": "b"}, grounds=grounds)
    assert [(row["position"], row["sequence"], row["kind"], row["cause"]) for row in rows] == [
        (42, 1, "rules", "rules"),
        (43, 2, "mint", "rules"),
        (44, 3, "move", "rules"),
        (45, 4, "split", "rules"),
    ]
    assert {(row["rules_hash"], row["match_model"]) for row in rows} == {("new", "people_v1@1")}
    assert run({"a": "p1"}, {"a": "a"}, grounds=Grounds("new", "people_v1@1", "new", "people_v1@1")) == []


def test_another_match_model_is_the_cause_of_what_it_joins_and_names_the_edge() -> None:
    grounds = Grounds("rules", "people_v2@2", "rules", "people_v1@1")
    rows = run(
        {"a": "p1", "b": "p2"}, {"a": "a", "b": "a"}, edge("a", "b", "names", 5.0, "probabilistic"), grounds=grounds
    )
    assert told(rows, "rules") == [("match_model", None, None, None, None)]
    assert told(rows, "retire") == [("match_model", "a", "b", "names", day(2))]


def test_the_first_run_of_a_lake_says_what_holds_but_not_that_it_changed() -> None:
    rows = run({}, {"a": "a"}, grounds=Grounds("rules", "people_v1@1"))
    assert [(row["kind"], row["cause"]) for row in rows] == [
        ("rules", "rules"),
        ("mint", "new_record"),
        ("move", "new_record"),
    ]
