"""Identifier types of a workspace's own: one spelling of their values, and what they have to look like."""

from __future__ import annotations

import re
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from models.policies import Normaliser
from pipelines.normalise.dictionaries import map_distinct
from pipelines.normalise.emails import normalise_emails
from pipelines.normalise.notes import Notes
from pipelines.normalise.phones import normalise_phones
from pipelines.normalise.policies import NormaliseSettings
from pipelines.normalise.texts import normalise_codes

# pa.scalar would import pandas, where it is installed.
_NULL = pa.nulls(1, pa.string())[0]


def normalise_custom(
    name: str, raw: pa.Array, countries: pa.Array, settings: NormaliseSettings, notes: Notes | None = None
) -> pa.Array:
    """Values of one type of the workspace's own, normalised; those that do not match its pattern are null and noted.

    ``countries`` (alpha-2 or null) say how to read telephone numbers. A type that the settings do not know gives nulls.
    """
    own = settings.custom.get(name)
    if own is None or raw.null_count == len(raw):
        return pa.nulls(len(raw), pa.string())
    clean = spell(raw, own.normaliser, countries, settings.default_country)
    if own.pattern:
        matches = map_distinct(clean, lambda value: bool(_compiled(own.pattern).fullmatch(value)), pa.bool_())
        clean = pc.if_else(pc.fill_null(matches, False), clean, _NULL)
    if notes is not None:
        notes.unusable(raw, clean, f"{name}: not what such a value looks like")
    return clean


def spell(raw: pa.Array, normaliser: Normaliser, countries: pa.Array, default_country: str) -> pa.Array:
    """Values in the one spelling of a normaliser; null where nothing is left."""
    if normaliser == "email":
        return normalise_emails(raw)
    if normaliser == "phone":
        return normalise_phones(raw, default_country, countries)
    codes = normalise_codes(raw)
    if normaliser == "text":
        return codes
    if normaliser == "digits":
        codes = pc.replace_substring_regex(codes, r"[^0-9]+", "")
    else:
        codes = pc.utf8_lower(codes)
        if normaliser == "alphanumeric":
            codes = pc.replace_substring_regex(codes, r"[^\pL\pN]+", "")
    return pc.if_else(pc.equal(codes, ""), _NULL, codes)


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
