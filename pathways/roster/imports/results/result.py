"""What the page of a finished roster file shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cte_portal.batches.files import is_stored, open_stored
from cte_portal.batches.models import Batch, BatchFile
from cte_portal.editions import Scope
from pathways.certified import certified

DOWNLOADS = (
    ("report.csv", "Roster Import Summary, .csv"),
    ("rejected.zip", "Rows to correct, .zip"),
)
LABELS = {"CTE Participation": "Record"}


def of(batch: Batch, query: Mapping[str, str] = MappingProxyType({})) -> tuple[str, dict[str, Any]]:
    """Template and context."""
    files = {file.role: file for file in batch.files.all()}
    result, options = batch.result, batch.options
    saved = bool(result.get("saved"))
    uploaded = batch.follower("roster-file") if options.get("work") == "validate" else None
    undone = batch.follower("roster-undo")
    holds = result.get("holds", [])
    fresh = not result.get("refused") and not saved and not uploaded and "objects" in result
    return "pathways/roster/file_result.html", {
        "objects": result.get("objects", []),
        "effects": result.get("effects", {}),
        "signed_by": " and ".join(_signed_by(batch)) if result.get("objects") else "",
        "holds": holds,
        "on_screen": result.get("on_screen", 0),
        "same_persons": result.get("same_persons", 0),
        "from_system": str(result.get("format", "")).startswith("oneroster"),
        "to_confirm": result.get("to_confirm", 0),
        "notices": result.get("notices", []),
        "other_years": result.get("other_years", {}),
        "refused": result.get("refused", ""),
        "asks": bool(result.get("asks")) and "mapping.json" in files,
        "moved": result.get("moved", False),
        "saved": saved,
        "page": kept_for_page(files.get("page.json")),
        "downloads": [(files[role], label) for role, label in DOWNLOADS if role in files],
        "can_upload": (
            fresh
            and (
                bool(result.get("on_screen") or result.get("same_persons"))
                or any(counts["new"] + counts["changed"] for counts in result["objects"])
            )
        ),
        "uploaded": uploaded,
        "undone": undone,
        "can_undo": saved and undone is None,
    }


def _signed_by(batch: Batch) -> list[str]:
    return certified().signed_by(Scope(batch.district, batch.end_year or 0))


def kept_for_page(file: BatchFile | None) -> dict[str, Any]:
    """What was kept for the page, or nothing once it is no longer kept."""
    if file is None or not is_stored(file.stored):
        return {}
    with open_stored(file.stored) as content:
        kept: dict[str, Any] = json.load(content)
    return kept
