"""Who can be asked: a person finder over what is published."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from identity.identification import KnownRecords, PersonFinder, comparison_names
from identity.index_files import read_index
from identity.match_indexes import MatchIndex
from models.lakes import LAKE, Lake, open_lake, published_lake
from models.workspaces import Workspace
from pipelines.resolve.resolutions import last_resolution, read_rules, rules_key

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PublishedFinder:
    """A person finder and the snapshot of the lake that it answers from."""

    finder: PersonFinder
    snapshot_id: int


def open_finder(workspace: Workspace) -> PublishedFinder:
    """A person finder over the newest published state; close it.

    Raises:
        UsageError: nothing is published, the match model cannot be compiled, or the settings are wrong.
    """
    with published_lake(workspace) as lake:
        rules = read_rules(workspace)
        known = KnownRecords.of(
            lake.sql(f"from {LAKE}.identity.records"),
            lake.sql(f"from {LAKE}.identity.record_identifiers"),
            lake.sql(f"from {LAKE}.identity.identifier_states"),
            lake.sql(f"select record_id_l, record_id_r, kind, rule, match_weight from {LAKE}.identity.edges"),
            lake.sql(f"select record_id, profile_id from {LAKE}.identity.record_profiles"),
            rules.settings.joins_from,
            comparison_names(rules.model),
            _match_index(workspace, lake),
        )
        snapshot_id = lake.snapshot_id()
    logger.info("identify: %d records of snapshot %d", len(known), snapshot_id)
    return PublishedFinder(PersonFinder(known, rules.model, rules.settings, rules.policies), snapshot_id)


def published_snapshot(workspace: Workspace) -> int | None:
    """The newest published snapshot, or None before the first.

    Raises:
        UsageError: there is no lake yet.
        RetriableError: its catalog does not answer.
    """
    with open_lake(workspace, read_only=True) as lake:
        return lake.published_snapshot_id()


def _match_index(workspace: Workspace, lake: Lake) -> MatchIndex | None:
    """The match index that goes with the lake's state; None where it is gone, and has to be made anew."""
    resolution = last_resolution(lake)
    if resolution is None:
        return None
    if resolution.rules_key != rules_key(workspace):
        logger.warning(
            "The published people were resolved by other rules than the settings have now. Run: klantbeeld run"
        )
    return read_index(workspace.match_index, str(resolution.number))
