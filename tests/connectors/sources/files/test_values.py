"""How a value of the file becomes a value of the event: numbers, moments, types, groups."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sources.files import staging
from schemas.registry import check
from tests.connectors.sources.files.loading import CRM, TILL, loading

RECEIPTS = """
[sources.till]
kind = "file"
type = "pos.sale"
group_by = "receipt"
[sources.till.columns]
"properties.receipt_id" = "receipt"
"external_ids.loyalty_id" = "card"
"properties.total" = "sum(amount)"
"properties.currency" = "= EUR"
[sources.till.lines]
sku = "sku"
quantity = "quantity"
amount = "amount"
"""


def sales(tmp_path: Path, text: str, settings: str = TILL, more: str = "") -> list[dict[str, Any]]:
    with loading(tmp_path, settings, more) as here:
        here.load_text(text)
        return [json.loads(message.value, parse_float=Decimal) for message in here.messages()]


@pytest.mark.parametrize(
    ("written", "total"),
    [
        ("12.50", "12.50"),
        ("-3", "-3"),
        ("0.10", "0.10"),
        ("+5", "5"),
        (" 7.00 ", "7"),
        (".5", "0.5"),
        ("007", "7"),
        ("1e2", "100.0"),
        ("1e-05", "1e-05"),
        ("-4.44089209850063e-16", "0"),
        ("99999999999999.9999", "99999999999999.9999"),
        ("12,50", '"12,50"'),
        ("€ 3", '"€ 3"'),
        ("nan", '"nan"'),
        ("1e999", '"1e999"'),
        ("1" * 41, f'"{"1" * 41}"'),
    ],
)
def test_a_number_keeps_its_digits_and_what_is_none_stays_text(tmp_path: Path, written: str, total: str) -> None:
    with loading(tmp_path, TILL) as here:
        here.load_text(f'receipt,total\nR1,"{written}"\n')
        [message] = here.messages()

    assert f'"total":{total}'.encode() in message.value


@pytest.mark.parametrize(
    ("written", "total"),
    [("1.234,50", "1234.50"), ("12,5", "12.5"), ("-1.234.567,00", "-1234567.00"), ("1.234", "1234"), (",5", "0.5")],
)
def test_a_decimal_comma_is_read_where_the_source_says_so(tmp_path: Path, written: str, total: str) -> None:
    [sale] = sales(tmp_path, f"receipt;total\nR1;{written}\n", more='decimal_separator = ","')

    assert str(sale["properties"]["total"]) == total


@given(st.decimals(min_value=-(10**13), max_value=10**13, places=2))
def test_money_is_exact_to_the_cent(amount: Decimal) -> None:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute((staging.FOLDER / "macros.sql").read_text())
        found = connection.execute("select number_json($a), sum_json($a, 1)", {"a": str(amount)}).fetchone()

    assert found is not None
    assert [json.loads(text, parse_float=Decimal) for text in found] == [amount, amount]


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-01-05T14:03:11+01:00", "2026-01-05T14:03:11+01:00"),
        ("2026-01-05T14:03:11Z", "2026-01-05T14:03:11Z"),
        ("2026-01-05 14:03:11+01", "2026-01-05T13:03:11Z"),
        ("2026-01-05T14:03:11+0100", "2026-01-05T13:03:11Z"),
        ("2026-01-05 14:03:11", "2026-01-05T13:03:11Z"),
        ("2026-07-05 14:03", "2026-07-05T12:03:00Z"),
        ("2026-01-05T14:03:11.25", "2026-01-05T13:03:11.250000Z"),
        ("2026-01-05", "2026-01-04T23:00:00Z"),
        ("2026-10-25 02:30:00", "2026-10-25T01:30:00Z"),
        ("2026-13-05", "2026-13-05"),
        ("5-1-2026", "5-1-2026"),
        ("infinity", "infinity"),
        ("yesterday", "yesterday"),
    ],
)
def test_a_time_without_offset_is_read_in_the_zone_and_no_time_stays(tmp_path: Path, written: str, moment: str) -> None:
    [sale] = sales(tmp_path, f"receipt,total,sold_at\nR1,1,{written}\n", more='time_zone = "Europe/Amsterdam"')

    assert sale["original_timestamp"] == moment


@pytest.mark.parametrize(
    ("declared", "written", "moment"),
    [
        ("%d-%m-%Y %H:%M", "05-01-2026 14:03", "2026-01-05T13:03:00Z"),
        ("%d-%m-%Y %H:%M", "2026-01-05 14:03", "2026-01-05 14:03"),
        ("%d/%m/%Y %H:%M:%S %z", "05/01/2026 14:03:11 +0100", "2026-01-05T13:03:11Z"),
        ("unix_s", "1767621791", "2026-01-05T14:03:11Z"),
        ("unix_ms", "1767621791250", "2026-01-05T14:03:11.250000Z"),
        ("unix_s", "soon", "soon"),
    ],
)
def test_a_declared_timestamp_format_is_used(tmp_path: Path, declared: str, written: str, moment: str) -> None:
    more = f'time_zone = "Europe/Amsterdam"\ntimestamp_format = "{declared}"'
    [sale] = sales(tmp_path, f"receipt,total,sold_at\nR1,1,{written}\n", more=more)

    assert sale["original_timestamp"] == moment


def test_rows_of_one_receipt_are_one_event_with_lines_and_the_exact_sum(tmp_path: Path) -> None:
    text = "receipt,card,sku,quantity,amount\nR1,,A,1,0.10\nR2,78,A,1,1\nR1,77,B,2.5,0.20\nR1,99,C,1,-0.05\n"
    first, second = sales(tmp_path, text, RECEIPTS)

    assert first["external_ids"] == {"loyalty_id": "77"}
    assert first["properties"] == {
        "currency": "EUR",
        "receipt_id": "R1",
        "total": Decimal("0.25"),
        "lines": [
            {"sku": "A", "quantity": 1, "amount": Decimal("0.10")},
            {"sku": "B", "quantity": Decimal("2.5"), "amount": Decimal("0.20")},
            {"sku": "C", "quantity": 1, "amount": Decimal("-0.05")},
        ],
    }
    assert second["properties"]["total"] == 1
    assert check(second) == []


def test_a_group_with_an_amount_that_is_no_number_is_left_to_the_contract(tmp_path: Path) -> None:
    text = "receipt,card,sku,quantity,amount\nR1,77,A,1,2.00\nR1,77,B,1,free\n"
    [sale] = sales(tmp_path, text, RECEIPTS)

    assert sale["properties"]["total"] == "free"
    assert {violation.path for violation in check(sale)} == {"properties.total", "properties.lines[1].amount"}


def test_rows_without_a_group_value_are_not_one_receipt(tmp_path: Path) -> None:
    text = "receipt,card,sku,quantity,amount\n,77,A,1,2.00\n,78,B,1,3.00\n"

    assert [sale["properties"]["total"] for sale in sales(tmp_path, text, RECEIPTS)] == [2, 3]


def test_a_column_chooses_the_event_type_through_a_translation(tmp_path: Path) -> None:
    settings = """
    [sources.mail]
    kind = "file"
    [sources.mail.columns]
    type = "event"
    "external_ids.email" = "to"
    [sources.mail.types]
    open = "email.opened"
    spam = "email.complained"
    """
    with loading(tmp_path, settings) as here:
        here.load_text("event,to\nopen,a@b.nl\nspam,c@d.nl\ndropped,e@f.nl\npos.sale,g@h.nl\n,i@j.nl\n")
        messages = here.messages()

    assert [(message.topic, message.event.get("type")) for message in messages] == [
        ("klantbeeld.email", "email.opened"),
        ("klantbeeld.email", "email.complained"),
        ("klantbeeld.email", "dropped"),
        ("klantbeeld.email", None),
        ("klantbeeld.pos", "pos.sale"),
    ]


def test_targets_are_nested_and_constants_are_text(tmp_path: Path) -> None:
    settings = CRM + '"traits.address.postcode" = "zip"\n"traits.address.country" = "= NL"\nuser_id = "id"\n'
    with loading(tmp_path, settings) as here:
        here.load_text("id,name,zip\n1,Sanne,3511 AB\n")
        [message] = here.messages()

    assert message.event["traits"] == {
        "address": {"country": "NL", "postcode": "3511 AB"},
        "given_name": "Sanne",
    }
    assert message.key == b"1"
    assert check(message.event) == []
