"""Batches as stretches of the log: what one ingest run or one file brought. They hold in a lake that is built anew."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pyarrow as pa

from models.errors import UsageError
from models.lakes import LAKE, Lake, connect_duckdb
from models.workspaces import Workspace

PLACE = re.compile(r"(?P<topic>[^/]+)/(?P<partition>\d+)/(?P<offset>\d+)")
"""One message of the log: ``topic/partition/offset``."""


def places_of_run(lake: Lake, run_id: str) -> list[str]:
    """What one ingest run brought; a message that an earlier run had brought already is not of it.

    Raises:
        UsageError: no event came by a run of that id; names the newest.
    """
    ids = lake.sql(f"select message_id from {LAKE}.ingest.events where run_id = ?", [run_id])
    if ids.num_rows == 0:
        newest = lake.rows(f"select distinct run_id from {LAKE}.ingest.events order by run_id desc limit 5")
        runs = ", ".join(name for (name,) in newest) or "none"
        msg = f"No event came by a run '{run_id}'. The newest runs that brought some: {runs}."
        raise UsageError(msg)
    return _places(lake, ids)


def places_of_file(lake: Lake, path: Path, source: str) -> list[str]:
    """What a file brought under the mapping of a source, as it is in the settings now.

    Raises:
        UsageError: no such file, or none of its events is in the lake.
    """
    ids = file_message_ids(lake.workspace, path, source)
    with lake.registered(pa.table({"message_id": ids}), "file_events"):
        found = lake.sql(
            f"select message_id from {LAKE}.ingest.events semi join file_events using (message_id) where source = ?",
            [source],
        )
    if found.num_rows == 0:
        msg = f"None of the {len(ids)} events of {path.name} is in the lake. Is it the file as it was loaded?"
        raise UsageError(msg)
    return _places(lake, found)


def places_between(first: str, last: str) -> list[str]:
    """From one message of the log (``topic/partition/offset``) up to another, both included.

    Raises:
        UsageError: they are no places of one partition, in their order.
    """
    one, other = PLACE.fullmatch(first), PLACE.fullmatch(last)
    if one is None or other is None or one["topic"] != other["topic"] or one["partition"] != other["partition"]:
        msg = "--from and --to are places in one partition of the log, for example klantbeeld.crm/0/100."
        raise UsageError(msg)
    if int(one["offset"]) > int(other["offset"]):
        msg = f"--from {first} lies behind --to {last}. Turn them round."
        raise UsageError(msg)
    return [f"{first}-{int(other['offset'])}"]


def file_message_ids(workspace: Workspace, path: Path, source: str) -> pa.Array:
    """The message ids of a file's events: they follow from its content, whenever it is read.

    Raises:
        UsageError: no such source or file, or a mapping that does not fit it.
    """
    from connectors.sources.files.contents import look_at_file, tell_format
    from connectors.sources.files.mappings import check_mapping
    from connectors.sources.files.staging import record_batches, stage_file

    settings = workspace.settings.source(source, kind="file")
    check_mapping(source, settings)
    content = look_at_file(path)
    ids: list[str] = []
    with connect_duckdb(workspace) as connection:
        stage_file(connection, content, tell_format(path, settings.format), source, settings)
        prefix, epoch = workspace.settings.log.topic_prefix, datetime(2000, 1, 1, tzinfo=UTC)
        for batch in record_batches(connection, content.name, source, settings, prefix, epoch, 0):
            # Rows that could not be read are no events, and were never in the lake.
            ids += [
                orjson.loads(record.value)["message_id"] for record in batch if "error" not in (record.headers or {})
            ]
    return pa.array(ids, pa.string())


def _places(lake: Lake, ids: pa.Table) -> list[str]:
    with lake.registered(ids, "chosen_events"):
        text = Path(__file__).with_name("places.sql").read_text(encoding="utf-8")
        return [what for (what,) in lake.rows(text)]
