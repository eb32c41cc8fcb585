"""`manage.py roster_import`: the same roster upload as on the page, as a batch that this process
runs.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.management.base import CommandError

from cte_portal.accounts.models import User
from cte_portal.batches.files import open_stored
from cte_portal.batches.models import ANSWERED, Batch, Status
from cte_portal.batches.running import run_here
from cte_portal.batches.statewide.statewide import children_of
from cte_portal.batches.submit import submit
from cte_portal.editions import Scope
from cte_portal.ui.command import PortalCommand
from pathways.files.text import FileRefused
from pathways.management.questions import current_year, person_named, require_district
from pathways.roster.imports.batch import (
    ROSTER_FILE,
    TITLE,
    UPLOAD,
    VALIDATE,
)
from pathways.roster.imports.carrying import OUTCOMES
from pathways.roster.imports.statewide import submit_of_all
from pathways.roster.problems import PROBLEMS

LONGEST = 12 * 60 * 60  # seconds that the command waits for a worker that was quicker


class Command(PortalCommand):
    help = (
        "Test or upload schools, calendars, students, enrollments, courses, sections and rosters."
        " Exit code 0: done; 2: refused; 3: held."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="with --all also a folder of files")
        district_group = parser.add_mutually_exclusive_group(required=True)
        district_group.add_argument("--district", help="4 digits")
        district_group.add_argument(
            "--all",
            action="store_true",
            dest="statewide",
            help="a file of all districts: one batch, with a child for each district",
        )
        parser.add_argument(
            "--as",
            required=True,
            dest="person",
            metavar="USER",
            help="user name of the person who submits it",
        )
        parser.add_argument("--work", required=True, choices=[VALIDATE, UPLOAD])
        parser.add_argument(
            "--confirm", type=int, help="the number of rows that a held file asks you to confirm"
        )
        parser.add_argument(
            "--every-grade", action="store_true", help="load new students below grade 7 as well"
        )

    def handle(
        self,
        *args: Any,
        file: Path,
        district: str | None,
        statewide: bool,
        person: str,
        work: str,
        **options: Any,
    ) -> None:
        user, year = person_named(person), current_year()
        how = {
            "work": work,
            "confirmed": options["confirm"],
            "every_grade": options["every_grade"],
        }
        if statewide:
            if options["confirm"] is not None:
                raise CommandError("--confirm goes with --district: confirm held files one by one.")
            self.handle_all(file, user, year.end_year, how, options["json"])
            return
        require_district(district or "")
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        batch = carried(file, file.name, Scope(district or "", year.end_year), user, how)
        self.stdout.write(
            json.dumps(as_json(batch), ensure_ascii=False) if options["json"] else for_people(batch)
        )
        end_with([batch])

    def handle_all(
        self, path: Path, user: User, end_year: int, how: dict[str, Any], as_text: bool
    ) -> None:
        """Each district's rows as a batch of its own; one that is refused stops no other."""
        if not path.exists():
            raise CommandError(f"There is no file or folder {path}.")
        paths = (
            sorted(file for file in path.iterdir() if file.is_file()) if path.is_dir() else [path]
        )
        try:
            batch = submit_of_all(paths, path.name, end_year, how, by=user)
        except FileRefused as refused:
            raise CommandError(f"{refused.sentence}. Nothing was read.") from refused
        batch = run_here(batch, patience=LONGEST)
        if batch.status not in (Status.COMPLETED, Status.WITH_ERRORS):
            raise CommandError(batch.sentence or f"The batch is {batch.get_status_display()}.")
        children = list(children_of(batch))
        batches = {child.district: child for child in children if child.status in ANSWERED}
        failures = {
            child.district: child.sentence for child in children if child.status not in ANSWERED
        }
        unknown, nameless = batch.result["unknown"], batch.result["nameless"]
        if as_text:
            answer = {
                "districts": {number: as_json(child) for number, child in batches.items()},
                "failed": failures,
                "unknown": unknown,
                "nameless": nameless,
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            for number, child in batches.items():
                self.stdout.write(f"{number}: {child.sentence}")
            for number, reason in failures.items():
                self.stdout.write(f"{number}: {reason}")
            for number, rows in unknown.items():
                self.stdout.write(
                    f"{number}: not a district of the portal. Rows left out: {rows:,}"
                )
            if nameless:
                self.stdout.write(f"Rows without a District Number: {nameless:,}")
        end_with(list(batches.values()), has_left_out=bool(unknown or failures or nameless))


def carried(
    file: Path,
    name: str,
    scope: Scope,
    user: User,
    how: dict[str, Any],
) -> Batch:
    """The file as a batch of the district, carried out here. Raises CommandError."""
    with file.open("rb") as content:
        batch = submit(
            ROSTER_FILE.name,
            by=user,
            title=TITLE,
            subject=name,
            scope=scope,
            options=how,
            content=File(content, name="input"),
            limited=False,
        )
    batch = run_here(batch, earlier=True)
    if batch.status not in ANSWERED:
        raise CommandError(batch.sentence or f"The batch is {batch.get_status_display()}.")
    return batch


def end_with(batches: list[Batch], *, has_left_out: bool = False) -> None:
    """The exit code of the command: refused before held, held before done."""
    if has_left_out or any(batch.result.get("refused") for batch in batches):
        sys.exit(2)
    if any(
        batch.result.get("holds")
        and not batch.result.get("saved")
        and batch.options.get("work") == UPLOAD
        for batch in batches
    ):
        sys.exit(3)


def as_json(batch: Batch) -> dict[str, Any]:
    result = batch.result
    refused = result.get("refused", "")
    waits = bool(result.get("holds")) and not result.get("saved")
    shape = {
        "status": "refused" if refused else "held" if waits else batch.status,
        "format": result["format"],
        "objects": result["objects"],
        "findings": findings(batch),
    }
    return (
        {**shape, "reason": refused}
        if refused
        else {**shape, "effects": result["effects"], "holds": result["holds"]}
    )


def findings(batch: Batch) -> list[dict[str, Any]]:
    """Every row with a rule, from the Roster Import Summary."""
    summary = batch.files.filter(role="report.csv").first()
    if summary is None:
        return []
    with open_stored(summary.stored) as content:
        lines = io.StringIO(content.read().decode("utf-8-sig"), newline="")
    return [
        {
            "file": row["File"],
            "line": int(row["Line"]),
            "field": row["Column"],
            "rule": row["Rule"],
            "severity": PROBLEMS[row["Rule"]].severity,
            "value": row["In your file"],
            "message": row["What is wrong"],
        }
        for row in csv.DictReader(lines)
        if row["Rule"]
    ]


def for_people(batch: Batch) -> str:
    lines = [batch.sentence]
    for counts in batch.result["objects"]:
        counted = " · ".join(
            f"{outcome.replace('_', ' ')} {counts[outcome]:,}" for outcome in OUTCOMES
        )
        lines.append(f"{counts['type']}: {counted}")
    lines += batch.result.get("notices", [])
    lines += [
        f"{finding['file']} line {finding['line']}: {finding['rule']} {finding['message']}"
        for finding in findings(batch)
    ]
    return "\n".join(lines)
