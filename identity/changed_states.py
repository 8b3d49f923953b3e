"""A resolved state as it is with some records changed: what is asked of it comes from before or from the change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from identity.identifiers import identifier_states
from identity.junk_values import COMPARED_TYPES
from identity.queries import session
from identity.resolved_states import VALUES, ResolvedState
from models.policies import IdentifierPolicy


@dataclass(frozen=True)
class Changed:
    """Records that are new or other than they were (``records`` RECORDS, ``pairs`` PAIRS), and ids that are gone."""

    records: pa.Table
    pairs: pa.Table
    gone: frozenset[str] = frozenset()

    @property
    def ids(self) -> set[str]:
        """All record ids that something happened to."""
        return {*self.records["record_id"].to_pylist(), *self.gone}


class ChangedState:
    """The state with the change made; ``before`` is the one without it.

    ``values`` are the identifier values (VALUES) that changed records carry or carried: no other value can have
    another state. ``states_before`` and ``states`` are theirs, and ``flipped`` those of them that had another state and
    still have one.
    """

    def __init__(self, before: ResolvedState, changed: Changed, policies: dict[str, IdentifierPolicy]) -> None:
        self.before, self.changed = before, changed
        self.ids = changed.ids
        self.records_before = before.records(self.ids)
        self.pairs_before = before.pairs(self.ids)
        self.values = distinct_values(self.pairs_before, changed.pairs)
        self.states_before = before.states(self.values)
        self._policies = policies

    @cached_property
    def states(self) -> pa.Table:
        """IDENTIFIER_STATES of ``values``; those that nobody carries any more have none."""
        holders = self.holders(self.values)
        states = identifier_states(self.records(holders), self.pairs(holders), self._policies)
        # Of the holders' other values not all holders are here.
        return semi_join(states, self.values, ["type", "value"])

    @cached_property
    def flipped(self) -> pa.Table:
        """``type``, ``value`` and the states ``before`` and ``after`` of values whose state is another now."""
        return _sql(
            """select type, value, before.state as before, after.state as after
            from states_before as before inner join states as after using (type, value)
            where before.state <> after.state order by type, value""",
            states_before=self.states_before,
            states=self.states,
        )

    @cached_property
    def junked(self) -> pa.Table:
        """VALUES that turned junk, or are no longer."""
        is_other = pc.not_equal(pc.equal(self.flipped["before"], "junk"), pc.equal(self.flipped["after"], "junk"))
        return self.flipped.filter(is_other).select(VALUES.names)

    @cached_property
    def compared_junk(self) -> pa.Table:
        """IDENTIFIER_STATES of the junk among the values that are compared."""
        mine = self.states.filter(pc.equal(self.states["state"], "junk"))
        return pa.concat_tables([anti_join(self.before.junk(COMPARED_TYPES), self.values, ["type", "value"]), mine])

    def count_records(self) -> int:
        """How many records there are."""
        return self.before.count_records() - self.records_before.num_rows + self.changed.records.num_rows

    def records(self, record_ids: Iterable[str]) -> pa.Table:
        """RECORDS of those ids that are there, sorted."""
        wanted = set(record_ids)
        mine = _of_records(self.changed.records, wanted)
        return pa.concat_tables([self.before.records(wanted - self.ids), mine]).sort_by("record_id")

    def pairs(self, record_ids: Iterable[str]) -> pa.Table:
        """PAIRS of some records' identifiers, without ``events``."""
        wanted = set(record_ids)
        mine = _of_records(self.changed.pairs, wanted)
        return pa.concat_tables([self.before.pairs(wanted - self.ids), mine]).select(
            ["record_id", "type", "value", "first_seen", "last_seen"]
        )

    def holders(self, values: pa.Table) -> set[str]:
        """Ids of the records that carry one of some values (VALUES)."""
        mine = semi_join(self.changed.pairs, values, ["type", "value"])["record_id"].to_pylist()
        return (self.before.holders(values) - self.ids) | set(mine)

    def states_of(self, pairs: pa.Table) -> pa.Table:
        """IDENTIFIER_STATES of the values in some pairs."""
        values = distinct_values(pairs)
        others = anti_join(self.before.states(values), self.values, ["type", "value"])
        return pa.concat_tables([others, semi_join(self.states, values, ["type", "value"])])


def semi_join(table: pa.Table, others: pa.Table, keys: Sequence[str]) -> pa.Table:
    """Rows that have their like in ``others``, in an order of no meaning."""
    return _sql(f"from rows semi join others using ({', '.join(keys)})", rows=table, others=others).cast(table.schema)


def anti_join(table: pa.Table, others: pa.Table, keys: Sequence[str]) -> pa.Table:
    """Rows that have none in ``others``, in an order of no meaning."""
    return _sql(f"from rows anti join others using ({', '.join(keys)})", rows=table, others=others).cast(table.schema)


def subtract(table: pa.Table, others: pa.Table) -> pa.Table:
    """Rows that are not among ``others``, whole rows compared (a null equals a null), in an order of no meaning."""
    return _sql("from rows except from others", rows=table, others=others).cast(table.schema)


def distinct_values(*tables: pa.Table) -> pa.Table:
    """The identifier values (VALUES) that stand in some tables, each once."""
    values = pa.concat_tables([table.select(VALUES.names) for table in tables])
    return values.group_by(VALUES.names).aggregate([]).cast(VALUES)


def _of_records(table: pa.Table, record_ids: set[str]) -> pa.Table:
    return table.filter(pc.is_in(table["record_id"], pa.array(sorted(record_ids), pa.string())))


def _sql(statement: str, **tables: pa.Table) -> pa.Table:
    with session() as sql:
        for name, table in tables.items():
            sql.register(name, table)
        return sql.execute(statement).to_arrow_table()
