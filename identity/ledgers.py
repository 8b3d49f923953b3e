"""The ledger read back: who was who at any moment, and what every profile id became.

Transaction time (``changed_at``) is when we knew, valid time (``valid_at``) since when it is true in event time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from identity.profile_ids import MEMBERS
from identity.queries import conform, query, session


@dataclass(frozen=True)
class Ids:
    """Every profile id that was ever minted: the live ones, and the successor of each other (None: no record left)."""

    live: frozenset[str]
    successors: Mapping[str, str | None]

    def follow(self, profile_id: str) -> str | None:
        """The live id that an id stands for now; None if none of its records is left, or it never was one."""
        seen: set[str] = set()
        current: str | None = profile_id
        while current is not None and current not in self.live and current not in seen:
            seen.add(current)
            current = self.successors.get(current)
        return current if current in self.live else None


def replay(ledger: pa.Table, known_at: datetime | None = None, valid_at: datetime | None = None) -> pa.Table:
    """Which profile each record belonged to (MEMBERS, sorted by record), from the ledger's rows alone.

    Without moments it is who is who now. ``known_at`` leaves out what was found out later, ``valid_at`` what became
    true later: a record whose last change was not true yet is where the change before had put it, or nowhere.
    The order of the rows changes nothing. A name is as known then; its id may be retired since (:func:`replay_ids`).
    """
    with session() as sql:
        found = query(sql, "ledgers", {"ledger": ledger}, {"known_at": known_at, "valid_at": valid_at})
    return conform(found, MEMBERS)


def replay_ids(ledger: pa.Table, known_at: datetime | None = None) -> Ids:
    """Which profile ids were live, and what became of the others, as was known at a moment (without: now)."""
    known = ledger if known_at is None else ledger.filter(pc.less_equal(ledger["changed_at"], pa.scalar(known_at)))
    begun = known.filter(pc.is_in(known["kind"], pa.array(["mint", "revive"])))
    retired = known.filter(pc.equal(known["kind"], "retire"))
    # By position: an id that ended may be live again, and end again.
    last = dict(sorted(zip(begun["position"].to_pylist(), begun["new_profile_id"].to_pylist(), strict=True)))
    since = {profile_id: position for position, profile_id in last.items()}
    ends = sorted(
        zip(*(retired[name].to_pylist() for name in ("position", "old_profile_id", "new_profile_id")), strict=True)
    )
    successors = {old: new for position, old, new in ends if position > since.get(old, 0)}
    return Ids(frozenset(since) - successors.keys(), successors)
