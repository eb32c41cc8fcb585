"""OPI's file of sealed rows says of each row which seal it is from, has a dictionary of its own
columns, and comes out of the same seals the same (R-OUT-01, R-OUT-02, R-OUT-04, R-OUT-09).
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from certification.models import CertificationEvent, Round
from certification.student_files import making
from cte_portal.accounts.models import AuditEvent, User
from cte_portal.batches.models import Batch, Status
from cte_portal.batches.running import run
from pathways.models import Student
from tests.certification.either import both, ready_for
from tests.certification.ready import Ready
from tests.certification.signing.test_signed_text import tamper
from tests.fixtures.quick.standing import stands
from tests.fixtures.records import District_

PAGE = "/opi/student-files/"
PARTS = ["README.txt", "students.csv", "dictionary.csv", "districts.csv", "reconciliation.csv"]
pytestmark = pytest.mark.django_db(databases=["default", "state"])


@pytest.fixture
@stands
def ready(
    request: pytest.FixtureRequest,
    cottonwood: District_,
    elsewhere: District_,
    event: CertificationEvent,
    clerk: User,
    kayla: Student,
) -> Ready:
    Student.objects.filter(pk=kayla.pk).update(first_name="=Kayla")
    kayla.refresh_from_db()
    certified = ready_for(getattr(request, "param", "cte-eoy"), cottonwood, event, clerk, kayla)
    certified.prepare()
    certified.sign()
    return certified


def made(event: CertificationEvent, opi: User) -> Batch:
    batch = making.ask(event, by=opi, reason="Perkins report")
    assert run(batch.pk)
    batch.refresh_from_db()
    return batch


class Parts:
    """Who has the ZIP file, and nothing of the portal."""

    def __init__(self, content: bytes) -> None:
        self.zip = zipfile.ZipFile(io.BytesIO(content))

    def lines(self, name: str) -> Iterator[dict[str, str]]:
        text = self.zip.read(name).decode("utf-8")
        assert text.startswith("\ufeff")
        return csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))


def taken(client: Client, opi: User, batch: Batch) -> Parts:
    client.force_login(opi)
    answer = client.post(f"{PAGE}{batch.pk}/", {"purpose": "Perkins report"})
    return Parts(b"".join(answer.streaming_content))  # type: ignore[attr-defined]


@both
def test_each_row_names_its_seal_and_its_codes_stay_text(
    ready: Ready, client: Client, opi: User
) -> None:
    file = taken(client, opi, made(ready.event, opi))
    assert file.zip.namelist() == PARTS
    (line,) = file.lines("students.csv")
    copy = ready.copies.get()
    assert (line["District Number"], line["Receipt"], line["Round"]) == ("9012", copy.receipt, "1")
    assert (line["State ID"], line["School Number"]) == ("999000123", "0001")
    assert line["First name"] == "'=Kayla", "no spreadsheet calculates it"
    districts = {line["District Number"]: line for line in file.lines("districts.csv")}
    assert districts["0965"]["Certified"] == "Not certified"
    assert districts["9012"]["Seal (SHA-256)"] == copy.digest
    assert {line["Difference"] for line in file.lines("reconciliation.csv")} <= {"0", "0.00"}


@both
def test_the_dictionary_is_the_header(ready: Ready, client: Client, opi: User) -> None:
    file = taken(client, opi, made(ready.event, opi))
    lines = file.lines("students.csv")
    (row,) = lines
    dictionary = {line["Column"]: line for line in file.lines("dictionary.csv")}
    assert list(dictionary) == list(row) and len(set(row)) == len(row)
    assert "F = Female" in dictionary["Gender"]["Meaning of codes"]
    for title, about in dictionary.items():
        assert row[title] or about["May be empty"] == "Yes", title
        assert not about["Longest"] or len(row[title]) <= int(about["Longest"]) + 1, title
        if about["Kind"] == "Y or N":
            assert row[title] in ("Y", "N"), title


@both
def test_the_same_seals_give_the_same_bytes_and_another_round_does_not(
    ready: Ready, opi: User, kayla: Student
) -> None:
    first, again = made(ready.event, opi), made(ready.event, opi)
    assert first.pk != again.pk and first.files.get().sha256 == again.files.get().sha256
    Round.objects.filter(pk=ready.copies.get().round_id).update(status="superseded")
    assert made(ready.event, opi).files.get().sha256 != first.files.get().sha256


@pytest.mark.parametrize(
    ("ready", "statement"),
    [
        ("cte-eoy", "UPDATE certification_sealedrecord SET concentrator = NOT concentrator"),
        ("cte-fall", "UPDATE certification_sealedoutcome SET is_placed = NOT is_placed"),
    ],
    indirect=["ready"],
)
def test_a_planted_difference_shows(
    statement: str, ready: Ready, client: Client, opi: User
) -> None:
    tamper(statement)
    batch = made(ready.event, opi)
    assert batch.status == Status.WITH_ERRORS and ready.receipt in batch.sentence
    lines = taken(client, opi, batch).lines("reconciliation.csv")
    assert [line["Difference"] for line in lines if line["Difference"] not in ("0", "0.00")]


def test_what_is_not_certified_is_never_in_it(
    ready: Ready, client: Client, opi: User, kayla: Student, elsewhere: District_
) -> None:
    """Neither another district's records, nor what has changed since, nor a copy that no longer
    counts.
    """
    other = elsewhere.student("987654321", "Other")
    elsewhere.record(other)
    Student.objects.filter(pk=kayla.pk).update(last_name="Andersen")
    (line,) = taken(client, opi, made(ready.event, opi)).lines("students.csv")
    assert (line["State ID"], line["Last name"]) == (kayla.state_id, "Anderson")
    Round.objects.update(status="superseded")
    lines = taken(client, opi, made(ready.event, opi)).lines("students.csv")
    assert list(lines) == []
    assert f">{ready.event.name}</option>" not in client.get(PAGE).content.decode()


def test_who_asked_and_who_took_it_stand_in_the_audit(
    ready: Ready, client: Client, opi: User
) -> None:
    client.force_login(opi)
    assert "Enter the reason" in client.post(PAGE, {"event": ready.event.pk}).content.decode()
    key = "6f0c1d7e-0000-4000-8000-000000000001"
    typed = {"event": ready.event.pk, "reason": "Perkins report", "key": key}
    for _ in range(2):
        assert "is being made" in client.post(PAGE, typed, follow=True).content.decode()
    batch = Batch.objects.get(kind="student-file")
    assert run(batch.pk)
    assert f"{PAGE}{batch.pk}/" in client.get(PAGE).content.decode()
    assert "Enter what the file is for" in client.post(f"{PAGE}{batch.pk}/").content.decode()
    taken(client, opi, batch)
    events = AuditEvent.objects.filter(kind__in=["student file", "download"]).order_by("pk")
    assert [(event.kind, event.reason, event.by_id) for event in events] == [
        ("student file", "Perkins report", opi.pk),
        ("download", "Perkins report", opi.pk),
    ]


def test_nobody_else_reaches_it(ready: Ready, client: Client, opi: User, request: Any) -> None:
    batch = made(ready.event, opi)
    for name in ("clerk", "administrator", "keeper"):
        client.force_login(request.getfixturevalue(name))
        for address in (PAGE, f"{PAGE}{batch.pk}/"):
            assert client.get(address).status_code == 403, (name, address)
