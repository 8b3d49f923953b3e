"""What a match model is trained on: the source records of a workspace's lake, or of exported files; and the truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from identity.identifiers import PAIRS, identifier_states
from identity.junk_values import without_junk_values
from identity.queries import session
from models.errors import UsageError
from models.lakes import LAKE, open_lake
from models.policies import IdentifierPolicy
from models.workspaces import Workspace
from pipelines.clean.evaluations import read_columns
from pipelines.clean.loading import load_exports
from pipelines.clean.mappings import Wishes
from pipelines.clean.records import pair_table, record_table
from schemas.tables import IDENTIFIER_STATES, IDENTIFIER_TYPES, RECORDS

Say = Callable[[str], None]


@dataclass(frozen=True)
class TrainingData:
    """RECORDS without junk values, their identifiers (PAIRS without junk), the states of those, and where all is from.

    ``origin`` are words for the model's header.
    """

    records: pa.Table
    pairs: pa.Table
    states: pa.Table
    origin: str


@dataclass(frozen=True)
class Truth:
    """``table``: ``record_id``, ``person_id`` of records trained on; ``unknown_records`` of the file are not."""

    table: pa.Table
    file: str
    unknown_records: int


def read_lake_records(workspace: Workspace) -> TrainingData:
    """The source records of the workspace as the newest resolve saw them.

    Raises:
        UsageError: there is no lake, or nothing was resolved in it yet.
    """
    with open_lake(workspace, read_only=True) as lake:
        records = lake.sql(f"select * from {LAKE}.identity.records order by record_id")
        states = lake.sql(f"select * from {LAKE}.identity.identifier_states order by type, value")
    if records.num_rows == 0:
        msg = f"Workspace {workspace.root} has resolved nothing yet. Do it with: klantbeeld run. Or train with --file."
        raise UsageError(msg)
    records = records.select(RECORDS.names).cast(RECORDS)
    # The identifier that stands in the record is what is compared; those it carried before are not looked at.
    held = [(kind, records["record_id"], records[kind]) for kind in IDENTIFIER_TYPES]
    pairs = pair_table([(kind, ids.combine_chunks(), values.combine_chunks()) for kind, ids, values in held])
    return _without_junk(records, pairs, states.select(IDENTIFIER_STATES.names).cast(IDENTIFIER_STATES), "the lake")


def read_file_records(
    paths: Sequence[Path],
    wishes: Wishes,
    id_column: str | None,
    country: str,
    latest: date,
    policies: dict[str, IdentifierPolicy],
    say: Say,
) -> TrainingData:
    """The rows of exported files as ``klantbeeld clean`` reads them; ``record_id`` is what that calls them.

    Raises:
        UsageError: a file or a column cannot be used.
    """
    load = load_exports(paths, wishes, id_column, country, latest, say)
    ids = load.facts["external_id"].combine_chunks()
    records = record_table(load.facts, ids, load.facts["source"], load.facts["external_id"]).sort_by("record_id")
    name_of = dict(zip(load.facts["place"].to_pylist(), ids.to_pylist(), strict=True))
    pairs = pair_table(
        [
            (kind, pa.array([name_of[n] for n in places.to_pylist()], pa.string()), values)
            for kind, places, values in load.held
        ]
    )
    states = identifier_states(records, pairs, policies)
    return _without_junk(records, pairs, states, ", ".join(path.name for path in paths))


def read_truth(path: Path, records: pa.Table) -> Truth:
    """The truth (``record_id``, ``person_id``) as far as it is of these records.

    Raises:
        UsageError: the file cannot be used, or knows none of the records.
    """
    table = read_columns(path, "record_id", "person_id")
    table = pa.table({name: table[name].cast(pa.string()) for name in ("record_id", "person_id")})
    is_known = pc.is_in(table["record_id"], value_set=records["record_id"])
    known = table.filter(is_known).sort_by("record_id")
    if known.num_rows == 0:
        msg = f"{path.name} and the records have no record_id in common. Is it the truth of other records?"
        raise UsageError(msg)
    if known.num_rows == pc.count_distinct(known["person_id"]).as_py():
        msg = (
            f"{path.name} gives every record a person of its own; m is counted in pairs. Name people with two or more."
        )
        raise UsageError(msg)
    return Truth(known, path.name, table.num_rows - known.num_rows)


def _without_junk(records: pa.Table, pairs: pa.Table, states: pa.Table, origin: str) -> TrainingData:
    """What scoring compares: values that are nobody's count as unknown, so that nothing is learned of them."""
    junk = states.filter(pc.equal(states["state"], "junk")).select(["type", "value"])
    with session() as sql:
        sql.register("pairs", pairs)
        sql.register("junk", junk)
        real = sql.execute("select * from pairs anti join junk using (type, value) order by all").to_arrow_table()
    seen = without_junk_values(records, states).sort_by("record_id").select(RECORDS.names).cast(RECORDS)
    return TrainingData(seen, real.select(PAIRS.names).cast(PAIRS), states, origin)
