"""Lakes with a ledger of believable changes, published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from models.lakes import open_lake
from models.workspaces import Workspace
from schemas.tables import IDENTITY_CHANGES, PROFILE_IDS, RECORD_PROFILES
from tests.support.built_lakes import publish_now
from tests.support.copies import copy_of
from tests.support.lakes import at, make_lake

ONE, TWO, THREE = ("crm:crm_id:K1", "shop:user_id:u1", "mailer:email:anna@people.test")

RUNS: dict[str, list[dict[str, Any]]] = {
    "run1": [
        {"kind": "mint", "new_profile_id": "p1", "cause": "new_record", "valid_at": at("2026-01-01")},
        {"kind": "mint", "new_profile_id": "p2", "cause": "new_record", "valid_at": at("2026-01-05")},
        {"kind": "move", "record_id": ONE, "new_profile_id": "p1", "cause": "new_record", "valid_at": at("2026-01-01")},
        {"kind": "move", "record_id": TWO, "new_profile_id": "p2", "cause": "new_record", "valid_at": at("2026-01-05")},
    ],
    "run2": [
        {
            "kind": kind, "record_id": record, "old_profile_id": "p2", "new_profile_id": "p1", "cause": "edge",
            "cause_record_id_l": ONE, "cause_record_id_r": TWO, "cause_rule": "email", "cause_match_weight": 9.5,
            "valid_at": at("2026-02-03"),
        }
        for kind, record in (("move", TWO), ("retire", None))
    ],
    "run3": [
        {"kind": "mint", "new_profile_id": "p3", "cause": "new_record", "valid_at": at("2026-03-01")},
        {"kind": "move", "record_id": THREE, "new_profile_id": "p3", "cause": "new_record",
         "valid_at": at("2026-03-01")},
    ],
    "run4": [
        {"kind": "remove", "record_id": THREE, "old_profile_id": "p3", "cause": "removal"},
        {"kind": "retire", "old_profile_id": "p3", "cause": "removal"},
    ],
}  # fmt: skip
"""Two people turn out to be one; a third comes and is removed again. Run N is of 2026-06-0N."""

MEMBERS = {ONE: "p1", TWO: "p1"}


def ledger_rows(*runs: str) -> list[dict[str, Any]]:
    """Rows of IDENTITY_CHANGES of these runs, or of all."""
    rows = []
    position = 0
    for run_id, changes in RUNS.items():
        for sequence, change in enumerate(changes, 1):
            position += 1
            known = {"changed_at": at(f"2026-06-0{run_id[-1]}"), "rules_hash": "r", "match_model": "people_v1@1"}
            row = dict.fromkeys(IDENTITY_CHANGES.names) | known | change
            rows.append(row | {"position": position, "run_id": run_id, "sequence": sequence})
    return [row for row in rows if row["run_id"] in (runs or RUNS)]


def append_runs(workspace: Workspace, *runs: str) -> None:
    """These runs in the lake's ledger, not published."""
    with open_lake(workspace) as lake:
        lake.insert("identity.changes", pa.Table.from_pylist(ledger_rows(*runs), schema=IDENTITY_CHANGES))


def published_ledger(root: Path, settings: str = "") -> Workspace:
    """A workspace whose whole ledger is published, with the members and ids that it leads to."""
    return copy_of(_publish_ledger, root, settings)


def _publish_ledger(root: Path) -> Workspace:
    workspace = make_lake(root)
    append_runs(workspace)
    ids = [
        {"profile_id": "p1", "minted_at": at("2026-06-01"), "minted_run_id": "run1"},
        {"profile_id": "p2", "minted_at": at("2026-06-01"), "minted_run_id": "run1", "retired_at": at("2026-06-02"),
         "retired_run_id": "run2", "successor": "p1"},
        {"profile_id": "p3", "minted_at": at("2026-06-03"), "minted_run_id": "run3", "retired_at": at("2026-06-04"),
         "retired_run_id": "run4"},
    ]  # fmt: skip
    blank = dict.fromkeys(PROFILE_IDS.names)
    members = [
        {"record_id": record, "source": record.split(":")[0], "source_record_id": record.split(":", 1)[1],
         "profile_id": profile_id}
        for record, profile_id in MEMBERS.items()
    ]  # fmt: skip
    with open_lake(workspace) as lake:
        lake.insert("identity.profile_ids", pa.Table.from_pylist([blank | row for row in ids], schema=PROFILE_IDS))
        lake.insert("identity.record_profiles", pa.Table.from_pylist(members, schema=RECORD_PROFILES))
    publish_now(workspace)
    return workspace
