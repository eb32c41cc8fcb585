"""The people who sign a district's CTE Data (guide, Step One: Type Membership Setup)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from cte_portal.accounts.models import Membership, User
from cte_portal.accounts.models.user import unused
from cte_portal.editions import Home
from cte_portal.folding import Folded
from cte_portal.prepared import prepared

TYPE = "CTE Data"


class CertifierQuerySet(models.QuerySet["Certifier"]):
    def of_district(self, district: str) -> CertifierQuerySet:
        return self.filter(district=district)

    def active(self) -> CertifierQuerySet:
        """The certifiers who count: checked Active, with an open account and a role in the whole
        district today.
        """
        certifiers = self._checked().alias(open_account=_account(is_active=True))
        return certifiers.filter(open_account__isnull=False)

    def active_statewide(self) -> CertifierQuerySet:
        """The same of all districts, whose accounts are read one after the other anyway."""
        return self._checked().filter(user__is_active=True)

    def _checked(self) -> CertifierQuerySet:
        roles = Membership.objects.of_whole_districts().filter(
            user=OuterRef("user"), district=OuterRef("district")
        )
        return self.filter(Exists(roles), is_active=True)

    def primary(self) -> CertifierQuerySet:
        return self.filter(level=Certifier.Level.PRIMARY)

    def secondary(self) -> CertifierQuerySet:
        return self.filter(level=Certifier.Level.SECONDARY)

    def unused(self, since: datetime.datetime | None = None) -> CertifierQuerySet:
        """Certifiers whose account has closed by itself: they must sign, and cannot sign in."""
        certifiers = self.alias(unused_account=_account(unused("", since)))
        return certifiers.filter(unused_account__isnull=False)

    def listed(self) -> CertifierQuerySet:
        """Primary before Secondary, by name, with `has_role`, whether a role in the district still
        holds, and `has_namesake`. The person is at hand.
        """
        roles = Membership.objects.of_whole_districts().filter(
            user=OuterRef("user"), district=OuterRef("district")
        )
        same_name = Q(
            user__last_name__iexact=OuterRef("user__last_name"),
            user__first_name__iexact=OuterRef("user__first_name"),
        )
        namesakes = Certifier.objects.filter(same_name, district=OuterRef("district")).exclude(
            pk=OuterRef("pk")
        )
        return (
            self.select_related("user__emergency_account")
            .annotate(has_role=Exists(roles), has_namesake=Exists(namesakes))
            .order_by(
                "-is_active", "level", Folded("user__last_name"), Folded("user__first_name"), "pk"
            )
        )


def _account(*conditions: Q, **values: Any) -> Subquery:
    """The key of a certifier's account, None where it is not of this kind. Of a join PostgreSQL
    reads the accounts of the state one after the other, for those of a handful of certifiers.
    """
    accounts = User.objects.filter(*conditions, pk=OuterRef("user"), **values)
    return Subquery(accounts.values("pk")[:1])


class Certifier(models.Model):
    """Never deleted: who is no longer a certifier is not active. The person is one of the
    district's people.
    """

    lives_in = Home.DISTRICT

    class Level(models.TextChoices):
        PRIMARY = "primary", "Primary"
        SECONDARY = "secondary", "Secondary"

    district = models.CharField("District Number", max_length=4)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="certifiers"
    )
    level = models.CharField("Primary or Secondary", max_length=9, choices=Level.choices)
    job_title = models.CharField("Job title", max_length=80)
    is_active = models.BooleanField("Active", default=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    invited_by = models.CharField(max_length=120, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = CertifierQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "user"],
                name="certification_a_person_is_a_certifier_once",
                violation_error_message="This person is already on the list.",
            ),
            models.CheckConstraint(
                condition=Q(level__in=["primary", "secondary"]),
                name="certification_certifier_level_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.district} {self.user_id} {self.level}"

    @property
    def name(self) -> str:
        return self.user.record_name

    @property
    def name_apart(self) -> str:
        """The name where certifiers are shown together: with the user name if another one has the
        same. Needs `listed()`.
        """
        return self.user.choice_name if getattr(self, "has_namesake", False) else self.name

    @property
    def has_never_signed_in(self) -> bool:
        return self.user.last_login is None

    @property
    def counts(self) -> bool:
        """The same as `active()` for one certifier; needs `has_role` of `listed()`."""
        return self.is_active and self.user.is_active and bool(getattr(self, "has_role", False))

    @property
    def standing(self) -> tuple[str, str]:
        """(kind, word) of the status component; needs `has_role` of `listed()`."""
        if not self.is_active:
            return "canceled", "Not active"
        if not self.user.is_active:
            return "locked", "Account closed: does not count"
        if not getattr(self, "has_role", False):
            return "warning", "No role in this district: does not count"
        if self.user.dormant:
            return "warning", "Account closed, unused for 180 days"
        if self.has_never_signed_in:
            return "warning", "Has never signed in"
        if self.accepted_at:
            return "completed", "Accepted"
        return (
            ("people", "Invited, not yet accepted") if self.invited_at else ("completed", "Active")
        )

    @property
    def is_primary(self) -> bool:
        return self.level == self.Level.PRIMARY


def certifies(district: str, person: Any) -> bool:
    """True when the person is one of the district's certifiers and counts."""
    return bool(level_of(district, person.pk))


@prepared
def level_of(district: str, person: int) -> QuerySet[Certifier, tuple[str]]:
    """Of the person, by key, as a certifier who counts; no row for anybody else."""
    certifiers = Certifier.objects.of_district(district).active().filter(user=person)
    return certifiers.values_list("level")


def cannot_sign(certifiers: Iterable[Certifier]) -> tuple[list[Certifier], str]:
    """The certifiers who cannot sign in today, and the reason in words: DOE, JANE has never signed
    in.
    """
    strangers, dormant = [], []
    for certifier in certifiers:
        if certifier.user.dormant:
            dormant.append(certifier)
        elif certifier.has_never_signed_in:
            strangers.append(certifier)
    words = []
    if strangers:
        words.append(
            f"{_names(strangers)} {'has' if len(strangers) == 1 else 'have'} never signed in"
        )
    if dormant:
        words.append(f"{_names(dormant)} cannot sign in: account unused for 180 days")
    return strangers + dormant, "; ".join(words)


def _names(certifiers: list[Certifier]) -> str:
    return " and ".join(certifier.name_apart for certifier in certifiers)
