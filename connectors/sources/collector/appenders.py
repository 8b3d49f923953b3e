"""Group commit: what many requests bring within two milliseconds goes to the log in one append."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Self

from connectors.log.logs import EventLog, LogRecord
from models.errors import KlantbeeldError, RetriableError

LINGER_S = 0.002
"""How long a group waits for more. A sync to disk costs about as much for one event as for a hundred."""

MAX_PENDING_BYTES = 64 * 1024 * 1024
"""What waits stays in memory: with a log that stands still, large events fill it before their number does."""

Done = Callable[[KlantbeeldError | None], None]
Waiting = tuple[Sequence[LogRecord], Done]

logger = logging.getLogger(__name__)


class Appender:
    """One thread that appends to the log for all requests; at most ``max_pending`` events wait for it."""

    def __init__(
        self, log: EventLog, max_pending: int, linger_s: float = LINGER_S, max_pending_bytes: int = MAX_PENDING_BYTES
    ) -> None:
        """Start the thread."""
        self._log = log
        self._max_pending = max_pending
        self._max_pending_bytes = max_pending_bytes
        self._linger_s = linger_s
        self._changed = threading.Condition()
        self._queue: list[Waiting] = []
        self._pending = 0
        self._pending_bytes = 0
        self._closing = False
        self._is_refused = False
        self._thread = threading.Thread(target=self._run, name="collector-appender", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_full(self) -> bool:
        """No room for one more event now."""
        return self._closing or self._pending >= self._max_pending or self._pending_bytes >= self._max_pending_bytes

    def submit(self, records: Sequence[LogRecord], done: Done) -> None:
        """Append soon; then ``done`` is called in the appender's thread, with the error when the log refused.

        Raises:
            RetriableError: too much is waiting already, or the collector is closing; ``done`` will not be called.
        """
        size = _size(records)
        with self._changed:
            if self._closing or (self._pending and not self._fits(len(records), size)):
                msg = "The event log does not keep up; send again in a moment."
                raise RetriableError(msg)
            self._pending += len(records)
            self._pending_bytes += size
            self._queue.append((records, done))
            self._changed.notify()

    def close(self) -> None:
        """Append all that was submitted, then stop the thread; idempotent. The log stays open."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._take():
            records = [record for submitted, _ in group for record in submitted]
            error = self._append(records)
            with self._changed:
                self._pending -= len(records)
                self._pending_bytes -= _size(records)
            for _, done in group:
                done(error)

    def _take(self) -> list[Waiting]:
        """Everything that waits, once something does; nothing when closing and all is done."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closing)
        if not self._closing:
            time.sleep(self._linger_s)
        with self._changed:
            group, self._queue = self._queue, []
        return group

    def _fits(self, count: int, size: int) -> bool:
        return self._pending + count <= self._max_pending and self._pending_bytes + size <= self._max_pending_bytes

    def _append(self, records: Sequence[LogRecord]) -> KlantbeeldError | None:
        error: KlantbeeldError | None = None
        try:
            self._log.append(records)
        except KlantbeeldError as refusal:
            error = refusal
        except Exception as unexpected:
            # Whatever it is, the thread must live on and the clients must hear that they still own their events.
            # Its text may hold something of them.
            error = RetriableError(f"Unexpected {type(unexpected).__name__} in the event log. Please report it.")
        self._tell(error)
        return error

    def _tell(self, error: KlantbeeldError | None) -> None:
        """Log when the log begins to refuse and when it takes events again: not each of the groups between."""
        if error is not None and not self._is_refused:
            logger.error("Events are refused until the event log takes them again. %s", error)
        if error is None and self._is_refused:
            logger.warning("The event log takes events again.")
        self._is_refused = error is not None


def _size(records: Sequence[LogRecord]) -> int:
    return sum(len(record.value) for record in records)
