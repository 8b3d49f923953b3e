"""Genders as sources word them."""

from __future__ import annotations

import pyarrow as pa

from pipelines.normalise.dictionaries import map_distinct

_WORDS = {
    "female": "f female woman v vrouw vrouwelijk mevrouw mevr mw ms mrs miss w weiblich frau femme mme mujer",
    "male": "m male man mannelijk heer dhr meneer mr männlich maennlich herr homme monsieur hombre",
    "other": "x o other anders non-binary nonbinary non-binair nonbinair divers d diverse",
}
_GENDERS = {word: gender for gender, words in _WORDS.items() for word in words.split()}


def normalise_genders(values: pa.Array) -> pa.Array:
    """``female``, ``male`` or ``other``, from letters, words and forms of address; null where not understood."""
    return map_distinct(values, lambda text: _GENDERS.get(text.strip().rstrip(".").lower()))
