"""What was done to reference data, people and roles: append-only, triggers refuse anything else."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cte_portal.pages.days import in_days

if TYPE_CHECKING:
    from cte_portal.accounts.models.user import User


@dataclass(frozen=True)
class Deed:
    """One thing done to one subject, before it is written. Values are words as people read them, by
    the label of their field.
    """

    kind: str
    key: str
    name: str
    operation: AuditEvent.Operation
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    district: str = ""
    end_year: int | None = None


OPENS_ACCOUNTS = frozenset({"One-time link", "Second factor", "E-mail", "Password"})
"""Labels of changes after which somebody else than the person might sign in with an account."""


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def record(self, deeds: Iterable[Deed], *, by: User, reason: str = "") -> int:
        """Write what `by` has just done, in the transaction that does it. Returns how many events
        were written.
        """
        now = timezone.now()
        events = [
            AuditEvent(
                at=now,
                by=by.record_name,
                by_id=by.pk,
                kind=deed.kind,
                key=deed.key,
                name=deed.name[:200],
                operation=deed.operation,
                before=dict(deed.before),
                after=dict(deed.after),
                district=deed.district,
                end_year=deed.end_year,
                reason=reason,
            )
            for deed in deeds
        ]
        AuditEvent.objects.bulk_create(events, batch_size=500)
        return len(events)

    def about(self, kind: str, key: str) -> AuditEventQuerySet:
        return self.filter(kind=kind, key=key)

    def of_access(
        self, people: Iterable[int], until: datetime.datetime, days: int = 30
    ) -> list[AuditEvent]:
        """By what somebody may have come into these people's accounts in the days before `until`,
        the first one first.
        """
        keys = [str(pk) for pk in people]
        if not keys:
            return []
        since = until - datetime.timedelta(days=days)
        events = self.filter(
            kind="person", key__in=keys, operation="change", at__gte=since, at__lte=until
        ).order_by("pk")
        return [event for event in events if OPENS_ACCOUNTS & event.after.keys()]

    def people_of(self, district: str) -> set[int]:
        """Accounts that were given a role in the district, or lost one."""
        keys = self.filter(kind="role", district=district).values_list("key", flat=True)
        return {int(key) for key in keys.distinct()}

    def newest_first(self) -> AuditEventQuerySet:
        return self.order_by("-pk")

    def between(
        self, first: datetime.date | None, last: datetime.date | None
    ) -> AuditEventQuerySet:
        """Events of whole days, as the portal's clock counts them, both included."""
        return self.filter(in_days(first, last))

    def naming(self, text: str) -> AuditEventQuerySet:
        """Events whose subject, doer or reason contains each word of `text`."""
        events = self
        for word in text.split():
            events = events.filter(
                Q(name__icontains=word)
                | Q(by__icontains=word)
                | Q(reason__icontains=word)
                | Q(key__icontains=word)
            )
        return events


class AuditEvent(models.Model):
    """Names its subject by kind and natural key, and its district by number: it outlives them
    all.
    """

    class Operation(models.TextChoices):
        ADD = "add", "Added"
        CHANGE = "change", "Changed"
        REMOVE = "remove", "Removed"

    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    by_id = models.BigIntegerField()
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=150)
    name = models.CharField(max_length=200)
    operation = models.CharField(max_length=6, choices=Operation.choices)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    district = models.CharField(max_length=4, blank=True)
    end_year = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(operation__in=["add", "change", "remove"]),
                name="accounts_audit_operation_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "key", "id"], name="accounts_audit_by_subject"),
            models.Index(fields=["district", "id"], name="accounts_audit_by_district"),
        ]

    def __str__(self) -> str:
        return f"{self.get_operation_display()} {self.kind} {self.key}"

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """(label, before, after) of each field that differs, in the order of the form."""
        labels = dict.fromkeys([*self.after, *self.before])
        return [
            (label, self.before.get(label, ""), self.after.get(label, ""))
            for label in labels
            if self.before.get(label, "") != self.after.get(label, "")
        ]
