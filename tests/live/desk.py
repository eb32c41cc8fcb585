"""A process beside the workers that submits and looks: one JSON command a line, one JSON answer a
line.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import sys
import zipfile
from typing import Any

import django

django.setup()

from django.core.files.base import ContentFile
from django.db import connection, connections

from cte_portal.accounts.models import User
from cte_portal.batches import submit as submitting
from cte_portal.batches.models import LIVE, Batch
from cte_portal.batches.queue.line import Line
from cte_portal.batches.statewide.statewide import children_of
from cte_portal.batches.tasks import run_batch
from cte_portal.editions import Edition, Scope
from pathways.files import extract
from pathways.ledger import ledger, staging
from pathways.ledger.shape import Row
from pathways.models import (
    Calendar,
    Change,
    CollectionLock,
    Course,
    District,
    Enrollment,
    Participation,
    Roster,
    School,
    Section,
    StateCopy,
    Student,
)
from pathways.resync.batches import submit_resync, submit_resync_of_all
from pathways.resync.object_types import NAMES, OBJECTS
from pathways.roster.shapes import SHAPES
from tests.live.dead import free_what_the_dead_hold

CONNECTED: list[int] = []
"""Ports to which this process has connected since it was last asked."""


def note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        CONNECTED.append(arguments[1][1])


sys.addaudithook(note)


def submit(content: str, district: str = "9012", work: str = "upload", key: str = "") -> str:
    batch = submitting.submit(
        "upload",
        by=User.objects.get(username="cmartin"),
        title="MT Data Upload",
        subject="x.tsv",
        scope=Scope(district, 2025),
        options={"type": "cte-eoy", "work": work},
        content=ContentFile(content.encode(), name="input"),
        key=key,
    )
    return str(batch.pk)


def submit_roster(
    files: dict[str, str], district: str = "9012", work: str = "upload", since: int | None = None
) -> str:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    batch = submitting.submit(
        "roster-file",
        by=User.objects.get(username="cmartin"),
        title="Roster Upload",
        subject="x.zip",
        scope=Scope(district, 2025),
        options={"type": "roster", "work": work, "since": since},
        content=ContentFile(content.getvalue(), name="input"),
    )
    return str(batch.pk)


def roster_state(key: str) -> dict[str, list[int]]:
    """By kind of row: how many lines of history the upload wrote, of how many rows, and how many of
    these stand in the table.
    """
    counts = {}
    for shape in SHAPES:
        rows = list(shape.change.objects.filter(batch=key).values_list("row", flat=True))
        there = shape.model._base_manager.filter(pk__in=rows).count()
        counts[shape.name] = [len(rows), len(set(rows)), there]
    return counts


def submit_extract(district: str = "9012", queue: str = "") -> str:
    batch = submitting.submit(
        "extract",
        by=User.objects.get(username="cmartin"),
        title="MT Extracts",
        scope=Scope(district, 2025),
        options={"type": "cte-eoy", "format": "tsv"},
        queue=queue,
    )
    return str(batch.pk)


def rows(district: str = "9012") -> list[str]:
    return ["\t".join(row) for row in extract.rows(Scope(district, 2025))]


def has_ended(key: str) -> bool:
    return Batch.objects.exclude(status__in=LIVE).filter(pk=key).exists()


def look(key: str) -> dict[str, Any]:
    batch = Batch.objects.with_standing().get(pk=key)
    names = ("status", "attempt", "stage", "sentence", "reference")
    files = {file.role: file.size for file in batch.files.all()}
    return {
        **{name: getattr(batch, name) for name in names},
        "words": Line(batch).sentence,
        "files": files,
        "result": batch.result,
        "lease": batch.lease_until.isoformat() if batch.lease_until else "",
    }


def state(key: str) -> dict[str, Any]:
    """What the upload wrote: how often each record, and whether history and records agree."""
    changes = list(
        Change.objects.filter(batch=key).values_list(
            "student_id", "pathway_id", "version", "start_date"
        )
    )
    stored = {
        (p.student_id, p.pathway_id): (p.version, p.start_date)
        for p in Participation.objects.filter(student__district_id="9012")
    }
    agree = all(
        stored[student, pathway] == (version, start) for student, pathway, version, start in changes
    )
    return {
        "changes": len(changes),
        "once": len({change[:2] for change in changes}) == len(changes),
        "agree": agree,
    }


def delete_all() -> None:
    scope = Scope("9012", 2025)
    stored = Participation.objects.in_scope(scope)
    staged = staging.stage(
        [Row.of(record, version=record.version, delete_row=True) for record in stored]
    )
    ledger.apply(scope, staged, by="TEST", source=Change.Source.FORM, checked=None)


def resync(district: str = "9012", types: list[str] | None = None) -> str:
    return str(
        submit_resync(
            Scope(district, 2025), tuple(types or NAMES), by=User.objects.get(username="cmartin")
        ).pk
    )


def resync_all() -> str:
    by = User.objects.filter(memberships__role="opi-staff").order_by("pk")[0]
    return str(submit_resync_of_all(2025, NAMES, by=by).pk)


def children(key: str) -> dict[str, list[Any]]:
    return {
        child.district: [child.status, child.attempt]
        for child in children_of(Batch.objects.get(pk=key))
    }


def is_certified(district: str) -> bool:
    return CollectionLock.objects.on_participations(district, 2025).exists()


def stir(district: str, number: int) -> None:
    """Something of every type is changed, one record is deleted."""
    word = f"Stirred {number}"
    District.objects.filter(pk=district).update(name=word)
    School.objects.filter(district=district).update(name=word)
    Calendar.objects.filter(school__district=district, school_year=2025).update(
        number=f"{number % 900:03d}"
    )
    Student.objects.filter(district=district).update(middle_name=word)
    Enrollment.objects.filter(student__district=district).update(
        end_status="", grade=f"{9 + number % 4:02d}"
    )
    Course.objects.filter(school__district=district).update(credits=number % 30)
    for at, section in enumerate(
        Section.objects.filter(course__school__district=district).order_by("pk")
    ):
        Section.objects.filter(pk=section.pk).update(number=f"{number % 90:02d}{at % 100:02d}")
    Roster.objects.filter(enrollment__student__district=district).update(credits_earned=number % 30)
    scope, day = Scope(district, 2025), datetime.date(2019, 1, 1) + datetime.timedelta(number)
    stored = list(Participation.objects.in_scope(scope).order_by("pk"))
    changed = [
        Row.of(record, version=record.version, delete_row=record is stored[-1], start_date=day)
        for record in stored
    ]
    ledger.apply(scope, staging.stage(changed), by="TEST", source=Change.Source.FORM, checked=None)


def stands(district: str) -> dict[str, Any]:
    """The state's generation and rows, read until nothing moved in between: told by a digest of
    every column.
    """
    while True:
        before = StateCopy.objects.of_district(district)
        there = everything(Scope(district, 2025, Edition.STATE))
        after = StateCopy.objects.of_district(district)
        if (before and before.sent_at) == (after and after.sent_at):
            break
    return {
        "generation": after.generation if after else 0,
        "attempt": after.attempt if after else 0,
        "batch": str(after.batch) if after else "",
        "state": digest(there),
        "cursor": after.cursor if after else 0,
    }


def standing(district: str) -> dict[str, Any]:
    """What stands at the state, and the district's rows beside it."""
    state = stands(district)
    here = everything(Scope(district, 2025))
    return {
        **state,
        "district": digest(here),
        "counts": {name: len(rows) for name, rows in here.items()},
        "unsent": Change.objects.after(district, state["cursor"]).count(),
    }


def everything(scope: Scope) -> dict[str, list[str]]:
    """Every row that is meant, by nothing of the resync's own code but the list of types."""
    numbers = {}
    for kind in OBJECTS:
        rows = kind.model._base_manager.using(scope.alias).filter(**{kind.owner: scope.district})
        if kind.year:
            rows = rows.filter(**{kind.year: 2025})
        if kind.model is Participation:
            counted = Enrollment.objects.using(scope.alias).filter(
                calendar__school_year=2025, service_type__in=["P", "S", "N"]
            )
            rows = rows.filter(
                student__in=counted.exclude(end_date__lt="2024-07-01").values("student")
            )
        fields = [field.attname for field in kind.model._meta.concrete_fields]
        numbers[kind.name] = sorted(repr(row) for row in rows.values_list(*fields))
    return numbers


def digest(rows: dict[str, list[str]]) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def connected() -> list[int]:
    ports = CONNECTED.copy()
    CONNECTED.clear()
    return ports


def cancel(key: str) -> bool:
    return submitting.cancel(Batch.objects.get(pk=key), by="KELLER, DANIEL")


def publish(key: str, times: int) -> None:
    for _ in range(times):
        run_batch.apply_async([key], queue="district", retry=False)


def end_backends() -> int:
    """End every other connection to the District edition's database, as a restart of PostgreSQL
    does.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname ="
            " current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def served(keys: list[str]) -> list[list[str]]:
    """District, when it was handed to the workers and when it was begun, of each of these batches,
    in the order in which they were begun.
    """
    begun = Batch.objects.filter(pk__in=keys).order_by("started_at", "pk")
    return [
        [
            batch.district,
            batch.published_at.isoformat() if batch.published_at else "",
            batch.started_at.isoformat() if batch.started_at else "",
        ]
        for batch in begun
    ]


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


COMMANDS = {
    file.__name__: file
    for file in (
        submit,
        submit_extract,
        submit_roster,
        roster_state,
        delete_all,
        rows,
        has_ended,
        look,
        state,
        cancel,
        connected,
        publish,
        end_backends,
        served,
        execute,
        resync,
        resync_all,
        children,
        is_certified,
        stir,
        stands,
        standing,
    )
}

for line in sys.stdin:
    request = json.loads(line)
    try:
        free_what_the_dead_hold()
        print(json.dumps({"answer": COMMANDS[request.pop("do")](**request)}), flush=True)
    except Exception as error:  # noqa: BLE001 - the test decides what it means
        connections.close_all()
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
