"""The SQL that turns a file's rows into events, written from a bound mapping; every value in it is a parameter."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connectors.sources.files.columns import Column
from connectors.sources.files.mappings import FileMapping, Target
from connectors.sources.files.targets import EXTERNAL_IDS, Path

Tree = dict[str, "str | Tree"]

ENVELOPE_ORDER = (
    *("type", "schema_version", "source", "original_timestamp", "sent_at"),
    *("user_id", "anonymous_id", "group_id", "previous_id", "external_ids", "name", "properties", "traits", "context"),
)
"""Order of the envelope's fields in an event, whatever their order in the settings: equal content, equal bytes."""

LOG_KEYS: tuple[Path, ...] = (("user_id",), ("anonymous_id",), *(("external_ids", name) for name in EXTERNAL_IDS))
"""Whose value is the log record's key: the first that is there, so that one person's events keep their order."""

SCHEMA_VERSION = "1.0"


@dataclass
class Parameters:
    """Values bound to a statement, by name."""

    values: dict[str, str] = field(default_factory=dict)

    def add(self, value: str) -> str:
        """The placeholder of a value."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"${name}::varchar"


def events_statement(mapping: FileMapping, columns: Mapping[str, Column]) -> tuple[str, dict[str, str]]:
    """The statement that makes ``file_events`` from ``file_rows``, and its parameters.

    ``file_events``: ``n`` (line of the event's first row), ``type``, ``log_key`` and ``message_id`` (null where the
    mapping gives none), ``body`` (the envelope from its type on, without the opening brace) and its ``digest``. An
    event of a group takes the first value that is there in its rows; rows without a group
    value are events of their own.
    """
    return _Statement(mapping, columns).build()


class _Statement:
    def __init__(self, mapping: FileMapping, columns: Mapping[str, Column]) -> None:
        self.mapping, self.columns, self.bound = mapping, columns, Parameters()

    def build(self) -> tuple[str, dict[str, str]]:
        log_key = ", ".join([*self.texts(LOG_KEYS), "null::varchar"])
        message_id = ", ".join([*self.texts((("message_id",),)), self.natural_id()])
        event_type = self.event_type()
        group = ""
        if self.mapping.group_by is not None:
            value = self.columns[self.mapping.group_by].text
            group = f"group by {value}, case when {value} is null then n end"
        statement = f"""
            create temp table file_events as
            with built as (
                select
                    {"min(n)" if group else "n"} as n,
                    {event_type} as type,
                    coalesce({log_key}) as log_key,
                    coalesce({message_id}) as message_id,
                    {self.members(self.tree(event_type))} || '}}' as body
                from file_rows
                {group}
            )
            select *, sha256(body) as digest from built
        """
        return statement, self.bound.values

    def texts(self, paths: Sequence[Path]) -> list[str]:
        """The text of those targets among ``paths`` that are mapped, in that order."""
        targets = {target.path: target for target in self.mapping.targets}
        return [self.first(self.column(targets[path]).text) for path in paths if path in targets]

    def tree(self, event_type: str) -> Tree:
        """JSON text of every field, nested as in the envelope and in its canonical order."""
        settings = self.mapping.settings
        fields: Tree = {"type": f"to_json({event_type})::varchar", "schema_version": f"'\"{SCHEMA_VERSION}\"'"}
        fields["source"] = f"to_json({self.bound.add(self.mapping.source)})::varchar"
        for target in self.mapping.targets:
            if target.path not in (("type",), ("message_id",)):
                _place(fields, target.path, self.json(target))
        if settings.lines:
            _place(fields, ("properties", "lines"), self.lines())
        return {name: fields[name] for name in dict.fromkeys(ENVELOPE_ORDER) if name in fields}

    def members(self, tree: Tree) -> str:
        """The members of a JSON object without braces; what is null is left out, and '' when nothing is left."""
        parts = []
        for name, value in tree.items():
            label = self.bound.add(f"{_json_string(name)}:")
            if isinstance(value, dict):
                value = f"'{{' || nullif({self.members(dict(sorted(value.items())))}, '') || '}}'"
            parts.append(f"{label} || {value}")
        return f"concat_ws(',', {', '.join(parts)})"

    def lines(self) -> str:
        """The lines of a group as JSON objects, in file order."""
        tree: Tree = {target.path[-1]: self.row_json(target) for target in self.mapping.lines}
        return f"'[' || string_agg('{{' || {self.members(tree)} || '}}', ',' order by n) || ']'"

    def json(self, target: Target) -> str:
        """A target as JSON text, for the event."""
        if target.reference.how == "sum":
            return f"sum_json({self.number(self.columns[target.reference.value])}, n)"
        return self.first(self.row_json(target))

    def row_json(self, target: Target) -> str:
        """A target as JSON text, for one row."""
        if target.kind == "number":
            return f"number_json({self.number(self.column(target))})"
        if target.kind == "time":
            return f"to_json({self.time(self.column(target))})::varchar"
        if target.kind == "text":
            return f"to_json({self.column(target).text})::varchar"
        return self.column(target).json

    def column(self, target: Target) -> Column:
        if target.reference.how == "constant":
            constant = f"nullif({self.bound.add(target.reference.value)}, '')"
            return Column(text=constant, json=f"to_json({constant})::varchar")
        return self.columns[target.reference.value]

    def number(self, column: Column) -> str:
        if self.mapping.settings.decimal_separator == "." or column.is_text == "false":
            return column.text
        return f"case when {column.is_text} then from_comma({column.text}) else {column.text} end"

    def time(self, column: Column) -> str:
        """A moment in RFC 3339, from the way in which the source writes its moments."""
        zone = self.mapping.settings.time_zone
        written = self.mapping.settings.timestamp_format
        if written is None or column.is_moment:
            return f"iso_time({column.text}, {self.bound.add(zone)})"
        if written in ("unix_s", "unix_ms"):
            return f"unix_time({column.text}, {1 if written == 'unix_s' else 1000})"
        parsed = f"try_strptime(trim({column.text}), {self.bound.add(written)})"
        # With an offset in its format DuckDB gives an instant, without one a local time.
        moment = parsed if "%z" in written else f"timezone({self.bound.add(zone)}, {parsed})"
        return f"coalesce(rfc3339({moment}), {column.text})"

    def first(self, value: str) -> str:
        """The event's own value: the row's, or the first one of the group that is there."""
        return value if self.mapping.group_by is None else f"arg_min({value}, n)"

    def event_type(self) -> str:
        """The event type, as a value: the settings' own where the file names none."""
        default = self.mapping.settings.type
        otherwise = "null::varchar" if default is None else self.bound.add(default)
        mapped = self.texts((("type",),))
        if not mapped:
            return otherwise
        value = mapped[0]
        pairs = self.mapping.settings.types.items()
        cases = " ".join(f"when {self.bound.add(key)} then {self.bound.add(name)}" for key, name in pairs)
        named = f"case {value} {cases} else {value} end" if cases else value
        return f"coalesce({named}, {otherwise})"

    def natural_id(self) -> str:
        """The message id made of the source and the columns of its key; null where one of them says nothing."""
        if not self.mapping.key:
            return "null::varchar"
        parts = [self.first(self.columns[name].text) for name in self.mapping.key]
        complete = " and ".join(f"{part} is not null" for part in parts)
        key = f"left(sha256(to_json([{', '.join(parts)}])::varchar), 32)"
        return f"case when {complete} then {self.bound.add(self.mapping.source)} || ':' || {key} end"


def _place(tree: Tree, path: tuple[str, ...], value: str) -> None:
    head, *rest = path
    if not rest:
        tree[head] = value
        return
    inner = tree.setdefault(head, {})
    if isinstance(inner, dict):
        _place(inner, tuple(rest), value)


def _json_string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
