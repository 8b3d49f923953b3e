"""What a change of 1,000 records costs as a share of evaluating everything, at two sizes of the base."""

from __future__ import annotations

import resource
import sys
import time

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.people import make_people
from identity.changed_states import Changed
from identity.fitted_thresholds import with_thresholds
from identity.match_models import read_match_model
from identity.people import Rules
from models.settings import IdentitySettings, Settings
from tests.support.resolved import Resolved

SIZES = (100_000, 1_000_000)
NEW = 1_000
SEED = 99


def main() -> None:
    """Both sizes, one after the other."""
    for size in SIZES:
        measure(size)


def measure(size: int) -> None:
    """Evaluate about so many records, then 1,000 more, twice: half of their people are known, half are new."""
    records, pairs, _ = make_people(size, SEED)
    records = records.sort_by("record_id")
    # Every so many-th record is held back: its person is mostly known by others.
    held = pa.array([at % (records.num_rows // (2 * NEW)) == 0 for at in range(records.num_rows)])
    base, later = records.filter(pc.invert(held)), records.filter(held)
    model = read_match_model()
    settings = with_thresholds(IdentitySettings(), model)
    found = Resolved(Rules(settings, Settings().identifier_policies(), model))
    started = time.perf_counter()
    found.rebuild(base, _of(pairs, base))
    full = time.perf_counter() - started
    print(f"{base.num_rows:,} records in full: {full:.1f} s, peak {_peak():.2f} GB, index {_entries(found):,} entries")
    for start in (0, NEW):
        part = later.slice(start, NEW)
        started = time.perf_counter()
        done = found.change(Changed(part, _of(pairs, part)))
        seconds = time.perf_counter() - started
        how = "by increment" if done else "in full, since weights moved"
        print(f"  {part.num_rows:,} records more, {how}: {seconds:.2f} s, {seconds / full:.4f} of the full evaluation")


def _of(pairs: pa.Table, records: pa.Table) -> pa.Table:
    with duckdb.connect() as sql:
        sql.execute("set timezone = 'UTC'")
        sql.register("pairs", pairs)
        sql.register("records", records)
        rows = sql.execute("from pairs semi join records using (record_id) order by record_id, type, value")
        return rows.to_arrow_table().cast(pairs.schema)


def _entries(found: Resolved) -> int:
    index = found.index
    return sum(len(part) for part in (index.keys, index.holders, index.witnesses, index.people, index.neighbours))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


if __name__ == "__main__":
    for argument in sys.argv[1:] or map(str, SIZES):
        measure(int(argument))
