"""Load a file: its rows become event envelopes in the event log, in the order of the file, and it can be resumed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import orjson

from connectors.log.logs import EventLog, LogRecord
from connectors.sources.files.checkpoints import Checkpoint, checkpoint_path, read_checkpoint, write_checkpoint
from connectors.sources.files.contents import look_at_file, tell_format
from connectors.sources.files.mappings import check_mapping, event_types, home_family
from connectors.sources.files.staging import record_batches, stage_file
from models.lakes import connect_duckdb
from models.progress import Progress, no_progress
from models.settings import SourceSettings
from models.workspaces import Workspace

RECEIVED_AT = b',"received_at":'


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did; ``events + rejected = resumed_at + appended``.

    Attributes:
        rows: rows of the file, the header and blank lines not counted.
        events: events made of them; together with the rejected rows as many as ``rows``, unless rows are grouped.
        rejected: rows that could not be read; they are in the log with their bytes, for quarantine.
        appended: records that this call put in the log.
        resumed_at: records that the log held already, from an earlier load of the same file.
        already_loaded: the log held them all before this call.
    """

    source: str
    file: str
    rows: int
    events: int
    rejected: int
    appended: int
    resumed_at: int
    already_loaded: bool


def load_file(
    path: Path,
    source: str,
    settings: SourceSettings,
    workspace: Workspace,
    log: EventLog,
    progress: Progress = no_progress,
    *,
    received_at: datetime,
    again: bool = False,
) -> LoadReport:
    """Append what a file says to the log, batch by durable batch; after a crash the same call goes on where it was.

    Args:
        source: name of the source in the settings; the ``source`` of the events.
        received_at: when the file was received; stands in the events, and has no part in their message ids.
        again: append everything once more although it was loaded; ingestion drops the events as duplicates.

    Raises:
        UsageError: no such file, an empty or unreadable one, or a mapping that does not fit it; nothing was appended.
        RetriableError: the log did not answer, or somebody still writes the file; load it again.
    """
    check_mapping(source, settings)
    file_format = tell_format(path, settings.format)
    content = look_at_file(path)
    checkpoint_file = checkpoint_path(workspace, source, settings, content)
    topics = _topics(settings, workspace.settings.log.topic_prefix)
    known = None if again else _known_checkpoint(checkpoint_file, log, topics)
    if known is not None and known.is_finished:
        return _report(source, known, known.total, already_loaded=True)
    with connect_duckdb(workspace) as connection:
        counts = stage_file(connection, content, file_format, source, settings)
        content.refuse_change()
        fresh = Checkpoint(content.name, counts.rows, counts.events, counts.rejected)
        begin = known if known is not None and known.counts == fresh.counts else fresh
        prefix = workspace.settings.log.topic_prefix
        appender = _Appender(log, checkpoint_file, topics, progress)
        batches = record_batches(connection, content.name, source, settings, prefix, received_at, begin.done)
        held = appender.append(batches, begin, is_resumed=begin is known)
    return _report(source, begin, begin.done + held, already_loaded=False)


class _Appender:
    """Appends batches and keeps the checkpoint behind them."""

    def __init__(self, log: EventLog, checkpoint_file: Path, topics: tuple[str, ...], progress: Progress) -> None:
        self.log, self.checkpoint_file, self.topics, self.progress = log, checkpoint_file, topics, progress

    def append(self, batches: Iterable[list[LogRecord]], begin: Checkpoint, *, is_resumed: bool) -> int:
        """Append what the log does not hold yet; gives how many records it held beyond the checkpoint."""
        held_marks = self._marks_after(begin) if is_resumed else set()
        held, current = 0, begin if is_resumed else self._checkpoint(begin, 0)
        what = f"load {begin.file}"
        self.progress(what, current.done, current.total)
        for batch in batches:
            missing = [record for record in batch if _mark(record) not in held_marks] if held_marks else batch
            held += len(batch) - len(missing)
            if missing:
                self.log.append(missing)
            current = self._checkpoint(current, current.done + len(batch))
            self.progress(what, current.done, current.total)
        return held

    def _checkpoint(self, checkpoint: Checkpoint, done: int) -> Checkpoint:
        ends: dict[str, dict[str, int]] = {}
        for (topic, partition), offset in self.log.end_offsets(self.topics).items():
            ends.setdefault(topic, {})[str(partition)] = offset
        checkpoint = replace(checkpoint, done=done, ends=ends)
        write_checkpoint(self.checkpoint_file, checkpoint)
        return checkpoint

    def _marks_after(self, checkpoint: Checkpoint) -> set[tuple[str, bytes]]:
        """Marks of all records behind a checkpoint: what an interrupted load appended last is among them."""
        found: set[tuple[str, bytes]] = set()
        begins = self.log.begin_offsets(self.topics)
        for (topic, partition), end in self.log.end_offsets(self.topics).items():
            start = max(checkpoint.ends.get(topic, {}).get(str(partition), 0), begins.get((topic, partition), 0))
            for batch in self.log.read(topic, partition, start, end, 5_000):
                columns = (batch[name].to_pylist() for name in ("value", "headers"))
                found |= {_stored_mark(value, headers) for value, headers in zip(*columns, strict=True)}
        return found


def _known_checkpoint(checkpoint_file: Path, log: EventLog, topics: tuple[str, ...]) -> Checkpoint | None:
    """The checkpoint of an earlier load, if this is still the log that it was loaded into."""
    known = read_checkpoint(checkpoint_file)
    if known is None:
        return None
    ends = log.end_offsets(topics)
    noted = [(topic, int(number), end) for topic, ends_of in known.ends.items() for number, end in ends_of.items()]
    return known if all(ends.get((topic, number), 0) >= end for topic, number, end in noted) else None


def _mark(record: LogRecord) -> tuple[str, bytes]:
    """What tells two records of one source apart, whenever they were received."""
    headers = record.headers or {}
    return _marked(headers.get("source", ""), headers.get("error"), record.value)


def _stored_mark(value: bytes, headers: str | None) -> tuple[str, bytes]:
    found: dict[str, str] = orjson.loads(headers) if headers else {}
    return _marked(found.get("source", ""), found.get("error"), value)


def _marked(source: str, error: str | None, value: bytes) -> tuple[str, bytes]:
    # A rejected row is known by its place and bytes, an event by its message id, which stands first in it.
    return (source, value.partition(RECEIVED_AT)[0]) if error is None else (f"{source}/{error}", value)


def _topics(settings: SourceSettings, prefix: str) -> tuple[str, ...]:
    families = {home_family(settings), *(name.partition(".")[0] for name in event_types(settings))}
    return tuple(sorted(f"{prefix}{name}" for name in families))


def _report(source: str, checkpoint: Checkpoint, resumed_at: int, *, already_loaded: bool) -> LoadReport:
    return LoadReport(
        source=source,
        file=checkpoint.file,
        rows=checkpoint.rows,
        events=checkpoint.events,
        rejected=checkpoint.rejected,
        appended=checkpoint.total - resumed_at,
        resumed_at=resumed_at,
        already_loaded=already_loaded,
    )
