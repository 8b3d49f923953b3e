"""What docs/how-to/collect.md shows does work, as it stands there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.connectors.sources.collector.collecting import KEY, Collector, take

PAGE = Path(__file__).parents[4] / "docs" / "how-to" / "collect.md"


def shown(language: str, number: int, url: str) -> str:
    """A code block of the page, with this collector's address and key."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return blocks[number].replace("http://127.0.0.1:8080", url).replace("WRITE_KEY", KEY)


def test_the_python_client_as_shown_sends_its_events(collector: Collector) -> None:
    subprocess.run([sys.executable, "-c", shown("python", 0, collector.url)], check=True, timeout=60)
    assert [message.event["type"] for message in collector.messages()] == ["web.identify", "web.track"]
    summary = take(collector.workspace)
    assert (summary.events, summary.quarantined) == (2, 0)


def test_curl_as_shown_sends_its_events(collector: Collector) -> None:
    # What the lines say is sent by ourselves: curl is not everywhere that the tests run.
    words = shlex.split(shown("sh", 1, collector.url))
    for start in (place for place, word in enumerate(words) if word == "curl"):
        _, user, credentials, address, data, body = words[start : start + 6]
        assert (user, credentials, data) == ("-u", f"{KEY}:", "-d")
        answer = collector.post(address.removeprefix(collector.url), body.encode())
        assert (answer.status, answer.body) == (200, b'{"success":true}')
    summary = take(collector.workspace)
    assert (summary.events, summary.quarantined) == (2, 0)
    assert words.count("curl") == 2
