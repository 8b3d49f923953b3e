"""Ways of writing the same thing differently."""

from __future__ import annotations

import phonenumbers
from hypothesis import given
from hypothesis import strategies as st

from pipelines.demo.population.variations import (
    abbreviate_street,
    drop_prefix,
    format_phone,
    initial,
    misspell,
    shorten,
    slip_year,
    swap_day_and_month,
    turn_prefix,
)

luck = st.floats(0, 1, exclude_max=True)


def test_names_are_written_in_other_ways() -> None:
    assert shorten("Johannes", 0.0) == "Jan"
    assert shorten("Johannes", 0.99) == "Johan"
    assert shorten("Xanthippe", 0.5) == "Xanthippe"
    assert initial("Şeyma") == "Ş."
    assert turn_prefix("van den Berg") == "Berg, van den"
    assert turn_prefix("Bakker") == "Bakker"
    assert drop_prefix("in 't Veld") == "Veld"


def test_dates_are_mistaken() -> None:
    assert swap_day_and_month("1980-03-09") == "1980-09-03"
    assert swap_day_and_month("1980-03-29") == "1980-03-29"
    assert slip_year("1980-03-09", 0.0) == "1981-03-09"
    assert slip_year("1989-03-09", 0.99) == "1987-03-09"


def test_streets_are_shortened() -> None:
    assert abbreviate_street("Kerkstraat") == "Kerkstr."
    assert abbreviate_street("Plein") == "Plein"


@given(st.text(st.characters(categories=["L"]), min_size=3, max_size=20), luck)
def test_a_slip_of_the_finger_changes_the_length_by_one_at_most(name: str, chance: float) -> None:
    assert abs(len(misspell(name, chance)) - len(name)) <= 1


@given(st.text(max_size=2), luck)
def test_short_texts_are_not_misspelt(name: str, chance: float) -> None:
    assert misspell(name, chance) == name


@given(st.sampled_from(["+31680123456", "+31201000123", "+31318100123", "+32450123456"]), luck)
def test_a_number_is_the_same_number_however_it_is_typed(number: str, chance: float) -> None:
    parsed = phonenumbers.parse(format_phone(number, chance), "NL")
    assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number
