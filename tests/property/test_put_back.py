"""What is done and taken back before anybody saw it leaves no trace in the ids, whatever was done."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from identity.ledgers import replay, replay_ids
from tests.identity.test_profile_ids import History
from tests.support.examples import examples

RECORDS = "abcdefgh"
PEOPLE = st.fixed_dictionaries({record: st.sampled_from("tuvw") for record in RECORDS})
# Records come and go as well.
PARTITIONS = st.dictionaries(st.sampled_from(RECORDS), st.sampled_from("tuvw"))
ACCOUNTS = st.frozensets(st.sampled_from(RECORDS))

COSTLY = examples(20, few=6)


@COSTLY
@given(PEOPLE, PEOPLE, st.lists(PARTITIONS, min_size=1, max_size=4), ACCOUNTS)
def test_people_put_back_before_a_publication_have_the_ids_that_were_published(
    first: dict[str, str], seen: dict[str, str], unseen: list[dict[str, str]], accounts: frozenset[str]
) -> None:
    history = History()
    history.run(first, accounts)
    history.run(seen, accounts)
    history.publish()
    ids, live = history.profile_of(), history.live()
    for people in unseen:
        history.run(people, accounts)
    history.run(seen, accounts)
    assert (history.profile_of(), history.live()) == (ids, live)


@COSTLY
@given(PEOPLE, st.lists(PARTITIONS, min_size=1, max_size=4), ACCOUNTS)
def test_the_ledger_tells_all_of_it_and_every_id_leads_to_a_live_one_or_to_nothing(
    seen: dict[str, str], unseen: list[dict[str, str]], accounts: frozenset[str]
) -> None:
    history = History()
    history.run(seen, accounts)
    history.publish()
    ever: set[str] = set(history.live())
    for people in unseen:
        minted = set(history.run(people, accounts).minted["profile_id"].to_pylist())
        assert not minted & ever
        ever |= minted
        ids = replay_ids(history.ledger)
        assert replay(history.ledger).equals(history.members)
        assert ids.live == history.live() == set(history.profile_of().values())
        assert all(ids.follow(one) in ids.live or ids.follow(one) is None for one in ever)
        stored = {row["profile_id"]: row["successor"] for row in history.ids.to_pylist() if row["retired_at"]}
        assert stored == ids.successors


@COSTLY
@given(PEOPLE, st.lists(PARTITIONS, min_size=1, max_size=3), ACCOUNTS)
def test_a_run_of_the_same_people_changes_nothing_also_after_unseen_ones(
    seen: dict[str, str], unseen: list[dict[str, str]], accounts: frozenset[str]
) -> None:
    history = History()
    history.run(seen, accounts)
    history.publish()
    for people in unseen:
        history.run(people, accounts)
    again = history.run(unseen[-1], accounts)
    assert again.changes.num_rows == again.minted.num_rows == again.retired.num_rows == again.revived.num_rows == 0


def test_a_published_id_leads_to_where_most_of_those_are_whom_it_was_published_for() -> None:
    history = History()
    history.run({"a": "t", "b": "t", "c": "u", "d": "v"})
    history.publish()
    ids = history.profile_of()
    history.run({"a": "t", "b": "t", "c": "t", "d": "v"})
    assert replay_ids(history.ledger).follow(ids["c"]) == ids["a"]
    history.run({"a": "t", "b": "t", "c": "v", "d": "v"})
    now = history.profile_of()
    assert (now["a"], now["b"]) == (ids["a"], ids["a"])
    assert now["c"] == now["d"] in (ids["c"], ids["d"])
    assert {replay_ids(history.ledger).follow(ids[record]) for record in "cd"} == {now["c"]}


def test_what_was_published_is_not_taken_back() -> None:
    history = History()
    history.run({"a": "t", "b": "t", "c": "u"})
    ids = history.profile_of()
    history.run({"a": "t", "b": "t", "c": "t"})
    history.publish()
    history.run({"a": "t", "b": "t", "c": "u"})
    assert history.profile_of()["a"] == ids["a"]
    assert history.profile_of()["c"] not in ids.values()
