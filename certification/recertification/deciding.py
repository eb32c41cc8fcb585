"""The common parts of all decisions about a recertification: lock, request, right to decide,
AuditEvent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import transaction

from certification.models import CertificationEvent, Certifier, Recertification
from certification.status.district_event import DistrictEvent
from certification.status.status import event_of
from cte_portal.accounts.models import AuditEvent, Deed, User
from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import moment
from pathways.ledger.ledger import refusals_named
from pathways.ledger.locks import lock_district
from pathways.ledger.refusals import Busy

State, Origin = Recertification.Status, Recertification.Origin
SOMEONE_ELSE = "Someone else at OPI has to decide."


@contextmanager
def deciding(scope: Scope) -> Iterator[None]:
    """One transaction under the district's exclusive lock; nobody waits long for it."""
    try:
        with refusals_named(), transaction.atomic():
            lock_district(scope, exclusive=True)
            yield
    except Busy as error:
        raise Refusal(
            "Someone else is saving or signing in this district right now. Nothing was saved. Try"
            " again."
        ) from error


def shown_event(scope: Scope, event: int) -> DistrictEvent:
    """The event as the district has it, held so that it is not closed meanwhile."""
    list(
        CertificationEvent.objects.select_for_update(no_key=True).filter(pk=event).values_list("pk")
    )
    district_event = event_of(scope, event)
    if district_event is None:
        raise Refusal("OPI has closed this event. Nothing was saved.")  # C-32
    return district_event


def request_of(scope: Scope, pk: int) -> Recertification:
    requests = Recertification.objects.select_for_update().filter(
        pk=pk, district=scope.district, event__end_year=scope.end_year
    )
    return requests.get()


def answerable(scope: Scope, pk: int, by: User) -> Recertification:
    """A request that waits for an answer, which the person may give."""
    request = request_of(scope, pk)
    if request.status != State.ASKED:
        raise Refusal(outcome(request))
    if why_not := is_own(request, by):
        raise Refusal(why_not)
    return request


def is_own(request: Recertification, person: User) -> str:
    """The reason the person may not decide: the request is the person's own, in whatever role.
    Empty when it is not (M-12).
    """
    is_persons_own = request.origin == Origin.DISTRICT and request.asked_by_id == person.pk
    return f"You made this request yourself. {SOMEONE_ELSE}" if is_persons_own else ""


def certifies(scope: Scope, person: User) -> bool:
    return Certifier.objects.of_district(scope.district).active().filter(user=person).exists()


def record(
    request: Recertification,
    before: Mapping[str, str],
    after: Mapping[str, str],
    by: User,
    reason: str = "",
) -> None:
    operation = AuditEvent.Operation.CHANGE if before else AuditEvent.Operation.ADD
    key = f"{request.event_id}/{request.district}"
    deed = Deed(
        "recertification",
        key,
        request.event.name,
        operation,
        before,
        after,
        request.district,
        request.event.end_year,
    )
    AuditEvent.objects.record([deed], by=by, reason=reason[:200])


def outcome(request: Recertification) -> str:
    """A sentence on the request's outcome, for the person who comes second (C-27)."""
    if request.status == State.ASKED:
        return "OPI has not answered yet."
    if request.status == State.WITHDRAWN:
        return "The district has withdrawn this request."
    if request.status == State.CLOSED:
        return "This recertification has ended."
    verb = "approved" if request.status == State.APPROVED else "denied"
    at = f" at {moment(request.answered_at)}" if request.answered_at else ""
    return f"{request.answered_by} has {verb} this{at}."
