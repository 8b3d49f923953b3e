"""The file itself: is it there, which format, which bytes."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from models.errors import FatalError, RetriableError, UsageError, suggest

Format = Literal["csv", "jsonl", "parquet"]

BLOCK_BYTES = 4 << 20

PYTHON_ENCODINGS = {"utf-8": "utf-8", "latin-1": "latin-1", "windows-1252": "cp1252"}
"""The encodings of the settings, as Python calls them."""

SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file as it was when looked at: SHA-256, size and time of change."""

    path: Path
    sha256: str
    stamp: tuple[int, int]

    @property
    def name(self) -> str:
        """The file's name, as it stands in messages."""
        return self.path.name

    def refuse_change(self) -> None:
        """Raise RetriableError when somebody wrote the file since."""
        if _stamp(self.path) != self.stamp:
            msg = f"{self.path} was changed while it was read. Wait until it is written completely, then load it again."
            raise RetriableError(msg)


def look_at_file(path: Path) -> FileContent:
    """The file's fingerprint.

    Raises:
        UsageError: no such file, a folder, or an empty file.
        FatalError: it cannot be read.
    """
    if not path.exists():
        msg = f"No file {path}."
        raise UsageError(msg)
    if not path.is_file():
        msg = f"{path} is not a file. Load one file at a time."
        raise UsageError(msg)
    try:
        stamp = _stamp(path)
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}."
        raise FatalError(msg) from error
    if stamp[0] == 0:
        msg = f"{path} is empty: no header row, no rows."
        raise UsageError(msg)
    return FileContent(path, digest, stamp)


def tell_format(path: Path, declared: Format | None) -> Format:
    """The declared format, else the one that the file name tells (a ``.gz`` at its end aside).

    Raises:
        UsageError: the name tells nothing.
    """
    if declared is not None:
        return declared
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    found = SUFFIXES.get(suffixes[-1]) if suffixes else None
    if found is None:
        msg = (
            f"{path.name}: its name does not tell its format. {suggest(suffixes[-1] if suffixes else '', SUFFIXES)} "
            'Rename it, or set format = "csv", "jsonl" or "parquet" for the source.'
        )
        raise UsageError(msg)
    return found


def read_blocks(path: Path, block_bytes: int = BLOCK_BYTES) -> Iterator[bytes]:
    """The file's bytes in blocks, unpacked when it is gzip (told by its first bytes).

    Raises:
        UsageError: broken gzip.
    """
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        try:
            stream = gzip.GzipFile(fileobj=raw) if packed else raw
            while block := stream.read(block_bytes):
                yield block
        except (EOFError, gzip.BadGzipFile, OSError) as error:
            if not packed:
                raise
            msg = f"{path}: not a whole gzip file ({error}). Fetch it again."
            raise UsageError(msg) from error


def text_blocks(content: FileContent, block_bytes: int = BLOCK_BYTES) -> Iterator[tuple[bytes, bool]]:
    """Each block of a text file without the byte order mark in front, and whether it is the last (there is always one).

    Raises:
        UsageError: broken gzip, or UTF-16.
    """
    blocks = read_blocks(content.path, block_bytes)
    current = next(blocks, b"")
    if current.startswith((b"\xff\xfe", b"\xfe\xff")):
        msg = f"{content.name} is UTF-16 text. Save it as UTF-8 (in a spreadsheet: CSV UTF-8), then load it again."
        raise UsageError(msg)
    current = current.removeprefix(b"\xef\xbb\xbf")
    for following in blocks:
        yield current, False
        current = following
    yield current, True


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return (found.st_size, found.st_mtime_ns)
