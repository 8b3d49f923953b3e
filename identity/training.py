"""Train a match model: Splink estimates how often each level occurs among matches (m) and among others (u)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from identity.comparison_columns import comparison_columns
from identity.comparisons import comparisons, frequency_columns
from identity.match_models import FORMAT, MatchModel
from identity.queries import session
from models.errors import UsageError

if TYPE_CHECKING:
    import duckdb
    from splink import Linker

MIN_RECORDS = 100
MIN_PROBABILITY = 1e-6
"""A level that training never saw is rare, not impossible."""

EM_BLOCKS = (("email",), ("phone",), ("birth_date",))
"""Without truth, m comes from expectation maximisation within blocks; each trains what it does not hold equal.

Blocks of names would train next to nothing: most comparisons look at a name as well, and Splink leaves those out.
"""

LEAST_M = {("crm_id", "another number of the same document"): 0.11}
"""What a level's m is at least. Synthetic people keep their passports for life; real ones renew them, and borrow."""

NEAR_UNIQUE = {"email": "email", "phone": "phone", "crm_id": "crm_id"}
"""Comparisons whose values random pairs hardly ever share: u of equality is their sum of squared shares."""


def train_match_model(
    records: pa.Table,
    *,
    version: str,
    trained_on: str,
    trained_at: date,
    truth: pa.Table | None = None,
    max_pairs: float = 2e6,
) -> MatchModel:
    """A match model trained on RECORDS; equal input gives an equal model.

    With ``truth`` (``record_id``, ``person_id``) m is counted over the true pairs, and u over random pairs of one
    record a person; without it m comes from expectation maximisation, and u from random pairs of records.

    Raises:
        UsageError: too few records.
    """
    if records.num_rows < MIN_RECORDS:
        msg = (
            f"A match model is trained on {MIN_RECORDS} records or more, these are {records.num_rows}. Use the default."
        )
        raise UsageError(msg)
    compared = comparison_columns(records)
    with session() as sql:
        labelled = _with_people(sql, compared, truth)
        strangers = sql.sql(
            "select distinct on (person_id) * from labelled order by person_id, record_id"
        ).to_arrow_table()
        by_m = _linker(sql, labelled, "labelled_records")
        by_u = _linker(sql, strangers, "strangers")
        by_u.training.estimate_u_using_random_sampling(max_pairs=max_pairs, seed=1, min_count_per_level=None)
        if truth is None:
            by_m = by_u
            _maximise_expectation(by_m, labelled)
        else:
            by_m.training.estimate_m_from_label_column("person_id")
        settings = _combined(by_m.misc.save_model_to_json(), by_u.misc.save_model_to_json(), strangers)
    return MatchModel(
        format=FORMAT,
        version=version,
        trained_on=trained_on,
        trained_at=trained_at.isoformat(),
        typical_frequencies={column: _agreement(strangers, column) for column in frequency_columns()},
        settings=settings,
    )


def _with_people(sql: duckdb.DuckDBPyConnection, compared: pa.Table, truth: pa.Table | None) -> pa.Table:
    """The compared records with their person; without truth everybody counts as a person of their own."""
    ids = compared["record_id"]
    sql.register("compared", compared)
    sql.register("truth", truth if truth is not None else pa.table({"record_id": ids, "person_id": ids}))
    sql.execute(
        "create temp table labelled as select compared.*, truth.person_id::varchar as person_id "
        "from compared inner join truth using (record_id) order by record_id"
    )
    return sql.execute("select * from labelled").to_arrow_table()


def _linker(sql: duckdb.DuckDBPyConnection, records: pa.Table, name: str) -> Linker:
    from splink import DuckDBAPI, Linker

    settings = {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record_id",
        "comparisons": comparisons(training=True),
        "blocking_rules_to_generate_predictions": [],
        "probability_two_random_records_match": 1 / len(records),
        "linker_uid": "identity",
    }
    api = DuckDBAPI(connection=sql)
    return Linker(api.register(records, dataset_display_name=name), settings, log_level=None)


def _maximise_expectation(linker: Linker, records: pa.Table) -> None:
    from splink import block_on

    for columns in EM_BLOCKS:
        if all(records[column].null_count < len(records) for column in columns):
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns))


def _combined(by_m: dict[str, Any], by_u: dict[str, Any], strangers: pa.Table) -> dict[str, Any]:
    """Splink's settings with both probabilities on every level, rounded to what a sample can tell."""
    for m_comparison, u_comparison in zip(by_m["comparisons"], by_u["comparisons"], strict=True):
        equal_values = NEAR_UNIQUE.get(m_comparison["output_column_name"])
        levels = zip(m_comparison["comparison_levels"], u_comparison["comparison_levels"], strict=True)
        for m_level, u_level in levels:
            if m_level.get("is_null_level"):
                continue
            u = u_level.get("u_probability") or 0.0
            if equal_values is not None and m_level.get("tf_adjustment_column") == equal_values:
                u = _agreement(strangers, equal_values)
            least = LEAST_M.get((m_comparison["output_column_name"], m_level["label_for_charts"]), 0.0)
            m_level["m_probability"] = _rounded(max(m_level.get("m_probability") or 0.0, least))
            m_level["u_probability"] = _rounded(u)
    for trained, used in zip(by_m["comparisons"], comparisons(), strict=True):
        trained["comparison_levels"][0]["sql_condition"] = used["comparison_levels"][0]["sql_condition"]
    kept = ("link_type", "comparisons", "probability_two_random_records_match", "sql_dialect")
    return {key: by_m[key] for key in kept if key in by_m}


def _agreement(records: pa.Table, column: str) -> float:
    """The chance that two random records, both of a known value, agree on it (the sum of squared shares, unbiased)."""
    counts = records[column].drop_null().value_counts().field("counts").to_pylist()
    total = sum(counts)
    equal = sum(count * (count - 1) for count in counts)
    return _rounded(equal / (total * (total - 1)) if total > 1 else 0.0)


def _rounded(probability: float) -> float:
    return float(f"{max(probability, MIN_PROBABILITY):.4g}")
