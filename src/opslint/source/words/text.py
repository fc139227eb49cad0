"""From the bytes of a file to its text: encodings, byte order marks, binaries."""

from __future__ import annotations

import functools
import re

from opslint.errors import UnreadableFile
from opslint.source.words.late import late

FORBIDDEN_ASCII = late("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
BOMS: tuple[tuple[bytes, str], ...] = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


@functools.cache
def forbidden_anywhere() -> re.Pattern[str]:
    """The characters YAML forbids; compiled only where a text is not plain ASCII, because that takes 5 ms.

    Source: YAML 1.2.2, section 5.1 (c-printable).
    """
    return re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def encoding_of(data: bytes) -> tuple[str, int]:
    """Name the encoding of a file's bytes and the length of its byte order mark.

    Source: YAML 1.2.2, section 5.2: a mark, else the place of the NULs around a first ASCII character, else UTF-8.
    """
    for mark, name in BOMS:
        if data.startswith(mark):
            return name, len(mark)
    head = data[:4]
    if len(head) == 4 and b"\0" in head:
        nuls = tuple(not byte for byte in head)
        if nuls == (True, True, True, False):
            return "utf-32-be", 0
        if nuls == (False, True, True, True):
            return "utf-32-le", 0
        if nuls == (True, False, True, False):
            return "utf-16-be", 0
        if nuls == (False, True, False, True):
            return "utf-16-le", 0
    return "utf-8", 0


def decode(data: bytes) -> str:
    """Turn the bytes of a text file into its text, without the byte order mark.

    Shape:  newlines stay as they are ("\\n", "\\r\\n" or "\\r").
    Raises: UnreadableFile for a binary or another encoding, with the line where the text ends.
    """
    encoding, skip = encoding_of(data)
    try:
        text = data.decode(encoding) if not skip else data[skip:].decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start + skip) + 1
        wrong = data[error.start + skip]
        if b"\0" in data[:8192]:
            raise UnreadableFile("it is a binary file, not text") from None
        raise UnreadableFile(f"it is not {encoding.upper()} text: byte 0x{wrong:02x} on line {line}", line) from None
    nul = text.find("\0")
    if nul >= 0:
        raise UnreadableFile("it is a binary file, not text: it holds a NUL character", text.count("\n", 0, nul) + 1)
    return text


def decode_leniently(data: bytes) -> str | None:
    """The text of a file that people wrote, in whatever encoding; None for a binary.

    Bytes that are no UTF-8 become U+FFFD, so that one accent in an old comment does not hide a whole file.
    """
    encoding, skip = encoding_of(data)
    text = data[skip:].decode(encoding, "replace")
    return None if "\0" in text else text


def printable(text: str) -> tuple[str, int | None]:
    """Replace what YAML does not allow in a stream (control characters, stray byte order marks).

    Shape: the text, of the same length but for byte order marks at the start of a line, which vanish; the first line
           that held such a character, or None.
    """
    forbidden = FORBIDDEN_ASCII if text.isascii() else forbidden_anywhere()
    found = forbidden.search(text)
    if found is None:
        return text, None
    line = text.count("\n", 0, found.start()) + 1
    text = text.replace("\n\ufeff", "\n")
    return forbidden.sub("\ufffd", text), line
