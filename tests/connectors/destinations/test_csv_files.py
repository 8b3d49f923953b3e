from __future__ import annotations

import csv
import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.destinations.csv_files import (
    drop_export,
    prepare_export,
    prepared_exports,
    reveal_export,
    write_csv,
)
from models.errors import UsageError


def test_a_table_becomes_rfc_4180_with_a_header_crlf_and_quotes_where_needed(tmp_path: Path) -> None:
    table = pa.table(
        {
            "profile_id": ["p1", "p2"],
            "family_name": ['O"Hara, van', "Zürn"],
            "birth_date": pa.array([date(1980, 2, 29), None]),
            "amount": pa.array([Decimal("812.4000"), None], pa.decimal128(18, 4)),
            "seen_at": pa.array([datetime(2026, 1, 3, 10, 0, 0, 999, tzinfo=UTC), None], pa.timestamp("us", tz="UTC")),
            "sources": pa.array([["shop", "till"], None]),
            "is_open": pa.array([True, None]),
        }
    )
    facts = write_csv(tmp_path / "t.csv", table)
    written = (tmp_path / "t.csv").read_bytes()
    assert written.decode() == (
        "profile_id,family_name,birth_date,amount,seen_at,sources,is_open\r\n"
        'p1,"O""Hara, van",1980-02-29,812.4000,2026-01-03T10:00:00Z,shop;till,true\r\n'
        "p2,Zürn,,,,,\r\n"
    )
    assert facts.rows == 2
    assert facts.bytes == len(written)
    assert facts.sha256 == hashlib.sha256(written).hexdigest()


def test_a_cell_that_a_spreadsheet_would_calculate_gets_an_apostrophe_and_a_phone_number_does_not(
    tmp_path: Path,
) -> None:
    cells = ["=HYPERLINK(1)", "+31612345678", "+cmd|' /C calc'!A0", "-2+3", "-12.50", "@SUM(A1)", "\tx", "Anna", None]
    facts = write_csv(tmp_path / "t.csv", pa.table({"cell": cells, "other": ["="] * 9}))
    with (tmp_path / "t.csv").open(newline="") as handle:
        rows = list(csv.reader(handle))[1:]
    assert [row[0] for row in rows] == [
        "'=HYPERLINK(1)",
        "+31612345678",
        "'+cmd|' /C calc'!A0",
        "'-2+3",
        "-12.50",
        "'@SUM(A1)",
        "'\tx",
        "Anna",
        "",
    ]
    assert facts.escaped_cells == 5 + 9


def test_an_empty_table_gives_a_header_only(tmp_path: Path) -> None:
    facts = write_csv(tmp_path / "t.csv", pa.table({"profile_id": pa.array([], pa.string())}))
    assert (tmp_path / "t.csv").read_bytes() == b"profile_id\r\n"
    assert facts.rows == 0


@given(
    st.lists(
        st.tuples(st.text(st.characters(codec="utf-8", exclude_characters="\0")), st.integers()), min_size=1, max_size=8
    )
)
def test_any_text_comes_back_from_the_file_but_for_the_apostrophe(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    write_csv(path, pa.table({"text": [text for text, _ in rows], "number": [str(number) for _, number in rows]}))
    with path.open(newline="", encoding="utf-8") as handle:
        read = list(csv.reader(handle))[1:]
    assert [[row[0].removeprefix("'"), row[1]] for row in read] == [
        [text.removeprefix("'"), str(number)] for text, number in rows
    ]


def test_an_export_is_out_of_sight_until_it_is_revealed_and_then_whole(tmp_path: Path) -> None:
    folder = tmp_path / "winback" / "run1"
    prepare_export(folder, {"members.csv": pa.table({"profile_id": ["p1"]})}, {"audience": "winback"})
    assert not folder.exists()
    reveal_export(folder)
    reveal_export(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["audience"] == "winback"
    assert [entry["name"] for entry in manifest["files"]] == ["members.csv"]
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "members.csv"]
    assert [path.name for path in folder.parent.iterdir()] == ["run1"]


def test_an_export_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "run1"
    prepare_export(folder, {}, {})
    reveal_export(folder)
    with pytest.raises(UsageError, match="is there already"):
        prepare_export(folder, {}, {})


def test_what_an_interrupted_export_left_is_found_replaced_or_dropped(tmp_path: Path) -> None:
    folder = tmp_path / "winback" / "run1"
    first = prepare_export(folder, {"old.csv": pa.table({"a": ["1"]})}, {})
    assert prepare_export(folder, {"new.csv": pa.table({"a": ["1"]})}, {}) == first
    assert sorted(path.name for path in first.iterdir()) == ["manifest.json", "new.csv"]
    assert prepared_exports(tmp_path) == [folder]
    drop_export(folder)
    assert prepared_exports(tmp_path) == []
    assert not first.exists()
