"""Sets of letters tell that two texts cannot be much alike, and never that they cannot where they are."""

from __future__ import annotations

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.letter_sets import LONGEST, MISSING, UNTOLD, LetterSets, least_edits, letter_sets, most_alike
from tests.support.examples import examples

# Few letters, that texts be alike by chance; of each kind, both cases, and what is not told.
TEXTS = st.one_of(st.none(), st.text("aabeqX1.", max_size=9), st.text("ab1é\0 ", max_size=4))


def sets(*texts: str | None) -> LetterSets:
    return letter_sets(pa.chunked_array([pa.array(texts, pa.string())]))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str | None, str | None]:
    """Two texts, of which the other is often the one with a few slips."""
    one = draw(TEXTS)
    if one is None or draw(st.booleans()):
        return one, draw(TEXTS)
    letters = list(one)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(letters)))
        letters[at : at + draw(st.integers(0, 2))] = draw(st.sampled_from(["", "a", "b1", "Xa"]))
    return one, "".join(letters)


@examples(400, few=60)
@given(st.lists(pairs(), min_size=1, max_size=40))
def test_no_two_texts_are_more_alike_or_fewer_edits_apart_than_the_bounds_say(
    texts: list[tuple[str | None, str | None]],
) -> None:
    found = duckdb.sql(
        "select jaro_winkler_similarity(one, other), damerau_levenshtein(one, other) "
        "from (select unnest($ones::varchar[]) as one, unnest($others::varchar[]) as other)",
        params={"ones": [one for one, _ in texts], "others": [other for _, other in texts]},
    ).fetchall()
    one, other = sets(*(one for one, _ in texts)), sets(*(other for _, other in texts))
    told: npt.NDArray[np.bool_] = np.minimum(one.letters, other.letters) != MISSING
    assert told.tolist() == [alike is not None for alike, _ in found]
    for (alike, edits), most, least in zip(found, most_alike(one, other), least_edits(one, other), strict=True):
        assert alike is None or alike <= most
        assert edits is None or edits >= least


def test_names_of_other_letters_are_not_alike() -> None:
    one, other = sets("jansen", "jansen", "pieter", "1980-04-12"), sets("pieters", "janssen", "pieter", "1980-04-13")
    assert most_alike(one, other).tolist() == pytest.approx([0.54, 0.971, 1.0, 0.96], abs=1e-3)
    assert least_edits(one, other).tolist() == [5, 1, 0, 1]


def test_what_is_null_is_missing_and_of_what_is_not_plain_nothing_is_told() -> None:
    found = sets(None, "", "é", "a" * (LONGEST + 1), "a" * LONGEST)
    assert found.letters.tolist()[:4] == [MISSING, UNTOLD, UNTOLD, UNTOLD]
    assert found.letters[4] >= 0
    assert found.lengths[4] == LONGEST
    plain = sets("a", "a", "a", "a", "b")
    assert most_alike(found, plain)[1:4].min() >= 1
    assert least_edits(found, plain).tolist()[1:4] == [0, 0, 0]


def test_a_letter_counts_three_times_at_most_and_case_does_not() -> None:
    found = sets("a", "aa", "aaA", "AAAA", "zzz")
    assert [int(letters).bit_count() for letters in found.letters] == [1, 2, 3, 3, 2]
    assert found.surplus.tolist() == [0, 0, 0, 1, 1]


def test_parts_and_slices_of_a_column_give_what_the_column_does() -> None:
    texts = ["jansen", None, "", "de wit", "é", "anna"]
    whole = sets(*texts)
    parts = pa.chunked_array([["x", "jansen", None], [], ["", "de wit", "é", "anna", "y"]], pa.string())
    for found in (letter_sets(parts.slice(1, 6)), letter_sets(parts.slice(1, 6).cast(pa.large_string()))):
        for numbers, expected in zip(found, whole, strict=True):
            assert numbers.tolist() == expected.tolist()
    assert len(sets().letters) == 0
