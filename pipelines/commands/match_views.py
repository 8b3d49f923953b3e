"""What ``klantbeeld match`` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pipelines.commands.options import print_facts, print_table
from pipelines.match_models.wording import chance_in_words, odds_in_words

if TYPE_CHECKING:
    from identity.model_cards import ModelCard
    from pipelines.match_models.descriptions import Description, Difference
    from pipelines.match_models.outputs import ModelFiles


MOST_WARNINGS = 5


def training_facts(card: ModelCard, files: ModelFiles) -> dict[str, Any]:
    """What was trained, in a few figures; the rest stands in the card."""
    return {
        "version": card.version,
        "records": card.data.records,
        "people": None if card.truth is None else card.truth.people,
        "matches_per_record": card.matches_per_record,
        "joins_from": card.thresholds.link_match_weight,
        "expected_precision": card.thresholds.expected_precision,
        "expected_recall": card.thresholds.expected_recall,
        "measured": None if card.measured is None else card.measured.people_found,
        "judged": msgspec.to_builtins(card.judged),
        "warnings": len(card.warnings),
        "model": str(files.model),
        "card": str(files.page),
    }


def print_training(facts: dict[str, Any]) -> None:
    """The facts of :func:`training_facts`, a line each."""
    shown: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, dict):
            shown |= {f"{name} {inner}": figure for inner, figure in value.items()}
        elif value is not None:
            shown[name] = value
    print_facts({name.replace("_", " "): value for name, value in shown.items()})


def say_warnings(warnings: Sequence[str]) -> None:
    """The first warnings of a card, on stderr."""
    for sentence in warnings[:MOST_WARNINGS]:
        click.echo(f"Note: {sentence}", err=True)
    if len(warnings) > MOST_WARNINGS:
        click.echo(f"Note: {len(warnings) - MOST_WARNINGS} more stand in the card.", err=True)


def print_description(found: Description) -> None:
    """A match model in plain words: its thresholds, and every level with what it weighs."""
    thresholds = found.thresholds
    expects = f"precision {thresholds.expected_precision:.1%}, recall {thresholds.expected_recall:.1%} of pairs"
    print_facts(
        {
            "version": found.model.version,
            "trained": f"{found.model.trained_at} on {found.model.trained_on}",
            "joins from": f"{thresholds.link_match_weight:g} ({odds_in_words(thresholds.link_match_weight)})",
            "keeps from": f"{thresholds.keep_match_weight:g} ({odds_in_words(thresholds.keep_match_weight)})",
            "expects": f"{expects} in about {thresholds.records:,} records",
            "matches a record": f"{found.model.matches_per_record:g}",
            "frequencies": "of the data at hand" if found.model.frozen_frequencies is None else "frozen",
            "card": "none beside it" if found.card is None else f"{len(found.card['warnings'])} warnings",
        }
    )
    click.echo()
    rows = [
        (
            *(level.comparison.replace("_", " "), level.level, f"{level.m:.4g}", f"{level.u:.4g}"),
            *(f"{level.match_weight:+.1f}", level.adjusts_for or "", chance_in_words(level.match_weight)),
        )
        for level in found.levels
    ]
    print_table(rows, ["comparison", "level", "m", "u", "weight", "frequency of", "in words"])
    say_warnings((found.card or {}).get("warnings", ()))


def print_comparison(a: Description, b: Description, differences: Sequence[Difference]) -> None:
    """Two match models side by side."""
    one, other = head(a), head(b)
    print_table([(name.replace("_", " "), _text(one[name]), _text(other[name])) for name in one], ["", "A", "B"])
    click.echo()
    print_table(
        [(d.comparison.replace("_", " "), d.level, _weight(d.a), _weight(d.b), _weight(d.change)) for d in differences],
        ["comparison", "level", "A", "B", "change"],
    )


def head(found: Description) -> dict[str, Any]:
    """What is compared of a match model besides its levels; null where its card does not say."""
    measured = (found.card or {}).get("measured") or {}
    figures = measured.get("people_found", {})
    return {
        "version": found.model.version,
        "trained_at": found.model.trained_at,
        "matches_per_record": found.model.matches_per_record,
        "link_match_weight": found.thresholds.link_match_weight,
        "keep_match_weight": found.thresholds.keep_match_weight,
        "expected_precision": found.thresholds.expected_precision,
        "expected_recall": found.thresholds.expected_recall,
        "measured_pairwise_f1": figures.get("pairwise_f1"),
        "measured_bcubed_f1": figures.get("bcubed_f1"),
        "warnings": None if found.card is None else len(found.card["warnings"]),
    }


def _weight(value: float | None) -> str:
    return "-" if value is None else f"{value:+.2f}"


def _text(value: Any) -> str:
    return "-" if value is None else str(value)
