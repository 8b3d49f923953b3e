"""``make demo-kafka``: the demo on the pip-installed Kafka-protocol broker, started and stopped around it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from pipelines.cli import main
from tests.support.brokers import any_broker


def run(arguments: list[str]) -> int:
    """Run ``klantbeeld demo`` with these arguments against a broker; gives its exit code."""
    with tempfile.TemporaryDirectory(prefix="klantbeeld-broker-") as folder, any_broker(Path(folder)) as address:
        return main(["demo", "--kafka", address, *arguments])


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
