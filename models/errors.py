"""Errors by what the caller can do about them. A message says what was wrong, where, and what to do.

Messages never carry personal data: they name files, lines, keys, settings and counts.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class KlantbeeldError(Exception):
    """Base of every error that a user may see; the command line prints it as one line."""


class UsageError(KlantbeeldError):
    """The command, a setting or a mapping is wrong; running again changes nothing. Exit code 2."""


class FatalError(KlantbeeldError):
    """Something outside is broken in a way that running again does not mend (corrupt file, wrong version). Exit 1."""


class RetriableError(KlantbeeldError):
    """Something outside did not answer now (broker, lock, disk); the same call may succeed later. Exit code 1."""


class GateFailedError(KlantbeeldError):
    """A quality gate failed; nothing was published. Exit code 1."""


def suggest(name: str, known: Iterable[str]) -> str:
    """A sentence with the known names and, where one is close, what may have been meant."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return f"Known: {', '.join(names) or 'none'}.{hint}"
