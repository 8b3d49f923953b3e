"""Probabilistic edges: candidate pairs by blocking rules, scored by a Splink match model, with their evidence."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from identity.blocking import blocking_keys, candidate_pairs
from identity.comparison_columns import comparison_columns
from identity.frequencies import count_people, known_people, value_shares
from identity.queries import conform, query, session
from models.settings import IdentitySettings
from schemas.tables import EDGES, RECORDS

if TYPE_CHECKING:
    import duckdb

    from identity.match_models import MatchModel

COMPARED_TYPES = ("email", "phone", "crm_id")
"""Identifier types that are compared: a record whose value is nobody's counts as one without (scoring_records.sql)."""

SHOWN = {
    "given_name": "given_name",
    "second_name": r"nullif(trim(regexp_replace(given_name, '^\s*\S+', '')), '')",
    "family_name": "family_name",
    "birth_date": "cast(birth_date as varchar)",
    "gender": "gender",
    "email": "email",
    "phone": "phone",
    "crm_id": "crm_id",
    "address": "nullif(concat_ws(' ', street, house_number, postcode, city), '')",
    "city": "city",
}
"""What evidence shows of a record, per comparison (SQL over RECORDS)."""


def score_pairs(
    records: pa.Table,
    states: pa.Table,
    model: MatchModel,
    settings: IdentitySettings,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> pa.Table:
    """Edges of kind ``probabilistic`` in EDGES with a match weight of at least ``settings.keep_match_weight``, sorted.

    ``records`` has the schema RECORDS, ``states`` IDENTIFIER_STATES; junk values count as unknown.
    The evidence of an edge is the prior, one weight per comparison that could be made, and one per term-frequency
    adjustment; together they are the match weight. Columns that are null everywhere weigh nothing.

    The prior is one match per record (1 / number of records, to a power of two), frequencies are the data's, blended
    with the model's where data are few. So equal input gives equal edges, in whatever order the rows stand.

    Args:
        connection: a DuckDB to work in; by default one of its own. It must not have the lake attached.
    """
    with session(connection) as sql:
        real = without_junk_values(records, states, sql)
        compared = with_places(comparison_columns(real, sql))
        pairs = candidate_pairs(blocking_keys(compared, sql), sql)
        counts = count_people(compared, sql)
        fitted = model.with_prior(prior_probability(records.num_rows))
        return score_candidates(real, compared, pairs, counts, known_people(counts), fitted, settings, sql)


def score_candidates(
    real: pa.Table,
    compared: pa.Table,
    pairs: pa.Table,
    counts: pa.Table,
    known: Mapping[str, float],
    model: MatchModel,
    settings: IdentitySettings,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> pa.Table:
    """The edges of given candidate pairs, as :func:`score_pairs` makes them of all.

    Args:
        real: RECORDS without junk values.
        compared: their comparison columns, with a ``place`` that sorts as ``record_id`` does.
        pairs: ``join_key_l`` < ``join_key_r`` (places) and ``rule``.
        counts: COUNTS of at least the values in ``compared``.
        known: of how many people each column's values are known (:func:`identity.frequencies.known_people`).
        model: with the prior of the whole data.
    """
    if pairs.num_rows == 0:
        return EDGES.empty_table()
    with session(connection) as sql:
        scored = _predict(sql, compared, pairs, counts, known, model, settings.keeps_from)
        return scored_edges(sql, real, compared, pairs, scored, model)


def without_junk_values(
    records: pa.Table, states: pa.Table, connection: duckdb.DuckDBPyConnection | None = None
) -> pa.Table:
    """The same RECORDS; e-mail addresses, phones and customer numbers that are nobody's are null."""
    junk = states.filter(pc.equal(states["state"], "junk")).select(["type", "value"])
    with session(connection) as sql:
        return conform(query(sql, "scoring_records", {"records": records, "junk": junk}), RECORDS)


def with_places(compared: pa.Table) -> pa.Table:
    """The rows, sorted by ``record_id``, numbered in ``place``: integers join faster, and "l" is the smaller id."""
    return compared.append_column("place", pa.array(range(compared.num_rows), pa.int64()))


def prior_probability(records: int) -> float:
    """The chance that two random records are one person's, when each record has about one other of its person.

    Rounded to a power of two, so that weights stay as they are until the data have doubled.
    """
    return 2.0 ** -round(pc.log2(max(records, 64)).as_py())


def _predict(
    sql: duckdb.DuckDBPyConnection,
    compared: pa.Table,
    pairs: pa.Table,
    counts: pa.Table,
    known: Mapping[str, float],
    model: MatchModel,
    keep_match_weight: float,
) -> str:
    """Name of a DuckDB table with Splink's scores of the pairs, one column of weight per comparison."""
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(connection=sql)
    settings = splink_settings(model, "place")
    # What Splink would validate, it would only log; and it takes longer than to score a few records.
    linker = Linker(
        api.register(compared, dataset_display_name="compared"), settings, log_level=None, validate_settings=False
    )
    for column in frequency_columns(model):
        values, shares = value_shares(counts, known, column, model.typical_frequencies[column])
        table = pa.table({column: values, f"tf_{column}": shares})
        registered = api.register(table, dataset_display_name=f"frequencies_{column}")
        linker.table_management.register_term_frequency_lookup(registered, column)
    blocked = pairs.select(["join_key_l", "join_key_r"]).append_column("match_key", pa.repeat("0", pairs.num_rows))
    linker.table_management.register_blocked_pairs_for_predict(api.register(blocked, dataset_display_name="candidates"))
    found = linker.inference.predict(threshold_match_weight=keep_match_weight, warning_mode="never")
    return str(found.physical_name)


def splink_settings(model: MatchModel, unique_id: str) -> dict[str, Any]:
    """Splink's settings of the match model, that tell the weight of each comparison; ``unique_id`` names records."""
    return model.settings | {
        "link_type": "dedupe_only",
        "unique_id_column_name": unique_id,
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        "linker_uid": "identity",
    }


def frequency_columns(model: MatchModel) -> list[str]:
    """Columns whose values' frequencies the model adjusts for, sorted."""
    return sorted(
        {
            level["tf_adjustment_column"]
            for comparison in model.settings["comparisons"]
            for level in comparison["comparison_levels"]
            if "tf_adjustment_column" in level
        }
    )


def scored_edges(
    sql: duckdb.DuckDBPyConnection,
    records: pa.Table,
    compared: pa.Table,
    pairs: pa.Table,
    scored: str,
    model: MatchModel,
) -> pa.Table:
    """The scored pairs as EDGES. The SQL is built from the model's own names of comparisons and labels.

    Args:
        sql: where to work.
        records: RECORDS without junk values, of at least the pairs' records.
        compared: their ``record_id`` and ``place``.
        pairs: ``join_key_l``, ``join_key_r`` (places) and ``rule``.
        scored: name of a table with Splink's scores of these pairs.
        model: with the prior of the whole data.
    """
    shown = ", ".join(f'{SHOWN.get(name, name)} as "{name}"' for name in _comparison_names(model))
    tables = {"shown_records": records, "places": compared.select(["record_id", "place"]), "candidates": pairs}
    for name, table in tables.items():
        sql.register(name, table)
    statement = f"""
        with shown as (
            select places.place, records.record_id, records.* exclude (record_id)
            from (select record_id, {shown} from shown_records) as records
            inner join places using (record_id)
        ),

        evident as (
            select
                l.record_id as record_id_l,
                r.record_id as record_id_r,
                'probabilistic' as kind,
                candidates.rule[4:] as rule,
                list_filter([{", ".join(_evidence(model))}], lambda part: part.match_weight is not null) as evidence
            from {scored} as scored
            inner join candidates
                on scored.place_l = candidates.join_key_l and scored.place_r = candidates.join_key_r
            inner join shown as l on l.place = scored.place_l
            inner join shown as r on r.place = scored.place_r
        )

        select
            record_id_l, record_id_r, kind, rule,
            list_sum(list_transform(evidence, lambda part: part.match_weight)) as match_weight,
            evidence, $version as model_version
        from evident
        order by record_id_l, record_id_r
    """
    try:
        return conform(sql.execute(statement, {"version": model.version}).to_arrow_table(), EDGES)
    finally:
        for name in tables:
            sql.unregister(name)


def _comparison_names(model: MatchModel) -> list[str]:
    return [str(comparison["output_column_name"]) for comparison in model.settings["comparisons"]]


def _evidence(model: MatchModel) -> list[str]:
    """One SQL struct per possible entry of evidence; its weight is null where the entry does not apply."""
    records = round(2**-model.prior_match_weight)
    parts = [_struct("prior", f"'one pair in about {records}'", "null", "null", repr(model.prior_match_weight))]
    for comparison in model.settings["comparisons"]:
        name, levels = str(comparison["output_column_name"]), comparison["comparison_levels"]
        labels = " ".join(
            f"when {len(levels) - 1 - at} then {_text(level['label_for_charts'])}"
            for at, level in enumerate(levels)
            if not level.get("is_null_level")
        )
        values = (f'l."{name}"', f'r."{name}"')
        weight = f'case when scored."gamma_{name}" >= 0 then scored."mw_{name}" end'
        parts.append(_struct(name, f'case scored."gamma_{name}" {labels} end', *values, weight))
        if any("tf_adjustment_column" in level for level in levels):
            weight = f'nullif(scored."mw_tf_adj_{name}", 0)'
            label = f"case when scored.\"mw_tf_adj_{name}\" > 0 then 'a rare value' else 'a common value' end"
            parts.append(_struct(name, label, *values, weight))
    return parts


def _struct(comparison: str, level: str, value_l: str, value_r: str, weight: str) -> str:
    return (
        f"{{'comparison': {_text(comparison)}, 'level': {level}, 'value_l': cast({value_l} as varchar), "
        f"'value_r': cast({value_r} as varchar), 'match_weight': cast({weight} as double)}}"
    )


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
