"""Golden records with addresses, and the identifiers they carry, from plain rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from schemas.tables import PROFILE_IDENTIFIERS, PROFILES
from tests.identity.factories import NOON

SEEN = {"first_seen": NOON, "last_seen": NOON, "events": 1}
HOME = {"street": "Dorpsstraat", "house_number": "12", "postcode": "1234 AB", "city": "Breda", "country_code": "NL"}


def make_dwellers(rows: Iterable[dict[str, Any]]) -> pa.Table:
    """PROFILES: a row shows only what matters."""
    full = [dict.fromkeys(PROFILES.names) | {"records": 1, "sources": ["crm"]} | SEEN | row for row in rows]
    return pa.Table.from_pylist(full, PROFILES)


def held(identifiers: Iterable[tuple[str, str, str]], state: str = "ok") -> pa.Table:
    """PROFILE_IDENTIFIERS of (profile, type, value)."""
    rows = [
        {"profile_id": profile, "type": kind, "value": value, "state": state} | SEEN
        for profile, kind, value in identifiers
    ]
    return pa.Table.from_pylist(rows, PROFILE_IDENTIFIERS)
