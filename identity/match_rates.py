"""How many other records of its person a record has, on average: told by the scored pairs themselves."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MOST_MATCHES_PER_RECORD = 16.0
"""More is not believed: what a few values shared by all make look alike would be taken for one person."""

MOST_STEPS = 50
LEAST_STEP = 0.01
"""In bits. Expectation maximisation is done when it moves the prior by less."""


def matches_per_record(edges: pa.Table, records: int) -> float:
    """A power of two from 1 on, by expectation maximisation of the Fellegi-Sunter model with m and u held.

    The expected number of matches is the sum of the pairs' probabilities to match, which depend on the prior, which is
    that number over all pairs. Weights that were too low to be kept add next to nothing. It is rounded down: a prior
    that asks for too much misses a few records, one that asks for too little mixes people.

    Args:
        edges: EDGES of all records, scored by a match model whose ``matches_per_record`` is 1.
        records: how many there are.
    """
    scored = edges.filter(pc.equal(edges["kind"], "probabilistic"))
    weights = np.sort(scored["match_weight"].to_numpy())
    more = 0.0
    for _ in range(MOST_STEPS):
        matches = float(np.sum(1 / (1 + np.exp2(-(weights + more)))))
        found = math.log2(max(1.0, 2 * matches / max(records, 1)))
        if abs(found - more) < LEAST_STEP:
            break
        more = found
    return min(2.0 ** math.floor(more), MOST_MATCHES_PER_RECORD)
