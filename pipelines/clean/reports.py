"""The report of a cleaning: one HTML page that needs nothing else, with counts and pictures and no one's data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import floor

from pipelines.clean.histograms import Bar, histogram
from pipelines.clean.loading import FileFacts

LARGEST_SIZE = 12
"""Profiles of this many records or more share a bar."""

STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1d2733}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem}table{border-collapse:collapse}
td,th{padding:.25rem .9rem .25rem 0;text-align:left;vertical-align:top;border-bottom:1px solid #e3e8ee}
td.n{text-align:right;font-variant-numeric:tabular-nums}svg{width:100%;height:auto}p.note{color:#52606d}"""


@dataclass(frozen=True)
class ReportFacts:
    """What the report shows: counts by name, files, weights of the scored pairs, how many profiles of each size.

    Pairs of ``link_match_weight`` and more may join people.
    """

    counts: Mapping[str, int]
    files: Sequence[FileFacts]
    match_weights: Sequence[float]
    sizes: Mapping[int, int]
    link_match_weight: float


def report_page(facts: ReportFacts) -> str:
    """The page. The same facts give the same page."""
    counts = "".join(
        f'<tr><td>{escape(name)}</td><td class="n">{count:,}</td></tr>' for name, count in facts.counts.items()
    )
    files = "".join(_file_row(file) for file in facts.files)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Who is who: {facts.counts["people (profiles)"]:,} people in {facts.counts["records"]:,} records</title>
<style>{STYLE}</style></head><body>
<h1>{facts.counts["records"]:,} records, {facts.counts["people (profiles)"]:,} people</h1>
<table>{counts}</table>
<h2>How many records a person has</h2>
{histogram(_size_bars(facts.sizes), "records of one person", "people")}
<h2>How sure the compared pairs are</h2>
{histogram(_weight_bars(facts), "match weight", "pairs of records")}
<p class="note">Every point of match weight doubles the odds that two records are one person. Dark bars join
(from {facts.link_match_weight:g} on) unless something speaks against it; light bars do not. A valley between two
hills is a good sign: few pairs are doubtful. The doubtful ones stand in review.csv, one by one.</p>
<h2>How the files were read</h2>
<table><tr><th>file</th><th>rows</th><th>field = column</th><th>ignored columns</th></tr>{files}</table>
</body></html>
"""


def _file_row(file: FileFacts) -> str:
    used = ", ".join(f"{name} = {' and '.join(columns)}" for name, columns in file.mapping.fields.items())
    ignored = ", ".join(file.mapping.ignored)
    return (
        f'<tr><td>{escape(file.name)}</td><td class="n">{file.rows:,}</td>'
        f"<td>{escape(used)}</td><td>{escape(ignored)}</td></tr>"
    )


def _size_bars(sizes: Mapping[int, int]) -> list[Bar]:
    bars: Counter[int] = Counter()
    for size, profiles in sizes.items():
        bars[min(size, LARGEST_SIZE)] += profiles
    return [Bar(f"{size}+" if size == LARGEST_SIZE else str(size), bars[size]) for size in range(1, max(bars) + 1)]


def _weight_bars(facts: ReportFacts) -> list[Bar]:
    bars = Counter(floor(weight) for weight in facts.match_weights)
    if not bars:
        return []
    return [Bar(str(at), bars[at], is_light=at < facts.link_match_weight) for at in range(min(bars), max(bars) + 1)]
