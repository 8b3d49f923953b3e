"""The formats and their dialects, as real systems write them."""

from __future__ import annotations

import gzip
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.sources.files import LoadReport
from models.errors import RetriableError, UsageError
from tests.connectors.sources.files.loading import CRM, TILL, loading


def contacts(tmp_path: Path, content: bytes, name: str = "export.csv", more: str = "") -> list[tuple[str, str | None]]:
    with loading(tmp_path, CRM, more) as here:
        here.load_text(content, name)
        return [(event["external_ids"]["crm_id"], event.get("traits", {}).get("given_name")) for event in here.events()]


def json_lines(
    tmp_path: Path, content: bytes, settings: str, more: str = ""
) -> tuple[LoadReport, list[Any], list[Any]]:
    with loading(tmp_path, settings, more) as here:
        report = here.load_text(content, "export.jsonl")
        refused = [(message.error, message.value) for message in here.messages() if message.error]
        return report, here.events(), refused


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"id;name\n1;Sanne\n2;Daan\n", "export.csv"),
        (b"id\tname\n1\tSanne\n2\tDaan\n", "export.tsv"),
        (b"id|name\r\n1|Sanne\r\n2|Daan\r\n", "export.txt"),
        (b"id,name\r1,Sanne\r2,Daan\r", "EXPORT.CSV"),
        (b"\xef\xbb\xbfid,name\n1,Sanne\n2,Daan", "export.csv"),
        (b'\r\n id ,"name "\n1,Sanne\n\n2,Daan\n', "export.csv"),
        (gzip.compress(b"id,name\n1,Sanne\n", mtime=0) + gzip.compress(b"2,Daan\n", mtime=0), "export.csv.gz"),
    ],
    ids=["semicolons", "tabs", "bars", "carriage-returns", "byte-order-mark", "blank-lines", "gzip"],
)
def test_csv_as_systems_write_it(tmp_path: Path, content: bytes, name: str) -> None:
    assert contacts(tmp_path, content, name) == [("1", "Sanne"), ("2", "Daan")]


def test_old_encodings_become_utf8(tmp_path: Path) -> None:
    assert contacts(tmp_path / "a", b"id,name\n1,Zo\xeb\n", more='encoding = "latin-1"') == [("1", "Zoë")]
    assert contacts(tmp_path / "b", b"id,name\n1,\x80 Zo\xeb\n", more='encoding = "windows-1252"') == [("1", "€ Zoë")]


def test_quoted_fields_hold_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    assert contacts(tmp_path, b'id,name\n1,"de ""Jong"",\r\nSanne"\n') == [("1", 'de "Jong",\r\nSanne')]


def test_an_empty_field_is_left_out(tmp_path: Path) -> None:
    assert contacts(tmp_path, b'id,name\n1,\n2,""\n') == [("1", None), ("2", None)]


def test_a_declared_format_beats_the_file_name(tmp_path: Path) -> None:
    assert contacts(tmp_path, b"id,name\n1,Sanne\n", "export.dat", 'format = "csv"') == [("1", "Sanne")]


def test_json_lines_with_nested_objects(tmp_path: Path) -> None:
    settings = (
        CRM.replace('"id"', '"contact.id"') + 'context = "extra?"\n"traits.vip" = "vip"\n"properties.n" = "a.b"\n'
    )
    content = (
        b'{"contact":{"id":77},"name":"Sanne","vip":true,"a.b":1.50,"extra":{"ip":"::1"}}\n\n'
        b'{"contact":{"id":"78"},"name":null,"a.b":""}\r\n'
    )
    report, events, _ = json_lines(tmp_path, content, settings)

    assert (report.rows, report.events) == (2, 2)
    assert events[0]["external_ids"] == {"crm_id": "77"}
    assert events[0]["traits"] == {"given_name": "Sanne", "vip": True}
    assert events[0]["properties"] == {"n": 1.5}
    assert events[0]["context"] == {"ip": "::1"}
    assert "traits" not in events[1]
    assert "properties" not in events[1]


def test_lines_that_are_no_json_objects_are_rejected_with_their_bytes(tmp_path: Path) -> None:
    content = b'{"id":1,"name":"Sanne"}\n{"id":2,\n[3]\n"4"\n{"id":5,"name":"\xff"}\n\n{"id":6,"name":"Daan"}'
    report, events, refused = json_lines(tmp_path, content, CRM)

    assert (report.rows, report.events, report.rejected) == (6, 2, 4)
    assert [event["external_ids"]["crm_id"] for event in events] == ["1", "6"]
    assert refused == [
        ("export.jsonl:2: not JSON", b'{"id":2,'),
        ("export.jsonl:3: not a JSON object", b"[3]"),
        ("export.jsonl:4: not a JSON object", b'"4"'),
        ("export.jsonl:5: byte 17 is not utf-8", b'{"id":5,"name":"\xff"}'),
    ]


def test_json_lines_without_one_object_are_all_rejected(tmp_path: Path) -> None:
    report, events, refused = json_lines(tmp_path, b"no\njson\n", CRM)

    assert (report.rows, report.rejected, events) == (2, 2, [])
    assert [value for _, value in refused] == [b"no", b"json"]


def test_parquet_values_become_what_the_contract_wants(tmp_path: Path) -> None:
    settings = TILL.replace("sold_at?", "sold_at") + (
        '"properties.store_id" = "store"\n"properties.flags" = "flags"\n"properties.week" = "week"\n'
        '"external_ids.loyalty_id" = "card"\n"properties.day" = "day"\n"properties.open" = "open"\n'
    )
    rows = pa.table(
        {
            "receipt": pa.array([9007199254740993, 2], pa.int64()),
            "total": pa.array([Decimal("12.50"), Decimal("0.10")], pa.decimal128(10, 2)),
            "sold_at": pa.array([1767621791000000, None], pa.timestamp("us")),
            "store": pa.array([309.0, None], pa.float64()),
            "flags": pa.array([["a", "b"], None]),
            "week": pa.array([5, None], pa.int32()),
            "card": pa.array(["", "77"]),
            "day": pa.array([20458, None], pa.date32()),
            "open": pa.array([True, None]),
        }
    )
    with loading(tmp_path, settings, 'time_zone = "Europe/Amsterdam"') as here:
        path = here.workspace.root / "till.parquet"
        pq.write_table(rows, path)
        report = here.load(path)
        first, second = here.events()

    assert report.rows == 2
    assert first["original_timestamp"] == "2026-01-05T13:03:11Z"
    assert first["properties"] == {
        "receipt_id": "9007199254740993",
        "total": 12.5,
        "store_id": "309",
        "flags": ["a", "b"],
        "week": 5,
        "day": "2026-01-05",
        "open": True,
    }
    assert "external_ids" not in first
    assert second["external_ids"] == {"loyalty_id": "77"}
    assert second["properties"] == {"receipt_id": "2", "total": 0.1}


def test_the_noise_of_doubles_is_left_out(tmp_path: Path) -> None:
    rows = pa.table({"receipt": [1e15 + 1, 5.0, 0.5], "total": [0.8500000000000004, 0.1 + 0.2, float("nan")]})
    with loading(tmp_path, TILL) as here:
        path = here.workspace.root / "till.parquet"
        pq.write_table(rows, path)
        here.load(path)

        assert [event["properties"] for event in here.events()] == [
            {"receipt_id": "1000000000000001", "total": 0.85},
            {"receipt_id": "5", "total": 0.3},
            {"receipt_id": "0.5", "total": "nan"},
        ]


def test_a_timestamp_with_a_zone_in_parquet_is_an_instant(tmp_path: Path) -> None:
    rows = pa.table(
        {"receipt": ["R1"], "total": [1.5], "sold_at": pa.array([1767621791500], pa.timestamp("ms", "UTC"))}
    )
    with loading(tmp_path, TILL, 'time_zone = "Europe/Amsterdam"') as here:
        path = here.workspace.root / "till.parquet"
        pq.write_table(rows, path)
        here.load(path)

        assert here.events()[0]["original_timestamp"] == "2026-01-05T14:03:11.500000Z"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", b"", r"empty\.csv is empty: no header row"),
        ("blank.csv", b"\n\r\n", r"blank\.csv is empty: no header row"),
        ("mark.csv", b"\xef\xbb\xbf", r"mark\.csv is empty: no header row"),
        ("empty.jsonl", b"", r"empty\.jsonl is empty"),
        ("export.xlsx", b"PK", r"export\.xlsx: its name does not tell its format.*csv"),
        ("export", b"id,name\n", r"export: its name does not tell its format"),
        ("till.parquet", b"id,name\n1,2\n", r"till\.parquet is not a Parquet file"),
        ("utf16.csv", "id,name\n".encode("utf-16"), r"utf16\.csv is UTF-16 text\. Save it as UTF-8"),
        ("old.csv", b"id,na\xefve\n", r"old\.csv: the header row is not utf-8\. Set encoding"),
        ("quote.csv", b'id,"name\n1,2\n', r"quote\.csv: the header row has a broken quote"),
        ("cut.csv.gz", gzip.compress(b"id,name\n1,2\n", mtime=0)[:-9], r"cut\.csv\.gz: not a whole gzip file"),
    ],
)
def test_a_file_that_cannot_be_read_gives_one_line(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    with loading(tmp_path, CRM) as here:
        with pytest.raises(UsageError, match=message) as caught:
            here.load_text(content, name)
        assert "\n" not in str(caught.value)
        assert here.messages() == []


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with loading(tmp_path, CRM) as here:
        with pytest.raises(UsageError, match=r"No file .*gone\.csv"):
            here.load(tmp_path / "gone.csv")
        (tmp_path / "folder.csv").mkdir()
        with pytest.raises(UsageError, match=r"folder\.csv is not a file"):
            here.load(tmp_path / "folder.csv")


def test_a_file_that_is_still_written_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.sources.files import loads

    with loading(tmp_path, CRM) as here:
        path = here.write("export.csv", "id,name\n1,Sanne\n")
        real = loads.stage_file

        def stage_and_write(*arguments: Any) -> Any:
            staged = real(*arguments)
            with path.open("a") as stream:
                stream.write("2,Daan\n")
            return staged

        monkeypatch.setattr(loads, "stage_file", stage_and_write)
        with pytest.raises(RetriableError, match="changed while it was read"):
            here.load(path)
        assert here.messages() == []
