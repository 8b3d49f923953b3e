"""Golden files: what a text was when somebody last looked at it and found it good.

``KLANTBEELD_UPDATE_GOLDENS=1 pytest tests/...`` writes them anew; look at the difference before it is committed.
"""

from __future__ import annotations

import os

from tests.support.pages import ROOT

FOLDER = ROOT / "tests" / "data" / "goldens"
UPDATE = "KLANTBEELD_UPDATE_GOLDENS"


def assert_golden(name: str, text: str) -> None:
    """The text equals the golden file, or becomes it when goldens are updated."""
    path = FOLDER / name
    if os.environ.get(UPDATE):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"No golden file {name} yet. Write it with {UPDATE}=1 and look at it."
    assert text == path.read_text(encoding="utf-8"), f"{name} differs. If that is meant, write it with {UPDATE}=1."
