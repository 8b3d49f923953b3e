"""Conditions are told apart into parts, and parts into what they ask of each record."""

from __future__ import annotations

import pytest

from identity.conditions import (
    UnknownExpressionError,
    dear_call,
    key_of,
    leaves,
    parse,
    parsed,
    sides_of,
    term_of,
    text_of,
)


def test_the_leaves_are_what_logic_joins() -> None:
    tree = parse('a_l = a_r AND NOT (coalesce("b_l" > "b_r", false) OR a_l IS NULL)')
    assert [text_of(leaf) for leaf in leaves(tree)] == ["a_l = a_r", '"b_l" > "b_r"', "a_l IS NULL"]


def test_what_stands_in_for_null_belongs_to_a_leaf_unless_it_is_true_or_false() -> None:
    assert [text_of(leaf) for leaf in leaves(parse("coalesce(a_l = a_r, b_l = b_r)"))] == [
        "COALESCE(a_l = a_r, b_l = b_r)"
    ]


@pytest.mark.parametrize(
    ("condition", "function"),
    [
        ("jaro_winkler_similarity(a_l, b_r) >= 0.9", "JARO_WINKLER_SIMILARITY(a_l, b_r)"),
        ("damerau_levenshtein(a_l, a_r) <= 2", "DAMERAU_LEVENSHTEIN(a_l, a_r)"),
        ("array_length(list_intersect(a_l, a_r)) >= 1", "ARRAY_LENGTH(LIST_INTERSECT(a_l, a_r))"),
        ("len(list_intersect(a_l, a_r)) > 0", "LENGTH(LIST_INTERSECT(a_l, a_r))"),
        ("list_contains(a_l, b_r)", "ARRAY_CONTAINS(a_l, b_r)"),
    ],
)
def test_a_dear_function_is_found_in_its_leaf(condition: str, function: str) -> None:
    call = dear_call(parse(condition))
    assert call is not None
    assert text_of(call) == function


@pytest.mark.parametrize("condition", ["a_l = a_r", "levenshtein(a_l, a_r) <= 2", "a_l = 'x'", "a_l IS NULL"])
def test_other_leaves_ask_no_dear_function_that_is_known(condition: str) -> None:
    assert dear_call(parse(condition)) is None


def test_conditions_of_the_same_words_have_one_key_whatever_the_brackets() -> None:
    one, other = (
        parse("(a_l = a_r) and not (b_l = b_r or c_l is null)"),
        parse("a_l = a_r AND NOT (b_l=b_r OR c_l IS NULL)"),
    )
    assert key_of(one) == key_of(other)
    keys = {
        key_of(parse(condition))
        for condition in (
            "a_l = a_r and b_l = b_r",
            "a_l = a_r or b_l = b_r",
            "not a_l = a_r",
            "a_l = a_r",
            "coalesce(a_l = a_r, true)",
            "coalesce(a_l = a_r, false)",
            "coalesce(a_l = a_r, b_l = b_r)",
            "a_l = a_r and b_l = b_r and c_l = c_r",
            "a_l = a_r and (b_l = b_r or c_l = c_r)",
            "a_l = a_r and b_l = b_r or c_l = c_r",
        )
    }
    assert len(keys) == 10


def test_a_condition_is_parsed_once() -> None:
    assert parsed("a_l = a_r") is parsed("a_l = a_r")


def test_a_term_asks_one_record_without_saying_which() -> None:
    tree = parse("substr(\"birth_date_r\", 1, 4) = '1980'")
    assert sides_of(tree) == {"r"}
    assert term_of(tree) == "SUBSTRING(\"birth_date\", 1, 4) = '1980'"
    assert sides_of(parse("a_l = b_r")) == {"l", "r"}


def test_a_column_of_neither_record_is_told() -> None:
    with pytest.raises(UnknownExpressionError, match="column name, which ends neither in _l nor in _r"):
        sides_of(parse("name = 'x'"))
