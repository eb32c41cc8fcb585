"""`manage.py mt_data_upload`: the same upload as on the page, as a batch that this process runs."""

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

from cte_portal.batches.files import open_stored
from cte_portal.batches.models import ANSWERED, Batch
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from cte_portal.editions import Scope
from cte_portal.ui import csv_file
from cte_portal.ui.command import PortalCommand
from pathways.files.layout import CTE_FALL, LAYOUTS
from pathways.management.questions import current_year, person_named, require_district
from pathways.models import FollowUpYear
from pathways.uploads.run import NAMES, UPLOAD, VALIDATE, level_of
from pathways.uploads.stored_file import COUNTS


class Command(PortalCommand):
    help = "Test or upload a file of records. Exit code 0: done; 2: the file was refused."

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
        parser.add_argument("--type", default="cte-eoy", choices=sorted(LAYOUTS))
        parser.add_argument(
            "--year",
            type=int,
            help="end year in which the leavers of a Fall CTE file left; else the current year",
        )
        parser.add_argument(
            "--all-or-nothing", action="store_true", help="save nothing unless all rows are good"
        )

    def handle(
        self,
        *args: Any,
        file: Path,
        district: str,
        person: str,
        work: str,
        type: str,
        **options: Any,
    ) -> None:
        user, year = person_named(person), current_year()
        is_fall = type == CTE_FALL.slug
        if options["year"] and not is_fall:
            raise CommandError("--year goes with --type cte-fall: records have the current year.")
        end_year = options["year"] or year.end_year
        if is_fall and not FollowUpYear.objects.filter(pk=end_year).exists():
            raise CommandError(f"OPI does not follow up the school year {end_year}.")
        require_district(district)
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        with file.open("rb") as content:
            batch = submit(
                "fall-upload" if is_fall else "upload",
                by=user,
                title=f"MT Data Upload – {NAMES[work]}",
                subject=file.name,
                scope=Scope(district, end_year),
                options={"type": type, "work": work, "all_or_nothing": options["all_or_nothing"]},
                content=File(content, name="input"),
                limited=False,
            )
        batch = run_here(batch, earlier=True)
        if batch.status not in ANSWERED:
            raise CommandError(batch.sentence or f"The batch is {batch.get_status_display()}.")
        refused = batch.result.get("refused", "")
        self.stdout.write(
            json.dumps(as_json(batch), ensure_ascii=False) if options["json"] else people(batch)
        )
        if refused:
            sys.exit(2)


def as_json(batch: Batch) -> dict[str, Any]:
    result = batch.result
    shape = {"status": batch.status, "counts": result["counts"], "findings": findings(batch)}
    if result.get("refused"):
        return {**shape, "reason": result["refused"]}
    return {**shape, "adjusted": result["adjusted"]}


def findings(batch: Batch) -> list[dict[str, Any]]:
    """All of them, from the Import Results Summary."""
    report = batch.files.filter(role="report.csv").first()
    if report is None:
        return []
    names = {column.name: column.field for layout in LAYOUTS.values() for column in layout.columns}
    with open_stored(report.stored) as content:
        lines = io.StringIO(content.read().decode("utf-8-sig"), newline="")
    return [
        {
            "line": int(row["Line"]),
            "field": names.get(row["Column"], "line"),
            "rule": row["Rule"],
            "severity": row["Level"].lower(),
            "value": as_read(row["In your file"]),
            "message": row["What is wrong"],
        }
        for row in csv.DictReader(lines)
    ]


def as_read(text: str) -> str:
    """The value without the apostrophe that keeps spreadsheets from calculating it."""
    return text[1:] if text.startswith("'") and csv_file.safe(text[1:]) == text else text


def people(batch: Batch) -> str:
    numbers = {
        **batch.result["counts"],
        "infos": sum(
            group["count"] for group in batch.result["groups"] if level_of(group) == "info"
        ),
    }
    names = [*COUNTS, *(["differences"] if "differences" in numbers else []), "infos"]
    counts = " · ".join(f"{name} {numbers[name]:,}" for name in names)
    lines = [batch.sentence, counts, *batch.result.get("adjusted", [])]
    return "\n".join(
        [
            *lines,
            *(
                f"line {f['line']}: {f['severity']} {f['rule']} {f['field']}: {f['message']}"
                for f in findings(batch)
            ),
        ]
    )
