"""Addresses that stand in one line: which part names the street, and which is the postcode."""

from __future__ import annotations

import re

import pyarrow as pa

from pipelines.normalise.dictionaries import map_distinct

_UNIT = r"(?:suite|ste|apt|apartment|appt|unit|flat|floor|fl|room|rm|bldg|bld|building|block|etage|level)\b\.?"
_IS_UNIT = re.compile(rf"{_UNIT}[^,]*", re.IGNORECASE)
_NUMBER = re.compile(r"(?:#|no\.?|nr\.?|bld\.?|bldg\.?|dom)?\s*([0-9]+[a-z]?)", re.IGNORECASE)
_NUMBERED_STREET = re.compile(r"(?=.*\b[0-9]+[a-z]?\b).*[^\W\d_]{3}", re.IGNORECASE)
_POSTCODE = re.compile(
    r"\b(?:[0-9]{4} ?[A-Z]{2}|[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]"
    r"|[0-9]{5}(?:-[0-9]{4})?|[0-9]{6}|[0-9]{4})\b"
)
_STATE_AND_ZIP = re.compile(r"\s+[A-Z]{2}\.?\s+([0-9]{5}(?:-[0-9]{4})?)$")


def split_addresses(values: pa.Array) -> tuple[pa.Array, pa.Array]:
    """(street with number, postcode) of addresses in one line; the postcode is null where none stands behind it."""
    return map_distinct(values, _street), map_distinct(values, _postcode)


def _parts(text: str) -> list[str]:
    return [part for part in (part.strip() for part in text.split(",")) if part]


def _street(text: str) -> str | None:
    """The part that holds number and street; a number in a part of its own goes with the street beside it."""
    parts = _parts(_STATE_AND_ZIP.sub("", text))
    if len(parts) > 1:
        first, second = _NUMBER.fullmatch(parts[0]), _NUMBER.fullmatch(parts[1])
        if first and not _IS_UNIT.fullmatch(parts[1]):
            return f"{first[1]} {parts[1]}"
        if second and not _NUMBERED_STREET.match(parts[0]) and not _IS_UNIT.fullmatch(parts[0]):
            return f"{parts[0]} {second[1]}"
    found = (part for part in parts if _NUMBERED_STREET.match(part) and not _IS_UNIT.fullmatch(part))
    return next(found, parts[0] if parts else None)


def _postcode(text: str) -> str | None:
    street = _street(text) or ""
    behind = ", ".join(part for part in _parts(text)[1:] if part not in street)
    found = _POSTCODE.findall(behind) or _STATE_AND_ZIP.findall(text)
    return str(found[-1]) if found else None
