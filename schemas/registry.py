"""The event contracts by type and version, and the check of an event against its own.

A contract is a JSON Schema (draft 2020-12) in ``contracts/<family>/<name>/<version>.json``; ``contracts/envelope``
holds what all of them share. Adding a file adds a contract.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

import jsonschema_rs

from schemas.violations import Violation, json_type, violation

CONTRACTS = Path(__file__).parent / "contracts"
ENVELOPE = "envelope"

Schema = dict[str, Any]


@dataclass(frozen=True)
class Contract:
    """The contract of one event type in one version."""

    type: str
    version: str
    schema: Schema
    validator: jsonschema_rs.Draft202012Validator


class Registry:
    """All contracts, compiled once; read-only and safe to share between threads."""

    def __init__(self, documents: Mapping[str, Schema]) -> None:
        """Compile documents by their ``$id``. Raises jsonschema_rs.ValidationError when one is no valid schema."""
        for document in documents.values():
            jsonschema_rs.meta.validate(document)
        self.documents = dict(documents)
        references = jsonschema_rs.Registry(list(documents.items()))
        self._expectations = dict(_expectations(list(documents.values())))
        self._contracts: dict[tuple[str, str], Contract] = {}
        for name, document in sorted(documents.items()):
            family, event, version = _parts(name)
            if family != ENVELOPE:
                validator = jsonschema_rs.Draft202012Validator(document, registry=references)
                contract = Contract(f"{family}.{event}", version, document, validator)
                self._contracts[contract.type, version] = contract
        self._is_valid = {key: contract.validator.is_valid for key, contract in self._contracts.items()}

    def contracts(self) -> tuple[Contract, ...]:
        """Every contract, by type and version."""
        return tuple(self._contracts.values())

    def known_types(self) -> tuple[str, ...]:
        """The event types that have a contract, sorted."""
        return tuple(sorted({event_type for event_type, _ in self._contracts}))

    def versions(self, event_type: str) -> tuple[str, ...]:
        """The versions of a type's contract, oldest first; empty for an unknown type."""
        found = [version for known, version in self._contracts if known == event_type]
        return tuple(sorted(found, key=lambda version: [int(part) for part in version.split(".")]))

    def check(self, event: Any) -> list[Violation]:
        """Every rule that a parsed message (any JSON value) breaks; empty when it keeps its contract.

        An event whose type or version is not known gives that one violation. Messages hold no value of the event.
        """
        # Nearly every event is valid, and asking only that is three times as fast as collecting errors.
        try:
            if self._is_valid[event["type"], event["schema_version"]](event):
                return []
        except (KeyError, TypeError, ValueError):
            pass
        return self._refusal(event)

    def _refusal(self, event: object) -> list[Violation]:
        if not isinstance(event, dict):
            return [Violation("", "type", f"expected object, got {json_type(event)}")]
        missing = [item for field in ("type", "schema_version") if (item := _no_string(event, field))]
        if missing:
            return missing
        contract = self._contracts.get((event["type"], event["schema_version"]))
        if contract is not None:
            return self._violations(contract, event)
        versions = self.versions(event["type"])
        if versions:
            return [Violation("schema_version", "unknown_version", f"unknown version; known: {', '.join(versions)}")]
        return [Violation("type", "unknown_type", _unknown_type(event["type"][:100], self.known_types()))]

    def _violations(self, contract: Contract, event: dict[str, Any]) -> list[Violation]:
        try:
            found = [violation(error, self._expectations) for error in contract.validator.iter_errors(event)]
        except ValueError:
            return [Violation("", "depth", "nested too deeply to be checked")]
        # Envelope and event contract may both say that a field has the wrong type: the first one is enough.
        unique = {(item.path, item.rule): item for item in reversed(found)}
        return sorted(unique.values(), key=lambda item: (item.path, item.rule))


def _no_string(event: dict[str, Any], field: str) -> Violation | None:
    if event.get(field) is None:
        return Violation(field, "required", "is required and missing")
    if not isinstance(event[field], str):
        return Violation(field, "type", f"expected string, got {json_type(event[field])}")
    return None


@lru_cache(maxsize=1024)
def _unknown_type(event_type: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(event_type, known, n=3, cutoff=0.6)
    if close:
        return f"unknown event type; did you mean {' or '.join(close)}?"
    return f"unknown event type; known: {', '.join(known)}"


def _expectations(node: object) -> Iterator[tuple[str, str]]:
    """(pattern, what it means in words) of every pattern in a schema that says so in ``x-expected``."""
    if isinstance(node, dict):
        pattern, words = node.get("pattern"), node.get("x-expected")
        if isinstance(pattern, str) and isinstance(words, str):
            yield pattern, words
        for child in node.values():
            yield from _expectations(child)
    elif isinstance(node, list):
        for child in node:
            yield from _expectations(child)


def _parts(name: str) -> tuple[str, str, str]:
    """Family, event and version of ``klantbeeld:web/page/1.0``; the envelope has no event."""
    parts = name.removeprefix("klantbeeld:").split("/")
    return parts[0], "/".join(parts[1:-1]), parts[-1]


@cache
def documents() -> Mapping[str, Schema]:
    """Every schema of ``contracts/`` by its ``$id``. Raises ValueError when that does not say the file's place."""
    found: dict[str, Schema] = {}
    for path in sorted(CONTRACTS.rglob("*.json")):
        document = cast("Schema", json.loads(path.read_text(encoding="utf-8")))
        place = "klantbeeld:" + path.relative_to(CONTRACTS).with_suffix("").as_posix()
        if document.get("$id") != place:
            msg = f"{path}: $id must be '{place}', the file's place."
            raise ValueError(msg)
        found[place] = document
    return found


@cache
def registry() -> Registry:
    """The product's contracts, compiled at the first call."""
    return Registry(documents())


def known_types() -> tuple[str, ...]:
    """The event types that have a contract, sorted."""
    return registry().known_types()


def check(event: Any) -> list[Violation]:
    """Every rule that a parsed message breaks; see :meth:`Registry.check`."""
    return registry().check(event)
