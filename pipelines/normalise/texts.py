"""Free text: one spelling of spaces, no invisible characters, Unicode NFC."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.normalise.dictionaries import map_distinct

# Zero-width space, direction marks and the byte order mark carry no letter; joiners (U+200C, U+200D) do, in Persian.
_INVISIBLE = r"[\x{00ad}\x{200b}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2064}\x{2066}-\x{2069}\x{feff}]+"
# Control characters and every Unicode space, by number: a class (\p{Z}) takes longer to compile than a chunk to scan.
_SPACES = r"[\x00-\x20\x7f-\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]+"


def normalise_texts(values: pa.Array) -> pa.Array:
    """Texts with single spaces, trimmed, without control characters, in NFC; empty becomes null."""
    visible = pc.replace_substring_regex(values.cast(pa.string()), _INVISIBLE, "")
    single = compose(pc.replace_substring_regex(visible, _SPACES, " "), "NFC")
    trimmed = pc.utf8_trim(single, " ")
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def compose(values: pa.Array, form: Literal["NFC", "NFKC"]) -> pa.Array:
    """Strings in a composed Unicode normal form.

    By Python: ``pyarrow.compute.utf8_normalize`` (25.0) leaves both composed forms decomposed.
    """
    if pc.all(pc.string_is_ascii(values)).as_py() is not False:
        return values
    return map_distinct(values, lambda text: unicodedata.normalize(form, text))


def normalise_codes(values: pa.Array) -> pa.Array:
    """Identifiers and codes: trimmed, otherwise as given; null where empty or holding a control character."""
    trimmed = pc.utf8_trim_whitespace(values.cast(pa.string()))
    unusable = pc.or_(pc.equal(trimmed, ""), pc.match_substring_regex(trimmed, r"[\x00-\x1f\x7f]"))
    return pc.if_else(unusable, pa.scalar(None, pa.string()), trimmed)
