"""Which candidate pairs can be worth keeping: the sums that Splink will make, without what only evidence needs.

Of the pairs that blocking finds, nine in ten weigh too little to be kept. Splink writes down every value and every
factor of a pair before it adds them up; here a pair is three numbers, and is dropped as soon as nothing that is still
to be compared could save it. What is left is Splink's to weigh (docs/decisions/0012-sieve.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from identity.blocking import CANDIDATES
from identity.conditions import columns_of, is_else, naming, parse
from identity.frequencies import value_shares
from identity.level_weights import LevelWeight, level_weight
from identity.match_models import MatchModel
from identity.splink_scores import frequency_columns

TOLERANCE = 1e-6
"""In bits: sums of the same weights in another order differ by far less, and Splink decides."""

CHEAP = (exp.Connector, exp.Coalesce, exp.Substring, exp.Length, exp.Abs)
"""Functions that cost nothing beside those that tell how much two texts are alike."""

FEW_PAIRS = 10_000
"""So few pairs Splink weighs in less time than it takes to prepare the sieve: they pass as they are."""

CHEAP_CALLS = 2
"""A comparison that asks no more often than that how much alike two texts are is cheap."""


@dataclass(frozen=True)
class _Comparison:
    """SQL that gives the weight of one comparison, what it reads of both records, and bounds of what it gives."""

    sql: str
    columns: frozenset[str]
    most: float
    cost: int


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
    statements: list[str] = []

    def sift(pairs: pa.Table) -> pa.Table:
        if not statements and pairs.num_rows <= FEW_PAIRS:
            order = [("join_key_l", "ascending"), ("join_key_r", "ascending")]
            return pairs.select(CANDIDATES.names).cast(CANDIDATES).sort_by(order)
        if not statements:
            levels = _levels_of(model)
            rarest = _write_records(sql, compared, counts, known, model)
            stages = _in_stages([_comparison(name, found, rarest) for name, found in levels])
            statements.extend(_statements(stages, keep_match_weight - TOLERANCE))
        return _sift(sql, pairs, model.prior_match_weight, statements)

    try:
        yield sift
    finally:
        sql.execute("drop table if exists sieve_records")


def _sift(
    sql: duckdb.DuckDBPyConnection, pairs: pa.Table, prior_match_weight: float, statements: list[str]
) -> pa.Table:
    sql.register("sieve_pairs", pairs)
    try:
        sql.execute(
            f"create temp table sieve_held as select *, {prior_match_weight!r}::double as weight from sieve_pairs"
        )
        for statement in statements:
            sql.execute(f"create temp table sieve_next as {statement}")
            sql.execute("drop table sieve_held")
            sql.execute("alter table sieve_next rename to sieve_held")
        names = ", ".join(CANDIDATES.names)
        return sql.execute(f"select {names} from sieve_held order by 1, 2").to_arrow_table().cast(CANDIDATES)
    finally:
        sql.unregister("sieve_pairs")
        sql.execute("drop table if exists sieve_held")


def _statements(stages: list[list[_Comparison]], least: float) -> list[str]:
    """One statement a stage: the pairs with the stage's weights added, without those that nothing can save."""
    statements = []
    for at, stage in enumerate(stages):
        rest = sum(part.most for later in stages[at + 1 :] for part in later)
        columns = sorted({column for part in stage for column in part.columns})
        read = "".join(f', l."{column}" as "{column}_l", r."{column}" as "{column}_r"' for column in columns)
        weights = " + ".join(part.sql for part in stage)
        statements.append(
            f"""
            select * from (
                select {", ".join(CANDIDATES.names)}, weight + {weights} as weight
                from (
                    select held.*{read}
                    from sieve_held as held
                    inner join sieve_records as l on l.place = held.join_key_l
                    inner join sieve_records as r on r.place = held.join_key_r
                )
            )
            where weight + {rest!r} >= {least!r}
            """
        )
    return statements


def _write_records(
    sql: duckdb.DuckDBPyConnection,
    compared: pa.Table,
    counts: pa.Table,
    known: Mapping[str, float],
    model: MatchModel,
) -> dict[str, float]:
    """The records, with log2 of the share of each value that is adjusted for; gives the least per column."""
    frequencies = frequency_columns(model)
    joins, read, tables = [], [], {"sieve_compared": compared}
    for column in frequencies:
        values, shares = value_shares(counts, known, column, model.typical_frequencies[column])
        tables[f"sieve_{column}"] = pa.table({"value": values, "share": shares})
        joins.append(f'left join "sieve_{column}" as "{column}_shares" on "{column}_shares".value = c."{column}"')
        read.append(f', log2("{column}_shares".share) as "share {column}"')
    for name, table in tables.items():
        sql.register(name, table)
    try:
        sql.execute(
            "create or replace temp table sieve_records as "
            f"select c.*{''.join(read)} from sieve_compared as c {' '.join(joins)} order by place"
        )
    finally:
        for name in tables:
            sql.unregister(name)
    asked = ", ".join(["0.0", *(f'coalesce(min("share {column}"), 0.0)' for column in frequencies)])
    least = sql.execute(f"select {asked} from sieve_records").fetchone() or ()
    return dict(zip(frequencies, least[1:], strict=True))


def _levels_of(model: MatchModel) -> list[tuple[str, list[tuple[dict[str, Any], LevelWeight]]]]:
    """Per comparison its name and its levels."""
    found = []
    for comparison in model.settings["comparisons"]:
        name, levels = str(comparison["output_column_name"]), comparison["comparison_levels"]
        weights = []
        for level in levels:
            with naming(name, level):
                weights.append((level, level_weight(level, levels)))
        found.append((name, weights))
    return found


def _comparison(
    name: str, levels: list[tuple[dict[str, Any], LevelWeight]], rarest: Mapping[str, float]
) -> _Comparison:
    cases, columns, most, cost = [], set[str](), [0.0], 0
    for level, weight in levels:
        found, best = repr(weight.weight), weight.weight
        if (column := weight.frequency_column) is not None:
            share = f'greatest("share {column}_l", "share {column}_r"'
            share += f", {math.log2(weight.least_share)!r})" if weight.least_share else ")"
            found += f" + coalesce({weight.frequency_weight!r} * ({weight.u_log2!r} - {share}), 0)"
            best += max(0.0, weight.frequency_weight * (weight.u_log2 - rarest[column]))
            columns.add(f"share {column}")
        most.append(best)
        if is_else(level):
            cases.append(f"else {found}")
            break
        with naming(name, level):
            tree = parse(str(level["sql_condition"]))
            columns |= columns_of(tree)
        cost += sum(isinstance(node, exp.Func) and not isinstance(node, CHEAP) for node in tree.walk())
        cases.append(f"when {level['sql_condition']} then {found}")
    return _Comparison(f"(case {' '.join(cases)} end)", frozenset(columns), max(most), cost)


def _in_stages(comparisons: list[_Comparison]) -> list[list[_Comparison]]:
    """What costs little at once, then one comparison after the other, so that the dearest are made of the fewest."""
    cheap = [part for part in comparisons if part.cost <= CHEAP_CALLS]
    dear = sorted((part for part in comparisons if part.cost > CHEAP_CALLS), key=lambda part: (part.cost, part.sql))
    return [stage for stage in (cheap, *([part] for part in dear)) if stage]
