"""Whom an audience could reach: the members of its segment, and for each the reason to leave them out, if any.

Fails closed: who is not known, not reachable or suppressed is left out, and counted under that reason.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from models.errors import UsageError, suggest
from models.lakes import LAKE, Lake
from models.settings import SETTINGS_FILE, AudienceSettings
from models.workspaces import Workspace
from pipelines.build import segment_catalogue

FIXED_COLUMNS = ("profile_id", "reason", "left_out")

_LEFT_OUT = {
    "any": "",
    "email": """
        when coalesce(profiles.is_email_suppressed, true)
            then 'suppressed: ' || coalesce(profiles.email_suppression, 'not known')
        when profiles.email is null then 'no e-mail address'""",
    "phone": """
        when coalesce(profiles.is_phone_suppressed, true)
            then 'suppressed: ' || coalesce(profiles.phone_suppression, 'not known')
        when profiles.phone is null then 'no phone number'""",
    "post": """
        when coalesce(profiles.is_post_suppressed, true)
            then 'suppressed: ' || coalesce(profiles.post_suppression, 'not known')
        when profiles.street is null or profiles.house_number is null or profiles.city is null
            then 'no complete address'""",
}
"""Per channel, the reasons to leave somebody out, the gravest first."""


def audience_settings(workspace: Workspace, name: str) -> AudienceSettings:
    """The settings of one audience.

    Raises:
        UsageError: no such audience, or it names a segment that does not exist.
    """
    audiences = workspace.settings.audiences
    if name not in audiences:
        msg = f"No audience named '{name}' in {SETTINGS_FILE}. {suggest(name, audiences)} Add [audiences.{name}]."
        raise UsageError(msg)
    known = [segment.name for segment in segment_catalogue(workspace)]
    wanted = audiences[name].segment
    if wanted not in known:
        msg = f"{SETTINGS_FILE}: audiences.{name}.segment: no segment named '{wanted}'. {suggest(wanted, known)}"
        raise UsageError(msg)
    return audiences[name]


def read_candidates(lake: Lake, name: str) -> pa.Table:
    """The audience's segment at the lake's snapshot: profile_id, reason, left_out (null: a member), its columns.

    Ordered by profile_id, one row each.

    Raises:
        UsageError: no such audience, segment or column, or the segment is not built yet.
    """
    audience = audience_settings(lake.workspace, name)
    columns = [f'profiles."{column}"' for column in export_columns(lake, name)]
    statement = f"""
        select
            segment.profile_id,
            segment.reason,
            case
                when profiles.profile_id is null then 'profile not known'{_LEFT_OUT[audience.channel]}
            end as left_out
            {"".join(", " + column for column in columns)}
        from {LAKE}.segments."{audience.segment}" as segment
        left join {LAKE}.marts.dim_profiles as profiles using (profile_id)
        order by segment.profile_id
    """
    try:
        return lake.sql(statement)
    except duckdb.CatalogException as error:
        msg = f"Segment '{audience.segment}' is not built yet. Make it with: klantbeeld run"
        raise UsageError(msg) from error


def count_members(lake: Lake, name: str) -> int:
    """How many people the audience reaches at the lake's snapshot."""
    return int(pc.sum(pc.is_null(read_candidates(lake, name)["left_out"])).as_py() or 0)


def export_columns(lake: Lake, name: str) -> list[str]:
    """The audience's columns beside profile_id, checked to be columns of ``marts.dim_profiles``.

    Raises:
        UsageError: a column that no profile has, or that every export has already.
    """
    known = [
        row[0]
        for row in lake.rows(
            "select column_name from duckdb_columns() where database_name = ? and schema_name = 'marts'"
            " and table_name = 'dim_profiles' order by column_index",
            [LAKE],
        )
    ]
    columns = [column for column in audience_settings(lake.workspace, name).columns if column != "profile_id"]
    for column in columns:
        if known and column not in known:
            msg = f"{SETTINGS_FILE}: audiences.{name}.columns: no column '{column}'. {suggest(column, known)}"
            raise UsageError(msg)
    return list(dict.fromkeys(columns))
