"""Group commit: everything that was submitted is appended and told, whatever the log does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from connectors.log.embedded import EmbeddedLog
from connectors.log.logs import LogRecord
from connectors.sources.collector.appenders import Appender
from models.errors import KlantbeeldError, RetriableError
from tests.connectors.sources.collector.collecting import TOPIC, read_messages, standing_still


class CountingLog(EmbeddedLog):
    """Notes how large each append was; raises what it is given, one each, before that."""

    def __init__(self, path: Path, *faults: Exception) -> None:
        super().__init__(path)
        self.appends: list[int] = []
        self.faults = list(faults)

    def append(self, records: Sequence[LogRecord]) -> list[tuple[int, int]]:
        if self.faults:
            raise self.faults.pop(0)
        self.appends.append(len(records))
        return super().append(records)


class Told:
    """What an appender said about each submission, in order."""

    def __init__(self) -> None:
        self.said: list[KlantbeeldError | None] = []
        self._changed = threading.Condition()

    def __call__(self, error: KlantbeeldError | None) -> None:
        with self._changed:
            self.said.append(error)
            self._changed.notify()

    def wait(self, count: int) -> list[KlantbeeldError | None]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.said) >= count, timeout=20)
        return self.said


def records(*texts: str) -> list[LogRecord]:
    return [LogRecord(TOPIC, b"k", text.encode(), {"source": "webshop"}) for text in texts]


def test_what_many_bring_at_once_is_one_append(tmp_path: Path) -> None:
    told = Told()
    with closing(CountingLog(tmp_path / "log")) as log, Appender(log, 1_000, linger_s=0.2) as appender:
        for number in range(50):
            appender.submit(records(f"a{number}", f"b{number}"), told)
        assert told.wait(50) == [None] * 50
        assert log.appends == [100]
        assert [message.value for message in read_messages(log)][:4] == [b"a0", b"b0", b"a1", b"b1"]


def test_a_log_that_refused_is_told_to_each_and_takes_the_next(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = Told()
    refusals = [RetriableError("The disk is full."), RetriableError("The disk is full.")]
    with closing(CountingLog(tmp_path / "log", *refusals)) as log, Appender(log, 1_000, linger_s=0) as appender:
        for number in range(3):
            appender.submit(records(f"a{number}"), told)
            told.wait(number + 1)
        assert [str(error) for error in told.said] == ["The disk is full.", "The disk is full.", "None"]
        assert [message.value for message in read_messages(log)] == [b"a2"]
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", "Events are refused until the event log takes them again. The disk is full."),
        ("WARNING", "The event log takes events again."),
    ]


def test_an_unexpected_fault_does_not_end_it_and_its_text_is_not_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = Told()
    fault = ValueError("an@people.test")
    with (
        caplog.at_level(logging.DEBUG),
        closing(CountingLog(tmp_path / "log", fault)) as log,
        Appender(log, 10) as appender,
    ):
        appender.submit(records("a"), told)
        assert str(told.wait(1)[0]) == "Unexpected ValueError in the event log. Please report it."
        appender.submit(records("b"), told)
        assert told.wait(2)[1] is None
    assert "people.test" not in caplog.text


def test_more_than_may_wait_is_refused_at_once_and_never_told(tmp_path: Path) -> None:
    told = Told()
    path = tmp_path / "log"
    with closing(EmbeddedLog(path)) as log, Appender(log, 3, max_pending_bytes=40) as appender:
        with standing_still(path):
            appender.submit(records("a", "b"), told)
            with pytest.raises(RetriableError, match="does not keep up"):
                appender.submit(records("c", "d"), told)
            with pytest.raises(RetriableError, match="does not keep up"):
                appender.submit(records("e" * 39), told)
            assert not appender.is_full
            appender.submit(records("f"), told)
            assert appender.is_full
        assert told.wait(2) == [None, None]
        assert not appender.is_full
        assert sorted(message.value for message in read_messages(log)) == [b"a", b"b", b"f"]


def test_a_batch_larger_than_the_bound_passes_when_nothing_waits(tmp_path: Path) -> None:
    told = Told()
    with closing(EmbeddedLog(tmp_path / "log")) as log, Appender(log, 1, max_pending_bytes=1) as appender:
        appender.submit(records("aa", "bb"), told)
        assert told.wait(1) == [None]


def test_closing_appends_what_was_submitted_and_refuses_more(tmp_path: Path) -> None:
    told = Told()
    with closing(EmbeddedLog(tmp_path / "log")) as log:
        appender = Appender(log, 100, linger_s=0.3)
        appender.submit(records("a"), told)
        appender.close()
        appender.close()
        assert told.said == [None]
        with pytest.raises(RetriableError):
            appender.submit(records("b"), told)
        assert [message.value for message in read_messages(log)] == [b"a"]
