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
from django.core.files.storage import default_storage
from django.core.management.base import CommandError

from cte_portal.batches.models import Batch, Status
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from cte_portal.editions import Scope
from cte_portal.ui.command import PortalCommand
from pathways.management.questions import current_year, person_named, require_district
from pathways.roster.imports.batch import TITLE, UPLOAD, VALIDATE
from pathways.roster.imports.carrying import OUTCOMES
from pathways.roster.problems import PROBLEMS


class Command(PortalCommand):
    help = (
        "Test or upload schools, calendars, students, enrollments, courses, sections and rosters."
        " Exit code 0: done; 2: refused; 3: held."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--district", required=True, help="4 digits")
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
        self, *args: Any, file: Path, district: str, person: str, work: str, **options: Any
    ) -> None:
        user, year = person_named(person), current_year()
        require_district(district)
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        with file.open("rb") as content:
            batch = submit(
                "roster-file",
                by=user,
                title=TITLE,
                subject=file.name,
                scope=Scope(district, year.end_year),
                options={
                    "work": work,
                    "confirmed": options["confirm"],
                    "every_grade": options["every_grade"],
                },
                content=File(content, name="input"),
                limited=False,
            )
        batch = run_here(batch, earlier=True)
        if batch.status not in (Status.COMPLETED, Status.WITH_ERRORS):
            raise CommandError(batch.sentence or f"The batch is {batch.get_status_display()}.")
        self.stdout.write(
            json.dumps(as_json(batch), ensure_ascii=False) if options["json"] else for_people(batch)
        )
        if batch.result.get("refused"):
            sys.exit(2)
        if batch.result.get("holds") and not batch.result.get("saved") and work == UPLOAD:
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
    with default_storage.open(summary.stored) as content:
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
