"""In any sequence of runs the ledger replays to who is who, ids are never reused, and nothing changes without cause."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from identity.ledgers import replay, replay_ids
from tests.identity.test_profile_ids import DAY_ONE, History
from tests.support.examples import examples

# Records come, go, join and part: every partition of a small alphabet.
PARTITIONS = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("tuvw"))
RUNS = st.lists(PARTITIONS, min_size=1, max_size=5)


def groups(clusters: dict[str, str]) -> set[frozenset[str]]:
    return {frozenset(r for r in clusters if clusters[r] == name) for name in clusters.values()}


@examples(20, few=6)
@given(RUNS)
def test_the_ledger_replays_to_the_members_and_live_ids_of_every_run(runs: list[dict[str, str]]) -> None:
    history = History()
    states = []
    for clusters in runs:
        names = history.run(clusters)
        states.append((names.members, frozenset(history.live())))
        assert replay(history.ledger).equals(names.members)
        assert replay_ids(history.ledger).live == history.live() == set(history.profile_of().values())
    # Any moment of the past is as it was then, whatever came after.
    for number, (members, live) in enumerate(states, 1):
        moment = DAY_ONE + timedelta(days=number, hours=1)
        assert replay(history.ledger, moment).equals(members)
        assert replay_ids(history.ledger, moment).live == live
    assert replay(history.ledger, DAY_ONE).num_rows == 0


@examples(20, few=6)
@given(RUNS)
def test_ids_are_one_to_one_with_people_and_a_retired_one_is_never_given_out_again(runs: list[dict[str, str]]) -> None:
    history = History()
    ever: set[str] = set()
    for clusters in runs:
        minted = set(history.run(clusters).minted["profile_id"].to_pylist())
        assert not minted & ever
        ever |= minted
        assert groups(history.profile_of()) == groups(clusters)
        assert history.live() <= ever
    positions = history.ledger["position"].to_pylist()
    assert positions == list(range(1, len(positions) + 1))


@examples(20, few=6)
@given(RUNS)
def test_every_alias_ends_at_a_live_id_or_at_nothing_with_all_its_records_gone(runs: list[dict[str, str]]) -> None:
    history = History()
    held: dict[str, set[str]] = {}
    for clusters in runs:
        history.run(clusters)
        for record, profile_id in history.profile_of().items():
            held.setdefault(profile_id, set()).add(record)
    ids = replay_ids(history.ledger)
    for profile_id in held:
        end = ids.follow(profile_id)
        assert end in ids.live or end is None
    for profile_id, successor in ids.successors.items():
        if successor is None:
            # When it was retired none of its records was there.
            [retired] = [
                row for row in history.ledger.to_pylist()
                if row["kind"] == "retire" and row["old_profile_id"] == profile_id
            ]  # fmt: skip
            run = int(retired["run_id"].removeprefix("run"))
            last = replay(history.ledger, DAY_ONE + timedelta(days=run - 1))
            members = [row["record_id"] for row in last.to_pylist() if row["profile_id"] == profile_id]
            assert not set(members) & runs[run - 1].keys()


@examples(20, few=6)
@given(RUNS, st.sampled_from("xyz"))
def test_who_stays_together_keeps_the_id_and_writes_nothing(runs: list[dict[str, str]], prefix: str) -> None:
    history = History()
    for clusters in runs:
        history.run(clusters)
    again = history.run({record: prefix + cluster for record, cluster in runs[-1].items()})
    assert again.changes.num_rows == again.minted.num_rows == again.retired.num_rows == 0


@examples(15, few=5)
@given(RUNS)
def test_the_same_runs_write_the_same_ledger(runs: list[dict[str, str]]) -> None:
    one, other = History(), History()
    for clusters in runs:
        one.run(clusters)
        other.run(dict(reversed(clusters.items())))
    assert one.ledger.equals(other.ledger)
    assert pa.compute.is_valid(one.ledger["cause"]).to_pylist() == [True] * one.ledger.num_rows


@examples(20, few=6)
@given(RUNS)
def test_every_record_that_goes_or_comes_is_told_once_a_run(runs: list[dict[str, str]]) -> None:
    history = History()
    before: dict[str, str] = {}
    for clusters in runs:
        changes = history.run(clusters).changes.to_pylist()
        now = history.profile_of()
        told = {
            row["record_id"]: (row["old_profile_id"], row["new_profile_id"])
            for row in changes
            if row["kind"] in ("move", "remove")
        }
        assert told == {
            record: (before.get(record), now.get(record))
            for record in before.keys() | now.keys()
            if before.get(record) != now.get(record)
        }
        assert len(told) == sum(row["kind"] in ("move", "remove") for row in changes)
        before = now
