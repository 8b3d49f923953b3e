"""The reference of events (docs/reference/events.md), written from the contracts and from nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from schemas.registry import ENVELOPE, Contract, Schema, documents, registry

_FAMILIES = {
    "web": "Web and app",
    "email": "E-mail",
    "pos": "Till (point of sale)",
    "service": "Service desk",
    "crm": "CRM",
}

_INTRODUCTION = """\
# Events

Every message in the log is one JSON object: the envelope, and in `properties` what belongs to this kind of event.
Fields that are not named here are allowed and kept. Where a field may be null, null means the same as leaving it out.
A message that breaks its contract goes to quarantine with its bytes and every reason; nothing is dropped.

The contracts themselves are JSON Schema (draft 2020-12), in `schemas/contracts/<family>/<name>/<version>.json`.
"""


@dataclass(frozen=True)
class _Field:
    """One row of a table: the field's path, its types, whether it must be there, what it means."""

    path: str
    types: str
    required: bool
    description: str


def event_catalogue() -> str:
    """Markdown that describes the envelope, the traits and every event type, with an example of each event."""
    envelope = _resolve(f"klantbeeld:{ENVELOPE}/1.0")
    parts = [_INTRODUCTION, _contents(), "## Envelope\n", envelope["description"] + "\n", _table(_fields(envelope))]
    parts += ["## Traits\n", *_traits(envelope)]
    for family, contracts in groupby(_ordered(), key=_family):
        parts.append(f"## {_FAMILIES.get(family, family)}\n")
        parts += [_section(contract) for contract in contracts]
    return "\n".join(parts).rstrip() + "\n"


def _traits(envelope: Schema) -> tuple[str, str]:
    traits = envelope["$defs"]["person_traits"]
    words = (
        f"{traits['description']} They stand in `traits` of every event but `web.group`, whose traits describe the "
        "group. What cannot be used (a telephone number that cannot exist) becomes null with a warning on the event.\n"
    )
    return words, _table(_fields(traits, prefix="traits."))


def _contents() -> str:
    lines = ["| event type | what happened |", "|---|---|"]
    for contract in _ordered():
        anchor = f"{contract.type}-{contract.version}".replace(".", "")
        lines.append(f"| [`{contract.type}`](#{anchor}) | {contract.schema['title']} |")
    return "\n".join(lines) + "\n"


def _ordered() -> list[Contract]:
    order = list(_FAMILIES)
    return sorted(
        registry().contracts(),
        key=lambda contract: order.index(_family(contract)) if _family(contract) in order else len(order),
    )


def _family(contract: Contract) -> str:
    return contract.type.partition(".")[0]


def _section(contract: Contract) -> str:
    schema = contract.schema
    fields = [field for field in _fields(schema) if field.path not in ("type", "schema_version", "traits")]
    fields += [field for field in _fields(schema) if field.path == "traits" and field.required]
    example = json.dumps(schema["examples"][0], indent=2, ensure_ascii=False)
    alternatives = " or ".join(f"`{name}`" for branch in schema.get("anyOf", []) for name in branch["required"])
    parts = [
        f"### {contract.type} {contract.version}\n",
        schema["description"] + "\n",
        *([f"At least one of {alternatives} must be there.\n"] if alternatives else []),
        _table(fields) if fields else "No fields besides the envelope.\n",
        f"```json\n{example}\n```\n",
    ]
    return "\n".join(parts)


def _table(fields: Iterator[_Field] | list[_Field]) -> str:
    lines = ["| field | type | required | meaning |", "|---|---|---|---|"]
    for field in fields:
        required = "yes" if field.required else "no"
        lines.append(f"| `{field.path}` | {field.types} | {required} | {field.description} |")
    return "\n".join(lines) + "\n"


def _fields(schema: Schema, prefix: str = "") -> Iterator[_Field]:
    """The fields of a schema, nested ones with their path. Traits and addresses are described once, not everywhere."""
    required = schema.get("required", [])
    for name, own in schema.get("properties", {}).items():
        field = _expanded(own)
        path = f"{prefix}{name}"
        written = f" Written as {field['x-expected']}." if "x-expected" in field else ""
        yield _Field(path, _types(field), name in required, own["description"] + written)
        if "$ref" in own:
            continue
        nested = _expanded(field["items"]) if "items" in field else field
        yield from _fields(nested, f"{path}[]." if "items" in field else f"{path}.")


def _types(field: Schema) -> str:
    if "enum" in field:
        return " or ".join("null" if option is None else f"`{option}`" for option in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    types = field.get("type", "any")
    words = [types] if isinstance(types, str) else list(types)
    limit = f" (at most {field['maxLength']})" if "maxLength" in field else ""
    return " or ".join(f"{word}{limit if word == 'string' else ''}" for word in words)


def _expanded(field: Schema) -> Schema:
    """A field with what its ``$ref`` says; its own words win."""
    return {**_resolve(field["$ref"]), **field} if "$ref" in field else field


def _resolve(reference: str) -> Schema:
    """The schema at ``klantbeeld:envelope/1.0#/$defs/id``, or at ``#/$defs/id`` of the envelope."""
    name, _, pointer = reference.partition("#")
    found: Any = documents()[name or f"klantbeeld:{ENVELOPE}/1.0"]
    for part in pointer.split("/")[1:]:
        found = found[part]
    return dict(found)
