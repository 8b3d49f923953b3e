"""What is wrong with an event, in words that carry no value of the event: a value may be personal data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jsonschema_rs


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that an event breaks.

    ``path`` is the field with dots and list positions (``properties.lines[0].amount``), empty for the whole event;
    ``rule`` the JSON Schema keyword or the name of our own check; ``message`` what was expected.
    """

    path: str
    rule: str
    message: str


def dotted(path: Sequence[str | int]) -> str:
    """A path as people write it: ``properties.lines[0].amount``."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")


def json_type(value: object) -> str:
    """The JSON type of a parsed value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    for name, types in (("integer", int), ("number", float), ("string", str), ("array", list), ("object", dict)):
        if isinstance(value, types):
            return name
    return type(value).__name__


def violation(error: jsonschema_rs.ValidationError, expectations: Mapping[str, str]) -> Violation:
    """A validator's error as a violation; ``expectations`` says in words what each pattern means."""
    kind: Any = error.kind
    path = list(error.instance_path)
    if kind.name == "required":
        return Violation(dotted([*path, kind.property]), kind.name, "is required and missing")
    return Violation(dotted(path), kind.name, _message(error, expectations))


def _message(error: jsonschema_rs.ValidationError, expectations: Mapping[str, str]) -> str:
    kind: Any = error.kind
    match kind.name:
        case "type":
            return f"expected {' or '.join(sorted(kind.types))}, got {json_type(error.instance)}"
        case "pattern":
            return f"expected {expectations.get(kind.pattern, f'text that matches {kind.pattern}')}"
        case "enum":
            return f"expected one of {', '.join(_word(option) for option in kind.options)}"
        case "const":
            return f"expected {_word(kind.expected_value)}"
        case "minLength" if kind.limit == 1:
            return "expected text that is not empty"
        case "minLength" | "maxLength" | "minItems" | "maxItems" | "minimum" | "maximum":
            return _LIMITS[kind.name].format(kind.limit)
        case "anyOf":
            return f"expected at least one of {_alternatives(kind.context)}"
        case _:
            return f"breaks the rule '{kind.name}' of its contract"


_LIMITS = {
    "minLength": "expected at least {} characters",
    "maxLength": "expected at most {} characters",
    "minItems": "expected at least {} items",
    "maxItems": "expected at most {} items",
    "minimum": "expected a number that is not less than {}",
    "maximum": "expected a number that is not greater than {}",
}


def _word(option: object) -> str:
    return "null" if option is None else str(option)


def _alternatives(context: Sequence[Sequence[jsonschema_rs.ValidationError]]) -> str:
    """The fields that the branches of an ``anyOf`` ask for."""
    fields = [_field(error) for branch in context for error in branch]
    return ", ".join(dict.fromkeys(fields))


def _field(error: jsonschema_rs.ValidationError) -> str:
    kind: Any = error.kind
    return dotted([*error.instance_path, *([kind.property] if kind.name == "required" else [])])
