"""Households of one to five people: who lives with whom, how old they are, twins, and sons named after their father."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.demo.population.draws import Bools, Ints, Random, Texts, chance, texts
from pipelines.demo.population.names import ORIGINS_BE, ORIGINS_NL, draw_family_names, draw_given_names

HEAD, PARTNER, CHILD = 0, 1, 2
SIZES = ((1, 0.36), (2, 0.34), (3, 0.12), (4, 0.13), (5, 0.05))


@dataclass(frozen=True)
class Households:
    """One row a person, people of a household together, its head first."""

    household: Ints
    size: Ints
    role: Ints
    gender: Texts
    origin: Texts
    birth_day: Ints
    age: Ints
    given: Texts
    born_family: Texts
    twin: Bools
    senior: Bools
    junior: Bools

    @property
    def head(self) -> Ints:
        """For each person the row of the head of the household."""
        first = np.flatnonzero(np.diff(self.household, prepend=-1))
        return np.asarray(first[self.household], dtype=np.int64)


def draw_households(random: Random, people: int, today: np.datetime64, is_belgian: Bools) -> Households:
    """Exactly ``people`` people. ``birth_day`` counts days since 1970-01-01, ``age`` is in whole years at ``today``.

    ``is_belgian`` tells for each household (at least as many as people) in which country it lives.
    """
    household, size = _draw_sizes(random, people)
    position = np.arange(people) - np.flatnonzero(np.diff(household, prepend=-1))[household]
    role = _draw_roles(random, household, size, position)
    birth_day, twin = _draw_birth_days(random, household, size, role, position, today)
    gender = _draw_genders(random, role)
    origin = _draw_origins(random, household, role, is_belgian)
    born = (birth_day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970).astype(np.int64)
    given = draw_given_names(random, origin, gender, born)
    family = draw_family_names(random, origin)
    first = np.flatnonzero(np.diff(household, prepend=-1))
    family = np.where(role == CHILD, family[first[household]], family)
    given, senior, junior = _name_sons_after_fathers(random, household, role, gender, given)
    given = _keep_siblings_apart(random, household, origin, gender, born, given, senior | junior)
    age = ((today.astype("datetime64[D]").astype(np.int64) - birth_day) // 365.25).astype(np.int64)
    return Households(household, size, role, gender, origin, birth_day, age, given, family, twin, senior, junior)


def _draw_sizes(random: Random, people: int) -> tuple[Ints, Ints]:
    drawn = random.choice([size for size, _ in SIZES], size=people, p=[share for _, share in SIZES])
    count = int(np.searchsorted(np.cumsum(drawn), people)) + 1
    sizes = drawn[:count].astype(np.int64)
    sizes[-1] -= int(sizes.sum()) - people
    household = np.repeat(np.arange(count), sizes)
    return household, sizes[household]


def _draw_roles(random: Random, household: Ints, size: Ints, position: Ints) -> Ints:
    has_partner = chance(random, np.where(size == 2, 0.82, 0.86), len(size))
    # One draw decides for a whole household: the one made for its head.
    has_partner = has_partner[np.flatnonzero(position == 0)][household]
    role = np.where(position == 0, HEAD, np.where((position == 1) & has_partner, PARTNER, CHILD))
    return role.astype(np.int64)


def _draw_birth_days(
    random: Random, household: Ints, size: Ints, role: Ints, position: Ints, today: np.datetime64
) -> tuple[Ints, Bools]:
    people = len(size)
    first = np.flatnonzero(position == 0)
    has_child = np.bincount(household, weights=role == CHILD) > 0
    alone = np.clip(random.gamma(7.0, 7.0, people), 19, 92)
    couple = np.clip(random.normal(52, 16, people), 21, 90)
    parent = np.clip(random.normal(47, 6, people), 36, 62)
    head_age = np.where(has_child[household], parent, np.where(size == 1, alone, couple))[first][household]
    partner_age = np.clip(head_age + random.normal(-0.5, 3.2, people), 19, 95)
    child_age = np.clip(head_age - random.normal(30, 4, people), 12.5, 27)
    age = np.where(role == HEAD, head_age, np.where(role == PARTNER, partner_age, child_age))
    days = int(today.astype("datetime64[D]").astype(np.int64)) - (age * 365.25).astype(np.int64)
    # The second of two children is in some families as old as the first.
    older = np.roll(np.arange(people), 1)
    is_second = (role == CHILD) & (role[older] == CHILD) & (household[older] == household)
    is_second &= ~np.roll(is_second, 1)
    second = np.flatnonzero(is_second & chance(random, 0.07, people))
    days[second] = days[older[second]]
    twin = np.zeros(people, dtype=np.bool_)
    twin[second] = twin[older[second]] = True
    return days, twin


def _draw_genders(random: Random, role: Ints) -> Texts:
    is_man = chance(random, 0.5, len(role))
    partners = np.flatnonzero(role == PARTNER)
    is_man[partners] = is_man[partners - 1] ^ ~chance(random, 0.06, len(partners))
    return texts(["v", "m"])[is_man.astype(np.int64)]


def _draw_origins(random: Random, household: Ints, role: Ints, is_belgian: Bools) -> Texts:
    people = len(role)
    drawn = np.where(is_belgian[household], ORIGINS_BE.draw(random, people), ORIGINS_NL.draw(random, people))
    first = np.flatnonzero(np.diff(household, prepend=-1))
    own = (role == HEAD) | ((role == PARTNER) & chance(random, 0.1, people))
    return np.where(own, drawn, drawn[first][household])


def _name_sons_after_fathers(
    random: Random, household: Ints, role: Ints, gender: Texts, given: Texts
) -> tuple[Texts, Bools, Bools]:
    people = len(role)
    senior, junior = np.zeros(people, dtype=np.bool_), np.zeros(people, dtype=np.bool_)
    first = np.flatnonzero(np.diff(household, prepend=-1))[household]
    sons = np.flatnonzero((role == CHILD) & (gender == "m") & (gender[first] == "m") & chance(random, 0.08, people))
    _, places = np.unique(household[sons], return_index=True)
    sons = sons[places]
    given = given.copy()
    given[sons] = given[first[sons]]
    junior[sons] = True
    senior[first[sons]] = True
    return given, senior, junior


def _keep_siblings_apart(
    random: Random, household: Ints, origin: Texts, gender: Texts, born: Ints, given: Texts, keep: Bools
) -> Texts:
    """Draw again where two people of one household got the same name by accident."""
    for _ in range(4):
        key = household.astype(str).astype(object) + given
        _, inverse, counts = np.unique(key.astype(str), return_inverse=True, return_counts=True)
        again = np.flatnonzero((counts[inverse] > 1) & ~keep)
        if len(again) == 0:
            break
        given[again] = draw_given_names(random, origin[again], gender[again], born[again])
    return given
