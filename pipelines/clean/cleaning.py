"""Clean exports: read them, find out who is who, and write crosswalk, golden records, review list and report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from models.progress import Progress, no_progress
from pipelines.clean.loading import Load, load_exports
from pipelines.clean.mappings import Wishes
from pipelines.clean.outputs import refuse_bad_folder, write_outputs
from pipelines.clean.people import STEPS, People, find_people, golden_table
from pipelines.clean.records import pair_table, record_table
from pipelines.clean.repeats import Repeats, find_repeats, with_repeats
from pipelines.clean.reports import ReportFacts, report_page
from pipelines.clean.reviews import review_table
from schemas.tables import IDENTIFIER_TYPES, TRAITS

Say = Callable[[str], None]


@dataclass(frozen=True)
class CleanOptions:
    """What the user chose. ``today`` is the latest birth date that is believed."""

    out: Path
    today: date
    wishes: Wishes = field(default_factory=dict)
    id_column: str | None = None
    country: str = "NL"


@dataclass(frozen=True)
class CleanSummary:
    """What was found. ``duplicates`` = ``records - profiles``; ``review`` counts rows of review.csv by decision.

    ``repeated_rows`` say word for word what another row says, ``empty_rows`` nothing that can be used.
    """

    files: int
    records: int
    profiles: int
    duplicates: int
    repeated_rows: int
    empty_rows: int
    largest_profile: int
    unreadable_rows: int
    review: dict[str, int]
    identifier_states: dict[str, int]
    alarms: int
    out: str


def clean_files(
    paths: Sequence[Path], options: CleanOptions, say: Say, progress: Progress = no_progress
) -> CleanSummary:
    """Deduplicate the rows of the files together and write what was found into ``options.out``.

    The order of rows and of files changes neither people nor profile ids.

    Args:
        say: receives a sentence on how each file was understood.

    Raises:
        UsageError: a file, a column or the folder cannot be used; nothing was written.
    """
    refuse_bad_folder(options.out)
    load = load_exports(paths, options.wishes, options.id_column, options.country, options.today, say)
    progress("clean", 0, STEPS)
    facts, ids = _in_order(load)
    places = dict(zip(facts["place"].to_pylist(), ids.to_pylist(), strict=True))
    records = record_table(facts, ids, facts["source"], facts["external_id"])
    held = [
        (name, pa.array([places[n] for n in rows.to_pylist()], pa.string()), values) for name, rows, values in load.held
    ]
    pairs = pair_table(held)
    repeats = find_repeats(records, pairs)
    people = with_repeats(find_people(*_compared(records, pairs, repeats), progress), repeats)
    names = dict(zip(ids.to_pylist(), facts["external_id"].to_pylist(), strict=True))
    review = review_table(people, names)
    summary = _summary(load, people, repeats, review, options.out)
    _say_found(say, summary)
    crosswalk = _crosswalk(people, names)
    page = report_page(_report_facts(summary, load, people))
    tables = {"golden.csv": golden_table(records, people), "review.csv": review}
    write_outputs(options.out, crosswalk, tables, {"report.html": page})
    progress("clean", STEPS, STEPS)
    return summary


def _in_order(load: Load) -> tuple[pa.Table, pa.Array]:
    """The rows in the order of what they say, and ids that follow it: no tie then falls by the order of the rows."""
    said = [(name, "ascending") for name in (*TRAITS, *IDENTIFIER_TYPES)]
    facts = load.facts.sort_by([*said, ("source", "ascending"), ("external_id", "ascending")])
    width = len(str(facts.num_rows))
    return facts, pa.array([f"{number:0{width}}" for number in range(1, facts.num_rows + 1)], pa.string())


def _compared(records: pa.Table, pairs: pa.Table, repeats: Repeats) -> tuple[pa.Table, pa.Table]:
    """The records that are compared, and their pairs."""
    kept = records.filter(repeats.compared)
    return kept, pairs.filter(pc.is_in(pairs["record_id"], value_set=kept["record_id"]))


def _say_found(say: Say, summary: CleanSummary) -> None:
    if summary.empty_rows:
        say(f"{summary.empty_rows:,} rows say nothing that can be used; each stays a person of its own.")
    if summary.alarms:
        say(
            f"{summary.alarms:,} chains of records were too long for one person; they were cut where they are weakest. "
            "Is a value in them that many share? Leave its column out with --map field=."
        )


def _crosswalk(people: People, names: dict[str, str]) -> pa.Table:
    rows = zip(*(people.members[name].to_pylist() for name in ("record_id", "profile_id")), strict=True)
    pairs = sorted((names[record], profile) for record, profile in rows)
    return pa.table(
        {
            "record_id": pa.array([record for record, _ in pairs], pa.string()),
            "profile_id": pa.array([profile for _, profile in pairs], pa.string()),
        }
    )


def _summary(load: Load, people: People, repeats: Repeats, review: pa.Table, out: Path) -> CleanSummary:
    sizes = Counter(people.members["profile_id"].to_pylist())
    return CleanSummary(
        files=len(load.files),
        records=people.members.num_rows,
        profiles=len(sizes),
        duplicates=people.members.num_rows - len(sizes),
        repeated_rows=repeats.repeated,
        empty_rows=repeats.empty,
        largest_profile=max(sizes.values()),
        unreadable_rows=sum(file.unreadable for file in load.files),
        review=dict(sorted(Counter(review["decision"].to_pylist()).items())),
        identifier_states=dict(sorted(Counter(people.states["state"].to_pylist()).items())),
        alarms=people.alarms.num_rows,
        out=str(out),
    )


def _report_facts(summary: CleanSummary, load: Load, people: People) -> ReportFacts:
    scored = people.edges.filter(pc.equal(people.edges["kind"], "probabilistic"))
    sizes = Counter(Counter(people.members["profile_id"].to_pylist()).values())
    counts = {
        "records": summary.records,
        "people (profiles)": summary.profiles,
        "records that double another": summary.duplicates,
        "rows that repeat another word for word": summary.repeated_rows,
        "rows that say nothing": summary.empty_rows,
        "records of the largest profile": summary.largest_profile,
        "rows that could not be read": summary.unreadable_rows,
        **{f"pairs to review: {name}": count for name, count in summary.review.items()},
        **{f"identifier values that are {name}": count for name, count in summary.identifier_states.items()},
        "components too large for one person": summary.alarms,
    }
    return ReportFacts(counts, load.files, scored["match_weight"].to_pylist(), sizes, people.link_match_weight)
