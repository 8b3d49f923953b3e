"""The command line, called as a user calls it, in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import main


@dataclass(frozen=True)
class Outcome:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The JSON document on stdout, which must hold nothing else."""
        return json.loads(self.out)

    @property
    def refusal(self) -> str:
        """The one line on stderr; stdout must be empty."""
        assert self.out == ""
        [line] = self.err.splitlines()
        return line


Klantbeeld = Callable[..., Outcome]


@pytest.fixture
def klantbeeld(capsys: pytest.CaptureFixture[str]) -> Klantbeeld:
    """``klantbeeld("load", path, "--source", "crm")``."""

    def run(*arguments: str | Path) -> Outcome:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Outcome(code, out, err)

    return run
