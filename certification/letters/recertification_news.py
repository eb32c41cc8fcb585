"""E-mails about recertification. Each is queued in the transaction of what it tells of."""

from __future__ import annotations

from django.urls import reverse

from certification.letters.district_letters import district_letter, district_names
from certification.letters.letters import Letter, queue_all
from certification.letters.readers import readers
from certification.models import Recertification
from certification.status.district_event import DistrictEvent
from certification.status.status import event_of
from cte_portal.accounts.models import Role, User
from cte_portal.editions import Scope

UNDO_SECONDS = 5 * 60
"""The time in which OPI may withdraw an answer; the e-mail waits as long."""


def requested(request: Recertification) -> None:
    """To OPI's staff."""
    district_event, name = _of(request)
    staff = User.objects.filter(memberships__role=Role.OPI_STAFF, is_active=True).distinct()
    path = reverse(
        "recertification", args=[district_event.district, district_event.event.end_year, request.pk]
    )
    queue_all(
        district_letter(
            "recertification_asked",
            "recertification requested",
            district_event,
            name,
            person,
            f"{request.pk}:asked",
            path,
            by=request.asked_by,
        )
        for person in staff
    )


def answered(request: Recertification) -> None:
    """To the district's certifiers, once the answer cannot be taken back any more."""
    assert request.answered_at is not None  # noqa: S101 - it is answered
    key = answer_key(request)
    news = (
        "OPI has reopened the certification"
        if request.status == Recertification.Status.APPROVED
        else "OPI has answered"
    )
    answer = "Approved" if request.status == Recertification.Status.APPROVED else "Denied"
    queue_all(
        _to_certifiers(request, "recertification_answered", news, key, answer=answer),
        after=UNDO_SECONDS,
    )


def answer_key(request: Recertification) -> str:
    return f"{request.pk}:answered:{request.answered_at:%Y%m%d%H%M%S}"


def demanded(request: Recertification) -> None:
    queue_all(
        _to_certifiers(
            request,
            "recertification_demanded",
            "OPI requests a correction",
            f"{request.pk}:demanded",
        )
    )


def closed(request: Recertification) -> None:
    queue_all(
        _to_certifiers(
            request,
            "recertification_closed",
            "OPI has closed the recertification",
            f"{request.pk}:closed",
        )
    )


def _to_certifiers(
    request: Recertification, template: str, news: str, key: str, **facts: str
) -> list[Letter]:
    district_event, name = _of(request)
    path = reverse(
        "recertification", args=[district_event.district, district_event.event.end_year, request.pk]
    )
    return [
        district_letter(template, news, district_event, name, person, key, path, **facts)
        for person in readers([district_event.district])[district_event.district]
    ]


def _of(request: Recertification) -> tuple[DistrictEvent, str]:
    district_event = event_of(Scope(request.district, request.event.end_year), request.event_id)
    assert district_event is not None  # noqa: S101 - the actions have refused for an event that is not shown
    return district_event, district_names().get(request.district, "")
