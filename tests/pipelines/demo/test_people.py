"""The invented people: households, twins, names handed down, addresses, telephone numbers."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import phonenumbers
import pytest

from pipelines.demo.population.calendars import make_calendar
from pipelines.demo.population.households import CHILD, HEAD, PARTNER
from pipelines.demo.population.people import NEVER, People, draw_people


@pytest.fixture(scope="module")
def people() -> People:
    return draw_people(np.random.default_rng(3), 4_000, make_calendar(datetime(2026, 11, 22, tzinfo=UTC)))


def test_households_have_one_to_five_people_and_one_head(people: People) -> None:
    homes = people.homes
    sizes = Counter(homes.household.tolist())
    assert set(sizes.values()) == {1, 2, 3, 4, 5}
    assert (homes.role == HEAD).sum() == len(sizes)
    assert max(Counter(homes.household[homes.role == PARTNER].tolist()).values()) == 1


def test_children_are_younger_than_the_head_of_the_household(people: People) -> None:
    homes = people.homes
    children = np.flatnonzero(homes.role == CHILD)
    assert (homes.age[homes.head[children]] - homes.age[children]).min() >= 8
    assert homes.age.min() >= 12


def test_twins_share_a_birth_date_and_a_family_name_but_no_given_name(people: People) -> None:
    homes = people.homes
    twins = np.flatnonzero(homes.twin)
    assert len(twins) >= 20
    first, second = twins[::2], twins[1::2]
    assert (homes.household[first] == homes.household[second]).all()
    assert (homes.birth_day[first] == homes.birth_day[second]).all()
    assert (homes.born_family[first] == homes.born_family[second]).all()
    assert (homes.given[first] != homes.given[second]).all()


def test_a_junior_has_the_name_of_a_father_at_the_same_address(people: People) -> None:
    homes = people.homes
    juniors = np.flatnonzero(homes.junior)
    assert len(juniors) >= 5
    assert (homes.given[juniors] == homes.given[homes.head[juniors]]).all()
    assert homes.senior[homes.head[juniors]].all()


def test_movers_have_two_addresses_and_others_one(people: People) -> None:
    moves = people.move_day != NEVER
    assert 0.08 < moves.mean() < 0.2
    assert (people.address_before[moves] != people.address_after[moves]).all()
    assert (people.address_before[~moves] == people.address_after[~moves]).all()


def test_e_mail_addresses_are_shared_in_a_household_only(people: People) -> None:
    homes_by_address: dict[str, set[int]] = {}
    for address, household in zip(people.email, people.homes.household.tolist(), strict=True):
        homes_by_address.setdefault(address, set()).add(household)
    homes_by_address.pop("")
    assert max(len(homes) for homes in homes_by_address.values()) == 1
    assert len(people.shared_values()) > 50


def test_telephone_numbers_are_valid_and_normalised(people: People) -> None:
    numbers = {number for number in [*people.mobile, *people.landline] if number}
    assert len(numbers) > 4_000
    for number in numbers:
        parsed = phonenumbers.parse(number)
        assert phonenumbers.is_valid_number(parsed), number
        assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number


def test_mobile_numbers_are_from_ranges_hardly_given_out_and_one_person_each(people: People) -> None:
    mobiles = [number for number in people.mobile if number]
    assert {number[:6] for number in mobiles} == {"+31680", "+32450"}
    assert len(set(mobiles)) == len(mobiles)


def test_dutch_postcodes_look_like_dutch_postcodes(people: People) -> None:
    places = people.addresses
    dutch = places.postcode[places.country == "NL"]
    assert all(len(code) == 7 and code[:4].isdigit() and code[4] == " " and code[5:].isupper() for code in dutch)
    assert all(len(code) == 4 and code.isdigit() for code in places.postcode[places.country == "BE"])
