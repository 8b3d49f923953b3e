"""Who was who at a moment, by when it was known and by when it was true."""

from __future__ import annotations

import pytest

from models.errors import UsageError
from models.lakes import Lake
from pipelines.changes.moments import read_moment
from tests.pipelines.changes.ledgers import ONE, THREE, TWO
from tests.support.lakes import at


def records(lake: Lake, text: str, known: str, valid: str | None = None) -> tuple[str, list[str]]:
    moment = read_moment(lake, text, at(known), None if valid is None else at(valid))
    return moment.profile_id, [row["record_id"] for row in moment.records]


def test_before_the_merge_was_known_there_were_two(lake: Lake) -> None:
    assert records(lake, "p2", "2026-06-01") == ("p2", [TWO])
    assert records(lake, TWO, "2026-06-01T12:00") == ("p2", [TWO])
    then = read_moment(lake, "p2", at("2026-06-01"))
    assert (then.now, then.records) == ("p1", [{"record_id": TWO, "now": "p1"}])


def test_once_it_was_known_the_retired_id_leads_to_the_other(lake: Lake) -> None:
    assert records(lake, "p2", "2026-06-02") == ("p1", [ONE, TWO])
    assert records(lake, "p1", "2026-06-09") == ("p1", [ONE, TWO])


def test_as_we_know_now_they_were_not_yet_one_before_they_shared_anything(lake: Lake) -> None:
    assert records(lake, "p1", "2026-06-09", "2026-02-02") == ("p1", [ONE])
    assert records(lake, "p1", "2026-06-09", "2026-02-03") == ("p1", [ONE, TWO])
    assert records(lake, TWO, "2026-06-09", "2026-02-02") == ("p2", [TWO])


def test_a_record_that_was_removed_since_is_there_as_it_was_known_then(lake: Lake) -> None:
    moment = read_moment(lake, THREE, at("2026-06-03"))
    assert (moment.profile_id, moment.now, moment.records) == ("p3", None, [{"record_id": THREE, "now": None}])
    with pytest.raises(UsageError, match="Profile p3 had no record left at that moment"):
        read_moment(lake, "p3", at("2026-06-04"))


@pytest.mark.parametrize("text", ["p3", THREE, "nobody"])
def test_what_was_not_known_yet_is_refused(lake: Lake, text: str) -> None:
    with pytest.raises(UsageError, match="known at that moment"):
        read_moment(lake, text, at("2026-06-02"))
