"""A batch as people read it: the status component, the sentence that says what goes on, what may be
done with it.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property

from cte_portal.batches.kinds import kind_of
from cte_portal.batches.models import MOST_ATTEMPTS, RESULTS_KEPT, Batch, BatchFile, Status
from cte_portal.prepared import filled_up, prepared

_KINDS = {
    Status.QUEUED: "queued",
    Status.PROCESSING: "progress",
    Status.COMPLETED: "completed",
    Status.WITH_ERRORS: "warning",
    Status.REFUSED: "problem",
    Status.FAILED: "problem",
    Status.CANCELED: "canceled",
}
_BANNERS = {
    Status.COMPLETED: "saved",
    Status.WITH_ERRORS: "attention",
    Status.REFUSED: "failed",
    Status.FAILED: "failed",
}


@dataclass(frozen=True)
class Line:
    """One row of the Batch Queue List, made from a batch `with_standing`."""

    batch: Batch
    stored_files: tuple[BatchFile, ...] | None = None
    """The batch's files, where they are known already."""

    @property
    def kind(self) -> str:
        return "warning" if self.stuck else _KINDS[Status(self.batch.status)]

    @property
    def banner(self) -> str:
        return _BANNERS.get(Status(self.batch.status), "info")

    @property
    def word(self) -> str:
        return str(self.batch.get_status_display())

    @property
    def noun(self) -> str:
        return kind_of(self.batch.kind).noun

    @property
    def stuck(self) -> bool:
        """Nothing has been heard of the worker since the lease ran out."""
        return bool(getattr(self.batch, "lapsed", False))

    @property
    def sentence(self) -> str:
        batch = self.batch
        if batch.status == Status.QUEUED:
            return self._queued()
        if batch.status != Status.PROCESSING:
            return batch.sentence
        if self.stuck:
            heartbeat = timezone.localtime(batch.lease_until)
            return f"Stuck: no response since {heartbeat:%I:%M:%S %p} MT. It will restart automatically."
        if batch.cancel_by:
            return "Canceling at the next step."
        unit = kind_of(batch.kind).unit
        if batch.done is not None and batch.total:
            return f"{batch.stage} {unit} {batch.done:,} of {batch.total:,}."
        if batch.done is not None:
            return f"{batch.stage} {unit} {batch.done:,}."
        return f"{batch.stage}." if batch.stage else "Starting."

    def _queued(self) -> str:
        batch = self.batch
        if waits_for := getattr(batch, "waits_for", None):
            return (
                f"Waiting for the {kind_of(getattr(batch, 'waits_for_kind', batch.kind)).noun} by"
                f" {waits_for}."
                if batch.in_turn
                else "Waiting for earlier jobs."
            )
        if batch.stage:
            return f"{batch.stage}. Nothing is lost."
        if getattr(batch, "handed_late", False):
            return "Waiting for the processing service. Nothing is lost."
        if batch.attempt:
            return f"Starting again: attempt {batch.attempt + 1} of {MOST_ATTEMPTS}."
        ahead = getattr(batch, "ahead", None)
        return f"{ahead} ahead of it." if ahead else "Starts next."

    @property
    def percent(self) -> int | None:
        batch = self.batch
        return (
            min(100, batch.done * 100 // batch.total)
            if batch.status == Status.PROCESSING and batch.total and batch.done is not None
            else None
        )

    @property
    def files(self) -> tuple[BatchFile, ...]:
        return tuple(self.batch.files.all()) if self.stored_files is None else self.stored_files

    @cached_property
    def file(self) -> BatchFile | None:
        """The one file of the list's Download column."""
        files = {file.role: file for file in self.files}
        return files.get("report.csv") or next(iter(files.values()), None)

    @property
    def may_keep(self) -> bool:
        """Whether there is anything to keep."""
        return not self.batch.is_live and (bool(self.batch.input_file) or bool(self.files))

    @property
    def kept_until(self) -> datetime.date | None:
        """The day from which its files may be dropped."""
        end = self.batch.finished_at
        return timezone.localdate(end + RESULTS_KEPT) if end and not self.batch.kept else None

    @property
    def may_run_again(self) -> bool:
        batch = self.batch
        ended = batch.status in (Status.FAILED, Status.CANCELED)
        return (
            ended
            and kind_of(batch.kind).name != "undo"
            and (bool(batch.input_file) or batch.input_bytes is None)
        )


def lines_of(batches: Iterable[Batch]) -> list[Line]:
    """What a live one waits for is asked only where there is one: most pages have none."""
    rows = list(batches)
    live = [row.pk for row in rows if row.is_live]
    with_standing = Batch.objects.filter(pk__in=live).with_standing() if live else []
    standing = {row.pk: row for row in with_standing}
    rows = [standing.get(row.pk, row) for row in rows]
    files: dict[uuid.UUID, list[BatchFile]] = {row.pk: [] for row in rows}
    for file in _files(filled_up(tuple(key.hex for key in files))) if files else ():
        files[file.batch_id].append(file)
    return [Line(row, tuple(files[row.pk])) for row in rows]


@prepared
def _files(batches: tuple[str, ...]) -> QuerySet[BatchFile]:
    """By their keys in hexadecimal, as both databases read them."""
    return BatchFile.objects.filter(batch__pk__in=batches)
