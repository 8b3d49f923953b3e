"""The chunk function of the ingest job as a ratio to bare ``orjson.loads``, in CPU time, in the same run.

The goal is 0.22 (docs: events per CPU second of parsing, checking, normalising and building tables, divided by those
of parsing alone with each object dropped at once). Events are about 1 KB: 40 % web, 20 % e-mail, 25 % till, 15 %
service, 1 % broken. The first round meets every telephone number for the first time.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import orjson
import pyarrow as pa

from models.policies import default_identifier_policies
from pipelines.normalise.events import BlockedIdentifiers, NormaliseSettings, normalise_events

EVENTS = 40_000
CHUNK = 5_000
ROUNDS = 3
RECEIVED = datetime(2026, 11, 22, 12, tzinfo=UTC)
_ARTICLES = "jas broek rok trui sok das muts riem tas schoen laars hemd vest jurk pak bloes"
WORDS = _ARTICLES.split()
SETTINGS = NormaliseSettings(
    default_country="NL",
    default_currency="EUR",
    earliest=datetime(1970, 1, 2, tzinfo=UTC),
    max_ahead=timedelta(hours=24),
    max_message_bytes=1_048_576,
    blocked={
        name: BlockedIdentifiers(policy.blocked_values, policy.blocked_patterns)
        for name, policy in default_identifier_policies().items()
    },
)


def make_values(count: int, seed: int = 1) -> list[bytes]:
    """``count`` messages of about 1 KB each, the same for the same seed."""
    draw = random.Random(seed)
    makers = [_web] * 8 + [_email] * 4 + [_sale] * 5 + [_ticket] * 3
    return [_message(draw, number, draw.choice(makers)) for number in range(count)]


def run(events: int = EVENTS, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row a round: CPU seconds and events per CPU second of both sides, and the ratio."""
    values = make_values(events)
    chunks = [_chunk(values[start : start + CHUNK]) for start in range(0, events, CHUNK)]
    rows = []
    for round_number in range(1, rounds + 1):
        bare = _cpu_s(lambda: _parse(values))
        whole = _cpu_s(lambda: _normalise(chunks))
        rows.append(
            {
                "round": round_number,
                "events": events,
                "bytes_per_event": round(sum(map(len, values)) / events),
                "orjson_events_per_cpu_s": round(events / bare),
                "normalise_events_per_cpu_s": round(events / whole),
                "ratio": round(bare / whole, 3),
            }
        )
    return rows


def main() -> None:
    """Print each round and the median ratio."""
    rows = run()
    for row in rows:
        print(
            f"round {row['round']}: orjson.loads {row['orjson_events_per_cpu_s']:,} events/cpu-s, "
            f"normalise_events {row['normalise_events_per_cpu_s']:,} ({row['bytes_per_event']} B each), "
            f"ratio {row['ratio']:.3f}"
        )
    print(f"median ratio {median(row['ratio'] for row in rows):.3f} (goal 0.22)")


def _parse(values: list[bytes]) -> None:
    loads = orjson.loads
    for value in values:
        try:
            loads(value)
        except orjson.JSONDecodeError:
            continue


def _normalise(chunks: list[tuple[pa.Array, pa.Array, pa.Array]]) -> None:
    for chunk in chunks:
        normalise_events(*chunk, SETTINGS)


def _chunk(values: list[bytes]) -> tuple[pa.Array, pa.Array, pa.Array]:
    count = len(values)
    return (
        pa.array(values, pa.binary()),
        pa.repeat(pa.scalar(RECEIVED, pa.timestamp("us", tz="UTC")), count),
        pa.nulls(count, pa.string()),
    )


def _cpu_s(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _message(draw: random.Random, number: int, make: Callable[[random.Random, int], dict[str, Any]]) -> bytes:
    person = draw.randrange(EVENTS // 2)
    happened = RECEIVED - timedelta(seconds=draw.randrange(86_400))
    event = {
        "message_id": f"{number:08d}-5b1e-4c1a-9d3e-{draw.randrange(16**12):012x}",
        "schema_version": "1.0",
        "original_timestamp": happened.isoformat(timespec="milliseconds"),
        "sent_at": (happened + timedelta(seconds=1)).isoformat(timespec="milliseconds"),
        "received_at": RECEIVED.isoformat(),
        **make(draw, person),
    }
    if draw.random() < 0.005:
        event["source"] = "No Such Name"
    value = orjson.dumps(event)
    return value[:-20] if draw.random() < 0.005 else value


def _web(draw: random.Random, person: int) -> dict[str, Any]:
    path = "/" + "/".join(draw.choices(WORDS, k=3))
    page = {
        "path": path,
        "referrer": "",
        "search": "",
        "title": _filler(draw, 3),
        "url": f"https://winkel.example{path}",
    }
    event = {
        "type": "web.page",
        "source": "website",
        "anonymous_id": f"a-{person:08d}-{person * 7919 % 10**9:09d}",
        "user_id": f"u{person}" if draw.random() < 0.4 else None,
        "name": draw.choice(WORDS),
        "properties": page | {"category": draw.choice(WORDS), "position": draw.randrange(50)},
        "context": {
            "library": {"name": "analytics.js", "version": "4.2.1"},
            "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Safari/537.36",
            "locale": "nl-NL",
            "timezone": "Europe/Amsterdam",
            "screen": {"width": 1920, "height": 1080, "density": 2},
            "campaign": {"name": draw.choice(WORDS), "source": "mail", "medium": "e-mail"},
            "page": page,
            "consent": {"analytics": True, "advertising": False},
        },
        "integrations": {"All": True},
    }
    if draw.random() < 0.15:
        event |= {"type": "web.identify", "traits": _traits(draw, person)}
    return event


def _email(draw: random.Random, person: int) -> dict[str, Any]:
    return {
        "type": draw.choice(("email.delivered", "email.opened", "email.clicked")),
        "source": "mailtool",
        "external_ids": {"email": f"Klant.{person}@Post.example"},
        "properties": {
            "email_id": f"s-{draw.randrange(100)}",
            "campaign": f"herfst-{draw.randrange(12)}",
            "subject": _filler(draw, 5),
            "url": f"https://winkel.example/{draw.choice(WORDS)}?utm_source=mail&utm_campaign=herfst",
            "tags": draw.choices(WORDS, k=5),
            "client": {"name": "Thunderbird", "os": "Linux", "type": "desktop", "bot": False},
            "location": {
                "country": "NL",
                "region": "UT",
                "city": "Utrecht",
                "postal": "3512",
                "tz": "Europe/Amsterdam",
            },
            "smtp": {"status": "250", "attempts": 1, "pool": "a", "tls": True, "size": draw.randrange(90_000)},
        },
    }


def _sale(draw: random.Random, person: int) -> dict[str, Any]:
    lines = [
        {
            "sku": f"{draw.randrange(10**6):06d}",
            "name": _filler(draw, 3),
            "quantity": draw.randrange(1, 4),
            "unit_price": draw.randrange(100, 9999) / 100,
            "discount": 0,
            "vat_rate": 21,
            "amount": draw.randrange(100, 9999) / 100,
        }
        for _ in range(draw.randrange(2, 9))
    ]
    return {
        "type": "pos.sale" if draw.random() < 0.95 else "pos.return",
        "source": "till",
        "external_ids": {"loyalty_id": f"7{person:08d}"} if draw.random() < 0.6 else {},
        "properties": {
            "receipt_id": f"r-{draw.randrange(10**9)}",
            "store_id": f"shop-{draw.randrange(40)}",
            "till_id": str(draw.randrange(6)),
            "currency": "EUR",
            "total": draw.randrange(100, 99999) / 100,
            "payment_method": "pin",
            "lines": lines,
        },
    }


def _ticket(draw: random.Random, person: int) -> dict[str, Any]:
    return {
        "type": "service.message",
        "source": "servicedesk",
        "external_ids": {"email": f"klant.{person}@post.example", "phone": f"06-{10_000_000 + person * 37}"},
        "properties": {
            "ticket_id": f"t-{draw.randrange(10**6)}",
            "subject": _filler(draw, 6),
            "channel": "email",
            "text": _filler(draw, 60),
            "tags": draw.choices(WORDS, k=3),
            "agent": {"id": draw.randrange(30), "team": "winkel", "name": "Sanne"},
            "sla": {"first_reply_minutes": draw.randrange(600), "breached": False},
        },
    }


def _traits(draw: random.Random, person: int) -> dict[str, Any]:
    return {
        "given_name": draw.choice(("Noor", "JAN", "Sanne", "pieter")),
        "family_name": draw.choice(("de Vries", "VAN DEN BERG", "Bakker", "o'brien")),
        "birth_date": f"19{50 + person % 50}-0{1 + person % 9}-1{person % 10}",
        "email": f"klant.{person}@post.example",
        "phone": f"+316{10_000_000 + person * 37}",
        "address": {"street": "Kerkstraat", "house_number": person % 200, "postcode": "3512ph", "city": "UTRECHT"},
    }


def _filler(draw: random.Random, words: int) -> str:
    return " ".join(draw.choices(WORDS, k=words))


if __name__ == "__main__":
    sys.exit(main())
