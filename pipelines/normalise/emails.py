"""E-mail addresses."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

# The addresses that mail systems accept in practice: RFC 5321's dot-atom, letters of any script (RFC 6531), a domain
# of at least two labels. Quoted local parts and address literals are left out: no shop has such a customer.
_ATOM = r"[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[\p{L}\p{N}]([\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?"
_TOP = r"(xn--[a-z0-9-]{1,59}|[\p{L}][\p{L}\p{M}]{1,62})"
_ADDRESS = rf"^{_ATOM}(\.{_ATOM})*@({_LABEL}\.)+{_TOP}$"
_LONG_LOCAL_PART = r"^[^@]{65}"
_MAX_LENGTH = 254


def normalise_emails(values: pa.Array) -> pa.Array:
    """Addresses trimmed, in NFKC and lower case; null where it cannot be an address (RFC 5321 lengths included)."""
    compatible = pc.utf8_normalize(values.cast(pa.string()), form="NFKC")
    # Lower case may leave a letter decomposed (the Turkish capital I with a dot), hence the second normal form.
    lower = pc.utf8_normalize(pc.utf8_lower(pc.utf8_trim_whitespace(compatible)), form="NFKC")
    short = pc.and_(
        pc.less_equal(pc.binary_length(lower), _MAX_LENGTH),
        pc.invert(pc.match_substring_regex(lower, _LONG_LOCAL_PART)),
    )
    usable = pc.and_(short, pc.match_substring_regex(lower, _ADDRESS))
    return pc.if_else(usable, lower, pa.scalar(None, pa.string()))
