"""When two first names, or two birth dates, may belong to one person.

The rules tolerate what people and typists do (nicknames, initials, one wrong letter, a swapped day and month) and are
symmetric. ``agreement.sql`` says the same in SQL; a test holds the two together.
"""

from __future__ import annotations

from functools import cache, lru_cache

import pyarrow as pa

from identity.queries import FOLDER

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
    """Whether two cleaned first names may be one person's: equal, an initial, a nickname, or one slip of the keys."""
    if one == other:
        return True
    if len(one) == 1 or len(other) == 1:
        return one[:1] == other[:1]
    roots = name_roots()
    if set(roots.get(one, (one,))) & set(roots.get(other, (other,))):
        return True
    return min(len(one), len(other)) >= MIN_LENGTH_FOR_TYPO and within_one_edit(one, other)


@lru_cache(maxsize=1 << 18)
def birth_dates_agree(one: str, other: str) -> bool:
    """Whether two ISO dates may be one person's: at most two other digits, day and month swapped, or 1 January."""
    if sum(left != right for left, right in zip(one, other, strict=False)) <= 2:
        return True
    if one[:4] != other[:4]:
        return False
    # 1 January is what is typed when only the year is known.
    return "01-01" in (one[5:], other[5:]) or (one[5:7] == other[8:] and one[8:] == other[5:7])


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
