"""What a resolution writes, in the transaction of its caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from identity.increments import Calibration
from identity.match_indexes import MatchIndex
from identity.profile_ids import Names
from models.lakes import Lake
from schemas.tables import RECORD_PROFILES


@dataclass(frozen=True)
class Outcome:
    """What a resolution found and what belongs with it.

    ``write`` writes it into the lake; ``changes`` are its rows of the ledger; ``changed_records`` and ``alarms`` count
    the records looked at and the components too large for one person among them.
    """

    write: Callable[[], None]
    index: MatchIndex
    calibration: Calibration
    changes: pa.Table
    changed_records: int
    alarms: int


def record_profiles(records: pa.Table, members: pa.Table) -> pa.Table:
    """RECORD_PROFILES of RECORDS and their ``members`` (``record_id``, ``profile_id``), both sorted by record."""
    columns = [records["record_id"], records["source"], records["source_record_id"], members["profile_id"]]
    return pa.table(columns, schema=RECORD_PROFILES)


def write_names(lake: Lake, names: Names) -> None:
    """Write what became of profile ids."""
    lake.insert("identity.profile_ids", names.minted)
    for changed in (names.retired, names.revived):
        lake.delete("identity.profile_ids", changed.select(["profile_id"]))
        lake.insert("identity.profile_ids", changed)
    lake.insert("identity.changes", names.changes)
