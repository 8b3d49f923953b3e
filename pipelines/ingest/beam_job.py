"""The ingest job as a Beam pipeline: thin transforms around the functions in :mod:`pipelines.ingest.chunks`.

Elements are chunks (offset ranges), never messages: a worker reads its chunk's messages itself. Only message ids are
brought together, to find duplicates; rows stay where they were staged.

Importing this module imports Apache Beam, which takes seconds: only the ingest command does.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import apache_beam as beam
import pyarrow as pa
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.pvalue import PCollection
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner

from connectors.log.logs import EventLog
from connectors.log.opening import open_log
from models.workspaces import Workspace
from pipelines.ingest.chunks import StagedChunk, WrittenChunk, read_chunk, stage_chunk, staged_keys, write_chunk
from pipelines.ingest.duplicates import find_duplicates
from pipelines.ingest.ranges import Chunk
from pipelines.normalise.events import NormaliseSettings


@dataclass(frozen=True, slots=True)
class JobPlan:
    """What a run of the job needs to know; travels to the workers."""

    workspace: Workspace
    settings: NormaliseSettings
    run_id: str
    job_id: str
    staging: Path
    events_folder: Path

    def chunk_folder(self, chunk: Chunk) -> Path:
        """Where a chunk is staged."""
        return self.staging / f"chunk-{chunk.index:05d}"

    def events_file(self, chunk: Chunk) -> Path:
        """The Parquet file of a chunk's events, inside the lake's folder; named by the job, so that the files of one
        that was interrupted can be told from all others."""
        return self.events_folder / f"{self.job_id}-{chunk.index:05d}.parquet"


class StageChunk(beam.DoFn):
    """Read a chunk from the log, check and normalise it, leave it staged."""

    def __init__(self, plan: JobPlan) -> None:
        self._plan = plan
        self._log: EventLog | None = None

    def setup(self) -> None:
        """Open the log once per worker."""
        self._log = open_log(self._plan.workspace)

    def process(self, chunk: Chunk) -> Iterator[StagedChunk]:
        """Give the staged chunk."""
        assert self._log is not None  # noqa: S101  Beam calls setup before process
        records = read_chunk(self._log, chunk)
        yield stage_chunk(records, chunk, self._plan.settings, self._plan.chunk_folder(chunk), self._plan.run_id)

    def teardown(self) -> None:
        """Let go of the log."""
        if self._log is not None:
            self._log.close()


def ingest_chunks(pipeline: beam.Pipeline, plan: JobPlan, chunks: Sequence[Chunk]) -> PCollection[WrittenChunk]:
    """chunks → staged chunks → (their message ids → duplicates) → written chunks."""
    staged = pipeline | "chunks" >> beam.Create(list(chunks)) | "read, check, normalise" >> beam.ParDo(StageChunk(plan))
    keys = staged | "message ids" >> beam.Map(_keys_as_bytes)
    dropped = (
        pipeline
        | "once" >> beam.Create([None])
        | "find duplicates" >> beam.Map(_find_duplicates, plan, beam.pvalue.AsList(keys))
    )
    return staged | "write" >> beam.Map(_write, plan, beam.pvalue.AsSingleton(dropped))


def run_job(plan: JobPlan, chunks: Sequence[Chunk]) -> list[WrittenChunk]:
    """Run the job to its end and give what it wrote, in chunk order.

    Workers leave a note per chunk beside its staged files, so that the result reaches this process whichever
    runner ran them. The runner is named (FnApiRunner): Beam's default one would first try to download a binary.
    """
    options = PipelineOptions(flags=[])
    with beam.Pipeline(runner=FnApiRunner(), options=options) as pipeline:
        _ = ingest_chunks(pipeline, plan, chunks) | "note" >> beam.Map(_note, plan.staging)
    return [_noted(plan.staging, chunk) for chunk in chunks]


def _keys_as_bytes(staged: StagedChunk) -> bytes:
    """Arrow's own bytes: a pickled table would be copied more often."""
    table = staged_keys(staged)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _find_duplicates(_: None, plan: JobPlan, keys: Iterable[bytes]) -> dict[int, list[int]]:
    tables = [pa.ipc.open_stream(part).read_all() for part in keys]
    return find_duplicates(plan.workspace, tables)


def _write(staged: StagedChunk, plan: JobPlan, dropped: Mapping[int, list[int]]) -> WrittenChunk:
    return write_chunk(staged, dropped.get(staged.chunk.index, []), plan.events_file(staged.chunk), plan.run_id)


def _note(written: WrittenChunk, staging: Path) -> None:
    path = _note_file(staging, written.index)
    partial = path.with_suffix(".partial")
    partial.write_bytes(pickle.dumps(written))
    partial.rename(path)


def _noted(staging: Path, chunk: Chunk) -> WrittenChunk:
    # Our own file in our own staging folder, written moments ago.
    written: WrittenChunk = pickle.loads(_note_file(staging, chunk.index).read_bytes())  # noqa: S301
    return written


def _note_file(staging: Path, index: int) -> Path:
    return staging / f"written-{index:05d}.pickle"
