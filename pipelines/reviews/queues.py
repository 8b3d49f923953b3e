"""The queue of questions about the published people."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from identity.clustering import JUDGED_DIFFERENT
from identity.judgements import Judgement
from models.lakes import LAKE, Lake
from pipelines.reviews.curves import Curve
from pipelines.reviews.holds import Tie, density, find_holds
from pipelines.reviews.known_answers import KnownAnswers
from pipelines.reviews.questions import (
    BRIDGE_DOUBT,
    BRIDGE_MATCH_WEIGHT,
    REFUSED_DOUBT,
    Kind,
    Question,
    alarm_doubt,
)

GREY_MATCH_WEIGHT = 4.0
"""So far from the threshold a match weight is grey: beyond it 1 in 16 says otherwise, and asking changes little."""

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class _Settled:
    """What judgements will change at the next resolve: pairs of people, and people that will come apart."""

    pairs: frozenset[frozenset[str]]
    parted: frozenset[str]


def read_queue(
    lake: Lake, judgements: Sequence[Judgement], curve: Curve, link_match_weight: float, kinds: Collection[str]
) -> list[Question]:
    """What to ask about the people of a lake, the answer that would change most first; what is judged is left out.

    Of two people, and of one person's weak places of one kind, each pair of records is asked once. People whom a
    judgement will change at the next resolve are left until then.

    Args:
        curve: the chance that a pair of a match weight is one person.
    """
    answers = KnownAnswers(judgements)
    settled = _settled(lake, judgements)
    found = [
        *_between(lake, curve, link_match_weight, settled),
        *_inside(lake, curve, link_match_weight, settled, answers),
    ]
    wanted = [
        question
        for question in found
        if question.kind in kinds and answers.of(question.record_id_a, question.record_id_b) is None
    ]
    return sorted(wanted, key=lambda question: question.rank)


def _between(lake: Lake, curve: Curve, link_match_weight: float, settled: _Settled) -> Iterator[Question]:
    parameters = {
        "judged_reason": JUDGED_DIFFERENT,
        "least": link_match_weight - GREY_MATCH_WEIGHT,
        "most": link_match_weight + GREY_MATCH_WEIGHT,
    }
    for row in _rows(lake, "between", parameters):
        if frozenset((row["profile_id_l"], row["profile_id_r"])) in settled.pairs:
            continue
        kind: Kind = "refused" if row["is_refused"] else "grey"
        yield Question(
            kind=kind,
            record_id_a=row["record_id_l"],
            record_id_b=row["record_id_r"],
            profile_id_a=row["profile_id_l"],
            profile_id_b=row["profile_id_r"],
            match_weight=row["match_weight"],
            moved=row["moved"],
            doubt=REFUSED_DOUBT if row["is_refused"] else curve.chance(row["match_weight"]),
            because=f"refused: {row['because']}" if row["is_refused"] else "two people now",
        )


def _inside(
    lake: Lake, curve: Curve, link_match_weight: float, settled: _Settled, answers: KnownAnswers
) -> Iterator[Question]:
    most = link_match_weight + GREY_MATCH_WEIGHT
    parameters = {"link_match_weight": link_match_weight, "doubt_match_weight": max(most, BRIDGE_MATCH_WEIGHT)}
    for profile_id, group in groupby(_rows(lake, "inside", parameters), key=lambda row: str(row["profile_id"])):
        rows = list(group)
        if profile_id not in settled.parted:
            ties = [Tie(r["record_id_l"], r["record_id_r"], r["match_weight"], r["is_judged"]) for r in rows]
            yield from _weak_places(profile_id, ties, rows[0]["conflicts"], curve, most, answers)


def _weak_places(
    profile_id: str, ties: Sequence[Tie], conflicts: int, curve: Curve, most: float, answers: KnownAnswers
) -> Iterator[Question]:
    """One person's weak places: where nothing but a weak edge holds, and where it would come apart if it is several."""
    holds = [
        hold
        for hold in find_holds(ties)
        if not hold.tie.is_judged and answers.of(hold.tie.record_id_l, hold.tie.record_id_r) is None
    ]
    records = len({record for tie in ties for record in (tie.record_id_l, tie.record_id_r)})
    share = density(records, len(ties))
    alarm = records * share * conflicts
    weakest = min(holds, key=lambda hold: hold.tie.match_weight, default=None)
    for hold in holds:
        weight = hold.tie.match_weight
        place: dict[str, Any] = {
            "record_id_a": hold.tie.record_id_l,
            "record_id_b": hold.tie.record_id_r,
            "profile_id_a": profile_id,
            "profile_id_b": profile_id,
            "match_weight": weight,
            "moved": hold.smaller_side,
        }
        if conflicts and hold is weakest:
            because = f"{records} records, {share:.0%} of their pairs tied, {conflicts} conflicting identifiers"
            yield Question(kind="alarm", **place, doubt=alarm_doubt(alarm), because=because, alarm=alarm)
        elif hold.is_bridge and weight < BRIDGE_MATCH_WEIGHT:
            yield Question(kind="bridge", **place, doubt=BRIDGE_DOUBT, because="nothing else holds them together")
        elif weight < most:
            yield Question(kind="grey", **place, doubt=1 - curve.chance(weight), because="one person now")


def _settled(lake: Lake, judgements: Sequence[Judgement]) -> _Settled:
    records = sorted({record for one in judgements for record in (one.record_id_a, one.record_id_b)})
    profile_of = dict(
        lake.rows(
            f"""select record_id, profile_id from {LAKE}.identity.record_profiles
            where list_contains($records, record_id)""",
            {"records": records},
        )
    )
    pairs: set[frozenset[str]] = set()
    parted: set[str] = set()
    for judgement in judgements:
        one, other = profile_of.get(judgement.record_id_a), profile_of.get(judgement.record_id_b)
        if one is None or other is None:
            continue
        if one != other:
            pairs.add(frozenset((one, other)))
        elif judgement.judgement == "different":
            parted.add(one)
    return _Settled(frozenset(pairs), frozenset(parted))


def _rows(lake: Lake, name: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    return lake.sql((FOLDER / f"{name}.sql").read_text(encoding="utf-8"), parameters).to_pylist()
