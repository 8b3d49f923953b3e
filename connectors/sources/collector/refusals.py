"""Answers to requests that the collector does not take."""

from __future__ import annotations


class RefusedError(Exception):
    """A request that gets an error answer: HTTP status, a code for programs and a sentence for people.

    The sentence says what was wrong and where, and never repeats what was sent.
    """

    def __init__(self, status: int, code: str, message: str, retry_after_s: int | None = None) -> None:
        """``retry_after_s``: when the same request may succeed."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after_s = retry_after_s
