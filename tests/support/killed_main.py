"""``klantbeeld`` in a process that kills itself at an exact call: TARGET MOMENT WORKSPACE ARGUMENT …

``TARGET#3`` is its third call; without a number the first.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import Any


def make_deadly(target: str, moment: str) -> None:
    """Let a call of ``target`` be the process's end, ``before`` or ``after`` what the call does."""
    target, _, number = target.partition("#")
    left = int(number or 1)
    module_name, _, name = target.rpartition(".")
    owner: Any
    try:
        owner = importlib.import_module(module_name)
    except ModuleNotFoundError:
        module_name, _, class_name = module_name.rpartition(".")
        owner = getattr(importlib.import_module(module_name), class_name)
    real = getattr(owner, name)

    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0 and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*args, **kwargs)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, deadly)


if __name__ == "__main__":
    target, moment, workspace, *arguments = sys.argv[1:]
    make_deadly(target, moment)
    from pipelines.cli import main

    sys.exit(main([*arguments, "--workspace", workspace]))
