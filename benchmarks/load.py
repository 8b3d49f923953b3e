"""The file loader on a CSV of 200,000 rows, against DuckDB's bare read_csv -> to_json of the same file."""

from __future__ import annotations

import csv
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from connectors.log.embedded import EmbeddedLog
from connectors.sources.files import load_file
from models.lakes import quote
from models.settings import SourceSettings
from models.workspaces import open_workspace

ROWS = 200_000
RUNS = 3

SETTINGS = """
[sources.till]
kind = "file"
type = "pos.sale"
time_zone = "Europe/Amsterdam"

[sources.till.columns]
original_timestamp = "sold_at"
"external_ids.loyalty_id" = "card"
"external_ids.email" = "email"
"properties.receipt_id" = "receipt"
"properties.store_id" = "store"
"properties.total" = "total"
"properties.currency" = "= EUR"
"properties.payment_method" = "paid_with"
"""


def main(rows: int = ROWS) -> None:
    """Print rows per second of both, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "till.csv"
        write_till(path, rows)
        bare_s = min(read_bare(path) for _ in range(RUNS))
        loads_s = [load_once(path, Path(folder) / f"workspace-{run}") for run in range(RUNS)]
    load_s = min(loads_s)
    print(f"file                      {rows:>9,} rows")
    print(f"read_csv -> to_json       {rows / bare_s:>9,.0f} rows/s")
    print(f"load_file, embedded log   {rows / load_s:>9,.0f} rows/s")
    print(f"ratio                     {bare_s / load_s:>9.3f}")


def write_till(path: Path, rows: int) -> None:
    """A till's export: invented, the same for the same number of rows."""
    dice, begin = random.Random(1), datetime(2026, 1, 1, 9)  # noqa: DTZ001  # a till writes local time
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["receipt", "store", "sold_at", "card", "email", "total", "paid_with", "note"])
        for row in range(rows):
            person = dice.randrange(rows // 10 + 1)
            known = dice.random() < 0.6
            writer.writerow(
                [
                    f"R{row:08}",
                    f"store-{dice.randrange(40)}",
                    begin + timedelta(seconds=row * 17),
                    f"77{person:06}" if known else "",
                    f"klant{person}@voorbeeld.nl" if known else "",
                    f"{dice.randrange(100, 20_000) / 100:.2f}",
                    dice.choice(("pin", "cash", "card")),
                    'with a "quote", and a comma' if row % 20 == 0 else "",
                ]
            )


def read_bare(path: Path) -> float:
    """Seconds that DuckDB takes to read the file and make each row JSON."""
    started = time.perf_counter()
    with duckdb.connect() as connection:
        connection.execute(
            f"create table rows as select to_json(t)::varchar as value "
            f"from read_csv({quote(str(path))}, all_varchar => true) as t"
        )
    return time.perf_counter() - started


def load_once(path: Path, root: Path) -> float:
    """Seconds of one load into an empty embedded log."""
    root.mkdir()
    (root / "klantbeeld.toml").write_text(SETTINGS, encoding="utf-8")
    workspace = open_workspace(root)
    settings: SourceSettings = workspace.settings.source("till", "file")
    log = EmbeddedLog(workspace.log_file)
    started = time.perf_counter()
    report = load_file(path, "till", settings, workspace, log, received_at=datetime.now(UTC))
    taken = time.perf_counter() - started
    log.close()
    if report.appended != report.rows:
        sys.exit(f"{report.rows} rows, {report.appended} appended")
    return taken


if __name__ == "__main__":
    main()
