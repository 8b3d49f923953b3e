"""``klantbeeld review``: people answer what the evidence leaves open."""

from __future__ import annotations

import getpass
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from models.errors import UsageError
from models.lakes import Lake, published_lake
from models.settings import SETTINGS_FILE
from models.workspaces import Workspace, open_workspace
from pipelines.commands.options import json_option, print_facts, print_json, reveal_option, shown
from pipelines.commands.review_dialogs import ask
from pipelines.judgements import read_judgements
from pipelines.reviews.calibrations import JOIN_CHANCE, LEAST_LABELS, Calibration, calibrate
from pipelines.reviews.curves import Curve, Estimate, Fit
from pipelines.reviews.known_answers import pair_key, read_skipped
from pipelines.reviews.questions import KINDS, RANKED, Question
from pipelines.reviews.queues import read_queue
from pipelines.reviews.samples import read_sample
from pipelines.reviews.settings_files import write_link_match_weight
from pipelines.thresholds import joining_match_weight

# Not the common option: that would open the current folder for the group when only its subcommand names a workspace.
where_option = click.option(
    "--workspace", "-w", "where", envvar="KLANTBEELD_WORKSPACE", show_envvar=True, metavar="DIR",
    help="The workspace; by default the current folder.",
)  # fmt: skip


@click.group("review", invoke_without_command=True)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(list(KINDS)),
    help="What to ask about; by default all but sample. Repeatable.",
)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1), help="So many questions at most.")
@click.option(
    "--by",
    default=getpass.getuser,
    show_default="your login name",
    envvar="KLANTBEELD_STEWARD",
    show_envvar=True,
    metavar="NAME",
    help="Who answers.",
)
@where_option
@json_option
@reveal_option
@click.pass_context
def command(
    context: click.Context, kinds: tuple[str, ...], limit: int, by: str, where: str | None, as_json: bool, reveal: bool
) -> None:
    """Answer what the evidence leaves open: is this pair one person?

    Asks first what would change most: records that would move times how open the question is. Answers are judgements,
    each on disk at once, and count with the next klantbeeld run; what was judged is not asked again. Kinds: refused
    (something speaks against strong evidence), grey (a weight near the threshold), bridge (one weak edge alone holds),
    alarm (records of one person contradict each other), sample (drawn by chance, for calibrate).

    Without a terminal answers are read from stdin, a line each: same, different, skip or quit. --json lists the queue
    and asks nothing.

    \b
    Example:
      klantbeeld review --limit 10
      klantbeeld review --kind sample && klantbeeld review calibrate
    """
    if context.invoked_subcommand is not None:
        context.obj = where
        return
    workspace = open_workspace(Path(where or "."))
    with published_lake(workspace) as lake:
        questions = _questions(workspace, lake, kinds or RANKED, limit)
        if as_json:
            rows = [asdict(question) | {"gain": question.gain} for question in questions]
            print_json(shown(rows, workspace, reveal))
            return
        ask(workspace, lake, questions, by, reveal)


@command.command("calibrate")
@click.option(
    "--chance",
    default=round(JOIN_CHANCE, 4),
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="From which chance of being one person on a pair is to be joined.",
)
@click.option("--write", is_flag=True, help="Write the proposed threshold into klantbeeld.toml.")
@where_option
@json_option
@click.pass_context
def calibrate_command(context: click.Context, chance: float, write: bool, where: str | None, as_json: bool) -> None:
    """What the answers say about identity.link_match_weight.

    Learns from the pairs of the sample (review --kind sample) how likely a pair of each match weight is one person, and
    proposes the threshold from which on the chance is high enough, with its 95 % interval.

    \b
    Example:
      klantbeeld review --kind sample --limit 50
      klantbeeld review calibrate
    """
    workspace = open_workspace(Path(where or context.obj or "."))
    with published_lake(workspace) as lake:
        threshold = joining_match_weight(workspace)
        sample = read_sample(lake, read_judgements(workspace), read_skipped(workspace), threshold)
    found = calibrate(sample, threshold, chance)
    if as_json:
        print_json(asdict(found))
    else:
        _print_calibration(found)
    if write:
        if found.labels < LEAST_LABELS:
            msg = (
                f"{found.labels} labels are too few to write a threshold; {LEAST_LABELS} are needed. "
                "Answer more with: klantbeeld review --kind sample"
            )
            raise UsageError(msg)
        write_link_match_weight(workspace.root / SETTINGS_FILE, found.proposed.value)
        click.echo(
            f"{SETTINGS_FILE}: link_match_weight = {found.proposed.value}. It counts with: klantbeeld run", err=True
        )


def _questions(workspace: Workspace, lake: Lake, kinds: Iterable[str], limit: int) -> list[Question]:
    """The first questions; pairs that somebody skipped come last."""
    wanted = set(kinds)
    judgements, skipped = read_judgements(workspace), read_skipped(workspace)
    threshold = joining_match_weight(workspace)
    drawn = "sample" in wanted
    sample = read_sample(lake, judgements, skipped, threshold, limit if drawn else 0)
    if wanted == {"sample"}:
        return list(sample.following)
    curve: Curve = Fit([one.match_weight for one in sample.labels], [one.is_same for one in sample.labels]).curve
    queue = read_queue(lake, judgements, curve, threshold, wanted)
    # A stable sort: within both parts the rank stays.
    queue.sort(key=lambda question: pair_key(question.record_id_a, question.record_id_b) in skipped)
    return [*queue, *sample.following][:limit]


def _print_calibration(found: Calibration) -> None:
    print_facts(
        {
            "pairs that the threshold decides on": found.pairs,
            "labels": found.labels,
            "of them the same person": found.same,
            "skipped": found.skipped,
            "threshold now": f"{found.link_match_weight:g}",
            "proposed": f"{found.proposed.value:g}  ({found.proposed.low:g} to {found.proposed.high:g})",
            "precision now": _shown(found.precision_now, found.sampled_precision),
            "recall now": _shown(found.recall_now, found.sampled_recall),
            "precision as proposed": _shown(found.precision_proposed),
            "recall as proposed": _shown(found.recall_proposed),
        }
    )
    if not found.labels:
        click.echo("No labels yet, so that this is the match model's own opinion. Label with:", err=True)
        click.echo("klantbeeld review --kind sample", err=True)
    elif found.labels_to_halve is not None:
        click.echo(f"About {found.labels_to_halve:,} more labels would halve the interval.", err=True)


def _shown(estimate: Estimate, sampled: float | None = None) -> str:
    text = f"{estimate.value:.3f}  ({estimate.low:.3f} to {estimate.high:.3f})"
    return text if sampled is None else f"{text}; by the sample alone {sampled:.3f}"
