"""What is asked, and in which order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from identity.judgements import Judgement
from models.lakes import published_lake
from models.workspaces import Workspace
from pipelines.reviews.curves import Curve
from pipelines.reviews.questions import RANKED, Question
from pipelines.reviews.queues import FOLDER, read_queue
from tests.pipelines.reviews.lakes import publish_people, record_id


def queue(workspace: Workspace, *judged: tuple[str, str, str], kinds: tuple[str, ...] = RANKED) -> list[Question]:
    judgements = [Judgement(record_id(a), record_id(b), verdict, "kim", "t", "x")  # type: ignore[arg-type]
                  for a, b, verdict in judged]  # fmt: skip
    with published_lake(workspace) as lake:
        return read_queue(lake, judgements, Curve(), 1.0, kinds)


def shown(questions: list[Question]) -> list[tuple[str, str, int]]:
    return [(one.kind, one.record_id_a[-1] + one.record_id_b[-1], one.moved) for one in questions]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """P1 and P2 are nearly one, P3 is refused to P1, P4 hangs on a thread, P5 was born twice."""
    return publish_people(
        tmp_path,
        {"P1": "abc", "P2": "de", "P3": "f", "P4": "ghij", "P5": "klm"},
        [
            *(("a", "b", "deterministic", 9.0), ("b", "c", "deterministic", 9.0), ("d", "e", "deterministic", 9.0)),
            *(("a", "d", "probabilistic", 0.5), ("b", "e", "probabilistic", 0.9), ("c", "f", "probabilistic", 8.0)),
            *(("g", "h", "deterministic", 9.0), ("i", "j", "deterministic", 9.0), ("h", "i", "probabilistic", 3.0)),
            *(("k", "l", "deterministic", 9.0), ("l", "m", "deterministic", 8.0), ("k", "m", "deterministic", 7.5)),
        ],
        [("c", "f", 8.0)],
        {"k": "1980-01-01", "m": "1990-01-01"},
    )


def test_every_doubt_is_one_question_with_what_its_answer_would_move(workspace: Workspace) -> None:
    found = queue(workspace)
    assert shown(found) == [("grey", "be", 2), ("bridge", "hi", 2), ("alarm", "lm", 1), ("refused", "cf", 1)]
    because = {one.kind: one.because for one in found}
    assert because == {
        "grey": "two people now",
        "alarm": "3 records, 100% of their pairs tied, 1 conflicting identifiers",
        "bridge": "nothing else holds them together",
        "refused": "refused: different first names",
    }
    assert found[2].alarm == 3.0
    assert [one.gain for one in found] == sorted((one.gain for one in found), reverse=True)


def test_only_the_wanted_kinds_are_asked(workspace: Workspace) -> None:
    assert shown(queue(workspace, kinds=("bridge",))) == [("bridge", "hi", 2)]


def test_what_is_judged_is_not_asked_again_nor_anything_else_that_it_settles(workspace: Workspace) -> None:
    # Another pair of the same two people was judged: they will be one, or stay two.
    for verdict in ("same", "different"):
        assert "grey" not in {one.kind for one in queue(workspace, ("a", "d", verdict))}
    assert "bridge" not in {one.kind for one in queue(workspace, ("h", "i", "same"))}
    # g and j are different: the person will come apart, so that where is not asked before.
    assert "bridge" not in {one.kind for one in queue(workspace, ("g", "j", "different"))}
    # l is k and k is m, so l is m.
    assert "alarm" not in {one.kind for one in queue(workspace, ("k", "l", "same"), ("k", "m", "same"))}
    assert len(queue(workspace, ("nobody", "here", "same"))) == 4


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("between", {"judged_reason": "x", "least": -3.0, "most": 5.0}),
        ("inside", {"link_match_weight": 1.0, "doubt_match_weight": 6.0}),
        ("sample", {"most": 11.0, "telling": 0.1}),
    ],
)
def test_no_query_compares_everybody_with_everybody(
    tmp_path: Path, name: str, parameters: dict[str, float | str]
) -> None:
    names = [chr(0x4E00 + at) for at in range(3_000)]
    edges = [(one, other, "probabilistic", 0.5) for one, other in zip(names, names[1:], strict=False)]
    workspace = publish_people(tmp_path, {one: one for one in names}, edges)
    with published_lake(workspace) as lake:
        plan = str(lake.rows("explain " + (FOLDER / f"{name}.sql").read_text(encoding="utf-8"), parameters))
    assert "HASH_JOIN" in plan
    assert not {"CROSS_PRODUCT", "NESTED_LOOP_JOIN", "BLOCKWISE_NL_JOIN", "PIECEWISE_MERGE_JOIN", "IE_JOIN"} & set(
        re.findall(r"[A-Z_]+", plan)
    )


def test_strong_people_that_agree_with_themselves_are_not_asked_about(tmp_path: Path) -> None:
    workspace = publish_people(tmp_path, {"P1": "ab", "P2": "c"}, [("a", "b", "deterministic", 9.0)])
    assert queue(workspace) == []
