"""A resolved state in a DuckDB of its own, evaluated anew or by increments."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from identity.changed_states import Changed
from identity.identifiers import PAIRS
from identity.increments import Calibration, apply_increment, find_increment
from identity.match_indexes import MatchIndex
from identity.match_keys import key_totals
from identity.people import People, Rules, find_people
from identity.resolved_states import ResolvedState
from pipelines.resolve.full import make_index
from schemas.tables import EDGES, IDENTIFIER_STATES, RECORDS, REFUSALS

TABLES = {
    "records": RECORDS,
    "record_identifiers": PAIRS,
    "identifier_states": IDENTIFIER_STATES,
    "edges": EDGES,
    "refusals": REFUSALS,
}


@dataclass
class Resolved:
    """Records and what was found out about them."""

    rules: Rules
    connection: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)
    index: MatchIndex = field(default_factory=MatchIndex)
    assignments: dict[str, str] = field(default_factory=dict)
    increments: int = 0

    def __post_init__(self) -> None:
        self.connection.execute("set timezone = 'UTC'")
        self.state = ResolvedState(self.connection, "memory.main")

    def rebuild(self, records: pa.Table, pairs: pa.Table) -> None:
        """Evaluate everything."""
        people = find_people(records, pairs, self.rules)
        self.index = make_index(records, people)
        self.calibration = Calibration.of(records.num_rows, self.index, key_totals(people.states))
        found = (records, pairs, people.states, people.edges, people.clusters.refusals)
        for (name, schema), rows in zip(TABLES.items(), found, strict=True):
            self.connection.register("rows", rows.select(schema.names).cast(schema))
            self.connection.execute(f"create or replace table {name} as from rows")
            self.connection.unregister("rows")
        self.assignments = people_of(people)

    def change(self, changed: Changed) -> bool:
        """Evaluate a change, or everything where it moves the calibration; False then."""
        increment = find_increment(self.state, self.index, self.calibration, changed, self.rules)
        if increment is None:
            after = self.after(changed)
            self.rebuild(*after)
            return False
        apply_increment(self.state, increment)
        self.index, self.calibration = increment.index, increment.calibration
        rows = increment.clusters.assignments
        for record_id in changed.gone:
            self.assignments.pop(record_id, None)
        self.assignments |= dict(zip(rows["record_id"].to_pylist(), rows["cluster"].to_pylist(), strict=True))
        self.increments += 1
        return True

    def after(self, changed: Changed) -> tuple[pa.Table, pa.Table]:
        """All records and pairs with the change made."""
        self.connection.register("ids", pa.table({"record_id": pa.array(sorted(changed.ids), pa.string())}))
        tables = []
        for name, new in (("records", changed.records), ("record_identifiers", changed.pairs)):
            schema = TABLES[name]
            kept = self.connection.execute(f"from {name} anti join ids using (record_id)").to_arrow_table()
            tables.append(pa.concat_tables([kept.select(schema.names).cast(schema), new]).sort_by("record_id"))
        return tables[0], tables[1]

    def content(self) -> dict[str, list[dict[str, object]]]:
        """All rows of all tables, in an order that means nothing."""
        found = {
            name: sorted(self.connection.execute(f"from {name}").to_arrow_table().to_pylist(), key=repr)
            for name in TABLES
        }
        return found | {"assignments": sorted(self.assignments.items())}  # type: ignore[dict-item]


def people_of(people: People) -> dict[str, str]:
    """record id -> cluster."""
    rows = people.clusters.assignments
    return dict(zip(rows["record_id"].to_pylist(), rows["cluster"].to_pylist(), strict=True))
