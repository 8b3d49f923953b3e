"""The command line. Commands live in :mod:`pipelines.commands`, one module each, imported when they are called.

stdout is data, stderr is progress and errors. Exit codes: 0 ok, 1 failed, 2 usage.
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

import click

from models.errors import KlantbeeldError, UsageError
from pipelines.commands.logs import configure_logging

COMMANDS = {
    "init": "make a workspace: settings, folders, an example of each",
    "demo": "the whole way on one machine, from a seeded population with known truth",
    "doctor": "check versions, packages, settings, store and log",
    "status": "freshness, lag, last runs and gates",
    "collect": "HTTP collector that speaks Segment's tracking API",
    "load": "load CSV, JSON lines or Parquet files into the event log",
    "run": "ingest, resolve, build, check and sync: only what has something new",
    "ingest": "take what is new in the event log into the lake",
    "resolve": "find out which source records are one person",
    "build": "build marts and segments with dbt",
    "check": "run the quality gates, and publish when they pass",
    "sync": "export audiences and keep membership history",
    "profile": "everything known of one person",
    "household": "who lives together, and why",
    "history": "the life of a profile or record: what came and went, when and why",
    "changes": "who became who since a cursor, for systems that keep profile ids",
    "identify": "who one record is: the person it would join now, or nobody",
    "serve": "answer over HTTP who one record is",
    "explain": "why two records are one person (or are not), or why one person is one",
    "why-not": "why two records are not one person, and what would have to come for them to be",
    "remove": "take out a record, an identifier or a batch, as if it had never been seen; list and undo",
    "judge": "decide who is who: split, join or detach, list and undo decisions",
    "plan": "what the next resolve would do to people, ids and audiences, before it does",
    "review": "answer what the evidence leaves open, and calibrate the link threshold by it",
    "audience": "list, preview, explain and export audiences",
    "match": "train match models with a card, show and compare them",
    "clean": "deduplicate exported files, without a workspace",
    "evaluate": "compare people with known truth: pairwise, B-cubed, exact, over-merge",
}
"""Commands and what each does, in the order of the help. The module is ``pipelines.commands.<name>``, - being _."""


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is called, not to list it: --help stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, its module imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = cmd_name.replace("-", "_")
        command: click.Command = importlib.import_module(f"pipelines.commands.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List commands from COMMANDS, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="klantbeeld", prog_name="klantbeeld")
@click.option("--debug", is_flag=True, envvar="KLANTBEELD_DEBUG", help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Klantbeeld makes one explainable picture of each customer, on your own machines.

    \b
    Try it:        klantbeeld demo
    Start:         klantbeeld init my-company && cd my-company && klantbeeld doctor
    Everyday:      klantbeeld load tills.csv --source tills && klantbeeld run
    Ask:           klantbeeld profile anna@example.nl · klantbeeld audience list

    A workspace is a folder with a klantbeeld.toml; every command takes --workspace (or KLANTBEELD_WORKSPACE), by
    default the current folder.
    """


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and give the exit code; no traceback reaches a user.

    ``sys.exit`` is called by the entry point with what this returns.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    configure_logging()
    debug = "--debug" in arguments or bool(os.environ.get("KLANTBEELD_DEBUG"))
    try:
        # Not cli.main: that takes a reader of our output who went away (head, less) for a failure.
        with cli.make_context("klantbeeld", list(arguments)) as context:
            result: Any = cli.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        return _fail("stopped", 130)
    except BrokenPipeError:
        # Keep the interpreter from flushing into it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KlantbeeldError as error:
        if debug:
            traceback.print_exc()
        return _fail(str(error), 2 if isinstance(error, UsageError) else 1)
    except Exception as error:  # the last door before the user: whatever else went wrong gets one line
        if debug:
            traceback.print_exc()
            return 1
        return _fail(f"unexpected {type(error).__name__}; the details are in {_keep_traceback()}. Please report it.", 1)
    return result if isinstance(result, int) else 0


def _fail(message: str, code: int) -> int:
    click.echo(f"klantbeeld: {message}", err=True)
    return code


def _keep_traceback() -> Path:
    """Write the traceback where only this user can read it: it may hold data, so that it is not printed."""
    handle, name = tempfile.mkstemp(prefix="klantbeeld-", suffix=".traceback")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        traceback.print_exc(file=file)
    return Path(name)


if __name__ == "__main__":
    sys.exit(main())
