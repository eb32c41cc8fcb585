"""What the page of a finished upload shows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.urls import reverse

from cte_portal.batches.files import is_stored, open_stored
from cte_portal.batches.models import Batch
from cte_portal.editions import Scope
from pathways import rules
from pathways.models import Change, Participation
from pathways.uploads.run import UPLOAD, VALIDATE, level_of
from pathways.uploads.screen_words import screen_name

LEVELS = (("error", "Errors"), ("warning", "Warnings"), ("info", "Infos"))
JOINED = {"CTE-407", "CTE-437"}
"""Rules whose value is two cells of the file: the portal put the blank between them."""
KINDS = {"error": "problem", "warning": "warning", "info": "none"}
DOWNLOADS = (
    ("report.csv", "Import Results Summary, .csv"),
    ("report.xlsx", "Import Results Summary, .xlsx"),
    ("errors.tsv", "Your file with errors added, .tsv"),
)


def of(
    batch: Batch, choice: Mapping[str, str] = MappingProxyType({})
) -> tuple[str, dict[str, Any]]:
    """Template and context; nothing is asked of the file that was sent, so it may have been
    retired.
    """
    files = {file.role: file for file in batch.files.all()}
    content = _content(files)
    result, options = batch.result, batch.options
    scope = [batch.district, batch.end_year]
    stored = _stored(content["findings"], scope)
    groups = [
        _group(group, content["findings"], scope, stored) for group in result.get("groups", [])
    ]
    undone = batch.follower("undo")
    tested = options.get("work") == VALIDATE
    uploaded = batch.follower("upload") if tested else None
    saved = bool(result.get("saved"))
    counts = Counter(result.get("counts", {}))
    good = counts["read"] - counts["rejected"]
    changes = counts["new"] + counts["changed"]
    numbers = Counter({"warning": 0, "info": 0})
    for group in groups:
        numbers[group["level"]] += group["count"]
    return "pathways/uploads/upload_result.html", {
        "counts": (
            result.get("counts", {})
            and {**result["counts"], "warnings": numbers["warning"], "infos": numbers["info"]}
        ),
        "good": good,
        "no_changes": tested and good and not changes,
        "saved": saved,
        "levels": LEVELS,
        "groups": [group for group in groups if choice.get("level") in (None, "", group["level"])],
        "level": choice.get("level", ""),
        "students": (
            _by_student(groups, choice.get("level", "")) if choice.get("by") == "student" else []
        ),
        "by": choice.get("by", ""),
        "changed": _changed(content["changed"], scope),
        "by_field": [
            (screen_name(name), number) for name, number in result.get("by_field", {}).items()
        ],
        "adjusted": result.get("adjusted", []),
        "not_in_file": result.get("not_in_file", 0),
        "same_as": result.get("same_as", ""),
        "refused": result.get("refused", ""),
        "downloads": [(files[role], label) for role, label in DOWNLOADS if role in files],
        "rejected_file": files.get("rejected.tsv"),
        "can_upload": (
            tested
            and uploaded is None
            and not result.get("refused")
            and bool(changes)
            and bool(batch.input_file)
        ),
        "was_upload": options.get("work") == UPLOAD,
        "undone": undone,
        "uploaded": uploaded,
        "can_undo": saved and undone is None and Change.objects.filter(batch=batch.pk).exists(),
    }


def _content(files: dict[str, Any]) -> dict[str, Any]:
    file = files.get("findings.json")
    if file is None or not is_stored(file.stored):
        return {"findings": {}, "changed": []}
    with open_stored(file.stored) as content:
        return dict(json.load(content))


def _stored(findings: dict[str, list[dict[str, Any]]], scope: list[Any]) -> set[tuple[int, int]]:
    """Student and pathway of the findings that have a record now."""
    students = {
        row["student_pk"] for rows in findings.values() for row in rows if row["student_pk"]
    }
    records = Participation.objects.in_scope(Scope(*scope)).filter(student__in=students)
    return set(records.values_list("student", "pathway")) if students else set()


def _group(
    group: dict[str, Any],
    findings: dict[str, list[dict[str, Any]]],
    scope: list[Any],
    stored: set[tuple[int, int]],
) -> dict[str, Any]:
    rule = rules.by_id(group["rule"])
    rows = findings.get(rule.id, [])
    for row in rows:
        row["link"] = _address(row, scope, stored)
        row["visible"] = row["value"] if rule.id in JOINED else row["value"].replace(" ", "␣")
    level = level_of(group)
    return {
        "rule": rule,
        "kind": KINDS[level],
        "word": level.capitalize(),
        "level": level,
        "count": group["count"],
        "first": group["first"],
        "rows": rows,
        "more": group["count"] - len(rows),
    }


def _address(row: dict[str, Any], scope: list[Any], stored: set[tuple[int, int]]) -> str:
    """The record that the line is about, or the student where there is none yet."""
    if (row["student_pk"], row.get("pathway_pk")) in stored:
        return reverse("cte-record", args=[*scope, row["student_pk"], row["pathway_pk"]])
    return reverse("cte-student", args=[*scope, row["student_pk"]]) if row["student_pk"] else ""


def _by_student(groups: list[dict[str, Any]], level: str) -> list[dict[str, Any]]:
    """The findings that are shown, by whom they concern, those with most first."""
    students: dict[tuple[Any, str], dict[str, Any]] = {}
    for group in groups:
        for row in group["rows"] if level in ("", group["level"]) else ():
            student = students.setdefault(
                (row["student_pk"], row["student"]),
                {
                    "name": row["student"] or "No name",
                    "student_pk": row["student_pk"],
                    "link": row["link"],
                    "rows": [],
                },
            )
            student["rows"].append(
                {
                    **row,
                    "kind": group["kind"],
                    "word": group["word"],
                    "remedy": group["rule"].remedy,
                }
            )
    return sorted(students.values(), key=lambda student: (-len(student["rows"]), student["name"]))


def _changed(rows: list[dict[str, Any]], scope: list[Any]) -> list[dict[str, Any]]:
    for row in rows:
        row["link"] = reverse("cte-record", args=[*scope, row["student_pk"], row["pathway_pk"]])
    return rows
