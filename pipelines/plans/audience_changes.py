"""Who would enter and leave each segment and audience."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from identity.queries import session
from models.lakes import LAKE, Lake
from pipelines.audiences.candidates import read_candidates
from pipelines.build import segment_tables

Key = tuple[Literal["segment", "audience"], str]

MEMBERS = ("profile_id", "reason")


@dataclass(frozen=True)
class AudienceChange:
    """What becomes of the members of one segment or audience.

    ``entering`` people are not in it now with any of their records, ``leaving`` people would not be with any; so a
    member who only gets another profile id does neither. ``ids_added`` and ``ids_removed`` are what a destination would
    be told. ``entering_examples`` and ``leaving_examples``: profile_id and the reason why it is a member, by id.
    """

    kind: Literal["segment", "audience"]
    name: str
    members_before: int
    members_after: int
    entering: int
    leaving: int
    ids_added: int
    ids_removed: int
    entering_examples: tuple[dict[str, str], ...]
    leaving_examples: tuple[dict[str, str], ...]

    @property
    def is_changed(self) -> bool:
        """Whether anybody, or any id, comes or goes."""
        return bool(self.ids_added or self.ids_removed or self.entering or self.leaving)


def read_members(lake: Lake) -> dict[Key, pa.Table]:
    """The members (``profile_id``, ``reason``) of every segment that is built, and of every audience.

    Raises:
        UsageError: an audience names a segment or a column that is not there.
    """
    found: dict[Key, pa.Table] = {}
    for name in segment_tables(lake):
        found["segment", name] = lake.sql(f'select profile_id, reason from {LAKE}.segments."{name}"')
    for name in sorted(lake.workspace.settings.audiences):
        candidates = read_candidates(lake, name)
        found["audience", name] = candidates.filter(pc.is_null(candidates["left_out"])).select(list(MEMBERS))
    return found


def compare_audiences(
    members_before: Mapping[Key, pa.Table],
    members_after: Mapping[Key, pa.Table],
    people_before: pa.Table,
    people_after: pa.Table,
    examples: int,
) -> list[AudienceChange]:
    """One row per segment and audience that has members in both states to compare, segments first.

    ``people_before`` and ``people_after`` hold ``record_id`` and ``profile_id``.
    """
    statement = Path(__file__).with_name("audience_changes.sql").read_text(encoding="utf-8")
    changes = []
    with session() as sql:
        sql.register("people_before", people_before.select(["record_id", "profile_id"]))
        sql.register("people_after", people_after.select(["record_id", "profile_id"]))
        for key in sorted(members_before.keys() & members_after.keys(), key=lambda key: (key[0] == "audience", key[1])):
            sql.register("members_before", members_before[key])
            sql.register("members_after", members_after[key])
            [row] = sql.execute(statement, {"examples": examples}).to_arrow_table().to_pylist()
            for name in ("entering_examples", "leaving_examples"):
                row[name] = tuple(row[name] or ())
            changes.append(AudienceChange(*key, **row))
    return changes
