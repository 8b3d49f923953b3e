"""Names in Latin letters: one person may be written down in Chinese or Cyrillic here, and in Latin letters there."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

COLUMNS = ("given_name", "family_name")

# Beyond these stripping accents makes plain letters of all: Latin letters, combining marks and punctuation.
_FOREIGN = r"[\x{df}\x{c6}\x{e6}\x{d0}\x{f0}\x{d8}\x{f8}\x{de}\x{fe}\x{110}\x{111}\x{131}\x{141}\x{142}\x{152}\x{153}]"
_FOREIGN += r"|[^\x00-\x{24f}\x{300}-\x{36f}\x{1e00}-\x{1eff}\x{2000}-\x{206f}]"
_IS_FOREIGN = re.compile(re.sub(r"\\x\{([0-9a-f]+)\}", lambda match: rf"\U{int(match[1], 16):08x}", _FOREIGN))


def latin_names(records: pa.Table) -> pa.Table:
    """The same RECORDS with names in Latin letters; as good as free where all are."""
    for name in COLUMNS:
        values = records[name]
        if pc.any(pc.match_substring_regex(values, _FOREIGN)).as_py():
            encoded = values.combine_chunks().dictionary_encode()
            spelled = pa.array([latin_name(value) for value in encoded.dictionary.to_pylist()], pa.string())
            place = records.schema.get_field_index(name)
            records = records.set_column(place, records.field(name), spelled.take(encoded.indices))
    return records


def latin_name(name: str) -> str:
    """One name in Latin letters; as it is where its letters are Latin, with accents or without."""
    if not _IS_FOREIGN.search(name):
        return name
    from anyascii import anyascii

    # Soft signs become apostrophes, which would divide a name in two.
    return anyascii(name).replace("'", "").strip() or name
