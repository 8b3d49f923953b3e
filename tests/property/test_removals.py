"""What is removed was never seen, in any mixture of removals, and whom a change of removals touches is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from connectors.log.logs import LOG_RECORDS
from identity.removals import touched_sources
from models.lakes import Lake, open_lake
from pipelines.ingest.chunks import aggregate_identifiers, normalise_records
from pipelines.ingest.ingestion import normalise_settings
from pipelines.normalise.policies import BlockedIdentifiers
from pipelines.removals import Entry
from pipelines.removals.effects import Effects, find_effects
from pipelines.resolve.inputs import read_inputs, read_observations
from schemas.tables import EVENTS, IDENTIFIER_STATES, IDENTIFIERS, SOURCE_RECORDS
from tests.support.examples import examples
from tests.support.factories import make_event, make_record
from tests.support.lakes import at, make_lake

TOPIC = "klantbeeld.web"
EMAILS = ("x@people.test", "y@people.test")


@st.composite
def messages(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Messages of a few people, in two runs: what they share abounds."""
    found = []
    for number in range(draw(st.integers(2, 8))):
        fields: dict[str, Any] = {"anonymous_id": draw(st.sampled_from(("a1", "a2")))}
        fields |= {"user_id": draw(st.sampled_from(("u1", "u2")))} if draw(st.booleans()) else {}
        fields |= {"external_ids": {"email": draw(st.sampled_from(EMAILS))}} if draw(st.booleans()) else {}
        traits = {"firstName": draw(st.sampled_from(("Anna", "Bert")))}
        traits |= {"email": draw(st.sampled_from(EMAILS))} if draw(st.booleans()) else {}
        day = draw(st.integers(1, 3))
        moments = {"original_timestamp": f"2026-05-0{day}T10:00:00Z", "received_at": "2026-06-01T10:00:00Z"}
        found.append(make_event(f"m{number}", "web.identify", traits=traits) | fields | moments)
    return found


RECORDS = [f"webshop:{name}" for name in ("user_id:u1", "user_id:u2", "anonymous_id:a1", "anonymous_id:a2")]
VALUES = ["user_id:u1", "anonymous_id:a1", *(f"email:{email}" for email in EMAILS)]
TARGETS = st.one_of(
    st.tuples(st.just("record"), st.sampled_from(RECORDS), st.none()),
    st.tuples(st.just("identifier"), st.sampled_from(VALUES), st.one_of(st.none(), st.sampled_from(RECORDS))),
    st.tuples(
        st.just("batch"), st.sampled_from([f"{TOPIC}/0/{a}-{b}" for a, b in ((0, 0), (0, 3), (2, 4))]), st.none()
    ),
)


@st.composite
def removals(draw: st.DrawFn) -> list[Entry]:
    targets = draw(st.lists(TARGETS, max_size=3))
    return [
        Entry(kind, what, record, "kim", "2026-06-02T10:00:00Z", "seen", number, "removals/removals.csv", number + 1, 1)
        for number, (kind, what, record) in enumerate(targets, 1)
    ]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    with open_lake(make_lake(tmp_path_factory.mktemp("removals") / "ws")) as opened:
        yield opened


def write(lake: Lake, found: Sequence[dict[str, Any]], removed: Sequence[Entry] = ()) -> None:
    """Make the lake hold these messages as an ingest would, in runs of four; what is removed never comes."""
    for table in ("events", "source_records", "identifiers"):
        lake.connection.execute(f"delete from lake.ingest.{table}")
    for offset, message in enumerate(found):
        tables = read(lake, message, [])
        stored = tables[0]["source_record_id"][0].as_py()
        if any(takes(entry, stored, offset) for entry in removed):
            continue
        lost = [entry.what for entry in removed if entry.kind == "identifier" and concerns(entry, stored)]
        tables = read(lake, message, lost)
        if any(takes(entry, tables[0]["source_record_id"][0].as_py(), offset) for entry in removed):
            continue
        run_id = f"r{offset // 4}"
        place = {"log_topic": TOPIC, "log_partition": 0, "log_offset": offset, "run_id": run_id}
        for table, rows, schema in zip(
            ("events", "source_records", "identifiers"), tables, (EVENTS, SOURCE_RECORDS, IDENTIFIERS), strict=True
        ):
            whole = aggregate_identifiers(rows, run_id) if table == "identifiers" else rows
            known = [{name: (row | place).get(name) for name in schema.names} for row in whole.to_pylist()]
            lake.insert(f"ingest.{table}", pa.Table.from_pylist(known, schema=schema))


def read(lake: Lake, message: dict[str, Any], lost: list[str]) -> tuple[pa.Table, pa.Table, pa.Table]:
    """The rows of one message, read with these identifiers blocked."""
    settings_now = normalise_settings(lake.workspace)
    kinds = {what.partition(":")[0] for what in lost}
    blocked = {
        kind: BlockedIdentifiers(tuple(what.partition(":")[2] for what in lost if what.startswith(f"{kind}:")))
        for kind in kinds
    }
    record = make_record(message)
    row = {"offset": 0, "key": None, "value": record.value, "headers": None, "appended_at": at("2026-06-01T10:00")}
    rows = pa.Table.from_pylist([{name: row.get(name) for name in LOG_RECORDS.names}], schema=LOG_RECORDS)
    found = normalise_records(rows, replace(settings_now, blocked={**settings_now.blocked, **blocked}))
    assert found.events.num_rows == 1
    return found.events, found.source_records, found.identifiers


def takes(entry: Entry, record: str | None, offset: int) -> bool:
    if entry.kind == "batch":
        first, last = map(int, entry.what.rpartition("/")[2].split("-"))
        return first <= offset <= last
    return entry.kind == "record" and entry.what == f"webshop:{record}"


def concerns(entry: Entry, record: str | None) -> bool:
    return entry.record_id is None or entry.record_id == f"webshop:{record}"


def seen(lake: Lake, removed: Effects | None) -> dict[str, list[str]]:
    """All that a resolution reads, by record."""
    inputs = read_inputs(lake, removed=removed)
    found: dict[str, list[str]] = {}
    for table in (inputs.records, inputs.pairs, inputs.activity):
        for row in table.to_pylist():
            found.setdefault(row["record_id"], []).append(repr(row))
    for row in read_observations(lake, IDENTIFIER_STATES.empty_table(), removed=removed).to_pylist():
        found.setdefault(f"{row['source']}:{row['source_record_id']}", []).append(repr(row))
    return found


COSTLY = examples(
    25, few=8,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip


@COSTLY
@given(found=messages(), removed=removals(), chance=st.randoms(use_true_random=False))
def test_what_is_removed_was_never_seen_in_any_order_of_the_removals(
    lake: Lake, found: list[dict[str, Any]], removed: list[Entry], chance: Any
) -> None:
    lake.connection.execute("begin")
    try:
        write(lake, found)
        without = seen(lake, find_effects(lake, removed))
        assert seen(lake, find_effects(lake, chance.sample(removed, len(removed)))) == without
        write(lake, found, removed)
        assert seen(lake, None) == without
    finally:
        lake.connection.execute("rollback")


@COSTLY
@given(found=messages(), before=removals(), now=removals())
def test_who_is_seen_otherwise_after_a_change_of_removals_is_among_the_touched(
    lake: Lake, found: list[dict[str, Any]], before: list[Entry], now: list[Entry]
) -> None:
    lake.connection.execute("begin")
    try:
        write(lake, found)
        one, other = find_effects(lake, before), find_effects(lake, now)
        then, later = seen(lake, one), seen(lake, other)
    finally:
        lake.connection.execute("rollback")
    changed = {record for record in then.keys() | later.keys() if then.get(record) != later.get(record)}
    touched = touched_sources(one.events, other.events).to_pylist()
    assert changed <= {f"{row['source']}:{row['source_record_id']}" for row in touched}
