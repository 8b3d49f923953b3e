"""What further describes synthetic people: gender, second names, twins, and fathers and sons of one name."""

from __future__ import annotations

import random

from identity.names import name_roots

Person = dict[str, str]

HAS_SECOND_NAME = 0.7
JUNIORS = 0.05
"""Share of the families with a child where the child is named after a parent."""
TWINS = 0.04
"""Share of the families with two children where they are twins."""


def describe_family(chance: random.Random, people: list[Person]) -> None:
    """Add gender and second name to each, and make some children juniors or twins. The first two are the parents."""
    if len(people) > 3 and chance.random() < TWINS:
        people[3]["birth_date"] = people[2]["birth_date"]
    if len(people) > 2 and chance.random() < JUNIORS:
        parent, child = people[0], people[2]
        child["given_name"] = parent["given_name"]
        parent["generation"], child["generation"] = "Sr", "Jr"
    names = sorted(name_roots())
    for person in people:
        root = name_roots()[person["given_name"].lower()][0]
        person["gender"] = ("female", "male")[sum(map(ord, root)) % 2]
        if chance.random() < HAS_SECOND_NAME:
            person["second_name"] = names[int(len(names) * chance.random() ** 2.2) * 379 % len(names)].title()


def describe_record(chance: random.Random, row: dict[str, object], person: Person) -> None:
    """Write down what this source asks for: gender, second name or initial, Jr or Sr; each may be wrong or missing."""
    if chance.random() < 0.6:
        wrong = chance.random() < 0.015
        row["gender"] = {"female": "male", "male": "female"}[person["gender"]] if wrong else person["gender"]
    second, kind = person.get("second_name"), chance.random()
    first, _, more = str(row["given_name"] or "").partition(" ")
    if first and second and (more or kind < 0.5):
        if chance.random() < 0.03:
            second = chance.choice(sorted(name_roots())).title()
        row["given_name"] = f"{first} {second if kind < 0.2 else second[0]}"
    elif first and second and kind > 0.99:
        row["given_name"] = second
    if row["family_name"] and person.get("generation") and chance.random() < 0.4:
        row["family_name"] = f"{row['family_name']} {person['generation']}"
