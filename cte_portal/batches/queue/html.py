"""The lines of the Batch Queue List for its pages, as patterns that are filled in."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator

from django.urls import reverse
from django.utils.safestring import SafeString

from cte_portal.batches.queue.line import Line
from cte_portal.editions import Scope
from cte_portal.ui.patterns import kept_patterns
from cte_portal.ui.templatetags.portal import us_datetime

COLUMNS = ("queued", "title", "by", "status", "download")
"""Those of the list below another screen."""
NOTHING = "–"
ANY = str(uuid.UUID(int=0))
"""Stands for a batch in an address that is put together once for all lines."""


def drawn(
    lines: Iterable[Line], scope: Scope, columns: Iterable[str] = COLUMNS
) -> Iterator[SafeString]:
    patterns, chosen = kept_patterns(), tuple(columns)
    address = reverse("batch", args=[scope.district, scope.end_year, ANY])
    for line in lines:
        batch, file, sentence, key = line.batch, line.file, line.sentence, str(line.batch.pk)
        yield patterns.fill(
            "batches/row.html",
            {
                "batch": key,
                "address": address.replace(ANY, key),
                "title": batch.title,
                "subject": batch.subject,
                "queued": us_datetime(batch.queued_at),
                "by": batch.submitted_name,
                "word": line.word,
                "sentence": sentence,
                "finished": us_datetime(batch.finished_at) or NOTHING,
                "file": _file(scope, file.role).replace(ANY, key) if file else "",
            },
            columns=chosen,
            kind=line.kind,
            has_subject=bool(batch.subject),
            has_sentence=bool(sentence),
            has_file=file is not None,
            is_extract=batch.kind == "extract",
            is_live=batch.is_live,
        )


def _file(scope: Scope, role: str) -> str:
    return reverse("batch-file", args=[scope.district, scope.end_year, ANY, role])
