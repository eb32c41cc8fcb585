"""An export within its job: read and cleaned, or ended with the question it asks."""

from __future__ import annotations

import json

from cte_portal.batches.job import Job, Outcome
from pathways.roster.imports.oneroster.cleaning import keep_cleaned
from pathways.roster.imports.oneroster.package import Package
from pathways.roster.imports.oneroster.translation import (
    Question,
    Translation,
    exported,
    translated,
)


def translated_for(job: Job, package: Package) -> Translation | Question:
    """Raises FileRefused."""
    export = exported(package, job.scope)
    translation = translated(export, job.scope)
    if job.batch.about_id is None:  # what follows a test is sent what was cleaned then
        keep_cleaned(job.batch, export)
    return translation


def ask(job: Job, question: Question) -> None:
    """End with the question on which reading an export of another system depends."""
    with job.writing("mapping.json", "mapping.json", "application/json") as file:
        file.write(json.dumps(question.proposals, ensure_ascii=False).encode())
    sentence = f"{question.reason} Confirm where its numbers stand."
    job.outcome = Outcome(
        f"{sentence} Nothing was saved.",
        with_errors=True,
        result={
            "refused": sentence,
            "objects": [],
            "format": "oneroster",
            "asks": {"source": question.source},
        },
    )
