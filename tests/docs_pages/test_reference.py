"""Generated pages are what the code would write now: ``make docs`` writes them anew."""

from __future__ import annotations

import pytest

from docs.generate import PAGES, REFERENCE, page_text


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (REFERENCE / name).read_text(encoding="utf-8") == page_text(name), "run: make docs"
