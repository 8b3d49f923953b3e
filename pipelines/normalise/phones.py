"""Telephone numbers in E.164, by the numbering plans of libphonenumber."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.normalise.dictionaries import map_distinct_pairs

# Parsing a number costs 90 microseconds and the same numbers come back in every chunk.
_MEMO = 200_000


def normalise_phones(values: pa.Array, default_country: str, countries: pa.Array | None = None) -> pa.Array:
    """Numbers as E.164 (``+31612345678``); null where no such number can exist.

    A number without a country code is read as one of its country (ISO alpha-2), or of ``default_country`` where
    ``countries`` is null or not given.
    """
    default = pa.scalar(default_country, pa.string())
    keys = pa.repeat(default, len(values)) if countries is None else pc.fill_null(countries, default)
    return map_distinct_pairs(keys, values, e164)


@lru_cache(maxsize=_MEMO)
def e164(country: str, number: str) -> str | None:
    """One number in E.164, or None; remembered for the life of the process."""
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
