"""What people ask about audiences: which there are, whom one would reach, why somebody is in or out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow.compute as pc

from models.errors import UsageError
from models.lakes import LAKE, Lake, open_lake, published_lake
from models.workspaces import Workspace
from pipelines.audiences.candidates import audience_settings, read_candidates
from pipelines.audiences.syncs import count_left_out, read_last_sync, require_published
from pipelines.build import segment_catalogue


@dataclass(frozen=True)
class AudienceEntry:
    """One audience of the settings; ``members`` and the sync are of its last export, None before the first."""

    name: str
    segment: str
    label: str
    description: str
    channel: str
    columns: tuple[str, ...]
    members: int
    synced_at: datetime | None
    run_id: str | None


@dataclass(frozen=True)
class AudiencePreview:
    """Whom an audience would reach at the published snapshot.

    ``segment_size`` counts everybody in the segment, ``members`` who would be exported, ``left_out`` the others by
    reason; ``reach`` how many of the segment could be reached over each channel. ``rows`` are the first members.
    """

    name: str
    segment: str
    channel: str
    segment_size: int
    members: int
    left_out: dict[str, int]
    reach: dict[str, int]
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class Stay:
    """One stay of a profile in an audience; ``exited_at`` is None while it lasts."""

    profile_id: str
    entered_at: datetime
    entered_run_id: str
    entered_reason: str
    exited_at: datetime | None
    exited_run_id: str | None
    exited_reason: str | None


@dataclass(frozen=True)
class MembershipAnswer:
    """Why a profile is in an audience, or why it is not.

    ``profile_id`` is who is meant now (the id asked for may have been merged), ``reason`` is the segment's sentence,
    or for a non-member why not; ``stays`` is the history under all its ids, oldest first.
    """

    audience: str
    asked_for: str
    profile_id: str
    is_member: bool
    reason: str
    entered_at: datetime | None
    stays: tuple[Stay, ...]


def list_audiences(workspace: Workspace) -> list[AudienceEntry]:
    """Every audience of the settings, by name. Works before anything is published.

    Raises:
        UsageError: there is no lake, or an audience names a segment that does not exist.
    """
    catalogue = {segment.name: segment for segment in segment_catalogue(workspace)}
    entries = []
    with open_lake(workspace, read_only=True) as lake:
        for name in sorted(workspace.settings.audiences):
            settings = audience_settings(workspace, name)
            segment = catalogue[settings.segment]
            last = read_last_sync(lake, name)
            entries.append(
                AudienceEntry(
                    name=name,
                    segment=segment.name,
                    label=segment.label,
                    description=segment.description,
                    channel=settings.channel,
                    columns=settings.columns,
                    members=_open_stays(lake, name),
                    synced_at=last.synced_at if last else None,
                    run_id=last.run_id if last else None,
                )
            )
    return entries


def preview_audience(workspace: Workspace, name: str, limit: int) -> AudiencePreview:
    """Whom the audience would reach at the published snapshot, with at most ``limit`` rows; nothing is written.

    Raises:
        UsageError: no such audience, segment or column, or nothing is published.
    """
    settings = audience_settings(workspace, name)
    with published_lake(workspace) as lake:
        candidates = read_candidates(lake, name)
        members = candidates.filter(pc.is_null(candidates["left_out"]))
        return AudiencePreview(
            name=name,
            segment=settings.segment,
            channel=settings.channel,
            segment_size=candidates.num_rows,
            members=members.num_rows,
            left_out=count_left_out(candidates),
            reach=_reach(lake, settings.segment),
            rows=members.drop_columns(["left_out"]).slice(0, limit).to_pylist(),
        )


def why_member(workspace: Workspace, name: str, profile_id: str) -> MembershipAnswer:
    """Why a profile is in an audience or not, at the published snapshot, and its history there.

    Raises:
        UsageError: no such audience, no such profile, or nothing is published.
    """
    audience_settings(workspace, name)
    with open_lake(workspace, read_only=True) as newest:
        with open_lake(workspace, snapshot_id=require_published(newest)) as published:
            ids = _all_ids(published, profile_id)
            if not ids:
                msg = f"No profile '{profile_id}' in {workspace.root}. Find people with: klantbeeld profile IDENTIFIER"
                raise UsageError(msg)
            candidates = read_candidates(published, name)
        stays = _stays(newest, name, ids)
    row = candidates.filter(pc.equal(candidates["profile_id"], ids[-1])).to_pylist()
    left_out = row[0]["left_out"] if row else "not in the segment"
    current = next((stay for stay in stays if stay.exited_at is None and stay.profile_id == ids[-1]), None)
    return MembershipAnswer(
        audience=name,
        asked_for=profile_id,
        profile_id=ids[-1],
        is_member=left_out is None,
        reason=row[0]["reason"] if left_out is None else left_out,
        entered_at=current.entered_at if current else None,
        stays=stays,
    )


def _open_stays(lake: Lake, name: str) -> int:
    statement = f"select count(*) from {LAKE}.audiences.memberships where audience = ? and exited_at is null"
    return int(lake.value(statement, [name]))


def _reach(lake: Lake, segment: str) -> dict[str, int]:
    """How many of a segment (known to exist) can be reached over each channel and are not suppressed on it."""
    row = lake.rows(
        f"""
        select
            count(*) filter (where not is_email_suppressed and email is not null),
            count(*) filter (where not is_phone_suppressed and phone is not null),
            count(*) filter (
                where not is_post_suppressed and street is not null and house_number is not null and city is not null
            )
        from {LAKE}.segments."{segment}"
        inner join {LAKE}.marts.dim_profiles using (profile_id)
        """
    )[0]
    return dict(zip(("email", "phone", "post"), (int(count) for count in row), strict=True))


def _all_ids(lake: Lake, profile_id: str) -> list[str]:
    """The id, whatever it was merged into, and what was merged into that; the live id last. Empty: no such id."""
    rows = lake.rows(
        f"""
        with recursive forward as (
            select profile_id, successor from {LAKE}.identity.profile_ids where profile_id = $profile_id
            union
            select ids.profile_id, ids.successor
            from {LAKE}.identity.profile_ids as ids
            inner join forward on ids.profile_id = forward.successor
        ),
        live as (select profile_id from forward where successor is null),
        backward as (
            select profile_id from live
            union
            select ids.profile_id
            from {LAKE}.identity.profile_ids as ids
            inner join backward on ids.successor = backward.profile_id
        )
        select backward.profile_id, live.profile_id is not null as is_live
        from backward
        left join live using (profile_id)
        order by is_live, backward.profile_id
        """,
        {"profile_id": profile_id},
    )
    return [str(row[0]) for row in rows]


def _stays(lake: Lake, name: str, ids: list[str]) -> tuple[Stay, ...]:
    rows = lake.rows(
        f"""
        select
            profile_id, entered_at, entered_run_id, entered_reason, exited_at, exited_run_id, exited_reason
        from {LAKE}.audiences.memberships
        where audience = $audience and list_contains($ids, profile_id)
        order by entered_at, exited_at nulls last, profile_id
        """,
        {"audience": name, "ids": ids},
    )
    return tuple(Stay(*row) for row in rows)
