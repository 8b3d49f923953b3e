"""A pair compared on demand weighs what a run gives it, and its keys are those that blocking would use."""

from __future__ import annotations

from pathlib import Path

import pytest

from identity.evidence import read_edges
from models.lakes import open_lake
from models.workspaces import Workspace
from pipelines.comparisons import Comparisons
from pipelines.explanations import explain_two
from tests.pipelines.resolve.test_resolution import identify
from tests.support.ingests import append_events, ingest_all, resolve_all
from tests.support.workspaces import make_workspace

pytestmark = pytest.mark.xdist_group("comparisons")

ADDRESS = {"street": "Lindelaan", "house_number": "1", "postcode": "3512 PH", "city": "Utrecht", "country": "NL"}


def contact(number: int, **fields: object) -> dict[str, object]:
    return identify(
        f"m{number}", type="crm.contact", source="crm", anonymous_id=None,
        external_ids={"crm_id": f"K{number}", **fields.pop("ids", {})}, traits=fields,  # type: ignore[dict-item]
    )  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Anna three times, with two cards; Bert at her e-mail address; sixty of her surname at her postcode."""
    root: Path = tmp_path_factory.mktemp("compared")
    made = make_workspace(root)
    named = {"family_name": "de Wit", "address": ADDRESS}
    events = [
        contact(
            1, given_name="Anna", birth_date="1980-04-05", email="anna@people.test", **named, ids={"loyalty_id": "1"}
        ),
        contact(2, given_name="Ana", birth_date="1980-04-05", email="anna@people.test", family_name="de Wit"),
        contact(3, given_name="Anna", birth_date="1980-04-05", **named, ids={"loyalty_id": "2"}),
        contact(4, given_name="Bert", email="anna@people.test", family_name="Blok"),
        *(contact(100 + at, given_name=f"{chr(97 + at % 26) * 2}{chr(97 + at // 26)}x", **named) for at in range(60)),
    ]
    append_events(made, events)
    ingest_all(made)
    resolve_all(made)
    return made


def test_the_weight_on_demand_is_the_weight_of_the_run(workspace: Workspace) -> None:
    with open_lake(workspace, read_only=True) as lake:
        stored = read_edges(
            lake.sql("select * exclude (model_version) from lake.identity.edges where kind = 'probabilistic'")
        )
        again = Comparisons(lake).score([edge.records for edge in stored])
    assert len(stored) >= 2
    assert {edge.records: edge.match_weight for edge in again} == pytest.approx(
        {edge.records: edge.match_weight for edge in stored}, abs=1e-9
    )
    assert {(edge.records, edge.evidence) for edge in again} == {(edge.records, edge.evidence) for edge in stored}


def test_a_key_that_too_many_share_is_told_with_their_number(workspace: Workspace) -> None:
    with open_lake(workspace, read_only=True) as lake:
        keys = {key.rule: key for key in Comparisons(lake).keys("crm:crm_id:K101", "crm:crm_id:K103")}
    assert keys["postcode and surname"].records == 62
    assert not keys["postcode and surname"].finds_pairs
    assert "e-mail" not in keys


def test_two_cards_are_told_with_their_numbers_and_what_is_needed(workspace: Workspace) -> None:
    with open_lake(workspace, read_only=True) as lake:
        found = explain_two(lake, "crm:crm_id:K1", "crm:crm_id:K3")
    [refused] = [obstacle for obstacle in found.obstacles if obstacle.kind == "refused union"]
    assert refused.words.startswith("joining them was refused: loyalty_id: more than 1 for one person (1 / 2)")
    assert refused.needed.startswith("one loyalty card less, or a higher max_per_person of loyalty_id")


def test_a_pair_behind_keys_of_too_many_is_told_so(workspace: Workspace) -> None:
    with open_lake(workspace, read_only=True) as lake:
        found = explain_two(lake, "crm:crm_id:K101", "crm:crm_id:K103")
    assert [obstacle.kind for obstacle in found.obstacles] == ["too little weight", "never compared"]
    assert "postcode and surname with 60 other records" in found.obstacles[1].words
    assert found.asked is not None
