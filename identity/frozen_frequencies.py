"""Term frequencies frozen with a match model: a Parquet file beside it, which the model names and hashes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from msgspec import Struct

from models.errors import UsageError

LEAST_PEOPLE = 5
"""Values of fewer people stay out of the file: they could name somebody, and a rare value needs no count to be rare."""

FROZEN = pa.schema(
    [
        pa.field("name", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("people", pa.int64(), nullable=False),
    ]
)
"""How many people stood behind each value of each compared column, sorted; rarer values are left out."""


class FrozenFrequencies(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file of frozen frequencies, as the match model names it."""

    #: Name of the Parquet file, beside the match model's.
    file: str
    #: SHA-256 of its bytes.
    sha256: str
    #: Values of fewer people are not in it.
    least_people: int
    #: Per compared column, of how many people its values were known, those left out included.
    known_people: dict[str, int]


def write_frequencies(counts: pa.Table, path: Path, least_people: int = LEAST_PEOPLE) -> FrozenFrequencies:
    """Write the counts (FROZEN, rare values included) that ``least_people`` or more share; what names the file."""
    sums = counts.group_by("name").aggregate([("people", "sum")])
    known = dict(zip(sums["name"].to_pylist(), sums["people_sum"].to_pylist(), strict=True))
    common = counts.filter(pc.greater_equal(counts["people"], least_people))
    kept = common.select(FROZEN.names).cast(FROZEN).sort_by([("name", "ascending"), ("value", "ascending")])
    pq.write_table(kept, path)
    return FrozenFrequencies(
        file=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        least_people=least_people,
        known_people=dict(sorted(known.items())),
    )


def read_frequencies(frozen: FrozenFrequencies, folder: Path) -> pa.Table:
    """The frozen counts (FROZEN).

    Raises:
        UsageError: the file is not there, or is not the one that was frozen; names it.
    """
    path = folder / frozen.file
    if Path(frozen.file).name != frozen.file or not path.is_file():
        msg = f"frozen_frequencies.file: no file {path}. Keep it beside the match model, or train again."
        raise UsageError(msg)
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != frozen.sha256:
        msg = f"frozen_frequencies.sha256: {path} is not the file that was frozen. Put that back, or train again."
        raise UsageError(msg)
    return pq.read_table(pa.BufferReader(data)).cast(FROZEN)
