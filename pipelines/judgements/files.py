"""The files of judgements: what a line says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from identity.judgements import Judgement, Verdict, find_contradiction
from models.errors import UsageError
from pipelines.decision_files import DecisionFiles, Placed, utc_value

COLUMNS = ("number", "record_id_a", "record_id_b", "judgement", "judged_by", "judged_at", "reason")
"""Columns of a file, in this order. Rows of one number are one decision, made and undone as a whole."""

VERDICTS: dict[str, Verdict] = {"same": "same", "different": "different"}
"""The words that a file may use."""


@dataclass(frozen=True)
class Entry(Placed, Judgement):
    """A judgement and where it stands."""


def refuse_contradiction(entries: Sequence[Entry]) -> None:
    """Nothing, if the judgements agree.

    Raises:
        UsageError: they do not; names the files and lines.
    """
    found = find_contradiction(entries)
    if found is not None:
        different, same = found
        chain = ", ".join(entry.place for entry in same) or "nothing but itself"
        msg = (
            f"Contradictory judgements: {different.place} keeps apart what {chain} makes one person. "
            "Take one of them back, for example with: klantbeeld judge undo NUMBER"
        )
        raise UsageError(msg)


def _entry(values: dict[str, str], place: Placed) -> Entry:
    if values["judgement"] not in VERDICTS:
        msg = "judgement is neither 'same' nor 'different'"
        raise ValueError(msg)
    return Entry(
        record_id_a=values["record_id_a"],
        record_id_b=values["record_id_b"],
        judgement=VERDICTS[values["judgement"]],
        judged_by=values["judged_by"],
        judged_at=utc_value(values, "judged_at"),
        reason=values["reason"],
        **asdict(place),
    )


def _target(judgement: Judgement) -> object:
    return frozenset((judgement.record_id_a, judgement.record_id_b)), judgement.judgement


JUDGEMENT_FILES = DecisionFiles(
    folder=lambda workspace: workspace.judgements,
    noun="decision",
    command="judge",
    columns=COLUMNS,
    by="judged_by",
    at="judged_at",
    make=_entry,
    target=_target,
    refuse=refuse_contradiction,
)
