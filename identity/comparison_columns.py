"""Records in the one spelling in which they are compared: names, dates, addresses."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from identity import names
from identity.latin_names import latin_names
from identity.queries import query, session, sql_of


def comparison_columns(records: pa.Table, connection: duckdb.DuckDBPyConnection | None = None) -> pa.Table:
    """One row per record, sorted by ``record_id``; columns as in ``comparison_columns.sql``.

    ``records`` has the schema RECORDS. Names are in lower case and Latin letters, without accents,
    spaces and surname particles;
    ``birth_date`` is ISO text; ``first_name_roots`` lists the names that the first name may stand for.
    """
    with session(connection) as sql:
        sql.execute(sql_of("name_sound"))
        return query(sql, "comparison_columns", {"records": latin_names(records), "name_roots": names.roots_table()})
