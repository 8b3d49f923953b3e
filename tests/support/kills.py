"""Run our code in a process of its own that kills itself (SIGKILL) at an exact call, as a power cut would."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import importlib, os, signal, sys
from pathlib import Path

target, moment, workspace, *arguments = sys.argv[1:]
module_name, _, name = target.rpartition(".")
try:
    owner = importlib.import_module(module_name)
except ModuleNotFoundError:
    module_name, _, class_name = module_name.rpartition(".")
    owner = getattr(importlib.import_module(module_name), class_name)
real = getattr(owner, name)


def deadly(*args, **kwargs):
    if moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    real(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)


setattr(owner, name, deadly)
from pipelines.cli import main

sys.exit(main([*arguments, "--workspace", workspace]))
"""


def run_killed(target: str, moment: str, workspace: Path, *arguments: str) -> int:
    """``klantbeeld <arguments>`` in a process that dies ``before`` or ``after`` the first call of ``target``.

    ``target`` is the dotted name of a function (or method) as its caller looks it up. Gives the exit code: -9 when it
    died there.
    """
    command = [sys.executable, "-c", SCRIPT, target, moment, str(workspace), *arguments]
    return subprocess.run(command, capture_output=True, check=False, timeout=240).returncode
