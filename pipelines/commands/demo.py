"""``klantbeeld demo``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.commands.bars import progress_bars
from pipelines.commands.options import as_of_option, json_option, json_text, now, print_facts, print_table, shown

if TYPE_CHECKING:
    from models.workspaces import Workspace
    from pipelines.demo.demonstrations import Demonstration

SHOWN_EVENTS = 6
SHOWN_EDGES = 4


@click.command("demo")
@click.option("--workspace", "-w", default="demo", show_default=True, metavar="DIR",
              help="Where to make the demo's workspace; an earlier demo there is replaced.")  # fmt: skip
@click.option("--people", default=5_000, show_default=True, type=click.IntRange(min=100), help="How many people.")
@click.option("--events", default=50_000, show_default=True, type=click.IntRange(min=600), help="How many events.")
@click.option("--seed", default=7, show_default=True, help="Another seed invents another population.")
@click.option("--kafka", metavar="HOST:PORT", help="Use this Kafka cluster as the event log, not the embedded one.")
@as_of_option
@json_option
def command(
    workspace: str,
    people: int,
    events: int,
    seed: int,
    kafka: str | None,
    as_of: datetime | None,
    as_json: bool,
) -> None:
    """The whole way on one machine: a seeded population with known truth, from its source systems to audiences.

    Invents people (households, shared devices, typing errors, movers), writes what a web shop, a mail tool, tills, a
    service desk, a CRM and a loyalty scheme would export about them, a few percent of it broken; posts the web events
    to a collector, loads the files, runs every stage, and compares the people found with the truth.

    \b
    Example:
      klantbeeld demo
      klantbeeld demo --people 20000 --events 200000 --workspace /tmp/larger
      klantbeeld demo --kafka localhost:9092
    """
    from pipelines.demo.demonstrations import DemoPlan, demonstrate

    plan = DemoPlan(Path(workspace), seed, people, events, as_of or now(), kafka)
    with progress_bars() as progress:
        demonstration = demonstrate(plan, now, progress)
    report = json_text(demo_report(demonstration))
    report_file(demonstration.workspace).write_text(report + "\n", encoding="utf-8")
    if as_json:
        click.echo(report)
    else:
        print_demonstration(demonstration)


def report_file(workspace: Workspace) -> Path:
    """Where a demo keeps :func:`demo_report`, for whoever checks or compares it later."""
    return workspace.data / "demo" / "report.json"


def demo_report(demonstration: Demonstration) -> dict[str, Any]:
    """What happened, for machines: counts, expectations, evaluation, segments, exports, seconds."""
    truth, run = demonstration.truth, demonstration.run
    return {
        "workspace": demonstration.workspace.root,
        "seed": truth.seed,
        "as_of": truth.as_of,
        "run_id": run.run_id,
        "people": truth.people,
        "visitors": truth.visitors,
        "households": truth.households,
        "posted": asdict(demonstration.posts),
        "loaded": [asdict(report) for report in demonstration.loads],
        "expected": {
            "events": truth.expected.events_total,
            "duplicates": truth.expected.duplicates_total,
            "quarantined": truth.expected.quarantined_total,
            "refused": sum(truth.expected.refused.values()),
        },
        "stages": {record.stage: record.summary for record in run.stages},
        "quarantine_reasons": demonstration.quarantine_reasons,
        "evaluation": asdict(demonstration.evaluation) | {"recall_limit": demonstration.recall_limit},
        "segments": demonstration.segments,
        "exports": demonstration.exports,
        "showcase": demonstration.showcase_id,
        "seconds": {step: round(seconds, 2) for step, seconds in demonstration.timings.items()},
    }


def print_demonstration(demonstration: Demonstration) -> None:
    """What happened, for people."""
    _print_input(demonstration)
    _print_people(demonstration)
    _print_audiences(demonstration)
    _print_person(demonstration)
    _print_next(demonstration)


def _print_input(demonstration: Demonstration) -> None:
    truth, ingested = demonstration.truth, _summary(demonstration, "ingest")
    refused = sum(demonstration.posts.refused.values())
    click.echo("What the source systems sent")
    print_facts(
        {
            "people": f"{truth.people:,} in {truth.households:,} households, {truth.visitors:,} nameless visitors",
            "requests to the collector": f"{demonstration.posts.requests:,}, {refused:,} events refused there",
            "files loaded": len(demonstration.loads),
            "messages in the log": ingested["messages"],
            "events in the lake": f"{ingested['events']:,} ({truth.expected.events_total:,} were written)",
            "duplicates dropped": f"{ingested['duplicates']:,} ({truth.expected.duplicates_total:,} were sent twice)",
            "quarantined": f"{ingested['quarantined']:,} ({truth.expected.quarantined_total:,} were broken)",
        },
        indent="  ",
    )
    click.echo("  quarantined messages by reason (one message may have several)")
    for rule, messages in demonstration.quarantine_reasons.items():
        click.echo(f"    {messages:>6,}  {rule}")


def _print_people(demonstration: Demonstration) -> None:
    resolved, found = _summary(demonstration, "resolve"), demonstration.evaluation
    click.echo("\nWho is who")
    print_facts(
        {
            "source records": resolved["records"],
            "profiles": resolved["profiles"],
            "edges": f"{resolved['deterministic_edges']:,} by keys, {resolved['probabilistic_edges']:,} by Splink",
            "unions refused": resolved["refused_unions"],
        },
        indent="  ",
    )
    click.echo(f"  against the truth, over {found.records:,} records of {found.people:,} people:")
    print_table(
        [
            ["pairs of records", found.pairwise_precision, found.pairwise_recall, found.pairwise_f1],
            ["records (B-cubed)", found.bcubed_precision, found.bcubed_recall, found.bcubed_f1],
        ],
        ["  counted over", "precision", "recall", "F1"],
    )
    click.echo(
        f"  recall cannot exceed {demonstration.recall_limit:.3f}: other pairs share neither an identifier nor a name"
        "\n  (browsers on which nobody ever said who they were, bank cards never shown with a loyalty card)"
    )
    click.echo(f"  {found.exact:.1%} of the people exactly right; {found.over_merge:.1%} of the profiles mix people")


def _print_audiences(demonstration: Demonstration) -> None:
    click.echo("\nSegments and audiences")
    print_table(
        [
            [
                audience["audience"],
                audience["segment"],
                demonstration.segments[audience["segment"]],
                audience["members"],
                sum(audience["left_out"].values()),
            ]
            for audience in _summary(demonstration, "sync")["audiences"]
        ],
        ["audience", "segment", "in the segment", "exported", "left out (suppressed, no address)"],
    )
    click.echo("\nFiles written")
    for export in demonstration.exports:
        for file in export["files"]:
            click.echo(f"  {export['folder'] / file['name']}  ({file['rows']:,} rows)")


def _print_person(demonstration: Demonstration) -> None:
    from models.lakes import open_lake, published_lake
    from pipelines.commands.explain import print_person
    from pipelines.commands.profile import print_profile
    from pipelines.explanations import explain_person
    from pipelines.profile_views import read_profile

    profile_id = demonstration.showcase_id
    workspace = demonstration.workspace
    with published_lake(workspace) as lake, open_lake(workspace, read_only=True) as newest:
        view = read_profile(lake, newest, profile_id, SHOWN_EVENTS)
        explanation = explain_person(lake, profile_id)
    view, explanation = shown((view, explanation), workspace, reveal=False)
    click.echo("\nOne person, from all sides\n")
    print_profile(view)
    click.echo("\nWhy these records are one person (the strongest edges)\n")
    print_person(explanation, SHOWN_EDGES)


def _print_next(demonstration: Demonstration) -> None:
    where = f"--workspace {demonstration.workspace.root.name}"
    if demonstration.workspace.root.parent != Path.cwd():
        where = f"--workspace {demonstration.workspace.root}"
    steps = ", ".join(f"{step} {seconds:.1f}" for step, seconds in demonstration.timings.items())
    click.echo(f"\nSeconds: {steps}; {sum(demonstration.timings.values()):.0f} in all")
    click.echo("\nTry next (the program is .venv/bin/klantbeeld after make)")
    for line in (
        f"klantbeeld status {where}",
        f"klantbeeld profile {demonstration.showcase_id} {where}",
        f"klantbeeld explain {demonstration.showcase_id} {where}",
        f"klantbeeld audience list {where}",
        f"klantbeeld audience preview open_complaint {where}",
        f"klantbeeld run {where}        # nothing new: nothing is done again",
    ):
        click.echo(f"  {line}")


def _summary(demonstration: Demonstration, stage: str) -> dict[str, Any]:
    record = demonstration.run.stage(stage)
    return {} if record is None else record.summary
