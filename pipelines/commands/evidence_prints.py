"""Evidence as text: edges with the parts of their weight, cuts, obstacles, blocking keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click

from identity.cuts import Cut, Tie
from identity.evidence import Edge, Evidence
from identity.obstacles import Obstacle
from identity.shared_keys import SharedKey
from identity.wording import edge_words, part_words
from pipelines.commands.options import print_table

MAX_SIGNS = 20
"""A part of this weight, or of more, fills its place in the column of signs."""

MAX_RECORDS = 3
"""So many records are named; of more, their number is told."""


def print_edges(edges: Iterable[Edge]) -> None:
    """Each edge in a sentence, and the parts of its weight: a plus for every point that speaks for one person."""
    for edge in edges:
        click.echo(f"{edge.record_id_l}  {'≠' if edge.rule == 'different' else '='}  {edge.record_id_r}")
        if edge.kind == "steward":
            click.echo(f"  {edge_words(edge)}")
            continue
        click.echo(f"  {edge.match_weight:+.1f}  {edge_words(edge)}")
        width = max(len(_signs(part)) for part in edge.evidence)
        for part in edge.evidence:
            click.echo(f"      {part.match_weight:+6.1f}  {_signs(part).ljust(width)}  {part_words(part)}")


def print_ties(ties: Iterable[Tie]) -> None:
    """Each cause that holds records together, and its weight."""
    for tie in ties:
        click.echo(f"  {tie.match_weight:+6.1f}  {tie.words}")


def print_cut(cut: Cut) -> None:
    """What would have to go, and who would then be apart."""
    print_ties(cut.ties)
    click.echo(f"  Then {_named(cut.one)} on one side, {_named(cut.other)} on the other.")


def print_obstacles(obstacles: Iterable[Obstacle]) -> None:
    """What keeps two people apart, each with what is needed."""
    for obstacle in obstacles:
        click.echo(f"  {obstacle.words}")
        click.echo(f"    needed: {obstacle.needed}")


def print_keys(keys: Sequence[SharedKey]) -> None:
    """The blocking keys of two records."""
    print_table(
        [[key.rule, key.in_a, key.in_b, key.records if key.is_shared else None] for key in keys],
        ["blocking key", "A has it", "B has it", "records that share it"],
    )


def _signs(part: Evidence) -> str:
    return ("+" if part.match_weight > 0 else "-") * min(round(abs(part.match_weight)), MAX_SIGNS)


def _named(records: Sequence[str]) -> str:
    return ", ".join(records) if len(records) <= MAX_RECORDS else f"{records[0]} with {len(records) - 1} others"
