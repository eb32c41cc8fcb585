"""A district asks OPI to add a student to a year's follow-up list, or to remove one (R-FUP-04)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cte_portal.editions import Home, Scope, school_year_label


class ListRequestQuerySet(models.QuerySet["ListRequest"]):
    def in_scope(self, scope: Scope) -> ListRequestQuerySet:
        return self.filter(district=scope.district, end_year=scope.end_year)

    def waiting(self) -> ListRequestQuerySet:
        """Not answered yet."""
        return self.filter(status=ListRequest.Status.WAITING)

    def approved(self) -> ListRequestQuerySet:
        """In the order in which OPI approved them: the last one of a student decides."""
        return self.filter(status=ListRequest.Status.APPROVED).order_by("answered_at", "pk")


class ListRequest(models.Model):
    """One wish about one student, OPI's answer to it, and the words of both. It names the student
    by State ID, which leads to the row of the student whatever becomes of that.
    """

    lives_in = Home.DISTRICT

    class Wish(models.TextChoices):
        ADD = "add", "Add to the list"
        REMOVE = "remove", "Remove from the list"

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting for OPI"
        APPROVED = "approved", "Approved"
        DENIED = "denied", "Denied"
        WITHDRAWN = "withdrawn", "Withdrawn"

    district = models.CharField("District Number", max_length=4)
    end_year = models.PositiveSmallIntegerField()
    state_id = models.CharField("State ID", max_length=9)
    wish = models.CharField("Request", max_length=6, choices=Wish.choices)
    reason = models.CharField("Reason", max_length=300)
    status = models.CharField(max_length=9, choices=Status.choices)
    by = models.CharField(max_length=120)
    by_id = models.BigIntegerField()
    at = models.DateTimeField()
    answer = models.CharField("Answer", max_length=300, blank=True)
    answered_by = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ListRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["district", "end_year"], name="pathways_list_request_by_list"),
            models.Index(
                fields=["at"], condition=Q(status="waiting"), name="pathways_list_request_waiting"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "end_year", "state_id"],
                condition=Q(status="waiting"),
                name="pathways_one_list_request_of_a_student_waits",
                violation_error_message="A request about this student is waiting already.",
            ),
            models.CheckConstraint(
                condition=Q(wish__in=["add", "remove"]),
                name="pathways_list_request_wish_is_known",
                violation_error_message="Select whether to add or to remove the student.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="pathways_list_request_says_why",
                violation_error_message="Enter the reason.",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["waiting", "withdrawn"],
                    answer="",
                    answered_by="",
                    answered_at=None,
                )
                | (
                    Q(status__in=["approved", "denied"], answered_at__isnull=False)
                    & ~Q(answered_by="")
                ),
                name="pathways_list_request_is_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="denied", answer=""),
                name="pathways_list_request_is_denied_with_words",
                violation_error_message="Enter why it is denied.",
            ),
        ]

    def __str__(self) -> str:
        return f"list request {self.pk} of {self.district} {self.end_year}"

    @property
    def school_year(self) -> str:
        return school_year_label(self.end_year)

    @property
    def adds(self) -> bool:
        return self.wish == self.Wish.ADD
