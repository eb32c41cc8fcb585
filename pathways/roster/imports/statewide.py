"""A roster file of many districts: one batch, and for each district a child that reads its part.

The parent keeps what was sent, so that another worker can go on with it. It sorts the lines into
one zip for each district; they keep their text, and nothing is kept in memory but what waits to be
written.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

from django.core.files.base import File

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.models import User
from cte_portal.batches.files import is_stored, open_stored
from cte_portal.batches.job import CannotRun, Job, Outcome
from cte_portal.batches.kinds import Kind
from cte_portal.batches.models import STATEWIDE, Batch, Status
from cte_portal.batches.statewide.statewide import for_each_district
from cte_portal.batches.submit import submit
from cte_portal.editions import Scope
from cte_portal.ui.wording import number_of
from pathways.files.text import CHUNK, FileRefused, Lines
from pathways.models import District, SchoolYear
from pathways.roster.imports.aim import BY_RECORD_TYPE
from pathways.roster.imports.archive import QUICK, write_archive
from pathways.roster.imports.batch import ROSTER_FILE_OF_ALL, TITLE
from pathways.roster.imports.cells import DayOrder
from pathways.roster.imports.cleaning import NOTICES, cleaned
from pathways.roster.imports.layout import RosterColumn
from pathways.roster.imports.reading import MOST_VALUES
from pathways.roster.imports.recognizing import RosterPart, cells_of, parts_of

FILES_OF_ALL = "roster-files-of-all"
MOST_NAMED = 20
WAITING = 50_000
"""Lines that are kept before they are written."""


@dataclass
class SortedFiles:
    """What was sorted: a folder for each district, and how many rows name no district."""

    folder: Path
    rows: Counter[str] = field(default_factory=Counter)
    nameless: int = 0

    def zip_of(self, district: str) -> Path:
        """The district's files as one zip, the same for the same lines."""
        path = self.folder / f"{district}.zip"
        files = sorted((self.folder / district).iterdir())
        with path.open("w+b") as into:
            write_archive(into, [(file.name, partial(_pieces, file)) for file in files])
        return path


def _pieces(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="") as file:
        while piece := file.read(CHUNK):
            yield piece


@contextmanager
def sorted_by_district(package: IO[bytes]) -> Iterator[SortedFiles]:
    """Read the files of a zip to their end, each line to its district. Raises FileRefused."""
    with tempfile.TemporaryDirectory() as name, zipfile.ZipFile(package) as archive:
        files = SortedFiles(Path(name))
        for number, entry in enumerate(archive.infolist(), 1):
            with tempfile.TemporaryFile() as aside:
                with archive.open(entry) as member:
                    shutil.copyfileobj(member, aside)
                for place, part in enumerate(parts_of(aside, entry.filename), 1):
                    _sort(files, part, f"{number:03} {place:02}{'.txt' if part.is_aim else '.csv'}")
        yield files


def submit_of_all(
    paths: list[Path], subject: str, end_year: int, options: dict[str, object], *, by: User
) -> Batch:
    """Queue what is kept of the files of all districts as one batch. Raises FileRefused."""
    notices: list[str] = []
    with tempfile.TemporaryFile() as aside:
        with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED, compresslevel=QUICK) as package:
            for path in paths:
                with path.open("rb") as file, package.open(path.name, "w") as entry:
                    kept, of_file = cleaned(file, path.name)
                    kept.seek(0)
                    shutil.copyfileobj(kept, entry)
                notices += of_file
        return submit(
            FILES_OF_ALL,
            by=by,
            title=f"{TITLE} – all districts",
            subject=subject,
            scope=Scope("", end_year),
            options={**options, NOTICES: notices} if notices else options,
            content=File(aside, name="input"),
            limited=False,
        )


def run_of_all(job: Job) -> None:
    batch = job.batch
    if not SchoolYear.objects.filter(end_year=job.scope.end_year, is_active=True).exists():
        raise CannotRun(f"{job.scope.school_year} is no longer the current school year.")
    if not is_stored(batch.input_file):
        raise CannotRun("The files are no longer kept. Send them again.")
    job.step("Sorting by district")
    known = set(District.objects.values_list("number", flat=True))
    try:
        with open_stored(batch.input_file) as package, sorted_by_district(package) as files:
            ended = for_each_district(
                job,
                ROSTER_FILE_OF_ALL.name,
                sorted(set(files.rows) & known),
                stage="Uploading",
                title=TITLE,
                options=batch.options,
                content=lambda district: File(files.zip_of(district).open("rb"), name="input"),
            )
    except FileRefused as refused:
        job.outcome = Outcome(
            f"{refused.sentence}. Nothing was read.",
            refused=True,
            result={"refused": f"{refused.sentence}."},
        )
        return
    unknown = {number: files.rows[number] for number in sorted(set(files.rows) - known)}
    whole = ended[Status.COMPLETED]
    rest = sum(ended.values()) - whole
    sentences = [f"{number_of(whole, 'district')} done."]
    if rest:
        sentences.append(f"{rest:,} with errors or not done: open them below.")
    if unknown:
        listed = ", ".join(list(unknown)[:MOST_NAMED])
        sentences.append(f"Rows of {number_of(len(unknown), 'unknown district')}: {listed}.")
    if files.nameless:
        sentences.append(f"Rows without a District Number: {files.nameless:,}.")
    job.outcome = Outcome(
        " ".join(sentences),
        with_errors=len(sentences) > 1,
        result={"ended": ended, "unknown": unknown, "nameless": files.nameless},
    )


def _sort(files: SortedFiles, part: RosterPart, name: str) -> None:
    place = 1 if part.is_aim else part.places.get("district")
    if place is None:
        raise FileRefused(
            f"{part.name} has no District Number column, so its rows belong to no district"
        )
    titles = "" if part.is_aim else _titles(part)
    waiting: dict[str, list[str]] = {}
    number, dates = 0, _DatesOfPart(part)
    districts: dict[str, str] = {}
    for line, text, _ in part.lines():
        cells = cells_of(part, text) or []
        if dates.may_be_there:
            dates.note(line, cells)
        cell = cells[place] if place < len(cells) else ""
        if (district := districts.get(cell)) is None:
            district = _district_of(cell)
            if not district:
                files.nameless += 1
                continue
            districts[cell] = district
        waiting.setdefault(district, []).append(text)
        number += 1
        if number % WAITING == 0:
            _write(files, waiting, name, titles)
    _write(files, waiting, name, titles)
    dates.order.refuse_day_first(0, part.name)


def _district_of(cell: str) -> str:
    """The district's number that stands in a cell; empty where none does."""
    text = cell.strip()
    is_number = text.isascii() and text.isdigit() and len(text) <= 4
    return text.zfill(4) if is_number else ""


class _DatesOfPart:
    """Whether a file writes the day first, asked of all districts' rows together: those of one
    district may be lawful either way, and would be misread.
    """

    def __init__(self, part: RosterPart) -> None:
        self.part, self.order = part, DayOrder()
        columns = part.layout.columns if part.layout else ()
        self.may_be_there = part.is_aim or any(column.kind == "date" for column in columns)
        self._seen: dict[str, set[str]] = {}
        self._columns: dict[str, list[tuple[RosterColumn, int]]] = {}

    def note(self, line: int, cells: list[str]) -> None:
        layout = self.part.layout or BY_RECORD_TYPE.get((cells or [""])[0].strip().upper())
        if layout is None:
            return
        if layout.slug not in self._columns:
            of_layout = self.part.columns_of(layout)
            self._columns[layout.slug] = [pair for pair in of_layout if pair[0].kind == "date"]
        for column, at in self._columns[layout.slug]:
            cell = cells[at] if at < len(cells) else ""
            seen = self._seen.setdefault(column.title, set())
            if cell not in seen:
                self.order.note(0, line, column.title, cell)
                if len(seen) < MOST_VALUES:
                    seen.add(cell)


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


ROSTER_FILES_OF_ALL = Kind(
    name=FILES_OF_ALL,
    run=run_of_all,
    queue=STATEWIDE,
    capability=Capability.WORK_STATEWIDE,
    unit="district",
    noun="roster upload of all districts",
    changes_nothing="Some districts may be done. The others are unchanged.",
)
