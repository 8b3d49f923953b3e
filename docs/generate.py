"""Write docs/reference from the code: ``make docs``. A test fails when a page is not what this would write."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args, get_origin

import click
import msgspec
import pyarrow as pa

import models.settings as settings_module
from docs.properties import properties_page
from models.settings import Settings
from pipelines.cli import COMMANDS, cli
from schemas import tables
from schemas.catalogue import event_catalogue

WIDTHS: dict[str, Any] = {"max_content_width": 100, "terminal_width": 100}
REFERENCE = Path(__file__).parent / "reference"
GENERATED = "<!-- Written by `make docs` from the code; changes made here are lost. -->\n\n"


def commands_page() -> str:
    """Every command's help, as the command line prints it."""
    parts = ["# Commands\n\nstdout is data, stderr is progress. Exit codes: 0 ok, 1 failed, 2 usage.\n"]
    # The options of the real command line: click remembers a command's help option from its first use.
    context = click.Context(cli, info_name="klantbeeld", **cli.context_settings | WIDTHS)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        parts += _command_parts(command, context, name)
    return "\n".join(parts) + "\n"


def _command_parts(command: Any, parent: click.Context, name: str) -> list[str]:
    context = click.Context(command, info_name=name, parent=parent, **WIDTHS)
    level = "##" if parent.parent is None else "###"
    parts = [f"{level} {context.command_path}\n\n```\n{command.get_help(context)}\n```\n"]
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            parts += _command_parts(command.get_command(context, inner), context, inner)
    return parts


def settings_page() -> str:
    """Every setting with its type, default and meaning."""
    parts = [
        "# Settings: klantbeeld.toml\n",
        "Every key has a default; an unknown key is refused with a suggestion. Secrets never stand in the file: a key "
        "that ends in `_env` names the environment variable that holds one.\n",
    ]
    for path, section in _sections("", Settings):
        parts.append(f"## [{path}]\n\n{inspect.getdoc(section)}\n")
        parts.append("| key | type | default | meaning |\n|---|---|---|---|")
        meanings = _comments(section)
        for field in msgspec.structs.fields(section):
            if _inner_section(field.type) is None:
                meaning = meanings.get(field.name, "")
                parts.append(f"| `{field.name}` | {_type_name(field.type)} | {_default(field)} | {meaning} |")
        parts.append("")
    parts.append("## Default identifier policies\n")
    parts.append("| type | max_people_per_value | max_per_person | blocked patterns |\n|---|---|---|---|")
    for name, policy in settings_module.default_identifier_policies().items():
        patterns = " ".join(f"`{pattern}`".replace("|", "\\|") for pattern in policy.blocked_patterns) or "-"
        parts.append(
            f"| `{name}` | {policy.max_people_per_value} | {policy.max_per_person or 'no limit'} | {patterns} |"
        )
    return "\n".join(parts) + "\n"


def tables_page() -> str:
    """Every table of the lake that our own code writes; dbt documents its own."""
    source = Path(str(tables.__file__)).read_text(encoding="utf-8")
    docs = _variable_docs(source)
    parts = ["# Tables of the lake\n", "DuckLake schemas and tables; times are UTC, money is decimal(18, 4).\n"]
    for schema, by_name in tables.LAKE_TABLES.items():
        for name, columns in by_name.items():
            variable = next(key for key, value in vars(tables).items() if value is columns)
            parts.append(f"## {schema}.{name}\n\n{docs.get(variable, '')}\n")
            parts.append("| column | type | null |\n|---|---|---|")
            parts += [f"| `{f.name}` | {_arrow_name(f.type)} | {'yes' if f.nullable else 'no'} |" for f in columns]
            parts.append("")
    return "\n".join(parts) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "events.md": event_catalogue,
    "properties.md": properties_page,
    "settings.md": settings_page,
    "tables.md": tables_page,
}
"""Generated pages of docs/reference."""


def page_text(name: str) -> str:
    """The whole text of a generated page."""
    return GENERATED + PAGES[name]().lstrip("\n")


def main() -> int:
    """Write every page; name those that changed on stderr."""
    REFERENCE.mkdir(exist_ok=True)
    for name in PAGES:
        path = REFERENCE / name
        text = page_text(name)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stderr.write(f"wrote {path}\n")
    return 0


def _sections(path: str, section: type[Any]) -> list[tuple[str, type[Any]]]:
    found = [] if not path else [(path, section)]
    for field in msgspec.structs.fields(section):
        inner = _inner_section(field.type)
        if inner is not None:
            name = f"{path}.{field.name}".lstrip(".")
            found += _sections(f"{name}.<name>" if get_origin(field.type) is dict else name, inner)
    return found


def _inner_section(hint: Any) -> type[Any] | None:
    candidate = get_args(hint)[1] if get_origin(hint) is dict else hint
    return candidate if isinstance(candidate, type) and issubclass(candidate, msgspec.Struct) else None


def _comments(section: type[Any]) -> dict[str, str]:
    """The ``#:`` comment above each field."""
    meanings: dict[str, str] = {}
    waiting: list[str] = []
    for line in inspect.getsource(section).splitlines():
        text = line.strip()
        if text.startswith("#:"):
            waiting.append(text[2:].strip())
        elif ":" in text and not text.startswith(("class ", '"""', "@", "def ")):
            if waiting:
                meanings[text.split(":")[0]] = " ".join(waiting)
            waiting = []
    return meanings


def _type_name(hint: Any) -> str:
    hints = {settings_module.Positive: "integer ≥ 1", settings_module.Share: "number 0-1"}
    if hint in hints:
        return hints[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if hasattr(hint, "__metadata__"):
        return _type_name(arguments[0])
    if str(origin) == "typing.Literal":
        return " \\| ".join(f'`"{value}"`' for value in arguments)
    if origin is tuple:
        return f"list of {_type_name(arguments[0])}"
    if origin is dict:
        return f"table of {_type_name(arguments[1])}"
    if arguments:
        return " or ".join(_type_name(part) for part in arguments if part is not type(None))
    return {"str": "text", "int": "integer", "float": "number", "bool": "true/false"}.get(hint.__name__, hint.__name__)


def _default(field: Any) -> str:
    if field.default is not msgspec.NODEFAULT:
        value = field.default
    elif field.default_factory is not msgspec.NODEFAULT:
        value = field.default_factory()
    else:
        return "required"
    if value in (None, (), {}, ""):
        return "-"
    return f"`{str(value).lower() if isinstance(value, bool) else value!r}`".replace("'", '"').replace("|", "\\|")


def _variable_docs(source: str) -> dict[str, str]:
    """The string that stands under each module variable."""
    body = ast.parse(source).body
    docs = {}
    for statement, following in zip(body, body[1:], strict=False):
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if targets and isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            docs[ast.unparse(targets[0])] = inspect.cleandoc(str(following.value.value))
    return docs


def _arrow_name(data_type: pa.DataType) -> str:
    if pa.types.is_list(data_type):
        return f"list of {_arrow_name(data_type.value_type)}"
    if pa.types.is_struct(data_type):
        return "(" + ", ".join(f"{part.name} {_arrow_name(part.type)}" for part in data_type) + ")"
    return str(data_type)


if __name__ == "__main__":
    sys.exit(main())
