"""A random sample of pairs to label: every pair may come, those that tell most about the threshold more often.

Each pair has a number of its own between 0 and 1, made of its record ids. A pair is asked in the order of that number
divided by how telling the pair is, so that the pairs asked at any time are a sample in which a pair's probability is
known: ``min(1, telling * reach)``, where ``reach`` is how far the answers go without a gap. No draw has to be kept, and
a label counts from whichever command it came.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from identity.judgements import Judgement
from models.lakes import Lake
from pipelines.reviews.curves import Curve
from pipelines.reviews.known_answers import KnownAnswers, pair_key
from pipelines.reviews.questions import Question
from pipelines.reviews.queues import FOLDER

ABOVE_LINK = 10.0
"""Pairs that weigh more than the threshold by so much are certain, and no sample would find out otherwise."""

LEAST_TELLING = 0.1
"""The match model may be wrong about what is certain, so that far pairs come too."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Label:
    """An answered pair of the sample: its weight, the answer, and with which probability it came into the sample."""

    match_weight: float
    is_same: bool
    probability: float


@dataclass(frozen=True)
class Sample:
    """All pairs that the threshold decides on (``match_weights``), the labels, and what to ask next, in order.

    ``skipped`` counts pairs within reach on which nobody could decide; they count as missing by chance.
    """

    match_weights: Numbers
    labels: tuple[Label, ...]
    skipped: int
    following: tuple[Question, ...]


def read_sample(
    lake: Lake,
    judgements: Collection[Judgement],
    skipped: Collection[str],
    link_match_weight: float,
    limit: int = 0,
) -> Sample:
    """The sample as it stands; at most ``limit`` questions follow.

    The population are the scored pairs of the published people that no shared identifier joins anyway and that no
    objection kept apart, up to ``ABOVE_LINK`` over the threshold.
    """
    sql = (FOLDER / "sample.sql").read_text(encoding="utf-8")
    pairs = lake.sql(sql, {"most": link_match_weight + ABOVE_LINK, "telling": LEAST_TELLING})
    match_weights: Numbers = pairs["match_weight"].to_numpy()
    answers = KnownAnswers(judgements)
    labels: list[tuple[float, bool, float]] = []
    following: list[Question] = []
    left_aside, reach = 0, float("inf")
    for batch in pairs.to_batches(max_chunksize=1_000):
        for row in batch.to_pylist():
            answer = answers.of(row["record_id_l"], row["record_id_r"])
            if answer is not None:
                # Behind the first gap pairs were answered for other reasons than the draw.
                labels += [(row["match_weight"], answer == "same", row["telling"])] if reach == float("inf") else []
            elif pair_key(row["record_id_l"], row["record_id_r"]) in skipped:
                left_aside += reach == float("inf")
            else:
                reach = min(reach, row["place"])
                following += [_question(row)] if len(following) < limit else []
        if reach < float("inf") and len(following) >= limit:
            break
    found = tuple(Label(weight, same, min(1.0, telling * reach)) for weight, same, telling in labels)
    return Sample(match_weights, found, left_aside, tuple(following))


def _question(row: dict[str, object]) -> Question:
    weight = float(str(row["match_weight"]))
    is_one = row["profile_id_l"] == row["profile_id_r"]
    chance = Curve().chance(weight)
    return Question(
        kind="sample",
        record_id_a=str(row["record_id_l"]),
        record_id_b=str(row["record_id_r"]),
        profile_id_a=str(row["profile_id_l"]),
        profile_id_b=str(row["profile_id_r"]),
        match_weight=weight,
        moved=int(str(row["moved"])),
        doubt=1 - chance if is_one else chance,
        because="drawn by chance",
    )
