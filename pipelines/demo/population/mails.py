"""What the mail tool logged: newsletters delivered, opened, clicked, bounced; people who leave or complain."""

from __future__ import annotations

from collections import Counter

import numpy as np

from pipelines.demo.population.calendars import DAYS, HOURS_MAIL, WEEK_MAIL, Calendar, first_events, iso_utc
from pipelines.demo.population.customers import Customers
from pipelines.demo.population.draws import Ints, Random, Texts, chance, draw_places, hex_ids
from pipelines.demo.population.people import People
from pipelines.demo.population.truths import Ledger
from pipelines.demo.population.writing import Export, Line, json_line, time_order

SUBJECTS = ("Nieuw in de winkel", "Zo dek je de tafel", "Laatste dagen van de uitverkoop", "Tips voor het weekend")


def draw_mails(
    random: Random,
    people: People,
    customers: Customers,
    calendar: Calendar,
    ledger: Ledger,
    count: int,
    counts: Counter[str],
) -> Export:
    """Exactly ``count`` mail events. Keen readers get more mail, and there is more of it in the last months."""
    # Every mail makes at least one event, so that as many mails as events are enough; the rest is cut.
    reader = draw_places(random, customers.weights(customers.reads * (0.08 + customers.reading**2.5)), count)
    first, last = customers.days(reader)
    recent = np.maximum(first, np.minimum(DAYS - 95, last - 1))
    day = calendar.draw_days(random, np.where(chance(random, 0.4, count), recent, first), last, WEEK_MAIL)
    second = calendar.draw_seconds(random, count, HOURS_MAIL)
    mail, name, after_s = _draw_steps(random, customers, reader)
    moments = calendar.utc(day[mail], second[mail] + after_s)
    kept = first_events(mail, moments, calendar.end, count)
    kept = kept[time_order(moments[kept])]
    mail, name, moments = mail[kept], name[kept], moments[kept]
    address = people.email[reader[mail]]
    ledger.add("mail", "email", address, reader[mail])
    counts["newsletter_readers"] += len(np.unique(reader[mail]))
    lines = _lines(random, mail, name, iso_utc(moments), address, calendar.month[day[mail]])
    return Export("mail", "mail.jsonl", lines)


def _draw_steps(random: Random, customers: Customers, reader: Ints) -> tuple[Ints, Texts, Ints]:
    """What happens to each mail: which mail, what, and how many seconds after it was sent."""
    mails = len(reader)
    bounces = chance(random, 0.02, mails)
    opens = ~bounces & chance(random, 0.15 + 0.75 * customers.reading[reader], mails)
    opened_s = (random.lognormal(np.log(9_000), 1.3, mails) + 65).astype(np.int64)
    steps = [
        ("delivered", ~bounces, random.integers(1, 60, mails)),
        ("bounced", bounces, random.integers(1, 60, mails)),
        ("opened", opens, opened_s),
        ("clicked", opens & chance(random, 0.22, mails), opened_s + random.integers(3, 90, mails)),
        ("unsubscribed", opens & chance(random, 0.006, mails), opened_s + random.integers(20, 200, mails)),
        ("complained", opens & chance(random, 0.0015, mails), opened_s + random.integers(20, 200, mails)),
    ]
    return (
        np.concatenate([np.flatnonzero(has) for _, has, _ in steps]),
        np.concatenate([np.full(int(has.sum()), name, dtype=object) for name, has, _ in steps]),
        np.concatenate([after_s[has] for _, has, after_s in steps]).astype(np.int64),
    )


def _lines(random: Random, mail: Ints, name: Texts, at: Texts, address: Texts, month: Ints) -> list[Line]:
    ids = hex_ids(random, len(mail), 20)
    is_hard = chance(random, 0.4, len(mail))
    lines = []
    for row, event in enumerate(name):
        number = int(mail[row])
        event_line = {
            "id": f"ml-{ids[row]}",
            "event": event,
            "at": at[row],
            "recipient": address[row],
            "mail_id": f"m{number:08d}",
            "campaign": f"nieuwsbrief-{month[row] + 1:02d}-{number % 4 + 1}",
            "subject": SUBJECTS[number % 4],
        }
        if event == "clicked":
            event_line["url"] = f"https://www.huiskamer.example/actie/{number % 4 + 1}"
        elif event == "bounced":
            event_line["bounce_type"] = "hard" if is_hard[row] else "soft"
            event_line["reason"] = "mailbox unavailable" if is_hard[row] else "mailbox full"
        lines.append(json_line(event_line))
    return lines
