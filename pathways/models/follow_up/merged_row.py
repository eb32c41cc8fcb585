"""What a merge of two students took along that has no history of its own: so that undo brings it
back, and a sealed copy's State ID still leads to the student.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cte_portal.editions import Home


class MergedRow(models.Model):
    """A row that went from one student, or from one line of a follow-up list, to another; names all
    of them by plain number, because rows may go.
    """

    lives_in = Home.DISTRICT

    class Kind(models.TextChoices):
        STUDENT = "student", "Student"
        ENTRY = "entry", "Line of a follow-up list"
        DOUBLE = "double", "Line that both had"
        ATTEMPT = "attempt", "Attempt"
        DIFFERENCE = "differs", "Difference from a file"
        PROPOSAL = "answer", "Answer from elsewhere"
        CONTACT = "contact", "Contact"
        SHARED = "shared", "Contact that both had"

    batch = models.UUIDField()
    """The merge, as in the history of the rows that have one."""
    district = models.CharField(max_length=4)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    row = models.BigIntegerField()
    before = models.BigIntegerField()
    after = models.BigIntegerField()
    image = models.JSONField(default=dict)
    """Of a line that both had: its values, without the student's."""

    class Meta:
        indexes = [
            models.Index(fields=["batch"], name="pathways_merged_row_by_batch"),
            models.Index(fields=["district", "kind"], name="pathways_merged_row_by_kind"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "student",
                        "entry",
                        "double",
                        "attempt",
                        "differs",
                        "answer",
                        "contact",
                        "shared",
                    ]
                ),
                name="pathways_merged_row_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.row}"
