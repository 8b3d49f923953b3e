"""Generated pages are what the code would write now: ``make docs`` writes them anew."""

from __future__ import annotations

import pytest

from docs.generate import PAGES, REFERENCE, page_text, settings_page


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (REFERENCE / name).read_text(encoding="utf-8") == page_text(name), "run: make docs"


def test_every_setting_says_what_it_means() -> None:
    rows = [
        line.split(" | ") for line in settings_page().splitlines() if line.startswith("| `") and line.count("|") >= 5
    ]
    tables = [row for row in rows if len(row) == 4 or "\\|" in "".join(row)]
    assert len(tables) > 40
    assert [row[0] for row in tables if not row[-1].strip(" |")] == []
