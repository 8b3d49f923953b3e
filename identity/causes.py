"""Why profile ids changed: the ledger's rows of one run, each with its cause and since when it is true."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import duckdb
import pyarrow as pa

from identity.edge_weights import EDGE_WEIGHTS
from identity.identifiers import PAIRS
from identity.queries import conform, query
from schemas.tables import IDENTITY_CHANGES

JUDGEMENT_NUMBERS = pa.schema(
    [
        pa.field("record_id_l", pa.string(), nullable=False),
        pa.field("record_id_r", pa.string(), nullable=False),
        pa.field("rule", pa.string(), nullable=False),
        pa.field("number", pa.int64(), nullable=False),
    ]
)
"""The number of the decision behind each judgement edge; at most one row a pair and rule, ``record_id_l`` first."""


@dataclass(frozen=True)
class Grounds:
    """On what a run decides who is who, and on what the run before it did: a change of either is a cause.

    ``after_position`` is the position of the ledger's last row. Hashes are null where they are not known.
    """

    rules_hash: str | None = None
    match_model: str | None = None
    rules_hash_before: str | None = None
    match_model_before: str | None = None
    link_match_weight: float = 1.0
    after_position: int = 0
    judgements: pa.Table = field(default_factory=JUDGEMENT_NUMBERS.empty_table)

    @property
    def rules_changed(self) -> bool:
        """Whether the run before had other rules."""
        return self.rules_hash_before is not None and self.rules_hash_before != self.rules_hash

    @property
    def match_model_changed(self) -> bool:
        """Whether the run before had another match model."""
        return self.match_model_before is not None and self.match_model_before != self.match_model

    @property
    def says_rules(self) -> bool:
        """Whether the ledger has to say what holds from here on."""
        now = (self.rules_hash, self.match_model)
        return self.rules_hash is not None and now != (self.rules_hash_before, self.match_model_before)


@dataclass(frozen=True)
class Turn:
    """What one run made of the ids.

    ``members`` and ``before`` hold ``record_id`` and ``profile_id``, ``minted`` new profile ids, ``retired`` former
    ones and their ``successor``, ``revived`` ended ones that are live again, ``returned`` the records (``record_id``)
    whose removal was taken back.
    """

    members: pa.Table
    before: pa.Table
    minted: pa.Table
    retired: pa.Table
    revived: pa.Table
    returned: pa.Table


def ledger_rows(
    sql: duckdb.DuckDBPyConnection,
    turn: Turn,
    records: pa.Table,
    run_id: str,
    changed_at: datetime,
    grounds: Grounds,
    edges: pa.Table | None = None,
    pairs: pa.Table | None = None,
) -> pa.Table:
    """The ledger's rows of one run (IDENTITY_CHANGES), in order of ``position``; none if nothing changed.

    The cause of a join is the strongest linking edge between the records that came together and the rest of the profile
    that they are in now. Without ``edges`` (EDGE_WEIGHTS) no edge is named; without ``pairs`` an edge is as old as its
    younger record.
    """
    # Column by column: schemas differ in what may be null.
    unchanged = all(turn.members[name].equals(turn.before[name]) for name in ("record_id", "profile_id"))
    if unchanged and not grounds.says_rules:
        return IDENTITY_CHANGES.empty_table()
    tables = {
        "members": turn.members,
        "before": turn.before,
        "minted": turn.minted,
        "retired": turn.retired,
        "revived": turn.revived,
        "returned": turn.returned,
        "edges": EDGE_WEIGHTS.empty_table() if edges is None else edges,
        "records": records.select(["record_id", "first_seen"]),
        "pairs": PAIRS.empty_table() if pairs is None else pairs,
        "judgements": grounds.judgements,
    }
    parameters = {
        "run_id": run_id,
        "changed_at": changed_at,
        "link_match_weight": grounds.link_match_weight,
        "rules_hash": grounds.rules_hash,
        "match_model": grounds.match_model,
        "rules_changed": grounds.rules_changed,
        "match_model_changed": grounds.match_model_changed,
        "says_rules": grounds.says_rules,
        "after_position": grounds.after_position,
    }
    return conform(query(sql, "causes", tables, parameters), IDENTITY_CHANGES)
