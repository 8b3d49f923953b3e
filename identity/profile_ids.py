"""Stable names for people: which profile id each cluster carries on, and what happened to the others.

Who is one person (the partition) does not depend on history; what that person is called does. For one sequence of runs
the names are always the same; under another sequence the people are equal and their ids may differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from identity.causes import Grounds, Turn, ledger_rows
from identity.queries import query, session
from schemas.tables import PROFILE_IDS

STRONG_TYPES = ("crm_id", "user_id", "loyalty_id")
STRONG_WEIGHT = 3
"""A record with an account counts this often when ids are carried over: the account is what others know a person by."""

MEMBERS = pa.schema(
    [pa.field("record_id", pa.string(), nullable=False), pa.field("profile_id", pa.string(), nullable=False)]
)


@dataclass(frozen=True)
class Names:
    """What carrying over gives.

    ``members``: MEMBERS, one row per record, sorted. ``minted``: rows for PROFILE_IDS of new ids. ``retired``: rows
    of PROFILE_IDS with end and successor filled in, in place of those that hold the same ids. ``changes``: ledger
    rows of this run (IDENTITY_CHANGES).
    """

    members: pa.Table
    minted: pa.Table
    retired: pa.Table
    changes: pa.Table


def carry_over(
    assignments: pa.Table,
    records: pa.Table,
    before: pa.Table,
    ids: pa.Table,
    run_id: str,
    changed_at: datetime,
    *,
    edges: pa.Table | None = None,
    pairs: pa.Table | None = None,
    grounds: Grounds | None = None,
) -> Names:
    """Give every cluster a profile id: the one that most of it had before, else a new one.

    A former profile's id goes to the cluster that holds most of it, a cluster takes the id that weighs most in it;
    among equals the older id wins. An id that no cluster takes is retired; its successor is where most of it went (null
    when none of its records is left). Retired ids are never given out again.

    Args:
        assignments: ``record_id``, ``cluster``; every record once.
        records: RECORDS, for which records have an account (they weigh three times).
        before: ``record_id``, ``profile_id`` as of the previous run; empty before the first.
        ids: PROFILE_IDS as of the previous run.
        run_id: of this run; new ids come from it, from ``changed_at`` and from a count, never from who is in them.
        changed_at: when, for the ledger.
        edges: EDGES inside the clusters, of which the ledger names the one that decided.
        pairs: PAIRS of the records, for since when both ends of an edge carried its identifier.
        grounds: rules, match model and judgements of this run and of the one before, for the ledger's causes.
    """
    live = ids.filter(pc.is_null(ids["retired_at"]))
    with session() as sql:
        tables = {
            "assignments": assignments,
            "before": before.select(["record_id", "profile_id"]),
            "weights": _weights(records),
            "minted": live.select(["profile_id", "minted_at"]),
        }
        carried = query(sql, "profile_ids", tables)
        kept = _kept_ids(carried)
        clusters = sorted(set(assignments["cluster"].to_pylist()))
        fresh = dict(
            zip((cluster for cluster in clusters if cluster not in kept), _mint(run_id, changed_at), strict=False)
        )
        profile_of = kept | fresh
        members = pa.table(
            [assignments["record_id"], [profile_of[cluster] for cluster in assignments["cluster"].to_pylist()]],
            schema=MEMBERS,
        ).sort_by("record_id")
        retired = _rows(_retired(live, set(kept.values()), _successors(carried, profile_of), run_id, changed_at))
        minted = _rows(
            [
                {"profile_id": profile_id, "minted_at": changed_at, "minted_run_id": run_id}
                for profile_id in fresh.values()
            ]
        )
        turn = Turn(
            members=members,
            before=before.select(["record_id", "profile_id"]),
            minted=minted.select(["profile_id"]),
            retired=retired.select(["profile_id", "successor"]),
        )
        changes = ledger_rows(sql, turn, records, run_id, changed_at, grounds or Grounds(), edges, pairs)
        return Names(members=members, minted=minted, retired=retired, changes=changes)


def _weights(records: pa.Table) -> pa.Table:
    has_account = pc.or_(
        pc.or_(pc.is_valid(records["crm_id"]), pc.is_valid(records["user_id"])), pc.is_valid(records["loyalty_id"])
    )
    return pa.table({"record_id": records["record_id"], "weight": pc.if_else(has_account, STRONG_WEIGHT, 1)})


def _kept_ids(carried: pa.Table) -> dict[str, str]:
    """cluster -> former profile id that goes on in it; rows stand from the heaviest on."""
    alone = carried.filter(pc.invert(carried["is_contested"]))
    kept = dict(zip(alone["cluster"].to_pylist(), alone["profile_id"].to_pylist(), strict=True))
    contested = carried.filter(carried["is_contested"])
    taken: set[str] = set()
    for profile_id, cluster in zip(contested["profile_id"].to_pylist(), contested["cluster"].to_pylist(), strict=True):
        if cluster not in kept and profile_id not in taken:
            kept[cluster] = profile_id
            taken.add(profile_id)
    return kept


def _mint(run_id: str, minted_at: datetime) -> Iterator[str]:
    """Endless new ids in the form of UUID version 7: they sort by time, and nobody can tell from one who is in it."""
    milliseconds = int(minted_at.timestamp() * 1000)
    sequence = 0
    while True:
        digest = hashlib.sha256(f"{run_id}/{sequence}".encode()).digest()
        number = (milliseconds << 80) | int.from_bytes(digest[:10], "big")
        number = (number & ~(0xF << 76)) | (0x7 << 76)
        number = (number & ~(0x3 << 62)) | (0x2 << 62)
        yield str(UUID(int=number))
        sequence += 1


def _successors(carried: pa.Table, profile_of: dict[str, str]) -> dict[str, str]:
    """Former profile id -> the profile that most of it is in now."""
    found: dict[str, str] = {}
    for profile_id, cluster in zip(carried["profile_id"].to_pylist(), carried["cluster"].to_pylist(), strict=True):
        found.setdefault(profile_id, profile_of[cluster])
    return found


def _retired(
    live: pa.Table, kept: set[str], successors: dict[str, str], run_id: str, changed_at: datetime
) -> list[dict[str, object]]:
    gone = live.filter(pc.invert(pc.is_in(live["profile_id"], value_set=pa.array(sorted(kept), pa.string()))))
    return [
        row | {"retired_at": changed_at, "retired_run_id": run_id, "successor": successors.get(row["profile_id"])}
        for row in gone.sort_by("profile_id").to_pylist()
    ]


def _rows(rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist([dict.fromkeys(PROFILE_IDS.names) | row for row in rows], schema=PROFILE_IDS)
