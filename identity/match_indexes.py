"""What matching must know of all records to match a few: who has which blocking key, value and edge, as indexes.

A match index is a projection of resolved records: it can be made from them at any time, and is kept so that a change of
a few records costs what those cost. It is immutable; a change gives the next one, which shares what stayed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from identity.affected_pairs import FLIPPED, Touched
from identity.blocking import MAX_BLOCK_RECORDS, blocking_keys
from identity.frequencies import COUNTS, frequency_keys, known_of, round_people
from identity.key_indexes import Integers, KeyIndex
from identity.queries import session

INDEXES = ("numbers", "keys", "holders", "witnesses", "people", "neighbours")
"""Names of the indexes of a match index, in the order in which they are written."""


@dataclass(frozen=True)
class MatchIndex:
    """Records are numbered in the order in which they came; a number is never given to another.

    - ``record_ids``: the record of each number; ``record_files`` names the files of its first chunks.
    - ``numbers``: hash of a record id -> number.
    - ``keys``: blocking key -> number.
    - ``holders``: compared value -> number.
    - ``witnesses``: compared value with what else a record says of the person -> how many records say so.
    - ``people``: compared value -> how many different witnesses it has.
    - ``neighbours``: number -> numbers of records with an edge between them, once an edge.
    - ``totals``: per compared column, the people and the values that are known.
    """

    record_ids: pa.ChunkedArray = field(default_factory=lambda: pa.chunked_array([], pa.string()))
    record_files: tuple[str, ...] = ()
    numbers: KeyIndex = KeyIndex()
    keys: KeyIndex = KeyIndex()
    holders: KeyIndex = KeyIndex()
    witnesses: KeyIndex = KeyIndex()
    people: KeyIndex = KeyIndex()
    neighbours: KeyIndex = KeyIndex()
    totals: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, compared: pa.Table, connection: duckdb.DuckDBPyConnection | None = None) -> MatchIndex:
        """The index of records by their comparison columns (with ``place``), without edges."""
        return cls().with_records(compared.slice(0, 0), compared, connection)[0]

    def known(self) -> dict[str, float]:
        """Per column, of how many people its values are known (:func:`identity.frequencies.known_of`)."""
        return known_of(self.totals)

    def find_numbers(self, record_ids: pa.Array) -> Integers:
        """The number of each record id; -1 for those that are not there."""
        keys, places = np.unique(_hashes(record_ids), return_inverse=True)
        at, numbers, _ = self.numbers.entries(keys)
        of_key = np.full(len(keys), -1, np.int64)
        of_key[at] = numbers
        found = of_key[places]
        known = np.flatnonzero(found >= 0)
        same = pc.equal(self.ids_of(found[known]), record_ids.take(pa.array(known))).to_numpy(zero_copy_only=False)
        # Two ids of one hash: only the text tells them apart.
        for position in known[~same].tolist():
            others = numbers[at == places[position]]
            matching = [n for n in others.tolist() if self.record_ids[n].as_py() == record_ids[position].as_py()]
            found[position] = matching[0] if matching else -1
        return found

    def ids_of(self, numbers: Integers) -> pa.Array:
        """The record ids of numbers, in their order."""
        taken = self.record_ids.take(pa.array(numbers, pa.int64()))
        return pa.concat_arrays(taken.chunks) if taken.num_chunks else pa.array([], pa.string())

    def frequencies(self, compared: pa.Table, connection: duckdb.DuckDBPyConnection | None = None) -> pa.Table:
        """COUNTS of all values in some records' comparison columns (with ``place``), counted over all records."""
        terms = frequency_keys(compared, connection)
        distinct = terms.group_by(["name", "value", "value_key"]).aggregate([])
        keys = distinct["value_key"].to_numpy()
        wanted, places = np.unique(keys, return_inverse=True)
        people = self._people(wanted)[places]
        return pa.Table.from_arrays(
            [distinct["name"].combine_chunks(), distinct["value"].combine_chunks(), pa.array(people)], schema=COUNTS
        )

    def candidates(self, keys: pa.Table) -> pa.Table:
        """Who shares a blocking key few have with the records of ``keys`` (KEYS, ``place`` any number).

        Rows of ``place``, ``number`` and ``rule``, the first rule that finds the number; a record finds itself too.
        """
        wanted, places = np.unique(keys["key"].to_numpy(), return_inverse=True)
        few = self.keys.counts(wanted) <= MAX_BLOCK_RECORDS
        at, numbers, _ = self.keys.entries(wanted[few])
        blocks = pa.table({"at": np.flatnonzero(few)[at], "number": numbers})
        asked = pa.table({"place": keys["place"], "rule": keys["rule"], "at": places})
        joined = asked.join(blocks, "at", join_type="inner")
        found = joined.group_by(["place", "number"]).aggregate([("rule", "min")])
        return found.rename_columns({"rule_min": "rule"})

    def component_of(self, numbers: Integers) -> Integers:
        """The numbers of all records that edges lead to from the given ones, and those themselves; sorted."""
        seen = np.unique(numbers)
        rim = seen
        while len(rim):
            _, found, _ = self.neighbours.entries(rim)
            rim = np.setdiff1d(found, seen)
            seen = np.union1d(seen, rim)
        return seen

    def with_records(
        self, before: pa.Table, after: pa.Table, connection: duckdb.DuckDBPyConnection | None = None
    ) -> tuple[MatchIndex, Touched]:
        """The index after some records changed, and whose edges may be others now.

        Those are all edges of the changed records and of the ones whose blocking keys passed the bound, and some of
        the ones with a value whose frequency passed from one rounded count to the next; without records that are gone.

        Args:
            before: comparison columns of the records as they were (with ``place``); those that are new have no row.
            after: as they are now; those that are gone have no row.
        """
        with session(connection) as sql:
            index = self._numbered(after["record_id"].combine_chunks())
            gone, come = (index.find_numbers(part["record_id"].combine_chunks()) for part in (before, after))
            index, crossed = index._with_keys(blocking_keys(before, sql), blocking_keys(after, sql), gone, come)
            index, flipped = index._with_terms(frequency_keys(before, sql), frequency_keys(after, sql), gone, come)
        known = np.union1d(come, crossed)
        others = flipped.filter(pc.invert(pc.is_in(flipped["number"], pa.array(np.union1d(known, gone)))))
        rarer, commoner = (
            others.filter(part).select(FLIPPED.names) for part in (pc.invert(others["rose"]), others["rose"])
        )
        return index, Touched(np.setdiff1d(known, np.setdiff1d(gone, come)), rarer, commoner)

    def without_records(self, record_ids: pa.Array) -> MatchIndex:
        """The index after records went for good, whose keys, values and edges it holds no more."""
        gone = self.find_numbers(record_ids)
        return replace(self, numbers=self.numbers.changed(_hashes(record_ids), gone, np.full(len(gone), -1)))

    def with_edges(self, removed: pa.Table, added: pa.Table) -> MatchIndex:
        """The index after edges (``record_id_l``, ``record_id_r``) went and came."""
        keys, values, counts = [], [], []
        for edges, count in ((removed, -1), (added, 1)):
            one, other = (self.find_numbers(edges[name].combine_chunks()) for name in ("record_id_l", "record_id_r"))
            keys += [one, other]
            values += [other, one]
            counts.append(np.full(2 * len(one), count, np.int64))
        changed = self.neighbours.changed(np.concatenate(keys), np.concatenate(values), np.concatenate(counts))
        return replace(self, neighbours=changed)

    def with_one_chunk(self) -> MatchIndex:
        """The same index, with all its record ids in one piece."""
        whole = pa.chunked_array([pa.concat_arrays(self.record_ids.chunks)], pa.string())
        return replace(self, record_ids=whole, record_files=())

    def _numbered(self, record_ids: pa.Array) -> MatchIndex:
        """New records get the next numbers, in the order of their ids."""
        new = record_ids.filter(pa.array(self.find_numbers(record_ids) < 0)) if len(self.record_ids) else record_ids
        if not len(new):
            return self
        numbers = np.arange(len(self.record_ids), len(self.record_ids) + len(new), dtype=np.int64)
        return replace(
            self,
            record_ids=pa.chunked_array([*self.record_ids.chunks, new], pa.string()),
            numbers=self.numbers.changed(_hashes(new), numbers, np.ones(len(new), np.int64)),
        )

    def _with_keys(
        self, before: pa.Table, after: pa.Table, gone: Integers, come: Integers
    ) -> tuple[MatchIndex, Integers]:
        """With the blocking keys of changed records; and who else is found by a key that passed the bound."""
        keys, numbers, counts = _deltas(before, after, gone, come, "key")
        changed = self.keys.changed(keys, numbers, counts)
        touched = np.unique(keys)
        was, now = (index.counts(touched) <= MAX_BLOCK_RECORDS for index in (self.keys, changed))
        _, crossed, _ = changed.entries(touched[was != now])
        return replace(self, keys=changed), crossed

    def _with_terms(
        self, before: pa.Table, after: pa.Table, gone: Integers, come: Integers
    ) -> tuple[MatchIndex, pa.Table]:
        """With the values of changed records; and FLIPPED, with ``rose``, of all values whose frequency is another."""
        terms = pa.concat_tables([before, after])
        value_keys, first = np.unique(terms["value_key"].to_numpy(), return_index=True)
        names = terms["name"].take(pa.array(first))
        changed = replace(
            self,
            holders=self.holders.changed(*_deltas(before, after, gone, come, "value_key")),
            witnesses=self.witnesses.changed(*_witness_deltas(before, after)),
        )
        # A witness counts once, however many records say the same.
        witnessed = terms.filter(pc.is_valid(terms["witness_key"]))
        witness_keys, first = np.unique(witnessed["witness_key"].to_numpy(), return_index=True)
        of_value = witnessed["value_key"].to_numpy()[first]
        there, is_there = (index.witnesses.counts(witness_keys) > 0 for index in (self, changed))
        people = self.people.changed(of_value, None, is_there.astype(np.int64) - there.astype(np.int64))
        changed = replace(changed, people=people)
        was, now = self._people(value_keys), changed._people(value_keys)
        less, more = round_people(was), round_people(now)
        is_other = np.flatnonzero(less != more)
        at, numbers, _ = changed.holders.entries(value_keys[is_other])
        rows = is_other[at]
        flipped = pa.table([pa.array(numbers), names.take(pa.array(rows)), pa.array(value_keys[rows])], schema=FLIPPED)
        flipped = flipped.append_column("rose", pa.array(more[rows] > less[rows]))
        return replace(changed, totals=_totals(self.totals, names, was, now)), flipped

    def _people(self, value_keys: Integers) -> Integers:
        """How many people stand behind values (keys sorted, each once): one at least where anybody has it."""
        held = self.holders.counts(value_keys) > 0
        return np.where(held, np.maximum(self.people.counts(value_keys), 1), 0)


def _deltas(
    before: pa.Table, after: pa.Table, gone: Integers, come: Integers, key: str
) -> tuple[Integers, Integers, Integers]:
    """Keys, numbers of the records, and -1 for each row of ``before``, 1 for each of ``after``."""
    keys = np.concatenate([before[key].to_numpy(), after[key].to_numpy()])
    numbers = np.concatenate([gone[before["place"].to_numpy()], come[after["place"].to_numpy()]])
    return keys, numbers, np.repeat(np.array([-1, 1], np.int64), [before.num_rows, after.num_rows])


def _witness_deltas(before: pa.Table, after: pa.Table) -> tuple[Integers, None, Integers]:
    parts = [pc.drop_null(table["witness_key"]).to_numpy() for table in (before, after)]
    return np.concatenate(parts), None, np.repeat(np.array([-1, 1], np.int64), [len(part) for part in parts])


def _totals(
    totals: Mapping[str, tuple[int, int]], names: pa.ChunkedArray, was: Integers, now: Integers
) -> dict[str, tuple[int, int]]:
    changes = pa.table({"name": names, "people": now - was, "values": (now > 0).astype(np.int64) - (was > 0)})
    summed = changes.group_by("name").aggregate([("people", "sum"), ("values", "sum")])
    result = dict(totals)
    for name, people, values in zip(*(column.to_pylist() for column in summed.columns), strict=True):
        before = result.get(name, (0, 0))
        result[name] = (before[0] + people, before[1] + values)
    return result


def _hashes(texts: pa.Array) -> Integers:
    """A number for each text, the same in every process."""
    with session() as sql:
        sql.register("texts", pa.table({"text": texts, "place": pa.array(range(len(texts)), pa.int64())}))
        rows = sql.execute("select (hash(text) >> 1)::bigint as key from texts order by place").to_arrow_table()
    hashed: Integers = rows["key"].to_numpy()
    return hashed
