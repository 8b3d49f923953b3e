"""Which candidate pairs can be worth keeping: the sums that Splink will make, without what only evidence needs.

Of the pairs that blocking finds, nine in ten weigh too little to be kept. Splink writes down every value and every
factor of a pair before it adds them up. Here numbers of each record alone tell what a pair weighs at most; of the few
pairs that may weigh enough DuckDB is asked how much their texts are alike, and their weights are added up again. What
is left is Splink's to weigh (docs/decisions/0012-sieve.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from identity.answers import answers
from identity.blocking import CANDIDATES
from identity.conditions import columns_of, is_else, leaves, naming, parsed, text_of
from identity.frequencies import value_shares
from identity.level_weights import level_weight
from identity.match_models import MatchModel
from identity.record_numbers import RecordNumbers
from identity.splink_scores import frequency_columns
from identity.truths import Pairs
from identity.weight_bounds import Level, most_weight

TOLERANCE = 1e-6
"""In bits: sums of the same weights in another order differ by far less, and Splink decides."""

BLOCK_PAIRS = 1 << 16
"""So many pairs are looked at at once: their numbers stay near the processor."""

FEW_PAIRS = 10_000
"""So few pairs Splink weighs in less time than it takes to prepare the sieve: they pass as they are."""


@contextmanager
def sieve(
    sql: duckdb.DuckDBPyConnection,
    compared: pa.Table,
    counts: pa.Table,
    known: Mapping[str, float],
    model: MatchModel,
    keep_match_weight: float,
) -> Iterator[Callable[[pa.Table], pa.Table]]:
    """A function that gives those of some candidate pairs (CANDIDATES) that may be worth keeping, sorted.

    Args:
        sql: where to work.
        compared: comparison columns of the records, with their ``place``.
        counts: COUNTS of at least the values in ``compared``.
        known: of how many people each column's values are known.
        model: with the prior of the whole data.
        keep_match_weight: from which match weight on pairs are worth keeping.

    Raises:
        UsageError: the model's levels cannot be added up; names comparison and level.
    """
    found: list[_Sieve] = []

    def sift(pairs: pa.Table) -> pa.Table:
        if not found and pairs.num_rows <= FEW_PAIRS:
            order = [("join_key_l", "ascending"), ("join_key_r", "ascending")]
            return pairs.select(CANDIDATES.names).cast(CANDIDATES).sort_by(order)
        if not found:
            comparisons = _comparisons_of(model)
            shares = {
                column: value_shares(counts, known, column, model.typical_frequencies[column])
                for column in frequency_columns(model)
            }
            numbers = RecordNumbers(sql, compared, shares)
            found.append(_Sieve(sql, numbers, comparisons, model.prior_match_weight, keep_match_weight - TOLERANCE))
        return found[0].sift(pairs)

    try:
        yield sift
    finally:
        found.clear()


class _Sieve:
    """What sifts pairs, once the numbers of the records are known."""

    def __init__(
        self,
        sql: duckdb.DuckDBPyConnection,
        numbers: RecordNumbers,
        comparisons: list[list[Level]],
        prior: float,
        least: float,
    ) -> None:
        self._sql, self._numbers, self._comparisons = sql, numbers, comparisons
        self._prior, self._least = prior, least
        self._threads = int((sql.execute("select current_setting('threads')").fetchone() or (1,))[0])
        # All numbers of the records are asked for here, so that the threads only look them up.
        none = self._pairs(CANDIDATES.empty_table())
        self._weights(none)
        conditions = [level.condition for levels in comparisons for level in levels if level.condition is not None]
        parts = {text_of(part): part for tree in conditions for part in leaves(tree)}
        self._vague = [part for part in parts.values() if not none.settles(part)]

    def sift(self, pairs: pa.Table) -> pa.Table:
        """The pairs that are worth keeping, sorted."""
        possible = self._in_blocks(self._possible, pairs)
        answered = answers(self._sql, self._numbers.records, self._rows(possible), possible, self._vague)
        return self._in_blocks(self._worth, answered).cast(CANDIDATES)

    def _in_blocks(self, pick: Callable[[pa.Table], pa.Table], pairs: pa.Table) -> pa.Table:
        """What is picked of the pairs; numpy leaves the other processors to other threads."""
        blocks = [pairs.slice(start, BLOCK_PAIRS) for start in range(0, max(1, pairs.num_rows), BLOCK_PAIRS)]
        with ThreadPoolExecutor(self._threads) as pool:
            return pa.concat_tables(pool.map(pick, blocks))

    def _possible(self, candidates: pa.Table) -> pa.Table:
        """The candidates that may weigh enough, and whether each vague part of a condition may hold."""
        pairs = self._pairs(candidates)
        kept = np.flatnonzero(self._weights(pairs) >= self._least)
        table = candidates.select(CANDIDATES.names).take(pa.array(kept))
        for number, part in enumerate(self._vague):
            truth = pairs.truth(part)
            table = table.append_column(f"may {number}", pa.array((truth.true | truth.null).take(kept)))
        return table

    def _worth(self, answered: pa.Table) -> pa.Table:
        """The candidates that weigh enough, where every part of a condition is answered."""
        pairs = self._pairs(answered)
        for number, part in enumerate(self._vague):
            pairs.learn(part, answered[f"holds {number}"])
        kept = np.flatnonzero(self._weights(pairs) >= self._least)
        return answered.select(CANDIDATES.names).take(pa.array(kept))

    def _weights(self, pairs: Pairs) -> npt.NDArray[np.float64]:
        """What each pair weighs at most."""
        weights = np.full(len(pairs), self._prior)
        for levels in self._comparisons:
            weights += most_weight(pairs, levels)
        return weights

    def _pairs(self, candidates: pa.Table) -> Pairs:
        return Pairs(self._numbers, self._rows(candidates))

    def _rows(self, candidates: pa.Table) -> dict[str, npt.NDArray[np.int64]]:
        return {side: self._numbers.rows(candidates[f"join_key_{side}"].to_numpy()) for side in ("l", "r")}


def _comparisons_of(model: MatchModel) -> list[list[Level]]:
    """The levels of each comparison."""
    found = []
    for comparison in model.settings["comparisons"]:
        name, levels = str(comparison["output_column_name"]), comparison["comparison_levels"]
        read = []
        for level in levels:
            with naming(name, level):
                condition = None if is_else(level) else parsed(str(level["sql_condition"]))
                if condition is not None:
                    columns_of(condition)
                read.append(Level(condition, level_weight(level, levels)))
        found.append(read)
    return found
