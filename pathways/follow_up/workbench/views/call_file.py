"""The call list as a file, for who calls away from the portal; that it was taken is recorded."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from cte_portal.ui import csv_file
from cte_portal.words import text
from pathways.follow_up.workbench.called_lines import CalledLine
from pathways.follow_up.workbench.views.taken import TakenCallList
from pathways.models import Contact

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


class CallListFile(TakenCallList):
    """The lines that the page shows, with their contacts."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        name = f"follow-up-calls-{self.scope.district}-{self.scope.end_year}.csv"
        return csv_file.download(name, TITLES, [cells(row) for row in self.take(name)])


def cells(row: CalledLine) -> list[str]:
    contacts = list(row.line.student.contacts.all())
    return [
        row.line.student.name,
        row.line.student.state_id,
        row.line.school.name,
        ", ".join(pathway.name for pathway in row.line.pathways.all()),
        row.line.get_exit_display(),
        *(
            "; ".join(contact.value for contact in contacts if contact.kind == kind)
            for kind in KINDS
        ),
        str(len(row.attempts)),
        f"{text(row.last.date)} {row.last.get_means_display()}" if row.last else "",
        row.outcome,
    ]
