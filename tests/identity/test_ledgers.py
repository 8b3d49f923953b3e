"""In any history of runs the ledger alone tells who is who, now and at any moment before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from identity.ledgers import Ids, replay, replay_ids
from schemas.tables import IDENTITY_CHANGES

JUNE = datetime(2026, 6, 1, tzinfo=UTC)


def day(number: int) -> datetime:
    return JUNE + timedelta(days=number)


def make_ledger(*rows: dict[str, object]) -> pa.Table:
    """Rows in their order; a row says what matters."""
    blank = dict.fromkeys(IDENTITY_CHANGES.names) | {"run_id": "r", "cause": "edge", "changed_at": JUNE}
    numbered = [blank | {"position": at, "sequence": at} | row for at, row in enumerate(rows, 1)]
    return pa.Table.from_pylist(numbered, schema=IDENTITY_CHANGES)


def move(record: str, old: str | None, new: str | None, known: int, valid: int | None) -> dict[str, object]:
    return {
        "kind": "remove" if new is None else "move", "record_id": record, "old_profile_id": old, "new_profile_id": new,
        "changed_at": day(known), "valid_at": None if valid is None else day(valid),
    }  # fmt: skip


def who(ledger: pa.Table, known: int | None = None, valid: int | None = None) -> dict[str, str]:
    members = replay(ledger, None if known is None else day(known), None if valid is None else day(valid))
    return dict(zip(members["record_id"].to_pylist(), members["profile_id"].to_pylist(), strict=True))


LIFE = make_ledger(
    move("a", None, "p1", 10, 1), move("b", None, "p2", 10, 2),
    move("b", "p2", "p1", 20, 5), move("a", "p1", None, 30, None),
)  # fmt: skip


def test_what_was_found_out_later_was_not_known_then() -> None:
    assert who(LIFE, known=9) == {}
    assert who(LIFE, known=10) == {"a": "p1", "b": "p2"}
    assert who(LIFE, known=25) == {"a": "p1", "b": "p1"}
    assert who(LIFE) == {"b": "p1"}


def test_what_became_true_later_was_not_true_then_even_if_we_know_it_now() -> None:
    assert who(LIFE, known=25, valid=0) == {}
    assert who(LIFE, known=25, valid=4) == {"a": "p1", "b": "p2"}
    assert who(LIFE, known=25, valid=5) == {"a": "p1", "b": "p1"}


def test_a_removed_record_is_no_more_whatever_moment_is_asked_for() -> None:
    assert who(LIFE, valid=4) == {"b": "p2"}


def test_the_order_of_rows_changes_nothing() -> None:
    assert who(LIFE.take([3, 1, 0, 2]), known=25) == who(LIFE, known=25)


def test_a_retired_id_leads_to_the_live_one_and_to_nothing_when_all_its_records_are_gone() -> None:
    mints = [{"kind": "mint", "new_profile_id": name} for name in ("p1", "p2", "p3", "p4")]
    ends = [
        {"kind": "retire", "old_profile_id": "p1", "new_profile_id": "p2", "changed_at": day(1)},
        {"kind": "retire", "old_profile_id": "p2", "new_profile_id": "p3", "changed_at": day(2)},
        {"kind": "retire", "old_profile_id": "p4", "new_profile_id": None, "changed_at": day(2)},
    ]
    ledger = make_ledger(*mints, *ends)
    ids = replay_ids(ledger)
    assert ids == Ids(frozenset({"p3"}), {"p1": "p2", "p2": "p3", "p4": None})
    assert [ids.follow(name) for name in ("p1", "p2", "p3", "p4", "never minted")] == ["p3", "p3", "p3", None, None]
    assert replay_ids(ledger, day(1)).follow("p1") == "p2"
