"""Which role a person has in which district."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Role(models.TextChoices):
    """The guide's user groups, the strongest first."""

    OPI_ADMINISTRATOR = "opi-administrator", "OPI Administrator"
    OPI_STAFF = "opi-staff", "OPI Staff"
    DISTRICT_ADMINISTRATOR = "district-administrator", "District Administrator"
    DATA_CLERK = "data-clerk", "Data Clerk"
    VIEWER = "viewer", "Viewer"

    @property
    def is_opi(self) -> bool:
        return self.value in OPI_ROLES


OPI_ROLES = ("opi-administrator", "opi-staff")


class Membership(models.Model):
    """One role of one person, in one district or, for OPI, everywhere. The district is named by its
    number: it lives elsewhere.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=30, choices=Role.choices)
    district = models.CharField("District Number", max_length=4, blank=True)

    class Meta:
        ordering = ["district", "role"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "district", "role"],
                name="accounts_a_person_has_a_role_once",
                violation_error_message="This person already has that role there.",
            ),
            models.CheckConstraint(
                condition=Q(role__in=OPI_ROLES, district="")
                | (~Q(role__in=OPI_ROLES) & Q(district__regex=r"^[0-9]{4}$")),
                name="accounts_district_roles_name_a_district",
                violation_error_message=(
                    "A district role needs a 4-digit district number. An OPI role has none."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.district}".strip()
