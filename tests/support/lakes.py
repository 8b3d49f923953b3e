"""Small lakes with believable rows, for tests of what reads the lake.

``LakeStory`` collects people, their source records and what they did; ``write`` puts it all in the lake's tables.
Names of people are invented.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from models.lakes import Lake, open_lake
from models.workspaces import Workspace
from schemas.tables import (
    EDGES,
    EVENTS,
    PROFILE_IDENTIFIERS,
    PROFILE_IDS,
    PROFILES,
    QUARANTINE,
    RECORD_PROFILES,
    RECORDS,
)
from tests.support.copies import copy_of
from tests.support.workspaces import make_workspace

RUN_ID = "20260701T000000Z-seeded"
AS_OF = datetime(2026, 7, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    """A moment in UTC: ``at("2026-01-03")`` or ``at("2026-01-03T10:30")``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def make_lake(root: Path, settings: str = "") -> Workspace:
    """A workspace in a new folder with these settings (TOML) and an empty lake."""
    return create_lake(root, settings) if "[lake" in settings else copy_of(create_lake, root, settings)


def create_lake(root: Path, settings: str = "") -> Workspace:
    """As :func:`make_lake`, but made anew; it takes half a second."""
    workspace = make_workspace(root, settings)
    open_lake(workspace, create=True).close()
    return workspace


class LakeStory:
    """People and what they did, collected and then written as the lake's tables."""

    def __init__(self, run_id: str = RUN_ID) -> None:
        self.run_id = run_id
        self.events: list[dict[str, Any]] = []
        self.records: list[dict[str, Any]] = []
        self.record_profiles: list[dict[str, Any]] = []
        self.profile_ids: list[dict[str, Any]] = []
        self.profiles: list[dict[str, Any]] = []
        self.identifiers: list[dict[str, Any]] = []
        self.edges: list[dict[str, Any]] = []
        self.quarantine: list[dict[str, Any]] = []

    def person(self, profile_id: str, *, records: Sequence[str] = (), **traits: Any) -> str:
        """A person with source records ``<source>:<type>:<value>`` (default ``till:loyalty_id:<profile_id>``)."""
        own = list(records) or [f"till:loyalty_id:{profile_id}"]
        seen = {"first_seen": at("2025-01-01"), "last_seen": at("2026-06-01")}
        for record in own:
            source, _, source_record_id = record.partition(":")
            key = {"record_id": record, "source": source, "source_record_id": source_record_id}
            self.records.append(key | seen | traits)
            self.record_profiles.append(key | {"profile_id": profile_id})
        for left, right in zip(sorted(own), sorted(own)[1:], strict=False):
            self.edge(left, right)
        self.profiles.append(
            {"profile_id": profile_id, "records": len(own), "sources": sorted({r.split(":")[0] for r in own})}
            | {"events": 1}
            | seen
            | traits
        )
        self.profile_ids.append({"profile_id": profile_id, "minted_at": at("2025-01-01"), "minted_run_id": self.run_id})
        for kind in ("email", "phone"):
            if traits.get(kind):
                self.identifiers.append(
                    {"profile_id": profile_id, "type": kind, "value": traits[kind], "state": "ok", "events": 1} | seen
                )
        return own[0]

    def edge(self, left: str, right: str) -> None:
        """Evidence that two source records are one person."""
        evidence = [{"comparison": "email", "level": "exact", "match_weight": 9.0}]
        pair = {"record_id_l": min(left, right), "record_id_r": max(left, right)}
        self.edges.append(pair | {"kind": "deterministic", "rule": "email", "match_weight": 9.0, "evidence": evidence})

    def event(
        self,
        record: str | None,
        type: str,
        moment: datetime,
        *,
        source: str = "till",
        properties: dict[str, Any] | None = None,
        **columns: Any,
    ) -> str:
        """One event of a source record (None: nobody was named)."""
        message_id = f"m{len(self.events):05d}-{self.run_id}"
        if record is not None:
            source, _, columns["source_record_id"] = record.partition(":")
        payload = {"message_id": message_id, "type": type, "properties": properties or {}}
        self.events.append(
            {
                "message_id": message_id,
                "source": source,
                "type": type,
                "schema_version": "1.0",
                "timestamp": moment,
                "received_at": moment + timedelta(seconds=2),
                "payload": json.dumps(payload),
                "warnings": [],
                "log_topic": f"klantbeeld.{type.split('.')[0]}",
                "log_partition": 0,
                "log_offset": len(self.events),
                "run_id": self.run_id,
            }
            | columns
        )
        return message_id

    def sale(self, record: str | None, moment: datetime, amount: str, currency: str = "EUR") -> str:
        """A purchase at the till, or (negative amount) a return."""
        kind = "pos.return" if amount.startswith("-") else "pos.sale"
        receipt = f"R{len(self.events)}"
        lines = [{"sku": "A1", "quantity": 1, "amount": amount.lstrip("-")}]
        properties = {"receipt_id": receipt, "total": amount, "lines": lines}
        money = {"amount": Decimal(amount), "currency": currency, "reference": receipt}
        return self.event(record, kind, moment, properties=properties, **money)

    def mail(self, record: str, action: str, moment: datetime, email: str, **properties: Any) -> str:
        """Something that happened to an e-mail."""
        return self.event(record, f"email.{action}", moment, email=email, reference="spring", properties=properties)

    def refuse(self, count: int, source: str = "till") -> None:
        """Messages in quarantine."""
        start = len(self.quarantine)
        for number in range(start, start + count):
            self.quarantine.append(
                {
                    "quarantine_id": f"q{number}-{self.run_id}",
                    "source": source,
                    "stage": "parse",
                    "reasons": [{"path": "$", "rule": "json", "message": "not JSON"}],
                    "original": b"{",
                    "log_topic": "klantbeeld.pos",
                    "log_partition": 1,
                    "log_offset": number,
                    "run_id": self.run_id,
                }
            )

    def write(self, lake: Lake) -> None:
        """Append everything to the lake, in one transaction."""
        tables: Iterable[tuple[str, list[dict[str, Any]], pa.Schema]] = (
            ("ingest.events", self.events, EVENTS),
            ("ingest.quarantine", self.quarantine, QUARANTINE),
            ("identity.records", self.records, RECORDS),
            ("identity.record_profiles", self.record_profiles, RECORD_PROFILES),
            ("identity.profile_ids", self.profile_ids, PROFILE_IDS),
            ("identity.edges", self.edges, EDGES),
            ("profiles.profiles", self.profiles, PROFILES),
            ("profiles.identifiers", self.identifiers, PROFILE_IDENTIFIERS),
        )
        with lake.transaction(self.run_id, "seed"):
            for table, rows, schema in tables:
                known = set(schema.names)
                kept = [{name: row.get(name) for name in schema.names} for row in rows]
                assert all(set(row) <= known for row in kept)
                lake.insert(table, pa.Table.from_pylist(kept, schema=schema))


def seeded_story() -> LakeStory:
    """Twelve people who between them are every case of the product's segments, as of :data:`AS_OF`."""
    story = LakeStory()
    lapsed = {
        "p01_lapsed": {"email": "anneke@people.test", "given_name": "Anneke", "family_name": "Zeldenrust"},
        "p02_lapsed_left": {"email": "bram@people.test", "given_name": "Bram", "family_name": "Oosterling"},
        "p03_lapsed_bounced": {"email": "chaima@people.test", "given_name": "Chaima", "family_name": "Vonderwijk"},
        "p04_lapsed_no_mail": {"given_name": "Dirk", "family_name": "Hazelaar", "phone": "+31612345678"},
        "p05_lapsed_angry": {"email": "els@people.test", "given_name": "Els", "family_name": "Roodenrijs"},
    }
    for profile_id, traits in lapsed.items():
        record = story.person(profile_id, **traits)
        for month in range(1, 10):
            story.sale(record, at(f"2025-{month:02d}-15T11:00"), "90.00")
        story.sale(record, at("2025-10-01T11:00"), "12.40")
        story.sale(record, at("2025-10-02T11:00"), "-10.00")
    mails = {
        "p01_lapsed": ("anneke@people.test", "delivered", {}),
        "p02_lapsed_left": ("bram@people.test", "unsubscribed", {}),
        "p03_lapsed_bounced": ("chaima@people.test", "bounced", {"bounce_type": "hard"}),
        "p05_lapsed_angry": ("els@people.test", "complained", {}),
    }
    for profile_id, (email, action, properties) in mails.items():
        story.mail(f"till:loyalty_id:{profile_id}", action, at("2026-05-01T08:00"), email, **properties)

    for profile_id, name in (("p06_reader", "Fatima"), ("p07_reader_buyer", "Gijs")):
        email = f"{name.lower()}@people.test"
        record = story.person(profile_id, records=[f"mailer:email:{email}"], email=email, given_name=name)
        for week in (1, 8, 15, 22):
            story.mail(record, "delivered", at(f"2026-06-{week:02d}T08:00"), email, email_id=f"n{week}")
            story.mail(record, "opened", at(f"2026-06-{week:02d}T09:00"), email, email_id=f"n{week}")
            story.mail(record, "clicked", at(f"2026-06-{week:02d}T09:01"), email, email_id=f"n{week}")
    story.event(
        "mailer:email:gijs@people.test",
        "web.track",
        at("2026-06-23T10:00"),
        name="Order Completed",
        amount=Decimal("45.50"),
        currency="EUR",
        reference="W1",
        properties={"order_id": "W1", "total": 45.5},
    )

    for profile_id, opened, closed in (
        ("p08_complaint", "2026-06-25T10:00", None),
        ("p09_complaint_closed", "2026-06-25T10:00", "2026-06-26T10:00"),
        ("p10_complaint_old", "2026-05-01T10:00", None),
    ):
        record = story.person(profile_id, records=[f"desk:email:{profile_id}@people.test"], given_name="Hanna")
        ticket = {"ticket_id": f"T-{profile_id[:3]}", "category": "Complaint"}
        story.event(record, "service.ticket_opened", at(opened), reference=ticket["ticket_id"], properties=ticket)
        if closed:
            story.event(record, "service.ticket_closed", at(closed), reference=ticket["ticket_id"], properties=ticket)

    both = ["shop:user_id:u11", "till:loyalty_id:p11_regular"]
    story.person("p11_regular", records=both, email="ines@people.test", given_name="Ines", phone="+31687654321")
    story.event(both[0], "web.page", at("2026-06-29T10:00"), properties={"path": "/shoes"})
    story.sale(both[1], at("2026-06-28T10:00"), "60.10")
    story.sale(both[1], at("2026-06-29T10:00"), "999.00", currency="USD")

    story.person("p12_visitor", records=["shop:anonymous_id:a12"])
    story.event("shop:anonymous_id:a12", "web.page", at("2026-06-30T10:00"), properties={"path": "/"})
    story.sale(None, at("2026-06-30T12:00"), "3.50")
    story.refuse(2)
    return story
