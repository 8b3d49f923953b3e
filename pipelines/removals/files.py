"""The files of removals: what a line says."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

from identity.removals import Kind, Removal
from pipelines.decision_files import DecisionFiles, Placed, utc_value

COLUMNS = ("number", "kind", "what", "record_id", "removed_by", "removed_at", "reason")
"""Columns of a file, in this order; ``record_id`` may be empty. Rows of one number are one decision."""

KINDS: dict[str, Kind] = {"record": "record", "identifier": "identifier", "batch": "batch"}
"""The words that a file may use."""

PLACES = re.compile(r"(?P<topic>[^/]+)/(?P<partition>\d+)/(?P<first>\d+)-(?P<last>\d+)")
"""Messages of the log: ``topic/partition/first-last``, both ends included."""


@dataclass(frozen=True)
class Entry(Placed, Removal):
    """A removal and where it stands."""


def _entry(values: dict[str, str], place: Placed) -> Entry:
    _refuse_values(values)
    return Entry(
        kind=KINDS[values["kind"]],
        what=values["what"],
        record_id=values["record_id"] or None,
        removed_by=values["removed_by"],
        removed_at=utc_value(values, "removed_at"),
        reason=values["reason"],
        **asdict(place),
    )


def _refuse_values(values: dict[str, str]) -> None:
    kind, what = values["kind"], values["what"]
    if kind not in KINDS:
        msg = "kind is none of 'record', 'identifier' and 'batch'"
    elif values["record_id"] and kind != "identifier":
        msg = "record_id belongs to an identifier alone"
    elif kind == "record" and what.count(":") < 2:
        msg = "what is no record id (source:type:value)"
    elif kind == "identifier" and not all(what.partition(":")):
        msg = "what is no identifier (type:value)"
    elif kind == "batch" and not _are_places(what):
        msg = "what is no stretch of the log (topic/partition/first-last)"
    else:
        return
    raise ValueError(msg)


def _are_places(what: str) -> bool:
    found = PLACES.fullmatch(what)
    return found is not None and int(found["first"]) <= int(found["last"])


def _target(removal: Removal) -> object:
    return removal.kind, removal.what, removal.record_id


REMOVAL_FILES = DecisionFiles(
    folder=lambda workspace: workspace.removals,
    noun="removal",
    command="remove",
    columns=COLUMNS,
    by="removed_by",
    at="removed_at",
    make=_entry,
    target=_target,
    optional=frozenset({"record_id"}),
)
