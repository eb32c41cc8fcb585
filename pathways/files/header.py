"""The header record, a file's first line: HD, date, time and the version of the layout."""

from __future__ import annotations

import datetime
import re

from pathways.files import values
from pathways.files.cells import unquoted
from pathways.files.layout import ERRORS_ADDED, ERRORS_ADDED_BEFORE, LAYOUTS, Layout
from pathways.files.text import FileRefused
from pathways.files.values import Unreadable

_TAB_DELIMITED = "In Excel choose Save As, then Text (Tab delimited)"


def other_layout(layout: Layout, kind: str) -> str:
    """Why a file of another layout is refused; empty for a record type that no other layout has."""
    own = next((known for known in LAYOUTS.values() if known.record_type == kind), layout)
    if own is layout:
        return ""
    return (
        f"This is a {own.title} file (record type {kind}). Choose a {layout.title} file, or"
        f" {own.title} as the Import Type"
    )


def tells_of_errors(cell: str) -> bool:
    """Whether a cell of a header record says that the portal has added errors to the file."""
    return unquoted(cell) in (ERRORS_ADDED, ERRORS_ADDED_BEFORE)


class Header:
    """Read from the first line that is not empty. Raises FileRefused when it is no header record of
    the layout.
    """

    def __init__(self, layout: Layout, number: int, text: str, cells: list[str]) -> None:
        self.number = number
        self.cells = [unquoted(cell) for cell in cells]
        first = self.cells[0].strip('"').upper()
        if "\x00" in text:
            raise FileRefused(
                "The header record contains a zero byte. Save the file as tab-delimited text and"
                " choose it again"
            )
        if len(cells) == 1:
            for mark, name in ((",", "commas"), (";", "semicolons"), ("|", "vertical bars")):
                if text.count(mark) >= 3:
                    raise FileRefused(
                        f"The columns are separated by {name}, not by tabs. {_TAB_DELIMITED}"
                    )
            if first.startswith(("HD ", f"{layout.record_type} ")):
                raise FileRefused(
                    f"The columns are separated by spaces, not by tabs. {_TAB_DELIMITED}"
                )
        self.version = self.cells[3] if len(cells) > 3 else ""
        self.read_as_hd = first == layout.header_type and self.version.upper() == layout.version
        if sentence := other_layout(layout, first):
            raise FileRefused(sentence)
        if first != "HD" and not self.read_as_hd:
            raise FileRefused(
                f"Line {number} is not the header record. The first line must be HD, date, time,"
                f" and {layout.version}, separated by tabs"
            )
        if self.version.upper() != layout.version:
            raise FileRefused(
                f"The header record names version “{self.version[:20]}”. This portal reads"
                f" {layout.version}"
            )

    @property
    def errors_added(self) -> bool:
        """True when the file is one that the portal gave back with its errors."""
        return any(map(tells_of_errors, self.cells[4:]))

    def strange(self, today: datetime.date) -> str:
        """A sentence on an unusual date or time: the file may not be the one that was meant. It
        changes nothing (U-30).
        """
        written = self.cells[1]
        try:
            made = values.date(written, "The date in the header record")
        except Unreadable as unreadable:
            return unreadable.message
        if made is None:
            return "The header record has no date"
        if made > today + datetime.timedelta(days=1):
            return f"The header record is dated {written}, which is in the future"
        if (today - made).days > 730:
            return f"The header record is dated {written}. Make sure this is the right file"
        if not re.fullmatch(
            r"[0-2]?[0-9]:[0-5][0-9](:[0-5][0-9])?( ?[AaPp][Mm])?", self.cells[2], re.ASCII
        ):
            return "The time in the header record must be like 13:03:42"
        return ""
