"""A roster file of many districts, sorted into one zip for each, which a district's own upload reads.

Lines keep their text; nothing is kept in memory but what waits to be written.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pathways.files.text import FileRefused, Lines
from pathways.roster.imports.recognizing import RosterPart, cells_of, parts_of

WAITING = 50_000
"""Lines that are kept before they are written."""


@dataclass
class SortedFiles:
    """What was sorted: a folder for each district, and how many rows name no district."""

    folder: Path
    rows: Counter[str] = field(default_factory=Counter)
    nameless: int = 0

    def zip_of(self, district: str) -> Path:
        """The district's files as one zip."""
        path = self.folder / f"{district}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted((self.folder / district).iterdir()):
                archive.write(file, file.name)
        return path


@contextmanager
def sorted_by_district(paths: list[Path]) -> Iterator[SortedFiles]:
    """Read the files to their end, each line to its district. Raises FileRefused."""
    with tempfile.TemporaryDirectory() as name:
        files = SortedFiles(Path(name))
        for number, path in enumerate(paths, 1):
            with path.open("rb") as file:
                for place, part in enumerate(parts_of(file, path.name), 1):
                    _sort(files, part, f"{number:03} {place:02}{'.txt' if part.is_aim else '.csv'}")
        yield files


def _sort(files: SortedFiles, part: RosterPart, name: str) -> None:
    place = 1 if part.is_aim else part.places.get("district")
    if place is None:
        raise FileRefused(
            f"{part.name} has no District Number column, so its rows belong to no district"
        )
    titles = "" if part.is_aim else _titles(part)
    waiting: dict[str, list[str]] = {}
    number = 0
    for _, text, _ in part.lines():
        cells = cells_of(part, text) or []
        district = cells[place].strip() if place < len(cells) else ""
        if not (district.isascii() and district.isdigit() and len(district) <= 4):
            files.nameless += 1
            continue
        waiting.setdefault(district.zfill(4), []).append(text)
        number += 1
        if number % WAITING == 0:
            _write(files, waiting, name, titles)
    _write(files, waiting, name, titles)


def _titles(part: RosterPart) -> str:
    lines = Lines(part.file, part.encoding)
    return next(text for number, text, _ in lines if number == part.first_line - 1)


def _write(files: SortedFiles, waiting: dict[str, list[str]], name: str, titles: str) -> None:
    for district, lines in waiting.items():
        path = files.folder / district / name
        path.parent.mkdir(exist_ok=True)
        is_new = not path.exists()
        with path.open("a", encoding="utf-8", newline="") as file:
            if is_new and titles:
                file.write(f"{titles}\n")
            file.writelines(f"{line}\n" for line in lines)
        files.rows[district] += len(lines)
    waiting.clear()
