"""What a source wrote down about a person on a day: mostly right, sometimes old, shortened, misspelt or made up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipelines.demo.population.draws import Bools, Ints, Random, Texts, chance
from pipelines.demo.population.people import People
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

JUNK_EMAIL = "test@test.com"
JUNK_PHONE = "0000000000"
JUNK_BIRTH_DATE = "1900-01-01"


@dataclass(frozen=True)
class Habits:
    """How well a source writes things down: shares of its rows."""

    #: Rows that hold no e-mail address, no phone, no birth date, no address.
    no_email: float
    no_phone: float
    no_birth_date: float
    no_address: float
    #: Scales every kind of slip (1: as at a shop counter).
    slips: float
    #: Rows filled with junk where something had to be filled in.
    junk: float


COUNTER = Habits(no_email=0.12, no_phone=0.3, no_birth_date=0.12, no_address=0.04, slips=1.0, junk=0.012)
BACK_OFFICE = Habits(no_email=0.1, no_phone=0.15, no_birth_date=0.3, no_address=0.03, slips=0.7, junk=0.015)
SELF_SERVICE = Habits(no_email=0.0, no_phone=0.45, no_birth_date=0.5, no_address=0.35, slips=0.45, junk=0.004)


@dataclass(frozen=True)
class Observation:
    """One row for each asked person and day; empty text where the source holds nothing."""

    given: Texts
    family: Texts
    birth_date: Texts
    gender: Texts
    email: Texts
    phone: Texts
    street: Texts
    house_number: Texts
    postcode: Texts
    city: Texts
    country: Texts


def observe(
    random: Random, people: People, who: Ints, day: Ints, habits: Habits, counts: Counter[str] | None = None
) -> Observation:
    """What a source with these habits holds about each of ``who`` after a contact on ``day``.

    ``counts`` is added to: how often each kind of slip was made.
    """
    size = len(who)
    slips = _Slips(random, size, habits.slips, Counter() if counts is None else counts)
    address = people.address_at(who, day)
    places = people.addresses
    given, family = _names(slips, people, who, day)
    has_address = ~chance(random, habits.no_address, size)
    email = _emails(slips, people, who, habits)
    phone = _phones(random, people, who, habits)
    birth_date = np.where(chance(random, habits.no_birth_date, size), "", people.birth_date[who])
    birth_date = slips.apply("swapped_day_and_month", 0.018, birth_date, lambda date, _: swap_day_and_month(date))
    birth_date = slips.apply("wrong_birth_year", 0.01, birth_date, slip_year)
    email = slips.apply("junk_email", habits.junk / habits.slips, email, lambda *_: JUNK_EMAIL, anyway=True)
    phone = slips.apply("junk_phone", habits.junk / habits.slips, phone, lambda *_: JUNK_PHONE, anyway=True)
    birth_date = slips.apply("junk_birth_date", 0.006, birth_date, lambda *_: JUNK_BIRTH_DATE)
    street = slips.apply("misspelt_street", 0.02, places.street[address], misspell)
    postcode = slips.apply(
        "postcode_without_space", 0.3, places.postcode[address], lambda code, _: code.replace(" ", "")
    )
    return Observation(
        given=given,
        family=family,
        birth_date=birth_date,
        gender=np.where(chance(random, 0.25, size), "", people.homes.gender[who]),
        email=email,
        phone=phone,
        street=_where(has_address, slips.apply("short_street", 0.05, street, lambda name, _: abbreviate_street(name))),
        house_number=_where(has_address, places.house_number[address]),
        postcode=_where(has_address, postcode),
        city=_where(has_address, places.city[address]),
        country=_where(has_address, places.country[address]),
    )


class _Slips:
    """Applies slips to a share of the rows and counts those that changed something."""

    def __init__(self, random: Random, size: int, scale: float, counts: Counter[str]) -> None:
        self.random, self.size, self.scale, self.counts = random, size, scale, counts

    def apply(
        self, name: str, share: float, values: Texts, change: Callable[[str, float], str], *, anyway: bool = False
    ) -> Texts:
        """``change(value, luck)`` for about ``share`` of the rows (scaled); ``anyway``: also for empty values."""
        hit = self.random.random(self.size) < share * self.scale
        found = values.copy()
        for place, luck in zip(np.flatnonzero(hit), self.random.random(int(hit.sum())), strict=True):
            if values[place] or anyway:
                found[place] = change(values[place], float(luck))
                self.counts[name] += int(found[place] != values[place])
        return found


def _names(slips: _Slips, people: People, who: Ints, day: Ints) -> tuple[Texts, Texts]:
    given = slips.apply("nickname", 0.1, people.homes.given[who], shorten)
    given = slips.apply("misspelt_given_name", 0.02, given, misspell)
    given = slips.apply("initial_only", 0.05, given, lambda name, _: initial(name))
    family = slips.apply("misspelt_family_name", 0.03, people.family_at(who, day), misspell)
    family = slips.apply("name_prefix_behind", 0.03, family, lambda name, _: turn_prefix(name))
    family = slips.apply("name_prefix_left_out", 0.03, family, lambda name, _: drop_prefix(name))
    family = _where_add(people.homes.junior[who] & chance(slips.random, 0.5, slips.size), family, " jr.")
    family = slips.apply("capitals", 0.03, family, lambda name, _: name.upper())
    # A form filled in the wrong way round.
    turned = slips.random.random(slips.size) < 0.008 * slips.scale
    slips.counts["swapped_names"] += int(turned.sum())
    return np.where(turned, family, given), np.where(turned, given, family)


def _emails(slips: _Slips, people: People, who: Ints, habits: Habits) -> Texts:
    random, size = slips.random, slips.size
    second = people.second_email[who]
    email = np.where((second != "") & chance(random, 0.35, size), second, people.email[who])
    email = slips.apply("misspelt_email", 0.008, email, _misspell_local)
    email = slips.apply("email_in_capitals", 0.04, email, lambda address, _: address.title())
    return np.where(chance(random, habits.no_email, size), "", email)


def _phones(random: Random, people: People, who: Ints, habits: Habits) -> Texts:
    landline, mobile = people.landline[who], people.mobile[who]
    number = np.where((landline != "") & chance(random, 0.3, len(who)), landline, mobile)
    number = np.where(chance(random, habits.no_phone, len(who)), "", number)
    found = number.copy()
    for place, luck in enumerate(random.random(len(who))):
        found[place] = format_phone(number[place], float(luck))
    return found


def _misspell_local(address: str, luck: float) -> str:
    local, _, domain = address.partition("@")
    return f"{misspell(local, luck)}@{domain}"


def _where(has: Bools, values: Texts) -> Texts:
    return np.where(has, values, "")


def _where_add(has: Bools, values: Texts, text: str) -> Texts:
    return np.where(has, values + text, values)
