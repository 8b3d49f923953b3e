"""Progress on stderr: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from models.progress import Progress

LINE_EVERY_S = 5.0
"""Seconds between two lines where stderr is no terminal."""


@contextmanager
def progress_bars(quiet: bool = False) -> Iterator[Progress]:
    """A progress reporter for the block; says nothing when quiet."""
    if quiet:
        yield lambda what, done, total=None: None
    elif sys.stderr.isatty():
        with _terminal_bars() as progress:
            yield progress
    else:
        yield _lines()


@contextmanager
def _terminal_bars() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with RichProgress(*columns, console=Console(stderr=True)) as bars:
        tasks = {}

        def report(what: str, done: int, total: int | None = None) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield report


def _lines() -> Progress:
    """One line when a piece of work begins, at its end, and every few seconds between."""
    said: dict[str, float] = {}

    def report(what: str, done: int, total: int | None = None) -> None:
        now = time.monotonic()
        finished = total is not None and done >= total
        if what in said and not finished and now - said[what] < LINE_EVERY_S:
            return
        said[what] = now
        click.echo(f"{what}: {done:,}" + ("" if total is None else f" of {total:,}"), err=True)

    return report
