"""Great Expectations over the figures: which expectations they meet."""

from __future__ import annotations

import importlib
import json
import warnings
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from models.errors import FatalError
from pipelines.gates.expectations import SUBJECT_KEYS, Expectation
from pipelines.gates.results import GateResult

SHOWN_ROWS = 5
"""How many failing rows of figures a result names."""


def evaluate(figures: dict[str, pa.Table], expectations: Sequence[Expectation]) -> list[GateResult]:
    """One result per expectation, in their order. Great Expectations takes about 5 s of CPU to import.

    Raises:
        FatalError: Great Expectations could not evaluate an expectation.
    """
    with warnings.catch_warnings():
        # It imports pyspark where that is installed, which then complains about the release of pandas.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        import great_expectations as gx

    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("figures")
    passed: dict[int, bool] = {}
    for subject, table in figures.items():
        own = {number: expected for number, expected in enumerate(expectations) if expected.subject == subject}
        batch = source.add_dataframe_asset(subject).add_batch_definition_whole_dataframe("all")
        suite = gx.ExpectationSuite(subject, expectations=[_as_gx(expected, key) for key, expected in own.items()])
        found = batch.get_batch({"dataframe": _plain(table).to_pandas()}).validate(suite)
        passed |= {_number(result): _success(result, subject) for result in found.results}
    return [
        _result(expected, figures[expected.subject], passed[number]) for number, expected in enumerate(expectations)
    ]


def _as_gx(expected: Expectation, number: int) -> Any:
    gxe: Any = importlib.import_module("great_expectations.expectations")
    meta = {"number": number}
    if expected.kind == "one_of":
        return gxe.ExpectColumnValuesToBeInSet(column=expected.column, value_set=list(expected.values), meta=meta)
    return gxe.ExpectColumnValuesToBeBetween(column=expected.column, max_value=expected.limit, meta=meta)


def _plain(table: pa.Table) -> pa.Table:
    # Great Expectations takes milliseconds per Decimal; DuckDB counts may come as HUGEINT, which is a decimal in Arrow.
    fields = [
        pa.field(field.name, pa.float64()) if pa.types.is_decimal(field.type) else field for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def _number(result: Any) -> int:
    return int(result.expectation_config.meta["number"])


def _success(result: Any, subject: str) -> bool:
    details = result.exception_info or {}
    raised = [details] if "raised_exception" in details else list(details.values())
    if any(isinstance(entry, dict) and entry.get("raised_exception") for entry in raised):
        msg = f"Great Expectations could not evaluate {result.expectation_config.type} on '{subject}'."
        raise FatalError(msg)
    return bool(result.success)


def _result(expected: Expectation, table: pa.Table, passed: bool) -> GateResult:
    observed = _observed(expected, table)
    return GateResult(
        gate=expected.gate,
        expectation=expected.words,
        subject=expected.subject,
        passed=passed,
        observed=json.dumps(observed, ensure_ascii=False),
        advice=expected.advice,
    )


def _observed(expected: Expectation, table: pa.Table) -> dict[str, Any]:
    """The largest figure, or for a failure the rows that are over the limit (names of sources, types, audiences)."""
    keys = SUBJECT_KEYS[expected.subject]
    rows = table.to_pylist()
    over = [row for row in rows if not _meets(expected, row[expected.column])]
    if over:
        shown = [{name: row[name] for name in (*keys, expected.column) if name in row} for row in over[:SHOWN_ROWS]]
        return {"over": len(over), "of": len(rows), "rows": shown}
    if expected.kind == "one_of" or not rows:
        return {"rows": len(rows)}
    return {"largest": max(row[expected.column] for row in rows)}


def _meets(expected: Expectation, value: Any) -> bool:
    return value in expected.values if expected.kind == "one_of" else value <= expected.limit
