"""Write one number into klantbeeld.toml and leave everything else of it as its owner wrote it."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

from models.errors import UsageError
from models.settings import parse_settings

SECTION = re.compile(r"^\s*\[\s*identity\s*\]\s*(#.*)?$")
ANY_SECTION = re.compile(r"^\s*\[")
SETTING = re.compile(r"^(\s*link_match_weight\s*=\s*)([^#\n]*?)(\s*(?:#.*)?)$")


def write_link_match_weight(path: Path, value: float) -> None:
    """Set ``identity.link_match_weight`` in a settings file; a reader sees the old file or the new one.

    Raises:
        UsageError: the file is written in a way that cannot be changed safely; it is left as it was.
    """
    text = path.read_text(encoding="utf-8")
    wanted = tomllib.loads(text)
    wanted.setdefault("identity", {})["link_match_weight"] = value
    changed = _with_number(text, value)
    if _loaded(changed) != wanted:
        msg = (
            f"{path.name}: identity.link_match_weight cannot be set there by itself. "
            f"Write link_match_weight = {value} under [identity]."
        )
        raise UsageError(msg)
    parse_settings(changed, path.name)
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as handle:
        handle.write(changed)
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)


def _with_number(text: str, value: float) -> str:
    lines = text.splitlines()
    start = next((at for at, line in enumerate(lines) if SECTION.match(line)), None)
    if start is None:
        before = text.rstrip("\n") + "\n\n" if text.strip() else ""
        return f"{before}[identity]\nlink_match_weight = {value}\n"
    end = next((at for at in range(start + 1, len(lines)) if ANY_SECTION.match(lines[at])), len(lines))
    for at in range(start + 1, end):
        found = SETTING.match(lines[at])
        if found:
            lines[at] = f"{found[1]}{value}{found[3]}"
            return "\n".join(lines) + "\n"
    return "\n".join([*lines[: start + 1], f"link_match_weight = {value}", *lines[start + 1 :]]) + "\n"


def _loaded(text: str) -> object:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
