"""A file that a person or a program wrote, as text: with a byte order mark or without, in UTF-8 or UTF-16."""

from __future__ import annotations

import codecs
from typing import Final

from attrs import frozen

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@frozen
class Decoded:
    """A text, and what it takes to write it as it was.

    Attributes:
        text: without the mark, with its own line ends.
        encoding: of the text.
        mark: the byte order mark, possibly empty.
    """

    text: str
    encoding: str
    mark: bytes

    @classmethod
    def of(cls, content: bytes) -> Decoded:
        """Read the content of a file.

        Raises:
            UnicodeDecodeError: it is neither UTF-8 nor UTF-16. The error holds the content: never let it out.
        """
        mark, encoding = next((each for each in _MARKS if content.startswith(each[0])), (b"", "utf-8"))
        if not mark and b"\0" in content[:2]:
            # No text has a NUL: this is UTF-16 of which nobody has marked the order.
            encoding = "utf-16-be" if content[0] == 0 else "utf-16-le"
        return cls(content[len(mark) :].decode(encoding), encoding, mark)

    def encoded(self, text: str) -> bytes:
        """Return the content of the file with another text."""
        return self.mark + text.encode(self.encoding)
