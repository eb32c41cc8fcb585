"""OPI's answer to a district's request about its list, and taking request or answer back.

Each is one transaction under the district's exclusive lock: of two at once the second one is told
what the first did.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import moment
from pathways.follow_up import outcomes
from pathways.follow_up.drawing import draw_line
from pathways.follow_up.list_requests import news
from pathways.follow_up.list_requests.asking import record
from pathways.follow_up.population import students_of
from pathways.ledger.ledger import refusals_named
from pathways.ledger.locks import lock_district
from pathways.models import FollowUpYear, ListRequest

Status = ListRequest.Status
OWN = "You made this request yourself. Someone else at OPI has to decide."


def approve(scope: Scope, pk: int, *, by: User, answer: str) -> None:
    """The line comes or goes at once, also after OPI's last day of refreshing. Raises a Refusal,
    also while the follow-up is certified.
    """
    with outcomes.follow_up_open(scope) as year:
        request = _to_answer(scope, pk, by)
        _answer(request, Status.APPROVED, by, answer)
        _draw(scope, year, request)


def deny(scope: Scope, pk: int, *, by: User, answer: str) -> None:
    with _held(scope):
        _answer(_to_answer(scope, pk, by), Status.DENIED, by, answer)


def withdraw(scope: Scope, pk: int, *, by: User) -> None:
    """The district takes its request back while it waits."""
    with _held(scope):
        request = _stored(scope, pk)
        if request.status == Status.WITHDRAWN:
            return
        if request.status != Status.WAITING:
            raise Refusal(outcome(request))
        before = request.get_status_display()
        request.status = Status.WITHDRAWN
        request.save()
        record(request, before, by)
        news.forget_question(request)


def reopen(scope: Scope, pk: int, *, by: User) -> None:
    """OPI takes its answer back: the request waits again, and the line is as it was before. What
    was answered about the student meanwhile is kept.
    """
    with outcomes.follow_up_open(scope) as year:
        request = _stored(scope, pk)
        if request.status == Status.WAITING:
            return
        if why_not := cannot_reopen(request, by):
            raise Refusal(why_not)
        before, status = request.get_status_display(), request.status
        request.status, request.answer = Status.WAITING, ""
        request.answered_by, request.answered_at = "", None
        request.save()
        record(request, before, by)
        news.forget_answer(request)
        if status == Status.APPROVED:
            _draw(scope, year, request)


def cannot_reopen(request: ListRequest, by: User) -> str:
    """Why an answer stands; empty where it can be taken back."""
    if request.status not in (Status.APPROVED, Status.DENIED):
        return outcome(request)
    if request.by_id == by.pk:
        return OWN
    own = ListRequest.objects.filter(
        district=request.district, end_year=request.end_year, state_id=request.state_id
    )
    if own.exclude(status=Status.WITHDRAWN).filter(pk__gt=request.pk).exists():
        return "The district has asked about this student again. Answer that request."
    return ""


def outcome(request: ListRequest) -> str:
    """What became of a request, for who comes second."""
    if request.status == Status.WAITING:
        return "OPI has not answered yet."
    if request.status == Status.WITHDRAWN:
        return "The district has withdrawn this request."
    verb = request.get_status_display().lower()
    at = f" at {moment(request.answered_at)}" if request.answered_at else ""
    return f"{request.answered_by} has {verb} this request{at}."


@contextmanager
def _held(scope: Scope) -> Iterator[None]:
    with refusals_named(), transaction.atomic():
        lock_district(scope, exclusive=True)
        yield


def _stored(scope: Scope, pk: int) -> ListRequest:
    return ListRequest.objects.in_scope(scope).get(pk=pk)


def _to_answer(scope: Scope, pk: int, by: User) -> ListRequest:
    request = _stored(scope, pk)
    if request.status != Status.WAITING:
        raise Refusal(outcome(request))
    if request.by_id == by.pk:
        raise Refusal(OWN)
    return request


def _answer(request: ListRequest, status: ListRequest.Status, by: User, answer: str) -> None:
    before = request.get_status_display()
    request.status, request.answer = status, answer
    request.answered_by, request.answered_at = by.record_name, timezone.now()
    request.save()
    record(request, before, by)
    news.tell_district(request)


def _draw(scope: Scope, year: FollowUpYear, request: ListRequest) -> None:
    student = students_of(scope, {request.state_id}).get(request.state_id)
    if student is None:
        raise Refusal("This student is no longer in the district’s roster. Nothing was saved.")
    draw_line(scope, year, student)
