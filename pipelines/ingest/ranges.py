"""Which messages an ingest reads: offset ranges, packed into chunks of bounded size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from connectors.log.logs import TopicPartition
from models.errors import FatalError


@dataclass(frozen=True, slots=True, order=True)
class OffsetRange:
    """Offsets ``start <= offset < stop`` of one partition."""

    topic: str
    partition: int
    start: int
    stop: int

    @property
    def messages(self) -> int:
        """How many offsets the range spans."""
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one Beam element stands for: a few ranges, together at most ``ingest.chunk_messages``."""

    index: int
    ranges: tuple[OffsetRange, ...]


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the log holds beyond the lake. ``lost`` counts offsets that retention removed before they were read."""

    ranges: tuple[OffsetRange, ...]
    lost: int

    @property
    def messages(self) -> int:
        """Messages to read."""
        return sum(part.messages for part in self.ranges)


def find_backlog(
    committed: Mapping[TopicPartition, int],
    begins: Mapping[TopicPartition, int],
    ends: Mapping[TopicPartition, int],
) -> Backlog:
    """The ranges from the lake's committed offsets to the log's ends, ordered by topic and partition.

    Raises:
        FatalError: the log ends before a committed offset, so it is not the log this lake was filled from.
    """
    ranges: list[OffsetRange] = []
    lost = 0
    for topic, partition in sorted(ends):
        end = ends[topic, partition]
        done = committed.get((topic, partition), 0)
        if done > end:
            msg = (
                f"Topic {topic}, partition {partition}: the log ends at offset {end}, the lake has read up to {done}. "
                "This is another log than the lake was filled from: check [log] in klantbeeld.toml."
            )
            raise FatalError(msg)
        start = max(done, begins.get((topic, partition), 0))
        # A partition never read before starts where retention left it; that is no loss of this lake's.
        lost += start - done if (topic, partition) in committed else 0
        if start < end:
            ranges.append(OffsetRange(topic, partition, start, end))
    return Backlog(tuple(ranges), lost)


def split_commits(ranges: Iterable[OffsetRange], max_messages: int) -> Iterator[tuple[OffsetRange, ...]]:
    """Cut ranges into groups of at most ``max_messages``, one lake transaction each, keeping their order."""
    group: list[OffsetRange] = []
    room = max_messages
    for part in ranges:
        start = part.start
        while start < part.stop:
            stop = min(part.stop, start + room)
            group.append(OffsetRange(part.topic, part.partition, start, stop))
            room -= stop - start
            start = stop
            if room == 0:
                yield tuple(group)
                group, room = [], max_messages
    if group:
        yield tuple(group)


def pack_chunks(ranges: Iterable[OffsetRange], chunk_messages: int) -> tuple[Chunk, ...]:
    """Pack ranges into chunks of at most ``chunk_messages``, so that many thin partitions make few files."""
    return tuple(Chunk(index, group) for index, group in enumerate(split_commits(ranges, chunk_messages)))
