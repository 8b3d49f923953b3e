"""What answers: the person finder of the newest publication, asked by one request after the other."""

from __future__ import annotations

import asyncio
import datetime
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any

import orjson

from connectors.sources.collector.refusals import RefusedError
from models.errors import KlantbeeldError
from models.workspaces import Workspace
from pipelines.identify.finders import PublishedFinder, open_finder, published_snapshot
from pipelines.identify.questions import read_question
from pipelines.identify.views import answer_view
from pipelines.ingest.ingestion import normalise_settings

MAX_WAITING = 64
"""Requests that may wait for their turn; who comes then is told to come again, which is sooner than a long wait."""

ANSWER_TIMEOUT_S = 10.0

Clock = Callable[[], datetime.datetime]

logger = logging.getLogger(__name__)


class IdentifyService:
    """Answers from the newest publication that :meth:`refresh` has read."""

    def __init__(self, workspace: Workspace, clock: Clock) -> None:
        self._workspace, self._clock = workspace, clock
        self._settings = normalise_settings(workspace)
        self._published: PublishedFinder | None = None
        self._waiting = 0
        self._complaint = ""
        # One at a time: it is Python's work, which no second thread makes faster.
        self._executor = ThreadPoolExecutor(1, "identify")

    def __enter__(self) -> IdentifyService:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self._executor.shutdown()
        if self._published is not None:
            self._published.finder.close()

    @property
    def is_ready(self) -> bool:
        """Whether something that is published was read."""
        return self._published is not None

    @property
    def is_full(self) -> bool:
        """Whether the next request would be turned away."""
        return self._waiting >= MAX_WAITING

    def refresh(self) -> bool:
        """Read what was published since; whether there was anything. What cannot be read now is tried again later."""
        before = self._published
        try:
            if published_snapshot(self._workspace) in (None, before.snapshot_id if before else None):
                return False
            self._published = open_finder(self._workspace)
        except KlantbeeldError as error:
            self._complain(str(error))
            return False
        except Exception as error:
            # Whatever else it was: those who ask are answered from what was read before.
            self._complain(f"Unexpected {type(error).__name__} while reading what is published. Please report it.")
            return False
        self._complaint = ""
        if before is not None:
            # After the questions that still hold it.
            self._executor.submit(before.finder.close)
        return True

    async def answer(self, body: bytes) -> dict[str, Any]:
        """The answer to a request's body.

        Raises:
            RefusedError: 400, no JSON; 503, nothing is published, or too many ask.
            UnreadableRecordError: a record that cannot be asked about.
        """
        try:
            raw = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno}"
            raise RefusedError(400, "invalid_json", f"The body is no JSON: {where}.") from error
        if self._published is None:
            msg = "Nothing is published yet. Publish with 'klantbeeld run', then send the same again."
            raise RefusedError(503, "nothing_published", msg, retry_after_s=10)
        if self.is_full:
            raise RefusedError(503, "busy", "Too many ask at once. Send the same again.", retry_after_s=1)
        self._waiting += 1
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                return await asyncio.get_running_loop().run_in_executor(self._executor, self._answer, raw)
        except TimeoutError as error:
            raise RefusedError(503, "too_slow", "No answer in time. Send the same again.", retry_after_s=1) from error
        finally:
            self._waiting -= 1

    def _complain(self, complaint: str) -> None:
        """Once, not every few seconds for as long as it lasts."""
        if complaint != self._complaint:
            logger.warning("identify: %s Answers come from what was read before, if anything.", complaint)
        self._complaint = complaint

    def _answer(self, raw: object) -> dict[str, Any]:
        question = read_question(raw, self._settings, self._clock().date())
        published = self._published
        assert published is not None  # noqa: S101 - once read it is replaced and never taken away
        answer = published.finder.identify(question.record, question.identifiers)
        return answer_view(answer, question, published.snapshot_id)
