"""What a district asks about its list: one request a student waits at a time."""

from __future__ import annotations

from django.utils import timezone

from cte_portal.accounts.models import AuditEvent, Deed, User
from cte_portal.editions import Scope, school_year_label
from cte_portal.refusals import Refusal
from pathways.follow_up import outcomes
from pathways.follow_up.list_requests import news
from pathways.follow_up.population import exits_of
from pathways.models import FollowUpEntry, ListRequest, Student

Wish, Status = ListRequest.Wish, ListRequest.Status


def ask_to_add(scope: Scope, state_id: str, reason: str, *, by: User) -> ListRequest:
    """Raises a Refusal for a student who did not leave in the year: then the enrollment has to be
    corrected, and the list follows by itself.
    """
    with outcomes.follow_up_open(scope) as year:
        students = Student.objects.of_district(scope).filter(state_id=state_id)
        student = students.values_list("pk", flat=True).first()
        if student is None:
            raise Refusal("No student of this district has that State ID.", field="state_id")
        lines = FollowUpEntry.objects.in_scope(scope).on_list()
        if lines.filter(student=student).exists():
            raise Refusal("This student is on the list already.", field="state_id")
        if student not in exits_of(scope, year):
            raise Refusal(
                f"No enrollment of {school_year_label(scope.end_year)} says that this student"
                " graduated or dropped out. Correct the enrollment first.",
                field="state_id",
            )
        return _ask(scope, state_id, Wish.ADD, reason, by)


def ask_to_remove(scope: Scope, entry: int, reason: str, *, by: User) -> ListRequest:
    """Raises a Refusal where the line is not on the list."""
    with outcomes.follow_up_open(scope):
        line = outcomes.entry_to_write(scope, entry)
        return _ask(scope, line.student.state_id, Wish.REMOVE, reason, by)


def _ask(scope: Scope, state_id: str, wish: ListRequest.Wish, reason: str, by: User) -> ListRequest:
    stored = ListRequest.objects.in_scope(scope).waiting().filter(state_id=state_id).first()
    if stored and (stored.wish, stored.reason, stored.by_id) == (wish, reason, by.pk):
        return stored  # a double click
    if stored:
        raise Refusal("A request about this student is waiting for OPI already.")
    request = ListRequest.objects.create(
        district=scope.district,
        end_year=scope.end_year,
        state_id=state_id,
        wish=wish,
        reason=reason,
        status=Status.WAITING,
        by=by.record_name,
        by_id=by.pk,
        at=timezone.now(),
    )
    record(request, "", by)
    news.tell_opi(request)
    return request


def record(request: ListRequest, before: str, by: User) -> None:
    """Nobody's name goes into the audit: the request's number leads there."""
    deed = Deed(
        "follow-up list",
        f"{request.district}/{request.end_year}/{request.pk}",
        f"{request.get_wish_display()}, {request.school_year}",
        AuditEvent.Operation.CHANGE if before else AuditEvent.Operation.ADD,
        {"Status": before} if before else {},
        {"Status": request.get_status_display()},
        request.district,
        request.end_year,
    )
    AuditEvent.objects.record([deed], by=by)
