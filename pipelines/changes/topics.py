"""The ledger as a topic of the log: each published change once, for those who cannot read the lake.

The topic itself says what it holds: where the last run stopped is remembered in the lake after the append, and what
was appended but not remembered is found by its message id and not appended again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from connectors.log.logs import EventLog, LogRecord, TopicPartition
from models.lakes import Lake, open_lake, published_lake
from models.settings import Settings
from models.workspaces import Workspace
from pipelines.changes.feeds import read_changes
from pipelines.runs.stages import read_stages, record_stage

TOPIC = "identity.changes"
"""Name of the topic after the prefix of the settings; of the note in the lake too."""

BATCH = 10_000
"""Changes that are appended together."""


@dataclass(frozen=True)
class _Place:
    """How far the topic was filled: the ledger's position, and where each partition ended then."""

    position: int = 0
    ends: Mapping[TopicPartition, int] = field(default_factory=dict)


def changes_topic(settings: Settings) -> str:
    """The topic that changes of who is who are appended to."""
    return settings.log.topic_prefix + TOPIC


def announce_changes(workspace: Workspace, log: EventLog, run_id: str, now: datetime) -> int:
    """Append what was published since the last time to the topic, and say how many changes that were.

    Only what is published is told. Call it with the writer lock held. Killed at any moment and called again, every
    change is in the topic once; a log that took messages and failed to say so may hold a few twice, with one id.

    Raises:
        UsageError: nothing is published yet.
        RetriableError: the log or the catalog does not answer.
    """
    topic = changes_topic(workspace.settings)
    with open_lake(workspace, read_only=True) as newest:
        place = _read_place(newest, topic)
    log.create_topics([topic])
    held = set(_held_ids(log, topic, place))
    position, appended = place.position, 0
    with published_lake(workspace) as published:
        while changes := read_changes(published, position, BATCH).to_pylist():
            records = [_to_record(topic, change) for change in changes if message_id(change) not in held]
            log.append(records)
            appended += len(records)
            position = changes[-1]["position"]
    if position > place.position:
        _remember(workspace, log, topic, position, run_id, now)
    return appended


def message_id(change: Mapping[str, Any]) -> str:
    """The id of a change: the same for ever, so that a reader can tell what it has had."""
    return f"{change['run_id']}/{change['sequence']}"


def _to_record(topic: str, change: Mapping[str, Any]) -> LogRecord:
    # All changes of one record keep their order, and all of one profile id.
    key = change["record_id"] or change["old_profile_id"] or change["new_profile_id"] or change["kind"]
    content = {"message_id": message_id(change)} | dict(change)
    return LogRecord(topic, key.encode(), msgspec.json.encode(content), {"message_id": message_id(change)})


def _held_ids(log: EventLog, topic: str, place: _Place) -> Iterator[str]:
    """Ids of the messages that the topic holds beyond the remembered place."""
    begins = log.begin_offsets([topic])
    for (name, partition), end in log.end_offsets([topic]).items():
        start = max(place.ends.get((name, partition), 0), begins[name, partition])
        if start > end:
            # Another log than the one that was remembered: all that it holds is looked at.
            start = begins[name, partition]
        for batch in log.read(name, partition, start, end, BATCH):
            for headers in batch.column("headers").to_pylist():
                yield json.loads(headers or "{}").get("message_id", "")


def _read_place(lake: Lake, topic: str) -> _Place:
    noted = read_stages(lake).get(TOPIC)
    if noted is None or noted.summary["topic"] != topic:
        return _Place()
    ends = {(topic, int(partition)): end for partition, end in noted.summary["ends"].items()}
    return _Place(noted.summary["position"], ends)


def _remember(workspace: Workspace, log: EventLog, topic: str, position: int, run_id: str, now: datetime) -> None:
    ends = {str(partition): end for (_, partition), end in log.end_offsets([topic]).items()}
    with open_lake(workspace) as lake:
        summary = {"topic": topic, "position": position, "ends": ends}
        record_stage(lake, TOPIC, run_id, str(position), now, summary)
