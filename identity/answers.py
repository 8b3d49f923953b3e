"""What DuckDB says of the parts of conditions that numbers of each record alone cannot settle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlglot import exp

from identity.blocking import CANDIDATES
from identity.conditions import dear_call, is_call, parse, text_of


def answers(
    sql: duckdb.DuckDBPyConnection,
    records: pa.Table,
    rows: Mapping[str, npt.NDArray[np.int64]],
    possible: pa.Table,
    parts: Sequence[exp.Expr],
) -> pa.Table:
    """The pairs, sorted, with ``holds 0`` and so on: whether each part of a condition holds.

    Args:
        sql: where to work.
        records: the columns that are asked.
        rows: at which row of them the records ``l`` and ``r`` of each pair stand.
        possible: CANDIDATES with ``may 0`` and so on: a part that may not hold is not asked, and does not hold.
        parts: conditions on both records.
    """
    asked: dict[str, list[str]] = {}
    holds = []
    for number, part in enumerate(parts):
        may, condition, call = f'"may {number}"', text_of(part), dear_call(part)
        if call is None:
            # Elsewhere in its condition something may keep it from what it cannot do.
            holds.append(f'case when {may} then try(({condition})::boolean) else false end as "holds {number}"')
            continue
        function = text_of(call)
        asked.setdefault(function, []).append(may)
        answer = f'"answer {list(asked).index(function)}"'
        holds.append(f'case when {may} then {answer}{condition[len(function) :]} else false end as "holds {number}"')
    # What several parts ask is asked once.
    found = [
        f'case when {" or ".join(mays)} then {_quickly(function)} end as "answer {number}"'
        for number, (function, mays) in enumerate(asked.items())
    ]
    # Rows are known by their number: to take them costs less than to join, and reads no others.
    named = {name.lower(): name for name in records.column_names}
    for name in sorted({column.name for part in parts for column in part.find_all(exp.Column)}):
        column, side = named[name[:-2].lower()], name[-1]
        possible = possible.append_column(name, records[column].take(pa.array(rows[side])))
    sql.register("asked_pairs", possible)
    try:
        return sql.execute(f"""
            select {", ".join([*CANDIDATES.names, *holds])}
            from (select {", ".join(["*", *found])} from asked_pairs)
            order by join_key_l, join_key_r
        """).to_arrow_table()
    finally:
        sql.unregister("asked_pairs")


def _quickly(function: str) -> str:
    """The function; of two equal texts the edits are known."""
    call = parse(function)
    if is_call(call, "damerau_levenshtein"):
        one, other = map(text_of, call.expressions)
        return f"case when {one} = {other} then 0 else {function} end"
    return function
