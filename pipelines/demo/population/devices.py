"""Browsers and apps: each person's own, tablets of a whole household, kiosks in the stores, and passing visitors'."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.demo.population.calendars import DAYS
from pipelines.demo.population.draws import Ints, Random, Texts, chance, hex_ids, texts
from pipelines.demo.population.people import NEVER, People

LAPTOP, PHONE, TABLET, KIOSK = 0, 1, 2, 3
KINDS = ("desktop", "mobile", "tablet", "kiosk")


@dataclass(frozen=True)
class Devices:
    """One row a device. ``anonymous_id`` changes to ``next_anonymous_id`` on ``reset_day`` (cookies thrown away)."""

    kind: Ints
    anonymous_id: Texts
    next_anonymous_id: Texts
    reset_day: Ints
    #: The app's id of phones and tablets; a browser on a laptop has none.
    device_id: Texts
    #: Devices of each person: ``own[person]`` is the first, ``own_count`` how many follow each other.
    own: Ints
    own_count: Ints
    #: The household's tablet of each person, -1 without.
    tablet: Ints
    kiosks: Ints
    #: One device a visitor.
    visitors: Ints

    def anonymous_at(self, device: Ints, day: Ints) -> Texts:
        """The anonymous id that each device has on a day."""
        return np.where(day >= self.reset_day[device], self.next_anonymous_id[device], self.anonymous_id[device])


def draw_devices(random: Random, people: People, kiosks: int, visitors: int) -> Devices:
    """Everybody has one device or more, whether they visit the shop with it or not."""
    count = len(people)
    own_count = 1 + chance(random, 0.45, count).astype(np.int64) + chance(random, 0.15, count)
    own = np.concatenate([[0], np.cumsum(own_count)[:-1]]).astype(np.int64)
    owned = int(own_count.sum())
    own_kind = random.choice([LAPTOP, PHONE, TABLET], size=owned, p=[0.35, 0.55, 0.1])
    has_tablet = chance(random, 0.3, count)[people.homes.head] & (people.homes.size > 1)
    homes, tablet = np.unique(people.homes.household[has_tablet], return_inverse=True)
    tablets = np.full(count, -1)
    tablets[has_tablet] = tablet + owned
    kind = np.concatenate(
        [
            own_kind,
            np.full(len(homes), TABLET),
            np.full(kiosks, KIOSK),
            random.choice([LAPTOP, PHONE], size=visitors, p=[0.4, 0.6]),
        ]
    ).astype(np.int64)
    total = len(kind)
    resets = chance(random, 0.1, total) & (kind != KIOSK) & (np.arange(total) < owned)
    ids, later = hex_ids(random, total, 32), hex_ids(random, total, 32)
    app = texts([f"dev-{text}" for text in hex_ids(random, total, 16)])
    start = owned + len(homes)
    return Devices(
        kind=kind,
        anonymous_id=texts(ids),
        next_anonymous_id=texts(later),
        reset_day=np.where(resets, random.integers(60, DAYS, total), NEVER).astype(np.int64),
        device_id=np.where(kind == LAPTOP, "", app),
        own=own,
        own_count=own_count.astype(np.int64),
        tablet=tablets.astype(np.int64),
        kiosks=np.arange(start, start + kiosks),
        visitors=np.arange(start + kiosks, total),
    )
