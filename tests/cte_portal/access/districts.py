"""Two districts with a row of every kind, and everybody who may ask for them."""

from __future__ import annotations

import json

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from certification.models import (
    Extension,
)
from cte_portal.accounts.models import SavedList, User
from cte_portal.batches.models import Batch
from pathways.models import (
    Attempt,
    Contact,
    Element,
    Explanation,
    FollowUpEntry,
    ListRequest,
    Participation,
    RuleSeverity,
    Student,
)
from pathways.roster import editing
from pathways.roster.editing import RowEdit
from pathways.roster.imports.oneroster.confirming import MappingChoices, SchoolChoice, confirm
from pathways.roster.shapes import STUDENT
from tests.fixtures.certification import (
    make_certifier,
    make_event,
    make_recertification,
    make_round,
    seal,
)
from tests.fixtures.records import District_


@pytest.fixture
def record(
    cottonwood: District_, elsewhere: District_, kayla: Student, clerk: User, stranger: User
) -> Participation:
    theirs = elsewhere.record(elsewhere.student("999777555", "Zzmarker", "Sentinel"))
    mine = cottonwood.record(kayla, by_id=clerk.pk)
    for district, student in ((elsewhere, theirs.student), (cottonwood, kayla)):
        district.roster(student)
        edit = RowEdit({"local_id": "0042"}, student.pk, 0)
        editing.write(district.scope, [(STUDENT, edit)], by="X")
    RuleSeverity.objects.create(rule="CTE-131", end_year=2025, severity="error", reason="Letter")
    theirs.student.enrollments.update(end_date="2025-06-06", end_status="400")
    for district, student in ((elsewhere, theirs.student), (cottonwood, kayla)):
        entry = FollowUpEntry.objects.create(
            student=student,
            end_year=2025,
            school=district.school,
            exit="graduate",
            exit_date="2025-05-25",
            end_status="400",
            reason="Graduated on 05/25/2025",
            since=timezone.now(),
        )
        Contact.objects.create(
            student=student,
            kind="adult",
            value="Sentinel" if student == theirs.student else "Mine",
            by="X",
            by_id=1,
            at=timezone.now(),
        )
        Attempt.objects.create(
            entry=entry,
            date="2025-11-05",
            means="phone",
            by="X",
            by_id=1,
            at=timezone.now(),
            note="Sentinel" if student == theirs.student else "Mine",
        )
        ListRequest.objects.create(
            district=student.district_id,
            end_year=2025,
            state_id=student.state_id,
            wish="remove",
            reason="Sentinel" if student == theirs.student else "Mine",
            status="waiting",
            by="X",
            by_id=1,
            at=timezone.now(),
        )
    event = make_event()
    Extension.objects.create(
        event=event,
        district="9012",
        due=event.corrections_until,
        corrections_until=event.corrections_until,
        reason="Flood",
        by="HALE",
        at=timezone.now(),
    )
    for user, district in ((clerk, "9012"), (stranger, "0965")):
        make_certifier(user, district=district)
        Element.objects.create(district=district, name="Bus route", kind="text", position=1)
        one_round = make_round(event, district=district)
        make_recertification(one_round, by=user, status="withdrawn")
        seal(one_round)
    for place, user, district in ((mine, clerk, cottonwood), (theirs, stranger, elsewhere)):
        batch = Batch.objects.create(
            kind="upload",
            queue="district",
            district=district.scope.district,
            end_year=2025,
            submitted_by=user,
            submitted_name=user.record_name,
            title="MT Data Upload",
            subject="sentinel.tsv" if place is theirs else "mine.tsv",
            idempotency_key=user.username,
            status="completed",
            finished_at=timezone.now(),
            options={"work": "upload"},
            result={"saved": True},
        )
        Batch.objects.create(
            kind="roster-file",
            queue="district",
            district=district.scope.district,
            end_year=2025,
            submitted_by=user,
            submitted_name=user.record_name,
            title="Roster Upload",
            subject="sentinel.csv" if place is theirs else "mine.csv",
            idempotency_key=f"roster {user.username}",
            status="completed",
            finished_at=timezone.now(),
            options={"work": "upload"},
            result={
                "saved": True,
                "objects": [],
                "format": "oneroster",
                "asks": {"source": "SIS"},
            },
        )
        asking = Batch.objects.get(idempotency_key=f"roster {user.username}")
        asking.files.create(
            role="mapping.json",
            name="mapping.json",
            stored=default_storage.save(
                f"batches/{asking.pk}/1/mapping.json",
                ContentFile(json.dumps({**ASKED, "students": 1}).encode()),
            ),
            content_type="application/json",
            size=4,
            sha256="",
        )
        confirm(
            district.scope,
            MappingChoices(
                "SIS",
                "identifier",
                "",
                "code",
                "S",
                100,
                (SchoolChoice("s", "Sun", "0001", "001"),),
            ),
            by="X",
            by_id=None,
        )
        SavedList.objects.create(
            user=user,
            token=f"saved{place.student.district_id}",
            district=place.student.district_id,
            path="student-list/",
            name="Sentinel" if place is theirs else "Mine",
            query="grade=12",
            saved_at=timezone.now(),
        )
        Explanation.objects.create(
            rule="CTE-127",
            district=place.student.district_id,
            end_year=2025,
            state_id=place.student.state_id,
            pathway_id=place.pathway_id,
            value="start_date=2016-08-29",
            reason="Sentinel" if place is theirs else "Mine",
            by=user.record_name,
            at=timezone.now(),
        )
        stored = default_storage.save(
            f"batches/{batch.pk}/1/report.csv",
            ContentFile(b"sentinel" if place is theirs else b"mine"),
        )
        batch.files.create(
            role="report.csv",
            name="Import Results Summary.csv",
            stored=stored,
            content_type="text/csv",
            size=4,
            sha256="",
        )
    Batch.objects.create(
        kind="resync-all",
        queue="statewide",
        end_year=2025,
        submitted_by=clerk,
        submitted_name="OPI",
        title="Resync State Data – all districts",
        idempotency_key="all",
        status="completed",
        finished_at=timezone.now(),
    )
    for kind, file, options in (
        ("archive", "archive.zip", {"district": "9012"}),
        ("student-file", "students.zip", {"event": 1}),
    ):
        batch = Batch.objects.create(
            kind=kind,
            queue="statewide",
            submitted_by=clerk,
            submitted_name="OPI",
            title="A file of OPI's",
            idempotency_key=kind,
            status="completed",
            finished_at=timezone.now(),
            options=options,
        )
        batch.files.create(
            role=file,
            name=file,
            stored=default_storage.save(f"batches/{batch.pk}/1/{file}", ContentFile(b"mine")),
            content_type="application/zip",
            size=4,
            sha256="",
        )
    return mine


ASKED = {
    "state_id": [],
    "state_id_place": "",
    "local_id": [],
    "local_id_place": "",
    "section_rule": "code",
    "section_examples": [],
    "second_school": "S",
    "schools": [],
}
"""What an export asks, as its job keeps it."""


@pytest.fixture
def cast(
    clerk: User,
    viewer: User,
    administrator: User,
    stranger: User,
    school_viewer: User,
    opi: User,
    keeper: User,
    nobody: User,
) -> dict[str, User | None]:
    return {
        "anonymous": None,
        "clerk": clerk,
        "viewer": viewer,
        "administrator": administrator,
        "school_viewer": school_viewer,
        "stranger": stranger,
        "opi": opi,
        "keeper": keeper,
        "nobody": nobody,
    }
