"""Bytes that somebody saved as text: what they are, and their lines. Memory stays flat however long
the file or a line in it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

CHUNK = 1 << 18
LONGEST_LINE = 20_000  # characters; what is longer is no row of any layout


class FileRefused(Exception):
    """The whole file cannot be read. `sentence` says what it is and what to do; `rule` is the
    catalogue's id.
    """

    def __init__(self, sentence: str, rule: str = "CTE-400") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.rule = rule


_SAVE_AS = "In Excel choose Save As, then Text (Tab delimited), and choose that file"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_SIGNATURES = (
    (b"PK\x03\x04", f"This is an Excel workbook or a zip archive. {_SAVE_AS}"),
    (OLD_WORKBOOK, f"This is an old Excel workbook (.xls). {_SAVE_AS}"),
    (b"%PDF", "This is a PDF. Choose the tab-delimited text file"),
    (b"\x89PNG", "This is a picture (PNG). Choose the tab-delimited text file"),
    (b"\xff\xd8\xff", "This is a picture (JPEG). Choose the tab-delimited text file"),
    (b"GIF8", "This is a picture (GIF). Choose the tab-delimited text file"),
    (
        b"\x1f\x8b",
        "This is a compressed file (gzip). Unzip it first, then choose the text file in it",
    ),
    (b"{\\rtf", "This is a Word document (RTF). Choose the tab-delimited text file"),
)
_MARKUP = re.compile(rb"^\s*<(!doctype|html|\?xml|table|script|head|body)", re.IGNORECASE)


def printable(text: str) -> str:
    """Text of a file or of its name as it may stand on a page: without what hides, turns the line
    round, or is a zero byte.
    """
    return "".join(letter for letter in text if letter.isprintable())


def plain_name(name: str) -> str:
    """The file's own name, for people to read: never a path, nothing that hides (U-13)."""
    kept = printable(name.replace("\\", "/").rsplit("/", 1)[-1])
    return (kept if len(kept) <= 110 else f"{kept[:100]}…{kept[-9:]}") or "file"


@dataclass(frozen=True)
class Encoding:
    codec: str
    skip: int
    note: str = ""


MARK_SKIPPED = "The mark that Excel puts first (byte order mark) was skipped"


def encoding_of(file: IO[bytes]) -> Encoding:
    """The text's encoding: by its byte order mark, else UTF-8, else – one byte is enough –
    Windows-1252 for all of it.

    Raises FileRefused for what is no text.
    """
    file.seek(0)
    first = file.read(4096)
    if not first:
        raise FileRefused("The selected file is empty")
    for mark, codec, name in (
        (codecs.BOM_UTF8, "utf-8", ""),
        (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
    ):
        if first.startswith(mark):
            if codec == "utf-8" and not _is(file, codec, len(mark)):
                return Encoding("cp1252", len(mark), "Windows-1252 letters read as UTF-8")
            return Encoding(
                codec,
                len(mark),
                f"{name} read as UTF-8" if name else MARK_SKIPPED,
            )
    for signature, sentence in _SIGNATURES:
        if first.startswith(signature):
            raise FileRefused(sentence)
    if _MARKUP.match(first):
        raise FileRefused("This is a web page (HTML or XML). Choose the tab-delimited text file")
    # Every second byte of a Latin text in UTF-16 is zero; a stray zero byte is for its row to
    # answer.
    if len(first) > 7 and first[:400].count(0) * 3 > len(first[:400]):
        raise FileRefused(
            "This file is in UTF-16 without a byte order mark. Save it as UTF-8 and choose it again"
        )
    return (
        Encoding("utf-8", 0)
        if _is(file, "utf-8", 0)
        else Encoding("cp1252", 0, "Windows-1252 letters read as UTF-8")
    )


def _is(file: IO[bytes], codec: str, skip: int) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    file.seek(skip)
    try:
        while chunk := file.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


_CLOSING = "\x1a"


@dataclass
class Lines:
    """The lines of a file, with what was noticed on the way."""

    file: IO[bytes]
    encoding: Encoding
    line_ends: frozenset[str] = frozenset()
    closed: bool = False
    """Whether the file ends with byte 1A, as programs of the eighties end a text (FR-211)."""

    @property
    def notes(self) -> list[str]:
        """Of the ends of the lines, when all have been read."""
        notes = ["Different line endings read as one"] if len(self.line_ends) > 1 else []
        if self.closed:
            notes.append("The end-of-file character (1A) of an older program was ignored")
        return notes

    def __iter__(self) -> Iterator[tuple[int, str, bool]]:
        """(physical number, text without its end, whether it was cut at LONGEST_LINE). Only CR LF,
        LF and CR end a line (U-21, U-23).
        """
        decoder = codecs.getincrementaldecoder(self.encoding.codec)(errors="replace")
        self.file.seek(self.encoding.skip)
        number, rest, cut, ending = 0, "", False, ""
        self.closed = False
        ends: set[str] = set()
        while True:
            chunk = self.file.read(CHUNK)
            text = ending + decoder.decode(chunk, final=not chunk)
            ending = ""
            if chunk and text.endswith("\r"):  # its LF may stand at the start of the next chunk
                text, ending = text[:-1], "\r"
            if "\r" in text:
                if "\r\n" in text:
                    ends.add("CR LF")
                    text = text.replace("\r\n", "\n")
                if "\r" in text:
                    ends.add("CR")
                    text = text.replace("\r", "\n")
            *lines, tail = text.split("\n")
            if lines:
                lines[0] = rest + lines[0]
                usual = not (
                    cut
                    or _CLOSING in text
                    or _CLOSING in rest
                    or max(map(len, lines)) > LONGEST_LINE
                )
                for number, line in enumerate(lines, number + 1):  # noqa: B020 - goes on from it
                    if usual:
                        yield number, line, False
                        continue
                    if not line.strip(_CLOSING) and line:
                        line, self.closed = "", True
                    yield number, line[:LONGEST_LINE], cut or len(line) > LONGEST_LINE
                    cut = False
                rest = ""
            rest += tail
            if len(rest) > LONGEST_LINE:
                rest, cut = rest[:LONGEST_LINE], True
            if not chunk:
                break
        if rest.endswith(_CLOSING):
            rest, self.closed = rest.rstrip(_CLOSING), True
        if rest:
            yield number + 1, rest, cut
        self.line_ends = frozenset(ends)
