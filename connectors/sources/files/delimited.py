"""CSV and its relatives: records are told apart by us, parsed by Arrow, and handed to DuckDB block by block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.csv as arrow_csv

from connectors.sources.files.columns import REJECTS, Column, insert_arrow
from connectors.sources.files.contents import PYTHON_ENCODINGS, FileContent, text_blocks
from connectors.sources.files.records import Grammar, Split, split_blocks
from models.errors import FatalError, UsageError
from models.settings import SourceSettings

DELIMITERS = (",", ";", "\t", "|")
"""Tried in this order where the settings name none; the one that makes the most columns of the header wins."""


@dataclass(frozen=True, slots=True)
class Header:
    """The header row: names without the spaces around them, and where (byte and line) the rows begin behind it."""

    names: tuple[str, ...]
    delimiter: str
    end: int
    next_line: int


class DelimitedReader:
    """A delimited text file with a header row.

    Raises:
        UsageError: no header row, a broken one, or one in another encoding.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, content: FileContent, settings: SourceSettings) -> None:
        self.connection, self.content = connection, content
        self.encoding = PYTHON_ENCODINGS[settings.encoding]
        self.header = read_header(content, settings)

    def names(self) -> Sequence[str]:
        """The header's names."""
        return self.header.names

    def stage(self, names: Sequence[str]) -> Mapping[str, Column]:
        """The rows as text columns; an empty field says nothing."""
        columns = "".join(f", c{place} varchar" for place in range(len(names)))
        self.connection.execute(f"create temp table file_rows (n bigint{columns})")
        for split in self._splits():
            insert_arrow(self.connection, "file_rows", self._table(split, names))
            rejects = [{"n": one.n, "original": one.original, "what": one.what} for one in split.rejects]
            insert_arrow(self.connection, "file_rejects", pa.Table.from_pylist(rejects, REJECTS))
        texts = {name: f"nullif(c{place}, '')" for place, name in enumerate(names)}
        return {name: Column(text=text, json=f"to_json({text})::varchar") for name, text in texts.items()}

    def _splits(self) -> Iterator[Split]:
        grammar = Grammar(self.header.delimiter, len(self.header.names))
        return split_blocks(self._blocks(), self.header.next_line, grammar, self.encoding)

    def _blocks(self) -> Iterator[tuple[bytes, bool]]:
        skip = self.header.end
        for block, final in text_blocks(self.content):
            yield block[skip:], final
            skip = 0

    def _table(self, split: Split, names: Sequence[str]) -> pa.Table:
        """The well-formed records of a block: their lines, and the named fields as strings c0, c1, …"""
        if not split.lines:
            return pa.table({})
        text = b"".join(split.parts)
        if self.encoding != "utf-8":
            text = text.decode(self.encoding).encode()
        places = [f"f{self.header.names.index(name)}" for name in names]
        parsed = arrow_csv.read_csv(
            # The first line is blank, and skipped: Arrow would not take a byte order mark at the front for text.
            pa.BufferReader(b"\n" + text),
            read_options=arrow_csv.ReadOptions(
                column_names=[f"f{place}" for place in range(len(self.header.names))], block_size=len(text) + 2
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=self.header.delimiter, newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(places, pa.string()), include_columns=places, strings_can_be_null=False
            ),
        )
        if parsed.num_rows != len(split.lines):
            msg = (
                f"{self.content.name}: from line {split.lines[0]} there are {len(split.lines)} records, "
                f"and Arrow reads {parsed.num_rows}. This is a bug; nothing was loaded."
            )
            raise FatalError(msg)
        columns = {f"c{place}": parsed[name] for place, name in enumerate(places)}
        return pa.table({"n": pa.array(split.lines, pa.int64())} | columns)


def read_header(content: FileContent, settings: SourceSettings) -> Header:
    """The header row, which must stand in the file's first block. Raises UsageError as :class:`DelimitedReader`."""
    data, final = next(text_blocks(content))
    begin = len(data) - len(data.lstrip(b"\r\n"))
    if begin == len(data):
        msg = f"{content.path} is empty: no header row."
        raise UsageError(msg)
    declared = settings.delimiter
    choices = DELIMITERS if declared is None else (_checked(declared),)
    headers = [_split_header(data, begin, final, choice) for choice in choices]
    values, end = max(headers, key=lambda header: len(header[0]))
    first_line = data[begin:].splitlines()[0]
    is_broken = [choice for choice, header in zip(choices, headers, strict=True) if not header[0]]
    # A broken quote under one delimiter is plain text under another, which then seems to make one column.
    if not values or (len(values) == 1 and any(choice.encode() in first_line for choice in is_broken)):
        msg = f"{content.name}: the header row has a broken quote. Correct the file's first line."
        raise UsageError(msg)
    delimiter = choices[headers.index((values, end))]
    try:
        names = tuple(value.decode(PYTHON_ENCODINGS[settings.encoding]).strip() for value in values)
    except UnicodeDecodeError as error:
        msg = (
            f'{content.name}: the header row is not {settings.encoding}. Set encoding = "windows-1252" for the source.'
        )
        raise UsageError(msg) from error
    return Header(names, delimiter, end, 1 + max(1, data.count(b"\n", 0, end)))


def _split_header(data: bytes, begin: int, final: bool, delimiter: str) -> tuple[list[bytes], int]:
    grammar = Grammar(delimiter)
    found = grammar.any_record[final].match(data, begin)
    return ([], begin) if found is None else (grammar.values(found.group().rstrip(b"\r\n")), found.end())


def _checked(delimiter: str) -> str:
    if not delimiter.isascii() or delimiter in '"\r\n':
        msg = f"delimiter: {delimiter!r} cannot separate columns. Use a comma, a semicolon, a bar or a tab."
        raise UsageError(msg)
    return delimiter
