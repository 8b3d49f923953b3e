"""What judgements already say of pairs, directly or through others."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Sequence

from identity.disjoint_sets import DisjointSets
from identity.judgements import Judgement, Verdict
from models.workspaces import Workspace

Pair = tuple[str, str]


class KnownAnswers:
    """What follows for pairs from judgements: A is B and B is C makes A C; A is B and B is not C parts A and C."""

    def __init__(self, judgements: Iterable[Judgement] = ()) -> None:
        self._same = DisjointSets()
        self._different: list[Pair] = []
        self._apart: set[frozenset[str]] | None = None
        for judgement in judgements:
            self.add(judgement.record_id_a, judgement.record_id_b, judgement.judgement)

    def add(self, a: str, b: str, verdict: Verdict) -> None:
        """One more judgement."""
        if verdict == "same":
            self._same.unite(a, b)
        else:
            self._different.append((a, b))
        self._apart = None

    def of(self, a: str, b: str) -> Verdict | None:
        """What follows for two records; None: they are still to be judged."""
        one, other = self._same.find(a), self._same.find(b)
        if one == other:
            return "same"
        if self._apart is None:
            self._apart = {frozenset((self._same.find(x), self._same.find(y))) for x, y in self._different}
        return "different" if frozenset((one, other)) in self._apart else None


def pair_key(a: str, b: str) -> str:
    """A name of a pair that does not say whose it is: record ids may hold e-mail addresses."""
    return hashlib.sha256("\x1f".join(sorted((a, b))).encode()).hexdigest()


def read_skipped(workspace: Workspace) -> set[str]:
    """Keys of the pairs that somebody could not decide on."""
    path = workspace.skipped_pairs
    if not path.exists():
        return set()
    with path.open(encoding="utf-8", newline="") as file:
        return {row[0] for row in csv.reader(file) if row}


def add_skipped(workspace: Workspace, pair: Sequence[str]) -> None:
    """Remember that nobody could decide on this pair."""
    path = workspace.skipped_pairs
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(pair_key(*pair) + "\n")
