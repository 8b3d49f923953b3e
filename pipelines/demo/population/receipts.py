"""Till receipts and returns: who came, what they bought, and what of it names them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from pipelines.demo.population.calendars import DAYS, HOURS_STORE, WEEK_STORE, Calendar, iso_local
from pipelines.demo.population.customers import Customers
from pipelines.demo.population.draws import (
    Ints,
    Random,
    Texts,
    chance,
    draw_places,
    read_rows,
    texts,
    weighted,
)
from pipelines.demo.population.households import HEAD, PARTNER
from pipelines.demo.population.people import People
from pipelines.demo.population.truths import Ledger
from pipelines.demo.population.writing import Export, Line, csv_line, time_order

WALK_IN = "walk-in"
STORES = ("ams-01", "rot-01", "utr-01", "utr-02", "ehv-01", "gro-01", "arn-01", "ant-01")
NOBODY = -2

TILL_COLUMNS = (
    *("bon", "kassa", "winkel", "tijd", "klantkaart", "email", "betaaltoken", "betaalwijze", "valuta"),
    *("artikel", "omschrijving", "aantal", "stuksprijs", "korting", "bedrag", "bontotaal"),
)
RETURN_COLUMNS = (
    *("retourbon", "oorspronkelijke_bon", "winkel", "tijd", "klantkaart", "betaaltoken", "artikel", "aantal"),
    *("bedrag", "valuta"),
)


@dataclass(frozen=True)
class Receipts:
    """One row a receipt, in order of time, and its lines (``first_line`` to the next receipt's). Money in cents."""

    number: Texts
    buyer: Ints
    day: Ints
    second: Ints
    store: Ints
    card: Texts
    token: Texts
    email: Texts
    first_line: Ints
    product: Ints
    quantity: Ints
    discount: Ints
    amount: Ints
    total: Ints


def draw_receipts(
    random: Random, people: People, customers: Customers, calendar: Calendar, count: int, counts: Counter[str]
) -> Receipts:
    """``count`` receipts: a heavy-tailed few buy much; about a fifth names nobody."""
    buyer = draw_places(random, customers.weights(customers.spend), count)
    day = calendar.draw_days(random, *customers.days(buyer), WEEK_STORE)
    second = calendar.draw_seconds(random, count, HOURS_STORE)
    order = time_order(calendar.local(day, second))
    buyer, day, second = buyer[order], day[order], second[order]
    card, token, email, buyer = _identify(random, people, customers, buyer, counts)
    first_line, product, quantity, discount, amount = _fill_baskets(random, customers, buyer, card)
    favourite = people.address_before[np.maximum(buyer, 0)] % len(STORES)
    store = np.where(chance(random, 0.8, count) & (buyer != NOBODY), favourite, random.integers(0, len(STORES), count))
    return Receipts(
        number=texts([f"{STORES[shop]}-{serial:08d}" for serial, shop in enumerate(store, 1)]),
        buyer=buyer,
        day=day,
        second=second,
        store=store.astype(np.int64),
        card=card,
        token=token,
        email=email,
        first_line=first_line,
        product=product,
        quantity=quantity,
        discount=discount,
        amount=amount,
        total=np.add.reduceat(amount, first_line) if count else np.zeros(0, dtype=np.int64),
    )


def export_receipts(random: Random, receipts: Receipts, calendar: Calendar, ledger: Ledger) -> Export:
    """The tills' export: a row a line, local time without an offset, the total repeated on each line of a receipt."""
    _enter(ledger, "tills", receipts.card, receipts.token, receipts.email, receipts.buyer)
    products = read_rows("products")
    times = iso_local(calendar.local(receipts.day, receipts.second))
    till = random.integers(1, 5, len(receipts.number))
    ends = np.append(receipts.first_line[1:], len(receipts.product))
    cash = (receipts.token == "") & chance(random, 0.7, len(receipts.number))
    lines: list[Line] = []
    for at, (number, first, end) in enumerate(zip(receipts.number, receipts.first_line, ends, strict=True)):
        head = (number, till[at], STORES[receipts.store[at]], times[at], receipts.card[at], receipts.email[at])
        paid = (receipts.token[at], "contant" if cash[at] else "pin", "EUR")
        total = _money(receipts.total[at])
        rows = []
        for line in range(first, end):
            product = products[receipts.product[line]]
            discount = _money(receipts.discount[line]) if receipts.discount[line] else ""
            rows.append(
                csv_line(
                    (
                        *(
                            *head,
                            *paid,
                            product["sku"],
                            product["name"],
                            receipts.quantity[line],
                            product["price"],
                            discount,
                        ),
                        *(_money(receipts.amount[line]), total),
                    ),
                    ",",
                )
            )
        lines.append(b"".join(rows))
    return Export("tills", "tills.csv", lines, header=csv_line(TILL_COLUMNS, ","))


def export_returns(random: Random, receipts: Receipts, calendar: Calendar, ledger: Ledger, count: int) -> Export:
    """``count`` returned articles, each on a receipt of its own, up to three weeks after the sale; decimal commas."""
    candidates = np.flatnonzero(receipts.day < DAYS - 22)
    if count and not len(candidates):
        msg = "No receipt is old enough to bring anything back: ask for more events."
        raise ValueError(msg)
    bought = np.sort(candidates[random.integers(0, len(candidates), count)]) if count else candidates[:0]
    day = receipts.day[bought] + random.integers(1, 22, count)
    moments = calendar.local(day, calendar.draw_seconds(random, count, HOURS_STORE))
    order = time_order(moments)
    bought, moments = bought[order], moments[order]
    shows_card = chance(random, 0.9, count)
    card = np.where(shows_card, receipts.card[bought], "")
    token = receipts.token[bought]
    _enter(ledger, "returns", card, token, np.full(count, "", dtype=object), receipts.buyer[bought])
    products = read_rows("products")
    lines = []
    for serial, (at, moment) in enumerate(zip(bought, iso_local(moments), strict=True), 1):
        line = receipts.first_line[at]
        head = (f"R{serial:07d}", receipts.number[at], STORES[receipts.store[at]], moment, card[serial - 1])
        article = products[receipts.product[line]]["sku"]
        paid_back = _money(receipts.amount[line]).replace(".", ",")
        lines.append(csv_line((*head, token[serial - 1], article, receipts.quantity[line], paid_back, "EUR"), ";"))
    return Export("returns", "returns.csv", lines, header=csv_line(RETURN_COLUMNS, ";"))


def _identify(
    random: Random, people: People, customers: Customers, owner: Ints, counts: Counter[str]
) -> tuple[Texts, Texts, Texts, Ints]:
    """Card, payment token and e-mail address of each receipt, and who really stood at the till."""
    count = len(owner)
    card = np.where(chance(random, 0.84, count), customers.loyalty_id[owner], "")
    buyer = owner.copy()
    lent = (card != "") & chance(random, 0.03, count)
    partner = _partners(people)[owner]
    lent &= partner != NOBODY
    buyer[lent] = partner[lent]
    counts["receipts_on_a_partners_card"] += int(lent.sum())
    token = np.where(chance(random, 0.72, count), customers.payment_token[buyer], "")
    email = np.where((card == "") & chance(random, 0.15, count), people.email[buyer], "")
    walks_in = chance(random, 0.12, count)
    types_walk_in = chance(random, 0.4, count)
    counts["receipts_with_walk_in_card"] += int((walks_in & types_walk_in).sum())
    card = np.where(walks_in, np.where(types_walk_in, WALK_IN, ""), card)
    token = np.where(walks_in, "", token)
    email = np.where(walks_in, "", email)
    named = ((card != "") & (card != WALK_IN)) | (token != "") | (email != "")
    counts["receipts_that_name_nobody"] += int((~named).sum())
    return card, token, email, np.where(named, buyer, NOBODY)


def _partners(people: People) -> Ints:
    """The row of each person's partner, else NOBODY."""
    homes = people.homes
    places = np.flatnonzero(homes.role == PARTNER)
    found = np.full(len(people), NOBODY)
    found[places] = homes.head[places]
    found[homes.head[places]] = places
    found[~np.isin(homes.role, (HEAD, PARTNER))] = NOBODY
    return found.astype(np.int64)


def _fill_baskets(
    random: Random, customers: Customers, buyer: Ints, card: Texts
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    products = read_rows("products")
    count = len(buyer)
    # Who buys often also buys more at once.
    appetite = np.where(buyer == NOBODY, 0.0, np.log1p(customers.spend[np.maximum(buyer, 0)]))
    size = np.minimum(random.geometric(np.clip(0.55 - 0.08 * appetite, 0.2, 0.6), count), 25)
    first_line = np.concatenate([[0], np.cumsum(size)[:-1]]).astype(np.int64)
    lines = int(size.sum())
    price = np.array([round(float(row["price"]) * 100) for row in products], dtype=np.int64)
    product = weighted(products, [float(row["weight"]) for row in products]).draw_places(random, lines)
    quantity = np.where(price[product] < 3000, np.minimum(random.geometric(0.7, lines), 8), 1).astype(np.int64)
    gross = price[product] * quantity
    has_discount = np.repeat(card != "", size) & chance(random, 0.18, lines)
    discount = np.where(has_discount, gross // 10, 0)
    return first_line, product, quantity, discount, gross - discount


def _enter(ledger: Ledger, source: str, card: Texts, token: Texts, email: Texts, buyer: Ints) -> None:
    """The record of a receipt is its card, else its e-mail address, else its payment token."""
    has_card = (card != "") & (card != WALK_IN)
    has_email = ~has_card & (email != "")
    has_token = ~has_card & ~has_email & (token != "")
    for kind, values, has in (
        ("loyalty_id", card, has_card), ("email", email, has_email), ("payment_token", token, has_token),
    ):  # fmt: skip
        ledger.add(source, kind, values[has], buyer[has])


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
