"""The file of records that a job reads: what was kept of the one that was sent, or why nothing was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files import File

from cte_portal.batches.files import is_stored, open_stored
from cte_portal.batches.job import CannotRun, Job, Outcome
from cte_portal.batches.models import Batch
from pathways.files.text import FileRefused
from pathways.uploads import cleaning

COUNTS = ("read", "new", "changed", "unchanged", "rejected", "warnings")


@contextmanager
def sent_file(batch: Batch) -> Iterator[File[Any]]:
    """The stored file, which must be the very one that was sent. Raises CannotRun."""
    if not batch.input_file or not is_stored(batch.input_file):
        raise CannotRun("The file is no longer stored. Choose the file again.")
    with open_stored(batch.input_file) as file:
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        if digest.hexdigest() != batch.input_sha256:
            raise CannotRun("The stored file is not the one you sent. Choose the file again.")
        yield file


def refused_as_sent(job: Job) -> bool:
    """Whether nothing was kept of the file; then the job ends with why."""
    options = job.batch.options
    if sentence := options.get(cleaning.REFUSED):
        job.outcome = refusal_of(FileRefused(sentence, options[cleaning.RULE]), [])
    return bool(sentence)


def refusal_of(refused: FileRefused, groups: list[dict[str, Any]]) -> Outcome:
    """The end of a file that is turned away as a whole."""
    return Outcome(
        f"The file was refused: {refused.sentence}. Nothing was changed.",
        refused=True,
        result={
            "refused": f"{refused.sentence}.",
            "rule": refused.rule,
            "counts": dict.fromkeys(COUNTS, 0),
            "groups": groups,
        },
    )
