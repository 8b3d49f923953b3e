"""Published lakes with open questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa

from models.lakes import open_lake
from models.workspaces import Workspace
from schemas.tables import EDGES, RECORD_PROFILES, RECORDS, REFUSALS
from tests.support.built_lakes import publish_now
from tests.support.lakes import AS_OF
from tests.support.workspaces import make_workspace

Edge = tuple[str, str, str, float]
"""Two records, the kind and the match weight."""


def record_id(name: str) -> str:
    return f"crm:crm_id:{name}"


def publish_people(
    root: Path,
    people: dict[str, str],
    edges: list[Edge],
    refusals: Sequence[tuple[str, str, float]] = (),
    births: dict[str, str] | None = None,
    settings: str = "",
) -> Workspace:
    """A workspace whose published people are ``{profile: "abc"}``: one letter a record, each of a source of its own.

    ``births`` says the birth dates of records that have one.
    """
    workspace = make_workspace(root, settings)
    letters = [letter for members in people.values() for letter in members]
    rows = {
        "records": [
            {
                "record_id": record_id(letter), "source": f"source {letter}", "source_record_id": f"crm_id:{letter}",
                "given_name": f"Name{letter}",
                "birth_date": date.fromisoformat(births[letter]) if births and letter in births else None,
                "first_seen": AS_OF, "last_seen": AS_OF,
            }
            for letter in letters
        ],
        "record_profiles": [
            {"record_id": record_id(letter), "source": f"source {letter}", "source_record_id": f"crm_id:{letter}",
             "profile_id": profile}
            for profile, members in people.items()
            for letter in members
        ],
        "edges": [
            {
                "record_id_l": record_id(left), "record_id_r": record_id(right), "kind": kind, "rule": "email",
                "match_weight": weight,
                "evidence": [{"comparison": "email", "level": "the same", "value_l": "x", "value_r": "x",
                              "match_weight": weight}],
            }
            for left, right, kind, weight in edges
        ],
        "refusals": [
            {"record_id_l": record_id(left), "record_id_r": record_id(right), "match_weight": weight,
             "reason": "different first names"}
            for left, right, weight in refusals
        ],
    }  # fmt: skip
    schemas = {"records": RECORDS, "record_profiles": RECORD_PROFILES, "edges": EDGES, "refusals": REFUSALS}
    with open_lake(workspace, create=True) as lake, lake.transaction("r1", "seed"):
        for name, schema in schemas.items():
            lake.insert(f"identity.{name}", pa.Table.from_pylist(rows[name], schema=schema))
    publish_now(workspace)
    return workspace
