"""How a student can be reached after leaving: seen in the district alone, and deleted a set time
after the follow-up is over.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cte_portal.editions import Home
from pathways.models.author import Authored
from pathways.models.student import Student


class Contact(Authored, models.Model):
    lives_in = Home.DISTRICT

    class Kind(models.TextChoices):
        PHONE = "phone", "Phone"
        EMAIL = "email", "E-mail"
        ADULT = "adult", "Another adult"

    student = models.ForeignKey(
        Student, on_delete=models.DO_NOTHING, related_name="contacts", db_constraint=False
    )
    kind = models.CharField("Kind", max_length=5, choices=Kind.choices)
    value = models.CharField("Contact", max_length=120)
    note = models.CharField("Note", max_length=80, blank=True)
    by = models.CharField(max_length=120)
    by_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "kind", "value"],
                name="pathways_contact_is_entered_once",
                violation_error_message="This contact is already entered.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["phone", "email", "adult"]),
                name="pathways_contact_kind_is_known",
                violation_error_message="Select a kind of contact.",
            ),
            models.CheckConstraint(
                condition=~Q(value=""),
                name="pathways_contact_is_not_empty",
                violation_error_message="Enter a phone number, an e-mail address, or a name.",
            ),
        ]

    def __str__(self) -> str:
        return f"contact {self.pk}"
