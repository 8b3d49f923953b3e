"""``klantbeeld household`` as a person and as a machine read it, and what of it is masked."""

from __future__ import annotations

import pytest

from models.workspaces import Workspace
from tests.pipelines.commands.conftest import Klantbeeld
from tests.pipelines.households.test_updating import CERTAIN, HOME, ids, take
from tests.pipelines.resolve.test_partial import FIRST
from tests.support.built_lakes import publish_now
from tests.support.ingests import query_lake
from tests.support.workspaces import make_workspace


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Ada and Ben live together, Coen and Daan elsewhere; published, read it only."""
    workspace = make_workspace(tmp_path_factory.mktemp("household"), CERTAIN)
    take(workspace, [*FIRST, *HOME], "r1")
    publish_now(workspace)
    return workspace


def profile_id(workspace: Workspace, name: str) -> str:
    [(found,)] = query_lake(
        workspace, "select profile_id from lake.profiles.profiles where given_name = $name", {"name": name}
    )
    return str(found)


def test_a_household_tells_its_people_why_it_is_one_and_its_life(klantbeeld: Klantbeeld, published: Workspace) -> None:
    ada, ben = profile_id(published, "Ada"), profile_id(published, "Ben")
    home = ids(published)["Ada"]
    told = klantbeeld("household", "ada@people.test", "-w", published.root)
    assert (told.code, told.err) == (0, "")
    lines = [" ".join(line.split()) for line in told.out.splitlines()]
    assert f"household id {home}" in lines
    assert f"{ada} Ada Lommer 1965-**-**" in lines
    assert f"{ben} Ben Lommer 1966-**-**" in lines
    why = lines[lines.index("why they are one household") + 1]
    assert why.startswith("the same address and the surname lommer: ")
    assert {ada, ben} == set(why.partition(": ")[2].split(", "))
    assert any(line.endswith("began") for line in lines[lines.index("its life") :])


def test_birth_dates_are_masked_unless_they_are_to_be_revealed(klantbeeld: Klantbeeld, published: Workspace) -> None:
    masked = klantbeeld("household", "ada@people.test", "--json", "-w", published.root).data
    whole = klantbeeld("household", "ada@people.test", "--json", "--reveal", "-w", published.root).data
    assert [person["birth_date"] for person in masked["people"]] == ["1965-**-**", "1966-**-**"]
    assert [person["birth_date"] for person in whole["people"]] == ["1965-03-13", "1966-03-13"]


def test_it_is_found_by_its_id_and_by_anybody_in_it(klantbeeld: Klantbeeld, published: Workspace) -> None:
    home = ids(published)["Ada"]
    for what, how in (
        (home, "household id"),
        ("ben@people.test", "a person in it"),
        (profile_id(published, "Ben"), "a person in it"),
        ("webshop:user_id:u-Ada", "a person in it"),
    ):
        found = klantbeeld("household", what, "--json", "-w", published.root).data
        assert (found["household"]["household_id"], found["found_by"]) == (home, how)


def test_who_lives_with_nobody_has_none_and_that_is_said(klantbeeld: Klantbeeld, published: Workspace) -> None:
    refused = klantbeeld("household", "daan@people.test", "-w", published.root)
    assert refused.code == 2
    assert refused.refusal == (
        f"klantbeeld: Of profile {profile_id(published, 'Daan')} no household is known:"
        " nobody else is found to live there."
    )


def test_a_text_that_points_at_nothing_is_refused(klantbeeld: Klantbeeld, published: Workspace) -> None:
    refused = klantbeeld("household", "nobody@people.test", "-w", published.root)
    assert refused.code == 2
    assert refused.refusal.startswith("klantbeeld: No profile with that id or identifier is published.")


def test_a_profile_shows_addresses_phones_and_birth_dates_masked(klantbeeld: Klantbeeld, published: Workspace) -> None:
    told = klantbeeld("profile", "ada@people.test", "-w", published.root).out
    assert "a***@people.test" in told
    assert "1965-**-**" in told
    assert "Ada" in told
    assert "u-Ada" in told
    for whole in ("ada@people.test", "1965-03-13"):
        assert whole not in told
        assert whole in klantbeeld("profile", "ada@people.test", "--reveal", "-w", published.root).out
    assert "ada@people.test" not in klantbeeld("profile", "ada@people.test", "--json", "-w", published.root).out
