"""A process beside the workers that submits and looks: one JSON command a line, one JSON answer a line."""

from __future__ import annotations

import json
import sys
from typing import Any

import django

django.setup()

from django.core.files.base import ContentFile
from django.db import connection, connections

from cte_portal.accounts.models import User
from cte_portal.batches import submit as submitting
from cte_portal.batches.models import Batch
from cte_portal.batches.standing import Line
from cte_portal.batches.tasks import run_batch
from cte_portal.editions import Scope
from pathways import extract, ledger, staging
from pathways.models import Change, Participation
from pathways.staging import Row


def submit(content: str, district: str = "9012", work: str = "upload", key: str = "") -> str:
    batch = submitting.submit(
        "upload", by=User.objects.get(username="cmartin"), title="MT Data Upload", subject="x.tsv", scope=Scope(district, 2025),
        options={"type": "cte-eoy", "work": work}, content=ContentFile(content.encode(), name="input"), key=key,
    )  # fmt: skip
    return str(batch.pk)


def submit_extract() -> str:
    batch = submitting.submit(
        "extract",
        by=User.objects.get(username="cmartin"),
        title="MT Extracts",
        scope=Scope("9012", 2025),
        options={"type": "cte-eoy", "format": "tsv"},
    )
    return str(batch.pk)


def rows(district: str = "9012") -> list[str]:
    return ["\t".join(row) for row in extract.rows(Scope(district, 2025))]


def look(key: str) -> dict[str, Any]:
    batch = Batch.objects.with_standing().get(pk=key)
    names = ("status", "attempt", "stage", "sentence", "reference")
    files = {one.role: one.size for one in batch.files.all()}
    return {**{name: getattr(batch, name) for name in names}, "words": Line(batch).sentence, "files": files, "result": batch.result}


def state(key: str) -> dict[str, Any]:
    """What the upload wrote: how often each record, and whether history and records agree."""
    changes = list(Change.objects.filter(batch=key).values_list("student_id", "pathway_id", "version", "start_date"))
    stored = {(p.student_id, p.pathway_id): (p.version, p.start_date) for p in Participation.objects.filter(student__district_id="9012")}
    agree = all(stored[student, pathway] == (version, start) for student, pathway, version, start in changes)
    return {"changes": len(changes), "once": len({one[:2] for one in changes}) == len(changes), "agree": agree}


def delete_all() -> None:
    scope = Scope("9012", 2025)
    stored = Participation.objects.in_scope(scope)
    staged = staging.stage([Row.of(record, version=record.version, delete_row=True) for record in stored])
    ledger.apply(scope, staged, by="TEST", source=Change.Source.FORM, checked=None)


def cancel(key: str) -> bool:
    return submitting.cancel(Batch.objects.get(pk=key), by="KELLER, DANIEL")


def publish(key: str, times: int) -> None:
    for _ in range(times):
        run_batch.apply_async([key], queue="district", retry=False)


def end_backends() -> int:
    """End every other connection to the District edition's database, as a restart of PostgreSQL does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


COMMANDS = {one.__name__: one for one in (submit, submit_extract, delete_all, rows, look, state, cancel, publish, end_backends)}

for line in sys.stdin:
    asked = json.loads(line)
    try:
        print(json.dumps({"answer": COMMANDS[asked.pop("do")](**asked)}), flush=True)
    except Exception as error:  # noqa: BLE001 - the test decides what it means
        connections.close_all()
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
