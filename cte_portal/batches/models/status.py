"""How far a batch has come, and which of that means it has ended."""

from __future__ import annotations

from django.db import models


class Status(models.TextChoices):
    QUEUED = "queued", "Queued"
    PROCESSING = "processing", "Processing"
    COMPLETED = "completed", "Completed"
    WITH_ERRORS = "with-errors", "Completed with errors"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"


LIVE = (Status.QUEUED, Status.PROCESSING)
ANSWERED = (Status.COMPLETED, Status.WITH_ERRORS, Status.REFUSED)
"""The work was done to its end, whatever it came to; a refused file has its answer too."""
FRUITLESS = (Status.FAILED, Status.CANCELED, Status.REFUSED)
"""Nothing was saved, sent, or undone."""
