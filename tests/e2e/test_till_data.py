"""Real till data, from the file through the command line into the lake: not a cent is lost, loaded once or twice."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.support.check_demo import run_json
from tests.support.ingests import query_lake
from tests.support.pages import ROOT, code_blocks
from tests.support.workspaces import make_workspace

CUT = ROOT / "tests/data/completejourney/transactions.parquet"
WHOLE = ROOT.parent / "shared/data/completejourney/transactions_sample.parquet"
JOURNEY = code_blocks("docs/how-to/load-files.md", "toml")[0]


def sums_of(file: Path) -> dict[str, Decimal]:
    """Sales per household as the source has them; its doubles are dollars and cents."""
    sums: Counter[str] = Counter()
    for row in pq.read_table(file, columns=["household_id", "sales_value"]).to_pylist():
        sums[row["household_id"]] += round(row["sales_value"] * 100)
    return {household: Decimal(cents) / 100 for household, cents in sums.items()}


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(CUT, id="cut"),
        pytest.param(
            WHOLE,
            id="whole",
            marks=[
                pytest.mark.slow,
                pytest.mark.skipif(
                    not WHOLE.exists(),
                    reason="no ../shared/data/completejourney beside the checkout; the cut was tested",
                ),
            ],
        ),
    ],
)
def test_sales_per_household_in_the_lake_are_the_sources_to_the_cent(tmp_path: Path, file: Path) -> None:
    workspace = make_workspace(tmp_path, JOURNEY)
    where = ("--workspace", str(tmp_path))
    (loaded,) = run_json("load", str(file), "--source", "journey", *where)
    assert loaded["rows"] == pq.read_metadata(file).num_rows
    (stage,) = run_json("ingest", *where)["stages"]
    summary = stage["summary"]
    assert (summary["events"], summary["quarantined"], summary["duplicates"]) == (loaded["events"], 0, 0)
    # The same file under another name, its events appended once more: ingest drops every one.
    copy = tmp_path / "again.parquet"
    copy.write_bytes(file.read_bytes())
    run_json("load", str(copy), "--source", "journey", "--again", *where)
    (stage,) = run_json("ingest", *where)["stages"]
    assert (stage["summary"]["events"], stage["summary"]["duplicates"]) == (0, loaded["events"])
    found = query_lake(
        workspace,
        "select loyalty_id, sum(amount), any_value(currency), count(distinct currency) from lake.ingest.events"
        " group by loyalty_id",
    )
    assert {household: amount for household, amount, _, _ in found} == sums_of(file)
    assert {(currency, currencies) for _, _, currency, currencies in found} == {("USD", 1)}
    lines = query_lake(workspace, "select payload from lake.ingest.events")
    assert sum(len(json.loads(payload)["properties"]["lines"]) for (payload,) in lines) == loaded["rows"]
