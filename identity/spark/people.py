"""Who is who, evaluated by Spark over all records: the twin of :mod:`identity.people`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from identity.clustering import ALARMS, ASSIGNMENTS, Clusters
from identity.judgements import judgement_edges
from identity.people import People, Rules
from identity.spark.clusters import ClusterFrames, cluster_on_spark
from identity.spark.frames import from_arrow, settle, spark_schema, to_arrow
from identity.spark.holders import COLUMNS, PAIRS, SEEN
from identity.spark.key_edges import key_edges
from identity.spark.scores import score_on_spark
from identity.spark.value_states import value_states, without_junk
from schemas.tables import EDGES, IDENTIFIER_STATES, REFUSALS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

KIND_ORDER = ("deterministic", "probabilistic", "steward")


@dataclass(frozen=True)
class PeopleFrames:
    """Identifier states (IDENTIFIER_STATES), edges (EDGES) and clusters as data frames, in any order."""

    states: DataFrame
    edges: DataFrame
    clusters: ClusterFrames


def find_people_on_spark(
    records: pa.Table,
    pairs: pa.Table,
    rules: Rules,
    session: SparkSession,
    progress: Callable[[int], None] = lambda _: None,
) -> People:
    """The people that :func:`identity.people.find_people` finds, row for row; weights agree to 1e-9.

    Args:
        records: RECORDS.
        pairs: every identifier of every record (``record_id``, ``type``, ``value``).
        rules: settings, policies, model and judgements.
        session: Spark, in time zone UTC; its executors must have this package installed.
        progress: called with the number of steps done, of ``identity.people.STEPS``.
    """
    frames = people_frames(
        from_arrow(session, records.select(COLUMNS)),
        from_arrow(session, _told(pairs, rules)),
        rules,
        progress,
    )
    clusters = Clusters(
        to_arrow(frames.clusters.assignments, ASSIGNMENTS).sort_by("record_id"),
        _sorted(to_arrow(frames.clusters.refusals, REFUSALS), "record_id_l", "record_id_r"),
        to_arrow(frames.clusters.alarms, ALARMS).sort_by("cluster"),
    )
    progress(4)
    return People(
        _sorted(to_arrow(frames.states, IDENTIFIER_STATES), "type", "value"),
        _sorted(to_arrow(frames.edges, EDGES), "kind", "record_id_l", "record_id_r", "rule"),
        clusters,
    )


def people_frames(
    records: DataFrame, pairs: DataFrame, rules: Rules, progress: Callable[[int], None] = lambda _: None
) -> PeopleFrames:
    """The same, from data frames to data frames; the driver sees sums, judgements and the judged records alone."""
    session = records.sparkSession
    records, pairs = settle(records), settle(pairs)
    states = settle(value_states(records, pairs, rules.policies))
    progress(1)
    used = settle(without_junk(pairs, states))
    keys = settle(key_edges(records, used, states))
    progress(2)
    scored = score_on_spark(records, states, rules.model, rules.settings)
    judged = session.createDataFrame(_judged(records, rules.judgements), spark_schema(EDGES))
    edges = settle(keys.unionByName(scored).unionByName(judged))
    progress(3)
    return PeopleFrames(states, edges, cluster_on_spark(records, used, edges, rules.policies, rules.settings))


def _told(pairs: pa.Table, rules: Rules) -> pa.Table:
    """PAIRS; with when they were seen where a limit of the rules has a window."""
    told = pairs.select(PAIRS.names).cast(PAIRS)
    if any(policy.window_days for policy in rules.policies.values()):
        for name in SEEN:
            told = told.append_column(name, pairs[name])
    return told


def _judged(records: DataFrame, judgements: pa.Table) -> pa.Table:
    """The edges of judgements: of as many as people make, and of the records that they name."""
    names = sorted({*judgements["record_id_a"].to_pylist(), *judgements["record_id_b"].to_pylist()})
    session = records.sparkSession
    asked = session.createDataFrame(pa.table({"record_id": pa.array(names, pa.string())}), "record_id string")
    return judgement_edges(judgements, records.select("record_id").join(asked, "record_id", "left_semi").toArrow())


def _sorted(table: pa.Table, *names: str) -> pa.Table:
    return table.sort_by([(name, "ascending") for name in names])
