"""What the page of a finished upload of Fall CTE shows: as any upload's, and its differences."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.urls import reverse

from cte_portal.batches.models import Batch
from cte_portal.editions import Scope
from pathways.models import FollowUpEntry, OutcomeChange, OutcomeDifference
from pathways.uploads import result as of_records
from pathways.uploads.run import UPLOAD, VALIDATE


def of(
    batch: Batch, choice: Mapping[str, str] = MappingProxyType({})
) -> tuple[str, dict[str, Any]]:
    """Template and context."""
    context = of_records.of(batch, choice)[1]
    scope = Scope(batch.district, int(batch.end_year or 0))
    rows = [row for group in context["groups"] for row in group["rows"]]
    entries = dict(
        FollowUpEntry.objects.in_scope(scope)
        .filter(student__in={row["student_pk"] for row in rows if row["student_pk"]})
        .values_list("student_id", "pk")
    )
    for row in [*rows, *context["students"]]:
        student = row["student_pk"]
        row["link"] = (
            reverse("follow-up-line", args=[scope.district, scope.end_year, entries[student]])
            if student in entries
            else ""
        )
    uploaded = batch.follower("fall-upload") if batch.options.get("work") == VALIDATE else None
    undone = batch.follower("fall-undo")
    wrote = (
        OutcomeChange.objects.filter(batch=batch.pk).exists()
        or OutcomeDifference.objects.filter(batch=batch.pk, resolution="").exists()
    )
    own = {
        "is_fall": True,
        "unresolved": OutcomeDifference.objects.number_unresolved(scope),
        "uploaded": uploaded,
        "undone": undone,
        "can_upload": context["can_upload"] and uploaded is None,
        "was_upload": batch.options.get("work") == UPLOAD,
        "can_undo": context["saved"] and undone is None and wrote,
    }
    return "pathways/uploads/fall_result.html", {**context, **own}
