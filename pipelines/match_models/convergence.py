"""What Splink says of its expectation maximisation while it runs; it keeps no other record of it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from identity.model_cards import Convergence

SESSION = re.compile(r"Starting EM training session")
BLOCKED = re.compile(r"blocking on:\s*(.+)")
CHANGE = re.compile(r"Iteration (\d+): Largest change in params was (-?[0-9.eE+-]+)")
COLUMN = re.compile(r'l\."?(\w+)"?\s*=')


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.sessions: list[dict[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if SESSION.search(text):
            self.sessions.append({})
        if not self.sessions:
            return
        if found := BLOCKED.search(text):
            self.sessions[-1]["equal"] = ", ".join(COLUMN.findall(found[1])) or found[1].strip()
        if found := CHANGE.search(text):
            self.sessions[-1] |= {"iterations": found[1], "change": found[2].rstrip(".")}


@contextmanager
def listening() -> Iterator[list[Convergence]]:
    """A list that holds, once the block has ended, every session of expectation maximisation inside it."""
    logger, listener = logging.getLogger("splink"), _Listener()
    before = logger.level, logger.propagate
    found: list[Convergence] = []
    logger.addHandler(listener)
    logger.setLevel(logging.INFO)
    # Iterations by the dozen are nobody's progress.
    logger.propagate = False
    try:
        yield found
    finally:
        logger.removeHandler(listener)
        logger.setLevel(before[0])
        logger.propagate = before[1]
        found += [
            Convergence(
                equal=session.get("equal", "?"),
                iterations=int(session.get("iterations", "0")),
                largest_last_change=abs(float(session.get("change", "0"))),
            )
            for session in listener.sessions
        ]
