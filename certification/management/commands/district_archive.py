"""`manage.py district_archive`: the archive of a district as on the page, made by this process."""

from __future__ import annotations

import json
import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from certification.archives import archiving
from cte_portal.batches.files import open_stored
from cte_portal.batches.models import Status
from cte_portal.batches.running import run_here
from cte_portal.ui.command import PortalCommand
from pathways.management.questions import person_named, require_district

LONGEST = 12 * 60 * 60  # seconds that the command waits for a worker that was quicker


class Command(PortalCommand):
    help = "Put a district's whole data into one ZIP file, with a manifest and digests."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--district", required=True, help="4 digits")
        parser.add_argument(
            "--as",
            required=True,
            dest="person",
            metavar="USER",
            help="user name of the person who asks for it",
        )
        parser.add_argument("--reason", required=True, help="stands in the audit")
        parser.add_argument(
            "--to", required=True, type=Path, metavar="FILE", help="a new file for the archive"
        )

    def handle(
        self, *args: Any, district: str, person: str, reason: str, to: Path, **options: Any
    ) -> None:
        user = person_named(person)
        require_district(district)
        if not reason.strip() or len(reason) > 200:
            raise CommandError("Enter a reason of at most 200 characters.")
        if to.exists():
            raise CommandError(f"{to} exists already.")
        batch = run_here(
            archiving.ask(district, by=user, reason=reason, limited=False), patience=LONGEST
        )
        if batch.status not in (Status.COMPLETED, Status.WITH_ERRORS):
            raise CommandError(batch.sentence or f"The batch is {batch.get_status_display()}.")
        file = batch.files.get(role=archiving.ROLE)
        with open_stored(file.stored) as content, to.open("xb") as copy:
            to.chmod(0o600)
            shutil.copyfileobj(content, copy)
        answer = {"file": str(to), "sha256": file.sha256, "bytes": file.size, **batch.result}
        self.stdout.write(
            json.dumps(answer) if options["json"] else f"{batch.sentence} SHA-256 {file.sha256}"
        )
