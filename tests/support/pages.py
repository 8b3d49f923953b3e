"""The code that documentation shows, so that tests can run it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def code_blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of one language in a page (path from the project's root), in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
