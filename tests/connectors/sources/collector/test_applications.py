"""The addresses for whoever watches the collector."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from connectors.log.embedded import EmbeddedLog
from models.errors import RetriableError
from tests.connectors.sources.collector.collecting import Answer, Collector, collecting, post


class AbsentLog(EmbeddedLog):
    """Does not answer once ``is_absent``."""

    is_absent = False

    def end_offsets(self, topics: Sequence[str]) -> dict[tuple[str, int], int]:
        if self.is_absent:
            msg = "The log does not answer."
            raise RetriableError(msg)
        return super().end_offsets(topics)


def ask(url: str, path: str) -> Answer:
    return post(url, path, b"", method="GET", key=None)


def test_it_says_that_it_runs_and_that_its_log_answers(collector: Collector) -> None:
    assert (ask(collector.url, "/healthz").status, ask(collector.url, "/healthz").json) == (200, {"status": "ok"})
    assert (ask(collector.url, "/readyz").status, ask(collector.url, "/readyz").json) == (200, {"status": "ready"})


def test_without_its_log_it_runs_and_is_not_ready(tmp_path: Path) -> None:
    log = AbsentLog(tmp_path / "log.sqlite")
    with collecting(tmp_path, log=log) as collector:
        log.is_absent = True
        assert ask(collector.url, "/healthz").status == 200
        answer = ask(collector.url, "/readyz")
        assert (answer.status, answer.json) == (503, {"status": "the event log does not answer"})


def test_other_addresses_say_where_the_calls_are(collector: Collector) -> None:
    for path in ("/", "/track", "/docs"):
        answer = ask(collector.url, path)
        assert answer.status == 404
        assert answer.json["message"].startswith("Nothing is here. Calls are under /v1/")
    answer = post(collector.url, "/healthz", b"", method="DELETE", key=None)
    assert (answer.status, answer.json["code"]) == (405, "wrong_method")
