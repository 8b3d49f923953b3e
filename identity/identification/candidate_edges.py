"""Probabilistic edges of one record: candidates by blocking key, weighed as scoring.py weighs all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from identity.blocking import MAX_BLOCK_RECORDS
from identity.compiled_scorers import CompiledScorer, ScoredPair, prior_part
from identity.compiled_scorers.levels import Levels, Row
from identity.frequencies import known_of, people_shares
from identity.identification.asked_records import AskedRecord, Forms
from identity.identification.known_records import KnownRecords
from identity.key_indexes import KeyIndex
from identity.match_indexes import MatchIndex
from identity.match_models import MatchModel


def score_candidates(
    known: KnownRecords,
    asked: AskedRecord,
    forms: Forms,
    scorer: CompiledScorer,
    model: MatchModel,
    keep_match_weight: float,
) -> dict[int, tuple[str, ScoredPair]]:
    """Row of a known record -> blocking rule and score, of all candidates that weigh ``keep_match_weight`` or more.

    The record counts: prior and frequencies are those of all records and this one.
    """
    found = find_candidates(known, asked)
    if not found:
        return {}
    prior = prior_part(model.of_records(len(known) + 1).prior_match_weight)
    shares = _Shares(known.index, asked, forms, model.typical_frequencies)
    mine = scorer.row(asked.compared)
    # Rows are in the order of ids, in which the ends of a pair stand.
    after = known.first_row_from(str(asked.record["record_id"]))
    weighed: list[tuple[int, tuple[Row, Row], Levels]] = []
    for row, theirs in zip(found, known.compared_values(found, scorer.columns), strict=True):
        pair = (theirs, mine) if row < after else (mine, theirs)
        weighed.append((row, pair, scorer.levels(*pair)))
    shares.ask(value for _, pair, levels in weighed for value in scorer.counted(levels, *pair))
    kept = [one for one in weighed if scorer.score(one[2], *one[1], shares, prior) >= keep_match_weight]
    if not kept:
        return {}
    my_shown = forms.show(asked.record)
    scores = {}
    for (row, pair, levels), their_shown in zip(kept, known.shown_rows(row for row, _, _ in kept), strict=True):
        sides = (my_shown, their_shown) if pair[0] is mine else (their_shown, my_shown)
        scores[row] = (found[row], scorer.explain(levels, *pair, shares, prior, sides))
    return scores


def find_candidates(known: KnownRecords, asked: AskedRecord) -> dict[int, str]:
    """Row of every known record that shares a blocking key few have -> the first rule, without its number."""
    rules: dict[int, str] = {}
    for rule, key in asked.keys:
        rules[key] = min(rule, rules.get(key, rule))
    keys = np.array(sorted(rules), np.int64)
    # The record itself is one more in each of its blocks.
    few = keys[known.index.keys.counts(keys) < MAX_BLOCK_RECORDS]
    places, numbers, _ = known.index.keys.entries(few)
    found: dict[int, str] = {}
    for place, row in zip(places.tolist(), known.row_of_number[numbers].tolist(), strict=True):
        rule = rules[int(few[place])]
        if row >= 0:
            found[row] = min(rule, found.get(row, rule))
    return {row: rule[3:] for row, rule in sorted(found.items())}


class _Shares:
    """The shares of people who have a value, counted with the record that is asked about."""

    def __init__(
        self, index: MatchIndex, asked: AskedRecord, forms: Forms, typical_frequencies: Mapping[str, float]
    ) -> None:
        self._index, self._forms, self._typical = index, forms, typical_frequencies
        self._found: dict[tuple[str, str], float] = {}
        self._mine: dict[tuple[str, str], int] = {}
        totals = dict(index.totals)
        counted = self._count(term.value_key for term in asked.terms)
        told = _counts(index.witnesses, (term.witness_key for term in asked.terms if term.witness_key is not None))
        for term in asked.terms:
            before = counted[term.value_key]
            is_new = term.witness_key is not None and told[term.witness_key] == 0
            people = max(before.witnessed + is_new, 1)
            known_people, values = totals.get(term.name, (0, 0))
            totals[term.name] = (known_people + people - before.people, values + (before.people == 0))
            self._mine[term.name, term.value] = people
        self._known = known_of({name: total for name, total in totals.items() if total[1]})

    def ask(self, values: Iterable[tuple[str, str]]) -> None:
        """Find the shares of values of columns, all at once; before they are called for."""
        asked = sorted(set(values))
        others = [value for value in asked if value not in self._mine]
        keys = dict(zip(others, self._forms.value_keys(others), strict=True))
        counted = self._count(keys.values())
        for column, value in asked:
            mine = self._mine.get((column, value))
            people = counted[keys[column, value]].people if mine is None else mine
            shares = people_shares(np.array([people], np.int64), self._known, column, self._typical[column])
            self._found[column, value] = float(shares[0])

    def __call__(self, column: str, value: str) -> float:
        return self._found[column, value]

    def _count(self, value_keys: Iterable[int]) -> dict[int, _Counted]:
        keys = list(value_keys)
        witnessed, held = _counts(self._index.people, keys), _counts(self._index.holders, keys)
        return {key: _Counted(witnessed[key], max(witnessed[key], 1) if held[key] else 0) for key in keys}


class _Counted(NamedTuple):
    """People behind a value: different witnesses, and with whom there is at least one of where anybody has it."""

    witnessed: int
    people: int


def _counts(index: KeyIndex, keys: Iterable[int]) -> dict[int, int]:
    """How many live entries each key has."""
    ordered = np.unique(np.array(list(keys), np.int64))
    return dict(zip(ordered.tolist(), index.counts(ordered).tolist(), strict=True))
