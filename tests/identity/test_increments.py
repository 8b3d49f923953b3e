"""Increments where one record more changes what many others are worth: each gives what a full evaluation gives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from benchmarks.people import make_people
from identity.blocking import MAX_BLOCK_RECORDS
from identity.changed_states import Changed
from identity.identifiers import JUNK_RECORDS
from identity.judgements import Judgement, judgements_table
from identity.match_models import read_match_model
from identity.people import Rules
from tests.identity.factories import make_record, make_tables
from tests.identity.resolving import POLICIES, SETTINGS
from tests.support.resolved import Resolved

RULES = Rules(SETTINGS, POLICIES, read_match_model())
BACKGROUND = make_people(500, seed=21)
NAMES = ("Anna", "Bert", "Chris", "Dora", "Emil", "Fenna", "Gijs", "Hanna", "Ivo", "Jip")
Rows = dict[str, dict[str, Any]]


def resolved(rows: Rows, rules: Rules = RULES) -> Resolved:
    """Some records among others, evaluated in full."""
    mine = make_tables(*(make_record(name, **columns) for name, columns in sorted(rows.items())))
    records, pairs = (pa.concat_tables(parts) for parts in zip(mine, BACKGROUND[:2], strict=True))
    found = Resolved(rules)
    found.rebuild(records.sort_by("record_id"), pairs)
    return found


def edges_of(found: Resolved) -> set[tuple[str, str]]:
    """Ends of the edges of records that are not of the background."""
    rows = found.connection.execute("select record_id_l, record_id_r from edges where record_id_l not like '%:%'")
    return set(rows.fetchall())


def changed(rows: Rows, gone: tuple[str, ...] = ()) -> Changed:
    return Changed(*make_tables(*(make_record(name, **columns) for name, columns in rows.items())), frozenset(gone))


def kiosk(first: int, count: int) -> Rows:
    """People who all left the number of a shop's telephone."""
    return {
        f"kiosk{at:02}": {"given_name": NAMES[at % 10], "birth_date": f"19{at + 20}-03-04", "phone": "+31207364519"}
        for at in range(first, first + count)
    }


def born_together(first: int, count: int) -> Rows:
    """Records with nothing in common but a birth date, which few others have."""
    return {
        f"born{at:02}": {"given_name": NAMES[at % 10], "birth_date": "1901-01-02", "city": f"City{'x' * at}"}
        for at in range(first, first + count)
    }


@pytest.mark.parametrize(("make", "bound"), [(kiosk, JUNK_RECORDS), (born_together, MAX_BLOCK_RECORDS)])
def test_a_value_that_passes_a_bound_and_comes_back_leaves_nothing_behind(make: Any, bound: int) -> None:
    before, more = make(0, bound - 1), make(bound - 1, 4)
    found = resolved(before)
    assert found.change(changed(more))
    assert found.content() == resolved(before | more).content()
    assert found.change(changed({}, tuple(more)))
    assert found.content() == resolved(before).content()


def test_a_record_that_is_another_loses_an_edge_that_a_commoner_value_weakens_as_well() -> None:
    """The two share no blocking key any more, and their edge would still be heavy enough."""
    home = {"postcode": "1234AB", "house_number": "12"}
    robert = {"given_name": "Robert", "phone": "+31687051942"}
    rows = {"one": robert | home, "other": robert}
    moved = {
        "other": {"phone": "+31687051943", "postcode": "1234AB", "house_number": "14"},
        "third": home | {"given_name": "Zoe", "family_name": "Zwart"},
    }
    found = resolved(rows)
    assert edges_of(found) == {("one", "other")}
    assert found.change(changed(moved))
    assert edges_of(found) == set()
    assert found.content() == resolved(rows | moved).content()


def test_junk_is_found_and_released_by_increments() -> None:
    found = resolved(kiosk(0, JUNK_RECORDS - 1))
    found.change(changed(kiosk(JUNK_RECORDS - 1, 4)))
    state = "select state from identifier_states where value = '+31207364519'"
    assert found.connection.execute(state).fetchall() == [("junk",)]
    found.change(changed({}, tuple(kiosk(0, 24))))
    assert found.connection.execute(state).fetchall() != [("junk",)]


def test_a_judgement_and_its_removal_leave_the_people_as_they_were() -> None:
    rows = {
        "anna1": {"given_name": "Anna", "family_name": "Vos", "email": "anna@vos.test"},
        "anna2": {"given_name": "Anna", "family_name": "Vos", "email": "anna@vos.test"},
        "bert1": {"given_name": "Bert", "family_name": "Blok", "email": "bert@blok.test"},
    }
    found = resolved(rows)
    before = found.content()
    said = [("anna1", "anna2", "different"), ("anna2", "bert1", "same")]
    table = judgements_table(Judgement(*pair, "steward", "2026-05-01T12:00:00Z", "I know them") for pair in said)
    found.rules = replace(RULES, judgements=table)
    assert found.change(changed({}))
    assert found.content() == resolved(rows, found.rules).content()
    assert found.assignments["anna2"] == found.assignments["bert1"] != found.assignments["anna1"]
    found.rules = RULES
    assert found.change(changed({}))
    assert found.content() == before


def test_two_updates_of_different_people_commute() -> None:
    rows = {name: {"given_name": name, "birth_date": "1980-01-05", "email": f"{name}@x.test"} for name in NAMES}
    one = changed({"Anna": rows["Anna"] | {"email": "new@x.test"}})
    other = changed({"more": rows["Jip"] | {"phone": "+31687051942"}}, ("Ivo",))
    contents = []
    for order in ((one, other), (other, one)):
        found = resolved(rows)
        assert all(found.change(part) for part in order)
        contents.append(found.content())
    assert contents[0] == contents[1]


def test_the_same_change_made_twice_changes_nothing_more() -> None:
    found = resolved(kiosk(0, 5))
    for _ in range(2):
        found.change(changed(kiosk(3, 4)))
    assert found.content() == resolved(kiosk(0, 7)).content()


def test_records_without_anything_to_compare_come_and_go() -> None:
    found = resolved({"empty1": {}})
    assert found.change(changed({"empty2": {}}, ("empty1",)))
    assert found.content() == resolved({"empty2": {}}).content()
