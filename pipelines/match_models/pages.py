"""A match model's card as one HTML page that needs nothing else and shows nobody's data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from identity.model_cards import LevelFacts, ModelCard
from pipelines.clean.histograms import Bar, histogram
from pipelines.clean.reports import STYLE
from pipelines.match_models.charts import probability_chart, threshold_chart, weight_chart
from pipelines.match_models.wording import chance_in_words, odds_in_words

MOST_BARS = 40


def card_page(card: ModelCard) -> str:
    """The page. The same card gives the same page."""
    link = card.thresholds.link_match_weight
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Match model {escape(card.version)}</title>
<style>{STYLE}</style></head><body>
<h1>Match model {escape(card.version)}</h1>
{_table(_facts(card))}
{_warnings(card.warnings)}
<h2>When it joins</h2>
{_table(_threshold_facts(card))}
<p class="note">A match weight is the log2 of odds: every point doubles them. The threshold is the one at which joining
pays for data of this size that leave as much open, a wrong join counting twice as much as a missed one.</p>
<h2>How good it is</h2>
{_measured(card)}
<h2>What each level weighs</h2>
{weight_chart(card.levels)}
<h2>How often each level occurs: among matches (m) and among others (u)</h2>
{probability_chart(card.levels)}
{_level_table(card.levels)}
<h2>How sure the compared pairs of its data are</h2>
{histogram(_bars(card.weights, link), "match weight", "pairs of records")}
<h2>What it was trained on</h2>
{_table(_data_facts(card))}
<h2>How it was trained</h2>
{_table(_training_facts(card))}
</body></html>
"""


def _facts(card: ModelCard) -> dict[str, str]:
    return {
        "trained": card.trained_at,
        "on": f"{card.data.records:,} records of {', '.join(card.data.sources) or 'no source'}",
        "truth": "none" if card.truth is None else f"{card.truth.file}: {card.truth.people:,} people",
        "file": f"{card.model_file} (SHA-256 {card.model_sha256[:16]}…)",
    }


def _threshold_facts(card: ModelCard) -> dict[str, str]:
    found = card.thresholds
    return {
        "joins from": f"{found.link_match_weight:g} ({odds_in_words(found.link_match_weight)})",
        "keeps as evidence from": f"{found.keep_match_weight:g} ({odds_in_words(found.keep_match_weight)})",
        "for about": f"{found.records:,} records",
        "precision the model expects of pairs": f"{found.expected_precision:.1%}",
        "recall the model expects of pairs": f"{found.expected_recall:.1%}",
    }


def _measured(card: ModelCard) -> str:
    link = card.thresholds.link_match_weight
    parts: list[str] = []
    if card.measured is None:
        parts.append(
            '<p class="note">Not measured on known truth. The curves are what the model expects of itself.</p>'
        )
        parts.append(threshold_chart(card.expected_by_threshold, link))
    else:
        found = {name.replace("_", " "): _figure(value) for name, value in card.measured.people_found.items()}
        parts.append(f"<p>On {card.measured.records:,} records of people held out of training:</p>{_table(found)}")
        parts.append("<p>Pairs alone, before clustering:</p>")
        parts.append(threshold_chart(card.measured.by_threshold, link))
    if card.judged is not None:
        parts.append(
            f"<p>Of {card.judged.same:,} pairs judged to be one person it joins {card.judged.same_found:,}; of "
            f"{card.judged.different:,} judged to be different people, {card.judged.different_joined:,}.</p>"
        )
    return "".join(parts)


def _data_facts(card: ModelCard) -> dict[str, str]:
    facts = {"records": f"{card.data.records:,}"}
    facts |= {f"of {source}": f"{count:,}" for source, count in card.data.sources.items()}
    facts |= {f"know {name.replace('_', ' ')}": f"{share:.0%}" for name, share in card.data.known.items()}
    if card.data.first_seen is not None:
        facts["seen"] = f"{card.data.first_seen} to {card.data.last_seen}"
    if card.truth is not None:
        facts["held out to measure on"] = (
            f"{card.truth.held_out_records:,} records of {card.truth.held_out_people:,} people"
        )
    return facts


def _training_facts(card: ModelCard) -> dict[str, str]:
    facts = {"method": card.method} | {name.replace("_", " "): value for name, value in card.parameters.items()}
    for session in card.convergence:
        facts[f"within equal {session.equal}"] = (
            f"{session.iterations} iterations, largest last change {session.largest_last_change:g}"
        )
    if card.frozen_frequencies is not None:
        facts["frozen frequencies"] = ", ".join(sorted(card.frozen_frequencies))
    return facts


def _level_table(levels: Sequence[LevelFacts]) -> str:
    rows = "".join(
        f"<tr><td>{escape(level.comparison.replace('_', ' '))}</td><td>{escape(level.level)}</td>"
        f'<td class="n">{level.m:.4g}</td><td class="n">{level.m_pairs:,}</td>'
        f'<td class="n">{level.u:.4g}</td><td class="n">{level.u_pairs:,}</td>'
        f'<td class="n">{level.match_weight:+.1f}</td><td>{escape(chance_in_words(level.match_weight))}</td></tr>'
        for level in levels
    )
    return (
        "<table><tr><th>comparison</th><th>level</th><th>m</th><th>of pairs</th><th>u</th><th>of pairs</th>"
        f"<th>match weight</th><th>in words</th></tr>{rows}</table>"
    )


def _warnings(sentences: Sequence[str]) -> str:
    if not sentences:
        return ""
    return "<h2>To know before trusting it</h2><ul>" + "".join(f"<li>{escape(s)}</li>" for s in sentences) + "</ul>"


def _bars(weights: Mapping[int, int], link_match_weight: float) -> list[Bar]:
    if not weights:
        return []
    low = max(min(weights), max(weights) - MOST_BARS + 1)
    return [Bar(str(at), weights.get(at, 0), is_light=at < link_match_weight) for at in range(low, max(weights) + 1)]


def _table(facts: Mapping[str, str]) -> str:
    rows = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in facts.items())
    return f"<table>{rows}</table>"


def _figure(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) or value > 1 else f"{value:.4f}"
