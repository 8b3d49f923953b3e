"""Who is who among the records of exports, with the evidence, and each person's golden record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

import identity.people
from identity.comparison_columns import comparison_columns
from identity.fitted_thresholds import fit_thresholds, with_thresholds
from identity.match_models import MatchModel, read_match_model
from identity.match_rates import matches_per_record
from identity.people import Rules, cluster_evidence, weigh_evidence
from identity.profiles import golden_records
from identity.queries import session
from identity.survivorship import OBSERVATIONS, surviving_traits
from models.policies import TraitRule, default_trait_rules
from models.progress import Progress
from models.settings import Settings
from pipelines.clean.records import NEVER
from schemas.tables import PROFILES, TIMESTAMP

SETTINGS = Settings()
STEPS = 5
"""Of :func:`find_people`."""

# Nothing says which record is the newest, so what most say is believed.
RULES = {name: TraitRule(rule="most_frequent") for name in default_trait_rules()}

OBSERVED = Path(__file__).with_name("observations.sql")
GOLDEN = [name for name in PROFILES.names if name not in ("events", "first_seen", "last_seen")]


@dataclass(frozen=True)
class People:
    """``members`` (``record_id``, ``profile_id``, sorted), EDGES, REFUSALS, identifier states and alarms.

    ``link_match_weight`` is from where on a pair may join people, in these data.
    """

    members: pa.Table
    edges: pa.Table
    refusals: pa.Table
    states: pa.Table
    alarms: pa.Table
    link_match_weight: float


def find_people(records: pa.Table, pairs: pa.Table, progress: Progress) -> People:
    """The people among RECORDS, by the shipped match model fitted to these very data.

    Profile ids count the people in the order of their first record; they hold within this result and no longer.
    """
    rules, found = find_fitted_people(records, pairs, lambda step: progress("clean", step, STEPS))
    clusters = found.clusters
    members, weight = _named(clusters.assignments), rules.settings.joins_from
    return People(members, found.edges, clusters.refusals, found.states, clusters.alarms, weight)


def find_fitted_people(
    records: pa.Table, pairs: pa.Table, progress: Callable[[int], None] = lambda _: None
) -> tuple[Rules, identity.people.People]:
    """The default rules with the shipped match model fitted to RECORDS, and the people by these rules.

    Fitted are the thresholds, and how many matches a record has. The pairs tell that once they are scored; where it is
    more than one they are scored again.
    """
    rules = _fitted_rules(records, read_match_model())
    progress(1)
    evidence = weigh_evidence(records, pairs, rules, lambda step: progress(1 + step))
    matches = matches_per_record(evidence.edges, records.num_rows)
    if matches > rules.model.matches_per_record:
        rules = _fitted_rules(records, msgspec.structs.replace(rules.model, matches_per_record=matches))
        evidence = weigh_evidence(records, pairs, rules)
    return rules, cluster_evidence(records, evidence, rules, lambda step: progress(1 + step))


def _fitted_rules(records: pa.Table, model: MatchModel) -> Rules:
    fitted = fit_thresholds(model, comparison_columns(records))
    return Rules(with_thresholds(SETTINGS.identity, fitted), SETTINGS.identifier_policies(), fitted)


def golden_table(records: pa.Table, people: People) -> pa.Table:
    """One row a person: what most of its records say, trait by trait; how many records, and from which files."""
    with session() as sql:
        sql.register("records", records)
        sql.register("junk", people.states.filter(pc.equal(people.states["state"], "junk")))
        sql.register("members", people.members)
        observations = sql.execute(OBSERVED.read_text(encoding="utf-8")).to_arrow_table()
        owners = sql.execute(
            "select profile_id, source, source_record_id from members inner join records using (record_id) "
            "order by profile_id, source, source_record_id"
        ).to_arrow_table()
    observations = observations.append_column(
        "observed_at", pa.repeat(pa.scalar(NEVER, TIMESTAMP), observations.num_rows)
    )
    traits = surviving_traits(observations.select(OBSERVATIONS.names).cast(OBSERVATIONS), owners, RULES)
    moments = pa.repeat(pa.scalar(NEVER, TIMESTAMP), owners.num_rows)
    activity = owners.select(["source", "source_record_id"])
    activity = activity.append_column("events", pa.repeat(pa.scalar(1, pa.int64()), owners.num_rows))
    activity = activity.append_column("first_seen", moments).append_column("last_seen", moments)
    return golden_records(traits, owners, activity).select(GOLDEN)


def _named(assignments: pa.Table) -> pa.Table:
    names = sorted(set(assignments["cluster"].to_pylist()))
    width = max(6, len(str(len(names))))
    profile_of = {cluster: f"P{number:0{width}}" for number, cluster in enumerate(names, 1)}
    profiles = [profile_of[cluster] for cluster in assignments["cluster"].to_pylist()]
    return pa.table({"record_id": assignments["record_id"], "profile_id": pa.array(profiles, pa.string())})
