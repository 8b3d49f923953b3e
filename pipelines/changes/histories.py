"""The life of one profile id or one record, as the published ledger tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from models.errors import UsageError
from models.lakes import Lake
from models.migrations import ledger_relation
from pipelines.changes.sentences import say_profile_change, say_record_change
from pipelines.lookups import find_profile, follow_successors
from pipelines.removals.views import say_removals


@dataclass(frozen=True)
class History:
    """``changes`` are rows of the ledger in their order, each with ``says``: what happened, in words.

    ``profile_id`` is the live profile that the subject stands for now, None when there is none.
    """

    kind: Literal["profile", "record"]
    subject: str
    profile_id: str | None
    changes: list[dict[str, Any]]


def read_history(lake: Lake, text: str) -> History:
    """The life of what a text points at: a record id, a profile id (retired or not), or an identifier of one profile.

    Raises:
        UsageError: it points at nothing, or at several profiles.
    """
    if changes := _changes(lake, "record_id = $subject", text):
        last = changes[-1]["new_profile_id"]
        live = None if last is None else follow_successors(lake, last)
        told = [change | {"says": say_record_change(change)} for change in changes]
        if last is None and (removed := say_removals(lake, text)):
            told[-1]["says"] += f"; {removed}"
        return History("record", text, live, told)
    if changes := _profile_changes(lake, text):
        return History("profile", text, follow_successors(lake, text), changes)
    profile_id = find_profile(lake, text)
    changes = _profile_changes(lake, profile_id)
    if not changes:
        msg = "The ledger holds nothing of that profile: it was not made by a run of 'klantbeeld resolve'."
        raise UsageError(msg)
    return History("profile", profile_id, profile_id, changes)


def _profile_changes(lake: Lake, profile_id: str) -> list[dict[str, Any]]:
    changes = _changes(lake, "old_profile_id = $subject or new_profile_id = $subject", profile_id)
    return [change | {"says": say_profile_change(change, profile_id)} for change in changes]


def _changes(lake: Lake, condition: str, subject: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = lake.sql(
        f"from {ledger_relation(lake)} where {condition} order by position", {"subject": subject}
    ).to_pylist()
    return rows
