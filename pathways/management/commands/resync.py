"""`manage.py resync`: a district's records, or those of all, to the State edition."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch, Status
from cte_portal.batches.running import run_here
from cte_portal.batches.statewide.statewide import children_of
from cte_portal.editions import Scope
from cte_portal.ui.command import CommandRefusal, PortalCommand
from pathways.management.questions import current_year, person_named, require_district
from pathways.resync.batches import submit_resync, submit_resync_of_all
from pathways.resync.difference import differences
from pathways.resync.object_types import NAMES, OBJECTS, closure


class Command(PortalCommand):
    help = "Send the records of one district, or of all districts, to the State edition."

    def add_arguments(self, parser: ArgumentParser) -> None:
        districts = parser.add_mutually_exclusive_group(required=True)
        districts.add_argument("--district", help="4 digits")
        districts.add_argument("--all", action="store_true", help="every district")
        parser.add_argument(
            "--as",
            dest="person",
            metavar="USER",
            help="user name of the person who sends; default: one whose role allows it",
        )
        parser.add_argument(
            "--type",
            action="append",
            choices=NAMES,
            default=[],
            help="a type of object, together with what it needs; default: all",
        )
        parser.add_argument(
            "--compare",
            action="store_true",
            help="send nothing; report how many rows of each type differ between the editions",
        )

    def handle(
        self, *args: Any, district: str | None, person: str | None, type: list[str], **options: Any
    ) -> None:
        year = current_year()
        if district is not None:
            require_district(district)
        if options["compare"]:
            self.compare(Scope(district or "", year.end_year), as_json=options["json"])
            return
        by = sender(person, district)
        names = closure(type) if type else NAMES
        scope = Scope(district or "", year.end_year)
        submitted = (
            submit_resync(scope, names, by=by, limited=False)
            if district
            else submit_resync_of_all(year.end_year, names, by=by, limited=False)
        )
        batch = run_here(submitted, earlier=True)
        batches = [batch] if district else list(children_of(batch))
        results = [
            {"district": sent.district, "objects": sent.result.get("objects", [])}
            for sent in batches
        ]
        if not options["json"]:
            self.stdout.write("\n".join(line for sent in batches for line in lines(sent)))
        if batch.status not in (Status.COMPLETED, Status.WITH_ERRORS):
            raise CommandRefusal(
                batch.sentence or f"The batch is {batch.get_status_display()}.",
                results[0] if district else {"districts": results},
            )
        if options["json"]:
            self.stdout.write(json.dumps(results[0] if district else results))

    def compare(self, scope: Scope, *, as_json: bool) -> None:
        """The resync's own difference, run dry; type by type, as a whole state's rows take their
        room.
        """
        objects = []
        for kind in OBJECTS:
            difference = differences([kind], scope)[kind.name]
            objects.append(
                {
                    "type": kind.name,
                    "new": len(difference.new),
                    "changed": len(difference.changed),
                    "only_at_state": len(difference.gone),
                }
            )
        if as_json:
            self.stdout.write(json.dumps({"district": scope.district or None, "objects": objects}))
            return
        for line in objects:
            self.stdout.write(
                f"{line['type']:<18} Never sent: {line['new']:,} Changed since: {line['changed']:,}"
                f" Only at the state: {line['only_at_state']:,}"
            )


def sender(username: str | None, district: str | None) -> User:
    """The named person, or the first with a role that may send: a batch always has its person."""
    people = get_user_model().objects.filter(is_active=True)
    if username:
        return person_named(username)
    roles = ["data-clerk", "district-administrator"]
    own = (
        people.filter(memberships__district=district, memberships__role__in=roles)
        if district
        else people.none()
    )
    user = (
        own.order_by("pk").first()
        or people.filter(memberships__role="opi-staff").order_by("pk").first()
    )
    if user is None:
        raise CommandError("No one has a role that can send data. Name a person with --as.")
    return user


def lines(batch: Batch) -> list[str]:
    """The lines that people read of one district."""
    objects = batch.result.get("objects", [])
    return [
        f"{batch.district}  {batch.sentence}",
        *(
            f"  {entry['type']:<18} Processed: {entry['processed']:,} Errors: {entry['errors']:,}"
            for entry in objects
        ),
    ]
