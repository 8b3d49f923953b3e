"""Countries as ISO 3166-1 alpha-2 codes.

countries.csv holds the codes and the names in English, Dutch, German and French (Unicode CLDR), with common others.
"""

from __future__ import annotations

import csv
import unicodedata
from functools import cache
from pathlib import Path

import pyarrow as pa

from pipelines.normalise.dictionaries import map_distinct

_FILE = Path(__file__).with_name("countries.csv")


def normalise_countries(values: pa.Array) -> pa.Array:
    """Alpha-2 codes of countries given as alpha-2, alpha-3 or name; null where the country is not known."""
    return map_distinct(values, country_code)


def country_code(text: str) -> str | None:
    """The alpha-2 code of one country, or None."""
    return _codes().get(_key(text))


@cache
def _codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    with _FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            for word in (row["alpha_2"], row["alpha_3"], *row["names"].split("|")):
                codes.setdefault(_key(word), row["alpha_2"])
    return codes


def _key(text: str) -> str:
    """Letters only, in small case and without accents: "Côte d'Ivoire" and "cote d ivoire" are one name."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in apart if letter.isalpha())
