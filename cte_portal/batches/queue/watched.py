"""What the portal's health says of the Batch Queue: jobs that wait too long, or do not end."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.db.models import Count, Min, Q
from django.utils import timezone

from cte_portal.batches.files import WAITS_FOR_FILES
from cte_portal.batches.kinds import is_known
from cte_portal.batches.models import DUE, DUE_SINCE, LIVE, Batch, Status, moment
from cte_portal.watch.reading import Level, Measure, Reading

LONG_WAIT = datetime.timedelta(minutes=15)
LONG_RUN = datetime.timedelta(hours=1)
NOT_TAKEN = 60  # seconds that a job handed over to an idle worker waits for it
LOST = 120  # seconds after a lease has ended; the dispatcher brings it back within a few


def jobs() -> Iterator[Reading]:
    """Those that are due and nobody takes, those that run for too long, and those whose worker
    died.
    """
    now = timezone.now()
    waiting = Q(DUE, status=Status.QUEUED)
    running = Q(status=Status.PROCESSING)
    counts = Batch.objects.live().aggregate(
        waiting=Count("pk", filter=waiting),
        oldest=Min(DUE_SINCE, filter=waiting),
        running=Count("pk", filter=running),
        longest=Min("started_at", filter=running),
        lost=Count("pk", filter=running & Q(lease_until__lt=moment(-LOST))),
        letters=Count("pk", filter=Q(hidden=True, stage="Waiting for the mail server")),
        storing=Count("pk", filter=Q(stage=WAITS_FOR_FILES)),
    )
    age = now - counts["oldest"] if counts["oldest"] else datetime.timedelta()
    run = now - counts["longest"] if counts["longest"] else datetime.timedelta()
    figures = {
        "jobs_waiting": float(counts["waiting"]),
        "jobs_running": float(counts["running"]),
        "oldest_job_seconds": age.total_seconds(),
        "longest_run_seconds": run.total_seconds(),
        "emails_waiting": float(counts["letters"]),
    }
    words = f"{counts['waiting']:,} waiting, {counts['running']:,} running."
    if counts["lost"]:
        words = f"{counts['lost']:,} without a worker. {words}"
    elif run > LONG_RUN:
        words = f"One has run for {_minutes(run)}. {words}"
    elif age > LONG_WAIT:
        words = f"One has waited for {_minutes(age)}. {words}"
    stuck = bool(counts["lost"]) or run > LONG_RUN or age > LONG_WAIT
    yield Reading("Jobs", Level.DEGRADED if stuck else Level.GOOD, words, figures)
    yield from _not_taken(now)
    if counts["storing"]:
        sentence = f"{counts['storing']:,} waiting for the file store, which does not answer."
        yield Reading("Files of jobs", Level.DEGRADED, sentence)
    if counts["letters"]:
        sentence = f"{counts['letters']:,} waiting for the mail server."
        yield Reading("E-mails", Level.DEGRADED, sentence)
    failed = Batch.objects.filter(status=Status.FAILED, finished_at__gt=moment(-24 * 3600)).count()
    if failed:
        sentence = f"{failed:,} in the last 24 hours. See Batch Queue of all districts and the log."
        yield Reading("Failed jobs", Level.GOOD, sentence, {"jobs_failed_24h": float(failed)})


def _not_taken(now: datetime.datetime) -> Iterator[Reading]:
    """A worker may show that it lives and take no job, so the jobs are asked: handed over, none of
    the queue runs, and none was begun meanwhile.
    """
    live = Batch.objects.live().order_by()
    handed_over = live.filter(DUE, status=Status.QUEUED, published_at__isnull=False)
    busy = Q(status=Status.PROCESSING) | Q(started_at__gt=moment(-NOT_TAKEN))
    queues = handed_over.values_list("queue")
    for queue, number, oldest in queues.annotate(number=Count("pk"), oldest=Min(DUE_SINCE)):
        waited = (now - oldest).total_seconds()
        if waited > NOT_TAKEN and not Batch.objects.filter(busy, queue=queue).exists():
            yield Reading(
                f"Work on {queue} jobs",
                Level.DEGRADED,
                f"{number:,} handed over, none taken for {waited:,.0f} seconds. "
                "Start the worker again; nothing is lost.",
                {"jobs_not_taken": float(number)},
            )


def ended() -> Iterator[Measure]:
    """How many jobs of each kind ended how, in the last 24 hours, and how many are on their way."""
    batches = Batch.objects.filter(
        Q(finished_at__gt=moment(-24 * 3600)) | Q(status__in=LIVE)
    ).order_by()
    rows = batches.values_list("kind", "status").annotate(number=Count("pk"))
    for kind, status, number in rows:
        labels = {"kind": kind if is_known(kind) else "unknown", "status": status}
        yield Measure("jobs_24h", float(number), labels)


def _minutes(time: datetime.timedelta) -> str:
    return f"{time.total_seconds() // 60:,.0f} minutes"
