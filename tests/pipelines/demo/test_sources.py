"""The demo's sources as a whole: repeatable, of the promised size, damaged a known number of times."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from models.errors import UsageError
from pipelines.demo.population import DemoTruth, write_demo_sources
from tests.pipelines.demo.conftest import AS_OF

ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w.-]+")
"""Looks at each character once: an oversize message is one word of a million letters."""


def contents(truth: DemoTruth) -> dict[str, bytes]:
    files = [*truth.files.values(), truth.truth_file]
    return {path.name: path.read_bytes() for path in files}


def test_the_same_seed_gives_the_same_bytes(demo: DemoTruth, tmp_path: Path) -> None:
    again = write_demo_sources(tmp_path, seed=11, people=800, events=8_000, as_of=AS_OF)
    assert contents(again) == contents(demo)
    assert again.expected == demo.expected
    assert again.phenomena == demo.phenomena
    assert again.showcase == demo.showcase


def test_another_seed_gives_other_people(demo: DemoTruth, tmp_path: Path) -> None:
    other = contents(write_demo_sources(tmp_path, seed=12, people=800, events=8_000, as_of=AS_OF))
    assert all(other[name] != content for name, content in contents(demo).items())


def test_events_add_up_to_what_was_asked_in_the_promised_shares(demo: DemoTruth) -> None:
    events = demo.expected.events
    assert demo.expected.events_total == 8_000
    assert events["webshop"] == 3_200
    assert events["mail"] == 1_600
    assert events["tills"] == 1_880
    assert events["returns"] == 120
    assert events["crm"] + events["loyalty"] + events["service"] == 1_200
    assert min(events.values()) >= 100


def test_two_or_three_percent_is_broken_and_about_two_percent_sent_twice(demo: DemoTruth) -> None:
    assert 0.02 < demo.expected.quarantined_total / 8_000 < 0.032
    assert 0.015 < demo.expected.duplicates_total / 8_000 < 0.025
    assert demo.expected.refused == {400: 1, 413: 1}
    assert set(demo.expected.broken_by_kind()) == {
        "absurd_timestamp",
        "bad_amount",
        "invalid_utf8",
        "missing_field",
        "oversize",
        "truncated_json",
        "unknown_type",
        "wrong_columns",
        "wrong_type",
    }


def test_a_file_holds_its_events_its_repeats_and_its_broken_lines_and_nothing_else(demo: DemoTruth) -> None:
    expected = demo.expected
    for source in ("crm", "loyalty", "returns", "mail", "service"):
        lines = demo.files[source].read_bytes().splitlines()
        header = 1 if demo.files[source].suffix == ".csv" else 0
        messages = expected.events[source] + expected.duplicates[source] + sum(expected.broken[source].values())
        assert len(lines) - header == messages, source
    lines = demo.files["webshop"].read_bytes().splitlines()
    broken = sum(expected.broken["webshop"].values()) + sum(expected.refused.values())
    assert len(lines) == expected.events["webshop"] + expected.duplicates["webshop"] + broken


def test_each_receipt_has_lines_that_add_up_to_its_total(demo: DemoTruth) -> None:
    totals: dict[str, int] = {}
    sums: Counter[str] = Counter()
    with demo.files["tills"].open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if None in row or row["bontotaal"] is None or not re.fullmatch(r"\d+\.\d\d", row["bontotaal"]):
                continue
            if row["bon"].startswith("bon-x"):
                continue
            totals[row["bon"]] = round(float(row["bontotaal"]) * 100)
            sums[row["bon"]] += round(float(row["bedrag"]) * 100)
    assert len(totals) == demo.expected.events["tills"]
    assert totals == dict(sums)


def test_a_repeat_is_the_same_message_and_comes_later(demo: DemoTruth) -> None:
    seen: dict[str, bytes] = {}
    repeats = 0
    for line in demo.files["mail"].read_bytes().splitlines():
        try:
            message_id = orjson.loads(line)["id"]
        except orjson.JSONDecodeError:
            continue
        repeats += message_id in seen
        assert seen.setdefault(message_id, line) == line
    assert repeats == demo.expected.duplicates["mail"]


def test_everything_happens_in_the_window_and_in_order(demo: DemoTruth) -> None:
    times = [
        orjson.loads(line)["timestamp"]
        for line in demo.files["webshop"].read_bytes().splitlines()
        if line.endswith(b"}") and b'"2199-' not in line and b'"1890-' not in line
    ]
    moments = [datetime.fromisoformat(text) for text in times]
    assert min(moments) >= datetime(2025, 5, 22, 22, 0, tzinfo=UTC)
    assert max(moments) < datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
    assert max(moments) > datetime(2026, 11, 20, tzinfo=UTC)


def test_web_history_carries_no_sending_time(demo: DemoTruth) -> None:
    assert b"sentAt" not in demo.files["webshop"].read_bytes()


def test_e_mail_addresses_are_on_reserved_domains_or_are_known_junk(demo: DemoTruth) -> None:
    found = set()
    for path in demo.files.values():
        text = path.read_bytes().decode("utf-8", "replace")
        found |= {address.lower() for address in ADDRESS.findall(text)}
    assert len(found) > 300
    strange = {address for address in found if not re.search(r"\.(test|example)$", address)}
    # A byte that is no UTF-8 may have cut an address; whole ones are junk on purpose.
    assert {address for address in strange if "\ufffd" not in address and address.endswith(".com")} == {"test@test.com"}
    assert not any(re.search(r"@(mailinator|example)\.(com|org|net)$", address) for address in found)


def test_every_kind_of_trouble_occurs(demo: DemoTruth) -> None:
    rare = {"swapped_day_and_month", "sons_named_after_their_father", "junk_birth_date", "changed_names"}
    absent = {name for name, count in demo.phenomena.items() if count == 0}
    assert absent <= rare


def test_fifty_thousand_events_of_five_thousand_people_have_all_troubles(tmp_path: Path) -> None:
    truth = write_demo_sources(tmp_path, seed=7, people=5_000, events=50_000, as_of=AS_OF)
    assert truth.expected.events_total == 50_000
    assert truth.people + truth.visitors == 5_000
    assert all(count > 0 for count in truth.phenomena.values())
    assert truth.phenomena["kiosks"] == 4


def test_too_few_people_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="100 people or more, and 6 events a person"):
        write_demo_sources(tmp_path, seed=1, people=5, events=50, as_of=AS_OF)


def test_a_moment_without_a_time_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        write_demo_sources(tmp_path, seed=1, people=100, events=900, as_of=AS_OF.replace(tzinfo=None))


@pytest.mark.parametrize(("people", "events"), [(100, 600), (100, 2_000), (300, 60_000), (1_000, 6_000)])
def test_small_few_and_many_all_work(tmp_path: Path, people: int, events: int) -> None:
    for seed in range(3):
        truth = write_demo_sources(tmp_path, seed, people, events, AS_OF)
        assert truth.expected.events_total == events
        assert all(count > 0 for count in truth.expected.events.values())
