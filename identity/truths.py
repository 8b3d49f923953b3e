"""What a condition of a match model may say of many pairs of records, from numbers of each record alone.

Splink asks how much two texts are alike of every pair. Most answers are settled by less: two names of which nine
letters differ are no typing error. So here a condition is three arrays: where it may be true, where it may be false and
where it may be null. What is said is never wrong, only vague at times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from identity.conditions import (
    COMPARISONS,
    counts_common,
    dear_call,
    is_call,
    is_truth_value,
    key_of,
    sides_of,
    term_of,
    text_of,
)
from identity.letter_sets import MISSING, LetterSets, least_edits, most_alike
from identity.record_numbers import NO_CODE, NULL_FLAG, RecordNumbers, Values

T = TypeVar("T")
Flags = npt.NDArray[np.bool_]
Measure = Callable[[LetterSets, LetterSets], npt.NDArray[Any]]


class Truth(NamedTuple):
    """Where a condition may be true, may be false and may be null."""

    true: Flags
    false: Flags
    null: Flags


class Pairs:
    """Some pairs of records, and what is found out about them.

    Args:
        numbers: of all records.
        rows: at which row of ``numbers`` the records ``l`` and ``r`` of each pair stand.
    """

    def __init__(self, numbers: RecordNumbers, rows: Mapping[str, npt.NDArray[np.int64]]) -> None:
        self.numbers, self.rows = numbers, rows
        self._found: dict[Any, Any] = {}

    def settles(self, leaf: exp.Expr) -> bool:
        """Whether what is said of a part of a condition is all that there is to say."""
        if len(sides_of(leaf)) == 1:
            return self._flags(term_of(leaf), *sides_of(leaf)) is not None
        return dear_call(leaf) is None and self._compared(leaf) is not None

    def learn(self, leaf: exp.Expr, answers: pa.ChunkedArray) -> None:
        """Takes what is known of a part of a condition in place of what its numbers say."""
        flags = pc.fill_null(answers.cast(pa.int8()), NULL_FLAG).to_numpy()
        self._found[key_of(leaf)] = _of_flags(flags)

    def __len__(self) -> int:
        return len(self.rows["l"])

    def truth(self, tree: exp.Expr) -> Truth:
        """What the condition may say of each pair. Each part of it is looked at once, however often it occurs."""
        return self._once(key_of(tree), lambda: self._truth(tree))

    def values(self, term: str, side: str) -> Values | None:
        """Numbers of one record of each pair."""

        def found() -> Values | None:
            values = self.numbers.numbers(term)
            return None if values is None else values.take(self.rows[side])

        return self._once(("numbers", term, side), found)

    def _truth(self, tree: exp.Expr) -> Truth:
        if isinstance(tree, exp.Paren):
            return self.truth(tree.this)
        sides = sides_of(tree)
        if len(sides) == 1:
            return self._flags(term_of(tree), *sides) or self._unknown()
        if isinstance(tree, exp.And):
            one, other = self.truth(tree.this), self.truth(tree.expression)
            null = one.null & (other.null | other.true) | one.true & other.null
            return Truth(one.true & other.true, one.false | other.false, null)
        if isinstance(tree, exp.Or):
            one, other = self.truth(tree.this), self.truth(tree.expression)
            null = one.null & (other.null | other.false) | one.false & other.null
            return Truth(one.true | other.true, one.false & other.false, null)
        if isinstance(tree, exp.Not):
            true, false, null = self.truth(tree.this)
            return Truth(false, true, null)
        if isinstance(tree, exp.Coalesce) and is_truth_value(tree.expressions):
            true, false, null = self.truth(tree.this)
            none = np.zeros(len(self), np.bool_)
            return Truth(true | null, false, none) if tree.expressions[0].this else Truth(true, false | null, none)
        return self._compared(tree) or self._unknown()

    def _compared(self, tree: exp.Expr) -> Truth | None:
        """What is said of a comparison of both records."""
        call = dear_call(tree)
        if call is not None:
            return self._bounded(tree, call)
        if not isinstance(tree, exp.Binary):
            return None
        if isinstance(tree, exp.EQ | exp.NEQ | exp.NullSafeEQ | exp.NullSafeNEQ):
            found = self._equal(tree)
            if found is not None:
                return found
        compare = COMPARISONS.get(type(tree))
        one, other = self._number(tree.this), self._number(tree.expression)
        if compare is None or one is None or other is None:
            return None
        null, holds = one.null | other.null, compare(one.values, other.values)
        return Truth(holds & ~null, ~holds & ~null, null)

    def _bounded(self, tree: exp.Expr, call: exp.Expr) -> Truth | None:
        """What is said of a dear function by what bounds it."""
        if isinstance(tree, exp.ArrayContains):
            return self._in_common(tree.this, tree.expression)
        limit = float(tree.expression.name)
        if isinstance(tree, exp.GTE | exp.GT) and isinstance(call, exp.JarowinklerSimilarity):
            return self._measured(most_alike, (call.this, call.expression), lambda most: most >= limit)
        if isinstance(tree, exp.GTE | exp.GT) and counts_common(call) and limit >= isinstance(tree, exp.GTE):
            return self._in_common(*call.this.expressions)
        if isinstance(tree, exp.LTE | exp.LT | exp.EQ) and is_call(call, "damerau_levenshtein"):
            return self._measured(least_edits, call.expressions, lambda least: least <= limit)
        return None

    def _flags(self, term: str, side: str) -> Truth | None:
        found = self.numbers.flags(term)
        if found is None:
            return None
        return _of_flags(found.take(self.rows[side]))

    def _equal(self, tree: exp.Binary) -> Truth | None:
        """What is said of two values that are equal or not."""
        terms = _terms(tree.this, tree.expression)
        codes = self.numbers.codes(*(term for term, _ in terms)) if terms else None
        if codes is None:
            return None
        left, right = (code.take(self.rows[side]) for code, (_, side) in zip(codes, terms, strict=True))
        same = left == right
        if isinstance(tree, exp.NullSafeEQ | exp.NullSafeNEQ):
            null = np.zeros(len(self), np.bool_)
            found = Truth(same, ~same, null)
        else:
            null = np.minimum(left, right) == NO_CODE
            found = Truth(same & ~null, ~same & ~null, null)
        return found if isinstance(tree, exp.EQ | exp.NullSafeEQ) else Truth(found.false, found.true, found.null)

    def _number(self, tree: exp.Expr) -> Values | None:
        """The numbers that an expression is of each pair."""
        if isinstance(tree, exp.Literal) and not tree.is_string:
            return Values(np.full(len(self), float(tree.name)), np.zeros(len(self), np.bool_))
        sides = sides_of(tree)
        if len(sides) == 1:
            return self.values(term_of(tree), *sides)
        if isinstance(tree, exp.Abs):
            found = self._number(tree.this)
            return None if found is None else Values(np.abs(found.values), found.null)
        if isinstance(tree, exp.Sub):
            one, other = self._number(tree.this), self._number(tree.expression)
            if one is not None and other is not None:
                return Values(one.values - other.values, one.null | other.null)
        return None

    def _measured(self, measure: Measure, sides: Sequence[exp.Expr], may_hold: Callable[[Any], Flags]) -> Truth | None:
        """What a limit to a measure of two texts may say, from a bound to the measure."""
        found = [self._letters(*term) for term in _terms(*sides)]
        letters = [each for each in found if each is not None]
        if len(letters) != 2:
            return None
        one, other = letters
        bound = self._once((measure, *map(text_of, sides)), lambda: measure(one, other))
        null = np.minimum(one.letters, other.letters) == MISSING
        return Truth(may_hold(bound) & ~null, ~null, null)

    def _letters(self, term: str, side: str) -> LetterSets | None:
        def found() -> LetterSets | None:
            letters = self.numbers.letters(term)
            return None if letters is None else letters.take(self.rows[side])

        return self._once(("letters", term, side), found)

    def _in_common(self, *sides: exp.Expr) -> Truth | None:
        """What may be said of two lists, or a list and a text, that have an element in common."""
        found = [(self.numbers.masks(term), side) for term, side in _terms(*sides)]
        masks = [masks.take(self.rows[side]) for masks, side in found if masks is not None]
        if len(masks) != 2:
            return None
        one, other = masks
        null = one.null | other.null
        # Of a list and null DuckDB says at times that they have nothing in common, and at times null.
        return Truth(((one.values & other.values) != 0) & ~null, np.ones(len(self), np.bool_), null)

    def _unknown(self) -> Truth:
        every = np.ones(len(self), np.bool_)
        return Truth(every, every, every)

    def _once(self, key: Any, find: Callable[[], T]) -> T:
        if key not in self._found:
            self._found[key] = find()
        found: T = self._found[key]
        return found


def _terms(*trees: exp.Expr) -> list[tuple[str, str]]:
    """(expression over one record, ``l`` or ``r``) of each of two; none unless each asks one record."""
    sides = [sides_of(tree) for tree in trees]
    if [len(side) for side in sides] != [1, 1]:
        return []
    return [(term_of(tree), next(iter(side))) for tree, side in zip(trees, sides, strict=True)]


def _of_flags(flags: npt.NDArray[np.int8]) -> Truth:
    return Truth(flags == 1, flags == 0, flags == NULL_FLAG)
