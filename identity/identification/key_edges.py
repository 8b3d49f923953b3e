"""Deterministic edges of one record with those that carry an identifier value of its, as match_keys.sql draws them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from identity.compiled_scorers import EvidencePart
from identity.match_keys import MAX_ALL_PAIRS, MAX_KEY_MATCH_WEIGHT, MIN_KEY_MATCH_WEIGHT


@dataclass(frozen=True)
class Holder:
    """A record that carries a value: who it says it is, as far as the choice of hubs goes by it."""

    record_id: str
    row: int
    first_root: str | None
    birth_date: str | None
    known: int

    @property
    def person_key(self) -> str:
        """Holders that say the same hang on one hub; empty where no first name is said."""
        return "" if self.first_root is None else f"{self.first_root}|{self.birth_date or ''}"


@dataclass(frozen=True)
class SharedValue:
    """A value that links, the type's weight, the people behind it (the new record's among them) and its holders."""

    kind: str
    value: str
    people: int
    weight: float
    holders: Sequence[Holder]

    @property
    def evidence(self) -> tuple[EvidencePart, ...]:
        """As of an edge that this value makes."""
        same = EvidencePart(self.kind, "the same", self.value, self.value, self.weight)
        spread = EvidencePart(self.kind, f"{self.people} people use it", None, None, -math.log2(self.people))
        return tuple(part for part in (same, spread) if part.match_weight != 0)


def key_weight(records: float, squares: float) -> float:
    """What an equal value of a type is worth; ``key_weights.sql`` for one type."""
    bits = -math.log2(squares / (records * records))
    return min(MAX_KEY_MATCH_WEIGHT, max(MIN_KEY_MATCH_WEIGHT, float(math.floor(bits + 0.5))))


def linked_holders(mine: Holder, holders: Sequence[Holder]) -> list[Holder]:
    """Those of a value's other holders that the new record has an edge with."""
    everybody = [mine, *holders]
    if len(everybody) <= MAX_ALL_PAIRS:
        return list(holders)
    groups: dict[str, list[Holder]] = {}
    for holder in everybody:
        groups.setdefault(holder.person_key, []).append(holder)
    hubs = {key: min(group, key=lambda holder: (-holder.known, holder.record_id)) for key, group in groups.items()}
    mine_is_hub = hubs[mine.person_key] is mine
    found = {hub.record_id: hub for hub in hubs.values()} if mine_is_hub else {}
    for group, is_linked in (
        (groups[mine.person_key], mine_is_hub),
        ([hubs[mine.person_key]], True),
        # Records that say no name hang on every hub, so that refusing one union leaves the others in reach.
        ([hub for key, hub in hubs.items() if key], mine.person_key == ""),
        (groups.get("", []), mine_is_hub and mine.person_key != ""),
    ):
        found |= {holder.record_id: holder for holder in group if is_linked}
    found.pop(mine.record_id, None)
    return sorted(found.values(), key=lambda holder: holder.record_id)


def best_values(mine: Holder, values: Sequence[SharedValue]) -> Mapping[tuple[int, str], SharedValue]:
    """Row of the other record and identifier type -> the value that speaks: the one that the fewest people have."""
    best: dict[tuple[int, str], SharedValue] = {}
    for shared in sorted(values, key=lambda shared: (shared.people, shared.value)):
        for holder in linked_holders(mine, shared.holders):
            best.setdefault((holder.row, shared.kind), shared)
    return best
