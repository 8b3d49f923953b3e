"""Limits on identifiers with a window of event time: no order matters, and no person breaks them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.clustering import cluster_edges
from identity.limits import Held, Limit
from models.policies import IdentifierPolicy
from models.settings import IdentitySettings
from schemas.tables import EDGES
from tests.identity.factories import make_record, make_tables

START = datetime(2024, 1, 1, tzinfo=UTC)
CARDS = st.tuples(st.sampled_from("abcd"), st.integers(0, 40), st.integers(0, 10))
LIMITS = st.builds(Limit, st.integers(1, 3), st.integers(1, 30))


def held(card: tuple[str, int, int]) -> Held:
    value, first, length = card
    return Held(value, START + timedelta(days=first), START + timedelta(days=first + length))


def most_at_once(cards: list[tuple[str, int, int]], window_days: int) -> int:
    """By looking at every day: the most values that were seen then or in the window before."""
    spans: dict[str, tuple[int, int]] = {}
    for value, first, length in cards:
        before = spans.get(value, (first, first + length))
        spans[value] = (min(before[0], first), max(before[1], first + length))
    return max(
        sum(first <= day <= last + window_days for first, last in spans.values()) for day in range(0, 60 + window_days)
    )


@given(st.lists(CARDS, max_size=6), LIMITS, st.randoms(use_true_random=False))
def test_a_limit_is_broken_by_what_was_seen_within_its_window_in_any_order(
    cards: list[tuple[str, int, int]], limit: Limit, chance: Any
) -> None:
    shuffled = chance.sample(cards, len(cards))
    broken = most_at_once(cards, limit.window_days) > limit.most
    assert limit.is_broken_by([held(card) for card in cards]) == broken
    assert limit.is_broken_by([held(card) for card in shuffled]) == broken


@settings(max_examples=40, deadline=None)
@given(st.lists(CARDS, min_size=2, max_size=6), LIMITS, st.randoms(use_true_random=False))
def test_no_person_breaks_a_limit_and_the_order_of_records_changes_nobody(
    cards: list[tuple[str, int, int]], limit: Limit, chance: Any
) -> None:
    # Everybody has the same e-mail address: only the cards keep anyone apart.
    names = [f"{at:02}" for at in range(len(cards))]
    records, pairs = make_tables(
        *(make_record(name, email="x@post.nl") for name in names),
        more_pairs=[(name, "club", card[0]) for name, card in zip(names, cards, strict=True)],
    )
    seen = {name: held(card) for name, card in zip(names, cards, strict=True)}
    rows = [
        row | {"first_seen": seen[row["record_id"]].first_seen, "last_seen": seen[row["record_id"]].last_seen}
        for row in pairs.to_pylist()
    ]
    pairs = pa.Table.from_pylist(rows, pairs.schema)
    edges = [
        {"record_id_l": one, "record_id_r": other, "kind": "deterministic", "rule": "email", "match_weight": 9.0,
         "evidence": [], "model_version": None}
        for at, one in enumerate(names) for other in names[at + 1 :]
    ]  # fmt: skip
    policies = {
        "club": IdentifierPolicy(custom=True, max_per_person=limit.most, window_days=limit.window_days),
    }
    tables = (records, pairs, pa.Table.from_pylist(edges, EDGES))
    weights = IdentitySettings(link_match_weight=1.0, keep_match_weight=-1.0)
    found = cluster_edges(*tables, policies, weights).assignments
    shuffled = (
        table.take(pa.array(chance.sample(range(table.num_rows), table.num_rows), pa.int64())) for table in tables
    )
    assert cluster_edges(*shuffled, policies, weights).assignments == found
    clusters: dict[str, list[Held]] = {}
    for row in found.to_pylist():
        clusters.setdefault(row["cluster"], []).append(seen[row["record_id"]])
    for members in clusters.values():
        # A single record may break it by itself; a union may not.
        assert len(members) == 1 or not limit.is_broken_by(members)
