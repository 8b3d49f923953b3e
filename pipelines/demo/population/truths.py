"""What is true about the demo's sources: who each record is, and how many events must come out of what went in."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

SHARED = -1


@dataclass(frozen=True)
class ExpectedCounts:
    """What ingest must find when everything that was written went in once, per source."""

    #: Distinct well-formed events: rows of ``ingest.events``.
    events: Mapping[str, int]
    #: Messages sent again with a message id that was there before.
    duplicates: Mapping[str, int]
    #: Messages for quarantine, by kind of damage.
    broken: Mapping[str, Mapping[str, int]]
    #: Requests that the collector must refuse (they never reach the log), by HTTP status.
    refused: Mapping[int, int]

    @property
    def events_total(self) -> int:
        """Distinct well-formed events of all sources."""
        return sum(self.events.values())

    @property
    def duplicates_total(self) -> int:
        """Messages sent again, of all sources."""
        return sum(self.duplicates.values())

    @property
    def quarantined_total(self) -> int:
        """Messages for quarantine, of all sources."""
        return sum(sum(kinds.values()) for kinds in self.broken.values())

    def broken_by_kind(self) -> dict[str, int]:
        """Messages for quarantine by kind of damage, over all sources."""
        found: Counter[str] = Counter()
        for kinds in self.broken.values():
            found.update(kinds)
        return dict(sorted(found.items()))


@dataclass(frozen=True)
class Showcase:
    """One person whom many sources know, for showing what a profile is made of."""

    person_id: str
    record_ids: tuple[str, ...]


@dataclass(frozen=True)
class DemoTruth:
    """The answer sheet of one written demo."""

    seed: int
    as_of: datetime
    #: People known by something to at least one source, and visitors known by a browser only.
    people: int
    visitors: int
    households: int
    #: Export of each source, and ``truth.csv`` (record_id, person_id).
    files: Mapping[str, Path]
    truth_file: Path
    #: Rows of ``truth.csv``, the people in it, and records left out because several people are behind them.
    records: int
    people_with_records: int
    shared_records: int
    expected: ExpectedCounts
    #: How often each trouble occurs ("twins", "movers", "kiosks", ...).
    phenomena: Mapping[str, int]
    showcase: Showcase


class Ledger:
    """Whose events stand under each record id. People are numbers; visitors come after them."""

    def __init__(self, people: int, shared_values: Iterable[str]) -> None:
        self.people = people
        self._shared_values = frozenset(shared_values)
        self._persons: dict[str, int] = {}

    def add(self, source: str, kind: str, values: Iterable[str], persons: Iterable[int]) -> None:
        """An event for each value and the person who caused it; events without a value have no record."""
        owners, prefix = self._persons, f"{source}:{kind}:"
        shared = self._shared_values if kind in ("email", "phone", "payment_token") else frozenset[str]()
        for value, person in zip(values, persons, strict=True):
            if value:
                key = prefix + value
                if owners.setdefault(key, person) != person or value in shared:
                    owners[key] = SHARED

    def share(self, source: str, kind: str, values: Iterable[str]) -> None:
        """Declare records that are nobody's own, whoever was seen there (a kiosk)."""
        for value in values:
            if f"{source}:{kind}:{value}" in self._persons:
                self._persons[f"{source}:{kind}:{value}"] = SHARED

    @property
    def shared_records(self) -> int:
        """Records with several people behind them."""
        return sum(1 for person in self._persons.values() if person == SHARED)

    def owners(self) -> dict[str, str]:
        """record_id to person_id of every record of exactly one person, sorted by record id."""
        found = sorted(item for item in self._persons.items() if item[1] != SHARED)
        return {record: self.person_id(person) for record, person in found}

    def person_id(self, person: int) -> str:
        """``p…`` for a known person, ``v…`` for a visitor."""
        return f"p{person:06d}" if person < self.people else f"v{person - self.people:06d}"

    def showcase(self) -> Showcase:
        """The person whom most sources know; among equals one with about a dozen records, not the largest."""
        records: dict[int, list[str]] = {}
        for record, person in self._persons.items():
            if person != SHARED:
                records.setdefault(person, []).append(record)
        best = max(records, key=lambda person: _interest(person, records[person]))
        return Showcase(self.person_id(best), tuple(sorted(records[best])))


def write_truth(path: Path, owners: Mapping[str, str]) -> None:
    """The truth file: ``record_id,person_id``, sorted by record id."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["record_id", "person_id"])
        rows.writerows(owners.items())


def _interest(person: int, records: list[str]) -> tuple[int, int, int]:
    sources = len({record.split(":", 1)[0] for record in records})
    return sources, -abs(len(records) - 10), -person
