"""Where the records of a delimited text begin and end, and which of them are well-formed (RFC 4180, read kindly).

A field is quoted from its first character, with quotes inside doubled, or it is not quoted and then quotes mean nothing
in it. A record is well-formed when it has as many fields as the header. Records end with CRLF, LF or CR. What is not
well-formed is given back byte for byte: nothing is repaired, nothing dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MAX_RECORD_BYTES = 16 << 20
"""A quote that is not closed within this many bytes is taken for a broken one, and costs its own line only."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that could not be read: the line it begins on, its bytes without the line end, what is wrong."""

    n: int
    original: bytes
    what: str


@dataclass(slots=True)
class Split:
    """What one block held: well-formed records (their lines, and their bytes with line ends, in order) and rejects.

    ``rest`` is the beginning of a record that the next block continues; ``line`` is the line on which it begins.
    """

    line: int
    lines: list[int] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    rest: bytes = b""


class Grammar:
    """The regular expressions of one delimiter and one number of fields (None: any number)."""

    def __init__(self, delimiter: str, fields: int | None = None) -> None:
        cut = re.escape(delimiter.encode())
        plain = rb'(?!")[^%s\r\n]*+' % cut
        open_quote = rb'"(?:[^"]++|"")*+'
        one = rb'(?:%s"|%s)' % (open_quote, plain)
        more = rb"(?:%s%s)" % (cut, one)
        times = b"*+" if fields is None else b"{%d}" % (fields - 1)
        # A CR at the end of a block may be half of a CRLF: only the last block knows.
        ends = {False: rb"(?:\r\n|\n|\r(?=[^\n]))", True: rb"(?:\r\n|\n|\r|\Z)"}
        self.fields = fields
        self.record = {final: re.compile(one + more + times + end) for final, end in ends.items()}
        self.any_record = {final: re.compile(one + more + b"*+" + end) for final, end in ends.items()}
        self.line_end = {final: re.compile(end) for final, end in ends.items()}
        self.line = {final: re.compile(rb"[^\r\n]*+" + end) for final, end in ends.items()}
        self.unfinished = re.compile(rb"(?:%s%s)*+(?:%s|%s\"?)\r?\Z" % (one, cut, plain, open_quote))
        self.one_field = re.compile(one)

    def values(self, record: bytes) -> list[bytes]:
        """The fields of one well-formed record without its line end, unquoted."""
        values: list[bytes] = []
        position = 0
        while True:
            found = self.one_field.match(record, position)
            if found is None:
                return values
            text = found.group()
            values.append(text[1:-1].replace(b'""', b'"') if text.startswith(b'"') else text)
            position = found.end() + 1
            if position > len(record):
                return values


def split_blocks(blocks: Iterable[tuple[bytes, bool]], line: int, grammar: Grammar, encoding: str) -> Iterator[Split]:
    """Split a text that comes in blocks (bytes, whether it is the last), beginning on line ``line``."""
    rest = b""
    for block, final in blocks:
        split = split_records(rest + block, final, line, grammar, encoding)
        yield split
        rest, line = split.rest, split.line


def split_records(data: bytes, final: bool, line: int, grammar: Grammar, encoding: str) -> Split:
    """Split a block that begins at a record's beginning, on line ``line``. Blank lines are no records."""
    split, position, kept_from = Split(line), 0, 0
    match, blank = grammar.record[final].match, grammar.line_end[final].match
    is_clean = _decodes(data, encoding)
    while position < len(data):
        if data[position] in b"\r\n" and (empty := blank(data, position)):
            end, good, reject = empty.end(), False, None
        elif found := match(data, position):
            end, good, reject = found.end(), True, None
            if not is_clean and not _decodes(data[position:end], encoding):
                good, reject = False, f"not {encoding}: the source's encoding setting, or the file, is wrong"
        else:
            end, reject = _bad_record(data, position, final, grammar)
            good = False
            if end == position:
                break
        if good:
            split.lines.append(split.line)
        else:
            split.parts.append(data[kept_from:position])
            kept_from = end
            if reject is not None:
                split.rejects.append(Reject(split.line, _without_end(data[position:end]), reject))
        split.line += max(1, data.count(b"\n", position, end))
        position = end
    split.parts.append(data[kept_from:position])
    split.rest = data[position:]
    return split


def _bad_record(data: bytes, position: int, final: bool, grammar: Grammar) -> tuple[int, str]:
    """Where the record ends that is not well-formed, and what is wrong with it; ends where it begins: read on first."""
    if found := grammar.any_record[final].match(data, position):
        count = len(grammar.values(_without_end(found.group())))
        return found.end(), f"{count} columns, the header has {grammar.fields}"
    is_open = grammar.unfinished.match(data, position) is not None
    if is_open and not final and len(data) - position < MAX_RECORD_BYTES:
        return position, ""
    # A broken quote says nothing about where its record ends: it costs one line, and the next is read afresh.
    first_line = grammar.line[final].match(data, position)
    if first_line is None:
        return position, ""
    return first_line.end(), "a quote is opened and not closed" if is_open else "text after a closing quote"


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _without_end(record: bytes) -> bytes:
    if record.endswith(b"\r\n"):
        return record[:-2]
    return record[:-1] if record.endswith((b"\r", b"\n")) else record
