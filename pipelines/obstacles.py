"""What keeps two people of the published lake two, and what would have to come for them to be one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from identity.clustering import JUDGED_DIFFERENT
from identity.evidence import Edge, links
from identity.explanations import PairExplanation
from identity.gains import possible_gains
from identity.match_models import MatchModel
from identity.obstacles import (
    Obstacle,
    Traits,
    common_value_obstacle,
    component_obstacle,
    judgement_obstacle,
    key_obstacle,
    refusal_obstacles,
    weight_obstacle,
)
from identity.shared_keys import SharedKey
from models.lakes import LAKE, Lake
from pipelines.comparisons import Comparisons
from pipelines.thresholds import joining_match_weight


def find_obstacles(lake: Lake, pair: PairExplanation, profile_of: Mapping[str, str]) -> dict[str, Any]:
    """The fields ``obstacles``, ``asked`` and ``keys`` of the explanation of two people.

    A pair that no run has compared is compared now: what it would weigh, and which keys each record has.
    ``profile_of`` holds all records of both people.
    """
    a, b = pair.record_id_a, pair.record_id_b
    weight = joining_match_weight(lake.workspace)
    comparisons = Comparisons(lake)
    scored = next((edge for edge in pair.pairs if edge.kind == "probabilistic"), None)
    was_compared = scored is not None and set(scored.records) == {a, b}
    asked = None if was_compared else comparisons.score([(a, b)])[0]
    keys = [] if was_compared else comparisons.keys(a, b)
    # A judgement stands as one already, with its reason.
    refusals = [refusal for refusal in pair.refusals if refusal.reason != JUDGED_DIFFERENT]
    followed = links(pair.pairs, weight)
    found = [judgement_obstacle(veto) for veto in pair.judgements]
    found += refusal_obstacles(refusals, _traits(lake, profile_of[a], profile_of[b]))
    if followed and not pair.refusals:
        found.append(component_obstacle(followed[0]))
    found += _common_values(lake, profile_of[a], profile_of[b])
    if not followed and not pair.refusals:
        found += _too_little(scored, asked, keys, weight, comparisons.model)
    return {"obstacles": tuple(found), "asked": asked, "keys": tuple(keys)}


def _too_little(
    scored: Edge | None, asked: Edge | None, keys: Sequence[SharedKey], weight: float, model: MatchModel
) -> Iterator[Obstacle]:
    """Nothing links them: the best that was compared weighs too little, or the pair was never compared."""
    best = max((edge for edge in (scored, asked) if edge is not None), key=lambda edge: edge.match_weight)
    if best.match_weight < weight:
        yield weight_obstacle(best, weight, possible_gains(best, model))
    if asked is not None and (obstacle := key_obstacle(keys, asked, weight)):
        yield obstacle


def _traits(lake: Lake, one: str, other: str) -> Traits:
    """First names, birth dates and identifiers of two people, each with the number of records that say so."""
    rows = lake.rows(
        f"""
        with said as (
            select profile_id, unnest(['given_name', 'birth_date']) as name,
                unnest([given_name, birth_date::varchar]) as value
            from {LAKE}.identity.records
            inner join {LAKE}.identity.record_profiles using (record_id)
            where profile_id in ($one, $other)
            union all
            select profile_id, type, value
            from {LAKE}.profiles.identifiers
            where profile_id in ($one, $other) and state <> 'junk'
        )
        select profile_id, name, value from said where value is not null
        group by all order by profile_id, name, count(*) desc, value
        """,
        {"one": one, "other": other},
    )
    sides: dict[str, dict[str, list[str]]] = {one: {}, other: {}}
    for profile_id, name, value in rows:
        sides[profile_id].setdefault(name, []).append(value)
    return Traits(sides[one], sides[other])


def _common_values(lake: Lake, one: str, other: str) -> list[Obstacle]:
    """Identifiers that both people carry and that may not link."""
    rows = lake.rows(
        f"""select states.type, states.value, states.state, states.people, states.rule
        from {LAKE}.identity.identifier_states as states
        inner join {LAKE}.profiles.identifiers as held using (type, value)
        inner join {LAKE}.profiles.identifiers as held_there using (type, value)
        where held.profile_id = $one and held_there.profile_id = $other and states.state <> 'ok'
        order by states.type, states.value""",
        {"one": one, "other": other},
    )
    return [common_value_obstacle(*row) for row in rows]
