"""`manage.py followup`: a district's list of a year's leavers, drawn as the page draws it, with
statuses and rates.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from cte_portal.editions import Scope, school_year_label
from cte_portal.ui.command import PortalCommand
from cte_portal.ui.wording import number_of
from pathways.follow_up.drawing import follow_up_list
from pathways.follow_up.rates import rates_of, with_answers
from pathways.ledger.refusals import Busy
from pathways.management.questions import require_district
from pathways.models import DrawnList, FollowUpEntry
from pathways.models.student import by_name_of


class Command(PortalCommand):
    help = "The leavers of a school year whom the district follows up, with statuses and rates."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--district", required=True, help="4 digits")
        parser.add_argument(
            "--year", required=True, type=int, help="the end year in which they left, like 2024"
        )

    def handle(self, *args: Any, district: str, year: int, **options: Any) -> None:
        require_district(district)
        scope = Scope(district, year)
        try:
            drawn = follow_up_list(scope)
        except Busy as refusal:
            raise CommandError(refusal.sentence) from refusal
        if drawn is None:
            raise CommandError(f"OPI has set no follow-up of {school_year_label(year)}.")
        shape = shape_of(scope, drawn)
        if options["json"]:
            self.stdout.write(json.dumps(shape, ensure_ascii=False))
        else:
            self.stdout.write(people(scope, shape))


def shape_of(scope: Scope, drawn: DrawnList) -> dict[str, Any]:
    """The stable shape of the JSON."""
    entries = FollowUpEntry.objects.in_scope(scope).on_list()
    rows: Any = with_answers(entries).order_by(*by_name_of("student"))
    return {
        "district": scope.district,
        "end_year": scope.end_year,
        "drawn_from": drawn.receipt or None,
        "entries": [
            {
                "state_id": entry.student.state_id,
                "exit": entry.exit,
                "status": entry.status,
                "date_contacted": (
                    entry.date_contacted.isoformat() if entry.date_contacted else None
                ),
                "attempts": entry.attempt_count or 0,
            }
            for entry in rows.select_related("student")
        ],
        "rates": rates_of(entries.counted()).as_dict(),
    }


def people(scope: Scope, shape: dict[str, Any]) -> str:
    rates = shape["rates"]
    source = (
        f"from sealed copy {shape['drawn_from']}"
        if shape["drawn_from"]
        else "a draft: the year is not certified"
    )
    lines = [
        f"{scope.district} leavers of {scope.school_year}, {source}",
        (
            f"{number_of(rates['of'], 'student')}: {rates['worked_on']:,} worked on,"
            f" {rates['answered']:,} answered, {rates['placed']:,} placed"
        ),
    ]
    lines += [
        f"{entry['state_id']}  {entry['exit']:<8}  {entry['status'] or '–':<2}"
        f"  {entry['date_contacted'] or '–':<10}  {number_of(entry['attempts'], 'attempt')}"
        for entry in shape["entries"]
    ]
    return "\n".join(lines)
