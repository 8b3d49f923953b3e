"""Real till data through the loader, with the settings that the how-to shows."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from schemas.registry import check
from tests.connectors.sources.files.loading import loading

ROOT = Path(__file__).parents[4]
TRANSACTIONS = ROOT / "tests/data/completejourney/transactions.parquet"
HOW_TO = ROOT / "docs/how-to/load-files.md"

JOURNEY, *OTHERS = re.findall(r"```toml\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)


def test_sales_per_household_are_the_sources_to_the_cent(tmp_path: Path) -> None:
    with loading(tmp_path, JOURNEY) as here:
        report = here.load(TRANSACTIONS)
        messages = here.messages()

    sales: dict[str, Decimal] = defaultdict(Decimal)
    for message in messages:
        sale = json.loads(message.value, parse_float=Decimal)
        sales[sale["external_ids"]["loyalty_id"]] += sale["properties"]["total"]
    source: dict[str, Decimal] = defaultdict(Decimal)
    table = pq.read_table(TRANSACTIONS, columns=["household_id", "sales_value"])
    for household, value in zip(*(column.to_pylist() for column in table.columns), strict=True):
        source[household] += Decimal(str(value)).quantize(Decimal("0.01"))
    assert (report.rows, report.events, report.rejected) == (1955, 1282, 0)
    assert len(source) == 78
    assert source["2400"] == Decimal("516.43")
    assert sales == source


def test_every_receipt_keeps_its_contract_and_adds_up(tmp_path: Path) -> None:
    with loading(tmp_path, JOURNEY) as here:
        here.load(TRANSACTIONS)
        messages = here.messages()

    assert all(check(message.event) == [] for message in messages)
    assert sum(len(message.event["properties"]["lines"]) for message in messages) == 1955
    for message in messages:
        properties = json.loads(message.value, parse_float=Decimal)["properties"]
        assert sum(line["amount"] for line in properties["lines"]) == properties["total"]


@pytest.mark.parametrize(
    ("settings", "name", "content", "event_types"),
    [
        (
            OTHERS[0],
            "crm.csv",
            b"Klantnummer;E-mail;Voornaam;Achternaam;Geboortedatum;Straat;Huisnummer;Postcode;Plaats;Gewijzigd op\r\n"
            b"1001;zoe@voorbeeld.nl;Zo\xeb;de Wit;05-01-1980;Dorpsstraat;12a;3511 AB;Utrecht;21-11-2026 09:30\r\n",
            ["crm.contact"],
        ),
        (
            OTHERS[1],
            "events.jsonl",
            b'{"event":"open","event_id":"e1","at":"2026-11-21T09:30:00Z","recipient":{"address":"zoe@voorbeeld.nl"},'
            b'"mail_id":7,"campaign":"herfst"}\n'
            b'{"event":"click","event_id":"e2","at":"2026-11-21T09:31:00Z","recipient":{"address":"zoe@voorbeeld.nl"},'
            b'"mail_id":7,"campaign":"herfst","url":"https://voorbeeld.nl"}\n',
            ["email.opened", "email.clicked"],
        ),
        (
            OTHERS[2],
            "scores.csv",
            b'rated_at,requester,ticket,score\n2026-11-21T09:30:00Z,zoe@voorbeeld.nl,T-1,"7,5"\n',
            ["service.satisfaction_score"],
        ),
    ],
    ids=["crm", "mail-tool", "service-desk"],
)
def test_every_example_of_the_how_to_gives_events_that_keep_their_contract(
    tmp_path: Path, settings: str, name: str, content: bytes, event_types: list[str]
) -> None:
    with loading(tmp_path, settings) as here:
        here.load_text(content, name)
        events = here.events()

    assert [event["type"] for event in events] == event_types
    assert [check(event) for event in events] == [[] for _ in event_types]
