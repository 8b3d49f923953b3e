"""Who is found in data with known truth, with one configuration for all: the defaults, and no training on the data.

Beside ours stand connected components over the same edges, as plain Splink forms them, at our threshold and at their
best one, which only who knows the truth can choose.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa

from benchmarks.people import make_people
from benchmarks.resolve import closure
from identity.evaluation import Evaluation, evaluate
from pipelines.clean.people import find_fitted_people
from tests.identity.labelled import (
    FAKE_1000,
    FEBRL,
    PSEUDOPEOPLE,
    SENZING,
    Labelled,
    fake_1000,
    febrl,
    pseudopeople,
    senzing,
)

THRESHOLDS = (0.0, 1.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0)
FEBRL_4 = ("dataset4a", "dataset4b")
HERE = Path(__file__).parent

SETS: dict[str, tuple[Path, Callable[[], Labelled]]] = {
    "fake_1000": (FAKE_1000, fake_1000),
    "FEBRL 3": (FEBRL, partial(febrl, "dataset3", with_number=False)),
    "FEBRL 3, numbers": (FEBRL, partial(febrl, "dataset3", with_number=True)),
    "FEBRL 4": (FEBRL, partial(febrl, *FEBRL_4, with_number=False)),
    "FEBRL 4, numbers": (FEBRL, partial(febrl, *FEBRL_4, with_number=True)),
    "pseudopeople": (PSEUDOPEOPLE, pseudopeople),
    "Senzing, load 1": (SENZING, partial(senzing, 1)),
    "Senzing, load 2": (SENZING, partial(senzing, 2)),
    "invented 20,000": (HERE, partial(make_people, 20_000, 99)),
}
"""Where each set lies, and what reads it. The invented customers are others than the match model was trained on."""

HEADING = f"{'':18} {'':22} precision  recall      F1  B-cubed  mixed"


def main(names: tuple[str, ...] = ()) -> None:
    """One line a set and way; sets whose data are absent are said."""
    print(HEADING)
    for name, (place, read) in SETS.items():
        if names and name not in names:
            continue
        if not place.exists():
            print(f"{name:18} no data beside the checkout ({place.name})")
            continue
        for way, found in measured(*read()).items():
            print(_line(name, way, found), flush=True)


def measured(records: pa.Table, pairs: pa.Table, truth: pa.Table) -> dict[str, Evaluation]:
    """Figures of our clustering, of plain components at our threshold, and at the best one."""
    rules, found = find_fitted_people(records, pairs)
    plain = {weight: evaluate(truth, closure(records, found.edges, weight)) for weight in THRESHOLDS}
    best = max(plain, key=lambda weight: plain[weight].pairwise_f1)
    return {
        "ours": evaluate(truth, found.clusters.assignments),
        "components": evaluate(truth, closure(records, found.edges, rules.settings.joins_from)),
        f"components at {best:g}": plain[best],
    }


def _line(name: str, way: str, found: Evaluation) -> str:
    return (
        f"{name:18} {way:22} {found.pairwise_precision:9.4f} {found.pairwise_recall:7.4f} {found.pairwise_f1:7.4f} "
        f"{found.bcubed_f1:8.4f} {found.over_merge:6.2%}"
    )


if __name__ == "__main__":
    main(tuple(sys.argv[1:]))
