"""What the archive of a district holds: for each table, which of its rows are the district's.

A test holds that every table of the portal stands here once, so that a new one is not forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Case, F, Q, When

from certification.models import Certifier
from cte_portal.accounts.models import AuditEvent, Membership, SignInEvent, User
from cte_portal.editions import Edition, Scope, home_of, stored

Which = Callable[[str], Q]


def named_by(path: str) -> Which:
    """Rows that name the district at the end of a path of relations."""
    return lambda number: Q(**{path: number})


def _of_today(number: str) -> Q:
    """Accounts of the people who have a role in the district today."""
    return Q(pk__in=Membership.objects.filter(district=number).values("user_id"))


def its_people(number: str) -> Q:
    """Their accounts, and those of the people who had a role there or certified for it."""
    certifiers = Certifier.objects.filter(district=number).values("user_id")
    earlier = AuditEvent.objects.people_of(number)
    return _of_today(number) | Q(pk__in=certifiers) | Q(pk__in=earlier)


def their_sign_ins(number: str) -> Q:
    """While they had a role in the district."""
    return Q(pk__in=SignInEvent.objects.while_of_district(number).order_by().values("pk"))


def every_row(number: str) -> Q:
    """Rows of no district, without which others cannot be read: pathways, school years, statuses."""
    return Q()


_BY_NUMBER = named_by("district")
_BY_STUDENT = named_by("student__district")
_BY_ENTRY = named_by("entry__student__district")
_BY_ROUND = named_by("round__district")
_BY_COPY = named_by("copy__round__district")

CONTENTS: dict[str, Which] = {
    "pathways.District": named_by("number"),
    "pathways.SchoolYear": every_row,
    "pathways.Pathway": every_row,
    "pathways.EndStatus": every_row,
    "pathways.SubjectPathway": every_row,
    "pathways.PostProgramStatus": every_row,
    "pathways.FollowUpYear": every_row,
    "pathways.RuleSeverity": every_row,
    "pathways.Approval": _BY_NUMBER,
    "pathways.StateCopy": _BY_NUMBER,
    "pathways.School": _BY_NUMBER,
    "pathways.Calendar": named_by("school__district"),
    "pathways.Student": _BY_NUMBER,
    "pathways.Enrollment": _BY_STUDENT,
    "pathways.Course": named_by("school__district"),
    "pathways.Section": named_by("course__school__district"),
    "pathways.Roster": named_by("enrollment__student__district"),
    "pathways.Participation": _BY_STUDENT,
    "pathways.Element": _BY_NUMBER,
    "pathways.ElementChoice": named_by("element__district"),
    "pathways.ElementValue": named_by("element__district"),
    "pathways.DrawnList": _BY_NUMBER,
    "pathways.FollowUpEntry": _BY_STUDENT,
    "pathways.FollowUpPathway": _BY_ENTRY,
    "pathways.Outcome": _BY_STUDENT,
    "pathways.OutcomeDifference": _BY_ENTRY,
    "pathways.OutcomeProposal": _BY_ENTRY,
    "pathways.ReturnFileMapping": _BY_NUMBER,
    "pathways.ListRequest": _BY_NUMBER,
    "pathways.Explanation": _BY_NUMBER,
    "pathways.RosterDecision": _BY_NUMBER,
    "pathways.MergedRow": _BY_NUMBER,
    "pathways.CollectionLock": _BY_NUMBER,
    "pathways.GroupAssignment": _BY_NUMBER,
    "pathways.OneRosterMapping": _BY_NUMBER,
    "pathways.OneRosterSchool": named_by("mapping__district"),
    "pathways.SourceLink": _BY_NUMBER,
    "pathways.Change": _BY_NUMBER,
    "pathways.SchoolChange": _BY_NUMBER,
    "pathways.CalendarChange": _BY_NUMBER,
    "pathways.StudentChange": _BY_NUMBER,
    "pathways.EnrollmentChange": _BY_NUMBER,
    "pathways.CourseChange": _BY_NUMBER,
    "pathways.SectionChange": _BY_NUMBER,
    "pathways.RosterChange": _BY_NUMBER,
    "pathways.OutcomeChange": _BY_NUMBER,
    "pathways.ElementValueChange": _BY_NUMBER,
    "certification.CertificationEvent": every_row,
    "certification.EventLink": every_row,
    "certification.Certifier": _BY_NUMBER,
    "certification.Extension": _BY_NUMBER,
    "certification.Reminder": _BY_NUMBER,
    "certification.Round": _BY_NUMBER,
    "certification.Signature": _BY_ROUND,
    "certification.Recertification": _BY_NUMBER,
    "certification.RecertificationMessage": named_by("recertification__district"),
    "certification.SealedCopy": _BY_ROUND,
    "certification.SealedRecord": _BY_COPY,
    "certification.SealedOutcome": _BY_COPY,
    "accounts.User": its_people,
    "accounts.Membership": _BY_NUMBER,
    "accounts.AuditEvent": _BY_NUMBER,
    "accounts.SignInEvent": their_sign_ins,
    "accounts.ViewEvent": _BY_NUMBER,
    "batches.Batch": _BY_NUMBER,
    "batches.BatchFile": named_by("batch__district"),
}

LEFT_OUT: dict[str, str] = {
    "pathways.StagedParticipation": "a temporary table",
    "pathways.Contact": "whom the district calls OPI does not see (docs/adr/0014)",
    "pathways.Attempt": "whom the district calls OPI does not see (docs/adr/0014)",
    "pathways.ReferenceGeneration": "a counter of the portal",
    "pathways.Publication": "a counter of the portal",
    "pathways.AnswerLink": "a one-use link of a leaver",
    "accounts.Invitation": "a key to the portal",
    "accounts.KeptForm": "what a person had not yet sent",
    "accounts.SavedList": "how a person looks at a list",
    "accounts.SignOn": "a key to the portal",
    "accounts.SignOnSession": "a session",
    "accounts.SignOnDuty": "OPI's, and how people sign in",
    "accounts.EmergencyAccount": "OPI's, and how people sign in",
    "sessions.Session": "a session",
    "mfa.Authenticator": "a key to the portal",
    "batches.Notice": "what a person has not yet looked at",
    "batches.CleanUp": "the portal's own housekeeping",
    "watch.Heartbeat": "the portal's own health",
    "watch.Checkup": "the portal's own health",
    "watch.Service": "the portal's own health",
    "admin.LogEntry": "not used by the portal",
    "auth.Permission": "not used by the portal",
    "auth.Group": "not used by the portal",
    "contenttypes.ContentType": "not used by the portal",
    "account.EmailAddress": "not used by the portal",
    "account.EmailConfirmation": "not used by the portal",
}

SECRET = frozenset(
    {"accounts.User.password", "accounts.User.password_end", "batches.Batch.idempotency_key"}
)
"""Columns that stay in the portal."""

STAYS_KNOWN = frozenset({"id", "username", "first_name", "last_name", "date_joined"})
"""What of an account is told of who has left: who it was that signed, read, or took out. The rest
is of today, and of the district to which the person may have moved.
"""


@dataclass(frozen=True)
class Table:
    """A file of the archive: the district's rows of a model, in one edition."""

    model: type[models.Model]
    edition: Edition
    which: Which

    @property
    def name(self) -> str:
        folder = {Edition.DISTRICT: "portal", Edition.STATE: "state"}[self.edition]
        return f"{folder}/{self.model._meta.label_lower}.csv"

    @property
    def columns(self) -> list[Any]:
        label = self.model._meta.label
        return [
            field
            for field in self.model._meta.concrete_fields
            if f"{label}.{field.name}" not in SECRET
        ]

    def rows(self, district: str) -> Iterator[tuple[Any, ...]]:
        """In the order of their keys, a few thousand at a time."""
        rows = stored(self.model, Scope(district, 0, self.edition)).filter(self.which(district))
        values = [self._value(field.attname, district) for field in self.columns]
        return rows.order_by("pk").values_list(*values).iterator(chunk_size=5000)

    def _value(self, column: str, district: str) -> Any:
        if self.model is User and column not in STAYS_KNOWN:
            return Case(When(_of_today(district), then=F(column)))
        return column


def tables(edition: Edition) -> list[Table]:
    """What of an edition is archived. Lists of no district are the same in both: they stand in the
    archive once.
    """
    return [
        Table(model, edition, which)
        for label, which in CONTENTS.items()
        if edition.value in home_of(model := apps.get_model(label)).value
        and not (edition is Edition.STATE and which is every_row)
    ]
