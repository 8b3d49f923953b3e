"""Where a column may go: the fields that the contracts know, and what kind of JSON value each of them holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Literal

from models.errors import UsageError, suggest
from schemas.registry import ENVELOPE, documents, known_types

Kind = Literal["text", "number", "time", "free"]
"""``free``: JSON lines and Parquet keep the value's own type, CSV gives a string."""

Path = tuple[str, ...]

OPEN_OBJECTS = ("properties", "traits", "context")
"""Objects of the envelope that take fields which no contract names."""

EXTERNAL_IDS = ("crm_id", "loyalty_id", "email", "phone", "payment_token", "device_id")

SET_BY_LOADER = ("source", "received_at")


def target_kind(path: Path, where: str, event_types: Sequence[str], external_ids: Sequence[str] = ()) -> Kind:
    """What the contracts of some event types expect at a path (``("lines", field)``: a field of one line).

    A field that no contract names is free. So is one about which the contracts of the types differ. The keys of
    ``external_ids`` that are given are texts.

    Raises:
        UsageError: the envelope has no such field; names the setting (``where``) and what may have been meant.
    """
    kinds = {known[path] for known in map(contract_kinds, event_types) if path in known}
    if len(kinds) == 1 and path[0] not in SET_BY_LOADER:
        return kinds.pop()
    if all(path) and (path[0] in OPEN_OBJECTS or (path[0] == "lines" and len(path) > 1)):
        return "free"
    if len(path) == 2 and path[0] == "external_ids" and path[1] in external_ids:
        # Numbers of members and the like: leading noughts belong to them.
        return "text"
    name = ".".join(path)
    if name in SET_BY_LOADER:
        msg = f"{where}: '{name}' is set by the loader. Take it out of the mapping."
        raise UsageError(msg)
    known = [".".join(field) for field in contract_kinds(event_types[0]) if field[0] not in (*OPEN_OBJECTS, "lines")]
    choices = [*(field for field in known if field not in SET_BY_LOADER), *(f"{head}.<name>" for head in OPEN_OBJECTS)]
    msg = f"{where}: the event envelope has no field '{name}'. {suggest(name, choices)}"
    raise UsageError(msg)


def check_event_type(event_type: str, where: str) -> None:
    """Raise UsageError, with a suggestion, where no contract knows an event type."""
    if event_type not in known_types():
        msg = f"{where}: no event type '{event_type}'. {suggest(event_type, known_types())}"
        raise UsageError(msg)


@cache
def contract_kinds(event_type: str) -> dict[Path, Kind]:
    """Every field that the newest contract of a type knows, the envelope's included, by its path."""
    schemas = documents()
    newest = max(
        (name for name in schemas if name.startswith(f"klantbeeld:{event_type.replace('.', '/')}/")),
        key=lambda name: [int(part) for part in name.rpartition("/")[2].split(".")],
    )
    found: dict[Path, Kind] = {}
    for schema in (_resolved(f"klantbeeld:{ENVELOPE}/1.0"), schemas[newest]):
        found |= dict(_fields(schema, ()))
    lines = ("properties", "lines")
    return {("lines", *path[2:]) if path[:2] == lines and len(path) > 2 else path: kind for path, kind in found.items()}


def _fields(schema: dict[str, Any], path: Path) -> Iterator[tuple[Path, Kind]]:
    for name, declared in schema.get("properties", {}).items():
        field = _expanded(declared)
        inner = _expanded(field["items"]) if "items" in field else field
        if "properties" in inner:
            yield from _fields(inner, (*path, name))
        elif (*path, name) not in {(known,) for known in OPEN_OBJECTS}:
            yield (*path, name), _kind(field, str(declared.get("$ref", "")))


def _kind(field: dict[str, Any], reference: str) -> Kind:
    if reference.endswith("/timestamp"):
        return "time"
    declared = field.get("type", "string" if "enum" in field or "const" in field else ())
    types = {declared} if isinstance(declared, str) else set(declared)
    if "number" in types:
        return "number"
    return "text" if "string" in types else "free"


def _expanded(field: dict[str, Any]) -> dict[str, Any]:
    """A field with what its ``$ref`` says; its own words win."""
    return {**_resolved(field["$ref"]), **field} if "$ref" in field else field


def _resolved(reference: str) -> dict[str, Any]:
    """The schema at ``klantbeeld:envelope/1.0#/$defs/id``, or at ``#/$defs/id`` of the envelope."""
    name, _, pointer = reference.partition("#")
    found: Any = documents()[name or f"klantbeeld:{ENVELOPE}/1.0"]
    for part in pointer.split("/")[1:]:
        found = found[part]
    return dict(found)
