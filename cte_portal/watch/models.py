"""What the portal's processes say of themselves: that they live, and what they found; and what OPI
says of the portal.
"""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

FORGOTTEN = datetime.timedelta(days=1)


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    def forget_old(self) -> int:
        """Processes that ended long ago."""
        return self.filter(at__lt=timezone.now() - FORGOTTEN).delete()[0]


class Heartbeat(models.Model):
    """A process that works in the background: it writes its row every ten seconds."""

    class Part(models.TextChoices):
        DISPATCHER = "dispatcher", "Dispatcher"
        WORKER = "worker", "Worker"

    name = models.CharField(max_length=120, primary_key=True)
    """Host, process number and queue."""
    part = models.CharField(max_length=10, choices=Part.choices)
    queue = models.CharField(max_length=12, blank=True)
    version = models.CharField(max_length=20)
    started_at = models.DateTimeField(db_default=Now())
    at = models.DateTimeField(db_default=Now())
    """By the database's clock."""

    objects = HeartbeatQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(part__in=["dispatcher", "worker"]),
                name="watch_part_is_known",
            )
        ]

    def __str__(self) -> str:
        return self.name


class CheckupQuerySet(models.QuerySet["Checkup"]):
    def note(self, name: str, *, good: bool, sentence: str = "") -> None:
        """What was found last takes the place of what was found before."""
        self.update_or_create(
            name=name, defaults={"good": good, "sentence": sentence[:400], "at": timezone.now()}
        )


class Checkup(models.Model):
    """The last result of what is looked at now and then, as it costs time: mail server, broker,
    seals, backup.
    """

    name = models.CharField(max_length=30, primary_key=True)
    good = models.BooleanField()
    sentence = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()

    objects = CheckupQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name}: {'good' if self.good else 'bad'}"


class Service(models.Model):
    """What OPI says above every page, and what people may do meanwhile: one row."""

    class Mode(models.TextChoices):
        OPEN = "open", "Open"
        READ_ONLY = "read-only", "Read only"
        CLOSED = "closed", "Closed"

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    announcement = models.CharField(max_length=300, blank=True)
    mode = models.CharField(max_length=9, choices=Mode.choices, default=Mode.OPEN)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="watch_there_is_one_service"),
            models.CheckConstraint(
                condition=models.Q(mode__in=["open", "read-only", "closed"]),
                name="watch_mode_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.mode

    @property
    def takes_writes(self) -> bool:
        return self.mode == self.Mode.OPEN
