"""Visits to the web shop: who comes with which device, what they look at, whether they log in or order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from pipelines.demo.population.calendars import DAYS, HOURS_STORE, HOURS_WEB, WEEK_STORE, WEEK_WEB, Calendar
from pipelines.demo.population.customers import Customers
from pipelines.demo.population.devices import Devices
from pipelines.demo.population.draws import Bools, Ints, Random, chance, draw_places
from pipelines.demo.population.people import People

VISITOR_SHARE = 0.16
KIOSK_SHARE = 0.03
#: Longest gap between two events of a visit, in seconds.
LONGEST_GAP_S = 150


@dataclass(frozen=True)
class Visits:
    """One row a visit. ``who`` counts on after the people for visitors; ``size`` is the number of its events."""

    who: Ints
    device: Ints
    day: Ints
    second: Ints
    views: Ints
    logs_in: Bools
    adds: Bools
    orders: Bools
    signs_up: Bools
    guest_id: Bools
    size: Ints

    def __len__(self) -> int:
        return len(self.who)


def draw_visits(
    random: Random,
    people: People,
    customers: Customers,
    devices: Devices,
    calendar: Calendar,
    events: int,
    counts: Counter[str],
) -> Visits:
    """Visits, in no order, whose sizes add up to ``events`` (the last one is cut short to fit)."""
    count = events
    kind = random.random(count)
    is_visitor = kind < VISITOR_SHARE * (len(devices.visitors) > 0)
    at_kiosk = kind > 1 - KIOSK_SHARE
    who = draw_places(random, customers.weights(customers.online), count)
    shopper = draw_places(random, customers.weights(customers.spend + 0.1), count)
    who = np.where(at_kiosk, shopper, who)
    visitor = random.integers(0, max(1, len(devices.visitors)), count)
    day, second = _draw_times(random, customers, calendar, who, is_visitor, at_kiosk)
    device, own_tablet = _draw_devices(random, people, devices, who, visitor, is_visitor, at_kiosk)
    has_account = ~is_visitor & (customers.user_id[who] != "")
    has_email = ~is_visitor & (people.email[who] != "")
    logs_in = has_account & chance(random, np.where(at_kiosk, 0.3, 0.55), count)
    views = np.minimum(random.geometric(0.36, count) - 1, 6).astype(np.int64)
    adds = (views > 0) & chance(random, np.where(customers.buys[who] & ~is_visitor, 0.45, 0.12), count)
    orders = adds & ~is_visitor & ~at_kiosk & customers.buys[who] & (logs_in | has_email) & chance(random, 0.75, count)
    signs_up = ~logs_in & ~orders & has_email & customers.reads[who] & ~at_kiosk & chance(random, 0.06, count)
    guest_id = ~logs_in & ~orders & ~signs_up & chance(random, 0.01, count)
    size = 1 + 2 * views + logs_in + adds + orders + (orders & ~logs_in) + 2 * signs_up
    sums = np.cumsum(size)
    last = int(np.searchsorted(sums, events))
    size = size[: last + 1].astype(np.int64)
    size[-1] -= int(sums[last]) - events
    kept = slice(0, last + 1)
    _count(counts, who, device, at_kiosk, own_tablet, guest_id, kept)
    return Visits(
        who=np.where(is_visitor, len(people) + visitor, who)[kept],
        device=device[kept],
        day=day[kept],
        second=second[kept],
        views=views[kept],
        logs_in=logs_in[kept],
        adds=adds[kept],
        orders=orders[kept],
        signs_up=signs_up[kept],
        guest_id=guest_id[kept],
        size=size,
    )


def _draw_times(
    random: Random, customers: Customers, calendar: Calendar, who: Ints, is_visitor: Bools, at_kiosk: Bools
) -> tuple[Ints, Ints]:
    count = len(who)
    first, last = customers.days(who)
    first, last = np.where(is_visitor, 0, first), np.where(is_visitor, DAYS - 1, last)
    day = calendar.draw_days(random, first, last, WEEK_WEB)
    day = np.where(at_kiosk, calendar.draw_days(random, first, last, WEEK_STORE), day)
    second = calendar.draw_seconds(random, count, HOURS_WEB)
    second = np.where(at_kiosk, calendar.draw_seconds(random, count, HOURS_STORE), second)
    # Nobody is still clicking when the window ends.
    return day, np.where(day == DAYS - 1, np.minimum(second, 79_200), second)


def _draw_devices(
    random: Random, people: People, devices: Devices, who: Ints, visitor: Ints, is_visitor: Bools, at_kiosk: Bools
) -> tuple[Ints, Bools]:
    """The device of each visit, and whether it is a tablet that the household shares."""
    count = len(who)
    own = devices.own[who] + np.minimum(random.geometric(0.68, count) - 1, devices.own_count[who] - 1)
    shares = (devices.tablet[who] >= 0) & chance(random, 0.5, count) & ~is_visitor & ~at_kiosk
    device = np.where(shares, devices.tablet[who], own)
    if len(devices.visitors):
        device = np.where(is_visitor, devices.visitors[visitor], device)
    kiosk = devices.kiosks[people.address_before[who] % len(devices.kiosks)]
    return np.where(at_kiosk, kiosk, device).astype(np.int64), shares


def _count(
    counts: Counter[str], who: Ints, device: Ints, at_kiosk: Bools, shares: Bools, guest_id: Bools, kept: slice
) -> None:
    users = {
        (int(tool), int(person))
        for tool, person in zip(device[kept][shares[kept]], who[kept][shares[kept]], strict=True)
    }
    per_tablet = Counter(tool for tool, _ in users)
    counts["tablets_with_several_users"] += sum(people > 1 for people in per_tablet.values())
    counts["kiosks"] += len(np.unique(device[kept][at_kiosk[kept]]))
    counts["visits_with_user_id_guest"] += int(guest_id[kept].sum())
