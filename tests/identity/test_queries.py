"""A session is a DuckDB of its own, though one that was used before."""

from __future__ import annotations

import threading

import duckdb
import pyarrow as pa
import pytest

from identity.queries import session

NAMES = "select table_name from information_schema.tables"


def fill(sql: duckdb.DuckDBPyConnection) -> None:
    sql.register("arrow", pa.table({"a": [1]}))
    sql.execute("create table kept as from arrow")
    sql.execute("create temp table passing as from arrow")
    sql.execute("create view seen as from kept")
    sql.execute("create macro twice(x) as x * 2")
    sql.execute("create schema more")
    sql.execute("create table more.kept as from arrow")


def test_a_session_begins_empty_whatever_the_last_one_left() -> None:
    for _ in range(3):
        with session() as sql:
            assert sql.execute(NAMES).fetchall() == []
            with pytest.raises(duckdb.Error, match="twice"):
                sql.execute("select twice(1)")
            fill(sql)
            assert len(sql.execute(NAMES).fetchall()) == 5


def test_a_session_that_raised_leaves_nothing_either() -> None:
    def fail() -> None:
        with session() as sql:
            sql.execute("begin")
            fill(sql)
            sql.execute("select no_such_column")

    with pytest.raises(duckdb.BinderException):
        fail()
    with session() as sql:
        assert sql.execute(NAMES).fetchall() == []


def test_settings_of_one_session_are_not_the_next_ones() -> None:
    with session() as sql:
        sql.execute("set timezone = 'Asia/Tokyo'")
        sql.execute("set schema = 'work.main'")
    with session() as sql:
        assert sql.execute("select current_setting('timezone')").fetchall() == [("UTC",)]


def test_sessions_at_the_same_time_do_not_see_each_other() -> None:
    with session() as one, session() as other:
        fill(one)
        assert other.execute(NAMES).fetchall() == []
    with session() as one:
        found = []

        def look() -> None:
            with session() as other:
                found.append(other.execute(NAMES).fetchall())

        fill(one)
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        assert found == [[]]


def test_a_connection_of_the_callers_own_is_used_and_left_open() -> None:
    with duckdb.connect() as own:
        with session(own) as sql:
            assert sql is own
        assert own.execute("select 1").fetchall() == [(1,)]
