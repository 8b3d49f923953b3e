"""Postcodes, by the rules of their country."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.normalise.dictionaries import map_distinct_pairs
from pipelines.normalise.texts import normalise_texts

# The Netherlands give out no letters SA, SD and SS; other rules: the postal services' own descriptions.
_DUTCH = re.compile(r"([1-9][0-9]{3})(?!SA|SD|SS)([A-Z]{2})")
_BELGIAN = re.compile(r"(?:B-?)?([1-9][0-9]{3})")
_GERMAN = re.compile(r"(?:DE?-?)?((?!00000)[0-9]{5})")
_BRITISH = re.compile(r"(GIR|[A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")
_AMERICAN = re.compile(r"([0-9]{5})(?:-?([0-9]{4}))?")
_MAX_LENGTH = 16


def normalise_postcodes(values: pa.Array, default_country: str, countries: pa.Array | None = None) -> pa.Array:
    """Postcodes as their country writes them: ``1234 AB``, ``SW1A 1AA``, ``12345-6789``; null where none can exist.

    The country (ISO alpha-2) is ``default_country`` where ``countries`` is null or not given. Countries other than
    NL, BE, DE, GB and US: trimmed, in capitals, at most 16 characters.
    """
    default = pa.scalar(default_country, pa.string())
    keys = pa.repeat(default, len(values)) if countries is None else pc.fill_null(countries, default)
    return map_distinct_pairs(keys, pc.utf8_upper(normalise_texts(values)), postcode)


def postcode(country: str, text: str) -> str | None:
    """One postcode in capitals as its country writes it, or None."""
    rule = _RULES.get(country)
    if rule is None:
        return text if len(text) <= _MAX_LENGTH and re.search(r"[A-Z0-9]", text) else None
    pattern, written = rule
    found = pattern.fullmatch(text.replace(" ", ""))
    return written(found) if found else None


_RULES: dict[str, tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = {
    "NL": (_DUTCH, lambda found: f"{found[1]} {found[2]}"),
    "BE": (_BELGIAN, lambda found: found[1]),
    "DE": (_GERMAN, lambda found: found[1]),
    "GB": (_BRITISH, lambda found: f"{found[1]} {found[2]}"),
    "US": (_AMERICAN, lambda found: f"{found[1]}-{found[2]}" if found[2] else found[1]),
}
