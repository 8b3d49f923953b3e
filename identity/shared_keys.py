"""Whether blocking brings two records together: which keys each has, which they share, and how many others do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from identity.blocking import MAX_BLOCK_RECORDS


@dataclass(frozen=True)
class SharedKey:
    """One blocking rule and two records. ``records`` share the key with them, both included; 0 if they do not share it.

    ``in_a`` and ``in_b`` tell whether each record has what the rule asks for.
    """

    rule: str
    in_a: bool
    in_b: bool
    records: int

    @property
    def is_shared(self) -> bool:
        """Both records have the same value."""
        return self.records > 0

    @property
    def finds_pairs(self) -> bool:
        """Both records have the same value, and few enough others do."""
        return 0 < self.records <= MAX_BLOCK_RECORDS


def keys_of(keys: pa.Table, place: int) -> dict[str, int]:
    """Rule -> key of one record, from KEYS."""
    rows = keys.select(["place", "rule", "key"]).to_pylist()
    return {row["rule"]: row["key"] for row in rows if row["place"] == place}


def compare_keys(a: Mapping[str, int], b: Mapping[str, int], sizes: Mapping[int, int]) -> list[SharedKey]:
    """One row for each rule that either record has a key of, by rule.

    Args:
        a: rule -> key of the one record (:func:`keys_of`).
        b: those of the other.
        sizes: how many records have each key, for the keys that both have.
    """
    return [
        SharedKey(rule[3:], rule in a, rule in b, sizes[a[rule]] if rule in a and a[rule] == b.get(rule) else 0)
        for rule in sorted(a.keys() | b.keys())
    ]


def common_keys(a: Mapping[str, int], b: Mapping[str, int]) -> list[int]:
    """The keys that both records have."""
    return sorted(key for rule, key in a.items() if b.get(rule) == key)


def too_common(keys: Iterable[SharedKey]) -> list[SharedKey]:
    """Keys that both have and too many others as well, so that they find no pairs."""
    return [key for key in keys if key.is_shared and not key.finds_pairs]
