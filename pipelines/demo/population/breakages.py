"""What is broken in the export of each source, and how much is sent twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.demo.population.damage import (
    BAD_AMOUNT,
    Damage,
    alternate_times,
    break_utf8,
    csv_columns,
    csv_fields,
    csv_times,
    cut_short,
    set_fields,
    swell,
)
from pipelines.demo.population.receipts import RETURN_COLUMNS, TILL_COLUMNS
from pipelines.demo.population.registrations import CRM_COLUMNS, LOYALTY_COLUMNS


@dataclass(frozen=True)
class Breakage:
    """How one source is broken: kinds in equal parts; ``once`` one time each; ``duplicates`` as a share of its lines.

    ``weight`` scales the share of broken lines. ``refused`` names the kinds that the collector answers with this HTTP
    status, so that they never reach the log.
    """

    kinds: dict[str, Damage]
    duplicates: float = 0.0
    weight: float = 1.0
    once: dict[str, Damage] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)


def _crm() -> Breakage:
    number, contact, changed = (f"c{CRM_COLUMNS.index(name)}" for name in ("mutatie", "crm_id", "gewijzigd_op"))
    return Breakage(
        {
            "wrong_columns": csv_columns(";"),
            "invalid_utf8": break_utf8,
            "missing_field": csv_fields(";", **{number: "crm-x{}", contact: ""}),
            "absurd_timestamp": csv_times(";", int(changed[1:]), **{number: "crm-x{}", contact: "K-x{}"}),
        },
        duplicates=0.01,
    )


def _loyalty() -> Breakage:
    number, contact = (f"c{LOYALTY_COLUMNS.index(name)}" for name in ("versie", "inschrijving"))
    return Breakage(
        {
            "wrong_columns": csv_columns(";"),
            "invalid_utf8": break_utf8,
            "missing_field": csv_fields(";", **{number: "loy-x{}", contact: ""}),
        }
    )


def _tills() -> Breakage:
    receipt, quantity, amount, total = (
        f"c{TILL_COLUMNS.index(name)}" for name in ("bon", "aantal", "bedrag", "bontotaal")
    )
    time = TILL_COLUMNS.index("tijd")
    return Breakage(
        {
            "wrong_columns": csv_columns(","),
            "bad_amount": csv_fields(",", **{receipt: "bon-x{}", amount: BAD_AMOUNT, total: BAD_AMOUNT}),
            "wrong_type": csv_fields(",", **{receipt: "bon-x{}", quantity: "twee"}),
            "absurd_timestamp": csv_times(",", time, **{receipt: "bon-x{}"}),
        }
    )


def _returns() -> Breakage:
    receipt, amount = (f"c{RETURN_COLUMNS.index(name)}" for name in ("retourbon", "bedrag"))
    return Breakage(
        {
            "wrong_columns": csv_columns(";"),
            "bad_amount": csv_fields(";", **{receipt: "ret-x{}", amount: BAD_AMOUNT}),
            "missing_field": csv_fields(";", **{receipt: "ret-x{}", amount: ""}),
        }
    )


def _mail() -> Breakage:
    return Breakage(
        {
            "truncated_json": cut_short,
            "invalid_utf8": break_utf8,
            "wrong_type": set_fields("id", recipient=["geen", "adres"]),
            "missing_field": set_fields("id", recipient=None),
            "unknown_type": set_fields("id", event="forwarded"),
            "absurd_timestamp": alternate_times("id", "at"),
        },
        duplicates=0.03,
    )


def _service() -> Breakage:
    return Breakage(
        {
            "truncated_json": cut_short,
            "wrong_type": set_fields("id", event="satisfaction_score", score="goed", scale_max=5),
            "missing_field": set_fields("id", ticket=None),
            "unknown_type": set_fields("id", event="escalated"),
            "absurd_timestamp": alternate_times("id", "at"),
        },
        duplicates=0.02,
        once={"oversize": swell("id", "text")},
    )


def _webshop() -> Breakage:
    return Breakage(
        {
            "wrong_type": set_fields("messageId", properties="n/a"),
            "missing_field": set_fields("messageId", type="track", event=None, name=None),
            "unknown_type": set_fields("messageId", type="purchase"),
            "absurd_timestamp": alternate_times("messageId", "timestamp"),
        },
        duplicates=0.03,
        once={"truncated_json": cut_short, "oversize": swell("messageId", "note")},
        refused={"truncated_json": 400, "oversize": 413},
    )


BREAKAGES = {
    "crm": _crm(),
    "loyalty": _loyalty(),
    "tills": _tills(),
    "returns": _returns(),
    "mail": _mail(),
    "service": _service(),
    "webshop": _webshop(),
}
"""By source."""
