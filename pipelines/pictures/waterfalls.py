"""The weight of an edge, part by part: each bar begins where the one before it ended."""

from __future__ import annotations

from identity.evidence import Edge
from identity.wording import part_words
from pipelines.pictures.texts import safe

WIDTH, HEIGHT = 300.0, 16.0


def waterfall(edge: Edge, link_match_weight: float) -> str:
    """A table with a bar for each part and one for the sum; a thin line marks zero, a broken one what joins people."""
    ends = [0.0]
    for part in edge.evidence:
        ends.append(ends[-1] + part.match_weight)
    scale = _Scale(min(*ends, link_match_weight), max(*ends, link_match_weight), link_match_weight)
    rows = [
        _row(scale.bar(start, end, "for" if end > start else "against"), part.match_weight, part_words(part))
        for part, start, end in zip(edge.evidence, ends, ends[1:], strict=False)
    ]
    total = _row(scale.bar(0.0, edge.match_weight, "total"), edge.match_weight, "together", tag="th")
    return f"<table>{''.join(rows)}{total}</table>"


class _Scale:
    """From match weights to pixels."""

    def __init__(self, low: float, high: float, link_match_weight: float) -> None:
        self._low = low
        self._step = (WIDTH - 4) / max(high - low, 1.0)
        self._link = link_match_weight

    def bar(self, start: float, end: float, kind: str) -> str:
        left, right = sorted((self._x(start), self._x(end)))
        zero, link = self._x(0.0), self._x(self._link)
        return (
            f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" preserveAspectRatio="none" aria-hidden="true">'
            f'<path class="rule" d="M{zero:.1f} 0V{HEIGHT:g}"/>'
            f'<path class="rule" stroke-dasharray="2 2" d="M{link:.1f} 0V{HEIGHT:g}"/>'
            f'<rect class="bar {kind}" x="{left:.1f}" y="3" width="{max(right - left, 1.0):.1f}" height="10"/></svg>'
        )

    def _x(self, weight: float) -> float:
        return 2 + (weight - self._low) * self._step


def _row(bar: str, weight: float, words: str, tag: str = "td") -> str:
    return f'<tr><{tag} class="n">{weight:+.1f}</{tag}><td class="b">{bar}</td><{tag}>{safe(words)}</{tag}></tr>'
