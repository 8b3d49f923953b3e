"""The lake: transactions, published state, catalogs, and that nothing is downloaded."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.errors import RetriableError, UsageError
from models.lakes import LAKE, Lake, column_type, open_lake, published_lake
from schemas.tables import EVENTS, LAKE_TABLES, OFFSETS, PUBLICATIONS
from tests.support.workspaces import make_workspace

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def offsets(next_offset: int) -> pa.Table:
    row = {"topic": "klantbeeld.web", "partition": 0, "next_offset": next_offset, "run_id": "r1"}
    return pa.Table.from_pylist([row], schema=OFFSETS)


def insert_two_and_fail(lake: Lake) -> None:
    with lake.transaction("r1", "test"):
        lake.insert("ingest.offsets", offsets(5))
        pa.array(["x"]).cast(pa.int64())


def test_a_new_lake_has_every_table_with_its_columns(tmp_path: Path) -> None:
    with open_lake(make_workspace(tmp_path), create=True) as lake:
        for schema, tables in LAKE_TABLES.items():
            for table, columns in tables.items():
                rows = lake.sql(f"select * from {LAKE}.{schema}.{table}")
                assert rows.column_names == columns.names
                assert rows.num_rows == 0


def test_opening_twice_makes_no_second_snapshot(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    with open_lake(workspace, create=True) as lake:
        first = lake.snapshot_id()
    with open_lake(workspace, create=True) as lake:
        assert lake.snapshot_id() == first


def test_a_transaction_that_raises_leaves_nothing(tmp_path: Path) -> None:
    with open_lake(make_workspace(tmp_path), create=True) as lake:
        with pytest.raises(pa.ArrowInvalid):
            insert_two_and_fail(lake)
        assert lake.rows(f"from {LAKE}.ingest.offsets") == []
        with lake.transaction("r1", "test"):
            lake.insert("ingest.offsets", offsets(6))
        assert lake.value(f"select next_offset from {LAKE}.ingest.offsets") == 6


def test_readers_of_the_published_state_do_not_see_what_came_after(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    with open_lake(workspace, create=True) as lake:
        with pytest.raises(UsageError, match="published nothing yet"), published_lake(workspace):
            pass
        with lake.transaction("r1", "first"):
            lake.insert("ingest.offsets", offsets(1))
        row = {"snapshot_id": lake.snapshot_id(), "run_id": "r1", "published_at": NOON}
        with lake.transaction("r1", "publish"):
            lake.insert("ops.publications", pa.Table.from_pylist([row], schema=PUBLICATIONS))
        with lake.transaction("r2", "second"):
            lake.replace("ingest.offsets", offsets(2))
    with published_lake(workspace) as published:
        assert published.value(f"select next_offset from {LAKE}.ingest.offsets") == 1
        with pytest.raises(duckdb.Error):
            published.connection.execute(f"delete from {LAKE}.ingest.offsets")


def test_registered_parquet_is_read_and_listed_once(tmp_path: Path) -> None:
    with open_lake(make_workspace(tmp_path), create=True) as lake:
        folder = lake.table_folder("ingest.events")
        folder.mkdir(parents=True)
        row = {
            "message_id": "m1", "source": "shop", "type": "web.page", "schema_version": "1.0", "timestamp": NOON,
            "received_at": NOON, "payload": "{}", "log_topic": "t", "log_partition": 0, "log_offset": 0, "run_id": "r",
        }  # fmt: skip
        file = folder / "r-00000.parquet"
        pq.write_table(pa.Table.from_pylist([row], schema=EVENTS), file)
        with lake.transaction("r", "files"):
            lake.add_files("ingest.events", [file])
        assert lake.files("ingest.events") == {file}
        assert lake.value(f"select count(*) from {LAKE}.ingest.events where email is null") == 1


def test_the_tables_are_those_of_the_snapshot_that_is_read(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    with open_lake(workspace, create=True) as lake:
        assert lake.tables() == {(schema, table) for schema, tables in LAKE_TABLES.items() for table in tables}
        before = lake.snapshot_id()
        with lake.transaction("r1", "test"):
            lake.connection.execute(f"create schema {LAKE}.own")
            lake.connection.execute(f"create table {LAKE}.own.things (a integer)")
            lake.connection.execute(f"drop table {LAKE}.ingest.quarantine")
        assert ("own", "things") in lake.tables()
        assert ("ingest", "quarantine") not in lake.tables()
    with open_lake(workspace, snapshot_id=before) as lake:
        assert ("own", "things") not in lake.tables()
        assert ("ingest", "quarantine") in lake.tables()


def test_a_lake_that_is_not_there_says_how_to_fill_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no lake yet"):
        open_lake(make_workspace(tmp_path))


def test_a_catalog_that_is_no_database_is_named(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    workspace.lake_catalog.parent.mkdir(parents=True)
    workspace.lake_catalog.write_bytes(b"not a database, but long enough to look at" * 10)
    with pytest.raises(RetriableError, match=r"Cannot open the lake's sqlite catalog \(.*catalog.sqlite\)"):
        open_lake(workspace, create=True)


def test_a_type_that_no_table_uses_is_refused() -> None:
    assert column_type(pa.list_(pa.struct([("a", pa.string())]))) == 'struct("a" varchar)[]'
    with pytest.raises(TypeError, match="float"):
        column_type(pa.float32())
