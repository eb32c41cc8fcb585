"""The export that is kept for its job: what the portal does not use is taken out of it as soon as
it has been read (R-IMP-24).

Lines and columns stay where they are, so that every message still names them.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import IO

from django.core.files import File

from cte_portal.batches.files import drop_stored, stored_whole
from cte_portal.batches.models import Batch
from pathways.files.text import LONGEST_LINE
from pathways.roster.imports.archive import write_archive
from pathways.roster.imports.oneroster.export import Export
from pathways.roster.imports.oneroster.layout import BY_NAME
from pathways.roster.imports.oneroster.package import Package


def keep_cleaned(batch: Batch, export: Export) -> None:
    """Put the cleaned export in the place of the one that was sent. Whoever dies in between leaves
    a file without a job, which the daily clean-up removes.
    """
    with tempfile.TemporaryFile() as aside:
        write_cleaned(aside, export.package, export.other_users)
        size, digest = aside.tell(), hashlib.sha256()
        aside.seek(0)
        while chunk := aside.read(1 << 20):
            digest.update(chunk)
        aside.seek(0)
        stored = stored_whole(f"{batch.input_file}-cleaned", File(aside))
    values = {"input_file": stored, "input_bytes": size, "input_sha256": digest.hexdigest()}
    if not Batch.objects.held(batch).update(**values):  # it belongs to another attempt now
        drop_stored(stored)
        return
    drop_stored(batch.input_file)
    for name, value in values.items():
        setattr(batch, name, value)


def drop_upload(batch: Batch) -> None:
    """An export that was refused is not kept: it could not be cleaned."""
    drop_stored(batch.input_file)
    batch.input_file = ""
    Batch.objects.held(batch).update(input_file="")


def write_cleaned(into: IO[bytes], package: Package, other_users: set[str]) -> None:
    """The same bytes for the same export, so that it is known again."""
    files: list[tuple[str, Callable[[], Iterable[str]]]] = [
        ("manifest.csv", lambda: [f"{line}\n" for line in package.manifest_lines()])
    ]
    for name in package.modes:
        if package.brings(name):
            files.append((f"{name}.csv", partial(_lines, package, name, other_users)))
    files += [(f"{name}.csv", tuple) for name in package.unread]
    write_archive(into, files)
    into.seek(0, 2)


def _lines(package: Package, name: str, other_users: set[str]) -> Iterator[str]:
    table = package.table(name)
    kept = {title.lower() for title in BY_NAME[name].kept} | {
        title.lower() for title in table.metadata
    }
    titles = [title for title in table.titles if title.lower() in kept]
    places = [table.places[title.lower()] for title in titles]
    of_others = [titles.index(title) for title in titles if title.lower() in ("sourcedid", "role")]
    user = titles.index(_USER[name]) if name in _USER and _USER[name] in titles else None
    yield "\n" * (table.first_line - 1) + _line(table.titles)
    line = table.first_line
    for row in table.rows(*titles):
        if row.line > line + 1:
            yield "\n" * (row.line - line - 1)
        line = row.line
        if row.fault:
            yield _line(_unfit(row.width, table.width)) if row.width else '"\n'
            continue
        cells = [""] * table.width
        is_other = user is not None and row.cells[user] in other_users
        for number in of_others if is_other else range(len(places)):
            cells[places[number]] = row.cells[number]
        yield _line(cells)


def _unfit(width: int, of_table: int) -> list[str]:
    """A line as wide as the one that did not fit, or as long, so that it does not fit either."""
    last = "" if width < of_table else "-" if width > of_table else "-" * (LONGEST_LINE + 1)
    return [*("" for _ in range(width - 1)), last]


_QUOTED = re.compile(r'["\r\n]')
"""Beside a comma, what csv puts into quotation marks."""
_USER = {"users": "sourcedId", "demographics": "sourcedId"}
"""Files about people, and the column with the user; of people who are no students nothing else is
kept.
"""


def _line(cells: list[str]) -> str:
    if len(cells) < 2:
        return '""\n' if not any(cells) else f'"{cells[0].replace(chr(34), chr(34) * 2)}"\n'
    plain = ",".join(cells)
    if plain.count(",") == len(cells) - 1 and not _QUOTED.search(plain):
        return f"{plain}\n"
    into = io.StringIO()
    csv.writer(into, lineterminator="\n").writerow(cells)
    return into.getvalue()
