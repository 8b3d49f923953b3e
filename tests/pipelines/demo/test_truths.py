"""The truth: each record is one person, and what several people share is left out and counted."""

from __future__ import annotations

import csv
from pathlib import Path

import orjson

from pipelines.demo.population import DemoTruth
from pipelines.demo.population.truths import Ledger, write_truth


def read_truth(demo: DemoTruth) -> list[tuple[str, str]]:
    with demo.truth_file.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["record_id", "person_id"]
    return [(record, person) for record, person in rows[1:]]


def test_each_record_stands_in_the_truth_once_and_sorted(demo: DemoTruth) -> None:
    records = [record for record, _ in read_truth(demo)]
    assert records == sorted(set(records))
    assert len(records) == demo.records
    assert demo.people_with_records == len({person for _, person in read_truth(demo)})


def test_records_of_every_source_are_in_the_truth(demo: DemoTruth) -> None:
    kinds = {":".join(record.split(":")[:2]) for record, _ in read_truth(demo)}
    assert kinds >= {
        *("crm:crm_id", "loyalty:crm_id", "tills:loyalty_id", "tills:payment_token", "tills:email"),
        *("returns:loyalty_id", "mail:email", "service:email", "service:phone"),
        *("webshop:user_id", "webshop:anonymous_id"),
    }


def test_junk_and_walk_in_values_are_no_records(demo: DemoTruth) -> None:
    values = {record.split(":", 2)[2] for record, _ in read_truth(demo)}
    assert values.isdisjoint({"walk-in", "test@test.com", "guest", "0000000000", "+31000000000", ""})


def test_a_browser_that_two_users_logged_in_with_is_nobodys(demo: DemoTruth) -> None:
    users: dict[str, set[str]] = {}
    for line in demo.files["webshop"].read_bytes().splitlines():
        if line.endswith(b"}"):
            item = orjson.loads(line)
            user = item.get("userId", "guest")
            users.setdefault(item["anonymousId"], set()).update({user} - {"guest"})
    shared = {browser for browser, names in users.items() if len(names) > 1}
    truth = dict(read_truth(demo))
    persons = {truth[f"webshop:user_id:{user}"] for browser in shared for user in users[browser]}
    assert len(shared) >= 2
    assert len(persons) >= 4
    # Both may have logged in at once, without a click before: then the browser has no record of its own either.
    assert not [browser for browser in shared if f"webshop:anonymous_id:{browser}" in truth]


def test_records_that_events_of_two_people_share_are_left_out_and_counted() -> None:
    ledger = Ledger(people=3, shared_values={"familie@postbus.example"})
    ledger.add("tills", "loyalty_id", ["A", "A", "B"], [0, 1, 1])
    ledger.add("tills", "loyalty_id", ["A"], [0])
    ledger.add("mail", "email", ["familie@postbus.example", "eigen@postbus.example"], [0, 2])
    ledger.add("webshop", "anonymous_id", ["kiosk", "browser", ""], [2, 3, 0])
    ledger.share("webshop", "anonymous_id", ["kiosk", "unused"])
    assert ledger.owners() == {
        "mail:email:eigen@postbus.example": "p000002",
        "tills:loyalty_id:B": "p000001",
        "webshop:anonymous_id:browser": "v000000",
    }
    assert ledger.shared_records == 3


def test_the_showcase_is_a_person_of_many_sources(demo: DemoTruth) -> None:
    truth = dict(read_truth(demo))
    assert {truth[record] for record in demo.showcase.record_ids} == {demo.showcase.person_id}
    assert len({record.split(":")[0] for record in demo.showcase.record_ids}) >= 5


def test_the_truth_file_is_plain_csv(tmp_path: Path) -> None:
    write_truth(tmp_path / "truth.csv", {"crm:crm_id:K-1": "p000001"})
    assert (tmp_path / "truth.csv").read_bytes() == b"record_id,person_id\ncrm:crm_id:K-1,p000001\n"
