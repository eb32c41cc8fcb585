"""A zip of text files, looked over before any of it is unpacked: what is in it, and that nothing in
it can do harm.

Names are shown, never used as paths.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO

from django.conf import settings

from pathways.files.text import FileRefused, plain_name

MOST_PARTS = 40
MOST_RATIO, FROM_BYTES = 300, 1 << 20
"""Text packs to a tenth, rosters to a thirtieth. What packs to less than a three-hundredth, and is
larger than a megabyte, was made to fill a disk.
"""
LONGEST_LIST = 1 << 20  # bytes of a zip's own list of its files
_LAST_RECORD = (
    (1 << 16) + 22 + 20
)  # the last record of a zip with the longest comment, and what stands before it in large ones
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)
QUICK = 1
"""The level by which files are packed: a thorough one takes four times as long, for a fifth less."""
TEXT = (".csv", ".tsv", ".txt")


class Archive:
    """The zip's text files by name. Raises FileRefused for a zip that is not read at all."""

    def __init__(self, file: IO[bytes]) -> None:
        if _list_is_long(file):
            raise FileRefused(f"The zip contains too many files. It can contain up to {MOST_PARTS}")
        try:
            self._zip = zipfile.ZipFile(file)
        except DAMAGED as bad:
            raise _damaged() from bad
        self._entries = [
            entry for entry in self._zip.infolist() if not entry.is_dir() and not _is_aside(entry)
        ]

    @property
    def names(self) -> list[str]:
        """The files' own names in lower case, as other systems spell them in either case."""
        return [_name(entry).lower() for entry in self._entries]

    @property
    def folders(self) -> set[str]:
        return {
            entry.filename.replace("\\", "/").split("/", 1)[0].lower()
            for entry in self._entries
            if "/" in entry.filename.replace("\\", "/")
        }

    def require_harmless(self) -> None:
        """Ask of every file, by the zip's own list, what would cost something to find out later.
        Raises FileRefused.
        """
        if len(self._entries) > MOST_PARTS:
            raise FileRefused(
                f"The zip contains {len(self._entries)} files. It can contain up to {MOST_PARTS}"
            )
        if not self._entries:
            raise FileRefused("The zip is empty")
        seen: set[str] = set()
        for entry in self._entries:
            _require_harmless(entry)
            if (name := _name(entry).lower()) in seen:
                raise FileRefused(
                    f"The zip contains {plain_name(entry.filename)[:60]} twice. Keep one of them"
                )
            seen.add(name)
        if sum(entry.file_size for entry in self._entries) > _most_bytes():
            raise _too_large()

    def opened(self, name: str) -> IO[bytes]:
        """A file of the zip to read in pieces, by its own name in lower case."""
        entry = next(entry for entry in self._entries if _name(entry).lower() == name)
        try:
            return self._zip.open(entry)
        except DAMAGED as bad:
            raise _damaged() from bad

    def unpacked(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Every file by its shown name, in pieces, no further than a file may be large."""
        total = 0

        def pieces(entry: zipfile.ZipInfo) -> Iterator[bytes]:
            nonlocal total
            for chunk in _pieces(self._zip, entry):
                total += len(chunk)
                if total > _most_bytes():
                    raise _too_large()
                yield chunk

        for entry in self._entries:
            yield plain_name(entry.filename), pieces(entry)


def is_zip(file: IO[bytes]) -> bool:
    file.seek(0)
    return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def _name(entry: zipfile.ZipInfo) -> str:
    return entry.filename.replace("\\", "/").rsplit("/", 1)[-1]


def _is_aside(entry: zipfile.ZipInfo) -> bool:
    """What macOS and Windows put beside the files of a folder."""
    return entry.filename.startswith("__MACOSX/") or _name(entry) in (".DS_Store", "Thumbs.db")


def _require_harmless(entry: zipfile.ZipInfo) -> None:
    title = plain_name(entry.filename)[:60]
    path = entry.filename.replace("\\", "/")
    if path.startswith("/") or path[1:2] == ":" or ".." in path.split("/"):
        raise FileRefused(
            f"The zip names a place outside of itself for {title}. Create it again from a folder"
            " that holds only the files"
        )
    if entry.flag_bits & 1:
        raise FileRefused("The zip is protected by a password. Create it again without one")
    if entry.compress_type not in (
        zipfile.ZIP_STORED,
        zipfile.ZIP_DEFLATED,
    ):  # others unpack gigabytes from one piece
        raise FileRefused(
            "This kind of zip cannot be read. Create it again with Send to, then Compressed folder"
        )
    if title.lower().endswith(".zip"):
        raise FileRefused(
            f"The zip contains another zip, {title}. Unzip that one and choose it by itself"
        )
    if title.lower().endswith(".json"):
        raise FileRefused(
            f"The zip contains {title}. JSON is not read: export OneRoster as CSV, or use the"
            " portal's own columns"
        )
    if not title.lower().endswith(TEXT):
        raise FileRefused(f"The zip contains {title}. Only .csv, .tsv, and .txt files are read")
    if _is_made_to_fill(entry):
        raise FileRefused(
            f"{title} would unpack to more than {MOST_RATIO} times its size, which no export does."
            " Export the files again"
        )


def write_archive(
    into: IO[bytes], files: Sequence[tuple[str, Callable[[], Iterable[str]]]]
) -> None:
    """A zip of text files that is read again as any other: files that leave little but commas would
    pack like those that are refused, and are not packed. The same bytes for the same files.
    """
    for compression in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        into.seek(0)
        into.truncate()
        with zipfile.ZipFile(into, "w", compression, compresslevel=QUICK) as archive:
            for name, lines in files:
                with archive.open(name, "w") as member:
                    write_text(member, lines())
        if not any(map(_is_made_to_fill, archive.infolist())):
            return


def write_text(into: IO[bytes], lines: Iterable[str]) -> None:
    """Lines with their ends, or pieces of many, as UTF-8."""
    text = io.TextIOWrapper(into, encoding="utf-8", newline="")
    text.writelines(lines)
    text.flush()
    text.detach()


def _is_made_to_fill(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > max(FROM_BYTES, entry.compress_size * MOST_RATIO)


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(entry) as member:
            while chunk := member.read(1 << 18):
                yield chunk
    except DAMAGED as bad:
        raise _damaged() from bad


def _most_bytes() -> int:
    return int(settings.UPLOAD_MAX_MB) * 1024 * 1024


def _too_large() -> FileRefused:
    return FileRefused(f"Once unzipped, the files are larger than {settings.UPLOAD_MAX_MB} MB")


def _damaged() -> FileRefused:
    return FileRefused("The zip file is damaged. Create it again")


def _list_is_long(file: IO[bytes]) -> bool:
    """Whether a zip's own list of its files is longer than any that is read: it would be kept in
    memory whole before it could be counted.
    """
    size = file.seek(0, 2)
    file.seek(max(0, size - _LAST_RECORD))
    end = file.read()
    at = end.rfind(b"PK\x05\x06")
    if not 0 <= at <= len(end) - 22:
        return False  # no zip; that is said when it is opened
    return (
        b"PK\x06\x07" in end[max(0, at - 20) : at]
        or struct.unpack_from("<L", end, at + 12)[0] > LONGEST_LIST
    )
