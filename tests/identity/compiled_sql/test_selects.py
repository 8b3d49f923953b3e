"""A SELECT over one row gives the rows that DuckDB gives for a table of it."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from identity.compiled_sql import Lookup, compile_select
from identity.conditions import UnknownExpressionError

COLUMNS = ("name", "other", "city")
ROWS = [
    {"name": "Anna", "other": "Bert", "city": "Delft"},
    {"name": None, "other": "Bert", "city": None},
    {"name": "Bert", "other": None, "city": ""},
    {"name": None, "other": None, "city": None},
]
ROOTS = Lookup("short", ("long", "letters"), {"Bert": ("Albert", 6), "Anna": (None, 4)})
QUERIES = [
    "select * from people",
    "select name, other || city as place from people",
    "select * exclude (city) replace (lower(name) as name), 'x' as mark from people order by name",
    "with small as (select lower(name) as name, city from people) select city, name || '!' as said from small",
    "select name from people where city <> ''",
    "select people.name, roots.long, roots.letters from people left join roots on roots.short = people.name",
    "select name from people left join roots on people.other = roots.short where roots.long is not null",
    "select name, 'name' as kind from people union all select other, 'other' from people",
    "with names as (select name from people union all select other from people) select * from names where name > 'B'",
    "with told as (unpivot (select city, name, lower(other) as small from people) on columns(* exclude (city)) "
    "into name kind value said) select city, kind, said || '!' from told",
    "create or replace temp view seen as select name from people",
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_select_gives_what_duckdb_gives(query: str) -> None:
    one_row, _ = compile_select(query, {"people": COLUMNS}, {"roots": ROOTS})
    roots = pa.table({"short": list(ROOTS.values), "long": ["Albert", None], "letters": [6, 4]})
    for row in ROWS:
        with duckdb.connect() as sql:
            sql.register("roots", roots)
            sql.register("people", pa.Table.from_pylist([row], pa.schema([(name, pa.string()) for name in COLUMNS])))
            expected = sql.execute(query[query.index("select" if "view" in query else query[0]) :]).fetchall()
        assert sorted(one_row(row), key=repr) == sorted(expected, key=repr)


def test_a_part_of_a_query_can_be_asked_for() -> None:
    one_row, columns = compile_select(
        "with small as (select lower(name) as name from people) select name || hash(name) from small",
        {"people": COLUMNS},
        only="small",
    )
    assert columns == ("name",)
    assert one_row(ROWS[0]) == [("anna",)]


@pytest.mark.parametrize(
    "query",
    [
        "select count(*) from people group by name",
        "select distinct name from people",
        "select name from people limit 1",
        "select name from strangers",
        "select age from people",
        "select * exclude (age) from people",
        "select name from people union select other from people",
        "select name from people join roots on roots.short = people.name",
        "select name from people left join roots on roots.long = people.name",
        "select name from people left join strangers on strangers.short = people.name",
        "select row_number() over () from people",
        "select 1",
    ],
)
def test_what_is_not_known_is_named(query: str) -> None:
    with pytest.raises(UnknownExpressionError):
        compile_select(query, {"people": COLUMNS}, {"roots": ROOTS})
