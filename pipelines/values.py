"""Values of records as people read them."""

from __future__ import annotations

from datetime import date, datetime


def value_text(value: object) -> str | None:
    """The value as text, moments by their day; None where there is none."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else str(value)
