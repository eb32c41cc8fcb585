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
    SCHOOL_VIEWER = "school-viewer", "School Viewer"

    @property
    def is_opi(self) -> bool:
        return self.value in OPI_ROLES

    @property
    def is_of_district(self) -> bool:
        """Whether it holds in a whole district, neither everywhere nor in one school."""
        return self.value not in (*OPI_ROLES, SCHOOL_ROLE)


OPI_ROLES = ("opi-administrator", "opi-staff")
SCHOOL_ROLE = "school-viewer"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def of_whole_districts(self) -> MembershipQuerySet:
        """Without roles that hold in one school: who has no other one sees nothing else there."""
        return self.exclude(role=SCHOOL_ROLE)


class Membership(models.Model):
    """One role of one person: in one district, in one school of it, or, for OPI, everywhere.
    District and school live elsewhere. A district is named by its number, which it keeps; a school
    by its key, for its number may change, and may be another school's later.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=30, choices=Role.choices)
    district = models.CharField("District Number", max_length=4, blank=True)
    school = models.CharField("School Number", max_length=4, blank=True, default="")
    """As people read it: the school's number of today."""
    school_key = models.BigIntegerField(null=True, blank=True, editable=False)
    """What the role is bound to. None where the school was gone when keys came: it opens nothing.
    """

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["district", "role"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "district", "role"],
                condition=~Q(role=SCHOOL_ROLE),
                name="accounts_a_person_has_a_role_once",
                violation_error_message="This person already has that role there.",
            ),
            models.UniqueConstraint(
                fields=["user", "school_key"],
                name="accounts_a_person_views_a_school_once",
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
            models.CheckConstraint(
                condition=Q(role=SCHOOL_ROLE, school__regex=r"^[0-9]{4}$")
                | (~Q(role=SCHOOL_ROLE) & Q(school="", school_key=None)),
                name="accounts_school_roles_name_a_school",
                violation_error_message=(
                    "A School Viewer needs a 4-digit school number. Other roles have none."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.place}".strip()

    @property
    def place(self) -> str:
        """Where it holds, as lists of people say it; empty for OPI."""
        return place(self.district, self.school)


def place(district: str, school: str = "") -> str:
    """A district, or a school of it, as lists of people and the audit search name them."""
    return f"{district}, school {school}" if school else district
