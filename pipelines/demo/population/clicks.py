"""Web events in the form of Segment's HTTP tracking API, as browsers and apps would have sent them.

The items carry ``timestamp`` and no ``sentAt``: they are history, and a sending time of today would move them to today.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipelines.demo.population.calendars import Calendar, iso_utc
from pipelines.demo.population.customers import Customers
from pipelines.demo.population.devices import KINDS, LAPTOP, Devices
from pipelines.demo.population.draws import Ints, Random, Texts, chance, hex_ids, read_rows, weighted
from pipelines.demo.population.observations import SELF_SERVICE, Observation, observe
from pipelines.demo.population.people import People
from pipelines.demo.population.truths import Ledger
from pipelines.demo.population.visits import LONGEST_GAP_S, Visits
from pipelines.demo.population.writing import Export, Line, json_line, time_order

SITE = "https://www.huiskamer.example"
GUEST = "guest"
_AGENTS = {
    "desktop": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
    "mobile": "Huiskamer/4.2 (mobile)",
    "tablet": "Huiskamer/4.2 (tablet)",
    "kiosk": "HuiskamerKiosk/1.8",
}

Item = dict[str, Any]


@dataclass(frozen=True)
class _Typed:
    """What people typed in: when they made their account (row a person), and in a visit (row a visit with a form)."""

    account: Observation
    account_is_full: Texts
    form: Observation
    form_row: Ints


def export_clicks(
    random: Random,
    people: People,
    customers: Customers,
    devices: Devices,
    visits: Visits,
    calendar: Calendar,
    ledger: Ledger,
    counts: Counter[str],
) -> Export:
    """One line an event, in order of time; the lines of the ledger are entered."""
    typed = _type_in(random, people, customers, visits, counts)
    anonymous = devices.anonymous_at(visits.device, visits.day)
    events = int(visits.size.sum())
    visit = np.repeat(np.arange(len(visits)), visits.size)
    starts = np.concatenate([[0], np.cumsum(visits.size)[:-1]])
    gaps = random.integers(3, LONGEST_GAP_S, events)
    gaps[starts] = 0
    elapsed = np.cumsum(gaps) - np.cumsum(gaps)[starts][visit]
    moments = calendar.utc(visits.day[visit], visits.second[visit] + elapsed)
    times, ids = iso_utc(moments), hex_ids(random, events, 32)
    product = weighted(read_rows("products"), [float(row["weight"]) for row in read_rows("products")])
    # A little more than is used: the last visit is cut short only after it was made.
    products = product.draw_places(random, events + 20)
    lines: list[Line] = []
    users: list[str] = []
    for row in range(len(visits)):
        who = int(visits.who[row])
        user = customers.user_id[who] if visits.logs_in[row] else ""
        base = _Visit(row, anonymous[row], user, KINDS[devices.kind[visits.device[row]]])
        base.device_id = devices.device_id[visits.device[row]]
        first = int(starts[row])
        items = _items(base, visits, typed, products[first : first + 20], who)[: visits.size[row]]
        for place, item in enumerate(items, first):
            item["messageId"] = f"ajs-{ids[place]}"
            item["timestamp"] = times[place]
            users.append(item.get("userId", ""))
            lines.append(json_line(item))
    order = time_order(moments)
    _enter(ledger, users, anonymous[visit], visits.who[visit])
    ledger.share("webshop", "anonymous_id", devices.anonymous_id[devices.kiosks])
    return Export("webshop", "web.jsonl", [lines[place] for place in order])


class _Visit:
    """What all events of one visit share."""

    def __init__(self, row: int, anonymous_id: str, user_id: str, kind: str) -> None:
        self.row, self.anonymous_id, self.user_id, self.kind = row, anonymous_id, user_id, kind
        self.device_id = ""

    def item(self, call: str, path: str, *, known: bool, **fields: Any) -> Item:
        context: dict[str, Any] = {
            "library": {"name": "analytics.js" if self.kind == KINDS[LAPTOP] else "analytics-app", "version": "4.1.0"},
            "page": {"path": path, "url": SITE + path, "title": path.rsplit("/", 1)[-1] or "home"},
            "userAgent": _AGENTS[self.kind],
            "locale": "nl-NL",
        }
        if self.device_id:
            context["device"] = {"id": self.device_id, "type": self.kind}
        found: Item = {"type": call, "messageId": "", "timestamp": "", "anonymousId": self.anonymous_id}
        if known and self.user_id:
            found["userId"] = self.user_id
        return found | fields | {"context": context}


def _items(visit: _Visit, visits: Visits, typed: _Typed, products: Ints, who: int) -> list[Item]:
    """All events of one visit, in order, without ids and times."""
    row = visit.row
    if visits.guest_id[row]:
        visit.user_id = GUEST
    known = bool(visits.guest_id[row])
    articles = read_rows("products")
    found = [visit.item("page", "/", known=known, name="Home", properties={"path": "/", "url": SITE + "/"})]
    if visits.logs_in[row]:
        known = True
        full = bool(typed.account_is_full[who]) and row % 3 == 0
        traits = _traits(typed.account, who, full=full)
        found.append(visit.item("identify", "/inloggen", known=True, traits=traits))
    for view in range(visits.views[row]):
        article = articles[products[view]]
        path = f"/artikel/{article['sku'].lower()}"
        properties = {"path": path, "url": SITE + path, "title": article["name"]}
        found.append(visit.item("page", path, known=known, name="Product", properties=properties))
        found.append(visit.item("track", path, known=known, event="Product Viewed", properties=_product(article)))
    article = articles[products[max(visits.views[row] - 1, 0)]]
    if visits.adds[row]:
        found.append(visit.item("track", "/mand", known=known, event="Product Added", properties=_product(article)))
    if visits.orders[row]:
        if not visits.logs_in[row]:
            traits = _traits(typed.form, int(typed.form_row[row]), full=True)
            found.append(visit.item("identify", "/kassa", known=known, traits=traits))
        found.append(
            visit.item("track", "/bedankt", known=known, event="Order Completed", properties=_order(article, row))
        )
    if visits.signs_up[row]:
        email = typed.form.email[typed.form_row[row]]
        found.append(visit.item("identify", "/nieuwsbrief", known=known, traits={"email": email}))
        found.append(visit.item("track", "/nieuwsbrief", known=known, event="Newsletter Subscribed", properties={}))
    return found


def _type_in(random: Random, people: People, customers: Customers, visits: Visits, counts: Counter[str]) -> _Typed:
    everybody = np.arange(len(people))
    forms = np.flatnonzero(visits.signs_up | (visits.orders & ~visits.logs_in))
    form_row = np.full(len(visits), -1)
    form_row[forms] = np.arange(len(forms))
    return _Typed(
        # What was typed when the account was made stays there, however often its owner moves.
        account=observe(random, people, everybody, customers.first_day, SELF_SERVICE),
        account_is_full=chance(random, 0.6, len(people)).astype(object),
        form=observe(random, people, visits.who[forms], visits.day[forms], SELF_SERVICE, counts),
        form_row=form_row,
    )


def _traits(typed: Observation, row: int, *, full: bool) -> Item:
    traits: Item = {"email": typed.email[row], "firstName": typed.given[row], "lastName": typed.family[row]}
    if full:
        traits |= {"phone": typed.phone[row], "birthday": typed.birth_date[row]}
        if typed.street[row]:
            traits["address"] = {
                "street": typed.street[row],
                "houseNumber": typed.house_number[row],
                "postalCode": typed.postcode[row],
                "city": typed.city[row],
                "country": typed.country[row],
            }
    return {name: value for name, value in traits.items() if value}


def _product(article: dict[str, str]) -> Item:
    return {"product_id": article["sku"], "name": article["name"], "price": float(article["price"]), "currency": "EUR"}


def _order(article: dict[str, str], row: int) -> Item:
    quantity = 1 + row % 3 if float(article["price"]) < 30 else 1
    cents = round(float(article["price"]) * 100) * quantity
    return {
        "order_id": f"W{row + 500_001}",
        "revenue": cents / 100,
        "currency": "EUR",
        "products": [_product(article) | {"quantity": quantity}],
    }


def _enter(ledger: Ledger, users: list[str], anonymous: Texts, who: Ints) -> None:
    """The record of a web event is the user's, else the browser's; the user "guest" is nobody."""
    named = [user if user != GUEST else "" for user in users]
    ledger.add("webshop", "user_id", named, who.tolist())
    alone = [browser if not user else "" for user, browser in zip(named, anonymous, strict=True)]
    ledger.add("webshop", "anonymous_id", alone, who.tolist())
