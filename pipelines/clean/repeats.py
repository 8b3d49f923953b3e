"""Rows that repeat others word for word: two of them are compared, and what holds for these holds for all.

A million copies of one row are no evidence for anything, and comparing each with each would never end. Two are kept,
so that it is still the match model that says whether such rows are one person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from identity.queries import session
from pipelines.clean.people import People

KEPT_COPIES = 2
SQL = Path(__file__).with_name("repeats.sql")


@dataclass(frozen=True)
class Repeats:
    """What rows repeat. ``rows`` (sorted): ``record_id``, ``first_record_id``, ``copy``, ``is_telling``, ``is_empty``.

    ``compared`` says of each row whether it is compared itself. ``repeated`` counts rows that say what an earlier one
    says, ``empty`` those that say nothing at all.
    """

    rows: pa.Table
    compared: pa.ChunkedArray
    repeated: int
    empty: int


def find_repeats(records: pa.Table, pairs: pa.Table) -> Repeats:
    """The repeats among RECORDS, sorted by ``record_id``, and their PAIRS. The order of rows changes nothing.

    Rows that say little (no identifier, no full name with a birth date) are all compared: what few say is rare.
    """
    with session() as sql:
        sql.register("records", records)
        sql.register("held", pairs)
        rows = sql.execute(SQL.read_text(encoding="utf-8")).to_arrow_table()
    compared = pc.or_(pc.less_equal(rows["copy"], KEPT_COPIES), pc.invert(rows["is_telling"]))
    is_repeat = pc.and_(pc.greater(rows["copy"], 1), pc.invert(rows["is_empty"]))
    return Repeats(rows, compared, pc.sum(is_repeat).as_py() or 0, pc.sum(rows["is_empty"]).as_py() or 0)


def with_repeats(people: People, repeats: Repeats) -> People:
    """The same people with all their records.

    A copy is the person that the two compared ones are. Where these are two people, each further copy is its own;
    their profile ids follow on the others, in the order of records.
    """
    rows = repeats.rows
    if pc.all(repeats.compared).as_py():
        return people
    profile_of = dict(zip(*(people.members[name].to_pylist() for name in ("record_id", "profile_id")), strict=True))
    second_of = {
        first: record
        for record, first, copy in zip(*_columns(rows, "record_id", "first_record_id", "copy"), strict=True)
        if copy == KEPT_COPIES
    }
    width = len(next(iter(profile_of.values()))) - 1
    count = len(set(profile_of.values()))
    members: list[str] = []
    for record, first in zip(*_columns(rows, "record_id", "first_record_id"), strict=True):
        profile = profile_of.get(record)
        if profile is None and profile_of[first] == profile_of[second_of[first]]:
            profile = profile_of[first]
        if profile is None:
            count += 1
            profile = f"P{count:0{width}}"
        members.append(profile)
    table = pa.table({"record_id": rows["record_id"], "profile_id": pa.array(members, pa.string())})
    return replace(people, members=table)


def _columns(rows: pa.Table, *names: str) -> list[list[object]]:
    return [rows[name].to_pylist() for name in names]
