"""Points in time: RFC 3339 text to UTC, and the correction of clocks that are wrong."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from schemas.tables import TIMESTAMP

# The calendar as a pattern, so that one impossible date does not fail the cast of a whole column.
_LEAP = r"([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
_DATE = (
    r"([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
    rf"|{_LEAP}-02-29)"
)
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?"
_OFFSET = r"(Z|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])"
_TIMESTAMP = rf"^{_DATE}[T ]{_TIME}{_OFFSET}$"


def normalise_timestamps(values: pa.Array) -> pa.Array:
    """RFC 3339 texts as ``timestamp[us, UTC]``; null where there is no offset or no such day.

    Digits after the microsecond are cut off. A leap second (``:60``) is no time here.
    """
    text = pc.ascii_upper(pc.utf8_trim_whitespace(values.cast(pa.string())))
    possible = pc.and_(pc.match_substring_regex(text, _TIMESTAMP), pc.invert(pc.starts_with(text, "0000")))
    known = pc.if_else(possible, text, pa.scalar(None, pa.string()))
    if pc.any(pc.match_substring_regex(known, r"\.[0-9]{7}")).as_py():
        known = pc.replace_substring_regex(known, r"(\.[0-9]{6})[0-9]+", r"\1")
    return pc.cast(known, TIMESTAMP)


def correct_clocks(original: pa.Array, sent: pa.Array, received: pa.Array) -> pa.Array:
    """Event times: ``received - (sent - original)`` where all three are there, else ``original``, else ``received``.

    Source: Segment's specification of ``timestamp``; what the sender's clock is off falls out of the difference.
    """
    corrected = pc.subtract(received, pc.subtract(sent, original))
    return pc.coalesce(corrected, original, received)
