"""The people of the demo: households with addresses, e-mail addresses, phones; who moves and who marries, and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.demo.population.addresses import Addresses, draw_addresses
from pipelines.demo.population.calendars import DAYS, Calendar
from pipelines.demo.population.draws import Ints, Random, Texts, blank, chance, texts, weighted
from pipelines.demo.population.households import CHILD, PARTNER, Households, draw_households
from pipelines.demo.population.names import fold, nicknames

NEVER = DAYS * 10
"""A day that does not come."""

MAIL_DOMAINS = weighted(
    [
        "postbus.example",
        "mailhuis.example",
        "kabelpost.example",
        "brievenbus.test",
        "thuismail.test",
        "werkpost.example",
    ],
    [38, 24, 14, 10, 8, 6],
)


@dataclass(frozen=True)
class People:
    """One row a person. Values from before and after ``name_day`` and ``move_day`` stand beside each other."""

    homes: Households
    addresses: Addresses
    address_before: Ints
    address_after: Ints
    move_day: Ints
    family_before: Texts
    family_after: Texts
    name_day: Ints
    birth_date: Texts
    email: Texts
    second_email: Texts
    mobile: Texts
    landline: Texts

    def __len__(self) -> int:
        return len(self.birth_date)

    def family_at(self, who: Ints, day: Ints) -> Texts:
        """The family name of each of ``who`` on a day."""
        return np.where(day >= self.name_day[who], self.family_after[who], self.family_before[who])

    def address_at(self, who: Ints, day: Ints) -> Ints:
        """The address row of each of ``who`` on a day."""
        return np.where(day >= self.move_day[who], self.address_after[who], self.address_before[who])

    def shared_values(self) -> set[str]:
        """E-mail addresses and landlines that more than one person uses."""
        values = np.concatenate([self.email, self.second_email, self.landline]).astype(str)
        found, counts = np.unique(values[values != ""], return_counts=True)
        return {str(value) for value in found[counts > 1]}


def draw_people(random: Random, people: int, calendar: Calendar) -> People:
    """``people`` people with everything that stays theirs whatever they do."""
    addresses = draw_addresses(random, people * 3)
    today = calendar.first_date + DAYS
    homes = draw_households(random, people, today, addresses.country == "BE")
    before, after, move_day = _draw_moves(random, homes)
    family_before, family_after, name_day = _draw_married_names(random, homes)
    email, second = _draw_emails(random, homes, family_before)
    country = addresses.country[before]
    landline = _draw_landlines(random, homes, addresses.area_code[before])
    return People(
        homes=homes,
        addresses=addresses,
        address_before=before,
        address_after=after,
        move_day=move_day,
        family_before=family_before,
        family_after=family_after,
        name_day=name_day,
        birth_date=np.datetime_as_string(homes.birth_day.astype("datetime64[D]")).astype(object),
        email=email,
        second_email=second,
        mobile=_draw_mobiles(random, country),
        landline=landline,
    )


def _draw_moves(random: Random, homes: Households) -> tuple[Ints, Ints, Ints]:
    """Households move as one; now and then a grown child moves out."""
    people = len(homes.role)
    moves = chance(random, 0.12, people)[homes.head]
    leaves = ~moves & (homes.role == CHILD) & chance(random, 0.08, people)
    day = random.integers(20, DAYS - 20, people)
    day = np.where(moves, day[homes.head], day)
    before = homes.household
    after = np.where(moves, homes.household + people, np.where(leaves, np.arange(people) + people * 2, before))
    return before, after, np.where(moves | leaves, day, NEVER).astype(np.int64)


def _draw_married_names(random: Random, homes: Households) -> tuple[Texts, Texts, Ints]:
    """Some partners carry the other's name, or both; some of them only since a day in the window."""
    people = len(homes.role)
    family = homes.born_family
    other = family[homes.head]
    style = random.random(people)
    takes = (homes.role == PARTNER) & (style < 0.42) & (family != other)
    married = np.where(style < 0.2, other, other + "-" + family)
    newly = takes & chance(random, 0.12, people)
    before = np.where(takes & ~newly, married, family)
    after = np.where(takes, married, family)
    day = np.where(newly, random.integers(30, DAYS - 30, people), NEVER)
    return before, after, day.astype(np.int64)


def _draw_emails(random: Random, homes: Households, family: Texts) -> tuple[Texts, Texts]:
    """A first address each (some share the household's), and for some a second one."""
    people = len(homes.role)
    years = (homes.birth_day // 365.25).astype(np.int64) + 1970
    first = texts(_locals(random, homes, family, years)) + "@" + MAIL_DOMAINS.draw(random, people)
    second = texts(_locals(random, homes, family, years)) + "@" + MAIL_DOMAINS.draw(random, people)
    first, second = _distinct(first, second)
    shares = (homes.size > 1) & chance(random, 0.1, people)[homes.head]
    common = texts([f"familie.{fold(name)}{number}" for name, number in zip(family, homes.household, strict=True)])
    common = (common + "@" + MAIL_DOMAINS.draw(random, people))[homes.head]
    first = np.where(shares & (homes.role != CHILD), common, first)
    first = np.where((homes.age < 16) & (homes.role == CHILD) & chance(random, 0.4, people), first[homes.head], first)
    first = np.where(chance(random, np.where(years < 1945, 0.3, 0.03), people), "", first)
    second = np.where((first != "") & chance(random, 0.12, people), second, "")
    return first, second


def _locals(random: Random, homes: Households, family: Texts, years: Ints) -> list[str]:
    """What stands before the @, in the ways people make it up."""
    style = random.integers(0, 6, len(homes.role))
    number = random.integers(1, 99, len(homes.role))
    found = []
    for given, name, year, how, count in zip(homes.given, family, years, style, number, strict=True):
        short = fold(nicknames().get(given, (given,))[0])
        last = fold(name.rsplit("-", 1)[-1])
        found.append(
            (
                f"{fold(given)}.{last}",
                f"{fold(given)[0]}.{last}",
                f"{fold(given)}{last}",
                f"{short}.{last}",
                f"{fold(given)}_{year % 100:02d}",
                f"{short}{last}{count}",
            )[how]
        )
    return found


def _distinct(first: Texts, second: Texts) -> tuple[Texts, Texts]:
    """Number the repeats: the second Jan Jansen at a provider is jan.jansen2."""
    seen: dict[str, int] = {}
    found = []
    for address in np.concatenate([first, second]):
        count = seen[address] = seen.get(address, 0) + 1
        local, _, domain = address.partition("@")
        found.append(address if count == 1 else f"{local}.{count}@{domain}")
    both = texts(found)
    return both[: len(first)], both[len(first) :]


def _draw_mobiles(random: Random, country: Texts) -> Texts:
    """Valid E.164 numbers from ranges that are hardly given out: 06-80 in the Netherlands, 0450 in Belgium."""
    serial = random.permutation(max(1_000_000, len(country)))[: len(country)]
    found = [f"+32450{n:06d}" if land == "BE" else f"+3168{n:07d}" for n, land in zip(serial, country, strict=True)]
    return np.where(chance(random, 0.05, len(country)), "", texts(found))


def _draw_landlines(random: Random, homes: Households, area_code: Texts) -> Texts:
    """One for a third of the Dutch households; subscriber numbers that begin with 1 are valid and never given out."""
    people = len(homes.role)
    has = (chance(random, 0.33, people)[homes.head]) & (area_code != "")
    found = blank(people)
    for place in np.flatnonzero(has):
        area, number = area_code[place], int(homes.household[place])
        digits = 9 - len(area)
        text = f"+31{area[1:]}1{(number * 37 + 11) % 10**digits:0{digits}d}"
        # 1234567 reads as made up, and the default identifier policy blocks it.
        found[place] = "" if "1234567" in text else text
    return found
