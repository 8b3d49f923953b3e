"""A mapping meets a file: every reference is looked up among the file's columns before anything is loaded."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from connectors.sources.files.mappings import FileMapping, Reference, Target, event_types
from connectors.sources.files.targets import Kind, target_kind
from models.errors import UsageError
from models.settings import SourceSettings

_SUM = re.compile(r"sum\((?P<column>.+)\)")


def bind_mapping(source: str, settings: SourceSettings, file_name: str, columns: Sequence[str]) -> FileMapping:
    """The mapping (checked already) with every reference looked up among the file's columns.

    A reference that is the exact name of a column is that column; else ``= text`` is a constant, ``sum(column)`` a
    sum over a group, and ``column?`` a column that the file may lack (its target is then left out).

    Raises:
        UsageError: a column that the file lacks or holds twice; names it, the file's columns and what may be meant.
    """
    binder = _Binder(f"sources.{source}", settings, file_name, tuple(columns))
    targets = binder.targets("columns", (), settings.columns)
    lines = binder.targets("lines", ("lines",), settings.lines)
    group_by = None if settings.group_by is None else binder.column("group_by", settings.group_by)
    key = [binder.column("key", name) for name in settings.key]
    binder.raise_missing()
    return FileMapping(source, settings, targets, lines, group_by, tuple(name for name in key if name is not None))


class _Binder:
    """Looks references up in one file; collects what is missing, so that all of it is said at once."""

    def __init__(self, where: str, settings: SourceSettings, file_name: str, columns: tuple[str, ...]) -> None:
        self.where, self.settings, self.file_name, self.columns = where, settings, file_name, columns
        self.missing: list[tuple[str, str]] = []

    def targets(self, key: str, prefix: tuple[str, ...], columns: dict[str, str]) -> tuple[Target, ...]:
        """The targets that this file can fill, in alphabetical order of their paths."""
        found = []
        for path, text in sorted(columns.items()):
            # A field of a line is one name: its dots, if any, belong to it.
            parts = (*prefix, path) if prefix else tuple(path.split("."))
            kind = target_kind(parts, f"{self.where}.{key}", event_types(self.settings), self.settings.external_ids)
            reference = self.reference(f"{key}.{path}", text, kind)
            if reference is not None:
                found.append(Target(parts, kind, reference))
        return tuple(found)

    def reference(self, key: str, text: str, kind: Kind) -> Reference | None:
        """What a setting's text refers to; None for an optional column that is not there."""
        if text not in self.columns:
            if text.startswith("="):
                return Reference("constant", text[1:].strip())
            if added_up := _SUM.fullmatch(text):
                return self._sum(key, added_up["column"], kind)
        column = self.column(key, text)
        return None if column is None else Reference("column", column)

    def column(self, key: str, text: str) -> str | None:
        """The column that a setting names; None when there is none, which is remembered unless it may be missing."""
        optional = text.endswith("?") and text not in self.columns
        name = text[:-1] if optional else text
        places = [str(place) for place, column in enumerate(self.columns, 1) if column == name]
        if len(places) > 1:
            msg = (
                f"{self.file_name}: the column '{name}' ({self.where}.{key}) stands in the header more than once "
                f"(columns {', '.join(places)}). Give each column a name of its own."
            )
            raise UsageError(msg)
        if not places and not optional:
            self.missing.append((name, key))
        return name if places else None

    def raise_missing(self) -> None:
        """Raise UsageError when a column was missing."""
        if not self.missing:
            return
        wanted = ", ".join(f"'{name}' ({self.where}.{key})" for name, key in self.missing)
        hints = [f"For '{name}', did you mean '{close}'?" for name, _ in self.missing if (close := self._close(name))]
        way_out = " ".join(hints) or "Correct the mapping, or write ? after the name of a column that may be missing."
        msg = f"{self.file_name} has no column {wanted}. Its columns: {', '.join(self.columns)}. {way_out}"
        raise UsageError(msg)

    def _sum(self, key: str, name: str, kind: Kind) -> Reference | None:
        if self.settings.group_by is None or key.startswith("lines."):
            msg = f"{self.where}.{key}: sum(...) adds up the rows of one event: it needs group_by, and not in lines."
            raise UsageError(msg)
        if kind in ("text", "time"):
            msg = f"{self.where}.{key}: sum(...) gives a number, and this target is none."
            raise UsageError(msg)
        column = self.column(key, name)
        return None if column is None else Reference("sum", column)

    def _close(self, name: str) -> str | None:
        lower = {column.lower(): column for column in self.columns}
        found = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.6)
        return lower[found[0]] if found else None
