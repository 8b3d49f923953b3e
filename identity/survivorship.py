"""Survivorship: which of several values of a trait stands in the golden record, and where it came from."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from identity.queries import conform, query, session
from models.policies import TraitRule
from schemas.tables import PROFILE_TRAITS, TIMESTAMP

OBSERVATIONS = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("source_record_id", pa.string(), nullable=False),
        pa.field("trait", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("rank", pa.int32(), nullable=False),
        pa.field("observed_at", TIMESTAMP, nullable=False),
        pa.field("message_id", pa.string(), nullable=False),
        pa.field("observed", pa.int64(), nullable=False),
    ]
)
"""One row per source record, trait and value: when it was last said and by which message, and how often.

A higher ``rank`` beats a lower one whatever the rule (a whole address beats a town alone, a name beats an initial). The
value of the trait ``address`` is a JSON object of its parts.
"""


def surviving_traits(observations: pa.Table, people: pa.Table, rules: Mapping[str, TraitRule]) -> pa.Table:
    """The surviving value of every trait of every person, in PROFILE_TRAITS, sorted by person and trait.

    Args:
        observations: OBSERVATIONS; what several records say.
        people: ``profile_id``, ``source``, ``source_record_id``; whose records they are.
        rules: the rule of each trait; traits without one do not survive. ``address`` is one trait: its parts come
            from one observation.
    """
    priorities = [
        (trait, source, place) for trait, rule in sorted(rules.items()) for place, source in enumerate(rule.sources)
    ]
    tables = {
        "observations": observations,
        "people": people,
        "rules": pa.table({"trait": list(rules), "rule": [rule.rule for rule in rules.values()]}),
        "priorities": pa.table(
            {
                "trait": pa.array([trait for trait, _, _ in priorities], pa.string()),
                "source": pa.array([source for _, source, _ in priorities], pa.string()),
                "place": pa.array([place for _, _, place in priorities], pa.int64()),
            }
        ),
    }
    with session() as connection:
        return conform(query(connection, "survivorship", tables), PROFILE_TRAITS)
