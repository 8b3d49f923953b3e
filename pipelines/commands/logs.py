"""What of the libraries' logging reaches a user: warnings and errors, on stderr, each one line."""

from __future__ import annotations

import logging

NOT_NEEDED = ("apitools not found",)
"""Warnings about parts of libraries that this product does not use (Beam on Google's storage)."""


def configure_logging() -> None:
    """Set up logging for a command; before any library does it its own way. Again is the same."""
    root = logging.getLogger()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    if not any(isinstance(known, _Needed) for known in root.filters):
        root.addFilter(_Needed())
    # Some libraries set a level of their own (Great Expectations tells about its temporary folders).
    for handler in root.handlers:
        handler.setLevel(logging.WARNING)


class _Needed(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return not str(record.msg).startswith(NOT_NEEDED)
