"""Ids that last: which former id goes on in which cluster, new ones, and where the others went."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc


def kept_ids(carried: pa.Table) -> dict[str, str]:
    """cluster -> former id that goes on in it; rows (``profile_ids.sql``) stand from the heaviest on."""
    alone = carried.filter(pc.invert(carried["is_contested"]))
    kept = dict(zip(alone["cluster"].to_pylist(), alone["profile_id"].to_pylist(), strict=True))
    contested = carried.filter(carried["is_contested"])
    taken: set[str] = set()
    for profile_id, cluster in zip(contested["profile_id"].to_pylist(), contested["cluster"].to_pylist(), strict=True):
        if cluster not in kept and profile_id not in taken:
            kept[cluster] = profile_id
            taken.add(profile_id)
    return kept


def mint(seed: str, minted_at: datetime) -> Iterator[str]:
    """Endless new ids in the form of UUID version 7: they sort by time, and nobody can tell from one who is in it."""
    milliseconds = int(minted_at.timestamp() * 1000)
    sequence = 0
    while True:
        digest = hashlib.sha256(f"{seed}/{sequence}".encode()).digest()
        number = (milliseconds << 80) | int.from_bytes(digest[:10], "big")
        number = (number & ~(0xF << 76)) | (0x7 << 76)
        number = (number & ~(0x3 << 62)) | (0x2 << 62)
        yield str(UUID(int=number))
        sequence += 1


def successors_of(carried: pa.Table, profile_of: dict[str, str]) -> dict[str, str]:
    """Former id -> the id of the cluster that most of it is in now."""
    found: dict[str, str] = {}
    for profile_id, cluster in zip(carried["profile_id"].to_pylist(), carried["cluster"].to_pylist(), strict=True):
        found.setdefault(profile_id, profile_of[cluster])
    return found
