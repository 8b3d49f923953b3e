"""Run our code in a process of its own that kills itself (SIGKILL) at an exact call, as a power cut would."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# A file, and no text after -c: pyspark takes a process without one for its own doctests, and ends it with code 0.
MAIN = Path(__file__).with_name("killed_main.py")


def killed_at(*places: tuple[str, str], quickly: int) -> pytest.MarkDecorator:
    """The test once for every (``target``, ``moment``); all but the first ``quickly`` places are slow tests."""
    slow = [pytest.param(*place, marks=pytest.mark.slow) for place in places[quickly:]]
    return pytest.mark.parametrize(("target", "moment"), [*places[:quickly], *slow])


def run_killed(target: str, moment: str, workspace: Path, *arguments: str) -> int:
    """``klantbeeld <arguments>`` in a process that dies ``before`` or ``after`` the first call of ``target``.

    ``target`` is the dotted name of a function (or method) as its caller looks it up; with ``#3`` it is the third call.
    Gives the exit code: -9 when it died there.
    """
    command = [sys.executable, "-P", str(MAIN), target, moment, str(workspace), *arguments]
    return subprocess.run(command, capture_output=True, check=False, timeout=240).returncode
