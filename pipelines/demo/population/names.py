"""Given names by origin, gender and cohort; family names by origin; nicknames."""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np

from pipelines.demo.population.draws import Ints, Random, Texts, Weighted, blank, read_rows, texts, weighted

ORIGINS_NL = weighted(["nl", "tr", "ma", "sr", "de", "pl", "vl"], [78, 5, 5, 4, 3, 3, 2])
ORIGINS_BE = weighted(["vl", "nl", "ma", "tr", "pl", "de"], [76, 6, 7, 6, 3, 2])
COHORT_STARTS = (1965, 1995)
_FOLDS = str.maketrans({"ß": "ss", "ł": "l", "Ł": "L", "ı": "i", "ø": "o", "Ø": "O", "đ": "d"})


def draw_given_names(random: Random, origin: Texts, gender: Texts, born: Ints) -> Texts:
    """A given name for each person, as usual for where their family comes from and when they were born."""
    cohort = texts(["o", "m", "y"])[np.searchsorted(COHORT_STARTS, born, side="right")]
    key = origin + gender + cohort
    found = blank(len(key))
    for kind in sorted(set(key)):
        places = np.flatnonzero(key == kind)
        found[places] = _given(kind[:-2], kind[-2], kind[-1]).draw(random, len(places))
    return found


def draw_family_names(random: Random, origin: Texts) -> Texts:
    """A family name for each place, prefix included ("van den Berg")."""
    found = blank(len(origin))
    for kind in sorted(set(origin)):
        places = np.flatnonzero(origin == kind)
        found[places] = _family(kind).draw(random, len(places))
    return found


@cache
def nicknames() -> dict[str, tuple[str, ...]]:
    """Formal given name to the short forms in use."""
    found: dict[str, tuple[str, ...]] = {}
    for row in read_rows("nicknames"):
        found[row["name"]] = (*found.get(row["name"], ()), row["nickname"])
    return found


@cache
def fold(name: str) -> str:
    """The name in lower-case ASCII letters, as in an e-mail address: "Şahin" -> "sahin", "van Dijk" -> "vandijk"."""
    plain = unicodedata.normalize("NFKD", name.translate(_FOLDS)).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain.lower() if letter.isalnum())


@cache
def _given(origin: str, gender: str, cohort: str) -> Weighted:
    rows = [
        row
        for row in read_rows("given_names")
        if row["origin"] == origin and row["gender"] == gender and cohort in row["cohorts"]
    ]
    return weighted([row["name"] for row in rows], [float(row["weight"]) for row in rows])


@cache
def _family(origin: str) -> Weighted:
    rows = [row for row in read_rows("family_names") if row["origin"] == origin]
    return weighted([row["name"] for row in rows], [float(row["weight"]) for row in rows])
