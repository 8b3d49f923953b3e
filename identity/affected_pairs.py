"""Which candidate pairs a change can weigh otherwise: not all of everybody who has a value that became commoner."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from identity.blocking import blocking_keys
from identity.conditions import is_else, naming, parsed, side_of
from identity.frequencies import COUNTED, frequency_keys
from identity.key_indexes import Integers
from identity.queries import query, session
from identity.resolved_states import ends_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from identity.match_indexes import MatchIndex
    from identity.match_models import MatchModel

FLIPPED = pa.schema([pa.field("number", pa.int64()), pa.field("name", pa.string()), pa.field("value_key", pa.int64())])
"""A record's number, and the column and value of it whose rounded frequency is another now."""

SHARED = pa.schema([pa.field("name", pa.string()), pa.field("other", pa.string())])
"""A column that is adjusted by, and one of which a pair that weighs by it may share a value."""


class Touched(NamedTuple):
    """What a change of records reaches in a match index.

    ``records``: the numbers (sorted) of records any of whose edges may be another. ``rarer`` and ``commoner``: FLIPPED
    of the others, of whose edges only those may be others that weigh by that value. What became commoner speaks less
    for a pair than before: it takes edges away and makes none.
    """

    records: Integers
    rarer: pa.Table
    commoner: pa.Table

    @property
    def numbers(self) -> Integers:
        """The numbers of all that may have new edges, sorted."""
        return np.union1d(self.records, self.rarer["number"].to_numpy())

    def weighed_by(self, columns: Mapping[str, frozenset[str] | None]) -> Touched:
        """The same for a model that adjusts by the frequencies of these columns (:func:`shared_columns`)."""
        rarer, commoner = (_of(table, columns) for table in (self.rarer, self.commoner))
        open_ = _of(rarer, [name for name, shared in columns.items() if shared is None])
        records = np.union1d(self.records, open_["number"].to_numpy())
        rarer = rarer.filter(pc.invert(pc.is_in(rarer["number"], pa.array(records))))
        return Touched(records, rarer, commoner)


def _of(flipped: pa.Table, columns: Iterable[str]) -> pa.Table:
    return flipped.filter(pc.is_in(flipped["name"], pa.array(columns, pa.string())))


def shared_columns(model: MatchModel) -> dict[str, frozenset[str] | None]:
    """Per column whose frequencies the model adjusts for: columns of which an adjusted pair shares a value.

    A pair that weighs by how common a first name is has that first name on both sides; one that weighs by a home may
    write its postcode in two ways, and has the same street. None where the conditions do not tell.

    Raises:
        UsageError: a condition that cannot be read; names comparison and level.
    """
    found: dict[str, frozenset[str] | None] = {}
    for comparison in model.settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            column = level.get("tf_adjustment_column")
            if column is None or is_else(level):
                continue
            with naming(str(comparison["output_column_name"]), level):
                shared = _shared(parsed(str(level["sql_condition"])))
            before = found.get(column, frozenset())
            found[column] = None if shared is None or before is None else before | shared
    return found


def _shared(tree: exp.Expr) -> frozenset[str] | None:
    """Counted columns of which both records have one value in common wherever the condition holds."""
    if isinstance(tree, exp.Paren):
        return _shared(tree.this)
    if isinstance(tree, exp.And | exp.Or):
        one, other = _shared(tree.this), _shared(tree.expression)
        if isinstance(tree, exp.Or):
            return None if one is None or other is None else one | other
        told = [part for part in (one, other) if part is not None]
        return min(told, key=len, default=None)
    if isinstance(tree, exp.EQ) and all(isinstance(side, exp.Column) for side in (tree.this, tree.expression)):
        (one_name, one_side), (other_name, other_side) = side_of(tree.this), side_of(tree.expression)
        if one_name == other_name and one_side != other_side and one_name in COUNTED:
            return frozenset((one_name,))
    return None


def affected_pairs(
    index: MatchIndex, touched: Touched, compared: pa.Table, columns: Mapping[str, frozenset[str] | None]
) -> pa.Table:
    """The candidate pairs that may weigh otherwise: ENDS and ``rule``.

    Without those that have an edge and weigh less since a value is commoner (:func:`weakened_pairs`). A pair may stand
    there twice, found from either side, each time with a rule that finds it.

    Args:
        index: with the change.
        touched: what the change touched, for these columns (:meth:`Touched.weighed_by`).
        compared: comparison columns of ``touched.numbers``, with their ``place``.
        columns: of the model (:func:`shared_columns`).
    """
    shared = [{"name": name, "other": other} for name, others in columns.items() for other in others or ()]
    with session() as sql:
        ids = compared["record_id"].combine_chunks()
        places = pa.table({"place": compared["place"], "number": pa.array(index.find_numbers(ids))})
        weighing = {
            "flipped": touched.rarer,
            "places": places,
            "shared": pa.Table.from_pylist(shared, SHARED),
            "terms": frequency_keys(compared, sql),
        }
        asked = query(sql, "affected_values", weighing)
        values = np.unique(asked["value_key"].to_numpy())
        at, holders, _ = index.holders.entries(values)
        candidates = {
            "found": index.candidates(blocking_keys(compared, sql)),
            "places": places,
            "whole": pa.table({"number": pa.array(touched.records)}),
            "asked": asked,
            "holders": pa.table({"value_key": values[at], "number": holders}),
        }
        kept = query(sql, "affected_pairs", candidates)
    ends = ends_of(ids.take(kept["place"].combine_chunks()), index.ids_of(kept["number"].to_numpy()))
    return ends.append_column("rule", kept["rule"])


def weakened_pairs(index: MatchIndex, touched: Touched, columns: Mapping[str, frozenset[str] | None]) -> pa.Table:
    """The pairs with an edge that may weigh less for a value that became commoner: ENDS.

    Without pairs of ``touched.records``: those have edges with their candidates of now, which :func:`affected_pairs`
    finds, and with nobody else.

    Args:
        index: with the change, and the edges from before it.
        touched: what the change touched, for these columns (:meth:`Touched.weighed_by`).
        columns: of the model (:func:`shared_columns`).
    """
    numbers = np.unique(touched.commoner["number"].to_numpy())
    at, others, _ = index.neighbours.entries(numbers)
    strict = [name for name, shared in columns.items() if shared == frozenset((name,))]
    with session() as sql:
        tables = {
            "edges": pa.table({"number": numbers[at], "other": others}),
            "commoner": touched.commoner,
            "whole": pa.table({"number": pa.array(touched.records)}),
            # Only there both ends have the very value.
            "strict": pa.table({"name": pa.array(strict, pa.string())}),
        }
        found = query(sql, "weakened_pairs", tables)
    return ends_of(index.ids_of(found["number"].to_numpy()), index.ids_of(found["other"].to_numpy()))
