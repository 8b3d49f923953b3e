"""An answer as plain values, for JSON."""

from __future__ import annotations

from typing import Any

from identity.identification import Answer, AnswerEdge
from pipelines.identify.questions import Question


def answer_view(answer: Answer, question: Question, snapshot_id: int) -> dict[str, Any]:
    """The whole answer, with what of the record could not be used and the snapshot of the lake it comes from."""
    return {
        "status": answer.status,
        "profile_id": answer.profile_id,
        "match_weight": answer.match_weight,
        "because": answer.because,
        "candidates": [
            {"profile_id": one.profile_id, "match_weight": one.match_weight, "records": one.records}
            for one in answer.candidates
        ],
        "edges": [_edge(edge) for edge in answer.edges],
        "other_edges": [_edge(edge) for edge in answer.other_edges],
        "refused": [
            {"record_id": one.record_id, "profile_id": one.profile_id}
            | {"match_weight": one.match_weight, "reason": one.reason}
            for one in answer.refused
        ],
        "warnings": question.warnings,
        "snapshot_id": snapshot_id,
    }


def _edge(edge: AnswerEdge) -> dict[str, Any]:
    return {
        "record_id": edge.record_id,
        "profile_id": edge.profile_id,
        "kind": edge.kind,
        "rule": edge.rule,
        "match_weight": edge.match_weight,
        "evidence": [part._asdict() for part in edge.evidence],
        "model_version": edge.model_version,
    }
