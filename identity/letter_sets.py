"""Which letters occur in a text, in one number: enough to tell that two texts cannot be much alike."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

UNTOLD = -1
"""The letters of a text that is empty, not pure ASCII or very long: of it nothing is known."""

MISSING = -2
"""Those of none. Real sets are never negative."""

LONGEST = 255

ROUNDING = 1e-5
"""More than what is lost where a similarity is reckoned in single precision."""

_BLOCK = 1 << 16
"""So many texts at once: what is known of them so far stays near the processor."""

_THRICE, _TWICE = b"eaionrstld", b"bcfghjkmpquvwxyz"
"""Kinds of characters with three bits and with two: 62 in all."""

_KINDS = len(_THRICE) + len(_TWICE)
_FOREIGN = np.uint64(1 << _KINDS)


class LetterSets(NamedTuple):
    """What is known of some texts, one number a text in each array."""

    letters: npt.NDArray[np.int64]
    """A bit for the first character of each kind, one for the second, and for common kinds one for the third."""
    lengths: npt.NDArray[np.uint8]
    surplus: npt.NDArray[np.uint8]
    """How many characters have no bit: those that their like occurs often before."""
    starts: npt.NDArray[np.int32]
    """The first four characters."""

    def take(self, places: npt.NDArray[np.int64]) -> LetterSets:
        """Those of the texts that stand there."""
        return LetterSets(
            self.letters.take(places), self.lengths.take(places), self.surplus.take(places), self.starts.take(places)
        )


def letter_sets(texts: pa.ChunkedArray) -> LetterSets:
    """What is known of each text."""
    blocks = [
        _letter_sets(chunk.slice(start, _BLOCK))
        for chunk in texts.cast(pa.large_string()).chunks
        for start in range(0, len(chunk), _BLOCK)
    ]
    return LetterSets(
        np.concatenate([np.empty(0, np.int64), *(block.letters for block in blocks)]),
        np.concatenate([np.empty(0, np.uint8), *(block.lengths for block in blocks)]),
        np.concatenate([np.empty(0, np.uint8), *(block.surplus for block in blocks)]),
        np.concatenate([np.empty(0, np.int32), *(block.starts for block in blocks)]),
    )


def most_alike(one: LetterSets, other: LetterSets) -> npt.NDArray[np.float32]:
    """No less than the Jaro-Winkler similarity of each pair of texts.

    A character that has a bit in one text alone has no partner in the other, and so is missing in both shares of
    Jaro's. Winkler takes away a tenth of what is missing for each of the first four that agree from the beginning on.
    """
    common = np.bitwise_count(one.letters & other.letters) + np.minimum(one.surplus, other.surplus)
    lengths, other_lengths = one.lengths.astype(np.float32), other.lengths.astype(np.float32)
    product = np.maximum(lengths * other_lengths, np.float32(1))
    lacking = (np.float32(2) - common * (lengths + other_lengths) / product) / np.float32(3)
    lacking *= _LEFT_BY_WINKLER.take(_agreeing(one.starts ^ other.starts))
    lacking[(one.letters | other.letters) < 0] = 0
    return np.float32(1 + ROUNDING) - lacking


def least_edits(one: LetterSets, other: LetterSets) -> npt.NDArray[np.uint8]:
    """No more than the edits (Damerau-Levenshtein) between each pair of texts.

    To put one character in the place of another changes two bits at most, to add one or leave it away changes one and
    the length, and to swap two changes none.
    """
    longer = np.maximum(one.lengths, other.lengths) - np.minimum(one.lengths, other.lengths)
    changed = np.bitwise_count(one.letters ^ other.letters)
    # No text is longer than 255 and no set larger than 62: half of the sum is reckoned without overflow.
    edits = np.maximum(longer, (longer >> 1) + (changed >> 1) + ((longer | changed) & 1))
    edits[(one.letters | other.letters) < 0] = 0
    return edits


_LEFT_BY_WINKLER = np.array([0.6, 0.7, 0.8, 0.9, 1.0], np.float32)


def _agreeing(differing: npt.NDArray[np.int32]) -> npt.NDArray[np.uint8]:
    """How many of the first four characters come from the first that differs on."""
    return sum(((differing >> bits) > 0).view(np.uint8) for bits in (0, 8, 16, 24))  # type: ignore[return-value]


def _bits() -> npt.NDArray[np.uint64]:
    """The bit of each byte's kind: a letter's, whatever its case; a digit is of a common letter's kind, for few texts
    have both; another character of a rare one's."""
    kinds = len(_THRICE) + np.arange(128) % len(_TWICE)
    for kind, letter in enumerate(_THRICE + _TWICE):
        kinds[[letter, letter - 32]] = kind
    kinds[ord("0") : ord("9") + 1] = np.arange(10)
    return np.concatenate([np.uint64(1) << kinds.astype(np.uint64), np.full(128, _FOREIGN)])


_BITS = _bits()


def _letter_sets(texts: pa.LargeStringArray) -> LetterSets:
    _, offset_buffer, data_buffer = texts.buffers()
    offsets = np.frombuffer(offset_buffer, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(data_buffer, np.uint8) if data_buffer else np.empty(0, np.uint8)
    lengths = np.diff(offsets)
    missing = texts.is_null().to_numpy(zero_copy_only=False)
    lengths[missing | (lengths > LONGEST)] = 0
    # The longest first: those that have a character at some place are the first so many.
    order = np.argsort((LONGEST - lengths).astype(np.uint8), kind="stable")
    having = np.searchsorted(-lengths[order], -np.arange(LONGEST + 1), side="left")
    first, second, third = np.zeros((3, len(texts)), np.uint64)
    starts = np.zeros(len(texts), np.int32)
    sorted_offsets = offsets[:-1][order]
    for at in range(int(lengths.max(initial=0))):
        some = slice(0, having[at])
        characters = data.take(sorted_offsets[some] + at)
        bits = _BITS.take(characters)
        third[some] |= second[some] & bits
        second[some] |= first[some] & bits
        first[some] |= bits
        if at < 4:
            starts[some] |= (characters & 0x7F).astype(np.int32) << (24 - 8 * at)
    letters = (first | second << np.uint64(_KINDS) | (third & np.uint64(1023)) << np.uint64(2 * _KINDS)).view(np.int64)
    surplus = (lengths[order] - np.bitwise_count(letters)).astype(np.uint8)
    letters[(lengths[order] == 0) | (first >= _FOREIGN)] = UNTOLD
    found = LetterSets(letters, lengths[order].astype(np.uint8), surplus, starts)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    found = found.take(back)
    found.letters[missing] = MISSING
    return found
