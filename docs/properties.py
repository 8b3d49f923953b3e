"""The page of properties: what Hypothesis tries to break, taken from the tests themselves."""

from __future__ import annotations

import ast
from pathlib import Path

TESTS = Path(__file__).parent.parent / "tests"


def properties_page() -> str:
    """Every property in the tests, under the sentence that says of which part it is."""
    parts = [
        "# Properties\n",
        "What holds for any input, not for some examples: each of these is tried on generated input of few values, so "
        "that collisions abound, by `make test`, and the costly ones with more of it by `make slow`.\n",
    ]
    for path in sorted(TESTS.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and _is_property(node)]
        if found:
            parts.append(f"## {' '.join((ast.get_docstring(tree) or path.stem).split())}\n")
            parts.append(f"`{path.relative_to(TESTS.parent).as_posix()}`\n")
            parts += [f"- {name.removeprefix('test_').replace('_', ' ')}" for name in found]
            parts.append("")
    return "\n".join(parts)


def _is_property(function: ast.FunctionDef) -> bool:
    """Whether it is decorated by ``hypothesis.given``."""
    names = (part.func if isinstance(part, ast.Call) else part for part in function.decorator_list)
    return any(ast.unparse(name).split(".")[-1] == "given" for name in names)
