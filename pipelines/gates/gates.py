"""Check a snapshot of the lake, and publish it when every gate passed (write, audit, publish)."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from models.errors import GateFailedError
from models.lakes import LAKE, open_lake
from models.progress import Progress, no_progress
from models.workspaces import Workspace
from pipelines.gates.evaluations import evaluate
from pipelines.gates.expectations import gate_expectations
from pipelines.gates.measurements import measure
from pipelines.gates.results import GateReport
from schemas.tables import GATES, PUBLICATIONS


def check(workspace: Workspace, run_id: str, checked_at: datetime, progress: Progress = no_progress) -> GateReport:
    """Check the lake as it is now against every gate, and keep every result in ``ops.gates``.

    A failed expectation is no error here: look at ``report.passed``, or call :func:`publish`. Checking again in the
    same run replaces that run's results.

    Raises:
        UsageError: nothing is built yet, or an audience names a segment that does not exist.
    """
    progress("check", 0, 3)
    with open_lake(workspace, read_only=True) as newest:
        snapshot_id = newest.snapshot_id()
    with open_lake(workspace, snapshot_id=snapshot_id) as lake:
        figures = measure(lake)
    progress("check", 1, 3)
    results = evaluate(figures, gate_expectations(workspace.settings))
    progress("check", 2, 3)
    report = GateReport(run_id, checked_at, snapshot_id, tuple(results))
    _keep(workspace, report)
    progress("check", 3, 3)
    return report


def publish(workspace: Workspace, report: GateReport, published_at: datetime) -> int:
    """Make the checked snapshot the one that readers see, and give its id; again is the same.

    Raises:
        GateFailedError: an expectation was not met; names gate, expectation, figures and what to do.
    """
    if not report.passed:
        reasons = " ".join(f"({number}) {failure}" for number, failure in enumerate(report.failures, start=1))
        msg = f"Not published: {len(report.failures)} of {len(report.results)} expectations failed. {reasons}"
        raise GateFailedError(msg)
    row = {"snapshot_id": report.snapshot_id, "run_id": report.run_id, "published_at": published_at}
    with open_lake(workspace) as lake:
        if lake.value(f"select count(*) from {LAKE}.ops.publications where snapshot_id = ?", [report.snapshot_id]):
            return report.snapshot_id
        with lake.transaction(report.run_id, "publish"):
            lake.insert("ops.publications", pa.Table.from_pylist([row], schema=PUBLICATIONS))
    return report.snapshot_id


def _keep(workspace: Workspace, report: GateReport) -> None:
    rows = [
        {
            "run_id": report.run_id,
            "gate": result.gate,
            "expectation": result.expectation,
            "subject": result.subject,
            "passed": result.passed,
            "observed": result.observed,
            "checked_at": report.checked_at,
        }
        for result in report.results
    ]
    with open_lake(workspace) as lake, lake.transaction(report.run_id, "check"):
        lake.connection.execute(f"delete from {LAKE}.ops.gates where run_id = ?", [report.run_id])
        lake.insert("ops.gates", pa.Table.from_pylist(rows, schema=GATES))
