"""Indexes from numbers to numbers that are looked up and extended without being read through.

An index is a list of segments, each a sorted array of keys with the value and the count that belong to it. A change is
one more segment, whose counts say what came (+1) and what went (-1); what an index holds is the sum over its segments.
So nothing is ever written over: a reader of the older list of segments sees the older index.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

MAX_SEGMENTS = 8
"""More segments than this are looked up one after the other too slowly: the small ones are made one."""

LIMIT = 2**31
"""Values and counts below it are stored in half the room."""


@dataclass(frozen=True)
class Segment:
    """``keys`` (sorted), the ``values`` beside them and how many of each came or went (``counts``).

    Arrays in memory, or mapped from the files that ``file`` names. Without ``counts`` every entry came once.
    """

    keys: Integers
    values: Integers
    counts: Integers | None
    file: str | None = None

    @classmethod
    def of(cls, keys: Integers, values: Integers | None = None, counts: Integers | None = None) -> Segment:
        """A segment of entries in any order; equal ones (same key and value) are added up, and left out at zero."""
        values = np.zeros(len(keys), np.int64) if values is None else values
        order = np.lexsort((values, keys))
        keys, values = keys[order], values[order]
        counts = np.ones(len(keys), np.int64) if counts is None else counts[order]
        starts = np.ones(len(keys), np.bool_)
        starts[1:] = (keys[1:] != keys[:-1]) | (values[1:] != values[:-1])
        first = np.flatnonzero(starts)
        summed = np.add.reduceat(counts, first) if len(first) else counts
        kept = summed != 0
        keys, values, summed = keys[first][kept], values[first][kept], summed[kept]
        return cls(keys, values, None if bool((summed == 1).all()) else summed)

    def __len__(self) -> int:
        return len(self.keys)

    def ranges(self, keys: Integers) -> tuple[Integers, Integers]:
        """Where the entries of each key begin and end; ``keys`` are sorted."""
        return np.searchsorted(self.keys, keys, "left"), np.searchsorted(self.keys, keys, "right")


@dataclass(frozen=True)
class KeyIndex:
    """An immutable index; :meth:`changed` gives the next one."""

    segments: tuple[Segment, ...] = ()

    def entries(self, keys: Integers) -> tuple[Integers, Integers, Integers]:
        """The live entries of the given keys (sorted, each once): the place of the key in ``keys``, value and count.

        Sorted by place and value.
        """
        found = [_gather(segment, keys) for segment in self.segments]
        if not found:
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)
        at, values, counts = (np.concatenate(part) for part in zip(*found, strict=True))
        if len(self.segments) == 1:
            return at, values, counts
        merged = Segment.of(at, values, counts)
        ones = np.ones(len(merged), np.int64)
        return merged.keys, merged.values, ones if merged.counts is None else merged.counts

    def counts(self, keys: Integers) -> Integers:
        """How many live entries each of the given keys (sorted, each once) has, all values together."""
        total = np.zeros(len(keys), np.int64)
        for segment in self.segments:
            starts, ends = segment.ranges(keys)
            if segment.counts is None:
                total += ends - starts
            else:
                at, _, counts = _gather(segment, keys)
                np.add.at(total, at, counts)
        return total

    def changed(self, keys: Integers, values: Integers | None, counts: Integers) -> KeyIndex:
        """The index with entries added (counts above zero) and taken away (below)."""
        delta = Segment.of(keys, values, counts)
        if not len(delta):
            return self
        segments = (*self.segments, delta)
        if len(segments) <= MAX_SEGMENTS:
            return KeyIndex(segments)
        # The first holds nearly everything, so that it is made anew only when the others have grown together.
        small = sum(len(segment) for segment in segments[1:])
        head = () if small > len(segments[0]) // 4 else segments[:1]
        return KeyIndex((*head, _merged(segments[len(head) :])))

    def __len__(self) -> int:
        return sum(len(segment) for segment in self.segments)


def write_segment(segment: Segment, folder: Path, name: str) -> None:
    """Write the arrays of a segment as ``<name>.<part>.npy``, to be read by :func:`read_segment`."""
    for part in ("keys", "values", "counts"):
        array = getattr(segment, part)
        if array is not None and (part == "keys" or array.any()):
            fits = part != "keys" and int(array.min()) >= -LIMIT and int(array.max()) < LIMIT
            np.save(folder / f"{name}.{part}.npy", array.astype(np.int32) if fits else array)


def read_segment(folder: Path, name: str) -> Segment:
    """A segment mapped from its files: what is looked up is read, and nothing else.

    Raises:
        FileNotFoundError: no segment of this name.
        ValueError: a file that is broken or cut off.
    """

    def mapped(part: str) -> Integers | None:
        path = folder / f"{name}.{part}.npy"
        if not path.exists():
            return None
        # An empty file cannot be mapped.
        array: Integers = np.load(path, mmap_mode="r") if path.stat().st_size > 128 else np.load(path)
        return array

    keys = mapped("keys")
    if keys is None:
        raise FileNotFoundError(folder / f"{name}.keys.npy")
    values = mapped("values")
    return Segment(keys, np.zeros(len(keys), np.int64) if values is None else values, mapped("counts"), name)


def unique_keys(*keys: Iterable[int] | Integers) -> Integers:
    """All given keys, sorted, each once: the form in which look-ups take them."""
    return np.unique(np.concatenate([np.asarray(part, np.int64) for part in keys]))


def _gather(segment: Segment, keys: Integers) -> tuple[Integers, Integers, Integers]:
    starts, ends = segment.ranges(keys)
    sizes = ends - starts
    at = np.repeat(np.arange(len(keys), dtype=np.int64), sizes)
    # Place within the range of its key, for every entry at once.
    within = np.arange(len(at), dtype=np.int64) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    rows = np.repeat(starts, sizes) + within
    counts = np.ones(len(rows), np.int64) if segment.counts is None else np.asarray(segment.counts[rows])
    return at, np.asarray(segment.values[rows]), counts


def _merged(segments: Sequence[Segment]) -> Segment:
    counts = [np.ones(len(part), np.int64) if part.counts is None else part.counts for part in segments]
    return Segment.of(
        np.concatenate([part.keys for part in segments]),
        np.concatenate([part.values for part in segments]),
        np.concatenate(counts),
    )
