"""The export as a package: its manifest, and its files row by row, of which only the columns that
are asked for leave this module.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import IO, NamedTuple

from pathways.files.text import FileRefused, Lines, encoding_of, printable
from pathways.roster.imports.archive import DAMAGED, Archive, is_zip
from pathways.roster.imports.oneroster.layout import (
    BY_NAME,
    DRAFT,
    GRADEBOOK,
    KEYED_BY_USER,
    REQUIRED,
    VERSIONS,
    OneRosterTable,
)

_NUMBER = re.compile(
    r"metadata\.(?!.*(phone|mobile|cell|fax|sms|mail|parent|guardian|contact|ssn|social|race|ethnic))"
    r".*(id|number).*"
)
"""Extra columns that may hold a State ID or a number; all others are dropped (R-IMP-24)."""
_AGAIN = "Export it again as OneRoster 1.1 or 1.2, CSV"


class ExportRow(NamedTuple):
    """One line of a file: the cells that were asked for, in that order, or what is wrong with the
    line.
    """

    line: int
    cells: list[str]
    fault: str = ""
    width: int = 0
    """How many cells a line has that could not be read; 0 where a quotation mark is open."""


class Package:
    """A OneRoster zip. Raises FileRefused for what is none, or not whole."""

    def __init__(self, archive: Archive) -> None:
        archive.require_harmless()
        self._archive = archive
        self.notices: list[str] = []
        self.unread: list[str] = []
        """Files that are there though the manifest calls them absent."""
        if "manifest.csv" not in archive.names:
            raise FileRefused(
                f"This OneRoster export has no manifest.csv, which names its version. {_AGAIN}"
            )
        manifest = self._manifest()
        self.version = manifest.get("oneroster.version", "")
        if self.version not in VERSIONS:
            raise FileRefused(
                f"manifest.csv names OneRoster version “{printable(self.version)[:20]}”. {_AGAIN}"
            )
        named = (
            manifest.get(f"source.{part}", "").strip() for part in ("systemname", "systemcode")
        )
        self.source = printable(" ".join(part for part in named if part))[:100].strip()
        self.modes = {
            name: manifest.get(f"file.{name.lower()}", "absent").lower()
            for name, table in BY_NAME.items()
            if self.version in table.versions
        }
        self._require_whole()

    @property
    def is_delta(self) -> bool:
        return "delta" in self.modes.values()

    def brings(self, name: str) -> bool:
        return self.modes.get(name, "absent") != "absent"

    def table(self, name: str) -> ExportTable:
        return ExportTable(BY_NAME[name], self._archive.opened(f"{name.lower()}.csv"), self.version)

    def manifest_lines(self) -> list[str]:
        return [text for _, text, _ in _lines(self._archive.opened("manifest.csv"), "manifest.csv")]

    def _manifest(self) -> dict[str, str]:
        """Properties by name in lower case."""
        rows = [_cells(text) or [] for text in self.manifest_lines()]
        titles = [cell.strip().lower() for cell in rows[0]] if rows else []
        if titles[:1] != ["propertyname"] or titles[1:2] not in (["value"], ["propertyvalue"]):
            raise FileRefused(
                f"The first line of manifest.csv must be propertyName,value. {_AGAIN}"
            )
        return {row[0].strip().lower(): row[1].strip() for row in rows[1:] if len(row) > 1}

    def _require_whole(self) -> None:
        """Every file that the manifest promises is there, and every file that is needed is
        promised.
        """
        for name, mode in self.modes.items():
            there = f"{name.lower()}.csv" in self._archive.names
            if mode not in ("bulk", "delta", "absent"):
                raise FileRefused(
                    f"manifest.csv says “{printable(mode)[:20]}” for {name}.csv. It can say bulk,"
                    f" delta, or absent. {_AGAIN}"
                )
            if mode != "absent" and not there:
                raise FileRefused(
                    f"manifest.csv names {name}.csv, but the zip does not have it. {_AGAIN}"
                )
            if mode == "absent" and there:
                self.unread.append(name)
                self.notices.append(f"{name}.csv was not read: manifest.csv says that it is absent")
        needed = (*REQUIRED, "roles") if self.version == "1.2" else REQUIRED
        missing = [name for name in needed if self.modes[name] == "absent"]
        if missing and not self.is_delta:
            raise FileRefused(
                f"The export has no {' and no '.join(f'{name}.csv' for name in missing)}. {_AGAIN}"
            )


class ExportTable:
    """One file of the export."""

    def __init__(self, layout: OneRosterTable, file: IO[bytes], version: str) -> None:
        self.name = f"{layout.name}.csv"
        self._lines = _lines(file, self.name)
        number, text, _ = next(self._lines, (0, "", False))
        titles = [printable(cell).strip() for cell in _cells(text) or []]
        if not any(titles):
            raise FileRefused(f"{self.name} is empty. {_AGAIN}")
        self.first_line, self.titles, self.width = number, titles, len(titles)
        self.places: dict[str, int] = {}
        for place, title in enumerate(titles):
            if self.places.setdefault(title.lower(), place) != place and title:
                raise FileRefused(f"{self.name}: the column {title[:60]} appears twice. {_AGAIN}")
        self.metadata = tuple(title for title in titles if _NUMBER.fullmatch(title.lower()))
        self.notices = _notices(layout, titles)
        needed = layout.needed
        if layout.name == "users" and version == "1.1":
            needed = (*needed, "role", "orgSourcedIds")
        if drafts := _drafts(layout, titles):
            raise FileRefused(
                f"{self.name} is of an older draft of OneRoster (columns"
                f" {', '.join(drafts[:5])}). {_AGAIN}"
            )
        missing = [title for title in needed if title.lower() not in self.places]
        if missing:
            raise FileRefused(f"{self.name} lacks these columns: {', '.join(missing)}. {_AGAIN}")

    def rows(self, *columns: str) -> Iterator[ExportRow]:
        """The cells of the named columns, line by line; a column that the file lacks is blank."""
        places = [self.places.get(column.lower()) for column in columns]
        for number, text, cut in self._lines:
            cells = text.split(",") if '"' not in text else _cells(text)
            if cells is None:
                fault = "A quotation mark in this line is not closed"
            elif cut or (
                len(cells) != self.width and (len(cells) < self.width or any(cells[self.width :]))
            ):
                fault = f"This line has {len(cells)} columns; {self.name} has {self.width}"
            else:
                yield ExportRow(
                    number, ["" if place is None else cells[place].strip() for place in places]
                )
                continue
            yield ExportRow(number, [""] * len(places), fault, len(cells or ()))


def package_in(file: IO[bytes]) -> Package | None:
    """The OneRoster export that was sent, or None where it is something else. Raises
    FileRefused.
    """
    if not is_zip(file):
        return None
    archive = Archive(file)
    names = set(archive.names)
    if any(name.endswith(".json") for name in names):
        return None  # which is refused by its name
    files = {f"{name.lower()}.csv" for name in BY_NAME}
    if "manifest.csv" in names or len(names & files) > 2 or "users.csv" in names:
        return Package(archive)
    if names & GRADEBOOK:
        raise FileRefused(
            "This is a OneRoster gradebook export (results, lineItems). Export rostering instead:"
            " orgs, users, classes, and enrollments"
        )
    return None


def holds_people(file: IO[bytes]) -> bool:
    """Whether what was sent is a zip with users.csv, readable or not."""
    try:
        return is_zip(file) and "users.csv" in Archive(file).names
    except FileRefused:
        return False


def _drafts(layout: OneRosterTable, titles: list[str]) -> list[str]:
    """Titles of an older draft, where the published ones that took their place are not there."""
    published = {title.lower() for title in layout.published}
    there = {title.lower() for title in titles}
    later = {old: new.lower() for old, new in DRAFT.items()}
    return [
        title
        for title in titles
        if (later.get(title.lower()) in published - there and title.lower() not in published)
        or (title.lower() == KEYED_BY_USER and layout.name == "demographics")
    ]


def _notices(layout: OneRosterTable, titles: list[str]) -> list[str]:
    published = {title.lower(): title for title in layout.published}
    known = [title for title in titles if title.lower() in published]
    respelled = [title for title in known if published[title.lower()] != title]
    unknown = [
        title or "a column without a title"
        for title in titles
        if title.lower() not in published and not title.lower().startswith("metadata.")
    ]
    notices = []
    if respelled:
        notices.append(
            f"{layout.name}.csv: column titles written otherwise were read:"
            f" {', '.join(title[:60] for title in respelled[:20])}"
        )
    if unknown:
        notices.append(
            f"{layout.name}.csv: these columns were not read or kept:"
            f" {', '.join(title[:60] for title in unknown[:20])}"
        )
    return notices


def _lines(file: IO[bytes], name: str) -> Iterator[tuple[int, str, bool]]:
    """The file's lines that hold something, unpacked as they are read."""
    try:
        encoding = encoding_of(file)
        for number, text, cut in Lines(file, encoding):
            if text.strip():
                yield number, text.rstrip("\x1a"), cut
    except FileRefused as refused:
        raise FileRefused(f"{name}: {refused.sentence}") from refused
    except DAMAGED as bad:
        raise FileRefused("The zip file is damaged. Create it again") from bad


def _cells(text: str) -> list[str] | None:
    """The cells of one line, or None where a quotation mark has no partner."""
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error:
        return None
