"""Explanations of invented people with literal weights: no match model stands behind them, so texts stay the same."""

from __future__ import annotations

from dataclasses import replace

from identity.cuts import find_ties, weakest_place
from identity.evidence import Edge, Evidence, Refusal, links
from identity.explanations import PairExplanation, explain_pair
from identity.gains import Gain
from identity.obstacles import Traits, common_value_obstacle, key_obstacle, refusal_obstacles, weight_obstacle
from identity.paths import spanning_tree
from identity.shared_keys import SharedKey
from pipelines.explanations import PersonExplanation
from pipelines.pictures.graphs import Graph, make_graph

LINK = 1.0
CRM, SHOP, MAIL, TILL = "crm:crm_id:K-1", "webshop:user_id:u1", "mailer:email:anna@people.test", "tills:loyalty_id:77"
BERT, CARLA = "crm:crm_id:K-2", "crm:crm_id:K-3"
PROFILE_OF = {CRM: "p-anna", MAIL: "p-anna", TILL: "p-anna", SHOP: "p-anna", BERT: "p-bert", CARLA: "p-carla"}
ANNA = [CRM, MAIL, TILL, SHOP]


def scored(one: str, other: str, *parts: tuple[str, str, str | None, str | None, float]) -> Edge:
    left, right = sorted((one, other))
    evidence = (Evidence("prior", "one pair in about 4096", None, None, -12.0), *(Evidence(*part) for part in parts))
    return Edge(left, right, "probabilistic", "surname", sum(part.match_weight for part in evidence), evidence)


def keyed(one: str, other: str, kind: str, value: str, weight: float = 11.0) -> Edge:
    left, right = sorted((one, other))
    return Edge(left, right, "deterministic", kind, weight, (Evidence(kind, "the same", value, value, weight),))


ALIKE = scored(
    CRM, SHOP,
    ("given_name", "the same", "Anna", "Anna", 8.0),
    ("given_name", "a common value", "Anna", "Anna", -1.5),
    ("family_name", "the same", "de Wit", "de Wit", 7.5),
    ("birth_date", "one digit apart", "1980-04-05", "1980-04-06", 5.0),
    ("phone", "different", "+31612345678", "+31687654321", -1.5),
)  # fmt: skip
EDGES = [
    ALIKE,
    keyed(SHOP, MAIL, "email", "anna@people.test"),
    keyed(MAIL, TILL, "loyalty_id", "77", 10.0),
    keyed(CRM, BERT, "phone", "+31612345678", 9.0),
]
REFUSALS = [Refusal(CRM, BERT, 9.0, "different first names")]
WEAK = scored(
    CRM, CARLA,
    ("given_name", "different", "Anna", "Carla", -4.0),
    ("family_name", "the same", "de Wit", "de Wit", 7.5),
    ("address", "the same postcode", "Lindelaan 1 3512 PH Ede", "Lindelaan 3 3512 PH Ede", 6.0),
)  # fmt: skip
KEYS = (
    SharedKey("e-mail", in_a=True, in_b=False, records=0),
    SharedKey("postcode and surname", in_a=True, in_b=True, records=73),
    SharedKey("birth date", in_a=True, in_b=True, records=0),
)
GAINS = (Gain("email", 19.0, is_known=False), Gain("given_name", 12.0, is_known=True))


def anna() -> PersonExplanation:
    """Why four records are Anna."""
    edges = links([edge for edge in EDGES if BERT not in edge.records], LINK)
    ties = find_ties(edges)
    return PersonExplanation(
        profile_id="p-anna",
        records=tuple({"record_id": record, "source": record.partition(":")[0]} for record in ANNA),
        edges=tuple(spanning_tree(ANNA, edges)),
        states=({"type": "phone", "value": "+31600000000", "state": "junk", "people": 9, "records": 40,
                 "rule": "blocked pattern"},),
        refusals=({"record_id_l": CRM, "record_id_r": BERT, "match_weight": 9.0, "reason": "different first names"},),
        ties=tuple(ties),
        weakest=weakest_place(ANNA, ties),
    )  # fmt: skip


def anna_and_her_card() -> PairExplanation:
    """Why the CRM's Anna and a loyalty card are one."""
    return explain_pair(CRM, TILL, PROFILE_OF, EDGES, REFUSALS, LINK)


def anna_and_bert() -> PairExplanation:
    """Two people whose union was refused."""
    found = explain_pair(CRM, BERT, PROFILE_OF, EDGES, REFUSALS, LINK)
    traits = Traits({"given_name": ["Anna"]}, {"given_name": ["Bert", "B."]})
    shared = common_value_obstacle("email", "thuis@people.test", "shared", 4, "more people than 3")
    return replace(found, obstacles=(*refusal_obstacles(found.refusals, traits), shared))


def anna_and_carla() -> PairExplanation:
    """Two people whom nothing brought together."""
    found = explain_pair(CRM, CARLA, PROFILE_OF, EDGES, REFUSALS, LINK)
    never = key_obstacle(KEYS, WEAK, LINK)
    assert never is not None
    return replace(found, obstacles=(weight_obstacle(WEAK, LINK, GAINS), never), asked=WEAK, keys=KEYS)


def anna_graph(edges: list[Edge] | None = None) -> Graph:
    """Anna's records, and Bert's that was refused."""
    around = {record: profile for record, profile in PROFILE_OF.items() if record != CARLA}
    return make_graph("Person p-anna", around, "p-anna", edges or EDGES, REFUSALS, LINK)
