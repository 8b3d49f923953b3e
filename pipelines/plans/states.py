"""What else a plan counts: rules, profile ids, and identifier values that may link no more or again."""

from __future__ import annotations

from dataclasses import dataclass

from models.lakes import LAKE, Lake


@dataclass(frozen=True)
class RuleChanges:
    """Whether settings that decide who is who are other than at the last resolution, and the match model then and now.

    ``match_model_before`` is None where no resolution told it.
    """

    settings_changed: bool
    match_model_before: str | None
    match_model: str | None


@dataclass(frozen=True)
class IdChanges:
    """What would become of profile ids. ``moved`` records go from one to another, ``retired`` ids lead to a successor.

    ``ended`` ids would be retired with no record left.
    """

    minted: int
    retired: int
    ended: int
    moved: int


@dataclass(frozen=True)
class StateChange:
    """How many identifier values of a type would go from one state (``ok``, ``shared``, ``junk``) to another."""

    type: str
    before: str
    after: str
    values: int


def count_ids(lake: Lake, run_id: str) -> IdChanges:
    """What one run did to profile ids."""
    row = lake.rows(
        f"""
        select
            count(*) filter (where kind = 'mint'),
            count(*) filter (where kind = 'retire' and new_profile_id is not null),
            count(*) filter (where kind = 'retire' and new_profile_id is null),
            count(*) filter (where kind = 'move' and old_profile_id is not null)
        from {LAKE}.identity.changes where run_id = ?
        """,
        [run_id],
    )[0]
    return IdChanges(*row)


def compare_states(before: Lake, after: Lake) -> list[StateChange]:
    """Values whose state is another, of those that records carry in both; by type."""
    statement = f"select type, value, state from {LAKE}.identity.identifier_states"
    with after.registered(before.sql(statement), "states_before"):
        rows = after.rows(
            f"""
            select type, was.state, states.state, count(*)
            from ({statement}) as states
            inner join states_before as was using (type, value)
            where was.state <> states.state
            group by all
            order by all
            """
        )
    return [StateChange(*row) for row in rows]
