"""The same file again: where nothing of the district has moved since it was taken whole, each of
its rows is in the portal, and none is read again.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from cte_portal.batches.job import Job, Outcome
from cte_portal.batches.models import Batch, Status
from cte_portal.editions import Scope
from cte_portal.prepared import of_whole_district, prepared
from cte_portal.ui.wording import moment
from pathways.ledger.position import position_of
from pathways.models import OneRosterMapping
from pathways.roster.imports.carrying import Carried

LOOKED_AT = 20  # of the district's last roster files
_CHOSEN = ("to_overrule", "same_students", "confirmed")
"""Choices that a person makes after a look at what was read."""


def sent_digest(batch: Batch) -> str:
    """Of what the person sent, before anything was taken out of it."""
    tested = batch.about.result if batch.about else {}
    return str(tested.get("sent") or batch.input_sha256)


def state_of(scope: Scope, digest: str, options: dict[str, Any]) -> str:
    """Everything that decides what becomes of a file's rows: the file, what was chosen for it, the
    district's data, OPI's lists, how exports are read, and the day.
    """
    position = position_of(scope)
    mapping = _mapping(scope.district)
    decides = (
        settings.PORTAL_VERSION,
        digest,
        options.get("type", "roster"),
        bool(options.get("every_grade")),
        timezone.localdate().isoformat(),
        mapping[0][0] if mapping else None,
        (position.cursor, position.rows, position.decisions),
    )
    return hashlib.sha256(repr(decides).encode()).hexdigest()


@prepared
def _mapping(district: str) -> QuerySet[OneRosterMapping, tuple[int]]:
    """The key of the one that holds."""
    return OneRosterMapping.objects.of_district(district).values_list("pk")[:1]


def is_whole(carried: Carried) -> bool:
    """Whether every row was taken, or set aside for good."""
    return not (carried.total("held") or carried.total("refused"))


def taken_before(job: Job, state: str) -> Batch | None:
    """The batch that took this very file whole, with nothing written since."""
    if any(job.batch.options.get(choice) for choice in _CHOSEN):
        return None
    for batch in _completed(job.scope.district, job.scope.end_year, job.batch.kind):
        if batch.result.get("state") == state:
            return batch
    return None


@of_whole_district
def _completed(district: str, end_year: int, kind: str) -> QuerySet[Batch]:
    """The last ones."""
    batches = Batch.objects.filter(district=district, end_year=end_year, kind=kind)
    return batches.filter(status=Status.COMPLETED).order_by("-queued_at")[:LOOKED_AT]


def outcome_as(earlier: Batch) -> Outcome:
    """All of the file's rows are unchanged; what else was noticed of it holds again."""
    objects = [
        {
            **counts,
            "new": 0,
            "changed": 0,
            "unchanged": counts["new"] + counts["changed"] + counts["unchanged"],
        }
        for counts in earlier.result["objects"]
    ]
    effects = earlier.result["effects"]
    now = {name: effects[f"{name}_after"] for name in ("missing", "findings")}
    since = moment(earlier.finished_at or earlier.queued_at)
    return Outcome(
        "No changes to save: this file was uploaded before, and nothing has changed since.",
        result={
            **earlier.result,
            "objects": objects,
            "effects": {
                **dict.fromkeys(effects, 0),
                **{f"{name}_{when}": now[name] for name in now for when in ("before", "after")},
            },
            "notices": [
                f"The same file was uploaded {since}. Its rows were not read again",
                *earlier.result["notices"],
            ],
            "holds": [],
            "to_confirm": 0,
            "saved": False,
            "moved": False,
        },
    )
