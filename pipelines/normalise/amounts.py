"""Amounts of money as decimals."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from schemas.tables import MONEY

_PLAIN = r"^[+-]?[0-9]{1,14}(\.[0-9]+)?$"
_WIDE = pa.decimal128(38, 18)
_LIMIT = pa.scalar(10**14, pa.decimal128(38, 18))


def normalise_amounts(values: pa.Array) -> pa.Array:
    """Numbers or decimal strings (with a point) as ``decimal128(18, 4)``, rounded half to even.

    Exact for every amount of at most four decimals. Null where it is no number, not finite or over 14 digits.
    """
    texts = values if _is_text(values.type) else pa.array(map(amount_text, values.to_pylist()), pa.string())
    trimmed = pc.utf8_trim_whitespace(texts.cast(pa.string()))
    plain = pc.if_else(pc.match_substring_regex(trimmed, _PLAIN), trimmed, pa.scalar(None, pa.string()))
    exact = pc.cast(pc.replace_substring_regex(plain, r"(\.[0-9]{18})[0-9]+", r"\1"), _WIDE)
    rounded = pc.round(exact, ndigits=4, round_mode="half_to_even")
    fits = pc.less(pc.abs(rounded), _LIMIT)
    return pc.cast(pc.if_else(fits, rounded, pa.scalar(None, rounded.type)), MONEY)


def amount_text(value: object) -> str | None:
    """An amount as JSON may hold it (number or string), as text; None for anything else.

    The shortest text that gives back a float is the amount that was meant: 0.1 and not 0.1000000000000000055.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):  # a union type is built anew at each call
        return None
    text = repr(value)
    # Only floats under 0.0001 and over 1e16 are written with an exponent.
    return format(value, ".18f") if "e" in text else text


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
