"""Broken input: what networks, exports and people do to data, a known number of times each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from pipelines.demo.population.draws import Random
from pipelines.demo.population.writing import Export, Line, json_line

OVERSIZE_BYTES = 1_200_000
"""Size of the text in an oversize message: over the 1 MiB that ingest takes by default."""

BAD_AMOUNT = "9,9x"
LONG_AGO, FAR_AHEAD = "1890-05-17T10:00:00", "2199-12-31T23:59:59"

Damage = Callable[[Line, int], Line]
"""Makes a broken line out of a good one; the number counts the broken lines of this source and makes ids new."""


@dataclass(frozen=True)
class Damaged:
    """An export with broken lines and repeats among its good ones."""

    export: Export
    lines: list[Line]
    duplicates: int
    broken: Counter[str]


def damage(
    random: Random, export: Export, duplicates: int, broken: int, kinds: dict[str, Damage], once: dict[str, Damage]
) -> Damaged:
    """Repeat ``duplicates`` lines a little later, and add ``broken`` lines made from good ones, in equal parts a kind.

    Damage of ``once`` is done one time only (oversize messages), on top of ``broken``. All good lines stay.
    """
    lines = export.lines
    places = [(float(at), line) for at, line in enumerate(lines)]
    again = np.sort(random.choice(len(lines), size=min(duplicates, len(lines)), replace=False))
    later = random.uniform(0.1, 400.0, len(again))
    places += [(float(at + after), lines[at]) for at, after in zip(again, later, strict=True)]
    names = [name for turn in range(broken) for name in [list(kinds)[turn % len(kinds)]]] + list(once)
    victims = random.integers(0, len(lines), len(names))
    spots = random.uniform(0, len(lines), len(names))
    for serial, (name, victim, spot) in enumerate(zip(names, victims, spots, strict=True), 1):
        places.append((float(spot), (kinds | once)[name](lines[victim], serial)))
    places.sort(key=lambda place: place[0])
    return Damaged(export, [line for _, line in places], len(again), Counter(names))


def set_fields(id_field: str, **values: Any) -> Damage:
    """A JSON line under a new id, with fields set (a dotted name goes inside); None takes the field away."""

    def change(line: Line, serial: int) -> Line:
        item: dict[str, Any] = orjson.loads(line)
        item[id_field] = f"{item[id_field]}-x{serial}"
        for name, value in values.items():
            item[name] = value
        return json_line(item)

    return change


def alternate_times(id_field: str, time_field: str, zone: str = "Z") -> Damage:
    """A JSON line under a new id, from long ago or far ahead, ten by ten."""

    def change(line: Line, serial: int) -> Line:
        at = (LONG_AGO if serial // 10 % 2 else FAR_AHEAD) + zone
        return set_fields(id_field, **{time_field: at})(line, serial)

    return change


def cut_short(line: Line, serial: int) -> Line:
    """A JSON line whose second half never arrived; of a short line at least the closing brace is missing."""
    return line[: min(len(line) // 2 + serial % 7, len(line) - len(b"}\n"))] + b"\n"


def break_utf8(line: Line, serial: int) -> Line:
    """The line with a byte in it that is no UTF-8 (latin-1 "é" before a comma or quote)."""
    first = line.split(b"\n", 1)[0]
    at = max(first.rfind(b"e", 0, len(first) - 3), 1)
    return first[:at] + b"\xe9" + first[at + 1 :] + b"\n"


def swell(id_field: str, text_field: str) -> Damage:
    """A JSON line with a text that is far too long."""
    return set_fields(id_field, **{text_field: "x" * OVERSIZE_BYTES})


def csv_fields(delimiter: str, **values: Any) -> Damage:
    """The first CSV row of the line, with fields (``c<number>``, from 0) replaced; ``{}`` becomes the serial number."""

    def change(line: Line, serial: int) -> Line:
        row = _first_row(line, delimiter)
        for name, value in values.items():
            row[int(name[1:])] = str(value).replace("{}", str(serial))
        return (delimiter.join(row) + "\n").encode()

    return change


def csv_columns(delimiter: str) -> Damage:
    """The first CSV row of the line with columns too many, or too few, in turn."""

    def change(line: Line, serial: int) -> Line:
        row = _first_row(line, delimiter)
        return (delimiter.join([*row, "?", "?"] if serial % 2 else row[:-3]) + "\n").encode()

    return change


def csv_times(delimiter: str, column: int, **values: Any) -> Damage:
    """The first CSV row of the line, from long ago or far ahead ten by ten, other fields replaced as by csv_fields."""

    def change(line: Line, serial: int) -> Line:
        at = LONG_AGO if serial // 10 % 2 else FAR_AHEAD
        return csv_fields(delimiter, **values, **{f"c{column}": at})(line, serial)

    return change


def _first_row(line: Line, delimiter: str) -> list[str]:
    """Fields of the first row. Quoted fields lose their quotes and delimiters, which broken rows do not need."""
    text = line.split(b"\n", 1)[0].decode()
    fields, inside, field = [], False, ""
    for letter in text:
        if letter == '"':
            inside = not inside
        elif letter == delimiter and not inside:
            fields.append(field)
            field = ""
        elif letter != delimiter:
            field += letter
    return [*fields, field]
