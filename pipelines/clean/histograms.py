"""Histograms as SVG inside a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 230
LEFT, TOP, BOTTOM = 10, 22, 44
MAX_LABELS = 20


@dataclass(frozen=True)
class Bar:
    """One bar: what stands under it, and how high it is."""

    label: str
    count: int
    is_light: bool = False


def histogram(bars: Sequence[Bar], across: str, upward: str) -> str:
    """An SVG with a bar for each; counts stand on the bars where there is room. Words name what is counted."""
    if not bars:
        return f'<p class="note">No {escape(upward)} to show.</p>'
    step = (WIDTH - 2 * LEFT) / len(bars)
    highest = max(1, *(bar.count for bar in bars))
    every = -(-len(bars) // MAX_LABELS)
    parts = [_bar(bar, LEFT + place * step, step, highest, place % every == 0) for place, bar in enumerate(bars)]
    axis = HEIGHT - BOTTOM
    title = f"{upward} by {across}: " + ", ".join(f"{bar.label}: {bar.count}" for bar in bars)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="system-ui,sans-serif" font-size="11">'
        f"<title>{escape(title)}</title>{''.join(parts)}"
        f'<line x1="{LEFT}" y1="{axis}" x2="{WIDTH - LEFT}" y2="{axis}" stroke="#9aa5b1"/>'
        f'<text x="{WIDTH / 2:g}" y="{HEIGHT - 8}" text-anchor="middle" fill="#52606d">{escape(across)}'
        f" (height: {escape(upward)})</text></svg>"
    )


def _bar(bar: Bar, x: float, step: float, highest: int, is_labelled: bool) -> str:
    room = HEIGHT - TOP - BOTTOM
    height = bar.count / highest * room
    top, middle = HEIGHT - BOTTOM - height, x + step / 2
    fill = "#b8c9dc" if bar.is_light else "#2f5d8c"
    parts = [
        f'<rect x="{x + step * 0.1:.1f}" y="{top:.1f}" width="{step * 0.8:.1f}" height="{height:.1f}" fill="{fill}"/>'
    ]
    if is_labelled:
        parts.append(
            f'<text x="{middle:.1f}" y="{HEIGHT - BOTTOM + 14}" text-anchor="middle">{escape(bar.label)}</text>'
        )
    count = f"{bar.count:,}"
    if bar.count and len(count) * 6.5 < step:
        parts.append(f'<text x="{middle:.1f}" y="{top - 4:.1f}" text-anchor="middle">{count}</text>')
    return "".join(parts)
