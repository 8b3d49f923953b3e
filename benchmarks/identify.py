"""How long it takes to say who one record is, beside Splink's own look-up of one record in the same run.

``python -m benchmarks.identify 1000000`` takes other sizes. The known people are those of the invented population's
truth, held together by their identifiers: what a look-up costs hangs on how much it is held against, not on who found
the people. Records that are asked about are taken out of the population first.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.people import make_people
from identity.comparison_columns import comparison_columns
from identity.fitted_thresholds import with_thresholds
from identity.frequencies import count_people, known_people, value_shares
from identity.identification import KnownRecords, PersonFinder, comparison_names
from identity.identifiers import identifier_states, without_junk
from identity.junk_values import without_junk_values
from identity.match_keys import match_key_edges
from identity.match_models import MatchModel, read_match_model
from identity.scoring import with_places
from identity.splink_scores import frequency_columns
from models.settings import Settings
from schemas.tables import EDGES

SIZES = (100_000,)
SEED = 99
"""Other people than the match model was trained on."""

ASKED = 500
WARMING_UP = 20
SPLINK_ASKED = 5
"""Splink takes a good part of a second for each."""

SPLINK_RULES = ("email", "phone", "family_name, birth_date", "first_name, family_name", "postcode, house_number")
"""A few of our blocking rules, in its favour."""


@dataclass(frozen=True)
class Population:
    """Tables of the known records, and those that are asked about."""

    records: pa.Table
    pairs: pa.Table
    states: pa.Table
    edges: pa.Table
    profiles: pa.Table
    asked: list[tuple[dict[str, Any], list[tuple[str, str]]]]


def main() -> None:
    """Times at every size."""
    for size in SIZES:
        identify(size)


def identify(size: int) -> None:
    """One table of figures for about so many known records."""
    known, model = population(size), read_match_model()
    settings = with_thresholds(Settings().identity, model)
    started = time.perf_counter()
    finder = PersonFinder(
        KnownRecords.of(
            known.records,
            known.pairs,
            known.states,
            known.edges,
            known.profiles,
            settings.joins_from,
            comparison_names(model),
        ),
        model,
        settings,
        Settings().identifier_policies(),
    )
    loaded = time.perf_counter() - started
    statuses: Counter[str] = Counter()
    edges = 0

    def ask(question: tuple[dict[str, Any], list[tuple[str, str]]]) -> None:
        nonlocal edges
        answer = finder.identify(*question)
        statuses[answer.status] += 1
        edges += len(answer.edges) + len(answer.other_edges)

    with finder:
        for question in known.asked[:WARMING_UP]:
            ask(question)
        statuses.clear()
        edges = 0
        wall, cpu = timed(ask, known.asked)
    print(f"{known.records.num_rows:,} known records, read and indexed in {loaded:.1f} s, {peak_mb():,} MB at most")
    found = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    print(f"  {len(known.asked)} asked: {found}; {edges / len(known.asked):.1f} edges each, with evidence")
    print(f"  ours    {_line(wall)}")
    print(f"  ours, time on the processor alone   {_line(cpu)}")
    theirs = splink_times(known, model)
    print(f"  Splink's predict_between, pairs alone   {_line(theirs)}")
    print(f"  ratio of the medians, ours to Splink's: {_at(wall, 0.5) / _at(theirs, 0.5):.3f}")


def population(size: int) -> Population:
    """About so many known records, without those that are asked about."""
    records, pairs, truth = make_people(size + ASKED, SEED)
    taken = pa.array(sorted(random.Random(SEED).sample(records["record_id"].to_pylist(), ASKED)), pa.string())
    held: dict[str, list[tuple[str, str]]] = {}
    for row in _of(pairs, taken).to_pylist():
        held.setdefault(row["record_id"], []).append((row["type"], row["value"]))
    asked = [(row, held.get(row["record_id"], [])) for row in _of(records, taken).to_pylist()]
    records, pairs, truth = (_others(table, taken) for table in (records, pairs, truth))
    states = identifier_states(records, pairs, Settings().identifier_policies())
    edges = match_key_edges(records, without_junk(pairs, states), states).cast(EDGES)
    profiles = truth.rename_columns(["record_id", "profile_id"])
    return Population(records, pairs, states, edges, profiles, asked)


def splink_times(known: Population, model: MatchModel) -> list[float]:
    """Seconds that Splink takes for one record against all, with all that it can keep registered before."""
    from splink import DuckDBAPI, Linker, block_on

    compared = with_places(comparison_columns(without_junk_values(known.records, known.states)))
    rows = [row for row, _ in known.asked[:SPLINK_ASKED]]
    asked = comparison_columns(pa.Table.from_pylist(rows, known.records.schema))
    asked = asked.append_column("place", pa.array(range(-len(rows), 0), pa.int64()))
    api, counts = DuckDBAPI(), count_people(compared)
    rules = [block_on(*rule.split(", ")) for rule in SPLINK_RULES]
    settings = model.of_records(len(compared)).settings | {
        "unique_id_column_name": "place",
        "blocking_rules_to_generate_predictions": rules,
        "linker_uid": "benchmark",
    }
    base = api.register(compared, dataset_display_name="known")
    linker = Linker(base, settings, log_level=None)
    for column in frequency_columns(model):
        values, shares = value_shares(counts, known_people(counts), column, model.typical_frequencies[column])
        table = pa.table({column: values, f"tf_{column}": shares})
        registered = api.register(table, dataset_display_name=f"frequencies_{column}")
        linker.table_management.register_term_frequency_lookup(registered, column)
    seconds = []
    for at in range(len(rows)):
        one = api.register(asked.slice(at, 1), dataset_display_name=f"asked_{at}")
        started = time.perf_counter()
        linker.inference.predict_between(base, one, threshold_match_weight=-1.0, warning_mode="never")
        seconds.append(time.perf_counter() - started)
    return seconds


def timed(work: Callable[[Any], None], questions: Iterable[Any]) -> tuple[list[float], list[float]]:
    """Seconds that each took, by the clock and on the processor."""
    wall, cpu = [], []
    for question in questions:
        began, spent = time.perf_counter(), time.process_time()
        work(question)
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - spent)
    return wall, cpu


def peak_mb() -> int:
    """The most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _of(table: pa.Table, record_ids: pa.Array) -> pa.Table:
    return table.filter(pc.is_in(table["record_id"], record_ids))


def _others(table: pa.Table, record_ids: pa.Array) -> pa.Table:
    return table.filter(pc.invert(pc.is_in(table["record_id"], record_ids)))


def _line(seconds: list[float]) -> str:
    return (
        f"p50 {_at(seconds, 0.5) * 1e3:.1f} ms, p95 {_at(seconds, 0.95) * 1e3:.1f} ms, max {max(seconds) * 1e3:.1f} ms"
    )


def _at(seconds: list[float], share: float) -> float:
    return sorted(seconds)[int(share * (len(seconds) - 1))]


if __name__ == "__main__":
    for argument in sys.argv[1:] or map(str, SIZES):
        identify(int(argument))
