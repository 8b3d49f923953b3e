"""Synthetic customer records with known truth, to train the shipped match model and to time identity resolution.

People live in households (couples and children share a surname, an address, sometimes an e-mail address), move, marry,
change phones, and are written down with nicknames, initials, typing errors and gaps by sources of different quality.
All names are invented combinations. ``make_people(seed)`` gives the same rows for the same arguments.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from benchmarks.descriptions import describe_family, describe_record
from identity.identifiers import PAIRS
from identity.names import name_roots
from schemas.tables import RECORDS


def _words(text: str) -> list[str]:
    return text.split()


# An underscore stands for the space inside a name; whoever takes one replaces it.
SURNAMES = _words("""
    Jansen de_Vries van_den_Berg Bakker Visser Smit Meijer de_Boer Mulder de_Groot Bos Vos Peters Hendriks
    van_Dijk van_Leeuwen Dekker Brouwer de_Wit Dijkstra Smits de_Graaf van_der_Meer van_der_Linden Kok Jacobs
    de_Haan Vermeulen van_den_Heuvel van_der_Veen van_den_Broek de_Bruijn van_der_Heijden Schouten van_Beek
    Willems van_Vliet Hoekstra Maas Verhoeven Koster van_Dam Prins Blom Huisman Peeters de_Jonge Kuipers
    van_Veen Postma Kramer Martens Claes Maes Wouters Goossens Mertens De_Smet Dubois Lambert Dupont Leroy Simon
    Laurent Lefebvre Michel Moreau Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann
    Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann
    Lange Schmitt Werner Krause Lehmann Köhler Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson
    Wright Thompson Evans Walker White Roberts Green Hall Wood Jackson Clarke Harris Cooper King Baker Turner
    Morris Hill Ward Moore Clark Lee Morgan Allen Miller Davis Garcia Rodriguez Martinez Hernandez Lopez
    Gonzalez Perez Sanchez Ramirez Torres Nguyen Yilmaz Kaya Demir Öztürk
""")
HEADS = _words("""
    Oude Nieuw Groen Zwart Hoog Laag Water Berg Veld Bosch Steen Brug Kerk Molen Ester Wester Noorder Zuider
""")
TAILS = _words("""
    kamp man stra huis meijer hof water dijk ink ma voort brink horst laar veld broek berg zijl
""")
STREETS = _words("""
    Dorpsstraat Kerkstraat Molenweg Schoolstraat Hoofdstraat Stationsweg Julianalaan Beatrixlaan Nieuwstraat
    Parkweg Bahnhofstraße Gartenweg Lindenstraße Schulstraße Church_Road High_Street Station_Road Mill_Lane
    Park_Avenue Elm_Street Rue_Haute Grote_Markt Lange_Nieuwstraat Eikenlaan Beukenlaan Wilgenlaan Kastanjelaan
    Zandweg Veenweg Heideweg
""")
CITIES = _words("""
    Amsterdam Rotterdam Utrecht Eindhoven Groningen Breda Antwerpen Gent Hamburg Köln Leeds Bristol Dallas
""")
DOMAINS = _words("""
    gmail.com hotmail.com outlook.com ziggo.nl kpnmail.nl gmx.de web.de yahoo.com icloud.com telenet.be
""")
KEYS = "qwertyuiopasdfghjklzxcvbnm"
SOURCES = ("web", "shop", "crm", "service")
EPOCH = datetime(2025, 1, 1, tzinfo=UTC)

TRUTH = pa.schema([pa.field("record_id", pa.string()), pa.field("person_id", pa.string())])

Person = dict[str, str]


def make_people(
    records: int, seed: int = 7, *, numbered: bool = False, described: bool = False
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """(records, pairs, truth) of about ``records`` source records, some four a person.

    ``numbered`` gives 40 % of them their person's customer number, one in thirty with another digit; in half of the
    households it is a document's, of which a person has one. ``described``
    gives them genders and second names, and the families twins and juniors (:mod:`benchmarks.descriptions`).
    Everything else stays as it is without.
    """
    chance, number_chance = random.Random(seed), random.Random(f"numbers {seed}")
    description_chance = random.Random(f"descriptions {seed}")
    rows: list[dict[str, object]] = []
    truth: list[dict[str, str]] = []
    household = 0
    while len(rows) < records:
        household += 1
        people = _household(chance, household)
        if described:
            describe_family(description_chance, people)
        for member, person in enumerate(people):
            for copy in range(_copies(chance)):
                record = _record(chance, person, f"{household}-{member}-{copy}")
                if described:
                    describe_record(description_chance, record, person)
                if numbered and number_chance.random() < 0.4:
                    record["crm_id"] = _number_as_written(number_chance, household, member)
                rows.append(record)
                truth.append({"record_id": str(record["record_id"]), "person_id": f"{household}-{member}"})
    pairs = [
        {"record_id": row["record_id"], "type": kind, "value": row[kind]}
        | {"first_seen": row["first_seen"], "last_seen": row["last_seen"], "events": 1}
        for row in rows
        for kind in ("crm_id", "user_id", "loyalty_id", "email", "phone")
        if row.get(kind) is not None
    ]
    return pa.Table.from_pylist(rows, RECORDS), pa.Table.from_pylist(pairs, PAIRS), pa.Table.from_pylist(truth, TRUTH)


def _copies(chance: random.Random) -> int:
    return chance.choices((1, 2, 3, 4, 6, 8), (20, 20, 20, 18, 14, 8))[0]


def _household(chance: random.Random, number: int) -> list[Person]:
    surname, address, shared = _surname(chance), _address(chance), f"familie{number}@{chance.choice(DOMAINS)}"
    phone = _phone(chance)
    people = []
    for member in range(chance.choices((1, 2, 3, 4), (45, 30, 13, 12))[0]):
        name = _given_name(chance)
        own = surname if member != 1 or chance.random() < 0.6 else _surname(chance)
        born = date(1940, 1, 1) + timedelta(
            days=chance.randrange(24_000) if member < 2 else 20_000 + chance.randrange(9_000)
        )
        people.append(
            {
                "given_name": name,
                "family_name": own,
                "maiden_name": _surname(chance),
                "birth_date": born.isoformat(),
                "email": shared if chance.random() < 0.06 else _email(chance, name, own),
                "second_email": _email(chance, name, own),
                "phone": phone if chance.random() < 0.15 else _phone(chance),
                "second_phone": _phone(chance),
                "moved": "yes" if chance.random() < 0.25 else "",
                "user_id": f"u{number}-{member}",
                "loyalty_id": f"{26_000_000 + number * 10 + member}",
                **address,
                **{f"old_{key}": value for key, value in _address(chance).items()},
            }
        )
    return people


def _record(chance: random.Random, person: Person, name: str) -> dict[str, object]:
    source = chance.choice(SOURCES)
    prefix = "old_" if person["moved"] and chance.random() < 0.4 else ""
    row: dict[str, object] = {
        "record_id": f"{source}:{name}",
        "source": source,
        "source_record_id": name,
        "given_name": _given_as_written(chance, person["given_name"]) if chance.random() < 0.92 else None,
        "family_name": _family_as_written(chance, person) if chance.random() < 0.94 else None,
        "birth_date": _date_as_written(chance, person["birth_date"]) if chance.random() < 0.7 else None,
        "email": _email_as_written(chance, person) if chance.random() < 0.7 else None,
        "phone": _phone_as_written(chance, person) if chance.random() < 0.4 else None,
        "first_seen": EPOCH + timedelta(hours=chance.randrange(8_000)),
        "last_seen": EPOCH + timedelta(hours=8_000 + chance.randrange(4_000)),
    }
    if chance.random() < 0.03:
        row["given_name"], row["family_name"] = row["family_name"], row["given_name"]
    detail = chance.choices(("street", "postcode", "city", ""), (50, 15, 20, 15))[0]
    if detail == "street":
        row["street"] = _typo(chance, person[f"{prefix}street"], 0.1)
    if detail in {"street", "postcode"}:
        row["house_number"] = (
            person[f"{prefix}house_number"] if chance.random() < 0.96 else str(chance.randrange(1, 200))
        )
        row["postcode"] = _typo(chance, person[f"{prefix}postcode"], 0.04)
    if detail:
        row["city"] = _typo(chance, person[f"{prefix}city"], 0.08)
    if source in {"web", "crm"} and chance.random() < 0.25:
        row["user_id"] = person["user_id"]
    if source in {"shop", "crm"} and chance.random() < 0.2:
        row["loyalty_id"] = person["loyalty_id"]
    return row


def _given_name(chance: random.Random) -> str:
    names = sorted(name_roots())
    # Names follow a power law: a few are very common, most are rare.
    return names[int(len(names) * chance.random() ** 2.2) * 379 % len(names)].title()


def _surname(chance: random.Random) -> str:
    if chance.random() < 0.35:
        return chance.choice(HEADS) + chance.choice(TAILS) + chance.choice(("", "", "s", "a", "en"))
    return SURNAMES[int(len(SURNAMES) * chance.random() ** 1.6)].replace("_", " ")


def _address(chance: random.Random) -> Person:
    at = int(len(CITIES) * chance.random() ** 1.5)
    digits = 1000 + at * 550 + chance.randrange(500)
    return {
        "street": chance.choice(STREETS).replace("_", " ") if chance.random() < 0.5 else f"{_surname(chance)}straat",
        "house_number": str(1 + int(180 * chance.random() ** 2)),
        "postcode": f"{digits}{chance.choice('ABCDEFGHJKLM')}{chance.choice('ABCDEFGHJKLM')}",
        "city": CITIES[at],
    }


def _phone(chance: random.Random) -> str:
    return f"+316{chance.randrange(10_000_000, 99_999_999)}"


def _email(chance: random.Random, given: str, family: str) -> str:
    core = family.split()[-1].lower()
    local = chance.choice((f"{given}.{core}", f"{given[0]}{core}", f"{core}{given[0]}", f"{given}_{core}")).lower()
    return f"{local}{chance.choice(('', chance.randrange(100), chance.randrange(1940, 2010)))}@{chance.choice(DOMAINS)}"


def _given_as_written(chance: random.Random, name: str) -> str:
    kind = chance.random()
    if kind < 0.10:
        roots = name_roots()[name.lower()]
        return chance.choice([other for other, found in name_roots().items() if set(found) & set(roots)]).title()
    if kind < 0.15:
        return f"{name[0]}."
    if kind < 0.18:
        return f"{name} {_given_name(chance)}"
    if kind < 0.195:
        return _given_name(chance)
    return _typo(chance, name, 0.09)


def _family_as_written(chance: random.Random, person: Person) -> str:
    kind = chance.random()
    if kind < 0.03:
        return person["maiden_name"]
    if kind < 0.05:
        return f"{person['family_name']}-{person['maiden_name']}"
    if kind < 0.12:
        return person["family_name"].split()[-1]
    return _typo(chance, person["family_name"], 0.10)


def _date_as_written(chance: random.Random, text: str) -> date:
    born, kind = date.fromisoformat(text), chance.random()
    if kind < 0.012 and born.day <= 12:
        return date(born.year, born.day, born.month)
    if kind < 0.02:
        return date(born.year, 1, 1)
    if kind < 0.045:
        return born.replace(day=1 + (born.day + 9) % 28)
    if kind < 0.07:
        return born.replace(year=born.year + chance.choice((-10, -1, 1, 10)), day=min(born.day, 28))
    if kind < 0.08:
        return born.replace(month=1 + born.month % 12, day=min(born.day, 28))
    if kind < 0.105:
        return date(1940, 1, 1) + timedelta(days=chance.randrange(24_000))
    return born


def _email_as_written(chance: random.Random, person: Person) -> str:
    email = person["email" if chance.random() < 0.8 else "second_email"]
    local, _, domain = email.partition("@")
    return f"{_typo(chance, local, 0.06)}@{domain if chance.random() < 0.97 else chance.choice(DOMAINS)}"


def _phone_as_written(chance: random.Random, person: Person) -> str:
    phone = person["phone" if chance.random() < 0.75 else "second_phone"]
    at = chance.randrange(5, len(phone))
    return phone[:at] + str(chance.randrange(10)) + phone[at + 1 :] if chance.random() < 0.03 else phone


def _number_as_written(chance: random.Random, household: int, member: int) -> str:
    text = str(1_000_000 + household * 10 + member)
    at = chance.randrange(len(text))
    written = text[:at] + str(chance.randrange(10)) + text[at + 1 :] if chance.random() < 0.03 else text
    return f"national id {written}" if household % 2 else written


def _typo(chance: random.Random, text: str, share: float) -> str:
    """The text with one slip of the keys, two in a quarter of the cases, for this share of the calls."""
    if chance.random() >= share or len(text) < 3:
        return text
    for _ in range(chance.choice((1, 1, 1, 2))):
        at = chance.randrange(1, len(text) - 1)
        kind = chance.randrange(4)
        if kind == 0:
            text = text[:at] + text[at + 1 :]
        elif kind == 1:
            text = text[:at] + chance.choice(KEYS) + text[at:]
        elif kind == 2:
            text = text[:at] + chance.choice(KEYS) + text[at + 1 :]
        else:
            text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        if len(text) < 3:
            break
    return text


def main() -> None:
    """What the population looks like; the other benchmarks use it."""
    records, _, truth = make_people(20_000)
    people = len(set(truth["person_id"].to_pylist()))
    print(f"{records.num_rows:,} records of {people:,} people, {records.num_rows / people:.1f} a person")
    for column in ("given_name", "family_name", "birth_date", "email", "phone", "postcode", "user_id", "loyalty_id"):
        print(f"  {column:12} known in {1 - records[column].null_count / records.num_rows:4.0%}")
