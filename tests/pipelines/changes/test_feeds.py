"""A reader with a cursor gets every published change once, in one order."""

from __future__ import annotations

import pytest

from models.errors import UsageError
from models.lakes import Lake
from pipelines.changes.feeds import read_page
from tests.pipelines.changes.ledgers import ledger_rows


def test_pages_from_cursor_to_cursor_give_everything_once(lake: Lake) -> None:
    seen, cursor, pages = [], 0, 0
    while not (page := read_page(lake, cursor, 4)).is_last or page.changes:
        seen += page.changes
        cursor = page.cursor
        pages += 1
    assert (seen, cursor, pages) == (ledger_rows(), 10, 3)


def test_a_cursor_at_the_end_stays_there(lake: Lake) -> None:
    page = read_page(lake, 10, 4)
    assert (page.changes, page.cursor, page.is_last) == ([], 10, True)


def test_a_cursor_of_another_lake_is_refused(lake: Lake) -> None:
    with pytest.raises(UsageError, match=r"Cursor 11 lies after the newest published change \(10\)"):
        read_page(lake, 11, 4)
