"""Stable names for people: which profile id each cluster carries on, and what happened to the others.

Who is one person (the partition) does not depend on history; what that person is called does. For one sequence of runs
the names are always the same; under another sequence the people are equal and their ids may differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from identity.carried_ids import kept_ids, mint, successors_of
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
    of PROFILE_IDS with end and successor filled in, in place of those that hold the same ids; ``revived``: rows of
    ended ids that are live again, likewise. ``changes``: ledger rows of this run (IDENTITY_CHANGES).
    """

    members: pa.Table
    minted: pa.Table
    retired: pa.Table
    revived: pa.Table
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
    returned: pa.Table | None = None,
    published: pa.Table | None = None,
) -> Names:
    """Give every cluster a profile id: the one that most of it had before, else a new one.

    A former profile's id goes to the cluster that holds most of it, a cluster takes the id that weighs most in it;
    among equals the older id wins. An id that no cluster takes is retired; its successor is where most of it went (null
    when none of its records is left). Retired ids are never given out again; one that ended with its last record is
    live again when such a record comes back, since it is still that person's.

    An id that was published goes on where most of those are whom it was published for, whatever unpublished runs did
    since: what was done and taken back between two publications leaves no trace. Only clusters that no published id
    takes go by who was who before this run.

    Args:
        assignments: ``record_id``, ``cluster``; every record once.
        records: RECORDS, for which records have an account (they weigh three times).
        before: ``record_id``, ``profile_id`` as of the previous run; empty before the first.
        ids: PROFILE_IDS as of the previous run.
        run_id: of this run; new ids come from it, from ``changed_at`` and from a count, never from who is in them.
        changed_at: when, for the ledger.
        edges: EDGE_WEIGHTS inside the clusters, of which the ledger names the one that decided.
        pairs: PAIRS of the records, for since when both ends of an edge carried its identifier.
        grounds: rules, match model and judgements of this run and of the one before, for the ledger's causes.
        returned: ``record_id``, ``profile_id`` of records whose removal was taken back: where they were when they went.
        published: ``record_id``, ``profile_id`` as published last, where that differs from ``before``; all records
            that are in a cluster here, or were published in a profile with one that is.
    """
    back = MEMBERS.empty_table() if returned is None else returned.select(MEMBERS.names).cast(MEMBERS)
    former, unseen = _former(before, published, back)
    # Ended profiles whose records are back count as live ones: they go on, or lead to where those records are now.
    live = ids.filter(pc.or_(pc.is_null(ids["retired_at"]), pc.is_in(ids["profile_id"], former["profile_id"])))
    with session() as sql:
        tables = {
            "assignments": assignments,
            "before": former,
            "weights": _weights(records),
            "minted": live.select(["profile_id", "minted_at"]),
        }
        carried = query(sql, "profile_ids", tables)
        kept = kept_ids(carried)
        if unseen.num_rows:
            is_free = pc.invert(pc.is_in(assignments["cluster"], pa.array([*kept], pa.string())))
            free = {"before": unseen, "assignments": assignments.filter(is_free)}
            kept |= kept_ids(query(sql, "profile_ids", tables | free))
            carried = pa.concat_tables([carried, query(sql, "profile_ids", tables | {"before": unseen})])
        clusters = sorted(set(assignments["cluster"].to_pylist()))
        fresh = dict(
            zip((cluster for cluster in clusters if cluster not in kept), mint(run_id, changed_at), strict=False)
        )
        profile_of = kept | fresh
        members = pa.table(
            [assignments["record_id"], [profile_of[cluster] for cluster in assignments["cluster"].to_pylist()]],
            schema=MEMBERS,
        ).sort_by("record_id")
        retired = _rows(_retired(live, set(kept.values()), successors_of(carried, profile_of), run_id, changed_at))
        revived = _revived(live, set(kept.values()))
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
            revived=revived.select(["profile_id"]),
            returned=back.select(["record_id"]),
        )
        changes = ledger_rows(sql, turn, records, run_id, changed_at, grounds or Grounds(), edges, pairs)
        return Names(members=members, minted=minted, retired=retired, revived=revived, changes=changes)


def _former(before: pa.Table, published: pa.Table | None, back: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Who had which id, as far as the ids are published or nothing was; and who has one that nobody saw (MEMBERS)."""
    mine = before.select(MEMBERS.names).cast(MEMBERS)
    if published is None:
        return pa.concat_tables([mine, back]), MEMBERS.empty_table()
    seen = published.select(MEMBERS.names).cast(MEMBERS)
    only_back = back.filter(pc.invert(pc.is_in(back["record_id"], seen["record_id"])))
    former = pa.concat_tables([seen, only_back])
    return former, mine.filter(pc.invert(pc.is_in(mine["profile_id"], former["profile_id"])))


def _weights(records: pa.Table) -> pa.Table:
    has_account = pc.or_(
        pc.or_(pc.is_valid(records["crm_id"]), pc.is_valid(records["user_id"])), pc.is_valid(records["loyalty_id"])
    )
    return pa.table({"record_id": records["record_id"], "weight": pc.if_else(has_account, STRONG_WEIGHT, 1)})


def _retired(
    live: pa.Table, kept: set[str], successors: dict[str, str], run_id: str, changed_at: datetime
) -> list[dict[str, object]]:
    gone = live.filter(pc.invert(pc.is_in(live["profile_id"], value_set=pa.array(sorted(kept), pa.string()))))
    rows = {row["profile_id"]: row for row in gone.sort_by("profile_id").to_pylist()}
    return [
        row | {"retired_at": changed_at, "retired_run_id": run_id, "successor": successors.get(profile_id)}
        for profile_id, row in rows.items()
        if row["retired_at"] is None or _leads_elsewhere(profile_id, rows, successors)
    ]


def _leads_elsewhere(profile_id: str, gone: Mapping[str, Mapping[str, Any]], successors: Mapping[str, str]) -> bool:
    """Whether an id that ended in an earlier run leads to another one now than it did."""
    trail = gone[profile_id]["successor"]
    while trail in gone:
        trail = successors.get(trail) if gone[trail]["retired_at"] is None else gone[trail]["successor"]
    return successors.get(profile_id) not in (None, trail)


def _revived(ids: pa.Table, kept: set[str]) -> pa.Table:
    goes_on = pc.is_in(ids["profile_id"], pa.array(sorted(kept), pa.string()))
    ended = ids.filter(pc.and_(pc.is_valid(ids["retired_at"]), goes_on))
    no_end = {"retired_at": None, "retired_run_id": None, "successor": None}
    return _rows([row | no_end for row in ended.sort_by("profile_id").to_pylist()])


def _rows(rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist([dict.fromkeys(PROFILE_IDS.names) | row for row in rows], schema=PROFILE_IDS)
