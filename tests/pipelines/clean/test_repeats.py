"""Rows that repeat others word for word, and other input that could stall: each ends, and is said."""

from __future__ import annotations

import csv
import random
import resource
from collections import Counter
from pathlib import Path

import pytest

from tests.pipelines.commands.conftest import Klantbeeld, klantbeeld

__all__ = ["klantbeeld"]

JAN = "Jan,Jansen,1980-01-02,jan@jansen.nl\n"


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "in.csv"
    path.write_text(text, encoding="utf-8")
    return path


def crosswalk(folder: Path) -> dict[str, str]:
    with (folder / "crosswalk.csv").open(encoding="utf-8", newline="") as file:
        return {row["record_id"]: row["profile_id"] for row in csv.DictReader(file)}


def test_many_copies_of_one_row_are_one_person_and_a_variant_joins_them(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    path = write(tmp_path, "first_name,surname,dob,email\n" + JAN * 100_000 + "J.,Jansen,1980-01-02,jan@jansen.nl\n")
    found = klantbeeld("clean", path, "--out", tmp_path / "out", "--json").data
    assert (found["records"], found["profiles"], found["repeated_rows"]) == (100_001, 1, 99_999)
    with (tmp_path / "out" / "golden.csv").open(encoding="utf-8", newline="") as file:
        [golden] = csv.DictReader(file)
    assert (golden["given_name"], golden["records"]) == ("Jan", "100001")
    assert set(crosswalk(tmp_path / "out").values()) == {"P000001"}


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_million_copies_of_one_row_are_one_person_in_bounded_memory(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    path = write(tmp_path, "first_name,surname,dob,email\n" + JAN * 1_000_000)
    found = klantbeeld("clean", path, "--out", tmp_path / "out", "--json").data
    assert (found["records"], found["profiles"], found["largest_profile"]) == (1_000_000, 1, 1_000_000)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4_000_000  # KB on Linux


def test_copies_that_only_share_a_name_or_a_blocked_address_stay_apart(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    names = write(tmp_path, "first_name,surname,city\n" + "Jan,Jansen,Utrecht\n" * 1_000)
    found = klantbeeld("clean", names, "--out", tmp_path / "out", "--json").data
    assert (found["profiles"], found["repeated_rows"]) == (1_000, 999)
    addresses = write(tmp_path, "surname,email\n" + ",test@test.com\n" * 1_000)
    found = klantbeeld("clean", addresses, "--out", tmp_path / "out", "--json").data
    assert (found["profiles"], found["identifier_states"]) == (1_000, {"junk": 1})
    # Each is a person of its own, and none has two names.
    assert Counter(Counter(crosswalk(tmp_path / "out").values()).values()) == {1: 1_000}


def test_the_order_of_copies_changes_nothing(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    rows = ["1,Jan,Jansen,1980-01-02,jan@jansen.nl", "2,Els,Vos,1970-03-04,", "3,,,,test@test.com"]
    lines = [f"{at}{row[1:]}" for at, row in enumerate(rows * 5, 1)]
    found = []
    for order in (lines, lines[::-1]):
        path = write(tmp_path, "\n".join(["number,first_name,surname,dob,email", *order]) + "\n")
        klantbeeld("clean", path, "--out", tmp_path / "out", "--id", "number")
        groups: dict[str, set[str]] = {}
        for record, profile in crosswalk(tmp_path / "out").items():
            groups.setdefault(profile, set()).add(record)
        found.append({frozenset(group) for group in groups.values()})
    assert found[0] == found[1]
    assert {len(group) for group in found[0]} == {1, 5}


def test_rows_that_say_nothing_stay_apart_and_are_counted(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    path = write(tmp_path, "first_name,surname,dob,email\n" + ",,,\n" * 50 + JAN * 2)
    outcome = klantbeeld("clean", path, "--out", tmp_path / "out", "--json")
    assert (outcome.data["profiles"], outcome.data["empty_rows"], outcome.data["repeated_rows"]) == (51, 50, 1)
    assert "50 rows say nothing that can be used; each stays a person of its own." in outcome.err


def test_a_column_that_is_null_everywhere_is_said_and_hinders_nothing(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    path = write(tmp_path, "first_name,surname,dob,email,phone\n" + "Jan,Jansen,1980-01-02,jan@jansen.nl,\n" * 2)
    outcome = klantbeeld("clean", path, "--out", tmp_path / "out", "--json")
    assert "in.csv: phone: no row says it." in outcome.err
    assert outcome.data["profiles"] == 1


def test_a_chain_of_ten_thousand_records_is_cut_and_said(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    chain = "".join(f"m{at}@x.nl,m{at + 1}@x.nl\n" for at in range(10_000))
    outcome = klantbeeld("clean", write(tmp_path, "email,email_2\n" + chain), "--out", tmp_path / "out", "--json")
    assert (outcome.code, outcome.data["records"], outcome.data["alarms"]) == (0, 10_000, 1)
    assert outcome.data["largest_profile"] <= 500
    assert "1 chains of records were too long for one person; they were cut where they are weakest." in outcome.err


def test_a_value_that_every_record_shares_joins_nobody(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    draw = random.Random(7)
    names = ["".join(draw.choices("abcdefghijklmnoprstuvwz", k=8)) for _ in range(4_000)]
    people = "".join(
        f"{names[at]},{names[-at - 1]},{at % 60 + 1940}-{at % 12 + 1}-{at % 28 + 1},info@winkel.nl,Utrecht\n"
        for at in range(2_000)
    )
    path = write(tmp_path, "first_name,surname,dob,email,city\n" + people)
    found = klantbeeld("clean", path, "--out", tmp_path / "out", "--json").data
    assert (found["profiles"], found["identifier_states"]) == (2_000, {"junk": 1})


def test_repeats_are_told_by_all_identifiers_and_not_by_the_first(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    path = write(tmp_path, "email,email_2\na@x.nl,b@x.nl\na@x.nl,b@x.nl\na@x.nl,\na@x.nl,\n")
    assert klantbeeld("clean", path, "--out", tmp_path / "out", "--json").data["repeated_rows"] == 2
