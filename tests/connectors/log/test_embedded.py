"""What only the embedded log promises: several processes, no loss at a kill, retention, a damaged file."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.log.embedded import EmbeddedLog
from connectors.log.logs import LogRecord
from connectors.log.sqlite_files import claim
from models.errors import FatalError, RetriableError

HOUR_NS = 3_600_000_000_000

APPENDER = """
import sys
from pathlib import Path
from connectors.log.embedded import EmbeddedLog
from connectors.log.logs import LogRecord

path, name, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
log = EmbeddedLog(path, partitions=2)
for number in range(rounds):
    record = LogRecord("web", name.encode(), f"{name}:{number}".encode())
    ((partition, offset),) = log.append([record])
    print(partition, offset, flush=True)
"""


def start_appender(path: Path, name: str, rounds: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", APPENDER, str(path), name, str(rounds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def held(log: EmbeddedLog) -> dict[int, list[tuple[int, bytes]]]:
    begins = log.begin_offsets(["web"])
    return {
        partition: [
            (row["offset"], row["value"])
            for batch in log.read("web", partition, begins["web", partition], end, 1_000)
            for row in batch.to_pylist()
        ]
        for (_, partition), end in log.end_offsets(["web"]).items()
    }


def test_two_processes_that_append_at_once_lose_nothing_and_share_no_offset(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    processes = [start_appender(path, name, 150) for name in ("collector", "loader")]
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    places = [tuple(map(int, line.split())) for output in outputs for line in output.splitlines()]
    assert len(set(places)) == 300

    log = EmbeddedLog(path)
    rows = held(log)
    log.close()
    assert sorted((partition, offset) for partition, found in rows.items() for offset, _ in found) == sorted(places)
    values = [value for found in rows.values() for _, value in found]
    for name in ("collector", "loader"):
        mine = [value.decode() for value in values if value.startswith(name.encode())]
        assert mine == [f"{name}:{number}" for number in range(150)]


def test_a_log_that_another_process_makes_meanwhile_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"

    class Overtaken(sqlite3.Connection):
        """After the first look at the file, somebody else makes the log."""

        looks = 0

        def execute(self, *asked: Any) -> Any:
            rows = super().execute(*asked).fetchall()
            if not self.looks:
                self.looks += 1
                EmbeddedLog(path).close()
            return SimpleNamespace(fetchone=lambda: next(iter(rows), None))

    with closing(sqlite3.connect(path, isolation_level=None, factory=Overtaken)) as connection:
        claim(connection, path)
    log = EmbeddedLog(path)
    assert log.append([LogRecord("web", b"k", b"v")])
    log.close()


def test_what_was_acknowledged_before_a_kill_is_there(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    process = start_appender(path, "till", 100_000)
    assert process.stdout is not None
    acknowledged = [process.stdout.readline() for _ in range(50)]
    os.kill(process.pid, signal.SIGKILL)
    acknowledged += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    assert process.returncode == -signal.SIGKILL

    log = EmbeddedLog(path)
    rows = held(log)
    partition = int(acknowledged[0].split()[0])
    # The kill may have come between the commit and the line that says so.
    assert len(rows[partition]) - len(acknowledged) in (0, 1)
    assert rows[partition] == [(number, f"till:{number}".encode()) for number in range(len(rows[partition]))]
    assert log.append([LogRecord("web", b"till", b"after")]) == [(partition, len(rows[partition]))]
    log.close()


def test_records_past_retention_go_and_their_offsets_are_not_used_again(tmp_path: Path) -> None:
    now = [1_700_000_000 * 1_000_000_000]
    log = EmbeddedLog(tmp_path / "log.sqlite", partitions=1, retention_hours=24, clock=lambda: now[0])
    log.append([LogRecord("web", b"k", b"old")] * 3)
    now[0] += 23 * HOUR_NS
    log.append([LogRecord("web", b"k", b"young")])
    assert log.begin_offsets(["web"]) == {("web", 0): 0}
    now[0] += 2 * HOUR_NS
    assert log.append([LogRecord("web", b"k", b"new")] * 2) == [(0, 4), (0, 5)]
    assert log.begin_offsets(["web"]) == {("web", 0): 3}
    assert held(log)[0] == [(3, b"young"), (4, b"new"), (5, b"new")]
    # A reader that comes too late is given what is still there.
    assert [batch.num_rows for batch in log.read("web", 0, 0, 6, 100)] == [3]

    now[0] += 100 * HOUR_NS
    log.close()
    log = EmbeddedLog(tmp_path / "log.sqlite", retention_hours=24, clock=lambda: now[0])
    assert log.begin_offsets(["web"]) == log.end_offsets(["web"]) == {("web", 0): 6}
    assert log.append([LogRecord("web", b"k", b"next")]) == [(0, 6)]
    log.close()


def test_without_retention_everything_stays(tmp_path: Path) -> None:
    now = [0]
    log = EmbeddedLog(tmp_path / "log.sqlite", partitions=1, clock=lambda: now[0])
    log.append([LogRecord("web", b"k", b"old")])
    now[0] = 100_000 * HOUR_NS
    log.append([LogRecord("web", b"k", b"new")])
    assert log.begin_offsets(["web"]) == {("web", 0): 0}
    log.close()


def test_an_existing_topic_keeps_its_partition_count(tmp_path: Path) -> None:
    first = EmbeddedLog(tmp_path / "log.sqlite", partitions=2)
    first.create_topics(["web"])
    first.close()
    second = EmbeddedLog(tmp_path / "log.sqlite", partitions=8)
    second.create_topics(["web", "pos"])
    assert len(second.end_offsets(["web"])) == 2
    assert len(second.end_offsets(["pos"])) == 8
    second.close()


@pytest.mark.parametrize(
    "content", [b"this is no database, but it is long enough to be one" * 100, b"SQLite format 3\0"]
)
def test_a_file_that_is_no_log_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log.sqlite"
    path.write_bytes(content)
    with pytest.raises(FatalError, match=r"log\.sqlite is (not a SQLite file|damaged)"):
        EmbeddedLog(path)


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    other = sqlite3.connect(path)
    other.execute("create table invoices (id integer)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(FatalError, match="no event log of this version"):
        EmbeddedLog(path)
    assert path.read_bytes() == before


def test_damage_inside_the_file_is_named_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    log = EmbeddedLog(path, partitions=1)
    log.append([LogRecord("web", b"k", b"x" * 2_000)] * 500)
    log.close()
    content = bytearray(path.read_bytes())
    content[16_384:] = b"\xa5" * (len(content) - 16_384)
    path.write_bytes(content)
    damaged = EmbeddedLog(path, partitions=1)
    with pytest.raises(FatalError, match=r"log\.sqlite is damaged. Restore it from a backup"):
        list(damaged.read("web", 0, 0, 500, 100))
    damaged.close()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file, where the folder should be")
    with pytest.raises(RetriableError, match=r"log\.sqlite cannot be opened: File exists"):
        EmbeddedLog(tmp_path / "log" / "log.sqlite")


def test_a_writer_that_holds_the_file_too_long_is_retriable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.log.sqlite_files.BUSY_TIMEOUT_S", 0.1)
    path = tmp_path / "log.sqlite"
    log = EmbeddedLog(path)
    log.create_topics(["web"])
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    started = time.monotonic()
    with pytest.raises(RetriableError, match="does not answer: database is locked"):
        log.append([LogRecord("web", b"k", b"v")])
    assert time.monotonic() - started < 5
    other.execute("rollback")
    assert log.append([LogRecord("web", b"k", b"v")])[0][1] == 0
    other.close()
    log.close()


def test_a_read_does_not_hold_back_the_write_ahead_log(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    log = EmbeddedLog(path, partitions=1)
    log.append([LogRecord("web", b"k", b"x" * 10_000)] * 20)
    reading = log.read("web", 0, 0, 20, 5)
    next(reading)
    for _ in range(10):
        log.append([LogRecord("web", b"k", b"x" * 10_000)] * 100)
    assert path.with_name("log.sqlite-wal").stat().st_size < 8_000_000
    assert sum(batch.num_rows for batch in reading) == 15
    log.close()
