"""What the gates expect, in words and as limits. Figures come from :mod:`pipelines.gates.measurements`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.settings import Settings
from schemas.registry import known_types

INGESTED, RESOLVED, EXPORTED = "ingested", "resolved", "exported"
GATES = (INGESTED, RESOLVED, EXPORTED)

SUBJECT_KEYS: dict[str, tuple[str, ...]] = {
    "messages": (),
    "events": ("source", "type"),
    "records": (),
    "profiles": (),
    "ids": ("published_records", "moved_records", "published_profiles", "merged_profiles", "split_profiles"),
    "segments": ("segment",),
    "audiences": ("audience",),
}
"""The tables of figures that are measured, and the columns that name a row in them (or, of ``ids``, explain it)."""

_REPORT_BUG = "This must never happen: keep the workspace as it is and report it."
_READ_QUARANTINE = (
    "Look at the reasons in ingest.quarantine; the source has probably changed what it sends."
    " If so much is right, raise gates.max_quarantine_share."
)


@dataclass(frozen=True)
class Expectation:
    """That every value of a column of figures is at most a limit, or one of a set of words."""

    gate: str
    subject: str
    column: str
    words: str
    advice: str
    kind: Literal["at_most", "one_of"] = "at_most"
    limit: float = 0
    values: tuple[str, ...] = ()


def gate_expectations(settings: Settings) -> list[Expectation]:
    """Every expectation of every gate, with the workspace's own limits."""
    return [*_ingested(settings), *_resolved(settings), *_exported(settings)]


def _ingested(settings: Settings) -> list[Expectation]:
    share = settings.gates.max_quarantine_share
    ahead = settings.ingest.max_ahead_hours
    early = settings.ingest.earliest_timestamp
    zero = [
        ("without_message_id", "every event has a message_id", _REPORT_BUG),
        ("repeated_message_ids", "every message_id is in the lake once", _REPORT_BUG),
        ("without_timestamp", "every event has a time", _REPORT_BUG),
        ("too_early", f"no event is older than {early}", _REPORT_BUG),
        ("too_late", f"no event is more than {ahead} h ahead of its receipt", _REPORT_BUG),
        ("sales_without_amount", "every sale and return has an amount", "Check how the source maps its totals."),
    ]
    return [
        Expectation(
            INGESTED,
            "messages",
            "quarantine_share",
            f"at most {share:g} of the new messages are in quarantine",
            _READ_QUARANTINE,
            limit=share,
        ),
        Expectation(
            INGESTED,
            "events",
            "type",
            "every event is of a type that has a contract",
            _REPORT_BUG,
            kind="one_of",
            values=tuple(known_types()),
        ),
        *(Expectation(INGESTED, "events", column, words, advice) for column, words, advice in zero),
    ]


def _resolved(settings: Settings) -> list[Expectation]:
    largest = settings.gates.max_records_per_profile
    again = "Run: klantbeeld resolve. When it stays, keep the workspace as it is and report it."
    zero = [
        ("records", "records_without_profile", "every source record is in a profile"),
        ("records", "records_in_several_profiles", "no source record is in two profiles"),
        ("records", "members_without_record", "every member of a profile is a source record"),
        ("profiles", "repeated_profile_ids", "every profile_id stands once"),
        ("profiles", "profiles_without_records", "every profile has source records"),
        ("profiles", "people_without_profile", "every person has a golden record"),
        ("profiles", "profiles_without_live_id", "every profile_id was minted and not retired"),
        ("profiles", "records_without_evidence", "every record that shares a profile has an edge to it"),
    ]
    return [
        *(Expectation(RESOLVED, subject, column, words, again) for subject, column, words in zero),
        *_stable_ids(settings),
        Expectation(
            RESOLVED,
            "profiles",
            "largest_profile",
            f"no profile has more than {largest} source records",
            "Probably an identifier that belongs to nobody joins them: find it with klantbeeld explain and add it to"
            " blocked_values. If so many are right, raise gates.max_records_per_profile.",
            limit=largest,
        ),
    ]


def _stable_ids(settings: Settings) -> list[Expectation]:
    gates = settings.gates
    moved, merged = gates.max_moved_records_share, gates.max_merged_profiles_share
    limits = [
        ("moved_share", moved, "records published last have another profile id", "max_moved_records_share"),
        ("merged_share", merged, "profiles published last are merged into others", "max_merged_profiles_share"),
    ]
    return [
        Expectation(RESOLVED, "ids", column, f"at most {limit:g} of the {words}", _look_at_ids(setting), limit=limit)
        for column, limit, words, setting in limits
    ]


def _look_at_ids(setting: str) -> str:
    return (
        "Whoever keeps profile ids elsewhere has to follow so many. See which, and why, in the ledger identity.changes;"
        " klantbeeld plan tells of such changes before they are made. If it is a mistake, put rules, match model or"
        " judgements back and run again: the people are as they were, those who had been merged under new ids. If it"
        f" is meant, set gates.{setting} over that share, run klantbeeld check, and set it back."
    )


def _exported(settings: Settings) -> list[Expectation]:
    change = settings.gates.max_audience_change
    model = "Change the segment's model."
    zero = [
        ("unknown_profiles", "every member of a segment is a profile", model),
        ("repeated_profiles", "nobody is in a segment twice", model),
        ("empty_reasons", "every member has a reason", model),
    ]
    return [
        *(Expectation(EXPORTED, "segments", column, words, advice) for column, words, advice in zero),
        Expectation(
            EXPORTED,
            "audiences",
            "change",
            f"no audience changed by more than {change:g} times its size",
            "If it should change so much, raise gates.max_audience_change for this run.",
            limit=change,
        ),
    ]
