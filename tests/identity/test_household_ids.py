"""Household ids last: they follow the people, end with a successor and are never given out again."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa

from identity.household_ids import HouseholdNames, carry_over_households
from identity.households import ASSIGNMENTS
from schemas.tables import HOUSEHOLD_IDS, HOUSEHOLD_MEMBERS
from tests.identity.factories import NOON


class Life:
    """Runs one after the other."""

    def __init__(self) -> None:
        self.members, self.ids = HOUSEHOLD_MEMBERS.empty_table(), HOUSEHOLD_IDS.empty_table()
        self.changes: list[tuple[str, str | None, str | None, str | None]] = []
        self.runs = 0

    def run(self, *households: str, successors: dict[str, str] | None = None) -> dict[str, str]:
        """A run in which these people live together (a letter a person); the household id of each."""
        rows = sorted((letter, min(letters)) for letters in households for letter in letters)
        assignments = pa.table(list(zip(*rows, strict=True)) or [[], []], schema=ASSIGNMENTS)
        at = NOON + timedelta(days=self.runs)
        found: HouseholdNames = carry_over_households(
            assignments, self.members, self.ids, successors or {}, f"r{self.runs}", at
        )
        self.runs += 1
        self.members = found.members
        gone = set(found.retired["household_id"].to_pylist())
        stays = [row for row in self.ids.to_pylist() if row["household_id"] not in gone]
        self.ids = pa.concat_tables([pa.Table.from_pylist(stays, HOUSEHOLD_IDS), found.retired, found.minted])
        self.changes += [
            (row["kind"], row["profile_id"], row["old_household_id"], row["new_household_id"])
            for row in found.changes.to_pylist()
        ]
        return dict(
            zip(found.members["profile_id"].to_pylist(), found.members["household_id"].to_pylist(), strict=True)
        )


def test_who_comes_and_goes_does_not_change_the_id_of_those_who_stay() -> None:
    life = Life()
    first = life.run("abc")
    assert len(set(first.values())) == 1
    second = life.run("abd")
    assert set(second.values()) == set(first.values())
    home = first["a"]
    assert life.changes[-2:] == [("move", "c", home, None), ("move", "d", None, home)]


def test_two_households_that_become_one_keep_the_heavier_id_and_the_other_leads_to_it() -> None:
    life = Life()
    before = life.run("abc", "de")
    after = life.run("abcde")
    assert set(after.values()) == {before["a"]}
    assert life.changes[-1] == ("retire", None, before["d"], before["a"])


def test_a_household_follows_people_who_were_merged() -> None:
    life = Life()
    before = life.run("abc")
    assert life.run("bc", successors={"a": "b"})["b"] == before["a"]
    assert life.run("cx", successors={"b": "x"})["x"] == before["a"]


def test_a_household_whose_people_live_alone_has_ended_and_its_id_is_never_given_again() -> None:
    life = Life()
    first = life.run("ab")["a"]
    assert life.run() == {}
    assert life.changes[-1] == ("retire", None, first, None)
    assert life.run("ab")["a"] != first


def test_households_of_the_same_run_have_ids_of_their_own() -> None:
    found = Life().run("ab", "cd", "ef")
    assert len(set(found.values())) == 3
