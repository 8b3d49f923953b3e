"""Who was who at a moment: the records of one profile as was known then, and as is true of another moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from identity.ledgers import replay
from identity.queries import conform
from models.errors import UsageError
from models.lakes import Lake
from models.migrations import ledger_relation
from pipelines.lookups import find_records, follow_successors
from schemas.tables import IDENTITY_CHANGES

UNKNOWN = "That was no profile, record or identifier that was known at that moment. Ask for a later one."


@dataclass(frozen=True)
class Moment:
    """One profile at a moment. ``known_at`` is when we knew, ``valid_at`` when it was true (None: at any time).

    ``profile_id`` is what it was called then, ``now`` the live profile that this id leads to (None: none is left);
    ``records`` hold ``record_id`` and ``now``, the profile that has it now.
    """

    known_at: datetime
    valid_at: datetime | None
    profile_id: str
    now: str | None
    records: list[dict[str, Any]]


def read_moment(lake: Lake, text: str, known_at: datetime, valid_at: datetime | None = None) -> Moment:
    """The profile that a text pointed at, at that moment; an id that was retired by then leads to its successor.

    An identifier is looked up among the records that carry it now.

    Raises:
        UsageError: nothing of that kind was known then, or several profiles were.
    """
    named = _profile_then(lake, text, known_at)
    if named is None:
        records = find_records(lake, text) or [text]
        places = set(_members(lake, records, known_at, valid_at).values())
        if not places:
            raise UsageError(UNKNOWN)
        if len(places) > 1:
            msg = f"That pointed at {len(places)} profiles: {', '.join(sorted(places)[:10])}. Name one of them."
            raise UsageError(msg)
        named = places.pop()
    once = [row[0] for row in lake.rows(
        f"select distinct record_id from {ledger_relation(lake)} where kind = 'move' and new_profile_id = ?", [named]
    )]  # fmt: skip
    then = _members(lake, once, known_at, valid_at)
    now = _members(lake, once, None, None)
    return Moment(
        known_at=known_at,
        valid_at=valid_at,
        profile_id=named,
        now=follow_successors(lake, named),
        records=[{"record_id": record, "now": now.get(record)} for record, at in then.items() if at == named],
    )


def _profile_then(lake: Lake, profile_id: str, known_at: datetime) -> str | None:
    """The id that a profile id stood for then; None if no such id was minted by then, or none of its records was left.

    Raises:
        UsageError: the id was retired by then, with all its records gone.
    """
    current: str | None = profile_id
    if not _rows(lake, "kind = 'mint' and new_profile_id = $id", profile_id, known_at):
        return None
    while retired := _ends(lake, str(current), known_at):
        current = retired[0]
        if current is None:
            msg = f"Profile {profile_id} had no record left at that moment. Its life: klantbeeld history {profile_id}"
            raise UsageError(msg)
    return current


def _ends(lake: Lake, profile_id: str, known_at: datetime) -> list[str | None]:
    """The successor of an id that had ended by then; empty while it is live, also when it is again."""
    last = lake.rows(
        f"""select kind, new_profile_id from {ledger_relation(lake)}
        where (kind = 'retire' and old_profile_id = $id or kind = 'revive' and new_profile_id = $id)
            and changed_at <= $known_at
        order by position desc limit 1""",
        {"id": profile_id, "known_at": known_at},
    )
    return [successor for kind, successor in last if kind == "retire"]


def _rows(lake: Lake, condition: str, profile_id: str, known_at: datetime) -> list[str | None]:
    rows = lake.rows(
        f"select new_profile_id from {ledger_relation(lake)} where {condition} and changed_at <= $known_at",
        {"id": profile_id, "known_at": known_at},
    )
    return [row[0] for row in rows]


def _members(lake: Lake, records: list[str], known_at: datetime | None, valid_at: datetime | None) -> dict[str, str]:
    """record -> its profile at a moment, of these records."""
    with lake.registered(pa.table({"record_id": pa.array(records, pa.string())}), "_asked_records") as asked:
        ledger = lake.sql(f"from {ledger_relation(lake)} where record_id in (select record_id from {asked})")
    members = replay(conform(ledger, IDENTITY_CHANGES), known_at, valid_at)
    return dict(zip(members["record_id"].to_pylist(), members["profile_id"].to_pylist(), strict=True))
