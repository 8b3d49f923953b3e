"""The two records of a question, side by side, and the edges between them."""

from __future__ import annotations

from dataclasses import dataclass

from identity.evidence import Edge, read_edges
from models.lakes import LAKE, Lake
from pipelines.explanations import edges_between
from pipelines.reviews.questions import Question
from pipelines.values import value_text
from schemas.tables import IDENTIFIER_TYPES, TRAITS

SHOWN = ("source", *TRAITS, *IDENTIFIER_TYPES, "first_seen", "last_seen")


@dataclass(frozen=True)
class Row:
    """What record A says of something and what record B does; None where one says nothing.

    ``is_same`` is None where they cannot be compared.
    """

    comparison: str
    value_l: str | None
    value_r: str | None
    is_same: bool | None


@dataclass(frozen=True)
class Card:
    """A question with what is needed to answer it. What neither record says is left out of ``rows``."""

    question: Question
    rows: tuple[Row, ...]
    edges: tuple[Edge, ...]


def read_card(lake: Lake, question: Question) -> Card:
    """The card of a question about the people of this lake."""
    ends = [question.record_id_a, question.record_id_b]
    found = lake.sql(
        f"select record_id, {', '.join(SHOWN)} from {LAKE}.identity.records where list_contains($ends, record_id)",
        {"ends": ends},
    ).to_pylist()
    records = {row["record_id"]: row for row in found}
    a, b = (records[end] for end in ends)
    rows = tuple(_row(name, value_text(a[name]), value_text(b[name])) for name in SHOWN if a[name] or b[name])
    return Card(question, rows, tuple(read_edges(edges_between(lake, ends))))


def _row(name: str, a: str | None, b: str | None) -> Row:
    return Row(name, a, b, None if a is None or b is None else a == b)
