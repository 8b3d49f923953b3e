"""Work over the distinct values of a column: Python for each different value, Arrow for the rows."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

_SEPARATOR = "\x1f"


def map_distinct(
    values: pa.Array, function: Callable[[str], object | None], result: pa.DataType | None = None
) -> pa.Array:
    """``function`` of each string, called once per distinct value; null stays null. ``result`` defaults to string."""
    encoded = values.cast(pa.string()).dictionary_encode()
    mapped = [function(value) for value in encoded.dictionary.to_pylist()]
    return pa.array(mapped, result or pa.string()).take(encoded.indices)


def map_distinct_pairs(keys: pa.Array, values: pa.Array, function: Callable[[str, str], str | None]) -> pa.Array:
    """``function(key, value)`` called once per distinct pair; a null key is ``""``, a null value stays null.

    Keys must not hold the unit separator (U+001F); country codes and the like never do.
    """

    def apart(joined: str) -> str | None:
        key, _, value = joined.partition(_SEPARATOR)
        return function(key, value)

    joined = pc.binary_join_element_wise(
        keys.cast(pa.string()), values.cast(pa.string()), _SEPARATOR, null_handling="replace", null_replacement=""
    )
    return map_distinct(pc.if_else(values.is_valid(), joined, pa.scalar(None, pa.string())), apart)
