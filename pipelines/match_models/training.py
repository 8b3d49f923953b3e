"""Train a match model on a workspace's records or on files, and write it with its card."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from identity.comparison_columns import comparison_columns
from identity.fitted_thresholds import fit_thresholds
from identity.frequencies import count_people
from identity.frozen_frequencies import write_frequencies
from identity.judgements import Judgement
from identity.known_shares import known_shares
from identity.level_counts import LevelCounts, level_counts
from identity.match_models import MatchModel, match_model_text
from identity.match_rates import matches_per_record
from identity.model_cards import (
    Convergence,
    ModelCard,
    ThresholdFigures,
    TruthFacts,
    describe_levels,
    describe_records,
    find_warnings,
)
from identity.thresholds import expected_figures
from identity.training import train_match_model
from models.errors import UsageError
from models.policies import IdentifierPolicy
from models.progress import Progress, no_progress
from models.settings import IdentitySettings
from pipelines.match_models.convergence import listening
from pipelines.match_models.inputs import TrainingData, Truth
from pipelines.match_models.measuring import count_weights, is_held_out, judge_model, measure, scored_pairs
from pipelines.match_models.outputs import ModelFiles, model_files, write_model

STEPS = 6
MAX_PAIRS = 5e6
"""Random pairs that u is counted in, at most."""

BY_TRUTH = "m counted over pairs of one person, u over random pairs of different people"
BY_EXPECTATION = "m by expectation maximisation within equal values, u over random pairs of records"


@dataclass(frozen=True)
class TrainingOptions:
    """What the user chose. ``held_out`` is the share of people kept from training, to measure on."""

    version: str
    today: date
    held_out: float = 0.2
    max_pairs: float = MAX_PAIRS
    freeze_frequencies: bool = False
    judgements: Iterable[Judgement] = field(default_factory=tuple)


def train_model(
    data: TrainingData,
    truth: Truth | None,
    options: TrainingOptions,
    folder: Path,
    settings: IdentitySettings,
    policies: dict[str, IdentifierPolicy],
    progress: Progress = no_progress,
) -> tuple[ModelCard, ModelFiles]:
    """Train, measure, and write ``<version>.json``, ``.card.json`` and ``.card.html`` into the folder.

    Equal input gives equal files. Judgements are measured against and never trained on.

    Raises:
        UsageError: there is a model of that version, or too few records; nothing was written.
    """
    files = model_files(folder, options.version)
    progress("match train", 0, STEPS)
    trained_on, held_out = _parts(data, truth, options.held_out)
    with listening() as convergence:
        model = train_match_model(
            trained_on.records,
            version=options.version,
            trained_on=_words(trained_on, truth),
            trained_at=options.today,
            truth=None if truth is None else _of(truth.table, trained_on.records),
            max_pairs=options.max_pairs,
        )
    progress("match train", 1, STEPS)
    compared = comparison_columns(data.records)
    model, edges = _fitted(model, data, compared)
    progress("match train", 2, STEPS)
    frozen = None
    if options.freeze_frequencies:
        frozen = write_frequencies(count_people(_with_places(compared)), files.new(files.frequencies))
        frozen = msgspec.structs.replace(frozen, file=files.frequencies.name)
        model = msgspec.structs.replace(model, frozen_frequencies=frozen)
    progress("match train", 3, STEPS)
    counts = _match_counts(model, compared, trained_on, truth, edges)
    progress("match train", 4, STEPS)
    measured = None
    if held_out is not None and held_out.num_rows:
        measured = measure(data, held_out, model, settings, policies)
    progress("match train", 5, STEPS)
    known = known_shares(model.settings, comparison_columns(trained_on.records))
    levels = describe_levels(model, counts, _random_pairs(trained_on, truth, options.max_pairs), known)
    thresholds = model.calibrated()
    card = ModelCard(
        version=model.version,
        trained_at=model.trained_at,
        model_file=files.model.name,
        model_sha256=hashlib.sha256(match_model_text(model)).hexdigest(),
        method=BY_EXPECTATION if truth is None else BY_TRUTH,
        parameters=_parameters(options),
        data=describe_records(trained_on.records),
        truth=_truth_facts(truth, held_out, trained_on),
        levels=levels,
        convergence=convergence,
        thresholds=thresholds,
        matches_per_record=model.matches_per_record,
        expected_by_threshold=[
            ThresholdFigures(match_weight=at, precision=round(precision, 4), recall=round(recall, 4))
            for at, precision, recall in expected_figures(
                model.settings, thresholds.known, thresholds.records, model.matches_per_record
            )
        ],
        weights=count_weights(edges),
        measured=measured,
        judged=judge_model(edges, options.judgements, model),
        frozen_frequencies=None if frozen is None else frozen.known_people,
        warnings=[*_training_warnings(truth, convergence, measured is None), *find_warnings(levels, known)],
    )
    write_model(files, model, card)
    progress("match train", STEPS, STEPS)
    return card, files


def _fitted(model: MatchModel, data: TrainingData, compared: pa.Table) -> tuple[MatchModel, pa.Table]:
    """The model with thresholds and matches per record of all the data, which it will be used on, and their edges."""
    model = fit_thresholds(model, compared)
    edges = scored_pairs(data, model)
    matches = matches_per_record(edges, data.records.num_rows)
    if matches == model.matches_per_record:
        return model, edges
    model = fit_thresholds(msgspec.structs.replace(model, matches_per_record=matches), compared)
    return model, scored_pairs(data, model)


def _parts(data: TrainingData, truth: Truth | None, share: float) -> tuple[TrainingData, pa.Table | None]:
    """What is trained on, and the truth of who is held out; without truth all is trained on."""
    if truth is None:
        return data, None
    held = pa.array([is_held_out(person, share) for person in truth.table["person_id"].to_pylist()], pa.bool_())
    kept, out = truth.table.filter(pc.invert(held)), truth.table.filter(held)
    records = data.records.filter(pc.is_in(data.records["record_id"], value_set=kept["record_id"]))
    if pc.count_distinct(kept["person_id"]).as_py() == kept.num_rows:
        msg = "Of the people trained on none has two records. Hold fewer out (--held-out), or give more truth."
        raise UsageError(msg)
    return TrainingData(records, data.pairs, data.states, data.origin), out


def _of(truth: pa.Table, records: pa.Table) -> pa.Table:
    return truth.filter(pc.is_in(truth["record_id"], value_set=records["record_id"]))


def _words(data: TrainingData, truth: Truth | None) -> str:
    how = "without truth" if truth is None else f"with the truth of {truth.file}"
    return f"{data.records.num_rows:,} records of {data.origin}, {how}, trained by klantbeeld match train"


def _with_places(compared: pa.Table) -> pa.Table:
    return compared.append_column("place", pa.array(range(compared.num_rows), pa.int64()))


def _match_counts(
    model: MatchModel, compared: pa.Table, data: TrainingData, truth: Truth | None, edges: pa.Table
) -> LevelCounts:
    """The pairs that m rests on: those of one person, or without truth those that the model would join."""
    if truth is None:
        joined = edges.filter(pc.greater_equal(edges["match_weight"], model.calibrated().link_match_weight))
        return level_counts(model.settings, compared, joined.select(["record_id_l", "record_id_r"]))
    people = _of(truth.table, data.records)
    pairs = people.join(people, "person_id", "person_id", "inner", left_suffix="_l", right_suffix="_r")
    pairs = pairs.filter(pc.less(pairs["record_id_l"], pairs["record_id_r"])).select(["record_id_l", "record_id_r"])
    return level_counts(model.settings, compared, pairs)


def _random_pairs(data: TrainingData, truth: Truth | None, most: float) -> float:
    """How many pairs u was counted in: of all records, or with truth of one record a person."""
    count = data.records.num_rows
    if truth is not None:
        count = pc.count_distinct(_of(truth.table, data.records)["person_id"]).as_py()
    return min(most, count * (count - 1) / 2)


def _parameters(options: TrainingOptions) -> dict[str, str]:
    packages = {name: importlib.metadata.version(name) for name in ("klantbeeld", "splink", "duckdb")}
    return {"seed": "1", "max_pairs": f"{options.max_pairs:g}", "held_out": f"{options.held_out:g}"} | packages


def _truth_facts(truth: Truth | None, held_out: pa.Table | None, data: TrainingData) -> TruthFacts | None:
    if truth is None or held_out is None:
        return None
    return TruthFacts(
        file=truth.file,
        records=data.records.num_rows,
        people=pc.count_distinct(_of(truth.table, data.records)["person_id"]).as_py(),
        held_out_records=held_out.num_rows,
        held_out_people=pc.count_distinct(held_out["person_id"]).as_py(),
    )


def _training_warnings(truth: Truth | None, convergence: list[Convergence], is_unmeasured: bool) -> list[str]:
    found: list[str] = []
    if truth is None:
        found.append("Trained without truth: m is what expectation maximisation believes. Measure it with --truth.")
        if not convergence:
            found.append("No value is known in any block, so that m could not be learned; it is what it started from.")
    elif is_unmeasured:
        found.append("Nobody was held out, so that nothing was measured.")
    found += [
        f"Expectation maximisation within equal {session.equal} ended after {session.iterations} iterations "
        f"while m still changed by {session.largest_last_change:g}."
        for session in convergence
        if session.largest_last_change > 0.001
    ]
    return found
