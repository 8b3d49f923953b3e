"""Pictures of a match model as SVG inside a page: weights, m and u per level, and precision and recall by threshold."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from identity.model_cards import LevelFacts, ThresholdFigures

WIDTH = 760
LABELS = 300
ROW, HEAD = 18, 26
FOR, AGAINST, PALE, GREY = "#2f5d8c", "#b4552d", "#b8c9dc", "#9aa5b1"
OPEN = f'<svg viewBox="0 0 {WIDTH} {{height}}" role="img" font-family="system-ui,sans-serif" font-size="11">'


def weight_chart(levels: Sequence[LevelFacts]) -> str:
    """A bar a level: what it weighs, for a match to the right, against one to the left."""
    reach = max(1.0, *(abs(level.match_weight) for level in levels))
    room = WIDTH - LABELS - 50
    least = min(0.0, *(level.match_weight for level in levels))
    zero = LABELS + room * -least / (reach - least)
    scale = room / (reach - least)
    parts: list[str] = []
    for level, y in _rows(levels, parts):
        end = zero + level.match_weight * scale
        fill = FOR if level.match_weight >= 0 else AGAINST
        parts.append(_bar(min(zero, end), y, abs(end - zero), fill))
        side = end + 4 if level.match_weight >= 0 else zero + 4
        parts.append(_text(side, y + 12, f"{level.match_weight:+.1f}"))
    height = _height(levels)
    parts.append(f'<line x1="{zero:.1f}" y1="0" x2="{zero:.1f}" y2="{height}" stroke="{GREY}"/>')
    return _picture("Match weight of every level", parts, height)


def probability_chart(levels: Sequence[LevelFacts]) -> str:
    """Two bars a level: its share among matches (m, dark) and among others (u, light)."""
    room = WIDTH - LABELS - 130
    parts: list[str] = []
    for level, y in _rows(levels, parts):
        parts.append(_bar(LABELS, y, level.m * room, FOR, height=6))
        parts.append(_bar(LABELS, y + 7, level.u * room, PALE, height=6))
        parts.append(_text(LABELS + max(level.m, level.u) * room + 4, y + 11, f"{level.m:.3g} · {level.u:.3g}"))
    return _picture("m and u of every level", parts, _height(levels))


def threshold_chart(figures: Sequence[ThresholdFigures], link_match_weight: float) -> str:
    """Precision (dark) and recall (light) against the threshold, with the one that was chosen."""
    if len(figures) < 2:
        return '<p class="note">Too few pairs to show.</p>'
    height, top, bottom, left = 240, 12, 200, 40
    low, high = figures[0].match_weight, figures[-1].match_weight

    def x(weight: float) -> float:
        return left + (weight - low) / (high - low) * (WIDTH - left - 20)

    def y(share: float) -> float:
        return bottom - share * (bottom - top)

    parts = [
        f'<line x1="{left}" y1="{y(share):.1f}" x2="{WIDTH - 20}" y2="{y(share):.1f}" stroke="#e3e8ee"/>'
        + _text(4, y(share) + 4, f"{share:.0%}")
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    for name, fill in (("precision", FOR), ("recall", AGAINST)):
        points = " ".join(f"{x(f.match_weight):.1f},{y(getattr(f, name)):.1f}" for f in figures)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{fill}" stroke-width="2"/>')
    if low <= link_match_weight <= high:
        at = x(link_match_weight)
        parts.append(
            f'<line x1="{at:.1f}" y1="{top}" x2="{at:.1f}" y2="{bottom}" stroke="{GREY}" stroke-dasharray="4 3"/>'
        )
        parts.append(_text(at + 4, top + 10, f"joins from {link_match_weight:g}"))
    step = max(1, round((high - low) / 12))
    parts += [_text(x(weight) - 6, bottom + 16, f"{weight:g}") for weight in range(int(low), int(high) + 1, step)]
    parts.append(_text(left, height - 8, "match weight; precision blue, recall orange"))
    return _picture("Precision and recall by threshold", parts, height)


def _rows(levels: Sequence[LevelFacts], parts: list[str]) -> list[tuple[LevelFacts, float]]:
    """The levels with their height on the picture; names of comparisons and levels are added to its parts."""
    rows: list[tuple[LevelFacts, float]] = []
    y, before = 0.0, None
    for level in levels:
        if level.comparison != before:
            y += HEAD if before is not None else 18
            parts.append(f'<text x="4" y="{y:.1f}" font-weight="600">{escape(_plain(level.comparison))}</text>')
            y += 6
            before = level.comparison
        parts.append(_text(16, y + 12, level.level))
        rows.append((level, y))
        y += ROW
    return rows


def _height(levels: Sequence[LevelFacts]) -> int:
    groups = len({level.comparison for level in levels})
    return groups * (HEAD + 6) + len(levels) * ROW


def _bar(x: float, y: float, width: float, fill: str, height: int = 13) -> str:
    return f'<rect x="{x:.1f}" y="{y + 1:.1f}" width="{width:.1f}" height="{height}" fill="{fill}"/>'


def _text(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="#3e4c59">{escape(text)}</text>'


def _picture(title: str, parts: Sequence[str], height: float) -> str:
    return f"{OPEN.format(height=height)}<title>{escape(title)}</title>{''.join(parts)}</svg>"


def _plain(name: str) -> str:
    return name.replace("_", " ")
