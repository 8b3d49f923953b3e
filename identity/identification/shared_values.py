"""Identifier values of the record that is asked about: what each may do once the record carries it too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from identity.identification.key_edges import Holder, SharedValue, key_weight
from identity.identification.known_records import KnownRecords
from identity.identification.value_states import Description, Policies, count_value_people, value_state

MAX_HOLDERS = 200
"""Of a value that more records carry one record more is not held against each: it stays what it is."""

ACCOUNTS = ("user_id", "loyalty_id", "crm_id")
"""Columns of RECORDS that say who a record is, junk or not."""

NAMED = ("first_name", "first_name_roots", "family_name", "birth_date")
"""Comparison columns that do."""


@dataclass(frozen=True)
class CarriedValues:
    """What the record's identifiers are: ``linking`` values of other records too, and ``junk`` ones."""

    linking: list[SharedValue] = field(default_factory=list)
    junk: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class _Carried:
    kind: str
    value: str
    state: str
    records: int
    people: int
    holders: list[int]
    before: Mapping[str, Any] | None


def carried_values(
    known: KnownRecords,
    record: Mapping[str, Any],
    compared: Mapping[str, Any],
    identifiers: Iterable[tuple[str, str]],
    policies: Policies,
) -> CarriedValues:
    """What the identifiers of a record (row of RECORDS, with its comparison columns) may do."""
    mine = _description(compared, record)
    values = sorted(set(identifiers))
    own_emails = {value for kind, value in values if kind == "email" and not policies.blocks(kind, value)}
    carried = [_carried(known, mine, own_emails, kind, value, policies) for kind, value in values]
    weights = _weights(known, carried)
    return CarriedValues(
        linking=[
            SharedValue(one.kind, one.value, one.people, weights[one.kind], _holders(known, one.holders))
            for one in carried
            if one.state == "ok" and one.holders
        ],
        junk=frozenset((one.kind, one.value) for one in carried if one.state == "junk"),
    )


def holder_of(record_id: str, row: int, compared: Mapping[str, Any]) -> Holder:
    """A record as match keys see it."""
    roots = compared["first_name_roots"] if compared["first_name"] is not None else None
    said = sum(compared[name] is not None for name in ("first_name", "family_name", "birth_date"))
    return Holder(record_id, row, roots[0] if roots else None, compared["birth_date"], said)


def _carried(
    known: KnownRecords, mine: Description, own_emails: set[str], kind: str, value: str, policies: Policies
) -> _Carried:
    holders = known.holders_of(kind, value)
    before = known.state_of(kind, value) if holders else None
    if before is not None and len(holders) > MAX_HOLDERS:
        return _Carried(kind, value, before["state"], before["records"] + 1, before["people"], holders, before)
    people = 1
    if holders:
        compared, raw = known.compared_rows(holders, NAMED), known.record_rows(holders, ACCOUNTS)
        descriptions = [mine, *(_description(*pair) for pair in zip(compared, raw, strict=True))]
        emails = own_emails | {
            address
            for row in holders
            for named, address in known.identifiers(row)
            if named == "email" and not policies.blocks(named, address)
        }
        people = count_value_people(kind, descriptions, emails)
    records = len(holders) + 1
    return _Carried(kind, value, value_state(kind, value, records, people, policies), records, people, holders, before)


def _description(compared: Mapping[str, Any], record: Mapping[str, Any]) -> Description:
    roots = compared["first_name_roots"]
    return Description(
        compared["first_name"],
        roots[0] if roots else None,
        compared["family_name"],
        compared["birth_date"],
        record["user_id"],
        record["loyalty_id"],
        record["crm_id"],
    )


def _weights(known: KnownRecords, carried: list[_Carried]) -> dict[str, float]:
    """What an equal value of each type weighs when these values have one record more."""
    totals = dict(known.totals)
    for one in carried:
        records, squares = totals.get(one.kind, (0.0, 0.0))
        if one.before is not None and one.before["state"] != "junk":
            records, squares = records - one.before["records"], squares - one.before["records"] ** 2
        if one.state != "junk":
            records, squares = records + one.records, squares + one.records**2
        totals[one.kind] = (records, squares)
    return {kind: key_weight(*sums) for kind, sums in totals.items() if sums[0] > 0}


def _holders(known: KnownRecords, rows: list[int]) -> list[Holder]:
    return [
        holder_of(known.record_id(row), row, compared)
        for row, compared in zip(rows, known.compared_rows(rows, NAMED), strict=True)
    ]
