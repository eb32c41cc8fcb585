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
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--district", help="4 digits")
        whose.add_argument("--all", action="store_true", help="every district")
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
        asked = (
            submit_resync(scope, names, by=by, limited=False)
            if district
            else submit_resync_of_all(year.end_year, names, by=by, limited=False)
        )
        batch = run_here(asked, earlier=True)
        batches = [batch] if district else list(children_of(batch))
        told = [
            {"district": one.district, "objects": one.result.get("objects", [])} for one in batches
        ]
        if not options["json"]:
            self.stdout.write("\n".join(line for one in batches for line in lines(one)))
        if batch.status not in (Status.COMPLETED, Status.WITH_ERRORS):
            raise CommandRefusal(
                batch.sentence or f"The batch is {batch.get_status_display()}.",
                told[0] if district else {"districts": told},
            )
        if options["json"]:
            self.stdout.write(json.dumps(told[0] if district else told))

    def compare(self, scope: Scope, *, as_json: bool) -> None:
        """The resync's own difference, run dry; type by type, as a whole state's rows take their
        room.
        """
        told = []
        for kind in OBJECTS:
            found = differences([kind], scope)[kind.name]
            told.append(
                {
                    "type": kind.name,
                    "new": len(found.new),
                    "changed": len(found.changed),
                    "only_at_state": len(found.gone),
                }
            )
        if as_json:
            self.stdout.write(json.dumps({"district": scope.district or None, "objects": told}))
            return
        for one in told:
            self.stdout.write(
                f"{one['type']:<18} Never sent: {one['new']:,} Changed since: {one['changed']:,}"
                f" Only at the state: {one['only_at_state']:,}"
            )


def sender(username: str | None, district: str | None) -> User:
    """Who is named, or the first who has a role that may send: a batch always has its person."""
    people = get_user_model().objects.filter(is_active=True)
    if username:
        return person_named(username)
    roles = ["data-clerk", "district-administrator"]
    own = (
        people.filter(memberships__district=district, memberships__role__in=roles)
        if district
        else people.none()
    )
    found = (
        own.order_by("pk").first()
        or people.filter(memberships__role="opi-staff").order_by("pk").first()
    )
    if found is None:
        raise CommandError("No one has a role that can send data. Name a person with --as.")
    return found


def lines(batch: Batch) -> list[str]:
    """What people read of one district."""
    objects = batch.result.get("objects", [])
    return [
        f"{batch.district}  {batch.sentence}",
        *(
            f"  {one['type']:<18} Processed: {one['processed']:,} Errors: {one['errors']:,}"
            for one in objects
        ),
    ]
