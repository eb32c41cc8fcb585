"""`manage.py validate`: the guide's reports of a district or of all, or those of a year's leavers,
at the district or at the state, with counts and findings.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from cte_portal.batches.models import Status
from cte_portal.editions import Edition, Scope, school_year_label
from cte_portal.ui.command import PortalCommand
from pathways.management.questions import current_year, person_named, require_district
from pathways.models import District, FollowUpYear
from pathways.reports.groups import BY_SLUG, LEAVER_REPORTS, REPORTS
from pathways.reports.report import Report, findings_as_json
from pathways.reports.run import Result, ask

SHOWN = 20


class Command(PortalCommand):
    help = (
        "Run the validation reports. With --as, the run is also listed in the district's Batch"
        " Queue and counts as run."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--district", help="4 digits")
        which.add_argument("--all", action="store_true", help="every district")
        parser.add_argument(
            "--at-state", action="store_true", help="check the data that was sent to the state"
        )
        parser.add_argument(
            "--report", choices=sorted(BY_SLUG), metavar="SLUG", help=f"one of {', '.join(BY_SLUG)}"
        )
        parser.add_argument(
            "--year",
            type=int,
            help="the reports of Fall CTE, of who left in the school year that ended then, like 2024",
        )
        parser.add_argument(
            "--as",
            dest="person",
            metavar="USER",
            help="user name of the person who runs it, for the Batch Queue",
        )

    def handle(
        self,
        *args: Any,
        district: str | None,
        at_state: bool,
        report: str | None,
        person: str | None,
        year: int | None,
        **options: Any,
    ) -> None:
        reports = chosen_reports(report, year)
        end_year = current_year().end_year if year is None else year
        numbers = list(District.objects.order_by("number").values_list("number", flat=True))
        if district is not None:
            require_district(district)
        edition = Edition.STATE if at_state else Edition.DISTRICT
        scopes = [
            Scope(number, end_year, edition) for number in ([district] if district else numbers)
        ]
        if person:
            self._leave_batches(scopes, reports, person)
        results = (shape(scope, reports) for scope in scopes)
        if options["json"]:
            self.stdout.write(
                json.dumps(next(results) if district else list(results), ensure_ascii=False)
            )
            return
        for result in results:
            self.stdout.write(people(result))

    def _leave_batches(self, scopes: list[Scope], reports: list[Report], person: str) -> None:
        user = person_named(person)
        for scope in scopes:
            batch = ask(scope, reports, by=user, wait=600, limited=False)
            if batch.status not in (Status.COMPLETED, Status.WITH_ERRORS):
                raise CommandError(
                    f"{scope.district}:"
                    f" {batch.sentence or 'The run is waiting in the Batch Queue.'}"
                )


def chosen_reports(slug: str | None, year: int | None) -> list[Report]:
    """Records have the current year; a report of leavers is of the year in which they left."""
    if year is not None and not FollowUpYear.objects.filter(pk=year).exists():
        raise CommandError(f"OPI has set no follow-up of {school_year_label(year)}.")
    if slug is None:
        return list((REPORTS if year is None else LEAVER_REPORTS).values())
    if (slug in LEAVER_REPORTS) != (year is not None):
        needs = "needs" if year is None else "does not go with"
        raise CommandError(f"The report {slug} {needs} --year.")
    return [BY_SLUG[slug]]


def shape(scope: Scope, reports: list[Report]) -> dict[str, Any]:
    """The stable shape of the JSON; the findings are the rows of a report, a count has none."""
    return {
        "district": scope.district,
        "edition": scope.edition.name.lower(),
        "reports": [
            {
                **Result(report, report.count(scope)).stored,
                "findings": findings_as_json(report, scope),
            }
            for report in reports
        ],
    }


def people(shape: dict[str, Any]) -> str:
    lines = [f"{shape['district']} at the {shape['edition']}"]
    for report in shape["reports"]:
        lines.append(f"{report['count']:>8,}  {report['title']}")
        findings = report["findings"]
        lines += [f"          {' · '.join(finding.values())}" for finding in findings[:SHOWN]]
        lines += (
            [f"          and {len(findings) - SHOWN:,} more; --json has all"]
            if len(findings) > SHOWN
            else []
        )
    return "\n".join(lines)
