"""What each identifier value may do: link people, be evidence only, or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from identity.comparison_columns import comparison_columns
from identity.queries import conform, query, session, sql_of
from models.policies import IdentifierPolicy
from schemas.tables import IDENTIFIER_STATES, RECORD_IDENTIFIERS

PAIRS = RECORD_IDENTIFIERS
"""(record, identifier) pairs, as identity resolution takes them."""

JUNK_RECORDS = 25
JUNK_PEOPLE = 5
"""A value in more records than this, by more people than this, is nobody's (docs/decisions/0003-identity.md)."""

EMAILS_PER_PERSON = 3
"""E-mail addresses that one person is believed to use on one device, card or phone."""

MAX_DESCRIPTIONS = 60
"""Up to so many different descriptions of people behind one value are compared each with each."""

BLOCKED_VALUE = "blocked value"
BLOCKED_PATTERN = "blocked pattern"


def identifier_states(
    records: pa.Table, pairs: pa.Table, policies: Mapping[str, IdentifierPolicy], compared: pa.Table | None = None
) -> pa.Table:
    """One row per identifier value, sorted by type and value, in IDENTIFIER_STATES; whatever the order of the input.

    ``records`` has the schema RECORDS, ``pairs`` the columns ``record_id``, ``type``, ``value``.

    ``people`` counts who stands behind the value: descriptions (name, birth date, accounts) that cannot be one
    person's. Nicknames, initials and typing errors make no second person, nor do records without a name; nameless
    records with different accounts do. Then: ``junk`` when the policy blocks the value, or when it is in more than
    25 records of more than 5 people; ``shared`` when it has more people than the policy's ``max_people_per_value``;
    else ``ok``.

    Args:
        compared: the comparison columns of ``records``, where they are known already.
    """
    distinct = pairs.select(["type", "value"]).group_by(["type", "value"]).aggregate([])
    tables = {
        "pairs": pairs,
        "people_columns": comparison_columns(records) if compared is None else compared,
        "blocked": blocked_values(distinct, policies),
        "limits": pa.table(
            {
                "type": pa.array(policies.keys(), pa.string()),
                "max_people": pa.array([policy.max_people_per_value for policy in policies.values()], pa.int64()),
            }
        ),
    }
    parameters = {
        "junk_records": JUNK_RECORDS,
        "junk_people": JUNK_PEOPLE,
        "emails_per_person": EMAILS_PER_PERSON,
        "max_descriptions": MAX_DESCRIPTIONS,
        "default_max_people": IdentifierPolicy().max_people_per_value,
    }
    with session() as connection:
        connection.execute(sql_of("name_sound"))
        connection.execute(sql_of("agreement"))
        return conform(query(connection, "identifier_states", tables, parameters), IDENTIFIER_STATES)


def blocked_values(identifiers: pa.Table, policies: Mapping[str, IdentifierPolicy]) -> pa.Table:
    """The (type, value) rows that a policy's list or pattern blocks, with the ``rule`` that did it."""
    blocked: list[dict[str, str]] = []
    for name, policy in sorted(policies.items()):
        listed = {value.lower() for value in policy.blocked_values}
        # Patterns are Python's: they may refer back to a group (a digit seven times), which DuckDB's cannot.
        patterns = [re.compile(pattern, re.IGNORECASE) for pattern in policy.blocked_patterns]
        for value in identifiers.filter(pc.equal(identifiers["type"], name))["value"].to_pylist():
            if value.lower() in listed:
                blocked.append({"type": name, "value": value, "rule": BLOCKED_VALUE})
            elif any(pattern.fullmatch(value) for pattern in patterns):
                blocked.append({"type": name, "value": value, "rule": BLOCKED_PATTERN})
    return pa.Table.from_pylist(
        blocked, pa.schema([("type", pa.string()), ("value", pa.string()), ("rule", pa.string())])
    )


def without_junk(pairs: pa.Table, states: pa.Table) -> pa.Table:
    """The (record, identifier) pairs whose value is not ``junk``."""
    statement = "select pairs.* from pairs anti join states on pairs.type = states.type and pairs.value = states.value"
    with session() as connection:
        connection.register("pairs", pairs)
        connection.register("states", states.filter(pc.equal(states["state"], "junk")))
        return connection.execute(statement).to_arrow_table()
