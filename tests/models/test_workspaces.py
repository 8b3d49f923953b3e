"""The workspace's one writer lock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from models.errors import RetriableError
from tests.support.workspaces import make_workspace

HOLD = """
import sys, time
from pathlib import Path
from models.workspaces import open_workspace
with open_workspace(Path(sys.argv[1])).writer_lock("run"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_writer_is_told_who_holds_the_lock_and_gets_it_after_a_kill(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(RetriableError, match=rf"'klantbeeld run' \(process {holder.pid}\)"),
            workspace.writer_lock("ingest"),
        ):
            pass
    finally:
        holder.kill()
        holder.communicate()
    with workspace.writer_lock("ingest"):
        pass


def test_the_lock_can_be_taken_again_after_it_was_let_go(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    for _ in range(2):
        with workspace.writer_lock("run"):
            pass
