"""Whole files against their rows: every row is an event or a reject, in order, with stable message ids."""

from __future__ import annotations

import csv
import io
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.connectors.sources.files.loading import Loading, loading

ANY_ROWS = """
[sources.any]
kind = "file"
type = "web.track"
delimiter = ","
[sources.any.columns]
name = "= Imported"
"properties.a" = "a"
"properties.b" = "b"
"""

CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=3), max_size=12)


@contextmanager
def fresh() -> Iterator[Loading]:
    with tempfile.TemporaryDirectory() as folder, loading(Path(folder), ANY_ROWS) as here:
        yield here


def written(rows: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["a", "b"], *rows])
    return text.getvalue()


def record(row: list[str]) -> bytes:
    return written([row]).encode()[len(written([])) :].removesuffix(b"\r\n")


@settings(max_examples=25, deadline=None)
@given(TABLES)
def test_every_row_is_an_event_or_a_reject_with_its_bytes_in_order(rows: list[list[str]]) -> None:
    with fresh() as here:
        report = here.load_text(written(rows))
        found = [message.value if message.error else message.event.get("properties", {}) for message in here.messages()]

    assert report.rows == report.events + report.rejected == len(rows)
    assert found == [
        {name: cell for name, cell in zip("ab", row, strict=True) if cell} if len(row) == 2 else record(row)
        for row in rows
    ]


@settings(max_examples=15, deadline=None)
@given(TABLES, st.integers(0, 12))
def test_a_first_part_has_the_first_message_ids_of_the_whole_and_again_the_same(
    rows: list[list[str]], cut: int
) -> None:
    with fresh() as here:
        path = here.write("whole.csv", written(rows))
        here.load(path)
        whole = here.ids()
        here.load(path, again=True)
        assert here.ids() == whole * 2

        here.load_text(written(rows[:cut]), "part.csv")
        part = here.ids()[2 * len(whole) :]
        assert part == whole[: len(part)]
        assert max(Counter(whole).values(), default=1) == 1


@settings(max_examples=15, deadline=None)
@given(TABLES, st.integers(0, 12))
def test_two_parts_have_the_message_ids_of_the_whole_as_far_as_their_rows_differ(
    rows: list[list[str]], cut: int
) -> None:
    with fresh() as whole, fresh() as parts:
        whole.load_text(written(rows))
        parts.load_text(written(rows[:cut]), "first.csv")
        parts.load_text(written(rows[cut:]), "second.csv")

        assert set(parts.ids()) <= set(whole.ids())
        distinct = {tuple(row) for row in rows if len(row) == 2}
        if len(distinct) == sum(len(row) == 2 for row in rows):
            assert parts.ids() == whole.ids()
