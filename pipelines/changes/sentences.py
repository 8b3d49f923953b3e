"""Changes of who is who in plain words, as seen from one record or one profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.tables import IDENTIFIER_TYPES

Change = Mapping[str, Any]

REASONS = {
    "new_record": "it is new",
    "edge": "",
    "judgement": "",
    "rules": "the rules changed",
    "match_model": "the match model changed",
    "removal": "a record was removed",
    "undo": "its removal was taken back",
    "evidence": "the evidence changed and holds them together no more",
    "unknown": "the reason was not kept then",
}
"""What each cause is called; those of an edge or a judgement are told by it."""


def say_record_change(change: Change) -> str:
    """What happened to a record: a row of kind ``move`` or ``remove``."""
    old, new = change["old_profile_id"], change["new_profile_id"]
    if new is None:
        return f"was removed; it had been in profile {old}"
    what = f"came into profile {new}" if old is None else f"went from profile {old} to {new}"
    return f"{what}: {say_cause(change)}"


def say_profile_change(change: Change, profile_id: str) -> str:
    """What happened to a profile: any row that names it, as old or as new."""
    kind, record = change["kind"], change["record_id"]
    old, new = change["old_profile_id"], change["new_profile_id"]
    cause = say_cause(change)
    if kind == "mint":
        return f"began: {cause}"
    if kind == "revive":
        return f"is there again: {cause}"
    if kind == "remove":
        return f"record {record} was removed"
    if kind == "move" and new == profile_id:
        return f"record {record} came{'' if old is None else f' from profile {old}'}: {cause}"
    if kind == "move":
        return f"record {record} went to profile {new}: {cause}"
    if kind == "retire" and new == profile_id:
        return f"profile {old} was merged into it: {cause}"
    if kind == "retire":
        return "ended: none of its records is left" if new is None else f"was merged into profile {new}: {cause}"
    return f"was split off from profile {old}: {cause}" if new == profile_id else f"profile {new} left it: {cause}"


def say_cause(change: Change) -> str:
    """Why, in words: the reason, and the edge that decided where there is one."""
    parts = [REASONS.get(change["cause"], change["cause"]), _say_edge(change)]
    return ", and ".join(part for part in parts if part) or "one edge decided, which was not kept"


def _say_edge(change: Change) -> str:
    rule = change["cause_rule"]
    if rule is None:
        return ""
    pair = f"{change['cause_record_id_l']} and {change['cause_record_id_r']}"
    if rule in ("same", "different"):
        people = "one person" if rule == "same" else "different people"
        number = change["cause_judgement"]
        return f"{pair} were judged to be {people}" + ("" if number is None else f" (decision {number})")
    name = rule.replace("_", " ")
    how = f"share the {name}" if rule in IDENTIFIER_TYPES else f"are alike (found by {name})"
    return f"{pair} {how}, {change['cause_match_weight']:+.1f}"
