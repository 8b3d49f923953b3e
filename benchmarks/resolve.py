"""How long resolving takes, step by step, beside Splink and plain closure over the same candidates and edges."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.people import make_people
from identity.blocking import blocking_keys, candidate_pairs
from identity.clustering import cluster_edges
from identity.comparison_columns import comparison_columns
from identity.disjoint_sets import DisjointSets
from identity.evaluation import Evaluation, evaluate
from identity.fitted_thresholds import with_thresholds
from identity.frequencies import count_people, known_people
from identity.identifiers import identifier_states, without_junk
from identity.junk_values import without_junk_values
from identity.match_keys import match_key_edges
from identity.match_models import MatchModel, read_match_model
from identity.queries import session
from identity.scoring import score_pairs, with_places
from identity.splink_scores import predict
from models.settings import IdentitySettings, Settings

SIZES = (20_000, 100_000)
SEED = 99
"""Other people than the match model was trained on."""

STEPS = ("columns", "states", "keys", "scoring", "clustering")

Result = TypeVar("Result")


def main() -> None:
    """Time and accuracy at every size; ``python -m benchmarks.resolve 50000`` takes other sizes."""
    for size in SIZES:
        resolve(size)


def resolve(size: int) -> None:
    """One table of figures for about so many records."""
    records, pairs, truth = make_people(size, SEED)
    policies, model = Settings().identifier_policies(), read_match_model()
    settings = with_thresholds(IdentitySettings(), model)
    seconds: dict[str, float] = {}

    def timed(step: str, work: Callable[[], Result]) -> Result:
        started = time.perf_counter()
        result = work()
        seconds[step] = time.perf_counter() - started
        return result

    compared = timed("columns", lambda: comparison_columns(records))
    states = timed("states", lambda: identifier_states(records, pairs, policies, compared))
    used = without_junk(pairs, states)
    keys = timed("keys", lambda: match_key_edges(records, used, states, compared=compared))
    scored = timed("scoring", lambda: score_pairs(records, states, model, settings, compared=compared))
    edges = pa.concat_tables([keys, scored])
    ours = timed("clustering", lambda: cluster_edges(records, used, edges, policies, settings, compared))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    plain = timed("closure", lambda: closure(records, edges, settings.joins_from))

    total = sum(seconds[step] for step in STEPS)
    print(
        f"{records.num_rows:,} records, {edges.num_rows:,} edges: "
        f"{total:.1f} s, {records.num_rows / total:,.0f}/s, peak {peak:.2f} GB"
    )
    for step in STEPS:
        print(f"  {step:10} {seconds[step]:6.1f} s  {seconds[step] / total:4.0%}")
    found, joined = evaluate(truth, ours.assignments), evaluate(truth, plain)
    print(f"  ours            {_line(found)}")
    print(f"  plain closure   {_line(joined)}")
    print(f"  ratio of pairwise F1, ours to plain: {found.pairwise_f1 / joined.pairwise_f1:.3f}", flush=True)
    print(f"  ratio of time, clustering to plain closure: {seconds['clustering'] / seconds['closure']:.1f}", flush=True)
    candidates = timed("Splink", lambda: splink_alone(records, states, model, settings.keeps_from))
    bare = seconds["Splink"] + seconds["closure"]
    print(
        f"  ratio of time, ours to Splink over the same {candidates:,} candidate pairs and closure ({bare:.1f} s): "
        f"{total / bare:.2f}"
    )


def splink_alone(records: pa.Table, states: pa.Table, model: MatchModel, keep_match_weight: float) -> int:
    """Splink's scores of all candidate pairs, part by part as memory allows; gives how many there were.

    Blocking is in it: Splink has the same to do.
    """
    with session() as sql:
        compared = with_places(comparison_columns(without_junk_values(records, states), sql))
        counts = count_people(compared, sql)
        fitted = model.of_records(records.num_rows)
        parts = candidate_pairs(blocking_keys(compared, sql), sql)
        scored = predict(sql, compared, parts, counts, known_people(counts), fitted, keep_match_weight)
        return sum(pairs.num_rows for pairs, _ in scored)


def _line(found: Evaluation) -> str:
    return (
        f"pairwise F1 {found.pairwise_f1:.3f} (precision {found.pairwise_precision:.3f}, recall "
        f"{found.pairwise_recall:.3f}), B-cubed F1 {found.bcubed_f1:.3f}, mixed clusters {found.over_merge:.1%}"
    )


def closure(records: pa.Table, edges: pa.Table, link_match_weight: float) -> pa.Table:
    """Connected components of the linking edges, as Splink's own clustering gives them."""
    sets = DisjointSets()
    links = pc.or_(pc.equal(edges["kind"], "deterministic"), pc.greater_equal(edges["match_weight"], link_match_weight))
    linking = edges.filter(links)
    for one, other in zip(linking["record_id_l"].to_pylist(), linking["record_id_r"].to_pylist(), strict=True):
        sets.unite(one, other)
    ids = records["record_id"].to_pylist()
    return pa.table({"record_id": ids, "cluster": [sets.find(record) for record in ids]})


if __name__ == "__main__":
    for argument in sys.argv[1:] or map(str, SIZES):
        resolve(int(argument))
