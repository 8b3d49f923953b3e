"""Telling the records of delimited text apart."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from connectors.sources.files.records import Grammar, Split, split_blocks

# Surrogates have no UTF-8; everything else may stand in a field, delimiters, quotes and line ends first of all.
FIELDS = st.text(st.one_of(st.sampled_from(',;"\r\n x'), st.characters(exclude_categories=["Cs"])), max_size=6)
ANY_BYTES = st.lists(st.sampled_from([b'"', b'""', b",", b"\n", b"\r\n", b"\r", b"a", b"\xff", b" "])).map(b"".join)


def split(data: bytes, fields: int = 2, block_bytes: int = 1 << 20, encoding: str = "utf-8") -> list[Split]:
    blocks = [data[start : start + block_bytes] for start in range(0, len(data), block_bytes)] or [b""]
    numbered = [(block, place == len(blocks) - 1) for place, block in enumerate(blocks)]
    return list(split_blocks(numbered, 1, Grammar(",", fields), encoding))


def good(splits: list[Split]) -> bytes:
    return b"".join(part for one in splits for part in one.parts)


def rejects(splits: list[Split]) -> list[tuple[int, bytes, str]]:
    return [(reject.n, reject.original, reject.what) for one in splits for reject in one.rejects]


def lines(splits: list[Split]) -> list[int]:
    return [line for one in splits for line in one.lines]


@given(st.lists(st.tuples(FIELDS, FIELDS)), st.sampled_from(["\n", "\r\n", "\r"]), st.integers(1, 40))
def test_whatever_a_csv_writer_writes_is_well_formed(
    rows: list[tuple[str, str]], line_end: str, block_bytes: int
) -> None:
    text = io.StringIO(newline="")
    # Python 3.11 leaves a line end other than the file's own unquoted.
    quoting = csv.QUOTE_MINIMAL if line_end == "\r\n" else csv.QUOTE_ALL
    csv.writer(text, lineterminator=line_end, quoting=quoting).writerows(rows)
    data = text.getvalue().encode()

    splits = split(data, block_bytes=block_bytes)

    assert rejects(splits) == []
    assert len(lines(splits)) == len(rows)
    assert good(splits) == data


@given(ANY_BYTES, st.integers(1, 12))
def test_where_blocks_are_cut_makes_no_difference(data: bytes, block_bytes: int) -> None:
    whole, cut = split(data), split(data, block_bytes=block_bytes)

    assert (good(cut), lines(cut), rejects(cut)) == (good(whole), lines(whole), rejects(whole))


@given(ANY_BYTES)
def test_no_byte_is_lost_whatever_the_bytes(data: bytes) -> None:
    splits = split(data)
    kept = good(splits) + b"".join(original for _, original, _ in rejects(splits))

    assert sorted(kept.replace(b"\r", b"").replace(b"\n", b"")) == sorted(data.replace(b"\r", b"").replace(b"\n", b""))
    numbers = sorted(lines(splits) + [n for n, _, _ in rejects(splits)])
    assert numbers == sorted(set(numbers))


def test_too_few_and_too_many_columns_are_counted() -> None:
    assert rejects(split(b'a\n1,2\nb,"x,y",c\n')) == [
        (1, b"a", "1 columns, the header has 2"),
        (3, b'b,"x,y",c', "3 columns, the header has 2"),
    ]


def test_a_quote_that_is_never_closed_costs_its_own_line_only() -> None:
    splits = split(b'1,2\n"oops,3\n4,5\n6,7\n')

    assert rejects(splits) == [(2, b'"oops,3', "a quote is opened and not closed")]
    assert good(splits) == b"1,2\n4,5\n6,7\n"


def test_text_after_a_closing_quote_costs_its_own_line_only() -> None:
    splits = split(b'"a"b,3\r\n4,5\r\n')

    assert rejects(splits) == [(1, b'"a"b,3', "text after a closing quote")]
    assert lines(splits) == [2]


def test_an_open_quote_is_closed_by_the_next_quoted_field_and_found_out() -> None:
    splits = split(b'"oops,3\n"ok",5\n')

    assert rejects(splits) == [(1, b'"oops,3', "text after a closing quote")]
    assert good(splits) == b'"ok",5\n'


def test_quotes_inside_a_field_that_is_not_quoted_are_text() -> None:
    assert good(split(b'5" pipe,3\n')) == b'5" pipe,3\n'


def test_a_record_of_several_lines_counts_its_lines() -> None:
    splits = split(b'"a\nb",1\n\nc,2\nbad\n')

    assert lines(splits) == [1, 4]
    assert rejects(splits) == [(5, b"bad", "1 columns, the header has 2")]


def test_only_the_record_that_does_not_decode_is_refused() -> None:
    splits = split(b"1,ok\n2,\xff\n3,ok\n")

    assert [n for n, _, _ in rejects(splits)] == [2]
    assert lines(splits) == [1, 3]


def test_a_blank_line_is_no_record_even_with_one_column() -> None:
    splits = split(b'a\n\n""\n', fields=1)

    assert lines(splits) == [1, 3]
