"""A district to carry roster files into, with nothing in it but itself."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from cte_portal.accounts.models import Role, User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from cte_portal.batches.submit import submit
from cte_portal.editions import Scope
from pathways.ledger import ledger as records_ledger
from pathways.ledger import staging as records_staging
from pathways.models import Change, District, Participation, Student
from tests.fixtures.people import person
from tests.fixtures.records import row

SCHOOLS = (
    "School Number,School Name,Calendar Number,End Year\n0001,Sun High School,001,2025\n0002,Moon"
    " High School,001,2025\n"
)
STUDENTS = (
    "Student State ID,Local ID,Last Name,First Name,Middle Name,Birth Date,Gender\n"
    "999000001,0020,ÁLVAREZ,Zoë,,01/31/2007,F\n"
    "999000002,0021,O'Neil,Jose,Q,02/01/2007,M\n"
    "999000003,0022,Null,Na,,03/01/2008,Female\n"
)
ENROLLMENTS = (
    "School Number,Calendar Number,End Year,Student State ID,Service Type,Grade,Start Date,End"
    " Date,End Status\n"
    "0001,001,2025,999000001,P,12,08/21/2024,,\n"
    "0001,001,2025,999000002,P,11,08/21/2024,,\n"
    "0002,001,2025,999000003,Primary,9,8/21/2024,,\n"
)
COURSES = (
    "School Number,Course Number,Course Name,Credits,CTE Pathway\n0001,CTE101,Welding"
    " 1,1.00,05\n0001,MA1,Algebra,1.00,\n"
)
SECTIONS = (
    "School Number,Calendar Number,End Year,Course Number,Section Number\n0001,001,2025,CTE101,1\n"
)
ROSTERS = (
    "School Number,Calendar Number,End Year,Course Number,Section Number,Student State ID,Credits"
    " Earned\n0001,001,2025,CTE101,1,999000001,\n0001,001,2025,CTE101,1,999000002,0.50\n"
)
ALL = {
    "schools": SCHOOLS,
    "students": STUDENTS,
    "enrollments": ENROLLMENTS,
    "courses": COURSES,
    "sections": SECTIONS,
    "rosters": ROSTERS,
}

AIM = (
    "HD\t11/28/2026\t04:01:38\tMT9.1\n"
    "SC\t0965\t0001\tSun High School\t001\n"
    "SD\t0965\t999000001\t0020\tALMAND\tJAIME\t\t01/31/2007\tF\n"
    "EN\t0965\t0001\t001\t999000001\t0020\tALMAND\tJAIME\t08/21/2024\t\t\t12\tP\n"
    "CU\t0965\t0001\t001\tCTE101\tWelding 1\t13\t001\t09\t12\t1.00\tG\t1\t1\tN\tN\tN\n"
    "SU\t0965\t0001\t001\tCTE101\t1\t\t\n"
    "RU\t0965\t0001\t001\tCTE101\t1\t999000001\t08/21/2024\t\n"
)
"""The records of one student, one of each type."""


def zipped(files: dict[str, str]) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.csv", text)
    return into.getvalue()


class Desk:
    """A clerk at the roster upload."""

    def __init__(self, clerk: User, scope: Scope) -> None:
        self.clerk, self.scope = clerk, scope

    def send(
        self,
        content: str | bytes,
        work: str = "upload",
        *,
        about: Batch | None = None,
        kind: str = "roster-file",
        **options: Any,
    ) -> Batch:
        data = content.encode() if isinstance(content, str) else content
        batch = submit(
            kind,
            by=self.clerk,
            title="Roster Upload",
            subject="file.csv",
            scope=self.scope,
            about=about,
            options={"work": work, **options},
            content=[data],
        )
        assert run(batch.pk)
        batch.refresh_from_db()
        return batch

    def undo(self, file: Batch) -> Batch:
        return self.send("", about=file, kind="roster-undo")


def counts(batch: Batch, kind: str) -> dict[str, int]:
    return next(counts for counts in batch.result["objects"] if counts["type"] == kind)


def file_of(batch: Batch, role: str) -> str:
    with default_storage.open(batch.files.get(role=role).stored) as content:
        return content.read().decode("utf-8-sig")


def saved(client: Client, desk: Desk, tested: Batch, **form: object) -> Batch:
    """What follows a test when *Upload this file* is chosen with these boxes."""
    client.force_login(desk.clerk)
    address = reverse("roster-save", args=["0965", 2025, tested.pk])
    client.post(address, form)
    batch = tested.followers.get(kind="roster-file")
    assert run(batch.pk)
    batch.refresh_from_db()
    return batch


def record(desk: Desk, state_id: str, **values: Any) -> Participation:
    student = Student.objects.get(state_id=state_id)
    records_ledger.apply(
        desk.scope,
        records_staging.stage([row(student, **values)]),
        by="X",
        source=Change.Source.DEMO,
        checked=None,
    )
    return Participation.objects.get(student=student)


@pytest.fixture
def desk(opi_reference: None) -> Desk:
    District.objects.create(number="0965", name="Prairie Dog")
    return Desk(person("sgrant", "Grant", "Sam", (Role.DATA_CLERK, "0965")), Scope("0965", 2025))
