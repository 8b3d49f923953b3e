"""How many examples a costly property is tried with: few in ``make test``, many in ``make slow``."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings

EXAMPLES = "KLANTBEELD_TEST_EXAMPLES"
"""Environment variable; ``many`` tries every property with as many examples as it names."""


def examples(many: int, *, few: int, **others: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Hypothesis's settings and the mark ``examples``, by which ``make slow`` finds what it has to try with many."""
    count = many if os.environ.get(EXAMPLES) == "many" else few

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        return pytest.mark.examples(settings(max_examples=count, deadline=None, **others)(test))

    return decorate
