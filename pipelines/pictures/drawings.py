"""The graph of a person as SVG."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.pictures.graphs import Graph, Kind
from pipelines.pictures.layouts import Curve, Heading, Layout, Place, lay_out
from pipelines.pictures.styles import picture_style
from pipelines.pictures.texts import safe, shortened

LEGEND: dict[Kind, str] = {
    "identifier": "carry the same identifier",
    "likeness": "are alike",
    "same": "judged to be one person",
    "different": "judged to be different people",
    "weak": "too little to join them",
    "refused": "joining them was refused",
}

MARKS: dict[Kind, str] = {
    "identifier": "M-6 -6H6V6H-6Z",
    "likeness": "M0 -7A7 7 0 1 1 0 7A7 7 0 1 1 0 -7Z",
    "same": "M0 -9L9 0L0 9L-9 0Z",
    "different": "M0 -9L9 7H-9Z",
    "weak": "M-6 -2.5H6V2.5H-6Z",
    "refused": "M-7 -4L-4 -7L0 -3L4 -7L7 -4L3 0L7 4L4 7L0 3L-4 7L-7 4L-3 0Z",
}
"""A shape for each kind, around its middle: colour is never all that tells them apart."""

MAX_WEIGHT, MAX_WIDTH = 24.0, 5.0
"""A line of this weight or more is drawn this wide (pixels)."""

MAX_LABELS = 12
"""With more lines only the main ones carry their weight as text."""

LABEL_LETTERS = 36
LEGEND_ROW = 24


def draw(graph: Graph, *, is_alone: bool = True) -> str:
    """The SVG, a file of its own or (not ``is_alone``) part of a page that has the style. Equal graphs, equal text."""
    layout = lay_out(graph)
    kinds = [kind for kind in LEGEND if any(line.kind == kind for line in graph.lines)]
    height = layout.height + LEGEND_ROW * (len(kinds) + (1 if graph.hidden else 0)) + 10
    namespace = ' xmlns="http://www.w3.org/2000/svg"' if is_alone else ""
    size = (
        f'width="{layout.width:g}" height="{height:g}" '
        if is_alone
        else f'class="graph" style="max-width:{layout.width:g}px" '
    )
    style = f"<style>{picture_style()}</style>" if is_alone else ""
    ground = f'<rect class="ground" width="{layout.width:g}" height="{height:g}"/>' if is_alone else ""
    parts = [
        *(_line(curve) for curve in layout.curves),
        *(_mark(curve) for curve in layout.curves),
        *(_label(curve) for curve in layout.curves if _is_labelled(curve, graph)),
        *(_record(place) for place in layout.places),
        *(_heading(heading) for heading in layout.headings),
        _legend(kinds, graph.hidden, layout),
    ]
    return (
        f'<svg{namespace} {size}viewBox="0 0 {layout.width:g} {height:g}" role="img">'
        f"<title>{safe(graph.title)}</title>{style}{ground}{''.join(parts)}</svg>\n"
    )


def _line(curve: Curve) -> str:
    line = curve.line
    width = 1 + (MAX_WIDTH - 1) * min(abs(line.match_weight), MAX_WEIGHT) / MAX_WEIGHT
    (x, y), *rest = curve.points
    handles = " ".join(f"{at:.1f} {down:.1f}" for at, down in rest)
    ends = f"{line.record_id_l} and {line.record_id_r}: {line.words}"
    side = "" if line.is_main else " side"
    return (
        f'<path class="line {line.kind}{side}" stroke-width="{width:.1f}" d="M{x:.1f} {y:.1f}C{handles}">'
        f"<title>{safe(ends)}</title></path>"
    )


def _mark(curve: Curve) -> str:
    line = curve.line
    x, y = curve.mark
    side = "" if line.is_main else " side"
    return (
        f'<path class="mark {line.kind}{side}" transform="translate({x:.1f} {y:.1f})" d="{MARKS[line.kind]}">'
        f"<title>{safe(line.words)}</title></path>"
    )


def _label(curve: Curve) -> str:
    x, y = curve.mark
    # Beside an arc of the right column there is room on its left.
    end, beside = (" end", x - 12) if curve.points[1][0] < curve.points[0][0] else ("", x + 12)
    return f'<text class="ink halo small{end}" x="{beside:.1f}" y="{y + 4:.1f}">{curve.line.match_weight:+.1f}</text>'


def _is_labelled(curve: Curve, graph: Graph) -> bool:
    is_weighed = curve.line.kind not in ("same", "different")
    return is_weighed and (curve.line.is_main or len(graph.lines) <= MAX_LABELS)


def _record(place: Place) -> str:
    source, _, rest = place.node.record_id.partition(":")
    kind, _, value = rest.partition(":")
    name = f"{kind.replace('_', ' ')} {value}" if value else rest
    x, y = place.x, place.y
    outer = f'x="{x - 18 if place.is_left else x + 18:g}"'
    side = " end" if place.is_left else ""
    ring = f'<circle class="ring" cx="{x:g}" cy="{y:g}" r="11" stroke-width="2"/>' if place.node.is_asked else ""
    return (
        f"<g><title>{safe(place.node.record_id)}</title>{ring}"
        f'<circle class="node" cx="{x:g}" cy="{y:g}" r="7" stroke-width="2"/>'
        f'<text class="ink strong{side}" {outer} y="{y - 2:g}">{safe(shortened(source, LABEL_LETTERS))}</text>'
        f'<text class="quiet small{side}" {outer} y="{y + 13:g}">{safe(shortened(name, LABEL_LETTERS))}</text></g>'
    )


def _heading(heading: Heading) -> str:
    side = " end" if heading.is_left else ""
    x = heading.x + (8 if heading.is_left else -8)
    return f'<text class="quiet small{side}" x="{x:g}" y="{heading.y:g}">person {safe(heading.profile_id)}</text>'


def _legend(kinds: Iterable[Kind], hidden: int, layout: Layout) -> str:
    parts = []
    y = layout.height + 8
    for kind in kinds:
        parts.append(
            f'<path class="line {kind}" stroke-width="3" d="M20 {y:g}H90"/>'
            f'<path class="mark {kind}" transform="translate(55 {y:g})" d="{MARKS[kind]}"/>'
            f'<text class="ink" x="104" y="{y + 4.5:g}">{LEGEND[kind]}</text>'
        )
        y += LEGEND_ROW
    if hidden:
        parts.append(f'<text class="quiet" x="20" y="{y + 4.5:g}">{hidden:,} more records are not drawn</text>')
    return "".join(parts)
