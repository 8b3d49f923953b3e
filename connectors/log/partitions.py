"""Which partition a key belongs to: the same in both logs, and the same as Kafka's own clients choose."""

from __future__ import annotations

import functools
import itertools
import struct
from collections.abc import Iterator, Sequence

from connectors.log.logs import LogRecord

_WORD = 0xFFFFFFFF
_MULTIPLIER = 0x5BD1E995
_SEED = 0x9747B28C


@functools.lru_cache(maxsize=65_536)
def murmur2(key: bytes) -> int:
    """MurmurHash2, 32 bits, with the seed of Kafka's default partitioner, as an unsigned number."""
    body = len(key) & ~3
    mixed = _SEED ^ len(key)
    for (word,) in struct.iter_unpack("<I", key[:body]):
        word = word * _MULTIPLIER & _WORD
        word ^= word >> 24
        mixed = (mixed * _MULTIPLIER & _WORD) ^ (word * _MULTIPLIER & _WORD)
    if tail := key[body:]:
        mixed = (mixed ^ int.from_bytes(tail, "little")) * _MULTIPLIER & _WORD
    mixed ^= mixed >> 13
    mixed = mixed * _MULTIPLIER & _WORD
    return mixed ^ mixed >> 15


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key: Kafka's default partitioner, so that any Kafka client puts the key in the same one."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


class Partitioner:
    """Chooses partitions: by key, and in turn for records without one."""

    def __init__(self) -> None:
        # next() on a count is one step of the interpreter, so that threads need no lock.
        self._turns: Iterator[int] = itertools.count()

    def choose(self, records: Sequence[LogRecord], partitions: dict[str, int]) -> list[int]:
        """The partition of each record, in order; ``partitions`` holds the partition count of every topic."""
        return [
            next(self._turns) % partitions[record.topic]
            if record.key is None
            else partition_of(record.key, partitions[record.topic])
            for record in records
        ]
