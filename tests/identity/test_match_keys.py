"""Deterministic edges."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from identity.identifiers import identifier_states, without_junk
from identity.match_keys import match_key_edges
from schemas.tables import EDGES
from tests.identity.factories import make_record, make_tables
from tests.identity.resolving import POLICIES


def edges_of(*rows: dict[str, Any]) -> pa.Table:
    records, pairs = make_tables(*rows)
    states = identifier_states(records, pairs, POLICIES)
    return match_key_edges(records, without_junk(pairs, states), states)


def ends(edges: pa.Table) -> list[tuple[str, str]]:
    return list(zip(edges["record_id_l"].to_pylist(), edges["record_id_r"].to_pylist(), strict=True))


def test_equal_values_make_one_edge_per_pair_and_type() -> None:
    edges = edges_of(make_record("1", email="a@vos.nl", crm_id="7"), make_record("2", email="a@vos.nl", crm_id="7"))
    assert edges.schema.equals(EDGES)
    assert [(row["record_id_l"], row["record_id_r"], row["rule"]) for row in edges.to_pylist()] == [
        ("1", "2", "crm_id"),
        ("1", "2", "email"),
    ]


def test_shared_and_junk_values_make_no_edge() -> None:
    shared = [
        make_record(str(at), given_name=name, email="thuis@vos.nl")
        for at, name in enumerate(("Anna", "Bert", "Carla", "Dirk"))
    ]
    assert edges_of(*shared).num_rows == 0
    assert edges_of(make_record("1", user_id="guest"), make_record("2", user_id="guest")).num_rows == 0


def test_the_weight_is_bounded_below_where_few_values_are_known() -> None:
    edge = edges_of(make_record("1", email="a@vos.nl"), make_record("2", email="a@vos.nl")).to_pylist()[0]
    assert edge["match_weight"] == 8.0
    assert edge["evidence"] == [
        {"comparison": "email", "level": "the same", "value_l": "a@vos.nl", "value_r": "a@vos.nl", "match_weight": 8.0}
    ]


def test_the_weight_grows_with_the_number_of_values() -> None:
    others = [make_record(f"other{at}", email=f"{at}@other.nl") for at in range(1022)]
    edge = edges_of(make_record("1", email="a@vos.nl"), make_record("2", email="a@vos.nl"), *others).to_pylist()[0]
    # u = (2 * 2 + 1022) / 1024 ** 2, and log2(1 / u) = 9.9972, in whole bits
    assert edge["match_weight"] == 10.0


def test_two_people_behind_a_value_take_one_bit() -> None:
    edges = edges_of(
        make_record("1", given_name="Anna", email="thuis@vos.nl"),
        make_record("2", given_name="Bert", email="thuis@vos.nl"),
    ).to_pylist()
    assert edges[0]["match_weight"] == 7.0
    assert edges[0]["evidence"][1]["level"] == "2 people use it"


def test_up_to_six_records_are_linked_each_with_each() -> None:
    assert edges_of(*(make_record(str(at), email="a@vos.nl") for at in range(6))).num_rows == 15


def test_more_records_hang_on_one_hub() -> None:
    edges = edges_of(*(make_record(str(at), given_name="Anna", email="a@vos.nl") for at in range(8)))
    assert ends(edges) == [("0", str(at)) for at in range(1, 8)]


def test_hubs_of_two_people_are_linked_and_nameless_records_hang_on_both() -> None:
    rows = [make_record(f"a{at}", given_name="Anna", email="thuis@vos.nl") for at in range(3)]
    rows += [make_record(f"b{at}", given_name="Bert", email="thuis@vos.nl") for at in range(3)]
    edges = edges_of(*rows, make_record("x", email="thuis@vos.nl"))
    assert ends(edges) == [
        ("a0", "a1"),
        ("a0", "a2"),
        ("a0", "b0"),
        ("a0", "x"),
        ("b0", "b1"),
        ("b0", "b2"),
        ("b0", "x"),
    ]


def test_an_older_value_of_a_record_links_too() -> None:
    rows = [make_record("1", email="new@vos.nl"), make_record("2", email="old@vos.nl")]
    records, pairs = make_tables(*rows, more_pairs=[("1", "email", "old@vos.nl")])
    assert ends(match_key_edges(records, pairs, identifier_states(records, pairs, POLICIES))) == [("1", "2")]


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [make_record(f"{at}", given_name=("Anna", "Bert")[at % 2], email="thuis@vos.nl") for at in range(9)]
    assert edges_of(*rows).equals(edges_of(*reversed(rows)))
