"""What people do with the shop: since when and until when, whether they buy, read, log in, and how they pay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.demo.population.calendars import DAYS
from pipelines.demo.population.draws import Bools, Floats, Ints, Random, Texts, chance, hex_ids, serial_numbers, texts
from pipelines.demo.population.households import PARTNER
from pipelines.demo.population.people import People


@dataclass(frozen=True)
class Customers:
    """One row a person. Ids are empty where a person has none. Days are those on which they can be seen at all."""

    first_day: Ints
    last_day: Ints
    buys: Bools
    spend: Floats
    reads: Bools
    reading: Floats
    user_id: Texts
    loyalty_id: Texts
    payment_token: Texts
    in_crm: Bools
    online: Floats

    def days(self, who: Ints) -> tuple[Ints, Ints]:
        """First and last day of each of ``who``."""
        return self.first_day[who], self.last_day[who]

    def shared_tokens(self) -> set[str]:
        """Payment tokens that more than one person pays with."""
        found, counts = np.unique(self.payment_token[self.payment_token != ""].astype(str), return_counts=True)
        return {str(token) for token in found[counts > 1]}

    def weights(self, kind: Floats) -> Floats:
        """Cumulative weights for drawing people by how much they do of something, over the time they are there."""
        return np.cumsum(kind * (self.last_day - self.first_day + 1))


def draw_customers(random: Random, people: People, registrations: float) -> Customers:
    """How each person behaves. ``registrations`` scales how many have a CRM contact or a loyalty card (1: as usual)."""
    count = len(people)
    homes = people.homes
    has_email = people.email != ""
    grown = homes.age >= 16
    first_day, last_day = _draw_stays(random, count)
    buys = chance(random, np.where(grown, 0.72, 0.25), count)
    reads = has_email & chance(random, np.where(grown, 0.62, 0.2), count)
    account = has_email & chance(random, np.where(homes.age > 70, 0.25, np.where(grown, 0.58, 0.3)), count)
    in_crm = chance(random, np.where(grown, 0.62, 0.15) * registrations, count)
    loyal = grown & chance(random, np.where(buys, 0.66, 0.3) * registrations, count)
    payment_token = _draw_payment_tokens(random, people, buys & grown)
    # Everybody is known to somebody: who has nothing yet gets an account, else a contact.
    unknown = ~(reads | account | in_crm | loyal | (buys & (payment_token != "")))
    account |= unknown & has_email
    in_crm |= unknown & ~has_email
    return Customers(
        first_day=first_day,
        last_day=last_day,
        buys=buys,
        spend=buys * random.lognormal(0.0, 1.25, count),
        reads=reads,
        reading=random.beta(1.3, 2.4, count),
        user_id=_numbered(account, "u", serial_numbers(random, count, 100_000)),
        loyalty_id=_numbered(loyal, "2610", serial_numbers(random, count, 100_000_000)),
        payment_token=payment_token,
        in_crm=in_crm,
        online=np.where(account, 1.0, 0.45) * chance(random, 0.8, count) * random.lognormal(0.0, 0.9, count),
    )


def _draw_stays(random: Random, count: int) -> tuple[Ints, Ints]:
    """Most were there before the window began; a quarter leaves, more of them early than late."""
    new = chance(random, 0.42, count)
    first = np.where(new, random.integers(0, DAYS - 40, count), 0)
    leaves = chance(random, 0.32, count)
    stay = (random.beta(1.2, 1.6, count) * (DAYS - 25 - first)).astype(np.int64) + 5
    last = np.where(leaves, first + stay, DAYS - 1)
    return first.astype(np.int64), np.minimum(last, DAYS - 1).astype(np.int64)


def _draw_payment_tokens(random: Random, people: People, pays: Bools) -> Texts:
    """One token a payer; couples with a joint account have the same."""
    homes = people.homes
    count = len(people)
    token = texts([f"tok_{text}" for text in hex_ids(random, count, 16)])
    joint = chance(random, 0.18, count)[homes.head] & (homes.role == PARTNER)
    token = np.where(joint, token[homes.head], token)
    return np.where(pays & chance(random, 0.9, count), token, "")


def _numbered(has: Bools, prefix: str, serial: Ints) -> Texts:
    return np.where(has, prefix + serial.astype(str).astype(object), "")
