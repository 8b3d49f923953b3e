"""How good clusters are, against known truth, and how sure that is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from identity.queries import query, session

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

FIGURES = (
    *("pairwise_precision", "pairwise_recall", "pairwise_f1", "bcubed_precision", "bcubed_recall", "bcubed_f1"),
    *("exact", "over_merge"),
)
"""The shares among the figures, in the order in which they are shown."""

RESAMPLES = 1_000
CONFIDENCE = 0.95
RULE_OF_THREE = 3.0
"""No error among N people is still compatible (95 %) with 3 errors in N."""


@dataclass(frozen=True)
class Evaluation:
    """Shares between 0 and 1; a share of nothing (no pairs to find, none found) is 1.

    ``pairwise_*`` count pairs of records in one cluster, after closure. ``bcubed_*`` average over records the share of
    the record's cluster that is its person's, and of its person's records that are in its cluster. ``exact`` is the
    share of people whose records are exactly one cluster, ``over_merge`` the share of clusters of two records or more
    that mix people.
    """

    records: int
    people: int
    clusters: int
    pairwise_precision: float
    pairwise_recall: float
    pairwise_f1: float
    bcubed_precision: float
    bcubed_recall: float
    bcubed_f1: float
    exact: float
    over_merge: float

    def to_dict(self) -> dict[str, float]:
        """The figures by name, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Interval:
    """Where a share lies with 95 % confidence."""

    low: float
    high: float


def evaluate(truth: pa.Table, clusters: pa.Table, *, truth_is_complete: bool = False) -> Evaluation:
    """Compare ``clusters`` (``record_id``, ``cluster``) with ``truth`` (``record_id``, ``person_id``).

    Only records that stand in both tables count. With ``truth_is_complete`` the truth names every record of the people
    in it, so that the other records in their clusters are other people's: clusters then count whole.
    """
    return evaluate_with_intervals(truth, clusters, truth_is_complete=truth_is_complete, resamples=0)[0]


def evaluate_with_intervals(
    truth: pa.Table,
    clusters: pa.Table,
    *,
    truth_is_complete: bool = False,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> tuple[Evaluation, dict[str, Interval]]:
    """The figures, and by name the 95 % interval of each share: percentiles over resampled people (bootstrap).

    People are drawn and not records: the records of one person are right or wrong together. The labelled people must be
    a random sample of all, else the interval says nothing about the others. Equal input gives equal intervals.
    Where not one person differs, the interval ends at three errors among the people who could have shown one; where
    none could, it is 0 to 1. No intervals with ``resamples`` 0.
    """
    import numpy as np

    tables, parameters = {"truth": truth, "clusters": clusters}, {"truth_is_complete": truth_is_complete}
    with session() as connection:
        groups = query(connection, "evaluation", tables, parameters)
    counts = groups["people"].to_numpy()
    parts = {name: groups[name].to_numpy() for name in groups.column_names if name != "people"}
    totals = {name: np.array([float(counts @ values)]) for name, values in parts.items()}
    shares = {name: round(float(values[0]), 9) for name, values in _shares(totals, int(counts.sum())).items()}
    evaluation = Evaluation(
        records=round(totals["records"][0]), people=int(counts.sum()), clusters=round(totals["clusters"][0]), **shares
    )
    if not resamples or not len(counts):
        return evaluation, {}
    drawn = _resampled(counts, parts, resamples, seed)
    return evaluation, {
        name: _interval(values, shares[name], _witnesses(name, counts, parts)) for name, values in drawn.items()
    }


def _shares(totals: dict[str, Numbers], people: int) -> dict[str, Numbers]:
    """The figures of FIGURES, one value per sample of so many people."""
    precision = _ratio(totals["both_pairs"], totals["found_pairs"])
    recall = _ratio(totals["both_pairs"], totals["true_pairs"])
    precise, recalled = (_ratio(totals[f"bcubed_{name}"], totals["records"]) for name in ("precision", "recall"))
    return {
        "pairwise_precision": precision,
        "pairwise_recall": recall,
        "pairwise_f1": _ratio(2 * precision * recall, precision + recall, of_nothing=0.0),
        "bcubed_precision": precise,
        "bcubed_recall": recalled,
        "bcubed_f1": _ratio(2 * precise * recalled, precise + recalled),
        "exact": _ratio(totals["exact"], 0 * totals["exact"] + people),
        "over_merge": _ratio(totals["mixed"], totals["multiple"], of_nothing=0.0),
    }


def _ratio(part: Numbers, whole: Numbers, of_nothing: float = 1.0) -> Numbers:
    import numpy as np

    return np.divide(part, whole, out=np.full_like(whole, of_nothing), where=whole > 0)


def _resampled(counts: Numbers, parts: dict[str, Numbers], resamples: int, seed: int) -> dict[str, Numbers]:
    """The figures of as many samples of people, drawn with replacement."""
    import numpy as np

    random, people = np.random.default_rng(seed), int(counts.sum())
    matrix = np.stack(list(parts.values()), axis=1)
    # One at a time: all of them at once are gigabytes where a million people differ.
    sums = np.stack([random.multinomial(people, counts / people) @ matrix for _ in range(resamples)])
    return _shares(dict(zip(parts, sums.T, strict=True)), people)


def _witnesses(name: str, counts: Numbers, parts: dict[str, Numbers]) -> int:
    """How many people could have shown an error in this figure."""
    able = {
        "pairwise_precision": parts["found_pairs"] > 0,
        "pairwise_recall": parts["true_pairs"] > 0,
        "pairwise_f1": (parts["found_pairs"] > 0) | (parts["true_pairs"] > 0),
        "over_merge": parts["multiple"] > 0,
    }
    return int(counts[able[name]].sum() if name in able else counts.sum())


def _interval(values: Numbers, share: float, witnesses: int) -> Interval:
    import numpy as np

    if not witnesses:
        return Interval(0.0, 1.0)
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = (round(float(bound), 6) for bound in np.percentile(values, [tail, 100 - tail]))
    doubt = min(1.0, round(RULE_OF_THREE / witnesses, 6))
    if low == high == 1.0 == share:
        low = 1.0 - doubt
    elif low == high == 0.0 == share:
        high = doubt
    return Interval(low, high)
