"""Broken input."""

from __future__ import annotations

from collections import Counter

import numpy as np
import orjson
import pytest

from pipelines.demo.population.damage import (
    OVERSIZE_BYTES,
    alternate_times,
    break_utf8,
    csv_columns,
    csv_fields,
    csv_times,
    cut_short,
    damage,
    set_fields,
    swell,
)
from pipelines.demo.population.writing import Export

LINE = b'{"id":"m1","event":"opened","recipient":"eva@postbus.example","at":"2026-01-02T03:04:05Z"}\n'
ROW = b"b1,2026-01-02T03:04:05,12.50\nb1,2026-01-02T03:04:05,3.00\n"


def test_a_line_cut_short_is_no_json() -> None:
    for serial in range(20):
        for line in (LINE, b'{"id":"1"}\n'):
            with pytest.raises(orjson.JSONDecodeError):
                orjson.loads(cut_short(line, serial))


def test_invalid_utf8_is_one_line_that_does_not_decode() -> None:
    broken = break_utf8(LINE, 1)
    assert broken.count(b"\n") == 1
    with pytest.raises(UnicodeDecodeError):
        broken.decode()


def test_fields_are_set_and_taken_away_under_a_new_id() -> None:
    assert orjson.loads(set_fields("id", recipient=None, event="forwarded")(LINE, 3)) == {
        "id": "m1-x3",
        "event": "forwarded",
        "at": "2026-01-02T03:04:05Z",
    }


def test_times_are_long_ago_and_far_ahead() -> None:
    change = alternate_times("id", "at")
    assert orjson.loads(change(LINE, 1))["at"] == "2199-12-31T23:59:59Z"
    assert orjson.loads(change(LINE, 11))["at"] == "1890-05-17T10:00:00Z"
    assert csv_times(",", 1, c0="x{}")(ROW, 12) == b"x12,1890-05-17T10:00:00,12.50\n"


def test_an_oversize_message_is_larger_than_a_mebibyte() -> None:
    assert len(swell("id", "text")(LINE, 1)) > OVERSIZE_BYTES > 1_048_576


def test_csv_rows_get_other_fields_or_another_number_of_columns() -> None:
    assert csv_fields(",", c0="bon-x{}", c2="9,9x".replace(",", ";"))(ROW, 4) == b"bon-x4,2026-01-02T03:04:05,9;9x\n"
    assert csv_columns(",")(b"a,b,c,d,e\n", 1) == b"a,b,c,d,e,?,?\n"
    assert csv_columns(",")(b'a,"b,b",c,d,e\n', 2) == b"a,bb\n"


def test_damage_keeps_every_good_line_and_counts_the_rest() -> None:
    good = [b'{"id":"%d"}\n' % number for number in range(100)]
    kinds = {"cut": cut_short, "unknown": set_fields("id", event="?")}
    found = damage(
        np.random.default_rng(1), Export("mail", "mail.jsonl", good), 7, 11, kinds, {"big": swell("id", "t")}
    )
    assert found.duplicates == 7
    assert found.broken == Counter({"cut": 6, "unknown": 5, "big": 1})
    assert len(found.lines) == 100 + 7 + 12
    counts = Counter(line for line in found.lines if line in set(good))
    assert set(counts) == set(good)
    assert sorted(counts.values()) == [1] * 93 + [2] * 7
