"""Contacts of the CRM and registrations of loyalty cards, with the later versions of those that changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from pipelines.demo.population.calendars import (
    DAYS,
    HOURS_DESK,
    HOURS_STORE,
    Calendar,
    iso_local,
)
from pipelines.demo.population.customers import Customers
from pipelines.demo.population.draws import Ints, Random, Texts, chance, serial_numbers
from pipelines.demo.population.observations import BACK_OFFICE, COUNTER, observe
from pipelines.demo.population.people import People
from pipelines.demo.population.truths import Ledger
from pipelines.demo.population.writing import Export, csv_line, time_order

CRM_COLUMNS = (
    *("mutatie", "crm_id", "klantkaart", "voornaam", "achternaam", "geslacht", "geboortedatum", "email", "telefoon"),
    *("straat", "huisnummer", "postcode", "plaats", "land", "gewijzigd_op"),
)
LOYALTY_COLUMNS = (
    *("inschrijving", "versie", "klantkaart", "voornaam", "achternaam", "geboortedatum", "email", "telefoon"),
    *("straat", "huisnummer", "postcode", "woonplaats", "land", "datum"),
)


@dataclass(frozen=True)
class _Contacts:
    """One row a contact (several for a person whom the source holds twice) and version of it."""

    who: Ints
    number: Texts
    day: Ints


def draw_crm(
    random: Random, people: People, customers: Customers, calendar: Calendar, ledger: Ledger, counts: Counter[str]
) -> Export:
    """The CRM's export: a row for each version of each contact, dates the Dutch way, semicolons."""
    who = np.flatnonzero(customers.in_crm)
    twice = who[chance(random, 0.05, len(who))]
    counts["people_twice_in_crm"] += len(twice)
    contacts = _contacts(random, people, customers, np.concatenate([who, twice]), "K-", changes=0.85, others=0.12)
    seen = observe(random, people, contacts.who, contacts.day, BACK_OFFICE, counts)
    moments = calendar.local(contacts.day, calendar.draw_seconds(random, len(contacts.who), HOURS_DESK))
    order = time_order(moments)
    knows_card = chance(random, 0.25, len(contacts.who))
    card = np.where(knows_card, customers.loyalty_id[contacts.who], "")
    columns = (
        *(contacts.number, card, seen.given, seen.family, seen.gender, _dutch_dates(seen.birth_date)),
        *(seen.email, seen.phone, seen.street, seen.house_number, seen.postcode, seen.city, seen.country),
        iso_local(moments, " "),
    )
    ledger.add("crm", "crm_id", contacts.number, contacts.who)
    rows = zip(*(column[order] for column in columns), strict=True)
    lines = [csv_line((f"crm-{serial:07d}", *row), ";") for serial, row in enumerate(rows, 1)]
    return Export("crm", "crm.csv", lines, header=csv_line(CRM_COLUMNS, ";"))


def draw_loyalty(
    random: Random, people: People, customers: Customers, calendar: Calendar, ledger: Ledger, counts: Counter[str]
) -> Export:
    """Registrations of loyalty cards at the counter: few are ever updated, so that addresses and names grow old."""
    who = np.flatnonzero(customers.loyalty_id != "")
    contacts = _contacts(random, people, customers, who, "R-", changes=0.3, others=0.05)
    seen = observe(random, people, contacts.who, contacts.day, COUNTER, counts)
    moments = calendar.local(contacts.day, calendar.draw_seconds(random, len(contacts.who), HOURS_STORE))
    order = time_order(moments)
    columns = (
        *(contacts.number, customers.loyalty_id[contacts.who], seen.given, seen.family, seen.birth_date),
        *(seen.email, seen.phone, seen.street, seen.house_number, seen.postcode, seen.city, seen.country),
        iso_local(moments),
    )
    ledger.add("loyalty", "crm_id", contacts.number, contacts.who)
    rows = zip(*(column[order] for column in columns), strict=True)
    lines = [csv_line((row[0], f"loy-{serial:07d}", *row[1:]), ";") for serial, row in enumerate(rows, 1)]
    return Export("loyalty", "loyalty.csv", lines, header=csv_line(LOYALTY_COLUMNS, ";"))


def usual_registrations(people: int) -> float:
    """About how many rows both exports have for this many people, for fitting them into a number of events."""
    return 1.28 * people


def _contacts(
    random: Random, people: People, customers: Customers, who: Ints, prefix: str, *, changes: float, others: float
) -> _Contacts:
    """A first version each; a later one for a share of those who moved or married (``changes``) and of the others."""
    size = len(who)
    number = prefix + serial_numbers(random, size, 200_000).astype(str).astype(object)
    opened = customers.first_day[who]
    # Whoever was there before the window began is in the export with the date of the last check, early in the window.
    opened = np.where(opened == 0, random.integers(0, 120, size), opened)
    changed = np.minimum(people.move_day[who], people.name_day[who])
    real = (changed > opened) & (changed < DAYS - 12)
    other_day = random.integers(0, DAYS, size)
    moved = real & chance(random, changes, size)
    checked = ~real & (other_day > opened) & chance(random, others, size)
    later = np.where(moved, changed + random.integers(1, 11, size), other_day)
    again = np.flatnonzero(moved | checked)
    return _Contacts(
        who=np.concatenate([who, who[again]]),
        number=np.concatenate([number, number[again]]),
        day=np.concatenate([opened, later[again]]).astype(np.int64),
    )


def _dutch_dates(dates: Texts) -> Texts:
    """ISO dates as DD-MM-YYYY; empty stays empty."""
    found = dates.copy()
    for place, date in enumerate(dates):
        if date:
            year, month, day = date.split("-")
            found[place] = f"{day}-{month}-{year}"
    return found
