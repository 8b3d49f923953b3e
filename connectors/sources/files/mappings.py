"""The declared mapping of a file source, and all that can be said about it without its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from connectors.sources.files.targets import Kind, check_event_type, target_kind
from models.errors import UsageError
from models.settings import SourceSettings
from schemas.registry import known_types


@dataclass(frozen=True, slots=True)
class Reference:
    """What fills a target: a column of the file, the sum of a column over the rows of a group, or a constant."""

    how: Literal["column", "sum", "constant"]
    value: str


@dataclass(frozen=True, slots=True)
class Target:
    """One field of the envelope (or of a line), what its contract expects there, and what fills it."""

    path: tuple[str, ...]
    kind: Kind
    reference: Reference


@dataclass(frozen=True, slots=True)
class FileMapping:
    """The mapping of a source, bound to one file: every reference names a column that the file has."""

    source: str
    settings: SourceSettings
    targets: tuple[Target, ...]
    lines: tuple[Target, ...]
    group_by: str | None
    key: tuple[str, ...]

    def columns(self) -> tuple[str, ...]:
        """Columns of the file that the mapping uses, once each, in alphabetical order."""
        references = [target.reference for target in (*self.targets, *self.lines)]
        names = {reference.value for reference in references if reference.how != "constant"}
        return tuple(sorted(names | set(self.key) | ({self.group_by} if self.group_by else set())))


def check_mapping(source: str, settings: SourceSettings) -> None:
    """Refuse a mapping that no file could make right.

    Raises:
        UsageError: no event type, an unknown one, an unknown target, or keys that do not go together; names the key.
    """
    where = f"sources.{source}"
    _check_types(where, settings)
    if not settings.columns:
        msg = f'{where}.columns is empty: say which column goes where, for example user_id = "customer".'
        raise UsageError(msg)
    if settings.lines and settings.group_by is None:
        msg = f"{where}.lines needs {where}.group_by: the column whose value the lines of one event share."
        raise UsageError(msg)
    for path in settings.columns:
        target_kind(tuple(path.split(".")), f"{where}.columns", event_types(settings), settings.external_ids)
    _refuse_overlaps(where, settings)


def event_types(settings: SourceSettings) -> tuple[str, ...]:
    """The event types that a mapping may give: all there are, where the file itself says which."""
    named = dict.fromkeys(name for name in (settings.type, *settings.types.values()) if name is not None)
    return tuple(named) if settings.types or "type" not in settings.columns else known_types()


def home_family(settings: SourceSettings) -> str:
    """The family whose topic takes what names no known type: rows that could not be read among them."""
    return (settings.type or event_types(settings)[0]).partition(".")[0]


def _check_types(where: str, settings: SourceSettings) -> None:
    if settings.type is None and "type" not in settings.columns:
        msg = f"{where}: no event type. Set type = \"pos.sale\" (or another), or map the target 'type' to a column."
        raise UsageError(msg)
    if settings.types and "type" not in settings.columns:
        msg = f"{where}.types translates the values of a column: map the target 'type' to it in {where}.columns."
        raise UsageError(msg)
    if settings.type is not None:
        check_event_type(settings.type, f"{where}.type")
    for value, name in settings.types.items():
        check_event_type(name, f"{where}.types.{value}")


def _refuse_overlaps(where: str, settings: SourceSettings) -> None:
    """A target cannot be both a value and an object: ``traits.address`` beside ``traits.address.city``."""
    paths = [*settings.columns, *(["properties.lines"] if settings.lines else [])]
    clashes = [(path, other) for path in paths for other in paths if other.startswith(f"{path}.")]
    if paths.count("properties.lines") > 1:
        clashes.append(("properties.lines", f"{where}.lines"))
    for path, other in clashes:
        msg = f"{where}.columns: '{path}' and '{other}' cannot both be filled. Keep one of them."
        raise UsageError(msg)
