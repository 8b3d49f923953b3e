"""Train the shipped match model again: ``python -m benchmarks.match_model`` writes it to ``identity/match_models``.

``python -m benchmarks.match_model thresholds`` leaves m and u as they are and works its thresholds out again.

Run as a benchmark it writes nothing: it says how long training takes and whether the shipped file comes out the same.
"""

from __future__ import annotations

import filecmp
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import msgspec

from benchmarks.people import make_people
from identity.comparison_columns import comparison_columns
from identity.fitted_thresholds import fit_thresholds
from identity.match_models import DEFAULT_FILE, FORMAT, MatchModel, read_match_model, write_match_model
from identity.training import train_match_model

VERSION = "people_v1"
RECORDS = 40_000
SEED = 7
TRAINED_AT = date(2026, 11, 29)


def train() -> MatchModel:
    """The match model as shipped; the same on every machine."""
    records, _, truth = make_people(RECORDS, SEED, numbered=True, described=True)
    trained = train_match_model(
        records,
        truth=truth,
        version=VERSION,
        trained_on=(
            f"{records.num_rows:,} synthetic records of {len(set(truth['person_id'].to_pylist())):,} people with known "
            f"truth: benchmarks/people.py, make_people({RECORDS}, seed={SEED}, numbered=True, described=True), "
            "trained by benchmarks/match_model.py"
        ),
        trained_at=TRAINED_AT,
    )
    return fit_thresholds(trained, comparison_columns(records))


def with_thresholds_anew() -> MatchModel:
    """The shipped match model with its thresholds worked out again, for data like those it was trained on."""
    records, _, _ = make_people(RECORDS, SEED, numbered=True, described=True)
    shipped = msgspec.structs.replace(read_match_model(), format=FORMAT)
    return fit_thresholds(shipped, comparison_columns(records))


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
    write_match_model(with_thresholds_anew() if sys.argv[1:] == ["thresholds"] else train(), DEFAULT_FILE)
    print(f"wrote {DEFAULT_FILE}", file=sys.stderr)
