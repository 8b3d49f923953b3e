"""Stable names for households, carried over from run to run as those of people are (:mod:`identity.profile_ids`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from identity.carried_ids import kept_ids, mint, successors_of
from identity.queries import query, session
from schemas.tables import HOUSEHOLD_CHANGES, HOUSEHOLD_IDS, HOUSEHOLD_MEMBERS


@dataclass(frozen=True)
class HouseholdNames:
    """``members``: HOUSEHOLD_MEMBERS, sorted by profile. ``minted`` and ``retired``: rows of HOUSEHOLD_IDS, the latter
    in place of those with the same ids. ``changes``: HOUSEHOLD_CHANGES. ``id_of``: the id of each household by its name
    within the run."""

    members: pa.Table
    minted: pa.Table
    retired: pa.Table
    changes: pa.Table
    id_of: Mapping[str, str]


def carry_over_households(
    assignments: pa.Table,
    before: pa.Table,
    ids: pa.Table,
    successors: Mapping[str, str],
    run_id: str,
    changed_at: datetime,
) -> HouseholdNames:
    """Give every household an id: the one that most of its people had before, else a new one.

    Args:
        assignments: ``identity.households.ASSIGNMENTS``.
        before: HOUSEHOLD_MEMBERS as of the previous run; their profiles may be retired since.
        ids: HOUSEHOLD_IDS as of the previous run.
        successors: retired profile -> the profile it is part of now.
        run_id: of this run; new ids come from it, from ``changed_at`` and from a count, never from who is in them.
        changed_at: when, for the ledger.
    """
    live = ids.filter(pc.is_null(ids["retired_at"]))
    with session() as sql:
        carried = query(
            sql,
            "profile_ids",
            {
                "assignments": assignments.rename_columns(["record_id", "cluster"]),
                "before": _followed(before, successors),
                "weights": pa.table({"record_id": pa.array([], pa.string()), "weight": pa.array([], pa.int64())}),
                "minted": live.select(["household_id", "minted_at"]).rename_columns(["profile_id", "minted_at"]),
            },
        )
        kept = kept_ids(carried)
        new = (name for name in sorted(set(assignments["household"].to_pylist())) if name not in kept)
        # Of the same run and moment as new profiles: the seed keeps both kinds of id apart.
        fresh = dict(zip(new, mint(f"{run_id}/households", changed_at), strict=False))
        id_of = kept | fresh
        members = pa.table(
            [[id_of[name] for name in assignments["household"].to_pylist()], assignments["profile_id"]],
            schema=HOUSEHOLD_MEMBERS,
        )
        moves = query(sql, "household_ids", {"before": before, "members": members}).to_pylist()
    heirs, gone = successors_of(carried, id_of), {*live["household_id"].to_pylist()} - {*kept.values()}
    minted = [{"household_id": name, "minted_at": changed_at, "minted_run_id": run_id} for name in fresh.values()]
    end = {"retired_at": changed_at, "retired_run_id": run_id}
    retired = [
        row | end | {"successor": heirs.get(row["household_id"])}
        for row in live.sort_by("household_id").to_pylist()
        if row["household_id"] in gone
    ]
    changes = [
        *({"kind": "mint", "new_household_id": name} for name in fresh.values()),
        *({"kind": "move"} | move for move in moves),
        *(
            {"kind": "retire", "old_household_id": row["household_id"], "new_household_id": row["successor"]}
            for row in retired
        ),
    ]
    turn = {"run_id": run_id, "changed_at": changed_at}
    return HouseholdNames(
        members=members,
        minted=_rows(minted, HOUSEHOLD_IDS),
        retired=_rows(retired, HOUSEHOLD_IDS),
        changes=_rows(({"sequence": number} | turn | row for number, row in zip(count(), changes)), HOUSEHOLD_CHANGES),
        id_of=id_of,
    )


def _followed(before: pa.Table, successors: Mapping[str, str]) -> pa.Table:
    """Former members under the profiles that they are now, each once a household."""
    rows = zip(before["profile_id"].to_pylist(), before["household_id"].to_pylist(), strict=True)
    followed = sorted({(successors.get(profile, profile), household) for profile, household in rows})
    return pa.table(
        {
            "record_id": pa.array([profile for profile, _ in followed], pa.string()),
            "profile_id": pa.array([household for _, household in followed], pa.string()),
        }
    )


def _rows(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([dict.fromkeys(schema.names) | dict(row) for row in rows], schema=schema)
