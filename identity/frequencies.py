"""How common each compared value is, counted in the people behind it: equal rare values say more than common ones.

A frequency is a pure function of the data, and yet it stays put while data grow: counts of people and their totals
are rounded, so that one more record seldom changes the weight of any pair but its own. That is what lets an
incremental evaluation equal a full one at a fraction of the work (docs/decisions/0009-incremental-resolve.md).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from identity.queries import query, session, sql_of

FREQUENCY_MEMORY = 100.0
"""People's worth of belief in the model's typical frequencies: in a small table counts alone mean little.

More of it, and a surname that every tenth customer has would still count as one in fifty there."""

SELF = {"email": 0.9, "phone": 0.9, "crm_id": 0.9}
"""How much of oneself is left out where the people behind a value are counted (:data:`USUAL_SELF` elsewhere).

Nobody else has the phone that only one person has. However few people are known, it is not one in so many."""

USUAL_SELF = 0.5
"""Of a name that one person has now, there will be others."""

EXACT_PEOPLE = 3
"""Up to so many people a count is taken as it is; above, it is rounded to the nearest power of two."""

FEW_PEOPLE = 32
"""Above so many people a count is rounded to the nearest power of four: whoever has a common value is many."""

COUNTED = (
    "first_name",
    "family_name",
    "birth_date",
    "email",
    "email_local_part",
    "phone",
    "crm_id",
    "address",
    "home",
    "street",
    "postcode",
    "city",
)
"""The compared columns whose values are counted (frequency_terms.sql)."""

COUNTS = pa.schema(
    [
        pa.field("name", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("people", pa.int64(), nullable=False),
    ]
)
"""How many people stand behind each value of each compared column."""


def count_people(compared: pa.Table, connection: duckdb.DuckDBPyConnection | None = None) -> pa.Table:
    """COUNTS of records in the columns of ``comparison_columns.sql`` with their ``place``, sorted."""
    return _of_terms("frequencies", compared, connection).cast(COUNTS)


def frequency_keys(compared: pa.Table, connection: duckdb.DuckDBPyConnection | None = None) -> pa.Table:
    """The numbers under which an index keeps the values (``value_key``) and witnesses (``witness_key``) of records.

    One row per record and value: ``place``, ``name``, ``value``, ``value_key``, and ``witness_key`` (null where the
    record says nothing else about the person).
    """
    return _of_terms("frequency_keys", compared, connection)


def _of_terms(name: str, compared: pa.Table, connection: duckdb.DuckDBPyConnection | None) -> pa.Table:
    with session(connection) as sql:
        sql.register("compared", compared)
        try:
            sql.execute(sql_of("frequency_terms"))
            return query(sql, name, {})
        finally:
            sql.execute("drop view if exists frequency_terms")
            sql.unregister("compared")


def known_people(counts: pa.Table) -> dict[str, float]:
    """Per column, of how many people its values are known in all (:func:`known_of`)."""
    sums = counts.group_by("name").aggregate([("people", "sum"), ("people", "count")])
    rows = zip(*(sums[name].to_pylist() for name in ("name", "people_sum", "people_count")), strict=True)
    return known_of({name: (people, values) for name, people, values in rows})


def known_of(totals: Mapping[str, tuple[int, int]]) -> dict[str, float]:
    """Per column with so many people and values, how many *other* people are known and believed in, rounded.

    What grows with the data is one number, that of the best known column; of each column its share in that is rounded,
    which hardly changes. Rounded each by itself, one of a dozen columns would move all weights again and again.
    Columns of which hardly anything is known are left out: for them ``NOBODY_KNOWN`` holds.
    """
    others = {name: people - 0.5 * values for name, (people, values) in totals.items() if values}
    if not others:
        return {}
    most = max(others.values())
    scale = round_total(most)
    known = {name: round_total(scale * round_total(some / most) + FREQUENCY_MEMORY) for name, some in others.items()}
    return {name: total for name, total in known.items() if total != NOBODY_KNOWN}


def round_total(total: float) -> float:
    """The nearest power of the fourth root of two: what is off by it is an eighth of a bit at most.

    It is off for all values of a column at once: rounded to the square root, the labelled sets tell.
    """
    return 2.0 ** (round(4 * math.log2(total)) / 4)


NOBODY_KNOWN = round_total(FREQUENCY_MEMORY)
"""What is believed in where nothing is known."""


def round_people(people: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Counts of people, rounded the more the higher they are; what is off by it is half a bit, or one."""
    bits = np.log2(np.maximum(people, 1))
    rounded = np.where(people <= FEW_PEOPLE, np.exp2(np.round(bits)), np.exp2(2 * np.round(bits / 2)))
    return np.where(people <= EXACT_PEOPLE, people, rounded).astype(np.float64)


def value_shares(
    counts: pa.Table, known: Mapping[str, float], column: str, typical_frequency: float
) -> tuple[pa.Array, pa.Array]:
    """The values of one column and the chance to meet each in another person.

    That is the share of the *other* people who have it (oneself is left out, by half where others may come:
    :data:`SELF`), blended with the model's typical frequency where little is known.
    """
    mine = counts.filter(pc.equal(counts["name"], column))
    shares = people_shares(mine["people"].to_numpy(), known, column, typical_frequency)
    return mine["value"].combine_chunks(), pa.array(shares, pa.float64())


def people_shares(
    people: npt.NDArray[np.int64], known: Mapping[str, float], column: str, typical_frequency: float
) -> npt.NDArray[np.float64]:
    """:func:`value_shares` of values of one column that so many people have."""
    others = round_people(people) - SELF.get(column, USUAL_SELF)
    return (others + FREQUENCY_MEMORY * typical_frequency) / known.get(column, NOBODY_KNOWN)
