"""Random draws from weighted lists, and the word lists they draw from."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
Random = np.random.Generator

DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True)
class Weighted:
    """Values to draw from, each with a weight."""

    values: Texts
    cumulative: Floats

    def draw(self, random: Random, size: int) -> Texts:
        """``size`` values, independent, in proportion to their weights."""
        return self.values[self.draw_places(random, size)]

    def draw_places(self, random: Random, size: int) -> Ints:
        """``size`` positions in ``values``, in proportion to the weights."""
        return draw_places(random, self.cumulative, size)


def draw_places(random: Random, cumulative: Floats, size: int) -> Ints:
    """``size`` positions in a list of weights that is given as its cumulative sum."""
    found = np.searchsorted(cumulative, random.random(size) * cumulative[-1], side="right")
    return np.minimum(found, len(cumulative) - 1).astype(np.int64)


def weighted(values: Sequence[Any], weights: Sequence[float]) -> Weighted:
    """Values with their weights, ready to draw from."""
    return Weighted(texts(values), np.cumsum(np.asarray(weights, dtype=np.float64)))


def texts(values: Sequence[Any]) -> Texts:
    """An array of Python objects: text of any length, without NumPy's fixed widths."""
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def blank(size: int) -> Texts:
    """An array of empty text."""
    return np.full(size, "", dtype=object)


def chance(random: Random, share: float | Floats, size: int) -> Bools:
    """True for about ``share`` of ``size`` places."""
    return np.asarray(random.random(size) < share, dtype=np.bool_)


@cache
def read_rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a word list in ``pipelines/demo/data``."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def hex_ids(random: Random, size: int, digits: int) -> list[str]:
    """``size`` random hexadecimal texts of an even number of ``digits``."""
    text = random.bytes(size * digits // 2).hex()
    return [text[at : at + digits] for at in range(0, size * digits, digits)]


def serial_numbers(random: Random, size: int, first: int) -> Ints:
    """``size`` distinct numbers from ``first`` on, with gaps, in no order: what a system hands out over the years."""
    return first + np.asarray(random.permutation(size * 3)[:size], dtype=np.int64)
