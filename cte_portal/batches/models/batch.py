"""A batch is a row, and the row is the truth: the queue page reads it, the broker only carries its
id (docs/adr/0005).
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Least, Now
from django.utils import timezone

from cte_portal.batches.models.moments import DUE, DUE_SINCE, moment
from cte_portal.batches.models.status import FRUITLESS, LIVE, Status

DISTRICT, STATEWIDE = "district", "statewide"  # the two queues of the workers
MOST_ATTEMPTS = 3
SET_ASIDE = "Set aside"
TURNS_REMEMBERED = 24 * 3600  # seconds
LONGEST_PAUSE = 600  # seconds, before a message that no worker has taken is sent again
INPUTS_KEPT = datetime.timedelta(days=90)
RESULTS_KEPT = datetime.timedelta(days=365)


class BatchQuerySet(models.QuerySet["Batch"]):
    def of_district(self, district: str) -> BatchQuerySet:
        """What the district's Batch Queue List shows, newest first."""
        return self.filter(district=district, hidden=False).order_by("-queued_at", "-pk")

    def live(self) -> BatchQuerySet:
        return self.filter(status__in=LIVE)

    def failed_unseen(self, kinds: Iterable[str]) -> BatchQuerySet:
        """What failed where no district sees it, newest first: e-mails, OPI's lists for the state,
        what was set aside or is of no `known` kind.
        """
        return self.filter(
            Q(hidden=True) | Q(stage=SET_ASIDE) | ~Q(kind__in=kinds), status=Status.FAILED
        ).order_by("-finished_at", "-pk")

    def put_back(self) -> int:
        """Queue what has ended once more, under its own key: nobody would queue it again. Returns
        how many.
        """
        anew: dict[str, Any] = dict.fromkeys(
            ("available_at", "published_at", "started_at", "finished_at")
        )
        again = {
            "status": Status.QUEUED,
            "attempt": 0,
            "queued_at": Now(),
            "stage": "",
            "sentence": "",
            "reference": "",
            "result": {},
        }
        return self.exclude(status__in=LIVE).update(**anew, **again)

    def earlier_in_turn(self) -> BatchQuerySet:
        """For a subquery: unfinished work of the same district that was submitted before, where
        both must keep their turn.
        """
        before = Q(queued_at__lt=OuterRef("queued_at")) | Q(
            queued_at=OuterRef("queued_at"), pk__lt=OuterRef("pk")
        )
        return self.live().filter(before, district=OuterRef("district"), in_turn=True)

    def running_beside(self) -> BatchQuerySet:
        """For a subquery: what workers of the same queue are busy with."""
        return self.filter(
            queue=OuterRef("queue"), status=Status.PROCESSING, lease_until__gte=Now()
        )

    def with_standing(self) -> BatchQuerySet:
        """With what a status sentence needs: `waits_for` (who submitted what goes first) and
        `waits_for_kind`, `ahead`, `lapsed`, `handed_late`.
        """
        earlier = Batch.objects.earlier_in_turn().order_by("queued_at", "pk")
        unheard = Q(published_at=None, queued_at__lt=moment(-3)) | Q(
            queued_at__lt=moment(-60)
        ) & ~Q(Exists(Batch.objects.running_beside()))
        before = (
            Batch.objects.live()
            .filter(queue=OuterRef("queue"), queued_at__lt=OuterRef("queued_at"))
            .order_by()
            .values("queue")
        )
        same_district, other_districts = (
            Q(district=OuterRef("district")),
            ~Q(district=OuterRef("district")),
        )
        own_number = Coalesce(
            Subquery(before.filter(same_district).annotate(number=Count("pk")).values("number")), 0
        )
        districts = (
            before.filter(other_districts)
            .annotate(number=Count("district", distinct=True))
            .values("number")
        )
        plain = Coalesce(Subquery(before.annotate(number=Count("pk")).values("number")), 0)
        # Districts take turns: each of the others goes before this one's every piece of work once.
        ahead = Least(plain, own_number + Coalesce(Subquery(districts), 0) * (own_number + 1))
        return self.annotate(
            waits_for=Subquery(earlier.values("submitted_name")[:1]),
            waits_for_kind=Subquery(earlier.values("kind")[:1]),
            ahead=ahead,
            lapsed=Q(status=Status.PROCESSING, lease_until__lt=Now()),
            handed_late=Q(DUE, unheard, status=Status.QUEUED),
        )

    def may_start(self) -> BatchQuerySet:
        """Queued work whose time and turn have come."""
        return self.filter(DUE, status=Status.QUEUED).exclude(
            Q(in_turn=True) & Exists(Batch.objects.earlier_in_turn())
        )

    def to_publish(self) -> BatchQuerySet:
        """Queued work that no worker knows of: never handed over, or handed over while nothing of
        its queue runs (the broker lost it). The pauses double from when it was due, so that
        messages do not pile up for a worker that is away over night.
        """
        pause = ExpressionWrapper(
            F("published_at") - DUE_SINCE, output_field=models.DurationField()
        )
        paused = Q(published_at__lt=ExpressionWrapper(Now() - pause, models.DateTimeField()))
        longest = Q(published_at__lt=moment(-LONGEST_PAUSE))
        lost = Q(published_at__lt=moment(-settings.BATCH_REPUBLISH_SECONDS)) & (paused | longest)
        unheard = lost & ~Q(Exists(Batch.objects.running_beside()))
        return self.may_start().filter(Q(published_at=None) | unheard).by_turns()

    def by_turns(self) -> BatchQuerySet:
        """Districts one after the other: first of the district whose last turn in the queue is
        longest ago, then the oldest.
        """
        turns = Batch.objects.filter(
            queue=OuterRef("queue"),
            district=OuterRef("district"),
            queued_at__gte=moment(-TURNS_REMEMBERED),
        )
        last = Subquery(
            turns.exclude(started_at=None).order_by("-started_at").values("started_at")[:1]
        )
        return self.annotate(last_turn=last).order_by(
            F("last_turn").asc(nulls_first=True), "queued_at", "pk"
        )

    def next_turn(self, key: uuid.UUID) -> uuid.UUID:
        """Whose turn it is when the message of a batch comes: its own, or of another that was
        handed over for the same queue.

        There are as many messages as batches handed over, so that each of them is run by one of the
        messages.
        """
        queue = self.filter(pk=key).values("queue")
        batches = self.may_start().filter(
            Q(pk=key) | Q(published_at__isnull=False),
            queue__in=queue,
            attempt__lt=MOST_ATTEMPTS,
            cancel_by="",
        )
        return batches.by_turns().values_list("pk", flat=True).first() or key

    def held(self, batch: Batch) -> BatchQuerySet:
        """The row, as long as it still belongs to this attempt: each write of a worker goes through
        here.
        """
        return self.filter(pk=batch.pk, attempt=batch.attempt, status=Status.PROCESSING)


class Batch(models.Model):
    """One piece of work in the Batch Queue. Names its district by number: batches are not part of
    an edition.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=30)
    queue = models.CharField(max_length=12)
    district = models.CharField(max_length=4, blank=True)
    end_year = models.PositiveSmallIntegerField(null=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    submitted_name = models.CharField(max_length=310)
    title = models.CharField(max_length=100)
    subject = models.CharField(max_length=120, blank=True)
    options = models.JSONField(default=dict)
    about = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followers")
    """The batch that this one continues: saves what a test showed, takes an upload back, tells of
    an end.
    """
    idempotency_key = models.CharField(max_length=80)
    in_turn = models.BooleanField(default=False)
    """Whether it waits for what the district submitted before."""
    hidden = models.BooleanField(default=False)
    notify = models.BooleanField(default=False)
    kept = models.BooleanField(default=False)
    """Somebody wants its files beyond the time for which files are kept."""

    input_file = models.CharField(max_length=200, blank=True)
    input_bytes = models.BigIntegerField(null=True)
    input_sha256 = models.CharField(max_length=64, blank=True)

    status = models.CharField(max_length=12, choices=Status.choices, default=Status.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField(default=timezone.now)
    available_at = models.DateTimeField(null=True)
    """Not before this moment of the database's time; None is at once."""
    published_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100, blank=True)
    stage = models.CharField(max_length=60, blank=True)
    done = models.PositiveIntegerField(null=True)
    total = models.PositiveIntegerField(null=True)
    cancel_by = models.CharField(max_length=310, blank=True)
    sentence = models.CharField(max_length=400, blank=True)
    reference = models.CharField(max_length=8, blank=True)
    result: models.JSONField[Any, Any] = models.JSONField(default=dict)

    objects = BatchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["idempotency_key"], name="batches_submitted_once"),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in Status]),
                name="batches_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(attempt__lte=MOST_ATTEMPTS), name="batches_three_attempts_at_most"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in LIVE])
                | Q(finished_at__isnull=False),
                name="batches_an_end_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "-queued_at"], name="batches_of_district"),
            # The last validation of each district is looked for past its uploads of a whole season.
            models.Index(fields=["district", "kind", "-queued_at"], name="batches_of_kind"),
            models.Index(
                fields=["queued_at"],
                condition=Q(status__in=["queued", "processing"]),
                name="batches_live",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def failed(self) -> bool:
        return self.status == Status.FAILED

    def follower(self, kind: str) -> Batch | None:
        """The batch that continues this one, unless it came to nothing: then it may be tried
        again.
        """
        return (
            self.followers.filter(kind=kind)
            .exclude(status__in=FRUITLESS)
            .order_by("queued_at")
            .last()
        )
