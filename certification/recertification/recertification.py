"""Correcting what was certified: a district asks or OPI requests it, OPI answers, a new round
opens; until it is sealed the old copy stays official.

Each action is one transaction under the district's exclusive lock, so of two at once the first one
holds and the second is told what it was.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from django.utils import timezone

from certification.collections.chosen import collection_of
from certification.letters import recertification_news as news
from certification.letters.letters import notice_key
from certification.models import Recertification, RecertificationMessage, Round
from certification.recertification.deciding import (
    SOMEONE_ELSE,
    Origin,
    State,
    answerable,
    certifies,
    deciding,
    is_own,
    outcome,
    record,
    request_of,
    shown_event,
)
from certification.recertification.reopening import close_round, lock_again, may_reopen, open_round
from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch, Notice
from cte_portal.batches.submit import cancel
from cte_portal.editions import Scope
from cte_portal.refusals import Refusal

UNDO = datetime.timedelta(seconds=news.UNDO_SECONDS)


def ask(scope: Scope, event: int, *, by: User, reason: str, what_changes: str) -> Recertification:
    """A certifier asks to correct what is certified. Asked twice it is the same request (C-25)."""
    with deciding(scope):
        district_event = shown_event(scope, event)
        if not certifies(scope, by):
            raise Refusal("Only a certifier of this district can request recertification.")
        if (
            open_request := Recertification.objects.of(district_event.event, scope.district)
            .open()
            .first()
        ):
            return open_request
        official = may_reopen(district_event)
        request = Recertification.objects.create(
            event=district_event.event,
            district=scope.district,
            origin=Origin.DISTRICT,
            sealed_round=official,
            reason=reason,
            what_changes=what_changes,
            status=State.ASKED,
            asked_at=timezone.now(),
            asked_by=by.record_name,
            asked_by_id=by.pk,
        )
        record(
            request,
            {},
            {"Status": "Waiting for an answer", "What will change": what_changes[:200]},
            by,
            reason,
        )
        news.requested(request)
    return request


def demand(
    scope: Scope, event: int, *, by: User, reason: str, findings: Sequence[Mapping[str, object]]
) -> Recertification:
    """OPI reopens a certification, with the findings that have to be corrected: rule, title and
    count, nobody's name (C-28).
    """
    with deciding(scope):
        district_event = shown_event(scope, event)
        if certifies(scope, by):
            raise Refusal(f"You certify for this district. {SOMEONE_ELSE}")
        open_request = (
            Recertification.objects.of(district_event.event, scope.district).open().first()
        )
        if open_request and open_request.status == State.ASKED:
            raise Refusal(
                "The district has already requested recertification. Answer its request instead."
            )
        if open_request:
            return open_request
        official = may_reopen(district_event)
        now = timezone.now()
        request = Recertification.objects.create(
            event=district_event.event,
            district=scope.district,
            origin=Origin.OPI,
            sealed_round=official,
            opened_round=open_round(district_event, by, reason),
            reason=reason,
            findings=list(findings),
            status=State.APPROVED,
            asked_at=now,
            asked_by=by.record_name,
            asked_by_id=by.pk,
            answered_at=now,
            answered_by=by.record_name,
        )
        record(
            request,
            {"Records": "locked"},
            {"Status": "Requested by OPI", "Records": "open"},
            by,
            reason,
        )
        news.demanded(request)
    return request


def approve(scope: Scope, pk: int, *, by: User, answer: str) -> Recertification:
    """OPI reopens what the district has asked for: a new round opens and the lock goes; round and
    copy that were sealed stay official (C-26).
    """
    with deciding(scope):
        request = answerable(scope, pk, by)
        district_event = shown_event(scope, request.event_id)
        if request.sealed_round != may_reopen(district_event):
            raise Refusal("The certification in this request is no longer the official one.")
        _answer(
            request,
            State.APPROVED,
            by,
            answer,
            opened_round=open_round(district_event, by, request.reason),
        )
    return request


def deny(scope: Scope, pk: int, *, by: User, answer: str) -> Recertification:
    with deciding(scope):
        request = answerable(scope, pk, by)
        shown_event(scope, request.event_id)
        _answer(request, State.DENIED, by, answer)
    return request


def withdraw(scope: Scope, pk: int, *, by: User) -> Recertification:
    """The district takes its request back before it is answered."""
    with deciding(scope):
        request = request_of(scope, pk)
        if request.status == State.WITHDRAWN:
            return request
        if request.status != State.ASKED:
            raise Refusal(outcome(request))
        request.become(State.WITHDRAWN, ended_at=timezone.now())
        record(request, {"Status": "Waiting for an answer"}, {"Status": "Withdrawn"}, by)
    return request


def say(scope: Scope, pk: int, *, by: User, from_opi: bool, text: str) -> None:
    """A message of the thread. The same sent twice in a row is one."""
    with deciding(scope):
        request = request_of(scope, pk)
        if not request.is_open:
            raise Refusal(outcome(request))
        last = request.messages.order_by("-pk").first()
        if not (last and (last.by_id, last.text) == (by.pk, text)):
            RecertificationMessage.objects.create(
                recertification=request,
                by=by.record_name,
                by_id=by.pk,
                from_opi=from_opi,
                at=timezone.now(),
                text=text,
            )


def undo(scope: Scope, pk: int, *, by: User) -> Recertification:
    """OPI takes an answer back within five minutes, if nothing has followed from it (O-14). The
    e-mail has not gone out yet.
    """
    with deciding(scope):
        request = request_of(scope, pk)
        if request.status == State.ASKED:
            return request
        if why_not := is_own(request, by) or cannot_undo(request):
            raise Refusal(why_not)
        before = {"Status": request.get_status_display()}
        if request.opened_round:
            close_round(request.opened_round)
            lock_again(request.sealed_round)
        letters = Batch.objects.live().filter(
            idempotency_key__endswith=f":letter:{news.answer_key(request)}"
        )
        for letter in letters:
            cancel(letter, by=by.record_name)
        Notice.objects.filter(key=notice_key(news.answer_key(request))).delete()
        request.become(
            State.ASKED,
            opened_round=None,
            ended_at=None,
            answered_at=None,
            answered_by="",
            answer="",
        )
        record(request, before, {"Status": "Waiting for an answer"}, by, "The answer was withdrawn")
    return request


def scope_of(request: Recertification) -> Scope:
    return Scope(request.district, request.event.end_year)


def cannot_undo(request: Recertification) -> str:
    """The reason an answer stands; empty when it can be taken back."""
    if (
        request.origin != Origin.DISTRICT
        or request.status not in (State.APPROVED, State.DENIED)
        or request.answered_at is None
    ):
        return f"There is no answer to withdraw. {outcome(request)}"
    if timezone.now() > request.answered_at + UNDO:
        return "An answer can be withdrawn for five minutes only."
    later = Recertification.objects.of(request.event, request.district).filter(pk__gt=request.pk)
    if later.exists() or request.messages.filter(at__gt=request.answered_at).exists():
        return "The district has already written again."
    if request.sealed_round.approved_at and request.sealed_round.approved_at > request.answered_at:
        return "OPI has since approved the certification."
    if request.opened_round and request.opened_round.signatures.exists():
        return "Someone has already signed again."
    if request.opened_round and collection_of(request.event).changed_since(
        scope_of(request), request.answered_at
    ):
        return "Records have already been changed."
    return ""


def _answer(
    request: Recertification,
    status: Recertification.Status,
    by: User,
    answer: str,
    *,
    opened_round: Round | None = None,
) -> None:
    now = timezone.now()
    ended_at = None if status in Recertification.OPEN else now
    request.become(
        status,
        answer=answer,
        answered_at=now,
        answered_by=by.record_name,
        ended_at=ended_at,
        opened_round=opened_round,
    )
    after = (
        {"Status": "Approved", "Records": "open"}
        if status == State.APPROVED
        else {"Status": "Denied"}
    )
    record(request, {"Status": "Waiting for an answer"}, after, by, answer or request.reason)
    news.answered(request)
