"""Find the households anew after people were written, and write what is another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from identity.household_ids import HouseholdNames, carry_over_households
from identity.households import find_households, household_rows
from models.lakes import LAKE, Lake
from schemas.tables import (
    HOUSEHOLD_ALARMS,
    HOUSEHOLD_MEMBERS,
    HOUSEHOLDS,
    PROFILE_IDENTIFIERS,
    PROFILES,
)


@dataclass(frozen=True)
class HouseholdSummary:
    """How many households there are, of how many people, and what was too large or contradictory to be one."""

    households: int
    people: int
    alarms: int


def update_households(lake: Lake, run_id: str, resolved_at: datetime) -> HouseholdSummary:
    """Make the households those of the profiles in the lake, in the caller's transaction.

    A function of the tables of schema ``profiles`` as they stand there, so that it does not matter whether all people
    or some were resolved; only rows that are others are written. Names follow those of the run before.
    """
    policy = lake.workspace.settings.identity.households
    profiles = lake.sql(f"from {LAKE}.profiles.profiles").select(PROFILES.names)
    # Values of a single person make no household: most of them stay where they are.
    identifiers = lake.sql(
        f"""from {LAKE}.profiles.identifiers where state <> 'junk'
        qualify count(*) over (partition by type, value) > 1"""
    ).select(PROFILE_IDENTIFIERS.names)
    found = find_households(profiles, identifiers, policy)
    before = lake.sql(f"from {LAKE}.profiles.household_members").select(HOUSEHOLD_MEMBERS.names)
    names = carry_over_households(
        found.assignments,
        before,
        lake.sql(f"from {LAKE}.profiles.household_ids"),
        _successors(lake, before),
        run_id,
        resolved_at,
    )
    evidence = {names.id_of[name]: commons for name, commons in found.evidence.items()}
    rows = household_rows(names.members, profiles, evidence)
    _write_changed(lake, "profiles.households", "household_id", rows.cast(HOUSEHOLDS))
    _write_changed(lake, "profiles.household_members", "profile_id", names.members)
    _write_changed(lake, "profiles.household_alarms", "name", found.alarms.cast(HOUSEHOLD_ALARMS))
    _write_names(lake, names)
    return HouseholdSummary(rows.num_rows, names.members.num_rows, found.alarms.num_rows)


def _successors(lake: Lake, before: pa.Table) -> dict[str, str]:
    with lake.registered(before, "former_members"):
        return dict(
            lake.rows(
                f"""select profile_id, successor from {LAKE}.identity.profile_ids semi join former_members
                using (profile_id) where successor is not null"""
            )
        )


def _write_changed(lake: Lake, table: str, key: str, rows: pa.Table) -> None:
    """Make a table hold exactly these rows, and leave those alone that it holds already."""
    names = ", ".join(rows.column_names)
    with lake.registered(rows, "wanted_rows"):
        gone = lake.sql(
            f"""select distinct {key} from (
                select {names} from {LAKE}.{table} except all select {names} from wanted_rows
            )"""
        )
        come = lake.sql(f"select {names} from wanted_rows except all select {names} from {LAKE}.{table}")
    lake.delete(table, gone)
    # Of a key that went, all rows went: those that were to stay come again.
    is_again = pc.is_in(rows[key], value_set=gone[key].combine_chunks())
    come = come.filter(pc.invert(pc.is_in(come[key], value_set=gone[key].combine_chunks())))
    lake.insert(table, pa.concat_tables([rows.filter(is_again), come.cast(rows.schema)]))


def _write_names(lake: Lake, names: HouseholdNames) -> None:
    lake.insert("profiles.household_ids", names.minted)
    lake.delete("profiles.household_ids", names.retired.select(["household_id"]))
    lake.insert("profiles.household_ids", names.retired)
    lake.insert("profiles.household_changes", names.changes)
