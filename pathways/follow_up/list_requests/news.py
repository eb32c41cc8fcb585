"""Notices about requests: to OPI's staff when a district asks, to who asked when OPI has answered.
They name no student.
"""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from cte_portal.accounts.models import Role, User
from cte_portal.batches.models import Notice
from cte_portal.batches.notices.notices import tell
from pathways.models import District, ListRequest


def _question(request: ListRequest) -> str:
    return f"list-request:{request.pk}:asked"


def _answer(request: ListRequest) -> str:
    return f"list-request:{request.pk}:answered"


def tell_opi(request: ListRequest) -> None:
    name = District.objects.values_list("name", flat=True).get(pk=request.district)
    verb = "add a student to" if request.adds else "remove a student from"
    year = request.school_year
    staff = User.objects.filter(memberships__role=Role.OPI_STAFF, is_active=True).distinct()
    tell(
        Notice(
            user=person,
            key=_question(request),
            kind=Notice.Kind.ATTENTION,
            text=f"{name} asks to {verb} the follow-up list of {year}."[:300],
            path=reverse("follow-up-requests"),
            at=timezone.now(),
        )
        for person in staff.exclude(pk=request.by_id)
    )


def tell_district(request: ListRequest) -> None:
    """Who asked; nobody, where the account is closed."""
    forget_question(request)
    year = request.school_year
    verb = request.get_status_display().lower()
    tell(
        Notice(
            user=person,
            key=_answer(request),
            kind=Notice.Kind.INFO,
            text=f"OPI has {verb} your request about the follow-up list of {year}.",
            path=reverse(
                "follow-up-request", args=[request.district, request.end_year, request.pk]
            ),
            at=timezone.now(),
        )
        for person in User.objects.filter(pk=request.by_id, is_active=True)
    )


def forget_question(request: ListRequest) -> None:
    """Nobody at OPI needs to look any more."""
    Notice.objects.filter(key=_question(request)).seen()


def forget_answer(request: ListRequest) -> None:
    """An answer that is taken back is no news."""
    Notice.objects.filter(key=_answer(request)).delete()
