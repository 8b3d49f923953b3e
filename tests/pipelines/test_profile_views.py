"""The 360-degree view of one person."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from models.lakes import LAKE, Lake, open_lake
from pipelines.profile_views import read_profile
from tests.support.lakes import at, make_lake, seeded_story


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """The seeded story, with two stays in audiences, a trait and a ledger for one of its people."""
    workspace = make_lake(tmp_path_factory.mktemp("views") / "ws")
    with open_lake(workspace) as opened:
        seeded_story().write(opened)
        for statement in (
            f"""insert into {LAKE}.audiences.memberships values
            ('care', 'p11_regular', '2026-01-01', 'r1', 'complained', '2026-02-01', 'r2', 'not in the segment'),
            ('winback', 'p11_regular', '2026-03-01', 'r3', 'bought much', null, null, null),
            ('winback', 'p01_lapsed', '2026-03-01', 'r3', 'bought much', null, null, null)""",
            f"""insert into {LAKE}.profiles.traits values ('p11_regular', 'given_name', 'Ines', 'most_recent', 'shop',
            'user_id:u11', 'm1', '2026-01-01', 2)""",
            f"""insert into {LAKE}.identity.changes by name
            select col0 as position, col1 as run_id, 1 as sequence, col2::timestamptz as changed_at,
                col3 as kind, col4 as record_id, col5 as old_profile_id, col6 as new_profile_id,
                col7 as cause
            from (values
                (1, 'r1', '2025-01-01', 'mint', null, null, 'p11_regular', 'new_record'),
                (2, 'r2', '2025-02-01', 'move', 'shop:user_id:u11', 'p99', 'p11_regular', 'edge')
            ) as seen""",
        ):
            opened.connection.execute(statement)
        yield opened


def test_the_golden_record_its_origins_and_its_records_stand_together(lake: Lake) -> None:
    view = read_profile(lake, lake, "p11_regular")
    assert list(view) == [
        "profile",
        "traits",
        "identifiers",
        "records",
        "timeline",
        "audiences",
        "history",
        "household",
    ]
    assert (view["profile"]["profile_id"], view["profile"]["given_name"]) == ("p11_regular", "Ines")
    assert [(row["trait"], row["value"], row["rule"], row["candidates"]) for row in view["traits"]] == [
        ("given_name", "Ines", "most_recent", 2)
    ]
    assert [(row["type"], row["value"], row["state"]) for row in view["identifiers"]] == [
        ("email", "ines@people.test", "ok"),
        ("phone", "+31687654321", "ok"),
    ]
    assert [row["record_id"] for row in view["records"]] == ["shop:user_id:u11", "till:loyalty_id:p11_regular"]


def test_the_timeline_is_of_all_records_newest_first_and_of_the_length_asked(lake: Lake) -> None:
    timeline = read_profile(lake, lake, "p11_regular")["timeline"]
    assert [(row["timestamp"], row["type"], row["amount"], row["currency"]) for row in timeline] == [
        (at("2026-06-29T10:00"), "web.page", None, None),
        (at("2026-06-29T10:00"), "pos.sale", Decimal("999.0000"), "USD"),
        (at("2026-06-28T10:00"), "pos.sale", Decimal("60.1000"), "EUR"),
    ]
    assert len(read_profile(lake, lake, "p11_regular", events=1)["timeline"]) == 1
    assert read_profile(lake, lake, "p11_regular", events=0)["timeline"] == []


def test_stays_in_audiences_and_the_ledger_of_the_id_are_this_persons_own(lake: Lake) -> None:
    view = read_profile(lake, lake, "p11_regular")
    assert [(row["audience"], row["entered_at"], row["exited_reason"]) for row in view["audiences"]] == [
        ("winback", at("2026-03-01"), None),
        ("care", at("2026-01-01"), "not in the segment"),
    ]
    assert [(row["kind"], row["record_id"], row["old_profile_id"], row["cause"]) for row in view["history"]] == [
        ("mint", None, None, "new_record"),
        ("move", "shop:user_id:u11", "p99", "edge"),
    ]
