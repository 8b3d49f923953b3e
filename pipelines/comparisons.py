"""Compare records that a run did not compare: what they weigh, and why blocking did not bring them together.

The weights are those that the run would have given: the same junk left out, the same frequencies, the same prior. That
needs the comparison columns of all records, so it costs seconds on a large lake.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from identity.blocking import blocking_keys
from identity.comparison_columns import comparison_columns
from identity.evidence import Edge, read_edges
from identity.frequencies import count_people, known_people
from identity.junk_values import without_junk_values
from identity.match_models import MatchModel, read_match_model
from identity.scoring import score_candidates, with_places
from identity.shared_keys import SharedKey, common_keys, compare_keys, keys_of
from models.lakes import LAKE, Lake
from schemas.tables import IDENTIFIER_STATES, RECORDS

ANY_WEIGHT = -1e9
"""No pair weighs less, so that none is left out."""

ASKED = "00 asked for"
"""The rule of a pair that no blocking rule found; scoring takes the number off."""


class Comparisons:
    """The records of a lake, ready to be compared in pairs that are asked for."""

    def __init__(self, lake: Lake) -> None:
        self._settings = lake.workspace.settings.identity
        self._model = read_match_model(self._settings.match_model, lake.workspace.root)
        records = lake.sql(f"select * from {LAKE}.identity.records order by record_id").select(RECORDS.names)
        states = lake.sql(f"select * from {LAKE}.identity.identifier_states where state = 'junk' order by type, value")
        self._real = without_junk_values(
            records.cast(RECORDS), states.select(IDENTIFIER_STATES.names).cast(IDENTIFIER_STATES)
        )
        self._compared = with_places(comparison_columns(self._real))

    @property
    def model(self) -> MatchModel:
        """The match model that weighs."""
        return self._model

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[Edge]:
        """The edges of these pairs of records, strongest first, whatever they weigh."""
        of = self._places({record for pair in pairs for record in pair})
        places = sorted({(min(of[a], of[b]), max(of[a], of[b])) for a, b in pairs})
        table = pa.table(
            {
                "join_key_l": pa.array([place for place, _ in places], pa.int64()),
                "join_key_r": pa.array([place for _, place in places], pa.int64()),
                "rule": pa.array([ASKED] * len(places), pa.string()),
            }
        )
        edges = score_candidates(
            self._only(self._real, of),
            self._only(self._compared, of),
            table,
            self._counts,
            known_people(self._counts),
            self._model.of_records(self._real.num_rows),
            msgspec.structs.replace(self._settings, keep_match_weight=ANY_WEIGHT),
        )
        return sorted(read_edges(edges), key=lambda edge: (-edge.match_weight, edge.records))

    def keys(self, a: str, b: str) -> list[SharedKey]:
        """The blocking keys of two records, and how many records share those that both have."""
        places = self._places({a, b})
        keys = blocking_keys(self._only(self._compared, places))
        one, other = keys_of(keys, places[a]), keys_of(keys, places[b])
        common = common_keys(one, other)
        return compare_keys(one, other, self._sizes(common) if common else {})

    @cached_property
    def _counts(self) -> pa.Table:
        return count_people(self._compared)

    def _sizes(self, keys: Sequence[int]) -> dict[int, int]:
        held = blocking_keys(self._compared)["key"]
        counts = pc.value_counts(held.filter(pc.is_in(held, pa.array(keys, pa.int64())))).to_pylist()
        return {count["values"]: count["counts"] for count in counts}

    def _places(self, records: set[str]) -> dict[str, int]:
        found = self._compared.filter(pc.is_in(self._compared["record_id"], pa.array(sorted(records), pa.string())))
        return dict(zip(found["record_id"].to_pylist(), found["place"].to_pylist(), strict=True))

    def _only(self, table: pa.Table, records: Mapping[str, int]) -> pa.Table:
        return table.filter(pc.is_in(table["record_id"], pa.array(sorted(records), pa.string())))
