"""A bound on what was sent and is not yet acknowledged: callers wait for room instead of filling the memory."""

from __future__ import annotations

import threading
import time


class InFlight:
    """Counts messages and bytes on their way, over all threads; lets a single message of any size through."""

    def __init__(self, max_messages: int, max_bytes: int) -> None:
        """Start with nothing under way."""
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._messages = 0
        self._bytes = 0
        self._changed = threading.Condition()

    def take(self, size: int, timeout_s: float) -> bool:
        """Wait for room for a message of so many bytes; False when there was none in time."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while self._messages and not self._fits(size):
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    return False
            self._messages += 1
            self._bytes += size
            return True

    def give_back(self, size: int) -> None:
        """A message of so many bytes was acknowledged, or given up."""
        with self._changed:
            self._messages -= 1
            self._bytes -= size
            self._changed.notify_all()

    @property
    def messages(self) -> int:
        """Messages under way now."""
        return self._messages

    def _fits(self, size: int) -> bool:
        return self._messages < self._max_messages and self._bytes + size <= self._max_bytes
