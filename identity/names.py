"""When two first names, or two birth dates, may belong to one person.

The rules tolerate what people and typists do (nicknames, initials, one wrong letter, a swapped day and month) and are
symmetric. ``agreement.sql`` says the same in SQL; a test holds the two together.
"""

from __future__ import annotations

from datetime import date
from functools import cache, lru_cache

import pyarrow as pa
from rapidfuzz.distance import JaroWinkler

from identity.queries import FOLDER

GARBLED_SIMILARITY = 0.6
"""From this similarity (Jaro and Winkler's) on, a text that is no name may be a name with its letters in disorder."""

DAYS_OF_A_YEAR = 366
_LETTERS = str.maketrans("zcqyw", "skkiv", "h")
_DOUBLES = (("ie", "i"), *((2 * letter, letter) for letter in "klntsrmaeoi"))

MIN_LENGTH_FOR_TYPO = 4
"""Shorter names that differ in a letter are different names: Tom and Tim, Jan and Jon."""


@cache
def name_roots() -> dict[str, tuple[str, ...]]:
    """The names that a name may stand for: ``bob`` -> ``(robert,)``. Names not listed stand for themselves."""
    roots: dict[str, set[str]] = {}
    for line in (FOLDER / "name_variants.csv").read_text(encoding="utf-8").splitlines():
        root, *variants = line.split(",")
        for name in (root, *variants):
            roots.setdefault(name, set()).add(root)
    return {name: tuple(sorted(found)) for name, found in sorted(roots.items())}


@cache
def roots_table() -> pa.Table:
    """:func:`name_roots` as a table (name, roots)."""
    roots = name_roots()
    return pa.table({"name": list(roots), "roots": pa.array(list(roots.values()), pa.list_(pa.string()))})


@lru_cache(maxsize=1 << 18)
def first_names_agree(one: str, other: str) -> bool:
    """Whether two cleaned first names may be one person's: equal, an initial, a nickname, one slip, or one sound."""
    if one == other:
        return True
    if len(one) == 1 or len(other) == 1:
        return one[:1] == other[:1]
    roots = name_roots()
    if set(roots.get(one, (one,))) & set(roots.get(other, (other,))):
        return True
    if min(len(one), len(other)) < MIN_LENGTH_FOR_TYPO:
        return False
    return within_one_edit(one, other) or name_sound(one) == name_sound(other)


@lru_cache(maxsize=1 << 18)
def first_names_differ(one: str, other: str) -> bool:
    """Whether two cleaned first names are two people's: they do not agree, and neither is the other one garbled.

    Harvey and Harley are two names. What is no name at all (``hehray``) may be either.
    """
    if first_names_agree(one, other):
        return False
    names = known_names()
    if one in names and other in names:
        return True
    return JaroWinkler.similarity(one, other) < GARBLED_SIMILARITY and not (
        min(len(one), len(other)) > 1 and within_one_edit(one, other)
    )


@cache
def known_names() -> frozenset[str]:
    """First names that people have: those of ``name_variants.csv`` and those of the American census of 1990."""
    listed = (FOLDER / "first_names.csv").read_text(encoding="utf-8").split()
    return frozenset(listed).union(name_roots())


def name_sound(name: str) -> str:
    """How a cleaned name sounds, more or less: ``zara``, ``sarah`` and ``sahra`` sound the same."""
    sound = name.replace("ph", "f").translate(_LETTERS)
    for letters, letter in _DOUBLES:
        sound = sound.replace(letters, letter)
    return sound


@lru_cache(maxsize=1 << 18)
def birth_dates_agree(one: str, other: str) -> bool:
    """Whether two ISO dates may be one person's: two other digits, a year apart, swapped parts, or 1 January."""
    if sum(left != right for left, right in zip(one, other, strict=False)) <= 2:
        return True
    # Whoever knows somebody's age alone is off by this much.
    days, days_there = _day_number(one), _day_number(other)
    if days is not None and days_there is not None and abs(days - days_there) <= DAYS_OF_A_YEAR:
        return True
    if one[:4] != other[:4]:
        return False
    # 1 January is what is typed when only the year is known.
    return "01-01" in (one[5:], other[5:]) or (one[5:7] == other[8:] and one[8:] == other[5:7])


def _day_number(text: str) -> int | None:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return None


def within_one_edit(one: str, other: str) -> bool:
    """Whether one insertion, deletion, replacement or swap of neighbours makes the texts equal."""
    if abs(len(one) - len(other)) > 1:
        return False
    if len(one) == len(other):
        wrong = [at for at in range(len(one)) if one[at] != other[at]]
        if len(wrong) == 2:
            first, second = wrong
            return second == first + 1 and one[first] == other[second] and one[second] == other[first]
        return len(wrong) <= 1
    short, long = sorted((one, other), key=len)
    at = next((at for at in range(len(short)) if short[at] != long[at]), len(short))
    return short[at:] == long[at + 1 :]
