"""Read the files that people hand in, whichever program wrote them: byte order marks, UTF-8 and UTF-16, ends of lines.

What is no text at all (a workbook, an archive, a journal) is told as what it is. Bytes that are not UTF-8 go through as
lone surrogates, so that whoever reads on can name their line: `is_text` finds them.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from sbg_bulk.errors import InputError
from sbg_bulk.text import command_line

BOM: Final = "\ufeff"

NOT_UTF8: Final = "it is not UTF-8; save the file as UTF-8"
"""What is told of a text for which `is_text` is false."""

LONGEST: Final = 1 << 20
"""Characters of a line, a value or an element beyond which a file is taken for damaged."""

_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
"""Byte order marks; the longer of two that begin alike comes first."""

_JOURNAL: Final = b"SQLite format 3\0"

_NO_TEXT: Final = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive. Save it as CSV (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook. Save it as CSV (UTF-8)"),
    (b"\x1f\x8b", "compressed with gzip. Decompress it first (gunzip)"),
    (b"%PDF", "a PDF. Save the table as CSV (UTF-8)"),
)

_LONGEST_BEGINNING: Final = 16
"""Bytes that tell what a file is."""


@contextmanager
def opened(path: Path, what: str) -> Iterator[IO[bytes]]:
    """Open a file that a person named.

    Args:
        path: the file; a pipe will do.
        what: what it is, for messages, such as "manifest".

    Raises:
        InputError: it cannot be read.
    """
    try:
        stream = path.open("rb")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"The {what} {path} cannot be read: {reason}.") from None
    with stream:
        yield stream


def text_of(stream: IO[bytes], what: str) -> io.TextIOWrapper:
    """Return the text of a stream, which is read as far as it is asked for, and left open.

    Lines end as they do in the file (LF, CRLF or CR), and are told apart at each of these.

    Args:
        stream: UTF-8, or UTF-16 or UTF-32 with a byte order mark; UTF-16 without one if it begins with ASCII.
        what: what it is, for messages, such as "manifest".

    Raises:
        InputError: it cannot be read, or is no text; now, or later as it is read.
    """
    borrowed = io.BufferedReader(_Borrowed(stream, what))
    # A pipe may give less at first.
    start = b""
    while len(start) < _LONGEST_BEGINNING and (more := borrowed.read1(_LONGEST_BEGINNING - len(start))):
        start += more
    for beginning, meaning in _NO_TEXT:
        if start.startswith(beginning):
            raise InputError(f"The {what} is not text: it is {meaning}.")
    if start.startswith(_JOURNAL):
        raise InputError(
            f"The {what} is not text: it is a database. If it is the journal of a run, use the output of: "
            f"{command_line('runs', 'export', 'RUN')}"
        )
    mark, encoding = next((one for one in _MARKS if start.startswith(one[0])), (b"", _guess(start)))
    errors = "surrogateescape" if encoding == "utf-8" else "surrogatepass"
    rest = io.BufferedReader(_Joined(start.removeprefix(mark), borrowed))
    return _Text(rest, what, encoding=encoding, errors=errors, newline="")


def is_text(value: object) -> bool:
    """Return whether a text, or a JSON value, can be written as UTF-8: whether no byte of it was something else."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _guess(start: bytes) -> str:
    """Return the encoding of a text without a mark: ASCII characters have a zero byte each in UTF-16."""
    if len(start) >= 4 and not start[1] and not start[3] and start[0] and start[2]:
        return "utf-16-le"
    if len(start) >= 4 and not start[0] and not start[2] and start[1] and start[3]:
        return "utf-16-be"
    return "utf-8"


class _Text(io.TextIOWrapper):
    """A text whose faults are told as those of what it is."""

    def __init__(self, stream: IO[bytes], what: str, **settings: Any) -> None:
        super().__init__(stream, **settings)
        self._what = what

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        try:
            return super().readline(size)
        except UnicodeDecodeError:
            raise InputError(f"The {self._what} is damaged: it is not valid {self.encoding.upper()}.") from None

    def read(self, size: int | None = -1, /) -> str:
        try:
            return super().read(size)
        except UnicodeDecodeError:
            raise InputError(f"The {self._what} is damaged: it is not valid {self.encoding.upper()}.") from None

    def __next__(self) -> str:  # type: ignore[override]
        line = self.readline()
        if not line:
            raise StopIteration
        return line


class _Borrowed(io.RawIOBase):
    """A stream of another owner, who closes it."""

    def __init__(self, stream: IO[bytes], what: str) -> None:
        self._stream = stream
        self._what = what

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            content = self._stream.read(len(buffer))
        except OSError as error:
            raise InputError(f"The {self._what} cannot be read: {error.strerror or error}.") from None
        if not isinstance(content, bytes):
            raise InputError(f"The {self._what} is a text stream: give a binary one (open it with mode 'rb').")
        buffer[: len(content)] = content
        return len(content)


class _Joined(io.RawIOBase):
    """Some bytes that were read already, and the stream that follows them."""

    def __init__(self, start: bytes, stream: io.BufferedReader[Any]) -> None:
        self._start = start
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content, self._start = self._start[: len(buffer)], self._start[len(buffer) :]
        if not content:
            content = self._stream.read1(len(buffer))
        buffer[: len(content)] = content
        return len(content)
