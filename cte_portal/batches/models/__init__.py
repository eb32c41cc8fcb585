"""The rows of the Batch Queue: batches, their files, notices and clean-ups."""

from cte_portal.batches.models.batch import (
    DISTRICT,
    INPUTS_KEPT,
    LONGEST_PAUSE,
    MOST_ATTEMPTS,
    RESULTS_KEPT,
    SET_ASIDE,
    STATEWIDE,
    TURNS_REMEMBERED,
    Batch,
    BatchQuerySet,
)
from cte_portal.batches.models.batch_file import BatchFile
from cte_portal.batches.models.clean_up import CleanUp
from cte_portal.batches.models.moments import DUE, DUE_SINCE, moment
from cte_portal.batches.models.notice import NOTICES_KEPT, Notice
from cte_portal.batches.models.status import ANSWERED, LIVE, Status

__all__ = [
    "ANSWERED",
    "DISTRICT",
    "DUE",
    "DUE_SINCE",
    "INPUTS_KEPT",
    "LIVE",
    "LONGEST_PAUSE",
    "MOST_ATTEMPTS",
    "NOTICES_KEPT",
    "RESULTS_KEPT",
    "SET_ASIDE",
    "STATEWIDE",
    "TURNS_REMEMBERED",
    "Batch",
    "BatchFile",
    "BatchQuerySet",
    "CleanUp",
    "Notice",
    "Status",
    "moment",
]
