"""Which records are one person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.clustering import (
    MAX_COMPONENT_RECORDS,
    Clusters,
    Facts,
    Link,
    cluster_component,
    cluster_edges,
    components,
)
from schemas.tables import EDGES
from tests.identity.factories import make_record, make_tables
from tests.identity.resolving import POLICIES, SETTINGS

Edge = tuple[str, str, str, float]
"""Two records, the first letter of the kind, match weight."""


def make_edges(*edges: Edge) -> pa.Table:
    kinds = {"d": "deterministic", "p": "probabilistic"}
    rows = [
        {
            "record_id_l": min(one, other),
            "record_id_r": max(one, other),
            "kind": kinds[kind],
            "rule": "email",
            "match_weight": weight,
            "evidence": [],
        }
        for one, other, kind, weight in edges
    ]
    return pa.Table.from_pylist(rows, EDGES)


def cluster(rows: list[dict[str, Any]], *edges: Edge) -> Clusters:
    records, pairs = make_tables(*rows)
    return cluster_edges(records, pairs, make_edges(*edges), POLICIES, SETTINGS)


def groups(clusters: Clusters) -> list[list[str]]:
    found: dict[str, list[str]] = {}
    for row in clusters.assignments.to_pylist():
        found.setdefault(row["cluster"], []).append(row["record_id"])
    return sorted(found.values())


def plain(*ids: str) -> list[dict[str, Any]]:
    return [make_record(name) for name in ids]


def test_every_record_is_in_one_cluster_named_after_its_smallest() -> None:
    found = cluster(plain("a", "b", "c"), ("b", "c", "d", 8.0))
    assert found.assignments.to_pylist() == [
        {"record_id": "a", "cluster": "a"},
        {"record_id": "b", "cluster": "b"},
        {"record_id": "c", "cluster": "b"},
    ]


def test_probabilistic_edges_link_from_the_threshold_on() -> None:
    assert groups(cluster(plain("a", "b"), ("a", "b", "p", SETTINGS.joins_from))) == [["a", "b"]]
    assert groups(cluster(plain("a", "b"), ("a", "b", "p", SETTINGS.joins_from - 0.01))) == [["a"], ["b"]]


def brothers(*ids: str) -> list[dict[str, Any]]:
    return [make_record(name, family_name="Vos") for name in ids]


def test_groups_whose_records_are_mostly_unlike_stay_apart_although_one_pair_is_alike() -> None:
    one = [("a", "b", "p", 9.0), ("a", "c", "p", 9.0), ("b", "c", "p", 9.0)]
    other = [("x", "y", "p", 9.0), ("x", "z", "p", 9.0), ("y", "z", "p", 9.0)]
    found = cluster(brothers(*"abcxyz"), *one, *other, ("c", "x", "p", 7.0))
    assert groups(found) == [["a", "b", "c"], ["x", "y", "z"]]
    assert found.refusals["reason"].to_pylist() == ["most of their records are unlike"]
    # One pair among nine speaks for eight that were not seen, if it is strong enough.
    assert len(groups(cluster(brothers(*"abcxyz"), *one, *other, ("c", "x", "p", 8.5)))) == 1


def test_small_groups_are_joined_by_one_pair() -> None:
    found = cluster(brothers(*"abxy"), ("a", "b", "p", 9.0), ("x", "y", "p", 9.0), ("b", "x", "p", 2.0))
    assert groups(found) == [["a", "b", "x", "y"]]


def test_records_that_describe_nobody_cannot_be_unlike() -> None:
    one = [("a", "b", "d", 9.0), ("a", "c", "d", 9.0)]
    other = [("x", "y", "d", 9.0), ("x", "z", "d", 9.0)]
    assert groups(cluster(plain(*"abcxyz"), *one, *other, ("c", "x", "d", 7.0))) == [list("abcxyz")]


def test_a_loyalty_limit_refuses_the_weaker_union() -> None:
    rows = [make_record("a", loyalty_id="1"), make_record("b"), make_record("c", loyalty_id="2")]
    found = cluster(rows, ("a", "b", "d", 9.0), ("b", "c", "d", 8.0))
    assert groups(found) == [["a", "b"], ["c"]]
    assert found.refusals.to_pylist() == [
        {
            "record_id_l": "b",
            "record_id_r": "c",
            "match_weight": 8.0,
            "reason": "loyalty_id: more than 1 for one person",
        }
    ]


def test_different_first_names_refuse_an_identifier_alone() -> None:
    rows = [make_record("a", given_name="Anna"), make_record("b", given_name="Bert")]
    found = cluster(rows, ("a", "b", "d", 8.0))
    assert groups(found) == [["a"], ["b"]]
    assert found.refusals["reason"].to_pylist() == ["different first names"]


def test_different_first_names_refuse_when_the_pair_scores_below_zero() -> None:
    rows = [make_record("a", given_name="Anna"), make_record("b", given_name="Bert")]
    assert groups(cluster(rows, ("a", "b", "d", 8.0), ("a", "b", "p", -0.5))) == [["a"], ["b"]]


def test_a_score_that_speaks_for_the_pair_overrules_different_first_names() -> None:
    rows = [make_record("a", given_name="Anna"), make_record("b", given_name="Bert")]
    assert groups(cluster(rows, ("a", "b", "d", 8.0), ("a", "b", "p", 4.0))) == [["a", "b"]]


def test_first_name_and_surname_may_be_swapped() -> None:
    rows = [
        make_record("a", given_name="Anna", family_name="Wit"),
        make_record("b", given_name="Wit", family_name="Anna"),
    ]
    assert groups(cluster(rows, ("a", "b", "d", 8.0))) == [["a", "b"]]


def test_different_birth_dates_refuse_an_identifier_alone() -> None:
    rows = [
        make_record("a", given_name="Jan", birth_date="1950-02-03"),
        make_record("b", given_name="Jan", birth_date="1981-11-27"),
    ]
    assert cluster(rows, ("a", "b", "d", 8.0)).refusals["reason"].to_pylist() == ["different birth dates"]


def test_a_date_that_some_of_a_persons_records_have_wrong_keeps_nobody_away_who_has_the_right_one() -> None:
    born = {"a": "2002-02-25", "b": "2002-02-24", "c": "1992-06-28", "d": "1992-06-28"}
    rows = [make_record(name, given_name="Floor", birth_date=date) for name, date in born.items()]
    person = [("a", "b", "p", 20.0), ("b", "c", "p", 15.0), ("a", "c", "p", 15.0)]
    assert groups(cluster(rows, *person, ("c", "d", "p", 6.5))) == [["a", "b", "c", "d"]]
    # What few speak for, and faintly, most can still refuse.
    assert groups(cluster(rows, *person, ("c", "d", "p", 0.6))) == [["a", "b", "c"], ["d"]]


def test_the_majority_of_a_group_decides_about_names() -> None:
    rows = [make_record(name, given_name=given) for name, given in (("a", "Anna"), ("b", "Anna"), ("c", "Bert"))]
    strong = [("a", "b", "p", 20.0), ("b", "c", "p", 15.0), ("a", "c", "p", 15.0)]
    found = cluster([*rows, make_record("d", given_name="Anna")], *strong, ("d", "c", "d", 8.0))
    assert groups(found) == [["a", "b", "c", "d"]]


def test_both_edges_that_asked_for_a_refused_union_are_refusals() -> None:
    rows = [make_record("a", given_name="Anna"), make_record("b", given_name="Bert"), make_record("c")]
    found = cluster(rows, ("a", "b", "d", 9.0), ("a", "c", "p", 8.0), ("b", "c", "d", 7.0))
    assert groups(found) == [["a", "c"], ["b"]]
    assert found.refusals["record_id_l"].to_pylist() == ["a", "b"]


def test_an_edge_refused_at_first_is_no_refusal_when_its_ends_meet_otherwise() -> None:
    rows = [make_record("a", given_name="Anna"), make_record("b", given_name="Bert")]
    rows.append(make_record("c", given_name="Anna"))
    found = cluster(rows, ("a", "b", "d", 9.0), ("a", "c", "p", 8.0), ("b", "c", "p", 7.0))
    assert groups(found) == [["a", "b", "c"]]
    assert found.refusals.num_rows == 0


def test_a_record_without_a_name_brings_no_two_names_together() -> None:
    rows = [make_record("a", given_name="Anna"), make_record("b", given_name="Bert"), make_record("c")]
    found = cluster(rows, ("a", "c", "p", 8.0), ("b", "c", "p", 7.0))
    assert groups(found) == [["a", "c"], ["b"]]
    assert found.refusals["reason"].to_pylist() == ["different first names"]


def test_a_father_and_a_son_of_one_name_are_kept_apart() -> None:
    rows = [make_record("a", family_name="Dobbins Jr"), make_record("b", family_name="Dobbins Senior")]
    found = cluster(rows, ("a", "b", "p", 8.0))
    assert groups(found) == [["a"], ["b"]]
    assert found.refusals["reason"].to_pylist() == ["one is senior, the other junior"]
    rows = [make_record("a", given_name="Morris I"), make_record("b", given_name="Morris II")]
    assert groups(cluster(rows, ("a", "b", "p", 8.0))) == [["a"], ["b"]]


def test_unknown_names_and_dates_disagree_with_nothing() -> None:
    rows = [make_record("a", given_name="Anna"), make_record("b", birth_date="1980-01-02")]
    assert groups(cluster(rows, ("a", "b", "d", 8.0))) == [["a", "b"]]


def test_a_chain_longer_than_the_bound_is_cut_and_reported() -> None:
    names = [f"{at:04}" for at in range(MAX_COMPONENT_RECORDS + 10)]
    chain = [(one, other, "p", 5.0) for one, other in zip(names, names[1:], strict=False)]
    chain[299] = (*chain[299][:3], 1.5)
    found = cluster(plain(*names), *chain)
    assert [len(group) for group in groups(found)] == [300, 210]
    assert found.alarms.to_pylist() == [{"cluster": "0000", "records": 510, "edges": 509, "pieces": 2}]


def test_where_no_threshold_cuts_the_bound_itself_does() -> None:
    names = [f"{at:04}" for at in range(MAX_COMPONENT_RECORDS + 10)]
    found = cluster(plain(*names), *((names[0], other, "d", 8.0) for other in names[1:]))
    assert sorted(map(len, groups(found)))[-1] == MAX_COMPONENT_RECORDS
    assert found.refusals["reason"].to_pylist() == ["more than 500 records"] * 10
    assert found.alarms["records"].to_pylist() == [510]


def test_components_under_a_threshold_fall_apart() -> None:
    links = [Link("a", "b", 5.0, None), Link("b", "c", 2.0, None), Link("c", "d", 5.0, None)]
    assert [[link.l for link in found] for found in components(links)] == [["a", "b", "c"]]
    assert [[link.l for link in found] for found in components(links, 3.0)] == [["a"], ["c"]]


NODES = "abcdefg"
NAMES = (None, "anna", "ana", "bert", "b")
DATES = (None, "1980-04-12", "1980-12-04", "1955-11-23")


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[Edge]]:
    rows = [
        make_record(
            node,
            given_name=draw(st.sampled_from(NAMES)),
            birth_date=draw(st.sampled_from(DATES)),
            loyalty_id=draw(st.sampled_from((None, None, "1", "2"))),
        )
        for node in NODES
    ]
    ends = st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda pair: pair[0] < pair[1])
    edges = draw(
        st.dictionaries(
            st.tuples(ends, st.sampled_from("dp")), st.sampled_from((-0.5, 0.5, 1.0, 4.0, 8.0, 8.0)), max_size=14
        )
    )
    return rows, [(one, other, kind, weight) for ((one, other), kind), weight in edges.items()]


@settings(max_examples=60, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(found: tuple[list[dict[str, Any]], list[Edge]], chance: Any) -> None:
    rows, edges = found
    expected = cluster(rows, *edges)
    shuffled = chance.sample(rows, len(rows)), chance.sample(edges, len(edges))
    assert cluster(shuffled[0], *shuffled[1]) == expected


@settings(max_examples=60, deadline=None)
@given(tables())
def test_clusters_hold_the_limits_and_every_union_has_an_edge(found: tuple[list[dict[str, Any]], list[Edge]]) -> None:
    rows, edges = found
    links = {(one, other) for one, other, kind, weight in edges if kind == "d" or weight >= SETTINGS.joins_from}
    cards = {row["record_id"]: row["loyalty_id"] for row in rows}
    for group in groups(cluster(rows, *edges)):
        assert len({cards[node] for node in group} - {None}) <= 1
        reached, before = {group[0]}, 0
        while len(reached) > before:
            before = len(reached)
            reached |= {node for link in links if set(link) & reached for node in link if node in group}
        assert reached == set(group)


def renamed(links: list[Link], names: Mapping[str, str]) -> list[Link]:
    return [Link(names[link.l], names[link.r], link.link_weight, link.score) for link in links]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda pair: pair[0] < pair[1]),
        max_size=14,
        unique=True,
    ),
    st.dictionaries(st.sampled_from(NODES), st.sampled_from(NAMES)),
    st.permutations(NODES),
)
def test_what_records_are_called_changes_nothing(
    ends: list[tuple[str, str]], given_names: dict[str, str | None], permuted: list[str]
) -> None:
    # No two weights are equal: between equals the smaller id goes first, and there the names do decide.
    links = [Link(one, other, 20.0 - at, None) for at, (one, other) in enumerate(ends)]
    names = dict(zip(NODES, permuted, strict=True))
    facts = {node: Facts(first_name=given_names.get(node)) for node in NODES}
    plainly, _ = cluster_component(links, facts, {})
    otherwise, _ = cluster_component(renamed(links, names), {names[node]: facts[node] for node in NODES}, {})
    assert sorted(sorted(names[node] for node in group) for group in plainly) == otherwise


@pytest.mark.parametrize("columns", [{"loyalty_id": "1"}, {"given_name": "Anna"}])
def test_equal_facts_are_never_refused(columns: dict[str, str]) -> None:
    rows = [make_record("a", **columns), make_record("b", **columns)]
    assert groups(cluster(rows, ("a", "b", "d", 8.0))) == [["a", "b"]]
