"""Invented addresses in real cities: a street and a stretch of house numbers share a postcode, as they do in NL."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.demo.population.draws import Ints, Random, Texts, read_rows, texts, weighted

# Dutch postcodes leave out F, I, O, Q, U and Y, and the pairs SA, SD and SS.
_LETTERS = "ABCDEGHJKLMNPRSTVWXZ"
_PAIRS = [a + b for a in _LETTERS for b in _LETTERS if a + b not in ("SA", "SD", "SS")]


@dataclass(frozen=True)
class Addresses:
    """One row an address; people hold row numbers."""

    street: Texts
    house_number: Texts
    postcode: Texts
    city: Texts
    region: Texts
    country: Texts
    area_code: Texts


def draw_addresses(random: Random, size: int) -> Addresses:
    """``size`` addresses: cities by their number of inhabitants, streets by how common their name is."""
    cities, streets = read_rows("cities"), read_rows("streets")
    city = weighted(cities, [float(row["weight"]) for row in cities]).draw_places(random, size)
    street = weighted(streets, [float(row["weight"]) for row in streets]).draw_places(random, size)
    number = np.minimum(1 + random.geometric(0.022, size), 398).astype(np.int64)
    addition = weighted(["", "A", "B", "C", "-1", "-2", " bis"], [86, 5, 3, 1, 2, 2, 1]).draw(random, size)

    def column(name: str) -> Texts:
        return texts([row[name] for row in cities])[city]

    return Addresses(
        street=texts([row["street"] for row in streets])[street],
        house_number=number.astype(str).astype(object) + addition,
        postcode=_postcodes(city, street, number),
        city=column("city"),
        region=column("region"),
        country=column("country"),
        area_code=column("area_code"),
    )


def _postcodes(city: Ints, street: Ints, number: Ints) -> Texts:
    rows = read_rows("cities")
    first = np.array([int(row["postcode_from"]) for row in rows])[city]
    last = np.array([int(row["postcode_to"]) for row in rows])[city]
    is_dutch = np.array([row["country"] == "NL" for row in rows])[city]
    digits = first + (street * 7919 + city * 31) % (last - first + 1)
    stretch = number // 40 * 2 + number % 2
    letters = texts(_PAIRS)[(street * 613 + city * 97 + stretch * 11) % len(_PAIRS)]
    codes = digits.astype(str).astype(object)
    return np.where(is_dutch, codes + " " + letters, codes)
