"""The random sample of pairs to label, and what is made of its labels."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable

import pytest

from identity.judgements import Judgement
from models.lakes import published_lake
from models.workspaces import Workspace
from pipelines.reviews.calibrations import calibrate
from pipelines.reviews.curves import Curve
from pipelines.reviews.known_answers import KnownAnswers, pair_key
from pipelines.reviews.questions import Question
from pipelines.reviews.samples import Sample, read_sample
from tests.pipelines.reviews.lakes import publish_people

PAIRS = 400
LETTERS = [chr(0x4E00 + at) for at in range(2 * PAIRS)]
TRUTH = Curve(-2.0, 1.0)
THRESHOLD = 1.0


def weight_of(place: int) -> float:
    return -1 + 11 * (place % 100) / 100


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """400 scored pairs, of weights from -1 to 10; one more is joined by an identifier, and one was refused."""
    people = {f"P{letter}": letter for letter in [*LETTERS, *"wxyz"]}
    edges = [(LETTERS[2 * at], LETTERS[2 * at + 1], "probabilistic", weight_of(at)) for at in range(PAIRS)]
    edges += [("w", "x", "probabilistic", 2.0), ("w", "x", "deterministic", 9.0), ("y", "z", "probabilistic", 2.0)]
    return publish_people(tmp_path_factory.mktemp("sample"), people, edges, [("y", "z", 2.0)])


def sample(
    workspace: Workspace, judgements: Iterable[Judgement] = (), skipped: Iterable[str] = (), limit: int = 0
) -> Sample:
    with published_lake(workspace) as lake:
        return read_sample(lake, list(judgements), set(skipped), THRESHOLD, limit)


def answer(question: Question, draw: random.Random) -> Judgement:
    verdict = "same" if draw.random() < TRUTH.chance(question.match_weight) else "different"
    return Judgement(question.record_id_a, question.record_id_b, verdict, "kim", "t", "x")  # type: ignore[arg-type]


def test_only_pairs_that_the_threshold_decides_on_are_drawn(workspace: Workspace) -> None:
    everything = sample(workspace, limit=1_000)
    assert (len(everything.match_weights), len(everything.following)) == (PAIRS, PAIRS)
    assert everything.labels == ()


def test_pairs_near_even_odds_come_first_and_far_ones_come_too(workspace: Workspace) -> None:
    first = [abs(question.match_weight) for question in sample(workspace, limit=60).following]
    assert sum(weight < 3 for weight in first) > 30
    assert sum(weight > 6 for weight in first) >= 3


def test_asking_goes_on_where_it_stopped_and_an_answer_of_another_command_leaves_no_bias(
    workspace: Workspace,
) -> None:
    order = sample(workspace, limit=PAIRS).following
    judged = [answer(question, random.Random(1)) for question in order[:30]]
    later = answer(order[200], random.Random(1))
    found = sample(workspace, [*judged, later], limit=10)
    assert found.following == order[30:40]
    # The 201st was not drawn yet: it counts once the draw has come so far.
    assert len(found.labels) == 30
    assert len(sample(workspace, [*(answer(one, random.Random(1)) for one in order[:200]), later]).labels) == 201


def test_a_skipped_pair_is_passed_over_and_counted(workspace: Workspace) -> None:
    order = sample(workspace, limit=3).following
    key = pair_key(order[0].record_id_a, order[0].record_id_b)
    found = sample(workspace, [answer(order[1], random.Random(1))], [key], limit=1)
    assert (found.skipped, len(found.labels), found.following[0]) == (1, 1, order[2])


def test_probabilities_weigh_the_labels_back_to_all_pairs(workspace: Workspace) -> None:
    order = sample(workspace, limit=120).following
    found = sample(workspace, [answer(question, random.Random(2)) for question in order])
    assert sum(1 / label.probability for label in found.labels) == pytest.approx(PAIRS, rel=0.15)
    assert max(label.probability for label in found.labels) <= 1.0


def test_answers_move_the_threshold_to_where_it_belongs(workspace: Workspace) -> None:
    order = sample(workspace, limit=200).following
    before = calibrate(sample(workspace), THRESHOLD)
    assert (before.labels, before.labels_to_halve, before.sampled_precision) == (0, None, None)
    joined = [weight_of(at) for at in range(PAIRS) if weight_of(at) >= THRESHOLD]
    precision = sum(TRUTH.chance(weight) for weight in joined) / len(joined)
    held = Counter[str]()
    for seed in range(20):
        draw = random.Random(seed)
        after = calibrate(sample(workspace, [answer(question, draw) for question in order]), THRESHOLD)
        assert after.proposed.high - after.proposed.low < before.proposed.high - before.proposed.low
        assert after.sampled_precision == pytest.approx(precision, abs=0.12)
        # The odds are 2 ** (weight - 2), so that two to one is reached at 3.
        held["threshold"] += after.proposed.low <= 3.0 <= after.proposed.high
        held["precision"] += after.precision_now.low <= precision <= after.precision_now.high
    # Of 20 intervals of 95 % one or two miss.
    assert min(held.values()) >= 17


def test_answers_follow_from_others_through_records_they_share() -> None:
    known = KnownAnswers()
    assert known.of("a", "c") is None
    for a, b, verdict in (("a", "b", "same"), ("b", "c", "same"), ("c", "d", "different")):
        known.add(a, b, verdict)  # type: ignore[arg-type]
    assert (known.of("c", "a"), known.of("a", "d"), known.of("a", "e")) == ("same", "different", None)
