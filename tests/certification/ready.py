"""A district that is ready to be certified: sent, validated at the state, waited for, and
certifiers who have signed in.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from certification.models import CertificationEvent, Certifier, Round, SealedCopy
from certification.signing import gates
from certification.signing.case import Case
from certification.signing.signing import Signed, sign
from certification.status.status import event_of
from cte_portal.accounts.models import Role, User
from cte_portal.batches.models import Batch
from cte_portal.editions import Edition, Scope, writing_state
from pathways.findings.explaining import explain
from pathways.findings.findings import Level, findings
from pathways.lists import publish
from pathways.models import Change, StateCopy, Student
from pathways.reports.certification import Certification
from pathways.reports.groups import REPORTS
from pathways.reports.run import ask
from pathways.resync import resync
from pathways.resync.object_types import NAMES
from tests.fixtures.certification import make_certifier
from tests.fixtures.people import person
from tests.fixtures.records import BUSINESS, HEALTH, District_


class Ready:
    """Cottonwood Bend with Kayla's record and one Primary; every gate is open after `prepare()`."""

    def __init__(self, district: District_, event: CertificationEvent, clerk: User) -> None:
        self.district, self.event, self.clerk = district, event, clerk
        self.primary = self.certifier("jdoe2", "Doe", "Jane")

    @property
    def scope(self) -> Scope:
        return self.district.scope

    @property
    def sending_scope(self) -> Scope:
        """Whose resync brings the records to the state."""
        return self.scope

    def certifier(
        self, username: str, last: str, first: str, level: str = "primary", **values: Any
    ) -> Certifier:
        user = person(username, last, first, (Role.VIEWER, self.scope.district))
        User.objects.filter(pk=user.pk).update(last_login=timezone.now())
        user.refresh_from_db()
        return make_certifier(user, level=level, district=self.scope.district, **values)

    @property
    def copies(self) -> QuerySet[SealedCopy]:
        """What was sealed in the event."""
        return SealedCopy.objects.filter(round__event=self.event)

    code = "-EOY-"
    """In the number of every receipt."""

    receipt = "9012-2025-EOY-1"
    """Of the first seal."""

    @property
    def rounds(self) -> QuerySet[Round]:
        return Round.objects.filter(event=self.event)

    kinds: Mapping[str, str] = {}
    """Kinds of batches by what they are called in End of Year, where theirs is another name."""

    not_sent = ("sent", "match")
    """The gates that a change closes until it is sent."""

    one_change = "1 change of records by MARTIN, CHERYL"
    """What a gate says of it."""

    def record(self, student: Student, pathway: str = HEALTH, **values: Any) -> None:
        self.district.record(student, pathway, **values)

    def send(self, names: tuple[str, ...] = NAMES) -> StateCopy:
        with transaction.atomic():
            return resync.resync(
                self.sending_scope, names, batch=uuid.uuid4(), attempt=1, by="MARTIN, CHERYL"
            )

    def report(self) -> None:
        ask(self.scope.at_state(), [REPORTS[Certification.slug]], by=self.clerk)

    def wait(self, minutes: int = 61) -> None:
        """As if the last complete resync had been so long ago."""
        with writing_state():
            StateCopy.objects.using(Edition.STATE.value).update(
                complete_at=timezone.now() - datetime.timedelta(minutes=minutes)
            )

    def prepare(self) -> None:
        publish.publish()
        self.send()
        self.report()
        self.wait()

    def bring(self) -> None:
        """What has changed since `prepare()` is sent, reported and waited for."""
        self.send()
        self.report()
        self.wait()

    @property
    def place(self) -> str:
        """The address of the event's year."""
        return f"/districts/{self.scope.district}/{self.scope.end_year}/"

    @property
    def path(self) -> str:
        """The event's own page."""
        return f"{self.place}event-certification/{self.event.pk}/"

    def locked_pages(self, student: Student) -> list[str]:
        """Where everybody reads that the student's record is locked."""
        record = f"{self.place}cte-concentrator/{student.pk}/"
        pathway = student.participations.get(pathway__name=HEALTH).pathway_id
        return [record, f"{record}{pathway}/history/"]

    def case(self, user: User | None = None) -> Case:
        district_event = event_of(self.scope, self.event.pk)
        assert district_event is not None
        return Case(self.scope, district_event, user or self.primary.user)

    def missing(self) -> list[str]:
        return [verdict.gate.slug for verdict in gates.missing(gates.verdicts(self.case()))]

    def sign(
        self, certifier: Certifier | None = None, *, seen: Case | None = None, **values: Any
    ) -> Signed:
        """What the page shows now, or what it showed when it was `seen`."""
        person = (certifier or self.primary).user
        case = seen or self.case(person)
        arguments: dict[str, Any] = {
            "digest": case.digest,
            "statements": case.document.statements,
            "method": "password",
            **values,
        }
        return sign(self.scope, self.event.pk, person=person, **arguments)

    def change(self, student: Student, **values: Any) -> None:
        version = (
            Change.objects.of_record(
                student.pk, student.participations.get(pathway__name=HEALTH).pathway_id
            )
            .order_by("-version")[0]
            .version
        )
        self.record(student, version=version, **values)

    def restore(self, student: Student) -> None:
        """As it was before `change`."""
        self.change(student)

    def prepare_with(self, student: Student, states: Collection[str]) -> None:
        """Prepare the district with what these states put into its data."""
        if "error" in states:
            self.change(student, in_district_credits=Decimal("2.50"))
        if "warning" in states:
            self.record(student, BUSINESS, start_date=datetime.date(2016, 8, 29))
        self.prepare()

    def hinder(self, student: Student, states: Collection[str], *, explained: bool) -> set[str]:
        """Bring the district, prepared with these states, into what is left of them; returns the
        gates that must be closed.
        """
        closed = {"errors"} if "error" in states else set()
        warned = [line for line in findings(self.scope).lines if Level.WARNINGS.holds(line)]
        if warned and explained:
            explain(self.scope, warned, "Checked with the school.", by="MARTIN, CHERYL")
        if warned and not explained:
            closed.add("warnings")
        if "not run" in states:
            Batch.objects.filter(kind="validate").delete()
            closed.add("report")
        if "unsent" in states:
            self.change(student, out_of_district_credits=Decimal("0.10"))
            closed |= {"sent", "match"}
        if "roster" in states:
            self.district.roster(student)
            closed.add("sent")
        return closed
