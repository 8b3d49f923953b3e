"""Exports as lists of lines, and how they become files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from pipelines.demo.population.calendars import Times
from pipelines.demo.population.draws import Ints

Line = bytes
"""One or more whole lines of a file, ending in a line feed: what must stay together."""


@dataclass(frozen=True)
class Export:
    """What one source system would export. Each of ``lines`` is one event, all well-formed and in order of time."""

    source: str
    file_name: str
    lines: list[Line]
    header: Line = b""


def csv_line(values: Sequence[Any], delimiter: str) -> Line:
    """One CSV line; values that hold the delimiter or a quote are quoted."""
    return (delimiter.join(_csv_value(str(value), delimiter) for value in values) + "\n").encode()


def json_line(value: dict[str, Any]) -> Line:
    """One JSON line; empty text and None are left out, as exporters do."""
    return orjson.dumps({key: part for key, part in value.items() if part not in ("", None)}) + b"\n"


def time_order(moments: Times) -> Ints:
    """Positions in order of time, equal times as they stand."""
    return np.argsort(moments, kind="stable").astype(np.int64)


def write_lines(path: Path, header: Line, lines: Sequence[Line]) -> None:
    """Write a file in one go."""
    path.write_bytes(header + b"".join(lines))


def _csv_value(text: str, delimiter: str) -> str:
    if delimiter in text or '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return text
