"""Train the shipped match model again: ``python -m benchmarks.match_model`` writes it to ``identity/match_models``.

Run as a benchmark it writes nothing: it says how long training takes and whether the shipped file comes out the same.
"""

from __future__ import annotations

import filecmp
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from benchmarks.people import make_people
from identity.match_models import DEFAULT_FILE, MatchModel, write_match_model
from identity.training import train_match_model

VERSION = "people_v1"
RECORDS = 40_000
SEED = 7
TRAINED_AT = date(2026, 11, 24)


def train() -> MatchModel:
    """The match model as shipped; the same on every machine."""
    records, _, truth = make_people(RECORDS, SEED, numbered=True)
    return train_match_model(
        records,
        truth=truth,
        version=VERSION,
        trained_on=(
            f"{records.num_rows:,} synthetic records of {len(set(truth['person_id'].to_pylist())):,} people with known "
            f"truth: benchmarks/people.py, make_people({RECORDS}, seed={SEED}, numbered=True), "
            "trained by benchmarks/match_model.py"
        ),
        trained_at=TRAINED_AT,
    )


def main() -> None:
    """Train, and compare with the shipped file."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / DEFAULT_FILE.name
        write_match_model(train(), path)
        same = filecmp.cmp(path, DEFAULT_FILE, shallow=False)
    outcome = "comes out the same" if same else "is another: write it with python -m benchmarks.match_model"
    print(f"trained on {RECORDS:,} records in {time.perf_counter() - started:.1f} s")
    print(f"the shipped {DEFAULT_FILE.name} {outcome}")


if __name__ == "__main__":
    write_match_model(train(), DEFAULT_FILE)
    print(f"wrote {DEFAULT_FILE}", file=sys.stderr)
