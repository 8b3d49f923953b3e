"""``klantbeeld explain``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from identity.explanations import PairExplanation
from models.lakes import published_lake
from models.workspaces import Workspace
from pipelines.commands.evidence_prints import print_cut, print_edges, print_obstacles, print_ties
from pipelines.commands.options import (
    json_option,
    print_facts,
    print_json,
    print_table,
    reveal_option,
    shown,
    workspace_option,
)
from pipelines.commands.pictures import picture_options, write_pictures
from pipelines.explanations import PersonExplanation, explain_person, explain_two, holding_ties


@click.command("explain")
@click.argument("one", metavar="A")
@click.argument("other", metavar="[B]", required=False)
@workspace_option
@json_option
@reveal_option
@picture_options
def command(
    one: str,
    other: str | None,
    workspace: Workspace,
    as_json: bool,
    reveal: bool,
    html: Path | None,
    svg: Path | None,
) -> None:
    """Why the records of one person are one person (A), or why two are one person or are not (A and B).

    A and B are record ids, profile ids or identifiers (an e-mail address, a phone number, loyalty_id:10042). Weights
    are match weights: log2 of how much likelier the evidence is for one person than for two; they add up. Shows the
    newest published state.

    \b
    Example:
      klantbeeld explain anna@postbus.example
      klantbeeld explain crm:crm_id:K-1042 tills:loyalty_id:2000042
      klantbeeld explain anna@postbus.example --html anna.html --svg anna.svg
    """
    with published_lake(workspace) as lake:
        explanation: PersonExplanation | PairExplanation = (
            explain_person(lake, one) if other is None else explain_two(lake, one, other)
        )
        write_pictures(lake, explanation, html, svg, reveal)
    explanation = shown(explanation, workspace, reveal)
    if as_json:
        print_json(asdict(explanation))
    elif isinstance(explanation, PersonExplanation):
        print_person(explanation)
    else:
        print_pair(explanation)


def print_person(explanation: PersonExplanation, limit: int | None = None) -> None:
    """The explanation of one person as text; ``limit`` edges at most."""
    print_facts({"profile": explanation.profile_id, "records": len(explanation.records)})
    click.echo()
    if explanation.edges and limit is None:
        click.echo("They are one person by")
        print_ties(holding_ties(explanation))
        click.echo("\nThe strongest edges that hold them together")
    if not explanation.edges:
        click.echo("One record, so there is nothing that joins it to another.")
    print_edges(explanation.edges[:limit])
    hidden = len(explanation.edges) - len(explanation.edges[:limit])
    if hidden:
        click.echo(f"  … and {hidden} more edges: klantbeeld explain {explanation.profile_id}")
    if explanation.weakest is not None and limit is None:
        click.echo(f"\nWhere they would first come apart (weight {explanation.weakest.match_weight:.1f}), without")
        print_cut(explanation.weakest)
    if explanation.states:
        click.echo("\nIdentifiers that join nobody by themselves")
        print_table(
            [[row["type"], row["value"], row["state"], row["people"], row["rule"]] for row in explanation.states],
            ["type", "value", "state", "people", "rule"],
        )
    if explanation.refusals:
        click.echo("\nRefused: records that an edge would have joined to this person")
        print_table(
            [[row["record_id_l"], row["record_id_r"], row["match_weight"], row["reason"]]
             for row in explanation.refusals[:limit]],
            ["record", "record", "weight", "because"],
        )  # fmt: skip


def print_pair(explanation: PairExplanation) -> None:
    """The explanation of two records as text."""
    print_facts(
        {
            "record A": explanation.record_id_a,
            "record B": explanation.record_id_b,
            "verdict": explanation.verdict,
            "because": explanation.reason,
        }
    )
    if explanation.path:
        click.echo("\nThe strongest way from one to the other")
        print_edges(explanation.path)
    elif explanation.pairs:
        click.echo("\nWhat speaks for one person")
        print_edges(explanation.pairs[:3])
    if explanation.cut is not None:
        click.echo(f"\nFor them to be apart would have to go (weight {explanation.cut.match_weight:.1f} in all)")
        print_cut(explanation.cut)
    if explanation.asked is not None:
        was_found = any(key.finds_pairs for key in explanation.keys)
        unlike = "were too unlike for it to be kept" if was_found else "were never compared"
        click.echo(f"\nA and B {unlike}; compared now")
        print_edges([explanation.asked])
    if explanation.obstacles:
        click.echo("\nWhat keeps them two")
        print_obstacles(explanation.obstacles)
    if explanation.verdict == "two people" and explanation.judgements:
        click.echo("\nJudged by people")
        print_edges(explanation.judgements)
    if explanation.refusals:
        click.echo("\nRefused unions")
        print_table(
            [[row.record_id_l, row.record_id_r, row.match_weight, row.reason] for row in explanation.refusals],
            ["record", "record", "weight", "because"],
        )
