"""E-mail addresses."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.normalise.texts import compose

# The addresses that mail systems accept in practice: RFC 5321's dot-atom, letters of any script (RFC 6531), a domain
# of at least two labels. Quoted local parts and address literals are left out: no shop has such a customer.
# Everything beyond ASCII is one range here and looked at again below: classes of letters make this ten times slower.
_BEYOND = r"\x{80}-\x{10ffff}"
_ATOM = rf"[a-z0-9{_BEYOND}!#$%&'*+/=?^_`{{|}}~-]+"
_LABEL = rf"[a-z0-9{_BEYOND}]([a-z0-9{_BEYOND}-]*[a-z0-9{_BEYOND}])?"
_TOP = rf"(xn--[a-z0-9-]+|[a-z{_BEYOND}][a-z{_BEYOND}]+)"
_ADDRESS = rf"^{_ATOM}(\.{_ATOM})*@({_LABEL}\.)+{_TOP}$"
_NAMED = r"^[^<>]*<\s*(?:mailto:)?\s*([^<>\s]+)\s*>$"
_NO_LETTER = r"[^\x00-\x7f\p{L}\p{M}\p{N}]"
_LONG_LOCAL_PART = r"^[^@]{65}"
_MAX_LENGTH = 254


def normalise_emails(values: pa.Array) -> pa.Array:
    """Addresses trimmed, in NFKC and lower case; null where it cannot be an address (RFC 5321 lengths included).

    Of an address with a name (``"Jan Jansen" <jan@post.nl>``) the address counts.
    """
    compatible = compose(values.cast(pa.string()), "NFKC")
    if pc.any(pc.match_substring(compatible, ">")).as_py():
        compatible = pc.replace_substring_regex(pc.utf8_trim_whitespace(compatible), _NAMED, r"\1")
    # Lower case may leave a letter decomposed (the Turkish capital I with a dot), hence the second normal form.
    lower = compose(pc.utf8_lower(pc.utf8_trim_whitespace(compatible)), "NFKC")
    short = pc.and_(
        pc.less_equal(pc.binary_length(lower), _MAX_LENGTH),
        pc.invert(pc.match_substring_regex(lower, _LONG_LOCAL_PART)),
    )
    usable = pc.and_(short, pc.match_substring_regex(lower, _ADDRESS))
    if not pc.all(pc.string_is_ascii(lower)).as_py():
        usable = pc.and_(usable, pc.invert(pc.match_substring_regex(lower, _NO_LETTER)))
    return pc.if_else(usable, lower, pa.scalar(None, pa.string()))
