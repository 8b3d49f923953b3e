"""All source systems of the demo: how many events each gets, what is broken in each, and the files."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from models.errors import UsageError
from pipelines.demo.population.breakages import BREAKAGES
from pipelines.demo.population.calendars import DAYS, Calendar, make_calendar
from pipelines.demo.population.clicks import export_clicks
from pipelines.demo.population.customers import Customers, draw_customers
from pipelines.demo.population.damage import Damaged, damage
from pipelines.demo.population.devices import draw_devices
from pipelines.demo.population.draws import Random
from pipelines.demo.population.mails import draw_mails
from pipelines.demo.population.people import NEVER, People, draw_people
from pipelines.demo.population.receipts import draw_receipts, export_receipts, export_returns
from pipelines.demo.population.registrations import draw_crm, draw_loyalty, usual_registrations
from pipelines.demo.population.tickets import draw_tickets
from pipelines.demo.population.truths import DemoTruth, ExpectedCounts, Ledger, write_truth
from pipelines.demo.population.visits import draw_visits
from pipelines.demo.population.writing import Export, write_lines

WEB_SHARE, MAIL_SHARE, POS_SHARE = 0.40, 0.20, 0.25
RETURN_SHARE = 0.06
VISITOR_SHARE = 0.15
BROKEN_SHARE = 0.025
TRUTH_FILE = "truth.csv"
PARTS = ("people", "customers", "crm", "loyalty", "tills", "returns", "mail", "service", "webshop", "damage")


@dataclass(frozen=True)
class _Budget:
    """Events of each source; the registrations take what they need of ``rest`` and the service desk what is left."""

    web: int
    mail: int
    receipts: int
    returns: int
    rest: int


def write_demo_sources(folder: Path, seed: int, people: int, events: int, as_of: datetime) -> DemoTruth:
    """Write the exports of a shop chain's source systems, and ``truth.csv``; the same bytes for the same arguments.

    There are exactly ``events`` distinct well-formed events, all in the 548 days before the local date of ``as_of``;
    about 2 % of them are sent twice, and about 2.5 % broken messages come on top. ``people`` counts everybody,
    visitors who are never known by more than a browser included.

    Raises:
        UsageError: too few people or events for every kind of trouble to occur.
    """
    if people < 100 or events < 6 * people:
        msg = f"{people} people with {events} events are too few: ask for 100 people or more, and 6 events a person."
        raise UsageError(msg)
    random = dict(zip(PARTS, np.random.default_rng(seed).spawn(len(PARTS)), strict=True))
    calendar = make_calendar(as_of)
    visitors = round(VISITOR_SHARE * people)
    budget = _make_budget(events)
    everybody = draw_people(random["people"], people - visitors, calendar)
    registrations = min(1.0, 0.85 * budget.rest / usual_registrations(len(everybody)))
    customers = draw_customers(random["customers"], everybody, registrations)
    shared = everybody.shared_values() | customers.shared_tokens()
    ledger, counts = Ledger(len(everybody), shared), Counter(_troubles(everybody, customers))
    exports = _export_all(random, everybody, customers, calendar, ledger, counts, budget, visitors)
    damaged = {name: _damage(random["damage"], export) for name, export in exports.items()}
    folder.mkdir(parents=True, exist_ok=True)
    for name, export in exports.items():
        write_lines(folder / export.file_name, export.header, damaged[name].lines)
    owners = ledger.owners()
    write_truth(folder / TRUTH_FILE, owners)
    return DemoTruth(
        seed=seed,
        as_of=as_of,
        people=len(everybody),
        visitors=visitors,
        households=int(everybody.homes.household[-1]) + 1,
        files={name: folder / export.file_name for name, export in exports.items()},
        truth_file=folder / TRUTH_FILE,
        records=len(owners),
        people_with_records=len(set(owners.values())),
        shared_records=ledger.shared_records,
        expected=_expect(damaged),
        phenomena=dict(sorted(counts.items())),
        showcase=ledger.showcase(),
    )


def _make_budget(events: int) -> _Budget:
    web, mail, pos = round(WEB_SHARE * events), round(MAIL_SHARE * events), round(POS_SHARE * events)
    returns = round(RETURN_SHARE * pos)
    return _Budget(web, mail, pos - returns, returns, events - web - mail - pos)


def _export_all(
    random: dict[str, Random],
    people: People,
    customers: Customers,
    calendar: Calendar,
    ledger: Ledger,
    counts: Counter[str],
    budget: _Budget,
    visitors: int,
) -> dict[str, Export]:
    """The exports of well-formed events, by source."""
    crm = draw_crm(random["crm"], people, customers, calendar, ledger, counts)
    loyalty = draw_loyalty(random["loyalty"], people, customers, calendar, ledger, counts)
    tills, returns, web = random["tills"], random["returns"], random["webshop"]
    receipts = draw_receipts(tills, people, customers, calendar, budget.receipts, counts)
    service_events = budget.rest - len(crm.lines) - len(loyalty.lines)
    devices = draw_devices(web, people, max(2, len(people) // 1000), visitors)
    visits = draw_visits(web, people, customers, devices, calendar, budget.web, counts)
    found = [
        crm,
        loyalty,
        export_receipts(tills, receipts, calendar, ledger),
        export_returns(returns, receipts, calendar, ledger, budget.returns),
        draw_mails(random["mail"], people, customers, calendar, ledger, budget.mail, counts),
        draw_tickets(random["service"], people, customers, calendar, ledger, service_events, counts),
        export_clicks(web, people, customers, devices, visits, calendar, ledger, counts),
    ]
    return {export.source: export for export in found}


def _damage(random: Random, export: Export) -> Damaged:
    breakage = BREAKAGES[export.source]
    size = len(export.lines)
    broken = max(len(breakage.kinds), round(BROKEN_SHARE * breakage.weight * size))
    return damage(random, export, round(breakage.duplicates * size), broken, breakage.kinds, breakage.once)


def _expect(damaged: dict[str, Damaged]) -> ExpectedCounts:
    broken, refused = {}, Counter[int]()
    for name, found in damaged.items():
        refusals = BREAKAGES[name].refused
        broken[name] = {kind: count for kind, count in sorted(found.broken.items()) if kind not in refusals}
        for kind, status in refusals.items():
            refused[status] += found.broken[kind]
    return ExpectedCounts(
        events={name: len(found.export.lines) for name, found in damaged.items()},
        duplicates={name: found.duplicates for name, found in damaged.items()},
        broken=broken,
        refused=dict(sorted(refused.items())),
    )


def _troubles(people: People, customers: Customers) -> dict[str, int]:
    """How many people are hard to tell apart or together, and why."""
    homes = people.homes
    emails, users = np.unique(people.email[people.email != ""].astype(str), return_counts=True)
    return {
        "twins": int(homes.twin.sum()),
        "sons_named_after_their_father": int(homes.junior.sum()),
        "movers": int((people.move_day != NEVER).sum()),
        "changed_names": int((people.name_day != NEVER).sum()),
        "email_addresses_of_several_people": int((users > 1).sum()),
        "payment_tokens_of_several_people": len(customers.shared_tokens()),
        "people_in_households_of_several": int((homes.size > 1).sum()),
        "people_gone_half_a_year": int((customers.last_day < DAYS - 182).sum()),
    }
