"""``klantbeeld init``."""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.scaffolds import write_scaffold


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", help="Name of the workspace; by default the folder's.")
def command(folder: Path, name: str | None) -> None:
    """Make a workspace: settings, folders, and what git should ignore.

    \b
    Example:
      klantbeeld init my-company
      cd my-company && klantbeeld doctor
    """
    root = folder.resolve()
    for path in write_scaffold(root, name or root.name):
        click.echo(path.relative_to(root))
    click.echo(
        f"Workspace made. Next: look at {folder / 'klantbeeld.toml'}, then: klantbeeld doctor -w {folder}", err=True
    )
