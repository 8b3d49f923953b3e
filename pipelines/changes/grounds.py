"""On what a run decides who is who, for the causes in the ledger: rules, match model, numbers of judgements."""

from __future__ import annotations

import hashlib

import msgspec
import pyarrow as pa

from identity.causes import JUDGEMENT_NUMBERS, Grounds
from identity.match_models import match_model_file, read_match_model
from models.lakes import LAKE, Lake
from models.settings import Settings
from models.workspaces import Workspace
from pipelines.judgements import Entry, read_judgements
from pipelines.runs.stages import fingerprint
from pipelines.thresholds import joining_match_weight


def read_grounds(workspace: Workspace, lake: Lake) -> Grounds:
    """What holds now, and what the last row of the ledger says held before.

    Raises:
        UsageError: the match model or a file of judgements is not as it should be.
    """
    position, rules_before, model_before = lake.rows(
        f"""select coalesce(max(position), 0), arg_max(rules_hash, position), arg_max(match_model, position)
        from {LAKE}.identity.changes"""
    )[0]
    return Grounds(
        rules_hash=hash_rules(workspace.settings),
        match_model=name_match_model(workspace),
        rules_hash_before=rules_before,
        match_model_before=model_before,
        link_match_weight=joining_match_weight(workspace),
        after_position=position,
        judgements=number_judgements(read_judgements(workspace)),
    )


def hash_rules(settings: Settings) -> str:
    """A short hash of the settings that decide who is who, the match model apart."""
    rules = msgspec.to_builtins(settings.identity)
    rules.pop("match_model")
    return fingerprint(rules, msgspec.to_builtins(settings.identifier_policies()))


def name_match_model(workspace: Workspace) -> str:
    """Version of the match model and the beginning of its file's hash: ``people_v1@0123456789ab``."""
    name, root = workspace.settings.identity.match_model, workspace.root
    content = match_model_file(name, root).read_bytes()
    return f"{read_match_model(name, root).version}@{hashlib.sha256(content).hexdigest()[:12]}"


def number_judgements(entries: list[Entry]) -> pa.Table:
    """The number of the newest decision per judged pair and verdict (JUDGEMENT_NUMBERS)."""
    newest: dict[tuple[str, str, str], tuple[str, int]] = {}
    for entry in entries:
        one, other = sorted((entry.record_id_a, entry.record_id_b))
        key = (one, other, entry.judgement)
        newest[key] = max(newest.get(key, ("", 0)), (entry.judged_at, entry.number))
    rows = [dict(zip(JUDGEMENT_NUMBERS.names, (*key, number), strict=True)) for key, (_, number) in newest.items()]
    return pa.Table.from_pylist(rows, schema=JUDGEMENT_NUMBERS)
