"""Profile ids stay where most of a person stays, and the ledger tells everything that happened to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from identity.causes import Grounds
from identity.profile_ids import Names, carry_over
from schemas.tables import IDENTITY_CHANGES, PROFILE_IDS
from tests.identity.factories import make_record, make_tables

DAY_ONE = datetime(2026, 1, 1, tzinfo=UTC)
NOTHING = pa.table({"record_id": pa.array([], pa.string()), "profile_id": pa.array([], pa.string())})


class History:
    """A sequence of runs, each with its partition of records into clusters."""

    def __init__(self) -> None:
        self.ids = PROFILE_IDS.empty_table()
        self.members = NOTHING
        self.runs = 0
        self.ledger = IDENTITY_CHANGES.empty_table()
        self.published: pa.Table | None = None

    def publish(self) -> None:
        """From now on readers know the ids of this state."""
        self.published = self.members

    def run(self, clusters: Mapping[str, str], accounts: frozenset[str] = frozenset()) -> Names:
        """One run: record -> any name of its cluster."""
        self.runs += 1
        records, _ = make_tables(*(make_record(r, user_id=r if r in accounts else None) for r in sorted(clusters)))
        ordered = sorted(clusters)
        columns = {"record_id": ordered, "cluster": [clusters[record] for record in ordered]}
        assignments = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
        names = carry_over(
            assignments,
            records,
            self.members,
            self.ids,
            f"run{self.runs}",
            DAY_ONE + timedelta(days=self.runs),
            grounds=Grounds(after_position=self.ledger.num_rows),
            published=self.published,
        )
        gone = {*names.retired["profile_id"].to_pylist(), *names.revived["profile_id"].to_pylist()}
        kept = [row for row in self.ids.to_pylist() if row["profile_id"] not in gone]
        rows = [*kept, *names.minted.to_pylist(), *names.retired.to_pylist(), *names.revived.to_pylist()]
        self.ids = pa.Table.from_pylist(rows, schema=PROFILE_IDS)
        self.members = names.members
        self.ledger = pa.concat_tables([self.ledger, names.changes])
        return names

    def profile_of(self) -> dict[str, str]:
        return dict(zip(*(self.members[name].to_pylist() for name in ("record_id", "profile_id")), strict=True))

    def live(self) -> set[str]:
        return {row["profile_id"] for row in self.ids.to_pylist() if row["retired_at"] is None}


def kinds(names: Names) -> list[str]:
    return sorted(names.changes["kind"].to_pylist())


def test_the_first_run_mints_one_id_per_cluster() -> None:
    history = History()
    names = history.run({"a": "a", "b": "a", "c": "c"})
    profiles = history.profile_of()
    assert profiles["a"] == profiles["b"] != profiles["c"]
    assert kinds(names) == ["mint", "mint", "move", "move", "move"]
    assert all(len(profile_id) == 36 and profile_id[14] == "7" for profile_id in profiles.values())


def test_the_same_partition_changes_nothing_whatever_its_clusters_are_called() -> None:
    history = History()
    history.run({"a": "a", "b": "a", "c": "c"})
    before = history.profile_of()
    names = history.run({"a": "x", "b": "x", "c": "y"})
    assert history.profile_of() == before
    assert names.changes.num_rows == 0


def test_a_new_record_takes_the_id_of_the_person_it_joins() -> None:
    history = History()
    history.run({"a": "a", "b": "a"})
    before = history.profile_of()["a"]
    names = history.run({"a": "a", "b": "a", "0": "a"})
    assert set(history.profile_of().values()) == {before}
    assert kinds(names) == ["move"]


def test_a_merge_keeps_the_id_of_the_larger_part_and_names_it_as_successor_of_the_other() -> None:
    history = History()
    history.run({"a": "a", "b": "b", "c": "b"})
    before = history.profile_of()
    names = history.run({"a": "a", "b": "a", "c": "a"})
    assert set(history.profile_of().values()) == {before["b"]}
    (retired,) = names.retired.to_pylist()
    assert (retired["profile_id"], retired["successor"], retired["retired_run_id"]) == (
        before["a"],
        before["b"],
        "run2",
    )
    assert kinds(names) == ["move", "retire"]


def test_among_equal_parts_the_older_id_wins() -> None:
    history = History()
    history.run({"z": "z"})
    older = history.profile_of()["z"]
    history.run({"z": "z", "a": "a"})
    history.run({"z": "z", "a": "z"})
    assert set(history.profile_of().values()) == {older}


def test_a_record_with_an_account_weighs_as_much_as_three_without() -> None:
    history = History()
    accounts = frozenset({"k"})
    history.run({"k": "k", "a": "a", "b": "a"}, accounts)
    before = history.profile_of()
    history.run({"k": "k", "a": "k", "b": "k"}, accounts)
    assert set(history.profile_of().values()) == {before["k"]}


def test_a_split_leaves_the_id_with_the_larger_part_and_mints_one_for_the_rest() -> None:
    history = History()
    history.run({"a": "a", "b": "a", "c": "a"})
    before = history.profile_of()["a"]
    names = history.run({"a": "a", "b": "b", "c": "b"})
    profiles = history.profile_of()
    assert profiles["b"] == profiles["c"] == before != profiles["a"]
    assert kinds(names) == ["mint", "move", "split"]
    split = next(row for row in names.changes.to_pylist() if row["kind"] == "split")
    assert (split["old_profile_id"], split["new_profile_id"]) == (before, profiles["a"])


def test_an_id_whose_records_are_all_gone_is_retired_without_successor() -> None:
    history = History()
    history.run({"a": "a", "b": "b"})
    before = history.profile_of()["a"]
    names = history.run({"b": "b"})
    (retired,) = names.retired.to_pylist()
    assert (retired["profile_id"], retired["successor"]) == (before, None)
    assert [(row["kind"], row["record_id"], row["old_profile_id"]) for row in names.changes.to_pylist()] == [
        ("remove", "a", before),
        ("retire", None, before),
    ]
