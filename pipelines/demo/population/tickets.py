"""What the service desk logged: tickets opened, messages, tickets closed, scores."""

from __future__ import annotations

from collections import Counter

import numpy as np

from pipelines.demo.population.calendars import DAYS, HOURS_DESK, WEEK_DESK, Calendar, first_events, iso_utc
from pipelines.demo.population.customers import Customers
from pipelines.demo.population.draws import Bools, Ints, Random, Texts, chance, draw_places, hex_ids, weighted
from pipelines.demo.population.people import People
from pipelines.demo.population.truths import Ledger
from pipelines.demo.population.variations import format_phone, initial, shorten
from pipelines.demo.population.writing import Export, json_line, time_order

CATEGORIES = weighted(["question", "delivery", "complaint", "return", "invoice"], [30, 24, 26, 14, 6])
SUBJECTS = {
    "question": "Vraag over een artikel",
    "delivery": "Waar blijft mijn bestelling",
    "complaint": "Klacht over mijn aankoop",
    "return": "Ik wil iets terugbrengen",
    "invoice": "Vraag over de factuur",
}
RECENT_SHARE = 0.14
"""Share of the tickets that come in the last fortnight: a busy time, so that there are open complaints to show."""


def draw_tickets(
    random: Random,
    people: People,
    customers: Customers,
    calendar: Calendar,
    ledger: Ledger,
    count: int,
    counts: Counter[str],
) -> Export:
    """Exactly ``count`` events of tickets. Requesters are known by e-mail address, by phone, or by both."""
    can_ask = (people.email != "") | (people.mobile != "")
    weights = can_ask * (0.25 + np.minimum(customers.spend, 6.0))
    # A ticket has at least its opening; who is drawn and is no longer there in the last fortnight asks earlier.
    who = draw_places(random, customers.weights(weights), count)
    first, last = customers.days(who)
    recent = chance(random, RECENT_SHARE, count) & (last == DAYS - 1)
    day = calendar.draw_days(random, np.where(recent, np.maximum(first, DAYS - 14), first), last, WEEK_DESK)
    second = calendar.draw_seconds(random, count, HOURS_DESK)
    ticket, name, after_s = _draw_steps(random, count)
    moments = calendar.utc(day[ticket], second[ticket] + after_s)
    kept = first_events(ticket, moments, calendar.end, count)
    kept = kept[time_order(moments[kept])]
    ticket, name = ticket[kept], name[kept]
    email, phone, typed_phone = _requesters(random, people, who)
    by_phone = email[ticket] == ""
    ledger.add("service", "email", email[ticket], who[ticket])
    ledger.add("service", "phone", phone[ticket][by_phone], who[ticket][by_phone])
    counts["tickets"] += len(np.unique(ticket))
    lines = _lines(
        random, ticket, name, iso_utc(moments[kept]), email, typed_phone, _typed_names(random, people, who, day)
    )
    return Export("service", "service.jsonl", lines)


def _draw_steps(random: Random, tickets: int) -> tuple[Ints, Texts, Ints]:
    """What happens to each ticket: which ticket, what, and how many seconds after it was opened."""
    closes = chance(random, 0.9, tickets)
    closed_s = (random.lognormal(np.log(2.2 * 86_400), 0.9, tickets) + 600).astype(np.int64)
    scores = closes & chance(random, 0.35, tickets)
    steps: list[tuple[str, Bools, Ints]] = [("ticket_opened", np.ones(tickets, dtype=np.bool_), closed_s * 0)]
    for place in range(1, 5):
        writes = chance(random, 0.9 / place, tickets)
        steps.append(("message", writes, (closed_s * random.uniform(0.02, 0.98, tickets)).astype(np.int64)))
    steps.append(("ticket_closed", closes, closed_s))
    steps.append(("satisfaction_score", scores, closed_s + random.integers(300, 200_000, tickets)))
    return (
        np.concatenate([np.flatnonzero(has) for _, has, _ in steps]),
        np.concatenate([np.full(int(has.sum()), name, dtype=object) for name, has, _ in steps]),
        np.concatenate([after_s[has] for _, has, after_s in steps]),
    )


def _requesters(random: Random, people: People, who: Ints) -> tuple[Texts, Texts, Texts]:
    """E-mail address, phone in E.164, and the phone as typed, of each ticket; at least one of them is there."""
    size = len(who)
    how = random.random(size)
    email, phone = people.email[who], people.mobile[who]
    second = people.second_email[who]
    email = np.where((second != "") & chance(random, 0.3, size), second, email)
    phone = np.where(
        (people.landline[who] != "") & (phone != "") & chance(random, 0.2, size), people.landline[who], phone
    )
    email = np.where((how < 0.28) & (phone != ""), "", email)
    phone = np.where((how > 0.45) & (email != ""), "", phone)
    typed = phone.copy()
    for place, luck in enumerate(random.random(size)):
        typed[place] = format_phone(phone[place], float(luck))
    return email, phone, typed


def _typed_names(random: Random, people: People, who: Ints, day: Ints) -> Texts:
    """The requester's name as the desk has it: whole, short, or the surname only."""
    family = people.family_at(who, day)
    names = family.copy()
    for place, (given, how) in enumerate(zip(people.homes.given[who], random.random(len(who)), strict=True)):
        if how < 0.1:
            names[place] = f"{initial(given)} {family[place]}"
        elif how < 0.92:
            names[place] = f"{shorten(given, float(how)) if how < 0.25 else given} {family[place]}"
    return np.where(chance(random, 0.08, len(who)), "", names)


def _lines(
    random: Random, ticket: Ints, name: Texts, at: Texts, email: Texts, phone: Texts, requester: Texts
) -> list[bytes]:
    ids = hex_ids(random, len(ticket), 20)
    tickets = len(email)
    category = CATEGORIES.draw(random, tickets)
    urgent = chance(random, 0.12, tickets)
    score = random.choice([1, 2, 3, 4, 5], size=tickets, p=[0.08, 0.07, 0.15, 0.35, 0.35])
    lines = []
    for row, event in enumerate(name):
        number = int(ticket[row])
        line = {
            "id": f"sd-{ids[row]}",
            "event": event,
            "at": at[row],
            "ticket": f"T{number + 10_001}",
            "category": category[number],
            "subject": SUBJECTS[category[number]],
            "priority": "high" if urgent[number] else "normal",
            "channel": "phone" if not email[number] else "email",
            "requester_email": email[number],
            "requester_phone": phone[number],
            "requester_name": requester[number],
        }
        if event == "message":
            line["text"] = f"{SUBJECTS[category[number]]}. Kunt u mij hierover berichten?"
        elif event == "satisfaction_score":
            line |= {"score": int(score[number]), "scale_max": 5, "score_kind": "csat"}
        elif event == "ticket_closed":
            line["status"] = "solved"
        lines.append(json_line(line))
    return lines
