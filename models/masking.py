"""Personal values as the screen shows them: enough to tell one from another, not enough to use them.

What is masked depends on the class of each identifier type (``IdentifierPolicy.pii``): values of ``personal`` and
``sensitive`` types are, and dates of birth; those of ``pseudonymous`` types and ``none`` are not. Names and addresses
are shown: without them nobody could say whether two records are one person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from models.policies import IdentifierPolicy

View = TypeVar("View")

MASKED_CLASSES = ("personal", "sensitive")
BIRTH_DATE = "birth_date"

LEAST_LENGTH = 8
"""Of a shorter value its end would be most of it: it is masked as a whole."""

MASK = "***"

PATTERNS = {"email": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", "phone": r"\+\d{7,15}"}
"""What is seen to be a value of a type wherever it stands, also in a sentence or a record id."""


def masked(view: View, policies: Mapping[str, IdentifierPolicy]) -> View:
    """The same view, its personal values masked wherever they stand: by themselves, in record ids and in sentences.

    A view is whatever is shown: dataclasses, mappings, sequences and plain values, in any depth. Which texts are
    personal values is told by the places that name a type: ``type`` and ``value``, ``comparison`` or ``trait`` and its
    values, a column of that name, a record id ``source:type:value``. Two values that differ never look the same.
    """
    types = frozenset(name for name, policy in policies.items() if policy.pii in MASKED_CLASSES) | {BIRTH_DATE}
    return _Mask(types, _values(view, types)).view(view)


def mask_value(name: str, value: str) -> str:
    """One value of an identifier type (or ``birth_date``) so that nobody can use it.

    ``j***@example.com``, ``1980-**-**``; of others the last four characters, ``***4242``, or ``***`` if they are short.
    """
    if name == BIRTH_DATE:
        return f"{value[:4]}-**-**"
    head, at, domain = value.rpartition("@")
    if at and head:
        return f"{head[0]}{MASK}@{domain}"
    return f"{MASK}{value[-4:]}" if len(value) >= LEAST_LENGTH else MASK


class _Mask:
    """Replaces values, the same one always by the same text."""

    def __init__(self, types: frozenset[str], values: Iterable[tuple[str, str]]) -> None:
        self.shown: dict[str, str] = {}
        self.taken: set[str] = set()
        for name, value in values:
            self._mask(name, value)
        # The longest first, so that a value that begins as another does is masked as a whole.
        known = [re.escape(value) for value in sorted(self.shown, key=lambda value: (-len(value), value))]
        parts = [f"(?P<known>(?<!\\w)(?:{'|'.join(known)})(?!\\w))"] if known else []
        parts += [f"(?P<{name}>{pattern})" for name, pattern in PATTERNS.items() if name in types]
        self.pattern = re.compile("|".join(parts)) if parts else None

    def view(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, date) and not isinstance(value, datetime):
            return self.shown.get(value.isoformat(), value)
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{field.name: self.view(getattr(value, field.name)) for field in fields(value)})
        if isinstance(value, Mapping):
            return {name: self.view(part) for name, part in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return type(value)(self.view(part) for part in value)
        return value

    def text(self, text: str) -> str:
        if text in self.shown or self.pattern is None:
            return self.shown.get(text, text)
        return self.pattern.sub(lambda found: self._mask(str(found.lastgroup), found[0]), text)

    def _mask(self, name: str, value: str) -> str:
        if value not in self.shown:
            told = mask_value(name, value)
            number = 1
            while told in self.taken:
                number += 1
                told = f"{mask_value(name, value)}({number})"
            self.taken.add(told)
            self.shown[value] = told
        return self.shown[value]


def _values(view: Any, types: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Every value in a view that a place beside it says is of one of these types, in the order of the view."""
    if isinstance(view, str):
        parts = view.split(":", 2)
        if len(parts) == 3 and parts[1] in types:
            yield parts[1], parts[2]
        return
    if is_dataclass(view) and not isinstance(view, type):
        view = {field.name: getattr(view, field.name) for field in fields(view)}
    if isinstance(view, Mapping):
        for name, value in _named(view):
            if name in types:
                yield from ((name, text) for text in _texts(value))
        view = list(view.values())
    if isinstance(view, Sequence | set | frozenset):
        for part in view:
            yield from _values(part, types)


def _named(row: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """What a row says, each value with what it is."""
    yield from row.items()
    for key, values in (("type", ("value",)), ("trait", ("value",)), ("comparison", ("value_l", "value_r"))):
        if isinstance(row.get(key), str):
            yield from ((row[key], row[name]) for name in values if name in row)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, date):
        yield value.isoformat()[:10]
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
