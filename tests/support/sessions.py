"""Sessions that a page shows: commands after ``$``, each with what it printed; run as they stand, and compared.

``KLANTBEELD_UPDATE_GOLDENS=1 pytest tests/...`` writes what was printed into the page; look at the difference before it
is committed. What no two sessions have in common is compared by its shape: ids (the same id has to be in the same
places), moments that are not in the page's own data, and how long things took. Progress is left out.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from pipelines.cli import main
from tests.support.goldens import UPDATE
from tests.support.pages import ROOT, code_blocks

BLOCK = re.compile(r"^```console\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)
PROGRESS = re.compile(r"^[^:\n]+: [\d,]+(?: of [\d,]+)?\n", flags=re.MULTILINE)
PROFILE_ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
RUN_ID = re.compile(r"\b\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{6}\b")
MOMENT = re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?")
SECONDS = re.compile(r" +[\d,.]+ s\b")


def assert_session(page: str, folder: Path, prepared_by: tuple[str, ...] = ()) -> None:
    """The sessions of a page say, run in ``folder``, what the page says; or the page is written anew.

    The ``sh`` blocks of the pages in ``prepared_by`` are run first, then those of the page, then its sessions in order.
    """
    prepared = [block for name in (*prepared_by, page) for block in code_blocks(name, "sh")]
    for text in prepared:
        _bash(text, folder)
    given = frozenset(MOMENT.findall("".join(prepared)))
    told = (ROOT / page).read_text(encoding="utf-8")
    assert BLOCK.search(told), f"{page} shows no session"
    said = BLOCK.sub(lambda block: f"```console\n{''.join(_run(block[1], folder))}```", told)
    if os.environ.get(UPDATE):
        (ROOT / page).write_text(said, encoding="utf-8")
    else:
        assert _comparable(said, given) == _comparable(told, given), (
            f"{page} differs. If that is meant, write it with {UPDATE}=1."
        )


def _run(session: str, folder: Path) -> Iterator[str]:
    """Each command of a session and what it says now."""
    for line in session.splitlines():
        if line.startswith("$ "):
            yield f"{line}\n{PROGRESS.sub('', _say(line.removeprefix('$ '), folder))}"


def _say(command: str, folder: Path) -> str:
    """What a command prints; ``klantbeeld`` runs in this process, also in front of a pipe."""
    if not command.startswith("klantbeeld "):
        return _bash(command, folder)
    first, pipe, rest = command.partition(" | ")
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(shlex.split(first)[1:])
    assert code == 0, f"{command}: exit code {code}: {err.getvalue()}"
    return err.getvalue() + (_bash(rest, folder, out.getvalue()) if pipe else out.getvalue())


def _bash(text: str, folder: Path, given: str = "") -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path}
    done = subprocess.run(
        ["bash", "-euc", text], cwd=folder, env=environment, input=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{text}: exit code {done.returncode}: {done.stderr}"
    return done.stdout


def _comparable(page: str, given: frozenset[str]) -> str:
    """A page's text without what no two sessions have in common; ``given`` are the moments of its own data."""
    ids: dict[str, str] = {}
    text = PROFILE_ID.sub(lambda found: ids.setdefault(found[0], f"<id {len(ids) + 1}>"), page)
    text = MOMENT.sub(lambda found: found[0] if found[0] in given else "<moment>", RUN_ID.sub("<run>", text))
    return SECONDS.sub(" <seconds>", text)
