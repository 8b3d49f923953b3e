"""Excel sheets as ``klantbeeld clean`` and ``klantbeeld evaluate`` read them."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.clean.exports import open_export
from pipelines.clean.sheets import cell_text
from tests.pipelines.commands.conftest import Klantbeeld, klantbeeld
from tests.support.workbooks import write_workbook

__all__ = ["klantbeeld"]

CUSTOMERS: list[list[Any]] = [
    ["number", "voornaam", "achternaam", "geboortedatum", "telefoon", "postcode", None],
    [1042, "Anna", "de Wit", date(1980, 4, 5), 31680976634, 1012, "a note"],
    [None, None, None, None, None, None, None],
    [1043, "Ana", "de Wit", "05-04-1980", "06-80976634", ('="10"&"12"', "1012"), None],
    [1044, "Bert", "Blok", date(1975, 1, 2), None, 3011, None],
]


def golden(folder: Path) -> list[dict[str, str]]:
    with (folder / "golden.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def crosswalk(folder: Path) -> dict[str, str]:
    with (folder / "crosswalk.csv").open(encoding="utf-8", newline="") as file:
        return {row["record_id"]: row["profile_id"] for row in csv.DictReader(file)}


def test_the_first_sheet_is_cleaned_and_the_others_are_named(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "crm.xlsx", {"Klanten": CUSTOMERS, "Oud": [["email"], ["x@y.nl"]]})
    outcome = klantbeeld("clean", path, "--out", tmp_path / "out", "--id", "number", "--json")
    assert (outcome.code, outcome.data["records"], outcome.data["profiles"]) == (0, 3, 2)
    assert crosswalk(tmp_path / "out") == {"1042": "P000001", "1043": "P000001", "1044": "P000002"}
    [anna, bert] = golden(tmp_path / "out")
    assert (anna["birth_date"], anna["phone"], anna["postcode"]) == ("1980-04-05", "+31680976634", "1012")
    assert (bert["birth_date"], bert["postcode"]) == ("1975-01-02", "3011")
    assert "crm.xlsx: read the sheet 'Klanten', not 'Oud' (name one as FILE.xlsx#SHEET).\n" in outcome.err
    assert "crm.xlsx: 1 empty rows were skipped.\n" in outcome.err
    assert "crm.xlsx: ignored columns: column G.\n" in outcome.err
    assert "UTF-8" not in outcome.err


def test_another_sheet_is_named_behind_the_file(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    write_workbook(tmp_path / "crm.xlsx", {"Klanten": CUSTOMERS, "Oud": [["email"], ["x@y.nl"], ["X@y.nl"]]})
    outcome = klantbeeld("clean", tmp_path / "crm.xlsx#Oud", "--out", tmp_path / "out", "--json")
    assert outcome.data["profiles"] == 1
    assert set(crosswalk(tmp_path / "out")) == {"crm.xlsx#Oud:1", "crm.xlsx#Oud:2"}
    both = klantbeeld("clean", tmp_path / "crm.xlsx#Oud", tmp_path / "crm.xlsx", "--out", tmp_path / "both", "--json")
    assert both.data["records"] == 5


def test_a_hidden_sheet_is_not_the_first(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "crm.xlsx", {"Lists": [["a"], ["b"]], "Klanten": CUSTOMERS}, hidden=["Lists"])
    with open_export(path) as file:
        assert file.columns[:2] == ("number", "voornaam")


def test_a_title_above_the_table_and_two_columns_of_one_name(tmp_path: Path) -> None:
    rows = [[None, None], [None, "email", "naam", "email"], [None, "a@b.nl", "Bo", "c@d.nl"], [None, " ", None, None]]
    with open_export(write_workbook(tmp_path / "crm.xlsx", {"Blad1": rows})) as file:
        assert file.columns == ("email", "naam")
        assert file.read(["email"]).table.to_pylist() == [{"email": "a@b.nl"}]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1042.0, "1042"),
        (31680976634.0, "31680976634"),
        (0.5, "0.5"),
        (True, "true"),
        (date(1980, 4, 5), "1980-04-05"),
        (datetime(1980, 4, 5), "1980-04-05"),  # noqa: DTZ001  Excel knows no time zones
        (datetime(1980, 4, 5, 13, 30), "1980-04-05T13:30:00"),  # noqa: DTZ001
        (timedelta(hours=30), "1 day, 6:00:00"),
        (" x ", "x"),
        ("", None),
    ],
)
def test_a_cell_as_text(value: Any, text: str | None) -> None:
    assert cell_text(value) == text


def test_what_cannot_be_read_says_why(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "crm.xlsx", {"Klanten": CUSTOMERS})
    whole = path.read_bytes()
    (tmp_path / "half.xlsx").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.xlsx").write_text("email\na@b.nl\n", encoding="utf-8")
    # How Office stores a workbook with a password: no zip file, but a compound file around it.
    (tmp_path / "locked.xlsx").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000))
    write_workbook(tmp_path / "bare.xlsx", {"Blad1": []})
    refusals = {
        name: klantbeeld("clean", tmp_path / name, "--out", tmp_path / "out").refusal
        for name in ("half.xlsx", "text.xlsx", "locked.xlsx", "crm.xlsx#Klant", "absent.xlsx#Klant")
    }
    for name in ("half.xlsx", "text.xlsx"):
        assert refusals[name] == (
            f"klantbeeld: {name} is not an Excel workbook, or a broken one. "
            "Save it again as .xlsx, or correct its name."
        )
    assert refusals["locked.xlsx"] == (
        "klantbeeld: locked.xlsx is protected by a password (or an .xls under another name). "
        "Save it as .xlsx without a password, or as CSV UTF-8."
    )
    assert refusals["crm.xlsx#Klant"] == (
        "klantbeeld: crm.xlsx has no sheet 'Klant'. Known: Klanten. Did you mean 'Klanten'?"
    )
    assert refusals["absent.xlsx#Klant"] == f"klantbeeld: No file {tmp_path / 'absent.xlsx'}."
    assert "no usable column" in klantbeeld("clean", tmp_path / "bare.xlsx", "--out", tmp_path / "out").refusal


def test_truth_may_stand_in_a_workbook(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    (tmp_path / "crosswalk.csv").write_text("record_id,profile_id\n1,P1\n2,P1\n", encoding="utf-8")
    truth = write_workbook(tmp_path / "truth.xlsx", {"T": [["record_id", "person_id"], [1, "a"], [2, "a"]]})
    found = klantbeeld("evaluate", tmp_path / "crosswalk.csv", "--truth", truth, "--json").data
    assert found["evaluation"]["pairwise_f1"] == 1.0
