"""Records without the values that are nobody's: what scoring compares, and what a match model learns from."""

from __future__ import annotations

from functools import reduce

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from identity.comparison_columns import comparison_columns

COMPARED_TYPES = ("email", "phone", "crm_id")
"""Identifier types that are compared: a record whose value is nobody's counts as one without."""


def without_junk_values(records: pa.Table, states: pa.Table) -> pa.Table:
    """The same RECORDS in their order; e-mail addresses, phones and customer numbers that are nobody's are null."""
    junk = states.filter(pc.equal(states["state"], "junk"))
    for name in COMPARED_TYPES:
        values = junk.filter(pc.equal(junk["type"], name))["value"]
        if len(values):
            place, field = records.schema.get_field_index(name), records.field(name)
            is_junk = pc.is_in(records[name], value_set=values)
            records = records.set_column(place, field, pc.if_else(is_junk, pa.scalar(None, field.type), records[name]))
    return records


def columns_without_junk_values(
    records: pa.Table, real: pa.Table, compared: pa.Table, connection: duckdb.DuckDBPyConnection | None = None
) -> pa.Table:
    """The comparison columns of ``real``, from those (``compared``) of the ``records`` that it was made from.

    Only records that lost a value are spelled anew.
    """
    lost = [pc.and_(pc.is_null(real[name]), pc.is_valid(records[name])) for name in COMPARED_TYPES]
    again = real.filter(reduce(pc.or_, lost))
    if again.num_rows == 0:
        return compared
    kept = compared.filter(pc.invert(pc.is_in(compared["record_id"], value_set=again["record_id"])))
    return pa.concat_tables([kept, comparison_columns(again, connection)]).sort_by("record_id")
