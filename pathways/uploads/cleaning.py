"""What is kept of a file of records that was sent: the columns of its layout, and nothing of a file
that is none (R-IMP-24).

Lines stay where they are, so that every message names them. In a line with more columns than the
layout nobody can say which value is which: whose row it is stays of it, and how wide it was.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO

from cte_portal.batches.models import Batch
from pathways.files.cells import plain, unquoted
from pathways.files.header import Header, tells_of_errors
from pathways.files.layout import LAYOUTS, Layout
from pathways.files.text import LONGEST_LINE, FileRefused, Lines, encoding_of
from pathways.files.values import tidy

REFUSED, RULE, NOTES = "refused", "rule", "notes"
"""Options of a batch: why nothing was kept of its file, and by which rule; how the file was read,
where the one that is kept no longer says it.
"""
LONGEST_KEY = 20
OF_A_HEADER = 4  # HD, date, time, version


def keep(file: IO[bytes], batch: Batch) -> IO[bytes] | None:
    """The file itself, where no line is wider than the layout, or another; nothing of one without
    the layout's header record.
    """
    try:
        lines = CleanedLines(file, LAYOUTS[batch.options["type"]])
        aside = tempfile.TemporaryFile()  # noqa: SIM115 - read until it is stored
        for line in lines:
            aside.write(line.encode())
    except FileRefused as refused:
        batch.options |= {REFUSED: refused.sentence, RULE: refused.rule}
        return None
    if not lines.dropped:
        return file
    if lines.notes:
        batch.options[NOTES] = [*batch.options.get(NOTES, ()), *lines.notes]
    return aside


class CleanedLines:
    """Iterate for the lines as they are kept. Raises FileRefused where the first line is not the
    header record.
    """

    def __init__(self, file: IO[bytes], layout: Layout) -> None:
        self.layout = layout
        self._lines = Lines(file, encoding_of(file))
        self.dropped = False

    @property
    def notes(self) -> list[str]:
        """How the file was read, which is known at its end."""
        return [note for note in (self._lines.encoding.note, *self._lines.notes) if note]

    def __iter__(self) -> Iterator[str]:
        width = len(self.layout.columns)
        titles = {plain(name) for name in self.layout.names}
        header: Header | None = None
        for number, text, cut in self._lines:
            cells = text.split("\t")
            if (header and not cut and len(cells) <= width) or not tidy(text):
                yield f"{text}\n"
                continue
            is_record = cells[0] == self.layout.record_type
            if (
                not is_record
                and len({plain(unquoted(cell)) for cell in cells[:width]} & titles) >= 4
            ):
                kept = cells[:width]
            elif header is None:
                header = Header(self.layout, number, text, cells)
                kept = [*cells[:OF_A_HEADER], *filter(tells_of_errors, cells[OF_A_HEADER:])]
            elif cut or (not header.errors_added and any(map(str.strip, cells[width:]))):
                yield self._strange(cells, cut=cut)
                continue
            else:
                kept = cells[:width]
            if [*filter(str.strip, kept)] != [*filter(str.strip, cells)]:
                self.dropped = True
                cells = kept
            yield "\t".join(cells) + "\n"

    def _strange(self, cells: list[str], *, cut: bool = False) -> str:
        """A line that is refused for its width or length, as wide and as long as it must be."""
        last = "-" * (LONGEST_LINE + 1 if cut else 1)
        kept = [cell[:LONGEST_KEY] for cell in cells[: self.layout.position("student") + 1]]
        own = [*kept, *("" for _ in cells[len(kept) :])]
        own[-1] = last
        self.dropped |= own != cells
        return "\t".join(own) + "\n"
