"""explain and why-not as they are printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from models.workspaces import Workspace
from pipelines.commands.evidence_prints import print_keys
from pipelines.commands.explain import print_pair, print_person
from tests.pipelines.commands.conftest import Klantbeeld
from tests.pipelines.resolve.test_resolution import ANNA_BROWSER, ANNA_MAIL, ANNA_SHOP, BERT, resolved
from tests.support.built_lakes import publish_now
from tests.support.explained import KEYS, anna, anna_and_bert, anna_and_carla, anna_and_her_card
from tests.support.goldens import assert_golden


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Anna, known by three records, and Bert, published; read it only."""
    workspace = resolved(tmp_path_factory.mktemp("explained"))
    publish_now(workspace)
    return workspace


@pytest.mark.parametrize(
    ("name", "show"),
    [
        ("explain_person", lambda: print_person(anna())),
        ("explain_one_person", lambda: print_pair(anna_and_her_card())),
        ("explain_refused", lambda: print_pair(anna_and_bert())),
        ("why_not_compared", lambda: (print_pair(anna_and_carla()), print_keys(KEYS))),
    ],
)
def test_explanations_are_printed_as_they_were_approved(
    name: str, show: Callable[[], object], capsys: pytest.CaptureFixture[str]
) -> None:
    show()
    assert_golden(f"{name}.txt", capsys.readouterr().out)


def test_explain_tells_the_way_between_two_records_and_what_would_part_them(
    klantbeeld: Klantbeeld, published: Workspace
) -> None:
    told = klantbeeld("explain", ANNA_BROWSER, ANNA_MAIL, "-w", published.root)
    assert (told.code, told.err) == (0, "")
    assert "2 edges lead from one to the other" in told.out
    found = klantbeeld("explain", ANNA_BROWSER, ANNA_MAIL, "--json", "--reveal", "-w", published.root).data
    assert [tie["words"] for tie in found["cut"]["ties"]] == ["the browser a1 in 2 records"]
    assert (found["cut"]["one"], found["cut"]["other"]) == ([ANNA_BROWSER], [ANNA_MAIL, ANNA_SHOP])


def test_explain_tells_where_a_person_would_come_apart(klantbeeld: Klantbeeld, published: Workspace) -> None:
    found = klantbeeld("explain", "anna@people.test", "--json", "--reveal", "-w", published.root).data
    words = {tie["words"] for tie in found["ties"]}
    assert {"the browser a1 in 2 records", "the e-mail address anna@people.test in 2 records"} <= words
    assert [tie["words"] for tie in found["weakest"]["ties"]] == ["the browser a1 in 2 records"]


def test_why_not_compares_two_records_that_nothing_brought_together(
    klantbeeld: Klantbeeld, published: Workspace
) -> None:
    told = klantbeeld("why-not", ANNA_SHOP, BERT, "-w", published.root)
    assert (told.code, told.err) == (0, "")
    assert "A and B were never compared; compared now" in told.out
    assert "first name different: Anna / Bert" in told.out
    found = klantbeeld("why-not", ANNA_SHOP, BERT, "--json", "-w", published.root).data
    assert [obstacle["kind"] for obstacle in found["obstacles"]] == ["too little weight", "never compared"]
    assert sum(part["match_weight"] for part in found["asked"]["evidence"]) == pytest.approx(
        found["asked"]["match_weight"], abs=1e-9
    )
    assert {key["records"] for key in found["keys"]} == {0}


def test_why_not_of_one_person_says_that_they_are_one(klantbeeld: Klantbeeld, published: Workspace) -> None:
    assert "verdict   one person" in klantbeeld("why-not", ANNA_SHOP, ANNA_MAIL, "-w", published.root).out


def test_pictures_are_written_beside_what_is_printed(
    klantbeeld: Klantbeeld, published: Workspace, tmp_path: Path
) -> None:
    files = ("--html", tmp_path / "anna.html", "--svg", tmp_path / "anna.svg")
    told = klantbeeld("explain", "anna@people.test", *files, "-w", published.root)
    assert told.err == f"Picture: {tmp_path}/anna.html\nPicture: {tmp_path}/anna.svg\n"
    assert told.out == klantbeeld("explain", "anna@people.test", "-w", published.root).out
    assert ANNA_BROWSER in (tmp_path / "anna.svg").read_text(encoding="utf-8")
    klantbeeld("why-not", ANNA_SHOP, BERT, "--html", tmp_path / "two.html", "-w", published.root)
    assert "first name different: Anna / Bert" in (tmp_path / "two.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "question", [("explain", "anna@people.test"), ("explain", ANNA_BROWSER, ANNA_MAIL), ("why-not", ANNA_SHOP, BERT)]
)
def test_addresses_are_masked_in_text_json_and_pictures_unless_they_are_to_be_revealed(
    klantbeeld: Klantbeeld, published: Workspace, tmp_path: Path, question: tuple[str, ...]
) -> None:
    files = ("--html", tmp_path / "a.html", "--svg", tmp_path / "a.svg")
    told = klantbeeld(*question, *files, "-w", published.root).out
    told += klantbeeld(*question, "--json", "-w", published.root).out
    told += "".join((tmp_path / name).read_text(encoding="utf-8") for name in ("a.html", "a.svg"))
    assert "a***@people.test" in told
    assert "anna@people.test" not in told
    assert "bert@people.test" not in told
    klantbeeld(*question, *files, "--reveal", "-w", published.root)
    for name in ("a.html", "a.svg"):
        whole = (tmp_path / name).read_text(encoding="utf-8")
        assert "a***@" not in whole
    assert "anna@people.test" in klantbeeld(*question, "--reveal", "-w", published.root).out
    assert "anna@people.test" in klantbeeld(*question, "--reveal", "--json", "-w", published.root).out


def test_a_picture_that_cannot_be_written_is_refused(
    klantbeeld: Klantbeeld, published: Workspace, tmp_path: Path
) -> None:
    refused = klantbeeld("explain", ANNA_SHOP, "--svg", tmp_path / "no" / "a.svg", "-w", published.root)
    assert refused.code == 2
    assert refused.refusal.startswith(f"klantbeeld: Cannot write {tmp_path}/no/a.svg: No such file or directory.")


@pytest.mark.parametrize(
    "question", [("explain",), ("explain", ANNA_SHOP), ("judge", "split", ANNA_SHOP, "--why", "x"), ("profile",)]
)
def test_a_masked_record_id_is_refused_with_what_to_do(
    klantbeeld: Klantbeeld, published: Workspace, question: tuple[str, ...]
) -> None:
    refused = klantbeeld(*question, "mailer:email:a***@people.test", "-w", published.root)
    assert refused.code == 2
    assert refused.refusal == (
        "klantbeeld: 'mailer:email:a***@people.test' is masked, so that nothing is found by it."
        " Take it from an answer with --reveal."
    )


def test_nobody_is_explained_by_a_text_that_points_at_nothing(klantbeeld: Klantbeeld, published: Workspace) -> None:
    refused = klantbeeld("why-not", ANNA_SHOP, "crm:crm_id:K-9", "-w", published.root)
    assert refused.code == 2
    assert refused.refusal.startswith("klantbeeld: Nothing is known under")
