"""The end of a job of whose file nothing was kept, or that turned its file away."""

from __future__ import annotations

from typing import Any

from cte_portal.batches.job import Job, Outcome
from pathways.files.text import FileRefused
from pathways.uploads import cleaning

COUNTS = ("read", "new", "changed", "unchanged", "rejected", "warnings")


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
