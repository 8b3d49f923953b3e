"""names.py, and that agreement.sql says the same."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.names import birth_dates_agree, first_names_agree, first_names_differ, name_roots, within_one_edit
from identity.queries import session, sql_of
from tests.support.examples import examples

NAMES = st.one_of(st.sampled_from(sorted(name_roots())), st.text("abcd", min_size=1, max_size=6))
DATES = st.dates(date(1900, 1, 1), date(2029, 12, 31)).map(str)


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("anna", "anna", True),
        ("a", "anna", True),
        ("b", "anna", False),
        ("bob", "robert", True),
        ("johanna", "johana", True),
        ("johanna", "johanan", True),
        ("tom", "tim", False),
        ("jan", "piet", False),
        ("zara", "sarah", True),
        ("mark", "marsha", False),
    ],
)
def test_first_names_agree_on_initials_nicknames_and_one_slip(one: str, other: str, agree: bool) -> None:
    assert first_names_agree(one, other) is agree


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("1980-04-12", "1980-04-12", True),
        ("1980-04-12", "1980-04-21", True),
        ("1980-04-12", "1980-12-04", True),
        ("1980-04-12", "1980-01-01", True),
        ("1980-04-12", "1981-01-01", True),
        ("1980-04-12", "1955-04-12", True),
        ("1980-04-12", "1981-05-21", False),
    ],
)
def test_birth_dates_agree_on_two_digits_a_year_swaps_and_1_january(one: str, other: str, agree: bool) -> None:
    assert birth_dates_agree(one, other) is agree


def test_a_name_with_its_letters_in_disorder_is_no_other_name() -> None:
    assert not first_names_differ("harvey", "hehray")
    assert not first_names_differ("tim", "tmi")
    assert first_names_differ("harvey", "harley") is False
    assert first_names_differ("darla", "darlene")
    assert first_names_differ("mark", "patricia")


@given(NAMES, NAMES)
def test_agreement_is_symmetric(one: str, other: str) -> None:
    assert first_names_agree(one, other) == first_names_agree(other, one)
    assert within_one_edit(one, other) == within_one_edit(other, one)


@examples(30, few=10)
@given(st.lists(st.tuples(NAMES, NAMES), min_size=20, max_size=60))
def test_sql_and_python_agree_on_first_names(pairs: list[tuple[str, str]]) -> None:
    slips = [(name, name[1::-1] + name[2:]) for name, _ in pairs] + [(name, name[:-1] or "a") for name, _ in pairs]
    roots = name_roots()
    rows = [
        (one, other, list(roots.get(one, (one,))), list(roots.get(other, (other,)))) for one, other in pairs + slips
    ]
    with session() as sql:
        sql.execute(sql_of("name_sound"))
        sql.execute(sql_of("agreement"))
        found = [
            sql.execute("select first_names_agree(?, ?, ?::varchar[], ?::varchar[])", row).fetchall()[0][0]
            for row in rows
        ]
    assert found == [first_names_agree(one, other) for one, other, _, _ in rows]


@examples(20, few=6)
@given(st.lists(st.tuples(DATES, DATES), min_size=20, max_size=60))
def test_sql_and_python_agree_on_birth_dates(pairs: list[tuple[str, str]]) -> None:
    near = [(one, f"{one[:5]}{one[8:]}-{one[5:7]}") for one, _ in pairs] + [
        (one, f"{one[:4]}-01-01") for one, _ in pairs
    ]
    with session() as sql:
        sql.execute(sql_of("name_sound"))
        sql.execute(sql_of("agreement"))
        found = [sql.execute("select birth_dates_agree(?, ?)", pair).fetchall()[0][0] for pair in pairs + near]
    assert found == [birth_dates_agree(one, other) for one, other in pairs + near]
