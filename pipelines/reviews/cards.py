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
class Card:
    """A question with what is needed to answer it. ``rows``: what, in record A, in record B; None where it is not said.

    What neither record says is left out.
    """

    question: Question
    rows: tuple[tuple[str, str | None, str | None], ...]
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
    rows = tuple(
        (name.replace("_", " "), value_text(a[name]), value_text(b[name])) for name in SHOWN if a[name] or b[name]
    )
    return Card(question, rows, tuple(read_edges(edges_between(lake, ends))))
