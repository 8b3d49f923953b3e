"""What is answered when it is asked who one record is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from identity.compiled_scorers import EvidencePart

Status = Literal["known", "new", "ambiguous"]


@dataclass(frozen=True)
class AnswerEdge:
    """An edge of the record with a known one, as it would stand in EDGES; ``profile_id`` is the known record's."""

    record_id: str
    profile_id: str
    kind: str
    rule: str
    match_weight: float
    evidence: tuple[EvidencePart, ...]
    model_version: str | None = None


@dataclass(frozen=True)
class Refused:
    """A union that was refused: with which record and person, how much spoke for it, and why not."""

    record_id: str
    profile_id: str
    match_weight: float
    reason: str


@dataclass(frozen=True)
class Candidate:
    """A person whom the record would belong to, and with how many of their records.

    ``match_weight`` is the strongest linking edge's; null where others lead to the person.
    """

    profile_id: str
    match_weight: float | None
    records: int


@dataclass(frozen=True)
class Answer:
    """Who the record is: the person that it would join if all records were resolved now, with it.

    - ``known``: of one person (``profile_id``); ``new``: of nobody who is known (``profile_id`` is null);
      ``ambiguous``: it would make one person of several ``candidates``, of whom ``profile_id`` is the likeliest.
    - ``match_weight``: of the strongest edge with that person (log2 odds); null where there is none.
    - ``edges``: what there is between it and the candidates, strongest first; ``other_edges``: between it and others.
    - ``refused``: unions that something spoke for, and something else against.
    """

    status: Status
    profile_id: str | None
    match_weight: float | None
    record_id: str
    because: str
    candidates: tuple[Candidate, ...] = ()
    edges: tuple[AnswerEdge, ...] = ()
    other_edges: tuple[AnswerEdge, ...] = ()
    refused: tuple[Refused, ...] = ()
