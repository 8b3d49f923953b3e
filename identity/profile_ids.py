"""Stable names for people: which profile id each cluster carries on, and what happened to the others.

Who is one person (the partition) does not depend on history; what that person is called does. For one sequence of runs
the names are always the same; under another sequence the people are equal and their ids may differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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
) -> Names:
    """Give every cluster a profile id: the one that most of it had before, else a new one.

    A former profile's id goes to the cluster that holds most of it, a cluster takes the id that weighs most in it;
    among equals the older id wins. An id that no cluster takes is retired; its successor is where most of it went (null
    when none of its records is left). Retired ids are never given out again; one that ended with its last record is
    live again when such a record comes back, since it is still that person's.

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
        returned: ``record_id``, ``profile_id`` of records whose removal was taken back: where they were when they went.
    """
    back = MEMBERS.empty_table() if returned is None else returned.select(MEMBERS.names).cast(MEMBERS)
    # Ended profiles whose records are back count as live ones: they go on, or lead to where those records are now.
    live = ids.filter(pc.or_(pc.is_null(ids["retired_at"]), pc.is_in(ids["profile_id"], back["profile_id"])))
    with session() as sql:
        tables = {
            "assignments": assignments,
            "before": pa.concat_tables([before.select(MEMBERS.names).cast(MEMBERS), back]),
            "weights": _weights(records),
            "minted": live.select(["profile_id", "minted_at"]),
        }
        carried = query(sql, "profile_ids", tables)
        kept = kept_ids(carried)
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


def _weights(records: pa.Table) -> pa.Table:
    has_account = pc.or_(
        pc.or_(pc.is_valid(records["crm_id"]), pc.is_valid(records["user_id"])), pc.is_valid(records["loyalty_id"])
    )
    return pa.table({"record_id": records["record_id"], "weight": pc.if_else(has_account, STRONG_WEIGHT, 1)})


def _retired(
    live: pa.Table, kept: set[str], successors: dict[str, str], run_id: str, changed_at: datetime
) -> list[dict[str, object]]:
    gone = live.filter(pc.invert(pc.is_in(live["profile_id"], value_set=pa.array(sorted(kept), pa.string()))))
    return [
        row | {"retired_at": changed_at, "retired_run_id": run_id, "successor": successors.get(row["profile_id"])}
        for row in gone.sort_by("profile_id").to_pylist()
    ]


def _revived(ids: pa.Table, kept: set[str]) -> pa.Table:
    goes_on = pc.is_in(ids["profile_id"], pa.array(sorted(kept), pa.string()))
    ended = ids.filter(pc.and_(pc.is_valid(ids["retired_at"]), goes_on))
    no_end = {"retired_at": None, "retired_run_id": None, "successor": None}
    return _rows([row | no_end for row in ended.sort_by("profile_id").to_pylist()])


def _rows(rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist([dict.fromkeys(PROFILE_IDS.names) | row for row in rows], schema=PROFILE_IDS)
