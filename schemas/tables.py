"""Arrow schemas of the lake's tables, by DuckLake schema and table name.

Every Parquet file written to the lake carries the full schema of its table (missing values as explicit
nulls): DuckLake 1.5.5 answers wrongly on files that lack a column.
Timestamps are microseconds in UTC. Money is ``decimal(18, 4)`` in the currency that stands beside it.
"""

from __future__ import annotations

import pyarrow as pa

TIMESTAMP = pa.timestamp("us", tz="UTC")
MONEY = pa.decimal128(18, 4)

IDENTIFIER_TYPES = (
    "crm_id",
    "user_id",
    "loyalty_id",
    "anonymous_id",
    "email",
    "phone",
    "payment_token",
    "device_id",
)
"""Identifier types of first depth, in the order in which an event chooses its source record id."""

TRAITS = (
    "given_name",
    "family_name",
    "birth_date",
    "gender",
    "street",
    "house_number",
    "postcode",
    "city",
    "region",
    "country_code",
)
"""Standard traits of a source record, besides its identifiers."""

EVENTS = pa.schema(
    [
        pa.field("message_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("type", pa.string(), nullable=False),
        pa.field("schema_version", pa.string(), nullable=False),
        pa.field("name", pa.string()),
        pa.field("timestamp", TIMESTAMP, nullable=False),
        pa.field("original_timestamp", TIMESTAMP),
        pa.field("sent_at", TIMESTAMP),
        pa.field("received_at", TIMESTAMP, nullable=False),
        pa.field("source_record_id", pa.string()),
        *(pa.field(identifier_type, pa.string()) for identifier_type in IDENTIFIER_TYPES),
        pa.field("amount", MONEY),
        pa.field("currency", pa.string()),
        pa.field("reference", pa.string()),
        pa.field("payload", pa.string(), nullable=False),
        pa.field("warnings", pa.list_(pa.string())),
        pa.field("log_topic", pa.string(), nullable=False),
        pa.field("log_partition", pa.int32(), nullable=False),
        pa.field("log_offset", pa.int64(), nullable=False),
        pa.field("run_id", pa.string(), nullable=False),
    ]
)
"""One row an event, exactly once per ``message_id``.

``timestamp`` is the corrected event time, ``payload`` the message as it stood in the log, ``amount`` and
``currency`` the value of a sale (negative for a return), ``reference`` the receipt, ticket or e-mail campaign,
``source_record_id`` the row or person at the source that the event is about (null: nobody named), and
``warnings`` what normalisation could not use but did not refuse (for example ``phone: not a valid number``).
"""

SOURCE_RECORDS = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("source_record_id", pa.string(), nullable=False),
        pa.field("message_id", pa.string(), nullable=False),
        pa.field("observed_at", TIMESTAMP, nullable=False),
        *(pa.field(trait, pa.date32() if trait == "birth_date" else pa.string()) for trait in TRAITS),
        *(pa.field(identifier_type, pa.string()) for identifier_type in IDENTIFIER_TYPES),
        pa.field("traits", pa.string()),
        pa.field("run_id", pa.string(), nullable=False),
    ]
)
"""One row per event that said something about a source record: what it said, and when (event time).

``traits`` holds the traits object as JSON, as sent. The standardised record is the newest known value per column.
"""

IDENTIFIERS = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("source_record_id", pa.string(), nullable=False),
        pa.field("type", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("first_seen", TIMESTAMP, nullable=False),
        pa.field("last_seen", TIMESTAMP, nullable=False),
        pa.field("events", pa.int64(), nullable=False),
        pa.field("run_id", pa.string(), nullable=False),
    ]
)
"""(source record, identifier) pairs seen in one ingest chunk; readers aggregate over chunks and runs."""

QUARANTINE = pa.schema(
    [
        pa.field("quarantine_id", pa.string(), nullable=False),
        pa.field("source", pa.string()),
        pa.field("type", pa.string()),
        pa.field("message_id", pa.string()),
        pa.field("stage", pa.string(), nullable=False),
        pa.field(
            "reasons",
            pa.list_(pa.struct([("path", pa.string()), ("rule", pa.string()), ("message", pa.string())])),
            nullable=False,
        ),
        pa.field("original", pa.binary(), nullable=False),
        pa.field("received_at", TIMESTAMP),
        pa.field("log_topic", pa.string(), nullable=False),
        pa.field("log_partition", pa.int32(), nullable=False),
        pa.field("log_offset", pa.int64(), nullable=False),
        pa.field("run_id", pa.string(), nullable=False),
    ]
)
"""One row a refused message: its bytes as they stood in the log and every reason (JSON path, rule, message)."""

OFFSETS = pa.schema(
    [
        pa.field("topic", pa.string(), nullable=False),
        pa.field("partition", pa.int32(), nullable=False),
        pa.field("next_offset", pa.int64(), nullable=False),
        pa.field("run_id", pa.string(), nullable=False),
    ]
)
"""Where the next ingest begins, per topic and partition; committed with what was read up to there."""

RECORDS = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("source_record_id", pa.string(), nullable=False),
        *(pa.field(trait, pa.date32() if trait == "birth_date" else pa.string()) for trait in TRAITS),
        *(pa.field(identifier_type, pa.string()) for identifier_type in IDENTIFIER_TYPES),
        pa.field("first_seen", TIMESTAMP, nullable=False),
        pa.field("last_seen", TIMESTAMP, nullable=False),
    ]
)
"""Standardised source records: one row each, ``record_id = source || ':' || source_record_id``, newest value a column.

Input of identity resolution together with the (record, identifier) pairs, which hold all values and not the newest.
"""

RECORD_IDENTIFIERS = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("type", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("first_seen", TIMESTAMP, nullable=False),
        pa.field("last_seen", TIMESTAMP, nullable=False),
        pa.field("events", pa.int64(), nullable=False),
    ]
)
"""(record, identifier) pairs: every value that a record ever carried, when, and in how many events."""

IDENTIFIER_STATES = pa.schema(
    [
        pa.field("type", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("records", pa.int64(), nullable=False),
        pa.field("people", pa.int64(), nullable=False),
        pa.field("state", pa.string(), nullable=False),
        pa.field("rule", pa.string(), nullable=False),
    ]
)
"""What each identifier value may do: ``ok`` links, ``shared`` is evidence only, ``junk`` is ignored; and by which rule.

``people`` counts the descriptions (name, birth date, accounts) among the value's records that cannot be one person's.
"""

EDGES = pa.schema(
    [
        pa.field("record_id_l", pa.string(), nullable=False),
        pa.field("record_id_r", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("rule", pa.string(), nullable=False),
        pa.field("match_weight", pa.float64(), nullable=False),
        pa.field(
            "evidence",
            pa.list_(
                pa.struct(
                    [
                        ("comparison", pa.string()),
                        ("level", pa.string()),
                        ("value_l", pa.string()),
                        ("value_r", pa.string()),
                        ("match_weight", pa.float64()),
                    ]
                )
            ),
            nullable=False,
        ),
        pa.field("model_version", pa.string()),
    ]
)
"""Scored pairs kept as evidence: ``record_id_l < record_id_r``, at most one row per pair, kind and rule.

``kind`` is ``deterministic`` (rule names the identifier type), ``probabilistic`` (rule names the blocking rule) or
``steward`` (a judgement of people: rule is ``same`` or ``different``, evidence says who, when and why);
the weights of ``evidence`` add up to ``match_weight`` (log2 Bayes factors).
"""

REFUSALS = pa.schema(
    [
        pa.field("record_id_l", pa.string(), nullable=False),
        pa.field("record_id_r", pa.string(), nullable=False),
        pa.field("match_weight", pa.float64(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
    ]
)
"""Unions that clustering refused, by the pair of records whose edge asked for it."""

RECORD_PROFILES = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("source_record_id", pa.string(), nullable=False),
        pa.field("profile_id", pa.string(), nullable=False),
    ]
)
"""Which profile each source record belongs to, now."""

PROFILE_IDS = pa.schema(
    [
        pa.field("profile_id", pa.string(), nullable=False),
        pa.field("minted_at", TIMESTAMP, nullable=False),
        pa.field("minted_run_id", pa.string(), nullable=False),
        pa.field("retired_at", TIMESTAMP),
        pa.field("retired_run_id", pa.string()),
        pa.field("successor", pa.string()),
    ]
)
"""Every profile id ever minted; a retired one names its successor. Ids are never reused."""

IDENTITY_CHANGES = pa.schema(
    [
        pa.field("position", pa.int64(), nullable=False),
        pa.field("run_id", pa.string(), nullable=False),
        pa.field("sequence", pa.int64(), nullable=False),
        pa.field("changed_at", TIMESTAMP, nullable=False),
        pa.field("valid_at", TIMESTAMP),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("record_id", pa.string()),
        pa.field("old_profile_id", pa.string()),
        pa.field("new_profile_id", pa.string()),
        pa.field("cause", pa.string(), nullable=False),
        pa.field("cause_record_id_l", pa.string()),
        pa.field("cause_record_id_r", pa.string()),
        pa.field("cause_rule", pa.string()),
        pa.field("cause_match_weight", pa.float64()),
        pa.field("cause_judgement", pa.int64()),
        pa.field("rules_hash", pa.string()),
        pa.field("match_model", pa.string()),
    ]
)
"""Append-only ledger of who is who, and the feed for those who keep profile ids elsewhere: ``position`` is the cursor.

``kind``: ``mint`` (a new profile), ``move`` (the record went from ``old_profile_id``, null when it is new, to
``new_profile_id``), ``remove`` (the record is no more), ``retire`` (``new_profile_id`` is the successor, null when no
record is left), ``revive`` (an ended ``new_profile_id`` has its records back), ``split`` (``new_profile_id`` is a part
that left ``old_profile_id``) and ``rules`` (from here on other rules or another match model hold). ``cause``:
``new_record``, ``edge``, ``judgement``, ``rules``, ``match_model``, ``removal``, ``undo`` (a removal was taken back),
``evidence`` (it changed, and holds together no more) or ``unknown`` (written before causes were kept);
the ``cause_`` columns name the edge that decided and the number of the judgement. ``changed_at`` is when we knew,
``valid_at`` since when it is true, in event time; null: whatever the event time.
"""

RESOLUTIONS = pa.schema(
    [
        pa.field("number", pa.int64(), nullable=False),
        pa.field("run_id", pa.string(), nullable=False),
        pa.field("resolved_at", TIMESTAMP, nullable=False),
        pa.field("mode", pa.string(), nullable=False),
        pa.field("because", pa.string(), nullable=False),
        pa.field("read_snapshot", pa.int64(), nullable=False),
        pa.field("rules_key", pa.string(), nullable=False),
        pa.field("calibration", pa.string(), nullable=False),
        pa.field("records", pa.int64(), nullable=False),
        pa.field("changed_records", pa.int64(), nullable=False),
    ]
)
"""One row a resolution: ``mode`` is ``full`` or ``incremental``, ``because`` says why, ``read_snapshot`` is the state
of the lake that it read (the next one asks what came since). ``rules_key`` fingerprints settings and match model,
``calibration`` (JSON) is what every pair's weight depended on."""

REMOVALS = pa.schema(
    [
        pa.field("number", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("what", pa.string(), nullable=False),
        pa.field("record_id", pa.string()),
        pa.field("removed_by", pa.string(), nullable=False),
        pa.field("removed_at", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
    ]
)
"""The removals that the last resolution heeded, as they stood in the workspace's files (``removals/*.csv``).

``kind`` and ``what``: a ``record`` (its id), an ``identifier`` (``type:value``; with ``record_id`` of that record
alone) or a ``batch`` (places in the log, ``topic/partition/first-last``). ``removed_at`` is ISO 8601 in UTC.
"""

REMOVED_EVENTS = pa.schema(
    [
        pa.field("message_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("source_record_id", pa.string()),
        pa.field("removals", pa.list_(pa.int64()), nullable=False),
        pa.field("is_removed", pa.bool_(), nullable=False),
        pa.field("new_source_record_id", pa.string()),
        *(pa.field(identifier_type, pa.string()) for identifier_type in IDENTIFIER_TYPES),
    ]
)
"""What the removals of REMOVALS do to events: one row an event, by the numbers that act on it; other events are whole.

``is_removed``: whoever reads leaves the event out. Else it lost identifiers: the identifier columns and
``new_source_record_id`` stand in place of those of ``ingest.events``, which itself stays as it was ingested.
"""

PROFILES = pa.schema(
    [
        pa.field("profile_id", pa.string(), nullable=False),
        *(pa.field(trait, pa.date32() if trait == "birth_date" else pa.string()) for trait in TRAITS),
        pa.field("email", pa.string()),
        pa.field("phone", pa.string()),
        pa.field("records", pa.int64(), nullable=False),
        pa.field("sources", pa.list_(pa.string()), nullable=False),
        pa.field("events", pa.int64(), nullable=False),
        pa.field("first_seen", TIMESTAMP, nullable=False),
        pa.field("last_seen", TIMESTAMP, nullable=False),
    ]
)
"""Golden record: one row a person, the surviving value per trait."""

PROFILE_TRAITS = pa.schema(
    [
        pa.field("profile_id", pa.string(), nullable=False),
        pa.field("trait", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("rule", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("source_record_id", pa.string(), nullable=False),
        pa.field("message_id", pa.string(), nullable=False),
        pa.field("observed_at", TIMESTAMP, nullable=False),
        pa.field("candidates", pa.int64(), nullable=False),
    ]
)
"""Where each surviving value came from, by which survivorship rule, out of how many distinct values."""

PROFILE_IDENTIFIERS = pa.schema(
    [
        pa.field("profile_id", pa.string(), nullable=False),
        pa.field("type", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("state", pa.string(), nullable=False),
        pa.field("first_seen", TIMESTAMP, nullable=False),
        pa.field("last_seen", TIMESTAMP, nullable=False),
        pa.field("events", pa.int64(), nullable=False),
    ]
)
"""Every identifier a person's records carried, with its state (``ok``, ``shared``, ``junk``)."""

HOUSEHOLDS = pa.schema(
    [
        pa.field("household_id", pa.string(), nullable=False),
        pa.field("people", pa.int64(), nullable=False),
        pa.field("surnames", pa.list_(pa.string()), nullable=False),
        pa.field("street", pa.string()),
        pa.field("house_number", pa.string()),
        pa.field("postcode", pa.string()),
        pa.field("city", pa.string()),
        pa.field("country_code", pa.string()),
        pa.field(
            "evidence",
            pa.list_(
                pa.struct(
                    [
                        ("rule", pa.string()),
                        ("surname", pa.string()),
                        ("type", pa.string()),
                        ("value", pa.string()),
                        ("profile_ids", pa.list_(pa.string())),
                    ]
                )
            ),
            nullable=False,
        ),
    ]
)
"""People who live together, two or more: one row a household. The address is the one that most of them have.

``evidence`` says why: each row of it names the rule, the surname (as compared) and the identifier in common, if the
rule goes by them, and the people it holds together.
"""

HOUSEHOLD_MEMBERS = pa.schema(
    [
        pa.field("household_id", pa.string(), nullable=False),
        pa.field("profile_id", pa.string(), nullable=False),
    ]
)
"""Who belongs to which household: one row a person, none for people of whom no household is known."""

HOUSEHOLD_IDS = pa.schema(
    [
        pa.field("household_id", pa.string(), nullable=False),
        pa.field("minted_at", TIMESTAMP, nullable=False),
        pa.field("minted_run_id", pa.string(), nullable=False),
        pa.field("retired_at", TIMESTAMP),
        pa.field("retired_run_id", pa.string()),
        pa.field("successor", pa.string()),
    ]
)
"""Every household id ever minted; a retired one names its successor, if any. Ids are never reused."""

HOUSEHOLD_CHANGES = pa.schema(
    [
        pa.field("run_id", pa.string(), nullable=False),
        pa.field("sequence", pa.int64(), nullable=False),
        pa.field("changed_at", TIMESTAMP, nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("profile_id", pa.string()),
        pa.field("old_household_id", pa.string()),
        pa.field("new_household_id", pa.string()),
    ]
)
"""Append-only ledger of households, in the order of ``changed_at`` and ``sequence``.

``kind``: ``mint`` (a new household), ``move`` (the person went from ``old_household_id`` to ``new_household_id``; null:
none) and ``retire`` (``new_household_id`` is the successor, null when there is none).
"""

HOUSEHOLD_ALARMS = pa.schema(
    [
        pa.field("kind", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("people", pa.int64(), nullable=False),
        pa.field("households", pa.int64(), nullable=False),
    ]
)
"""What is too large or too contradictory to be a household: ``kind`` is ``address`` (more people than
``max_people_per_address``; ``name`` is the address as compared), ``people`` (more than ``max_people``) or ``addresses``
(its rules join two addresses); ``name`` is then the smallest profile id. ``households`` are what was kept of it."""

MEMBERSHIPS = pa.schema(
    [
        pa.field("audience", pa.string(), nullable=False),
        pa.field("profile_id", pa.string(), nullable=False),
        pa.field("entered_at", TIMESTAMP, nullable=False),
        pa.field("entered_run_id", pa.string(), nullable=False),
        pa.field("entered_reason", pa.string(), nullable=False),
        pa.field("exited_at", TIMESTAMP),
        pa.field("exited_run_id", pa.string()),
        pa.field("exited_reason", pa.string()),
    ]
)
"""Membership history: one row per stay of a profile in an audience; ``exited_at`` null while it lasts."""

STAGES = pa.schema(
    [
        pa.field("stage", pa.string(), nullable=False),
        pa.field("run_id", pa.string(), nullable=False),
        pa.field("input_key", pa.string(), nullable=False),
        pa.field("finished_at", TIMESTAMP, nullable=False),
        pa.field("summary", pa.string(), nullable=False),
    ]
)
"""The last finished state of each stage: ``input_key`` fingerprints what went in, so that nothing is redone."""

GATES = pa.schema(
    [
        pa.field("run_id", pa.string(), nullable=False),
        pa.field("gate", pa.string(), nullable=False),
        pa.field("expectation", pa.string(), nullable=False),
        pa.field("subject", pa.string(), nullable=False),
        pa.field("passed", pa.bool_(), nullable=False),
        pa.field("observed", pa.string()),
        pa.field("checked_at", TIMESTAMP, nullable=False),
    ]
)
"""Every expectation of every gate of every check, passed or not. ``observed`` holds counts, never values of people."""

PUBLICATIONS = pa.schema(
    [
        pa.field("snapshot_id", pa.int64(), nullable=False),
        pa.field("run_id", pa.string(), nullable=False),
        pa.field("published_at", TIMESTAMP, nullable=False),
    ]
)
"""Lake snapshots that passed all gates. Readers see the newest; a failed gate publishes nothing."""

LAKE_TABLES: dict[str, dict[str, pa.Schema]] = {
    "ingest": {
        "events": EVENTS,
        "source_records": SOURCE_RECORDS,
        "identifiers": IDENTIFIERS,
        "quarantine": QUARANTINE,
        "offsets": OFFSETS,
    },
    "identity": {
        "records": RECORDS,
        "record_identifiers": RECORD_IDENTIFIERS,
        "identifier_states": IDENTIFIER_STATES,
        "edges": EDGES,
        "refusals": REFUSALS,
        "record_profiles": RECORD_PROFILES,
        "profile_ids": PROFILE_IDS,
        "changes": IDENTITY_CHANGES,
        "resolutions": RESOLUTIONS,
        "removals": REMOVALS,
        "removed_events": REMOVED_EVENTS,
    },
    "profiles": {
        "profiles": PROFILES,
        "traits": PROFILE_TRAITS,
        "identifiers": PROFILE_IDENTIFIERS,
        "households": HOUSEHOLDS,
        "household_members": HOUSEHOLD_MEMBERS,
        "household_ids": HOUSEHOLD_IDS,
        "household_changes": HOUSEHOLD_CHANGES,
        "household_alarms": HOUSEHOLD_ALARMS,
    },
    "audiences": {
        "memberships": MEMBERSHIPS,
    },
    "ops": {
        "stages": STAGES,
        "gates": GATES,
        "publications": PUBLICATIONS,
    },
}
"""All tables that our own code writes. dbt adds the schemas staging, intermediate, marts and segments."""
