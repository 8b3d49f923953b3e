"""How long work says how far it is. One interface; the command line draws it on stderr."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives how far one piece of work is."""

    def __call__(self, what: str, done: int, total: int | None = None) -> None:
        """``what`` names the work in a few words ("load tills.csv"); ``done`` of ``total`` units, total if known."""
        ...


def no_progress(what: str, done: int, total: int | None = None) -> None:
    """Say nothing."""
