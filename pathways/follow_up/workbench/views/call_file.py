"""The call list as a file, for who calls away from the portal; that it was taken is recorded."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from cte_portal.accounts.access import purpose
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.ui import csv_file
from cte_portal.ui.wording import number_of
from cte_portal.words import text
from pathways.follow_up.workbench.views.pages import WorkbenchPage
from pathways.models import Attempt, Contact, PostProgramStatus

TITLES = (
    "Student",
    "State ID",
    "School",
    "CTE Pathways",
    "Left as",
    "Phones",
    "E-mails",
    "Other adults",
    "Attempts",
    "Last attempt",
    "Outcome",
)
KINDS = (Contact.Kind.PHONE, Contact.Kind.EMAIL, Contact.Kind.ADULT)
PURPOSE = "Calls to leavers"


class CallListFile(WorkbenchPage):
    """The lines that the page shows, with their contacts."""

    capability = Capability.EXPORT_RECORDS
    write_capability = Capability.EXPORT_RECORDS

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        rows = list(self.rows())
        name = f"follow-up-calls-{self.scope.district}-{self.scope.end_year}.csv"
        purpose.record(
            self.person,
            PURPOSE,
            file=name,
            key="follow-up-calls",
            district=self.scope.district,
            end_year=self.scope.end_year,
            records=number_of(len(rows), "student"),
        )
        return csv_file.download(name, TITLES, rows)

    def rows(self) -> Iterator[list[str]]:
        lines = self.lines.in_order().select_related("student", "school")
        entries = list(lines.prefetch_related("pathways", "student__contacts"))
        attempts = Attempt.objects.standing().filter(entry__in=self.lines.everything)
        last = {attempt.entry_id: attempt for attempt in attempts}
        names = dict(PostProgramStatus.objects.values_list("code", "name"))
        for entry in entries:
            attempt = last.get(entry.pk)
            contacts = list(entry.student.contacts.all())
            yield [
                entry.student.name,
                entry.student.state_id,
                entry.school.name,
                ", ".join(pathway.name for pathway in entry.pathways.all()),
                entry.get_exit_display(),
                *(
                    "; ".join(contact.value for contact in contacts if contact.kind == kind)
                    for kind in KINDS
                ),
                str(entry.attempt_count or 0),  # type: ignore[attr-defined]
                f"{text(attempt.date)} {attempt.get_means_display()}" if attempt else "",
                names.get(entry.status, entry.status or ""),  # type: ignore[attr-defined]
            ]
