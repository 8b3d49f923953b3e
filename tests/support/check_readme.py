"""Run the README's tours word for word on the workspace that ``make demo`` left: every command must succeed.

python -m tests.support.check_readme
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.pages import ROOT, code_blocks


def run_tours(demo: Path) -> int:
    """Run the blocks of the README one after the other, in a folder with the demo's workspace; the exit code."""
    with tempfile.TemporaryDirectory(prefix="klantbeeld-readme-") as name:
        folder = Path(name)
        # Links, because a lake stays where it was made: its catalog holds the folder's path.
        (folder / "demo").symlink_to(demo)
        (folder / ".venv").symlink_to(Path(sys.prefix))
        script = "set -eu\n" + "\n".join(code_blocks("README.md", "sh"))
        return subprocess.run(["bash", "-c", script], cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(run_tours((ROOT / "demo").resolve()))
