"""Names of people and places: one spelling of spaces and apostrophes, and case where the source had none."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.normalise.dictionaries import map_distinct
from pipelines.normalise.texts import normalise_texts

_PREFIXES = """
van de der den het 't 's ter ten te op in aan bij onder over tot uit voor
von zu zum zur vom du la le les da di del della dos das des
"""
PREFIXES = frozenset(_PREFIXES.split())
"""Words that stay small before a surname and inside a place's name ("van der Berg", "Bergen op Zoom")."""

_APOSTROPHES = r"[\x{2018}\x{2019}\x{201b}\x{02bc}\x{0060}\x{00b4}]"
_ELISION = re.compile(r"([odl])'(?=\w)")
_UNSPACED = re.compile(r"[\u4e00-\u9fff]{2,4}|[\uac00-\ud7a3]{2,4}")
_LONG_SURNAMES = frozenset(
    ("欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "司徒", "皇甫", "慕容", "令狐", "남궁", "황보")
)
_SCOTTISH = re.compile(r"mc(?=\w{3})")


def normalise_names(values: pa.Array) -> pa.Array:
    """Names of people, cleaned; case is kept unless the whole name is in capitals or in small letters.

    Such a name gets title case: ``JAN-WILLEM`` becomes ``Jan-Willem``, ``VAN DER BERG`` ``van der Berg``, ``o'brien``
    ``O'Brien``. Null where no letter is left.
    """
    return map_distinct(_cleaned(values), recased_name)


def normalise_places(values: pa.Array) -> pa.Array:
    """Names of towns and regions, as :func:`normalise_names`, but a place begins with a capital: ``Den Haag``."""
    return map_distinct(_cleaned(values), recased_place)


def split_names(values: pa.Array) -> tuple[pa.Array, pa.Array]:
    """(given names, family names) of whole names: ``Jan Willem van der Berg`` and ``Berg, Jan Willem van der`` alike.

    The family name begins at the first prefix, else it is the last word; a single word is a given name.
    """
    encoded = _cleaned(values).dictionary_encode()
    pairs = [split_name(value) for value in encoded.dictionary.to_pylist()]
    given = pa.array([pair[0] for pair in pairs], pa.string())
    family = pa.array([pair[1] for pair in pairs], pa.string())
    return given.take(encoded.indices), family.take(encoded.indices)


def split_name(name: str) -> tuple[str | None, str | None]:
    """(given, family) of one clean whole name."""
    if "," in name:
        family, _, rest = name.partition(",")
        words = rest.split()
        start = next((place for place, word in enumerate(words) if word.lower() in PREFIXES), len(words))
        whole = [*words[:start], *words[start:], *family.split()]
        return _joined(whole[:start]), _joined(whole[start:])
    words = name.split()
    if len(words) < 2:
        return _split_without_spaces(name.strip())
    # A first word in small letters is a prefix ("van Dijk"); with a capital it may be a given name ("Van Nguyen").
    start = 0 if words[0] in PREFIXES else next(_prefix_places(words), len(words) - 1)
    return _joined(words[:start]), _joined(words[start:])


def recased_name(name: str) -> str | None:
    """A person's name with case given to it where it had none; None where it holds no letter."""
    return _recased(name, first_word_is_capital=False)


def recased_place(name: str) -> str | None:
    """A place's name with case given to it where it had none; None where it holds no letter."""
    return _recased(name, first_word_is_capital=True)


def _cleaned(values: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(normalise_texts(values), _APOSTROPHES, "'")


def _prefix_places(words: list[str]) -> Iterator[int]:
    return (place for place, word in enumerate(words) if place and word.lower() in PREFIXES)


def _split_without_spaces(name: str) -> tuple[str | None, str | None]:
    """Of a Chinese or Korean name the first letter is the surname; other single words are given names."""
    if _UNSPACED.fullmatch(name):
        length = 2 if len(name) == 4 or name[:2] in _LONG_SURNAMES and len(name) > 2 else 1
        return name[length:], name[:length]
    return name or None, None


def _joined(words: list[str]) -> str | None:
    return " ".join(words) or None


def _recased(name: str, *, first_word_is_capital: bool) -> str | None:
    if not any(map(str.isalpha, name)):
        return None
    lower = name.lower()
    if name not in (lower, name.upper()) or lower == name.upper():
        return name
    words = lower.split(" ")
    only_prefixes = all(word in PREFIXES for word in words)
    return " ".join(
        _title(word, capital=(place == 0 and first_word_is_capital) or (only_prefixes and place == len(words) - 1))
        for place, word in enumerate(words)
    )


def _title(word: str, *, capital: bool) -> str:
    if word in PREFIXES and not (capital and word[0] != "'"):
        return word
    first, *rest = word.split("-")
    return "-".join([_part(first), *(part if part in PREFIXES else _part(part) for part in rest)])


def _part(part: str) -> str:
    """One part of a double name with its capitals: after an elision (O'Brien), Mc, a Dutch ij and initials' dots."""
    if part in ("'s", "'t", "'n"):
        return part
    if part.startswith("ij"):
        return "IJ" + part[2:]
    for opening in (_ELISION, _SCOTTISH):
        if found := opening.match(part):
            return _capital(found.group()) + _capital(part[found.end() :])
    return ".".join(_capital(initial) for initial in part.split("."))


def _capital(text: str) -> str:
    first = text[:1].upper()
    # Letters whose capital is two letters (German sharp s) stay: they begin no name.
    return first + text[1:] if len(first) == 1 else text
