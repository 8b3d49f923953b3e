"""Text inside SVG and HTML."""

from __future__ import annotations

import re
from html import escape

NO_CHARACTERS = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold, though a source may send it."""


def safe(text: str) -> str:
    """The text as it may stand in an element or an attribute."""
    return escape(NO_CHARACTERS.sub("\ufffd", text))


def shortened(text: str, length: int) -> str:
    """At most so many letters; the middle goes, since ids differ at both ends."""
    if len(text) <= length:
        return text
    head = (length - 1) * 2 // 3
    return f"{text[:head]}…{text[head + 1 - length :]}"
