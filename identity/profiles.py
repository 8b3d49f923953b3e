"""Profiles: the golden record of each person and the identifiers that lead to it."""

from __future__ import annotations

import pyarrow as pa

from identity.queries import conform, query, session
from schemas.tables import PROFILE_IDENTIFIERS, PROFILES


def golden_records(traits: pa.Table, people: pa.Table, activity: pa.Table) -> pa.Table:
    """One row a person in PROFILES, sorted.

    Args:
        traits: PROFILE_TRAITS, the surviving values.
        people: ``profile_id``, ``source``, ``source_record_id``; every record once.
        activity: ``source``, ``source_record_id``, ``events``, ``first_seen``, ``last_seen``; every record once.
    """
    with session() as connection:
        table = query(connection, "profiles", {"traits": traits, "people": people, "activity": activity})
        return conform(table, PROFILES)


def profile_identifiers(members: pa.Table, pairs: pa.Table, states: pa.Table) -> pa.Table:
    """Every identifier of every person with its state, in PROFILE_IDENTIFIERS, sorted.

    ``members``: ``record_id``, ``profile_id``; ``pairs``: (record, identifier) with first_seen, last_seen, events.
    """
    with session() as connection:
        table = query(connection, "profile_identifiers", {"members": members, "pairs": pairs, "states": states})
        return conform(table, PROFILE_IDENTIFIERS)
