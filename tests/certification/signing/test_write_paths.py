"""C-24: after the seal every address of a district that takes a POST leaves its records as they are
and says why, and so does the command.

A new address that takes a POST fails here until it is said whether it writes records.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run, run_here
from cte_portal.batches.submit import submit
from cte_portal.pages.previewed import shown_as
from pathways.admin import site
from pathways.findings import explaining
from pathways.findings.findings import findings, listed
from pathways.follow_up.differences import resolving
from pathways.follow_up.differences.resolving import mark_of
from pathways.lists import publish
from pathways.models import (
    Attempt,
    Change,
    CollectionLock,
    Contact,
    DrawnList,
    Explanation,
    FollowUpEntry,
    ListRequest,
    Outcome,
    OutcomeChange,
    OutcomeDifference,
    OutcomeProposal,
    Participation,
    Pathway,
    PostProgramStatus,
    Student,
)
from pathways.records.views.moving import Move
from pathways.roster.worklist.which import Show, Which
from pathways.roster.worklist.worklist import Worklist
from tests.certification.ready import Ready
from tests.certification.ready_fall import COLLEGE, LOOKING, WORK, ReadyFall
from tests.cte_portal.access.access_matrix import DISTRICT
from tests.fixtures.certification import make_event_of
from tests.fixtures.quick.standing import stands
from tests.fixtures.records import BUSINESS, District_
from tests.fixtures.uploads import Upload, file, line, upload_of
from tests.pathways.desk import TYPED, text
from tests.pathways.follow_up.leavers import GRADUATED, GRADUATION
from tests.pathways.uploads.fall import files as fall_files

pytestmark = pytest.mark.django_db(databases=["default", "state"])

LOCKED = {
    "cte-eoy": "Records have been locked since",
    "cte-fall": "The follow-up of 2023-24 has been locked since",
}
KINDS = ("upload", "undo", "fall-upload", "fall-undo")
EARLY = datetime.date(2016, 8, 29)  # so early that it must be explained


class Sealed(Ready):
    """Certified, after an upload that saved, one that was tested, one that failed, and a warning
    that was explained.
    """

    def certify(self, student: Student, second_student: Student, upload: Upload) -> None:
        self.student, self.second_student = student, second_student
        self.record(student, start_date=EARLY)
        self.saved = upload(
            file(line(state_id=second_student.state_id, start=f"{EARLY:%m/%d/%Y}"))
        ).batch
        self.tested = upload(
            file(line(state_id=second_student.state_id, inside="1.75", total="1.75")),
            work="validate",
        ).batch
        self.failed = upload(
            file(line(state_id=second_student.state_id, inside="1.60", total="1.60")),
            work="validate",
        ).batch
        Batch.objects.filter(pk=self.failed.pk).update(
            status="failed", options={**self.failed.options, "work": "upload"}
        )
        self.district.roster(student, BUSINESS)
        explaining.explain(
            self.scope, findings(self.scope).lines, "Checked with the school.", by="MARTIN, CHERYL"
        )
        self.record(student, start_date=EARLY, version=1, in_district_credits="1.40")
        self.prepare()
        assert self.sign().sealed
        # As if one of them had come since: what is certified is explained no more than it is
        # written.
        Explanation.objects.filter(state_id=second_student.state_id).update(
            taken_back_by="X", taken_back_at=timezone.now()
        )

    def at(self, name: str, *arguments: object) -> str:
        return reverse(name, args=["9012", 2025, *arguments])

    def at_record(self, name: str) -> str:
        return self.at(name, self.student.pk, self.stored.pathway_id)

    @property
    def stored(self) -> Participation:
        return Participation.objects.get(student=self.student)

    def reason(self) -> dict[str, Any]:
        opened = [finding for finding in listed(self.scope, only={"CTE-127"}) if finding.is_open]
        return {"reason": "It is so.", "seen": explaining.fingerprint(opened)}

    def file(self) -> dict[str, Any]:
        content = SimpleUploadedFile(
            "x.tsv", file(line(inside="1.80", total="1.80"), line(pathway="Business Management"))
        )
        return {
            "type": "cte-eoy",
            "work": "upload",
            "rows": "good",
            "key": uuid.uuid4(),
            "file": content,
        }

    def line(self) -> dict[str, Any]:
        worklist = Worklist(self.scope)
        rows = worklist.found(Which.WITHOUT_RECORD, Show.OPEN)
        return {
            "chosen": [
                line.token
                for line in worklist.lines((row["person"], row["taught"]) for row in rows)
            ],
            "do": "create",
        }

    def move(self) -> dict[str, Any]:
        """What the page sends once it has shown what follows."""
        to = Pathway.objects.get(name=BUSINESS)
        move = Move(self.stored, self.stored.pathway.name, to, None)
        return {"to": to.pk, "seen": shown_as(list(move.sentences()))}

    def grid(self) -> dict[str, Any]:
        cells = ["1.75", "0", "0", "0", "No", "No", f"{EARLY:%m/%d/%Y}"]
        name = f"{self.student.pk}-{self.stored.pathway_id}"
        return {"row": "\t".join([name, str(self.stored.version), *cells])}

    def values(self, **values: Any) -> dict[str, Any]:
        return {**TYPED, "start_date": f"{EARLY:%m/%d/%Y}", **values}


class SealedFall(ReadyFall):
    """Certified, after a file that saved, one that was tested, one that failed, an answer that a
    person set, and a leaver whom nobody reached. A file's other answer and one from elsewhere stand
    there as if they had come since.
    """

    def certify(self, student: Student, second_student: Student, upload: object) -> None:
        self.student, self.second_student = student, second_student
        silent, of_file = (self.district.student(f"99900032{number}") for number in (2, 3))
        for leaver in (student, second_student, silent, of_file):
            self.record(leaver)
        self.late = self.leavers.student("999000324")
        self.leavers.leave(self.late, end_date=None)
        self.leavers.concentrate(self.late)
        self.draw()
        self.answer(student)
        self.answer(second_student)
        self.set_outcome(second_student, WORK)
        for days, means in enumerate(("phone", "text", "email")):
            day = timezone.localdate() - datetime.timedelta(days=days)
            self.answer(silent, "", date=day, means=means)
        self.saved = self.uploaded(of_file, COLLEGE)
        self.tested = self.uploaded(silent, WORK, work="validate")
        self.failed = self.uploaded(silent, WORK, work="validate")
        Batch.objects.filter(pk=self.failed.pk).update(
            status="failed", options={**self.failed.options, "work": "upload"}
        )
        publish.publish()
        self.send()
        self.wait()
        assert self.sign().sealed
        self.late.enrollments.update(end_date=GRADUATION, end_status=GRADUATED)
        DrawnList.objects.update(drawn_from="0" * 64)  # as roster data that came since leave it
        self.difference = OutcomeDifference.objects.create(
            entry=self.entry(student),
            batch=self.saved.pk,
            status=LOOKING,
            date_contacted=timezone.localdate(),
            stored_status=COLLEGE,
            stored_date=timezone.localdate(),
            by="MARTIN, CHERYL",
            at=timezone.now(),
        )
        self.proposal = OutcomeProposal.objects.create(
            entry=self.entry(silent),
            source="district",
            source_name="Elsewhere",
            status=WORK,
            as_of=timezone.localdate(),
            by="MARTIN, CHERYL",
            by_id=self.clerk.pk,
            at=timezone.now(),
        )

    def uploaded(self, leaver: Student, status: str, work: str = "upload") -> Batch:
        content = fall_files.fall_file(fall_files.row(student=leaver.state_id, status=status))
        batch = submit(
            "fall-upload",
            by=self.clerk,
            title="MT Data Upload",
            subject="x.tsv",
            scope=self.scope,
            content=ContentFile(content, name="input"),
            options={"type": "cte-fall", "work": work},
        )
        return run_here(batch)

    def at(self, name: str, *arguments: object) -> str:
        return reverse(name, args=["9012", 2024, *arguments])

    def at_line(self, name: str, *arguments: object, student: Student | None = None) -> str:
        return self.at(name, self.entry(student or self.student).pk, *arguments)

    @property
    def today(self) -> str:
        return f"{timezone.localdate():%m/%d/%Y}"

    def attempt(self) -> dict[str, Any]:
        result = {"status": LOOKING, "means": "email", "date": self.today, "time": "", "note": ""}
        return {**result, "seen": self.entry(self.student).attempts.count(), "then": "stay"}

    def row(self) -> dict[str, Any]:
        status = PostProgramStatus.objects.get(code=LOOKING).name
        cells = (f"result={status}", "means=Phone call", f"date={self.today}", "note=")
        line = self.entry(self.student)
        return {"row": "\t".join([str(line.pk), str(line.attempts.count()), *cells])}

    def file(self) -> dict[str, Any]:
        content = fall_files.fall_file(fall_files.row(student="999000322", status=WORK))
        return {
            "type": "cte-fall",
            "work": "upload",
            "rows": "good",
            "key": uuid.uuid4(),
            "file": SimpleUploadedFile("x.tsv", content),
        }

    def take(self) -> dict[str, Any]:
        (row,) = resolving.open_differences(self.scope)
        return {"do": "take", "difference": self.difference.pk, "seen": mark_of([row])}


Post = Callable[[Any], tuple[str, dict[str, Any]]]
FALL_WRITES: dict[str, Post] = {
    "follow-up-line": lambda s: (s.at_line("follow-up-line"), s.attempt()),
    "follow-up-entry": lambda s: (s.at("follow-up-entry"), s.row()),
    "follow-up-outcome": lambda s: (
        s.at_line("follow-up-outcome"),
        {"status": WORK, "date": s.today, "seen_status": COLLEGE, "seen_origin": "attempt"},
    ),
    "follow-up-by-attempts": lambda s: (
        s.at_line("follow-up-by-attempts", student=s.second_student),
        {"seen_status": WORK, "seen_origin": "screen"},
    ),
    "follow-up-take-back": lambda s: (
        s.at_line("follow-up-take-back", s.entry(s.student).attempts.get().pk),
        {},
    ),
    "follow-up-differences": lambda s: (s.at("follow-up-differences"), s.take()),
    "follow-up-elsewhere": lambda s: (
        s.at("follow-up-elsewhere"),
        {"do": "accept", "proposal": s.proposal.pk, "seen_status": "", "seen_origin": ""},
    ),
    "follow-up-elsewhere-add": lambda s: (
        s.at_line("follow-up-elsewhere-add"),
        {"status": WORK, "as_of": s.today, "source_name": "Park High School"},
    ),
    "follow-up-contacts": lambda s: (
        s.at_line("follow-up-contacts"),
        {"contacts": "406-555-0199"},
    ),
    "follow-up-request-add": lambda s: (
        s.at("follow-up-request-add"),
        {"state_id": s.late.state_id, "reason": "She graduated."},
    ),
    "follow-up-request-remove": lambda s: (
        s.at_line("follow-up-request-remove"),
        {"reason": "She is back."},
    ),
    "follow-up-draw": lambda s: (s.at("follow-up-draw"), {}),
    "mt-data-upload": lambda s: (s.at("mt-data-upload"), s.file()),
    "mt-data-upload-save": lambda s: (s.at("mt-data-upload-save", s.tested.pk), {}),
    "mt-data-upload-undo": lambda s: (s.at("mt-data-upload-undo", s.saved.pk), {}),
    "batch-again": lambda s: (s.at("batch-again", s.failed.pk), {"key": uuid.uuid4()}),
}
"""The same of what became of leavers."""
WRITES: dict[str, Post] = {
    "cte-record": lambda s: (
        s.at_record("cte-record"),
        s.values(in_district_credits="1.75", version=s.stored.version),
    ),
    "cte-record-new": lambda s: (
        s.at("cte-record-new", s.student.pk),
        s.values(pathway=Pathway.objects.get(name=BUSINESS).pk, version="0"),
    ),
    "cte-record-delete": lambda s: (
        s.at_record("cte-record-delete"),
        {"version": s.stored.version},
    ),
    "cte-record-move": lambda s: (s.at_record("cte-record-move"), s.move()),
    "cte-record-restore": lambda s: (
        s.at_record("cte-record-restore"),
        {"version": 1, "seen": s.stored.version},
    ),
    "mt-data-upload": lambda s: (s.at("mt-data-upload"), s.file()),
    "mt-data-upload-save": lambda s: (s.at("mt-data-upload-save", s.tested.pk), {}),
    "mt-data-upload-undo": lambda s: (s.at("mt-data-upload-undo", s.saved.pk), {}),
    "batch-again": lambda s: (s.at("batch-again", s.failed.pk), {"key": uuid.uuid4()}),
    "cte-roster-entry": lambda s: (s.at("cte-roster-entry"), s.grid()),
    "roster-worklist": lambda s: (s.at("roster-worklist"), s.line()),
    "roster-worklist-of": lambda s: (
        s.at("roster-worklist-of", Which.WITHOUT_RECORD.key),
        s.line(),
    ),
    "findings-explain": lambda s: (s.at("findings-explain", "CTE-127"), s.reason()),
    "finding-explain": lambda s: (
        s.at("finding-explain", "CTE-127", s.second_student.pk, s.stored.pathway_id),
        s.reason(),
    ),
    "explanation-take-back": lambda s: (
        s.at("explanation-take-back", Explanation.objects.of(s.scope).get().pk),
        {},
    ),
}
"""What writes records, or what is said of them: each with a POST that would be taken if nothing
were certified.
"""
ELSEWHERE = {
    "cte-concentrator": "looks a student up",
    "data-validation-reports": "runs reports",
    "validation-groups": "gives reports to people",
    "mt-extracts": "reads",
    "roster-courses": "writes courses, which go on changing and are in no sealed record",
    "roster-save": (
        "writes roster data, which go on changing; what would take a certified record out is held"
        " (tests/pathways/roster)"
    ),
    **dict.fromkeys(
        (
            "roster-students",
            "roster-section",
            "roster-row",
            "roster-row-add",
            "roster-row-remove",
            "roster-end",
            "roster-new-year",
            "roster-merge",
            "roster-take-back",
        ),
        "writes roster data by hand through the same ledger, and holds the same"
        " (tests/pathways/roster)",
    ),
    **dict.fromkeys(
        ("roster-source", "roster-mapping"),
        "says how the exports of another system are read; writes no roster data",
    ),
    **dict.fromkeys(
        (
            "follow-up",
            "follow-up-file",
            "follow-up-print",
            "follow-up-hold",
            "follow-up-link",
            "follow-up-contact-remove",
        ),
        "holds a line, makes a file, a page to print or a link, or forgets a contact: nothing that is sealed",
    ),
    **dict.fromkeys(
        (
            "follow-up-contacts-file",
            "follow-up-return-file",
            "follow-up-request",
        ),
        "takes several steps, whose last one asks what its page of one student asks"
        " (tests/pathways/follow_up)",
    ),
    **dict.fromkeys(
        (
            "district-defined-elements",
            "district-defined-element",
            "district-defined-values",
            "district-defined-values-upload",
            "cte-record-elements",
        ),
        "the district's own elements, which are in no seal and may change after it"
        " (tests/pathways/elements)",
    ),
    "roster-undo": "takes roster data back, but never a student or an enrollment with records",
    "resync": "writes the State edition; the sealed copy does not change with it",
    "saved-lists": "keeps how a person looks at a list",
    "saved-list-remove": "forgets it",
    "batch-cancel": "ends a job",
    "batch-file": "asks OPI what for and gives a file",
    "batch-keep": "keeps files",
    "district-people": "people",
    "district-person": "people",
    "district-person-new": "people",
    "type-membership-setup": "certifiers",
    "certifier": "certifiers",
    "certifier-accept": "certifiers",
    "event-certification": "signs",
    "recertification": "asks",
    "recertification-new": "asks",
    "recertification-demand": "asks",
}


CASES: dict[str, Any] = {"cte-eoy": Sealed, "cte-fall": SealedFall}


@pytest.fixture
@stands
def sealed(
    request: pytest.FixtureRequest, cottonwood: District_, clerk: User, kayla: Student
) -> Any:
    """What is certified in a collection, which each of its addresses asks for."""
    case = CASES[request.param](cottonwood, make_event_of(request.param), clerk)
    case.certify(kayla, cottonwood.student("999000321"), upload_of(cottonwood, clerk))
    return case


KEPT: tuple[type[Model], ...] = (
    Participation,
    Change,
    Explanation,
    Outcome,
    OutcomeChange,
    Attempt,
    OutcomeDifference,
    OutcomeProposal,
    FollowUpEntry,
    ListRequest,
    Contact,
)


def rows_of_all_tables() -> list[Any]:
    """What either collection writes, its history, and what is said of it."""
    return [list(model._default_manager.order_by("pk").values_list()) for model in KEPT]


OF_EITHER = {"cte-eoy": WRITES, "cte-fall": FALL_WRITES}
of_either = pytest.mark.parametrize(
    ("name", "sealed"),
    [(name, collection) for collection, writes in OF_EITHER.items() for name in writes],
    indirect=["sealed"],
)


def test_it_is_said_of_every_address_whether_it_writes_records() -> None:
    takes = {
        name
        for name, methods in DISTRICT.items()
        if any(answer not in (302, 403, 404, 405) for answer in methods["POST"].values())
    }
    takes |= {
        name
        for name, methods in DISTRICT.items()
        if methods["POST"]["clerk"] == 302 or methods["POST"]["administrator"] == 302
    }
    assert takes - set(ELSEWHERE) == set(WRITES) | set(FALL_WRITES), (
        "say of it in WRITES how it writes records, or in ELSEWHERE that it does not"
    )


@of_either
def test_c_24_no_address_writes_what_is_certified(name: str, sealed: Any, client: Client) -> None:
    client.force_login(sealed.clerk)
    before, jobs = rows_of_all_tables(), set(Batch.objects.values_list("pk", flat=True))
    path, data = OF_EITHER[sealed.event.collection][name](sealed)
    answer = client.post(path, data)
    assert answer.status_code in (200, 302)
    for job in Batch.objects.exclude(pk__in=jobs):
        run(job.pk)
        assert Batch.objects.get(pk=job.pk).status == "failed"
    words = text(client.get(answer["Location"]) if answer.status_code == 302 else answer)
    assert LOCKED[sealed.event.collection] in words and "is certified." in words, (
        "the answer says why"
    )
    assert rows_of_all_tables() == before


@of_either
def test_the_same_post_writes_once_nothing_is_certified(
    name: str, sealed: Any, client: Client
) -> None:
    """Otherwise the test above would pass for a POST that says nothing."""
    CollectionLock.objects.all().delete()
    client.force_login(sealed.clerk)
    before, jobs = rows_of_all_tables(), set(Batch.objects.values_list("pk", flat=True))
    path, data = OF_EITHER[sealed.event.collection][name](sealed)
    assert client.post(path, data).status_code == 302
    for job in Batch.objects.exclude(pk__in=jobs).filter(kind__in=KINDS):
        run(job.pk)
    assert rows_of_all_tables() != before


@of_either
def test_an_empty_post_after_the_seal_is_no_fault(name: str, sealed: Any, client: Client) -> None:
    client.force_login(sealed.clerk)
    before = rows_of_all_tables()
    assert client.post(OF_EITHER[sealed.event.collection][name](sealed)[0]).status_code in (
        200,
        302,
        400,
    )
    assert rows_of_all_tables() == before


@pytest.mark.parametrize("sealed", ["cte-eoy"], indirect=True)
def test_c_24_the_command_says_why(sealed: Sealed, tmp_path: Path) -> None:
    before = rows_of_all_tables()
    (tmp_path / "x.tsv").write_bytes(
        file(line(inside="1.80", total="1.80", start=f"{EARLY:%m/%d/%Y}"))
    )
    with pytest.raises(CommandError, match=LOCKED["cte-eoy"]):
        call_command(
            "mt_data_upload", tmp_path / "x.tsv", district="9012", person="cmartin", work="upload"
        )
    assert rows_of_all_tables() == before


def test_c_24_the_admin_keeps_no_records() -> None:
    """OPI's lists are its only pages: nobody reaches a record, a signature or a sealed copy from
    there.
    """
    assert {model.__name__ for model in site._registry} == {
        "Pathway",
        "District",
        "SchoolYear",
        "EndStatus",
        "PostProgramStatus",
        "FollowUpYear",
        "RuleSeverity",
        "SubjectPathway",
    }
