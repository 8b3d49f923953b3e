"""Where records and lines stand: two columns of records, arcs inside a column, curves between the two.

Nothing is drawn at random and no line runs through a record: arcs leave a column towards the middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.pictures.graphs import Graph, Line, Node

LABELS = 290
"""Width of the labels beside a column (pixels, as all lengths here)."""

FOR_WEIGHTS = 80
"""Beside the outermost mark where there is no second column."""

ROW = 44
TOP = 40
MIDDLE = 380
"""Between the two columns, where the lines are."""

FLATTEST, STEEPEST = 34.0, 0.8
"""How far the handles of an arc stand out at least, and how much further at most for each pixel that it spans."""

SPREAD = (0.5, 0.38, 0.62, 0.3, 0.7)
"""Where on a curve its mark stands, in turn: marks in the same place would cover each other."""


@dataclass(frozen=True)
class Place:
    """A record's place; labels stand on the outer side."""

    node: Node
    x: float
    y: float
    is_left: bool


@dataclass(frozen=True)
class Heading:
    """The name of a person above its records."""

    profile_id: str
    x: float
    y: float
    is_left: bool


@dataclass(frozen=True)
class Curve:
    """A line's cubic curve (start, two handles, end) and the place of its mark."""

    line: Line
    points: tuple[tuple[float, float], ...]
    mark: tuple[float, float]


@dataclass(frozen=True)
class Layout:
    """Everything in its place; the picture is ``width`` x ``height``, a legend not included."""

    places: tuple[Place, ...]
    headings: tuple[Heading, ...]
    curves: tuple[Curve, ...]
    width: float
    height: float


def lay_out(graph: Graph) -> Layout:
    """The same graph always gives the same layout."""
    far = LABELS + MIDDLE
    left, left_headings, left_end = _column(graph.left, LABELS, is_left=True)
    right, right_headings, right_end = _column(graph.right, far, is_left=False)
    places = {place.node.record_id: place for place in (*left, *right)}
    span = max(left_end, right_end) - TOP
    # Arcs get as steep as the room allows: then marks of arcs over the same middle stand apart.
    steep = min(STEEPEST, (MIDDLE - FLATTEST) / span)
    curves = tuple(
        _curve(line, places[line.record_id_l], places[line.record_id_r], steep, turn)
        for turn, line in enumerate(graph.lines)
    )
    furthest = max((curve.mark[0] for curve in curves), default=LABELS)
    return Layout(
        places=(*left, *right),
        headings=(*left_headings, *right_headings),
        curves=curves,
        width=far + LABELS if right else max(furthest, LABELS) + FOR_WEIGHTS,
        height=max(left_end, right_end),
    )


def _column(nodes: Sequence[Node], x: float, *, is_left: bool) -> tuple[list[Place], list[Heading], float]:
    places: list[Place] = []
    headings: list[Heading] = []
    y = float(TOP)
    person = None
    for node in nodes:
        if node.profile_id != person:
            y += 0 if person is None else ROW / 2
            person = node.profile_id
            headings.append(Heading(person, x, y - 8, is_left))
            y += 24
        places.append(Place(node, x, y, is_left))
        y += ROW
    return places, headings, y


def _curve(line: Line, one: Place, other: Place, steep: float, turn: int) -> Curve:
    if one.is_left == other.is_left:
        reach = FLATTEST + steep * abs(one.y - other.y)
        handle = one.x + (reach if one.is_left else -reach)
        points = ((one.x, one.y), (handle, one.y), (handle, other.y), (other.x, other.y))
        return Curve(line, points, _at(points, 0.5))
    left, right = (one, other) if one.is_left else (other, one)
    middle = (left.x + right.x) / 2
    points = ((left.x, left.y), (middle, left.y), (middle, right.y), (right.x, right.y))
    return Curve(line, points, _at(points, SPREAD[turn % len(SPREAD)]))


def _at(points: Sequence[tuple[float, float]], t: float) -> tuple[float, float]:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    x, y = (sum(weight * point[axis] for weight, point in zip(weights, points, strict=True)) for axis in (0, 1))
    return x, y
