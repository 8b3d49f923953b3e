"""Scored pairs as edges, with their evidence: what was compared, how it agreed, and what that weighs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from identity.queries import conform
from schemas.tables import EDGES

if TYPE_CHECKING:
    import duckdb

    from identity.match_models import MatchModel

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
